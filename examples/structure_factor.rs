//! Partial structure factors and their main peaks, from a trajectory to a picture.
#![allow(clippy::print_stdout, reason = "an example shows what it found")]

use msed::plot::{Axis, Figure, Panel, Series};
use msed::structure::{self, PeakWindow, WaveVectors};
use msed::trajectory::{Cell, Species};
use msed::{Resampling, Units, io};

fn main() -> Result<(), msed::Error> {
    let species = Species::by_count([("A", 800), ("B", 200)])?;
    let file = "data/kob-andersen/T0.600/trajectory.xtc";
    let run = io::trajectory::<f32>(file, Units::LJ, 0.005, species)?.thinned(5)?;
    let vectors = WaveVectors::sphere(&Cell::cubic(9.410_360_288_81)?, 15.0)?;
    let s = structure::static_structure(&run, &vectors, Resampling::Blocks(10))?;
    let mut panel = Panel::new(
        Axis::linear("*{q} (*{σ}^{-1})"),
        Axis::linear("*{S}(*{q}) (dimensionless)"),
    );
    for pair in s.partials() {
        let peak = structure::main_peak(pair, PeakWindow::LENNARD_JONES);
        println!("{}: {peak}", pair.name());
        let bins = pair.binned(0.1)?;
        let points = Series::points(bins.q(), bins.values()).errors(bins.standard_errors());
        panel.add(points.size(0.6).label(pair.name()));
    }
    Ok(Figure::new(panel).save("target/structure_factor.svg")?)
}
