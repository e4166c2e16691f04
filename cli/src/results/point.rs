//! An entry of `runs`.

use msed::Estimate;
use msed::relaxation::{IntegralTime, Model, Relaxation};
use msed::stats::Outcome;
use msed::thermo::{HeatCapacity, NoThermostatTime, Sampled, Undetermined};
use serde_json::{Value, json};

use super::values::{curve, fit, found, joined, missing, no_fit, standard_errors, unless_empty};
use super::{constant_pressure, dynamic_heat_capacity, structure, virial};
use crate::analysis::point::Point;
use crate::analysis::spectral::Read;
use crate::input::energies::Energies;
use crate::scan_file::Discard;

pub(super) fn entry(point: &Point<'_>) -> Value {
    let moments = &point.energies.moments;
    let slope = &point.drift.slope;
    json!({
        "name": point.name(),
        "temperature": point.temperature(),
        "temperature_standard_error": moments.temperature().and_then(|t| t.standard_error()),
        "samples": moments.samples,
        "sampling_interval": point.energies.interval(),
        "replicas": point.run.energy().len(),
        "mean_energy": moments.mean.value(),
        "mean_energy_standard_error": moments.mean.standard_error(),
        "energy_variance": moments.variance.value(),
        "blocks": moments.mean.blocks(),
        "correlation_time": point.spectral.choice.correlation_time,
        "independent_samples": point.spectral.independent_samples(),
        "left_out_rows": point.energies.left_out_rows,
        "excluded": point.run.exclude,
        "notes": unless_empty(&point.energies.notes),
        "print_quantum": point.resolution.quantum,
        "print_floor": point.resolution.floor,
        "msed": curve(&point.msed),
        "drift": {
            "slope": slope.value(),
            "standard_error": slope.standard_error(),
            "stationary": point.drift.is_stationary() == Some(true),
            "blocks": slope.blocks(),
        },
        "ensemble": ensemble(point),
        "equilibration": equilibration(point.run.discard, &point.energies),
        "fit": {
            "chosen": form(point.chosen),
            "exponential": relaxation(&point.exponential),
            "stretched": relaxation(&point.stretched),
        },
        "spectral": {
            "chosen": point.spectral.chosen().as_ref().ok().map(|fit| form(fit.model)),
            "average": spectral(&point.spectral.average),
            "exponential": spectral(&point.spectral.exponential),
            "stretched": spectral(&point.spectral.stretched),
            "rise_time": read(&point.spectral.rise_time, |time| time),
            "integral_time": joined([
                read(&point.spectral.integral_time, |integral| &integral.time),
                json!({ "tail": tail(&point.spectral.integral_time) }),
            ]),
        },
        "heat_capacity": match (point.no_heat_capacity(), &point.heat_capacity) {
            (None, Some(found)) => heat_capacity(found),
            (why, _) => joined([
                json!({ "ensemble": point.ensemble.name() }),
                missing("unresolved", why.unwrap_or(Undetermined::ConstantPressure)),
            ]),
        },
        "constant_pressure": point.constant_pressure.as_ref().map(constant_pressure::entry),
        "dynamic_heat_capacity": dynamic_heat_capacity::entry(&point.dynamic),
        "virial": point.virial.as_ref().map(virial::entry),
        "structure": point.structure.as_ref().map(structure::entry),
    })
}

/// The ensemble that the file declares, and what energies and temperatures show of it.
fn ensemble(point: &Point<'_>) -> Value {
    let declared = json!({ "declared": point.ensemble.name() });
    let Some(check) = &point.energies.ensemble else {
        return joined([
            declared,
            json!({ "reason": "the energies have no temperature column" }),
        ]);
    };
    let lower_bound = match check.thermostat_time.why() {
        Some(NoThermostatTime::Longer { lower_bound, .. }) => Some(lower_bound),
        _ => None,
    };
    let thermostat_time = found(&check.thermostat_time, |time| time, "unresolved");
    let numbers = [
        ("energy_temperature_correlation", &check.correlation),
        ("temperature_variance_ratio", &check.temperature_variance),
        ("energy_temperature_ratio", &check.energy_ratio),
    ];
    joined([
        declared,
        numbers
            .iter()
            .map(|(name, number)| (*name, json!(number.value())))
            .collect(),
        json!({
            "found": check.sampled.value().map(Sampled::name),
            "reason": check.sampled.why().map(ToString::to_string),
            "standard_error": standard_errors(numbers.map(|(name, number)| (name, number.standard_error()))),
            "blocks": check.correlation.blocks(),
            "thermostat_time": joined([thermostat_time, json!({ "lower_bound": lower_bound })]),
        }),
    ])
}

fn form(model: Model) -> &'static str {
    match model {
        Model::Exponential => "exponential",
        _ => "stretched",
    }
}

/// Eq. (11), by its lags or by its spectrum.
fn relaxation(found: &Relaxation) -> Value {
    let evidence = &found.evidence;
    let place = json!({
        "window": evidence.least_squares().map(|_| found.window()),
        "max_frequency": evidence.spectrum().map(|spectrum| spectrum.max_frequency),
        "mean_relaxation_time": found.mean_relaxation_time.value(),
    });
    let numbers = [
        ("u0_squared", &found.u0_squared),
        ("um_squared", &found.um_squared),
        ("relaxation_time", &found.relaxation_time),
        ("beta", &found.beta),
    ];
    joined([place, fit(found, &numbers)])
}

fn spectral(found: &Result<Relaxation, String>) -> Value {
    match found {
        Ok(found) => relaxation(found),
        Err(error) => no_fit(error),
    }
}

/// A time that is read from the curve.
fn read<T>(time: &Read<T>, number: impl Fn(&T) -> &Estimate) -> Value {
    match time {
        Ok(outcome) => found(outcome, number, "unresolved"),
        Err(error) => missing("unresolved", error),
    }
}

/// The part of an integral that is the fitted form's.
fn tail(integral: &Read<IntegralTime>) -> Option<f64> {
    Some(integral.as_ref().ok()?.value()?.tail.value())
}

/// What remains to be discarded, and what was discarded.
fn equilibration(discard: Discard, energies: &Energies) -> Value {
    let discarded = matches!(discard, Discard::Automatic).then_some(energies.discarded);
    let found = match &energies.equilibration {
        Outcome::Resolved(found) => json!({
            "start": found.time,
            "statistical_inefficiency": found.inefficiency,
            "independent_samples": found.independent_samples,
        }),
        Outcome::Unresolved(why) => missing("unresolved", why),
    };
    joined([json!({ "discarded": discarded }), found])
}

fn heat_capacity(c: &HeatCapacity) -> Value {
    let error = |part: Option<&Estimate>| part.and_then(Estimate::standard_error);
    json!({
        "excess": c.excess.value(),
        "fast": c.fast().map(Estimate::value),
        "slow": c.slow().map(Estimate::value),
        "uncorrected": c.uncorrected.value(),
        "standard_error": standard_errors([
            ("excess", error(Some(&c.excess))),
            ("fast", error(c.fast())),
            ("slow", error(c.slow())),
        ]),
        "ensemble": c.ensemble().name(),
        "as_printed": c.as_printed.as_ref().map(Estimate::value),
        "blocks": c.excess.blocks(),
        "reason": match c.parts.as_ref().and_then(Outcome::why) {
            Some(Undetermined::TooLarge { y }) => Some(format!(
                "no fast and slow part: y of the fast plateau is {y:.3}, expected below 1"
            )),
            _ => None,
        },
    })
}
