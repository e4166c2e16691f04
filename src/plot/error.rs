//! Why a figure could not be drawn or written.

use std::path::PathBuf;

use thiserror::Error;

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
