//! `structure` of a run.

use msed::relaxation::{Diffusion, Extremum, NoExtremum, NotDiffusive, NotReached};
use msed::stats::Outcome;
use msed::structure::{PairEntropy, StructureFactor, WaveVectors};
use msed::{Curve, Estimate};
use serde_json::{Map, Value, json};

use super::values::{estimate, fit, found, joined, missing, no_fit, unless_empty};
use crate::analysis::pairs::Reduced;
use crate::analysis::structure::{Decay, Motion, Structure, curves};
use crate::input::centre_of_mass::CentreOfMass;

pub(super) fn entry(structure: &Structure) -> Value {
    let waves = &structure.waves;
    let shell = waves.shell.as_ref();
    let factors = waves.named();
    let tau_beta = &structure.probe().1.tau_beta;
    let diffusion = structure.species().iter();
    let species = structure.displacements().map(|(one, motion)| {
        let mut curves = curves(one);
        curves.extend(structure.isf_of(&motion.name).map(|isf| ("self_isf", isf)));
        (motion.name.clone(), correlations(&curves, motion))
    });
    let centre = structure.centre_of_mass.as_ref();
    let rest = json!({
        "centre_of_mass": centre.map(centre_of_mass),
        "q": shell.map(WaveVectors::mean_wave_number),
        "wave_vectors": shell.map(WaveVectors::count),
        "q_max": match &waves.peak {
            Outcome::Resolved(peak) => estimate(&peak.position),
            Outcome::Unresolved(why) => missing("not resolved", why),
        },
        "s_of_q": factors.map(|(name, factor)| (name, shells(factor))).collect::<Value>(),
        "tau_alpha": match &structure.decay {
            Some(decay) => tau_alpha(&decay.tau_alpha),
            None => missing("no shell", "no `q_shell` is given, and q_max is not resolved"),
        },
        "kww": structure.decay.as_ref().map(tail),
        "tau_beta": {
            "msd_maximum": plateau_time(&tau_beta.msd_maximum),
            "log_slope_minimum": plateau_time(&tau_beta.log_slope_minimum),
        },
        "pair_entropy": pair_entropy(&structure.pair_entropy),
        "reduced": structure.reduced.as_ref().map(reduced),
        "diffusion": diffusion.map(|one| (one.name.clone(), coefficient(&one.diffusion))).collect::<Value>(),
    });
    joined([species.collect(), rest])
}

/// s2 in k per particle, with what it rests on.
fn pair_entropy(found: &PairEntropy) -> Value {
    let bins = &found.g.total().bins;
    let parts = found.parts.pairs();
    let rest = json!({
        "parts": parts.map(|([a, b], part)| (format!("{a}-{b}"), estimate(part))).collect::<Value>(),
        // Of the outer half of the distances.
        "tail": estimate(&found.tail),
        "noise": found.noise,
        "binning": found.binning,
        "range": bins.edges()[bins.count()],
        "bins": bins.count(),
        "density": found.density,
        "frames": found.g.total().frames,
    });
    joined([estimate(&found.value), rest])
}

/// In units of the mean distance of the particles and the thermal velocity.
fn reduced(found: &Reduced) -> Value {
    let diffusion = found.diffusion.iter();
    json!({
        "tau_alpha": found.tau_alpha.as_ref().map(estimate),
        "diffusion": unless_empty(diffusion.map(|(name, d)| (name.clone(), estimate(d))).collect::<Map<_, _>>()),
    })
}

/// How far the centre of mass moves, beside what independent particles give.
fn centre_of_mass(centre: &CentreOfMass) -> Value {
    json!({
        "displacement": centre.displacement,
        "expected": centre.expected,
        "removed": centre.removed,
        "caution": centre.caution(),
    })
}

/// S(q) over shells.
fn shells(factor: &StructureFactor) -> Value {
    json!({
        "q": factor.q(),
        "value": factor.values(),
        "standard_error": factor.standard_errors(),
        "wave_vectors": factor.wave_vectors(),
        "blocks": factor.resamples().blocks,
    })
}

/// Curves of one species, or of all particles, over the lags of the first. A curve that lacks a lag
/// has `null` there.
fn correlations(curves: &[(&str, &Curve)], motion: &Motion) -> Value {
    let (_, first) = curves[0];
    let mut lists = Map::new();
    for &(name, curve) in curves {
        let place = |time: f64| curve.lag_times().position(|t| (t - time).abs() <= 1e-9 * time);
        let places: Vec<Option<usize>> = first.lag_times().map(place).collect();
        let values: Vec<_> = places.iter().map(|at| at.map(|k| curve.values()[k])).collect();
        let errors: Vec<_> = places.iter().map(|at| curve.standard_errors()[(*at)?]).collect();
        lists.insert(name.to_owned(), json!(values));
        lists.insert(format!("{name}_standard_error"), json!(errors));
    }
    let rest = json!({
        "lag_time": first.lag_times().collect::<Vec<_>>(),
        "origins": first.origins(),
        "blocks": first.resamples().blocks,
        "alpha2_peak": peak(&motion.alpha2_peak),
        "chi4_peak": peak(&motion.chi4_peak),
    });
    joined([rest, Value::Object(lists)])
}

/// The time and the height of a peak. A curve that is largest at its last lag gives lower bounds.
pub(super) fn peak(peak: &Outcome<Extremum, NoExtremum>) -> Value {
    let [time, height] = match peak.why() {
        Some(NoExtremum::AtLongestLag { time, value, .. }) => [Some(*time), Some(value.value())],
        _ => [None; 2],
    };
    let entry = |number: fn(&Extremum) -> &Estimate, bound: Option<f64>| {
        joined([
            found(peak, number, "not resolved"),
            json!({ "lower_bound": bound }),
        ])
    };
    json!({ "time": entry(|peak| &peak.time, time), "height": entry(|peak| &peak.value, height) })
}

fn tau_alpha(time: &Outcome<Estimate, NotReached>) -> Value {
    let why = match time {
        Outcome::Resolved(time) if time.standard_error().is_some() => return estimate(time),
        Outcome::Resolved(time) => {
            let reason = "F_s = 1/e is read at lags without a standard error: they are longer than a block, or their pairs of frames all begin in one";
            return joined([estimate(time), json!({ "reason": reason })]);
        }
        Outcome::Unresolved(why) => why,
    };
    let (verdict, bound) = match why {
        NotReached::AtLastLag { lower_bound, .. } => ("not reached", Some(*lower_bound)),
        _ => ("too fast", None),
    };
    let entry = missing(verdict, format_args!("F_s = 1/e {why}"));
    joined([entry, json!({ "lower_bound": bound })])
}

/// The tail of F_s, f_q exp(-(t/tau)^beta), with its mean time (tau/beta) Gamma(1/beta).
fn tail(decay: &Decay) -> Value {
    let tail = match &decay.tail {
        Ok(tail) => tail,
        Err(error) => return no_fit(error),
    };
    let numbers = [
        ("f_q", tail.amplitude()),
        ("tau", &tail.relaxation_time),
        ("beta", &tail.beta),
        ("mean_tau", &tail.mean_relaxation_time),
    ];
    joined([json!({ "window": tail.window() }), fit(tail, &numbers)])
}

fn plateau_time(time: &Outcome<Extremum, NoExtremum>) -> Value {
    found(time, |found| &found.time, "not resolved")
}

fn coefficient(diffusion: &Outcome<Diffusion, NotDiffusive>) -> Value {
    let window = diffusion.value().map(|found| found.window);
    let entry = found(diffusion, |found| &found.coefficient, "not reached");
    joined([entry, json!({ "window": window })])
}
