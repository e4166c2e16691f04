//! The model's expected periodogram.

use super::periodogram::Bin;
use crate::relaxation::Model;

/// Lags that stand alone before the nodes thin out.
const SINGLE: usize = 64;
/// Ratio of neighbouring lags after those.
const RATIO: f64 = 1.03;
/// Where the two forms of the sum are joined, in units of 1/tau.
const JOIN: f64 = 10.0;

/// The transform from a correlation function to the periodogram that is *expected* of a piece of n
/// samples at given frequencies: `sum over |h| < n of r(h) cos(w h)` with `r(h) = (1 - |h|/n)
/// rho(h)`.
///
/// The sum over all lags, and with it the aliasing of a sampled series, is kept; only the
/// correlation is interpolated between nodes, which are every lag up to 64 and then 3 % apart.
/// Summing by parts moves the sum onto the nodes:
///
/// ```text
/// S(w) (2 - 2 cos w)   = - sum over nodes of (second difference at h) cos(w h)    r linear between nodes
/// S(w) (2 - 2 cos w)^2 =   sum over nodes of (fourth difference at h) cos(w h)    second difference of r linear
/// ```
///
/// The first is right for w τ of order 1, where the kinks at the nodes are not seen; the second
/// for large w τ, where the spectrum is that of the short lags and the kinks would be. They are
/// joined at w τ = 10; the error is below 2e-3 of the slow part's spectrum anywhere and 2e-4 up
/// to w τ = 10. The triangle (1 - |h|/n) makes the model carry the leakage of a finite transform,
/// which otherwise biases the estimate for a run of a few τ.
#[derive(Debug, Clone)]
pub(super) struct Transform {
    samples: f64,
    nodes: Vec<f64>,
    /// One row per frequency: `cos(w h)`, doubled where -h is another lag.
    cosines: Vec<f64>,
    /// `w` and `2 - 2 cos w`.
    frequencies: Vec<(f64, f64)>,
}

/// A correlation function and two derivatives of it.
pub(super) type Triple = [f64; 3];

impl Transform {
    pub(super) fn new(samples: usize, bins: &[Bin]) -> Self {
        let mut nodes: Vec<usize> = (0..=SINGLE.min(samples + 1)).collect();
        // The triangle's end is a kink of its own: the last three nodes are neighbours.
        while let Some(&last) = nodes.last()
            && last <= samples
        {
            let next = ((last as f64 * RATIO).ceil() as usize).max(last + 1);
            nodes.push(if last >= samples - 1 {
                last + 1
            } else {
                next.min(samples - 1)
            });
        }
        let nodes: Vec<f64> = nodes.into_iter().map(|h| h as f64).collect();
        let mut cosines = Vec::with_capacity(bins.len() * nodes.len());
        for bin in bins {
            cosines.extend(nodes.iter().map(|h| {
                if *h == 0.0 {
                    1.0
                } else {
                    2.0 * (bin.frequency * h).cos()
                }
            }));
        }
        // 2 - 2 cos w without cancellation.
        let denominator = |w: f64| 4.0 * (0.5 * w).sin().powi(2);
        let frequencies = bins
            .iter()
            .map(|b| (b.frequency, denominator(b.frequency)))
            .collect();
        Self {
            samples: samples as f64,
            nodes,
            cosines,
            frequencies,
        }
    }

    /// The expected periodograms of three correlation functions of decay time `tau` samples, one
    /// row each.
    pub(super) fn apply(&self, tau: f64, correlation: impl Fn(f64) -> Triple) -> [Vec<f64>; 3] {
        let tapered = |h: f64| correlation(h.abs()).map(|x| x * (1.0 - h.abs() / self.samples).max(0.0));
        let values: Vec<Triple> = self.nodes.iter().map(|&h| tapered(h)).collect();
        let curvatures: Vec<Triple> = self
            .nodes
            .iter()
            .zip(&values)
            .map(|(&h, here)| {
                let (before, after) = (tapered(h - 1.0), tapered(h + 1.0));
                std::array::from_fn(|i| after[i] - 2.0 * here[i] + before[i])
            })
            .collect();
        let (second, fourth) = (self.kinks(&values), self.kinks(&curvatures));
        let mut spectra = std::array::from_fn(|_| Vec::with_capacity(self.frequencies.len()));
        for (row, &(w, denominator)) in self.cosines.chunks_exact(self.nodes.len()).zip(&self.frequencies) {
            let (weights, factor) = if w * tau < JOIN {
                (&second, -1.0 / denominator)
            } else {
                (&fourth, 1.0 / denominator.powi(2))
            };
            let mut sums = [0.0; 3];
            for (cosine, weight) in row.iter().zip(weights) {
                for (sum, weight) in sums.iter_mut().zip(weight) {
                    *sum += cosine * weight;
                }
            }
            for (spectrum, sum) in spectra.iter_mut().zip(sums) {
                spectrum.push(factor * sum);
            }
        }
        spectra
    }

    /// The second differences of the even sequence that is linear between its values at the nodes
    /// and 0 beyond them: nothing but the change of slope at each node.
    fn kinks(&self, values: &[Triple]) -> Vec<Triple> {
        let mut kinks = vec![[0.0; 3]; values.len()];
        for k in 1..values.len() {
            let width = self.nodes[k] - self.nodes[k - 1];
            for i in 0..3 {
                let slope = (values[k][i] - values[k - 1][i]) / width;
                kinks[k][i] -= slope;
                kinks[k - 1][i] += if k == 1 { 2.0 * slope } else { slope };
            }
        }
        kinks
    }
}

/// The correlation function of the slow part at unit variance, `exp(-(h/tau)^beta)`, and its
/// derivatives by ln τ and by beta.
pub(super) fn slow_part(model: Model, h: f64, tau: f64, beta: f64) -> Triple {
    let u = h / tau;
    if u == 0.0 {
        return [1.0, 0.0, 0.0];
    }
    let (power, by_beta) = match model {
        Model::Exponential => (u, 0.0),
        Model::Stretched => {
            let power = u.powf(beta);
            (power, -power * u.ln())
        }
    };
    let value = (-power).exp();
    [value, beta * power * value, by_beta * value]
}

/// The spectrum of a long exponential relaxation of unit variance at an angular frequency per
/// sample, and its derivative by ln τ: a sampled Lorentzian, without cancellation at either end.
pub(super) fn lorentzian(frequency: f64, tau: f64) -> [f64; 2] {
    let rest = -(-1.0 / tau).exp_m1();
    let a = 1.0 - rest;
    let sine = (0.5 * frequency).sin().powi(2);
    let denominator = rest * rest + 4.0 * a * sine;
    let value = rest * (2.0 - rest) / denominator;
    // Derivatives by a: of the numerator -2 a, of the denominator -2 rest + 4 sine.
    let by_a = (-2.0 * a - value * (4.0 * sine - 2.0 * rest)) / denominator;
    [value, by_a * a / tau]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bins() -> Vec<Bin> {
        [1e-4, 1e-3, 0.01, 0.1, 0.5, 1.0, 2.0, 3.1]
            .map(|frequency| Bin {
                frequency,
                power: 0.0,
                ordinates: 1.0,
            })
            .to_vec()
    }

    fn spectrum(samples: usize, model: Model, tau: f64, beta: f64) -> Vec<f64> {
        let transform = Transform::new(samples, &bins());
        let [spectrum, ..] = transform.apply(tau, |h| slow_part(model, h, tau, beta));
        spectrum
    }

    fn assert_near(w: f64, tau: f64, found: f64, exact: f64) {
        let bound = if w * tau < JOIN { 2e-4 } else { 2e-3 };
        let error = (found / exact - 1.0).abs();
        assert!(
            error < bound,
            "w = {w}, tau = {tau}: {found}, expected {exact}, off by {error:.1e}"
        );
    }

    #[test]
    fn equals_the_direct_sum_over_all_lags() {
        for (model, tau, beta) in [
            (Model::Exponential, 50.0, 1.0),
            (Model::Exponential, 700.0, 1.0),
            (Model::Stretched, 30.0, 0.6),
            (Model::Stretched, 900.0, 0.5),
        ] {
            let n: u32 = 6000;
            for (bin, fast) in bins().iter().zip(spectrum(n as usize, model, tau, beta)) {
                let direct: f64 = (0..n)
                    .map(|h| {
                        let once = if h == 0 { 1.0 } else { 2.0 };
                        let h = f64::from(h);
                        let rho = slow_part(model, h, tau, beta)[0];
                        once * (1.0 - h / f64::from(n)) * rho * (bin.frequency * h).cos()
                    })
                    .sum();
                assert_near(bin.frequency, tau, fast, direct);
            }
        }
    }

    #[test]
    fn a_long_exponential_has_the_spectrum_of_a_sampled_lorentzian() {
        for tau in [5.0, 50.0, 5000.0] {
            let a = (-1.0_f64 / tau).exp();
            for (bin, fast) in bins()
                .iter()
                .zip(spectrum(100_000_000, Model::Exponential, tau, 1.0))
            {
                let exact = (1.0 - a * a) / (1.0 - 2.0 * a * bin.frequency.cos() + a * a);
                assert_near(bin.frequency, tau, fast, exact);
            }
        }
    }

    #[test]
    fn a_lorentzian_is_that_of_the_transform_and_has_its_derivative() {
        for tau in [0.2, 1.0, 30.0, 2000.0] {
            for bin in bins() {
                let [value, by_ln_tau] = lorentzian(bin.frequency, tau);
                let a = (-1.0_f64 / tau).exp();
                let exact = (1.0 - a * a) / (1.0 - 2.0 * a * bin.frequency.cos() + a * a);
                assert!((value / exact - 1.0).abs() < 1e-7, "{value}, {exact}");
                let at = |d: f64| lorentzian(bin.frequency, tau * d.exp())[0];
                let numeric = (at(1e-5) - at(-1e-5)) / 2e-5;
                assert!(
                    (by_ln_tau - numeric).abs() < 1e-7 * value.max(numeric.abs()),
                    "{by_ln_tau}, {numeric}"
                );
            }
        }
    }

    #[test]
    fn derivatives_are_those_of_finite_differences() {
        let d = 1e-6;
        for (model, beta) in [(Model::Exponential, 1.0), (Model::Stretched, 0.7)] {
            for h in [1.0, 10.0, 80.0] {
                let [_, by_ln_tau, by_beta] = slow_part(model, h, 20.0, beta);
                let at = |tau: f64, beta: f64| slow_part(model, h, tau, beta)[0];
                let numeric = (at(20.0 * f64::exp(d), beta) - at(20.0 * f64::exp(-d), beta)) / (2.0 * d);
                assert!((by_ln_tau - numeric).abs() < 1e-8);
                if model == Model::Stretched {
                    let numeric = (at(20.0, beta + d) - at(20.0, beta - d)) / (2.0 * d);
                    assert!((by_beta - numeric).abs() < 1e-8);
                }
            }
        }
    }
}
