//! The virial beside the energy, on runs whose correlation is known. All seeds are constant.

use crate::common::synthetic::Process;
use msed::stats::{Deviation, Outcome};
use msed::thermo::{self, HeatCapacity, Part, Path, Scan, StatePoint, ThermoError, Undetermined, Virial};
use msed::trajectory::Dimensions;
use msed::units::{Conversion, LennardJones};
use msed::{EnergyKind, EnergySeries, Ensemble, Estimate, Replicas, Resampling, Sampling, Units, energy};

const PARTICLES: usize = 1000;
const VOLUME: f64 = 830.0;
/// Samples per relaxation time, relaxation times per run: ten blocks of 30 relaxation times each.
const TAU: f64 = 20.0;
const LENGTH: usize = 300 * TAU as usize;

/// A liquid in which W/N = `gamma` u + a part that is independent of u, of variance `other` per
/// particle in (k T)².
#[derive(Debug, Clone, Copy)]
struct Liquid {
    t: f64,
    c: f64,
    gamma: f64,
    other: f64,
    volume: f64,
    /// Mean W/N.
    mean: f64,
    /// Mean potential energy per particle.
    energy: f64,
}

const LIQUID: Liquid = Liquid {
    t: 0.8,
    c: 1.7,
    gamma: 5.1,
    other: 2.9,
    volume: VOLUME,
    mean: 4.0,
    energy: -6.4,
};

/// Energies, temperatures and pressures, as a file has them.
struct Columns {
    energies: Vec<f64>,
    temperatures: Vec<f64>,
    pressures: Vec<f64>,
}

impl Liquid {
    /// The canonical correlation.
    fn correlation(&self) -> f64 {
        let of_energy = self.gamma * self.gamma * self.c;
        (of_energy / (of_energy + self.other)).sqrt()
    }

    /// A run of the ensemble. At constant energy u is narrower, since the kinetic energy gives what
    /// it takes; the other part of W is not.
    fn columns(&self, ensemble: Ensemble, dimensions: u32, length: usize, seed: u64) -> Columns {
        let n = PARTICLES as f64;
        let unit = self.t * self.t / n;
        let g = ensemble.degrees_of_freedom();
        let is_conserved = matches!(ensemble, Ensemble::Nve { .. });
        let narrower = if is_conserved { 1.0 + 2.0 * self.c / g } else { 1.0 };
        let variance = self.c * unit / narrower;
        let half = |variance: f64| Process::two_scale(0.5 * variance, 0.5 * variance, TAU);
        let u = half(variance).sample(length, 1.0, 3 * seed);
        let other = half(self.other * unit).sample(length, 1.0, 3 * seed + 1);
        let kinetic: Vec<f64> = if is_conserved {
            u.iter().map(|u| -u).collect()
        } else {
            half(0.5 * g * unit).sample(length, 1.0, 3 * seed + 2)
        };
        let temperatures: Vec<f64> = kinetic.iter().map(|k| self.t + k / (0.5 * g)).collect();
        let pressure = |((u, other), t): ((&f64, &f64), &f64)| {
            let virial = n * (self.mean + self.gamma * u + other);
            (virial + g * n * t / f64::from(dimensions)) / self.volume
        };
        Columns {
            pressures: u.iter().zip(&other).zip(&temperatures).map(pressure).collect(),
            energies: u.iter().map(|u| n * (self.energy + u)).collect(),
            temperatures,
        }
    }
}

impl Columns {
    fn run(self) -> EnergySeries<'static> {
        let sampling = Sampling::new(1, 1.0).unwrap();
        EnergySeries::new(self.energies, sampling, PARTICLES, EnergyKind::Total)
            .unwrap()
            .with_temperatures(self.temperatures)
            .unwrap()
            .with_pressures(self.pressures)
            .unwrap()
    }
}

fn heat_capacity(run: &EnergySeries<'_>, units: Units, ensemble: Ensemble) -> HeatCapacity {
    let moments = energy::moments(run, Resampling::Blocks(10)).unwrap();
    thermo::heat_capacity(&moments, units, ensemble).unwrap()
}

fn virial(
    run: &EnergySeries<'_>,
    units: Units,
    ensemble: Ensemble,
    volume: f64,
    dimensions: Dimensions,
) -> Outcome<Virial, Undetermined> {
    let c = heat_capacity(run, units, ensemble);
    thermo::virial(run, &c, Some(volume), dimensions, Resampling::Blocks(10)).unwrap()
}

fn in_space(run: &EnergySeries<'_>, ensemble: Ensemble) -> Virial {
    let found = virial(run, Units::LJ, ensemble, VOLUME, Dimensions::Three);
    found.into_result().unwrap()
}

fn holds(number: &Estimate, exact: f64) -> bool {
    let [low, high] = number.interval(0.6827).unwrap();
    low < exact && exact < high
}

/// 300 runs know a coverage of 68 % to 2.7 %: the bounds are three of these away.
#[test]
fn intervals_cover_as_often_as_they_say_in_both_ensembles() {
    let runs = 300;
    let exact = [
        LIQUID.gamma,
        LIQUID.correlation(),
        LIQUID.gamma * LIQUID.c * PARTICLES as f64 / VOLUME,
    ];
    for (name, ensemble) in [
        ("nvt", Ensemble::nvt(PARTICLES)),
        ("nve", Ensemble::nve(PARTICLES)),
    ] {
        let (mut held, mut sum) = ([0; 3], [0.0; 3]);
        for seed in 0..runs {
            let found = in_space(&LIQUID.columns(ensemble, 3, LENGTH, seed).run(), ensemble);
            let numbers = [
                found.gamma,
                found.canonical_correlation,
                found.excess_pressure_coefficient,
            ];
            for k in 0..3 {
                held[k] += u32::from(holds(&numbers[k], exact[k]));
                sum[k] += numbers[k].value();
            }
        }
        let coverage = held.map(|held| f64::from(held) / runs as f64);
        let mean = sum.map(|sum| sum / runs as f64);
        println!("{name}: coverage {coverage:.3?}, means {mean:.4?}, exact {exact:.4?}");
        for k in 0..3 {
            assert!((0.60..=0.76).contains(&coverage[k]), "{name}: {coverage:?}");
            assert!(
                (mean[k] / exact[k] - 1.0).abs() < 0.01,
                "{name}: {mean:?} {exact:?}"
            );
        }
    }
}

/// What constant energy does to a Gaussian pair, by the covariance that is left once U + K is
/// known: W correlates less with U, and γ stays.
#[test]
fn the_sampled_correlation_at_constant_energy_is_that_of_the_conditional_distribution() {
    let (nve, nvt) = (Ensemble::nve(PARTICLES), Ensemble::nvt(PARTICLES));
    let g = nve.degrees_of_freedom();
    // Of U, W and K in units of (k T)²/N, and their covariances with U + K.
    let (u, uw) = (LIQUID.c, LIQUID.gamma * LIQUID.c);
    let w = LIQUID.gamma * uw + LIQUID.other;
    let total = u + 0.5 * g;
    let [u, uw, w] = [u - u * u / total, uw - uw * u / total, w - uw * uw / total];
    let of = |ensemble| in_space(&LIQUID.columns(ensemble, 3, 40 * LENGTH, 7).run(), ensemble);
    let (conserved, canonical) = (of(nve), of(nvt));
    for (found, expected) in [
        (&conserved.correlation, uw / (u * w).sqrt()),
        (&conserved.gamma, uw / u),
        (&conserved.canonical_correlation, LIQUID.correlation()),
        (&canonical.correlation, LIQUID.correlation()),
    ] {
        let error = found.standard_error().unwrap();
        println!("{found}, expected {expected:.5}");
        assert!((found.value() - expected).abs() < 4.0 * error && error < 0.01 * expected);
    }
    assert!(conserved.correlation.value() < canonical.correlation.value() - 0.01);
    assert_eq!(canonical.correlation, canonical.canonical_correlation);
}

/// r^-n potentials have W = (n/3) U at every instant, whatever the ensemble.
#[test]
fn soft_spheres_are_perfectly_correlated() {
    for exponent in [12.0, 18.0] {
        let liquid = Liquid {
            gamma: exponent / 3.0,
            other: 0.0,
            ..LIQUID
        };
        for ensemble in [Ensemble::nve(PARTICLES), Ensemble::nvt(PARTICLES)] {
            let run = liquid.columns(ensemble, 3, LENGTH, 1).run();
            let found = in_space(&run, ensemble);
            for r in [&found.correlation, &found.canonical_correlation] {
                assert!((r.value() - 1.0).abs() < 1e-9, "{r}");
            }
            assert!((found.gamma.value() - exponent / 3.0).abs() < 1e-9);
            let error = found.gamma.standard_error().unwrap();
            assert!(error < 1e-9, "{error}");
            // The coefficient is that of the heat capacity.
            let c = heat_capacity(&run, Units::LJ, ensemble).excess;
            let expected = exponent / 3.0 * c.value() * PARTICLES as f64 / VOLUME;
            assert!((found.excess_pressure_coefficient.value() / expected - 1.0).abs() < 1e-9);
            assert!((found.mean_virial.value() - liquid.mean).abs() < 0.05);
        }
    }
}

#[test]
fn a_plane_has_half_of_the_kinetic_energy_for_each_dimension() {
    let g = Dimensions::Xy.degrees_of_freedom(PARTICLES);
    for ensemble in [Ensemble::nve(PARTICLES), Ensemble::nvt(PARTICLES)] {
        let ensemble = ensemble.with_degrees_of_freedom(g);
        let liquid = Liquid { other: 0.0, ..LIQUID };
        let run = liquid.columns(ensemble, 2, 40 * LENGTH, 2).run();
        let of = |dimensions| virial(&run, Units::LJ, ensemble, VOLUME, dimensions);
        let found = of(Dimensions::Xy).into_result().unwrap();
        assert!((found.gamma.value() - LIQUID.gamma).abs() < 1e-9);
        assert!((found.correlation.value() - 1.0).abs() < 1e-9);
        // With the kinetic energy of three dimensions γ is another number at constant energy, and
        // in the canonical ensemble something is wrong.
        match of(Dimensions::Three) {
            Outcome::Resolved(wrong) => {
                assert!((wrong.gamma.value() - LIQUID.gamma + 1.0 / 3.0).abs() < 1e-9);
            }
            Outcome::Unresolved(why) => {
                assert!(matches!(why, Undetermined::NotKinetic { .. }), "{why}");
                assert!(matches!(ensemble, Ensemble::Nvt { .. }));
            }
        }
    }
}

/// In the canonical ensemble the kinetic part tells a wrong volume, pressure unit or number of
/// degrees of freedom.
#[test]
fn numbers_that_do_not_belong_together_are_told() {
    let nvt = Ensemble::nvt(PARTICLES);
    let run = LIQUID.columns(nvt, 3, 40 * LENGTH, 3).run();
    let of = |volume, ensemble| virial(&run, Units::LJ, ensemble, volume, Dimensions::Three);
    assert!(of(VOLUME, nvt).is_resolved());
    let halved = of(VOLUME, nvt.with_degrees_of_freedom(1.5));
    for found in [of(1.5 * VOLUME, nvt), of(VOLUME / 1.01325e6, nvt), halved] {
        let why = found.why().expect("a reason");
        assert!(matches!(why, Undetermined::NotKinetic { .. }), "{why}");
    }
}

#[test]
fn numbers_are_the_same_in_every_system_of_units() {
    let alloy = LennardJones::NI80P20;
    for ensemble in [Ensemble::nve(PARTICLES), Ensemble::nvt(PARTICLES)] {
        let run = LIQUID.columns(ensemble, 3, LENGTH, 4).run();
        let reduced = in_space(&run, ensemble);
        for (units, in_pascal) in [
            (Units::METAL, 1e5),
            (Units::REAL, 101_325.0),
            (Units::GROMACS, 1e5),
        ] {
            let factors: Conversion = alloy.to(units).unwrap();
            let of = |e, l, t| factors.factor(msed::units::Dimension::of(e, 0, l, t));
            // epsilon/sigma^3 in Pa, by constants of nature alone.
            let pressure = 1.380_649e-23 * alloy.temperature / (alloy.sigma * 1e-10).powi(3) / in_pascal;
            let Columns {
                energies,
                temperatures,
                pressures,
            } = LIQUID.columns(ensemble, 3, LENGTH, 4);
            let times = |column: Vec<f64>, factor: f64| column.into_iter().map(|x| x * factor).collect();
            let run = Columns {
                energies: times(energies, of(1, 0, 0)),
                temperatures: times(temperatures, of(0, 0, 1)),
                pressures: times(pressures, pressure),
            }
            .run();
            let volume = VOLUME * of(0, 3, 0);
            let found = virial(&run, units, ensemble, volume, Dimensions::Three);
            let found = found.into_result().unwrap();
            let converted = reduced.converted(&factors).unwrap();
            for (a, b) in [
                (&found.gamma, &reduced.gamma),
                (&found.correlation, &reduced.correlation),
                (&found.canonical_correlation, &reduced.canonical_correlation),
                (&found.gamma, &converted.gamma),
                (
                    &found.excess_pressure_coefficient,
                    &converted.excess_pressure_coefficient,
                ),
                (&found.mean_pressure, &converted.mean_pressure),
                (&found.mean_virial, &converted.mean_virial),
            ] {
                assert!((a.value() / b.value() - 1.0).abs() < 1e-9, "{units}: {a} {b}");
            }
            assert!((converted.volume() / volume - 1.0).abs() < 1e-12);
            let coefficient = reduced.excess_pressure_coefficient.value() * pressure / of(0, 0, 1);
            assert!((found.excess_pressure_coefficient.value() / coefficient - 1.0).abs() < 1e-9);
            assert!(converted.converted(&factors).is_err());
        }
    }
}

/// A fluid of van der Waals: with v the volume per particle and k = 1
///
/// ```text
/// e = -A/v + b T^(3/5)       C_ex = (3/5) b T^(-2/5)       p_ex = T/(v - B) - T/v - A/v²
/// ```
mod fluid {
    use super::{Liquid, PARTICLES};

    const A: f64 = 8.0;
    const B: f64 = 0.6;
    const SLOPE: f64 = 2.6;

    /// The liquid's volume at zero pressure: v² T = A (v - B).
    pub(super) fn volume(t: f64) -> f64 {
        0.5 * A / t * (1.0 - (1.0 - 4.0 * B * t / A).sqrt())
    }

    pub(super) fn liquid(t: f64, v: f64) -> Liquid {
        let c = 0.6 * SLOPE * t.powf(-0.4);
        Liquid {
            t,
            c,
            // γ C_ex = v (dp_ex/dT)_v.
            gamma: v * pressure_slope(v) / c,
            other: 0.5,
            volume: v * PARTICLES as f64,
            mean: t * v * pressure_slope(v) - A / v,
            energy: -A / v + SLOPE * t.powf(0.6),
        }
    }

    pub(super) fn pressure_slope(v: f64) -> f64 {
        (v - B).recip() - v.recip()
    }

    /// S_ex, up to a constant: its volume's part is ln((v - B)/v).
    pub(super) fn entropy(t: f64, v: f64) -> f64 {
        -1.5 * SLOPE * t.powf(-0.4) + (1.0 - B / v).ln()
    }
}

const TEMPERATURES: [f64; 6] = [0.5, 0.55, 0.6, 0.7, 0.8, 1.0];

/// A scan of the fluid, whose files say that their volume is `stretch` times what it is.
fn scan(volume: impl Fn(f64) -> f64, path: Path, ensemble: Ensemble, stretch: f64, seed: u64) -> Scan {
    let point = |(k, t): (u64, f64)| {
        let liquid = fluid::liquid(t, volume(t));
        let run = liquid.columns(ensemble, 3, 20_000, 100 * seed + k).run();
        let moments = energy::moments(&run, Resampling::Blocks(10)).unwrap();
        let c = thermo::heat_capacity(&moments, Units::LJ, ensemble).unwrap();
        let found = virial(
            &run,
            Units::LJ,
            ensemble,
            stretch * liquid.volume,
            Dimensions::Three,
        );
        let point = StatePoint::new(format!("T{t}"), &moments, c).unwrap();
        point.with_virial(&found.into_result().unwrap()).unwrap()
    };
    let points = (0..).zip(TEMPERATURES).map(point).collect();
    Scan::new(points, path).unwrap()
}

#[test]
fn on_an_isochore_the_pressure_rises_as_its_fluctuations_say() {
    for ensemble in [Ensemble::nvt(PARTICLES), Ensemble::nve(PARTICLES)] {
        let mut squares = 0.0;
        for seed in 0..20 {
            let scan = scan(|_| 0.9, Path::Isochoric, ensemble, 1.0, 10 + seed);
            let check = scan.pressure_check().unwrap();
            let exact = fluid::pressure_slope(0.9);
            for (k, t) in TEMPERATURES.into_iter().enumerate() {
                let agrees = check.agreement[k].value().is_some_and(|z| !z.is_significant());
                assert!(agrees, "{t}: {}", check.agreement[k]);
                // p_ex is straight in T, and the spline in T^(3/5) bends at the ends.
                let tolerance = 4.0 * check.from_spline[k].standard_error().unwrap() + 0.02 * exact;
                assert!((check.from_spline[k].value() - exact).abs() < tolerance);
                let fluctuations = &check.from_fluctuations[k];
                let z = (fluctuations.value() - exact) / fluctuations.standard_error().unwrap();
                assert!(z.abs() < 6.0, "{t}: {z}");
            }
            squares += check.mean_square_z().unwrap() / 20.0;
            // Nothing is left out of an entropy on an isochore.
            for (whole, total) in scan
                .entropy_along_path()
                .unwrap()
                .values
                .iter()
                .zip(&scan.entropy(Part::Total).unwrap().values)
            {
                assert!((whole.value() - total.value()).abs() < 1e-12);
            }
        }
        println!("{}: mean z^2 {squares:.2}", ensemble.name());
        assert!((0.6..1.9).contains(&squares), "{squares}");
    }
    // A wrong volume of runs at constant energy shows here.
    let wrong = scan(|_| 0.9, Path::Isochoric, Ensemble::nve(PARTICLES), 1.15, 10);
    let check = wrong.pressure_check().unwrap();
    let mut agreement = check.agreement.iter();
    assert!(
        agreement.any(|z| z.value().is_some_and(Deviation::is_significant)),
        "{:?}",
        check.agreement
    );
    assert!(check.mean_square_z().unwrap() > 4.0);
    // Each number has the volume of its own point, where volumes are one within the tolerance.
    let volume = |t: f64| 0.9 * (1.0 + 9e-4 * (t - 0.5));
    let nearly = scan(volume, Path::Isochoric, Ensemble::nvt(PARTICLES), 1.0, 10);
    let check = nearly.pressure_check().unwrap();
    for (found, point) in check.from_fluctuations.iter().zip(nearly.counted()) {
        let expected = &point.virial().unwrap().excess_pressure_coefficient;
        let ratio = found.value() / expected.value();
        assert!((ratio - 1.0).abs() < 1e-12, "{found} {expected}");
        let ratio = found.standard_error().unwrap() / expected.standard_error().unwrap();
        assert!((ratio - 1.0).abs() < 1e-9, "{found} {expected}");
    }
    // Volumes that are not one.
    let other = scan(fluid::volume, Path::Isochoric, Ensemble::nvt(PARTICLES), 1.0, 10);
    let error = other.pressure_check().unwrap_err();
    assert!(
        matches!(
            error,
            ThermoError::Mixed {
                quantity: "volume",
                ..
            }
        ),
        "{error}"
    );
}

#[test]
fn on_an_isobar_the_whole_entropy_is_that_of_the_equation_of_state() {
    for ensemble in [Ensemble::nvt(PARTICLES), Ensemble::nve(PARTICLES)] {
        let scan = scan(fluid::volume, Path::Isobaric, ensemble, 1.0, 60);
        let (whole, total) = (
            scan.entropy_along_path().unwrap(),
            scan.entropy(Part::Total).unwrap(),
        );
        for (k, t) in TEMPERATURES.into_iter().enumerate() {
            let exact = fluid::entropy(t, fluid::volume(t)) - fluid::entropy(1.0, fluid::volume(1.0));
            let (found, error) = (&whole.values[k], whole.values[k].standard_error().unwrap());
            println!(
                "{}, {t}: {found} and {} without expansion, exact {exact:.4}",
                ensemble.name(),
                total.values[k]
            );
            assert!(
                (found.value() - exact).abs() < 4.0 * error + 2e-3,
                "{t}: {found} {exact}"
            );
        }
        let missing = (&whole.values[0] - &total.values[0]).value();
        assert!(missing < -0.2, "{missing}");
        assert!(whole.integration_error()[0] < 0.02);
        assert_eq!(
            scan.pressure_check().unwrap_err().to_string(),
            "the rise of the pressure along an isobaric path, expected an isochoric one"
        );
        // All of it follows a change of units.
        let factors = LennardJones::NI80P20.to(Units::METAL).unwrap();
        let converted = scan.converted(&factors).unwrap().entropy_along_path().unwrap();
        for (a, b) in whole.values.iter().zip(&converted.values) {
            assert!((a.value() - b.value()).abs() < 1e-9, "{a} {b}");
        }
    }
}

/// At constant energy, where the kinetic part mirrors the potential energy, a pressure in a unit
/// far too large leaves W as that part alone, and R near 1.
#[test]
fn a_faint_pressure_at_constant_energy_is_told() {
    let nve = Ensemble::nve(PARTICLES);
    let run = LIQUID.columns(nve, 3, LENGTH, 3).run();
    let of = |volume| virial(&run, Units::LJ, nve, volume, Dimensions::Three);
    assert!(of(VOLUME).is_resolved());
    let found = of(VOLUME / 1.01325e6);
    let why = found.why().expect("a reason");
    assert!(matches!(why, Undetermined::FaintPressure { .. }), "{why}");
}

/// Without error bars chance is not known, and a wrong unit of pressure is told all the same.
#[test]
fn a_wrong_unit_is_told_without_error_bars() {
    let nvt = Ensemble::nvt(PARTICLES);
    let run = LIQUID.columns(nvt, 3, 40 * LENGTH, 3).run();
    let moments = energy::moments(&run, Resampling::None).unwrap();
    let c = thermo::heat_capacity(&moments, Units::LJ, nvt).unwrap();
    let of = |volume| thermo::virial(&run, &c, Some(volume), Dimensions::Three, Resampling::None).unwrap();
    let found = of(VOLUME).into_result().unwrap();
    assert_eq!(found.gamma.standard_error(), None);
    for factor in [1.01325, 1.5] {
        assert!(of(factor * VOLUME).is_resolved(), "{factor}");
    }
    for factor in [4.0, 1.0 / 1.01325e6, 160.2] {
        let found = of(factor * VOLUME);
        let why = found.why().expect("a reason");
        assert!(matches!(why, Undetermined::NotKinetic { .. }), "{factor}: {why}");
    }
}

/// Replicas of constant but different volumes are not runs at constant pressure.
#[test]
fn volumes_that_differ_between_runs_are_told_as_such() {
    let nvt = Ensemble::nvt(PARTICLES);
    let run = |seed, volumes: fn(usize) -> f64| {
        let columns = LIQUID.columns(nvt, 3, LENGTH, seed).run();
        let volumes: Vec<f64> = (0..LENGTH).map(volumes).collect();
        columns.with_volumes(volumes).unwrap()
    };
    let of = |second| {
        let runs = Replicas::new(vec![run(8, |_| VOLUME), second]).unwrap();
        let resampling = Resampling::Blocks(10);
        let moments = energy::moments(&runs, resampling).unwrap();
        let c = thermo::heat_capacity(&moments, Units::LJ, nvt).unwrap();
        let check = thermo::ensemble_check(&runs, Units::LJ, nvt.degrees_of_freedom(), resampling).unwrap();
        // A relative change has no unit.
        let virial = thermo::virial(&runs, &c, None, Dimensions::Three, resampling);
        let found = virial.map(|found| found.into_result().unwrap().volume());
        (check.contradiction(nvt), found)
    };
    assert_eq!(of(run(9, |_| VOLUME)), (None, Ok(VOLUME)));
    for (second, expected) in [
        (
            run(9, |_| 1.01 * VOLUME),
            "the volumes of the runs differ by 0.99 %, expected one volume: \
             runs of other volumes are other state points",
        ),
        // Changes within a run come first.
        (
            run(9, |i| 1.01 * VOLUME + (i % 2) as f64),
            "the ensemble is declared nvt, and the volume changes by 0.12 % within a run, expected a constant one: \
             the run is at constant pressure",
        ),
    ] {
        let (contradiction, found) = of(second);
        assert_eq!(contradiction.unwrap().to_string(), expected);
        assert_eq!(found.unwrap_err().to_string(), expected);
    }
}

#[test]
fn refusals_say_what_is_missing() {
    let nvt = Ensemble::nvt(PARTICLES);
    let run = || LIQUID.columns(nvt, 3, LENGTH, 5).run();
    let c = heat_capacity(&run(), Units::LJ, nvt);
    let of = |run: &EnergySeries<'_>, volume| {
        thermo::virial(run, &c, volume, Dimensions::Three, Resampling::Blocks(10)).map(Outcome::into_result)
    };
    let message = |run: &EnergySeries<'_>, volume| of(run, volume).unwrap_err().to_string();
    assert_eq!(
        message(&run(), None),
        "the volume is not known, expected a given one or the volume column of the run"
    );
    assert_eq!(
        message(&run(), Some(-1.0)),
        "volume -1, expected a positive finite number"
    );
    let with = |volumes: fn(usize) -> f64| {
        run()
            .with_volumes((0..LENGTH).map(volumes).collect::<Vec<_>>())
            .unwrap()
    };
    assert_eq!(
        of(&with(|_| VOLUME), None).unwrap().unwrap().gamma,
        of(&run(), Some(VOLUME)).unwrap().unwrap().gamma
    );
    assert_eq!(
        message(&with(|_| 840.0), Some(VOLUME)),
        "the volume column has 840, expected the 830 that is given"
    );
    assert_eq!(
        message(&with(|i| 830.0 + 0.25 * (i % 2) as f64), None),
        "the ensemble is declared nvt, and the volume changes by 0.03 % within a run, expected a constant one: \
         the run is at constant pressure"
    );
    let Columns {
        energies,
        temperatures,
        pressures,
    } = LIQUID.columns(nvt, 3, LENGTH, 5);
    let bare = |energies: Vec<f64>| {
        let sampling = Sampling::new(1, 1.0).unwrap();
        EnergySeries::new(energies, sampling, PARTICLES, EnergyKind::Total).unwrap()
    };
    assert_eq!(
        message(&bare(energies.clone()), Some(VOLUME)),
        "the energies have no pressure column, expected a pressure at each sample"
    );
    let cold = bare(energies.clone()).with_pressures(pressures.clone()).unwrap();
    assert!(message(&cold, Some(VOLUME)).contains("no temperature column"));
    // Another run, and other blocks.
    let other = LIQUID.columns(nvt, 3, LENGTH, 6).run();
    assert!(message(&other, Some(VOLUME)).contains("heat capacity is of another run"));
    let blocks = thermo::virial(&run(), &c, Some(VOLUME), Dimensions::Three, Resampling::Blocks(5));
    assert!(matches!(blocks, Err(ThermoError::Mixture(_))));
    // Prints of few digits.
    let rounded = |column: &[f64], step: f64| {
        column
            .iter()
            .map(|x| (x / step).round() * step)
            .collect::<Vec<_>>()
    };
    let coarse = bare(energies.clone())
        .with_temperatures(temperatures.clone())
        .unwrap()
        .with_pressures(rounded(&pressures, 1.0))
        .unwrap();
    let why = of(&coarse, Some(VOLUME)).unwrap().unwrap_err();
    assert!(
        matches!(
            why,
            Undetermined::CoarsePrint {
                quantity: "virial",
                ..
            }
        ),
        "{why}"
    );
    let fine = bare(energies)
        .with_temperatures(temperatures)
        .unwrap()
        .with_pressures(rounded(&pressures, 1e-3))
        .unwrap();
    assert!(of(&fine, Some(VOLUME)).unwrap().is_ok());
}
