//! Entropies of the vibrations and of the slow relaxation over temperature, beside what the slope
//! of the energy implies.
#![allow(clippy::print_stdout, reason = "an example shows what it found")]

use msed::plot::{Axis, Figure, Panel, Series};
use msed::thermo::{Part, Scan};
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
    let (total, check) = (scan.entropy(Part::Total)?, scan.heat_capacity_check()?);
    let reference = total.reference_temperature;
    for (&t, s) in total.temperatures.iter().zip(&total.values) {
        println!(
            "S({t:.3}) - S({reference:.3}) = {s} k, by slope {} k",
            check.entropy_between(reference, t)
        );
    }
    let mut panel = Panel::new(
        Axis::linear("*{T} (*{ε}/*{k}_{B})"),
        Axis::linear("Δ*{S} per particle (*{k}_{B})"),
    );
    for (part, label) in [
        (Part::Total, "total"),
        (Part::Fast, "*{S}_{1}"),
        (Part::Slow, "*{S}_{2}"),
    ] {
        let entropy = scan.entropy(part)?;
        panel.add(Series::estimates(&entropy.temperatures, &entropy.values).label(label));
    }
    let slope = Series::function([0.5, 1.0], |t| check.entropy_between(reference, t).value());
    Ok(Figure::new(panel.with(slope.grey().label("by slope"))).save("target/entropy.svg")?)
}
