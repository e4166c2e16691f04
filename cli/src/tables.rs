//! The results as text.

mod displacements;
mod energies;
mod heat_capacities;
mod models;
mod numbers;
mod relaxation_times;
mod second_opinions;
mod table;
mod waves;

use crate::analysis::over_temperature::OverTemperature;
use crate::analysis::point::Point;
use crate::results;
use crate::scan_file::Scan;

pub(crate) use numbers::{temperature, time};

/// The tables that are printed.
pub(crate) fn report(scan: &Scan, points: &[Point<'_>], over_temperature: &OverTemperature) -> String {
    let tables = [
        Some(energies::text(scan, points)),
        Some(second_opinions::text(points)),
        waves::text(scan, points),
        relaxation_times::text(scan, points),
        displacements::text(scan, points),
        heat_capacities::text(over_temperature),
        models::text(over_temperature),
    ];
    let mut text = tables.into_iter().flatten().collect::<Vec<_>>().join("\n");
    let notes = results::notes(over_temperature);
    if !notes.is_empty() {
        text += &format!("\nNot to be had over temperature: {}\n", notes.join("; "));
    }
    text
}
