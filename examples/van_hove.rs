//! How far particles have moved: G_s(r, t) beside a Gaussian of the same mean squared displacement.
#![allow(clippy::print_stdout, reason = "an example shows what it found")]

use msed::plot::{Axis, Figure, Panel, Series};
use msed::structure::{self, RadialBins};
use msed::{Lags, Resampling, Units, io, trajectory::Species};

fn main() -> Result<(), msed::Error> {
    let species = Species::by_count([("A", 800), ("B", 200)])?;
    let file = "data/kob-andersen/T0.600/trajectory.xtc";
    let run = io::trajectory::<f32>(file, Units::LJ, 0.005, species)?;
    let (lags, bins) = (Lags::samples([1, 10, 100]), RadialBins::linear(2.0, 40)?);
    let moved = structure::van_hove(&run, &lags, &bins, Resampling::Blocks(10))?;
    let density = Axis::log("*{G}_{s} (*{σ}^{-3})").range(1e-4, 1e2);
    let mut panel = Panel::new(Axis::linear("*{r} (*{σ})"), density);
    for (i, at) in moved.all().iter().enumerate() {
        let (time, r, density) = (at.lag_time, at.bins.centres(), &at.density);
        println!("t = {time}: MSD = {}, {} beyond 2", at.msd, at.outside[1]);
        let points = Series::estimates(&r, density).pale();
        panel.add(points.label(format!("*{{t}} = {time} *{{τ}}_{{LJ}}")));
        panel.add(Series::function([0.0, 2.0], |r| at.gaussian(r)).colour(i));
    }
    Ok(Figure::new(panel).save("target/van_hove.svg")?)
}
