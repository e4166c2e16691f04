//! One pair of axes with its series.

use super::axis::{Axis, Span};
use super::error::PlotError;
use super::series::{Kind, Series};

/// Width and height of every frame, in pixels.
pub(super) const FRAME: [f64; 2] = [430.0, 330.0];

/// Where the legend goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum LegendPlace {
    /// Inside of the frame where it hides nothing, else to the right of it.
    #[default]
    Free,
    /// In the upper right corner.
    TopRight,
    /// In the upper left corner.
    TopLeft,
    /// In the lower right corner.
    BottomRight,
    /// In the lower left corner.
    BottomLeft,
    /// To the right of the frame.
    Outside,
    /// Nowhere.
    None,
}

/// Two axes and what is drawn between them.
#[derive(Debug, Clone, PartialEq)]
pub struct Panel {
    pub(super) x: Axis,
    pub(super) y: Axis,
    pub(super) series: Vec<Series>,
    pub(super) title: Option<String>,
    pub(super) legend: LegendPlace,
}

impl Panel {
    /// An empty panel.
    #[must_use]
    pub fn new(x: Axis, y: Axis) -> Self {
        Self {
            x,
            y,
            series: Vec::new(),
            title: None,
            legend: LegendPlace::Free,
        }
    }

    /// One series more, drawn over those before it.
    #[must_use]
    pub fn with(mut self, series: Series) -> Self {
        self.series.push(series);
        self
    }

    /// One series more, drawn over those before it.
    pub fn add(&mut self, series: Series) {
        self.series.push(series);
    }

    /// A line of text above the frame.
    #[must_use]
    pub fn title(mut self, title: impl Into<String>) -> Self {
        self.title = Some(title.into());
        self
    }

    /// Where the legend goes.
    #[must_use]
    pub fn legend(mut self, place: LegendPlace) -> Self {
        self.legend = place;
        self
    }

    /// Coordinates of everything drawn, for the range of the axes: error bars upwards in full, downwards to a third of
    /// the value at most, so that one bar through zero does not stretch a logarithmic axis.
    pub(super) fn spans(&self, index: usize) -> Result<[Span; 2], PlotError> {
        self.check(index)?;
        let bar = |axis: &Axis, value: f64, error: Option<f64>| {
            let error = error.filter(|e| e.is_finite()).unwrap_or(0.0);
            let low = value - error;
            [
                value,
                value + error,
                if axis.logarithmic {
                    low.max(value / 3.0)
                } else {
                    low
                },
            ]
        };
        let (mut xs, mut ys) = (Vec::new(), Vec::new());
        for series in &self.series {
            match &series.kind {
                Kind::Horizontal => ys.extend(&series.y),
                Kind::Vertical => xs.extend(&series.x),
                Kind::Steps => {
                    xs.extend(&series.x);
                    ys.extend(&series.y);
                    if !self.y.logarithmic {
                        ys.push(0.0);
                    }
                }
                Kind::Points | Kind::Line | Kind::Band { .. } => {
                    for (k, (&x, &y)) in series.x.iter().zip(&series.y).enumerate() {
                        if self.x.shows(x) && self.y.shows(y) {
                            let error = |list: &[Option<f64>]| list.get(k).copied().flatten();
                            xs.extend(bar(&self.x, x, error(&series.errors_x)));
                            ys.extend(bar(&self.y, y, error(&series.errors)));
                            if series.bounds && self.y.logarithmic {
                                ys.push(2.0 * y); // Room for the arrow.
                            }
                            if let Kind::Band { upper } = &series.kind {
                                ys.push(upper[k]);
                            }
                        }
                    }
                }
            }
        }
        let empty = PlotError::Empty {
            panel: index,
            left_out: self.left_out(),
        };
        match (self.x.span(xs), self.y.span(ys)) {
            (Some(x), Some(y)) if self.left_out() < self.points() => Ok([x, y]),
            _ => Err(empty),
        }
    }

    fn check(&self, panel: usize) -> Result<(), PlotError> {
        for (series, found) in self.series.iter().enumerate() {
            if let Some((what, found, expected)) = found.wrong_length() {
                return Err(PlotError::Length {
                    panel,
                    series,
                    what,
                    found,
                    expected,
                });
            }
        }
        for axis in [&self.x, &self.y] {
            if let Some([low, high]) = axis.range
                && !(axis.shows(low) && axis.shows(high) && low < high)
            {
                return Err(PlotError::Range {
                    panel,
                    axis: axis.label.clone(),
                    low,
                    high,
                });
            }
        }
        Ok(())
    }

    /// Whether point `k` of a series has a place on both axes.
    pub(super) fn shows(&self, series: &Series, k: usize) -> bool {
        let upper = if let Kind::Band { upper } = &series.kind {
            upper[k]
        } else {
            series.y[k]
        };
        self.x.shows(series.x[k]) && self.y.shows(series.y[k]) && self.y.shows(upper)
    }

    fn points(&self) -> usize {
        self.series
            .iter()
            .map(|series| series.x.len().max(series.y.len()))
            .sum()
    }

    pub(super) fn left_out(&self) -> usize {
        let count = |series: &Series| match series.kind {
            _ if series.wrong_length().is_some() => 0,
            Kind::Horizontal => series.y.iter().filter(|&&y| !self.y.shows(y)).count(),
            Kind::Vertical => series.x.iter().filter(|&&x| !self.x.shows(x)).count(),
            Kind::Steps => {
                let bad = |&&y: &&f64| !y.is_finite() || y.abs() > 1e300;
                series.x.iter().filter(|&&x| !self.x.shows(x)).count() + series.y.iter().filter(bad).count()
            }
            _ => (0..series.x.len()).filter(|&k| !self.shows(series, k)).count(),
        };
        self.series.iter().map(count).sum()
    }
}
