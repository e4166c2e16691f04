//! From an energy file to the relaxation time, the two scales of the energy landscape, the heat
//! capacity, and a picture.
#![allow(clippy::print_stdout, reason = "a program")]

use msed::plot::{Axis, Figure, Panel, Series};
use msed::relaxation::Fit;
use msed::spectrum::Whittle;
use msed::{EnergyKind, Ensemble, Lags, Resampling, Units, energy, io, thermo};

fn main() -> Result<(), msed::Error> {
    let table = io::energies("data/kob-andersen/T0.700/energy.dat.gz")?;
    let run = table.series(0.005, 1000, EnergyKind::Total)?;
    let (lags, blocks) = (Lags::logarithmic(20).up_to_fraction(0.1), Resampling::Blocks(10));
    let msed = energy::msed(&run, &lags, blocks)?;
    let spectrum = Whittle::new().resampling(blocks).to(&run)?;
    let fit = Fit::beside(&spectrum).to(&msed)?;
    println!("tau* = {} tau, {}", fit.relaxation_time, fit.verdict);
    println!("U0^2 = {}, Um^2 = {}", fit.u0_squared, fit.um_squared);
    let moments = energy::moments(&run, blocks)?;
    let c = thermo::heat_capacity(&moments, Units::LJ, Ensemble::nve(1000))?.split(&fit)?;
    println!("C_ex = {} k per particle at T = {}", c.excess, c.temperature());
    let panel = Panel::new(Axis::log("*{t} (*{τ}_{LJ})"), Axis::linear("MSED (*{ε}^{2})"))
        .with(Series::curve(&msed))
        .with(Series::function(fit.window(), |t| fit.evaluate(t)).label("Eq. (11)"));
    Ok(Figure::new(panel).save("target/quickstart.svg")?)
}
