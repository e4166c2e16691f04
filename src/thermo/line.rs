//! Weighted straight lines.

/// Intercept and slope of the weighted least-squares line; not finite where the positions coincide.
pub(super) fn weighted(x: &[f64], y: &[f64], weights: &[f64]) -> [f64; 2] {
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

/// Coefficients of the weighted least-squares parabola c0 + c1 x + c2 x²; not finite where it is not determined.
pub(super) fn parabola(x: &[f64], y: &[f64], weights: &[f64]) -> [f64; 3] {
    // By orthogonal polynomials: the line first, then what the part of x² beyond a line explains of the residual.
    let square: Vec<f64> = x.iter().map(|x| x * x).collect();
    let [s0, s1] = weighted(x, &square, weights);
    let [y0, y1] = weighted(x, y, weights);
    let (mut qq, mut qy) = (0.0, 0.0);
    for ((x, y), w) in x.iter().zip(y).zip(weights) {
        let q = x * x - s0 - s1 * x;
        qq += w * q * q;
        qy += w * q * (y - y0 - y1 * x);
    }
    let c2 = qy / qq;
    [y0 - c2 * s0, y1 - c2 * s1, c2]
}

/// Weighted sum of squared residuals.
pub(super) fn chi_squared(y: &[f64], model: impl Fn(usize) -> f64, weights: &[f64]) -> f64 {
    y.iter()
        .zip(weights)
        .enumerate()
        .map(|(i, (y, w))| w * (y - model(i)).powi(2))
        .sum()
}

/// The minimum of `f` over a grid, refined between its neighbours by golden sections; and whether it lies at an end.
pub(super) fn minimum(grid: &[f64], f: impl Fn(f64) -> f64) -> (f64, End) {
    let values: Vec<f64> = grid.iter().map(|&x| f(x)).collect();
    let best = (0..grid.len())
        .filter(|&i| values[i].is_finite())
        .min_by(|&i, &j| values[i].total_cmp(&values[j]))
        .unwrap_or(0);
    let end = match best {
        0 => End::Low,
        _ if best + 1 == grid.len() => End::High,
        _ => End::Inside,
    };
    let (mut low, mut high) = (grid[best.saturating_sub(1)], grid[(best + 1).min(grid.len() - 1)]);
    let ratio = 0.5 * (5.0_f64.sqrt() - 1.0);
    let (mut a, mut b) = (high - ratio * (high - low), low + ratio * (high - low));
    let (mut at_a, mut at_b) = (f(a), f(b));
    for _ in 0..80 {
        if at_a <= at_b {
            (high, b, at_b) = (b, a, at_a);
            a = high - ratio * (high - low);
            at_a = f(a);
        } else {
            (low, a, at_a) = (a, b, at_b);
            b = low + ratio * (high - low);
            at_b = f(b);
        }
    }
    let middle = 0.5 * (low + high);
    // At an end the interior may be no better than the end itself.
    let x = if f(middle) <= values[best] {
        middle
    } else {
        grid[best]
    };
    (x, end)
}

/// Where a minimum lies in the range searched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    Low,
    Inside,
    High,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn polynomials_are_recovered_whatever_the_weights() {
        let x = [1.0, 1.5, 2.0, 4.0, 4.5];
        let weights = [1.0, 4.0, 0.5, 2.0, 9.0];
        let y: Vec<f64> = x.iter().map(|x| 3.0 - 2.0 * x).collect();
        let [a, b] = weighted(&x, &y, &weights);
        assert!((a - 3.0).abs() < 1e-13 && (b + 2.0).abs() < 1e-13);
        let y: Vec<f64> = x.iter().map(|x| 3.0 - 2.0 * x + 0.25 * x * x).collect();
        let [a, b, c] = parabola(&x, &y, &weights);
        assert!((a - 3.0).abs() < 1e-11 && (b + 2.0).abs() < 1e-11 && (c - 0.25).abs() < 1e-12);
        assert!(chi_squared(&y, |i| a + b * x[i] + c * x[i] * x[i], &weights) < 1e-20);
    }

    #[test]
    fn minima_are_found_inside_and_at_the_ends() {
        let grid: Vec<f64> = (0..=20).map(f64::from).collect();
        let (x, end) = minimum(&grid, |x| (x - 7.3).powi(2));
        assert!((x - 7.3).abs() < 1e-7 && end == End::Inside);
        assert_eq!(minimum(&grid, |x| x), (0.0, End::Low));
        let (x, end) = minimum(&grid, |x| -x);
        assert!((x - 20.0).abs() < 1e-9 && end == End::High);
    }
}
