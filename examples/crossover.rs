//! Whether the energy landscape's scale Um breaks over temperature, in the units of Ni80P20.
#![allow(clippy::print_stdout, reason = "an example shows what it found")]

use msed::plot::{Axis, Figure, Panel, Series};
use msed::thermo::Scan;
use msed::{EnergyKind, Ensemble, Units, io, units::LennardJones};

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
    let scan = scan.converted(&LennardJones::NI80P20.to(Units::METAL)?)?;
    let answer = scan.crossover_of_um(1)?.to_string();
    println!("{answer}");
    let um = scan.um();
    let t: Vec<f64> = um.iter().map(|point| point.temperature.value()).collect();
    let um: Vec<_> = um.iter().map(|point| 1e3 * &point.value).collect();
    let panel = Panel::new(Axis::linear("*{T} (K)"), Axis::linear("*{U}_{m} (meV)")).title(answer);
    Ok(Figure::new(panel.with(Series::estimates(&t, &um))).save("target/crossover.svg")?)
}
