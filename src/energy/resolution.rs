//! How finely the energies were printed.

use std::collections::HashSet;

use crate::real::Real;
use crate::series::{Runs, Series};

/// How many samples a common spacing is searched in.
const SEARCHED: usize = 1 << 20;
/// How many samples are looked at for two neighbours.
const SAMPLED: usize = 1 << 16;
/// Samples that differ by this part of the largest or less are equal.
const EQUAL: f64 = 64.0 * f64::EPSILON;
/// A spacing above this many quanta shows that the print is coarser.
const WIDER: f64 = 1.5;
/// How many spacings must be multiples of the smallest one before it counts.
const EVIDENCE: usize = 50;

/// The quantum q that energies were rounded to when they were printed or stored, and what it does
/// to a mean-squared difference: rounding adds q²/6 at every lag but 0, which goes straight into
/// U0².
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub struct Resolution {
    /// The quantum of the most finely printed sample, in the unit and kind of the samples.
    /// `None` where the samples have no common spacing, as energies in full precision.
    pub quantum: Option<f64>,
    /// What the rounding adds to a mean-squared energy difference, in energy² per particle²: q²/6,
    /// or q²/(6 N²) for totals, averaged over samples where the quantum varies with their size.
    pub floor: Option<f64>,
}

impl Resolution {
    /// The floor as a fraction of a plateau, such as U0²; 0 in full precision, else infinite for a
    /// plateau of 0.
    #[must_use]
    pub fn fraction_of(&self, plateau: f64) -> f64 {
        self.floor.map_or(0.0, |floor| floor / plateau)
    }
}

/// Finds the quantum of the samples.
///
/// For decimal prints, the digits that the samples have: a fixed number of decimals or (LAMMPS's
/// `%.9g`) of significant digits. For binary storage and converted units, the smallest non-zero
/// spacing between samples, if all spacings of the first million samples are multiples of it. A
/// sample says what it is printed with: a series of the integers 0 and 1 has quantum 1.
///
/// ```
/// use msed::{EnergyKind, EnergySeries, Sampling, energy};
/// let energies: Vec<f64> = (0..100).map(|i| f64::from(-700_000 + i * i % 97) / 100.0).collect();
/// let run = EnergySeries::new(energies, Sampling::new(1, 1.0)?, 10, EnergyKind::Total)?;
/// let resolution = energy::resolution(&run);
/// assert_eq!(resolution.quantum, Some(0.01));
/// assert!((resolution.floor.unwrap() - 1e-4 / 600.0).abs() < 1e-18);
/// # Ok::<(), msed::Error>(())
/// ```
#[must_use]
pub fn resolution<T: Real>(runs: &impl Runs<T>) -> Resolution {
    let runs = runs.runs();
    let scale = runs[0].result_factor();
    let columns: Vec<&[T]> = runs.iter().map(Series::samples).collect();
    let found = quantum(&columns);
    Resolution {
        quantum: found.map(|(quantum, _)| quantum),
        floor: found.map(|(_, square)| square / 6.0 * scale * scale),
    }
}

/// The finest quantum of the columns, and the mean square of their quanta.
pub(crate) fn quantum<T: Real>(columns: &[&[T]]) -> Option<(f64, f64)> {
    let Some(printed) = decimal(columns) else {
        return spacing(columns).map(|q| (q, q * q));
    };
    if has_neighbours(columns, printed.0) {
        return Some(printed);
    }
    // Binary fractions are decimals too, with a wider spacing than their last digit.
    let wider = spacing(columns).filter(|&wider| wider > WIDER * printed.0);
    Some(wider.map_or(printed, |wider| (wider, wider * wider)))
}

/// The variance that the rounding of the print adds to columns that are multiplied by a factor.
pub(crate) fn rounding_variance<T: Real>(columns: &[&[T]], factor: f64) -> f64 {
    quantum(columns).map_or(0.0, |(_, square)| square / 12.0 * factor.powi(2))
}

/// Whether two of the first samples, all of which are multiples of a quantum, are neighbours: then
/// no spacing is wider, which saves sorting them.
fn has_neighbours<T: Real>(columns: &[&[T]], quantum: f64) -> bool {
    let samples = || columns.iter().flat_map(|c| c.iter()).map(|&x| x.to_f64());
    let largest = samples().take(SEARCHED).map(f64::abs).fold(0.0, f64::max);
    // Rounding must not blur the quantum.
    if quantum <= 4.0 * EQUAL * largest {
        return false;
    }
    let mut seen = HashSet::new();
    samples().take(SAMPLED).any(|x| {
        let multiple = (x / quantum).round() as i64;
        seen.insert(multiple);
        seen.contains(&(multiple - 1)) || seen.contains(&(multiple + 1))
    })
}

/// The quantum of a decimal print and its mean square.
fn decimal<T: Real>(columns: &[&[T]]) -> Option<(f64, f64)> {
    let samples = || columns.iter().flat_map(|c| c.iter()).map(|&x| x.to_f64());
    let (mut decimals, mut significant) = (i32::MIN, i32::MIN);
    let mut size = Size::default();
    for x in samples() {
        // Most samples need no more digits than those before them, and one look shows that.
        let known = if x == 0.0 {
            decimals
        } else {
            decimals.min(significant.saturating_sub(size.digits(x)))
        };
        if (0..=15).contains(&known) && has_decimals(x, known) {
            continue;
        }
        let of_sample = decimals_of(x)?;
        decimals = decimals.max(of_sample);
        if x != 0.0 {
            significant = significant.max(of_sample + size.digits(x));
        }
    }
    let mut quantum = |x: f64| {
        let of_sample = if x == 0.0 {
            decimals
        } else {
            decimals.min(significant - size.digits(x))
        };
        10_f64.powi(of_sample).recip()
    };
    let (mut finest, mut squares, mut count) = (f64::INFINITY, 0.0, 0.0);
    for x in samples() {
        let q = quantum(x);
        finest = finest.min(q);
        squares += q * q;
        count += 1.0;
    }
    Some((finest, squares / count))
}

fn digits_before_point(x: f64) -> i32 {
    x.abs().log10().floor() as i32 + 1
}

/// The digits before the point of numbers of a like size: those between two that have as many have
/// as many too, which saves their logarithms.
#[derive(Default)]
struct Size {
    between: Option<[f64; 2]>,
    digits: i32,
}

impl Size {
    /// Of a number that is not 0.
    fn digits(&mut self, x: f64) -> i32 {
        let x = x.abs();
        if self.between.is_some_and(|[low, high]| low <= x && x <= high) {
            return self.digits;
        }
        let digits = digits_before_point(x);
        self.between = Some(match self.between {
            Some([low, high]) if digits == self.digits => [low.min(x), high.max(x)],
            _ => [x; 2],
        });
        self.digits = digits;
        digits
    }
}

/// Whether so many decimals print this number, if its first fifteen digits do.
fn has_decimals(x: f64, decimals: i32) -> bool {
    let shifted = x * 10_f64.powi(decimals);
    shifted.abs() * f64::EPSILON < 0.25 && (shifted - shifted.round()).abs() <= shifted.abs() * f64::EPSILON
}

/// The fewest decimals that print this number, if its first fifteen digits do.
fn decimals_of(x: f64) -> Option<i32> {
    (0..=15).find(|&decimals| has_decimals(x, decimals))
}

/// The smallest spacing, if the others are its multiples.
fn spacing<T: Real>(columns: &[&[T]]) -> Option<f64> {
    let mut sorted: Vec<f64> = columns
        .iter()
        .flat_map(|c| c.iter())
        .take(SEARCHED)
        .map(|&x| x.to_f64())
        .collect();
    sorted.sort_unstable_by(f64::total_cmp);
    let largest = sorted[0].abs().max(sorted[sorted.len() - 1].abs());
    // Closer than rounding allows to tell is equal.
    let spacings: Vec<f64> = sorted
        .windows(2)
        .map(|pair| pair[1] - pair[0])
        .filter(|&gap| gap > EQUAL * largest)
        .collect();
    let smallest = spacings.iter().copied().fold(f64::INFINITY, f64::min);
    let multiple = |gap: &f64| (gap / smallest - (gap / smallest).round()).abs() < 0.05;
    (spacings.len() >= EVIDENCE && spacings.iter().all(multiple)).then_some(smallest)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sampling::Sampling;
    use crate::series::{EnergyKind, EnergySeries};
    use rand::{RngExt, SeedableRng};

    fn of<T: Real>(samples: Vec<T>, kind: EnergyKind) -> Resolution {
        resolution(&EnergySeries::new(samples, Sampling::new(1, 1.0).unwrap(), 100, kind).unwrap())
    }

    fn noise(n: usize, seed: u64) -> Vec<f64> {
        let mut random = rand_pcg::Pcg64Mcg::seed_from_u64(seed);
        (0..n)
            .map(|_| random.sample::<f64, _>(rand_distr::StandardNormal))
            .collect()
    }

    fn printed(x: f64, decimals: usize) -> f64 {
        format!("{x:.decimals$}").parse().unwrap()
    }

    #[test]
    fn decimal_prints_are_recognised() {
        let energies: Vec<f64> = noise(500, 1)
            .iter()
            .map(|x| printed(-7e3 + 15.0 * x, 5))
            .collect();
        let total = of(energies.clone(), EnergyKind::Total);
        assert!((total.quantum.unwrap() - 1e-5).abs() < 1e-18);
        assert!((total.floor.unwrap() / (1e-10 / 6e4) - 1.0).abs() < 1e-9);
        let single = of(energies, EnergyKind::PerParticle);
        assert!((single.floor.unwrap() / (1e-10 / 6.0) - 1.0).abs() < 1e-9);
        assert!((single.fraction_of(1e-10) - 1.0 / 6.0).abs() < 1e-9);
    }

    #[test]
    fn significant_digits_change_the_quantum_with_the_size() {
        // Nine digits around 1000: 1e-5 above, 1e-6 below.
        let energies: Vec<f64> = noise(1000, 2)
            .iter()
            .map(|x| {
                let e = 1000.0 + x;
                printed(e, if e < 1000.0 { 6 } else { 5 })
            })
            .collect();
        let above = energies.iter().filter(|e| **e >= 1000.0).count() as f64 / 1000.0;
        let found = of(energies, EnergyKind::PerParticle);
        assert!((found.quantum.unwrap() - 1e-6).abs() < 1e-18);
        let expected = (above * 1e-10 + (1.0 - above) * 1e-12) / 6.0;
        assert!((found.floor.unwrap() / expected - 1.0).abs() < 1e-9);
    }

    #[test]
    fn binary_storage_has_its_spacing() {
        // Near 1e6 an f32 has a spacing of 1/16.
        let energies: Vec<f32> = noise(2000, 3).iter().map(|x| (1e6 + 10.0 * x) as f32).collect();
        assert_eq!(of(energies, EnergyKind::Total).quantum, Some(0.0625));
    }

    #[test]
    fn full_precision_has_none() {
        let energies: Vec<f64> = noise(2000, 4).iter().map(|x| -7e3 + 15.0 * x).collect();
        let found = of(energies, EnergyKind::Total);
        assert_eq!((found.quantum, found.floor), (None, None));
        assert_eq!(found.fraction_of(1.0), 0.0);
    }

    #[test]
    fn the_floor_is_what_rounding_adds() {
        let exact = noise(200_000, 5);
        let difference =
            |x: &[f64]| x.windows(2).map(|w| (w[1] - w[0]).powi(2)).sum::<f64>() / (x.len() - 1) as f64;
        let rounded: Vec<f64> = exact.iter().map(|x| printed(*x, 0)).collect();
        let added = difference(&rounded) - difference(&exact);
        let found = of(rounded, EnergyKind::PerParticle);
        assert_eq!(found.quantum, Some(1.0));
        // The rounding error is a good uniform number here; the scatter of its mean square is 0.3
        // %, of the cross term 0.4 %.
        assert!((added / found.floor.unwrap() - 1.0).abs() < 0.05, "{added}");
    }
}
