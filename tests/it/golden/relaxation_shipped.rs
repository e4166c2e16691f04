//! Verdicts and relaxation times on the shipped runs.

use crate::common::lags::in_samples;
use crate::common::oracle;
use msed::relaxation::{Fit, Model, Relaxation};
use msed::{Lags, io};

/// The windows of the Kob-Andersen scan, chosen by eye.
const BY_EYE: [(&str, [f64; 2]); 6] = [
    ("T1.000", [0.5, 200.0]),
    ("T0.800", [0.5, 200.0]),
    ("T0.700", [0.5, 200.0]),
    ("T0.600", [1.0, 300.0]),
    ("T0.550", [1.0, 500.0]),
    ("T0.500", [1.5, 1500.0]),
];

fn fit(path: &str, particles: u32, time_step: f64, model: Model, window: Option<[f64; 2]>) -> Relaxation {
    let table = io::energies(format!("{}/data/{path}", env!("CARGO_MANIFEST_DIR"))).unwrap();
    let energies: Vec<f64> = table
        .potential
        .iter()
        .map(|e| (e + 6000.0) / f64::from(particles))
        .collect();
    let lags = in_samples(&Lags::logarithmic(20).up_to_fraction(0.1), energies.len());
    let curve = oracle::msed(&energies, &lags, table.stride, time_step, 10);
    Fit::new(model).window(window).to(&curve).unwrap()
}

#[test]
fn exponential_fits_of_the_kob_andersen_runs_are_resolved_in_the_scan_windows() {
    for (name, window) in BY_EYE {
        let path = format!("kob-andersen/{name}/energy.dat.gz");
        let fit = fit(&path, 1000, 0.005, Model::Exponential, Some(window));
        assert!(fit.verdict.is_resolved(), "{name}: {}", fit.verdict);
        assert!(fit.relaxation_time.standard_error().unwrap() > 0.0, "{name}");
    }
}

#[test]
fn a_thermostat_that_hides_the_relaxation_leaves_it_unresolved() {
    for window in [Some([1.0, 200.0]), None] {
        let fit = fit(
            "kob-andersen-nvt/T1.000/energy.dat.gz",
            1000,
            0.005,
            Model::Exponential,
            window,
        );
        assert!(
            !fit.verdict.is_resolved(),
            "{window:?}: tau {}",
            fit.relaxation_time
        );
    }
}

#[test]
fn the_run_of_the_metallic_glass_former_is_too_short_for_a_stretched_fit() {
    let window = Some([0.15, 5.0]);
    let stretched = fit("cuzr/T1600/energy.dat.gz", 2048, 0.002, Model::Stretched, window);
    assert!(
        !stretched.verdict.is_resolved(),
        "tau {}",
        stretched.relaxation_time
    );
}

/// The scan's windows were chosen by eye; the automatic ones start where the vibrations are over by
/// themselves.
#[test]
fn automatic_windows_of_the_kob_andersen_runs_give_the_times_of_those_chosen_by_eye() {
    for (name, window) in BY_EYE {
        let path = format!("kob-andersen/{name}/energy.dat.gz");
        let found = |window| fit(&path, 1000, 0.005, Model::Exponential, window);
        let [given, automatic] = [found(Some(window)), found(None)];
        println!(
            "{name}: {:?}, tau* {}; given {window:?}, {}",
            automatic.window(),
            &automatic.relaxation_time,
            &given.relaxation_time
        );
        assert!(automatic.verdict.is_resolved(), "{name}: {}", automatic.verdict);
        let difference = (&automatic.relaxation_time / &given.relaxation_time).ln();
        assert!(
            difference.value().abs() < 3.0 * difference.standard_error().unwrap(),
            "{name}: ln of the ratio {difference}"
        );
    }
    // The same system at every step of 0.005 in place of 0.05, in a run of its own.
    let path = "kob-andersen/T0.800/energy_every_step.dat.gz";
    let fine = fit(path, 1000, 0.005, Model::Exponential, None);
    let path = "kob-andersen/T0.800/energy.dat.gz";
    let coarse = fit(path, 1000, 0.005, Model::Exponential, None);
    println!("every step: {:?}, tau* {}", fine.window(), fine.relaxation_time);
    assert!(fine.verdict.is_resolved(), "{}", fine.verdict);
    let [a, b] = [&fine.relaxation_time, &coarse.relaxation_time];
    let error = a.standard_error().unwrap().hypot(b.standard_error().unwrap());
    assert!((a.value() - b.value()).abs() < 3.0 * error, "{a} {b}");
}
