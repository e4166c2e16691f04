//! One machine for all errors: jackknife and bootstrap over the same blocks, and blocks that are
//! chosen.

use crate::common::synthetic::Process;
use msed::relaxation::{
    Caution, Covariance, Fit, FitError, Model, Reason, Weighting, diffusion_within, tau_alpha,
};
use msed::spectrum::{GaussianModel, Whittle, choose_blocks};
use msed::stats::{Resamples, RunId};
use msed::structure;
use msed::trajectory::{Particles, Species, Trajectory};
use msed::{
    Curve, EnergyKind, EnergySeries, Ensemble, Estimate, Lags, Replicas, Resampling, Sampling, Units, energy,
    thermo,
};
use rand::prelude::*;
use rand_distr::StandardNormal;
use rand_pcg::Pcg64;

const TAU: f64 = 20.0;

/// `length` relaxation times, sampled 40 times each.
fn run(length: usize, seed: u64) -> EnergySeries<'static> {
    let energies = Process::two_scale(0.5, 0.5, TAU).sample(length * 2 * TAU as usize, 0.5, seed);
    let sampling = Sampling::new(1, 0.5).unwrap();
    EnergySeries::new(energies, sampling, 1, EnergyKind::PerParticle)
        .unwrap()
        .with_temperature(1.0)
        .unwrap()
}

fn brownian(frames: usize, particles: usize, seed: u64) -> Trajectory<'static, f64> {
    let mut random = Pcg64::seed_from_u64(seed);
    let mut positions = vec![0.0; 3 * particles];
    for k in 0..3 * particles * (frames - 1) {
        let step: f64 = random.sample(StandardNormal);
        positions.push(positions[k] + 0.1 * step);
    }
    let species = Species::single("A", particles).unwrap();
    let steps: Vec<u64> = (0..frames as u64).collect();
    Trajectory::new(positions, steps, 1.0, species).unwrap()
}

/// What the crate reports of energies, all by the same resamples.
fn of_energies(run: &EnergySeries<'_>, resampling: Resampling) -> Vec<(&'static str, Estimate)> {
    let lags = Lags::logarithmic(20).up_to_time(5.0 * TAU);
    let msed = energy::msed(run, &lags, resampling).unwrap();
    let curve = &msed;
    let fit = Fit::new(Model::Exponential)
        .window([2.0, 5.0 * TAU])
        .weighting(Weighting::Uniform)
        .to(curve)
        .unwrap();
    let spectral = Whittle::new()
        .model(Model::Exponential)
        .resampling(resampling)
        .to(run)
        .unwrap();
    let moments = energy::moments(run, resampling).unwrap();
    let c = thermo::heat_capacity(&moments, Units::LJ, Ensemble::nvt(moments.particles)).unwrap();
    let drift = energy::drift(run, resampling).unwrap();
    let correlation = energy::autocorrelation(run, &lags, resampling).unwrap();
    let ratio = &fit.um_squared / (2.0 * moments.variance);
    vec![
        ("MSED", curve.point(curve.len() / 2)),
        ("correlation", correlation.normalised.point(10)),
        ("tau*", fit.relaxation_time.clone()),
        ("Um^2", fit.um_squared.clone()),
        ("tau* of the spectrum", spectral.relaxation_time.clone()),
        ("U0^2 of the spectrum", spectral.u0_squared.clone()),
        ("mean", moments.mean.clone()),
        ("C_ex", c.excess.clone()),
        ("slope", drift.slope.clone()),
        ("Um^2 over the variance", ratio),
    ]
}

fn of_motion(run: &Trajectory<'_, f64>, resampling: Resampling) -> Vec<(&'static str, Estimate)> {
    let lags = Lags::logarithmic(20).up_to_time(100.0);
    let msd = structure::msd(run, &lags, resampling).unwrap();
    let isf = structure::isotropic_self_isf(run, Particles::All, &[2.0], &lags, resampling).unwrap();
    let moved = structure::displacements(run, &lags, 0.5, resampling).unwrap();
    let d = diffusion_within(&msd.all().total, 10.0..=100.0).unwrap();
    let tau_alpha = tau_alpha(&isf[0]).unwrap();
    vec![
        ("D", d.coefficient.clone()),
        ("tau_alpha", tau_alpha.into_value().unwrap()),
        ("overlap", moved.all().overlap().unwrap().point(10)),
    ]
}

/// Of numbers that are nearly linear in the sums of the blocks, both tell the same error; 400 draws
/// know it to 4 %.
#[test]
fn the_bootstrap_tells_the_errors_of_the_jackknife_over_the_same_blocks() {
    let blocks = 25;
    let bootstrap = Resampling::Bootstrap {
        blocks,
        draws: 400,
        seed: 5,
    };
    let (energies, motion) = (run(750, 1), brownian(3000, 10, 2));
    let jackknife = Resampling::Blocks(blocks);
    let pairs = of_energies(&energies, jackknife)
        .into_iter()
        .zip(of_energies(&energies, bootstrap))
        .chain(
            of_motion(&motion, jackknife)
                .into_iter()
                .zip(of_motion(&motion, bootstrap)),
        );
    for ((name, jackknife), (_, bootstrap)) in pairs {
        let ratio = bootstrap.standard_error().unwrap() / jackknife.standard_error().unwrap();
        println!("{name}: {jackknife}, by the bootstrap {bootstrap}");
        // D is weighted by the errors, and moves with them.
        let moved = (jackknife.value() - bootstrap.value()).abs();
        assert!(
            moved <= 0.1 * jackknife.standard_error().unwrap(),
            "{name}: {moved}"
        );
        assert!((ratio - 1.0).abs() < 0.2, "{name}: {ratio}");
    }
}

/// Um² and the variance share their slow part: the error of their ratio is not that of independent
/// numbers.
#[test]
fn correlated_errors_propagate_into_a_ratio() {
    for resampling in [
        Resampling::Blocks(20),
        Resampling::Bootstrap {
            blocks: 20,
            draws: 300,
            seed: 1,
        },
    ] {
        let numbers = of_energies(&run(300, 3), resampling);
        let find = |name: &str| &numbers.iter().find(|(n, _)| *n == name).unwrap().1;
        let relative = |x: &Estimate| x.standard_error().unwrap() / x.value();
        let (um, c, ratio) = (find("Um^2"), find("C_ex"), find("Um^2 over the variance"));
        let independent = relative(um).hypot(relative(c));
        println!("{} of {independent}", relative(ratio));
        assert!(relative(ratio) < 0.7 * independent);
    }
}

#[test]
fn a_bootstrap_over_replicas_draws_whole_runs() {
    let runs = Replicas::new((0..12).map(|seed| run(50, 100 + seed)).collect()).unwrap();
    let lags = Lags::logarithmic(10).up_to_time(TAU);
    let bootstrap = Resampling::Bootstrap {
        blocks: 1,
        draws: 500,
        seed: 9,
    };
    let error = |resampling| {
        let msed = energy::msed(&runs, &lags, resampling).unwrap();
        msed.standard_errors()[12].unwrap()
    };
    let ratio = error(bootstrap) / error(Resampling::Replicas);
    assert!((ratio - 1.0).abs() < 0.15, "{ratio}");
    let fit = Whittle::new()
        .model(Model::Exponential)
        .resampling(bootstrap)
        .to(&runs)
        .unwrap();
    let (tau, error) = (
        fit.relaxation_time.value(),
        fit.relaxation_time.standard_error().unwrap(),
    );
    assert!(
        (tau - TAU).abs() < 4.0 * error && error < 0.15 * TAU,
        "{tau} {error}"
    );
}

#[test]
fn blocks_hold_fifteen_correlation_times_or_the_verdict_says_so() {
    let mut with_plateau = 0;
    for seed in 0..10 {
        let choice = choose_blocks(&run(400, seed));
        let time = choice.correlation_time.unwrap();
        assert!((time / TAU).ln().abs() < 0.5, "{time}");
        assert_eq!(choice.caution, None);
        let Resampling::Blocks(blocks) = choice.resampling else {
            panic!("blocks of a run");
        };
        assert!((5..=30).contains(&blocks));
        assert!(choice.block_length >= 15.0 * time * (1.0 - 1e-3));
        // No more blocks than that would have been long enough.
        assert!(blocks == 30 || choice.duration / (blocks + 1) as f64 <= 15.0 * time);
        let Some(independent) = choice.blocking.independent_samples() else {
            continue;
        };
        with_plateau += 1;
        // Half of the variance is slow: 1 + 2 tau/2 samples of 0.5 for each independent one.
        let expected = 800.0 * TAU / (1.0 + 2.0 * TAU);
        assert!(
            (independent / expected).ln().abs() < 1.0,
            "{independent}, expected {expected}"
        );
    }
    assert!(with_plateau >= 8, "{with_plateau} of 10 have a plateau");
    let short = choose_blocks(&run(40, 1));
    let Some(Caution::FewBlocks { found, needed }) = short.caution else {
        panic!("{:?}", short.caution);
    };
    assert!(needed == 75.0 && (found / 40.0).ln().abs() < 1.0, "{found}");
    // Twelve short runs are blocks themselves.
    let runs = Replicas::new((0..12).map(|seed| run(25, 200 + seed)).collect()).unwrap();
    let choice = choose_blocks(&runs);
    assert_eq!(choice.resampling, Resampling::Replicas);
    assert_eq!(choice.caution, None);
}

/// A covariance from blocks, shrunk, in place of independent weights.
#[test]
fn generalised_least_squares_take_the_covariance_of_blocks() {
    let run = run(300, 7);
    let lags = Lags::logarithmic(6).up_to_time(4.0 * TAU);
    let msed = energy::msed(&run, &lags, Resampling::Blocks(30)).unwrap();
    let curve = msed.window(2.0..=4.0 * TAU);
    let covariance = Covariance::of_curve(&curve).unwrap();
    for k in 0..curve.len() {
        let error = curve.standard_errors()[k].unwrap();
        assert!((covariance.get(k, k).sqrt() / error - 1.0).abs() < 1e-9);
    }
    let over = |from, to| Fit::new(Model::Exponential).window([from, to]);
    let fit = over(2.0, 4.0 * TAU).covariance(&covariance).to(&curve).unwrap();
    let (tau, error) = (
        fit.relaxation_time.value(),
        fit.relaxation_time.standard_error().unwrap(),
    );
    assert!(
        (tau - TAU).abs() < 3.5 * error && error < 0.3 * TAU,
        "{tau} {error}"
    );
    assert!(fit.verdict.is_resolved(), "{}", fit.verdict);
    // Lags that end before the relaxation time do not resolve it, however exact their values are.
    let short = msed.window(0.5..=0.6 * TAU);
    let values = short.lag_times().map(|t| 2.0 - (-t / TAU).exp()).collect();
    let none = Resamples::new(RunId::named("run"), Resampling::None, 1);
    let (of_lags, origins) = (short.lags().to_vec(), short.origins().to_vec());
    let exact = Curve::from_replicates(
        of_lags,
        0.5,
        values,
        origins,
        vec![],
        none,
        run.sampling().lag(6000),
    );
    let model = GaussianModel::new(1.0, 1.0, TAU, 1.0).unwrap();
    let of_short = model.msed_covariance(&short, run.sampling(), 12_000).unwrap();
    let fit = over(0.5, 0.6 * TAU).covariance(&of_short).to(&exact).unwrap();
    assert!((fit.relaxation_time.value() - TAU).abs() < 1e-6);
    assert!(matches!(fit.verdict.reasons()[0], Reason::NoPlateau { .. }));
    let refused = over(0.5, TAU).covariance(&covariance).to(&short).unwrap_err();
    let (found, expected) = (curve.len(), short.len());
    assert_eq!(refused, FitError::Rows { found, expected });
    let few = curve.window(2.0..=4.0);
    let of_few = Covariance::of_curve(&few).unwrap();
    let stretched = Fit::new(Model::Stretched).window([2.0, 4.0]);
    assert!(matches!(
        stretched.covariance(&of_few).to(&few).unwrap_err(),
        FitError::TooFewPoints { expected: 4, .. }
    ));
    // Draws of the bootstrap have the same variances, to what 400 of them know.
    let bootstrap = Resampling::Bootstrap {
        blocks: 30,
        draws: 400,
        seed: 3,
    };
    let msed = energy::msed(&run, &lags, bootstrap).unwrap();
    let drawn = Covariance::of_curve(&msed.window(2.0..=4.0 * TAU)).unwrap();
    for k in 0..curve.len() {
        assert!((drawn.get(k, k) / covariance.get(k, k) - 1.0).abs() < 0.4);
    }
    assert!(
        drawn.shrinkage > 0.0 && drawn.shrinkage < 0.5,
        "{}",
        drawn.shrinkage
    );
}
