//! `scan` of the results: what all runs that are not excluded tell together, the coldest first.

use msed::Estimate;
use msed::stats::{Deviation, Outcome, short};
use msed::thermo::{
    AdamGibbs, Crossover, EnergyCurve, EntropyDifference, HeatCapacityCheck, NoCrossover, Path, StatePoint,
    TemperatureFit, TemperatureIntegral, ThermoError, TimeOf, Undetermined,
};
use serde_json::{Map, Value, json};

use super::values::{joined, resolved, standard_errors, unless_empty};
use super::virial;
use super::{comparison, constant_pressure, susceptibility};
use crate::analysis::over_temperature::OverTemperature;

/// Why runs at constant pressure have no results that rest on the energy alone.
const CONSTANT_PRESSURE: &str = "at constant pressure the energy follows the volume, which the barostat moves, expected runs at constant \
                                 volume (`nve`, `nvt`)";

pub(super) fn entry(found: &OverTemperature) -> Value {
    let of_times = found.crossover_of_times.iter();
    let of_times = of_times.map(|(name, found)| ((*name).to_owned(), crossover("ln_tau", found)));
    let enthalpy_check = found
        .enthalpy_check
        .as_ref()
        .and_then(|check| check.as_ref().ok());
    let excluded = found.scan.excluded();
    let excluded = excluded.map(|(name, reason)| (name.to_owned(), Value::from(reason)));
    json!({
        "heat_capacity_check": found.check.as_ref().ok().map(|check| heat_capacity_check(found, check)),
        "energy_curve": found.check.as_ref().ok().map(energy_curves),
        "pressure_check": found.pressure_check.as_ref().ok().map(virial::pressure_check),
        "enthalpy_check": enthalpy_check.map(constant_pressure::enthalpy_check),
        "entropy": found.entropy.as_ref().ok().map(|entropy| entropies(found, entropy)),
        "relaxation": found.scan.counted().next().map(|coldest| relaxation(found, coldest.temperature())),
        "crossover": found.crossover.as_ref().ok().map(|found| crossover("um", found)),
        // Of ln tau over 1/T, by the name of the time.
        "crossover_of_times": unless_empty(of_times.collect::<Map<_, _>>()),
        "adam_gibbs": found.adam_gibbs.as_ref().ok().map(adam_gibbs),
        // With tau_alpha, S_c at the reference being the one that tau* gave.
        "adam_gibbs_alpha": found.adam_gibbs_alpha.as_ref().map(adam_gibbs),
        "dynamic_susceptibility": susceptibility::entry(found.susceptibilities()),
        "excluded": unless_empty(excluded.collect::<Map<_, _>>()),
        "notes": unless_empty(notes(found)),
    })
}

/// The reasons for results that are absent.
pub(crate) fn notes(found: &OverTemperature) -> Vec<String> {
    if let Some(check) = &found.enthalpy_check {
        let refused = format!("heat_capacity_check, entropy, crossover, adam_gibbs: {CONSTANT_PRESSURE}");
        let check = check
            .as_ref()
            .err()
            .map(|error| format!("enthalpy_check: {error}"));
        return [refused].into_iter().chain(check).collect();
    }
    let is_isobaric = found.scan.path() == Path::Isobaric;
    // Without virials nothing is missing, and each path has its own use of them.
    let of_virials = |is_of_path| found.has_virials && is_of_path;
    let notes = [
        ("heat_capacity_check", found.check.as_ref().err()),
        (
            "pressure_check",
            found
                .pressure_check
                .as_ref()
                .err()
                .filter(|_| of_virials(!is_isobaric)),
        ),
        ("entropy", found.entropy.as_ref().err()),
        ("entropy, fast", found.fast_entropy.as_ref().err()),
        ("entropy, slow", found.slow_entropy.as_ref().err()),
        (
            "entropy, expansion",
            found
                .expansion_entropy
                .as_ref()
                .err()
                .filter(|_| of_virials(is_isobaric)),
        ),
        (
            "entropy, whole",
            found
                .whole_entropy
                .as_ref()
                .err()
                .filter(|_| of_virials(is_isobaric)),
        ),
        ("crossover", found.crossover.as_ref().err()),
        ("adam_gibbs", found.adam_gibbs.as_ref().err()),
    ];
    let notes = notes
        .into_iter()
        .filter_map(|(name, error)| Some(format!("{name}: {}", error?)));
    let has_several = found.temperatures().len() > 1;
    let of_path = found.volume.filter(|_| is_isobaric && has_several).map(|volume| {
        let volume = short(volume, 6);
        format!("path: `isobaric`, and all runs have the volume {volume}; expected volumes that differ")
    });
    let has_expansion = found.expansion_entropy.is_ok() && of_virials(is_isobaric);
    let passed_over = [
        (
            found.entropy.is_ok(),
            "entropy: no heat capacity",
            without(found, |point| point.no_heat_capacity().is_none()),
        ),
        (
            has_expansion,
            "entropy, expansion: no virial",
            without(found, |point| point.virial().is_some()),
        ),
    ];
    let passed_over = passed_over.into_iter().filter_map(|(is_there, what, names)| {
        let names = names.filter(|_| is_there)?;
        Some(format!("{what} of {names}: the path is interpolated"))
    });
    let susceptibilities = found.susceptibilities.iter().flat_map(|all| &all.notes);
    of_path
        .into_iter()
        .chain(notes)
        .chain(passed_over)
        .chain(susceptibilities.map(|note| format!("dynamic_susceptibility: {note}")))
        .collect()
}

/// The names of the points that count and lack something.
fn without(found: &OverTemperature, has: impl Fn(&StatePoint) -> bool) -> Option<String> {
    let names: Vec<&str> = found
        .scan
        .counted()
        .filter(|point| !has(point))
        .map(StatePoint::name)
        .collect();
    (!names.is_empty()).then(|| names.join(", "))
}

/// Whether an Adam-Gibbs plot is straight, as a word and a reason.
pub(crate) fn straightness(found: &Outcome<Deviation, Undetermined>) -> (&'static str, String) {
    match found {
        Outcome::Resolved(deviation) => {
            let curved = deviation.is_significant();
            let word = if curved { "curved" } else { "straight" };
            (word, format!("a curvature of {deviation}"))
        }
        Outcome::Unresolved(Undetermined::AtBound { value, .. }) => (
            "degenerate",
            format!("S_c at the reference ran to the end of its range, {value:.2} k per particle"),
        ),
        Outcome::Unresolved(why) => ("untested", why.to_string()),
    }
}

fn blocks(point: &StatePoint) -> usize {
    point.mean_energy().blocks()
}

/// A value of each point that counts.
fn column<T>(found: &OverTemperature, of: impl Fn(&StatePoint) -> T) -> Vec<T> {
    found.scan.counted().map(of).collect()
}

fn heat_capacity_check(found: &OverTemperature, check: &HeatCapacityCheck) -> Vec<Value> {
    let rows = found.rows();
    rows.into_iter()
        .enumerate()
        .map(|(k, (_, point))| {
            let agreement = &check.agreement[k];
            json!({
                "temperature": point.temperature(),
                "from_fluctuations": check.from_fluctuations[k].value(),
                "from_energy_slope": check.from_energy_slope[k].value(),
                "from_rosenfeld_tarazona": check.from_rosenfeld_tarazona[k].value(),
                "from_spline": check.from_spline[k].value(),
                // Of the difference.
                "standard_error": check.difference[k].standard_error(),
                "comparable": agreement.why() != Some(&Undetermined::NotComparable),
                "z": agreement.value().map(|deviation| deviation.z),
                "verdict": comparison::agreement(agreement),
                "reason": agreement.why().map(ToString::to_string),
                "blocks": blocks(point),
            })
        })
        .collect()
}

/// The mean energy over temperature, a + b T^m, with m = 3/5 and with m free.
fn energy_curves(check: &HeatCapacityCheck) -> Value {
    let points = check.temperatures.len();
    let curve = |curve: &EnergyCurve, parameters: usize| {
        json!({
            "exponent": curve.exponent.value(),
            "chi_squared": curve.chi_squared,
            "degrees_of_freedom": points - parameters,
        })
    };
    let free = |free: &EnergyCurve| {
        let more = json!({
            "standard_error": free.exponent.standard_error().filter(|_| free.undetermined.is_none()),
            "reason": free.undetermined.as_ref().map(ToString::to_string),
        });
        joined([curve(free, 3), more])
    };
    let is_free = check
        .free_exponent
        .as_ref()
        .is_some_and(EnergyCurve::has_exponent);
    json!({
        "rosenfeld_tarazona": curve(&check.rosenfeld_tarazona, 2),
        "free_exponent": check.free_exponent.as_ref().map(free),
        // The one whose slope is `from_energy_slope`.
        "compared": if is_free { "free_exponent" } else { "rosenfeld_tarazona" },
    })
}

fn entropies(found: &OverTemperature, entropy: &EntropyDifference) -> Value {
    type Entropy = Result<EntropyDifference, ThermoError>;
    let values = |of: Option<&TemperatureIntegral>| found.at_all(of, |of, k| Some(of.values[k].value()));
    let printed = |k: usize| values(found.as_printed[k].as_ref().ok());
    let values = |of: &Entropy| values(of.as_deref().ok());
    let errors = |of: &Entropy| found.at_all(of.as_deref().ok(), |of, k| of.values[k].standard_error());
    let along_path = |of: &Result<TemperatureIntegral, ThermoError>, number: fn(&Estimate) -> Option<f64>| {
        let of = of.as_ref().ok().filter(|of| of.path == Path::Isobaric)?;
        Some(found.at_all(Some(of), |of, k| number(&of.values[k])))
    };
    let rules = |of: &TemperatureIntegral, k: usize| Some(of.integration_error()[k]);
    let reference = entropy.reference_temperature;
    let slope = |point: &StatePoint| {
        let check = found.check.as_ref().ok()?;
        Some(check.entropy_between(reference, point.temperature()).value())
    };
    json!({
        "path": found.scan.path().name(),
        "left_out": found.scan.path().left_out(),
        "reference_temperature": reference,
        "temperature": found.temperatures(),
        "total": values(&found.entropy),
        "fast": values(&found.fast_entropy),
        "slow": values(&found.slow_entropy),
        // Of the total.
        "standard_error": errors(&found.entropy),
        "fast_standard_error": errors(&found.fast_entropy),
        "slow_standard_error": errors(&found.slow_entropy),
        // The part of the expansion, in which an isobar differs, and the total with it.
        "expansion": along_path(&found.expansion_entropy, |x| Some(x.value())),
        "expansion_standard_error": along_path(&found.expansion_entropy, Estimate::standard_error),
        "whole": along_path(&found.whole_entropy, |x| Some(x.value())),
        "whole_standard_error": along_path(&found.whole_entropy, Estimate::standard_error),
        "blocks": column(found, blocks),
        "as_printed": { "s1": printed(0), "s2": printed(1) },
        "integration_error": found.at_all(found.entropy.as_deref().ok(), rules),
        "from_energy_slope": column(found, slope),
        // The total minus that from the slope in standard errors of the difference.
        "z": found.entropy_z,
    })
}

fn relaxation(found: &OverTemperature, coldest: f64) -> Value {
    let time = |of: TimeOf| column(found, |point| point.time(of).map(Estimate::value));
    let error = |of: TimeOf| column(found, |point| point.time(of)?.standard_error());
    let mut models = Map::new();
    for (name, fit) in &found.models {
        let of_model = models.entry(fit.model().name()).or_insert_with(|| json!({}));
        of_model[*name] = model(fit, coldest);
    }
    json!({
        "temperature": found.temperatures(),
        "tau_msed": time(TimeOf::Energy),
        "tau_msed_standard_error": error(TimeOf::Energy),
        "tau_alpha": time(TimeOf::Structure),
        "tau_alpha_standard_error": error(TimeOf::Structure),
        "blocks": column(found, blocks),
        "models": models,
    })
}

fn model(fit: &TemperatureFit, coldest: f64) -> Value {
    let parameters = fit.parameters();
    let errors = fit.parameters();
    json!({
        "parameters": parameters.map(|(name, x)| (name.to_owned(), json!(x.value()))).collect::<Value>(),
        "standard_error": standard_errors(errors.map(|(name, x)| (name, x.standard_error()))),
        "points": fit.points(),
        "aic": fit.aic(),
        "corrected_aic": fit.corrected_aic(),
        "bic": fit.bic(),
        // d log10 tau/d(T'/T) at T = T', with the coldest point in the glass transition's place: no
        // extrapolation.
        "fragility": fit.fragility_at(coldest).map(|fragility| json!({
            "temperature": coldest,
            "value": fragility.value(),
            "standard_error": fragility.standard_error(),
        })),
        "verdict": resolved(fit.undetermined.is_none()),
        "reason": fit.undetermined.as_ref().map(ToString::to_string),
    })
}

fn crossover(quantity: &str, crossover: &Outcome<Crossover, NoCrossover>) -> Value {
    match crossover {
        Outcome::Resolved(found) => json!({
            "quantity": quantity,
            "temperature": found.at,
            "standard_error": found.standard_error,
            "interval": found.interval,
            "verdict": "found",
            "reason": format!(
                "chi squared is {:.2} with two lines and {:.2} with a parabola",
                found.chi_squared, found.of_parabola
            ),
        }),
        Outcome::Unresolved(why) => json!({
            "quantity": quantity,
            "verdict": "no crossover",
            "reason": format!(
                "chi squared falls by {:.2} from one line to two between {:.4} and {:.4}, expected more than {:.2}",
                why.gain, why.range[0], why.range[1], why.threshold
            ),
        }),
    }
}

fn adam_gibbs(fit: &AdamGibbs) -> Value {
    let (verdict, reason) = straightness(&fit.curvature);
    json!({
        "reference_temperature": fit.reference_temperature,
        "ln_tau_inf": fit.ln_tau_inf.value(),
        "a": fit.a.value(),
        "s_c_reference": fit.s_c_reference.value(),
        "standard_error": standard_errors([
            ("ln_tau_inf", fit.ln_tau_inf.standard_error()),
            ("a", fit.a.standard_error()),
            ("s_c_reference", fit.s_c_reference.standard_error()),
        ]),
        "reduced_chi_squared": fit.reduced_chi_squared(),
        "verdict": verdict,
        "reason": reason,
    })
}
