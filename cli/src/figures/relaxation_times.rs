//! Figure 3: the relaxation times of structure and energy over 1/T.

use msed::Estimate;
use msed::plot::{Axis, Figure, Panel, Series};
use msed::relaxation::{Crossing, Reason};

use super::look::open_where;
use super::symbols::Symbols;
use crate::analysis::point::Point;
use crate::scan_file::Scan;

/// Empty markers for points that enter no result over temperature, arrows where only a lower bound is known.
pub(super) fn figure(scan: &Scan, points: &[Point<'_>]) -> Option<Figure> {
    let symbols = Symbols::of(scan);
    let (scale, reciprocal) = symbols.reciprocal;
    let probe = scan.probe.as_deref().unwrap_or("all");
    let kinds: [(String, Kind); 3] = [
        (format!("*{{τ}}_{{α}} of {probe}"), structural),
        ("*{τ}^{*} by Eq. (11)".to_owned(), energetic),
        ("*{τ}^{*} by the spectrum".to_owned(), spectral),
    ];
    let mut panel = Panel::new(
        Axis::linear(reciprocal),
        Axis::log(format!("relaxation time ({})", symbols.time)),
    );
    let mut any = false;
    for (k, (name, kind)) in kinds.into_iter().enumerate() {
        let mut label = Some(name);
        for excluded in [false, true] {
            for series in series(points, excluded, scale, kind) {
                let series = open_where(excluded, series.colour(k).marker(k));
                panel.add(match label.take() {
                    Some(name) => series.label(name),
                    None => series,
                });
                any = true;
            }
        }
    }
    any.then(|| Figure::new(panel))
}

/// The known times of one kind, and the lower bounds.
fn series(points: &[Point<'_>], excluded: bool, scale: f64, kind: Kind) -> impl Iterator<Item = Series> {
    let (mut known, mut bounds) = ((Vec::new(), Vec::new()), (Vec::new(), Vec::new()));
    for point in points.iter().filter(|point| point.is_excluded() == excluded) {
        let x = scale / point.temperature();
        match kind(point) {
            Some(Time::Known(time)) => {
                known.0.push(x);
                known.1.push(time.clone());
            }
            Some(Time::Above(bound)) => {
                bounds.0.push(x);
                bounds.1.push(bound);
            }
            None => {}
        }
    }
    let known = (!known.0.is_empty()).then(|| Series::estimates(&known.0, &known.1));
    let bounds = (!bounds.0.is_empty()).then(|| Series::points(&bounds.0, &bounds.1).lower_bounds());
    known.into_iter().chain(bounds)
}

/// What is known of one kind of relaxation time at a point.
type Kind = for<'a> fn(&'a Point<'_>) -> Option<Time<'a>>;

enum Time<'a> {
    Known(&'a Estimate),
    /// Longer than this.
    Above(f64),
}

fn structural<'a>(point: &'a Point<'_>) -> Option<Time<'a>> {
    match &point.decay()?.crossing {
        Crossing::Reached { time } => Some(Time::Known(time)),
        Crossing::NotReached { lower_bound, .. } => Some(Time::Above(*lower_bound)),
        Crossing::BeforeFirstLag { .. } => None,
    }
}

fn spectral<'a>(point: &'a Point<'_>) -> Option<Time<'a>> {
    Some(Time::Known(point.spectral.relaxation()?.relaxation_time()))
}

fn energetic<'a>(point: &'a Point<'_>) -> Option<Time<'a>> {
    if let Some(fit) = point.relaxation() {
        return Some(Time::Known(fit.relaxation_time()));
    }
    let mut reasons = point.exponential.verdict().reasons().iter();
    reasons.find_map(|reason| match reason {
        Reason::NoPlateau { longest_lag, .. } => Some(Time::Above(*longest_lag)),
        _ => None,
    })
}
