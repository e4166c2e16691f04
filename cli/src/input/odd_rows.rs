//! Rows that no liquid gives: one number far away from all others, and a number that stays the same
//! to the last digit.

use std::collections::HashSet;
use std::path::Path;

use msed::EnergySeries;
use msed::stats::short;

use super::about;
use crate::failure::Failure;

/// A number this many robust standard deviations from the median is damaged. Of 1e6 samples with
/// exponential tails, the farthest is at 20.
const FAR: f64 = 50.0;
/// No more than this part of the rows is damaged: many that are far away are another state.
const FEW: f64 = 0.01;
/// A robust standard deviation over the median of the absolute deviations, for a Gaussian.
const GAUSSIAN: f64 = 1.4826;
/// The part of the sum of squares from which on rows far away decide the variance, and the part of
/// the rows from which on those that stay the same do.
const DOMINANT: f64 = 0.5;
/// Fewest rows that are said to stay the same, and of the others distinct values, without which the
/// print is coarse.
const LONG: usize = 10;
const DISTINCT: usize = 20;
/// The least part of the stretches of equal numbers that have a number of their own where the
/// output repeats each. A coarse print comes back to the same few numbers.
const OWN: f64 = 0.9;
/// Stretches of equal numbers at least a tenth as long as the longest one: more of them are the
/// work of a coarse print and a slow series.
const STRETCHES: usize = 3;

/// Where the rows of a series are in their file.
#[derive(Debug, Clone, Copy)]
pub(super) struct Numbering {
    /// Rows before the first of the series.
    pub(super) left_out: usize,
    /// The step of the first row of the file and the steps between rows, where it has steps.
    pub(super) steps: Option<[u64; 2]>,
}

impl Numbering {
    fn place(self, row: usize) -> String {
        let row = row + self.left_out;
        match self.steps {
            Some([first, stride]) => {
                let step = (row as u64).saturating_mul(stride).saturating_add(first);
                format!("row {} (step {step})", row + 1)
            }
            None => format!("row {}", row + 1),
        }
    }
}

/// What is to be said of rows of a file that no liquid gives.
///
/// # Errors
/// Where such rows decide the variance.
pub(super) fn check(file: &Path, series: &EnergySeries<'_>, rows: Numbering) -> Result<Vec<String>, Failure> {
    let columns = [
        ("energy", Some(series.samples())),
        ("temperature", series.temperatures()),
        ("pressure", series.pressures()),
        ("volume", series.volumes()),
    ];
    let mut notes = Vec::new();
    let mut stuck: Vec<(Same, Vec<&str>)> = Vec::new();
    for (quantity, column) in columns {
        let Some(column) = column else { continue };
        if let Some(far) = Far::find(column) {
            let place = rows.place(far.first);
            let [found, median] = [column[far.first], far.median].map(|x| short(x, 7));
            let count = match far.rows {
                1 => "1 row whose".to_owned(),
                rows => format!("{rows} rows whose"),
            };
            let what = format!(
                "{count} {quantity} is far from all others: {found} in {place}, where the median is {median} and the standard \
                 deviation {}",
                short(far.deviation, 3)
            );
            if far.share > DOMINANT {
                let message = format!(
                    "found {what}: it makes {:.0} % of the variance; expected numbers of one state; correct the row, or leave it \
                     out with those before it (`discard`)",
                    100.0 * far.share
                );
                return Err(about(file, message));
            }
            notes.push(format!(
                "{}: {what}: it makes {:.1} % of the variance, and may be damaged",
                file.display(),
                100.0 * far.share
            ));
        }
        if let Some(rows) = repeats(column) {
            let what = format!("each {quantity} stands in {} rows on the average", short(rows, 3));
            // Pressures are often computed more rarely than they are written.
            if ["energy", "temperature"].contains(&quantity) {
                let expected =
                    "expected numbers of their own in each row; leave out the rows that repeat them";
                return Err(about(file, format!("{what}, {expected}")));
            }
            notes.push(format!("{}: {what}: they count as they are", file.display()));
        }
        if let Some(same) = Same::find(column) {
            if same.rows as f64 > DOMINANT * column.len() as f64 {
                let what = same.what(&[quantity], rows);
                let message = format!("{what}: expected numbers that change, as in a run that goes on");
                return Err(about(file, message));
            }
            match stuck.iter_mut().find(|(other, _)| *other == same) {
                Some((_, quantities)) => quantities.push(quantity),
                None => stuck.push((same, vec![quantity])),
            }
        }
    }
    notes.extend(stuck.iter().map(|(same, quantities)| {
        let what = same.what(quantities, rows);
        format!(
            "{}: {what}, as where the output hung: they count as they are",
            file.display()
        )
    }));
    Ok(notes)
}

/// How many rows have each number, where nearly all numbers are repeated: fine numbers, which
/// differ from one stretch to the next, as those of a coarse print do not.
fn repeats(column: &[f64]) -> Option<f64> {
    let stretches = || column.chunk_by(|x, y| x.to_bits() == y.to_bits());
    let count = stretches().count();
    // The longest stretch may be one where the output hung, which is said elsewhere.
    let longest = stretches().map(<[f64]>::len).max()?;
    let rows = (column.len() - longest) as f64 / (count - 1).max(1) as f64;
    if 1.0 - rows.recip() <= DOMINANT {
        return None;
    }
    let values: HashSet<u64> = column.iter().map(|x| x.to_bits()).collect();
    (values.len() >= DISTINCT && values.len() as f64 > OWN * count as f64).then_some(rows)
}

/// Numbers far away from all others.
struct Far {
    rows: usize,
    first: usize,
    median: f64,
    /// The robust standard deviation.
    deviation: f64,
    /// Their part of the sum of squares about the mean.
    share: f64,
}

impl Far {
    fn find(column: &[f64]) -> Option<Self> {
        let mut sorted = column.to_vec();
        let median = median(&mut sorted)?;
        sorted.iter_mut().for_each(|x| *x = (*x - median).abs());
        let deviation = GAUSSIAN * self::median(&mut sorted)?;
        let is_far = |x: &f64| (x - median).abs() > FAR * deviation;
        let rows = column.iter().filter(|x| is_far(x)).count();
        if deviation == 0.0 || rows == 0 || rows as f64 > (FEW * column.len() as f64).max(1.0) {
            return None;
        }
        let mean = column.iter().sum::<f64>() / column.len() as f64;
        let square = |x: &f64| (x - mean) * (x - mean);
        let of_far: f64 = column.iter().filter(|x| is_far(x)).map(square).sum();
        Some(Self {
            rows,
            first: column.iter().position(is_far)?,
            median,
            deviation,
            share: of_far / column.iter().map(square).sum::<f64>(),
        })
    }
}

/// The median, the upper one of two; the numbers change their order.
fn median(numbers: &mut [f64]) -> Option<f64> {
    let middle = numbers.len() / 2;
    if numbers.is_empty() {
        return None;
    }
    Some(*numbers.select_nth_unstable_by(middle, f64::total_cmp).1)
}

/// The longest stretch of equal numbers, where neither chance nor a coarse print makes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Same {
    first: usize,
    rows: usize,
}

impl Same {
    fn what(&self, quantities: &[&str], rows: Numbering) -> String {
        let place = rows.place(self.first);
        format!(
            "found the same {} in {} rows, from {place} on",
            quantities.join(", "),
            self.rows
        )
    }

    fn find(column: &[f64]) -> Option<Self> {
        let stretches = || column.chunk_by(|x, y| x.to_bits() == y.to_bits());
        let rows = stretches().map(<[f64]>::len).max()?;
        if rows < LONG || rows == column.len() {
            return None;
        }
        let long = stretches().filter(|stretch| 10 * stretch.len() >= rows).count();
        let before = stretches().take_while(|stretch| stretch.len() < rows);
        let first: usize = before.map(<[f64]>::len).sum();
        let others = column.iter().filter(|x| x.to_bits() != column[first].to_bits());
        let mut values = HashSet::new();
        let is_fine = others
            .map(|x| x.to_bits())
            .any(|x| values.insert(x) && values.len() >= DISTINCT);
        (long <= STRETCHES && is_fine).then_some(Self { first, rows })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Gaussian numbers.
    fn noise(seed: u64, count: usize) -> Vec<f64> {
        let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
        let mut next = || {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            ((state >> 11) as f64 + 0.5) / (1_u64 << 53) as f64
        };
        let gaussian = || (-2.0 * next().ln()).sqrt() * (std::f64::consts::TAU * next()).cos();
        std::iter::repeat_with(gaussian).take(count).collect()
    }

    fn is_odd(column: &[f64]) -> bool {
        Far::find(column).is_some() || Same::find(column).is_some() || repeats(column).is_some()
    }

    #[test]
    fn honest_series_have_no_odd_rows() {
        for (seed, count) in (1..60).zip([100, 1000, 20_000].into_iter().cycle()) {
            let gauss = noise(seed, count);
            assert!(!is_odd(&gauss), "{seed}");
            // Exponential tails, and a print of a few digits, down to a single one.
            let heavy: Vec<f64> = gauss
                .iter()
                .zip(noise(seed + 1000, count))
                .map(|(x, y)| x * y * 3.0)
                .collect();
            assert!(!is_odd(&heavy), "{seed}");
            for digit in [0.01, 0.5, 3.0] {
                let coarse: Vec<f64> = gauss.iter().map(|x| (x / digit).round() * digit).collect();
                assert!(!is_odd(&coarse), "{seed} {digit}");
                // Slow, finely sampled and coarse: numbers repeat often.
                let mut at = 0.0;
                let slow = gauss.iter().map(|x| {
                    at = 0.999 * at + 0.04 * x;
                    (at / digit).round() * digit
                });
                assert!(!is_odd(&slow.collect::<Vec<_>>()), "{seed} {digit}");
            }
            // Another state from the middle on.
            let jump: Vec<f64> = gauss
                .iter()
                .enumerate()
                .map(|(k, x)| if k < count / 2 { *x } else { x + 300.0 })
                .collect();
            assert!(!is_odd(&jump), "{seed}");
        }
        assert!(!is_odd(&[1.0; 500]));
    }

    #[test]
    fn damaged_and_repeated_rows_are_found() {
        let mut one = noise(3, 2000);
        one[700] = -60.0;
        let far = Far::find(&one).unwrap();
        assert_eq!((far.rows, far.first), (1, 700));
        assert!((far.share - 3600.0 / 5600.0).abs() < 0.05, "{}", far.share);
        let mut stuck = noise(4, 2000);
        for x in &mut stuck[300..320] {
            *x = 0.25;
        }
        let same = Same::find(&stuck).unwrap();
        assert_eq!((same.first, same.rows), (300, 20));
        let each: Vec<f64> = noise(5, 200).into_iter().flat_map(|x| [x; 12]).collect();
        assert_eq!(repeats(&each), Some(12.0));
        stuck[300..306].fill(0.5);
        stuck[306..320]
            .iter_mut()
            .enumerate()
            .for_each(|(k, x)| *x += k as f64);
        assert!(Same::find(&stuck).is_none());
    }
}
