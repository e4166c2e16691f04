//! The times that files give their frames, held against the steps.

use super::source::changed;
use super::{Frame, FrameSource, FrameTime, TrajectoryError};
use crate::real::Real;
use crate::units::{Units, time_in_si};

/// How far a time may lie off beside its rounding, relative to the time since the first frame. The
/// energies of a run allow as much.
const OFF: f64 = 1e-4;

/// Fewest frames of a job before times may begin anew, as those of the next job. Times that go back
/// after fewer frames are no times.
const JOB: usize = 20;

/// The frames of a source whose times, where the file has them, agree with their steps: from the
/// first frame on, `time_step` passes with every step, to 1e-4 and the rounding of the times.
///
/// XTC and TRR files have times in ps; in other formats the unit is that of `units`. If `time_step`
/// does not fit, fs, ps and ns are tried (for XTC and TRR only fs). In `lj` and in units without a
/// scale, numbers are compared as they are. The name of a unit other than the first goes into
/// `unit`.
///
/// Times that begin anew, as those of a second job do, count from there: after 20 frames or more,
/// from a time no later than that of the file's second frame. Times that do not pass at all say
/// nothing, since converters write zeros.
///
/// # Errors
/// Frames fail with [`TrajectoryError::TimeStep`] where no unit explains their times, and with
/// [`TrajectoryError::Time`] where these go back otherwise or are not finite.
///
/// ```
/// use msed::{Units, io};
/// use msed::trajectory::{Frame, FrameSource, with_checked_times};
/// let file = "data/kob-andersen/T0.700/trajectory.xtc";
/// let (mut frame, mut unit) = (Frame::<f32>::new(), None);
/// let mut frames = with_checked_times(io::frames(file, Units::LJ)?, 0.005, Units::LJ, &mut unit);
/// assert!(frames.next_frame(&mut frame)? && frames.next_frame(&mut frame)?);
/// assert_eq!((frame.step, frame.time.map(|time| time.value)), (16500, Some(82.5)));
/// # drop(frames);
///
/// let mut frames = with_checked_times(io::frames(file, Units::LJ)?, 0.004, Units::LJ, &mut unit);
/// assert!(frames.next_frame(&mut frame)?);
/// assert_eq!(
///     frames.next_frame(&mut frame).unwrap_err().to_string(),
///     "frame 1: a step is 0.005 long by the times beside the steps, expected the time step of 0.004"
/// );
/// # Ok::<(), msed::Error>(())
/// ```
pub fn with_checked_times<T: Real>(
    source: impl FrameSource<T>,
    time_step: f64,
    units: Units,
    unit: &mut Option<&'static str>,
) -> impl FrameSource<T> {
    let (particles, convention) = (source.particles(), source.convention());
    let mut times = TimeCheck {
        time_step,
        units,
        frame: 0,
        origin: None,
        last: f64::NEG_INFINITY,
        first_two: Vec::new(),
        job: 0,
        scales: Vec::new(),
        of_format: None,
    };
    let check = move |frame: &mut Frame<T>| {
        let found = times.check(frame)?;
        *unit = found.or(*unit);
        Ok(())
    };
    changed(source, particles, convention, check)
}

/// What the frames so far leave possible.
struct TimeCheck {
    time_step: f64,
    units: Units,
    /// The number of the next frame.
    frame: usize,
    /// The step and the time that others count from.
    origin: Option<(u64, FrameTime)>,
    last: f64,
    /// The times of the first two frames that have one.
    first_two: Vec<f64>,
    /// Frames since the times began, or began anew.
    job: usize,
    /// The units that explain all times so far, and the time of a file in each of them that is one
    /// in `units`.
    scales: Vec<(&'static str, f64)>,
    of_format: Option<&'static str>,
}

impl TimeCheck {
    /// Checks the next frame. Returns the unit of its time where it is not that of the format.
    fn check<T>(&mut self, frame: &Frame<T>) -> Result<Option<&'static str>, TrajectoryError> {
        let number = self.frame;
        self.frame += 1;
        // A time step that is not positive is refused by the reader of the frames.
        let Some(time) = frame.time.filter(|_| self.time_step > 0.0) else {
            return Ok(None);
        };
        if self.scales.is_empty() {
            self.scales = scales(self.units, time.unit);
            self.of_format = self.scales.first().map(|(unit, _)| *unit);
        }
        let begins_anew = self.begins_anew(number, time.value)?;
        let (first, start) = match self.origin {
            Some(origin) if !begins_anew && frame.step > origin.0 => origin,
            _ => {
                self.origin = Some((frame.step, time));
                return Ok(None);
            }
        };
        let (span, steps) = (time.value - start.value, (frame.step - first) as f64);
        if span == 0.0 {
            return Ok(None);
        }
        let rounding = time.rounding + start.rounding;
        let fits = |scale: f64| {
            let expected = steps * self.time_step * scale;
            (span - expected).abs() <= rounding + OFF * expected
        };
        let before = self.scales[0];
        self.scales.retain(|(_, scale)| fits(*scale));
        match self.scales.first() {
            Some((unit, _)) => Ok(Some(*unit).filter(|unit| Some(*unit) != self.of_format)),
            None => Err(TrajectoryError::TimeStep {
                frame: number,
                found: rounded(span, rounding) / steps / before.1,
                unit: time_in_si(self.units.time).map(|_| self.units.time),
                expected: self.time_step,
            }),
        }
    }
}

impl TimeCheck {
    /// Takes the time of the next frame. Whether a second job begins with it.
    fn begins_anew(&mut self, frame: usize, found: f64) -> Result<bool, TrajectoryError> {
        let error = |before| Err(TrajectoryError::Time { frame, found, before });
        if !found.is_finite() {
            return error(None);
        }
        let goes_back = found < self.last;
        if goes_back {
            let is_start = self.first_two.last().is_some_and(|second| found <= *second);
            if self.job < JOB || !is_start {
                return error(Some(self.last));
            }
            self.job = 0;
        }
        if self.first_two.len() < 2 {
            self.first_two.push(found);
        }
        self.job += 1;
        self.last = found;
        Ok(goes_back)
    }
}

/// A span without the digits that rounding has made.
fn rounded(span: f64, rounding: f64) -> f64 {
    if rounding > 0.0 {
        let last = 10_f64.powf(rounding.log10().floor());
        (span / last).round() * last
    } else {
        span
    }
}

/// The units in which a file may have its times, the likeliest first.
fn scales(units: Units, of_format: Option<&'static str>) -> Vec<(&'static str, f64)> {
    let Some(own) = time_in_si(units.time) else {
        return vec![(units.time, 1.0)];
    };
    let names = match of_format {
        Some(unit) => [unit, "fs", unit, unit],
        None => [units.time, "ps", "fs", "ns"],
    };
    let mut scales: Vec<(&'static str, f64)> = Vec::new();
    for name in names {
        if let Some(seconds) = time_in_si(name)
            && scales.iter().all(|(known, _)| *known != name)
        {
            scales.push((name, own / seconds));
        }
    }
    scales
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trajectory::Convention;

    /// Frames of one particle with these steps and times.
    struct Times(std::vec::IntoIter<(u64, Option<FrameTime>)>);

    impl FrameSource<f64> for Times {
        fn particles(&self) -> usize {
            1
        }

        fn convention(&self) -> Convention {
            Convention::Unwrapped
        }

        fn next_frame(&mut self, frame: &mut Frame<f64>) -> Result<bool, TrajectoryError> {
            let Some((step, time)) = self.0.next() else {
                return Ok(false);
            };
            frame.fill(step, None, [[0.0; 3]]);
            frame.time = time;
            Ok(true)
        }
    }

    /// What becomes of frames with these steps and times.
    fn read(
        frames: impl IntoIterator<Item = (u64, Option<FrameTime>)>,
        time_step: f64,
        units: Units,
    ) -> Result<Option<&'static str>, String> {
        let frames: Vec<_> = frames.into_iter().collect();
        let (mut frame, mut unit) = (Frame::new(), None);
        let mut source = with_checked_times(Times(frames.into_iter()), time_step, units, &mut unit);
        while source.next_frame(&mut frame).map_err(|error| error.to_string())? {}
        drop(source);
        Ok(unit)
    }

    fn single(time_of_step: f64) -> impl Iterator<Item = (u64, Option<FrameTime>)> {
        let time = move |step: u64| FrameTime::single((step as f64 * time_of_step) as f32, Some("ps"));
        (1000..4000).map(move |k| (100 * k, Some(time(100 * k))))
    }

    fn printed(time_of_step: f64, digits: usize) -> impl Iterator<Item = (u64, Option<FrameTime>)> {
        let text = move |step: u64| format!("{:.digits$}", step as f64 * time_of_step);
        (0..100).map(move |k| (10 * k, FrameTime::printed(&text(10 * k))))
    }

    #[test]
    fn steps_that_agree_with_times_pass_in_every_unit() {
        assert_eq!(read(single(0.005), 0.005, Units::LJ), Ok(None));
        assert_eq!(read(single(0.002), 0.002, Units::METAL), Ok(None));
        // A femtosecond in ps, as LAMMPS writes it, and in fs.
        assert_eq!(read(single(0.001), 1.0, Units::REAL), Ok(None));
        assert_eq!(read(single(1.0), 1.0, Units::REAL), Ok(Some("fs")));
        assert_eq!(read(printed(2.0, 3), 0.002, Units::METAL), Ok(Some("fs")));
        assert_eq!(read(printed(0.002, 1), 0.002, Units::METAL), Ok(None));
        // Zeros, and no times.
        assert_eq!(read(single(0.0), 0.005, Units::LJ), Ok(None));
        assert_eq!(read((0..9).map(|k| (k, None)), 0.005, Units::LJ), Ok(None));
        // A second job counts anew.
        let later = single(0.005).map(|(step, time)| (step + 300_000, time));
        assert_eq!(read(single(0.005).chain(later), 0.005, Units::LJ), Ok(None));
    }

    #[test]
    fn times_that_go_back_or_are_none_are_refused() {
        let times = |times: &[f64]| {
            let times: Vec<_> = times
                .iter()
                .map(|time| FrameTime::single(*time as f32, None))
                .collect();
            let frames = times.into_iter().zip(0..).map(|(time, k)| (k, Some(time)));
            read(frames, 1.0, Units::LJ).err()
        };
        let after = |frame: usize, found: &str, before: &str| {
            Some(format!(
                "frame {frame} has time {found} after {before}, expected a later one"
            ))
        };
        let cycle = |length: u32| (0..100).map(|k| f64::from(k % length)).collect::<Vec<_>>();
        assert_eq!(times(&cycle(3)), after(3, "0", "2"));
        assert_eq!(times(&cycle(19)), after(19, "0", "18"));
        assert_eq!(times(&[0.0, -1.0, -2.0]), after(1, "-1", "0"));
        // A second job, which begins where the first one did, or with its second frame.
        let jobs = |next: f64| -> Vec<f64> {
            (0..30)
                .map(f64::from)
                .chain((0..30).map(|k| next + f64::from(k)))
                .collect()
        };
        assert_eq!(times(&jobs(0.0)), None);
        assert_eq!(times(&jobs(1.0)), None);
        assert_eq!(times(&jobs(2.0)), after(30, "2", "29"));
        let finite = |frame: usize, found: &str| {
            Some(format!(
                "frame {frame} has time {found}, expected a finite number"
            ))
        };
        assert_eq!(times(&[f64::NAN; 3]), finite(0, "NaN"));
        assert_eq!(times(&[0.0, 1.0, f64::INFINITY]), finite(2, "inf"));
    }

    #[test]
    fn steps_that_disagree_with_times_are_refused() {
        let found = |frame: usize, found: &str, expected: &str| {
            Err(format!(
                "frame {frame}: a step is {found} long by the times beside the steps, expected the time step of {expected}"
            ))
        };
        assert_eq!(read(single(0.005), 0.004, Units::LJ), found(1, "0.005", "0.004"));
        assert_eq!(read(single(0.005), 5.0, Units::LJ), found(1, "0.005", "5"));
        assert_eq!(
            read(single(0.002), 0.001, Units::METAL),
            found(1, "0.002 ps", "0.001")
        );
        assert_eq!(read(single(0.001), 2.0, Units::REAL), found(1, "1 fs", "2"));
        // 2 is 2 ps in metal, and the file has 2 fs.
        assert_eq!(read(single(0.002), 2.0, Units::METAL), found(1, "0.002 ps", "2"));
        // A difference that rounding hides at first.
        let late = read(printed(0.0021, 1), 0.002, Units::LJ).unwrap_err();
        assert!(late.ends_with("expected the time step of 0.002"), "{late}");
        // The step becomes longer.
        let changed = |(step, time): (u64, Option<FrameTime>)| {
            let more = if step > 200_000 {
                0.001 * (step - 200_000) as f32
            } else {
                0.0
            };
            (
                step,
                time.map(|time| FrameTime::single(time.value as f32 + more, time.unit)),
            )
        };
        assert!(read(single(0.005).map(changed), 0.005, Units::LJ).is_err());
    }
}
