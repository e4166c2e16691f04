//! How points look and how axes are named: the same in every figure.

use msed::Estimate;
use msed::plot::{Axis, Series};

use crate::analysis::point::Point;
use crate::scan_file::{Scan, UnitsName};
use crate::tables::temperature;

/// Points per line of a model.
const STEPS: u32 = 100;

/// The axis of temperatures.
pub(super) fn over_temperature(scan: &Scan) -> Axis {
    Axis::linear(format!("*{{T}} ({})", Symbols::of(scan).temperature))
}

/// The axis of lag times.
pub(super) fn over_time(scan: &Scan) -> Axis {
    Axis::log(format!("*{{t}} ({})", Symbols::of(scan).time))
}

/// What a legend calls a point of a scan: its temperature, and its run where another has the same.
pub(super) fn name(scan: &Scan, points: &[Point<'_>], point: &Point<'_>) -> String {
    let excluded = if point.is_excluded() { " (excluded)" } else { "" };
    let of = |point: &Point<'_>| degrees(scan, point.temperature());
    let run = match points.iter().filter(|other| of(other) == of(point)).count() {
        0 | 1 => String::new(),
        _ => format!(", {}", point.name()),
    };
    format!("*{{T}} = {}{run}{excluded}", of(point))
}

/// A temperature with its unit; reduced numbers stand alone.
pub(super) fn degrees(scan: &Scan, value: f64) -> String {
    format!("{}{}", temperature(value), Symbols::of(scan).degree)
}

/// Where a point lies on the colour scale, by its place in the order of temperature: dark for the
/// coldest.
pub(super) fn shade(index: usize, of: usize) -> f64 {
    index as f64 / of.saturating_sub(1).max(1) as f64
}

/// Draws points that enter no result over temperature with empty markers.
pub(super) fn open_where(excluded: bool, series: Series) -> Series {
    if excluded { series.open() } else { series }
}

/// Evenly spaced numbers between two, both included.
pub(super) fn grid([low, high]: [f64; 2], steps: u32) -> Vec<f64> {
    let at = |k| low + (high - low) * f64::from(k) / f64::from(steps);
    (0..=steps).map(at).collect()
}

/// A model over a range of temperatures as a line, and one standard error to each side of it.
pub(super) fn model(
    range: [f64; 2],
    colour: usize,
    label: &str,
    of: impl Fn(f64) -> Estimate,
) -> [Series; 2] {
    let t = grid(range, STEPS);
    let values: Vec<Estimate> = t.iter().map(|&t| of(t)).collect();
    let at = |errors: f64| -> Vec<f64> {
        let shifted = |x: &Estimate| x.value() + errors * x.standard_error().unwrap_or(0.0);
        values.iter().map(shifted).collect()
    };
    let band = Series::band(&t, &at(-1.0), &at(1.0)).colour(colour);
    [band, Series::line(&t, &at(0.0)).colour(colour).label(label)]
}

/// Units, as the labels of figures write them.
#[derive(Debug, Clone, Copy)]
pub(super) struct Symbols {
    pub(super) energy: &'static str,
    pub(super) time: &'static str,
    pub(super) length: &'static str,
    pub(super) temperature: &'static str,
    /// The unit behind a temperature, with a space before it.
    degree: &'static str,
    /// The unit of 1/(T S_c), with an entropy per particle.
    pub(super) adam_gibbs: &'static str,
    /// The factor of reciprocal temperatures, and the label of their axis.
    pub(super) reciprocal: (f64, &'static str),
}

impl Symbols {
    pub(super) fn of(scan: &Scan) -> Self {
        match scan.system.units {
            UnitsName::Lj => Self {
                energy: "*{ε}",
                time: "*{τ}_{LJ}",
                length: "*{σ}",
                temperature: "*{ε}/*{k}_{B}",
                degree: "",
                adam_gibbs: "1/*{ε}",
                reciprocal: (1.0, "1/*{T} (*{k}_{B}/*{ε})"),
            },
            UnitsName::Metal => Self {
                energy: "eV",
                time: "ps",
                length: "Å",
                temperature: "K",
                degree: " K",
                adam_gibbs: "1/(*{k}_{B} K)",
                reciprocal: (1000.0, "1000/*{T} (1/K)"),
            },
            UnitsName::Real => Self {
                energy: "kcal/mol",
                time: "fs",
                length: "Å",
                temperature: "K",
                degree: " K",
                adam_gibbs: "1/(*{k}_{B} K)",
                reciprocal: (1000.0, "1000/*{T} (1/K)"),
            },
            UnitsName::Gromacs => Self {
                energy: "kJ/mol",
                time: "ps",
                length: "nm",
                temperature: "K",
                degree: " K",
                adam_gibbs: "1/(*{k}_{B} K)",
                reciprocal: (1000.0, "1000/*{T} (1/K)"),
            },
        }
    }
}
