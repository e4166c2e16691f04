//! Interrupted runs: what resumes from a checkpoint ends with the bits of what never stopped, and a
//! file that is not what was written is refused.

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use msed::energy::EnergySums;
use msed::online::checkpoint::{self, CheckpointError};
use msed::online::{
    CoherentAccumulator, DisplacementAccumulator, DistributionAccumulator, EnergyAccumulator,
};
use msed::structure::WaveVectors;
use msed::trajectory::{Cell, Species};
use msed::{EnergyKind, EnergySystem, Lag, Lags, Sampling};
use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

const SAMPLES: usize = 12_000;

fn samples() -> Vec<f64> {
    let mut random = Pcg64::seed_from_u64(5);
    let mut energy = -7000.0;
    let mut next = || {
        energy += 0.05 * (-7000.0 - energy) + random.random::<f64>() - 0.5;
        energy
    };
    (0..SAMPLES).map(|_| next()).collect()
}

const KINDS: usize = 3;

fn system() -> EnergySystem {
    EnergySystem::new(Sampling::new(10, 0.005).unwrap(), 1000, EnergyKind::Total).unwrap()
}

fn new(kind: usize) -> EnergyAccumulator {
    let lags = Lags::logarithmic(20).up_to_samples(900);
    match kind {
        0 => EnergyAccumulator::ring(system(), &lags),
        1 => EnergyAccumulator::block_fft(system(), &lags),
        _ => EnergyAccumulator::multi_tau(system(), 16, system().sampling().lag(900)),
    }
    .unwrap()
}

fn uninterrupted(kind: usize, samples: &[f64]) -> EnergySums {
    let mut live = new(kind);
    live.push_slice(samples).unwrap();
    live.snapshot().unwrap()
}

#[test]
fn a_file_that_is_cut_damaged_newer_or_another_is_a_typed_error() {
    let samples = samples();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("live.msed");
    let load = || {
        checkpoint::load::<EnergyAccumulator>(&file)
            .map(|_| ())
            .unwrap_err()
    };
    assert!(matches!(load(), CheckpointError::Read { .. }));
    let mut live = new(2);
    live.push_slice(&samples[..2500]).unwrap();
    checkpoint::save(&live, &file).unwrap();
    let bytes = std::fs::read(&file).unwrap();
    for length in (0..64)
        .chain((64..bytes.len()).step_by(997))
        .chain([bytes.len() - 1])
    {
        std::fs::write(&file, &bytes[..length]).unwrap();
        assert!(
            matches!(load(), CheckpointError::Truncated { .. }),
            "{length} bytes"
        );
    }
    for place in (0..64).chain((64..bytes.len()).step_by(1009)) {
        for bit in [0, 3, 7] {
            let mut bytes = bytes.clone();
            bytes[place] ^= 1 << bit;
            std::fs::write(&file, &bytes).unwrap();
            let error = load();
            let expected = match place {
                0..4 => matches!(error, CheckpointError::NotACheckpoint { .. }),
                4..8 => matches!(error, CheckpointError::Version { .. }),
                8..16 => matches!(
                    error,
                    CheckpointError::Truncated { .. } | CheckpointError::Damaged { .. }
                ),
                _ => matches!(error, CheckpointError::Damaged { .. }),
            };
            assert!(expected, "byte {place}: {error}");
        }
    }
    let mut newer = bytes.clone();
    newer[4] = 6;
    std::fs::write(&file, &newer).unwrap();
    let message = load().to_string();
    assert!(
        message.ends_with("is a checkpoint of version 6, expected 5"),
        "{message}"
    );
    let longer = [&bytes[..], &[0]].concat();
    std::fs::write(&file, &longer).unwrap();
    assert!(matches!(load(), CheckpointError::Damaged { .. }));
    checkpoint::save(&live.snapshot().unwrap(), &file).unwrap();
    let other = load();
    assert!(matches!(other, CheckpointError::OtherType { .. }));
    assert!(
        other
            .to_string()
            .ends_with("live.msed is a checkpoint of Sums<EnergyPairs>, expected one of EnergyAccumulator"),
        "{other}"
    );
    // Of two types with the same bits, and of types of other crates.
    checkpoint::save(&Lag::from_steps(0), &file).unwrap();
    let error = checkpoint::load::<EnergyKind>(&file).unwrap_err().to_string();
    assert!(
        error.ends_with("is a checkpoint of Lag, expected one of EnergyKind"),
        "{error}"
    );
    checkpoint::save(&("a name", &[1.5, 2.5]), &file).unwrap();
    let owned: (String, [f64; 2]) = checkpoint::load(&file).unwrap();
    assert_eq!(owned, ("a name".to_owned(), [1.5, 2.5]));
    let error = checkpoint::load::<Vec<f64>>(&file).unwrap_err().to_string();
    assert!(
        error.ends_with("is a checkpoint of (&str, &[f64; 2]), expected one of Vec<f64>"),
        "{error}"
    );
    let nowhere = checkpoint::save(&live, folder.path().join("none/live.msed"));
    assert!(matches!(nowhere, Err(CheckpointError::Write { .. })));
}

/// What every serde format can carry is checked as the constructors check.
#[test]
fn a_state_that_cannot_be_is_refused() {
    let mut live = new(0);
    live.push_slice(&samples()[..3000]).unwrap();
    let sound = serde_json::to_value(&live).unwrap();
    let read = |state: Value| serde_json::from_value::<EnergyAccumulator>(state);
    assert!(read(sound.clone()).unwrap().snapshot().unwrap() == live.snapshot().unwrap());
    let spoil: [(&str, Value); 8] = [
        ("/levels/0/of/stride", 2.into()),
        ("/progress/count", 2999.into()),
        ("/pairs/system/sampling/time_step", (-1.0).into()),
        ("/pairs/system/particles", 0.into()),
        ("/pairs/lags/3", 3.into()),
        ("/levels/0/base", 1.into()),
        ("/sums/blocks/most", 0.into()),
        ("/sums/blocks/starts/1", 0.into()),
    ];
    for (place, value) in spoil {
        let mut state = sound.clone();
        *state
            .pointer_mut(place)
            .unwrap_or_else(|| panic!("{place} is not there")) = value;
        assert!(read(state).is_err(), "{place}");
    }
}

/// Every whole number of a state, made extreme in turn: an error, or an accumulator that goes on.
/// Nothing panics or asks for more memory than there is.
fn survives_extreme_numbers<A: Serialize + DeserializeOwned>(live: &A, go_on: impl Fn(A)) {
    fn places(of: &Value, at: &str, found: &mut Vec<String>) {
        match of {
            Value::Number(number) if number.is_u64() => found.push(at.to_owned()),
            Value::Array(list) => {
                for (k, inner) in list.iter().enumerate() {
                    places(inner, &format!("{at}/{k}"), found);
                }
            }
            Value::Object(map) => {
                for (key, inner) in map {
                    places(inner, &format!("{at}/{key}"), found);
                }
            }
            _ => {}
        }
    }
    let sound = serde_json::to_value(live).unwrap();
    let mut all = Vec::new();
    places(&sound, "", &mut all);
    assert!(all.len() > 10, "a state without numbers");
    let mut refused = 0;
    for place in &all {
        let mut state = sound.clone();
        let number = state.pointer(place).and_then(Value::as_u64).unwrap();
        for extreme in [0, number + 1, 1 << 50, 1 << 62, u64::MAX] {
            *state.pointer_mut(place).unwrap() = extreme.into();
            match serde_json::from_value(state.clone()) {
                Ok(live) => go_on(live),
                Err(_) => refused += 1,
            }
        }
    }
    assert!(refused > 3 * all.len(), "{refused} of {} refused", 5 * all.len());
}

#[test]
fn extreme_numbers_in_a_state_are_refused_or_do_no_harm() {
    let sampling = system().sampling();
    let lags = Lags::samples([1, 2, 20]);
    let samples = &samples()[..400];
    for live in [
        EnergyAccumulator::ring(system(), &lags),
        EnergyAccumulator::multi_tau(system(), 4, system().sampling().lag(20)),
        EnergyAccumulator::block_fft(system(), &lags),
    ] {
        let mut live = live.unwrap().with_blocks(4).unwrap();
        live.push_slice(samples).unwrap();
        survives_extreme_numbers(&live, |mut live: EnergyAccumulator| {
            let _ = live.push_slice(samples);
            let _ = live.snapshot().map(|sums| sums.msed());
        });
        survives_extreme_numbers(&live.snapshot().unwrap(), |sums: EnergySums| {
            let _ = sums.msed();
        });
    }
    let mut live = DistributionAccumulator::new(system(), &lags, 1e-3, 3e-3).unwrap();
    live.push_slice(samples).unwrap();
    survives_extreme_numbers(&live, |mut live: DistributionAccumulator| {
        let _ = live.push_slice(samples);
        let _ = live.snapshot();
    });
    let species = Species::by_count([("A", 1), ("B", 1)]).unwrap();
    let cell = Cell::cubic(10.0).unwrap();
    let vectors = WaveVectors::from_integers(&cell, &[[1, 0, 0]]).unwrap();
    let frames = |live: &mut dyn FnMut(&[f64])| samples[..96].chunks_exact(6).for_each(live);
    let mut moved = DisplacementAccumulator::new(sampling, &species, &lags)
        .and_then(|live| live.with_overlap(0.3))
        .and_then(|live| live.starting_at(3))
        .unwrap();
    frames(&mut |frame| moved.push(frame).unwrap());
    survives_extreme_numbers(&moved, |mut live: DisplacementAccumulator| {
        frames(&mut |frame| drop(live.push(frame)));
        let _ = live.snapshot().map(|sums| drop(sums.displacements()));
    });
    let mut waves = CoherentAccumulator::new(sampling, &species, &vectors, &lags).unwrap();
    frames(&mut |frame| waves.push(frame).unwrap());
    survives_extreme_numbers(&waves, |mut live: CoherentAccumulator| {
        frames(&mut |frame| drop(live.push(frame)));
        let _ = live.snapshot().map(|sums| sums.coherent_isf());
    });
}

/// The run that is killed: resumes where its last checkpoint is, and writes one every 60 samples.
fn accumulate(kind: usize, file: &Path) {
    let samples = samples();
    let mut live = if file.exists() {
        checkpoint::load(file).unwrap()
    } else {
        new(kind)
    };
    while (live.samples() as usize) < SAMPLES {
        let next = live.samples() as usize;
        live.push_slice(&samples[next..SAMPLES.min(next + 60)]).unwrap();
        checkpoint::save(&live, file).unwrap();
    }
}

/// Not a test of its own: what the test below starts again and again.
#[test]
fn child() {
    if let (Ok(kind), Ok(file)) = (std::env::var("MSED_TEST_KIND"), std::env::var("MSED_TEST_FILE")) {
        accumulate(kind.parse().unwrap(), Path::new(&file));
    }
}

fn start(kind: usize, file: &Path) -> Child {
    let (_, module) = module_path!().split_once("::").unwrap();
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", &format!("{module}::child")])
        .env("MSED_TEST_KIND", kind.to_string())
        .env("MSED_TEST_FILE", file)
        .stdout(Stdio::null())
        .spawn()
        .unwrap()
}

#[test]
fn a_run_that_is_killed_at_fifty_random_moments_ends_with_the_same_bits() {
    let samples = samples();
    let mut random = Pcg64::seed_from_u64(11);
    let (mut kills, mut runs, mut resumed) = (0, 0, 0);
    while kills < 50 || runs < KINDS {
        let kind = runs % KINDS;
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("live.msed");
        loop {
            let before = file.exists();
            let mut child = start(kind, &file);
            std::thread::sleep(Duration::from_millis(random.random_range(1..40)));
            // SIGKILL; a child that has ended has written its last checkpoint.
            let running = child.try_wait().unwrap().is_none() && kills < 50 + runs;
            if running {
                child.kill().unwrap();
            }
            let status = child.wait().unwrap();
            if status.success() {
                break;
            }
            assert!(running, "the child failed by itself");
            kills += 1;
            resumed += usize::from(before);
        }
        let live: EnergyAccumulator = checkpoint::load(&file).unwrap();
        assert_eq!(live.samples(), SAMPLES as u64);
        assert!(
            live.snapshot().unwrap() == uninterrupted(kind, &samples),
            "kind {kind}"
        );
        runs += 1;
    }
    println!("{kills} kills, {resumed} of runs that had a checkpoint, {runs} runs");
    assert!(resumed > 10);
}
