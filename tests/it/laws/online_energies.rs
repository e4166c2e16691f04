//! Accumulators beside the estimators of whole series: the same numbers, whenever they are asked.

use msed::energy::{Bins, Distribution};
use msed::online::{DistributionAccumulator, EnergyAccumulator, EnergySums, FrameAccumulator, OnlineError};
use msed::stats::Estimate;
use msed::trajectory::Species;
use msed::{
    Curve, EnergyKind, EnergySeries, Ensemble, Lags, Replicas, Resampling, Sampling, Units, energy, io,
    thermo,
};

const PARTICLES: usize = 1000;

/// Energies that the repository ships, and their time axis.
fn shipped() -> (Vec<f64>, Sampling) {
    let table = io::energies("data/kob-andersen/T0.800/energy.dat.gz").unwrap();
    let series = table.series(0.005, PARTICLES, EnergyKind::Total).unwrap();
    (series.samples().to_vec(), series.sampling())
}

fn series(samples: &[f64], sampling: Sampling) -> EnergySeries<'_> {
    EnergySeries::new(samples, sampling, PARTICLES, EnergyKind::Total).unwrap()
}

fn close(name: &str, found: f64, expected: f64, scale: f64) {
    let error = (found - expected).abs();
    assert!(error <= 1e-10 * scale.abs(), "{name}: {found} is not {expected}");
}

/// Values to 1e-10 of themselves or of `scale`; errors to 1e-7, since they are differences of nearly equal replicates.
fn same_curve(found: &Curve, expected: &Curve, scale: Option<f64>) {
    assert_eq!(found.lags(), expected.lags());
    assert_eq!(found.origins(), expected.origins());
    for k in 0..found.len() {
        let (x, y) = (found.values()[k], expected.values()[k]);
        close("value", x, y, scale.unwrap_or(y));
        match (found.standard_errors()[k], expected.standard_errors()[k]) {
            (Some(x), Some(y)) => assert!((x - y).abs() <= 1e-7 * y, "error {x} is not {y} at {k}"),
            (x, y) => assert_eq!(x, y, "errors at {k}"),
        }
    }
}

fn same_number(found: &Estimate, expected: &Estimate) {
    close("number", found.value(), expected.value(), expected.value());
    match (found.standard_error(), expected.standard_error()) {
        (Some(x), Some(y)) => assert!((x - y).abs() <= 1e-7 * y, "error {x} is not {y}"),
        (x, y) => assert_eq!(x, y),
    }
}

fn same_as_batch(sums: &EnergySums, samples: &[f64], sampling: Sampling, lags: &Lags, blocks: usize) {
    let run = series(samples, sampling);
    let resampling = Resampling::Blocks(blocks);
    let msed = energy::msed(&run, lags, resampling).unwrap();
    same_curve(&sums.msed(), msed.curve(), None);
    let correlation = energy::autocorrelation(&run, lags, resampling).unwrap();
    let variance = correlation.raw().values()[0];
    same_curve(&sums.autocovariance(), correlation.raw(), Some(variance));
    same_curve(&sums.autocorrelation(), correlation.normalised(), Some(1.0));
    let (found, expected) = (sums.moments(), energy::moments(&run, resampling).unwrap());
    assert_eq!(found.samples(), expected.samples());
    same_number(found.mean(), expected.mean());
    same_number(found.variance(), expected.variance());
    same_number(found.variance_of_mean(), expected.variance_of_mean());
}

fn lags() -> Lags {
    Lags::logarithmic(20).up_to_samples(1500).with_zero()
}

#[test]
fn a_ring_gives_the_batch_with_its_errors_at_any_moment() {
    let (samples, sampling) = shipped();
    let mut live =
        EnergyAccumulator::ring(sampling, PARTICLES, EnergyKind::Total, &lags(), samples.len()).unwrap();
    let mut taken = 0;
    // Where blocks of one length, a power of two, fill the run: the batch has the same.
    for (length, blocks) in [(1, 16), (64, 15), (256, 13), (512, 20), (1024, 11), (1024, 20)] {
        let n = length * blocks;
        live.push_slice(&samples[taken..n]).unwrap();
        taken = n;
        let there = Lags::logarithmic(20)
            .up_to_samples(1500.min(n as u64 - 1))
            .with_zero();
        same_as_batch(&live.snapshot().unwrap(), &samples[..n], sampling, &there, blocks);
    }
    // Anywhere else the values are those of the batch.
    for n in [20_481, 25_000, samples.len()] {
        live.push_slice(&samples[taken..n]).unwrap();
        taken = n;
        let batch = energy::msed(&series(&samples[..n], sampling), &lags(), Resampling::None).unwrap();
        let now = live.snapshot().unwrap().msed();
        for (found, expected) in now.values().iter().zip(batch.curve().values()) {
            close("value", *found, *expected, *expected);
        }
        assert_eq!(now.origins(), batch.curve().origins());
        assert!(now.standard_errors().iter().flatten().count() > 50);
    }
}

/// One accumulator of each kind, for lags up to 1500 or somewhat above.
fn all_kinds(sampling: Sampling) -> [EnergyAccumulator; 3] {
    let (kind, lags) = (EnergyKind::Total, lags());
    [
        EnergyAccumulator::ring(sampling, PARTICLES, kind, &lags, 10_000).unwrap(),
        EnergyAccumulator::block_fft(sampling, PARTICLES, kind, &lags, 10_000).unwrap(),
        EnergyAccumulator::multi_tau(sampling, PARTICLES, kind, 16, 1500).unwrap(),
    ]
}

#[test]
fn block_transforms_give_the_batch_with_its_errors_at_any_moment() {
    let (samples, sampling) = shipped();
    for lags in [
        lags(),
        Lags::all().up_to_samples(1400),
        Lags::linear(3).up_to_samples(9),
    ] {
        let kind = EnergyKind::Total;
        let mut live = EnergyAccumulator::block_fft(sampling, PARTICLES, kind, &lags, 10_000).unwrap();
        let mut taken = 0;
        let mut segment = 0;
        for n in [10, 900, 3000, 9000] {
            live.push_slice(&samples[taken..n]).unwrap();
            taken = n;
            let longest = (n as u64 - 1).min(1500);
            let now = live.snapshot().unwrap().msed();
            let there = Lags::explicit(
                now.lags()
                    .iter()
                    .map(|l| l / sampling.stride())
                    .collect::<Vec<_>>(),
            );
            assert_eq!(
                now.len(),
                live.lags().iter().filter(|&&lag| lag <= longest).count()
            );
            let batch = energy::msed(&series(&samples[..n], sampling), &there, Resampling::None).unwrap();
            for (found, expected) in now.values().iter().zip(batch.curve().values()) {
                close("value", *found, *expected, *expected);
            }
            assert_eq!(now.origins(), batch.curve().origins());
            segment = (now.longest_with_error() / sampling.stride()) as usize;
        }
        // Whole blocks of one length.
        for blocks in [10, 11, 14] {
            let n = segment * blocks;
            live.push_slice(&samples[taken..n]).unwrap();
            taken = n;
            same_as_batch(&live.snapshot().unwrap(), &samples[..n], sampling, &lags, blocks);
        }
    }
}

#[test]
fn decimation_gives_the_batch_over_the_same_origins() {
    let (samples, sampling) = shipped();
    let [_, _, mut live] = all_kinds(sampling);
    for part in [&samples[..5000], &samples[5000..20_000], &samples[20_000..]] {
        live.push_slice(part).unwrap();
    }
    let now = live.snapshot().unwrap().msed();
    let lags = [
        (0, 1..17),
        (1, 9..17),
        (2, 9..17),
        (3, 9..17),
        (4, 9..17),
        (5, 9..17),
        (6, 9..17),
        // Up to 1500 or the next lag above, 12 times 128.
        (7, 9..13),
    ];
    let mut point = 0;
    for (level, lags) in lags {
        let kept: Vec<f64> = samples.iter().copied().step_by(1 << level).collect();
        let lags: Vec<u64> = lags.collect();
        let batch = energy::msed(
            &series(&kept, sampling),
            &Lags::explicit(lags.clone()),
            Resampling::None,
        );
        let batch = batch.unwrap().into_curve();
        for (k, lag) in lags.iter().enumerate() {
            assert_eq!(now.lags()[point] / sampling.stride(), lag << level);
            close("value", now.values()[point], batch.values()[k], batch.values()[k]);
            assert_eq!(now.origins()[point], batch.origins()[k]);
            assert!(
                now.standard_errors()[point].is_some()
                    == (lag << level <= now.longest_with_error() / sampling.stride())
            );
            point += 1;
        }
    }
    assert_eq!(point, now.len());
}

/// Pieces of one run, cut anywhere, are the run: none of their pairs is lost, in whichever order they are joined.
#[test]
fn pieces_of_a_run_joined_in_any_order_are_the_whole_run() {
    let (samples, sampling) = shipped();
    let n = samples.len();
    for cuts in [
        [7000, 7001, 15_000],
        [3, 40, 8000],
        [1500, 1501, 3050],
        [16, 9000, n - 5],
        [4000, 8000, 16_000],
    ] {
        for kind in 0..3 {
            let of = |from: usize, to: usize| {
                let live = all_kinds(sampling).into_iter().nth(kind).unwrap();
                let mut live = live.starting_at(from as u64).unwrap();
                live.push_slice(&samples[from..to]).unwrap();
                live
            };
            let [a, b, c] = cuts;
            let whole = of(0, n).snapshot().unwrap();
            let left = of(0, a).followed_by(&of(a, b)).unwrap();
            let left = left
                .followed_by(&of(b, c))
                .unwrap()
                .followed_by(&of(c, n))
                .unwrap();
            let right = of(b, c).followed_by(&of(c, n)).unwrap();
            let right = of(0, a)
                .followed_by(&of(a, b).followed_by(&right).unwrap())
                .unwrap();
            // The joined accumulator goes on like any other.
            let mut on = of(0, a).followed_by(&of(a, b)).unwrap();
            on.push_slice(&samples[b..]).unwrap();
            for joined in [left, right, on] {
                assert_eq!(joined.samples(), n as u64);
                let joined = joined.snapshot().unwrap();
                let variance = whole.autocovariance().values()[0];
                let pairs = [
                    (joined.msed(), whole.msed(), None),
                    (joined.autocovariance(), whole.autocovariance(), Some(variance)),
                ];
                for (found, expected, scale) in pairs {
                    assert_eq!(found.lags(), expected.lags());
                    assert_eq!(found.origins(), expected.origins(), "{cuts:?}, {kind}");
                    for (x, y) in found.values().iter().zip(expected.values()) {
                        close(&format!("value {kind} {cuts:?}"), *x, *y, scale.unwrap_or(*y));
                    }
                    // Blocks begin elsewhere, but they are as many and as long, within a factor.
                    let (x, y) = (
                        found.standard_errors()[1].unwrap(),
                        expected.standard_errors()[1].unwrap(),
                    );
                    assert!(x > 0.4 * y && x < 2.5 * y, "{x} and {y}, {cuts:?}, {kind}");
                }
                let (x, y) = (joined.moments(), whole.moments());
                close("mean", x.mean().value(), y.mean().value(), y.mean().value());
                close(
                    "variance",
                    x.variance().value(),
                    y.variance().value(),
                    y.variance().value(),
                );
            }
        }
    }
    let [ring, fft, _] = all_kinds(sampling);
    let message = |a: EnergyAccumulator, b: &EnergyAccumulator| a.followed_by(b).unwrap_err().to_string();
    assert_eq!(
        message(ring, &fft),
        "the method is block transforms, expected a ring as in the first"
    );
    let [_, other, _] = all_kinds(sampling);
    assert_eq!(
        message(fft, &other.starting_at(5).unwrap()),
        "the piece begins with sample 5 of the run, expected 0, the one after the last"
    );
}

#[test]
fn one_by_one_or_in_slices_with_or_without_snapshots_gives_the_same_bits() {
    for kind in 0..3 {
        same_bits(|sampling| all_kinds(sampling).into_iter().nth(kind).unwrap());
    }
}

fn same_bits(new: impl Fn(Sampling) -> EnergyAccumulator) {
    let (samples, sampling) = shipped();
    let (mut single, mut slices, mut asked) = (new(sampling), new(sampling), new(sampling));
    for x in &samples {
        single.push(*x).unwrap();
    }
    let mut rest = &samples[..];
    for size in (1..).map(|k| k * k * 7 % 5003) {
        let size = size.min(rest.len());
        slices.push_slice(&rest[..size]).unwrap();
        rest = &rest[size..];
        if rest.is_empty() {
            break;
        }
    }
    for part in samples.chunks(777) {
        asked.push_slice(part).unwrap();
        let _ = asked.snapshot().unwrap().msed();
    }
    let expected = single.snapshot().unwrap();
    assert!(slices.snapshot().unwrap() == expected, "slices");
    assert!(asked.snapshot().unwrap() == expected, "snapshots");
    assert_eq!(expected.samples(), samples.len() as u64);
}

#[test]
fn merged_replicas_give_the_batch_over_replicas() {
    let (samples, sampling) = shipped();
    let parts = [&samples[..5120], &samples[7000..12_120], &samples[15_000..20_120]];
    let lags = Lags::logarithmic(10).up_to_samples(300).with_zero();
    let of = |part: &[f64]| {
        let mut live = EnergyAccumulator::ring(sampling, PARTICLES, EnergyKind::Total, &lags, 5120).unwrap();
        live.push_slice(part).unwrap();
        live.snapshot().unwrap()
    };
    let [a, b, c] = parts.map(of);
    let left = a.clone().merge(b.clone()).unwrap().merge(c.clone()).unwrap();
    let right = a.merge(b.merge(c).unwrap()).unwrap();
    assert_eq!(left, right, "merging is associative");
    let replicas = Replicas::new(parts.map(|part| series(part, sampling)).to_vec()).unwrap();
    let msed = energy::msed(&replicas, &lags, Resampling::Blocks(20)).unwrap();
    same_curve(&left.msed(), msed.curve(), None);
    let correlation = energy::autocorrelation(&replicas, &lags, Resampling::Blocks(20)).unwrap();
    let variance = correlation.raw().values()[0];
    same_curve(&left.autocovariance(), correlation.raw(), Some(variance));
    let moments = energy::moments(&replicas, Resampling::Blocks(20)).unwrap();
    same_number(left.moments().mean(), moments.mean());
    same_number(left.moments().variance(), moments.variance());
    same_number(left.moments().variance_of_mean(), moments.variance_of_mean());
    // A temperature that is known at the end gives the heat capacity of the batch, where it is given at the start.
    let given = |part| series(part, sampling).with_temperature(0.803).unwrap();
    let given = Replicas::new(parts.map(given).to_vec()).unwrap();
    let heat_capacity = |moments: &energy::Moments| {
        let (units, nve) = (Units::LJ, Ensemble::nve(PARTICLES));
        thermo::heat_capacity(moments, units, nve, None)
            .unwrap()
            .excess()
            .clone()
    };
    same_number(
        &heat_capacity(&left.moments().with_temperature(0.803).unwrap()),
        &heat_capacity(&energy::moments(&given, Resampling::Blocks(20)).unwrap()),
    );
}

/// Arguments at the end of what numbers hold are refused, or give lags in order.
#[test]
fn extreme_arguments_are_refused_or_have_a_meaning() {
    let sampling = Sampling::new(10, 0.005).unwrap();
    let multi_tau =
        |points, longest| EnergyAccumulator::multi_tau(sampling, 1, EnergyKind::Total, points, longest);
    for points in [0, 1, 3, (1 << 16) + 2, usize::MAX - 1] {
        assert_eq!(
            multi_tau(points, 100).unwrap_err(),
            OnlineError::Points { found: points }
        );
    }
    for (points, longest) in [(2, 0), (2, u64::MAX), (1 << 16, u64::MAX), (16, 1)] {
        let lags = multi_tau(points, longest).unwrap().lags().to_vec();
        assert!(lags.windows(2).all(|w| w[0] < w[1]), "{points} {longest}");
    }
    let ring = || EnergyAccumulator::ring(sampling, 1, EnergyKind::Total, &Lags::explicit([1]), 10).unwrap();
    for found in [1 << 62, u64::MAX] {
        assert_eq!(
            ring().starting_at(found).unwrap_err(),
            OnlineError::Start { found }
        );
    }
    for found in [0, 3, (1 << 16) + 2, usize::MAX - 1] {
        assert_eq!(
            ring().with_blocks(found).unwrap_err(),
            OnlineError::Blocks { found }
        );
    }
    let mut late = ring().starting_at((1 << 62) - 1).unwrap();
    late.push_slice(&[1.0, 2.0, 4.0]).unwrap();
    assert_eq!(late.snapshot().unwrap().msed().values(), [2.5]);
}

#[test]
fn what_cannot_be_accumulated_is_refused_with_what_was_found() {
    let sampling = Sampling::new(10, 0.005).unwrap();
    let lags = Lags::explicit([1, 2]);
    let new =
        |particles, lags: &Lags| EnergyAccumulator::ring(sampling, particles, EnergyKind::Total, lags, 10);
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
    let failed = |result: Result<EnergyAccumulator, OnlineError>| result.unwrap_err().to_string();
    assert_eq!(failed(new(0, &lags)), "0 particles, expected at least 1");
    assert_eq!(
        failed(new(1, &Lags::explicit([1, 10]))),
        "lag 1 is 10 samples, expected less than the run's 10"
    );
    let kind = EnergyKind::Total;
    assert_eq!(
        failed(EnergyAccumulator::multi_tau(sampling, 1, kind, 5, 100)),
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

#[test]
fn distributions_of_differences_are_those_of_the_batch_at_any_moment() {
    let (samples, sampling) = shipped();
    let width = 0.001_234_5;
    let new = |range| {
        let (kind, lags) = (EnergyKind::Total, Lags::explicit([1, 10, 300]));
        DistributionAccumulator::new(sampling, PARTICLES, kind, &lags, 20_480, width, range).unwrap()
    };
    let of = |range, part: &[f64]| {
        let mut live = new(range);
        live.push_slice(part).unwrap();
        live.snapshot().unwrap()
    };
    let batch = |runs: &[&[f64]], lag, blocks| {
        let runs = runs.iter().map(|part| series(part, sampling)).collect();
        let replicas = Replicas::new(runs).unwrap();
        energy::distribution(&replicas, lag, Bins::Width(width), Resampling::Blocks(blocks)).unwrap()
    };
    let mut live = new(0.2);
    for (n, blocks) in [(512, 16), (20_480, 20)] {
        live.push_slice(&samples[live.samples() as usize..n]).unwrap();
        let now = live.snapshot().unwrap();
        for lag in [1, 10, 300] {
            same_distribution(
                &now.distribution(lag).unwrap(),
                &batch(&[&samples[..n]], lag, blocks),
            );
            assert_eq!(now.outside(lag).unwrap(), 0);
        }
    }
    let (a, b) = (&samples[..10_240], &samples[20_000..30_240]);
    let both = of(0.2, a).merge(of(0.2, b)).unwrap();
    same_distribution(&both.distribution(10).unwrap(), &batch(&[a, b], 10, 20));
    let [left, right] = [
        [of(0.2, a).merge(of(0.2, b)), Ok(of(0.2, &samples[..500]))],
        [Ok(of(0.2, a)), of(0.2, b).merge(of(0.2, &samples[..500]))],
    ]
    .map(|[first, second]| first.unwrap().merge(second.unwrap()).unwrap());
    assert_eq!(left, right, "merging is associative");
    // Bins that are too few: moments and densities of all pairs, those outside counted.
    let (narrow, all) = (of(0.02, a).distribution(10).unwrap(), batch(&[a], 10, 20));
    same_number(narrow.variance(), all.variance());
    let kept: u64 = narrow.counts().iter().sum();
    assert_eq!(narrow.counts().len(), 33);
    assert_eq!(kept + of(0.02, a).outside(10).unwrap(), narrow.pairs());
    let norm: f64 = narrow.densities().iter().map(|d| d.value() * width).sum();
    assert!((norm - kept as f64 / narrow.pairs() as f64).abs() < 1e-12 && kept < narrow.pairs());
    assert_eq!(
        of(0.2, a).distribution(11).unwrap_err().to_string(),
        "no two of the 10240 frames lie 11 steps apart"
    );
    assert!(
        of(0.2, &[1.0; 20])
            .distribution(1)
            .unwrap_err()
            .to_string()
            .contains("expected a spread")
    );
    assert_eq!(
        of(0.2, a).merge(of(0.3, b)).unwrap_err().to_string(),
        "the number of bins is 487 of 0.0012345, expected 325 of 0.0012345 as in the first"
    );
}

/// Counts of differences are the same whichever way the run was cut.
#[test]
fn distributions_of_pieces_joined_in_any_order_are_those_of_the_run() {
    let (samples, sampling) = shipped();
    let samples = &samples[..4000];
    let of = |from: usize, to: usize| {
        let (kind, lags) = (EnergyKind::Total, Lags::explicit([1, 10, 300]));
        let mut live = DistributionAccumulator::new(sampling, PARTICLES, kind, &lags, 4000, 0.001, 0.2)
            .and_then(|live| Ok(live.starting_at(from as u64)?))
            .unwrap();
        live.push_slice(&samples[from..to]).unwrap();
        live
    };
    let whole = of(0, 4000).snapshot().unwrap();
    for [a, b, c] in [[1, 2, 40], [150, 290, 450], [300, 601, 3900], [1000, 2000, 3000]] {
        let left = of(0, a).followed_by(&of(a, b)).unwrap();
        let left = left.followed_by(&of(b, c)).unwrap();
        let left = left.followed_by(&of(c, 4000)).unwrap();
        let right = of(b, c).followed_by(&of(c, 4000)).unwrap();
        let right = of(a, b).followed_by(&right).unwrap();
        let right = of(0, a).followed_by(&right).unwrap();
        for joined in [left, right] {
            let joined = joined.snapshot().unwrap();
            for lag in [1, 10, 300] {
                let [found, expected] = [&joined, &whole].map(|sums| sums.distribution(lag).unwrap());
                assert_eq!(found.counts(), expected.counts(), "{a} {b} {c}, lag {lag}");
                assert_eq!(found.pairs(), expected.pairs());
                let (x, y) = (found.variance().value(), expected.variance().value());
                close("variance", x, y, y);
            }
        }
    }
}

fn same_distribution(found: &Distribution, expected: &Distribution) {
    assert_eq!((found.lag(), found.pairs()), (expected.lag(), expected.pairs()));
    assert_eq!(found.counts(), expected.counts());
    for (x, y) in found.centres().iter().zip(expected.centres()) {
        close("centre", *x, *y, 1.0);
    }
    for (x, y) in found.densities().iter().zip(expected.densities()) {
        same_number(x, y);
    }
    same_number(found.variance(), expected.variance());
    let spread = expected.variance().value().sqrt();
    close("mean", found.mean().value(), expected.mean().value(), spread);
    close(
        "skewness",
        found.skewness().value(),
        expected.skewness().value(),
        1.0,
    );
    close(
        "kurtosis",
        found.excess_kurtosis().value(),
        expected.excess_kurtosis().value(),
        1.0,
    );
}

/// What no machine holds is an error, and does not end the process.
#[test]
fn requests_beyond_memory_are_refused() {
    let (sampling, kind) = (Sampling::new(1, 1.0).unwrap(), EnergyKind::Total);
    for samples in [1 << 50, 1 << 62, usize::MAX] {
        let lags = Lags::logarithmic(10);
        let species = Species::single("A", 1).unwrap();
        for message in [
            EnergyAccumulator::ring(sampling, 1, kind, &lags, samples)
                .unwrap_err()
                .to_string(),
            EnergyAccumulator::block_fft(sampling, 1, kind, &lags, samples)
                .unwrap_err()
                .to_string(),
            DistributionAccumulator::new(sampling, 1, kind, &lags, samples, 0.1, 1.0)
                .unwrap_err()
                .to_string(),
            FrameAccumulator::new(sampling, &species, &lags, samples)
                .unwrap_err()
                .to_string(),
        ] {
            assert!(message.contains("bytes of memory cannot be had"), "{message}");
        }
        // Decimated lags need hardly any.
        EnergyAccumulator::multi_tau(sampling, 1, kind, 16, samples as u64).unwrap();
    }
}
