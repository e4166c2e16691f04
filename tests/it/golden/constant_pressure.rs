//! The Kob-Andersen mixture at constant pressure beside the same state at constant volume: what a
//! thermodynamic identity connects is one number.

use msed::stats::Outcome;
use msed::thermo::{self, ConstantPressure, Path, Scan, StatePoint, Undetermined};
use msed::trajectory::Dimensions;
use msed::{EnergyKind, EnergySeries, Ensemble, Estimate, Resampling, Units, energy, io};

const EDGE: f64 = 9.410_360_288_81;
const TEMPERATURE: f64 = 0.8;
const PRESSURE: f64 = 7.6225;

fn run(file: &str) -> EnergySeries<'static> {
    let table = io::energies(file).expect("the file");
    let run = table.into_series(0.005, 1000, EnergyKind::Total);
    run.expect("a series")
}

/// A shipped run.
fn shipped(temperature: f64) -> EnergySeries<'static> {
    let run = run(&format!("data/kob-andersen-npt/T{temperature:.3}.dat.gz"));
    run.with_temperature(temperature).expect("a temperature")
}

fn found(run: &EnergySeries<'_>, pressure: Option<f64>) -> Outcome<ConstantPressure, Undetermined> {
    let (units, ensemble) = (Units::LJ, Ensemble::npt(1000));
    let resampling = Resampling::default();
    let found = thermo::constant_pressure(run, units, ensemble, pressure, Dimensions::Three, resampling);
    found.expect("columns")
}

fn at_constant_pressure(pressure: Option<f64>) -> ConstantPressure {
    let found = found(&shipped(TEMPERATURE), pressure);
    found.into_result().expect("a result")
}

fn assert_equal(what: &str, a: &Estimate, b: &Estimate) {
    let difference = a - b;
    println!("{what}: {a}, {b}");
    let error = difference.standard_error().expect("an error");
    assert!(difference.value().abs() < 3.0 * error, "{what}: {a}, {b}");
}

#[test]
fn both_ensembles_have_one_heat_capacity_at_constant_volume() {
    let found = at_constant_pressure(Some(PRESSURE));
    println!(
        "{found}, dp/dT = {}, {:?}",
        found.pressure_coefficient, found.caution
    );
    let reader = io::EnergyReader::new().pressure("v_pr");
    let run = reader
        .read("data/kob-andersen-pair/energy_nvt.dat.gz")
        .expect("the file");
    let run = run.into_series(0.005, 1000, EnergyKind::Total).expect("a series");
    let moments = energy::moments(&run, Resampling::default()).expect("moments");
    let ensemble = Ensemble::nvt(1000);
    let c = thermo::heat_capacity(&moments, Units::LJ, ensemble).expect("a heat capacity");
    let volume = EDGE.powi(3);
    let virial = thermo::virial(&run, &c, Some(volume), Dimensions::Three, Resampling::default());
    let virial = virial.expect("columns").into_result().expect("a virial");
    let g = ensemble.degrees_of_freedom();
    assert_equal("c_V", &found.c_v, &(&c.excess + 0.5 * g));
    let ideal = g / 3.0 * 1000.0 / volume;
    let whole = &virial.excess_pressure_coefficient + ideal;
    assert_equal("(dp/dT)_V", &found.pressure_coefficient, &whole);
    // To k T/V, which a barostat that samples dV/V in place of dV would add.
    let p = at_constant_pressure(None).pressure;
    println!("p: {p}");
    let chance = 3.0 * p.standard_error().expect("an error");
    assert!(
        (p.value() - PRESSURE).abs() < chance + TEMPERATURE / volume,
        "{p}"
    );
    assert!(
        (found.mean_volume.value() / volume - 1.0).abs() < 1e-3,
        "{}",
        found.mean_volume
    );
    assert_equal(
        "-Cov(V, p)/(k T)",
        found.barostat.as_ref().expect("pressures"),
        &1.0.into(),
    );
    // The errors are small enough for this to be a test: 2 % of c_V, 5 % of the others.
    for (number, part) in [
        (&found.c_v, 0.02),
        (&found.c_p, 0.05),
        (&found.pressure_coefficient, 0.05),
    ] {
        assert!(
            number.standard_error().expect("an error") < part * number.value(),
            "{number}"
        );
    }
}

/// Berendsen's barostat holds the pressure, and its volume has a twelfth of the right fluctuation.
#[test]
fn berendsens_barostat_is_told() {
    match found(&run("tests/data/constant_pressure/berendsen.dat.gz"), None) {
        Outcome::Unresolved(Undetermined::NotConstantPressure { part }) => {
            println!("Berendsen: {part}");
            assert!(part.value().abs() < 0.05, "{part}");
        }
        other => panic!("{other:?}"),
    }
}

/// c_p by fluctuations and by the slope of the enthalpy.
#[test]
fn along_the_isobar_the_enthalpy_rises_by_c_p() {
    let points = [0.7, 0.8, 0.9].map(|t| {
        let run = shipped(t);
        let moments = energy::moments(&run, Resampling::default()).expect("moments");
        let found = found(&run, Some(PRESSURE));
        let point = StatePoint::at_constant_pressure("run", &moments, Units::LJ, Ensemble::npt(1000), found);
        point.expect("one run")
    });
    let scan = Scan::new(points.into(), Path::Isobaric).expect("a scan");
    let check = scan.enthalpy_check().expect("a check");
    for (k, t) in check.temperatures.iter().enumerate() {
        let (fluctuations, spline) = (&check.from_fluctuations[k], &check.from_spline[k]);
        println!("{t}: {fluctuations}, {}, {spline}", check.from_enthalpy_slope[k]);
        let agreement = check.agreement[k].value().expect("errors");
        assert!(!agreement.is_significant(), "{t}: {agreement}");
        assert!((fluctuations.value() / spline.value() - 1.0).abs() < 0.05, "{t}");
    }
}
