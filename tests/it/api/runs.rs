//! Numbers know the run that they are of: what is of one run is correlated, what is of two is not,
//! and what cannot be told is refused.

use msed::energy;
use msed::online::{DisplacementAccumulator, EnergyAccumulator};
use msed::relaxation::{Fit, Model, Relaxation};
use msed::series::Runs;
use msed::spectrum::Whittle;
use msed::stats::{RunId, Significance};
use msed::structure;
use msed::thermo::{self, Part, Path, Point, ReferenceEntropy, StatePoint, ThermoError};
use msed::trajectory::{Species, Trajectory, TrajectoryRuns};
use msed::{
    EnergyKind, EnergySeries, EnergySystem, Ensemble, Estimate, Lags, Replicas, Resampling, Sampling, Units,
    io,
};

const BLOCKS: Resampling = Resampling::Blocks(10);

fn shipped(run: &str) -> EnergySeries<'static> {
    let path = format!("data/kob-andersen/{run}/energy.dat.gz");
    let file = io::energies(path).unwrap();
    file.into_series(0.005, 1000, EnergyKind::Total).unwrap()
}

fn fit(run: &EnergySeries<'_>) -> Relaxation {
    let msed = energy::msed(run, &Lags::logarithmic(20).up_to_fraction(0.1), BLOCKS).unwrap();
    Fit::new(Model::Exponential).to(&msed).unwrap()
}

/// Energies of a made-up run, which the number tells from others.
fn energies(run: u32) -> Vec<f64> {
    let mut state = run;
    let mut level = 0.0;
    (0..4000)
        .map(|_| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            level = 0.9 * level + f64::from(state >> 8) / f64::from(1 << 24) - 0.5;
            level
        })
        .collect()
}

fn series<'a>(samples: impl Into<std::borrow::Cow<'a, [f64]>>) -> EnergySeries<'a> {
    let sampling = Sampling::new(10, 0.005).unwrap();
    EnergySeries::new(samples, sampling, 100, EnergyKind::Total).unwrap()
}

fn run_of(number: &Estimate) -> RunId {
    number.resamples().unwrap().run
}

#[test]
fn plateaus_of_another_run_are_refused() {
    let [warm, cold] = ["T1.000", "T0.500"].map(shipped);
    let moments = energy::moments(&warm, BLOCKS).unwrap();
    let heat_capacity = |fit: &Relaxation| {
        let whole = thermo::heat_capacity(&moments, Units::LJ, Ensemble::nve(1000))?;
        whole.split_at(&fit.u0_squared, &fit.um_squared)
    };
    assert_eq!(
        heat_capacity(&fit(&cold)),
        Err(ThermoError::OtherRun { quantity: "fit" })
    );
    let fast = heat_capacity(&fit(&warm)).unwrap().fast().unwrap().value();
    // Vibrations have 3/2.
    assert!((1.2..1.5).contains(&fast), "{fast}");
}

#[test]
fn plateaus_of_the_same_run_through_other_resamples_are_refused_by_name() {
    let run = shipped("T0.700");
    let moments = energy::moments(&run, BLOCKS).unwrap();
    let drawn = Resampling::Bootstrap {
        blocks: 10,
        draws: 10,
        seed: 1,
    };
    let lags = Lags::logarithmic(20).up_to_fraction(0.1);
    let drawn = energy::msed(&run, &lags, drawn).unwrap().point(0);
    let expected = "numbers of one run through 10 blocks and through 10 draws of 10 blocks with seed 1, \
                    expected one resampling for both";
    let whole = thermo::heat_capacity(&moments, Units::LJ, Ensemble::nve(1000)).unwrap();
    let error = whole.clone().split_at(&drawn, &drawn).unwrap_err();
    assert_eq!(error.to_string(), expected);
    let point = StatePoint::new("T0.700", &moments, whole).unwrap();
    let error = point.with_plateaus(&drawn, &drawn, &drawn).unwrap_err();
    assert_eq!(error.to_string(), expected);
}

#[test]
fn an_adam_gibbs_plot_takes_the_slow_entropy_alone() {
    let points = [0.5, 0.6, 0.8, 1.0].map(|t: f64| Point::new(t, 0.6 * t.powi(-2)));
    let times = [0.5, 0.6, 0.8, 1.0].map(|t: f64| Point::new(t, (1.0 / t).exp()));
    let plot = |part| {
        let entropy = thermo::entropy(&points, part, None, Path::Isochoric)?;
        assert_eq!(entropy.part(), part);
        thermo::adam_gibbs(&entropy, &times, ReferenceEntropy::Given(5.0))
    };
    assert!(plot(Part::Slow).is_ok());
    for (part, found) in [(Part::Total, "total"), (Part::Fast, "fast")] {
        let error = plot(part).unwrap_err();
        assert_eq!(error, ThermoError::OtherPart { found });
        assert_eq!(
            error.to_string(),
            format!("an Adam-Gibbs plot over the {found} entropy, expected the slow one")
        );
    }
}

#[test]
fn errors_of_two_runs_are_independent_although_their_blocks_are_as_many() {
    let [a, b] = [1, 2].map(|run| energy::moments(&series(energies(run)), BLOCKS).unwrap());
    let difference = Estimate::combine([&a.mean, &b.mean], |[a, b]| a - b).unwrap();
    let [error, of_a, of_b] = [&difference, &a.mean, &b.mean].map(|x| x.standard_error().unwrap());
    assert!((error / of_a.hypot(of_b) - 1.0).abs() < 1e-12);
    // Eighteen degrees of freedom or fewer, nine or more.
    let freedom = difference.degrees_of_freedom().unwrap();
    assert!((9.0..=18.0).contains(&freedom), "{freedom}");
    let threshold = Significance::HEAT_CAPACITIES.threshold(Some(freedom));
    assert!(threshold < Significance::HEAT_CAPACITIES.threshold(Some(9.0)));
    // Of one run: the same number twice has no difference.
    let again = energy::moments(&series(energies(1)), BLOCKS).unwrap();
    assert_eq!((&again.mean - &a.mean).standard_error(), Some(0.0));
    // Of one run in other blocks: nobody knows.
    let other = energy::moments(&series(energies(1)), Resampling::Blocks(8)).unwrap();
    let mixture = Estimate::combine([&a.mean, &other.mean], |[a, b]| a - b).unwrap_err();
    assert_eq!(
        mixture.to_string(),
        "numbers of one run through 10 blocks and through 8 blocks, expected one resampling for both"
    );
    assert_eq!((&a.mean - &other.mean).standard_error(), None);
}

#[test]
fn every_estimator_of_energies_gives_numbers_of_the_same_run() {
    let (samples, lags) = (energies(3), Lags::samples([1, 2, 5, 10, 20, 50]));
    let (owned, borrowed) = (series(samples.clone()), series(&samples[..]));
    for run in [&owned, &borrowed] {
        let id = RunId::of(&samples);
        assert_eq!(run.run(), id);
        let moments = energy::moments(run, BLOCKS).unwrap();
        let drift = energy::drift(run, BLOCKS).unwrap();
        let phi = energy::distribution(run, run.sampling().lag(5), energy::Bins::Count(20), BLOCKS);
        let phi = phi.unwrap();
        let spectral = Whittle::new()
            .model(Model::Exponential)
            .resampling(BLOCKS)
            .to(run)
            .unwrap();
        for number in [
            moments.mean.clone(),
            moments.variance_of_mean.clone(),
            drift.slope.clone(),
            energy::msed(run, &lags, BLOCKS).unwrap().point(2),
            energy::autocorrelation(run, &lags, BLOCKS).unwrap().raw.point(2),
            phi.mean.clone(),
            spectral.um_squared.clone(),
        ] {
            assert_eq!(run_of(&number), id);
        }
    }
    // Twice the same part, and another one.
    let cut = |samples| owned.clone().discard(samples).unwrap().run();
    assert_eq!(cut(100), cut(100));
    assert_eq!(cut(100), RunId::of(&samples[100..]));
    assert!(cut(100) != cut(101) && cut(100) != owned.run());
}

#[test]
fn replicas_are_a_run_of_their_own_and_their_order_counts() {
    let [a, b] = [4, 5].map(|run| series(energies(run)));
    let both = |runs: [&EnergySeries<'static>; 2]| Replicas::new(runs.map(Clone::clone).into()).unwrap();
    let (ab, ba) = (both([&a, &b]), both([&b, &a]));
    assert_ne!(ab.run(), ba.run());
    assert!(ab.run() != a.run() && ab.run() != b.run());
    assert_eq!(ab.run(), RunId::merged([a.run(), b.run()]));
    let alone = Replicas::new(vec![a.clone()]).unwrap();
    assert_eq!(Runs::run(&alone), a.run());
}

#[test]
fn sums_give_numbers_of_one_run_and_merges_keep_their_order() {
    let lags = Lags::samples([1, 5]);
    let sums = |run| {
        let system = EnergySystem::new(Sampling::new(10, 0.005).unwrap(), 100, EnergyKind::Total).unwrap();
        let mut live = EnergyAccumulator::ring(system, &lags).unwrap();
        live.push_slice(&energies(run)).unwrap();
        live.snapshot().unwrap()
    };
    let (a, b) = (sums(6), sums(7));
    let id = run_of(&a.moments().mean);
    assert_eq!(run_of(&a.msed().point(0)), id);
    assert_eq!(run_of(&a.autocorrelation().raw.point(1)), id);
    assert_ne!(run_of(&b.moments().mean), id);
    let merged = |first: &energy::EnergySums, second: &energy::EnergySums| {
        run_of(&first.clone().merge(second.clone()).unwrap().moments().mean)
    };
    assert_eq!(merged(&a, &b), RunId::merged([id, run_of(&b.moments().mean)]));
    assert_ne!(merged(&a, &b), merged(&b, &a));
}

/// A walk of twenty particles.
fn walk(run: u32) -> Trajectory<'static, f64> {
    let mut state = run;
    let mut positions = vec![0.0_f64; 60];
    for i in 0..60 * 400 {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let step = f64::from(state >> 8) / f64::from(1 << 24) - 0.5;
        positions.push(positions[i] + 0.1 * step);
    }
    let steps: Vec<u64> = (0..401).collect();
    Trajectory::new(positions, steps, 0.01, Species::single("A", 20).unwrap()).unwrap()
}

#[test]
fn every_estimator_of_a_trajectory_gives_numbers_of_the_same_run() {
    let (run, other) = (walk(1), walk(2));
    let lags = Lags::samples([1, 10]);
    let msd = structure::msd(&run, &lags, BLOCKS).unwrap();
    let displacements = structure::displacements(&run, &lags, 0.3, BLOCKS).unwrap();
    let id = run.run();
    assert_ne!(id, other.run());
    assert_eq!(msd.all().total.resamples().run, id);
    assert_eq!(displacements.all().alpha2.resamples().run, id);
    let ratio = displacements.all().msd.total.point(1) / msd.all().total.point(1);
    assert!(ratio.standard_error().unwrap() < 1e-9);
    let both = Replicas::new(vec![run.clone(), other.clone()]).unwrap();
    assert_eq!(TrajectoryRuns::run(&both), RunId::merged([id, other.run()]));
}

#[test]
fn sums_over_frames_give_numbers_of_one_run() {
    let sums = |run: &Trajectory<'_, f64>| {
        let lags = Lags::samples([1, 10]);
        let sampling = Sampling::new(1, 0.01).unwrap();
        let species = run.species().clone();
        let mut live = DisplacementAccumulator::new(sampling, &species, &lags).unwrap();
        for frame in 0..run.frames() {
            live.push(run.frame(frame)).unwrap();
        }
        live.snapshot().unwrap()
    };
    let (a, b) = (sums(&walk(1)), sums(&walk(2)));
    let (a, b) = (a.displacements(), b.displacements());
    let id = a.all().msd.total.resamples().run;
    assert_eq!(a.all().alpha2.resamples().run, id);
    assert_ne!(b.all().msd.total.resamples().run, id);
}
