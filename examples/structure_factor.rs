//! Partial structure factors and their main peaks, from a trajectory to a picture.
#![allow(clippy::print_stdout, reason = "an example shows what it found")]

use msed::plot::{Axis, Figure, Panel, Series};
use msed::structure::{self, PeakWindow};
use msed::{Resampling, Units, io, trajectory::Species};

fn main() -> Result<(), msed::Error> {
    let species = Species::by_count([("A", 800), ("B", 200)])?;
    let file = "data/kob-andersen/T0.600/trajectory.xtc";
    let run = io::trajectory::<f32>(file, Units::LJ, 0.005, species)?.thinned(5)?;
    let s = structure::static_structure(&run, &run.sphere(15.0)?, Resampling::Blocks(10))?;
    let mut panel = Panel::new(
        Axis::linear("*{q} (*{σ}^{-1})"),
        Axis::linear("*{S}(*{q}) (dimensionless)"),
    );
    for ([a, b], pair) in s.pairs() {
        let peak = structure::main_peak(pair, PeakWindow::LENNARD_JONES);
        println!("{a}-{b}: {peak}");
        let bins = pair.binned(0.1)?;
        let points = Series::points(bins.q(), bins.values()).errors(bins.standard_errors());
        panel.add(points.size(0.6).label(format!("{a}-{b}")));
    }
    Ok(Figure::new(panel).save("target/structure_factor.svg")?)
}
