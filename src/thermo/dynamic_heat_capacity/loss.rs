//! The maximum of a loss over frequency.

/// Places for each decade of the search, fewer where a loss is broader.
const PER_DECADE: f64 = 10.0;
/// Steps of a golden section: the interval shrinks to 1e-9 of itself.
const GOLDEN: usize = 44;
/// Halvings of an interval.
const BISECTIONS: usize = 48;

/// Where to look for a maximum of a loss.
#[derive(Debug, Clone, Copy)]
pub(super) struct Search {
    /// Angular frequencies.
    pub(super) range: [f64; 2],
    /// Decades over which the loss varies: 1 for a Debye law, more for a stretched form.
    pub(super) scale: f64,
    /// Of several maxima, the one that is the nearest to this frequency.
    pub(super) near: f64,
}

impl Search {
    /// ln of the maximum's angular frequency, its height, and ln of the two frequencies where the
    /// loss is half as high; NaN for what does not lie in the range.
    pub(super) fn of(self, loss: impl Fn(f64) -> f64) -> [f64; 4] {
        let at = |log: f64| loss(log.exp());
        let [start, end] = self.range.map(f64::ln);
        let decades = (end - start) / std::f64::consts::LN_10;
        let steps = (decades * PER_DECADE / self.scale).ceil();
        if !(2.0..1e6).contains(&steps) {
            return [f64::NAN; 4];
        }
        let place = |k: usize| start + (end - start) * k as f64 / steps;
        let values: Vec<f64> = (0..=steps as usize).map(|k| at(place(k))).collect();
        let is_maximum = |&k: &usize| values[k] > values[k - 1] && values[k] >= values[k + 1];
        let from_near = |k: usize| (place(k) - self.near.ln()).abs();
        let found = (1..steps as usize)
            .filter(is_maximum)
            .min_by(|&a, &b| from_near(a).total_cmp(&from_near(b)));
        let Some(k) = found.filter(|&k| values[k] > 0.0) else {
            return [f64::NAN; 4];
        };
        let peak = golden(at, [place(k - 1), place(k + 1)]);
        let height = at(peak);
        let half = |values: &mut dyn Iterator<Item = usize>| {
            let mut inside = peak;
            for k in values {
                let place = place(k);
                if at(place) < 0.5 * height {
                    return bisected(at, inside, place, 0.5 * height);
                }
                inside = place;
            }
            f64::NAN
        };
        let before = half(&mut (0..k).rev());
        let after = half(&mut (k + 1..=steps as usize));
        [peak, height, before, after]
    }
}

/// The maximum of a function between two places where it is lower.
fn golden(f: impl Fn(f64) -> f64, [mut a, mut b]: [f64; 2]) -> f64 {
    const PART: f64 = 0.381_966_011_250_105_1;
    let (mut left, mut right) = (a + PART * (b - a), b - PART * (b - a));
    let (mut at_left, mut at_right) = (f(left), f(right));
    for _ in 0..GOLDEN {
        if at_left > at_right {
            (b, right, at_right) = (right, left, at_left);
            left = a + PART * (b - a);
            at_left = f(left);
        } else {
            (a, left, at_left) = (left, right, at_right);
            right = b - PART * (b - a);
            at_right = f(right);
        }
    }
    0.5 * (a + b)
}

/// Where a function passes a level, between a place above it and one below.
fn bisected(f: impl Fn(f64) -> f64, mut above: f64, mut below: f64, level: f64) -> f64 {
    for _ in 0..BISECTIONS {
        let middle = 0.5 * (above + below);
        if f(middle) < level {
            below = middle;
        } else {
            above = middle;
        }
    }
    0.5 * (above + below)
}
