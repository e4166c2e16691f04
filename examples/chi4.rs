//! The dynamic susceptibility of F_s: how many particles relax together, and when.
#![allow(clippy::print_stdout, reason = "an example shows what it found")]

use msed::plot::{Axis, Figure, Panel, Series};
use msed::trajectory::Species;
use msed::{Lags, Resampling, Units, io, relaxation, structure};

fn main() -> Result<(), msed::Error> {
    let lags = Lags::logarithmic(20).up_to_fraction(0.1);
    let mut panel = Panel::new(
        Axis::log("*{t} (*{τ}_{LJ})"),
        Axis::linear("*{χ}_{4} (dimensionless)"),
    );
    for name in ["T1.000", "T0.700", "T0.600"] {
        let species = Species::by_count([("A", 800), ("B", 200)])?;
        let file = format!("data/kob-andersen/{name}/trajectory.xtc");
        let run = io::trajectory::<f32>(&file, Units::LJ, 0.005, species)?;
        let shell = run.shell(7.15..=7.35)?;
        let found = structure::self_isf_fluctuations(&run, "A", &shell, &lags, Resampling::Blocks(10))?;
        println!("{name}: largest {}", relaxation::peak(&found.chi4)?);
        panel.add(Series::curve(&found.chi4).label(name));
    }
    Ok(Figure::new(panel).save("target/chi4.svg")?)
}
