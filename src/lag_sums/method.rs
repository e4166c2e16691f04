//! Which lags are summed in which way, and in transforms of which length.

use std::ops::Range;

/// How the sums at some lags are computed. All give the sums over all pairs; they differ in
/// cost, memory and rounding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
pub enum Method {
    /// The definition, several lags side by side in vector instructions: n operations a lag, no
    /// memory, and no cancellation.
    Direct,
    /// Fourier transforms of twice `segment` samples, whose products accumulate while the series
    /// goes by: O(n log segment) for all lags up to a few segments, in memory of some twenty
    /// segments.
    BlockFft {
        /// Samples in a segment.
        segment: usize,
    },
    /// The same transforms with every spectrum held, twice the memory of the series: all lags.
    SplitFft {
        /// Samples in a segment.
        segment: usize,
    },
    /// Fourier transforms of whole blocks without padding, once as they are and once with a sign
    /// change at the wrap, whose mean has no pairs across it: every lag of many columns at once,
    /// such as the coordinates of all particles.
    TwistedFft {
        /// Samples in a transform, at least those of the longest block.
        length: usize,
    },
}

impl Method {
    /// Samples in a segment, where there are transforms.
    pub(super) fn segment(self) -> Option<usize> {
        match self {
            Self::Direct | Self::TwistedFft { .. } => None,
            Self::BlockFft { segment } | Self::SplitFft { segment } => Some(segment),
        }
    }
}

/// The lags of a plan: a list, or every lag of a range, which needs no memory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum LagSet {
    Every(Range<usize>),
    Listed(Vec<usize>),
}

impl LagSet {
    pub(super) fn len(&self) -> usize {
        match self {
            Self::Every(range) => range.len(),
            Self::Listed(lags) => lags.len(),
        }
    }

    #[inline]
    pub(super) fn get(&self, place: usize) -> usize {
        match self {
            Self::Every(range) => range.start + place,
            Self::Listed(lags) => lags[place],
        }
    }

    /// The first place whose lag is `lag` or above.
    pub(super) fn place_of(&self, lag: usize) -> usize {
        match self {
            Self::Every(range) => lag.clamp(range.start, range.end) - range.start,
            Self::Listed(lags) => lags.partition_point(|&l| l < lag),
        }
    }

    /// Pairs at the lags in `places` of a series of `samples`.
    fn pairs(&self, samples: usize, places: Range<usize>) -> f64 {
        match self {
            Self::Every(_) if places.is_empty() => 0.0,
            Self::Every(_) => {
                let ends = samples - self.get(places.start) + samples - self.get(places.end - 1);
                0.5 * ends as f64 * places.len() as f64
            }
            Self::Listed(lags) => lags[places].iter().map(|&lag| (samples - lag) as f64).sum(),
        }
    }
}

/// Nanoseconds for a pair by direct sums, measured on an AVX2 machine; only the ratios of the three
/// matter.
const PAIR: f64 = 0.09;

/// Nanoseconds for a product of two frequencies.
const PRODUCT: f64 = 0.3;

/// Bytes that a plan may take whatever the number of lags.
const SPARE_MEMORY: usize = 1 << 25;

/// Rounding of a lag sum through transforms, in units of the sum of squares: what it typically is,
/// for lengths to 10^8.
const TYPICAL_ROUNDING: f64 = 2.5e-16;

/// The cheapest way for each stretch of the lags, by their places.
pub(super) fn choose(samples: usize, lags: &LagSet, tolerance: f64) -> Vec<(Range<usize>, Method)> {
    let n = samples as f64;
    let places = lags.len();
    let all_direct = vec![(0..places, Method::Direct)];
    // Through transforms a value is the small difference of large sums. Of a random walk, the
    // steepest series to be expected, the variance is n/(6 m) times the value at lag m: lags below
    // this need the definition.
    let short = TYPICAL_ROUNDING * n * n / (3.0 * tolerance * n);
    if short.is_nan() || short >= n / 4.0 {
        return all_direct;
    }
    let begin = lags.place_of(short.ceil().max(2.0) as usize);
    // The longest lags have few pairs, so that little is lost by the definition and much by a
    // difference.
    let few = 2 * samples.isqrt();
    let end = lags.place_of(samples - few.min(samples)).max(begin);

    let direct = |places| PAIR * lags.pairs(samples, places);
    let mut best = (direct(0..places) / 1.2, None);
    let mut stop = end;
    while stop > begin {
        let longest = lags.get(stop - 1);
        let rest = direct(0..begin) + direct(stop..places);
        for method in candidates(samples, longest) {
            // A few lags of a long series are not worth a multiple of its memory.
            if memory(samples, longest, method) > SPARE_MEMORY + 64 * places {
                continue;
            }
            let cost = rest + through_transforms(samples, lags.get(begin), longest, method);
            if cost < best.0 {
                best = (cost, Some((stop, method)));
            }
        }
        stop = lags.place_of(longest / 2 + 1).min(stop - 1);
    }
    match best.1 {
        None => all_direct,
        Some((stop, method)) => [
            (0..begin, Method::Direct),
            (begin..stop, method),
            (stop..places, Method::Direct),
        ]
        .into_iter()
        .filter(|(places, _)| !places.is_empty())
        .collect(),
    }
}

/// Segment lengths worth a look for lags up to `longest`.
fn candidates(samples: usize, longest: usize) -> impl Iterator<Item = Method> {
    let whole = [1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64]
        .into_iter()
        .map(move |parts| Method::SplitFft {
            segment: cheapest_length(samples.div_ceil(parts)),
        });
    let blocks = [1, 2, 4, 8]
        .into_iter()
        .flat_map(move |k| {
            [
                cheapest_length(k * (longest + 1)),
                cheapest_length((longest + 1).div_ceil(k)),
            ]
        })
        .filter(move |segment| segment * 64 < samples)
        .map(|segment| Method::BlockFft { segment });
    whole.chain(blocks)
}

/// Bytes of spectra that a method holds.
fn memory(samples: usize, longest: usize, method: Method) -> usize {
    match method {
        Method::Direct | Method::TwistedFft { .. } => 0,
        Method::SplitFft { segment } => 16 * (samples + 9 * segment),
        Method::BlockFft { segment } => 16 * segment * (20 + 2 * (longest / segment)),
    }
}

fn through_transforms(samples: usize, first: usize, longest: usize, method: Method) -> f64 {
    let Some(segment) = method.segment() else {
        return f64::INFINITY;
    };
    let segments = samples.div_ceil(segment);
    let distances = first / segment..longest / segment + 2;
    let transforms = (segments + distances.len()) as f64 * transform_cost(segment);
    let products: usize = distances.map(|d| segments.saturating_sub(d)).sum();
    transforms + PRODUCT * products as f64 * segment as f64
}

/// The smallest length of at least `least` that has no prime factor above 7: the lengths at which a
/// fast Fourier transform is fast. A prime length of the same size takes ten times as long and as
/// much memory.
fn next_fast_length(least: usize) -> usize {
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
fn transform_cost(segment: usize) -> f64 {
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
        assert_eq!(next_fast_length(1_000_003), 1_000_188); // 2^2 3^6 7^3
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
