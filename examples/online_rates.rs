//! What accumulators cost, and whether that changes as the run grows: samples or frames a second,
//! memory, bytes of a checkpoint and of the sums that ranks send each other:
//! `cargo run --release --example online_rates -- 1e9`, on a machine that does nothing else.
#![allow(clippy::print_stdout, reason = "a program that prints")]

use std::time::Instant;

use msed::online::{DisplacementAccumulator, EnergyAccumulator, checkpoint};
use msed::trajectory::Species;
use msed::{EnergyKind, EnergySystem, Lags, Sampling};
use serde::Serialize;

/// Samples in a slice, made once: making them is not what is timed.
const SLICE: usize = 1 << 16;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let most: f64 = std::env::args().nth(1).map_or(Ok(1e7), |text| text.parse())?;
    let mut state = 1_u64;
    let mut energy = -7000.0;
    let slice: Vec<f64> = (0..SLICE)
        .map(|_| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            energy += 0.1 * (-7000.0 - energy) + (state >> 40) as f64 / (1 << 24) as f64 - 0.5;
            energy
        })
        .collect();
    let system = EnergySystem::new(Sampling::new(1, 0.005)?, 1000, EnergyKind::Total)?;
    let lags = Lags::logarithmic(20).up_to_samples(100_000);
    let short = Lags::logarithmic(20).up_to_samples(1000);
    type New<'a> = &'a dyn Fn() -> Result<EnergyAccumulator, msed::online::OnlineError>;
    let all: [(&str, New<'_>); 3] = [
        ("ring, lags to 1e3", &|| EnergyAccumulator::ring(system, &short)),
        ("block FFT, lags to 1e5", &|| {
            EnergyAccumulator::block_fft(system, &lags)
        }),
        ("multi-tau, 16 points, lags to 1e9", &|| {
            EnergyAccumulator::multi_tau(system, 16, system.sampling().lag(1_000_000_000))
        }),
    ];
    println!("accumulator,lags,count,seconds,per_second,resident_MB,checkpoint_bytes,sums_bytes");
    for (name, new) in all {
        let mut live = new()?;
        let mut clock = Clock::new();
        let mut next = 1e6;
        while next <= most {
            while (live.samples() as f64) < next {
                live.push_slice(&slice)?;
            }
            let (lags, count) = (live.lags().len(), live.samples());
            let rate = clock.rate(count);
            let sizes = [bytes(&live)?, bytes(&live.snapshot()?)?];
            clock.line(name, lags, rate, sizes);
            next *= 10.0;
        }
    }
    frames(most / 1e4)
}

/// A thousand particles: 30 lags to 100 frames, and 16 points a level to a million.
fn frames(most: f64) -> Result<(), Box<dyn std::error::Error>> {
    let species = Species::by_count([("A", 800), ("B", 200)])?;
    let lags = Lags::logarithmic(20).up_to_samples(100);
    let sampling = Sampling::new(100, 0.005)?;
    let kinds = [
        (
            "frames, lags to 1e2",
            DisplacementAccumulator::new(sampling, &species, &lags)?,
        ),
        (
            "frames, multi-tau, lags to 1e6",
            DisplacementAccumulator::multi_tau(sampling, &species, 16, sampling.lag(1_000_000))?,
        ),
    ];
    for (name, live) in kinds {
        let mut live = live.with_overlap(0.3)?;
        let mut positions: Vec<f64> = (0..3000).map(|i| f64::from(i * i % 941) / 100.0).collect();
        let mut clock = Clock::new();
        let mut next = 1e2;
        while next <= most {
            while (live.frames() as f64) < next {
                positions.iter_mut().step_by(7).for_each(|x| *x += 0.003);
                live.push(&positions)?;
            }
            let (lags, count) = (live.lags().len(), live.frames());
            let rate = clock.rate(count);
            let sizes = [bytes(&live)?, bytes(&live.snapshot()?)?];
            clock.line(name, lags, rate, sizes);
            next *= 10.0;
        }
    }
    Ok(())
}

/// Bytes of the state, as a checkpoint holds it.
fn bytes<T: Serialize>(value: &T) -> Result<u64, Box<dyn std::error::Error>> {
    let file = std::env::temp_dir().join(format!("online_rates-{}.msed", std::process::id()));
    checkpoint::save(value, &file)?;
    let length = std::fs::metadata(&file)?.len();
    std::fs::remove_file(&file)?;
    Ok(length)
}

/// The time of an accumulator's life, without that of its checkpoints.
struct Clock {
    start: Instant,
    /// Seconds at the last stop, seconds counted, and samples at the last stop.
    stopped: f64,
    counted: f64,
    count: u64,
}

impl Clock {
    fn new() -> Self {
        let mut clock = Self {
            start: Instant::now(),
            stopped: 0.0,
            counted: 0.0,
            count: 0,
        };
        clock.stopped = clock.now();
        clock
    }

    fn now(&self) -> f64 {
        self.start.elapsed().as_secs_f64()
    }

    /// The rate since the line before.
    fn rate(&mut self, count: u64) -> f64 {
        let seconds = self.now() - self.stopped;
        let rate = (count - self.count) as f64 / seconds;
        self.counted += seconds;
        self.count = count;
        rate
    }

    fn line(&mut self, name: &str, lags: usize, rate: f64, [checkpoint, sums]: [u64; 2]) {
        let (count, seconds, memory) = (self.count, self.counted, resident());
        println!("\"{name}\",{lags},{count},{seconds:.3},{rate:.3e},{memory},{checkpoint},{sums}");
        self.stopped = self.now();
    }
}

/// Megabytes of the process in memory; 0 where the system does not say.
fn resident() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmRSS"));
    let kilobytes = line.and_then(|line| line.split_whitespace().nth(1)?.parse::<u64>().ok());
    kilobytes.unwrap_or(0) / 1000
}
