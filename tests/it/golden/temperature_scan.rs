//! Heat capacities, entropies and what follows from them, on the shipped Kob-Andersen scan.

use std::sync::LazyLock;

use msed::energy::{self, Moments};
use msed::relaxation::{Fit, Model};
use msed::stats::Estimate;
use msed::thermo::{self, HeatCapacity, HeatCapacityCheck, Part, Path, Point, Scan, ThermoError, TimeOf};
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

/// Each run is read and fitted once.
static SCAN: LazyLock<Vec<(Moments, HeatCapacity)>> = LazyLock::new(|| {
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
            let fit = Fit::new(Model::Exponential).window(window).to(&msed).unwrap();
            let c = thermo::heat_capacity(&moments, Units::LJ, Ensemble::nve(PARTICLES)).unwrap();
            let c = c.split_at(&fit.u0_squared, &fit.um_squared).unwrap();
            (moments, c)
        })
        .collect()
});

/// Heat capacities of a scan beside the slope of its energy.
fn check(scan: &[(Moments, HeatCapacity)], of: impl Fn(&HeatCapacity) -> &Estimate) -> HeatCapacityCheck {
    let point = |(moments, c): &(Moments, HeatCapacity)| {
        let temperature = moments.kinetic_temperature.as_ref().unwrap();
        let energy = Point::new(temperature.clone(), moments.mean.clone());
        (energy, Point::new(temperature.clone(), of(c).clone()))
    };
    let (energies, capacities): (Vec<Point>, Vec<Point>) = scan.iter().map(point).unzip();
    thermo::heat_capacity_check(&energies, &capacities, Units::LJ, Path::Isochoric).unwrap()
}

/// Differences in standard errors, on an isochore with errors.
fn z(check: &HeatCapacityCheck) -> Vec<f64> {
    check
        .agreement
        .iter()
        .map(|found| found.value().unwrap().z)
        .collect()
}

#[test]
fn heat_capacities_are_the_slope_of_the_energy() {
    let check = check(&SCAN, |c| &c.excess);
    // Three standard errors at each temperature, and on average what chance gives.
    for (k, z) in z(&check).into_iter().enumerate() {
        let (t, fluctuations) = (check.temperatures[k], &check.from_fluctuations[k]);
        println!("{t:.4} {fluctuations} {} {z:.2}", check.from_energy_slope[k]);
        assert!(z.abs() <= 3.0, "{z} at {t}");
        // The spline needs no model: the same within three of its own, larger errors.
        let spline = fluctuations - &check.from_spline[k];
        assert!((spline.value() / spline.standard_error().unwrap()).abs() <= 3.0);
    }
    assert!(
        check.mean_square_z().unwrap() <= 2.5,
        "{:?}",
        check.mean_square_z()
    );
    // With T taken as exact it would be 44: 4 degrees of freedom allow 18 at one in a thousand.
    let chi_squared = check.rosenfeld_tarazona.chi_squared.unwrap();
    assert!(chi_squared < 18.0, "{chi_squared}");
    // A third parameter lowers it, and the exponent is known to a tenth.
    let free = check.free_exponent.as_ref().unwrap();
    println!("exponent {}, chi squared {:?}", free.exponent, free.chi_squared);
    assert!(free.chi_squared.unwrap() < chi_squared);
    assert_eq!(free.undetermined, None);
    assert!(free.exponent.standard_error().unwrap() < 0.1);
    assert!((free.exponent.value() - 0.6).abs() < 0.2, "{}", free.exponent);
}

/// N (U0² + Um²)/(k T)², as printed, is near the slope where y is near 1/2, and falls behind as the
/// system is cooled.
#[test]
fn heat_capacities_as_printed_are_not_the_slope_of_the_energy() {
    let check = check(&SCAN, |c| c.as_printed.as_ref().unwrap());
    let z = z(&check);
    for (k, z) in z.iter().enumerate() {
        let (fluctuations, slope) = (&check.from_fluctuations[k], &check.from_energy_slope[k]);
        println!("{:.4} {fluctuations} {slope} {z:.2}", check.temperatures[k]);
    }
    let (_warmest, colder) = z.split_last().unwrap();
    assert!(colder.iter().all(|&z| z < -3.0));
    assert!(check.mean_square_z().unwrap() > 2.5);
}

#[test]
fn entropies_are_the_integral_of_the_slope_of_the_energy() {
    let check = check(&SCAN, |c| &c.excess);
    let point = |(_, c): &(Moments, HeatCapacity)| Point::new(c.temperature().clone(), c.excess.clone());
    let points: Vec<Point> = SCAN.iter().map(point).collect();
    let entropy = thermo::entropy(&points, Part::Total, None, Path::Isochoric).unwrap();
    let reference = entropy.reference_temperature;
    let (mut squares, mut count) = (0.0, 0.0);
    for (k, &t) in entropy.temperatures.iter().enumerate().take(RUNS.len() - 1) {
        let (total, slope) = (&entropy.values[k], check.entropy_between(reference, t));
        // Both went through the same resamples, so that the difference has the right error.
        let difference = total - &slope;
        let z = difference.value() / difference.standard_error().unwrap();
        println!("{t:.4} {total} {slope} {z:.2}");
        assert!(z.abs() <= 3.0, "{z} at {t}");
        // The spacing of the temperatures costs less than the errors.
        assert!(entropy.integration_error()[k] < difference.standard_error().unwrap());
        squares += z * z;
        count += 1.0;
    }
    println!("mean square {:.2}", squares / count);
    assert!(squares / count <= 2.5, "{}", squares / count);
}

/// The same system with a thermostat, at nearly the same temperature.
fn canonical() -> Moments {
    let path = format!(
        "{}/data/kob-andersen-nvt/T1.000/energy.dat.gz",
        env!("CARGO_MANIFEST_DIR")
    );
    let table = msed::io::energies(path).unwrap();
    let run = table.series(0.005, PARTICLES, msed::EnergyKind::Total).unwrap();
    energy::moments(&run, Resampling::default()).unwrap()
}

#[test]
fn each_ensemble_has_its_own_formula_and_both_give_one_heat_capacity() {
    let canonical = canonical();
    let microcanonical = &SCAN.last().unwrap().0;
    let in_nvt = thermo::heat_capacity(&canonical, Units::LJ, Ensemble::nvt(PARTICLES)).unwrap();
    let in_nve = |ensemble| thermo::heat_capacity(microcanonical, Units::LJ, ensemble).unwrap();
    // The heat capacity at constant energy belongs to 0.993: moved to the canonical temperature
    // along the fitted energy.
    let check = check(&SCAN, |c| &c.excess);
    let [there, here] = [
        in_nvt.temperature(),
        microcanonical.kinetic_temperature.as_ref().unwrap(),
    ]
    .map(Estimate::value);
    assert!((there - 1.0).abs() < 1e-3, "{there}");
    let moved = check.heat_capacity_at(there).value() / check.heat_capacity_at(here).value();
    let z = |c: &HeatCapacity| {
        let c = c.excess.map(|c| c * moved);
        let error = c
            .standard_error()
            .unwrap()
            .hypot(in_nvt.excess.standard_error().unwrap());
        let z = (c.value() - in_nvt.excess.value()) / error;
        println!("{there:.4}: NVT {} NVE {c} {z:.2}", in_nvt.excess);
        z
    };
    assert!(z(&in_nve(Ensemble::nve(PARTICLES))).abs() <= 3.0);
    // The canonical formula at constant energy gives half of it, and the microcanonical one has no
    // place for a canonical fluctuation of this size.
    assert!(z(&in_nve(Ensemble::nvt(PARTICLES))) < -10.0);
    let refused = thermo::heat_capacity(&canonical, Units::LJ, Ensemble::nve(PARTICLES));
    assert!(
        matches!(refused, Err(ThermoError::TooLargeFluctuation { y }) if y > 1.0),
        "{refused:?}"
    );
}

#[test]
fn a_point_without_a_relaxation_time_says_why() {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/data/cuzr/T1600/energy.dat.gz");
    let table = msed::io::energies(file).unwrap();
    let run = table.into_series(0.002, 2048, msed::EnergyKind::Total).unwrap();
    let scan = Scan::builder(Units::METAL, Ensemble::nve(2048));
    let point = scan.measure("T1600", &run).unwrap();
    let verdict = point.relaxation_verdict().unwrap();
    assert!(point.time(TimeOf::Energy).is_none() && !verdict.is_resolved());
    assert!(!verdict.reasons().is_empty(), "{verdict}");
}
