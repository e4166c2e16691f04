//! What a search over one parameter looks at, and the search.

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
    fn minima_are_found_inside_and_at_the_ends() {
        let grid: Vec<f64> = (0..=20).map(f64::from).collect();
        let (x, end) = minimum(&grid, |x| (x - 7.3).powi(2));
        assert!((x - 7.3).abs() < 1e-7 && end == End::Inside);
        assert_eq!(minimum(&grid, |x| x), (0.0, End::Low));
        let (x, end) = minimum(&grid, |x| -x);
        assert!((x - 20.0).abs() < 1e-9 && end == End::High);
    }
}
