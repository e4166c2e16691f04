//! The self part of the intermediate scattering function on the shell of the main peak: its 1/e
//! time τ_α and the stretched tail.
#![allow(clippy::print_stdout, reason = "an example shows what it found")]

use msed::plot::{Axis, Figure, Panel, Series};
use msed::relaxation::{Fit, tau_alpha};
use msed::trajectory::Species;
use msed::{Lags, Resampling, Units, io, structure};

fn main() -> Result<(), msed::Error> {
    let lags = Lags::logarithmic(20).up_to_fraction(0.3);
    let mut panel = Panel::new(
        Axis::log("*{t} (*{τ}_{LJ})"),
        Axis::linear("*{F}_{s}(*{q}, *{t}) (dimensionless)"),
    );
    for (k, name) in ["T1.000", "T0.700", "T0.600"].into_iter().enumerate() {
        let species = Species::by_count([("A", 800), ("B", 200)])?;
        let file = format!("data/kob-andersen/{name}/trajectory.xtc");
        let run = io::trajectory::<f32>(&file, Units::LJ, 0.005, species)?;
        let shell = run.shell(7.15..=7.35)?;
        let isf = structure::self_isf(&run, "A", &shell, &lags, Resampling::Blocks(10))?;
        let tau_alpha = tau_alpha(&isf)?;
        let tail = Fit::decay().to(&isf)?;
        println!(
            "{name}: tau_alpha {tau_alpha}, f_q {}, beta {}",
            tail.amplitude(),
            tail.beta
        );
        panel.add(Series::curve(&isf).colour(k).label(name));
        panel.add(Series::function(tail.window(), |t| tail.evaluate(t)).colour(k));
    }
    Ok(Figure::new(panel).save("target/self_isf.svg")?)
}
