//! One state of the Kob-Andersen mixture at constant energy and in the canonical ensemble: what must
//! not depend on the ensemble does not.

use msed::relaxation::Relaxation;
use msed::spectrum::Whittle;
use msed::thermo::{self, HeatCapacity, Virial};
use msed::trajectory::Dimensions;
use msed::{EnergyKind, Ensemble, Estimate, Resampling, Units, energy, io};

const EDGE: f64 = 9.410_360_288_81;

struct Measured {
    heat_capacity: HeatCapacity,
    virial: Virial,
    spectrum: Relaxation,
}

fn measured(name: &str, ensemble: Ensemble) -> Measured {
    let file = format!("data/kob-andersen-pair/energy_{name}.dat.gz");
    let reader = io::EnergyReader::new().pressure("v_pr");
    let run = reader
        .read(file)
        .expect("the file")
        .into_series(0.005, 1000, EnergyKind::Total);
    let run = run.expect("a series");
    let moments = energy::moments(&run, Resampling::default()).expect("moments");
    let heat_capacity = thermo::heat_capacity(&moments, Units::LJ, ensemble).expect("a heat capacity");
    let volume = Some(EDGE.powi(3));
    let virial = thermo::virial(
        &run,
        &heat_capacity,
        volume,
        Dimensions::Three,
        Resampling::default(),
    );
    Measured {
        virial: virial.expect("columns").into_result().expect("a virial"),
        spectrum: Whittle::new().to(&run).expect("a fit"),
        heat_capacity,
    }
}

fn assert_equal(what: &str, a: &Estimate, b: &Estimate) {
    let difference = a - b;
    println!("{what}: {a}, {b}");
    let error = difference.standard_error().expect("an error");
    assert!(difference.value().abs() < 3.0 * error, "{what}: {a}, {b}");
}

#[test]
fn both_ensembles_have_one_heat_capacity_and_one_virial() {
    let [nve, nvt] = [("nve", Ensemble::nve(1000)), ("nvt", Ensemble::nvt(1000))]
        .map(|(name, ensemble)| measured(name, ensemble));
    assert_equal("C_ex", &nve.heat_capacity.excess, &nvt.heat_capacity.excess);
    assert_equal("gamma", &nve.virial.gamma, &nvt.virial.gamma);
    assert_equal(
        "R",
        &nve.virial.canonical_correlation,
        &nvt.virial.canonical_correlation,
    );
    assert_equal(
        "dp/dT",
        &nve.virial.excess_pressure_coefficient,
        &nvt.virial.excess_pressure_coefficient,
    );
    // A run of 5000 relaxation times shows that its slow part is not exactly of any form. What is
    // left over is no slower relaxation.
    for Measured { spectrum, .. } in [&nve, &nvt] {
        println!("tau {}, beta {}", spectrum.relaxation_time, spectrum.beta);
        assert!(spectrum.verdict.is_resolved(), "{}", spectrum.verdict);
        assert!((2.5..4.0).contains(&spectrum.relaxation_time.value()));
    }
}
