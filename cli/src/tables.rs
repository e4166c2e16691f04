//! The results as text.

mod constant_pressure;
mod energies;
mod over_temperature;
mod reasons;
mod structure;
mod susceptibility;
mod table;
mod virial;

use crate::analysis::over_temperature::OverTemperature;
use crate::analysis::point::Point;
use crate::scan_file::Scan;

pub(crate) use table::{temperature, time};

/// The tables that are printed.
pub(crate) fn report(scan: &Scan, points: &[Point<'_>], results: &OverTemperature) -> String {
    let tables = [
        Some(energies::landscape(scan, points)),
        Some(energies::second_opinions(points)),
        constant_pressure::of_points(scan, points),
        virial::of_points(scan, points),
        structure::waves(scan, points),
        structure::relaxation_times(scan, points),
        structure::displacements(scan, points),
        structure::pair_entropies(scan, points),
        over_temperature::heat_capacities(results),
        constant_pressure::over_temperature(results),
        virial::over_temperature(scan, results),
        over_temperature::models(results),
        susceptibility::peaks(results.susceptibilities()),
    ];
    let mut text = tables.into_iter().flatten().collect::<Vec<_>>().join("\n");
    let notes = crate::results::notes(results);
    // One point has nothing over temperature, and nobody expects it.
    if points.len() > 1 && !notes.is_empty() {
        text += &format!("\nNot to be had over temperature: {}\n", notes.join("; "));
    }
    text
}
