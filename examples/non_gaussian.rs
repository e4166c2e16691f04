//! How far displacements are from Gaussian: the parameter α₂ of each species, and where it peaks.
#![allow(clippy::print_stdout, reason = "an example shows what it found")]

use msed::io::XtcReader;
use msed::plot::{Axis, Figure, Panel, Series};
use msed::trajectory::{Species, Trajectory};
use msed::{Lags, Resampling, structure};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let reader = XtcReader::open("data/kob-andersen/T0.600/trajectory.xtc", 1.0)?;
    let run = Trajectory::<f32>::from_source(reader, 0.005, Species::by_count([("A", 800), ("B", 200)])?)?;
    let lags = Lags::logarithmic(20).up_to_fraction(0.5);
    let moved = structure::displacements(&run, &lags, 0.3, Resampling::Blocks(10))?;
    let mut panel = Panel::new(Axis::log("*{t} (*{τ})"), Axis::linear("*{α}_{2}"));
    for (name, alpha2) in moved.iter().map(|species| (species.name(), species.alpha2())) {
        panel.add(Series::curve(alpha2).label(name));
        let peak = (0..alpha2.len())
            .max_by(|&a, &b| alpha2.values()[a].total_cmp(&alpha2.values()[b]))
            .unwrap_or(0);
        println!(
            "{name}: largest alpha2 = {} at t = {}",
            alpha2.point(peak),
            alpha2.lag_time(peak)
        );
    }
    Ok(Figure::new(panel).save("target/non_gaussian.svg")?)
}
