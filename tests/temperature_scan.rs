//! Heat capacities, entropies and what follows from them, on the shipped Kob-Andersen scan.

use msed::energy::{self, Moments};
use msed::thermo::{self, EnergyPoint, HeatCapacity, Path};
use msed::{Ensemble, Resampling, Units};

const PARTICLES: usize = 1000;
const RUNS: [&str; 6] = ["T0.500", "T0.550", "T0.600", "T0.700", "T0.800", "T1.000"];

fn moments(file: &str) -> Moments {
    let path = format!("{}/data/{file}/energy.dat.gz", env!("CARGO_MANIFEST_DIR"));
    let table = msed::io::energies(path).unwrap();
    let run = table.series(0.005, PARTICLES, msed::EnergyKind::Total).unwrap();
    energy::moments(&run, Resampling::default()).unwrap()
}

fn scan() -> Vec<(Moments, HeatCapacity)> {
    RUNS.iter()
        .map(|name| {
            let moments = moments(&format!("kob-andersen/{name}"));
            let c = thermo::heat_capacity(&moments, Units::LJ, Ensemble::nve(PARTICLES), None).unwrap();
            (moments, c)
        })
        .collect()
}

#[test]
fn heat_capacities_are_the_slope_of_the_energy() {
    let scan = scan();
    let points: Vec<EnergyPoint<'_>> = scan
        .iter()
        .map(|(moments, c)| EnergyPoint {
            temperature: moments.kinetic_temperature().unwrap(),
            mean_energy: moments.mean(),
            excess: c.excess(),
        })
        .collect();
    let check = thermo::heat_capacity_check(&points, Units::LJ, Path::Isochoric).unwrap();
    for row in check.rows() {
        println!(
            "{:.4}  {}  {}  {}  {:?}",
            row.temperature(),
            row.from_fluctuations(),
            row.from_energy_slope(),
            row.from_spline(),
            row.agreement()
        );
    }
    println!("{:?} {:?}", check.chi_squared(), check.mean_square_z());
    assert!(check.mean_square_z().unwrap() <= 2.5);
}
