//! Displacements of each species: diffusion, the time of the plateau, the peaks of alpha2 and chi4.

use std::fmt::Display;

use msed::relaxation::DiffusionVerdict;

use super::numbers::{or_dash, shown, time};
use super::table::Table;
use crate::analysis::point::Point;
use crate::analysis::structure::{Motion, Structure};
use crate::scan_file::Scan;

/// `None` where no run has a trajectory.
pub(super) fn text(scan: &Scan, points: &[Point<'_>]) -> Option<String> {
    let mut table = Table::new(&[
        "run",
        "species",
        "D",
        "window",
        "tau_beta max",
        "tau_beta slope",
        "alpha2",
        "at t",
        "chi4",
        "at t",
    ]);
    let mut reasons = Reasons::default();
    for point in points {
        for one in point.structure.iter().flat_map(Structure::species) {
            table.add(row(point.name(), one, &mut reasons));
        }
    }
    (!table.is_empty()).then(|| {
        format!(
            "Displacements: diffusion coefficient; time of the plateau, by the first maximum of the MSD and by the smallest slope; the \
             largest alpha2 and chi4 of the overlap within {}.\n\n{table}{reasons}",
            scan.system.overlap_radius()
        )
    })
}

fn row(run: &str, one: &Motion, reasons: &mut Reasons) -> Vec<String> {
    let place = format!("{run} {}", one.name);
    let diffusion = one.diffusion.reached();
    if let DiffusionVerdict::NotReached(why) = &one.diffusion {
        reasons.add("D:", why, &place);
    }
    let window = diffusion.map(|found| {
        let [start, end] = found.window().map(time);
        format!("{start}-{end}")
    });
    let mut row = vec![
        run.to_owned(),
        one.name.clone(),
        diffusion.map_or_else(
            || "not reached".to_owned(),
            |found| shown(Some(found.coefficient())),
        ),
        or_dash(window),
    ];
    for (what, found) in [
        ("tau_beta by the maximum:", one.tau_beta.msd_maximum()),
        ("tau_beta by the slope:", one.tau_beta.log_slope_minimum()),
    ] {
        row.push(match found.time() {
            Some(time) => shown(Some(time)),
            None => reasons.add(what, found, &place),
        });
    }
    for (what, found) in [("alpha2:", &one.alpha2_peak), ("chi4:", &one.chi4_peak)] {
        row.push(match found.height() {
            Some(height) => shown(Some(height)),
            None => reasons.add(what, found, &place),
        });
        row.push(shown(found.time()));
    }
    row
}

/// Reasons in the order in which they come up, each with the places that it holds for.
#[derive(Default)]
struct Reasons(Vec<(String, Vec<String>)>);

impl Reasons {
    /// Adds a place; what its cell says.
    fn add(&mut self, what: &str, why: &dyn Display, place: &str) -> String {
        let reason = format!("{what} {why}");
        match self.0.iter_mut().find(|(found, _)| *found == reason) {
            Some((_, places)) => places.push(place.to_owned()),
            None => self.0.push((reason, vec![place.to_owned()])),
        }
        "not resolved".to_owned()
    }
}

impl Display for Reasons {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let lines = self.0.iter();
        lines
            .map(|(reason, places)| format!("{}: {reason}\n", places.join(", ")))
            .try_for_each(|line| f.write_str(&line))
    }
}
