//! The bins of a distribution.

use super::EnergyError;
use crate::real::Invalid;

/// More bins than this are a mistake in the width.
const MOST_BINS: usize = 1 << 20;

/// The bins of a histogram.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub enum Bins {
    /// Width 2 IQR n^(-1/3) (Freedman and Diaconis, Z. Wahrscheinlichkeitstheorie 57, 453, 1981),
    /// from the number of pairs and their interquartile range; 3.49 standard deviations n^(-1/3)
    /// (Scott 1979) where the range is zero. One bin is centred on 0.
    FreedmanDiaconis,
    /// This many, from the smallest difference to the largest.
    Count(usize),
    /// Of this width, in energy per particle. One bin is centred on 0.
    Width(f64),
}

/// Equal bins from `start` on.
pub(super) struct Axis {
    pub(super) start: f64,
    pub(super) width: f64,
    pub(super) bins: usize,
}

impl Axis {
    pub(super) fn new(
        bins: Bins,
        [low, high]: [f64; 2],
        pairs: usize,
        range: impl Fn() -> f64,
        variance: impl Fn() -> f64,
    ) -> Result<Self, EnergyError> {
        let centred = |width: f64| {
            let width = Invalid::unless_positive("bin width", width)?;
            let (first, last) = ((low / width).round(), (high / width).round());
            Ok(Self {
                start: (first - 0.5) * width,
                width,
                bins: number(last - first + 1.0)?,
            })
        };
        let shrink = (pairs as f64).cbrt().recip();
        match bins {
            Bins::Count(bins) => Ok(Self {
                start: low,
                width: (high - low) / bins as f64,
                bins: number(bins as f64)?,
            }),
            Bins::Width(width) => centred(width),
            Bins::FreedmanDiaconis => {
                let by_quartiles = 2.0 * range() * shrink;
                let width = if by_quartiles > 0.0 {
                    by_quartiles
                } else {
                    3.49 * variance().sqrt() * shrink
                };
                // A few far outliers must not make millions of empty bins.
                centred(width.max((high - low) / (MOST_BINS / 2) as f64))
            }
        }
    }

    pub(super) fn bin(&self, x: f64) -> usize {
        // The ends fall into the first and last bin, whatever the rounding.
        (((x - self.start) / self.width).max(0.0) as usize).min(self.bins - 1)
    }
}

/// Bins of one width, as many on either side of the one that is centred on 0.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub(crate) struct CentredBins {
    width: f64,
    side: usize,
}

impl CentredBins {
    /// Bins of `width` from about `-range` to `range`.
    pub(crate) fn new(width: f64, range: f64) -> Result<Self, EnergyError> {
        let width = Invalid::unless_positive("bin width", width)?;
        let side = number(2.0 * (range / width).round() + 1.0)? / 2;
        Ok(Self { width, side })
    }

    pub(super) fn width(self) -> f64 {
        self.width
    }

    pub(super) fn count(self) -> usize {
        2 * self.side + 1
    }

    /// Lower end of a bin.
    pub(super) fn start(self, bin: usize) -> f64 {
        (bin as f64 - self.side as f64 - 0.5) * self.width
    }

    /// The bin of a difference; none outside.
    #[inline]
    pub(super) fn bin(self, difference: f64) -> Option<usize> {
        let place = (difference - self.start(0)) / self.width;
        let bin = place as usize;
        (place >= 0.0 && bin < self.count()).then_some(bin)
    }

    /// Whether a constructor would have made these.
    #[cfg(feature = "serde")]
    pub(super) fn check(self) -> Result<(), &'static str> {
        if self.width.is_finite() && self.width > 0.0 && self.side < MOST_BINS {
            Ok(())
        } else {
            Err("bins without a width, or too many")
        }
    }
}

/// A number of bins that memory holds.
fn number(found: f64) -> Result<usize, EnergyError> {
    if found >= 1.0 && found <= MOST_BINS as f64 {
        Ok(found as usize)
    } else {
        Err(EnergyError::TooManyBins {
            found,
            most: MOST_BINS,
        })
    }
}

pub(super) fn interquartile_range(mut values: Vec<f64>) -> f64 {
    let last = values.len() - 1;
    let mut quantile = |k: usize| *values.select_nth_unstable_by(k, f64::total_cmp).1;
    quantile(last * 3 / 4) - quantile(last / 4)
}
