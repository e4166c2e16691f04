//! Heat capacities, entropies and what follows from them, on the shipped Kob-Andersen scan.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use msed::energy::{self, Moments};
use msed::relaxation::{self, Model, Weighting, Window};
use msed::stats::{Combined, Estimate};
use msed::thermo::{self, Agreement, EnergyPoint, HeatCapacity, HeatCapacityCheck, Path, Plateaus};
use msed::{Ensemble, Lags, Resampling, Units};

const PARTICLES: usize = 1000;
/// Runs with the windows of the scan.
const RUNS: [(&str, [f64; 2]); 6] = [
    ("T0.500", [1.5, 1500.0]),
    ("T0.550", [1.0, 500.0]),
    ("T0.600", [1.0, 300.0]),
    ("T0.700", [0.5, 200.0]),
    ("T0.800", [0.5, 200.0]),
    ("T1.000", [0.5, 200.0]),
];

fn scan() -> Vec<(Moments, HeatCapacity)> {
    RUNS.iter()
        .map(|&(name, window)| {
            let path = format!(
                "{}/data/kob-andersen/{name}/energy.dat.gz",
                env!("CARGO_MANIFEST_DIR")
            );
            let table = msed::io::energies(path).unwrap();
            let run = table.series(0.005, PARTICLES, msed::EnergyKind::Total).unwrap();
            let moments = energy::moments(&run, Resampling::default()).unwrap();
            let lags = Lags::logarithmic(20).up_to_fraction(0.1);
            let msed = energy::msed(&run, &lags, Resampling::default()).unwrap();
            let fit = relaxation::fit(
                msed.curve(),
                Model::Exponential,
                Window::Given(window),
                Weighting::StandardErrors,
            )
            .unwrap();
            let plateaus = Plateaus {
                u0_squared: fit.u0_squared(),
                um_squared: fit.um_squared(),
            };
            let ensemble = Ensemble::nve(PARTICLES);
            let c = thermo::heat_capacity(&moments, Units::LJ, ensemble, Some(plateaus)).unwrap();
            (moments, c)
        })
        .collect()
}

/// Heat capacities of a scan beside the slope of its energy.
fn check(scan: &[(Moments, HeatCapacity)], of: impl Fn(&HeatCapacity) -> &Estimate) -> HeatCapacityCheck {
    let points: Vec<EnergyPoint<'_>> = scan
        .iter()
        .map(|(moments, c)| EnergyPoint {
            temperature: moments.kinetic_temperature().unwrap(),
            mean_energy: moments.mean(),
            excess: of(c),
        })
        .collect();
    thermo::heat_capacity_check(&points, Units::LJ, Path::Isochoric).unwrap()
}

fn z(agreement: Agreement) -> f64 {
    match agreement {
        Agreement::Agrees { z, .. } | Agreement::Differs { z, .. } => z,
        other => panic!("{other:?} on an isochore with errors"),
    }
}

#[test]
fn heat_capacities_are_the_slope_of_the_energy() {
    let check = check(&scan(), HeatCapacity::excess);
    // Three standard errors at each temperature, and on average what chance gives.
    for row in check.rows() {
        let z = z(row.agreement());
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

/// N (U0² + Um²)/(k T)², as printed, is near the slope where y is near 1/2, and falls behind as the system is cooled.
#[test]
fn heat_capacities_as_printed_are_not_the_slope_of_the_energy() {
    let check = check(&scan(), |c| c.as_printed().unwrap());
    for row in check.rows() {
        println!(
            "{:.4} {} {} {:.2}",
            row.temperature(),
            row.from_fluctuations(),
            row.from_energy_slope(),
            z(row.agreement())
        );
    }
    let (_warmest, colder) = check.rows().split_last().unwrap();
    assert!(colder.iter().all(|row| z(row.agreement()) < -3.0));
    assert!(check.mean_square_z().unwrap() > 2.5);
}
