//! Whittle's likelihood of several pieces, and its maximum.

use std::sync::Arc;

use nalgebra::{DMatrix, DVector};

use super::block_powers::BlockPowers;
use super::expected::{Transform, slow_part};
use super::periodogram::{Bin, Periodogram};
use crate::relaxation::Model;

/// Runs, each with its periodogram below the limit and the transform of its length. Likelihoods
/// add: runs of one length have one expected spectrum, and their ordinates are pooled bin by bin.
#[derive(Debug)]
pub(super) struct Likelihood {
    pieces: Vec<Piece>,
}

/// The runs of one length.
#[derive(Debug)]
struct Piece {
    samples: usize,
    bins: Vec<Bin>,
    transform: Arc<Transform>,
}

/// ln B, ln (Um²/2), ln τ in samples and, for the stretched form, ln (beta / (2 - beta)).
pub(super) type Parameters = DVector<f64>;

/// The largest likelihood found.
#[derive(Debug, Clone)]
pub(super) struct Maximum {
    pub(super) parameters: Parameters,
    /// `sum ln S + I/S`, over all ordinates: the negative of the log likelihood, to a constant.
    pub(super) objective: f64,
    /// The Fisher information of [`Parameters`].
    pub(super) information: DMatrix<f64>,
    pub(super) converged: bool,
}

/// The likelihood at some parameters.
pub(super) struct Point {
    objective: f64,
    gradient: DVector<f64>,
    /// The Fisher information, whatever the power.
    pub(super) information: DMatrix<f64>,
}

/// The stretching exponent, in (0, 2).
pub(super) fn beta_of(parameters: &Parameters) -> f64 {
    if parameters.len() < 4 {
        1.0
    } else {
        2.0 / (1.0 + (-parameters[3]).exp())
    }
}

impl Piece {
    /// The spectrum at the bins, and its derivatives by each parameter.
    fn spectrum(&self, model: Model, parameters: &Parameters) -> Vec<Vec<f64>> {
        let (level, slow, tau) = (parameters[0].exp(), parameters[1].exp(), parameters[2].exp());
        let beta = beta_of(parameters);
        let by_logit = 0.5 * beta * (2.0 - beta);
        let [by_ln_slow, by_ln_tau, by_beta] = self.transform.apply(tau, |h| {
            let [value, by_ln_tau, by_beta] = slow_part(model, h, tau, beta);
            [slow * value, slow * by_ln_tau, slow * by_logit * by_beta]
        });
        let spectrum = by_ln_slow.iter().map(|s| s + level).collect();
        let by_ln_level = vec![level; by_ln_slow.len()];
        match model {
            Model::Exponential => vec![spectrum, by_ln_level, by_ln_slow, by_ln_tau],
            Model::Stretched => vec![spectrum, by_ln_level, by_ln_slow, by_ln_tau, by_beta],
        }
    }
}

impl Likelihood {
    /// `limit` is an angular frequency per sample.
    pub(super) fn new(periodograms: &[Periodogram], limit: f64) -> Self {
        let mut pieces: Vec<Piece> = Vec::new();
        for periodogram in periodograms {
            let (samples, bins) = (periodogram.samples, periodogram.below(limit));
            if let Some(piece) = pieces.iter_mut().find(|piece| piece.samples == samples) {
                pool(&mut piece.bins, bins);
            } else if !bins.is_empty() {
                pieces.push(Piece {
                    samples,
                    bins: bins.to_vec(),
                    transform: Arc::new(Transform::new(samples, bins)),
                });
            }
        }
        Self { pieces }
    }

    /// The same with the blocks of the runs weighted, in the order of the runs; `None` where
    /// nothing is left.
    pub(super) fn resampled(&self, powers: &[BlockPowers], limit: f64, mut weights: &[f64]) -> Option<Self> {
        let empty = |piece: &Piece| Piece {
            samples: piece.samples,
            bins: Vec::new(),
            transform: Arc::clone(&piece.transform),
        };
        let mut pieces: Vec<Piece> = self.pieces.iter().map(empty).collect();
        for run in powers {
            let (of_run, others) = weights.split_at(run.blocks());
            weights = others;
            let of_length = |piece: &&mut Piece| piece.samples == run.whole.samples;
            let Some(piece) = pieces.iter_mut().find(of_length) else {
                continue;
            };
            let bins = run.resampled(limit, of_run);
            if piece.bins.is_empty() {
                piece.bins = bins;
            } else {
                pool(&mut piece.bins, &bins);
            }
        }
        pieces.retain(|piece| !piece.bins.is_empty());
        (!pieces.is_empty()).then_some(Self { pieces })
    }

    /// The likelihood at these parameters; `None` where the spectrum is not positive there.
    pub(super) fn at(&self, model: Model, parameters: &Parameters) -> Option<Point> {
        let dimension = model.parameters();
        let mut point = Point {
            objective: 0.0,
            gradient: DVector::zeros(dimension),
            information: DMatrix::zeros(dimension, dimension),
        };
        for piece in &self.pieces {
            let rows = piece.spectrum(model, parameters);
            for (k, bin) in piece.bins.iter().enumerate() {
                let s = rows[0][k];
                if !(s > 0.0 && s.is_finite()) {
                    return None;
                }
                let ratio = bin.power / s;
                point.objective += bin.ordinates * (s.ln() + ratio);
                for i in 0..dimension {
                    let di = rows[1 + i][k] / s;
                    point.gradient[i] += bin.ordinates * (1.0 - ratio) * di;
                    for j in 0..=i {
                        point.information[(i, j)] += bin.ordinates * di * rows[1 + j][k] / s;
                    }
                }
            }
        }
        for i in 0..dimension {
            for j in 0..i {
                point.information[(j, i)] = point.information[(i, j)];
            }
        }
        point.objective.is_finite().then_some(point)
    }

    /// How far the periodogram lies from the model, over groups of neighbouring bins with ten
    /// ordinates or more.
    pub(super) fn misfit(&self, model: Model, parameters: &Parameters) -> Misfit {
        let mut misfit = Misfit {
            sum: 0.0,
            variance: 0.0,
            groups: 0,
        };
        for piece in &self.pieces {
            let rows = piece.spectrum(model, parameters);
            let (mut count, mut ratio) = (0.0, 0.0);
            for (k, bin) in piece.bins.iter().enumerate() {
                count += bin.ordinates;
                ratio += bin.ordinates * bin.power / rows[0][k];
                if count >= 10.0 {
                    misfit.sum += count * (ratio / count - 1.0).powi(2);
                    misfit.variance += 2.0 + 6.0 / count;
                    misfit.groups += 1;
                    (count, ratio) = (0.0, 0.0);
                }
            }
        }
        misfit
    }

    /// The best of a scan over τ, refined: the scan profiles B and Um² at beta = 1 on a grid of
    /// τ between the reciprocals of the highest and the lowest frequency, so that the result does
    /// not hang on a guess.
    pub(super) fn maximise(&self, model: Model) -> Option<Maximum> {
        const STEPS: u32 = 16;
        const STARTS: [f64; 4] = [0.5, 0.75, 1.0, 1.3];
        let bins = || self.pieces.iter().flat_map(|piece| &piece.bins);
        let ordinates: f64 = bins().map(|b| b.ordinates).sum();
        let mean = bins().map(|b| b.power * b.ordinates).sum::<f64>() / ordinates;
        let level = bins().map(|b| b.power).fold(mean, f64::min);
        let lowest = bins().map(|b| b.frequency).fold(f64::MAX, f64::min);
        let highest = bins().map(|b| b.frequency).fold(0.0, f64::max);
        if !(level > 0.0 && highest > lowest) {
            return None;
        }
        let scan = (0..=STEPS).filter_map(|step| {
            let tau = (highest / lowest).powf(f64::from(step) / f64::from(STEPS)) / highest;
            let slow = mean / tau.max(1.0);
            let start = Parameters::from_vec(vec![level.ln(), slow.ln(), tau.ln()]);
            self.refine(Model::Exponential, start, &[0, 1], 12)
        });
        let start = scan.min_by(by_objective)?.parameters;
        match model {
            Model::Exponential => self.refine(model, start, &[0, 1, 2], 60),
            Model::Stretched => {
                let from = |beta: f64| {
                    let logit = (beta / (2.0 - beta)).ln();
                    Parameters::from_vec(vec![start[0], start[1], start[2], logit])
                };
                let found = STARTS
                    .into_iter()
                    .filter_map(|beta| self.polish(model, from(beta)));
                found.min_by(by_objective)
            }
        }
    }

    /// The maximum next to a start.
    pub(super) fn polish(&self, model: Model, start: Parameters) -> Option<Maximum> {
        let all: Vec<usize> = (0..model.parameters()).collect();
        self.refine(model, start, &all, 60)
    }

    /// Fisher scoring over the `free` parameters, damped as by Levenberg and Marquardt.
    fn refine(&self, model: Model, start: Parameters, free: &[usize], limit: usize) -> Option<Maximum> {
        let f = free.len();
        let mut parameters = start;
        let mut here = self.at(model, &parameters)?;
        let mut damping = 1e-3;
        let mut converged = false;
        for _ in 0..limit {
            let gradient = DVector::from_fn(f, |i, _| here.gradient[free[i]]);
            let mut damped = DMatrix::from_fn(f, f, |i, j| here.information[(free[i], free[j])]);
            for i in 0..f {
                damped[(i, i)] *= 1.0 + damping;
            }
            let step = damped
                .cholesky()
                .map(|c| c.solve(&gradient))
                .filter(|s| s.amax().is_finite());
            let moved = step.and_then(|step| {
                // No parameter moves by more than a factor e^2 at once.
                let step = &step * (2.0 / step.amax()).min(1.0);
                let mut trial = parameters.clone();
                for (i, &p) in free.iter().enumerate() {
                    trial[p] -= step[i];
                }
                let there = self.at(model, &trial)?;
                (there.objective <= here.objective).then_some((trial, there, step.amax()))
            });
            if let Some((trial, there, length)) = moved {
                (parameters, here) = (trial, there);
                damping = (damping * 0.2).max(1e-12);
                converged = length < 1e-6;
            } else {
                damping *= 8.0;
                // No step goes down any more: the objective is flat to its rounding.
                converged = damping > 1e3;
            }
            if converged {
                break;
            }
        }
        Some(Maximum {
            parameters,
            objective: here.objective,
            information: here.information,
            converged,
        })
    }
}

/// Adds the ordinates of a run to the pool of other runs of its length.
fn pool(bins: &mut [Bin], more: &[Bin]) {
    for (bin, more) in bins.iter_mut().zip(more) {
        let ordinates = bin.ordinates + more.ordinates;
        bin.power = (bin.ordinates * bin.power + more.ordinates * more.power) / ordinates;
        bin.ordinates = ordinates;
    }
}

fn by_objective(a: &Maximum, b: &Maximum) -> std::cmp::Ordering {
    a.objective.total_cmp(&b.objective)
}

/// `sum over groups of M (I/S - 1)^2` for M ordinates a group: its expectation is the number of
/// groups less the number of parameters.
#[derive(Debug, Clone, Copy)]
pub(super) struct Misfit {
    pub(super) sum: f64,
    /// The variance of the sum for gamma-distributed means.
    pub(super) variance: f64,
    pub(super) groups: usize,
}
