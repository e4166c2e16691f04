//! A run in pieces: files one after the other, and what a restarted job repeats.

use super::overlap::Overlap;
use crate::real::Real;
use crate::trajectory::{Convention, Frame, FrameSource, TrajectoryError};

/// The frames of a run that is in several files, or of one that repeats steps.
struct Joined<T, S, F> {
    open: F,
    pieces: usize,
    /// The piece that is open, and its place.
    current: S,
    place: usize,
    particles: usize,
    convention: Convention,
    /// Which frames count, where that was asked for.
    kept: Option<Vec<bool>>,
    /// Frames read so far, of all pieces.
    read: usize,
    of: std::marker::PhantomData<T>,
}

/// One run from several files, in their order, or from one: `open` opens the file of each place
/// below `pieces`, one after the other.
///
/// A frame that a piece repeats from the one before, with equal positions, counts once, as it does
/// in any source. Where steps go back further, as after a job that was killed past its last restart
/// file, [`Overlap::Refuse`] leaves the error to [`Trajectory`](crate::Trajectory), and
/// [`Overlap::Later`] gives the frames of the later job alone from its first step on. For that, all
/// files are read twice, the first time for their steps.
///
/// # Errors
/// Those of `open`, and [`TrajectoryError::Shape`] for no piece. Frames fail with
/// [`TrajectoryError::Particles`] or [`TrajectoryError::Shape`] for a piece with other particles or
/// another convention, and with the errors of the pieces.
///
/// ```
/// use msed::io::{FrameFormat, FrameReader, Overlap, joined};
/// use msed::trajectory::{Species, Trajectory, TrajectoryError};
/// // The first job was killed after step 30; the second one began from step 10.
/// let frame = |step: u32, x: f64| format!("1\nstep={step}\nA {x} 0 0\n");
/// let jobs = [[(0, 0.0), (10, 1.0), (20, 2.0), (30, 3.0)].as_slice(), &[(10, 1.0), (20, 2.5)]];
/// let jobs = jobs.map(|job| job.iter().map(|&(step, x)| frame(step, x)).collect::<String>());
/// let format = FrameFormat::ExtXyz { stride: None };
/// let open = |place: usize| {
///     FrameReader::new(jobs[place].as_bytes(), "job.xyz", format).map_err(TrajectoryError::from)
/// };
/// let one = Species::single("A", 1)?;
/// let run = joined(2, open, Overlap::Later)?;
/// let run = Trajectory::<f64>::from_source(run, 0.005, one.clone())?;
/// assert_eq!(run.steps(), [0, 10, 20]);
/// assert_eq!(run.frame(2), [2.5, 0.0, 0.0]);
/// let run = joined(2, open, Overlap::Refuse)?;
/// assert!(Trajectory::<f64>::from_source(run, 0.005, one).is_err());
/// # Ok::<(), msed::Error>(())
/// ```
pub fn joined<T: Real, S: FrameSource<T>>(
    pieces: usize,
    mut open: impl FnMut(usize) -> Result<S, TrajectoryError>,
    overlap: Overlap,
) -> Result<impl FrameSource<T>, TrajectoryError> {
    if pieces == 0 {
        let none = "a run of 0 files, expected at least 1";
        return Err(TrajectoryError::Shape(none.to_owned()));
    }
    let kept = match overlap {
        Overlap::Refuse => None,
        Overlap::Later => Some(not_replaced(&steps(pieces, &mut open)?)),
    };
    let current = open(0)?;
    Ok(Joined {
        pieces,
        place: 0,
        particles: current.particles(),
        convention: current.convention(),
        current,
        open,
        kept,
        read: 0,
        of: std::marker::PhantomData,
    })
}

/// The steps of all frames up to the first error, at which the frames themselves will end too.
fn steps<T: Real, S: FrameSource<T>>(
    pieces: usize,
    open: &mut impl FnMut(usize) -> Result<S, TrajectoryError>,
) -> Result<Vec<u64>, TrajectoryError> {
    let (mut steps, mut frame) = (Vec::new(), Frame::<T>::new());
    for place in 0..pieces {
        let mut piece = open(place)?;
        while let Ok(true) = piece.next_frame(&mut frame) {
            steps.push(frame.step);
        }
    }
    Ok(steps)
}

/// Whether no later frame has the same step or an earlier one. In a file without steps all frames
/// have one.
fn not_replaced(steps: &[u64]) -> Vec<bool> {
    if steps.iter().all(|step| *step == steps[0]) {
        return vec![true; steps.len()];
    }
    let mut earliest = None;
    let mut kept: Vec<bool> = steps
        .iter()
        .rev()
        .map(|&step| {
            let last = earliest.is_none_or(|earliest| step < earliest);
            if last {
                earliest = Some(step);
            }
            last
        })
        .collect();
    kept.reverse();
    kept
}

impl<T: Real, S, F> FrameSource<T> for Joined<T, S, F>
where
    S: FrameSource<T>,
    F: FnMut(usize) -> Result<S, TrajectoryError>,
{
    fn particles(&self) -> usize {
        self.particles
    }

    fn convention(&self) -> Convention {
        self.convention
    }

    fn next_frame(&mut self, frame: &mut Frame<T>) -> Result<bool, TrajectoryError> {
        loop {
            if self.current.next_frame(frame)? {
                self.read += 1;
                let kept = self.kept.as_ref().and_then(|kept| kept.get(self.read - 1));
                if kept.copied().unwrap_or(true) {
                    return Ok(true);
                }
                continue;
            }
            if self.place + 1 >= self.pieces {
                return Ok(false);
            }
            self.place += 1;
            self.current = (self.open)(self.place)?;
            let found = self.current.particles();
            if found != self.particles {
                return Err(TrajectoryError::Particles {
                    frame: self.read,
                    found,
                    expected: self.particles,
                });
            }
            if self.current.convention() != self.convention {
                let expected = "wrapped or unwrapped ones as in the file before";
                let found = format!("file {} of the run has other coordinates", self.place + 1);
                return Err(TrajectoryError::Shape(format!("{found}, expected {expected}")));
            }
        }
    }

    fn frames_expected(&self) -> Option<usize> {
        match &self.kept {
            Some(kept) => Some(kept.iter().filter(|kept| **kept).count()),
            None => self.current.frames_expected()?.checked_mul(self.pieces),
        }
    }
}
