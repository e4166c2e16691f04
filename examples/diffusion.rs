//! The diffusion coefficient where the motion has become diffusive, the time of the plateau, and the slopes that decide.
#![allow(clippy::print_stdout, reason = "an example shows what it found")]

use msed::curve::Window;
use msed::io::XtcReader;
use msed::plot::{Axis, Figure, Panel, Series};
use msed::structure::{self, DiffusionVerdict, PlateauTime};
use msed::trajectory::{Species, Trajectory};
use msed::{Estimate, Lags, Resampling};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let reader = XtcReader::open("data/kob-andersen/T1.000/trajectory.xtc", 1.0)?;
    let run = Trajectory::<f32>::from_source(reader, 0.005, Species::by_count([("A", 800), ("B", 200)])?)?;
    let msd = structure::msd(
        &run,
        &Lags::logarithmic(20).up_to_fraction(0.2),
        Resampling::Blocks(5),
    )?;
    let mut panel = Panel::new(Axis::log("*{t} (*{τ})"), Axis::linear("d ln MSD / d ln *{t}"))
        .with(Series::horizontal(1.0));
    for species in msd.iter() {
        match structure::diffusion(species.total(), 3, Window::Automatic)? {
            DiffusionVerdict::Reached(d) => {
                println!("{}: D = {} in {:?}", species.name(), d.coefficient(), d.window());
            }
            DiffusionVerdict::NotReached(why) => println!("{}: {why}", species.name()),
            _ => {}
        }
        if let PlateauTime::NotResolved(why) = structure::tau_beta(species.total()).log_slope_minimum() {
            println!("{}: tau_beta {why}", species.name());
        }
        let slope = structure::log_slope(species.total(), 1.25);
        let values: Vec<f64> = slope.slopes().iter().map(Estimate::value).collect();
        let errors: Vec<Option<f64>> = slope.slopes().iter().map(Estimate::standard_error).collect();
        panel.add(
            Series::points(slope.times(), &values)
                .errors(&errors)
                .label(species.name()),
        );
    }
    Ok(Figure::new(panel).save("target/diffusion.svg")?)
}
