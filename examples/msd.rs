//! Mean squared displacement of each species, from a trajectory to a picture.
#![allow(clippy::print_stdout, reason = "an example shows what it found")]

use msed::io::XtcReader;
use msed::plot::{Axis, Figure, Panel, Series};
use msed::trajectory::{Species, Trajectory};
use msed::{Lags, Resampling, structure};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let reader = XtcReader::open("data/kob-andersen/T0.600/trajectory.xtc", 1.0)?;
    let run = Trajectory::<f32>::from_source(reader, 0.005, Species::by_count([("A", 800), ("B", 200)])?)?;
    let msd = structure::msd(
        &run,
        &Lags::logarithmic(20).up_to_fraction(0.5),
        Resampling::Blocks(10),
    )?;
    let mut panel = Panel::new(Axis::log("*{t} (*{τ})"), Axis::log("MSD (*{σ}^{2})"));
    for species in msd.iter() {
        panel.add(Series::curve(species.total()).label(species.name()));
        println!(
            "{}: MSD({}) = {}",
            species.name(),
            species.total().lag_time(20),
            species.total().point(20)
        );
    }
    Ok(Figure::new(panel).save("target/msd.svg")?)
}
