//! The coherent intermediate scattering function over its value at t = 0, partial and total, beside
//! the self part.
#![allow(clippy::print_stdout, reason = "an example shows what it found")]

use msed::plot::{Axis, Figure, Panel, Series};
use msed::trajectory::Species;
use msed::{Lags, Resampling, Units, io, structure};

fn main() -> Result<(), msed::Error> {
    let species = Species::by_count([("A", 800), ("B", 200)])?;
    let file = "data/kob-andersen/T0.700/trajectory.xtc";
    let run = io::trajectory::<f32>(file, Units::LJ, 0.005, species)?;
    let shell = run.shell(7.15..=7.35)?;
    let lags = Lags::logarithmic(20).up_to_fraction(0.1).with_zero();
    let isf = structure::coherent_isf(&run, &shell, &lags, Resampling::Blocks(10))?;
    let mut panel = Panel::new(
        Axis::log("*{t} (*{τ}_{LJ})"),
        Axis::linear("*{F}(*{q}, *{t})/*{S}(*{q}) (dimensionless)"),
    );
    for ([a, b], partial) in isf.pairs().filter(|([a, b], _)| a == b) {
        println!("S of {a}-{b}: {}", partial.point(0));
        if let Some(decay) = partial.over_zero() {
            panel.add(Series::curve(&decay).label(format!("{a}-{b}")));
        }
    }
    println!("S of all: {}", isf.total().point(0));
    let own = structure::self_isf(&run, "A", &shell, &lags, Resampling::Blocks(10))?;
    panel.add(Series::curve_line(&own).grey().dashed().label("self, A"));
    Ok(Figure::new(panel).save("target/coherent_isf.svg")?)
}
