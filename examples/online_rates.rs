//! Samples a second of the accumulators of energies, and whether that changes as the run grows:
//! `cargo run --release --example online_rates -- 1e9`. Seconds are those on a processor where the system tells them, so that other
//! work of the machine counts less.
#![allow(clippy::print_stdout, reason = "a program that prints")]

use std::time::Instant;

use msed::online::EnergyAccumulator;
use msed::{EnergyKind, Lags, Sampling};

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
    let (sampling, kind) = (Sampling::new(1, 0.005)?, EnergyKind::Total);
    let lags = Lags::logarithmic(20).up_to_samples(100_000);
    let short = Lags::logarithmic(20).up_to_samples(1000);
    let planned = 1_000_000;
    type New<'a> = &'a dyn Fn() -> Result<EnergyAccumulator, msed::online::OnlineError>;
    let all: [(&str, New<'_>); 3] = [
        ("ring, lags to 1e3", &|| {
            EnergyAccumulator::ring(sampling, 1000, kind, &short, planned)
        }),
        ("block FFT, lags to 1e5", &|| {
            EnergyAccumulator::block_fft(sampling, 1000, kind, &lags, planned)
        }),
        ("multi-tau, 16 points, lags to 1e9", &|| {
            EnergyAccumulator::multi_tau(sampling, 1000, kind, 16, 1_000_000_000)
        }),
    ];
    println!("accumulator,lags,samples,seconds,samples_per_second,resident_MB");
    for (name, new) in all {
        let mut live = new()?;
        let mut next = 1e6;
        let start = Instant::now();
        let clock = || on_processor().unwrap_or_else(|| start.elapsed().as_secs_f64());
        let begin = clock();
        let mut before = (0, 0.0);
        while next <= most {
            while (live.samples() as f64) < next {
                live.push_slice(&slice)?;
            }
            // The rate since the line before.
            let seconds = clock() - begin;
            let rate = (live.samples() - before.0) as f64 / (seconds - before.1);
            let (lags, samples, memory) = (live.lags().len(), live.samples(), resident());
            println!("\"{name}\",{lags},{samples},{seconds:.3},{rate:.3e},{memory}");
            before = (samples, seconds);
            next *= 10.0;
        }
    }
    Ok(())
}

/// Seconds that this thread has spent on a processor.
fn on_processor() -> Option<f64> {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    Some(1e-9 * text.split(' ').next()?.parse::<f64>().ok()?)
}

/// Megabytes of the process in memory; 0 where the system does not say.
fn resident() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmRSS"));
    let kilobytes = line.and_then(|line| line.split_whitespace().nth(1)?.parse::<u64>().ok());
    kilobytes.unwrap_or(0) / 1000
}
