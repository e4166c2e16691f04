//! Which fraction has stayed in place, and how much that fluctuates: the self overlap Q(t) and χ₄(t) of species A.
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
    let a = moved.species("A").ok_or("no species A")?;
    println!(
        "Q({}) = {}, chi4 = {}",
        a.overlap().lag_time(20),
        a.overlap().point(20),
        a.chi4().point(20)
    );
    let overlap =
        Panel::new(Axis::log("*{t} (*{τ})"), Axis::linear("*{Q}_{A}")).with(Series::curve(a.overlap()));
    let chi4 = Panel::new(Axis::log("*{t} (*{τ})"), Axis::linear("*{χ}_{4}")).with(Series::curve(a.chi4()));
    Ok(Figure::new(overlap).with(chi4).save("target/overlap.svg")?)
}
