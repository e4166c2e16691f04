//! Files larger than memory, through accumulators.

use std::ops::ControlFlow;

use super::blocks::LAST_PLACE;
use super::error::OnlineError;
use super::sink::{EnergySink, FrameSink};
use crate::error::Error;
use crate::real::{Real, first_unfit};
use crate::trajectory::{Convention, Frame, FrameSource, SourceError, WrapCheck};

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
/// What the source says, [`SourceError::Convention`] for wrapped coordinates, [`OnlineError::Step`] for a step that is not where the
/// sampling puts it, counted from the first frame of the first feed, what the accumulator refuses, and
/// [`TrajectoryError::LooksWrapped`](crate::trajectory::TrajectoryError::LooksWrapped) where a source that does not say jumps from face to face of its cells.
///
/// ```
/// use std::ops::ControlFlow;
/// use msed::online::{Fed, FrameAccumulator, feed_frames};
/// use msed::trajectory::{Convention, Frame, FrameSource, SourceError, Species};
/// use msed::{Lags, Sampling};
/// /// A ballistic particle.
/// struct Flight(u64);
/// impl FrameSource<f64> for Flight {
///     fn particles(&self) -> usize { 1 }
///     fn convention(&self) -> Convention { Convention::Unwrapped }
///     fn next_frame(&mut self, frame: &mut Frame<f64>) -> Result<bool, SourceError> {
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
        return Err(SourceError::Convention.into());
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
