//! A CSV file per curve.

use crate::analysis::point::Point;
use crate::failure::Failure;
use crate::output::Output;
use crate::scan_file::Scan;

/// Curves of all points, each in a file named after the run, what it is of, and what it is.
pub(crate) fn write(scan: &Scan, points: &[Point<'_>], output: &mut Output) -> Result<(), Failure> {
    for point in points {
        let run = point.name();
        output.add(format!("{run}.msed.csv"), point.msed.to_string())?;
        let mut add = |of: &str, name: &str, curve: String| {
            let of = of.replace(['/', '\\', '\0', '\n'], "_");
            output.add(format!("{run}.{of}.{name}.csv"), curve)
        };
        let Some(structure) = &point.structure else {
            continue;
        };
        if let Some(decay) = &structure.decay {
            let probe = scan.probe.as_deref().unwrap_or_default();
            add(probe, "self_isf", decay.isf.to_string())?;
        }
        for (one, _) in structure.displacements() {
            for (name, curve) in [
                ("msd", one.msd()),
                ("alpha2", one.alpha2()),
                ("overlap", one.overlap()),
                ("chi4", one.chi4()),
            ] {
                add(one.name(), name, curve.to_string())?;
            }
        }
        for factor in structure.waves.factors.iter() {
            add(&factor.name(), "s_of_q", factor.to_string())?;
        }
    }
    Ok(())
}
