//! The parameters of the largest posterior.

use nalgebra::DMatrix;

use super::expected::lorentzian;
use super::likelihood::Likelihood;
use super::periodogram::Bin;
use super::shape::{Parameters, Shape};
use crate::relaxation::Model;

/// Steps of a scan over relaxation times.
const STEPS: usize = 16;
/// The exponents from which a stretched form is sought.
const STARTS: [f64; 2] = [0.65, 0.9];
/// Sets of times from which a shape is sought.
const SETS: usize = 2;
/// Multiplicative steps towards the amplitudes of a set of times.
const AMPLITUDE_STEPS: usize = 40;
/// Steps of a search.
const LIMIT: usize = 150;
/// A search ends where two steps on end gain less than this in the logarithm of the posterior: a
/// thousandth of a standard deviation.
const GAIN: f64 = 1e-6;
/// The same of searches from all starts, of which the best goes on.
const COARSE_GAIN: f64 = 0.03;

/// The largest posterior next to a start.
#[derive(Debug, Clone)]
pub(super) struct Maximum {
    pub(super) parameters: Parameters,
    /// Minus the logarithm of the posterior, to a constant.
    pub(super) objective: f64,
    /// The Fisher information of [`Parameters`], with that of the priors.
    pub(super) information: DMatrix<f64>,
    pub(super) converged: bool,
}

/// A time in samples for the slow part and each fast one, in decreasing order, and the level and
/// the variances that fit best with them.
#[derive(Debug, Clone)]
pub(super) struct Start {
    times: Vec<f64>,
    amplitudes: Vec<f64>,
}

/// The starts for shapes with so many fast relaxations, whatever their slow part. A scan over all
/// sets of times that the band can show gives them, so that the result does not depend on a guess.
pub(super) fn starts(likelihood: &Likelihood, fast: usize) -> Vec<Start> {
    let bins: Vec<Bin> = likelihood.bins().copied().collect();
    let lowest = bins.iter().map(|b| b.frequency).fold(f64::MAX, f64::min);
    let highest = bins.iter().map(|b| b.frequency).fold(0.0, f64::max);
    if !(bins.iter().all(|b| b.power > 0.0) && highest > lowest) {
        return Vec::new();
    }
    let time = |step: usize| (highest / lowest).powf(step as f64 / STEPS as f64) / highest;
    let column = |step| {
        bins.iter()
            .map(|b| lorentzian(b.frequency, time(step))[0])
            .collect()
    };
    let columns: Vec<Vec<f64>> = (0..=STEPS).map(column).collect();
    let fitted = |steps: Vec<usize>| {
        let columns: Vec<&[f64]> = steps.iter().map(|&step| &columns[step][..]).collect();
        let (objective, amplitudes) = amplitudes(&bins, &columns);
        (objective, amplitudes, steps)
    };
    let mut sets: Vec<_> = sets(fast).into_iter().map(fitted).collect();
    sets.sort_by(|a, b| a.0.total_cmp(&b.0));
    let start = |(_, amplitudes, steps): &(f64, Vec<f64>, Vec<usize>)| Start {
        times: steps.iter().map(|&step| time(step)).collect(),
        amplitudes: amplitudes.clone(),
    };
    // What is faster than a sample is nearly the level, and may hide a slower one.
    let is_slower = |start: &Start| start.times[1..].iter().all(|&time| time >= 1.0);
    let (slower, near): (Vec<Start>, Vec<Start>) = sets.iter().map(start).partition(is_slower);
    let near = near.into_iter().take(SETS);
    near.chain(slower.into_iter().take(SETS)).collect()
}

/// The largest posterior of a shape whose relaxations are apart, from these starts.
pub(super) fn maximum(likelihood: &Likelihood, shape: Shape, starts: &[Start]) -> Option<Maximum> {
    let start = |Start { times, amplitudes }: &Start, beta: Option<f64>| {
        let logit = beta.map(|beta| (beta / (2.0 - beta)).ln());
        let slow = [amplitudes[0].ln(), amplitudes[1].ln(), times[0].ln()];
        let fast = times[1..].iter().zip(&amplitudes[2..]);
        let fast = fast.flat_map(|(time, variance)| [variance.ln(), time.ln()]);
        Parameters::from_vec(slow.into_iter().chain(logit).chain(fast).collect())
    };
    let starts = starts.iter().flat_map(|set| match shape.model {
        Model::Exponential => vec![start(set, None)],
        Model::Stretched => STARTS.map(|beta| start(set, Some(beta))).to_vec(),
    });
    starts
        .filter_map(|start| search(likelihood, shape, start, COARSE_GAIN))
        .filter(|found| shape.is_apart(&found.parameters))
        .min_by(|a, b| a.objective.total_cmp(&b.objective))
        .and_then(|best| nearest(likelihood, shape, best.parameters))
        .filter(|found| shape.is_apart(&found.parameters))
}

/// The steps of the slow time and of each fast one, in decreasing order: all single ones and all
/// pairs, and triples of every second step.
fn sets(fast: usize) -> Vec<Vec<usize>> {
    let stride = if fast > 1 { 2 } else { 1 };
    let mut sets: Vec<Vec<usize>> = (0..=STEPS).step_by(stride).map(|slow| vec![slow]).collect();
    for _ in 0..fast {
        sets = sets
            .iter()
            .flat_map(|set| {
                let below = set[set.len() - 1].saturating_sub(1);
                (0..below)
                    .step_by(stride)
                    .map(|step| [&set[..], &[step]].concat())
            })
            .collect();
    }
    sets
}

/// The level and the variances of given shapes by the largest likelihood, with `sum ln S + I/S`
/// there. The multiplicative steps of the Itakura-Saito divergence keep them positive (C. Févotte
/// and J. Idier, Neural Comput. 23, 2421 (2011)).
fn amplitudes(bins: &[Bin], columns: &[&[f64]]) -> (f64, Vec<f64>) {
    let level = bins.iter().map(|b| b.power).fold(f64::MAX, f64::min);
    let highest = bins.iter().map(|b| b.power).fold(0.0, f64::max);
    let share = |column: &&[f64]| highest / column.iter().fold(0.0, |a: f64, b| a.max(*b));
    let mut amplitudes: Vec<f64> = vec![level];
    amplitudes.extend(columns.iter().map(|column| share(column) / columns.len() as f64));
    let ones = vec![1.0; bins.len()];
    let columns: Vec<&[f64]> = std::iter::once(&ones[..])
        .chain(columns.iter().copied())
        .collect();
    let mut objective = f64::INFINITY;
    for step in 1..=AMPLITUDE_STEPS {
        // A logarithm costs as much as all else, and only the last sum is looked at.
        let is_last = step == AMPLITUDE_STEPS;
        let mut slopes = vec![[0.0; 2]; columns.len()];
        objective = 0.0;
        for (k, bin) in bins.iter().enumerate() {
            let s: f64 = columns
                .iter()
                .zip(&amplitudes)
                .map(|(column, a)| column[k] * a)
                .sum();
            if is_last {
                objective += bin.ordinates * (s.ln() + bin.power / s);
            }
            for (slope, column) in slopes.iter_mut().zip(&columns) {
                slope[0] += bin.ordinates * bin.power / (s * s) * column[k];
                slope[1] += bin.ordinates / s * column[k];
            }
        }
        for (amplitude, [up, down]) in amplitudes.iter_mut().zip(slopes) {
            *amplitude = (*amplitude * (up / down).sqrt()).max(1e-12 * level);
        }
    }
    (objective, amplitudes)
}

/// The largest posterior next to a start.
pub(super) fn nearest(likelihood: &Likelihood, shape: Shape, start: Parameters) -> Option<Maximum> {
    search(likelihood, shape, start, GAIN)
}

/// Fisher scoring, damped as by Levenberg and Marquardt, until two steps on end gain less.
fn search(likelihood: &Likelihood, shape: Shape, start: Parameters, gain: f64) -> Option<Maximum> {
    let mut parameters = start;
    let mut here = likelihood.posterior(shape, &parameters)?;
    let (mut damping, mut small, mut converged) = (1e-3, 0, false);
    for _ in 0..LIMIT {
        let mut damped = here.information.clone();
        for i in 0..damped.nrows() {
            damped[(i, i)] *= 1.0 + damping;
        }
        let step = damped.cholesky().map(|c| c.solve(&here.gradient));
        let moved = step.filter(|step| step.amax().is_finite()).and_then(|step| {
            // No parameter moves by more than a factor e^2 at once.
            let trial = &parameters - &step * (2.0 / step.amax()).min(1.0);
            let there = likelihood.posterior(shape, &trial)?;
            (there.objective <= here.objective).then_some((trial, there))
        });
        if let Some((trial, there)) = moved {
            small = if here.objective - there.objective < gain {
                small + 1
            } else {
                0
            };
            (parameters, here) = (trial, there);
            damping = (damping * 0.2).max(1e-12);
            converged = small > 1;
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
