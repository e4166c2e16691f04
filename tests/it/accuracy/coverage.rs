//! How often intervals hold the truth, on series whose truth is known. The constants were fixed
//! before the first run; docs/errors.md has the figures of 500 runs each, by the same code:
//! `cargo run --release --example coverage -- 500 100`.

#[path = "../../../examples/coverage/energies.rs"]
mod energies;
#[path = "../../../examples/coverage/motion.rs"]
mod motion;
#[path = "../../../examples/coverage/tally.rs"]
mod tally;

use std::ops::RangeInclusive;
use std::sync::LazyLock;

use energies::{
    EQ11, FISHER, GENERALISED, HALF, HEAT_CAPACITY, LEAST_SQUARES, Outcome, RISE, Source, Study, TAU, TIME,
    UNIFORM, UNIFORM_LEAST_SQUARES, VARIANCE, WHITTLE,
};
use msed::Resampling;
use msed::spectrum::GaussianModel;

use crate::common::synthetic;

/// 200 runs know a coverage of 68 % to 3.3 %, and 100 runs to 4.7 %: the bounds are three of these
/// away.
const OF_200: RangeInclusive<f64> = 0.58..=0.78;
const OF_100: RangeInclusive<f64> = 0.54..=0.83;

fn outcome(source: Source, length: usize, blocks: usize, runs: u64) -> (String, Outcome) {
    let name = format!("{}, {length} tau*", source.name);
    let study = Study {
        source,
        length,
        resampling: Resampling::Blocks(blocks),
        runs,
    };
    (name, study.run())
}

/// Blocks of 30 relaxation times, 200 runs.
static LONG: LazyLock<[(String, Outcome); 2]> =
    LazyLock::new(|| [Source::gaussian(), Source::telegraph()].map(|source| outcome(source, 300, 10, 200)));
/// Blocks of 15 relaxation times or more, 100 runs.
static GAUSSIAN: LazyLock<[(String, Outcome); 4]> = LazyLock::new(|| {
    [
        outcome(Source::gaussian(), 100, 6, 100),
        outcome(Source::gaussian(), 300, 20, 100),
        outcome(Source::mixture(), 100, 6, 100),
        outcome(Source::mixture(), 300, 20, 100),
    ]
});

fn assert_covers(
    name: &str,
    outcome: &Outcome,
    by: &'static str,
    of: &'static str,
    bounds: &RangeInclusive<f64>,
) {
    let tally = outcome.tally((by, of));
    assert_eq!(tally.with_error(), tally.of(), "{name}: {by}, {of}");
    let coverage = tally.coverage();
    println!("{name}: {by}, {of} {coverage:.3}");
    assert!(bounds.contains(&coverage), "{name}: {by}, {of} {coverage}");
}

#[test]
fn intervals_of_relaxation_time_and_rise_cover_as_often_as_they_say() {
    for (name, outcome) in LONG.iter() {
        for by in [EQ11, UNIFORM] {
            assert_covers(name, outcome, by, TIME, &OF_200);
            assert_covers(name, outcome, by, RISE, &OF_200);
        }
        assert_eq!(outcome.resolved, 200, "{name}");
    }
}

/// Lags are correlated: least squares that take them as independent give bars that are too short.
#[test]
fn least_squares_errors_cover_far_too_rarely() {
    for (name, outcome) in LONG.iter() {
        for by in [LEAST_SQUARES, UNIFORM_LEAST_SQUARES] {
            for of in [TIME, RISE] {
                let coverage = outcome.tally((by, of)).coverage();
                println!("{name}: {by}, {of} {coverage:.3}");
                assert!(coverage < 0.5, "{name}: {by}, {of} {coverage}");
            }
        }
    }
}

#[test]
fn intervals_of_the_heat_capacity_cover_as_often_as_they_say() {
    for (name, outcome) in LONG.iter() {
        assert_covers(name, outcome, VARIANCE, HEAT_CAPACITY, &OF_200);
    }
}

/// In a mixture of relaxation times the truth is the same fit to what is expected of the data.
#[test]
fn intervals_of_the_efficient_estimators_cover_as_often_as_they_say() {
    for (name, outcome) in GAUSSIAN.iter() {
        // The two times of the mixture lie a factor of four apart. The spectrum may take the faster
        // one for a fast relaxation, and then there is no one truth of an exponential form.
        let is_mixture = name.starts_with(Source::mixture().name);
        let by_form: &[&str] = if is_mixture {
            &[GENERALISED]
        } else {
            &[WHITTLE, FISHER, GENERALISED]
        };
        for &by in by_form {
            assert_covers(name, outcome, by, TIME, &OF_100);
            assert_covers(name, outcome, by, RISE, &OF_100);
        }
    }
}

/// Jumps between two levels have no fourth cumulant to speak of: their variance, and with it Um²,
/// is known far better than that of a Gaussian series.
#[test]
fn fisher_errors_of_a_series_that_is_not_gaussian_are_far_off_and_resampled_ones_are_not() {
    let (name, outcome) = &LONG[1];
    let fisher = outcome.tally((FISHER, RISE)).coverage();
    println!("{name}: {fisher:.3}");
    assert!(fisher > 0.95, "{fisher}");
    assert_covers(name, outcome, WHITTLE, RISE, &OF_200);
}

/// 100 runs know a spread to 7 %.
#[test]
fn the_spectrum_reaches_the_cramer_rao_bound_and_the_process_foresees_the_errors() {
    let model = GaussianModel::new(2.0 * HALF, 2.0 * HALF, TAU, 1.0).unwrap();
    for ((name, outcome), length) in GAUSSIAN.iter().zip([100.0, 300.0]) {
        let expected = model.expected_errors(1.0, length * TAU).unwrap();
        let spread = |by, of| outcome.tally((by, of)).log_spread();
        for (of, found, expected) in [
            (TIME, spread(WHITTLE, TIME), expected.relaxation_time),
            (RISE, spread(WHITTLE, RISE), expected.um_squared),
            (
                HEAT_CAPACITY,
                spread(VARIANCE, HEAT_CAPACITY),
                expected.heat_capacity(0.0),
            ),
        ] {
            println!("{name}: {of} {found:.4}, expected {expected:.4}");
            assert!(
                (found / expected).ln().abs() < 0.21,
                "{name}: {of} {found}, expected {expected}"
            );
        }
        let wasted = spread(EQ11, TIME) / expected.relaxation_time;
        println!("{name}: Eq. (11) {wasted:.3}");
        assert!(wasted > 1.2, "{name}: {wasted}");
    }
}

#[test]
fn runs_of_thirty_relaxation_times_warn() {
    let (_, outcome) = outcome(Source::gaussian(), 30, 5, 100);
    println!("{:?} of 100", outcome.warned);
    assert!(
        outcome.warned.iter().all(|&warned| warned >= 97),
        "{:?}",
        outcome.warned
    );
}

#[test]
fn intervals_of_tau_alpha_and_diffusion_cover_as_often_as_they_say() {
    for (name, tally) in motion::study(100) {
        let coverage = tally.coverage();
        println!("{name}: {coverage:.3} of {}", tally.with_error());
        assert!(tally.with_error() >= 95, "{name}: {}", tally.with_error());
        assert!(OF_100.contains(&coverage), "{name}: {coverage}");
    }
}
