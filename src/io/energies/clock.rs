//! Times in place of steps, and the one interval between them.

use crate::io::error::Fault;
use crate::real::short;

/// How far a time may lie off the even spacing beside what its last printed digit allows: this part
/// of the interval, for programs that add up their time step.
const JITTER: f64 = 1e-4;
/// The rounding of a sum of time steps, relative to the time.
const SUM: f64 = 1e-9;

/// So many even intervals are no chance, as the times of a clock may have at first.
const EVEN: i64 = 10;

/// A difference that is off by more than this part of the interval is no rounding, however few
/// digits there are: a missing row looks so.
const MISSING_ROW: f64 = 0.51;

/// Evenly spaced times, as they are read one by one.
///
/// A printed time is a multiple of a quantum, and differs from the true one by half of it. The
/// intervals that explain every time so far form a range, which becomes smaller from row to row. A
/// time off all of them is an error.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Clock {
    begun: bool,
    first: f64,
    last: f64,
    /// The time before the last, where times went back.
    before: f64,
    /// Rows since the first.
    rows: i64,
    /// The least and the greatest interval possible.
    range: Option<[f64; 2]>,
    /// The least and the greatest difference of neighbours.
    differences: Option<[f64; 2]>,
    decimals: usize,
}

impl Clock {
    /// The number of the row with this time, counted from the first: one more than the row before,
    /// the same for the same time, fewer where times go back.
    ///
    /// # Errors
    /// [`Fault::Steps`] for a time off the even spacing.
    #[inline]
    pub(super) fn row(&mut self, time: f64) -> Result<i64, Fault> {
        let Some(before) = self.range else {
            return self.begin(time);
        };
        self.decimals = self.decimals.max(decimals(time));
        let difference = time - self.last;
        if difference <= 0.0 {
            return self.go_back(time, before);
        }
        let slack = self.slack(time, before);
        let interval = 0.5 * (before[0] + before[1]);
        let off = (difference - interval).abs();
        let next = self.rows + 1;
        let span = time - self.first;
        let range = [
            before[0].max((span - slack) / next as f64),
            before[1].min((span + slack) / next as f64),
        ];
        if off > slack || off > MISSING_ROW * interval || range[0] > range[1] {
            let expected = number(self.last + interval);
            let (time, last) = (number(time), number(self.last));
            return Err(Fault::Steps(format!(
                "time {time} after {last}, expected {expected}: times must be evenly spaced"
            )));
        }
        self.range = Some(range);
        let [least, greatest] = self.differences.unwrap_or([difference; 2]);
        self.differences = Some([least.min(difference), greatest.max(difference)]);
        (self.rows, self.last) = (next, time);
        Ok(next)
    }

    #[cold]
    fn begin(&mut self, time: f64) -> Result<i64, Fault> {
        self.decimals = self.decimals.max(decimals(time));
        if !self.begun {
            (self.begun, self.first, self.last) = (true, time, time);
            return Ok(0);
        }
        let difference = time - self.last;
        if difference == 0.0 {
            return Ok(0);
        }
        if difference < 0.0 {
            let (time, last) = (number(time), number(self.last));
            return Err(Fault::Steps(format!(
                "time {time} after {last}, expected a later one"
            )));
        }
        let slack = self.slack(time, [difference; 2]);
        self.range = Some([(difference - slack).max(0.0), difference + slack]);
        self.differences = Some([difference; 2]);
        (self.rows, self.last) = (1, time);
        Ok(1)
    }

    /// The number of the row that times go back to.
    #[cold]
    fn go_back(&mut self, time: f64, range: [f64; 2]) -> Result<i64, Fault> {
        let interval = 0.5 * (range[0] + range[1]);
        let row = ((time - self.first) / interval).round();
        self.before = std::mem::replace(&mut self.last, time);
        if row < 0.0 {
            return Err(self.goes_back());
        }
        self.rows = row as i64;
        Ok(self.rows)
    }

    /// Whether so many times were evenly spaced that this is no chance.
    pub(super) fn has_shown_interval(&self) -> bool {
        self.rows >= EVEN
    }

    /// The last time lies before the one that was read before it.
    #[cold]
    pub(super) fn goes_back(&self) -> Fault {
        let (time, before) = (number(self.last), number(self.before));
        let expected = "expected a later one, or the option `overlap`, with which a later job replaces the times that it repeats";
        Fault::Steps(format!("time {time} after {before}, {expected}"))
    }

    /// How far a time may lie off.
    fn slack(&self, time: f64, range: [f64; 2]) -> f64 {
        let quantum = 0.1_f64.powi(i32::try_from(self.decimals).unwrap_or(i32::MAX));
        let interval = 0.5 * (range[0] + range[1]);
        1.001 * quantum + SUM * time.abs() + JITTER * interval
    }

    /// What the first row counts as. Steps 0 and 1 would count as a run that begins again, so that
    /// times that begin elsewhere count from 2.
    pub(super) fn first_step(&self) -> i64 {
        if self.first == 0.0 { 0 } else { 2 }
    }

    /// The first time in intervals, where it is a multiple of them, else 0.
    pub(super) fn first_row(&self, interval: f64) -> u64 {
        let rows = self.first / interval;
        let is_multiple = (rows - rows.round()).abs() < 1e-3 && (0.0..9e15).contains(&rows);
        if is_multiple { rows.round() as u64 } else { 0 }
    }

    /// The interval: the number with the fewest digits among those that are possible.
    ///
    /// # Errors
    /// [`Fault::Steps`] where the times have too few digits for one.
    pub(super) fn interval(&self) -> Result<f64, Fault> {
        let ([low, high], [least, greatest]) = match (self.range, self.differences) {
            (Some(range), Some(differences)) => (range, differences),
            _ => return Err(Fault::few_rows(1)),
        };
        let slack = self.slack(self.last, [low, high]);
        if greatest - least > slack {
            return Err(Fault::Steps(format!(
                "times are between {} and {} apart, expected even spacing",
                number(least),
                number(greatest)
            )));
        }
        let is_exact = greatest - least <= 2.0 * SUM * self.last.abs() + 1e-12 * greatest;
        if is_exact {
            let half = SUM * self.last.abs() / self.rows as f64 + 1e-12 * greatest;
            let middle = (self.last - self.first) / self.rows as f64;
            return Ok(roundest(middle - half, middle + half));
        }
        if high - low > 0.01 * low {
            return Err(Fault::Steps(format!(
                "times are {} to {} apart, expected more digits, or a column of steps",
                number(least),
                number(greatest)
            )));
        }
        Ok(roundest(low, high))
    }
}

/// The digits behind the point that a number needs.
fn decimals(time: f64) -> usize {
    let text = time.to_string();
    text.split_once('.').map_or(0, |(_, behind)| behind.len())
}

/// The number with the fewest digits between two.
fn roundest(low: f64, high: f64) -> f64 {
    let middle = 0.5 * (low + high);
    let candidates = (0..17).map(|digits| format!("{middle:.digits$e}").parse().unwrap_or(middle));
    let mut inside = candidates.filter(|found| (low..=high).contains(found));
    inside.next().unwrap_or(middle)
}

/// A time in a message.
fn number(time: f64) -> String {
    short(time, 10)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(times: impl IntoIterator<Item = f64>) -> Result<f64, String> {
        let mut clock = Clock::default();
        for (row, time) in times.into_iter().enumerate() {
            let found = clock.row(time).map_err(|fault| format!("{row}: {fault}"))?;
            assert_eq!(found, row as i64, "time {time}");
        }
        clock.interval().map_err(|fault| fault.to_string())
    }

    fn printed(interval: f64, first: f64, rows: u32, decimals: usize) -> Vec<f64> {
        let time = |row| format!("{:.decimals$}", first + f64::from(row) * interval);
        (0..rows).map(|row| time(row).parse().unwrap()).collect()
    }

    #[test]
    fn intervals_are_found_whatever_was_printed() {
        assert_eq!(read([0.0, 0.2, 0.4, 0.6]), Ok(0.2));
        assert_eq!(read([7.0, 8.0]), Ok(1.0));
        // A time step that is added up, as OpenMM does.
        let mut time = 50.0;
        let summed = std::iter::repeat_with(|| {
            (0..40).for_each(|_| time += 0.005);
            time
        });
        assert_eq!(read(summed.take(5000)), Ok(0.2));
        // Fewer digits than the interval needs, as ASE prints a quarter of a femtosecond in ps.
        assert_eq!(read(printed(0.00025, 0.0, 400, 4)), Ok(0.00025));
        assert_eq!(
            read(printed(1.0 / 3.0, 0.0, 4000, 2)).map(|x| (3.0 * x - 1.0).abs() < 2e-5),
            Ok(true)
        );
    }

    #[test]
    fn a_real_irregularity_is_an_error_where_it_stands() {
        assert_eq!(
            read([0.0, 0.2, 0.4, 0.8]),
            Err("3: time 0.8 after 0.4, expected 0.6: times must be evenly spaced".to_owned())
        );
        assert_eq!(
            read([0.0, 1.0, 2.0, 4.0]),
            Err("3: time 4 after 2, expected 3: times must be evenly spaced".to_owned())
        );
        assert!(read([0.0, 0.2, 0.4, 0.61, 0.8]).is_err());
        assert!(read([0.0, 0.25, 0.5, 0.8]).is_err());
        // A missing row, after any number of rows, with any digits.
        for (interval, digits) in [(0.2, 6), (0.00025, 5), (1.0, 0), (0.1, 1), (2.5, 0)] {
            for missing in [2, 3, 17, 300] {
                let mut times = printed(interval, 0.0, 400, digits);
                times.remove(missing);
                assert!(read(times).is_err(), "{interval} {digits} {missing}");
            }
        }
        // A change of the interval from some row on.
        for row in [3, 50] {
            let mut times = printed(0.2, 0.0, 100, 4);
            times[row..].iter_mut().for_each(|time| *time += 0.01);
            assert!(read(times).is_err(), "{row}");
        }
        assert!(read([0.0, 0.1, 0.3, 0.4]).is_err());
        assert!(read(printed(0.00025, 0.0, 4, 4)).is_err());
    }

    #[test]
    fn going_back_gives_the_row_there() {
        let mut clock = Clock::default();
        let times = [10.0, 10.5, 11.0, 11.5, 11.5, 10.5, 11.0, 10.0];
        let rows: Vec<i64> = times.iter().map(|&time| clock.row(time).unwrap()).collect();
        assert_eq!(rows, [0, 1, 2, 3, 3, 1, 2, 0]);
        assert_eq!(clock.first_row(0.5), 20);
    }

    proptest! {
        #[test]
        fn even_times_are_even_however_they_are_rounded(
            interval in 1e-3..10.0_f64, first in 0.0..1e3_f64, digits in 5..12_usize, rows in 100..400_u32,
        ) {
            let found = read(printed(interval, first, rows, digits)).unwrap();
            prop_assert!((found / interval - 1.0).abs() < 2e-4, "{found} {interval}");
        }
    }
}
