//! Accumulators of energies: rings, block transforms and decimated lags, on the shipped energies.

use msed::energy::EnergySums;
use msed::online::{DisplacementAccumulator, DistributionAccumulator, EnergyAccumulator, OnlineError};
use msed::relaxation::{Fit, Model, Relaxation};
use msed::trajectory::Species;
use msed::{
    Curve, EnergyKind, EnergySeries, EnergySystem, Ensemble, Estimate, Lag, Lags, Replicas, Resampling,
    Sampling, Units, energy, io, thermo,
};
use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64;

use super::{Case, Estimator, Live, Seen, Sums, live};
use crate::common::lags::in_samples;

pub(super) const PARTICLES: usize = 1000;

live!(
    EnergyAccumulator,
    EnergySums,
    samples,
    |live: &mut EnergyAccumulator, place: &[f64]| live.push(place[0]),
    |live: &mut EnergyAccumulator, places: &[f64], _| live.push_slice(places),
    |sums: &EnergySums| Some([sums.run_count(), sums.blocks()]),
    seen
);

/// Energies that the repository ships, and their time axis.
pub(super) fn shipped() -> (Vec<f64>, Sampling) {
    let table = io::energies("data/kob-andersen/T0.800/energy.dat.gz").unwrap();
    let series = table.series(0.005, PARTICLES, EnergyKind::Total).unwrap();
    (series.samples().to_vec(), series.sampling())
}

pub(super) fn system(sampling: Sampling) -> EnergySystem {
    EnergySystem::new(sampling, PARTICLES, EnergyKind::Total).unwrap()
}

pub(super) fn series(samples: &[f64], sampling: Sampling) -> EnergySeries<'_> {
    EnergySeries::new(samples, sampling, PARTICLES, EnergyKind::Total).unwrap()
}

pub(super) fn replicas<'a>(runs: &[&'a [f64]], sampling: Sampling) -> Replicas<EnergySeries<'a>> {
    Replicas::new(runs.iter().map(|run| series(run, sampling)).collect()).unwrap()
}

/// A part of each value, or of the variance where values pass through zero. An error is a
/// difference of nearly equal replicates.
const WITHIN: [f64; 2] = [1e-10, 1e-7];

fn seen(sums: &EnergySums) -> Vec<Seen> {
    let correlation = sums.autocorrelation();
    let moments = sums.moments();
    curves(&sums.msed(), &correlation.raw, &correlation.normalised, &moments)
}

fn curves(msed: &Curve, covariance: &Curve, correlation: &Curve, moments: &energy::Moments) -> Vec<Seen> {
    let variance = moments.variance.value();
    let of_scale = |what: &str, curve: &Curve, scale: f64| Seen {
        within: vec![WITHIN[0] * scale; curve.len()],
        ..Seen::relative(what, curve, WITHIN)
    };
    let number =
        |what: &str, x: &Estimate| Seen::numbers(what, &[x], &[WITHIN[0] * x.value().abs()], WITHIN[1]);
    vec![
        Seen::relative("msed", msed, WITHIN),
        of_scale("autocovariance", covariance, variance),
        of_scale("autocorrelation", correlation, 1.0),
        Seen::counts("samples", &[moments.samples as u64]),
        number("mean", &moments.mean),
        number("variance", &moments.variance),
        number("variance of the mean", &moments.variance_of_mean).of_blocks(),
    ]
}

fn estimator(sampling: Sampling) -> Estimator {
    Box::new(move |runs, lags, resampling| {
        let runs = replicas(runs, sampling);
        let lags = Lags::samples(lags.iter().copied());
        let msed = energy::msed(&runs, &lags, resampling).unwrap();
        let correlation = energy::autocorrelation(&runs, &lags, resampling).unwrap();
        let moments = energy::moments(&runs, resampling).unwrap();
        curves(&msed, &correlation.raw, &correlation.normalised, &moments)
    })
}

/// The curve of differences alone: a covariance is about the mean of all samples, which decimated
/// ones have not.
fn estimator_of_differences(sampling: Sampling) -> Estimator {
    Box::new(move |runs, lags, resampling| {
        let runs = replicas(runs, sampling);
        let msed = energy::msed(&runs, &Lags::samples(lags.iter().copied()), resampling).unwrap();
        vec![Seen::relative("msed", &msed, WITHIN)]
    })
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Method {
    Ring,
    BlockFft,
    MultiTau,
    /// Those of the decimation, each at all origins.
    RingOfDecimatedLags,
}

fn accumulator(
    method: Method,
    sampling: Sampling,
    lags: &Lags,
    longest: u64,
    planned: usize,
) -> EnergyAccumulator {
    let (system, lags) = (system(sampling), lags.clone().planned(planned));
    match method {
        Method::Ring => EnergyAccumulator::ring(system, &lags),
        Method::BlockFft => EnergyAccumulator::block_fft(system, &lags),
        Method::MultiTau => EnergyAccumulator::multi_tau(system, 16, sampling.lag(longest)),
        Method::RingOfDecimatedLags => {
            EnergyAccumulator::ring(system, &Lags::samples(decimated(16, longest)))
        }
    }
    .unwrap()
}

/// The lags 1 to `points`, and then half as many in each doubling, up to `longest` or the next one.
pub(super) fn decimated(points: u64, longest: u64) -> Vec<u64> {
    let mut lags: Vec<u64> = (1..=points).collect();
    for level in 1.. {
        for j in points / 2 + 1..=points {
            if lags.last().is_some_and(|&last| last >= longest) {
                return lags;
            }
            lags.push(j << level);
        }
    }
    lags
}

fn case(method: Method, lags: &Lags, longest: u64) -> Case<EnergyAccumulator> {
    let (run, sampling) = shipped();
    let n = run.len();
    let planned = if method == Method::Ring { n } else { 10_000 };
    let live = accumulator(method, sampling, lags, longest, planned);
    // Ten blocks are those of the estimator where each is made of whole pieces, whose length is a
    // power of two; of the transforms at any length before thirty segments.
    let (filled, between, replicas, replica_blocks) = match method {
        Method::Ring => (
            vec![
                (40, 10),
                (960, 10),
                (3200, 10),
                (10_240, 10),
                (12_800, 10),
                (20_480, 10),
            ],
            vec![(20_481, 50), (25_000, 50), (n, 50)],
            vec![0..5120, 7000..12_120, 15_000..20_120],
            Some(10),
        ),
        Method::BlockFft => (
            vec![
                (10, 10),
                (900, 10),
                (3001, 10),
                (9000, 10),
                (17_123, 10),
                (30_000, 10),
            ],
            vec![(39_001, 3)],
            vec![0..17_000, 1000..18_000, 3001..20_001],
            Some(10),
        ),
        _ => (
            Vec::new(),
            Vec::new(),
            vec![0..5120, 7000..12_120, 15_000..20_120],
            None,
        ),
    };
    let lags = match method {
        Method::MultiTau | Method::RingOfDecimatedLags => decimated(16, longest),
        _ => in_samples(lags, usize::MAX),
    };
    Case {
        name: format!("{method:?} of {} lags", lags.len()),
        new: Box::new(move || live.clone()),
        width: 1,
        run,
        lags,
        estimator: match method {
            Method::MultiTau => estimator_of_differences(sampling),
            _ => estimator(sampling),
        },
        decimated: (method == Method::MultiTau).then_some(16),
        filled,
        between,
        cuts: vec![
            [7000, 7001, 15_000],
            [3, 40, 8000],
            [1500, 1501, 3050],
            [16, 9000, n - 5],
            [4000, 8000, 16_000],
        ],
        replicas,
        replica_blocks,
        stops: vec![0, 1, 700, 899, 2048, 3000, 11_999],
    }
}

/// 1280 samples whose correlation is lost in some tens.
pub(super) fn short(method: Method) -> Case<EnergyAccumulator> {
    let mut random = Pcg64::seed_from_u64(5);
    let mut energy = -7000.0;
    let mut next = || {
        energy += 0.05 * (-7000.0 - energy) + random.random::<f64>() - 0.5;
        energy
    };
    let run: Vec<f64> = (0..1280).map(|_| next()).collect();
    let sampling = Sampling::new(10, 0.005).unwrap();
    let lags = Lags::logarithmic(10).up_to_samples(40).with_zero();
    let live = accumulator(method, sampling, &lags, 40, run.len());
    Case {
        new: Box::new(move || live.clone()),
        run,
        lags: match method {
            Method::Ring => in_samples(&lags, usize::MAX),
            _ => decimated(16, 40),
        },
        estimator: match method {
            Method::Ring => estimator(sampling),
            _ => estimator_of_differences(sampling),
        },
        filled: vec![(320, 10), (1280, 10)],
        between: vec![(700, 10)],
        cuts: vec![[3, 40, 800], [500, 501, 900]],
        replicas: vec![0..320, 400..720, 900..1220],
        stops: vec![0, 1, 50, 800],
        ..case(method, &lags, 40)
    }
}

fn all() -> Vec<Case<EnergyAccumulator>> {
    let lags = || Lags::logarithmic(20).up_to_samples(1500).with_zero();
    vec![
        case(Method::Ring, &lags(), 1500),
        case(Method::BlockFft, &lags(), 1500),
        case(Method::BlockFft, &Lags::all().up_to_samples(1400), 1400),
        case(Method::BlockFft, &Lags::linear(3).up_to_samples(9), 9),
        case(Method::MultiTau, &lags(), 1500),
    ]
}

#[test]
fn accumulators_of_energies_obey_every_law() {
    for case in all() {
        assert_eq!(case.check(), Ok(()));
    }
}

/// The errors of lags that blocks of the run's own length are too short for are not known.
#[test]
fn decimated_lags_have_errors_up_to_the_shortest_block() {
    let case = case(Method::MultiTau, &Lags::all(), 1500);
    let msed = case.whole().msed();
    for (lag, error) in msed.lags().iter().zip(msed.standard_errors()) {
        assert_eq!(error.is_some(), *lag <= msed.longest_with_error());
    }
}

/// A run of 24 segments in four blocks, which keeps the first twelve: its pieces are whole
/// segments, and six of them a block.
#[test]
fn blocks_of_transforms_are_those_of_the_estimator_beyond_the_segments_that_are_kept() {
    let (run, sampling) = shipped();
    let (lags, samples) = (Lags::logarithmic(20).up_to_samples(600), &run[..24 * 1024]);
    let live = EnergyAccumulator::block_fft(system(sampling), &lags).unwrap();
    let mut live = live.with_blocks(4).unwrap();
    live.push_slice(samples).unwrap();
    let sums = live.snapshot().unwrap();
    assert_eq!(sums.blocks(), 4);
    let expected = estimator(sampling)(&[samples], &in_samples(&lags, 1000), Resampling::Blocks(4));
    assert_eq!(super::same(&seen(&sums), &expected, true), Ok(()));
}

/// The fit of Eq. (11) in the window of the scan.
fn fitted(msed: &Curve, window: [f64; 2]) -> Relaxation {
    Fit::new(Model::Exponential).window(window).to(msed).unwrap()
}

/// While a run goes on its snapshots have the verdict of the whole run so far and, at the same
/// lags, errors of the same size. Of block transforms they are the errors of the estimator; of a
/// ring, whose blocks are cut elsewhere by up to a sixth of their length, they lie within 30 % of
/// them (root mean square over the lags; 24 % is the most that was found), and the error of tau*
/// within a factor of 1.5.
#[test]
fn a_run_that_goes_on_is_judged_as_one_that_has_ended() {
    for (name, window) in [
        ("T1.000", [0.5, 200.0]),
        ("T0.800", [0.5, 200.0]),
        ("T0.700", [0.5, 200.0]),
        ("T0.600", [1.0, 300.0]),
    ] {
        let table = io::energies(format!("data/kob-andersen/{name}/energy.dat.gz")).unwrap();
        let whole = table.series(0.005, PARTICLES, EnergyKind::Total).unwrap();
        let (run, sampling) = (whole.samples(), whole.sampling());
        let lags = Lags::logarithmic(20).up_to_samples(run.len() as u64 / 10);
        let mut ring = EnergyAccumulator::ring(system(sampling), &lags).unwrap();
        let mut transforms = EnergyAccumulator::block_fft(system(sampling), &lags).unwrap();
        for percent in [20, 40, 60, 80, 100] {
            let at = format!("{name} at {percent} %");
            let samples = &run[..run.len() * percent / 100];
            let taken = ring.samples() as usize;
            for live in [&mut ring, &mut transforms] {
                live.push_slice(&samples[taken..]).unwrap();
            }
            let expected = energy::msed(&series(samples, sampling), &lags, Resampling::Blocks(10)).unwrap();
            let [ring, transforms] = [&ring, &transforms].map(|live| live.snapshot().unwrap().msed());
            let held = Seen::relative("msed", &transforms, WITHIN)
                .same(&Seen::relative("msed", &expected, WITHIN), true);
            assert_eq!(held, Ok(()), "{at}");

            let known = |curve: &Curve| curve.standard_errors().iter().flatten().count();
            assert_eq!(known(&ring), known(&expected), "{at}: lags with an error");
            let pairs = ring.standard_errors().iter().zip(expected.standard_errors());
            let logs: Vec<f64> = pairs
                .filter_map(|(x, y)| Some(((*x)? / (*y)?).ln().powi(2)))
                .collect();
            let off = (logs.iter().sum::<f64>() / logs.len() as f64).sqrt();
            assert!(off < 0.3, "{at}: errors differ by {off}");

            let by_default = [&ring, &transforms, &expected].map(|curve| {
                Fit::new(Model::Exponential)
                    .to(curve)
                    .unwrap()
                    .verdict
                    .is_resolved()
            });
            assert!(
                by_default.iter().all(|&x| x == by_default[2]),
                "{at}: {by_default:?}"
            );
            let fits = [&ring, &transforms, &expected].map(|curve| fitted(curve, window));
            let verdicts = fits.each_ref().map(|fit| fit.verdict.is_resolved());
            assert!(verdicts.iter().all(|&x| x == verdicts[2]), "{at}: {verdicts:?}");
            let [ring, transforms, expected] = fits
                .each_ref()
                .map(|fit| fit.relaxation_time.standard_error().unwrap());
            println!("{at}: {off:.2}, tau* +- {ring:.2}, {transforms:.2}, {expected:.2}");
            assert!(
                (ring / expected).ln().abs() < 1.5_f64.ln(),
                "{at}: {ring}, {expected}"
            );
            assert!(
                (transforms / expected - 1.0).abs() < 1e-3,
                "{at}: {transforms}, {expected}"
            );
        }
    }
}

#[test]
fn pieces_by_other_methods_do_not_join() {
    let of = |method| (case(method, &Lags::all().up_to_samples(100), 100).new)();
    let [ring, fft] = [Method::Ring, Method::BlockFft].map(of);
    assert_eq!(
        ring.followed_by(&fft).unwrap_err().to_string(),
        "the method is block transforms, expected a ring as in the first"
    );
}

/// A temperature that is known at the end gives the heat capacity of the estimator, where it is
/// given at the start.
#[test]
fn a_temperature_may_be_told_at_the_end() {
    let case = case(
        Method::Ring,
        &Lags::logarithmic(10).up_to_samples(300).with_zero(),
        300,
    );
    let (_, sampling) = shipped();
    let parts: Vec<&[f64]> = case.replicas.iter().map(|part| case.part(part.clone())).collect();
    let sums = |part: &&[f64]| {
        let mut live = (case.new)();
        live.push_slice(part).unwrap();
        Live::snapshot(&live).unwrap()
    };
    let merged = parts
        .iter()
        .map(sums)
        .reduce(|a, b| Sums::merge(a, b).unwrap())
        .unwrap();
    let given = parts
        .iter()
        .map(|part| series(part, sampling).with_temperature(0.803).unwrap());
    let given = Replicas::new(given.collect()).unwrap();
    let heat_capacity = |moments: &energy::Moments| {
        let (units, nve) = (Units::LJ, Ensemble::nve(PARTICLES));
        thermo::heat_capacity(moments, units, nve).unwrap().excess.clone()
    };
    let found = heat_capacity(&merged.moments().with_temperature(0.803).unwrap());
    let expected = heat_capacity(&energy::moments(&given, Resampling::Blocks(10)).unwrap());
    assert!((found.value() / expected.value() - 1.0).abs() < 1e-10);
    let [x, y] = [&found, &expected].map(|c| c.standard_error().unwrap());
    assert!((x / y - 1.0).abs() < 1e-7, "{x} {y}");
}

/// The heat capacity over frequency of sums that grew with the run is that of the series, where
/// both have the same blocks.
#[test]
fn the_dynamic_heat_capacity_of_a_stream_is_that_of_the_series() {
    let (run, sampling) = shipped();
    let (lags, samples) = (Lags::logarithmic(20).up_to_samples(600), &run[..24 * 1024]);
    let live = EnergyAccumulator::block_fft(system(sampling), &lags).unwrap();
    let mut live = live.with_blocks(4).unwrap();
    live.push_slice(samples).unwrap();
    let sums = live.snapshot().unwrap();
    let of = |moments: &energy::Moments, msed: &Curve| {
        let c = thermo::heat_capacity(moments, Units::LJ, Ensemble::nve(PARTICLES)).unwrap();
        let fit = fitted(msed, [0.5, 15.0]);
        let dynamic = thermo::dynamic_heat_capacity(&c, &fit).unwrap();
        let dynamic = dynamic.into_result().unwrap();
        let spectrum = dynamic.measured(msed, &[0.05, 0.3, 1.0]).unwrap();
        let spectrum = spectrum.into_result().unwrap();
        let times = [
            &dynamic.isothermal_time,
            &dynamic.adiabatic_time,
            &dynamic.time_ratio,
        ];
        let numbers = times.into_iter().chain(&spectrum.storage).chain(&spectrum.loss);
        numbers.map(Estimate::value).collect::<Vec<f64>>()
    };
    let found = of(
        &sums.moments().with_temperature(0.803).unwrap(),
        &sums.msed().without_zero(),
    );
    let run = series(samples, sampling).with_temperature(0.803).unwrap();
    let (lags, resampling) = (Lags::explicit(sums.msed().lags().to_vec()), Resampling::Blocks(4));
    let expected = of(
        &energy::moments(&run, resampling).unwrap(),
        &energy::msed(&run, &lags, resampling).unwrap().without_zero(),
    );
    assert_eq!(found.len(), 9);
    for (found, expected) in found.iter().zip(&expected) {
        assert!((found / expected - 1.0).abs() < 1e-6, "{found} {expected}");
    }
}

/// Arguments at the end of what numbers hold are refused, or give lags in order.
#[test]
fn extreme_arguments_are_refused_or_have_a_meaning() {
    let sampling = Sampling::new(10, 0.005).unwrap();
    let system = EnergySystem::new(sampling, 1, EnergyKind::Total).unwrap();
    let multi_tau = |points, longest| EnergyAccumulator::multi_tau(system, points, longest);
    for points in [0, 1, 3, (1 << 16) + 2, usize::MAX - 1] {
        assert_eq!(
            multi_tau(points, sampling.lag(100)).unwrap_err(),
            OnlineError::NotEven {
                what: "points in a level",
                found: points
            }
        );
    }
    for (points, longest) in [(2, 0), (2, u64::MAX), (1 << 16, u64::MAX), (16, 1)] {
        let longest = Lag::from_steps(longest);
        let lags: Vec<Lag> = multi_tau(points, longest).unwrap().lags().collect();
        assert!(lags.windows(2).all(|w| w[0] < w[1]), "{points} {longest}");
    }
    let ring = || EnergyAccumulator::ring(system, &Lags::samples([1])).unwrap();
    for found in [1 << 62, u64::MAX] {
        assert_eq!(
            ring().starting_at(found).unwrap_err(),
            OnlineError::Start { found }
        );
    }
    for found in [0, 3, (1 << 16) + 2, usize::MAX - 1] {
        assert_eq!(
            ring().with_blocks(found).unwrap_err(),
            OnlineError::NotEven {
                what: "blocks",
                found
            }
        );
    }
    let mut late = ring().starting_at((1 << 62) - 1).unwrap();
    late.push_slice(&[1.0, 2.0, 4.0]).unwrap();
    assert_eq!(late.snapshot().unwrap().msed().values(), [2.5]);
}

#[test]
fn what_cannot_be_accumulated_is_refused_with_what_was_found() {
    let sampling = Sampling::new(10, 0.005).unwrap();
    let lags = Lags::samples([1, 2]);
    let new = |particles, lags: &Lags| {
        let system = EnergySystem::new(sampling, particles, EnergyKind::Total)?;
        Ok::<_, msed::Error>(EnergyAccumulator::ring(system, &lags.clone().planned(10))?)
    };
    let mut live = new(2, &lags).unwrap();
    let message = |result: Result<(), OnlineError>| result.unwrap_err().to_string();
    live.push(1.0).unwrap();
    assert_eq!(
        live.snapshot().unwrap_err().to_string(),
        "1 samples so far, expected at least 2"
    );
    assert_eq!(
        message(live.push_slice(&[2.0, f64::NAN])),
        "sample 2 is NaN, expected a finite number of at most 1e60 in size"
    );
    assert_eq!(live.samples(), 1);
    live.push_slice(&[3.0_f32, 4.0]).unwrap();
    assert_eq!(
        live.snapshot().unwrap().msed().values(),
        [(4.0 + 1.0) / 2.0 / 4.0, 9.0 / 4.0]
    );
    fn failed<E: std::fmt::Display + std::fmt::Debug>(result: Result<EnergyAccumulator, E>) -> String {
        result.unwrap_err().to_string()
    }
    assert_eq!(failed(new(0, &lags)), "0 particles, expected at least 1");
    assert_eq!(
        failed(new(1, &Lags::samples([1, 10]))),
        "a lag of 100 steps, expected less than the run's 100 steps"
    );
    assert_eq!(
        failed(EnergyAccumulator::multi_tau(
            system(sampling),
            5,
            sampling.lag(100)
        )),
        "5 points in a level, expected an even number from 2 to 65536"
    );
    let mut running = new(1, &lags).unwrap();
    running.push(1.0).unwrap();
    assert_eq!(
        failed(running.starting_at(1)),
        "1 samples are taken in already, expected none"
    );
    assert_eq!(
        failed(new(1, &lags).unwrap().with_blocks(3)),
        "3 blocks, expected an even number from 2 to 65536"
    );
    let mut other = new(3, &lags).unwrap();
    other.push_slice(&[1.0, 2.0]).unwrap();
    let merged = live.snapshot().unwrap().merge(other.snapshot().unwrap());
    assert_eq!(
        merged.unwrap_err().to_string(),
        "particle number is 3, expected 2 as in the first"
    );
}

/// What no machine holds is an error, and does not end the process.
#[test]
fn requests_beyond_memory_are_refused() {
    let sampling = Sampling::new(1, 1.0).unwrap();
    let system = system(sampling);
    for samples in [1 << 50, 1 << 62, usize::MAX] {
        let lags = Lags::logarithmic(10).planned(samples);
        let species = Species::single("A", 1).unwrap();
        for message in [
            EnergyAccumulator::ring(system, &lags).unwrap_err().to_string(),
            EnergyAccumulator::block_fft(system, &lags)
                .unwrap_err()
                .to_string(),
            DistributionAccumulator::new(system, &lags, 0.1, 1.0)
                .unwrap_err()
                .to_string(),
            DisplacementAccumulator::new(sampling, &species, &lags)
                .unwrap_err()
                .to_string(),
        ] {
            assert!(message.contains("bytes of memory cannot be had"), "{message}");
        }
        // Decimated lags need hardly any.
        EnergyAccumulator::multi_tau(system, 16, system.sampling().lag(samples as u64)).unwrap();
    }
}
