//! What is drawn in a panel.

use crate::curve::Curve;
use crate::stats::Estimate;

use super::palette::Paint;

/// One set of points, a line, a band or a rule, with its look.
///
/// Colours go in turn through a palette that colour-blind readers can tell apart, and markers
/// through five shapes. A line that is drawn over points has white edges, so that it shows on every
/// colour.
#[derive(Debug, Clone, PartialEq)]
pub struct Series {
    pub(super) kind: Kind,
    pub(super) x: Vec<f64>,
    pub(super) y: Vec<f64>,
    pub(super) upper: Vec<f64>,
    pub(super) errors: Vec<Option<f64>>,
    pub(super) label: Option<String>,
    pub(super) paint: Paint,
    pub(super) dashed: bool,
    pub(super) filling: Filling,
    pub(super) bounds: bool,
    pub(super) marker: Option<usize>,
    pub(super) size: f64,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Kind {
    Points,
    Line,
    Band,
    /// A line across the panel, which has one coordinate alone.
    Rule,
}

/// How a marker is filled.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Filling {
    Full,
    Pale,
    Open,
}

impl Series {
    fn new(kind: Kind, x: &[f64], y: &[f64]) -> Self {
        Self {
            kind,
            x: x.to_vec(),
            y: y.to_vec(),
            upper: Vec::new(),
            errors: Vec::new(),
            label: None,
            paint: Paint::Turn,
            dashed: false,
            filling: Filling::Full,
            bounds: false,
            marker: None,
            size: 1.0,
        }
    }

    /// Markers at `(x, y)`.
    #[must_use]
    pub fn points(x: &[f64], y: &[f64]) -> Self {
        Self::new(Kind::Points, x, y)
    }

    /// A line through `(x, y)`, interrupted where a point cannot be drawn.
    #[must_use]
    pub fn line(x: &[f64], y: &[f64]) -> Self {
        Self::new(Kind::Line, x, y)
    }

    /// The region between two curves over `x`, in a light tone.
    #[must_use]
    pub fn band(x: &[f64], lower: &[f64], upper: &[f64]) -> Self {
        Self {
            upper: upper.to_vec(),
            ..Self::new(Kind::Band, x, lower)
        }
    }

    /// A dashed grey line across the panel at `y`.
    #[must_use]
    pub fn horizontal(y: f64) -> Self {
        Self::new(Kind::Rule, &[], &[y]).grey().dashed()
    }

    /// A dashed grey line up the panel at `x`.
    #[must_use]
    pub fn vertical(x: f64) -> Self {
        Self::new(Kind::Rule, &[x], &[]).grey().dashed()
    }

    /// A correlation over lag time: its values as small pale markers, its standard errors as bars.
    /// Lag 0 has no place on a logarithmic axis and is then left out.
    #[must_use]
    pub fn curve(curve: &Curve) -> Self {
        let time: Vec<f64> = curve.lag_times().collect();
        Self {
            errors: curve.standard_errors().to_vec(),
            ..Self::points(&time, curve.values())
        }
        .size(0.75)
        .pale()
    }

    /// The values of a correlation joined by a line, without bars.
    #[must_use]
    pub fn curve_line(curve: &Curve) -> Self {
        Self::line(&curve.lag_times().collect::<Vec<f64>>(), curve.values())
    }

    /// Numbers over `x`: their values as markers, their standard errors as bars.
    #[must_use]
    pub fn estimates<'a>(x: &[f64], numbers: impl IntoIterator<Item = &'a Estimate>) -> Self {
        let pair = |number: &Estimate| (number.value(), number.standard_error());
        let (values, errors): (Vec<f64>, Vec<Option<f64>>) = numbers.into_iter().map(pair).unzip();
        Self::points(x, &values).errors(&errors)
    }

    /// The line of a function from `start` to `end`, through points that are dense enough for
    /// linear and logarithmic axes.
    #[must_use]
    pub fn function([start, end]: [f64; 2], f: impl Fn(f64) -> f64) -> Self {
        let fractions = (0..=200).map(|k| f64::from(k) / 200.0);
        let mut x: Vec<f64> = fractions.clone().map(|p| start + p * (end - start)).collect();
        if start > 0.0 && end > 0.0 {
            x.extend(fractions.map(|p| start * (end / start).powf(p)));
            x.sort_by(f64::total_cmp);
        }
        let y: Vec<f64> = x.iter().map(|&x| f(x)).collect();
        Self::line(&x, &y)
    }

    /// Error bars up and down, where there is an error.
    #[must_use]
    pub fn errors<E: Copy + Into<Option<f64>>>(mut self, errors: &[E]) -> Self {
        self.errors = errors.iter().map(|&error| error.into()).collect();
        self
    }

    /// The name in the legend. A series without a name is not listed.
    #[must_use]
    pub fn label(mut self, label: impl Into<String>) -> Self {
        self.label = Some(label.into());
        self
    }

    /// Colour `index` of the palette: blue, vermilion, green, purple, light blue, orange, black,
    /// and blue again.
    #[must_use]
    pub fn colour(mut self, index: usize) -> Self {
        self.paint = Paint::Category(index);
        self
    }

    /// A colour of an ordered scale from dark (0) to light (1): for families of curves, such as
    /// temperatures.
    #[must_use]
    pub fn shade(mut self, fraction: f64) -> Self {
        self.paint = Paint::Shade(fraction);
        self
    }

    /// Grey, for lines that are not data.
    #[must_use]
    pub fn grey(mut self) -> Self {
        self.paint = Paint::Grey;
        self
    }

    /// A dashed line.
    #[must_use]
    pub fn dashed(mut self) -> Self {
        self.dashed = true;
        self
    }

    /// Markers with an outline alone.
    #[must_use]
    pub fn open(mut self) -> Self {
        self.filling = Filling::Open;
        self
    }

    /// Markers in a light tone, on which a line is easy to see.
    #[must_use]
    pub fn pale(mut self) -> Self {
        self.filling = Filling::Pale;
        self
    }

    /// Marker `index` of circle, square, diamond and two triangles, in turn: for points that look
    /// the same in several series or panels.
    #[must_use]
    pub fn marker(mut self, index: usize) -> Self {
        self.marker = Some(index);
        self
    }

    /// Lower bounds: an arrow points upwards from each marker.
    #[must_use]
    pub fn lower_bounds(mut self) -> Self {
        self.bounds = true;
        self
    }

    /// The size of the markers, or the width of the line, times `factor`.
    #[must_use]
    pub fn size(mut self, factor: f64) -> Self {
        self.size = if factor.is_finite() {
            factor.clamp(0.1, 10.0)
        } else {
            1.0
        };
        self
    }

    /// How many points there are.
    pub(super) fn len(&self) -> usize {
        self.x.len().max(self.y.len())
    }

    /// The length of the error bar of point `k`, where it has one.
    pub(super) fn error(&self, k: usize) -> Option<f64> {
        let error = self.errors.get(k).copied().flatten();
        error.filter(|&error| error.is_finite() && error > 0.0)
    }

    /// The first of the lists that has a wrong length: what it holds, its length, and that of the
    /// abscissae.
    pub(super) fn wrong_length(&self) -> Option<(&'static str, usize, usize)> {
        let is_rule = self.kind == Kind::Rule;
        let expected = self.x.len();
        let lists = [
            ("ordinates", self.y.len(), !is_rule),
            ("upper ordinates", self.upper.len(), self.kind == Kind::Band),
            ("errors", self.errors.len(), !is_rule && !self.errors.is_empty()),
        ];
        let is_wrong = |&(_, found, counts): &(_, usize, bool)| counts && found != expected;
        let wrong = lists.into_iter().find(is_wrong);
        wrong.map(|(what, found, _)| (what, found, expected))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::{Resamples, Resampling, RunId};

    #[test]
    fn estimates_bring_their_errors() {
        let of = |value: f64, error: f64| {
            let resamples = Resamples::new(RunId::named(&format!("{value}")), Resampling::Blocks(2), 2);
            Estimate::new(value, vec![value - error, value + error], resamples)
        };
        let series = Series::estimates(&[1.0, 2.0], &[of(3.0, 0.5), of(4.0, f64::NAN)]);
        assert_eq!((&series.x, &series.y), (&vec![1.0, 2.0], &vec![3.0, 4.0]));
        assert_eq!(series.errors, [Some(0.5), None]);
        let (x, y) = (of(3.0, 0.5), of(4.0, 1.0));
        let (sum, difference) = (&x + &y, x - y);
        let series = Series::estimates(&[1.0, 2.0], [&sum, &difference]);
        assert_eq!(series.y, [7.0, -1.0]);
        assert_eq!(series.errors, [sum.standard_error(), difference.standard_error()]);
    }

    #[test]
    fn a_function_is_dense_on_both_kinds_of_axis() {
        let series = Series::function([0.01, 1000.0], |x| 2.0 * x);
        let (mut widest, mut ratio) = (0.0_f64, 1.0_f64);
        for (pair, y) in series.x.windows(2).zip(&series.y) {
            widest = widest.max(pair[1] - pair[0]);
            ratio = ratio.max(pair[1] / pair[0]);
            assert!((y - 2.0 * pair[0]).abs() <= 1e-12 * y);
        }
        assert!(widest < 0.0051 * 1000.0 && ratio < 1.07, "{widest} {ratio}");
        let (first, last) = (series.x[0], series.x[series.x.len() - 1]);
        assert!(
            (first - 0.01).abs() < 1e-12 && (last - 1000.0).abs() < 1e-9,
            "{first} {last}"
        );
        assert_eq!(Series::function([-1.0, 1.0], f64::abs).x.len(), 201);
    }
}
