//! How far particles have moved: 4π r² G_s(r, t) beside a Gaussian, and P(log r), whose two peaks would mean hopping.
#![allow(clippy::print_stdout, reason = "an example shows what it found")]

use msed::io::XtcReader;
use msed::plot::{Axis, Figure, Panel, Series};
use msed::trajectory::{Species, Trajectory};
use msed::{Estimate, Lags, Resampling, structure};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let reader = XtcReader::open("data/kob-andersen/T0.600/trajectory.xtc", 1.0)?;
    let run = Trajectory::<f32>::from_source(reader, 0.005, Species::by_count([("A", 800), ("B", 200)])?)?;
    let bins = structure::RadialBins::logarithmic(0.01, 10.0, 60)?;
    let moved = structure::van_hove(&run, &Lags::explicit([1, 10, 100]), &bins, Resampling::Blocks(10))?;
    let mut density = Panel::new(
        Axis::log("*{r} (*{σ})"),
        Axis::log("*{G}_{s} (*{σ}^{-3})").range(1e-4, 1e3),
    );
    let mut by_logarithm = Panel::new(Axis::log("*{r} (*{σ})"), Axis::linear("*{P}(log_{10} *{r})"));
    for (i, at) in moved
        .species("A")
        .ok_or("no species A")?
        .lags()
        .iter()
        .enumerate()
    {
        let (r, label) = (at.centres(), format!("*{{t}} = {}", at.lag_time()));
        let values = |of: Vec<Estimate>| of.iter().map(Estimate::value).collect::<Vec<f64>>();
        let gaussian: Vec<f64> = r.iter().map(|&r| at.gaussian(r)).collect();
        density.add(
            Series::points(&r, &values(at.density()))
                .label(label.clone())
                .colour(i),
        );
        density.add(Series::line(&r, &gaussian).colour(i).dashed());
        by_logarithm.add(
            Series::line(&r, &values(at.log_density().into_iter().flatten().collect()))
                .label(label)
                .colour(i),
        );
        println!(
            "t = {}: {} of A moved less than 0.01, {} more than 10",
            at.lag_time(),
            at.outside()[0],
            at.outside()[1]
        );
    }
    Ok(Figure::new(density)
        .with(by_logarithm)
        .save("target/van_hove.svg")?)
}
