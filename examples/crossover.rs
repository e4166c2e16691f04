//! Whether the energy landscape's scale Um breaks over temperature, in the units of Ni80P20.
#![allow(clippy::print_stdout, reason = "an example shows what it found")]

use msed::plot::{Axis, Figure, Panel, Series};
use msed::relaxation::Window;
use msed::thermo::{Breaking, Crossover, Path, Scan, StatePoint};
use msed::{EnergyKind, Ensemble, Resampling, Units, io, units::LennardJones};

fn main() -> Result<(), msed::Error> {
    let mut points = Vec::new();
    for name in ["T0.500", "T0.550", "T0.600", "T0.700", "T0.800", "T1.000"] {
        let table = io::energies(format!("data/kob-andersen/{name}/energy.dat.gz"))?;
        let run = table.into_series(0.005, 1000, EnergyKind::Total)?;
        let (nve, window, blocks) = (Ensemble::nve(1000), Window::Automatic, Resampling::default());
        let point = StatePoint::from_energies(name, &run, Units::LJ, nve, window, blocks)?;
        points.push(point);
    }
    let scan = Scan::new(points, Path::Isochoric)?;
    let scan = scan.converted(&LennardJones::NI80P20.to(Units::METAL)?)?;
    let answer = match scan.crossover(Breaking::Um, 1)? {
        Crossover::Found {
            at,
            interval: [low, high],
            ..
        } => format!("T_x = {at:.0} K, within {low:.0} and {high:.0} K"),
        Crossover::NotFound {
            range: [low, high], ..
        } => format!("no crossover between {low:.0} and {high:.0} K"),
    };
    println!("{answer}");
    let um = |point: &StatePoint| {
        Some((
            point.temperature(),
            point.plateaus()?.um_squared.map(|u| 1e3 * u.sqrt()),
        ))
    };
    let (t, um): (Vec<f64>, Vec<_>) = scan.counted().filter_map(um).unzip();
    let panel = Panel::new(Axis::linear("*{T} (K)"), Axis::linear("*{U}_{m} (meV)")).title(answer);
    Ok(Figure::new(panel.with(Series::estimates(&t, &um))).save("target/crossover.svg")?)
}
