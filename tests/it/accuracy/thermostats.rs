//! Runs of known ensembles: which one the data show, and whose relaxation time their fits find.

use msed::relaxation::{Fit, Model, Reason, Relaxation};
use msed::spectrum::Whittle;
use msed::stats::Outcome;
use msed::thermo::{
    self, Contradiction, EnsembleCheck, NoThermostatTime, Sampled, StatePoint, ThermoError, TimeOf,
    Undetermined, UnknownEnsemble, ensemble_check,
};
use msed::{EnergyKind, EnergySeries, Ensemble, Lags, Replicas, Resampling, Sampling, Units, energy, io};

use msed::units::{Dimension, LennardJones};

use crate::common::synthetic::Process;

const PARTICLES: usize = 500;

fn file(name: &str) -> String {
    format!("{}/tests/data/thermostats/{name}.gz", env!("CARGO_MANIFEST_DIR"))
}

/// A run of the Kob-Andersen mixture at T = 0.8 under one thermostat.
fn mixture(name: &str) -> EnergySeries<'static> {
    let table = io::energies(file(&format!("{name}.dat"))).unwrap();
    table.into_series(0.005, PARTICLES, EnergyKind::Total).unwrap()
}

/// A run of the bead-spring melt at T = 1.
fn melt(name: &str) -> EnergySeries<'static> {
    let table = io::energies(file(&format!("melt-{name}.log"))).unwrap();
    table
        .into_series(0.004, PARTICLES, EnergyKind::PerParticle)
        .unwrap()
}

/// A run of the repository.
fn shipped(path: &str) -> EnergySeries<'static> {
    let table = io::energies(format!("{}/data/{path}", env!("CARGO_MANIFEST_DIR"))).unwrap();
    table.into_series(0.005, 1000, EnergyKind::Total).unwrap()
}

fn check(run: &EnergySeries<'_>) -> EnsembleCheck {
    let freedom = Ensemble::nvt(run.particles()).degrees_of_freedom();
    ensemble_check(run, Units::LJ, freedom, Resampling::default()).unwrap()
}

/// Both forms of Eq. (11), and the spectrum.
fn fits(run: &EnergySeries<'_>) -> [Relaxation; 3] {
    let msed = energy::msed(
        run,
        &Lags::logarithmic(20).up_to_fraction(0.1),
        Resampling::default(),
    )
    .unwrap();
    let [a, b] = [Model::Exponential, Model::Stretched].map(|model| Fit::new(model).to(&msed).unwrap());
    [a, b, Whittle::new().to(run).unwrap()]
}

fn time(run: &EnergySeries<'_>) -> f64 {
    check(run).thermostat_time.value().expect("a thermostat").value()
}

/// A run of energies per particle and temperatures.
fn made(energies: Vec<f64>, temperatures: Vec<f64>) -> EnergySeries<'static> {
    let sampling = Sampling::new(1, 0.1).unwrap();
    EnergySeries::new(energies, sampling, PARTICLES, EnergyKind::PerParticle)
        .unwrap()
        .with_temperatures(temperatures)
        .unwrap()
}

#[test]
fn the_ensemble_of_each_run_is_found() {
    let runs = [
        ("nve", mixture("nve"), Sampled::Microcanonical),
        ("langevin-0.5", mixture("langevin-0.5"), Sampled::Canonical),
        ("langevin-2", mixture("langevin-2"), Sampled::Canonical),
        ("langevin-10", mixture("langevin-10"), Sampled::Canonical),
        ("csvr-0.01", mixture("csvr-0.01"), Sampled::Canonical),
        ("csvr-1", mixture("csvr-1"), Sampled::Canonical),
        ("nose-hoover-1", mixture("nose-hoover-1"), Sampled::Canonical),
        ("berendsen-1", mixture("berendsen-1"), Sampled::Neither),
        ("berendsen-0.02", mixture("berendsen-0.02"), Sampled::Neither),
        ("csvr-200", mixture("csvr-200"), Sampled::Neither),
        ("isokinetic", mixture("isokinetic"), Sampled::Neither),
        ("melt, nve", melt("nve"), Sampled::Microcanonical),
        ("melt, langevin-2", melt("langevin-2"), Sampled::Canonical),
        (
            "NVE T0.500",
            shipped("kob-andersen/T0.500/energy.dat.gz"),
            Sampled::Microcanonical,
        ),
        (
            "NVE T0.600",
            shipped("kob-andersen/T0.600/energy.dat.gz"),
            Sampled::Microcanonical,
        ),
        (
            "NVE T1.000",
            shipped("kob-andersen/T1.000/energy.dat.gz"),
            Sampled::Microcanonical,
        ),
        (
            "NVT T0.450",
            shipped("kob-andersen-nvt/T0.450/energy.dat.gz"),
            Sampled::Canonical,
        ),
        (
            "NVT T1.000",
            shipped("kob-andersen-nvt/T1.000/energy.dat.gz"),
            Sampled::Canonical,
        ),
    ];
    for (name, run, expected) in runs {
        let check = check(&run);
        println!("{name}: {check}, std(E)/std(T) {}", check.energy_ratio);
        assert_eq!(check.sampled.value(), Some(&expected), "{name}: {check}");
        let n = run.particles();
        let declared = if expected == Sampled::Microcanonical {
            Ensemble::nve(n)
        } else {
            Ensemble::nvt(n)
        };
        assert_eq!(check.contradiction(declared), None, "{name}");
        let other = if declared == Ensemble::nvt(n) {
            Ensemble::nve(n)
        } else {
            Ensemble::nvt(n)
        };
        let Some(Contradiction::Ensemble { declared, .. }) = check.contradiction(other) else {
            panic!("{name}: {:?}", check.contradiction(other));
        };
        assert_eq!(declared, other.name());
        assert_eq!(
            check.no_heat_capacity().is_some(),
            expected == Sampled::Neither,
            "{name}"
        );
    }
}

/// Langevin's damping time over 2 and the time of stochastic rescaling, times C_V/(g/2) = 1 +
/// Var(e)/Var(k) of the canonical ensemble.
#[test]
fn a_thermostat_has_the_time_of_its_damping_and_of_the_heat_capacity() {
    let runs = [
        (mixture("langevin-0.5"), 0.25),
        (mixture("langevin-2"), 1.0),
        (mixture("langevin-10"), 5.0),
        (mixture("csvr-1"), 1.0),
        (melt("langevin-2"), 1.0),
    ];
    for (run, of_kinetic_energy) in runs {
        let check = check(&run);
        let found = check.thermostat_time.value().unwrap();
        let expected = of_kinetic_energy * (1.0 + check.energy_ratio.value().powi(2));
        println!("{found}, expected {expected:.3}");
        assert!(
            (0.6..1.6).contains(&(found.value() / expected)),
            "{found}, {expected}"
        );
        let z = (found.value() - expected) / found.standard_error().unwrap();
        assert!(z.abs() < 4.0, "{found}, {expected}");
    }
    // Shorter than the interval between samples, 0.05.
    assert!(time(&mixture("csvr-0.01")) < 0.06);
}

#[test]
fn no_relaxation_of_a_thermostat_is_resolved() {
    let runs = [
        mixture("langevin-0.5"),
        mixture("langevin-2"),
        mixture("langevin-10"),
        mixture("csvr-1"),
        mixture("berendsen-1"),
        mixture("nose-hoover-1"),
        melt("langevin-2"),
        shipped("kob-andersen-nvt/T1.000/energy.dat.gz"),
    ];
    let mut named = 0;
    for run in runs {
        let check = check(&run);
        for fit in fits(&run) {
            let was_resolved = fit.verdict.is_resolved();
            let judged = check.judge(fit);
            assert!(!judged.verdict.is_resolved(), "{judged}");
            if was_resolved {
                let of_thermostat = |reason: &&Reason| {
                    matches!(**reason, Reason::Thermostat { thermostat_time, .. }
                        if thermostat_time == check.thermostat_time.value().unwrap().value())
                };
                assert!(
                    judged
                        .verdict
                        .reasons()
                        .iter()
                        .any(|reason| of_thermostat(&reason)),
                    "{judged}"
                );
                named += 1;
            }
        }
    }
    // Without the check these had passed for the liquid's.
    assert!(named >= 12, "{named}");
}

/// The liquid relaxes at constant temperature 1.1 times more slowly than at constant energy. A fit
/// that takes the vibrations for the slow part has another time, near the thermostat's.
#[test]
fn a_thermostat_that_is_much_faster_or_slower_keeps_the_relaxation_of_the_liquid() {
    let nve = mixture("nve");
    let [.., of_liquid] = fits(&nve);
    let of_liquid = 1.1 * &of_liquid.relaxation_time;
    for name in ["isokinetic", "csvr-0.01", "berendsen-0.02"] {
        let run = mixture(name);
        let check = check(&run);
        for fit in fits(&run) {
            let time = &fit.relaxation_time;
            println!("{name}: {fit}");
            if time.value() > 1.0 {
                assert_eq!(check.judge(fit.clone()), fit, "{name}");
            }
        }
        let [.., fit] = fits(&run);
        assert!(fit.verdict.is_resolved(), "{name}: {fit}");
        let difference = &fit.relaxation_time - &of_liquid;
        let z = difference.value() / difference.standard_error().unwrap();
        assert!(z.abs() < 3.0, "{name}: {fit}, {of_liquid}");
    }
    let slow = mixture("csvr-200");
    let slow_check = check(&slow);
    let Some(NoThermostatTime::Longer { lower_bound, .. }) = slow_check.thermostat_time.why() else {
        panic!("{slow_check}");
    };
    println!("csvr-200: above {lower_bound}");
    let [fit, ..] = fits(&slow);
    if fit.relaxation_time.value() < 0.1 * lower_bound {
        assert_eq!(slow_check.judge(fit.clone()), fit);
    }
    // Nosé-Hoover, damping 1: the slow part of the cold liquid is hundreds of times slower.
    let cold = shipped("kob-andersen-nvt/T0.450/energy.dat.gz");
    let check = check(&cold);
    for fit in fits(&cold) {
        if fit.verdict.is_resolved() && fit.relaxation_time.value() > 500.0 {
            assert_eq!(check.judge(fit.clone()), fit);
        }
    }
}

#[test]
fn constant_energy_changes_no_verdict() {
    for run in [
        mixture("nve"),
        melt("nve"),
        shipped("kob-andersen/T0.500/energy.dat.gz"),
        shipped("kob-andersen/T0.800/energy.dat.gz"),
    ] {
        let check = check(&run);
        assert_eq!(
            check.thermostat_time.why(),
            Some(&NoThermostatTime::ConstantEnergy)
        );
        for fit in fits(&run) {
            assert_eq!(check.judge(fit.clone()), fit);
        }
    }
}

#[test]
fn another_kind_another_unit_and_other_degrees_of_freedom_contradict_the_temperatures() {
    let table = io::energies(file("per-particle.dat")).unwrap();
    let of = |kind, units, freedom| {
        let run = table.series(0.005, PARTICLES, kind).unwrap();
        let check = ensemble_check(&run, units, freedom, Resampling::default()).unwrap();
        check.contradiction(Ensemble::nve(PARTICLES))
    };
    let freedom = Ensemble::nvt(PARTICLES).degrees_of_freedom();
    assert_eq!(of(EnergyKind::PerParticle, Units::LJ, freedom), None);
    let kind = of(EnergyKind::Total, Units::LJ, freedom).unwrap();
    assert_eq!(
        kind.to_string(),
        "std(E)/std(T) is 0.002004 of what total energies have, expected 1 at constant energy: the energies look like energies per \
         particle"
    );
    let units = of(EnergyKind::PerParticle, Units::METAL, freedom).unwrap();
    assert!(matches!(units, Contradiction::Scale { ratio, .. } if (ratio * 8.617e-5 - 1.0).abs() < 0.01));
    // Rigid bodies of six degrees of freedom, taken for atoms.
    let rigid = of(EnergyKind::PerParticle, Units::LJ, 0.5 * freedom).unwrap();
    assert!(matches!(rigid, Contradiction::Scale { ratio, .. } if (ratio - 2.004).abs() < 0.01));
    // Under a thermostat other degrees of freedom make the temperature fluctuate otherwise: the
    // energies stay uncorrelated with it, and the number that fits is named.
    let run = mixture("csvr-0.01");
    let doubled = ensemble_check(&run, Units::LJ, 2.0 * freedom, Resampling::default()).unwrap();
    let none = doubled.no_heat_capacity().unwrap();
    let Undetermined::NotSampled {
        canonical_freedom, ..
    } = none
    else {
        panic!("{none}")
    };
    assert!(
        (canonical_freedom.unwrap() / freedom - 1.0).abs() < 0.05,
        "{none}"
    );
    assert!(
        none.to_string()
            .ends_with("degrees of freedom per particle would make it canonical"),
        "{none}"
    );
    // Berendsen's thermostat correlates the two, and no degrees of freedom explain it.
    let none = check(&mixture("berendsen-1")).no_heat_capacity().unwrap();
    let Undetermined::NotSampled {
        canonical_freedom, ..
    } = none
    else {
        panic!("{none}")
    };
    assert_eq!(canonical_freedom, None);
    // Under a thermostat the energies tell their kind by their size.
    for name in ["langevin-2.dat", "isokinetic.dat", "berendsen-1.dat"] {
        let table = io::energies(file(name)).unwrap();
        let run = table.series(0.005, PARTICLES, EnergyKind::PerParticle).unwrap();
        let found = check(&run).contradiction(Ensemble::nvt(PARTICLES));
        assert!(
            matches!(found, Some(Contradiction::Kind { other: "totals", .. })),
            "{name}: {found:?}"
        );
    }
}

#[test]
fn a_short_run_does_not_tell_its_ensemble_and_constant_energy_shows_at_once() {
    let first = |run: EnergySeries<'_>, samples: usize| {
        let temperatures = run.temperatures().unwrap()[..samples].to_vec();
        EnergySeries::new(
            run.samples()[..samples].to_vec(),
            run.sampling(),
            PARTICLES,
            run.kind(),
        )
        .unwrap()
        .with_temperatures(temperatures)
        .unwrap()
    };
    let short = check(&first(mixture("langevin-2"), 200));
    assert!(
        matches!(short.sampled.why(), Some(UnknownEnsemble::TooShort { .. })),
        "{short}"
    );
    for ensemble in [Ensemble::nvt(PARTICLES), Ensemble::nve(PARTICLES)] {
        assert_eq!(short.contradiction(ensemble), None);
    }
    assert_eq!(short.no_heat_capacity(), None);
    let conserved = check(&first(mixture("nve"), 50));
    assert_eq!(
        conserved.sampled.value(),
        Some(&Sampled::Microcanonical),
        "{conserved}"
    );
    // Without resamples nothing is known but what is plain.
    let freedom = Ensemble::nvt(PARTICLES).degrees_of_freedom();
    let bare = ensemble_check(&mixture("langevin-2"), Units::LJ, freedom, Resampling::None).unwrap();
    assert!(
        matches!(bare.sampled.why(), Some(UnknownEnsemble::TooShort { .. })),
        "{bare}"
    );
}

#[test]
fn coarse_prints_are_allowed_for_or_named() {
    let printed = |run: &EnergySeries<'_>, decimals: [usize; 2]| {
        let column = |values: &[f64], decimals: usize| -> Vec<f64> {
            values
                .iter()
                .map(|x| format!("{x:.decimals$}").parse().unwrap())
                .collect()
        };
        let energies = column(run.samples(), decimals[0]);
        let temperatures = column(run.temperatures().unwrap(), decimals[1]);
        EnergySeries::new(energies, run.sampling(), PARTICLES, run.kind())
            .unwrap()
            .with_temperatures(temperatures)
            .unwrap()
    };
    // std(T) is 0.022: prints to 0.01 and 0.001 leave enough of it.
    for decimals in [[0, 3], [0, 2], [3, 2]] {
        let check = check(&printed(&mixture("nve"), decimals));
        assert_eq!(
            check.sampled.value(),
            Some(&Sampled::Microcanonical),
            "{decimals:?}: {check}"
        );
        assert_eq!(
            check.contradiction(Ensemble::nve(PARTICLES)),
            None,
            "{decimals:?}"
        );
    }
    let canonical = check(&printed(&mixture("langevin-2"), [0, 2]));
    assert_eq!(
        canonical.sampled.value(),
        Some(&Sampled::Canonical),
        "{canonical}"
    );
    let lost = check(&printed(&mixture("nve"), [0, 1]));
    let Some(UnknownEnsemble::Rounding {
        quantity, quantum, ..
    }) = lost.sampled.why()
    else {
        panic!("{lost}");
    };
    assert_eq!((quantity.as_str(), *quantum), ("temperature", 0.1));
    assert_eq!(lost.thermostat_time.why(), Some(&NoThermostatTime::Rounding));
}

#[test]
fn averages_over_windows_keep_constant_energy_and_spoil_the_canonical_ensemble() {
    let averaged = |run: &EnergySeries<'_>, window: usize| {
        let column = |values: &[f64]| -> Vec<f64> {
            values
                .chunks_exact(window)
                .map(|w| w.iter().sum::<f64>() / window as f64)
                .collect()
        };
        let sampling = Sampling::new(10 * window as u64, 0.005).unwrap();
        EnergySeries::new(column(run.samples()), sampling, PARTICLES, run.kind())
            .unwrap()
            .with_temperatures(column(run.temperatures().unwrap()))
            .unwrap()
    };
    let conserved = check(&averaged(&mixture("nve"), 10));
    assert_eq!(
        conserved.sampled.value(),
        Some(&Sampled::Microcanonical),
        "{conserved}"
    );
    assert_eq!(conserved.contradiction(Ensemble::nve(PARTICLES)), None);
    let spoilt = check(&averaged(&mixture("langevin-0.5"), 10));
    assert_eq!(spoilt.sampled.value(), Some(&Sampled::Neither), "{spoilt}");
    assert!(spoilt.temperature_variance.value() < 0.9, "{spoilt}");
}

/// Energies and temperatures of the canonical ensemble, independent of each other and each
/// correlated in time. 400 runs of 50 to 400 correlation times.
#[test]
fn canonical_runs_of_any_length_are_not_taken_for_another_ensemble() {
    let (t, freedom) = (0.8_f64, Ensemble::nvt(PARTICLES).degrees_of_freedom());
    let variance = t * t / PARTICLES as f64;
    let energy = Process::two_scale(0.8 * variance, 0.8 * variance, 20.0);
    let temperature = Process::two_scale(
        0.5 * 2.0 * variance / freedom,
        0.5 * 2.0 * variance / freedom,
        20.0,
    );
    let (mut wrong, mut found) = (0, 0);
    for seed in 0..400 {
        let samples = 1000 << (seed % 4);
        let energies = energy.sample(samples, 1.0, 2 * seed);
        let temperatures = temperature.sample(samples, 1.0, 2 * seed + 1);
        let run = made(energies, temperatures.iter().map(|x| t + x).collect());
        match check(&run).sampled {
            Outcome::Resolved(Sampled::Canonical) => found += 1,
            Outcome::Resolved(_) => wrong += 1,
            Outcome::Unresolved(_) => {}
        }
    }
    println!("{found} of 400 canonical, {wrong} of another ensemble");
    assert!(wrong <= 8, "{wrong}");
    assert!(found >= 340, "{found}");
}

#[test]
fn replicas_at_constant_energy_may_have_an_energy_each() {
    let run = mixture("nve");
    let other = {
        let energies: Vec<f64> = run.samples().iter().rev().map(|e| e + 40.0).collect();
        let temperatures: Vec<f64> = run.temperatures().unwrap().iter().rev().copied().collect();
        EnergySeries::new(energies, run.sampling(), PARTICLES, run.kind())
            .unwrap()
            .with_temperatures(temperatures)
            .unwrap()
    };
    let both = Replicas::new(vec![run, other]).unwrap();
    let freedom = Ensemble::nvt(PARTICLES).degrees_of_freedom();
    let check = ensemble_check(&both, Units::LJ, freedom, Resampling::default()).unwrap();
    assert_eq!(check.sampled.value(), Some(&Sampled::Microcanonical), "{check}");
}

#[test]
fn energies_without_temperatures_are_refused() {
    let run = mixture("nve");
    let bare = EnergySeries::new(run.samples().to_vec(), run.sampling(), PARTICLES, run.kind()).unwrap();
    let error = ensemble_check(&bare, Units::LJ, 3.0, Resampling::default()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the energies have no temperature column, expected a kinetic temperature at each sample"
    );
    let error = ensemble_check(&run, Units::LJ, 0.0, Resampling::default()).unwrap_err();
    assert!(matches!(error, ThermoError::Invalid(_)));
}

#[test]
fn state_points_take_neither_a_thermostats_time_nor_a_heat_capacity_of_no_ensemble() {
    let point = |name: &str| {
        let run = mixture(name);
        let moments = energy::moments(&run, Resampling::default()).unwrap();
        let c = thermo::heat_capacity(&moments, Units::LJ, Ensemble::nvt(PARTICLES)).unwrap();
        let [fit, ..] = fits(&run);
        (StatePoint::new(name, &moments, c).unwrap(), fit, check(&run))
    };
    let (canonical, fit, check) = point("langevin-2");
    assert!(fit.verdict.is_resolved());
    let orders = [
        canonical
            .clone()
            .with_relaxation(&fit)
            .unwrap()
            .with_ensemble_check(&check)
            .unwrap(),
        canonical
            .clone()
            .with_ensemble_check(&check)
            .unwrap()
            .with_relaxation(&fit)
            .unwrap(),
    ];
    for point in orders {
        assert_eq!((point.time(TimeOf::Energy), point.um_squared()), (None, None));
        assert!(matches!(
            point.relaxation_verdict().unwrap().reasons(),
            [Reason::Thermostat { .. }]
        ));
        assert_eq!(point.no_heat_capacity(), None);
    }
    // In other units the thermostat's time is in the same unit as the relaxation's.
    let substance = LennardJones::NI80P20.to(Units::METAL).unwrap();
    let metal = canonical
        .clone()
        .with_ensemble_check(&check)
        .unwrap()
        .converted(&substance)
        .unwrap();
    let factor = substance.factor(Dimension::TIME);
    let time = |point: &StatePoint| {
        let check = point.ensemble_check().unwrap();
        check.thermostat_time.value().unwrap().value()
    };
    assert!((time(&metal) / (check.thermostat_time.value().unwrap().value() * factor) - 1.0).abs() < 1e-12);
    let (isokinetic, fit, of_isokinetic) = point("isokinetic");
    let isokinetic = isokinetic
        .with_relaxation(&fit)
        .unwrap()
        .with_ensemble_check(&of_isokinetic)
        .unwrap();
    assert!(isokinetic.time(TimeOf::Energy).is_some());
    let why = isokinetic.no_heat_capacity().unwrap().to_string();
    assert!(
        why.starts_with("no heat capacity: the run sampled neither ensemble"),
        "{why}"
    );
    let scan = thermo::Scan::new(vec![isokinetic], thermo::Path::Isochoric).unwrap();
    assert!(scan.heat_capacity_check().is_err());
    assert_eq!(scan.times(TimeOf::Energy).len(), 1);
    // Of another run, and of another ensemble.
    assert!(matches!(
        canonical.clone().with_ensemble_check(&of_isokinetic),
        Err(ThermoError::OtherRun { .. })
    ));
    let run = mixture("nve");
    let moments = energy::moments(&run, Resampling::default()).unwrap();
    let c = thermo::heat_capacity(&moments, Units::LJ, Ensemble::nvt(PARTICLES)).unwrap();
    let declared = StatePoint::new("nve", &moments, c).unwrap();
    assert!(matches!(
        declared.with_ensemble_check(&self::check(&run)),
        Err(ThermoError::Contradiction(Contradiction::Ensemble { .. }))
    ));
    let builder = thermo::Scan::builder(Units::LJ, Ensemble::nvt(PARTICLES));
    assert!(matches!(
        builder.measure("nve", &run),
        Err(ThermoError::Contradiction(_))
    ));
    let judged = builder.measure("langevin-2", &mixture("langevin-2")).unwrap();
    assert_eq!(judged.time(TimeOf::Energy), None);
    assert!(judged.ensemble_check().is_some());
}
