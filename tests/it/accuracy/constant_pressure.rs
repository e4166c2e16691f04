//! Heat capacities, expansion and compressibility at constant pressure, on runs whose covariances
//! are known. All seeds are constant.

use crate::common::synthetic::Process;
use msed::stats::Outcome;
use msed::thermo::{
    self, ConstantPressure, Path, Point, Scan, StatePoint, ThermoError, TimeOf, Undetermined,
};
use msed::trajectory::Dimensions;
use msed::units::Conversion;
use msed::{EnergyKind, EnergySeries, Ensemble, Estimate, Replicas, Resampling, Sampling, Units, energy};
use rand::SeedableRng;
use rand_distr::{Distribution, Gamma};
use rand_pcg::Pcg64;

const PARTICLES: usize = 1000;
/// Samples per relaxation time, relaxation times per run: ten blocks of 30 relaxation times each.
const TAU: f64 = 20.0;
const LENGTH: usize = 300 * TAU as usize;

/// A liquid whose volume and potential energy are Gaussian: U = `slope` (V - <V>) + a part that is
/// independent of V.
#[derive(Debug, Clone, Copy)]
struct Liquid {
    t: f64,
    pressure: f64,
    volume: f64,
    /// κ_T.
    compressibility: f64,
    /// (∂U/∂V)_T.
    slope: f64,
    /// C_ex at constant volume.
    c: f64,
    /// Mean potential energy per particle.
    energy: f64,
    /// Cov(V, p) over -k T: 1 at constant pressure.
    barostat: f64,
}

const LIQUID: Liquid = Liquid {
    t: 0.8,
    pressure: 7.6,
    volume: 833.0,
    compressibility: 0.0154,
    slope: 2.0,
    c: 1.7,
    energy: -6.4,
    barostat: 1.0,
};

/// What the results must be.
struct Exact {
    c_p: f64,
    c_v: f64,
    expansion: f64,
    pressure_coefficient: f64,
}

/// Energies, temperatures, pressures and volumes, as a file has them.
#[derive(Clone)]
struct Columns {
    energies: Vec<f64>,
    temperatures: Vec<f64>,
    pressures: Vec<f64>,
    volumes: Vec<f64>,
}

impl Liquid {
    fn exact(&self, g: f64) -> Exact {
        // T (dp/dT)_V = (dU/dV)_T + p, and c_p - c_V = T V α²/(N κ).
        let pressure_coefficient = (self.slope + self.pressure) / self.t;
        let expansion = pressure_coefficient * self.compressibility;
        let c_v = 0.5 * g + self.c;
        let difference = self.t * self.volume * expansion * pressure_coefficient / PARTICLES as f64;
        Exact {
            c_p: c_v + difference,
            c_v,
            expansion,
            pressure_coefficient,
        }
    }

    fn columns(&self, length: usize, seed: u64) -> Columns {
        let (n, g) = (PARTICLES as f64, Ensemble::npt(PARTICLES).degrees_of_freedom());
        let half = |variance: f64, seed| {
            Process::two_scale(0.5 * variance, 0.5 * variance, TAU).sample(length, 1.0, seed)
        };
        let of_volume = self.t * self.volume * self.compressibility;
        let volumes = half(of_volume, 4 * seed);
        let other = half(n * self.c * self.t * self.t, 4 * seed + 1);
        let kinetic = Process::two_scale(2.0 * self.t * self.t / (g * n), 0.0, TAU);
        let fast = Process::two_scale(0.3, 0.0, TAU).sample(length, 1.0, 4 * seed + 3);
        let answer = self.barostat * self.t / of_volume;
        Columns {
            energies: volumes
                .iter()
                .zip(&other)
                .map(|(v, other)| n * self.energy + self.slope * v + other)
                .collect(),
            temperatures: kinetic
                .sample(length, 1.0, 4 * seed + 2)
                .iter()
                .map(|t| self.t + t)
                .collect(),
            pressures: volumes
                .iter()
                .zip(&fast)
                .map(|(v, fast)| self.pressure - answer * v + fast)
                .collect(),
            volumes: volumes.iter().map(|v| self.volume + v).collect(),
        }
    }
}

impl Columns {
    fn bare(&self) -> EnergySeries<'static> {
        let sampling = Sampling::new(1, 1.0).unwrap();
        EnergySeries::new(self.energies.clone(), sampling, PARTICLES, EnergyKind::Total).unwrap()
    }

    fn run(&self) -> EnergySeries<'static> {
        let run = self.bare().with_temperatures(self.temperatures.clone()).unwrap();
        let run = run.with_pressures(self.pressures.clone()).unwrap();
        run.with_volumes(self.volumes.clone()).unwrap()
    }
}

fn npt() -> Ensemble {
    Ensemble::npt(PARTICLES)
}

/// g/2.
fn kinetic() -> f64 {
    0.5 * npt().degrees_of_freedom()
}

fn of(run: &EnergySeries<'_>, pressure: Option<f64>) -> Outcome<ConstantPressure, Undetermined> {
    thermo::constant_pressure(
        run,
        Units::LJ,
        npt(),
        pressure,
        Dimensions::Three,
        Resampling::Blocks(10),
    )
    .unwrap()
}

fn found(run: &EnergySeries<'_>, pressure: Option<f64>) -> ConstantPressure {
    of(run, pressure).into_result().unwrap()
}

fn holds(number: &Estimate, exact: f64) -> bool {
    let [low, high] = number.interval(0.6827).unwrap();
    low < exact && exact < high
}

/// 300 runs know a coverage of 68 % to 2.7 %: the bounds are three of these away.
#[test]
fn intervals_cover_as_often_as_they_say() {
    let runs = 300;
    let exact = LIQUID.exact(npt().degrees_of_freedom());
    let exact = [
        exact.c_p,
        exact.c_v,
        exact.expansion,
        LIQUID.compressibility,
        exact.pressure_coefficient,
        1.0,
    ];
    let (mut held, mut sum) = ([0; 6], [0.0; 6]);
    for seed in 0..runs {
        let found = found(&LIQUID.columns(LENGTH, seed).run(), None);
        assert_eq!(found.caution, None, "{seed}");
        let numbers = [
            found.c_p,
            found.c_v,
            found.expansion,
            found.compressibility,
            found.pressure_coefficient,
            found.barostat.unwrap(),
        ];
        for k in 0..6 {
            held[k] += u32::from(holds(&numbers[k], exact[k]));
            sum[k] += numbers[k].value();
        }
    }
    let coverage = held.map(|held| f64::from(held) / runs as f64);
    let mean = sum.map(|sum| sum / runs as f64);
    println!("coverage {coverage:.3?}, means {mean:.4?}, exact {exact:.4?}");
    for k in 0..6 {
        assert!((0.60..=0.76).contains(&coverage[k]), "{coverage:?}");
        assert!((mean[k] / exact[k] - 1.0).abs() < 0.01, "{mean:?} {exact:?}");
    }
}

/// The isothermal-isobaric ideal gas: V is of a gamma distribution, and its pressure N k T/V.
#[test]
fn the_ideal_gas_has_its_equation_of_state() {
    let (n, t, p) = (PARTICLES as f64, 1.5, 2.5);
    let ensemble = npt().with_degrees_of_freedom(3.0);
    let mut random = Pcg64::seed_from_u64(11);
    let length = 40_000;
    let mut of = |shape: f64, scale: f64| -> Vec<f64> {
        let gamma = Gamma::new(shape, scale).unwrap();
        (0..length).map(|_| gamma.sample(&mut random)).collect()
    };
    let volumes = of(n + 1.0, t / p);
    let temperatures = of(1.5 * n, t / (1.5 * n));
    let pressures: Vec<f64> = volumes
        .iter()
        .zip(&temperatures)
        .map(|(v, t)| n * t / v)
        .collect();
    let sampling = Sampling::new(1, 1.0).unwrap();
    let run = EnergySeries::new(vec![0.0; length], sampling, PARTICLES, EnergyKind::Total).unwrap();
    let run = run.with_temperatures(temperatures).unwrap();
    let run = run.with_pressures(pressures).unwrap();
    let run = run.with_volumes(volumes).unwrap();
    for given in [Some(p), None] {
        let found = thermo::constant_pressure(
            &run,
            Units::LJ,
            ensemble,
            given,
            Dimensions::Three,
            Resampling::Blocks(10),
        );
        let found = found.unwrap().into_result().unwrap();
        let numbers = [
            ("c_p", &found.c_p, 1.5 + (n + 1.0) / n),
            ("alpha", &found.expansion, 1.0 / t),
            ("kappa_T", &found.compressibility, 1.0 / p),
            ("dp/dT", &found.pressure_coefficient, p / t),
            ("V", &found.mean_volume, (n + 1.0) * t / p),
            ("h", &found.mean_enthalpy, (2.5 + 1.0 / n) * t),
            ("p", &found.pressure, p),
            ("barostat", found.barostat.as_ref().unwrap(), 1.0),
        ];
        for (name, number, exact) in numbers {
            println!("{name} {number}, exact {exact}");
            let error = number.standard_error().unwrap();
            assert!(
                (number.value() - exact).abs() <= 4.0 * error,
                "{name} {number} {exact}"
            );
            assert!(error < 0.02 * exact, "{name} {number}");
        }
        // No potential energy: the volume explains all of the enthalpy.
        assert!((found.c_v.value() - 1.5).abs() < 1e-9, "{}", found.c_v);
    }
}

/// The volume and the pressure tell each other's unit, and the barostat.
#[test]
fn another_barostat_or_unit_is_refused() {
    let part = |columns: &Columns| match of(&columns.run(), None) {
        Outcome::Unresolved(Undetermined::NotConstantPressure { part }) => part.value(),
        other => panic!("{other:?}"),
    };
    // Berendsen's: Cov(V, p) = 0.
    let berendsen = Liquid {
        barostat: 0.0,
        ..LIQUID
    };
    let columns = berendsen.columns(LENGTH, 1);
    assert!(part(&columns).abs() < 0.2);
    let message = of(&columns.run(), None).why().unwrap().to_string();
    assert!(
        message.starts_with("no heat capacity: -Cov(V, p) is "),
        "{message}"
    );
    // Pressures in bar beside volumes in nm^3 that are meant in angstrom^3.
    let good = LIQUID.columns(LENGTH, 2);
    for factor in [1e-3, 10.0, 1.5] {
        let wrong = Columns {
            volumes: good.volumes.iter().map(|v| factor * v).collect(),
            ..good.clone()
        };
        assert!((part(&wrong) / factor - 1.0).abs() < 0.2, "{factor}");
    }
    assert!(of(&good.run(), None).is_resolved());
}

/// A volume that is not at rest has the variance of its way there, with small errors.
#[test]
fn a_volume_that_drifts_has_no_result() {
    let good = LIQUID.columns(LENGTH, 21);
    let deviation = (LIQUID.t * LIQUID.volume * LIQUID.compressibility).sqrt();
    let changed = |by: fn(f64) -> f64| {
        let part = |i: usize| i as f64 / LENGTH as f64;
        let volumes = good.volumes.iter().enumerate();
        let columns = Columns {
            volumes: volumes.map(|(i, v)| v + deviation * by(part(i))).collect(),
            ..good.clone()
        };
        of(&columns.run(), None)
    };
    let changes: [fn(f64) -> f64; 4] = [
        |part| if part < 0.5 { 0.0 } else { -6.0 },
        |part| if part < 0.2 { 4.0 } else { 0.0 },
        |part| 3.0 * part,
        |part| 30.0 * (-30.0 * part).exp(),
    ];
    for (k, by) in changes.into_iter().enumerate() {
        let found = changed(by);
        let Some(Undetermined::Drifts {
            quantity: "volume",
            size,
        }) = found.why()
        else {
            panic!("{k}: {found:?}");
        };
        assert!(*size > 1.0 && *size < 20.0, "{k}: {size}");
    }
    assert!(changed(|_| 0.0).is_resolved());
}

/// Pressure and volume answer to each other in the same way when they are exchanged: the kinetic
/// part of the pressure tells them.
#[test]
fn exchanged_columns_are_told() {
    let g = npt().degrees_of_freedom();
    let answer = 1.0 / (LIQUID.volume * LIQUID.compressibility);
    for seed in 0..10 {
        let mut columns = LIQUID.columns(2 * LENGTH, 400 + seed);
        // Without what other motion adds to the pressure of so small a model.
        let answers = columns.volumes.iter().zip(&columns.temperatures).map(|(v, t)| {
            let kinetic = g / 3.0 * PARTICLES as f64 * (t - LIQUID.t) / LIQUID.volume;
            LIQUID.pressure - answer * (v - LIQUID.volume) + kinetic
        });
        columns.pressures = answers.collect();
        let right = of(&columns.run(), None);
        assert!(right.is_resolved(), "{right:?}");
        std::mem::swap(&mut columns.pressures, &mut columns.volumes);
        let found = of(&columns.run(), None);
        let Some(Undetermined::Exchanged { part }) = found.why() else {
            panic!("{seed}: {found:?}");
        };
        assert!((part.value() - 1.0).abs() < 0.6, "{part}");
    }
}

/// Volumes of two digits take three values or four, too few for their multiples to show the digit.
#[test]
fn volumes_of_few_digits_are_told() {
    let columns = LIQUID.columns(LENGTH, 3);
    assert!(of(&columns.clone().run(), None).is_resolved());
    let mut coarse = columns;
    coarse
        .volumes
        .iter_mut()
        .for_each(|v| *v = (*v / 10.0).round() * 10.0);
    let found = of(&coarse.run(), None);
    let why = found.why().expect("a reason");
    assert!(
        matches!(
            why,
            Undetermined::CoarsePrint {
                quantity: "volume",
                ..
            }
        ),
        "{why}"
    );
}

#[test]
fn short_runs_are_told_as_such() {
    // Six relaxation times.
    let short = LIQUID.columns(6 * TAU as usize, 3).run();
    let why = of(&short, None).why().unwrap().to_string();
    assert!(why.starts_with("no heat capacity: "), "{why}");
    // 40 relaxation times have numbers, and a caution; 8 have none.
    let cautions = (0..20).filter(|&seed| {
        let run = LIQUID.columns(40 * TAU as usize, 100 + seed).run();
        of(&run, None).value().is_none_or(|found| found.caution.is_some())
    });
    assert!(cautions.count() >= 18);
    let refused =
        (0..20).filter(|&seed| !of(&LIQUID.columns(8 * TAU as usize, 200 + seed).run(), None).is_resolved());
    assert!(refused.count() >= 15);
}

/// Energies per particle, replicas, given numbers: one answer.
#[test]
fn kind_replicas_and_given_numbers_do_not_matter() {
    let columns = LIQUID.columns(LENGTH, 4);
    let whole = found(&columns.run(), None);
    let sampling = Sampling::new(1, 1.0).unwrap();
    let scaled: Vec<f64> = columns.energies.iter().map(|e| e / PARTICLES as f64).collect();
    let per_particle = EnergySeries::new(scaled, sampling, PARTICLES, EnergyKind::PerParticle).unwrap();
    let per_particle = per_particle
        .with_temperatures(columns.temperatures.clone())
        .unwrap();
    let per_particle = per_particle.with_pressures(columns.pressures.clone()).unwrap();
    let per_particle = found(&per_particle.with_volumes(columns.volumes.clone()).unwrap(), None);
    assert!((per_particle.c_p.value() / whole.c_p.value() - 1.0).abs() < 1e-9);
    // A given pressure is another number by its error alone, and c_V does not contain it.
    let given = found(&columns.run(), Some(LIQUID.pressure));
    assert_eq!(given.pressure.standard_error(), Some(0.0));
    assert!((given.c_v.value() - whole.c_v.value()).abs() < 1e-9);
    assert!((given.c_p.value() - whole.c_p.value()).abs() < whole.c_p.standard_error().unwrap());
    // Without a column of pressures nothing tells the barostat.
    let blind = columns
        .bare()
        .with_temperatures(columns.temperatures.clone())
        .unwrap();
    let blind = blind.with_volumes(columns.volumes.clone()).unwrap();
    assert_eq!(found(&blind, Some(LIQUID.pressure)).barostat, None);
    let given = columns.bare().with_temperature(0.8).unwrap();
    let given = given.with_volumes(columns.volumes.clone()).unwrap();
    assert_eq!(
        found(&given, Some(LIQUID.pressure)).temperature(),
        &Estimate::exact(0.8)
    );
    // Replicas fluctuate about their own means.
    let replicas = Replicas::new(vec![columns.run(), LIQUID.columns(LENGTH, 5).run()]).unwrap();
    let both = thermo::constant_pressure(
        &replicas,
        Units::LJ,
        npt(),
        None,
        Dimensions::Three,
        Resampling::Blocks(10),
    )
    .unwrap();
    let both = both.into_result().unwrap();
    let exact = LIQUID.exact(npt().degrees_of_freedom());
    let error = both.c_p.standard_error().unwrap();
    assert!((both.c_p.value() - exact.c_p).abs() < 4.0 * error, "{}", both.c_p);
    assert_eq!(both.c_p.blocks(), 20);
}

#[test]
fn refusals_say_what_is_missing() {
    let columns = LIQUID.columns(LENGTH, 6);
    let message = |run: &EnergySeries<'_>, pressure| {
        thermo::constant_pressure(
            run,
            Units::LJ,
            npt(),
            pressure,
            Dimensions::Three,
            Resampling::Blocks(10),
        )
        .unwrap_err()
        .to_string()
    };
    let with_temperatures = || {
        columns
            .bare()
            .with_temperatures(columns.temperatures.clone())
            .unwrap()
    };
    let with_volumes = || with_temperatures().with_volumes(columns.volumes.clone()).unwrap();
    assert_eq!(
        message(&with_temperatures(), None),
        "the energies have no volume column, expected a volume at each sample"
    );
    assert_eq!(
        message(&with_volumes(), None),
        "the energies have no pressure column, expected a pressure at each sample"
    );
    assert_eq!(
        message(&with_volumes(), Some(f64::NAN)),
        "pressure NaN, expected a finite number"
    );
    let cold = columns.bare().with_volumes(columns.volumes.clone()).unwrap();
    assert_eq!(
        message(&cold.with_pressures(columns.pressures.clone()).unwrap(), None),
        "the energies have no temperature, expected a given one or the temperature column of the run"
    );
    let other = message(&columns.run(), Some(5.0));
    assert!(
        other.starts_with("the pressure column has a mean of 7.5"),
        "{other}"
    );
    assert!(other.ends_with(", expected the 5 that is given"), "{other}");
    let constant = columns.run().with_volumes(vec![833.0; LENGTH]).unwrap();
    assert_eq!(
        message(&constant, None),
        "the ensemble is declared npt, and the volume is constant within each run, expected one that changes: \
         the run is at constant volume"
    );
    let nvt = Ensemble::nvt(PARTICLES);
    let error = thermo::constant_pressure(
        &columns.run(),
        Units::LJ,
        nvt,
        None,
        Dimensions::Three,
        Resampling::Blocks(10),
    );
    assert_eq!(
        error.unwrap_err().to_string(),
        "the heat capacity from fluctuations of the enthalpy of a run in nvt, expected one in npt"
    );
}

/// The same run in other units: heat capacities stay, and the others are the converted ones.
#[test]
fn units_are_those_of_their_system() {
    let columns = LIQUID.columns(LENGTH, 7);
    let reduced = found(&columns.run(), None);
    for units in [Units::METAL, Units::REAL, Units::GROMACS] {
        // k T and the volume decide: an energy of k per unit of temperature.
        let (energy, volume) = (units.boltzmann(), 1e-2);
        let pressure = energy / volume / units.pressure_volume();
        let scaled =
            |column: &[f64], factor: f64| -> Vec<f64> { column.iter().map(|x| x * factor).collect() };
        let sampling = Sampling::new(1, 1.0).unwrap();
        let run = EnergySeries::new(
            scaled(&columns.energies, energy),
            sampling,
            PARTICLES,
            EnergyKind::Total,
        )
        .unwrap();
        let run = run.with_temperatures(columns.temperatures.clone()).unwrap();
        let run = run.with_pressures(scaled(&columns.pressures, pressure)).unwrap();
        let run = run.with_volumes(scaled(&columns.volumes, volume)).unwrap();
        let found = thermo::constant_pressure(
            &run,
            units,
            npt(),
            None,
            Dimensions::Three,
            Resampling::Blocks(10),
        )
        .unwrap();
        let found = found.into_result().unwrap();
        let close = |a: &Estimate, b: &Estimate, factor: f64| {
            assert!((a.value() / (factor * b.value()) - 1.0).abs() < 1e-9, "{a} {b}");
        };
        close(&found.c_p, &reduced.c_p, 1.0);
        close(&found.c_v, &reduced.c_v, 1.0);
        close(&found.expansion, &reduced.expansion, 1.0);
        close(&found.compressibility, &reduced.compressibility, 1.0 / pressure);
        close(
            &found.pressure_coefficient,
            &reduced.pressure_coefficient,
            pressure,
        );
        close(&found.mean_enthalpy, &reduced.mean_enthalpy, energy);
        let target = if units == Units::REAL {
            Units::METAL
        } else {
            Units::REAL
        };
        let there = Conversion::between(units, target).unwrap();
        let back = found
            .converted(&there)
            .unwrap()
            .converted(&there.inverse())
            .unwrap();
        for (a, b) in [
            (&back.compressibility, &found.compressibility),
            (&back.pressure_coefficient, &found.pressure_coefficient),
            (&back.mean_enthalpy, &found.mean_enthalpy),
            (&back.mean_volume, &found.mean_volume),
            (&back.pressure, &found.pressure),
        ] {
            close(a, b, 1.0);
        }
        // T V α²/(N κ) is one number in every system.
        let other = found.converted(&there).unwrap();
        let difference =
            other.temperature().value() * other.mean_volume.value() * other.expansion.value().powi(2)
                / other.compressibility.value()
                * target.pressure_volume()
                / (target.boltzmann() * PARTICLES as f64);
        let expected = (&found.c_p - &found.c_v).value();
        assert!(
            (difference / expected - 1.0).abs() < 1e-9,
            "{difference} {expected}"
        );
        assert!(matches!(
            found.converted(&there.inverse()),
            Err(ThermoError::Units(_))
        ));
    }
}

/// A liquid along an isobar, whose enthalpy rises by its own c_p.
fn isobar(pressure: impl Fn(usize) -> f64, curvature: f64) -> Scan {
    let points = [0.6, 0.7, 0.8, 0.9, 1.0].iter().enumerate().map(|(k, &t)| {
        let liquid = Liquid {
            t,
            pressure: pressure(k),
            ..LIQUID
        };
        // c_p = c + a/T, since the model has one V and one κ_T at each temperature.
        let a = t * (liquid.exact(0.0).c_p - liquid.c);
        let h = liquid.c * t + a * t.ln() + curvature * t * t;
        let liquid = Liquid {
            energy: h - liquid.pressure * liquid.volume / PARTICLES as f64,
            ..liquid
        };
        let run = liquid.columns(2 * LENGTH, 50 + k as u64).run();
        let moments = energy::moments(&run, Resampling::Blocks(10)).unwrap();
        let found = of(&run, Some(liquid.pressure));
        StatePoint::at_constant_pressure(format!("T{t}"), &moments, Units::LJ, npt(), found).unwrap()
    });
    Scan::new(points.collect(), Path::Isobaric).unwrap()
}

/// The slope of U + p V per particle by a line in T^(3/5), in k.
fn line_through(scan: &Scan) -> Vec<Estimate> {
    let points = scan.points().iter();
    let found: Vec<&ConstantPressure> = points
        .map(|point| point.constant_pressure().unwrap().value().unwrap())
        .collect();
    let point = |found: &&ConstantPressure, value: Estimate| Point::new(found.temperature().clone(), value);
    let enthalpies = found
        .iter()
        .map(|of| point(of, &of.mean_enthalpy - kinetic() * of.temperature()));
    let capacities = found.iter().map(|of| point(of, &of.c_p - kinetic()));
    let [enthalpies, capacities] = [enthalpies.collect::<Vec<_>>(), capacities.collect()];
    let check = thermo::heat_capacity_check(&enthalpies, &capacities, Units::LJ, Path::Isochoric);
    check.unwrap().from_rosenfeld_tarazona
}

#[test]
fn along_an_isobar_c_p_is_the_slope_of_the_enthalpy() {
    let checked = |scan: &Scan| {
        let check = scan.enthalpy_check().unwrap();
        for k in 0..5 {
            println!(
                "{} {} {} {}",
                check.temperatures[k], check.from_fluctuations[k], check.from_spline[k], check.difference[k]
            );
        }
        check
    };
    let scan = isobar(|_| 7.6, 0.0);
    let check = checked(&scan);
    for (found, t) in check.temperatures.iter().zip([0.6, 0.7, 0.8, 0.9, 1.0]) {
        assert!((found / t - 1.0).abs() < 2e-3, "{found} {t}");
    }
    // The spline has no curvature at its ends, where the enthalpy has some.
    for (difference, bias) in check.difference.iter().zip([0.15, 0.05, 0.05, 0.05, 0.15]) {
        let chance = 3.5 * difference.standard_error().unwrap();
        assert!(difference.value().abs() < bias + chance, "{difference}");
    }
    assert!(check.mean_square_z().unwrap() < 4.0);
    // The slope is that of the line in T^(3/5), with however many temperatures.
    let line = line_through(&scan);
    for (found, line) in check.from_enthalpy_slope.iter().zip(&line) {
        let expected = line.value() + kinetic();
        assert!(
            (found.value() / expected - 1.0).abs() < 1e-9,
            "{found} {expected}"
        );
    }
    // A heat capacity that is off by 1 k is found out.
    let wrong = checked(&isobar(|_| 7.6, 0.7)).mean_square_z().unwrap();
    assert!(wrong > 10.0, "{wrong}");
    // What needs the energy alone is refused, by name.
    assert_eq!(
        scan.heat_capacity_check().unwrap_err().to_string(),
        "the slope of the energy over 0 temperatures, expected at least 3"
    );
    assert!(scan.times(TimeOf::Energy).is_empty());
    assert!(scan.points()[0].heat_capacity().is_none());
    assert_eq!(
        scan.points()[0].no_heat_capacity(),
        Some(Undetermined::ConstantPressure)
    );
    let mixed = isobar(|k| if k == 2 { 7.8 } else { 7.6 }, 0.0);
    assert_eq!(
        mixed.enthalpy_check().unwrap_err().to_string(),
        "`T0.8` has pressure 7.8, the scan 7.6: expected one system in one system of units"
    );
}

#[test]
fn a_builder_takes_runs_at_constant_pressure() {
    let mut scan = Scan::builder(Units::LJ, npt());
    scan.path = Path::Isobaric;
    let run = LIQUID.columns(LENGTH, 8).run();
    scan.add("T0.8", &run).unwrap();
    let scan = scan.build().unwrap();
    let point = scan.points()[0].constant_pressure().unwrap().value().unwrap();
    assert_eq!(point.c_p, found(&run, None).c_p);
    assert!(scan.points()[0].ensemble_check().is_some());
    let csv = scan.to_string();
    assert!(csv.contains("\"T0.8\",8.00"), "{csv}");
}

/// An area for a volume: the numbers are the same, and its unit is another.
#[test]
fn in_a_plane_the_volume_is_the_area() {
    let run = LIQUID.columns(LENGTH, 9).run();
    let [space, plane] = [Dimensions::Three, Dimensions::Xy].map(|dimensions| {
        let found =
            thermo::constant_pressure(&run, Units::LJ, npt(), None, dimensions, Resampling::Blocks(10));
        found.unwrap().into_result().unwrap()
    });
    assert_eq!(space.c_p, plane.c_p);
    let to_metal = msed::units::LennardJones::NI80P20.to(Units::METAL).unwrap();
    let length = to_metal.factor(msed::units::Dimension::LENGTH);
    let [space, plane] = [space, plane].map(|found| found.converted(&to_metal).unwrap());
    for (of_space, of_plane, power) in [
        (&space.mean_volume, &plane.mean_volume, 1.0),
        (&space.pressure, &plane.pressure, -1.0),
        (&space.compressibility, &plane.compressibility, 1.0),
    ] {
        let ratio = of_space.value() / of_plane.value();
        assert!(
            (ratio / f64::powf(length, power) - 1.0).abs() < 1e-12,
            "{ratio} {length}"
        );
    }
}
