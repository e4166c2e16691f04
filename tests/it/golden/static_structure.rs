//! S(q) of the shipped trajectories, shell by shell, against reference values that an independent
//! program (numpy, direct sums in double precision) computed from the same frames; and q_max from
//! those values by normal equations.

use crate::common::by_name::by_pair;
use crate::common::numbers::numbers;
use crate::common::shipped;
use msed::Resampling;
use msed::structure::{self, PeakWindow, RadialBins, StructureFactor, WaveVectors};
use msed::trajectory::{Cell, Dimensions, Trajectory};
use serde_json::Value;

/// Every shell of a curve against the reference's; returns the largest relative difference.
fn hold_against(name: &str, found: &StructureFactor, q: &[f64], wanted: &[f64]) -> f64 {
    assert_eq!(found.q().len(), q.len(), "{name}");
    let mut largest = 0.0_f64;
    for k in 0..q.len() {
        let (at, value) = (found.q()[k], found.values()[k]);
        assert!((at - q[k]).abs() < 1e-6 * q[k], "shell {k}: {at} {}", q[k]);
        let difference = (value - wanted[k]).abs() / wanted[k].abs();
        assert!(difference < 1e-6, "{name} at {at}: {value} {}", wanted[k]);
        let error = found.standard_errors()[k].expect("an error");
        assert!(error > 0.0 && error < 2.0 * value, "{name} at {at}: {error}");
        largest = largest.max(difference);
    }
    assert!(largest > 0.0, "another program rounds otherwise");
    largest
}

/// The rule for q_max, written anew: the vertex of `a + b q + c q^2` by Cramer's rule.
fn vertex(q: &[f64], s: &[f64], counts: &[f64], bin: f64, half_width: f64) -> f64 {
    let last = (q[q.len() - 1] / bin) as usize;
    let mean = |i: usize| {
        let inside = |k: &usize| (q[*k] / bin) as usize == i;
        let shells: Vec<usize> = (0..q.len()).filter(inside).collect();
        let weight: f64 = shells.iter().map(|&k| counts[k]).sum();
        shells.iter().map(|&k| counts[k] * s[k]).sum::<f64>() / weight
    };
    let highest = (0..=last)
        .filter(|&i| mean(i).is_finite())
        .max_by(|&a, &b| mean(a).total_cmp(&mean(b)));
    let centre = (highest.expect("a bin") as f64 + 0.5) * bin;
    let (mut moments, mut values) = ([0.0; 5], [0.0; 3]);
    for k in (0..q.len()).filter(|&k| (q[k] - centre).abs() <= half_width) {
        let x = (q[k] - centre) / half_width;
        for (power, moment) in moments.iter_mut().enumerate() {
            *moment += counts[k] * x.powi(power as i32);
        }
        for (power, value) in values.iter_mut().enumerate() {
            *value += counts[k] * s[k] * x.powi(power as i32);
        }
    }
    let [m0, m1, m2, m3, m4] = moments;
    let [v0, v1, v2] = values;
    // The common denominator drops out of -b/(2 c).
    let b = m0 * (v1 * m4 - m3 * v2) - v0 * (m1 * m4 - m3 * m2) + m2 * (m1 * v2 - v1 * m2);
    let c = m0 * (m2 * v2 - v1 * m3) - m1 * (m1 * v2 - v1 * m2) + v0 * (m1 * m3 - m2 * m2);
    centre - 0.5 * half_width * b / c
}

fn hold_peak(found: &StructureFactor, wanted: &[f64], window: PeakWindow, range: [f64; 2]) -> f64 {
    let counts: Vec<f64> = found.wave_vectors().iter().map(|&n| n as f64).collect();
    let peak = structure::main_peak(found, window);
    let peak = peak.into_result().expect("a peak");
    let (position, height) = (&peak.position, &peak.height);
    let expected = vertex(found.q(), wanted, &counts, window.bin(), window.half_width());
    assert!(
        (position.value() - expected).abs() < 1e-5,
        "{position} {expected}"
    );
    assert!(
        position.value() > range[0] && position.value() < range[1],
        "{position}"
    );
    let error = position.standard_error().expect("an error");
    assert!(error > 1e-4 && error < 0.1, "{position}");
    assert!(height.value() > 1.0 && height.value() < wanted.iter().fold(0.0, |a, &b| a.max(b)));
    position.value()
}

fn used(reference: &Value) -> Vec<f64> {
    numbers(&reference["structure_factor"]["frames_used"])
}

#[test]
fn kob_andersen_runs_equal_their_reference_at_every_shell() {
    for name in ["T1.000", "T0.700", "T0.600"] {
        let run = shipped::kob_andersen::<f32>(&format!("{name}/trajectory.xtc"));
        let reference = &shipped::reference("data/kob-andersen/reference/reference.json", name)["structure"];
        let thin = run.thinned(25).expect("a stride");
        let steps: Vec<u64> = used(reference).iter().map(|&i| run.steps()[i as usize]).collect();
        assert_eq!(thin.steps(), steps);
        // That of the file is rounded to single precision.
        let cell = Cell::cubic(reference["box"].as_f64().expect("an edge")).expect("a cell");
        let wanted = &reference["structure_factor"];
        let q = numbers(&wanted["q"]);
        let vectors = WaveVectors::sphere(&cell, q[q.len() - 1]).expect("vectors");
        let found = structure::static_structure(&thin, &vectors, Resampling::default()).expect("S(q)");
        let aa = found.of("A", "A").expect("the partial");
        let aa_difference = hold_against("A-A", aa, &q, &numbers(&wanted["AA"]));
        let total_difference = hold_against("total", found.total(), &q, &numbers(&wanted["total"]));
        assert!(
            aa_difference < 1e-10 && total_difference < 1e-10,
            "{aa_difference:e} {total_difference:e}"
        );
        assert_eq!(aa.frames(), 40);
        let q_max = hold_peak(aa, &numbers(&wanted["AA"]), PeakWindow::LENNARD_JONES, [7.1, 7.3]);
        // Kob and Andersen's first peak.
        assert!((q_max - 7.25).abs() < 0.1, "{name}: {q_max}");
    }
}

#[test]
fn the_metallic_glass_equals_its_reference_and_its_main_peak_is_not_the_prepeak() {
    let species = shipped::metallic_glass::<f32>().species().clone();
    // As the reference had them: decoded to nanometres in single precision, then multiplied in
    // single precision.
    let reader = msed::io::frames("data/cuzr/T1600/trajectory.xtc", msed::Units::LJ).expect("the file");
    let nanometres = Trajectory::<f32>::from_source(reader, 0.002, species.clone()).expect("a trajectory");
    let positions: Vec<f32> = nanometres.positions().iter().map(|x| 10.0 * x).collect();
    let reference = &shipped::reference("data/cuzr/reference/reference.json", "T1600")["structure"];
    let edges = numbers(&reference["box"]);
    let cell = Cell::orthorhombic([edges[0], edges[1], edges[2]]).expect("a cell");
    let run = Trajectory::new(positions, nanometres.steps(), 0.002, species)
        .and_then(|run| run.with_cell(cell))
        .expect("a trajectory");
    let thin = run.thinned(12).expect("a stride");
    let steps: Vec<u64> = used(reference).iter().map(|&i| run.steps()[i as usize]).collect();
    assert_eq!(thin.steps(), steps);
    let wanted = &reference["structure_factor"];
    let q = numbers(&wanted["q"]);
    let vectors = WaveVectors::sphere(&cell, q[q.len() - 1]).expect("vectors");
    let found = structure::static_structure(&thin, &vectors, Resampling::default()).expect("S(q)");
    let copper = found.of("Cu", "Cu").expect("the partial");
    let counts: Vec<f64> = copper.wave_vectors().iter().map(|&n| n as f64).collect();
    assert_eq!(counts, numbers(&wanted["vectors"]));
    hold_against("Cu-Cu", copper, &q, &numbers(&wanted["CuCu"]));
    hold_against("total", found.total(), &q, &numbers(&wanted["total"]));
    let window = PeakWindow::for_density(&cell, Dimensions::Three, 2048);
    assert!((window.bin() - 0.2 * 0.941 / (cell.volume() / 2048.0).cbrt()).abs() < 1e-12);
    let q_max = hold_peak(copper, &numbers(&wanted["CuCu"]), window, [2.7, 2.85]);
    // There is a prepeak, at 1.7: higher than what lies between it and the main peak.
    let at = |low: f64, high: f64| {
        let bins = copper.binned(0.1).unwrap();
        let inside = (0..bins.q().len()).filter(|&k| bins.q()[k] >= low && bins.q()[k] < high);
        inside.map(|k| bins.values()[k]).collect::<Vec<f64>>()
    };
    let prepeak = at(1.6, 1.8).into_iter().fold(0.0, f64::max);
    let dip = at(1.8, 2.4).into_iter().fold(f64::INFINITY, f64::min);
    assert!(prepeak > dip + 0.05 && q_max > 2.4, "{prepeak} {dip} {q_max}");
}

#[test]
fn dynasor_and_freud_find_the_same() {
    let text = std::fs::read_to_string("tests/data/peers/dynasor_freud_structure.json").expect("the numbers");
    let peers: Value = serde_json::from_str(&text).expect("JSON");
    let number = |key: &str| peers[key].as_f64().expect("a number");
    let cell = Cell::cubic(number("box")).expect("a cell");
    let run = shipped::kob_andersen::<f32>("T0.700/trajectory.xtc");
    let thin = run.thinned(number("every") as usize).expect("a stride");
    let vectors = WaveVectors::sphere(&cell, 9.0).expect("vectors");
    let found = structure::static_structure(&thin, &vectors, Resampling::None).expect("S(q)");
    let squares: Vec<f64> = (vectors.shells().iter())
        .map(|shell| shell.integers()[0].map(|n| f64::from(n * n)).iter().sum())
        .collect();
    assert_eq!(squares, numbers(&peers["h2"]));
    for (name, factor) in by_pair(&found) {
        let wanted = numbers(&peers["s_of_q"][&name]);
        for (value, wanted) in factor.values().iter().zip(wanted) {
            assert!((value - wanted).abs() < 1e-10, "{name}: {value} {wanted}");
        }
    }
    let names = ["A-A", "A-B", "B-B"];
    let count = numbers(&peers["rdf"][names[0]]).len();
    let bins = RadialBins::linear(number("r_max"), count).expect("bins");
    let g = structure::rdf(&thin, &bins, Resampling::None).expect("g(r)");
    for (([a, b], pair), name) in g.pairs().zip(names) {
        assert_eq!(format!("{a}-{b}"), name);
        let wanted = numbers(&peers["rdf"][name]);
        assert!(wanted.iter().any(|&g| g > 1.2));
        for ((r, value), wanted) in bins.centres().into_iter().zip(&pair.values).zip(wanted) {
            // Single precision moves a pair in 10^4 to the next bin.
            let bound = 2e-3 * wanted + 2e-3;
            assert!(
                (value.value() - wanted).abs() < bound,
                "{name} at {r}: {value} {wanted}"
            );
        }
    }
}
