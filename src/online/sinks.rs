//! What a feed can fill: one accumulator, or several.

use super::accumulator::{Accumulator, Pairs};
use super::differences::DistributionAccumulator;
use super::energy::EnergyAccumulator;
use super::error::{OnlineError, check_samples};
use super::frames::FramePairs;
use super::places::Progress;
use crate::real::Real;
use crate::sampling::Sampling;
use crate::stats::MergeError;
use crate::stats::runs::same_sampling;
use crate::trajectory::Frame;

/// A stream of samples or frames, or two that go along with each other.
pub trait Stream {
    /// The time axis.
    ///
    /// # Errors
    /// [`MergeError`] for two that differ.
    fn sampling(&self) -> Result<Sampling, MergeError>;

    /// How far it has come.
    fn progress(&self) -> Progress;

    /// Sets the molecular-dynamics step of the next sample or frame; the sampling gives the steps
    /// after it.
    fn expect_step(&mut self, step: u64);
}

/// An accumulator that takes samples of energies, `[f64]`, or frames, [`Frame`], or two that take
/// the same ones, as `(first, second)`, so that a file is read once. Either of the two may be a
/// pair itself.
pub trait Sink<Input: ?Sized>: Stream {
    /// Whether this accumulator needs unwrapped coordinates.
    fn needs_unwrapped(&self) -> bool {
        false
    }

    /// Makes ready to take in the next samples, or the next frame.
    ///
    /// # Errors
    /// They cannot be summed.
    fn prepare(&mut self, next: &Input) -> Result<(), OnlineError>;

    /// Takes in what it has [made ready](Self::prepare) for.
    fn commit(&mut self, next: &Input);

    /// Takes in the next samples, or the next frame.
    ///
    /// # Errors
    /// One of the accumulators refuses them; then none has taken them in.
    fn take(&mut self, next: &Input) -> Result<(), OnlineError> {
        self.prepare(next)?;
        self.commit(next);
        Ok(())
    }
}

impl<K: Pairs> Stream for Accumulator<K> {
    fn sampling(&self) -> Result<Sampling, MergeError> {
        Ok(self.sampling())
    }

    fn progress(&self) -> Progress {
        self.stream.progress
    }

    fn expect_step(&mut self, step: u64) {
        let stride = self.sampling().stride();
        self.stream.progress.expect_step(step, stride);
    }
}

impl Stream for EnergyAccumulator {
    fn sampling(&self) -> Result<Sampling, MergeError> {
        Ok(self.sampling())
    }

    fn progress(&self) -> Progress {
        self.progress
    }

    fn expect_step(&mut self, step: u64) {
        let stride = self.sampling().stride();
        self.progress.expect_step(step, stride);
    }
}

impl<A: Stream, B: Stream> Stream for (A, B) {
    fn sampling(&self) -> Result<Sampling, MergeError> {
        let (first, second) = (self.0.sampling()?, self.1.sampling()?);
        same_sampling(first, second).map(|()| first)
    }

    /// Of the one that knows its step.
    fn progress(&self) -> Progress {
        match (self.0.progress(), self.1.progress()) {
            (first, second) if first.first_step.is_none() && second.first_step.is_some() => second,
            (first, _) => first,
        }
    }

    fn expect_step(&mut self, step: u64) {
        self.0.expect_step(step);
        self.1.expect_step(step);
    }
}

impl Sink<[f64]> for EnergyAccumulator {
    fn prepare(&mut self, samples: &[f64]) -> Result<(), OnlineError> {
        check_samples(samples, self.progress.next())
    }

    fn commit(&mut self, samples: &[f64]) {
        self.add(samples);
    }
}

impl Sink<[f64]> for DistributionAccumulator {
    fn prepare(&mut self, samples: &[f64]) -> Result<(), OnlineError> {
        check_samples(samples, self.stream.progress.next())
    }

    fn commit(&mut self, samples: &[f64]) {
        self.add(samples);
    }
}

impl<K: FramePairs, T: Real> Sink<Frame<T>> for Accumulator<K> {
    fn needs_unwrapped(&self) -> bool {
        K::NEEDS_UNWRAPPED
    }

    fn prepare(&mut self, frame: &Frame<T>) -> Result<(), OnlineError> {
        self.over
            .check_cell(self.stream.progress.next(), frame.cell.as_ref())?;
        self.fill(&frame.positions)
    }

    fn commit(&mut self, _: &Frame<T>) {
        self.push_row();
    }
}

impl<Input: ?Sized, A: Sink<Input>, B: Sink<Input>> Sink<Input> for (A, B) {
    fn needs_unwrapped(&self) -> bool {
        self.0.needs_unwrapped() || self.1.needs_unwrapped()
    }

    fn prepare(&mut self, next: &Input) -> Result<(), OnlineError> {
        self.0.prepare(next)?;
        self.1.prepare(next)
    }

    fn commit(&mut self, next: &Input) {
        self.0.commit(next);
        self.1.commit(next);
    }
}
