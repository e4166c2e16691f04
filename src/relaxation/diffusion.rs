//! The diffusion coefficient, where the motion has become diffusive.

use std::fmt;

use super::Window;
use super::plateau_time::slope_between;
use crate::curve::Curve;
use crate::stats::{Estimate, line};
use crate::structure::StructureError;

/// A slope counts as 1 within this even if its standard error is smaller: a straight line has an intercept, which the fit
/// takes out, and where it is a twentieth of the whole the slope is 0.95.
const TOLERANCE: f64 = 0.05;
/// A slope that is known no better than this says nothing.
const LARGEST_INTERVAL: f64 = 0.25;
/// Lags of a local slope lie this factor apart.
const RATIO: f64 = 2.0;
/// Level of the intervals in which a slope must contain 1.
const LEVEL: f64 = 0.95;

/// What [`diffusion`] found.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub enum DiffusionVerdict {
    /// The motion is diffusive in the window.
    Reached(Diffusion),
    /// The motion has not become diffusive.
    NotReached(NotDiffusive),
}

impl DiffusionVerdict {
    /// The coefficient with its window, where it was reached.
    #[must_use]
    pub fn reached(&self) -> Option<&Diffusion> {
        match self {
            Self::Reached(diffusion) => Some(diffusion),
            Self::NotReached(_) => None,
        }
    }
}

impl fmt::Display for DiffusionVerdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Reached(diffusion) => {
                let [start, end] = diffusion.window;
                write!(f, "{} from t = {start:.6} to {end:.6}", diffusion.coefficient)
            }
            Self::NotReached(why) => write!(f, "{why}"),
        }
    }
}

/// A diffusion coefficient.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Diffusion {
    coefficient: Estimate,
    intercept: Estimate,
    log_slope: Option<Estimate>,
    window: [f64; 2],
    points: usize,
}

impl Diffusion {
    /// The coefficient, in squared units of length per time unit.
    #[must_use]
    pub fn coefficient(&self) -> &Estimate {
        &self.coefficient
    }

    /// What the straight line has at time 0: the cage and the ballistic start leave their mark there.
    #[must_use]
    pub fn intercept(&self) -> &Estimate {
        &self.intercept
    }

    /// `d ln MSD / d ln t` over the window: 1 for diffusion. None where the window has not two lags a factor 2 apart.
    #[must_use]
    pub fn log_slope(&self) -> Option<&Estimate> {
        self.log_slope.as_ref()
    }

    /// The first and the last lag time of the fit.
    #[must_use]
    pub fn window(&self) -> [f64; 2] {
        self.window
    }

    /// Lags in the fit.
    #[must_use]
    pub fn points(&self) -> usize {
        self.points
    }
}

/// Why there is no diffusion coefficient.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub enum NotDiffusive {
    /// No stretch of lags up to the last has a slope of 1 within errors.
    Slope {
        /// The last local slope of the curve.
        log_slope: Estimate,
        /// Its lag time.
        time: f64,
    },
    /// There are not two lags with standard errors a factor 2 apart.
    TooFewLags {
        /// Lags that can be used.
        found: usize,
    },
}

impl fmt::Display for NotDiffusive {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Slope { log_slope, time } => write!(
                f,
                "not diffusive: d ln MSD / d ln t is {log_slope} at the last lags, around t = {time:.6}, expected 1 within errors"
            ),
            Self::TooFewLags { found } => write!(
                f,
                "{found} lags can be used, expected at least two that lie a factor {RATIO} apart"
            ),
        }
    }
}

/// The diffusion coefficient of a mean squared displacement in so many dimensions: 3 for the total, 1 for a component.
///
/// ```text
/// MSD(t) = c + 2 d D t      in the window
/// ```
///
/// a straight line by least squares, weighted by the inverse squares of the standard errors, or of the values where there
/// are no errors.
///
/// **Automatic window.** Local slopes `d ln MSD / d ln t` are taken between each lag and the first one that is at least
/// twice as long. The window begins at the first lag from which on every slope is 1 within its 95 % interval (Student's t
/// for the blocks; or within 0.05, whichever is wider: the intercept, which the fit takes out, accounts for so much) and ends at the last lag that has a standard error. The slopes at
/// its beginning and over the whole window must be known to 0.25 at that level, since a slope with large errors is
/// compatible with anything. Where there is no such window the answer is
/// [`NotReached`](DiffusionVerdict::NotReached), with the slope at the end. Without resamples the tolerance of 0.05 alone
/// decides, over all lags; the last lags of a run then rest on few origins.
///
/// **Given window.** The fit alone; [`log_slope`](Diffusion::log_slope) says whether it is diffusive.
///
/// **Error.** The fit is repeated on each resample. In a periodic cell D is too small by `k T ξ/(6 π η L)` (Yeh and Hummer,
/// J. Phys. Chem. B 108, 15873 (2004)): that is not corrected.
///
/// # Errors
/// [`StructureError::Dimensions`] for 0, [`StructureError::Window`] for a given window with less than two lags.
pub fn diffusion(msd: &Curve, dimensions: u32, window: Window) -> Result<DiffusionVerdict, StructureError> {
    if dimensions == 0 {
        return Err(StructureError::Dimensions);
    }
    let moving = msd.select(|k| msd.lags()[k] > 0 && msd.values()[k] > 0.0);
    match window {
        Window::Given([start, end]) => {
            let part = moving.window(start..=end);
            if part.len() < 2 {
                return Err(StructureError::Window {
                    start,
                    end,
                    found: part.len(),
                });
            }
            Ok(DiffusionVerdict::Reached(fit(&part, dimensions)))
        }
        Window::Automatic => Ok(automatic(&moving, dimensions)),
    }
}

fn automatic(moving: &Curve, dimensions: u32) -> DiffusionVerdict {
    let resampled = moving.resamples().len() >= 2;
    let usable = moving.select(|k| !resampled || moving.standard_errors()[k].is_some());
    let slopes: Vec<(f64, Estimate)> = (0..usable.len())
        .map_while(|k| partner(&usable, k).map(|second| slope_between(&usable, k, second)))
        .collect();
    let Some((time, last)) = slopes.last() else {
        return DiffusionVerdict::NotReached(NotDiffusive::TooFewLags { found: usable.len() });
    };
    let not_one = slopes.iter().rposition(|(_, slope)| !is_one(slope));
    let start = not_one.map_or(0, |k| k + 1);
    let known = slopes.get(start).is_some_and(|(_, slope)| is_known(slope));
    if known {
        let found = fit(&usable.select(|k| k >= start), dimensions);
        if found
            .log_slope()
            .is_some_and(|slope| is_one(slope) && is_known(slope))
        {
            return DiffusionVerdict::Reached(found);
        }
    }
    DiffusionVerdict::NotReached(NotDiffusive::Slope {
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
    if slope.resamples().len() < 2 {
        return 0.0;
    }
    slope
        .standard_error()
        .map_or(f64::INFINITY, |error| error * slope.resamples().t_quantile(LEVEL))
}

fn is_one(slope: &Estimate) -> bool {
    (slope.value() - 1.0).abs() <= half_interval(slope).max(TOLERANCE)
}

fn is_known(slope: &Estimate) -> bool {
    half_interval(slope) <= LARGEST_INTERVAL
}

fn fit(part: &Curve, dimensions: u32) -> Diffusion {
    let times: Vec<f64> = part.lag_times().collect();
    let errors = part.standard_errors();
    let by_errors = errors.iter().all(|error| error.is_some_and(|error| error > 0.0));
    let weights: Vec<f64> = (0..part.len())
        .map(|k| match errors[k] {
            Some(error) if by_errors => error.powi(-2),
            _ => part.values()[k].powi(-2),
        })
        .collect();
    let slope = part.evaluate(|values| line(&times, values, &weights)[1]);
    let logarithms: Vec<f64> = times.iter().map(|t| t.ln()).collect();
    let relative: Vec<f64> = weights
        .iter()
        .zip(part.values())
        .map(|(w, x)| w * x * x)
        .collect();
    let log_slope = part.evaluate(|values| {
        let values: Vec<f64> = values.iter().map(|x| x.ln()).collect();
        line(&logarithms, &values, &relative)[1]
    });
    let window = [times[0], times[part.len() - 1]];
    Diffusion {
        coefficient: slope.map(|slope| slope / (2.0 * f64::from(dimensions))),
        intercept: part.evaluate(|values| line(&times, values, &weights)[0]),
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
/// Eqs. (6)-(8) of Zhang, Sun, Gong, Chin. Phys. Lett. 42, 056301 (2025). Energy² per particle² and time; lag 0 is left out.
/// Energies are bounded, so that it is no constant at long times: it falls off as 1/t once the plateau is reached.
///
/// ```
/// use msed::{Curve, Resampling, relaxation, stats::{BlockSums, Resamples}};
/// let mut sums = BlockSums::new(2, 2);
/// for block in 0..2 {
///     sums.add(block, 1, 6.0, 2.0);
/// }
/// let resamples = Resamples::new(Resampling::Blocks(2), 2);
/// let msed = Curve::from_sums(vec![0, 10], 0.5, [&sums], resamples, 10, |[x]| x);
/// let diffusion = relaxation::energy_diffusion(&msed);
/// assert_eq!((diffusion.lags(), diffusion.values()), (&[10_u64][..], &[0.3][..]));
/// ```
#[must_use]
pub fn energy_diffusion(msed: &Curve) -> Curve {
    msed.without_zero().map(|time, value| value / (2.0 * time))
}
