//! Numbers from displacements — D, the plateau's time, distributions of distance — where the answer
//! is known.

use std::f64::consts::PI;

use msed::relaxation::{
    Diffusion, FitError, NoExtremum, NotDiffusive, SquaredDisplacement, diffusion, diffusion_within, tau_beta,
};
use msed::stats::{Outcome, Resamples, RunId};
use msed::structure::{self, RadialBins};
use msed::trajectory::{Species, Trajectory};
use msed::{Curve, Estimate, Lag, Lags, Resampling};
use rand::prelude::*;
use rand_distr::StandardNormal;
use rand_pcg::Pcg64;

/// A curve that follows a function of time, with independent relative noise on ten resamples.
fn curve(lags: &[u64], noise: f64, of: impl Fn(f64) -> f64) -> Curve {
    let mut rng = Pcg64::seed_from_u64(17);
    let values: Vec<f64> = lags.iter().map(|&lag| of(lag as f64 * 0.01)).collect();
    let mut noisy = || -> Vec<f64> {
        let relative = |rng: &mut Pcg64| -> f64 { rng.sample(StandardNormal) };
        values
            .iter()
            .map(|x| x * (1.0 + noise * relative(&mut rng)))
            .collect()
    };
    let replicates = if noise > 0.0 {
        (0..10).map(|_| noisy()).collect()
    } else {
        Vec::new()
    };
    let how = if noise > 0.0 {
        Resampling::Blocks(10)
    } else {
        Resampling::None
    };
    let resamples = Resamples::new(RunId::named("run"), how, 10);
    Curve::from_replicates(
        lags.iter().copied().map(Lag::from_steps).collect(),
        0.01,
        values,
        vec![100; lags.len()],
        replicates,
        resamples,
        Lag::from_steps(u64::MAX),
    )
}

fn log_lags(last: u64) -> Vec<u64> {
    let mut lags: Vec<u64> = (0..)
        .map(|k| 10_f64.powf(f64::from(k) / 20.0).round() as u64)
        .take_while(|&l| l <= last)
        .collect();
    lags.dedup();
    lags
}

/// Brownian particles with `<x²> = 2 D t` along each axis.
fn brownian(frames: usize, particles: usize, d: f64, seed: u64) -> Trajectory<'static, f64> {
    let mut rng = Pcg64::seed_from_u64(seed);
    let mut positions = vec![0.0; 3 * particles];
    for i in 3 * particles..3 * particles * frames {
        let step: f64 = rng.sample(StandardNormal);
        positions.push(positions[i - 3 * particles] + (2.0 * d * 0.1).sqrt() * step);
    }
    let steps: Vec<u64> = (0..frames as u64).map(|i| 20 * i).collect();
    Trajectory::new(
        positions,
        steps,
        0.005,
        Species::single("A", particles).expect("species"),
    )
    .expect("a trajectory")
}

/// Of a mean squared displacement in three dimensions.
fn total(curve: &Curve) -> SquaredDisplacement {
    SquaredDisplacement::new(curve.clone(), 3).unwrap()
}

fn reached(found: Outcome<Diffusion, NotDiffusive>) -> Diffusion {
    found.into_result().unwrap_or_else(|why| panic!("{why}"))
}

#[test]
fn a_straight_line_gives_its_slope_and_intercept() {
    let msd = curve(&log_lags(10_000), 0.0, |t| 0.3 + 6.0 * 0.02 * t);
    let given = diffusion_within(&total(&msd), 1.0..=50.0).unwrap();
    assert!((given.coefficient.value() - 0.02).abs() < 1e-14);
    assert!((given.intercept.value() - 0.3).abs() < 1e-12);
    assert_eq!(given.window, [1.0, 44.67]);
    assert_eq!(given.coefficient.standard_error(), None);
    let component = SquaredDisplacement::new(msd, 1).unwrap();
    let component = diffusion_within(&component, 1.0..=50.0).unwrap();
    assert!((component.coefficient.value() - 0.06).abs() < 1e-14);
    // The slope is 1 within 0.05 from where the intercept is a twentieth of the whole: t =
    // 0.3/0.12/0.05 = 50.
    let far = curve(&log_lags(100_000), 0.0, |t| 0.3 + 6.0 * 0.02 * t);
    let automatic = reached(diffusion(&total(&far)));
    assert!(
        automatic.window[0] > 25.0 && automatic.window[0] < 52.0,
        "{:?}",
        automatic.window
    );
    assert!((automatic.coefficient.value() - 0.02).abs() < 1e-12);
}

#[test]
fn caged_and_ballistic_motion_is_not_diffusive() {
    for (exponent, noise) in [(0.5, 0.0), (0.5, 0.02), (2.0, 0.02), (0.85, 0.01)] {
        let msd = curve(&log_lags(1000), noise, |t| t.powf(exponent));
        match diffusion(&total(&msd)) {
            Outcome::Unresolved(NotDiffusive::Slope { log_slope, time }) => {
                assert!((log_slope.value() - exponent).abs() < 1e-9);
                assert!((time - 6.7).abs() < 0.1, "{time}");
            }
            other => panic!("{exponent}: {other:?}"),
        }
    }
    // Errors so large that any slope is 1 within them are no evidence either.
    let vague = curve(&log_lags(1000), 0.5, |t| t.powf(0.5));
    assert!(!diffusion(&total(&vague)).is_resolved());
    let short = curve(&[1], 0.0, |t| t);
    let few = diffusion(&total(&short));
    assert_eq!(few, Outcome::Unresolved(NotDiffusive::TooFewLags { found: 1 }));
}

#[test]
fn brownian_motion_is_diffusive_from_the_start() {
    let run = brownian(2000, 50, 0.04, 1);
    let lags = Lags::logarithmic(10).up_to_fraction(0.1);
    let msd = structure::msd(&run, &lags, Resampling::default()).unwrap();
    let found = reached(diffusion(&total(&msd.all().total)));
    assert!(found.window[0] < 0.5, "{:?}", found.window);
    let (d, error) = (
        found.coefficient.value(),
        found.coefficient.standard_error().unwrap(),
    );
    assert!(
        error > 0.0 && error < 0.001 && (d - 0.04).abs() < 4.0 * error,
        "{d} {error}"
    );
    assert!((found.log_slope.unwrap().value() - 1.0).abs() < 0.1);
}

#[test]
fn the_error_of_d_covers_its_scatter() {
    let lags = Lags::logarithmic(10).up_to_fraction(0.1);
    let mut inside = 0;
    for seed in 0..200 {
        let msd = structure::msd(&brownian(500, 8, 0.04, seed), &lags, Resampling::default()).unwrap();
        let found = diffusion_within(&total(&msd.all().total), 0.1..=5.0).unwrap();
        let [low, high] = found.coefficient.interval(0.6827).unwrap();
        inside += u32::from(low <= 0.04 && 0.04 <= high);
    }
    // 68 % of 200, and three standard errors of a binomial either way.
    assert!((116..=157).contains(&inside), "{inside} of 200");
}

#[test]
fn impossible_windows_are_refused() {
    let msd = curve(&log_lags(100), 0.0, |t| t);
    let error = diffusion_within(&total(&msd), 5.0..=9.0).unwrap_err();
    assert_eq!(
        error,
        FitError::TooFewPoints {
            found: 0,
            expected: 2,
            window: [5.0, 9.0],
            reach: Some([0.01, 1.0])
        }
    );
    assert_eq!(
        error.to_string(),
        "0 lags in the fit window from 5 to 9, expected at least 2: as many as there are parameters; the curve reaches from 0.01 to 1"
    );
    assert_eq!(
        SquaredDisplacement::new(msd, 0).unwrap_err().to_string(),
        "dimensions 0, expected 3 for the mean squared displacement, 1 for a component"
    );
}

/// Ballistic, a plateau with an overshoot of relative size `overshoot`, and diffusion.
fn caged(overshoot: f64) -> impl Fn(f64) -> f64 {
    move |t| {
        let vibration =
            1.0 - (-(t / 0.1) * (t / 0.1)).exp() + overshoot * (t / 0.3).powi(2) * (-(t / 0.3).powi(2)).exp();
        0.05 * vibration + 6.0 * 0.0005 * t
    }
}

#[test]
fn an_overshoot_and_the_flattest_point_are_found() {
    let lags: Vec<u64> = log_lags(10_000);
    for noise in [0.0, 0.003] {
        let msd = curve(&lags, noise, caged(0.5));
        let found = tau_beta(&msd);
        let time = &found.msd_maximum.value().expect("a maximum").time;
        assert!((time.value() - 0.29).abs() < 0.04, "{time}");
        assert_eq!(time.standard_error().is_some(), noise > 0.0);
        let flattest = &found.log_slope_minimum.value().expect("a minimum").time;
        assert!(flattest.value() > time.value(), "{flattest}");
        let plain = tau_beta(&curve(&lags, noise, caged(0.0)));
        assert!(
            matches!(
                plain.msd_maximum,
                Outcome::Unresolved(NoExtremum::NoMaximum { .. })
            ) || noise > 0.0
        );
        // d ln MSD / d ln t of the model, by its own derivative on a fine grid.
        let slope = |t: f64| (caged(0.0)(t * 1.001) / caged(0.0)(t / 1.001)).ln() / (2.0 * 1.001_f64.ln());
        let exact = (0..4000)
            .map(|i| 0.05 * 1.001_f64.powi(i))
            .min_by(|&a, &b| slope(a).total_cmp(&slope(b)))
            .unwrap();
        let time = plain.log_slope_minimum.value().expect("a minimum").time.value();
        // Slopes lie 0.23 apart in ln t.
        assert!((time / exact).ln().abs() < 0.12, "{time} {exact}");
    }
}

/// A slope that one resample does not have leaves its differences without an error, and without one
/// nothing stands out.
#[test]
fn a_slope_that_a_resample_does_not_have_is_no_minimum() {
    let whole = curve(&log_lags(10_000), 0.003, caged(0.0));
    let time = tau_beta(&whole)
        .log_slope_minimum
        .value()
        .expect("a minimum")
        .time
        .value();
    let mut replicates: Vec<Vec<f64>> = (0..10).map(|r| whole.replicate(r).to_vec()).collect();
    // On the first resample the curve changes its sign where its slope is smallest.
    for (value, t) in replicates[0].iter_mut().zip(whole.lag_times()) {
        if t < time {
            *value = -*value;
        }
    }
    let broken = Curve::from_replicates(
        whole.lags().to_vec(),
        whole.time_step(),
        whole.values().to_vec(),
        whole.origins().to_vec(),
        replicates,
        whole.resamples(),
        whole.longest_with_error(),
    );
    let found = tau_beta(&broken).log_slope_minimum;
    let Outcome::Unresolved(NoExtremum::Shallow { change, .. }) = &found else {
        panic!("{found}");
    };
    assert_eq!(change.standard_error(), None);
    // Without resamples there are no errors to ask for, and any rise will do.
    let plain = tau_beta(&curve(&log_lags(10_000), 0.0, caged(0.0)));
    assert!(plain.log_slope_minimum.is_resolved());
}

#[test]
fn a_plateau_that_the_frames_miss_is_not_resolved() {
    let late: Vec<u64> = log_lags(10_000).into_iter().filter(|&lag| lag >= 100).collect();
    let found = tau_beta(&curve(&late, 0.003, caged(0.0)));
    match &found.log_slope_minimum {
        Outcome::Unresolved(why @ NoExtremum::AtShortestLag { time, .. }) => {
            assert!((time - 1.12).abs() < 0.05, "{time}");
            let text = why.to_string();
            let slope = "d ln MSD / d ln t is smallest at the shortest lags, ";
            assert!(
                text.contains(slope) && text.ends_with("; the frames are too far apart"),
                "{why}"
            );
        }
        other => panic!("{other:?}"),
    }
    let early: Vec<u64> = log_lags(20);
    let found = tau_beta(&curve(&early, 0.003, caged(0.0)));
    assert!(
        matches!(
            found.log_slope_minimum,
            Outcome::Unresolved(NoExtremum::AtLongestLag { .. })
        ),
        "{found:?}"
    );
    let noisy = tau_beta(&curve(&log_lags(10_000), 0.3, |t| t));
    assert!(
        !noisy.log_slope_minimum.is_resolved() && !noisy.msd_maximum.is_resolved(),
        "{noisy:?}"
    );
    let rising = tau_beta(&curve(&[1, 2, 4], 0.0, |t| t)).msd_maximum;
    assert_eq!(rising.to_string(), "not resolved: the MSD rises over all 3 lags");
    let two = tau_beta(&curve(&[1, 2], 0.0, |t| t));
    assert_eq!(
        two.msd_maximum,
        Outcome::Unresolved(NoExtremum::TooFewLags { found: 2 })
    );
}

#[test]
fn distances_of_gaussian_displacements_follow_maxwell() {
    let run = brownian(400, 200, 0.04, 5);
    let lags = Lags::samples([1, 10]);
    let linear = structure::van_hove(
        &run,
        &lags,
        &RadialBins::linear(1.5, 30).unwrap(),
        Resampling::default(),
    )
    .unwrap();
    let logarithmic = RadialBins::logarithmic(0.01, 10.0, 60).unwrap();
    let logarithmic = structure::van_hove(&run, &lags, &logarithmic, Resampling::default()).unwrap();
    for (k, frames) in [(0, 1.0), (1, 10.0)] {
        let (at, at_log) = (&linear.all()[k], &logarithmic.all()[k]);
        assert!((at.lag_time - 0.1 * frames).abs() < 1e-12);
        assert_eq!(at.origins, 400 - frames as u64);
        let msd = 6.0 * 0.04 * 0.1 * frames;
        assert!((at.msd.value() / msd - 1.0).abs() < 0.02);
        // The fraction of a Maxwell distribution of this variance in each bin, by Simpson's rule.
        let exact = |w: &[f64]| {
            let f = |r: f64| 4.0 * PI * r * r * (1.5 / (PI * msd)).powf(1.5) * (-1.5 * r * r / msd).exp();
            (w[1] - w[0]) / 6.0 * (f(w[0]) + 4.0 * f(0.5 * (w[0] + w[1])) + f(w[1]))
        };
        for (w, fraction) in at.bins.edges().windows(2).zip(&at.fractions) {
            assert!(
                (fraction.value() - exact(w)).abs() < 0.004,
                "{w:?}: {fraction} {}",
                exact(w)
            );
        }
        // Normalisations: of the fractions exactly, of the densities as integrals.
        let outside: f64 = at.outside.iter().map(Estimate::value).sum();
        let inside: f64 = at.fractions.iter().map(Estimate::value).sum();
        assert!((inside + outside - 1.0).abs() < 1e-12);
        let shells = at
            .bins
            .edges()
            .windows(2)
            .map(|w| 4.0 / 3.0 * PI * (w[1].powi(3) - w[0].powi(3)));
        let integral: f64 = shells.zip(&at.density).map(|(v, g)| v * g.value()).sum();
        assert!((integral + outside - 1.0).abs() < 1e-12);
        let width = (10.0_f64 / 0.01).log10() / 60.0;
        let density: Vec<f64> = at_log
            .log_density()
            .iter()
            .map(|p| p.as_ref().unwrap().value())
            .collect();
        let outside: f64 = at_log.outside.iter().map(Estimate::value).sum();
        assert!((density.iter().sum::<f64>() * width + outside - 1.0).abs() < 1e-12);
        let peak = density.iter().copied().fold(0.0, f64::max);
        assert!((peak - 2.13).abs() < 0.08, "{peak}");
        // P(log10 r) is ln(10) 4 pi r^3 G_s.
        let r = at_log.bins.centres()[30];
        let from_gaussian = 10_f64.ln() * 4.0 * PI * r.powi(3) * at_log.gaussian(r);
        assert!(
            (density[30] - from_gaussian).abs() < 0.15,
            "{} {from_gaussian}",
            density[30]
        );
        assert!(
            at.fractions[2]
                .standard_error()
                .is_some_and(|e| e > 0.0 && e < 0.01)
        );
    }
}

#[test]
fn distances_of_mixed_species_add_up_and_bins_are_half_open() {
    // Displacements of exactly 0, 0.25 and 0.5 along x; the bin [0.25, 0.5) has its lower edge
    // alone.
    let frames = [[0.0, 1.0, 2.0], [0.0, 1.25, 2.5]];
    let positions: Vec<f64> = frames.iter().flatten().flat_map(|&x| [x, 0.0, 0.0]).collect();
    let species = Species::by_name(["A", "B", "A"]).expect("species");
    let run = Trajectory::new(positions, vec![0, 1], 1.0, species).expect("a trajectory");
    let bins = RadialBins::linear(0.5, 2).unwrap();
    let found = structure::van_hove(&run, &Lags::samples([1]), &bins, Resampling::None).unwrap();
    let fractions = |s: &Vec<structure::VanHove>| -> Vec<f64> {
        let parts = s[0].fractions.iter().chain(&s[0].outside);
        parts.map(Estimate::value).collect()
    };
    assert_eq!(fractions(found.of("A").unwrap()), [0.5, 0.0, 0.0, 0.5]);
    assert_eq!(fractions(found.of("B").unwrap()), [0.0, 1.0, 0.0, 0.0]);
    let third = 1.0 / 3.0;
    for (found, wanted) in fractions(found.all()).iter().zip([third, third, 0.0, third]) {
        assert!((found - wanted).abs() < 1e-15);
    }
    assert_eq!(found.all()[0].origins, 1);
    assert!(found.all()[0].log_density()[0].is_none());
    for bins in [
        RadialBins::linear(0.0, 3),
        RadialBins::linear(1.0, 0),
        RadialBins::logarithmic(0.0, 1.0, 5),
    ] {
        assert!(
            bins.unwrap_err()
                .to_string()
                .contains("expected 1 to 1048576 between increasing finite distances")
        );
    }
}
