//! S(q) of the probe at every point, in fine bins, and every pair of species at the coldest.

use msed::plot::{Axis, Figure, LegendPlace, Panel, Series};
use msed::structure::StructureFactor;

use super::look::{name, shade};
use super::symbols::Symbols;
use crate::analysis::point::{Point, by_temperature};
use crate::scan_file::Scan;

/// Bins of a structure factor over its range.
const BINS: f64 = 120.0;

/// `None` where there are no trajectories.
pub(super) fn figure(scan: &Scan, points: &[Point<'_>]) -> Option<Figure> {
    let probe = scan.probe.as_deref()?;
    let length = Symbols::of(scan).length;
    let panel = |what: String| {
        let q = Axis::linear(format!("*{{q}} ({length}^{{-1}})"));
        Panel::new(q, Axis::linear(what)).legend(LegendPlace::Outside)
    };
    let sorted = by_temperature(points);
    let mut left = panel(format!("*{{S}}_{{{probe}{probe}}}(*{{q}})"));
    for (k, point) in sorted.iter().enumerate().rev() {
        let factors = point.structure.as_ref().map(|found| &found.waves.factors);
        if let Some(factor) = factors.and_then(|factors| factors.partial(probe, probe)) {
            let series = binned(factor)?.shade(shade(k, sorted.len()));
            left.add(series.label(name(point)));
        }
    }
    let coldest = sorted.iter().find(|point| point.structure.is_some())?;
    let mut right = panel("*{S}(*{q})".to_owned()).title(name(coldest));
    for (k, factor) in coldest.structure.as_ref()?.waves.factors.iter().enumerate() {
        right.add(binned(factor)?.colour(k).label(factor.name()));
    }
    Some(Figure::new(left).with(right))
}

fn binned(factor: &StructureFactor) -> Option<Series> {
    let bins = factor.binned(factor.q()[factor.len() - 1] / BINS).ok()?;
    let points = Series::points(bins.q(), bins.values()).errors(bins.standard_errors());
    Some(points.size(0.6))
}
