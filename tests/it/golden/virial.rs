//! The virial of the Kob-Andersen mixture in two ensembles, against numpy.

use msed::thermo::{self, Virial};
use msed::trajectory::Dimensions;
use msed::{EnergyKind, Ensemble, Resampling, Units, energy, io};
use serde_json::Value;

const EDGE: f64 = 9.410_360_288_81;

fn virial(name: &str, ensemble: Ensemble) -> Virial {
    let table = io::energies(format!("tests/data/virial/{name}.dat.gz")).expect("the file");
    assert_eq!(table.pressure.as_ref().map(Vec::len), Some(table.len()));
    let run = table
        .into_series(0.005, 1000, EnergyKind::Total)
        .expect("a series");
    let moments = energy::moments(&run, Resampling::default()).expect("moments");
    let c = thermo::heat_capacity(&moments, Units::LJ, ensemble).expect("a heat capacity");
    let volume = Some(EDGE.powi(3));
    let found = thermo::virial(&run, &c, volume, Dimensions::Three, Resampling::default());
    found.expect("columns").into_result().expect("a virial")
}

#[test]
fn both_ensembles_have_the_numbers_of_numpy() {
    let text = std::fs::read_to_string("tests/data/virial/reference.json").expect("the reference");
    let reference: Value = serde_json::from_str(&text).expect("JSON");
    for (name, ensemble) in [("nvt", Ensemble::nvt(1000)), ("nve", Ensemble::nve(1000))] {
        let found = virial(name, ensemble);
        println!("{name}: {found}");
        for (key, number) in [
            ("R", &found.correlation),
            ("R_canonical", &found.canonical_correlation),
            ("gamma", &found.gamma),
            ("pressure_coefficient", &found.excess_pressure_coefficient),
            ("mean_pressure", &found.mean_pressure),
            ("mean_virial", &found.mean_virial),
        ] {
            let expected = reference[name][key].as_f64().expect("a number");
            let ratio = number.value() / expected;
            assert!((ratio - 1.0).abs() < 1e-9, "{name} {key}: {number}, {expected}");
        }
    }
}

/// One liquid: what constant energy does to the correlation is undone, and γ needs nothing.
#[test]
fn both_ensembles_agree() {
    let nvt = virial("nvt", Ensemble::nvt(1000));
    let nve = virial("nve", Ensemble::nve(1000));
    for (one, other) in [
        (&nvt.correlation, &nve.canonical_correlation),
        (&nvt.gamma, &nve.gamma),
        (&nvt.excess_pressure_coefficient, &nve.excess_pressure_coefficient),
    ] {
        let difference = one - other;
        let error = difference.standard_error().expect("errors");
        assert!(difference.value().abs() < 3.0 * error, "{one} {other}");
    }
    // Kob and Andersen's mixture at this density: γ of about 5.1, R above 0.93.
    for found in [&nvt, &nve] {
        assert!((found.gamma.value() - 5.1).abs() < 0.2, "{}", found.gamma);
        assert!(found.canonical_correlation.value() > 0.93);
    }
    let lower = &nvt.correlation - &nve.correlation;
    assert!(lower.value() > 6.0 * lower.standard_error().expect("errors"));
}
