//! Axes and their ticks.

/// A linear or a logarithmic axis with its label. It fits the data unless a range is given.
#[derive(Debug, Clone, PartialEq)]
pub struct Axis {
    pub(super) label: String,
    pub(super) logarithmic: bool,
    pub(super) range: Option<[f64; 2]>,
}

impl Axis {
    /// A linear axis. The label holds the unit.
    pub fn linear(label: impl Into<String>) -> Self {
        Self {
            label: label.into(),
            logarithmic: false,
            range: None,
        }
    }

    /// A logarithmic axis. The label holds the unit.
    pub fn log(label: impl Into<String>) -> Self {
        Self {
            logarithmic: true,
            ..Self::linear(label)
        }
    }

    /// An axis from `low` to `high`. Lines are cut off at the frame; points outside are not drawn.
    #[must_use]
    pub fn range(mut self, low: f64, high: f64) -> Self {
        self.range = Some([low, high]);
        self
    }

    /// Whether a value has a place on the axis, its range aside. Beyond 1e300 differences overflow.
    pub(super) fn shows(&self, value: f64) -> bool {
        value.abs() <= 1e300 && (!self.logarithmic || value >= 1e-300)
    }

    /// The span that shows `values`, with a margin; `None` if there are none. A range that was
    /// given must be valid.
    pub(super) fn span(&self, values: impl IntoIterator<Item = f64>) -> Option<Span> {
        let logarithmic = self.logarithmic;
        let of = |value: f64| if logarithmic { value.log10() } else { value };
        let span = |[low, high]: [f64; 2]| Span {
            logarithmic,
            low,
            high,
        };
        if let Some(ends) = self.range {
            return Some(span(ends.map(of)));
        }
        let shown = values.into_iter().filter(|&value| self.shows(value)).map(of);
        let (low, high) = shown.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), x| {
            (low.min(x), high.max(x))
        });
        // A single value still needs an axis of some length around it.
        let largest = low.abs().max(high.abs());
        let (smallest, around) = match (logarithmic, largest == 0.0) {
            (true, _) => (1e-6, 0.5),
            (false, true) => (1e-300, 1.0),
            (false, false) => ((1e-9 * largest).max(1e-300), (0.1 * largest).max(1e-300)),
        };
        let length = high - low;
        let pad = if length < smallest { around } else { 0.045 * length };
        (length >= 0.0).then(|| span([low - pad, high + pad]))
    }
}

/// Room between the labels of two ticks, in pixels.
const GAP: f64 = 6.0;

/// Digits that carry labels on a logarithmic axis. The first choice is taken that gives three
/// labels and has room for them.
const DIGITS: [&[i32]; 6] = [
    &[1],
    &[1, 2, 5],
    &[1, 3],
    &[1, 2, 3, 5],
    &[1, 2, 3, 4, 5, 7],
    &[1, 2, 3, 4, 5, 6, 7, 8, 9],
];

/// An axis with its ends settled. On a logarithmic one these are decimal logarithms.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Span {
    logarithmic: bool,
    low: f64,
    high: f64,
}

/// Ticks as fractions of the axis. All labels are to be multiplied by 10 to the power `factor`.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Ticks {
    pub(super) major: Vec<(f64, String)>,
    pub(super) minor: Vec<f64>,
    pub(super) factor: Option<i32>,
}

impl Span {
    /// Where a value lies, as a fraction of the axis; below 0 or above 1 outside of it. Zero and
    /// negative values lie below every logarithmic axis.
    pub(super) fn fraction(&self, value: f64) -> f64 {
        let at = match (self.logarithmic, value > 0.0) {
            (false, _) => value,
            (true, true) => value.log10(),
            (true, false) => return -1e3,
        };
        ((at - self.low) / (self.high - self.low)).clamp(-1e3, 1e3)
    }

    /// Ticks for an axis of `length` pixels, on which a label takes `extent` pixels.
    pub(super) fn ticks(&self, length: f64, extent: impl Fn(&str) -> f64) -> Ticks {
        let fits = |ticks: &Ticks| {
            ticks.major.windows(2).all(|pair| {
                let room = (pair[1].0 - pair[0].0) * length - GAP;
                room >= 0.5 * (extent(&pair[0].1) + extent(&pair[1].1))
            })
        };
        let readable = |ticks: &Ticks| ticks.major.len() >= 3 && fits(ticks);
        let steps = |scale: fn(&Self, usize) -> Ticks| {
            let fewer = [5, 4, 3].map(|wanted| scale(self, wanted));
            let sparse = scale(self, 2);
            fewer.into_iter().find(readable).unwrap_or(sparse)
        };
        if !self.logarithmic {
            return steps(Self::linear);
        }
        let decades = DIGITS.map(|digits| self.decades(digits));
        // Where no digits have room or are enough, the axis is short: linear steps.
        decades
            .into_iter()
            .find(readable)
            .unwrap_or_else(|| steps(Self::linear_on_logarithmic))
    }

    fn linear(&self, wanted: usize) -> Ticks {
        let (step, parts) = step((self.high - self.low) / wanted as f64);
        let largest = self.low.abs().max(self.high.abs());
        let exponent = largest.log10().floor() as i32;
        let factor = (!(-2..5).contains(&exponent)).then_some(exponent);
        let unit = 10_f64.powi(factor.unwrap_or(0));
        let decimals = (-(step / unit).log10().floor()).clamp(0.0, 12.0) as usize;
        let mut ticks = Ticks {
            factor,
            ..Ticks::default()
        };
        let slack = 1e-9 * (self.high - self.low);
        let minor = step / f64::from(parts);
        let first = ((self.low - slack) / minor).ceil();
        let within = |index: &f64| index * minor <= self.high + slack;
        for index in (0..400).map(|k| first + f64::from(k)).take_while(within) {
            let at = index * minor;
            if index.rem_euclid(f64::from(parts)) == 0.0 {
                ticks.major.push((self.fraction(at), number(at / unit, decimals)));
            } else {
                ticks.minor.push(self.fraction(at));
            }
        }
        ticks
    }

    /// Linear steps on the logarithmic scale.
    fn linear_on_logarithmic(&self, wanted: usize) -> Ticks {
        let span = Self {
            logarithmic: false,
            low: 10_f64.powf(self.low),
            high: 10_f64.powf(self.high),
        };
        let moved = |f: f64| self.fraction(span.low + f * (span.high - span.low));
        let linear = span.linear(wanted);
        let major = linear.major.into_iter().map(|(f, label)| (moved(f), label));
        Ticks {
            major: major.collect(),
            minor: linear.minor.into_iter().map(moved).collect(),
            factor: linear.factor,
        }
    }

    /// Ticks at all digits of every decade, with labels at `digits`; on long axes at powers alone.
    fn decades(&self, digits: &[i32]) -> Ticks {
        let mut ticks = Ticks::default();
        let (first, last) = ((self.low - 1e-9).ceil() as i32, (self.high + 1e-9).floor() as i32);
        let every = (last - first + 7).div_euclid(7).max(1);
        // One notation for the whole axis.
        let plain = digits.len() > 1 && self.low >= -3.0 && self.high < 4.0;
        for exponent in first - 1..=last {
            for digit in 1..=9 {
                let at = f64::from(exponent) + f64::from(digit).log10();
                let place = (at - self.low) / (self.high - self.low);
                if !(-1e-9..=1.0 + 1e-9).contains(&place) || (every > 1 && digit > 1) {
                    continue;
                }
                if digits.contains(&digit) && exponent.rem_euclid(every) == 0 {
                    ticks.major.push((place, multiple(digit, exponent, plain)));
                } else {
                    ticks.minor.push(place);
                }
            }
        }
        ticks
    }
}

/// The step next to `about` that is 1, 2 or 5 times a power of ten, and the number of parts that
/// minor ticks divide it into.
fn step(about: f64) -> (f64, i32) {
    let power = 10_f64.powf(about.log10().floor());
    match about / power {
        x if x < 1.5 => (power, 5),
        x if x < 3.5 => (2.0 * power, 4),
        x if x < 7.5 => (5.0 * power, 5),
        _ => (10.0 * power, 5),
    }
}

/// A number with a typographic minus.
fn number(value: f64, decimals: usize) -> String {
    let text = format!("{value:.decimals$}");
    let is_zero = text.trim_matches(['-', '0', '.']).is_empty();
    text.replace('-', if is_zero { "" } else { "−" })
}

/// A power of ten as a label.
pub(super) fn power(exponent: i32) -> String {
    match exponent {
        0 => "1".to_owned(),
        1 => "10".to_owned(),
        _ => format!("10^{{{}}}", number(f64::from(exponent), 0)),
    }
}

fn multiple(digit: i32, exponent: i32, plain: bool) -> String {
    match digit {
        _ if plain => {
            let decimals = (-exponent).max(0) as usize;
            number(f64::from(digit) * 10_f64.powi(exponent), decimals)
        }
        1 => power(exponent),
        _ if exponent == 0 => digit.to_string(),
        _ => format!("{digit}×10^{{{}}}", number(f64::from(exponent), 0)),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::label::width;
    use super::*;

    const LENGTH: f64 = 430.0;

    fn extent(label: &str) -> f64 {
        width(label, 16.0)
    }

    fn ticks(axis: &Axis, low: f64, high: f64) -> Ticks {
        let span = axis.clone().range(low, high).span([]).unwrap();
        span.ticks(LENGTH, extent)
    }

    fn labels(axis: &Axis, low: f64, high: f64) -> Vec<String> {
        let major = ticks(axis, low, high).major;
        major.into_iter().map(|(_, label)| label).collect()
    }

    proptest! {
        /// However short or long, an axis has two labels or more, and none covers the next.
        #[test]
        fn labels_are_enough_and_apart(
            low in -12.0..9.0,
            decades in prop_oneof![1e-5..1e-2, 1e-2..1.0, 1.0..14.0],
            log in any::<bool>(),
        ) {
            let axis = if log { Axis::log("") } else { Axis::linear("") };
            let ends = [low, low + decades].map(|end: f64| 10_f64.powf(end));
            let ticks = ticks(&axis, ends[0], ends[1]);
            prop_assert!((2..12).contains(&ticks.major.len()), "{ends:?} {ticks:?}");
            for pair in ticks.major.windows(2) {
                let room = LENGTH * (pair[1].0 - pair[0].0);
                prop_assert!(room > 0.5 * (extent(&pair[0].1) + extent(&pair[1].1)), "{ends:?} {ticks:?}");
            }
            let places = ticks.major.iter().map(|(f, _)| f).chain(&ticks.minor);
            prop_assert!(places.into_iter().all(|f| (-1e-6..1.0 + 1e-6).contains(f)));
        }
    }

    #[test]
    fn linear_ticks_are_round_numbers() {
        let axis = Axis::linear("");
        assert_eq!(labels(&axis, 0.0, 1.0).join(" "), "0.0 0.2 0.4 0.6 0.8 1.0");
        assert_eq!(labels(&axis, -1.3, 1.2), ["−1.0", "−0.5", "0.0", "0.5", "1.0"]);
        let long = labels(&axis, 300.0, 1600.0).join(" ");
        assert_eq!(long, "400 600 800 1000 1200 1400 1600");
        let ticks = ticks(&axis, 0.0, 3e-4);
        assert_eq!((ticks.factor, ticks.major[1].1.as_str()), (Some(-4), "0.5"));
    }

    #[test]
    fn decades_are_powers_with_nine_minor_ticks() {
        let axis = Axis::log("");
        let powers = labels(&axis, 0.05, 2000.0).join(" ");
        assert_eq!(powers, "10^{−1} 1 10 10^{2} 10^{3}");
        assert_eq!(ticks(&axis, 1.0, 100.0).major.len(), 3);
        assert_eq!(ticks(&axis, 1.0, 100.0).minor.len(), 16);
        let long = labels(&axis, 1e-12, 1e12).join(" ");
        assert_eq!(long, "10^{−12} 10^{−8} 10^{−4} 1 10^{4} 10^{8} 10^{12}");
        assert_eq!(labels(&axis, 1.5, 12.0), ["2", "5", "10"]);
        assert_eq!(labels(&axis, 0.21, 0.29), ["0.22", "0.24", "0.26", "0.28"]);
        assert_eq!(labels(&axis, 2e-7, 9e-7), ["2×10^{−7}", "3×10^{−7}", "5×10^{−7}"]);
        let digits = labels(&axis, 2e-4, 3e-3).join(" ");
        assert_eq!(digits, "2×10^{−4} 5×10^{−4} 10^{−3} 2×10^{−3}");
    }

    #[test]
    fn spans_pad_and_refuse_nothing_but_emptiness() {
        let linear = Axis::linear("");
        assert_eq!(linear.span([f64::NAN, f64::INFINITY]), None);
        for values in [
            vec![3.0],
            vec![0.0],
            vec![-1e300, 1e300],
            vec![1e9, 1e9 + 1e-7],
            vec![5e-324],
            vec![5e-324, 1e-323],
        ] {
            let span = linear.span(values.clone()).unwrap();
            let ticks = span.ticks(LENGTH, extent);
            assert!(span.low < span.high && ticks.major.len() < 12, "{span:?}");
            let finite = ticks.major.iter().all(|(f, _)| f.is_finite());
            assert!(finite, "{values:?} {ticks:?}");
        }
        let log = Axis::log("");
        assert_eq!(log.span([0.0, -1.0]), None);
        assert!(log.span([0.0, 1.0]).unwrap().fraction(1.0) == 0.5);
        assert!(log.span([0.1, 1.0]).unwrap().fraction(0.0) < -1.0);
        // A rise by 15 % fills its axis.
        let rise = log.span([1.0, 1.15]).unwrap();
        assert!(rise.fraction(1.15) - rise.fraction(1.0) > 0.9);
    }
}
