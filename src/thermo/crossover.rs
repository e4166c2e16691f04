//! A crossover: two straight lines that meet, against one.

use std::fmt;

use super::broken_line::{Broken, DRAWS, Normals, quantile};
use super::knots::Knots;
use super::temperature_models::chi_squared;
use super::{Point, ThermoError};
use crate::stats::{Outcome, Parabola, line};

/// Chance that a straight line is called a crossover.
const FALSE_ALARMS: f64 = 0.02;
/// Level of the interval of the break.
const LEVEL: f64 = 0.95;
/// Trial breaks over which the profile is followed.
const PROFILE: usize = 1000;

/// Two lines that meet, better than one by more than chance.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub struct Crossover {
    /// Where they meet.
    pub at: f64,
    /// The value there.
    pub height: f64,
    /// Standard deviation of that place over simulated data sets of the fitted lines.
    pub standard_error: f64,
    /// 95 % profile-likelihood interval.
    pub interval: [f64; 2],
    /// Slopes below and above.
    pub slopes: [f64; 2],
    /// By how much chi squared falls from one line to two.
    pub gain: f64,
    /// The gain that 2 % of straight lines exceed.
    pub threshold: f64,
    /// Chi squared of the two lines (n - 4 degrees of freedom).
    pub chi_squared: f64,
    /// Chi squared of a parabola (n - 3): where it is as good, the data bend, and do not tell
    /// whether they break.
    pub of_parabola: f64,
}

/// One line is as good: there is no crossover in this range, as far as the data tell.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub struct NoCrossover {
    /// By how much chi squared falls from one line to two.
    pub gain: f64,
    /// The gain that 2 % of straight lines exceed.
    pub threshold: f64,
    /// The range in which a break could have been found: from the second point to the last but one.
    pub range: [f64; 2],
}

impl fmt::Display for Crossover {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [low, high] = self.interval;
        write!(
            f,
            "crossover at {:.4} +- {:.4}, 95 % within {low:.4} and {high:.4}; chi squared {:.2}, of a parabola {:.2}",
            self.at, self.standard_error, self.chi_squared, self.of_parabola
        )
    }
}

impl std::error::Error for NoCrossover {}

impl fmt::Display for NoCrossover {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [low, high] = self.range;
        write!(
            f,
            "no crossover between {low:.4} and {high:.4}: chi squared falls by {:.2}, {:.2} would count",
            self.gain, self.threshold
        )
    }
}

/// Looks for a break in y over x, the value over the temperature of points from independent runs.
///
/// The alternative is a continuous piecewise-linear function with one break, from the second point
/// to the last but one; its least-squares solution is found exactly, segment by segment. Under a
/// straight line the break means nothing, so that the gain in chi squared does not follow a
/// chi-squared law: the threshold is the 98 % quantile of the gain over 999 data sets simulated
/// from the fitted line, in which the error bars scatter as those of as many blocks do. The 95 %
/// interval holds every break whose chi squared is above the least one by no more than the 95 %
/// quantile of that difference over data sets simulated from the fitted lines. `seed` fixes the
/// simulation.
///
/// Points may come in any order. x is exact; the errors of y are used as weights. Points whose x
/// cannot be told apart (see [`heat_capacity_check`](super::heat_capacity_check())) enter as one.
///
/// # Errors
/// [`ThermoError::TooFewTemperatures`] for fewer than five different x (four parameters and one to
/// test them), [`ThermoError::Invalid`] for an x that is not positive and finite,
/// [`ThermoError::Value`] for a y that is not finite, [`ThermoError::NoErrors`] where a point has
/// no error bar: without error bars the gain has no meaning.
///
/// ```
/// use msed::stats::{Estimate, Resamples, Resampling, RunId};
/// use msed::thermo::{self, Point};
/// let resamples = Resamples::new(RunId::named("run"), Resampling::Blocks(2), 2);
/// let y = |x: f64| 1.0 + x + if x > 0.62 { 3.0 * (x - 0.62) } else { 0.0 };
/// let points = [0.4, 0.5, 0.55, 0.6, 0.7, 0.8, 1.0]
///     .map(|x| Point::new(x, Estimate::new(y(x), vec![y(x) - 1e-3, y(x) + 1e-3], resamples)));
/// let found = thermo::crossover(&points, 1)?.into_value().expect("a clear break");
/// assert!((found.at - 0.62).abs() < 1e-9 && found.interval[0] < 0.62 && 0.62 < found.interval[1]);
/// assert!((found.height - 1.62).abs() < 1e-9);
/// # Ok::<(), msed::Error>(())
/// ```
pub fn crossover(points: &[Point], seed: u64) -> Result<Outcome<Crossover, NoCrossover>, ThermoError> {
    let points = Point::sorted(points);
    ThermoError::check_points(points.iter().map(|point| point.values()))?;
    let knots = Knots::of(&points);
    ThermoError::enough_temperatures("a crossover", knots.len(), 5)?;
    let (x, y): (Vec<f64>, Vec<f64>) = points.iter().map(|point| point.values()).unzip();
    let error = |point: &&Point| {
        let error = point.value.standard_error();
        let error = error.filter(|error| error.is_finite() && *error > 0.0);
        let at = point.temperature.value();
        error.ok_or(ThermoError::NoErrors { at })
    };
    let errors: Vec<f64> = points.iter().map(error).collect::<Result<_, _>>()?;
    let freedom = points.iter().map(|point| point.value.degrees_of_freedom());
    let freedom: Vec<usize> = freedom.map(|n| n.map_or(1, |n| (n as usize).max(1))).collect();
    let [x, y] = [x, y].map(|column| knots.means(&column));
    let errors = knots.errors(&errors);
    let freedom = knots.sums(&freedom);
    let weights: Vec<f64> = errors.iter().map(|error| error.powi(-2)).collect();
    let mut random = Normals::new(seed);

    let [c0, c1] = line(&x, &y, &weights);
    let of_line = chi_squared(&y, |i| c0 + c1 * x[i], &weights);
    let broken = Broken::best(&x, &y, &weights);
    let gain = of_line - broken.chi_squared;
    let straight: Vec<f64> = x.iter().map(|x| c0 + c1 * x).collect();
    let threshold = quantile(1.0 - FALSE_ALARMS, || {
        let (y, weights) = random.data(&straight, &errors, &freedom);
        let [c0, c1] = line(&x, &y, &weights);
        chi_squared(&y, |i| c0 + c1 * x[i], &weights) - Broken::best(&x, &y, &weights).chi_squared
    });
    let range = [x[1], x[x.len() - 2]];
    if gain <= threshold {
        return Ok(Outcome::Unresolved(NoCrossover {
            gain,
            threshold,
            range,
        }));
    }

    let fitted: Vec<f64> = x.iter().map(|&x| broken.value(x)).collect();
    let (mut sum, mut squares) = (0.0, 0.0);
    let widest = quantile(LEVEL, || {
        let (y, weights) = random.data(&fitted, &errors, &freedom);
        let best = Broken::best(&x, &y, &weights);
        let shift = best.at - broken.at;
        sum += shift;
        squares += shift * shift;
        Broken::with_break(&x, &y, &weights, broken.at).chi_squared - best.chi_squared
    });
    let draws = DRAWS as f64;
    let inside = (0..=PROFILE)
        .map(|i| range[0] + (range[1] - range[0]) * i as f64 / PROFILE as f64)
        .filter(|&at| Broken::with_break(&x, &y, &weights, at).chi_squared - broken.chi_squared <= widest);
    let interval = inside.fold([broken.at, broken.at], |[low, high], at| {
        [f64::min(low, at), f64::max(high, at)]
    });
    let parabola = Parabola::through(&x, &y, &weights);
    Ok(Outcome::Resolved(Crossover {
        at: broken.at,
        height: broken.value(broken.at),
        standard_error: (squares / draws - (sum / draws).powi(2)).max(0.0).sqrt(),
        interval,
        slopes: [broken.slope, broken.slope + broken.turn],
        gain,
        threshold,
        chi_squared: broken.chi_squared,
        of_parabola: chi_squared(&y, |i| parabola.at(x[i]), &weights),
    }))
}

/// Looks for a break of a relaxation time: of ln tau over 1/T, where Arrhenius's law is a straight
/// line.
///
/// The same test as [`crossover`], its answer given in temperatures: `at`, its error, `interval`
/// and `range` are temperatures (the error to first order), `height` is ln tau there, and `slopes`
/// are d ln tau/d(1/T), activation energies over k, below and above that temperature. ln tau that
/// bends, as that of a fragile liquid does, is as well or better described by a parabola: read
/// `of_parabola` beside `chi_squared`.
///
/// # Errors
/// As [`crossover`], and [`ThermoError::Value`] for a time or a temperature that is not positive.
///
/// ```
/// use msed::stats::{Estimate, Resamples, Resampling, RunId};
/// use msed::thermo::{self, Point};
/// let resamples = Resamples::new(RunId::named("run"), Resampling::Blocks(2), 2);
/// // An activation energy of 3 above T = 0.7 and of 6 below it.
/// let ln_tau = |t: f64| 3.0 / t + if t < 0.7 { 3.0 / t - 3.0 / 0.7 } else { 0.0 };
/// let times = [0.5, 0.55, 0.6, 0.65, 0.75, 0.85, 1.0].map(|t| {
///     let tau = ln_tau(t).exp();
///     Point::new(t, Estimate::new(tau, vec![0.99 * tau, 1.01 * tau], resamples))
/// });
/// let found = thermo::crossover_of_times(&times, 1)?.into_value().expect("a clear break");
/// let [below, above] = found.slopes;
/// assert!((found.at - 0.7).abs() < 1e-9 && (below - 6.0).abs() < 1e-9 && (above - 3.0).abs() < 1e-9);
/// # Ok::<(), msed::Error>(())
/// ```
pub fn crossover_of_times(
    times: &[Point],
    seed: u64,
) -> Result<Outcome<Crossover, NoCrossover>, ThermoError> {
    Point::check_times(times)?;
    ThermoError::check_points(times.iter().map(Point::values))?;
    let logarithms: Vec<Point> = times
        .iter()
        .map(|point| Point::new(point.temperature.value().recip(), point.value.ln()))
        .collect();
    let temperatures = |[low, high]: [f64; 2]| [high.recip(), low.recip()];
    Ok(match crossover(&logarithms, seed)? {
        Outcome::Resolved(found) => {
            let [low, high] = found.slopes;
            Outcome::Resolved(Crossover {
                at: found.at.recip(),
                standard_error: found.standard_error / (found.at * found.at),
                interval: temperatures(found.interval),
                slopes: [high, low],
                ..found
            })
        }
        Outcome::Unresolved(none) => Outcome::Unresolved(NoCrossover {
            range: temperatures(none.range),
            ..none
        }),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::{Estimate, Resamples, Resampling, RunId};
    use rand::{RngExt, SeedableRng};
    use rand_pcg::Pcg64Mcg;

    const X: [f64; 8] = [0.45, 0.5, 0.55, 0.6, 0.7, 0.8, 0.9, 1.0];

    /// A mean of ten blocks with the jackknife over them.
    fn noisy(value: f64, error: f64, random: &mut Pcg64Mcg) -> Estimate {
        let blocks: Vec<f64> = (0..10)
            .map(|_| value + error * 10_f64.sqrt() * random.sample::<f64, _>(rand_distr::StandardNormal))
            .collect();
        let mean = blocks.iter().sum::<f64>() / 10.0;
        let left = blocks.iter().map(|x| (10.0 * mean - x) / 9.0).collect();
        Estimate::new(
            mean,
            left,
            Resamples::new(RunId::named("run"), Resampling::Blocks(10), 10),
        )
    }

    fn search(
        f: impl Fn(f64) -> f64,
        error: f64,
        random: &mut Pcg64Mcg,
        seed: u64,
    ) -> Outcome<Crossover, NoCrossover> {
        let mut points = X.map(|x| Point::new(x, noisy(f(x), error, random)));
        points.reverse();
        crossover(&points, seed).unwrap()
    }

    #[test]
    fn the_best_break_is_the_best_of_a_fine_search() {
        let mut random = Pcg64Mcg::seed_from_u64(3);
        for _ in 0..50 {
            let y = X.map(|x| (x - 0.65).abs() + 0.1 * random.random::<f64>());
            let weights = X.map(|_| 0.2 + random.random::<f64>());
            let best = Broken::best(&X, &y, &weights);
            let fine = (0..=4000)
                .map(|i| X[1] + (X[6] - X[1]) * f64::from(i) / 4000.0)
                .map(|at| Broken::with_break(&X, &y, &weights, at).chi_squared)
                .fold(f64::INFINITY, f64::min);
            assert!(
                best.chi_squared <= fine + 1e-12 && best.chi_squared >= fine - 1e-4,
                "{} {fine}",
                best.chi_squared
            );
        }
    }

    #[test]
    fn planted_breaks_lie_in_their_intervals() {
        let mut random = Pcg64Mcg::seed_from_u64(1);
        let (mut found, mut inside) = (0, 0);
        let mut z2 = 0.0;
        let seeds = 200;
        for seed in 0..seeds {
            let bent = |x: f64| 2.0 + 0.5 * x + 3.0 * (x - 0.63).max(0.0);
            let result = search(bent, 0.03, &mut random, seed);
            if let Outcome::Resolved(Crossover {
                at,
                interval,
                standard_error,
                ..
            }) = result
            {
                found += 1;
                inside += usize::from(interval[0] <= 0.63 && 0.63 <= interval[1]);
                z2 += ((at - 0.63) / standard_error).powi(2);
            }
        }
        println!(
            "found {found}, inside {inside}, mean z^2 {}",
            z2 / f64::from(found)
        );
        assert_eq!(found as u64, seeds);
        assert!(inside >= 180, "{inside} of {seeds}");
        let z2 = z2 / f64::from(found);
        assert!((0.5..2.0).contains(&z2), "{z2}");
    }

    #[test]
    fn straight_lines_are_rarely_called_a_crossover() {
        let mut random = Pcg64Mcg::seed_from_u64(2);
        let seeds = 200;
        let called = (0..seeds)
            .filter(|&seed| search(|x| 2.0 + 0.5 * x, 0.03, &mut random, seed).is_resolved())
            .count();
        println!("{called} of {seeds}");
        assert!(called <= 10, "{called} of {seeds} straight lines");
        // The threshold is not that of a chi-squared law with two degrees of freedom, 7.8 at 2 %.
        let Outcome::Unresolved(NoCrossover { threshold, range, .. }) = search(|x| x, 0.03, &mut random, 0)
        else {
            panic!("a straight line")
        };
        assert!(threshold > 9.0, "{threshold}");
        assert_eq!(range, [0.5, 0.9]);
    }

    #[test]
    fn a_bend_is_told_from_a_break_by_the_parabola() {
        let mut random = Pcg64Mcg::seed_from_u64(4);
        let Outcome::Resolved(Crossover {
            chi_squared,
            of_parabola,
            slopes,
            ..
        }) = search(|x| 10.0 * (x - 0.4).powi(2), 0.02, &mut random, 1)
        else {
            panic!("a strong curvature")
        };
        assert!(of_parabola < chi_squared + 8.0, "{of_parabola} {chi_squared}");
        assert!(slopes[1] > slopes[0]);
        let Outcome::Resolved(Crossover {
            chi_squared,
            of_parabola,
            ..
        }) = search(|x| 5.0 * (x - 0.7).abs(), 0.02, &mut random, 1)
        else {
            panic!("a strong break")
        };
        assert!(of_parabola > chi_squared + 100.0, "{of_parabola} {chi_squared}");
    }

    #[test]
    fn the_seed_decides() {
        let of = |seed| search(|x| x, 0.03, &mut Pcg64Mcg::seed_from_u64(9), seed);
        assert_eq!(of(1), of(1));
        assert_ne!(of(1), of(2));
    }

    #[test]
    fn refusals_name_what_is_missing() {
        let message = |points: &[Point]| crossover(points, 0).unwrap_err().to_string();
        let points = X.map(|x| Point::new(x, 1.0));
        assert_eq!(
            message(&points[..4]),
            "a crossover over 4 temperatures, expected at least 5"
        );
        assert_eq!(
            message(&points),
            "no error bar at 0.45, expected one at each point"
        );
        let mut wrong = points.clone();
        wrong[2].temperature = (-0.55).into();
        assert_eq!(
            message(&wrong),
            "temperature -0.55, expected a positive finite number"
        );
        wrong[2].temperature = 0.6.into();
        // Five points at four temperatures.
        assert_eq!(
            message(&wrong[..5]),
            "a crossover over 4 temperatures, expected at least 5"
        );
        assert_eq!(
            crossover_of_times(&wrong[..5], 0).unwrap_err().to_string(),
            message(&wrong[..5])
        );
        wrong[2] = Point::new(0.55, f64::NAN);
        assert_eq!(
            message(&wrong),
            "NaN at temperature 0.55, expected a finite number"
        );
    }
}
