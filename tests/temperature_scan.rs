//! Heat capacities, entropies and what follows from them, on the shipped Kob-Andersen scan.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use msed::energy::{self, Moments};
use msed::stats::Combined;
use msed::thermo::{self, Agreement, EnergyPoint, HeatCapacity, Path};
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
    // Three standard errors at each temperature, and on average what chance gives.
    for row in check.rows() {
        let (Agreement::Agrees { z, .. } | Agreement::Differs { z, .. }) = row.agreement() else {
            panic!("an isochore with errors")
        };
        println!(
            "{:.4} {} {} {z:.2}",
            row.temperature(),
            row.from_fluctuations(),
            row.from_energy_slope()
        );
        assert!(z.abs() <= 3.0, "{z} at {}", row.temperature());
        // The spline needs no model: the same within three of its own, larger errors.
        let spline = Combined::combine([row.from_fluctuations(), row.from_spline()], |[c, s]| c - s);
        assert!((spline.value() / spline.standard_error().unwrap()).abs() <= 3.0);
    }
    assert!(
        check.mean_square_z().unwrap() <= 2.5,
        "{:?}",
        check.mean_square_z()
    );
    // With T taken as exact it would be 44: 4 degrees of freedom allow 18 at one in a thousand.
    assert!(check.chi_squared().unwrap() < 18.0, "{:?}", check.chi_squared());
}
