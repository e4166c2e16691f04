//! How long blocks must be: the error of the mean energy under repeated averaging of neighbours,
//! and the blocks that are chosen.
#![allow(clippy::print_stdout, reason = "an example shows what it found")]

use msed::plot::{Axis, Figure, Panel, Series};
use msed::{EnergyKind, io, spectrum};

fn main() -> Result<(), msed::Error> {
    let table = io::energies("data/kob-andersen/T0.800/energy.dat.gz")?;
    let run = table.series(0.005, 1000, EnergyKind::Total)?;
    let choice = spectrum::choose_blocks(&run);
    println!("{:?} of {:.4}", choice.resampling, choice.block_length);
    match &choice.caution {
        None => println!("blocks are long enough"),
        Some(caution) => println!("{caution}"),
    }
    println!("correlation time {:?}", choice.correlation_time);
    println!("independent samples {:?}", choice.blocking.independent_samples());
    let levels = || choice.blocking.levels.iter().filter(|level| level.blocks >= 8);
    let times: Vec<f64> = levels()
        .map(|level| level.block as f64 * run.sampling().interval())
        .collect();
    let [errors, uncertain] = [0, 1].map(|k| {
        levels()
            .map(|l| 1e6 * [l.standard_error, l.uncertainty][k])
            .collect::<Vec<_>>()
    });
    let mut panel = Panel::new(
        Axis::log("block length (*{τ}_{LJ})"),
        Axis::linear("error of the mean (10^{-6} *{ε})"),
    );
    panel.add(Series::points(&times, &errors).errors(&uncertain));
    panel.add(
        Series::vertical(choice.block_length)
            .colour(1)
            .label("blocks chosen"),
    );
    if let Some(plateau) = choice.blocking.plateau() {
        panel.add(
            Series::horizontal(1e6 * plateau.standard_error)
                .dashed()
                .label("plateau"),
        );
    }
    Ok(Figure::new(panel).save("target/block_errors.svg")?)
}
