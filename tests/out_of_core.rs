//! Series and trajectories larger than memory.
#![cfg(feature = "io")]
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::io::Read;
use std::ops::ControlFlow;
use std::process::Command;

use msed::io::{EnergyReader, EnergySample, ReadError};
use msed::online::{
    CoherentAccumulator, DisplacementAccumulator, DistributionAccumulator, EnergyAccumulator, FeedError,
    OnlineError, Sink, feed_energies, feed_frames,
};
use msed::structure::WaveVectors;
use msed::trajectory::{Cell, Convention, Frame, FrameSource, Species, TrajectoryError};
use msed::{EnergyKind, EnergySystem, Lag, Lags, Sampling};

const BYTES: u64 = 2_000_000_000;

/// What the process may map, in kilobytes: its program, stacks and all.
const LIMIT: u64 = 262_144;

/// Samples after which the series repeats itself.
const PERIOD: usize = 30_011;

fn energy(i: usize) -> f64 {
    let i = (i % PERIOD) as f64;
    -6339.5 + 16.0 * (std::f64::consts::TAU * 5.0 * i / PERIOD as f64).sin() + (i * i % 7.0) / 8.0
}

/// Rows of a file that is made up as it is read.
struct Rows {
    text: Vec<u8>,
    at: usize,
    left: u64,
}

impl Rows {
    fn new(bytes: u64) -> Self {
        let lines = (0..PERIOD).flat_map(|i| format!("{:.12}\n", energy(i)).into_bytes());
        let text: Vec<u8> = lines.collect();
        // Whole rows.
        let row = text.len() as u64 / PERIOD as u64;
        Self {
            text,
            at: 0,
            left: bytes / row * row,
        }
    }
}

impl Read for Rows {
    fn read(&mut self, to: &mut [u8]) -> std::io::Result<usize> {
        let left = usize::try_from(self.left).unwrap_or(usize::MAX);
        let count = to.len().min(self.text.len() - self.at).min(left);
        to[..count].copy_from_slice(&self.text[self.at..self.at + count]);
        self.at = (self.at + count) % self.text.len();
        self.left -= count as u64;
        Ok(count)
    }
}

fn rows(source: impl Read) -> impl Iterator<Item = Result<(u64, f64), ReadError>> {
    let reader = EnergyReader::new().without_steps().energy(0);
    let stream = reader.stream_from(source, "made up").unwrap();
    stream.map(|row| row.map(|EnergySample { step, potential, .. }| (step, potential)))
}

/// One particle, an energy every `stride` steps.
fn system(stride: u64) -> EnergySystem {
    EnergySystem::new(Sampling::new(stride, 0.005).unwrap(), 1, EnergyKind::Total).unwrap()
}

fn accumulator() -> EnergyAccumulator {
    EnergyAccumulator::block_fft(system(1), &Lags::logarithmic(10).up_to_samples(100_000)).unwrap()
}

/// A thousand particles in flight, a tenth of a unit a frame.
struct Flight {
    frame: u64,
    until: u64,
    convention: Convention,
}

const PARTICLES: usize = 1000;

impl FrameSource<f64> for Flight {
    fn particles(&self) -> usize {
        PARTICLES
    }

    fn convention(&self) -> Convention {
        self.convention
    }

    fn next_frame(&mut self, frame: &mut Frame<f64>) -> Result<bool, TrajectoryError> {
        frame.step = 100 * self.frame;
        let x = 0.1 * self.frame as f64;
        frame.positions.resize(3 * PARTICLES, 0.0);
        frame.positions.iter_mut().step_by(3).for_each(|to| *to = x);
        self.frame += 1;
        Ok(self.frame <= self.until)
    }
}

fn frames() -> DisplacementAccumulator {
    let species = Species::single("A", PARTICLES).unwrap();
    DisplacementAccumulator::new(
        Sampling::new(100, 0.005).unwrap(),
        &species,
        &Lags::samples([1, 8]),
    )
    .unwrap()
}

/// What the next test runs in a process of its own, under a limit of memory.
#[test]
fn child() {
    if std::env::var("MSED_TEST_LIMITED").is_err() {
        return;
    }
    let mut whole = Vec::<u8>::new();
    assert!(
        whole.try_reserve_exact(BYTES as usize / 4).is_err(),
        "the limit does not hold"
    );
    let mut live = accumulator();
    let mut reports = 0;
    let end = feed_energies(&mut live, rows(Rows::new(BYTES)), |_| {
        reports += 1;
        ControlFlow::Continue(())
    });
    assert!(end.unwrap());
    assert_eq!(live.samples(), BYTES / 19);
    assert_eq!(reports, live.samples() / 4096 + 1);
    let msed = live.snapshot().unwrap().msed();
    for (k, lag) in live.lags().enumerate() {
        let period = (0..PERIOD).map(|i| (energy(i + lag.steps() as usize) - energy(i)).powi(2));
        let expected = period.sum::<f64>() / PERIOD as f64;
        let found = msed.values()[k];
        assert!(
            (found - expected).abs() < 1e-3 * expected + 1e-9,
            "{found} is not {expected} at {lag}"
        );
    }
    let mut live = frames();
    let until = BYTES / (24 * PARTICLES as u64);
    let flight = Flight {
        frame: 0,
        until,
        convention: Convention::Unwrapped,
    };
    feed_frames(&mut live, flight, |_| ControlFlow::Continue(())).unwrap();
    assert_eq!(live.frames(), until);
    let moved = live.snapshot().unwrap().displacements();
    let msd = &moved.of("A").unwrap().msd.total;
    for (found, expected) in msd.values().iter().zip([0.01, 0.64]) {
        assert!((found - expected).abs() < 1e-6, "{found} is not {expected}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn two_gigabytes_of_energies_and_of_frames_pass_through_a_quarter_of_one() {
    let output = Command::new("sh")
        .args(["-c", &format!("ulimit -v {LIMIT} && exec \"$0\" \"$@\"")])
        .arg(std::env::current_exe().unwrap())
        .args(["--exact", "child", "--test-threads", "1", "--nocapture"])
        .env("MSED_TEST_LIMITED", "1")
        // The C library reserves 128 MiB of addresses for each further thread's heap otherwise.
        .env("MALLOC_ARENA_MAX", "1")
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{text}");
    assert!(text.contains("1 passed"), "{text}");
}

#[test]
fn a_feed_that_is_cancelled_keeps_what_was_done_and_can_go_on() {
    let bytes = 19 * 50_000;
    let mut live = accumulator();
    let mut seen = Vec::new();
    let end = feed_energies(&mut live, rows(Rows::new(bytes)), |live| {
        seen.push(live.samples());
        if seen.len() < 3 {
            ControlFlow::Continue(())
        } else {
            ControlFlow::Break(())
        }
    });
    assert_eq!((end.unwrap(), seen), (false, vec![4096, 8192, 12_288]));
    let samples: Vec<f64> = rows(Rows::new(bytes)).map(|row| row.unwrap().1).collect();
    let of = |samples: &[f64]| {
        let mut live = accumulator();
        live.push_slice(samples).unwrap();
        live.snapshot().unwrap()
    };
    assert!(live.snapshot().unwrap() == of(&samples[..12_288]));
    let rest = rows(Rows::new(bytes)).skip(live.samples() as usize);
    let end = feed_energies(&mut live, rest, |_| ControlFlow::Continue(()));
    assert_eq!((end.unwrap(), live.samples()), (true, 50_000));
    assert!(live.snapshot().unwrap() == of(&samples));

    let mut live = frames();
    let flight = Flight {
        frame: 0,
        until: 100,
        convention: Convention::Unwrapped,
    };
    let stop = |live: &DisplacementAccumulator| match live.frames() {
        20 => ControlFlow::Break(()),
        _ => ControlFlow::Continue(()),
    };
    assert!(!feed_frames(&mut live, flight, stop).unwrap());
    assert_eq!(
        live.snapshot()
            .unwrap()
            .displacements()
            .of("A")
            .unwrap()
            .msd
            .total
            .origins(),
        [19, 12]
    );
}

/// One reading of a file feeds all that is wanted of it.
#[test]
fn several_accumulators_take_the_same_rows_and_frames() {
    let phi = |stride| DistributionAccumulator::new(system(stride), &Lags::samples([10]), 0.1, 20.0).unwrap();
    let mut both = (accumulator(), phi(1));
    let all = rows(Rows::new(19 * 20_000));
    let end = feed_energies(&mut both, all, |_| ControlFlow::Continue(()));
    assert!(end.unwrap());
    assert_eq!((both.0.samples(), both.1.samples()), (20_000, 20_000));
    let (msed, phi_10) = (both.0.snapshot().unwrap().msed(), both.1.snapshot().unwrap());
    let phi_10 = phi_10.distribution(Lag::from_steps(10)).unwrap();
    let second_moment = phi_10.variance.value() + phi_10.mean.value().powi(2);
    let k = both.0.lags().position(|lag| lag == Lag::from_steps(10)).unwrap();
    assert!((msed.values()[k] - second_moment).abs() < 1e-9 * second_moment);
    let mut differ = (accumulator(), phi(2));
    let error = feed_energies(&mut differ, rows(Rows::new(190)), |_| ControlFlow::Continue(())).unwrap_err();
    assert!(
        error.to_string().starts_with("sampling interval is 0.01"),
        "{error}"
    );

    let cell = Cell::cubic(10.0).unwrap();
    let vectors = WaveVectors::from_integers(&cell, &[[1, 0, 0]]).unwrap();
    let coherent = || {
        let species = Species::single("A", PARTICLES).unwrap();
        let (sampling, lags) = (Sampling::new(100, 0.005).unwrap(), Lags::samples([1, 8]));
        CoherentAccumulator::new(sampling, &species, &vectors, &lags).unwrap()
    };
    let flight = |convention| Flight {
        frame: 0,
        until: 100,
        convention,
    };
    let mut both = (frames(), coherent());
    feed_frames(&mut both, flight(Convention::Unwrapped), |_| {
        ControlFlow::Continue(())
    })
    .unwrap();
    assert_eq!((both.0.frames(), both.1.frames()), (100, 100));
    // All particles move together by a hundredth of the cell.
    let isf = both.1.snapshot().unwrap().coherent_isf();
    let f = isf.total();
    for (value, lag) in f.values().iter().zip([1.0, 8.0]) {
        let expected = PARTICLES as f64 * (0.02 * std::f64::consts::PI * lag).cos();
        assert!((value - expected).abs() < 1e-8, "{value} {expected}");
    }
    // Densities do not mind wrapped coordinates; displacements do.
    assert!(
        feed_frames(&mut coherent(), flight(Convention::Wrapped), |_| {
            ControlFlow::Continue(())
        })
        .is_ok()
    );
    assert!(
        feed_frames(&mut both, flight(Convention::Wrapped), |_| ControlFlow::Continue(
            ()
        ))
        .is_err()
    );
    // A cell that changes has other wave vectors.
    let mut frame = Frame::new();
    frame.fill(0, Some(Cell::cubic(10.1).unwrap()), [[0.0; 3]; PARTICLES]);
    let error = coherent().take(&frame).unwrap_err();
    assert!(
        error
            .to_string()
            .starts_with("the cell of frame 0 is [[10.1, 0, 0], "),
        "{error}"
    );
    // What one refuses, the other has not taken in, whichever comes first.
    let mut both = (frames(), coherent());
    assert!(both.take(&frame).is_err());
    assert_eq!((both.0.frames(), both.1.frames()), (0, 0));
    let mut both = (coherent(), (coherent(), frames()));
    assert!(both.take(&frame).is_err());
    assert_eq!((both.0.frames(), both.1.1.frames()), (0, 0));
}

/// A second feed goes on where the first has ended, through a checkpoint too, and nowhere else.
#[test]
fn feeds_follow_each_other_step_by_step() {
    let go_on = |_: &EnergyAccumulator| ControlFlow::Continue(());
    let row = |step: u64| Ok::<_, OnlineError>((step, energy(step as usize)));
    let new = || EnergyAccumulator::ring(system(10), &Lags::samples([1])).unwrap();
    let mut live = new();
    feed_energies(&mut live, (0..50).map(|i| row(500 + 10 * i)), go_on).unwrap();
    let file = tempfile::NamedTempFile::new().unwrap();
    msed::online::checkpoint::save(&live, file.path()).unwrap();
    live = msed::online::checkpoint::load(file.path()).unwrap();
    // The last step again, as in the file of a restarted run; and a gap.
    for start in [990, 1010] {
        let error = feed_energies(&mut live, (0..3).map(|i| row(start + 10 * i)), go_on).unwrap_err();
        assert_eq!(
            error.to_string(),
            format!("sample 50 is of step {start}, expected 1000")
        );
    }
    feed_energies(&mut live, (0..50).map(|i| row(1000 + 10 * i)), go_on).unwrap();
    assert_eq!(live.samples(), 100);

    let mut live = frames();
    let flight = |until| Flight {
        frame: 0,
        until,
        convention: Convention::Unwrapped,
    };
    feed_frames(&mut live, flight(20), |_| ControlFlow::Continue(())).unwrap();
    let error = feed_frames(&mut live, flight(20), |_| ControlFlow::Continue(())).unwrap_err();
    assert_eq!(error.to_string(), "sample 20 is of step 0, expected 2000");
}

/// A source that does not say whether its coordinates are wrapped, and whose particles jump from
/// face to face.
#[test]
fn frames_that_look_wrapped_are_refused() {
    struct Round(u64);
    impl FrameSource<f64> for Round {
        fn particles(&self) -> usize {
            PARTICLES
        }
        fn convention(&self) -> Convention {
            Convention::Unknown
        }
        fn next_frame(&mut self, frame: &mut Frame<f64>) -> Result<bool, TrajectoryError> {
            frame.step = 100 * self.0;
            frame.cell = Some(Cell::cubic(10.0).unwrap());
            frame.positions = vec![(0.1 * self.0 as f64 + 9.5) % 10.0; 3 * PARTICLES];
            self.0 += 1;
            Ok(self.0 <= 50)
        }
    }
    let mut live = frames();
    let error = feed_frames(&mut live, Round(0), |_| ControlFlow::Continue(())).unwrap_err();
    assert!(
        error.to_string().starts_with("the coordinates look wrapped"),
        "{error}"
    );
    assert_eq!(live.frames(), 5);
}

#[test]
fn a_feed_that_fails_names_the_place_and_keeps_what_came_before() {
    let go_on = |_: &EnergyAccumulator| ControlFlow::Continue(());
    let mut live = accumulator();
    let text = "-1.5\n-1.25\n-1.0\nnone\n-1.5\n";
    let error = feed_energies(&mut live, rows(text.as_bytes()), go_on).unwrap_err();
    assert!(
        matches!(error, FeedError::Source(_)) && error.to_string().contains("made up:4"),
        "{error}"
    );
    assert_eq!(live.samples(), 3);

    let mut live = accumulator();
    let steps = [5, 6, 7, 9].map(|step| Ok::<_, OnlineError>((step, -1.0)));
    let error = feed_energies(&mut live, steps, go_on).unwrap_err();
    assert_eq!(error.to_string(), "sample 3 is of step 9, expected 8");
    assert_eq!(live.samples(), 3);

    let mut live = (accumulator(), accumulator());
    let samples = (0..5000).map(|i| Ok::<_, OnlineError>((i, if i == 4321 { f64::NAN } else { -1.0 })));
    let error = feed_energies(&mut live, samples, |_| ControlFlow::Continue(())).unwrap_err();
    assert!(error.to_string().starts_with("sample 4321 is NaN"), "{error}");
    assert_eq!((live.0.samples(), live.1.samples()), (4321, 4321));

    let mut live = frames();
    let wrapped = Flight {
        frame: 0,
        until: 10,
        convention: Convention::Wrapped,
    };
    let error = feed_frames(&mut live, wrapped, |_| ControlFlow::Continue(())).unwrap_err();
    assert!(
        error
            .to_string()
            .starts_with("the source has wrapped coordinates"),
        "{error}"
    );
}
