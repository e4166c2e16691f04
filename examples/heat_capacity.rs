//! The heat capacity from fluctuations beside the slope of the energy, over temperature.
#![allow(clippy::print_stdout, reason = "an example shows what it found")]

use msed::plot::{Axis, Figure, Panel, Series};
use msed::thermo::Scan;
use msed::{EnergyKind, Ensemble, Units, io};

fn main() -> Result<(), msed::Error> {
    let mut scan = Scan::builder(Units::LJ, Ensemble::nve(1000));
    for name in ["T0.500", "T0.550", "T0.600", "T0.700", "T0.800", "T1.000"] {
        let file = format!("data/kob-andersen/{name}/energy.dat.gz");
        scan.add(
            name,
            &io::energies(file)?.into_series(0.005, 1000, EnergyKind::Total)?,
        )?;
    }
    let scan = scan.build()?;
    let check = scan.heat_capacity_check()?;
    let t = &check.temperatures;
    for (k, t) in t.iter().enumerate() {
        let (c, slope) = (&check.from_fluctuations[k], &check.from_energy_slope[k]);
        println!(
            "T = {t:.3}: C_ex = {c}, d<e>/dT = {slope}, difference {}",
            check.difference[k]
        );
    }
    let panel = Panel::new(
        Axis::linear("*{T} (*{ε}/*{k}_{B})"),
        Axis::linear("*{C}_{ex} per particle (*{k}_{B})"),
    )
    .with(Series::function([t[0], t[5]], |t| check.heat_capacity_at(t).value()).label("d⟨*{e}⟩/d*{T}"))
    .with(Series::estimates(t, &check.from_fluctuations).label("fluctuations"));
    Ok(Figure::new(panel).save("target/heat_capacity.svg")?)
}
