//! What a feed can fill: one accumulator, or several.

use super::accumulator::Accumulator;
use super::differences::DistributionAccumulator;
use super::energy::EnergyAccumulator;
use super::error::{OnlineError, check_samples};
use super::frames::FramePairs;
use super::places::Progress;
use crate::real::Real;
use crate::sampling::Sampling;
use crate::trajectory::Frame;

/// What a feed does to an accumulator, step by step. A row that is not prepared must not be taken
/// in, which is why [`Sink`] does both.
pub trait Stream<Input: ?Sized> {
    /// The time axis of each accumulator, and how far it has come.
    fn streams(&mut self) -> Vec<(Sampling, &mut Progress)>;

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
}

/// An accumulator that takes samples of energies, `[f64]`, or frames, [`Frame`], or two that take
/// the same ones, as `(first, second)`, so that a file is read once. Either of the two may be a
/// pair itself.
pub trait Sink<Input: ?Sized>: Stream<Input> {
    /// Takes in the next samples, or the next frame.
    ///
    /// # Errors
    /// One of the accumulators refuses them; then none has taken them in.
    fn take(&mut self, next: &Input) -> Result<(), OnlineError>;
}

impl<Input: ?Sized, S: Stream<Input>> Sink<Input> for S {
    fn take(&mut self, next: &Input) -> Result<(), OnlineError> {
        self.prepare(next)?;
        self.commit(next);
        Ok(())
    }
}

impl Stream<[f64]> for EnergyAccumulator {
    fn streams(&mut self) -> Vec<(Sampling, &mut Progress)> {
        vec![(self.sampling(), &mut self.progress)]
    }

    fn prepare(&mut self, samples: &[f64]) -> Result<(), OnlineError> {
        check_samples(samples, self.progress.next())
    }

    fn commit(&mut self, samples: &[f64]) {
        self.add(samples);
    }
}

impl Stream<[f64]> for DistributionAccumulator {
    fn streams(&mut self) -> Vec<(Sampling, &mut Progress)> {
        vec![(self.sampling(), &mut self.stream.progress)]
    }

    fn prepare(&mut self, samples: &[f64]) -> Result<(), OnlineError> {
        check_samples(samples, self.stream.progress.next())
    }

    fn commit(&mut self, samples: &[f64]) {
        self.add(samples);
    }
}

impl<K: FramePairs, T: Real> Stream<Frame<T>> for Accumulator<K> {
    fn streams(&mut self) -> Vec<(Sampling, &mut Progress)> {
        vec![(self.sampling(), &mut self.stream.progress)]
    }

    fn needs_unwrapped(&self) -> bool {
        K::UNWRAPPED.is_some()
    }

    fn prepare(&mut self, frame: &Frame<T>) -> Result<(), OnlineError> {
        self.over
            .check_cell(self.stream.progress.next(), frame.cell.as_ref())?;
        self.fill(&frame.positions)?;
        self.check_wrapping(frame.cell.as_ref())
    }

    fn commit(&mut self, _: &Frame<T>) {
        self.push_row();
    }
}

impl<Input: ?Sized, A: Stream<Input>, B: Stream<Input>> Stream<Input> for (A, B) {
    fn streams(&mut self) -> Vec<(Sampling, &mut Progress)> {
        let (first, second) = (self.0.streams(), self.1.streams());
        first.into_iter().chain(second).collect()
    }

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
