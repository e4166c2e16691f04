//! Accumulators of the distribution of energy differences, on the shipped energies.

use msed::energy::{self, Bins, Distribution, DistributionSums};
use msed::online::DistributionAccumulator;
use msed::{Lags, Resampling};

use super::energies::{replicas, shipped, system};
use super::{Case, Live, Seen, Sums, live};

const LAGS: [u64; 3] = [1, 10, 300];
const WIDTH: f64 = 0.001_234_5;

live!(
    DistributionAccumulator,
    DistributionSums,
    samples,
    |live: &mut DistributionAccumulator, place: &[f64]| live.push(place[0]),
    |live: &mut DistributionAccumulator, places: &[f64], _| live.push_slice(places),
    |_: &DistributionSums| None,
    |sums: &DistributionSums| {
        let there: Vec<Distribution> = sums.lags().flat_map(|lag| sums.distribution(lag)).collect();
        let outside: Vec<u64> = sums.lags().map(|lag| sums.outside(lag).unwrap()).collect();
        seen(&there, &outside)
    }
);

fn seen(distributions: &[Distribution], outside: &[u64]) -> Vec<Seen> {
    let pairs: Vec<u64> = distributions.iter().map(|phi| phi.pairs).collect();
    let mut all = vec![Seen::counts("pairs", &pairs), Seen::counts("outside", outside)];
    for phi in distributions {
        let what = |what: &str| format!("{what} at {}", phi.lag);
        let centres = Seen {
            values: phi.centres.clone(),
            within: vec![1e-10; phi.centres.len()],
            ..Seen::counts(what("counts"), &phi.counts)
        };
        let densities: Vec<&msed::Estimate> = phi.densities.iter().collect();
        let within: Vec<f64> = densities.iter().map(|x| 1e-10 * x.value()).collect();
        let variance = phi.variance.value();
        all.extend([
            centres,
            Seen::numbers(what("densities"), &densities, &within, 1e-7),
            Seen::numbers(what("variance"), &[&phi.variance], &[1e-10 * variance], 1e-7),
            Seen::numbers(
                what("mean, skewness and kurtosis"),
                &[&phi.mean, &phi.skewness, &phi.excess_kurtosis],
                &[1e-10 * variance.sqrt(), 1e-10, 1e-10],
                1e-5,
            ),
        ]);
    }
    all
}

fn accumulator(range: f64) -> DistributionAccumulator {
    let (_, sampling) = shipped();
    DistributionAccumulator::new(system(sampling), &Lags::samples(LAGS), WIDTH, range).unwrap()
}

fn sums(range: f64, part: &[f64]) -> DistributionSums {
    let mut live = accumulator(range);
    live.push_slice(part).unwrap();
    Live::snapshot(&live).unwrap()
}

fn case() -> Case<DistributionAccumulator> {
    let (run, sampling) = shipped();
    Case {
        name: "distribution".to_owned(),
        new: Box::new(|| accumulator(0.2)),
        width: 1,
        run,
        lags: LAGS.to_vec(),
        estimator: Box::new(move |runs, lags, resampling| {
            let runs = replicas(runs, sampling);
            let of =
                |&lag: &u64| energy::distribution(&runs, sampling.lag(lag), Bins::Width(WIDTH), resampling);
            let there: Vec<Distribution> = lags.iter().flat_map(of).collect();
            seen(&there, &[0; 3])
        }),
        decimated: None,
        filled: vec![(640, 10), (20_480, 10)],
        between: vec![(700, 0), (21_000, 0)],
        cuts: vec![
            [1, 2, 40],
            [150, 290, 450],
            [300, 601, 3900],
            [1000, 2000, 3000],
            [7000, 20_000, 20_200],
        ],
        replicas: vec![0..10_240, 20_000..30_240, 3000..13_240],
        replica_blocks: Some(10),
        stops: vec![0, 1, 333, 9000],
    }
}

#[test]
fn accumulators_of_distributions_obey_every_law() {
    assert_eq!(case().check(), Ok(()));
}

/// Moments and densities are those of all pairs, and pairs outside of the bins are counted.
#[test]
fn bins_that_are_too_few_count_what_they_miss() {
    let (samples, sampling) = shipped();
    let a = &samples[..10_240];
    let narrow = sums(0.02, a).distribution(sampling.lag(10)).unwrap();
    let runs = replicas(&[a], sampling);
    let all = energy::distribution(
        &runs,
        sampling.lag(10),
        Bins::Width(WIDTH),
        Resampling::Blocks(10),
    )
    .unwrap();
    let [x, y] = [narrow.variance, all.variance];
    assert!((x.value() / y.value() - 1.0).abs() < 1e-10);
    let [x, y] = [x, y].map(|variance| variance.standard_error().unwrap());
    assert!((x / y - 1.0).abs() < 1e-7);
    let kept: u64 = narrow.counts.iter().sum();
    assert_eq!(narrow.counts.len(), 33);
    assert_eq!(
        kept + sums(0.02, a).outside(sampling.lag(10)).unwrap(),
        narrow.pairs
    );
    let norm: f64 = narrow.densities.iter().map(|d| d.value() * WIDTH).sum();
    assert!((norm - kept as f64 / narrow.pairs as f64).abs() < 1e-12 && kept < narrow.pairs);
}

#[test]
fn what_has_no_distribution_is_refused() {
    let (samples, sampling) = shipped();
    let (a, b) = (&samples[..10_240], &samples[20_000..30_240]);
    assert_eq!(
        sums(0.2, a)
            .distribution(sampling.lag(11))
            .unwrap_err()
            .to_string(),
        "no two of the 10240 frames lie 110 steps apart, expected a lag that two of them have"
    );
    let none = sums(0.2, &[1.0; 20])
        .distribution(sampling.lag(1))
        .unwrap_err()
        .to_string();
    assert!(none.contains("expected a spread"), "{none}");
    assert_eq!(
        Sums::merge(sums(0.2, a), sums(0.3, b)).unwrap_err(),
        "number of bins is 487, expected 325 as in the first"
    );
}
