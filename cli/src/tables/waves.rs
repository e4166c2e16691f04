//! The main peak of the probe's structure factor, and the shell of wave vectors that relaxation is measured at.

use std::fmt::Write;

use msed::structure::{MainPeak, WaveVectors};

use super::numbers::{or_dash, shown, temperature};
use super::table::Table;
use crate::analysis::point::Point;
use crate::scan_file::Scan;

pub(super) fn text(scan: &Scan, points: &[Point<'_>]) -> Option<String> {
    let mut table = Table::new(&["run", "T", "frames", "q_max", "S(q_max)", "q", "vectors"]);
    let mut reasons = String::new();
    for point in points {
        let Some(structure) = &point.structure else {
            continue;
        };
        let waves = &structure.waves;
        let shell = waves.shell.as_ref();
        let height = match &waves.peak {
            MainPeak::Resolved { height, .. } => Some(height),
            none => {
                let _ = writeln!(reasons, "{}: q_max: {none}", point.name());
                None
            }
        };
        table.add([
            point.name().to_owned(),
            temperature(point.temperature()),
            waves.factors.total().frames().to_string(),
            shown(waves.peak.position()),
            shown(height),
            or_dash(shell.map(|shell| format!("{:.4}", shell.mean_modulus()))),
            or_dash(shell.map(WaveVectors::len)),
        ]);
    }
    let probe = scan.probe.as_deref().unwrap_or("all particles");
    (!table.is_empty()).then(|| {
        format!(
            "Structure factor of {probe}: its main peak, and the shell of wave vectors at which relaxation is \
             measured.\n\n{table}{reasons}"
        )
    })
}
