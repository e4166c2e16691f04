//! The figures.

mod dynamic_heat_capacity;
mod energies;
mod look;
mod over_temperature;
mod structure;

use crate::analysis::over_temperature::OverTemperature;
use crate::analysis::point::Point;
use crate::failure::Failure;
use crate::output::Output;
use crate::scan_file::Scan;

/// Draws all figures for which there are results: two temperatures have no slope, one has no
/// entropy, and runs of no ensemble have no heat capacity.
pub(crate) fn draw(
    scan: &Scan,
    points: &[Point<'_>],
    results: &OverTemperature,
    output: &mut Output,
) -> Result<Vec<String>, Failure> {
    use over_temperature::{adam_gibbs, entropies, heat_capacity_check, landscape};
    let has_heat_capacity = points.iter().any(|point| point.counted_heat_capacity().is_some());
    let figures = [
        ("fig1_distribution", Some(energies::distribution(scan, points))),
        ("fig2_msd_msed", Some(energies::msd_msed(scan, points))),
        ("fig3_relaxation_times", structure::relaxation_times(scan, points)),
        ("fig4_landscape", Some(landscape(scan, points, results))),
        (
            "heat_capacity_check",
            has_heat_capacity.then(|| heat_capacity_check(scan, points, results)),
        ),
        ("entropies", entropies(scan, results)),
        ("adam_gibbs", adam_gibbs(scan, results)),
        ("msed_rise", energies::msed_rise(scan, points)),
        (
            "dynamic_heat_capacity",
            dynamic_heat_capacity::dynamic_heat_capacity(scan, points),
        ),
        ("structure_factor", structure::structure_factor(scan, points)),
        ("pair_entropy", structure::pair_entropy(scan, points, results)),
    ];
    let mut not_drawn = Vec::new();
    for (name, figure) in figures {
        match figure.map(|figure| figure.to_svg()) {
            Some(Ok(svg)) => output.add(format!("{name}.svg"), svg)?,
            Some(Err(error)) => not_drawn.push(format!("{name} is not drawn: {error}")),
            None => {}
        }
    }
    Ok(not_drawn)
}
