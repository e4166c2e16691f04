//! Files larger than memory, through accumulators.

use std::ops::ControlFlow;

use thiserror::Error;

use super::error::OnlineError;
use super::sinks::{EnergySink, FrameSink};
use crate::real::{Real, first_unfit};
use crate::stats::doubling_blocks::LAST_PLACE;
use crate::trajectory::{Convention, Frame, FrameSource, TrajectoryError, WrapCheck};

/// Samples between two reports.
const SLICE: usize = 4096;

/// Whether a step is the one that comes next, and not beyond all counting.
fn follows(next: Option<u64>, step: u64, index: u64) -> Result<(), OnlineError> {
    let expected = next.unwrap_or(step).min(LAST_PLACE);
    if step == expected {
        return Ok(());
    }
    Err(OnlineError::Step {
        index,
        found: step,
        expected,
    })
}

/// Takes in samples; where one is refused, the samples before it.
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
pub enum FeedEnd {
    /// The source has no more.
    Complete,
    /// The report broke the feed off; what came before is in the accumulator.
    Cancelled,
}

/// Why a feed failed; what came before is in the accumulator.
#[derive(Debug, Error)]
pub enum FeedError<E> {
    /// The source failed.
    #[error(transparent)]
    Source(E),
    /// The accumulator refused what the source gave.
    #[error(transparent)]
    Refused(#[from] OnlineError),
}

/// Feeds an accumulator, or [several](EnergySink), with energies that come one by one, such as the
/// rows of a file (`io::EnergyStream`): pairs of step and energy. The feed needs no memory beside
/// the accumulator.
///
/// `report` is called after every 4096 samples, and at the end, with the accumulator as it then is:
/// to show progress, to take a snapshot, to write a checkpoint. When it breaks, the feed ends.
/// However the feed ends, what came before is in the accumulator. To go on from there, skip as many
/// rows as it has [`taken`](super::Sink::taken).
///
/// # Errors
/// [`FeedError`]: the error of a row, a sample that the accumulator refuses, or
/// [`OnlineError::Step`] for a step that is not where the sampling puts it. Steps count from the
/// first row of the first feed: a second feed goes on where the first has ended.
///
/// ```
/// use std::ops::ControlFlow;
/// use msed::energy::EnergySystem;
/// use msed::online::{EnergyAccumulator, FeedEnd, OnlineError, feed_energies};
/// use msed::{EnergyKind, Lags, Sampling};
/// let system = EnergySystem::new(Sampling::new(10, 0.005)?, 1000, EnergyKind::Total)?;
/// let mut live = EnergyAccumulator::ring(system, &Lags::logarithmic(10).up_to_samples(100))?;
/// let rows = (0..20_000_u32).map(|i| Ok::<_, OnlineError>((u64::from(10 * i), f64::from(i % 7))));
/// let end = feed_energies(&mut live, rows, |live| {
///     if live.samples() < 10_000 { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
/// })?;
/// assert_eq!((end, live.samples()), (FeedEnd::Cancelled, 3 * 4096));
/// # Ok::<(), msed::Error>(())
/// ```
pub fn feed_energies<S: EnergySink, E>(
    live: &mut S,
    rows: impl IntoIterator<Item = Result<(u64, f64), E>>,
    mut report: impl FnMut(&S) -> ControlFlow<()>,
) -> Result<FeedEnd, FeedError<E>> {
    let stride = live.sampling().map_err(OnlineError::from)?.stride();
    let mut slice = Vec::with_capacity(SLICE);
    let mut next = live.next_step();
    for row in rows {
        let checked = row.map_err(FeedError::Source).and_then(|(step, energy)| {
            let index = live.taken() + slice.len() as u64;
            follows(next, step, index)?;
            Ok((step, energy))
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
                return Ok(FeedEnd::Cancelled);
            }
        }
    }
    take(live, &slice)?;
    // Nothing is left to break off.
    let _ = report(live);
    Ok(FeedEnd::Complete)
}

/// Feeds an accumulator, or [several](FrameSink), with the frames of a source. Where displacements
/// are wanted, coordinates are unwrapped: wrapped ones go through
/// [`trajectory::unwrapped`](crate::trajectory::unwrapped) first. The feed needs memory for one frame
/// beside the accumulator.
///
/// `report` is called after every frame; otherwise as [`feed_energies`].
///
/// # Errors
/// [`FeedError`]: the error of the source, [`TrajectoryError::Convention`] for wrapped coordinates,
/// [`TrajectoryError::LooksWrapped`] where particles of a source of unknown convention jump from
/// face to face of its cells, a frame that the accumulator refuses, or [`OnlineError::Step`] for a
/// step that is not where the sampling puts it, counted from the first frame of the first feed.
///
/// ```
/// use std::ops::ControlFlow;
/// use msed::online::{DisplacementAccumulator, FeedEnd, feed_frames};
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
/// let (species, lags) = (Species::single("A", 1)?, Lags::samples([1, 4]));
/// let mut live = DisplacementAccumulator::new(Sampling::new(10, 0.005)?, &species, &lags)?;
/// assert_eq!(feed_frames(&mut live, Flight(0), |_| ControlFlow::Continue(()))?, FeedEnd::Complete);
/// assert_eq!(live.snapshot()?.displacements().of("A")?.msd.total.values(), [0.25, 4.0]);
/// # Ok::<(), msed::Error>(())
/// ```
pub fn feed_frames<S: FrameSink, T: Real>(
    live: &mut S,
    mut source: impl FrameSource<T>,
    mut report: impl FnMut(&S) -> ControlFlow<()>,
) -> Result<FeedEnd, FeedError<TrajectoryError>> {
    if live.needs_unwrapped() && source.convention() == Convention::Wrapped {
        return Err(FeedError::Source(TrajectoryError::Convention));
    }
    let stride = live.sampling().map_err(OnlineError::from)?.stride();
    let unsure = live.needs_unwrapped() && source.convention() == Convention::Unknown;
    let mut seen = unsure.then(WrapCheck::new);
    let mut frame = Frame::new();
    let mut next = live.next_step();
    while source.next_frame(&mut frame).map_err(FeedError::Source)? {
        follows(next, frame.step, live.taken())?;
        if let (Some(seen), Some(cell)) = (&mut seen, &frame.cell) {
            seen.add(cell, &frame.positions);
            seen.verdict().map_err(FeedError::Source)?;
        }
        if next.is_none() {
            live.expect_step(frame.step);
        }
        next = Some(frame.step.saturating_add(stride));
        live.take(&frame)?;
        if report(live).is_break() {
            return Ok(FeedEnd::Cancelled);
        }
    }
    Ok(FeedEnd::Complete)
}
