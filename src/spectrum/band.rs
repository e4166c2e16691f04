//! The frequencies of the relaxation.

use std::f64::consts::PI;

use super::periodogram::Periodogram;
use crate::stats::Significance;

/// Ratio of the edges of the bins in which a rise is looked for.
const RISE_WIDTH: f64 = 1.3;
/// A rise of less than this part is no rise.
const MARGIN: f64 = 0.05;
/// Ratio of the edges of the bins in which a cutoff is looked for.
const CUTOFF_WIDTH: f64 = 1.6;
/// The power of the frequency with which a spectrum may fall. That of a relaxation falls with the
/// square at most.
const STEEPEST: f64 = 3.0;
/// Fewest ordinates of a bin: the mean of fewer is too far from Gaussian for a count of standard
/// errors.
const FEWEST: f64 = 24.0;
/// The errors of the bins follow from the number of ordinates: they do not rest on blocks.
const KNOWN: Option<f64> = Some(f64::INFINITY);

/// Where the relaxation's part of the spectrum ends, by the rule that
/// [`Whittle`](super::Whittle) states: an angular frequency per sample, pi where nothing but
/// relaxation is seen.
pub(super) fn relaxation_limit(pieces: &[Periodogram]) -> f64 {
    before_rise(pieces).min(below_cutoff(pieces))
}

/// The spectrum averaged over bins whose edges grow by `width`, or more where that takes in too few
/// ordinates.
fn levels(pieces: &[Periodogram], width: f64) -> Vec<Level> {
    let lowest = pieces
        .iter()
        .filter_map(|p| p.bins.first())
        .map(|b| b.frequency)
        .fold(PI, f64::min);
    let mut levels = Vec::new();
    let (mut lower, mut upper) = (0.0, lowest * 4.0);
    while lower < PI {
        let (mut ordinates, mut power, mut frequency) = (0.0, 0.0, 0.0);
        for bin in pieces.iter().flat_map(|p| &p.bins) {
            if bin.frequency > lower && bin.frequency <= upper {
                ordinates += bin.ordinates;
                power += bin.ordinates * bin.power;
                frequency += bin.ordinates * bin.frequency;
            }
        }
        if ordinates >= FEWEST {
            levels.push(Level {
                upper: upper.min(PI),
                frequency: frequency / ordinates,
                power: power / ordinates,
                ordinates,
            });
            lower = upper;
        } else if upper >= PI {
            break;
        }
        upper *= width;
    }
    levels
}

struct Level {
    upper: f64,
    frequency: f64,
    power: f64,
    ordinates: f64,
}

impl Level {
    /// The relative error of the ratio to another level.
    fn error(&self, other: &Self) -> f64 {
        (1.0 / self.ordinates + 1.0 / other.ordinates).sqrt()
    }
}

fn before_rise(pieces: &[Periodogram]) -> f64 {
    let significant = Significance::SPECTRAL_RISE.threshold(KNOWN);
    let levels = levels(pieces, RISE_WIDTH);
    let mut minimum = 0;
    for k in 1..levels.len() {
        let (here, low) = (&levels[k], &levels[minimum]);
        if here.power > low.power * (1.0 + MARGIN + significant * here.error(low)) {
            return low.upper;
        }
        if here.power < low.power {
            minimum = k;
        }
    }
    PI
}

fn below_cutoff(pieces: &[Periodogram]) -> f64 {
    let significant = Significance::SPECTRAL_CUTOFF.threshold(KNOWN);
    let levels = levels(pieces, CUTOFF_WIDTH);
    let fall = levels.windows(2).find(|pair| {
        let [here, next] = pair else { return false };
        let distance = (next.frequency / here.frequency).ln();
        (here.power / next.power).ln() > STEEPEST * distance + significant * here.error(next)
    });
    fall.map_or(PI, |pair| 0.1 * pair[0].upper)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The periodogram of a run of so many samples that is exactly this spectrum.
    fn exact(samples: usize, power: impl Fn(f64) -> f64) -> Periodogram {
        let mut periodogram = Periodogram::planned(samples);
        for bin in &mut periodogram.bins {
            bin.power = power(bin.frequency);
        }
        periodogram
    }

    /// Falls slowly, and is higher by a part from 0.5 on.
    fn rise(samples: usize, part: f64) -> f64 {
        relaxation_limit(&[exact(samples, |w| {
            w.powf(-0.01) * if w > 0.5 { 1.0 + part } else { 1.0 }
        })])
    }

    #[test]
    fn a_rise_of_more_than_five_per_cent_and_four_standard_errors_ends_the_band() {
        // Levels of 10^7 samples are known to 0.3 %, those of 10^5 samples to 3 %.
        assert_eq!(rise(10_000_000, 0.05), PI);
        let limit = rise(10_000_000, 0.08);
        assert!((0.5 / 1.3..=0.5 * 1.3).contains(&limit), "{limit}");
        assert_eq!(rise(100_000, 0.13), PI);
        let limit = rise(100_000, 0.23);
        assert!((0.5 / 1.3..=0.5 * 1.3).contains(&limit), "{limit}");
    }

    #[test]
    fn a_fall_faster_than_the_cube_ends_the_band_at_a_tenth_of_where_it_begins() {
        let fall = |power: f64| {
            relaxation_limit(&[exact(10_000_000, |w| {
                if w > 0.5 { (w / 0.5).powf(-power) } else { 1.0 }
            })])
        };
        assert_eq!(fall(2.0), PI);
        assert_eq!(fall(2.9), PI);
        let limit = fall(3.3);
        assert!((0.05 / 1.6..=0.05 * 1.6 * 1.6).contains(&limit), "{limit}");
    }
}
