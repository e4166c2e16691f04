//! What a feed can fill: one accumulator, or several.

use super::accumulator::{Accumulator, Pairs};
use super::differences::DistributionAccumulator;
use super::energy::EnergyAccumulator;
use super::error::OnlineError;
use super::frames::FramePairs;
use crate::real::Real;
use crate::sampling::Sampling;
use crate::stats::MergeError;
use crate::stats::runs::same_sampling;
use crate::trajectory::Frame;

/// An accumulator, or two that take the same samples or frames, as `(first, second)`, so that a
/// file is read once. Either of the two may be a pair itself.
pub trait Sink {
    /// The time axis.
    ///
    /// # Errors
    /// [`MergeError`] for two that differ.
    fn sampling(&self) -> Result<Sampling, MergeError>;

    /// Number of samples or frames taken in.
    fn taken(&self) -> u64;

    /// The step that the next one must have; `None` before [`expect_step`](Self::expect_step).
    fn next_step(&self) -> Option<u64>;

    /// Sets the molecular-dynamics step of the next sample or frame; the sampling gives the steps
    /// after it.
    fn expect_step(&mut self, step: u64);
}

/// A [`Sink`] that takes energies.
pub trait EnergySink: Sink {
    /// Takes in the next samples.
    ///
    /// # Errors
    /// [`OnlineError::NotFinite`], in which case none is taken in.
    fn take(&mut self, samples: &[f64]) -> Result<(), OnlineError>;
}

/// A [`Sink`] that takes frames.
pub trait FrameSink: Sink {
    /// Whether this accumulator needs unwrapped coordinates.
    fn needs_unwrapped(&self) -> bool;

    /// Whether the next frame can be taken in.
    ///
    /// # Errors
    /// What [`take`](Self::take) refuses.
    fn check<T: Real>(&self, frame: &Frame<T>) -> Result<(), OnlineError>;

    /// Takes in the next frame.
    ///
    /// # Errors
    /// The frame does not fit one of the accumulators; then none has taken it in.
    fn take<T: Real>(&mut self, frame: &Frame<T>) -> Result<(), OnlineError>;
}

impl<K: Pairs> Sink for Accumulator<K> {
    fn sampling(&self) -> Result<Sampling, MergeError> {
        Ok(self.sampling())
    }

    fn taken(&self) -> u64 {
        self.stream.progress.count
    }

    fn next_step(&self) -> Option<u64> {
        self.stream.progress.next_step(self.sampling().stride())
    }

    fn expect_step(&mut self, step: u64) {
        let stride = self.sampling().stride();
        self.stream.progress.expect_step(step, stride);
    }
}

impl Sink for EnergyAccumulator {
    fn sampling(&self) -> Result<Sampling, MergeError> {
        Ok(self.sampling())
    }

    fn taken(&self) -> u64 {
        self.progress.count
    }

    fn next_step(&self) -> Option<u64> {
        self.progress.next_step(self.sampling().stride())
    }

    fn expect_step(&mut self, step: u64) {
        let stride = self.sampling().stride();
        self.progress.expect_step(step, stride);
    }
}

impl<A: Sink, B: Sink> Sink for (A, B) {
    fn sampling(&self) -> Result<Sampling, MergeError> {
        let (first, second) = (self.0.sampling()?, self.1.sampling()?);
        same_sampling(first, second).map(|()| first)
    }

    fn taken(&self) -> u64 {
        self.0.taken()
    }

    fn next_step(&self) -> Option<u64> {
        self.0.next_step().or_else(|| self.1.next_step())
    }

    fn expect_step(&mut self, step: u64) {
        self.0.expect_step(step);
        self.1.expect_step(step);
    }
}

impl EnergySink for EnergyAccumulator {
    fn take(&mut self, samples: &[f64]) -> Result<(), OnlineError> {
        self.push_slice(samples)
    }
}

impl EnergySink for DistributionAccumulator {
    fn take(&mut self, samples: &[f64]) -> Result<(), OnlineError> {
        self.push_slice(samples)
    }
}

impl<A: EnergySink, B: EnergySink> EnergySink for (A, B) {
    fn take(&mut self, samples: &[f64]) -> Result<(), OnlineError> {
        self.0.take(samples)?;
        self.1.take(samples)
    }
}

impl<K: FramePairs> FrameSink for Accumulator<K> {
    fn needs_unwrapped(&self) -> bool {
        K::NEEDS_UNWRAPPED
    }

    fn check<T: Real>(&self, frame: &Frame<T>) -> Result<(), OnlineError> {
        self.check_frame(&frame.positions, frame.cell.as_ref())
    }

    fn take<T: Real>(&mut self, frame: &Frame<T>) -> Result<(), OnlineError> {
        self.over
            .check_cell(self.stream.progress.next(), frame.cell.as_ref())?;
        self.push(&frame.positions)
    }
}

impl<A: FrameSink, B: FrameSink> FrameSink for (A, B) {
    fn needs_unwrapped(&self) -> bool {
        self.0.needs_unwrapped() || self.1.needs_unwrapped()
    }

    fn check<T: Real>(&self, frame: &Frame<T>) -> Result<(), OnlineError> {
        self.0.check(frame)?;
        self.1.check(frame)
    }

    fn take<T: Real>(&mut self, frame: &Frame<T>) -> Result<(), OnlineError> {
        // What the second would refuse, the first must not have taken in.
        self.1.check(frame)?;
        self.0.take(frame)?;
        self.1.take(frame)
    }
}
