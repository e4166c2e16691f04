//! Relaxation of the structure beside that of the energy.

use std::fmt::Write;

use msed::relaxation::Crossing;

use super::numbers::{shown, temperature, time};
use super::table::Table;
use crate::analysis::point::Point;
use crate::results::reason;
use crate::scan_file::Scan;

pub(super) fn text(scan: &Scan, points: &[Point<'_>]) -> Option<String> {
    let probe = scan.probe.as_deref()?;
    let mut table = Table::new(&[
        "run",
        "T",
        "q",
        "tau_alpha",
        "f_q",
        "KWW tau",
        "KWW beta",
        "tau* Eq. (11)",
        "by spectrum",
    ]);
    let mut reasons = String::new();
    for point in points {
        let Some(decay) = point.decay() else {
            continue;
        };
        let tail = decay.resolved_tail();
        table.add([
            point.name().to_owned(),
            temperature(point.temperature()),
            format!("{:.3}", decay.q),
            match &decay.crossing {
                Crossing::NotReached { lower_bound, .. } => format!("> {}", time(*lower_bound)),
                Crossing::BeforeFirstLag { upper_bound } => format!("< {}", time(*upper_bound)),
                Crossing::Reached { time } => shown(Some(time)),
            },
            shown(tail.map(|tail| tail.amplitude())),
            shown(tail.map(|tail| tail.relaxation_time())),
            shown(tail.map(|tail| tail.beta())),
            shown(point.relaxation().map(|fit| fit.relaxation_time())),
            shown(point.spectral.relaxation().map(|fit| fit.relaxation_time())),
        ]);
        let why = match &decay.tail {
            Ok(tail) => reason(tail.verdict()),
            Err(error) => Some(error.clone()),
        };
        if let Some(why) = why {
            let _ = writeln!(
                reasons,
                "{}: the tail of F_s is not resolved: {why}",
                point.name()
            );
        }
    }
    (!table.is_empty()).then(|| {
        format!(
            "Relaxation of the structure, by F_s of {probe} at q: where it is 1/e, and its tail f_q exp(-(t/tau)^beta); beside that of the \
             energy, tau*.\n\n{table}{reasons}"
        )
    })
}
