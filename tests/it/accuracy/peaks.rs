//! Peaks of α₂ and χ₄ for particles in cages that jump now and then, where both are known, and
//! those of segments of the shipped runs beside those of the whole.

use msed::relaxation::{self, NoExtremum};
use msed::structure;
use msed::trajectory::{Species, Trajectory};
use msed::{Curve, Estimate, Lags, Resampling};
use rand::prelude::*;
use rand_distr::{Poisson, StandardNormal};
use rand_pcg::Pcg64;
use statrs::function::erf::erf;

use crate::common::shipped;

/// Variance of a caged particle along each axis, much faster than the frames.
const CAGE: f64 = 0.01;
/// Variance of a jump along each axis.
const JUMP: f64 = 0.2;
/// Jumps a particle and frame.
const RATE: f64 = 0.02;
const PARTICLES: usize = 200;
const RADIUS: f64 = 0.6;

fn cages_with_jumps(frames: usize, seed: u64) -> Trajectory<'static, f64> {
    let mut random = Pcg64::seed_from_u64(seed);
    let jumps = Poisson::new(RATE).expect("a rate");
    let mut centres = vec![0.0; 3 * PARTICLES];
    let mut positions = Vec::with_capacity(3 * PARTICLES * frames);
    for _ in 0..frames {
        for particle in centres.chunks_exact_mut(3) {
            let variance = jumps.sample(&mut random) * JUMP;
            for x in particle {
                let [step, vibration]: [f64; 2] = std::array::from_fn(|_| random.sample(StandardNormal));
                *x += variance.sqrt() * step;
                positions.push(*x + CAGE.sqrt() * vibration);
            }
        }
    }
    let steps: Vec<u64> = (0..frames as u64).collect();
    let species = Species::single("A", PARTICLES).expect("particles");
    Trajectory::new(positions, steps, 1.0, species).expect("a trajectory")
}

/// The fraction of displacements below the radius: after n jumps they are Gaussian with variance
/// `2 CAGE + n JUMP`.
fn overlap(time: f64) -> f64 {
    let mut weight = (-RATE * time).exp();
    let mut sum = 0.0;
    for n in 0..200 {
        let x = RADIUS / (2.0 * CAGE + f64::from(n) * JUMP).sqrt();
        let inside = erf(x / 2_f64.sqrt()) - (2.0 / std::f64::consts::PI).sqrt() * x * (-0.5 * x * x).exp();
        sum += weight * inside;
        weight *= RATE * time / f64::from(n + 1);
    }
    sum
}

/// When half of the particles have left.
fn half_time() -> f64 {
    let (mut low, mut high) = (1.0, 1000.0);
    for _ in 0..60 {
        let middle = 0.5 * (low + high);
        if overlap(middle) > 0.5 {
            low = middle;
        } else {
            high = middle;
        }
    }
    low
}

/// The number is within `z` standard errors of `expected`, and these are smaller than `largest` of
/// it.
fn assert_agrees(what: &str, found: &Estimate, expected: f64, largest: f64) {
    let error = found.standard_error().expect("an error");
    println!("{what}: {found}, expected {expected:.4}");
    assert!(error < largest * expected, "{what}: {found}");
    assert!(
        (found.value() - expected).abs() < 3.0 * error,
        "{what}: {found}, expected {expected}"
    );
}

#[test]
fn peaks_are_where_cages_with_jumps_have_them() {
    let run = cages_with_jumps(6000, 5);
    let lags = Lags::logarithmic(20).up_to_fraction(0.1);
    let moved = structure::displacements(&run, &lags, RADIUS, Resampling::Blocks(10)).expect("curves");
    // Given n jumps the displacement is Gaussian, so that alpha2 is the relative variance of 2 CAGE + n JUMP.
    let alpha2 = relaxation::peak(&moved.all().alpha2).expect("finite values");
    let Some(found) = alpha2.value() else {
        panic!("{alpha2}");
    };
    assert_agrees("time of alpha2", &found.time, 2.0 * CAGE / (RATE * JUMP), 0.05);
    assert_agrees("height of alpha2", &found.value, JUMP / (8.0 * CAGE), 0.05);
    // Particles that know nothing of each other: chi4 = Q (1 - Q).
    let chi4 = relaxation::peak(moved.all().chi4().unwrap()).expect("finite values");
    let Some(found) = chi4.value() else {
        panic!("{chi4}");
    };
    assert_agrees("time of chi4", &found.time, half_time(), 0.25);
    assert_agrees("height of chi4", &found.value, 0.25, 0.25);
}

/// Over many runs the interval of one standard error, with Student's t, should hold the truth in 68
/// % of the cases.
#[test]
fn the_errors_of_the_peak_of_alpha2_cover_its_scatter() {
    let expected = [2.0 * CAGE / (RATE * JUMP), JUMP / (8.0 * CAGE)];
    let mut held = [0, 0];
    let runs = 60;
    for seed in 0..runs {
        let run = cages_with_jumps(600, 100 + seed);
        let lags = Lags::logarithmic(20).up_to_fraction(0.1);
        let moved = structure::displacements(&run, &lags, RADIUS, Resampling::Blocks(10)).expect("curves");
        let peak = relaxation::peak(&moved.all().alpha2).expect("finite values");
        let Some(found) = peak.value() else {
            panic!("{peak}");
        };
        for (k, found) in [&found.time, &found.value].into_iter().enumerate() {
            let [low, high] = found.interval(0.6827).expect("an interval");
            held[k] += u32::from(low <= expected[k] && expected[k] <= high);
        }
    }
    println!("time {} of {runs}, height {} of {runs}", held[0], held[1]);
    // Binomial: 41 expected, with a standard deviation of 3.6.
    for count in held {
        assert!((31..=51).contains(&count), "{held:?} of {runs}");
    }
}

/// Squared deviations of the peaks of segments from that of the whole run, in standard errors.
#[derive(Default)]
struct Deviations {
    segments: usize,
    /// Those with a peak, and the sums over them for its time and its height.
    resolved: usize,
    squares: [f64; 2],
}

impl Deviations {
    fn add(&mut self, segment: &Curve, whole: &Curve) {
        self.segments += 1;
        let peak = |curve: &Curve| relaxation::peak(curve).expect("finite values");
        let whole = peak(whole).into_result().expect("the whole run has a peak");
        match peak(segment).into_result() {
            Ok(found) => {
                self.resolved += 1;
                let numbers = [(&found.time, &whole.time), (&found.value, &whole.value)];
                for (sum, (found, whole)) in self.squares.iter_mut().zip(numbers) {
                    let error = found.standard_error().expect("an error");
                    *sum += ((found.value() - whole.value()) / error).powi(2);
                }
            }
            Err(NoExtremum::AtShortestLag { .. }) => panic!("a peak at the shortest lag"),
            Err(_) => {}
        }
    }

    fn mean_squares(&self) -> [f64; 2] {
        self.squares.map(|sum| sum / self.resolved as f64)
    }
}

/// Segments of 10 to 40 tau_alpha of the shipped runs, each half a segment after the one before,
/// for A and for B.
///
/// A segment is part of the whole, so that the variance of their difference is that of the segment
/// less that of the whole: the segment's own error alone is what a deviation is measured in, and
/// its square is 9/7 on average where ten blocks give the error.
#[test]
fn peaks_of_segments_scatter_as_their_errors_say() {
    // By length, for chi4 and alpha2.
    let lengths = [10.0, 15.0, 20.0, 30.0, 40.0];
    let mut found: [[Deviations; 5]; 2] = Default::default();
    for (name, tau_alpha) in [("T1.000", 1.266), ("T0.700", 4.33), ("T0.600", 14.5)] {
        let run = shipped::kob_andersen::<f32>(&format!("{name}/trajectory.xtc"));
        let lags = Lags::logarithmic(20).up_to_fraction(0.12);
        let curves = |run: &Trajectory<'_, f32>| {
            let moved = structure::displacements(run, &lags, 0.3, Resampling::Blocks(10)).expect("curves");
            ["A", "B"].map(|species| {
                let one = moved.of(species).expect("the species");
                [one.chi4().expect("a radius").clone(), one.alpha2.clone()]
            })
        };
        let whole = curves(&run);
        let interval = run.lag_table(&Lags::samples([1])).expect("frames").lags()[0].time(run.time_step());
        for (length, tau_alphas) in lengths.into_iter().enumerate() {
            let frames = (tau_alphas * tau_alpha / interval).round() as usize;
            for start in (0..=run.frames() - frames).step_by(frames / 2) {
                let segment = curves(&run.slice(start..start + frames).expect("frames"));
                for (segment, whole) in segment.iter().zip(&whole) {
                    for (kind, found) in found.iter_mut().enumerate() {
                        found[length].add(&segment[kind], &whole[kind]);
                    }
                }
            }
        }
    }
    for (of_kind, name) in found.iter().zip(["chi4", "alpha2"]) {
        for (found, length) in of_kind.iter().zip(lengths) {
            let (resolved, [time, height]) = (found.resolved, found.mean_squares());
            println!(
                "{name}, {length} tau_alpha: {resolved} of {}, z2 {time:.2} {height:.2}",
                found.segments
            );
        }
        let resolved: usize = of_kind.iter().map(|found| found.resolved).sum();
        for number in 0..2 {
            let sum: f64 = of_kind.iter().map(|found| found.squares[number]).sum();
            let mean = sum / resolved as f64;
            assert!(mean < 2.0, "{name}, number {number}: {mean} of {resolved}");
        }
    }
    let part = |kind: usize, length: usize| {
        let found: &Deviations = &found[kind][length];
        found.resolved as f64 / found.segments as f64
    };
    // A run that is long enough has a peak, and one that is too short for chi4 has none.
    assert!(part(0, 4) > 0.5 && part(1, 3) > 0.5 && part(1, 4) > 0.8);
    assert!((0..3).all(|length| part(0, length) < 0.05));
}
