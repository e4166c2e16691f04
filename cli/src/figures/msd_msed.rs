//! Figure 2: the mean squared displacement of the probe, where there are trajectories, beside the MSED.

use msed::Curve;
use msed::plot::{Axis, Figure, Panel, Series};

use super::look::{name, open_where, over_time, shade};
use super::symbols::Symbols;
use crate::analysis::point::{Point, by_temperature};
use crate::scan_file::Scan;

pub(super) fn figure(scan: &Scan, points: &[Point<'_>]) -> Figure {
    match msd(scan, points) {
        // The first panel names the points for both.
        Some(first) => Figure::new(first).with(msed(scan, points, false)),
        None => Figure::new(msed(scan, points, true)),
    }
}

/// The mean squared displacement. Its corner has room to name all points.
fn msd(scan: &Scan, points: &[Point<'_>]) -> Option<Panel> {
    let probe = scan.probe.as_deref()?;
    points.iter().find(|point| point.structure.is_some())?;
    let length = Symbols::of(scan).length;
    let mut panel = Panel::new(
        over_time(scan),
        Axis::log(format!("MSD of {probe} ({length}^{{2}})")),
    );
    let sorted = by_temperature(points);
    for (k, point) in sorted.iter().enumerate().rev() {
        let series = match &point.structure {
            Some(structure) => known(structure.probe().0.msd()),
            None => Series::points(&[], &[]),
        };
        panel.add(dressed(series, point, k, sorted.len()).label(name(point)));
    }
    Some(panel)
}

/// The MSED of every point, with the fits where they are resolved.
fn msed(scan: &Scan, points: &[Point<'_>], named: bool) -> Panel {
    let energy = Symbols::of(scan).energy;
    let mut panel = Panel::new(over_time(scan), Axis::log(format!("MSED ({energy}^{{2}})")));
    let sorted = by_temperature(points);
    for (k, point) in sorted.iter().enumerate().rev() {
        let series = dressed(known(&point.msed), point, k, sorted.len());
        panel.add(if named { series.label(name(point)) } else { series });
    }
    for (k, fit) in sorted.iter().filter_map(|point| point.relaxation()).enumerate() {
        let line = Series::function(fit.window(), |t| fit.evaluate(t));
        let line = line.colour(6).size(0.6);
        panel.add(if k == 0 { line.label("Eq. (11)") } else { line });
    }
    panel
}

/// A curve as far as it has errors.
fn known(curve: &Curve) -> Series {
    let last = curve.standard_errors().iter().rposition(Option::is_some);
    let end = last.map_or(f64::INFINITY, |k| curve.lag_time(k));
    Series::curve(&curve.without_zero().window(0.0..=end))
}

/// In the colour and with the marker of place `k` of `of` in the order of temperature: the same in both panels.
fn dressed(series: Series, point: &Point<'_>, k: usize, of: usize) -> Series {
    open_where(
        point.is_excluded(),
        series.shade(shade(k, of)).marker(k).size(0.65),
    )
}
