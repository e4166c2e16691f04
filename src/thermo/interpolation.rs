//! Interpolation between few, uneven temperatures.

use super::ThermoError;

/// A piecewise cubic through given points, with its exact derivative and integral.
///
/// Outside of the points the first and the last piece go on.
///
/// ```
/// use msed::thermo::PiecewiseCubic;
/// let x = [0.0, 1.0, 3.0, 4.0];
/// let y = [0.0, 1.0, 1.0, 2.0];
/// let monotone = PiecewiseCubic::pchip(&x, &y)?;
/// assert_eq!(monotone.value(2.0), 1.0); // flat data stay flat: no overshoot
/// assert_eq!(PiecewiseCubic::linear(&x, &y)?.integral(0.0, 4.0), 4.0);
/// # Ok::<(), msed::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct PiecewiseCubic {
    knots: Vec<f64>,
    // Of each piece, in powers of the distance from its left knot.
    pieces: Vec<[f64; 4]>,
}

impl PiecewiseCubic {
    /// Straight lines between the points: its integral is the trapezoidal rule.
    ///
    /// # Errors
    /// [`ThermoError::Knots`] for fewer than two points or positions that do not increase.
    pub fn linear(x: &[f64], y: &[f64]) -> Result<Self, ThermoError> {
        check(x, y)?;
        let pieces = slopes(x, y)
            .into_iter()
            .zip(y)
            .map(|(slope, &y)| [y, slope, 0.0, 0.0]);
        Ok(Self {
            knots: x.to_vec(),
            pieces: pieces.collect(),
        })
    }

    /// The monotone cubic of Fritsch and Butland (SIAM J. Sci. Stat. Comput. 5, 300, 1984): no new
    /// extrema between the points. Slopes are weighted harmonic means, and three-point formulas
    /// that keep the shape at the ends (Moler, Numerical Computing with MATLAB, 2004, section 3.6),
    /// as in scipy's `PchipInterpolator`.
    ///
    /// # Errors
    /// As for [`linear`](Self::linear).
    pub fn pchip(x: &[f64], y: &[f64]) -> Result<Self, ThermoError> {
        check(x, y)?;
        let n = x.len();
        let widths: Vec<f64> = x.windows(2).map(|w| w[1] - w[0]).collect();
        let slopes = slopes(x, y);
        if n == 2 {
            return Self::linear(x, y);
        }
        let inner = (1..n - 1).map(|k| {
            let (before, after) = (slopes[k - 1], slopes[k]);
            if before * after <= 0.0 {
                return 0.0;
            }
            let w1 = 2.0 * widths[k] + widths[k - 1];
            let w2 = widths[k] + 2.0 * widths[k - 1];
            (w1 + w2) / (w1 / before + w2 / after)
        });
        let mut derivatives = vec![end_slope(widths[0], widths[1], slopes[0], slopes[1])];
        derivatives.extend(inner);
        derivatives.push(end_slope(
            widths[n - 2],
            widths[n - 3],
            slopes[n - 2],
            slopes[n - 3],
        ));
        Ok(Self::hermite(x, y, &derivatives))
    }

    /// The natural cubic spline: the smoothest curve through the points, without curvature at the
    /// ends.
    ///
    /// # Errors
    /// As for [`linear`](Self::linear).
    pub fn natural(x: &[f64], y: &[f64]) -> Result<Self, ThermoError> {
        check(x, y)?;
        let n = x.len();
        let slopes = slopes(x, y);
        let width = |k: usize| x[k + 1] - x[k];
        // Derivatives at the knots from a tridiagonal system, by elimination from the left.
        let (mut upper, mut right) = (vec![0.0; n], vec![0.0; n]);
        for k in 0..n {
            let (lower, diagonal, above, rhs) = if k == 0 {
                (0.0, 2.0, 1.0, 3.0 * slopes[0])
            } else if k == n - 1 {
                (1.0, 2.0, 0.0, 3.0 * slopes[n - 2])
            } else {
                let (before, after) = (width(k - 1), width(k));
                (
                    after,
                    2.0 * (before + after),
                    before,
                    3.0 * (after * slopes[k - 1] + before * slopes[k]),
                )
            };
            let (carried, known) = if k == 0 {
                (0.0, 0.0)
            } else {
                (upper[k - 1], right[k - 1])
            };
            let pivot = diagonal - lower * carried;
            upper[k] = above / pivot;
            right[k] = (rhs - lower * known) / pivot;
        }
        for k in (0..n - 1).rev() {
            right[k] -= upper[k] * right[k + 1];
        }
        Ok(Self::hermite(x, y, &right))
    }

    fn hermite(x: &[f64], y: &[f64], derivatives: &[f64]) -> Self {
        let pieces = (0..x.len() - 1).map(|k| {
            let h = x[k + 1] - x[k];
            let slope = (y[k + 1] - y[k]) / h;
            let (left, right) = (derivatives[k], derivatives[k + 1]);
            [
                y[k],
                left,
                (3.0 * slope - 2.0 * left - right) / h,
                (left + right - 2.0 * slope) / (h * h),
            ]
        });
        Self {
            knots: x.to_vec(),
            pieces: pieces.collect(),
        }
    }

    fn piece(&self, x: f64) -> (usize, f64) {
        let inner = &self.knots[1..self.knots.len() - 1];
        let k = inner.partition_point(|&knot| knot <= x);
        (k, x - self.knots[k])
    }

    /// The value at `x`.
    #[must_use]
    pub fn value(&self, x: f64) -> f64 {
        let (k, d) = self.piece(x);
        let [a, b, c, e] = self.pieces[k];
        a + d * (b + d * (c + d * e))
    }

    /// The derivative at `x`.
    #[must_use]
    pub fn derivative(&self, x: f64) -> f64 {
        let (k, d) = self.piece(x);
        let [_, b, c, e] = self.pieces[k];
        b + d * (2.0 * c + d * 3.0 * e)
    }

    /// The integral from `from` to `to`, exactly; negative where `to` is below `from`.
    #[must_use]
    pub fn integral(&self, from: f64, to: f64) -> f64 {
        let primitive = |k: usize, d: f64| {
            let [a, b, c, e] = self.pieces[k];
            d * (a + d * (b / 2.0 + d * (c / 3.0 + d * e / 4.0)))
        };
        let ((first, start), (last, end)) = (self.piece(from), self.piece(to));
        let whole = |range: std::ops::Range<usize>| -> f64 {
            range
                .map(|k| primitive(k, self.knots[k + 1] - self.knots[k]))
                .sum()
        };
        let between = if last >= first {
            whole(first..last)
        } else {
            -whole(last..first)
        };
        between + primitive(last, end) - primitive(first, start)
    }
}

/// The integral of `y` over the other curve, ∫ y dv, between two positions: exact, for curves with
/// the same knots.
pub(super) fn integral_over(y: &PiecewiseCubic, v: &PiecewiseCubic, from: f64, to: f64) -> f64 {
    let [low, high] = if from <= to { [from, to] } else { [to, from] };
    let inner = &y.knots[1..y.knots.len() - 1];
    let inside = inner.iter().copied().filter(|knot| low < *knot && *knot < high);
    let ends: Vec<f64> = [low].into_iter().chain(inside).chain([high]).collect();
    // y v' is of the fifth degree between knots, for which three points of Gauss are exact.
    let node = (3.0_f64 / 5.0).sqrt();
    let between = |ends: &[f64]| {
        let (middle, half) = (0.5 * (ends[0] + ends[1]), 0.5 * (ends[1] - ends[0]));
        let at = |x: f64| y.value(middle + half * x) * v.derivative(middle + half * x);
        half * (5.0 * at(-node) + 8.0 * at(0.0) + 5.0 * at(node)) / 9.0
    };
    let sum: f64 = ends.windows(2).map(between).sum();
    if from <= to { sum } else { -sum }
}

fn slopes(x: &[f64], y: &[f64]) -> Vec<f64> {
    (1..x.len())
        .map(|k| (y[k] - y[k - 1]) / (x[k] - x[k - 1]))
        .collect()
}

fn end_slope(h0: f64, h1: f64, slope0: f64, slope1: f64) -> f64 {
    let three_points = ((2.0 * h0 + h1) * slope0 - h0 * slope1) / (h0 + h1);
    if three_points * slope0 <= 0.0 {
        0.0
    } else if slope0 * slope1 <= 0.0 && three_points.abs() > 3.0 * slope0.abs() {
        3.0 * slope0
    } else {
        three_points
    }
}

fn check(x: &[f64], y: &[f64]) -> Result<(), ThermoError> {
    let disorder = (1..x.len()).find(|&k| x[k].partial_cmp(&x[k - 1]) != Some(std::cmp::Ordering::Greater));
    if x.len() < 2 || x.len() != y.len() || disorder.is_some() {
        return Err(ThermoError::Knots {
            positions: x.len(),
            values: y.len(),
            disorder,
        });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const X: [f64; 6] = [-0.69, -0.57, -0.5, -0.35, -0.22, 0.01];

    #[test]
    fn straight_data_stay_straight() {
        let y: Vec<f64> = X.iter().map(|x| 2.0 - 3.0 * x).collect();
        for curve in [
            PiecewiseCubic::linear(&X, &y).unwrap(),
            PiecewiseCubic::pchip(&X, &y).unwrap(),
            PiecewiseCubic::natural(&X, &y).unwrap(),
        ] {
            for x in [-1.0, -0.69, -0.6, -0.5, -0.1, 0.01, 0.4] {
                assert!((curve.value(x) - (2.0 - 3.0 * x)).abs() < 1e-12, "{x}");
                assert!((curve.derivative(x) + 3.0).abs() < 1e-11, "{x}");
                let exact = 2.0 * (x + 0.5) - 1.5 * (x * x - 0.25);
                assert!((curve.integral(-0.5, x) - exact).abs() < 1e-12, "{x}");
                assert!((curve.integral(x, -0.5) + exact).abs() < 1e-12, "{x}");
            }
        }
    }

    #[test]
    fn integral_is_the_integral_of_the_value() {
        let y = [1.0, 4.0, 4.5, 2.0, -1.0, 0.5];
        for curve in [
            PiecewiseCubic::pchip(&X, &y).unwrap(),
            PiecewiseCubic::natural(&X, &y).unwrap(),
        ] {
            for (x, y) in X.iter().zip(y) {
                assert!((curve.value(*x) - y).abs() < 1e-13);
            }
            // Simpson's rule is exact on each cubic piece.
            let exact: f64 = X
                .windows(2)
                .map(|w| {
                    let middle = 0.5 * (w[0] + w[1]);
                    (w[1] - w[0]) / 6.0 * (curve.value(w[0]) + 4.0 * curve.value(middle) + curve.value(w[1]))
                })
                .sum();
            assert!((curve.integral(X[0], X[5]) - exact).abs() < 1e-13);
            assert!(
                (curve.integral(-0.6, -0.3) - curve.integral(-0.6, -0.4) - curve.integral(-0.4, -0.3)).abs()
                    < 1e-14
            );
            let slope = (curve.value(-0.4 + 1e-6) - curve.value(-0.4 - 1e-6)) / 2e-6;
            assert!((curve.derivative(-0.4) - slope).abs() < 1e-6);
        }
    }

    #[test]
    fn pchip_has_no_new_extrema_and_the_spline_no_end_curvature() {
        let y = [0.0, 0.0, 1.0, 1.0, 5.0, 5.0];
        let curve = PiecewiseCubic::pchip(&X, &y).unwrap();
        let values: Vec<f64> = (0..=700)
            .map(|k| curve.value(-0.69 + f64::from(k) * 1e-3))
            .collect();
        assert!(values.windows(2).all(|w| w[1] >= w[0] - 1e-14));
        let spline = PiecewiseCubic::natural(&X, &y).unwrap();
        let curvature = |x: f64| (spline.derivative(x + 1e-7) - spline.derivative(x - 1e-7)) / 2e-7;
        assert!(curvature(-0.69).abs() < 1e-2 * curvature(-0.57).abs());
    }

    #[test]
    fn two_points_are_a_line_and_fewer_are_refused() {
        let line = PiecewiseCubic::pchip(&[1.0, 2.0], &[1.0, 3.0]).unwrap();
        assert_eq!(line, PiecewiseCubic::linear(&[1.0, 2.0], &[1.0, 3.0]).unwrap());
        let spline = PiecewiseCubic::natural(&[1.0, 2.0], &[1.0, 3.0]).unwrap();
        assert!((spline.value(1.5) - 2.0).abs() < 1e-15);
        let message = |x: &[f64], y: &[f64]| PiecewiseCubic::pchip(x, y).unwrap_err().to_string();
        assert_eq!(
            message(&[1.0], &[1.0]),
            "1 positions and 1 values, expected as many of both and at least 2"
        );
        assert_eq!(
            message(&[1.0, 1.0], &[1.0, 2.0]),
            "position 1 is not above the one before it, expected strictly increasing positions"
        );
    }
}
