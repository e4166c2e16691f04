//! What takes samples or frames one after the other.

use super::coherent::CoherentAccumulator;
use super::distributions::DistributionAccumulator;
use super::energy::EnergyAccumulator;
use super::error::OnlineError;
use super::frames::FrameAccumulator;
use super::runs::{first_step, next_step, same_sampling};
use crate::lag::Sampling;
use crate::real::Real;
use crate::trajectory::Frame;

/// What takes energies: an accumulator, or two of them that take the same, as `(first, second)`, so that a file is read once.
pub trait EnergySink {
    /// The time axis.
    ///
    /// # Errors
    /// [`OnlineError::Mismatch`] for two that differ.
    fn sampling(&self) -> Result<Sampling, OnlineError>;

    /// Number of samples taken in.
    fn samples(&self) -> u64;

    /// The step that the next sample must have; `None` before [`expect_step`](Self::expect_step).
    fn next_step(&self) -> Option<u64>;

    /// Says which molecular-dynamics step the next sample is of: those after it follow by the sampling.
    fn expect_step(&mut self, step: u64);

    /// Takes in the next samples.
    ///
    /// # Errors
    /// [`OnlineError::NotFinite`], in which case none is taken in.
    fn take(&mut self, samples: &[f64]) -> Result<(), OnlineError>;
}

/// What takes frames: an accumulator, or two of them that take the same, as `(first, second)`, so that a file is read once.
pub trait FrameSink {
    /// The time axis.
    ///
    /// # Errors
    /// [`OnlineError::Mismatch`] for two that differ.
    fn sampling(&self) -> Result<Sampling, OnlineError>;

    /// Number of frames taken in.
    fn frames(&self) -> u64;

    /// The step that the next frame must have; `None` before [`expect_step`](Self::expect_step).
    fn next_step(&self) -> Option<u64>;

    /// Says which molecular-dynamics step the next frame is of: those after it follow by the sampling.
    fn expect_step(&mut self, step: u64);

    /// Whether coordinates that re-enter the cell are wrong.
    fn needs_unwrapped(&self) -> bool;

    /// Whether the next frame can be taken in.
    ///
    /// # Errors
    /// What [`take`](Self::take) refuses.
    fn check<T: Real>(&self, frame: &Frame<T>) -> Result<(), OnlineError>;

    /// Takes in the next frame.
    ///
    /// # Errors
    /// What an accumulator refuses; then none has taken it in.
    fn take<T: Real>(&mut self, frame: &Frame<T>) -> Result<(), OnlineError>;
}

impl EnergySink for EnergyAccumulator {
    fn sampling(&self) -> Result<Sampling, OnlineError> {
        Ok(self.sampling())
    }

    fn samples(&self) -> u64 {
        self.samples()
    }

    fn next_step(&self) -> Option<u64> {
        next_step(self.first_step, self.samples, self.sampling().stride())
    }

    fn expect_step(&mut self, step: u64) {
        self.first_step = first_step(step, self.samples, self.sampling().stride());
    }

    fn take(&mut self, samples: &[f64]) -> Result<(), OnlineError> {
        self.push_slice(samples)
    }
}

impl EnergySink for DistributionAccumulator {
    fn sampling(&self) -> Result<Sampling, OnlineError> {
        Ok(self.sampling())
    }

    fn samples(&self) -> u64 {
        self.samples()
    }

    fn next_step(&self) -> Option<u64> {
        self.stream.next_step(self.sampling().stride())
    }

    fn expect_step(&mut self, step: u64) {
        let stride = self.sampling().stride();
        self.stream.expect_step(step, stride);
    }

    fn take(&mut self, samples: &[f64]) -> Result<(), OnlineError> {
        self.push_slice(samples)
    }
}

impl<A: EnergySink, B: EnergySink> EnergySink for (A, B) {
    fn sampling(&self) -> Result<Sampling, OnlineError> {
        let (first, second) = (self.0.sampling()?, self.1.sampling()?);
        same_sampling(first, second).map(|()| first)
    }

    fn samples(&self) -> u64 {
        self.0.samples()
    }

    fn next_step(&self) -> Option<u64> {
        self.0.next_step().or_else(|| self.1.next_step())
    }

    fn expect_step(&mut self, step: u64) {
        self.0.expect_step(step);
        self.1.expect_step(step);
    }

    fn take(&mut self, samples: &[f64]) -> Result<(), OnlineError> {
        self.0.take(samples)?;
        self.1.take(samples)
    }
}

impl FrameSink for FrameAccumulator {
    fn sampling(&self) -> Result<Sampling, OnlineError> {
        Ok(self.sampling())
    }

    fn frames(&self) -> u64 {
        self.frames()
    }

    fn next_step(&self) -> Option<u64> {
        self.stream.next_step(self.sampling().stride())
    }

    fn expect_step(&mut self, step: u64) {
        let stride = self.sampling().stride();
        self.stream.expect_step(step, stride);
    }

    fn needs_unwrapped(&self) -> bool {
        true
    }

    fn check<T: Real>(&self, frame: &Frame<T>) -> Result<(), OnlineError> {
        self.check_positions(&frame.positions)
    }

    fn take<T: Real>(&mut self, frame: &Frame<T>) -> Result<(), OnlineError> {
        self.push(&frame.positions)
    }
}

impl FrameSink for CoherentAccumulator {
    fn sampling(&self) -> Result<Sampling, OnlineError> {
        Ok(self.sampling())
    }

    fn frames(&self) -> u64 {
        self.frames()
    }

    fn next_step(&self) -> Option<u64> {
        self.stream.next_step(self.sampling().stride())
    }

    fn expect_step(&mut self, step: u64) {
        let stride = self.sampling().stride();
        self.stream.expect_step(step, stride);
    }

    fn needs_unwrapped(&self) -> bool {
        false
    }

    fn check<T: Real>(&self, frame: &Frame<T>) -> Result<(), OnlineError> {
        self.check_cell(frame.cell.as_ref())?;
        self.check_positions(&frame.positions)
    }

    fn take<T: Real>(&mut self, frame: &Frame<T>) -> Result<(), OnlineError> {
        self.check_cell(frame.cell.as_ref())?;
        self.push(&frame.positions)
    }
}

impl<A: FrameSink, B: FrameSink> FrameSink for (A, B) {
    fn sampling(&self) -> Result<Sampling, OnlineError> {
        let (first, second) = (self.0.sampling()?, self.1.sampling()?);
        same_sampling(first, second).map(|()| first)
    }

    fn frames(&self) -> u64 {
        self.0.frames()
    }

    fn next_step(&self) -> Option<u64> {
        self.0.next_step().or_else(|| self.1.next_step())
    }

    fn expect_step(&mut self, step: u64) {
        self.0.expect_step(step);
        self.1.expect_step(step);
    }

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
