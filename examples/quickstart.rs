//! From an energy file to the relaxation time, the two scales of the energy landscape, and the heat capacity.
#![allow(clippy::print_stdout, reason = "a program")]

use msed::relaxation::{self, Model, Weighting, Window};
use msed::{EnergyKind, Ensemble, Lags, Resampling, Units, energy, io, thermo};

fn main() -> Result<(), msed::Error> {
    let table = io::energies(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/data/kob-andersen/T0.700/energy.dat.gz"
    ))?;
    let run = table.series(0.005, 1000, EnergyKind::Total)?;
    let blocks = Resampling::Blocks(10);
    let msed = energy::msed(&run, &Lags::logarithmic(20).up_to_fraction(0.1), blocks)?;
    let fit = relaxation::fit(
        msed.curve(),
        Model::Exponential,
        Window::Automatic,
        Weighting::StandardErrors,
    )?;
    let moments = energy::moments(&run, blocks)?;
    let heat_capacity = thermo::heat_capacity(&moments, Units::LJ, Ensemble::nve(1000), None)?;
    println!("tau* = {} tau, {}", fit.relaxation_time(), fit.verdict());
    println!(
        "U0 = {}, Um = {} epsilon",
        fit.u0_squared().map(f64::sqrt),
        fit.um_squared().map(f64::sqrt)
    );
    println!(
        "C_ex = {} k per particle at T = {}",
        heat_capacity.excess(),
        heat_capacity.temperature()
    );
    Ok(())
}
