use super::*;
use crate::energy::Moments;
use crate::stats::{Resamples, Resampling, RunId};
use crate::thermo::{self, Ensemble, Undetermined, heat_capacity};

const N: usize = 1000;
const TEMPERATURES: [f64; 6] = [0.7, 0.5, 1.0, 0.55, 0.8, 0.6];

/// A value of a run, with four replicates that spread a little.
fn about(run: &str, value: f64) -> Estimate {
    let spread = [1e-3, -1e-3, 5e-4, -5e-4];
    let resamples = Resamples::new(RunId::named(run), Resampling::Blocks(4), 4);
    Estimate::new(value, spread.map(|s| value * (1.0 + s)).to_vec(), resamples)
}

/// C = C_1 + C_2 = 1 + 0.6 T^(-2/5), e = T + T^(3/5) in the canonical ensemble, ln tau = 1/T.
fn point(name: &str, t: f64, units: Units) -> StatePoint {
    let parts = [1.0, 0.6 * t.powf(-0.4)];
    point_with(name, t, units, parts, &Estimate::exact(1.0))
}

/// The same with another C_1 and C_2, and an error of U0² that the variance does not have.
fn point_with(name: &str, t: f64, units: Units, [fast, slow]: [f64; 2], one: &Estimate) -> StatePoint {
    let kt = units.boltzmann * t;
    let variance = |c: f64| c * kt * kt / N as f64;
    let (u0, um) = (2.0 * variance(fast), 2.0 * variance(slow));
    let (u0, um) = (about(name, u0) * one, about(name, um));
    let moments = moments(name, t, units, variance(fast + slow));
    let c = heat_capacity(&moments, units, Ensemble::nvt(N)).unwrap();
    let c = c.split_at(&u0, &um).unwrap();
    let point = StatePoint::new(name, &moments, c).unwrap();
    let time = about(name, (1.0 / t).exp());
    point.with_plateaus(&u0, &um, &time).unwrap()
}

fn moments(name: &str, t: f64, units: Units, variance: f64) -> Moments {
    let parts = [
        about(name, 0.0) + units.boltzmann * (t + t.powf(0.6)),
        about(name, variance),
        Estimate::exact(0.0),
    ];
    Moments::from_parts(N, 1000, parts, Some(t), None)
}

fn scan() -> Scan {
    let points = TEMPERATURES.map(|t| point(&format!("T{t}"), t, Units::LJ));
    Scan::new(points.into(), Path::Isochoric).unwrap()
}

#[test]
fn points_are_sorted_and_give_what_the_parts_give_alone() {
    let scan = scan();
    let temperatures: Vec<f64> = scan.counted().map(StatePoint::temperature).collect();
    assert_eq!(temperatures, [0.5, 0.55, 0.6, 0.7, 0.8, 1.0]);
    assert_eq!(
        (scan.reference_temperature(), scan.units()),
        (Some(1.0), Units::LJ)
    );
    let entropy = |part| scan.entropy(part).unwrap().values[0].value();
    assert!((entropy(Part::Fast) - 0.5_f64.ln()).abs() < 1e-12);
    let slow = 1.5 * (1.0 - 0.5_f64.powf(-0.4));
    assert!(
        (entropy(Part::Slow) - slow).abs() < 1e-4,
        "{}",
        entropy(Part::Slow)
    );
    assert!((entropy(Part::Total) - entropy(Part::Fast) - entropy(Part::Slow)).abs() < 1e-12);
    // As printed: U0² N/(k T²) = 2 C_1 k, integrated over T.
    let printed = |part| scan.entropy_as_printed(part).unwrap().values[0].value();
    assert!((printed(Part::Fast) + 2.0 * 0.5).abs() < 1e-2);
    assert!((printed(Part::Total) - printed(Part::Fast) - printed(Part::Slow)).abs() < 1e-3);
    let fit = scan
        .relaxation(TimeOf::Energy, TemperatureModel::Arrhenius)
        .unwrap();
    assert!((fit.parameter("activation_energy").unwrap().value() - 1.0).abs() < 1e-9);
    assert!(!scan.crossover_of_times(TimeOf::Energy, 1).unwrap().is_resolved());
    assert!(scan.crossover_of_um(1).is_ok());
    let plot = scan
        .adam_gibbs(TimeOf::Energy, ReferenceEntropy::Given(5.0))
        .unwrap();
    assert_eq!(plot.temperatures.len(), 6);
}

/// C_1 and C_2 that scatter as measured ones do, so that a monotone cubic through their sum is not
/// the sum of the cubics.
#[test]
fn entropies_of_the_parts_add_up_to_the_total_on_every_resample() {
    let parts = [
        [1.0, 0.55],
        [1.06, 0.9],
        [0.97, 0.62],
        [1.1, 0.6],
        [1.02, 0.75],
        [0.96, 0.7],
    ];
    let points = || {
        let of = |(t, parts): (f64, [f64; 2])| {
            let name = format!("T{t}");
            let resamples = Resamples::new(RunId::named(&name), Resampling::Blocks(4), 4);
            let one = Estimate::new(1.0, vec![1.002, 1.001, 0.999, 0.998], resamples);
            point_with(&name, t, Units::LJ, parts, &one)
        };
        TEMPERATURES.into_iter().zip(parts).map(of)
    };
    let whole = Scan::new(points().collect(), Path::Isochoric).unwrap();
    // At one temperature no relaxation is resolved: the total has it, the parts do not.
    let moments = moments("T0.6", 0.6, Units::LJ, 1.7 * 0.36 / N as f64);
    let c = heat_capacity(&moments, Units::LJ, Ensemble::nvt(N)).unwrap();
    let unresolved = StatePoint::new("T0.6", &moments, c).unwrap();
    let others = points().filter(|point| point.temperature() != 0.6);
    let gap = Scan::new(others.chain([unresolved]).collect(), Path::Isochoric).unwrap();
    let check = |[total, fast, slow]: [&TemperatureIntegral; 3], points: usize| {
        assert_eq!(
            (fast.temperatures.len(), &slow.temperatures),
            (points, &fast.temperatures)
        );
        for (k, &t) in fast.temperatures.iter().enumerate() {
            let place = total.place(t).unwrap();
            for (whole, fast, slow) in [
                (&total.values[place], &fast.values[k], &slow.values[k]),
                (&total.trapezoid[place], &fast.trapezoid[k], &slow.trapezoid[k]),
            ] {
                let left = fast + slow - whole;
                assert!(left.value().abs() < 1e-13, "{t}: {fast} {slow} {whole}");
                let replicates = left.runs().flat_map(|(_, values)| values);
                assert!(replicates.clone().count() >= 4 * points);
                assert!(replicates.into_iter().all(|x| x.abs() < 1e-13), "{t}: {left}");
                let has_error = |x: &Estimate| x.standard_error().unwrap() > 1e-5;
                assert!(t == total.reference_temperature || [whole, fast, slow].into_iter().all(has_error));
            }
        }
    };
    let all = [Part::Total, Part::Fast, Part::Slow];
    for reference in [1.0, 0.65, 0.5] {
        for (scan, points) in [(&whole, 6), (&gap, 5)] {
            let scan = scan.clone().with_reference_temperature(reference).unwrap();
            let entropies = all.map(|part| scan.entropy(part).unwrap());
            check(entropies.each_ref().map(|entropy| &**entropy), points);
            let printed = all.map(|part| scan.entropy_as_printed(part).unwrap());
            check(printed.each_ref(), points);
        }
    }
    // The integral of a monotone cubic through C_2 itself is another number.
    let slow = whole.points_of(|point| point.heat_capacity()?.slow().cloned());
    let alone = thermo::entropy(&slow, Part::Slow, Some(1.0), Path::Isochoric).unwrap();
    let found = whole.entropy(Part::Slow).unwrap();
    let differences = alone.values.iter().zip(&found.values);
    let largest = differences
        .map(|(a, b)| (a.value() - b.value()).abs())
        .fold(0.0, f64::max);
    assert!(largest > 1e-4 && largest < 5e-2, "{largest}");
    // The Adam-Gibbs plot is over the same S_2.
    let plot = whole
        .adam_gibbs(TimeOf::Energy, ReferenceEntropy::Given(5.0))
        .unwrap();
    for (k, t) in plot.temperatures.iter().enumerate() {
        let s_c = 5.0 + found.values[k].value();
        assert!((plot.reciprocals[k] * t * s_c - 1.0).abs() < 1e-13, "{t}");
    }
}

#[test]
fn excluded_points_are_named_and_count_nowhere() {
    let mut points: Vec<StatePoint> = TEMPERATURES.map(|t| point(&format!("T{t}"), t, Units::LJ)).into();
    points.push(point("hot", 1.3, Units::LJ).exclude("boils, \"as such\""));
    points.push(point("cold", 0.3, Units::LJ).exclude("not in equilibrium"));
    let with = Scan::new(points, Path::Isochoric).unwrap();
    let excluded: Vec<(&str, &str)> = with.excluded().collect();
    assert_eq!(
        excluded,
        [("cold", "not in equilibrium"), ("hot", "boils, \"as such\"")]
    );
    let without = scan();
    assert_eq!((with.points().len(), with.counted().count()), (8, 6));
    assert_eq!(with.reference_temperature(), Some(1.0));
    assert_eq!(with.entropy(Part::Total), without.entropy(Part::Total));
    assert_eq!(with.heat_capacity_check(), without.heat_capacity_check());
    assert_eq!(with.times(TimeOf::Energy), without.times(TimeOf::Energy));
    // The table shows them, with the reason.
    let table = with.to_string();
    let rows: Vec<&str> = table.lines().collect();
    assert_eq!(rows.len(), 9);
    let columns = rows[0].split(',').count();
    assert!(
        rows[1].starts_with("\"cold\",3e-1,0e0,") && rows[1].ends_with(",,\"not in equilibrium\""),
        "{}",
        rows[1]
    );
    assert!(rows[8].ends_with(",\"boils, \"\"as such\"\"\""));
    assert!(
        rows[2..8]
            .iter()
            .all(|row| row.split(',').count() == columns && row.ends_with(",,,")),
        "{table}"
    );
    let none = Scan::new(
        vec![point("cold", 0.3, Units::LJ).exclude("ages")],
        Path::Isochoric,
    )
    .unwrap();
    assert_eq!(none.reference_temperature(), None);
    assert_eq!(
        none.entropy(Part::Total).unwrap_err().to_string(),
        "an entropy over 0 temperatures, expected at least 2"
    );
}

#[test]
fn points_without_a_time_are_left_out_where_one_is_needed() {
    let points: Vec<StatePoint> = TEMPERATURES
        .iter()
        .map(|&t| {
            let point = point(&format!("T{t}"), t, Units::LJ);
            if t < 0.75 {
                point.with_structural_time(&about(&format!("trajectory at {t}"), (3.0 / t).exp()))
            } else {
                point
            }
        })
        .collect();
    let scan = Scan::new(points, Path::Isochoric).unwrap();
    assert_eq!(scan.times(TimeOf::Structure).len(), 4);
    let fit = scan
        .relaxation(TimeOf::Structure, TemperatureModel::Arrhenius)
        .unwrap();
    assert!((fit.parameter("activation_energy").unwrap().value() - 3.0).abs() < 1e-9);
    assert_eq!(
        scan.crossover_of_times(TimeOf::Structure, 1)
            .unwrap_err()
            .to_string(),
        "a crossover over 4 temperatures, expected at least 5"
    );
    // All temperatures carry the integral, four of them the plot.
    let plot = scan
        .adam_gibbs(TimeOf::Structure, ReferenceEntropy::Given(5.0))
        .unwrap();
    assert_eq!((plot.temperatures.len(), plot.reference_temperature), (4, 1.0));
    assert_eq!(scan.entropy(Part::Slow).unwrap().temperatures.len(), 6);
}

#[test]
fn the_reference_is_carried_and_lies_in_the_scan() {
    let scan = scan().with_reference_temperature(0.65).unwrap();
    for part in [Part::Total, Part::Fast, Part::Slow] {
        assert_eq!(scan.entropy(part).unwrap().reference_temperature, 0.65);
    }
    assert_eq!(
        scan.with_reference_temperature(1.1).unwrap_err().to_string(),
        "reference temperature 1.1, expected one between 0.5 and 1, where the scan has been"
    );
}

#[test]
fn isobars_are_not_compared() {
    let points = TEMPERATURES.map(|t| point(&format!("T{t}"), t, Units::LJ));
    let scan = Scan::new(points.into(), Path::Isobaric).unwrap();
    let check = scan.heat_capacity_check().unwrap();
    let why = Some(&Undetermined::NotComparable);
    assert!(check.agreement.iter().all(|found| found.why() == why));
    assert!(scan.entropy(Part::Total).unwrap().path.left_out().is_some());
}

#[test]
fn what_the_slope_implies_is_subtracted() {
    // dE/dT = k (1 + 0.6 T^(-2/5)) is C_ex: the difference is what the fit of T^(3/5) to T +
    // T^(3/5) leaves.
    let difference = scan().entropy_check().unwrap();
    assert_eq!(difference.len(), 6);
    assert!(difference[5].value().abs() < 1e-12);
    assert!(difference[0].value().abs() < 0.05, "{}", difference[0]);
}

#[test]
fn one_system_in_one_system_of_units() {
    let mixed = vec![point("a", 0.5, Units::LJ), point("b", 600.0, Units::METAL)];
    assert_eq!(
        Scan::new(mixed, Path::Isochoric).unwrap_err().to_string(),
        "`b` has units metal, the scan lj: expected one system in one system of units"
    );
    assert_eq!(
        Scan::new(Vec::new(), Path::Isochoric).unwrap_err().to_string(),
        "a scan over 0 temperatures, expected at least 1"
    );
    let resamples = Resamples::new(RunId::named("a"), Resampling::Blocks(5), 5);
    let other = Estimate::new(1.0, vec![1.0; 5], resamples);
    assert_eq!(
        point("a", 0.5, Units::LJ)
            .with_plateaus(&other, &other, &other)
            .unwrap_err()
            .to_string(),
        "numbers of one run through 4 blocks and through 5 blocks, expected one resampling for both"
    );
}

fn close(found: &Estimate, expected: &Estimate, factor: f64) {
    assert!(
        (found.value() / (expected.value() * factor) - 1.0).abs() < 1e-9,
        "{found} {expected} {factor}"
    );
    let (error, of) = (
        found.standard_error().unwrap(),
        expected.standard_error().unwrap() * factor,
    );
    assert!(
        (error - of).abs() <= 1e-6 * of + 1e-9 * expected.value().abs() * factor,
        "{error} {of}"
    );
}

#[test]
fn a_converted_scan_has_the_converted_tables() {
    use crate::units::{Conversion, LennardJones};
    let points = TEMPERATURES.map(|t| {
        point(&format!("T{t}"), t, Units::LJ)
            .with_structural_time(&about(&format!("trajectory at {t}"), (2.0 / t).exp()))
    });
    let reduced = Scan::new(points.into(), Path::Isochoric).unwrap();
    let alloy = LennardJones::NI80P20;
    let step = Conversion::between(Units::METAL, Units::REAL).unwrap();
    let metal = reduced.converted(&alloy.to(Units::METAL).unwrap()).unwrap();
    let real = metal.converted(&step).unwrap();
    for (scan, factors) in [
        (&metal, alloy.to(Units::METAL).unwrap()),
        (&real, alloy.to(Units::REAL).unwrap()),
    ] {
        assert_eq!(scan.units(), factors.to);
        let reference = scan.reference_temperature().unwrap();
        assert!((reference - 932.82).abs() < 1e-9);
        // In k per particle: the same numbers at other temperatures.
        for part in [Part::Total, Part::Fast, Part::Slow] {
            let (found, expected) = (scan.entropy(part).unwrap(), reduced.entropy(part).unwrap());
            for (found, expected) in found.values.iter().zip(&expected.values).take(5) {
                close(found, expected, 1.0);
            }
            let printed = |scan: &Scan| scan.entropy_as_printed(part).unwrap().values[0].clone();
            close(&printed(scan), &printed(&reduced), factors.energy);
        }
        let (check, expected) = (
            scan.heat_capacity_check().unwrap(),
            reduced.heat_capacity_check().unwrap(),
        );
        for k in 0..TEMPERATURES.len() {
            let slope = &check.from_energy_slope[k];
            close(slope, &expected.from_energy_slope[k], 1.0);
            close(&check.from_spline[k], &expected.from_spline[k], 1.0);
        }
        close(&check.energy_at(466.41), &expected.energy_at(0.5), factors.energy);
        for relaxing in [TimeOf::Energy, TimeOf::Structure] {
            let fit = |scan: &Scan| scan.relaxation(relaxing, TemperatureModel::Arrhenius).unwrap();
            let (found, expected) = (fit(scan), fit(&reduced));
            assert!((found.aic() - expected.aic()).abs() < 1e-6);
            let energy = |fit: &TemperatureFit| fit.parameter("activation_energy").unwrap().clone();
            close(&energy(&found), &energy(&expected), factors.energy);
            close(
                &found.time_at(466.41).unwrap(),
                &expected.time_at(0.5).unwrap(),
                factors.time,
            );
            close(
                &found.fragility_at(466.41).unwrap(),
                &expected.fragility_at(0.5).unwrap(),
                1.0,
            );
        }
        let plot = |scan: &Scan| {
            scan.adam_gibbs(TimeOf::Structure, ReferenceEntropy::Given(5.0))
                .unwrap()
        };
        close(&plot(scan).a, &plot(&reduced).a, factors.temperature);
        for (point, expected) in scan.points().iter().zip(reduced.points()) {
            let excess = |point: &StatePoint| point.heat_capacity().map(|c| c.excess.clone());
            assert_eq!(excess(point), excess(expected));
            // U0 of a harmonic solid stays sqrt(3/N) k T.
            let u0 = point.u0_squared().unwrap().value().sqrt();
            let kt = scan.units().boltzmann * point.temperature();
            let of_reduced = expected.u0_squared().unwrap().value().sqrt() / expected.temperature();
            assert!((u0 / kt / of_reduced - 1.0).abs() < 1e-9);
        }
    }
    assert_eq!(
        reduced.converted(&step).unwrap_err().to_string(),
        "a result in units `lj`, expected one in `metal`, where the conversion begins"
    );
    let back = real.converted(&alloy.to(Units::REAL).unwrap().inverse()).unwrap();
    assert!(
        (back.points()[0].mean_energy().value() / reduced.points()[0].mean_energy().value() - 1.0).abs()
            < 1e-12
    );
}
