//! Files larger than memory, through accumulators.

use std::ops::ControlFlow;

use thiserror::Error;

use super::error::OnlineError;
use super::sinks::Sink;
use crate::real::{Real, first_unfit};
use crate::stats::doubling_blocks::LAST_PLACE;
use crate::stats::runs::same_sampling;
use crate::trajectory::{Convention, Frame, FrameSource, TrajectoryError, WrapCheck};

/// Samples between two reports.
const SLICE: usize = 4096;

/// The steps that the sampling of the accumulators puts samples or frames at.
struct Steps {
    stride: u64,
    /// The next one, where there was one before.
    next: Option<u64>,
    /// Index of the next one in the run.
    index: u64,
}

impl Steps {
    /// From where the accumulators are.
    fn of<Input: ?Sized>(live: &mut impl Sink<Input>) -> Result<Self, OnlineError> {
        let streams = live.streams();
        let (sampling, stride) = (streams[0].0, streams[0].0.stride());
        for (other, _) in &streams {
            same_sampling(sampling, *other)?;
        }
        Ok(Self {
            stride,
            next: streams
                .iter()
                .find_map(|(_, progress)| progress.next_step(stride)),
            index: streams[0].1.count,
        })
    }

    /// Goes on to `step`, if that is the one that comes next, and not beyond all counting.
    fn follow<Input: ?Sized>(&mut self, live: &mut impl Sink<Input>, step: u64) -> Result<(), OnlineError> {
        let expected = self.next.unwrap_or(step).min(LAST_PLACE);
        if step != expected {
            return Err(OnlineError::Step {
                index: self.index,
                found: step,
                expected,
            });
        }
        if self.next.is_none() {
            let streams = live.streams().into_iter();
            streams.for_each(|(_, progress)| progress.expect_step(step, self.stride));
        }
        self.next = Some(step.saturating_add(self.stride));
        self.index += 1;
        Ok(())
    }
}

/// Takes in samples; where one is refused, the samples before it.
fn take(live: &mut impl Sink<[f64]>, samples: &[f64]) -> Result<(), OnlineError> {
    let taken = live.take(samples);
    if let Err(OnlineError::NotFinite { .. }) = taken {
        let fit = first_unfit(samples).unwrap_or(0);
        live.take(&samples[..fit])?;
    }
    taken
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

/// Feeds an accumulator, or [several](Sink), with energies that come one by one, such as the
/// rows of a file (`io::EnergyStream`): pairs of step and energy. The feed needs no memory beside
/// the accumulator.
///
/// `report` is called after every 4096 samples, and at the end, with the accumulator as it then is:
/// to show progress, to take a snapshot, to write a checkpoint. When it breaks, the feed ends, and
/// returns `false`; it returns `true` where the source has no more. However the feed ends, what
/// came before is in the accumulator. To go on from there, skip as many rows as it has taken in.
///
/// # Errors
/// [`FeedError`]: the error of a row, a sample that the accumulator refuses, or
/// [`OnlineError::Step`] for a step that is not where the sampling puts it. Steps count from the
/// first row of the first feed: a second feed goes on where the first has ended.
///
/// ```
/// use std::ops::ControlFlow;
/// use msed::online::{EnergyAccumulator, OnlineError, feed_energies};
/// use msed::{EnergyKind, EnergySystem, Lags, Sampling};
/// let system = EnergySystem::new(Sampling::new(10, 0.005)?, 1000, EnergyKind::Total)?;
/// let mut live = EnergyAccumulator::ring(system, &Lags::logarithmic(10).up_to_samples(100))?;
/// let rows = (0..20_000_u32).map(|i| Ok::<_, OnlineError>((u64::from(10 * i), f64::from(i % 7))));
/// let complete = feed_energies(&mut live, rows, |live| {
///     if live.samples() < 10_000 { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
/// })?;
/// assert!(!complete && live.samples() == 3 * 4096);
/// # Ok::<(), msed::Error>(())
/// ```
pub fn feed_energies<S: Sink<[f64]>, E>(
    live: &mut S,
    rows: impl IntoIterator<Item = Result<(u64, f64), E>>,
    mut report: impl FnMut(&S) -> ControlFlow<()>,
) -> Result<bool, FeedError<E>> {
    let mut steps = Steps::of(live)?;
    let mut slice = Vec::with_capacity(SLICE);
    let mut rows = rows.into_iter();
    loop {
        slice.clear();
        let filled = rows.by_ref().take(SLICE).try_for_each(|row| {
            let (step, energy) = row.map_err(FeedError::Source)?;
            steps.follow(live, step)?;
            slice.push(energy);
            Ok::<_, FeedError<E>>(())
        });
        take(live, &slice)?;
        filled?;
        let cancelled = report(live).is_break();
        // Where the source has no more, nothing is left to break off.
        if slice.len() < SLICE || cancelled {
            return Ok(slice.len() < SLICE);
        }
    }
}

/// Feeds an accumulator, or [several](Sink), with the frames of a source. Where displacements
/// are wanted, coordinates are unwrapped: wrapped ones go through
/// [`trajectory::unwrapped`](crate::trajectory::unwrapped) first. A frame that repeats the one
/// before it counts once. The feed needs memory for two frames beside the accumulator.
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
/// use msed::online::{DisplacementAccumulator, feed_frames};
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
/// assert!(feed_frames(&mut live, Flight(0), |_| ControlFlow::Continue(()))?);
/// assert_eq!(live.snapshot()?.displacements().of("A")?.msd.total.values(), [0.25, 4.0]);
/// # Ok::<(), msed::Error>(())
/// ```
pub fn feed_frames<S: Sink<Frame<T>>, T: Real>(
    live: &mut S,
    mut source: impl FrameSource<T>,
    mut report: impl FnMut(&S) -> ControlFlow<()>,
) -> Result<bool, FeedError<TrajectoryError>> {
    if live.needs_unwrapped() && source.convention() == Convention::Wrapped {
        return Err(FeedError::Source(TrajectoryError::Convention));
    }
    let mut steps = Steps::of(live)?;
    let unsure = live.needs_unwrapped() && source.convention() == Convention::Unknown;
    let mut seen = unsure.then(WrapCheck::new);
    let (mut frame, mut before) = (Frame::new(), Frame::new());
    while source.next_frame(&mut frame).map_err(FeedError::Source)? {
        if frame == before {
            // A restarted job writes the frame with which it begins again.
            continue;
        }
        steps.follow(live, frame.step)?;
        if let (Some(seen), Some(cell)) = (&mut seen, &frame.cell) {
            seen.add(cell, &frame.positions);
            seen.verdict().map_err(FeedError::Source)?;
        }
        live.take(&frame)?;
        std::mem::swap(&mut frame, &mut before);
        if report(live).is_break() {
            return Ok(false);
        }
    }
    Ok(true)
}
