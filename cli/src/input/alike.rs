//! Whether two series go up and down together, as only copies do.

/// Values that are compared: copies agree from their first one on.
const COMPARED: usize = 4096;
/// Correlation of the changes of two copies, one of which may have fewer digits.
const LEAST: f64 = 0.9;
/// Standard errors by which that correlation is no chance.
const ERRORS: f64 = 6.0;

/// The order in which a copy has the values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Order {
    Same,
    Reversed,
}

impl Order {
    /// The word for it.
    pub(super) fn backwards(self) -> &'static str {
        match self {
            Self::Same => "",
            Self::Reversed => " backwards",
        }
    }
}

/// Whether a series is another one with an offset, another scale or fewer digits, forwards or
/// backwards; `None` for two that are independent.
///
/// The correlation coefficient r is that of the changes from value to value, which a slow
/// relaxation or a drift does not correlate. Bartlett's formula gives its variance from the
/// autocorrelation of both, so that the vibrations of two independent runs are no evidence.
pub(super) fn find(a: &[f64], b: &[f64]) -> Option<Order> {
    let count = a.len().min(b.len()).min(COMPARED);
    let a = changes(a[..count].iter());
    if correlated(&a, &changes(b[..count].iter())) {
        return Some(Order::Same);
    }
    let reversed = changes(b[b.len() - count..].iter().rev());
    correlated(&a, &reversed).then_some(Order::Reversed)
}

/// The changes from value to value without their mean, divided by their standard deviation; none
/// for values that do not change.
fn changes<'a>(values: impl Iterator<Item = &'a f64> + Clone) -> Vec<f64> {
    let pairs = values.clone().zip(values.skip(1));
    let mut changes: Vec<f64> = pairs.map(|(before, after)| after - before).collect();
    let mean = changes.iter().sum::<f64>() / changes.len() as f64;
    changes.iter_mut().for_each(|change| *change -= mean);
    let square = changes.iter().map(|change| change * change).sum::<f64>() / changes.len() as f64;
    if square > 0.0 && square.is_finite() {
        let scale = square.sqrt().recip();
        changes.iter_mut().for_each(|change| *change *= scale);
        changes
    } else {
        Vec::new()
    }
}

fn correlated(a: &[f64], b: &[f64]) -> bool {
    if a.len() != b.len() || a.len() < 2 {
        return false;
    }
    let product = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(x, y)| x * y).sum::<f64>();
    let count = a.len() as f64;
    let r = product(a, b) / count;
    if r < LEAST {
        return false;
    }
    let of_lag = |lag: usize| {
        let [own, other] = [a, b].map(|x| product(&x[lag..], &x[..x.len() - lag]) / count);
        own * other
    };
    let samples = count / (1.0 + 2.0 * (1..a.len()).map(of_lag).sum::<f64>()).max(1.0);
    // Fisher's transform, whose variance is that of so many samples whatever r is.
    r.min(1.0 - 1e-12).atanh() * (samples - 3.0).max(0.0).sqrt() > ERRORS
}

#[cfg(test)]
mod tests {
    use super::*;

    fn noise(seed: u64, count: usize) -> Vec<f64> {
        let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
        let next = || {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            (state >> 11) as f64 / (1_u64 << 53) as f64 - 0.5
        };
        std::iter::repeat_with(next).take(count).collect()
    }

    #[test]
    fn altered_copies_are_alike() {
        let a = noise(1, 500);
        let altered = |f: &dyn Fn(f64) -> f64| -> Vec<f64> { a.iter().map(|&x| f(x)).collect() };
        assert_eq!(find(&a, &a), Some(Order::Same));
        assert_eq!(find(&a, &altered(&|x| x + 5.0)), Some(Order::Same));
        assert_eq!(find(&a, &altered(&|x| 4.184 * x)), Some(Order::Same));
        assert_eq!(find(&a, &altered(&|x| (5.0 * x).round())), Some(Order::Same));
        let reversed: Vec<f64> = a.iter().rev().map(|x| x - 7.0).collect();
        assert_eq!(find(&a, &reversed), Some(Order::Reversed));
        assert_eq!(find(&a, &altered(&|x| x)[..30]), Some(Order::Same));
    }

    #[test]
    fn independent_series_are_not() {
        for seed in 0..300 {
            let (a, b) = (noise(2 * seed + 1, 100), noise(2 * seed + 2, 100));
            assert_eq!(find(&a, &b), None);
            // Slow relaxation, which makes the values of both drift.
            let sum = |x: &[f64]| -> Vec<f64> {
                x.iter()
                    .scan(0.0, |sum, x| {
                        *sum += x;
                        Some(*sum)
                    })
                    .collect()
            };
            assert_eq!(find(&sum(&a), &sum(&b)), None);
            // One mode, at two amplitudes and almost in phase.
            let wave = |x: &[f64]| -> Vec<f64> {
                let times = x.iter().zip(0_u32..);
                times
                    .map(|(x, t)| (0.2 * f64::from(t)).sin() + 0.01 * x)
                    .collect()
            };
            assert_eq!(find(&wave(&a), &wave(&b)), None);
        }
        assert_eq!(find(&[1.0; 50], &[1.0; 50]), None);
        assert_eq!(find(&[], &[1.0]), None);
    }
}
