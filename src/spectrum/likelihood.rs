//! Whittle's likelihood of several pieces, and its maximum.

use std::sync::Arc;

use nalgebra::{DMatrix, DVector};

use super::block_powers::BlockPowers;
use super::expected::{Transform, lorentzian, slow_part};
use super::periodogram::{Bin, Periodogram};
use super::prior::Priors;
use super::shape::{Parameters, Point, Shape};
use crate::relaxation::Model;

/// Runs, each with its periodogram below the limit and the transform of its length. Likelihoods
/// add: runs of one length have one expected spectrum, and their ordinates are pooled bin by bin.
#[derive(Debug)]
pub(super) struct Likelihood {
    pieces: Vec<Piece>,
    pub(super) priors: Priors,
}

/// The runs of one length.
#[derive(Debug)]
struct Piece {
    samples: usize,
    bins: Vec<Bin>,
    transform: Arc<Transform>,
}

impl Piece {
    /// The spectrum at the bins, and its derivatives by each parameter.
    fn spectrum(&self, shape: Shape, parameters: &Parameters) -> Vec<Vec<f64>> {
        let (level, slow, tau) = (parameters[0].exp(), parameters[1].exp(), parameters[2].exp());
        let beta = shape.beta(parameters);
        let by_logit = 0.5 * beta * (2.0 - beta);
        let [by_ln_slow, by_ln_tau, by_beta] = self.transform.apply(tau, |h| {
            let [value, by_ln_tau, by_beta] = slow_part(shape.model, h, tau, beta);
            [slow * value, slow * by_ln_tau, slow * by_logit * by_beta]
        });
        let mut spectrum: Vec<f64> = by_ln_slow.iter().map(|s| s + level).collect();
        let by_ln_level = vec![level; by_ln_slow.len()];
        let mut derivatives = vec![by_ln_level, by_ln_slow, by_ln_tau];
        if shape.model == Model::Stretched {
            derivatives.push(by_beta);
        }
        for [variance, tau] in shape.fast_parts(parameters) {
            let parts = self.bins.iter().map(|bin| lorentzian(bin.frequency, tau));
            let (by_ln_variance, by_ln_tau): (Vec<f64>, Vec<f64>) = parts
                .map(|[s, by_ln_tau]| (variance * s, variance * by_ln_tau))
                .unzip();
            for (sum, part) in spectrum.iter_mut().zip(&by_ln_variance) {
                *sum += part;
            }
            derivatives.extend([by_ln_variance, by_ln_tau]);
        }
        derivatives.insert(0, spectrum);
        derivatives
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
        let priors = Priors::of(&pieces.iter().map(|piece| &piece.bins[..]).collect::<Vec<_>>());
        Self { pieces, priors }
    }

    /// The bins of all pieces.
    pub(super) fn bins(&self) -> impl Iterator<Item = &Bin> {
        self.pieces.iter().flat_map(|piece| &piece.bins)
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
        let priors = self.priors;
        (!pieces.is_empty()).then_some(Self { pieces, priors })
    }

    /// The likelihood at these parameters; `None` where the spectrum is not positive there.
    pub(super) fn at(&self, shape: Shape, parameters: &Parameters) -> Option<Point> {
        let dimension = shape.parameters();
        let mut point = Point {
            objective: 0.0,
            gradient: DVector::zeros(dimension),
            information: DMatrix::zeros(dimension, dimension),
        };
        for piece in &self.pieces {
            let rows = piece.spectrum(shape, parameters);
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

    /// The same with the priors.
    pub(super) fn posterior(&self, shape: Shape, parameters: &Parameters) -> Option<Point> {
        let mut point = self.at(shape, parameters)?;
        self.priors.add_to(shape, parameters, &mut point);
        Some(point)
    }

    /// How far the periodogram lies from the model, over groups of neighbouring bins with ten
    /// ordinates or more; `None` where no degree of freedom is left.
    pub(super) fn misfit(&self, shape: Shape, parameters: &Parameters) -> Option<Misfit> {
        let (mut sum, mut variance, mut groups) = (0.0, 0.0, 0.0);
        for piece in &self.pieces {
            let rows = piece.spectrum(shape, parameters);
            let (mut count, mut ratio) = (0.0, 0.0);
            for (k, bin) in piece.bins.iter().enumerate() {
                count += bin.ordinates;
                ratio += bin.ordinates * bin.power / rows[0][k];
                if count >= 10.0 {
                    sum += count * (ratio / count - 1.0).powi(2);
                    // Of gamma-distributed means.
                    variance += 2.0 + 6.0 / count;
                    groups += 1.0;
                    (count, ratio) = (0.0, 0.0);
                }
            }
        }
        let freedom = groups - shape.parameters() as f64;
        (freedom > 0.0).then(|| Misfit {
            reduced: sum / freedom,
            excess: (sum - freedom) / variance.sqrt(),
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

/// `sum over groups of M (I/S - 1)^2` for M ordinates a group: its expectation is the number of
/// degrees of freedom, which is that of the groups less that of the parameters.
#[derive(Debug, Clone, Copy)]
pub(super) struct Misfit {
    /// For each degree of freedom.
    pub(super) reduced: f64,
    /// By how many standard deviations it lies above its expectation.
    pub(super) excess: f64,
}
