//! Figures for a paper as SVG: points with error bars, curves and bands on linear or logarithmic
//! axes.
//!
//! A [`Figure`] holds [`Panel`]s; a panel holds two [`Axis`] values and [`Series`]. Axes fit their
//! data. Panels have a box frame with ticks inwards on all four sides. Colours stay apart for
//! colour-blind readers and in grey, and the labels of the axes are 9 pt high in a column 86 mm
//! wide. The same figure has the same bytes on every machine.
//!
//! A value that is not finite, or not positive on a logarithmic axis, cannot be drawn: it is left
//! out and counted ([`Figure::left_out`]). A panel with nothing to draw is an error.
//!
//! The label of an axis holds the quantity and its unit. Labels know three marks: `^{..}` raises,
//! `_{..}` lowers, `*{..}` slants, as in `*{τ}_{α} (10^{-3} ps)`. A hyphen that joins no two words
//! is drawn as a minus sign.
//!
//! ```
//! use msed::plot::{Axis, Figure, Panel, Series};
//! let time = [0.1, 1.0, 10.0, 100.0];
//! let panel = Panel::new(Axis::log("*{t} (ps)"), Axis::linear("*{F}_{s} (dimensionless)"))
//!     .with(Series::points(&time, &[0.9, 0.8, 0.4, 0.0]).errors(&[0.01; 4]).label("*{T} = 300 K"))
//!     .with(Series::line(&time, &[0.88, 0.8, 0.45, 0.02]).colour(0).label("fit"));
//! let svg = Figure::new(panel).to_svg()?;
//! assert!(svg.starts_with("<svg") && svg.contains(">fit</text>"));
//! # Ok::<(), msed::plot::PlotError>(())
//! ```

mod axis;
mod figure;
mod label;
mod legend;
mod look;
mod marks;
mod palette;
mod panel;
mod series;
mod svg;
#[cfg(test)]
mod tests;

pub use axis::Axis;
pub use figure::Figure;
pub use panel::{Panel, PlotError};
pub use series::Series;
