//! One of the `runs`.

use msed::Estimate;
use msed::relaxation::Fit;
use msed::spectrum::SpectralFit;
use msed::thermo::{HeatCapacity, Split};
use serde_json::{Value, json};

use super::structure;
use super::values::{curve, fit, joined, no_fit, standard_errors, unless_empty};
use crate::analysis::point::Point;

pub(super) fn entry(point: &Point<'_>) -> Value {
    let moments = &point.energies.moments;
    let slope = point.drift.slope();
    json!({
        "name": point.name(),
        "temperature": point.temperature(),
        "temperature_standard_error": moments.temperature().and_then(|t| t.standard_error()),
        "samples": moments.samples(),
        "sampling_interval": point.energies.interval(),
        "replicas": point.run.energy().len(),
        "mean_energy": moments.mean().value(),
        "mean_energy_standard_error": moments.mean().standard_error(),
        "energy_variance": moments.variance().value(),
        "blocks": moments.resamples().blocks(),
        "correlation_time": point.spectral.choice.correlation_time(),
        "independent_samples": point.spectral.independent_samples(),
        "left_out_rows": point.energies.left_out_rows,
        "excluded": point.run.exclude,
        "notes": unless_empty(&point.energies.notes),
        "print_quantum": point.resolution.quantum(),
        "print_floor": point.resolution.floor(),
        "msed": curve(&point.msed),
        "drift": {
            "slope": slope.value(),
            "standard_error": slope.standard_error(),
            "stationary": point.drift.verdict().is_stationary(),
            "blocks": slope.resamples().blocks(),
        },
        "fit": {
            "exponential": least_squares(&point.exponential),
            "stretched": least_squares(&point.stretched),
        },
        "spectral": {
            "exponential": spectral(&point.spectral.exponential),
            "stretched": spectral(&point.spectral.stretched),
        },
        "heat_capacity": heat_capacity(&point.heat_capacity),
        "structure": point.structure.as_ref().map(structure::entry),
    })
}

fn least_squares(found: &Fit) -> Value {
    let numbers = [
        ("u0_squared", found.u0_squared()),
        ("um_squared", found.um_squared()),
        ("relaxation_time", found.relaxation_time()),
        ("beta", found.beta()),
    ];
    let place =
        json!({ "window": found.window(), "mean_relaxation_time": found.mean_relaxation_time().value() });
    let quality = fit(
        &numbers,
        found.reduced_chi_squared(),
        found.verdict(),
        found.cautions(),
    );
    joined([place, quality])
}

fn spectral(found: &Result<SpectralFit, String>) -> Value {
    let found = match found {
        Ok(found) => found,
        Err(error) => return no_fit(error),
    };
    let numbers = [
        ("u0_squared", found.u0_squared()),
        ("um_squared", found.um_squared()),
        ("relaxation_time", found.relaxation_time()),
        ("beta", found.beta()),
    ];
    let place = json!({
        "max_frequency": found.max_frequency(),
        "mean_relaxation_time": found.mean_relaxation_time().value(),
    });
    let quality = fit(
        &numbers,
        found.reduced_chi_squared(),
        found.verdict(),
        found.cautions(),
    );
    joined([place, quality])
}

fn heat_capacity(c: &HeatCapacity) -> Value {
    let error = |part: Option<&Estimate>| part.and_then(Estimate::standard_error);
    json!({
        "excess": c.excess().value(),
        "fast": c.fast().map(Estimate::value),
        "slow": c.slow().map(Estimate::value),
        "uncorrected": c.uncorrected().value(),
        "standard_error": standard_errors([
            ("excess", error(Some(c.excess()))),
            ("fast", error(c.fast())),
            ("slow", error(c.slow())),
        ]),
        "ensemble": c.ensemble().name(),
        "as_printed": c.as_printed().map(Estimate::value),
        "blocks": c.excess().resamples().blocks(),
        "reason": match c.split() {
            Split::TooLarge { y } => Some(format!(
                "no fast and slow part: y of the fast plateau is {y:.3}, expected below 1"
            )),
            _ => None,
        },
    })
}
