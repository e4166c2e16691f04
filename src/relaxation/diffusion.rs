//! How steep a curve is, and the diffusion coefficient, where motion has become diffusive.

use std::fmt;
use std::num::NonZeroU32;
use std::ops::{Deref, RangeInclusive};

use thiserror::Error;

use super::error::FitError;
use super::fall::Time;
use crate::curve::Curve;
use crate::sampling::Lag;
use crate::stats::{Estimate, Invalid, Outcome, Significance, line};

/// A slope counts as 1 within this even if its standard error is smaller: a straight line has an
/// intercept, which the fit takes out, and where it is a twentieth of the whole the slope is 0.95.
const TOLERANCE: f64 = 0.05;
/// A slope that is known no better than this says nothing.
const LARGEST_INTERVAL: f64 = 0.25;
/// Lags of a local slope lie this factor apart.
const RATIO: f64 = 2.0;

/// A mean squared displacement, which knows how many directions it adds up. It reads as the
/// [`Curve`] that it is.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct SquaredDisplacement {
    // Over lag time, in squared units of length.
    curve: Curve,
    dimensions: NonZeroU32,
}

impl SquaredDisplacement {
    /// The sum over so many directions: 3 in three dimensions, 1 for a component.
    ///
    /// # Errors
    /// [`FitError::Invalid`] for 0.
    pub fn new(curve: Curve, dimensions: u32) -> Result<Self, FitError> {
        let expected = "3 for the mean squared displacement, 1 for a component";
        let dimensions =
            NonZeroU32::new(dimensions).ok_or_else(|| Invalid::new("dimensions", 0.0, expected))?;
        Ok(Self { curve, dimensions })
    }

    /// Of an estimator, which knows how many dimensions it has summed.
    pub(crate) fn of(curve: Curve, dimensions: NonZeroU32) -> Self {
        Self { curve, dimensions }
    }

    /// How many directions it adds up.
    #[must_use]
    pub fn dimensions(&self) -> u32 {
        self.dimensions.get()
    }

    /// The lags at which something has moved.
    fn moving(&self) -> Self {
        let curve = &self.curve;
        self.with(curve.select(|k| curve.lags()[k] > Lag::ZERO && curve.values()[k] > 0.0))
    }

    fn with(&self, curve: Curve) -> Self {
        Self { curve, ..*self }
    }
}

impl Deref for SquaredDisplacement {
    type Target = Curve;

    fn deref(&self) -> &Curve {
        &self.curve
    }
}

/// A diffusion coefficient.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub struct Diffusion {
    /// The coefficient, in squared units of length per time unit.
    pub coefficient: Estimate,
    /// The straight line at time 0: the cage and the ballistic start leave their mark there.
    pub intercept: Estimate,
    /// `d ln MSD / d ln t` over the window: 1 for diffusion. `None` where the window has not two
    /// lags a factor 2 apart.
    pub log_slope: Option<Estimate>,
    /// The first and the last lag time of the fit.
    pub window: [f64; 2],
    /// Lags in the fit.
    pub points: usize,
}

impl fmt::Display for Diffusion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [start, end] = self.window;
        write!(
            f,
            "{} from t = {} to {}",
            self.coefficient,
            Time(&start),
            Time(&end)
        )
    }
}

/// Why there is no diffusion coefficient.
#[derive(Debug, Clone, PartialEq, Error)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub enum NotDiffusive {
    /// No stretch of lags up to the last has a slope of 1 within errors.
    #[error(
        "not diffusive: d ln MSD / d ln t is {log_slope} at the last lags, around t = {}, expected 1 within errors",
        Time(.time)
    )]
    Slope {
        /// The last local slope of the curve.
        log_slope: Estimate,
        /// Its lag time.
        time: f64,
    },
    /// There are not two lags with standard errors a factor 2 apart.
    #[error("{found} lags can be used, expected at least two that lie a factor {RATIO} apart")]
    TooFewLags {
        /// Lags that can be used.
        found: usize,
    },
}

/// The diffusion coefficient of a mean squared displacement.
///
/// ```text
/// MSD(t) = c + 2 d D t      in the window
/// ```
///
/// a straight line by least squares, weighted by the inverse squares of the standard errors, or of
/// the values where there are no errors; d is the number of directions that the displacement adds
/// up.
///
/// **Window.** Local slopes `d ln MSD / d ln t` are taken between each lag and the first one that
/// is at least twice as long. The window begins at the first lag from which on every slope is 1
/// within its 95 % interval (Student's t for the blocks), or within 0.05, whichever is wider: the
/// intercept, which the fit takes out, accounts for so much. It ends at the last lag that has a
/// standard error. The slopes at its beginning and over the whole window must be known to 0.25 at
/// that level, since a slope with large errors is compatible with anything. Where there is no such
/// window the outcome is [`NotDiffusive`], with the slope at the end. Without resamples the
/// tolerance of 0.05 alone decides, over all lags; the last lags of a run then rest on few origins.
/// [`diffusion_within`] takes a window as it is given.
///
/// **Error.** The fit is repeated on each resample; D has no error where a lag of the window has
/// none. In a periodic cell D is too small by `k T ξ/(6 π η L)` (Yeh and Hummer, J. Phys. Chem. B
/// 108, 15873 (2004)): that is not corrected.
///
/// ```
/// use msed::relaxation::{SquaredDisplacement, diffusion};
/// use msed::{Curve, Lag};
/// let lags: Vec<Lag> = (0..10).map(|k| Lag::from_steps(1 << k)).collect();
/// let values = lags.iter().map(|lag| 6.0 * 0.02 * lag.time(1.0)).collect();
/// let curve = Curve::from_values(lags, 1.0, values);
/// let found = diffusion(&SquaredDisplacement::new(curve, 3)?);
/// assert!((found.value().unwrap().coefficient.value() - 0.02).abs() < 1e-14);
/// # Ok::<(), msed::relaxation::FitError>(())
/// ```
pub fn diffusion(msd: &SquaredDisplacement) -> Outcome<Diffusion, NotDiffusive> {
    automatic(&msd.moving()).into()
}

/// The diffusion coefficient in a window of lag times that is given:
/// [`log_slope`](Diffusion::log_slope) then says whether the motion is diffusive there.
///
/// # Errors
/// [`FitError::TooFewPoints`] for a window with fewer than two lags.
pub fn diffusion_within(
    msd: &SquaredDisplacement,
    window: RangeInclusive<f64>,
) -> Result<Diffusion, FitError> {
    let moving = msd.moving();
    let part = moving.with(moving.window(window.clone()));
    if part.len() < 2 {
        let window = [*window.start(), *window.end()];
        return Err(FitError::too_few_points(&moving, window, part.len(), 2));
    }
    Ok(fit(&part))
}

fn automatic(moving: &SquaredDisplacement) -> Result<Diffusion, NotDiffusive> {
    let resampled = moving.resamples().len() >= 2;
    let usable = moving.with(moving.select(|k| !resampled || moving.standard_errors()[k].is_some()));
    let slopes: Vec<(f64, Estimate)> = (0..usable.len())
        .map_while(|k| partner(&usable, k).map(|second| Slope::between(&usable, k, second).on(&usable)))
        .collect();
    let Some((time, last)) = slopes.last() else {
        return Err(NotDiffusive::TooFewLags { found: usable.len() });
    };
    let not_one = slopes.iter().rposition(|(_, slope)| !is_one(slope));
    let start = not_one.map_or(0, |k| k + 1);
    let known = slopes.get(start).is_some_and(|(_, slope)| is_known(slope));
    if known {
        let found = fit(&usable.with(usable.select(|k| k >= start)));
        let slope = found.log_slope.as_ref();
        if slope.is_some_and(|slope| is_one(slope) && is_known(slope)) {
            return Ok(found);
        }
    }
    Err(NotDiffusive::Slope {
        log_slope: last.clone(),
        time: *time,
    })
}

/// The first lag that is long enough for a slope.
fn partner(curve: &Curve, first: usize) -> Option<usize> {
    let enough = RATIO * (1.0 - 1e-9) * curve.lag_time(first);
    (first + 1..curve.len()).find(|&k| curve.lag_time(k) >= enough)
}

/// Half of the interval of a slope; 0 without resamples.
fn half_interval(slope: &Estimate) -> f64 {
    let freedom = slope.degrees_of_freedom();
    if freedom.is_none() {
        return 0.0;
    }
    let (error, errors) = (
        slope.standard_error(),
        Significance::NOT_DIFFUSIVE.threshold(freedom),
    );
    error.map_or(f64::INFINITY, |error| error * errors)
}

fn is_one(slope: &Estimate) -> bool {
    (slope.value() - 1.0).abs() <= half_interval(slope).max(TOLERANCE)
}

fn is_known(slope: &Estimate) -> bool {
    half_interval(slope) <= LARGEST_INTERVAL
}

fn fit(part: &SquaredDisplacement) -> Diffusion {
    let times: Vec<f64> = part.lag_times().collect();
    let errors = part.standard_errors();
    let by_errors = errors.iter().all(|error| error.is_some_and(|error| error > 0.0));
    let weights: Vec<f64> = (0..part.len())
        .map(|k| match errors[k] {
            Some(error) if by_errors => error.powi(-2),
            _ => part.values()[k].powi(-2),
        })
        .collect();
    let all = 0..part.len();
    let slope = part.evaluate_at(all.clone(), |values| line(&times, values, &weights)[1]);
    let logarithms: Vec<f64> = times.iter().map(|t| t.ln()).collect();
    let relative: Vec<f64> = weights
        .iter()
        .zip(part.values())
        .map(|(w, x)| w * x * x)
        .collect();
    let log_slope = part.evaluate_at(all.clone(), |values| {
        let values: Vec<f64> = values.iter().map(|x| x.ln()).collect();
        line(&logarithms, &values, &relative)[1]
    });
    let window = [times[0], times[part.len() - 1]];
    Diffusion {
        coefficient: slope.map(|slope| slope / (2.0 * f64::from(part.dimensions.get()))),
        intercept: part.evaluate_at(all, |values| line(&times, values, &weights)[0]),
        log_slope: (window[1] >= RATIO * (1.0 - 1e-9) * window[0]).then_some(log_slope),
        window,
        points: part.len(),
    }
}

/// The energy diffusion coefficient over lag time, from a mean-squared energy difference:
///
/// ```text
/// D_E(t) = MSED(t) / (2 t)
/// ```
///
/// Eqs. (6)-(8) of Zhang, Sun, Gong, Chin. Phys. Lett. 42, 056301 (2025). Energy² per particle² and
/// time; lag 0 is left out. Energies are bounded, so that it is no constant at long times: it falls
/// off as 1/t once the plateau is reached.
///
/// ```
/// use msed::relaxation::energy_diffusion;
/// use msed::{Curve, Lag};
/// let msed = Curve::from_values([0, 10].map(Lag::from_steps), 0.5, vec![0.0, 3.0]);
/// let diffusion = energy_diffusion(&msed);
/// assert_eq!((diffusion.lag_time(0), diffusion.values()), (5.0, &[0.3][..]));
/// ```
#[must_use]
pub fn energy_diffusion(msed: &Curve) -> Curve {
    msed.without_zero().map(|time, value| value / (2.0 * time))
}

/// Local slopes of a positive curve such as a mean squared displacement: 2 for ballistic motion, 1
/// for diffusion.
///
/// Each is the difference of the logarithms at two lags that lie at least a factor `ratio` apart,
/// and next to each other among the lags so thinned out. Lags at which the curve is not positive,
/// lag 0 among them, are left out. A slope belongs to the geometric mean of its two lag times: the
/// result is these times, in time units, and the slopes.
///
/// ```
/// use msed::relaxation::log_slope;
/// use msed::{Curve, Lag};
/// let ballistic = Curve::from_values([1, 2, 4].map(Lag::from_steps), 0.5, vec![1.0, 4.0, 16.0]);
/// let (times, slopes) = log_slope(&ballistic, 1.25);
/// assert_eq!(slopes[1].value(), 2.0);
/// assert!((times[0] - 0.5_f64.sqrt()).abs() < 1e-12);
/// ```
#[must_use]
pub fn log_slope(curve: &Curve, ratio: f64) -> (Vec<f64>, Vec<Estimate>) {
    let slopes = Slope::apart(curve, ratio).into_iter();
    slopes.map(|slope| slope.on(curve)).unzip()
}

/// The slope between two lags.
#[derive(Debug, Clone, Copy)]
pub(super) struct Slope {
    positions: [usize; 2],
    times: [f64; 2],
}

impl Slope {
    fn between(curve: &Curve, first: usize, second: usize) -> Self {
        let positions = [first, second];
        Self {
            positions,
            times: positions.map(|k| curve.lag_time(k)),
        }
    }

    /// Those between neighbours of the lags above 0 at which the curve is positive, thinned out to
    /// a factor `ratio` at least.
    pub(super) fn apart(curve: &Curve, ratio: f64) -> Vec<Self> {
        let mut kept: Vec<usize> = Vec::new();
        for k in 0..curve.len() {
            let apart = kept
                .last()
                .is_none_or(|&last| curve.lag_time(k) >= ratio * (1.0 - 1e-9) * curve.lag_time(last));
            if curve.lags()[k] > Lag::ZERO && curve.values()[k] > 0.0 && apart {
                kept.push(k);
            }
        }
        kept.windows(2)
            .map(|w| Self::between(curve, w[0], w[1]))
            .collect()
    }

    /// The geometric mean of the two times.
    pub(super) fn time(self) -> f64 {
        let [first, second] = self.times;
        (first * second).sqrt()
    }

    /// Its time, and the slope of a curve.
    fn on(self, curve: &Curve) -> (f64, Estimate) {
        let of = |values: &[f64]| self.of(values);
        (self.time(), curve.evaluate_at(self.positions, of))
    }

    /// The slope of values over all lags of the curve.
    pub(super) fn of(self, values: &[f64]) -> f64 {
        let ([i, j], [first, second]) = (self.positions, self.times);
        (values[j] / values[i]).ln() / (second / first).ln()
    }
}
