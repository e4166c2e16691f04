//! How far particles have moved: G_s(r, t) beside a Gaussian of the same mean squared displacement.
#![allow(clippy::print_stdout, reason = "an example shows what it found")]

use msed::io::XtcReader;
use msed::plot::{Axis, Figure, Panel, Series};
use msed::trajectory::{Species, Trajectory};
use msed::{Estimate, Lags, Resampling, structure};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let reader = XtcReader::open("data/kob-andersen/T0.600/trajectory.xtc", 1.0)?;
    let run = Trajectory::<f32>::from_source(reader, 0.005, Species::by_count([("A", 800), ("B", 200)])?)?;
    let (lags, bins) = (
        Lags::explicit([1, 10, 100]),
        structure::RadialBins::linear(2.0, 40)?,
    );
    let moved = structure::van_hove(&run, &lags, &bins, Resampling::Blocks(10))?;
    let axis = Axis::log("*{G}_{s} (*{σ}^{-3})").range(1e-4, 1e2);
    let mut panel = Panel::new(Axis::linear("*{r} (*{σ})"), axis);
    for (i, at) in moved.all().lags().iter().enumerate() {
        let density: Vec<f64> = at.density().iter().map(Estimate::value).collect();
        let gaussian: Vec<f64> = at.centres().iter().map(|&r| at.gaussian(r)).collect();
        panel.add(Series::points(&at.centres(), &density).label(format!("*{{t}} = {}", at.lag_time())));
        panel.add(Series::line(&at.centres(), &gaussian).colour(i).dashed());
        println!(
            "t = {}: MSD = {}, {} beyond 2",
            at.lag_time(),
            at.msd(),
            at.outside()[1]
        );
    }
    Ok(Figure::new(panel).save("target/van_hove.svg")?)
}
