//! Transform lengths.

/// The smallest length of at least `least` that has no prime factor above 7: the lengths at which a
/// fast Fourier transform is fast. A prime length of the same size takes ten times as long and as
/// much memory.
///
/// ```
/// use msed::lag_sums::next_fast_length;
/// assert_eq!(next_fast_length(1_000_003), 1_000_188); // 2^2 3^6 7^3
/// assert_eq!(next_fast_length(4096), 4096);
/// ```
#[must_use]
pub fn next_fast_length(least: usize) -> usize {
    let least = least.max(1);
    let mut best = least.next_power_of_two();
    for_each_smooth(least, best, |length| best = best.min(length));
    best
}

/// The segment length of at least `least`, and not much above it, whose transforms are cheapest for
/// what they cover.
pub(crate) fn cheapest_length(least: usize) -> usize {
    let least = least.max(1);
    let mut best = next_fast_length(least);
    for_each_smooth(least, least + least / 8, |length| {
        if transform_cost(length) < transform_cost(best) {
            best = length;
        }
    });
    best
}

/// Nanoseconds for a real transform of twice `segment`, measured: the work of each prime factor,
/// and what memory adds where the transform leaves the caches. Fives are dear.
pub(super) fn transform_cost(segment: usize) -> f64 {
    let mut rest = segment;
    let mut work = 0.12;
    for (prime, cost) in [(2, 0.12), (3, 0.2), (5, 0.42), (7, 0.38)] {
        while rest.is_multiple_of(prime) {
            rest /= prime;
            work += cost;
        }
    }
    if rest > 1 {
        work += 1.2 * (rest as f64).log2();
    }
    let length = 2.0 * segment as f64;
    let outside = ((length.log2() - 17.0) / 4.0).clamp(0.0, 1.0);
    length * work * (1.0 + 0.9 * outside)
}

/// Calls `f` with the lengths without a prime factor above 7 from `least` to `most`, for each odd
/// part the smallest.
fn for_each_smooth(least: usize, most: usize, mut f: impl FnMut(usize)) {
    for_powers(7, 1, most, |seven| {
        for_powers(5, seven, most, |five| {
            for_powers(3, five, most, |three| {
                let length = three * least.div_ceil(three).next_power_of_two();
                if length <= most {
                    f(length);
                }
            });
        });
    });
}

fn for_powers(base: usize, first: usize, most: usize, mut f: impl FnMut(usize)) {
    let mut power = first;
    while power <= most {
        f(power);
        power = power.saturating_mul(base);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_the_smallest_such_length() {
        let smooth = |mut n: usize| {
            for p in [2, 3, 5, 7] {
                while n.is_multiple_of(p) {
                    n /= p;
                }
            }
            n == 1
        };
        for least in (0..3000).chain([65_537, 199_999, 1_999_993]) {
            let length = next_fast_length(least);
            assert!(length >= least && smooth(length), "{least}: {length}");
            assert!(
                (least.max(1)..length).all(|n| !smooth(n)),
                "{least}: {length} is not the smallest"
            );
        }
    }
}
