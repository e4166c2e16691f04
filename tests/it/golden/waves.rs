//! F_s and tau_alpha of the shipped trajectories against reference values that an independent
//! program (numpy, direct sums in double precision) computed from the same files; F_s and F(q,t)
//! against dynasor.

use crate::common::numbers::numbers;
use crate::common::shipped;
use msed::relaxation::tau_alpha;
use msed::structure::{self, WaveVectors};
use msed::trajectory::{Cell, Trajectory};
use msed::{Lags, Resampling};
use serde_json::Value;

fn integers(value: &Value) -> Vec<[i32; 3]> {
    let triple = |n: &Value| -> [i32; 3] {
        let n = n.as_array().expect("three integers");
        std::array::from_fn(|i| n[i].as_i64().expect("an integer") as i32)
    };
    value.as_array().expect("vectors").iter().map(triple).collect()
}

/// The cell is given apart: that of the file is rounded to single precision.
fn hold_against(
    run: &Trajectory<'_, f32>,
    cell: Cell,
    reference: &Value,
    probe: &str,
    shell: [f64; 2],
    relative: f64,
) {
    let vectors = WaveVectors::shell(&cell, shell[0]..=shell[1]).expect("a shell");
    let listed = integers(&reference["q_vectors_half_shell"]);
    let turned = WaveVectors::from_integers(&cell, &listed).expect("vectors");
    let mut sorted = turned.integers().to_vec();
    sorted.sort_unstable();
    assert_eq!(vectors.integers(), sorted);

    let interval = reference["frame_interval"].as_f64().expect("an interval");
    let wanted = &reference[probe];
    let lags: Vec<u64> = numbers(&reference["lags"])
        .iter()
        .map(|t| (t / interval).round() as u64)
        .collect();
    let request = Lags::samples(lags).with_zero();
    // Every combination of signs is there, and the polynomial is taken; one vector less, and it is
    // not.
    let single = structure::self_isf(run, probe, &vectors, &request, Resampling::default()).expect("F_s");
    let run = &run.widened();
    let found = structure::self_isf(run, probe, &vectors, &request, Resampling::default()).expect("F_s");
    let rest = WaveVectors::from_integers(&cell, &vectors.integers()[1..]).expect("vectors");
    let first = WaveVectors::from_integers(&cell, &vectors.integers()[..1]).expect("a vector");
    let parts =
        structure::self_isf_each(run, probe, &[first, rest], &request, Resampling::None).expect("F_s");
    let n = vectors.count() as f64;
    let mut largest = 0.0_f64;
    for (k, wanted) in [1.0].into_iter().chain(numbers(&wanted["self_isf"])).enumerate() {
        let together = (parts[0].values()[k] + (n - 1.0) * parts[1].values()[k]) / n;
        for found in [found.values()[k], together] {
            let bound = relative * wanted.abs() + 0.01 * relative;
            assert!((found - wanted).abs() <= bound, "point {k}: {found} {wanted}");
            largest = largest.max((found - wanted).abs());
        }
    }
    assert!(largest > 0.0, "another program rounds otherwise");
    // Products in single precision, of as many particles and origins.
    for (single, double) in single.values().iter().zip(found.values()) {
        assert!((single - double).abs() < 5e-7, "{single} {double}");
    }
    let crossing = tau_alpha(&found).expect("a curve");
    let (time, tau) = (
        crossing.value().expect("reached"),
        wanted["tau_alpha"].as_f64().expect("a time"),
    );
    assert!(
        (time.value() / tau - 1.0).abs() <= 10.0 * relative,
        "{time} {tau}"
    );
    // The error is that of ten jackknife replicates, each of which crosses.
    assert!(
        time.replicates().iter().all(|t| (t / tau - 1.0).abs() < 0.2),
        "{:?}",
        time.replicates()
    );
    assert!(time.standard_error().expect("an error") < 0.1 * tau);
}

#[test]
fn kob_andersen_runs_equal_their_reference_at_every_lag() {
    for name in ["T1.000", "T0.700", "T0.600"] {
        let run = shipped::kob_andersen::<f32>(&format!("{name}/trajectory.xtc"));
        let reference = shipped::reference("data/kob-andersen/reference/reference.json", name);
        let cell = Cell::cubic(reference["structure"]["box"].as_f64().expect("an edge")).expect("a cell");
        hold_against(&run, cell, &reference["structure"], "A", [7.15, 7.35], 1e-11);
    }
}

#[test]
fn the_metallic_glass_equals_its_reference_at_every_lag() {
    let run = shipped::metallic_glass::<f32>();
    let reference = shipped::reference("data/cuzr/reference/reference.json", "T1600");
    let edges = numbers(&reference["structure"]["box"]);
    let cell = Cell::orthorhombic([edges[0], edges[1], edges[2]]).expect("a cell");
    // Nanometres became angstroms in single precision there, and in double precision here.
    hold_against(&run, cell, &reference["structure"], "Cu", [2.75, 2.85], 1e-7);
}

#[test]
fn dynasor_finds_the_same() {
    let text = std::fs::read_to_string("tests/data/peers/dynasor_scattering.json").expect("the numbers");
    let peer: Value = serde_json::from_str(&text).expect("JSON");
    let cell = Cell::cubic(peer["box"].as_f64().expect("an edge")).expect("a cell");
    let run = shipped::kob_andersen::<f32>("T0.700/trajectory.xtc");
    let thin = run
        .thinned(peer["every"].as_u64().expect("a stride") as usize)
        .expect("frames")
        .widened();
    let vectors = WaveVectors::from_integers(&cell, &integers(&peer["vectors"])).expect("vectors");
    let last = numbers(&peer["self"]["A"]).len() as u64 - 1;
    let lags = Lags::all().up_to_samples(last).with_zero();
    let hold = |name: &str, found: &[f64], wanted: &Value| {
        let wanted = numbers(wanted);
        assert_eq!(found.len(), wanted.len(), "{name}");
        for (k, (found, wanted)) in found.iter().zip(wanted).enumerate() {
            assert!(
                (found - wanted).abs() < 1e-11,
                "{name}, lag {k}: {found} {wanted}"
            );
        }
    };
    for name in ["A", "B"] {
        let isf = structure::self_isf(&thin, name, &vectors, &lags, Resampling::None).expect("F_s");
        hold(name, isf.values(), &peer["self"][name]);
    }
    let isf = structure::coherent_isf(&thin, &vectors, &lags, Resampling::None).expect("F(q,t)");
    for ([a, b], partial) in isf.pairs() {
        let name = format!("{a}-{b}");
        hold(&name, partial.values(), &peer["coherent"][&name]);
    }
    hold("total", isf.total().values(), &peer["coherent"]["total"]);
}
