//! One pair of axes with its series.

use std::path::PathBuf;

use thiserror::Error;

use super::axis::{Axis, Span};
use super::series::Series;

/// Width and height of every frame, in pixels.
pub(super) const FRAME: [f64; 2] = [430.0, 330.0];

/// Two axes and what is drawn between them.
///
/// The legend lists the series that have a name and show within the frame. It lies inside of the
/// frame where it hides nothing, and else to the right of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Panel {
    pub(super) x: Axis,
    pub(super) y: Axis,
    pub(super) series: Vec<Series>,
    pub(super) title: Option<String>,
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

    /// The axes from end to end, so that they show everything drawn: error bars upwards in full; on
    /// a logarithmic axis downwards to a third of the value at most, so that one bar through zero
    /// does not stretch it.
    pub(super) fn spans(&self, panel: usize) -> Result<[Span; 2], PlotError> {
        self.check(panel)?;
        let (mut xs, mut ys) = (Vec::new(), Vec::new());
        for series in &self.series {
            for k in self.shown(series) {
                xs.extend(series.x.get(k));
                ys.extend(series.upper.get(k));
                if let Some(&y) = series.y.get(k) {
                    let error = series.error(k).unwrap_or(0.0);
                    let lowest = if self.y.logarithmic {
                        y / 3.0
                    } else {
                        f64::NEG_INFINITY
                    };
                    ys.extend([y, y + error, (y - error).max(lowest)]);
                    if series.bounds && self.y.logarithmic {
                        ys.push(2.0 * y); // Room for the arrow.
                    }
                }
            }
        }
        let left_out = self.left_out();
        let drawn = self.series.iter().map(Series::len).sum::<usize>() > left_out;
        match (self.x.span(xs), self.y.span(ys)) {
            (Some(x), Some(y)) if drawn => Ok([x, y]),
            _ => Err(PlotError::Empty { panel, left_out }),
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

    /// Which points of a series have a place on both axes. A rule has one coordinate alone.
    pub(super) fn shown(&self, series: &Series) -> impl Iterator<Item = usize> {
        let fits = |axis: &Axis, list: &[f64], k: usize| list.get(k).is_none_or(|&at| axis.shows(at));
        (0..series.len()).filter(move |&k| {
            fits(&self.x, &series.x, k) && fits(&self.y, &series.y, k) && fits(&self.y, &series.upper, k)
        })
    }

    pub(super) fn left_out(&self) -> usize {
        let good = self
            .series
            .iter()
            .filter(|series| series.wrong_length().is_none());
        good.map(|series| series.len() - self.shown(series).count()).sum()
    }
}

/// Why a figure could not be drawn or written. Panels and series are counted from 0.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum PlotError {
    /// Nothing in a panel can be drawn.
    #[error(
        "panel {panel} has nothing to draw: {left_out} points left out, expected a point with finite coordinates, positive on a logarithmic axis"
    )]
    Empty {
        /// The panel.
        panel: usize,
        /// Points that were not finite, or not positive on a logarithmic axis.
        left_out: usize,
    },
    /// The lists of a series differ in length.
    #[error("series {series} of panel {panel} has {found} {what}, expected {expected}")]
    Length {
        /// The panel.
        panel: usize,
        /// The series in it.
        series: usize,
        /// Which of the series' lists.
        what: &'static str,
        /// Its length.
        found: usize,
        /// The length wanted.
        expected: usize,
    },
    /// The range of an axis is not two finite numbers in rising order, or not positive on a
    /// logarithmic axis.
    #[error(
        "axis `{axis}` of panel {panel} from {low} to {high}, expected two finite numbers in rising order, positive on a logarithmic axis"
    )]
    Range {
        /// The panel.
        panel: usize,
        /// The label of the axis.
        axis: String,
        /// The lower end given.
        low: f64,
        /// The upper end given.
        high: f64,
    },
    /// The file could not be written.
    #[error("cannot write {}: {source}", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
}
