//! How long must I run? From a short run: what longer ones are expected to give.
#![allow(clippy::print_stdout, reason = "an example shows what it found")]

use msed::plot::{Axis, Figure, Panel, Series};
use msed::spectrum::{GaussianModel, Goal, Whittle};
use msed::{EnergyKind, io};

fn main() -> Result<(), msed::Error> {
    let table = io::energies("data/kob-andersen/T0.700/energy.dat.gz")?;
    let run = table.series(0.005, 1000, EnergyKind::Total)?;
    let fit = Whittle::new().to(&run)?;
    let (model, interval) = (GaussianModel::of(&fit)?, run.sampling().interval());
    println!(
        "tau* = {}, Um^2 = {} in {}",
        fit.relaxation_time,
        fit.um_squared,
        run.duration()
    );
    let mut panel = Panel::new(
        Axis::log("length of the run (*{τ}_{LJ})"),
        Axis::log("relative error (dimensionless)"),
    );
    // y of the heat capacity at constant energy: C_ex is 1.85 k per particle, and y/(1-y) =
    // C_ex/(3/2 k).
    let heat_capacity = Goal::HeatCapacity { y: 1.85 / 3.35 };
    for (goal, name) in [
        (Goal::RelaxationTime, "*{τ}^{*}"),
        (Goal::UmSquared, "*{U}_{m}^{2}"),
        (heat_capacity, "*{C}_{ex}"),
    ] {
        println!(
            "{goal:.3?} to 5 %: a run of {:.0}",
            model.duration_for(goal, interval, 0.05)?
        );
        let lengths = [500.0, 1000.0, 2000.0, 5000.0, 1e4, 2e4, 5e4];
        let errors = lengths.map(|length| {
            model
                .expected_errors(interval, length)
                .map_or(f64::NAN, |e| e.of(goal))
        });
        panel.add(Series::line(&lengths, &errors).label(name));
    }
    Ok(Figure::new(panel).save("target/run_length.svg")?)
}
