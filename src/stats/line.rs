//! The least-squares straight line.

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
