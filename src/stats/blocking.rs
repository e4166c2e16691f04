//! How correlated a series is, by averaging neighbours.

/// The apparent standard error of a mean under repeated averaging of neighbours (Flyvbjerg and
/// Petersen, J. Chem. Phys. 91, 461 (1989)): it rises while blocks are correlated and stays once
/// they are longer than the correlation time.
///
/// ```
/// use msed::stats::Blocking;
/// // Runs of eight equal samples: the plateau is reached at blocks of eight.
/// let series: Vec<f64> = (0..8192_u32).map(|i| f64::from((i / 8).wrapping_mul(2_654_435_761) >> 31)).collect();
/// let blocking = Blocking::new(&series);
/// let naive = blocking.levels[0].standard_error;
/// let plateau = blocking.plateau().unwrap();
/// assert!(plateau.block >= 8);
/// assert!((plateau.standard_error / naive - 8_f64.sqrt()).abs() < 0.3);
/// // 1024 independent values in 8192 samples.
/// assert!((blocking.independent_samples().unwrap() / 1024.0 - 1.0).abs() < 0.25);
/// ```
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Blocking {
    /// Number of samples, over all runs.
    pub samples: usize,
    /// The levels, from single samples on.
    pub levels: Vec<BlockingLevel>,
}

/// One block length of a [`Blocking`].
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct BlockingLevel {
    /// Samples in a block: a power of two.
    pub block: usize,
    /// Number of blocks.
    pub blocks: usize,
    /// The standard error of the mean as if blocks were independent.
    pub standard_error: f64,
    /// The statistical error of that: `standard_error / sqrt(2 (blocks - 1))`.
    pub uncertainty: f64,
}

impl Blocking {
    /// All levels down to two blocks. A last odd block is left out. Cost: O(n).
    #[must_use]
    pub fn new(samples: &[f64]) -> Self {
        Self::of_runs(&[samples])
    }

    /// Of the mean of several independent runs, each about its own mean: runs at constant energy
    /// have an energy each.
    #[must_use]
    pub fn of_runs(runs: &[&[f64]]) -> Self {
        let mut levels = Vec::new();
        let mut means: Vec<Vec<f64>> = runs
            .iter()
            .map(|run| run.iter().map(|x| x - run[0]).collect())
            .collect();
        let mut block = 1;
        loop {
            // A run of one block says nothing of its spread.
            means.retain(|run| run.len() >= 2);
            if means.is_empty() {
                break;
            }
            let (mut blocks, mut squares) = (0, 0.0);
            for run in &means {
                let mean = run.iter().sum::<f64>() / run.len() as f64;
                squares += run.iter().map(|x| (x - mean).powi(2)).sum::<f64>();
                blocks += run.len();
            }
            let freedom = (blocks - means.len()) as f64;
            let standard_error = (squares / (freedom * blocks as f64)).sqrt();
            let uncertainty = standard_error / (2.0 * freedom).sqrt();
            levels.push(BlockingLevel {
                block,
                blocks,
                standard_error,
                uncertainty,
            });
            for run in &mut means {
                *run = run
                    .chunks_exact(2)
                    .map(|pair| 0.5 * (pair[0] + pair[1]))
                    .collect();
            }
            block *= 2;
        }
        Self {
            samples: runs.iter().map(|run| run.len()).sum(),
            levels,
        }
    }

    /// The first level with 64 blocks or more that no later one with 16 blocks or more exceeds by
    /// more than twice the uncertainty of the difference; `None` where the error still rises there:
    /// the run is too short to know its own error.
    #[must_use]
    pub fn plateau(&self) -> Option<BlockingLevel> {
        const FEWEST: usize = 16;
        let usable: Vec<&BlockingLevel> = self.levels.iter().filter(|l| l.blocks >= FEWEST).collect();
        let flat = |k: usize| {
            usable[k + 1..].iter().all(|later| {
                let slack = 2.0 * later.uncertainty.hypot(usable[k].uncertainty);
                later.standard_error <= usable[k].standard_error + slack
            })
        };
        (0..usable.len())
            .find(|&k| usable[k].blocks >= 4 * FEWEST && flat(k))
            .map(|k| *usable[k])
    }

    /// How many independent samples would give the same error of the mean: the naive variance of
    /// the mean over that of the plateau, times the number of samples. `None` without a plateau.
    #[must_use]
    pub fn independent_samples(&self) -> Option<f64> {
        let plateau = self.plateau()?;
        let naive = self.levels.first()?.standard_error;
        Some(self.samples as f64 * (naive / plateau.standard_error).powi(2))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A first-order autoregression: the variance of its mean is (1+a)/(1-a) times the naive one.
    fn autoregression(a: f64, n: usize) -> Vec<f64> {
        let mut state = 0x9e37_79b9_7f4a_7c15_u64;
        let mut x = 0.0;
        (0..n)
            .map(|_| {
                // The sum of four uniforms of a multiplicative generator: close enough to Gaussian
                // for a variance.
                let mut sum = 0.0;
                for _ in 0..4 {
                    state = state
                        .wrapping_mul(6_364_136_223_846_793_005)
                        .wrapping_add(1_442_695_040_888_963_407);
                    let uniform = (state >> 11) as f64 / (1_u64 << 53) as f64;
                    sum += uniform - 0.5;
                }
                x = a * x + sum;
                x
            })
            .collect()
    }

    #[test]
    fn plateau_is_the_error_of_a_correlated_mean() {
        for a in [0.0_f64, 0.5, 0.9] {
            let blocking = Blocking::new(&autoregression(a, 1 << 17));
            let expected = f64::from(1 << 17) * (1.0 - a) / (1.0 + a);
            let found = blocking.independent_samples().unwrap();
            assert!(
                (found / expected - 1.0).abs() < 0.15,
                "a = {a}: {found}, expected {expected}"
            );
        }
    }

    #[test]
    fn runs_are_taken_about_their_own_means() {
        let whole = autoregression(0.5, 1 << 15);
        let shifted: Vec<Vec<f64>> = whole
            .chunks(1 << 13)
            .zip([0.0, 50.0, -20.0, 3.0])
            .map(|(run, by)| run.iter().map(|x| x + by).collect())
            .collect();
        let runs: Vec<&[f64]> = shifted.iter().map(Vec::as_slice).collect();
        let (one, four) = (Blocking::new(&whole), Blocking::of_runs(&runs));
        for (a, b) in one.levels.iter().zip(&four.levels).take(9) {
            assert_eq!((a.block, a.blocks), (b.block, b.blocks));
            let error = a.uncertainty.hypot(b.uncertainty);
            assert!((a.standard_error - b.standard_error).abs() < error, "{a:?} {b:?}");
        }
        let ratio = four.independent_samples().unwrap() / one.independent_samples().unwrap();
        assert!((ratio - 1.0).abs() < 0.15, "{ratio}");
    }

    #[test]
    fn a_series_slower_than_the_run_has_no_plateau() {
        let ramp: Vec<f64> = (0..4096).map(f64::from).collect();
        assert_eq!(Blocking::new(&ramp).plateau(), None);
        assert_eq!(Blocking::new(&[1.0]).levels, []);
    }
}
