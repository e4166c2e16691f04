//! The Cramér-Rao bound of a Gaussian liquid, with the nuisance parameters that its series has.

use nalgebra::{DMatrix, SymmetricEigen};

use super::liquid::{Part, spectrum};
use super::liquids::{Liquid, Slow, slow};

/// Half of the change of ln tau and of beta that a derivative is taken over.
const STEP: f64 = 1e-3;
/// Eigenvalues of the information, scaled to ones on its diagonal, count as zero below this.
const NONE: f64 = 1e-8;

/// Standard errors of ln tau and of ln Um².
#[derive(Debug, Clone, Copy)]
pub(crate) struct Bound {
    /// Where the exponent is known.
    pub(crate) known: [f64; 2],
    /// Where it is found from the run as well.
    pub(crate) free: [f64; 2],
}

impl Bound {
    /// The bound of all runs of a liquid; `None` for one that is not Gaussian.
    ///
    /// The Fisher information of a stationary Gaussian series of n samples with the spectral
    /// density S is, per frequency of its transform, `d ln S/d theta_i d ln S/d theta_j`. It is
    /// summed over all frequencies from half of the first one, since the mean is not known, to the
    /// Nyquist frequency. This gives the lowest bound, because an estimator that leaves out a band
    /// loses its information. The vibrations count as a part of known shape and unknown size. At
    /// the rates of the table they oscillate between two samples and are the level of the spectrum,
    /// or nearly.
    pub(crate) fn of(liquid: &Liquid) -> Option<Self> {
        let Slow::Stretched(beta) = liquid.slow else {
            return None;
        };
        let interval = liquid.rate.recip();
        let density = |parts: &[Part]| spectrum(parts, liquid.samples(), interval);
        let fast = liquid.fast_parts();
        let whole = density(&[fast.clone(), vec![slow(beta)]].concat());
        // ln Um², ln tau, then the nuisances: the variance of each fast part and its time, and
        // beta.
        let mut derivatives = vec![density(&[slow(beta)]), of_time(&density, slow(beta))];
        for part in fast {
            derivatives.push(density(&[part]));
            if let Part::Relaxation { .. } = part {
                derivatives.push(of_time(&density, part));
            }
        }
        derivatives.push(slope(
            density(&[slow(beta - STEP)]),
            &density(&[slow(beta + STEP)]),
        ));
        let first = (whole.len() / (2 * liquid.samples())).max(1);
        let per_frequency = liquid.samples() as f64 / whole.len() as f64;
        let information = |i: usize, j: usize| -> f64 {
            let product = |k: usize| derivatives[i][k] * derivatives[j][k] / whole[k].powi(2);
            per_frequency * (first..=whole.len() / 2).map(product).sum::<f64>()
        };
        let all = DMatrix::from_fn(derivatives.len(), derivatives.len(), information);
        let but_beta = all.view((0, 0), (all.nrows() - 1, all.ncols() - 1)).into_owned();
        Some(Self {
            known: errors(&but_beta),
            free: errors(&all),
        })
    }
}

/// Standard errors of ln tau and ln Um². Nuisances that no run tells apart, such as a fast part and
/// vibrations that are both white at the rate of the samples, count as one: directions without
/// information are left out of the inverse.
fn errors(information: &DMatrix<f64>) -> [f64; 2] {
    let scale = information.diagonal().map(|x| x.sqrt().recip());
    let scaled = DMatrix::from_diagonal(&scale) * information * DMatrix::from_diagonal(&scale);
    let SymmetricEigen {
        eigenvalues,
        eigenvectors,
    } = SymmetricEigen::new(scaled);
    let variance = |i: usize| -> f64 {
        let terms = eigenvalues.iter().enumerate().filter(|(_, value)| **value > NONE);
        terms.map(|(k, value)| eigenvectors[(i, k)].powi(2) / value).sum()
    };
    [1, 0].map(|i| scale[i] * variance(i).sqrt())
}

/// The derivative of the density with respect to the logarithm of the time of a part.
fn of_time(density: &impl Fn(&[Part]) -> Vec<f64>, part: Part) -> Vec<f64> {
    let scaled = |factor: f64| match part {
        Part::Relaxation { variance, tau, beta } => Part::Relaxation {
            variance,
            tau: tau * factor,
            beta,
        },
        other => other,
    };
    let [before, after] = [-STEP, STEP].map(|step| density(&[scaled(step.exp())]));
    slope(before, &after)
}

fn slope(mut before: Vec<f64>, after: &[f64]) -> Vec<f64> {
    for (before, after) in before.iter_mut().zip(after) {
        *before = (after - *before) / (2.0 * STEP);
    }
    before
}
