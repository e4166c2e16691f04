//! Where a structure factor has its main peak.

use std::fmt;

use thiserror::Error;

use super::StructureFactor;
use crate::real::short;
use crate::stats::{Estimate, Invalid, Outcome, Parabola, Significance};
use crate::trajectory::{Cell, Dimensions};

/// (V/N)^(1/3) at the density 1.2 that the lengths of [`PeakWindow::LENNARD_JONES`] belong to.
const SPACING: f64 = 0.941;
/// Fewest shells for a parabola.
const FEWEST: usize = 4;

/// The lengths, in inverse units of length, by which a peak is looked for.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct PeakWindow {
    bin: f64,
    half_width: f64,
}

impl PeakWindow {
    /// `bin`: the width of the bins of which the highest is taken; `half_width`: how far from the
    /// middle of that bin the shells may lie that a parabola goes through.
    ///
    /// # Errors
    /// [`Invalid`] unless both are positive and finite.
    pub fn new(bin: f64, half_width: f64) -> Result<Self, Invalid> {
        Ok(Self {
            bin: Invalid::unless_positive("bins of width", bin)?,
            half_width: Invalid::unless_positive("shells within", half_width)?,
        })
    }

    /// Width of the bins of which the highest is taken.
    #[must_use]
    pub fn bin(&self) -> f64 {
        self.bin
    }

    /// How far from the middle of that bin the shells may lie that a parabola goes through.
    #[must_use]
    pub fn half_width(&self) -> f64 {
        self.half_width
    }

    /// Bins of 0.2, and shells within 0.5: for the Lennard-Jones unit of length and a density of
    /// order 1.
    pub const LENNARD_JONES: Self = Self {
        bin: 0.2,
        half_width: 0.5,
    };

    /// The same at any density and in any unit of length: multiplied by 0.941/(V/N)^(1/3), where
    /// 0.941 is (V/N)^(1/3) at the Lennard-Jones density 1.2; in two dimensions by
    /// 0.941/(A/N)^(1/2), with the area A of the cell.
    #[must_use]
    pub fn for_density(cell: &Cell, dimensions: Dimensions, particles: usize) -> Self {
        let scale = SPACING / cell.spacing(dimensions, particles);
        Self {
            bin: scale * Self::LENNARD_JONES.bin,
            half_width: scale * Self::LENNARD_JONES.half_width,
        }
    }
}

/// The main peak of a structure factor: see [`main_peak`].
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub struct MainPeak {
    /// q_max, the vertex of the parabola.
    pub position: Estimate,
    /// The parabola's value there.
    pub height: Estimate,
    /// First and last q of the shells that the parabola goes through.
    pub range: [f64; 2],
    /// Number of these shells.
    pub shells: usize,
}

impl fmt::Display for MainPeak {
    /// `q_max = 7.2275(31), S = 3.015(10)`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "q_max = {}, S = {}", self.position, self.height)
    }
}

/// Why a structure factor has no main peak.
#[derive(Debug, Clone, PartialEq, Error)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub enum NoMainPeak {
    /// The function is largest at an end of its range.
    #[error(
        "not resolved: S(q) is highest at q = {}, an end of the range {} to {}",
        short(*.q, 6), short(range[0], 6), short(range[1], 6)
    )]
    AtTheEnd {
        /// The middle of the highest bin.
        q: f64,
        /// First and last q.
        range: [f64; 2],
    },
    /// Another peak is as high within errors.
    #[error(
        "not resolved: the peak at q = {} exceeds that at {} by {difference}, expected more than {}",
        short(*.q, 6), short(*.other, 6), Significance::EXTREMUM
    )]
    Rival {
        /// The middle of the highest bin.
        q: f64,
        /// The middle of the other peak's highest bin.
        other: f64,
        /// By how much the first is higher.
        difference: Estimate,
    },
    /// Fewer shells near the highest bin than a parabola needs.
    #[error("not resolved: {found} shells near the highest bin, expected at least {FEWEST}")]
    TooFewShells {
        /// Shells there are.
        found: usize,
    },
    /// The parabola has no maximum among the shells.
    #[error(
        "not resolved: the parabola through the shells from {} to {} has no maximum among them",
        short(range[0], 6), short(range[1], 6)
    )]
    NoMaximum {
        /// First and last q of the shells.
        range: [f64; 2],
    },
}

/// The position q_max of the main peak.
///
/// Exact shells are jagged, and the largest single one wanders. So the mean over the vectors in
/// bins of `window.bin` from 0 on is taken first; around the highest bin a parabola is fitted to
/// all shells whose q lies within `window.half_width` of the bin's middle, each weighted by its
/// number of vectors; its vertex is q_max. The highest bin makes it the main peak and not a
/// prepeak: another peak that is as high within two standard errors, with a dip of more than two
/// between them, leaves the question open; without error bars, one that is exactly as high, with
/// any dip.
///
/// - **Units.** q in inverse units of length, the height a number.
/// - **Errors.** The parabola is fitted to the same shells on each resample of the structure
///   factor.
/// - **Cost.** Nothing beside that of the structure factor.
/// - **Range.** The vectors must reach beyond the peak on both sides: a function that is highest at
///   an end of its range has no peak there.
///
/// **Which q for F_s?** The total S(q) and that of one species peak at different q: in the shipped
/// mixture at T = 0.700 at 7.370 and, A-A, at 7.231. Take the peak of the species that
/// [`self_isf`](super::self_isf) is of, and a shell of 0.1 on either side of it, so that its mean q
/// is that of the peak: `run.shell(7.15..=7.35)` holds 219 vectors there.
///
/// ```
/// use msed::structure::{self, PeakWindow};
/// use msed::{Resampling, Units, io, trajectory::Species};
/// let species = Species::by_count([("A", 800), ("B", 200)])?;
/// let file = "data/kob-andersen/T0.700/dump.lammpstrj.gz"; // 20 frames
/// let run = io::trajectory::<f32>(file, Units::LJ, 0.005, species)?;
/// let s = structure::static_structure(&run, &run.shell(6.2..=8.4)?, Resampling::Blocks(5))?;
/// let window = PeakWindow::for_density(run.cell(0).unwrap(), run.dimensions(), 1000);
/// let of_a = structure::main_peak(s.of("A", "A")?, window).into_result()?;
/// let total = structure::main_peak(s.total(), window).into_result()?;
/// assert!((of_a.position.value() - 7.23).abs() < 0.02, "{of_a}");
/// assert!((total.position.value() - 7.37).abs() < 0.02, "{total}");
/// let q = of_a.position.value();
/// let shell = run.shell(q - 0.1..=q + 0.1)?;
/// assert!((shell.mean_wave_number() - q).abs() < 0.02 && shell.count() > 100);
/// # Ok::<(), msed::Error>(())
/// ```
pub fn main_peak(factor: &StructureFactor, window: PeakWindow) -> Outcome<MainPeak, NoMainPeak> {
    find(factor, window).into()
}

fn find(factor: &StructureFactor, window: PeakWindow) -> Result<MainPeak, NoMainPeak> {
    let bins = factor.in_bins(window.bin);
    let middle = |bin: usize| ((bins.q[bin] / window.bin).floor() + 0.5) * window.bin;
    let height = |bin: usize| bins.values[bin];
    let last = bins.q.len() - 1;
    let highest = (0..=last).fold(0, |best, bin| if height(bin) > height(best) { bin } else { best });
    let centre = middle(highest);
    let q = &factor.q;
    if highest == 0 || highest == last {
        return Err(NoMainPeak::AtTheEnd {
            q: centre,
            range: [q[0], q[q.len() - 1]],
        });
    }
    if let Some((bin, difference)) = rival(&bins, highest) {
        return Err(NoMainPeak::Rival {
            q: centre,
            other: middle(bin),
            difference,
        });
    }
    let near: Vec<usize> = (0..q.len())
        .filter(|&k| (q[k] - centre).abs() <= window.half_width)
        .collect();
    if near.len() < FEWEST {
        return Err(NoMainPeak::TooFewShells { found: near.len() });
    }
    let range = [q[near[0]], q[near[near.len() - 1]]];
    let shells: Vec<f64> = near.iter().map(|&k| q[k]).collect();
    let weights: Vec<f64> = near.iter().map(|&k| factor.wave_vectors[k] as f64).collect();
    let fit = |values: &[f64]| {
        let values: Vec<f64> = near.iter().map(|&k| values[k]).collect();
        Parabola::through(&shells, &values, &weights)
    };
    let position = factor.evaluate(|values| fit(values).maximum());
    if !(position.value() >= range[0] && position.value() <= range[1]) {
        return Err(NoMainPeak::NoMaximum { range });
    }
    let height = factor.evaluate(|values| {
        let parabola = fit(values);
        parabola.at(parabola.maximum())
    });
    Ok(MainPeak {
        position,
        height,
        range,
        shells: near.len(),
    })
}

/// The highest of the other peaks that is as high as the highest bin within errors: a bin with a
/// dip between the two.
fn rival(bins: &StructureFactor, highest: usize) -> Option<(usize, Estimate)> {
    let difference = |a: usize, b: usize| bins.evaluate(|values| values[a] - values[b]);
    let exceeds = |a: usize, b: usize| difference(a, b).exceeds(Significance::EXTREMUM);
    let dips = |bin: usize| {
        let mut between = bin.min(highest) + 1..bin.max(highest);
        between.any(|dip| exceeds(bin, dip))
    };
    let mut others: Vec<usize> = (0..bins.q.len()).filter(|&bin| bin != highest).collect();
    others.sort_by(|&a, &b| bins.values[b].total_cmp(&bins.values[a]));
    let rival = others
        .into_iter()
        .find(|&bin| !exceeds(highest, bin) && dips(bin))?;
    Some((rival, difference(highest, rival)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::{BlockSums, Resamples, Resampling, RunId};

    /// Shells 0.05 apart from 0.05 to 10, of 1 to 5 vectors; two blocks that differ by `noise` up
    /// and down.
    fn factor(s: impl Fn(f64) -> f64, noise: f64) -> StructureFactor {
        resampled(s, noise, Resampling::Blocks(2))
    }

    fn resampled(s: impl Fn(f64) -> f64, noise: f64, resampling: Resampling) -> StructureFactor {
        let q: Vec<f64> = (1..=200).map(|k| 0.05 * f64::from(k)).collect();
        let counts: Vec<usize> = (0..200).map(|k| 1 + k * k % 5).collect();
        let mut sums = BlockSums::new(2, 200);
        for (block, sign) in [(0, 1.0), (1, -1.0)] {
            for (shell, &q) in q.iter().enumerate() {
                sums.add(block, shell, s(q) + sign * noise * (7.0 * q).sin(), 1.0);
            }
        }
        StructureFactor::from_sums(
            q,
            counts,
            &sums,
            Resamples::new(RunId::named("run"), resampling, 2),
        )
    }

    const WINDOW: PeakWindow = PeakWindow::LENNARD_JONES;

    #[test]
    fn the_vertex_of_a_parabola_is_found_exactly() {
        let peak = main_peak(&factor(|q| 3.0 - 2.0 * (q - 7.237).powi(2), 0.0), WINDOW);
        let peak = peak.into_result().unwrap();
        let (position, height) = (&peak.position, &peak.height);
        assert!((position.value() - 7.237).abs() < 1e-12, "{position}");
        assert!((height.value() - 3.0).abs() < 1e-12);
        assert!(position.standard_error().unwrap() < 1e-12);
        // The highest bin is 7.2 to 7.4.
        assert_eq!(
            (peak.range, peak.shells),
            ([6.800_000_000_000_001, 7.800_000_000_000_001], 21)
        );
    }

    #[test]
    fn the_main_peak_is_the_higher_one_unless_errors_hide_which_that_is() {
        let bump = |q: f64, at: f64, height: f64| height * (-2.0 * (q - at).powi(2)).exp();
        let s = move |low: f64| move |q: f64| bump(q, 4.0, low) + bump(q, 7.0, 2.0);
        let found = main_peak(&factor(s(1.5), 0.1), WINDOW);
        let position = &found.value().unwrap().position;
        assert!((position.value() - 7.0).abs() < 0.1, "{position}");
        assert!(found.to_string().starts_with("q_max = "), "{found}");
        assert!(position.standard_error().unwrap() > 0.0);
        let doubtful = main_peak(&factor(s(1.95), 0.1), WINDOW);
        let reason = doubtful.why().unwrap();
        assert!(matches!(reason, NoMainPeak::Rival { .. }));
        assert!(
            reason
                .to_string()
                .starts_with("not resolved: the peak at q = 6.9"),
            "{reason}"
        );
    }

    #[test]
    fn without_error_bars_a_rival_is_as_high_and_anything_lower_is_none() {
        // A bin of each peak.
        let peak = |low: f64| {
            let s = |q: f64| match (q / WINDOW.bin).floor() {
                20.0 => low,
                35.0 => 1.0,
                _ => 0.0,
            };
            main_peak(&resampled(s, 0.0, Resampling::None), WINDOW)
        };
        let tie = peak(1.0);
        assert!(matches!(tie.why(), Some(NoMainPeak::Rival { .. })), "{tie}");
        let found = peak(0.999).into_result().unwrap().position;
        assert!((found.value() - 7.1).abs() < 0.1, "{found}");
        assert_eq!(found.standard_error(), None);
    }

    #[test]
    fn no_peak_is_an_answer() {
        let reason = |peak: Outcome<MainPeak, NoMainPeak>| peak.into_result().unwrap_err().to_string();
        assert_eq!(
            reason(main_peak(&factor(|q| q, 0.0), WINDOW)),
            "not resolved: S(q) is highest at q = 10.1, an end of the range 0.05 to 10"
        );
        let narrow = PeakWindow {
            bin: 0.2,
            half_width: 0.05,
        };
        assert_eq!(
            reason(main_peak(&factor(|q| -(q - 5.1).powi(2), 0.0), narrow)),
            "not resolved: 3 shells near the highest bin, expected at least 4"
        );
        let hollow = |q: f64| {
            if (q - 5.0).abs() < 0.2 {
                20.0 + (q - 5.0).powi(2)
            } else {
                1.0
            }
        };
        let wide = PeakWindow {
            bin: 0.4,
            half_width: 0.18,
        };
        assert_eq!(
            reason(main_peak(&factor(hollow, 0.0), wide)),
            "not resolved: the parabola through the shells from 4.85 to 5.15 has no maximum among them"
        );
    }
}
