//! Runs whose total energy is printed beside the potential energy and the temperature: what
//! contradicts them, and which ensemble they show where temperatures have too few digits.

use msed::stats::Outcome;
use msed::thermo::{Contradiction, EnsembleCheck, Sampled, StatePoint, UnknownEnsemble, ensemble_check};
use msed::{EnergyKind, EnergySeries, Ensemble, Replicas, Resampling, Sampling, Units, energy, io};

use crate::common::synthetic::Process;

const TEMPERATURE: f64 = 0.8;
const SAMPLES: usize = 4000;

/// A run of known ensemble: potential and kinetic energy per particle.
#[derive(Clone)]
struct Made {
    particles: usize,
    freedom: f64,
    potential: Vec<f64>,
    kinetic: Vec<f64>,
}

impl Made {
    /// Canonical, with a configurational heat capacity as large as the kinetic one.
    fn canonical(particles: usize, freedom: f64, seed: u64) -> Self {
        let variance = 0.5 * freedom * TEMPERATURE * TEMPERATURE / particles as f64;
        let half = 0.5 * variance;
        let process = Process::mixture(0.0, &[(half, 0.3), (half, 2.0)]);
        let draw = |seed: u64| process.sample(SAMPLES, 0.1, seed);
        let mean = 0.5 * freedom * TEMPERATURE;
        Self {
            particles,
            freedom,
            potential: draw(seed).iter().map(|x| x - 7.0).collect(),
            kinetic: draw(seed + 1).iter().map(|x| x + mean).collect(),
        }
    }

    /// The same at constant energy, kinetic and potential energy in exchange.
    fn microcanonical(particles: usize, freedom: f64, seed: u64) -> Self {
        let canonical = Self::canonical(particles, freedom, seed);
        let root = 0.5_f64.sqrt();
        let mean = 0.5 * freedom * TEMPERATURE;
        let kinetic: Vec<f64> = canonical
            .kinetic
            .iter()
            .map(|k| mean + root * (k - mean))
            .collect();
        Self {
            potential: kinetic.iter().map(|k| mean - 7.0 - k).collect(),
            kinetic,
            ..canonical
        }
    }

    fn temperatures(&self) -> Vec<f64> {
        self.kinetic.iter().map(|k| 2.0 * k / self.freedom).collect()
    }

    /// As it is printed: energies in five decimals, temperatures in these steps, and declared to
    /// be of so many particles.
    fn printed(&self, kind: EnergyKind, declared: (usize, EnergyKind), step: f64) -> EnergySeries<'static> {
        let factor = match kind {
            EnergyKind::Total => self.particles as f64,
            EnergyKind::PerParticle => 1.0,
        };
        let rounded = |x: f64, step: f64| (x / step).round() * step;
        let digits = if kind == EnergyKind::Total { 1e-3 } else { 1e-6 };
        let energies = self.potential.iter().map(|u| rounded(u * factor, digits));
        let totals = self.potential.iter().zip(&self.kinetic);
        let totals = totals.map(|(u, k)| rounded((u + k) * factor, digits));
        let temperatures = self.temperatures().into_iter().map(|t| rounded(t, step));
        series(energies.collect(), temperatures.collect(), declared)
            .with_total_energies(totals.collect::<Vec<f64>>())
            .unwrap()
    }

    fn totals(&self) -> EnergySeries<'static> {
        self.printed(EnergyKind::Total, (self.particles, EnergyKind::Total), 1e-6)
    }
}

fn series(
    energies: Vec<f64>,
    temperatures: Vec<f64>,
    declared: (usize, EnergyKind),
) -> EnergySeries<'static> {
    let sampling = Sampling::new(1, 0.1).unwrap();
    EnergySeries::new(energies, sampling, declared.0, declared.1)
        .unwrap()
        .with_temperatures(temperatures)
        .unwrap()
}

fn check(run: &EnergySeries<'_>, units: Units, freedom: f64) -> EnsembleCheck {
    ensemble_check(run, units, freedom, Resampling::default()).unwrap()
}

fn free(particles: usize) -> f64 {
    Ensemble::nvt(particles).degrees_of_freedom()
}

/// Both ensembles, declared as they are.
fn both(particles: usize, freedom: f64) -> [(Made, Ensemble); 2] {
    let [nve, nvt] = [Ensemble::nve(particles), Ensemble::nvt(particles)];
    [
        (Made::microcanonical(particles, freedom, 11), nve),
        (Made::canonical(particles, freedom, 12), nvt),
    ]
}

#[test]
fn what_is_declared_as_it_is_does_not_contradict() {
    for n in [32, 500, 4000] {
        for (made, ensemble) in both(n, free(n)) {
            for kind in [EnergyKind::Total, EnergyKind::PerParticle] {
                let check = check(&made.printed(kind, (n, kind), 1e-5), Units::LJ, free(n));
                assert_eq!(check.contradiction(ensemble), None, "{n}: {check}");
                let found = check.kinetic_freedom.as_ref().unwrap();
                assert!((found.value() / free(n) - 1.0).abs() < 1e-5, "{found}");
                let exchanged = check.total_variance.as_ref().unwrap().value();
                if matches!(ensemble, Ensemble::Nve { .. }) {
                    assert!(exchanged < 1e-3, "{exchanged}");
                } else {
                    assert!((exchanged - 2.0).abs() < 0.3, "{exchanged}");
                }
                assert!(!check.uses_total_energies);
            }
        }
    }
}

#[test]
fn particles_that_are_three_percent_off_are_found() {
    for (made, ensemble) in both(500, free(500)) {
        for (declared, is_wrong) in [(485, true), (515, true), (498, false), (503, false)] {
            let of = |total| made.printed(EnergyKind::Total, (declared, EnergyKind::Total), total);
            let check = check(&of(1e-6), Units::LJ, free(declared));
            let found = check.contradiction(ensemble.with_degrees_of_freedom(free(declared)));
            if !is_wrong {
                assert_eq!(found, None, "{declared}");
                continue;
            }
            let Some(Contradiction::Freedom {
                found,
                particles,
                fitting_particles: Some(fitting),
                other: None,
                ..
            }) = found
            else {
                panic!("{declared}: {found:?}")
            };
            assert_eq!(particles, declared);
            assert!((fitting / 500.0 - 1.0).abs() < 1e-4, "{fitting}");
            assert!((found * declared as f64 / (500.0 * free(500)) - 1.0).abs() < 1e-4);
        }
        // Energies per particle do not contain their number, and the degrees of freedom alone do.
        let declared = (515, EnergyKind::PerParticle);
        let run = made.printed(EnergyKind::PerParticle, declared, 1e-6);
        let found = check(&run, Units::LJ, free(515)).kinetic_freedom.unwrap();
        assert!((found.value() / free(500) - 1.0).abs() < 1e-5, "{found}");
    }
    let (made, ensemble) = &both(500, free(500))[1];
    let run = made.printed(EnergyKind::Total, (515, EnergyKind::Total), 1e-6);
    assert_eq!(
        check(&run, Units::LJ, free(515))
            .contradiction(*ensemble)
            .unwrap()
            .to_string(),
        "E_tot - E is 2.907 times k T/2 per particle, expected 2.994 as declared: units or a column are wrong, or the 515 particles \
         are, and 500 would fit, or the 2.994 degrees of freedom per particle are, and 2.907 would fit"
    );
}

#[test]
fn another_kind_another_unit_and_other_degrees_of_freedom_are_found_in_both_ensembles() {
    let n = 500;
    for (made, ensemble) in both(n, free(n)) {
        for (kind, other, looks) in [
            (EnergyKind::Total, EnergyKind::PerParticle, "totals"),
            (
                EnergyKind::PerParticle,
                EnergyKind::Total,
                "energies per particle",
            ),
        ] {
            let run = made.printed(kind, (n, other), 1e-6);
            let found = check(&run, Units::LJ, free(n)).contradiction(ensemble).unwrap();
            assert!(matches!(found, Contradiction::Kind { .. }), "{found}");
            assert!(
                found
                    .to_string()
                    .ends_with(&format!("the energies look like {looks}")),
                "{found}"
            );
        }
        let found = check(&made.totals(), Units::METAL, free(n))
            .contradiction(ensemble)
            .unwrap();
        let shown = found.to_string();
        assert!(
            shown.contains("particle number") && shown.ends_with("are wrong"),
            "{shown}"
        );
        // 3 % more, which the fluctuations do not show.
        let wrong = 1.03 * free(n);
        let found =
            check(&made.totals(), Units::LJ, wrong).contradiction(ensemble.with_degrees_of_freedom(wrong));
        let Some(Contradiction::Freedom { found, declared, .. }) = found else {
            panic!("{found:?}")
        };
        assert!((found - free(n)).abs() < 1e-4 && declared == wrong, "{found}");
    }
    // Rigid molecules that are taken for atoms, under a thermostat.
    let made = Made::canonical(n, 6.0 - 3.0 / 500.0, 3);
    let found = check(&made.totals(), Units::LJ, free(n))
        .contradiction(Ensemble::nvt(n))
        .unwrap();
    assert!(
        found
            .to_string()
            .contains("the 2.994 degrees of freedom per particle are, and 5.994 would fit"),
        "{found}"
    );
    // The energies of a unit 4.184 times as large, under a thermostat: the fluctuations pass.
    let made = Made::canonical(n, free(n), 4);
    let larger = |x: &f64| x * 4.184 * 500.0;
    let energies: Vec<f64> = made.potential.iter().map(larger).collect();
    let totals: Vec<f64> = made
        .potential
        .iter()
        .zip(&made.kinetic)
        .map(|(u, k)| larger(&(u + k)))
        .collect();
    let bare = series(energies, made.temperatures(), (n, EnergyKind::Total));
    assert_eq!(
        check(&bare, Units::LJ, free(n)).contradiction(Ensemble::nvt(n)),
        None
    );
    let run = bare.with_total_energies(totals).unwrap();
    let found = check(&run, Units::LJ, free(n)).contradiction(Ensemble::nvt(n));
    assert!(
        matches!(found, Some(Contradiction::Freedom { found, .. }) if (found / free(n) - 4.184).abs() < 1e-3),
        "{found:?}"
    );
    // A state point refuses it.
    let moments = energy::moments(&run, Resampling::default()).unwrap();
    let c = msed::thermo::heat_capacity(&moments, Units::LJ, Ensemble::nvt(n)).unwrap();
    let point = StatePoint::new("x", &moments, c).unwrap();
    let error = point
        .with_ensemble_check(&check(&run, Units::LJ, free(n)))
        .unwrap_err();
    assert!(
        error.to_string().starts_with("E_tot - E is 12.53 times k T/2"),
        "{error}"
    );
}

/// Programs take the momenta of the whole system off their degrees of freedom, or do not.
#[test]
fn the_momenta_of_the_whole_system_do_not_count() {
    for n in [16, 32, 108] {
        for counted in [3.0, free(n)] {
            for (made, ensemble) in both(n, counted) {
                for declared in [3.0, free(n)] {
                    let check = check(&made.totals(), Units::LJ, declared);
                    let found = check.contradiction(ensemble.with_degrees_of_freedom(declared));
                    assert!(
                        !matches!(found, Some(Contradiction::Freedom { .. })),
                        "{n} {counted} {declared}: {found:?}"
                    );
                }
            }
        }
    }
}

#[test]
fn total_energies_show_the_ensemble_where_temperatures_have_few_digits() {
    let n = 500;
    for (made, ensemble) in both(n, free(n)) {
        let expected = match ensemble {
            Ensemble::Nve { .. } => Sampled::Microcanonical,
            _ => Sampled::Canonical,
        };
        // The temperature fluctuates by 0.03.
        for step in [0.1, 0.4, 0.8] {
            let run = made.printed(EnergyKind::Total, (n, EnergyKind::Total), step);
            let totals = check(&run, Units::LJ, free(n));
            assert_eq!(totals.sampled.value(), Some(&expected), "{step}: {totals}");
            assert!(totals.uses_total_energies);
            assert_eq!(totals.contradiction(ensemble), None);
            let other = match ensemble {
                Ensemble::Nve { .. } => Ensemble::nvt(n),
                _ => Ensemble::nve(n),
            };
            let found = totals.contradiction(other).unwrap().to_string();
            assert!(
                found.contains("; Var(E_tot) is ") && found.contains(" of Var(E), expected 0 at constant"),
                "{found}"
            );
            let bare = series(
                run.samples().to_vec(),
                run.temperatures().unwrap().to_vec(),
                (n, EnergyKind::Total),
            );
            let bare = check(&bare, Units::LJ, free(n));
            assert_ne!(bare.sampled.value(), Some(&expected), "{step}: {bare}");
            if step == 0.1 {
                assert!(
                    matches!(
                        bare.sampled,
                        Outcome::Unresolved(UnknownEnsemble::Rounding { .. })
                    ),
                    "{bare}"
                );
            }
        }
    }
}

/// A temperature that a thermostat holds is constant, in both columns.
#[test]
fn a_constant_temperature_stays_one() {
    let mut made = Made::canonical(500, free(500), 5);
    let mean = 0.5 * free(500) * TEMPERATURE;
    made.kinetic.iter_mut().for_each(|k| *k = mean);
    let check = check(&made.totals(), Units::LJ, free(500));
    assert_eq!(check.sampled.value(), Some(&Sampled::Neither), "{check}");
    assert!(!check.uses_total_energies);
    assert_eq!(check.contradiction(Ensemble::nvt(500)), None);
    assert!((check.kinetic_freedom.unwrap().value() / free(500) - 1.0).abs() < 1e-5);
}

#[test]
fn what_is_no_kinetic_energy_of_these_particles_is_not_compared() {
    let n = 500;
    let made = Made::canonical(n, free(n), 6);
    let factor = n as f64;
    let energies: Vec<f64> = made.potential.iter().map(|u| u * factor).collect();
    let of = |temperatures: Vec<f64>, totals: Vec<f64>| {
        let run = series(energies.clone(), temperatures, (n, EnergyKind::Total));
        check(&run.with_total_energies(totals).unwrap(), Units::LJ, free(n))
    };
    let total: Vec<f64> = made
        .potential
        .iter()
        .zip(&made.kinetic)
        .map(|(u, k)| (u + k) * factor)
        .collect();
    // The temperature of half of the particles, which a second bath keeps warmer by 5 %.
    let half = Made::canonical(n, free(n), 60).temperatures();
    let warmer = |(a, b): (f64, f64)| 1.05 * (a + b) / 2.0;
    let group = made.temperatures().into_iter().zip(half).map(warmer);
    let group = of(group.collect(), total.clone());
    assert_eq!((&group.kinetic_freedom, &group.total_variance), (&None, &None));
    // The potential energy again, and what the whole of run and thermostat conserves.
    for other in [
        energies.clone(),
        vec![-2000.0; SAMPLES],
        energies.iter().map(|u| u - 1.0).collect(),
    ] {
        assert_eq!(of(made.temperatures(), other).kinetic_freedom, None);
    }
    assert!(of(made.temperatures(), total.clone()).kinetic_freedom.is_some());
    // All runs must have them.
    let with = made.totals();
    let without = series(
        energies.iter().rev().copied().collect(),
        made.temperatures(),
        (n, EnergyKind::Total),
    );
    let both = Replicas::new(vec![with, without]).unwrap();
    let found = ensemble_check(&both, Units::LJ, free(n), Resampling::default()).unwrap();
    assert_eq!(found.kinetic_freedom, None);
    // Without error bars nothing is refused.
    let bare = ensemble_check(&made.totals(), Units::LJ, 6.0, Resampling::None).unwrap();
    assert_eq!(
        bare.contradiction(Ensemble::nvt(n).with_degrees_of_freedom(6.0)),
        None
    );
}

/// A dilute gas has a potential energy that hardly fluctuates. Its scale is right all the same, and
/// a column of totals shows it.
#[test]
fn total_energies_confirm_a_scale_that_fluctuations_would_doubt() {
    let n = 500;
    let mut made = Made::canonical(n, free(n), 7);
    made.potential
        .iter_mut()
        .for_each(|u| *u = 0.02 * (*u + 7.0) - 0.01);
    let run = made.totals();
    let bare = series(
        run.samples().to_vec(),
        run.temperatures().unwrap().to_vec(),
        (n, EnergyKind::Total),
    );
    let found = check(&bare, Units::LJ, free(n)).contradiction(Ensemble::nvt(n));
    assert!(matches!(found, Some(Contradiction::Kind { .. })), "{found:?}");
    assert_eq!(
        check(&run, Units::LJ, free(n)).contradiction(Ensemble::nvt(n)),
        None
    );
}

/// The files of five programs show the degrees of freedom that the programs count.
#[test]
fn real_files_show_their_degrees_of_freedom() {
    let root = env!("CARGO_MANIFEST_DIR");
    let (kj, total) = (Units::GROMACS, EnergyKind::Total);
    for (path, n, kind, units, step, expected) in [
        ("tests/data/engines/argon.xvg", 216, total, kj, 0.005, free(216)),
        // No plug-in takes the motion of the whole system off.
        ("tests/data/engines/argon.csv.gz", 216, total, kj, 0.005, 3.0),
        (
            "tests/data/engines/copper.log",
            32,
            total,
            Units::METAL,
            0.004,
            3.0,
        ),
        (
            "tests/data/engines/copper_peratom.log",
            32,
            EnergyKind::PerParticle,
            Units::METAL,
            0.004,
            3.0,
        ),
        (
            "tests/data/water/energy.xvg.gz",
            216,
            total,
            kj,
            0.001,
            6.0 - 3.0 / 216.0,
        ),
        ("data/logs/one.lammps", 1000, total, Units::LJ, 0.005, free(1000)),
        (
            "data/logs/multi.lammps",
            1000,
            total,
            Units::LJ,
            0.005,
            free(1000),
        ),
        (
            "data/cuzr/T1600/energy.dat.gz",
            2048,
            total,
            Units::METAL,
            0.002,
            free(2048),
        ),
        (
            "data/kob-andersen/T0.800/energy.dat.gz",
            1000,
            total,
            Units::LJ,
            0.005,
            free(1000),
        ),
        (
            "tests/data/thermostats/melt-langevin-2.log.gz",
            500,
            EnergyKind::PerParticle,
            Units::LJ,
            0.004,
            free(500),
        ),
    ] {
        let table = io::EnergyReader::new()
            .with_total()
            .read(format!("{root}/{path}"))
            .unwrap()
            .in_units(units)
            .unwrap();
        let run = table.series(table.time_step.unwrap_or(step), n, kind).unwrap();
        let found = check(&run, units, expected).kinetic_freedom.expect(path);
        assert!((found.value() / expected - 1.0).abs() < 3e-5, "{path}: {found}");
    }
}
