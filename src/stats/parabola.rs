//! The least-squares parabola.

/// `level + slope (x - centre) + curvature (x - centre)^2`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Parabola {
    centre: f64,
    level: f64,
    slope: f64,
    curvature: f64,
}

impl Parabola {
    /// Through points `x`, `y` with weights, by polynomials that are orthogonal over the points: 1,
    /// x - m, and (x - m)^2 without its parts along the other two.
    pub(crate) fn through(x: &[f64], y: &[f64], weights: &[f64]) -> Self {
        let sum = |f: &dyn Fn(usize) -> f64| (0..x.len()).map(|k| weights[k] * f(k)).sum::<f64>();
        let weight = sum(&|_| 1.0);
        let centre = sum(&|k| x[k]) / weight;
        let from_centre = |k: usize| x[k] - centre;
        let second = sum(&|k| from_centre(k).powi(2));
        let (mean, skew) = (second / weight, sum(&|k| from_centre(k).powi(3)) / second);
        let quadratic = |k: usize| from_centre(k).powi(2) - skew * from_centre(k) - mean;
        let slope = sum(&|k| y[k] * from_centre(k)) / second;
        let curvature = sum(&|k| y[k] * quadratic(k)) / sum(&|k| quadratic(k).powi(2));
        Self {
            centre,
            level: sum(&|k| y[k]) / weight - curvature * mean,
            slope: slope - curvature * skew,
            curvature,
        }
    }

    /// The coefficient of x^2.
    pub(crate) fn curvature(&self) -> f64 {
        self.curvature
    }

    /// Where it does not rise or fall.
    pub(crate) fn vertex(&self) -> f64 {
        self.centre - self.slope / (2.0 * self.curvature)
    }

    /// Where it is largest; NaN where it has no maximum.
    pub(crate) fn maximum(&self) -> f64 {
        if self.curvature < 0.0 {
            self.vertex()
        } else {
            f64::NAN
        }
    }

    pub(crate) fn at(&self, x: f64) -> f64 {
        let x = x - self.centre;
        self.level + x * (self.slope + x * self.curvature)
    }
}

/// Intercept and slope of the weighted least-squares line; not finite where the positions coincide.
pub(crate) fn line(x: &[f64], y: &[f64], weights: &[f64]) -> [f64; 2] {
    let total: f64 = weights.iter().sum();
    let mean = |values: &[f64]| values.iter().zip(weights).map(|(v, w)| v * w).sum::<f64>() / total;
    let (mx, my) = (mean(x), mean(y));
    let (mut xx, mut xy) = (0.0, 0.0);
    for ((x, y), w) in x.iter().zip(y).zip(weights) {
        xx += w * (x - mx).powi(2);
        xy += w * (x - mx) * (y - my);
    }
    let slope = xy / xx;
    [my - slope * mx, slope]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_a_parabola_and_solves_the_normal_equations_of_other_points() {
        let x = [0.0, 0.3, 1.0, 2.5, 2.7];
        let weights = [1.0, 3.0, 2.0, 0.5, 4.0];
        let y = x.map(|x| 3.0 - 2.0 * (x - 1.7_f64).powi(2));
        let exact = Parabola::through(&x, &y, &weights);
        assert!((exact.maximum() - 1.7).abs() < 1e-13 && (exact.at(1.7) - 3.0).abs() < 1e-13);
        let y = [1.0, 4.0, 2.0, -3.0, 0.5];
        let fit = Parabola::through(&x, &y, &weights);
        for power in 0..3 {
            let residual = |k: usize| weights[k] * (y[k] - fit.at(x[k])) * x[k].powi(power);
            assert!((0..5).map(residual).sum::<f64>().abs() < 1e-12);
        }
        let hollow = Parabola::through(&x, &x.map(|x| x * x), &weights);
        assert!(hollow.maximum().is_nan());
        assert!(hollow.vertex().abs() < 1e-13 && (hollow.curvature() - 1.0).abs() < 1e-13);
    }

    #[test]
    fn a_line_is_recovered_whatever_the_weights() {
        let x = [1.0, 1.5, 2.0, 4.0, 4.5];
        let weights = [1.0, 4.0, 0.5, 2.0, 9.0];
        let y: Vec<f64> = x.iter().map(|x| 3.0 - 2.0 * x).collect();
        let [a, b] = line(&x, &y, &weights);
        assert!((a - 3.0).abs() < 1e-13 && (b + 2.0).abs() < 1e-13);
        // Of other points the residual is orthogonal to 1 and x.
        let y = [1.0, 4.0, 2.0, -3.0, 0.5];
        let [a, b] = line(&x, &y, &weights);
        for power in 0..2 {
            let residual = |k: usize| weights[k] * (y[k] - a - b * x[k]) * x[k].powi(power);
            assert!((0..5).map(residual).sum::<f64>().abs() < 1e-12);
        }
    }
}
