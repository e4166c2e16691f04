//! The steps of frames: `frame_interval` gives them where the file has none or counts frames, and
//! their spacing is checked.

use std::path::{Path, PathBuf};

use msed::stats::short;
use msed::trajectory::{Convention, Frame, FrameSource, FrameTime, TrajectoryError};
use msed::{Sampling, Trajectory};

use super::about;
use super::frame_files::Notes;
use crate::failure::Failure;
use crate::scan_file::{FrameTimes, Run, Scan};

/// A source of frames that takes the steps from `frame_interval` where the file has none. Such a
/// file gives the same step to every frame, or counts them.
pub(super) struct Stepped {
    source: Box<dyn FrameSource<f32> + Send>,
    stride: Option<u64>,
    /// Step of the frame before, and the first step of the file.
    before: Option<(u64, u64)>,
    without: bool,
    /// Whether the steps of the file count its frames.
    counts: bool,
    /// The time of the first frame.
    time: Option<FrameTime>,
    file: PathBuf,
    notes: Notes,
    /// The positions of the first frame, until there is a second one.
    first: Vec<f32>,
    frames: usize,
    last_time: Option<f64>,
    /// Whether times count, and have not begun anew yet.
    watches_times: bool,
}

impl Stepped {
    pub(super) fn new(
        source: Box<dyn FrameSource<f32> + Send>,
        scan: &Scan,
        run: &Run,
        file: &Path,
        notes: &Notes,
    ) -> Self {
        let stride = run.frame_interval.map(|interval| interval / scan.system.timestep);
        Self {
            source,
            stride: stride.map(|steps| steps.round() as u64),
            before: None,
            without: false,
            counts: false,
            time: None,
            file: file.to_owned(),
            notes: notes.clone(),
            first: Vec::new(),
            frames: 0,
            last_time: None,
            watches_times: run.frame_times != Some(FrameTimes::Ignore),
        }
    }

    /// Says where times begin anew, whose steps go on.
    fn watch_time(&mut self, frame: &Frame<f32>) {
        let time = frame.time.map(|time| time.value);
        if let (Some(found), Some(before)) = (time, self.last_time)
            && found < before
            && self.watches_times
        {
            self.watches_times = false;
            let number = self.frames;
            let note =
                format_args!("the times of its frames begin anew at frame {number}, and its steps count");
            self.notes.add(&self.file, note);
        }
        self.last_time = time;
        self.frames += 1;
    }
}

impl FrameSource<f32> for Stepped {
    fn particles(&self) -> usize {
        self.source.particles()
    }

    fn convention(&self) -> Convention {
        self.source.convention()
    }

    fn next_frame(&mut self, frame: &mut Frame<f32>) -> Result<bool, TrajectoryError> {
        if !self.source.next_frame(frame)? {
            return Ok(false);
        }
        self.watch_time(frame);
        let found = frame.step;
        if self.before == Some((found, found)) && self.first == frame.positions {
            // A restarted job has written its first frame again.
            return Ok(true);
        }
        self.first.clear();
        if self.before.is_none() {
            self.time = frame.time;
            self.first.extend_from_slice(&frame.positions);
        }
        match (self.before, self.stride) {
            (None, _) => self.before = Some((found, found)),
            (Some((before, first)), Some(stride)) if found == first && (self.without || before == first) => {
                if !self.without && frame.time.is_some() {
                    let note = "the file has times and no steps, which `frame_interval` gives";
                    self.notes.add(&self.file, note);
                }
                self.without = true;
                frame.step = before + stride;
                self.before = Some((frame.step, first));
            }
            // A spacing of one step is what converters write that do not know it.
            (Some((before, first)), Some(stride))
                if stride > 1 && (self.counts || before == first && found.checked_sub(first) == Some(1)) =>
            {
                if !self.counts {
                    let note = "the steps of the file count its frames: `frame_interval` gives their spacing";
                    self.notes.add(&self.file, note);
                }
                self.counts = true;
                frame.step = first.saturating_add(found.saturating_sub(first).saturating_mul(stride));
                self.before = Some((frame.step, first));
            }
            (Some((before, first)), None) if found == first && before == first => {
                let apart = self
                    .time
                    .zip(frame.time)
                    .map(|(first, next)| next.value - first.value);
                let apart = apart.map(|time| format!(" (by the times of the file {})", short(time, 6)));
                let apart = apart.unwrap_or_default();
                return Err(TrajectoryError::reader(format!(
                    "frame 1 has step {found} like the one before, expected rising steps, or `frame_interval` in the run{apart}"
                )));
            }
            (Some((_, first)), _) => self.before = Some((found, first)),
        }
        Ok(true)
    }

    fn frames_expected(&self) -> Option<usize> {
        self.source.frames_expected()
    }
}

/// Checks that frames are as far apart as `frame_interval` says, and that none is missing: they
/// must be evenly spaced, in blocks of one pattern, or further and further apart.
pub(super) fn check(
    scan: &Scan,
    run: &Run,
    file: &Path,
    trajectory: &Trajectory<'_, f32>,
) -> Result<(), Failure> {
    let gaps: Vec<u64> = trajectory
        .steps()
        .windows(2)
        .map(|pair| pair[1] - pair[0])
        .collect();
    if let Some(interval) = run.frame_interval {
        let found = gaps.iter().min().copied().unwrap_or(0) as f64 * scan.system.timestep;
        if (found - interval).abs() > 1e-6 * interval {
            let place = scan.place(run);
            let time_step = scan.system.timestep;
            let is_given = gaps.iter().min() == Some(&((interval / time_step).round() as u64));
            if is_given && Sampling::steps_in(interval, time_step).is_none() {
                let [found, step] = [interval, time_step].map(|time| short(time, 12));
                let message = format!("found {found}, expected a multiple of the `timestep` {step}");
                return Err(scan.key_failure(run, "frame_interval", message));
            }
            let message = format!(
                "found frames {} apart, expected the `frame_interval` {} of {place}",
                short(found, 12),
                short(interval, 12)
            );
            return Err(about(file, message));
        }
    }
    let Some(odd) = (1..gaps.len()).find(|&k| gaps[k] != gaps[0]) else {
        return Ok(());
    };
    let rising = gaps.windows(2).all(|pair| pair[1] >= pair[0]) && gaps[gaps.len() - 1] >= 4 * gaps[0];
    let periodic = |period: &usize| (*period..gaps.len()).all(|k| gaps[k] == gaps[k - period]);
    if rising || (2..=gaps.len() / 2).any(|period| periodic(&period)) {
        return Ok(());
    }
    let message = format!(
        "frame {} is {} steps after the one before, expected {} as at the start: frames must be evenly spaced, or in blocks \
         of one pattern",
        odd + 1,
        gaps[odd],
        gaps[0]
    );
    Err(about(file, message))
}
