//! Displacements of the shipped trajectories against reference values that an independent program
//! (numpy, direct sums in double precision) computed from the same files.

use std::collections::BTreeMap;

use crate::common::by_name::by_species;
use crate::common::numbers::numbers;
use crate::common::shipped::{self, kob_andersen, metallic_glass};
use msed::structure::{self, Displacements};
use msed::trajectory::Trajectory;
use msed::{Lag, Lags, Resampling};
use serde_json::Value;

/// Displacements at a lag within 1e-5 of the overlap radius: which side they fall on is a matter of
/// rounding.
fn doubtful(run: &Trajectory<'_, f64>, particles: &[usize], lag: usize, radius: f64) -> u32 {
    let near = |first: usize, p: usize| {
        let (from, to) = (run.position(first, p), run.position(first + lag, p));
        let r = from
            .iter()
            .zip(to)
            .map(|(a, b)| (b - a) * (b - a))
            .sum::<f64>()
            .sqrt();
        u32::from((r - radius).abs() < 1e-5)
    };
    let pairs = (0..run.frames() - lag).flat_map(|first| particles.iter().map(move |&p| (first, p)));
    pairs.map(|(first, p)| near(first, p)).sum()
}

struct Largest(f64);

impl Largest {
    #[allow(
        clippy::print_stdout,
        reason = "shown where a test fails or is run with --nocapture"
    )]
    fn report(&self) {
        println!("largest relative difference {:.1e}", self.0);
    }

    #[track_caller]
    fn close(&mut self, at: &str, got: f64, wanted: f64) {
        let bound = 1e-9 * wanted.abs() + 1e-12;
        assert!(
            got.is_finite() && (got - wanted).abs() <= bound,
            "{at}: {got} {wanted}"
        );
        self.0 = self.0.max((got - wanted).abs() / wanted.abs());
    }
}

fn hold_against(run: &Trajectory<'_, f64>, reference: &Value, radius: f64, key: &str) {
    let interval = reference["frame_interval"].as_f64().expect("an interval");
    let lags: Vec<u64> = numbers(&reference["lags"])
        .iter()
        .map(|t| (t / interval).round() as u64)
        .collect();
    let request = Lags::samples(lags.clone());
    let found =
        structure::displacements(run, &request, radius, Resampling::default()).expect("displacements");
    let by_transform = structure::msd(run, &Lags::all(), Resampling::default()).expect("msd");
    let mut largest = Largest(0.0);
    let all: Vec<usize> = (0..run.particles()).collect();
    for (name, found) in by_species(&found) {
        let particles = run.species().indices(name).unwrap_or(all.clone());
        let wanted = &reference[name];
        let of = |what: &str| numbers(&wanted[what]);
        let (msd, alpha2) = (of("msd"), of("alpha2"));
        let (overlap, chi4) = (of(&format!("overlap_{key}")), of(&format!("chi4_{key}")));
        let transformed = by_transform.of(name).unwrap_or(by_transform.all());
        for (k, &lag) in lags.iter().enumerate() {
            let at = format!("{name} at {lag} frames");
            largest.close(&at, found.msd.total.values()[k], msd[k]);
            largest.close(&at, transformed.total.values()[lag as usize], msd[k]);
            largest.close(&at, found.alpha2.values()[k], alpha2[k]);
            hold_overlap(
                run,
                (name, found),
                &particles,
                k,
                lag as usize,
                radius,
                [overlap[k], chi4[k]],
            );
        }
    }
    largest.report();
}

fn hold_overlap(
    run: &Trajectory<'_, f64>,
    (name, found): (&str, &Displacements),
    particles: &[usize],
    k: usize,
    lag: usize,
    radius: f64,
    [overlap, chi4]: [f64; 2],
) {
    let n = particles.len() as f64;
    let (own, own_chi4) = (
        found.overlap().expect("a radius"),
        found.chi4().expect("a radius"),
    );
    let origins = own.origins()[k] as f64;
    let counts = [own.values()[k], overlap].map(|q| (q * n * origins).round());
    let differ = (counts[0] - counts[1]).abs();
    let at = format!("{name} at {lag} frames: {counts:?}");
    let chi4_bound = if differ == 0.0 {
        // Counts of single origins may still differ in pairs that cancel.
        1e-9 * chi4.abs() + 1e-9
    } else {
        let doubtful = f64::from(doubtful(run, particles, lag, radius));
        assert!(differ <= doubtful, "{at}, {doubtful} within 1e-5");
        // One count more or less at one origin moves <Q^2> - <Q>^2 by no more than 2 / (N origins).
        2.0 * doubtful / origins + 1e-9
    };
    assert!(
        (own_chi4.values()[k] - chi4).abs() <= chi4_bound,
        "{at}: {} {chi4}",
        own_chi4.values()[k]
    );
}

#[test]
fn kob_andersen_runs_equal_their_reference_at_every_lag() {
    for name in ["T1.000", "T0.700", "T0.600"] {
        let run = kob_andersen::<f64>(&format!("{name}/trajectory.xtc"));
        let reference = &shipped::reference("data/kob-andersen/reference/reference.json", name)["structure"];
        assert_eq!(reference["frames"], run.frames());
        hold_against(&run, reference, 0.3, "a0.3");
    }
}

#[test]
fn the_metallic_glass_equals_its_reference_at_every_lag() {
    let run = metallic_glass();
    let reference = &shipped::reference("data/cuzr/reference/reference.json", "T1600")["structure"];
    hold_against(&run, reference, 1.0, "a1.0");
}

#[test]
fn block_spaced_frames_equal_direct_sums_over_all_their_pairs() {
    let run = kob_andersen::<f64>("T0.600/trajectory_blocks.xtc");
    let found = structure::displacements(&run, &Lags::all(), 0.3, Resampling::None).expect("displacements");
    // Every pair of frames, sorted by how far apart they are: r^2, r^4, overlap count, its square,
    // pairs.
    let mut sums: BTreeMap<u64, [f64; 5]> = BTreeMap::new();
    for first in 0..run.frames() {
        for second in first..run.frames() {
            let (from, to) = (run.frame(first), run.frame(second));
            let mut pair = [0.0; 3];
            for (a, b) in from.chunks_exact(3).zip(to.chunks_exact(3)) {
                let r2: f64 = a.iter().zip(b).map(|(a, b)| (b - a) * (b - a)).sum();
                pair[0] += r2;
                pair[1] += r2 * r2;
                pair[2] += if r2 < 0.3 * 0.3 { 1.0 } else { 0.0 };
            }
            let sums = sums.entry(run.steps()[second] - run.steps()[first]).or_default();
            for (sum, x) in sums
                .iter_mut()
                .zip([pair[0], pair[1], pair[2], pair[2] * pair[2], 1.0])
            {
                *sum += x;
            }
        }
    }
    let all = found.all();
    let lags: Vec<Lag> = sums.keys().copied().map(Lag::from_steps).collect();
    let (msd, overlap, chi4) = (&all.msd.total, all.overlap().unwrap(), all.chi4().unwrap());
    assert_eq!(msd.lags(), lags);
    assert!(sums.len() > 200 && run.sampling().is_none());
    let mut largest = Largest(0.0);
    for (k, (lag, [r2, r4, close, close2, pairs])) in sums.into_iter().enumerate() {
        let at = format!("lag {lag}");
        let n = 1000.0;
        let [r2, r4, close, close2] = [r2 / n, r4 / n, close, close2].map(|x| x / pairs);
        assert_eq!(msd.origins()[k] as f64, pairs, "{at}");
        largest.close(&at, overlap.values()[k], close / n);
        largest.close(&at, chi4.values()[k] + 1.0, (close2 - close * close) / n + 1.0);
        if lag > 0 {
            largest.close(&at, msd.values()[k], r2);
            largest.close(&at, all.alpha2.values()[k - 1], 3.0 * r4 / (5.0 * r2 * r2) - 1.0);
        }
    }
    largest.report();
}

#[test]
fn tidynamics_finds_the_same_mean_squared_displacement() {
    let run = kob_andersen::<f64>("T0.700/trajectory.xtc");
    let text = std::fs::read_to_string("tests/data/peers/tidynamics_msd.json").expect("the values");
    let peer: Value = serde_json::from_str(&text).expect("JSON");
    let msd = structure::msd(&run, &Lags::all(), Resampling::None).expect("msd");
    let lags = peer["lags"].as_array().expect("lags");
    assert_eq!(
        (lags.len(), run.frames() as u64),
        (23, peer["frames"].as_u64().expect("frames"))
    );
    let mut largest = Largest(0.0);
    for (name, of) in by_species(&msd) {
        for (lag, wanted) in lags.iter().zip(numbers(&peer["msd"][name])) {
            let lag = lag.as_u64().expect("a lag") as usize;
            largest.close(&format!("{name} at {lag}"), of.total.values()[lag], wanted);
        }
    }
    largest.report();
}

#[test]
fn diffusion_and_the_plateau_of_the_shipped_runs_are_what_their_frames_can_tell() {
    use msed::relaxation::{NoPlateau, diffusion, tau_beta};
    use msed::stats::Outcome;
    let lags = Lags::logarithmic(20).up_to_fraction(0.1);
    for (name, is_diffusive) in [("T1.000", true), ("T0.700", false), ("T0.600", false)] {
        let run = kob_andersen::<f64>(&format!("{name}/trajectory.xtc"));
        let msd = structure::msd(&run, &lags, Resampling::default()).expect("msd");
        for (kind, species) in msd.species() {
            let at = format!("{kind} of {name}");
            let found = diffusion(&species.total);
            assert_eq!(found.is_resolved(), is_diffusive, "{at}: {found:?}");
            let plateau = tau_beta(&species.total);
            let no_maximum = Outcome::Unresolved(NoPlateau::NoMaximum {
                lags: species.total.len(),
            });
            assert_eq!(plateau.msd_maximum, no_maximum, "{at}");
            let minimum = &plateau.log_slope_minimum;
            match name {
                "T1.000" => {
                    let time = minimum.value().expect("a minimum").time.value();
                    assert!((0.5..0.8).contains(&time), "{at}: {time}");
                }
                "T0.600" => {
                    let missed = matches!(minimum, Outcome::Unresolved(NoPlateau::AtShortestLag { .. }));
                    assert!(missed, "{at}: {minimum:?}");
                }
                _ => {}
            }
        }
    }
}
