//! Files larger than memory, through accumulators.

use std::ops::ControlFlow;

use super::coherent::CoherentAccumulator;
use super::displacements::FrameAccumulator;
use super::distributions::DistributionAccumulator;
use super::energy::EnergyAccumulator;
use super::error::OnlineError;
use crate::error::Error;
use crate::real::{Real, first_unfit};
use crate::sampling::Sampling;
use crate::stats::doubling_blocks::LAST_PLACE;
use crate::stats::runs::{first_step, next_step, same_sampling};
use crate::trajectory::{Convention, Frame, FrameSource, TrajectoryError, WrapCheck};

/// Samples between two reports.
const SLICE: usize = 4096;

/// Whether a step is the one that comes next, and not beyond all counting.
fn follows(next: Option<u64>, step: u64, index: u64) -> Result<(), Error> {
    let expected = next.unwrap_or(step).min(LAST_PLACE);
    if step == expected {
        return Ok(());
    }
    Err(Error::Online(OnlineError::Step {
        index,
        found: step,
        expected,
    }))
}

/// Takes in samples; where one cannot be, those before it.
fn take(live: &mut impl EnergySink, samples: &[f64]) -> Result<(), OnlineError> {
    let taken = live.take(samples);
    if let Err(OnlineError::NotFinite { .. }) = taken {
        let fit = first_unfit(samples).unwrap_or(0);
        live.take(&samples[..fit])?;
    }
    taken
}

/// How a feed ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fed {
    /// The source has no more.
    Complete,
    /// The report broke it off; what came before is in the accumulator.
    Cancelled,
}

/// Feeds an accumulator, or [several](EnergySink), with energies that come one by one, such as the rows of a file
/// (`io::EnergyStream`): pairs of step and energy. Memory is that of the accumulator.
///
/// `report` is called after every 4096 samples, and at the end, with the accumulator as it then is: to show progress, to take a snapshot, to
/// write a checkpoint. When it breaks, the feed ends; whatever ends it, what came before is in the accumulator. To go on from
/// there, skip as many rows as it has [`samples`](EnergySink::samples).
///
/// # Errors
/// What the rows say, what the accumulator refuses, and [`OnlineError::Step`] for a step that is not where the sampling puts it, counted from the first row
/// of the first feed: a second one goes on where the first has ended.
///
/// ```
/// use std::ops::ControlFlow;
/// use msed::online::{EnergyAccumulator, Fed, OnlineError, feed_energies};
/// use msed::{EnergyKind, Lags, Sampling};
/// let lags = Lags::logarithmic(10).up_to_samples(100);
/// let mut live = EnergyAccumulator::ring(Sampling::new(10, 0.005)?, 1000, EnergyKind::Total, &lags, 20_000)?;
/// let rows = (0..20_000_u32).map(|i| Ok::<_, OnlineError>((u64::from(10 * i), f64::from(i % 7))));
/// let end = feed_energies(&mut live, rows, |live| {
///     if live.samples() < 10_000 { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
/// })?;
/// assert_eq!((end, live.samples()), (Fed::Cancelled, 3 * 4096));
/// # Ok::<(), msed::Error>(())
/// ```
pub fn feed_energies<S: EnergySink, E>(
    live: &mut S,
    rows: impl IntoIterator<Item = Result<(u64, f64), E>>,
    mut report: impl FnMut(&S) -> ControlFlow<()>,
) -> Result<Fed, Error>
where
    Error: From<E>,
{
    let stride = live.sampling()?.stride();
    let mut slice = Vec::with_capacity(SLICE);
    let mut next = live.next_step();
    for row in rows {
        let checked = row.map_err(Error::from).and_then(|(step, energy)| {
            let index = live.samples() + slice.len() as u64;
            follows(next, step, index).map(|()| (step, energy))
        });
        match checked {
            Ok((step, energy)) => {
                if next.is_none() {
                    live.expect_step(step);
                }
                next = Some(step.saturating_add(stride));
                slice.push(energy);
            }
            Err(error) => {
                take(live, &slice)?;
                return Err(error);
            }
        }
        if slice.len() == SLICE {
            take(live, &slice)?;
            slice.clear();
            if report(live).is_break() {
                return Ok(Fed::Cancelled);
            }
        }
    }
    take(live, &slice)?;
    // Nothing is left to break off.
    let _ = report(live);
    Ok(Fed::Complete)
}

/// Feeds an accumulator, or [several](FrameSink), with the frames of a source. Where displacements are wanted, coordinates are unwrapped:
/// wrapped ones go through [`trajectory::Unwrap`](crate::trajectory::Unwrap) first. Memory is that of the accumulator and one frame.
///
/// `report` is called after every frame; otherwise as [`feed_energies`].
///
/// # Errors
/// What the source says, [`TrajectoryError::Convention`] for wrapped coordinates, [`OnlineError::Step`] for a step that is not where the
/// sampling puts it, counted from the first frame of the first feed, what the accumulator refuses, and
/// [`TrajectoryError::LooksWrapped`] where a source that does not say jumps from face to face of its cells.
///
/// ```
/// use std::ops::ControlFlow;
/// use msed::online::{Fed, FrameAccumulator, feed_frames};
/// use msed::trajectory::{Convention, Frame, FrameSource, Species, TrajectoryError};
/// use msed::{Lags, Sampling};
/// /// A ballistic particle.
/// struct Flight(u64);
/// impl FrameSource<f64> for Flight {
///     fn particles(&self) -> usize { 1 }
///     fn convention(&self) -> Convention { Convention::Unwrapped }
///     fn next_frame(&mut self, frame: &mut Frame<f64>) -> Result<bool, TrajectoryError> {
///         (frame.step, frame.positions) = (10 * self.0, vec![0.5 * self.0 as f64, 0.0, 0.0]);
///         self.0 += 1;
///         Ok(self.0 <= 100)
///     }
/// }
/// let mut live =
///     FrameAccumulator::new(Sampling::new(10, 0.005)?, &Species::single("A", 1)?, &Lags::explicit([1, 4]), 100)?;
/// assert_eq!(feed_frames(&mut live, Flight(0), |_| ControlFlow::Continue(()))?, Fed::Complete);
/// assert_eq!(live.snapshot()?.msd("A")?.values(), [0.25, 4.0]);
/// # Ok::<(), msed::Error>(())
/// ```
pub fn feed_frames<S: FrameSink, T: Real>(
    live: &mut S,
    mut source: impl FrameSource<T>,
    mut report: impl FnMut(&S) -> ControlFlow<()>,
) -> Result<Fed, Error> {
    if live.needs_unwrapped() && source.convention() == Convention::Wrapped {
        return Err(TrajectoryError::Convention.into());
    }
    let stride = live.sampling()?.stride();
    let unsure = live.needs_unwrapped() && source.convention() == Convention::Unknown;
    let mut seen = unsure.then(WrapCheck::new);
    let mut frame = Frame::new();
    let mut next = live.next_step();
    while source.next_frame(&mut frame)? {
        follows(next, frame.step, live.frames())?;
        if let (Some(seen), Some(cell)) = (&mut seen, &frame.cell) {
            seen.add(cell, &frame.positions);
            seen.verdict()?;
        }
        if next.is_none() {
            live.expect_step(frame.step);
        }
        next = Some(frame.step.saturating_add(stride));
        live.take(&frame)?;
        if report(live).is_break() {
            return Ok(Fed::Cancelled);
        }
    }
    Ok(Fed::Complete)
}

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
