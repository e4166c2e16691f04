//! The pair entropy, the integral that it comes from, and where neighbours are after a time.
#![allow(clippy::print_stdout, reason = "an example shows what it found")]

use msed::plot::{Axis, Figure, Panel, Series};
use msed::structure::{self, RadialBins};
use msed::{Lags, Resampling, Units, io, trajectory::Species};

fn main() -> Result<(), msed::Error> {
    let species = Species::by_count([("A", 800), ("B", 200)])?;
    let file = "data/kob-andersen/T0.600/trajectory.xtc";
    let run = io::trajectory::<f32>(file, Units::LJ, 0.005, species)?.thinned(20)?;
    let bins = RadialBins::half_cell(&run, 0.02)?;
    let s2 = structure::pair_entropy(&run, &bins, Resampling::Blocks(10))?;
    println!("s2 = {} k, of which {} from the outer half", s2.value, s2.tail);
    for ([a, b], part) in s2.parts.pairs() {
        println!("{a}-{b}: {part}");
    }
    let ends = &bins.edges()[1..];
    let integral = Panel::new(Axis::linear("*{r} (*{σ})"), Axis::linear("*{s}_{2} (*{k}_{B})"))
        .with(Series::estimates(ends, &s2.running));
    let lags = Lags::samples([0, 1, 10]);
    let found = structure::distinct_van_hove(&run, &lags, &bins, Resampling::Blocks(4))?;
    let mut distinct = Panel::new(Axis::linear("*{r} (*{σ})"), Axis::linear("*{g}_{AA}(*{r}, *{t})"));
    for at in found.of("A", "A")? {
        let label = format!("*{{t}} = {}", at.lag_time);
        distinct.add(Series::estimates(&bins.centres(), &at.g).label(label));
    }
    Ok(Figure::new(integral)
        .with(distinct)
        .save("target/pair_entropy.svg")?)
}
