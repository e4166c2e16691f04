//! Partial radial distribution functions, from a trajectory to a picture.
#![allow(clippy::print_stdout, reason = "an example shows what it found")]

use msed::plot::{Axis, Figure, Panel, Series};
use msed::structure::{self, RadialBins};
use msed::{Estimate, Resampling, Units, io, trajectory::Species};

fn main() -> Result<(), msed::Error> {
    let species = Species::by_count([("A", 800), ("B", 200)])?;
    let file = "data/kob-andersen/T0.600/trajectory.xtc";
    let run = io::trajectory::<f32>(file, Units::LJ, 0.005, species)?.thinned(5)?;
    let bins = RadialBins::linear(4.7, 235)?;
    let g = structure::rdf(&run, &bins, Resampling::Blocks(10))?;
    let mut panel = Panel::new(
        Axis::linear("*{r} (*{σ})"),
        Axis::linear("*{g}(*{r}) (dimensionless)"),
    );
    for ([a, b], pair) in g.pairs() {
        println!("{b} around {a} within 1.4: {}", pair.neighbours[69]);
        let g: Vec<f64> = pair.values.iter().map(Estimate::value).collect();
        panel.add(Series::line(&pair.bins.centres(), &g).label(format!("{a}-{b}")));
    }
    Ok(Figure::new(panel).save("target/rdf.svg")?)
}
