//! Figures of what the trajectories tell: structure factors, and relaxation times beside those of
//! the energy.

use msed::Estimate;
use msed::plot::{Axis, Figure, Panel, Series};
use msed::relaxation::{NotReached, Reason};
use msed::stats::Outcome;
use msed::structure::StructureFactor;

use super::look::{Symbols, name, open_where, shade};
use crate::analysis::over_temperature::OverTemperature;
use crate::analysis::point::{Point, by_temperature};
use crate::scan_file::Scan;
use crate::tables::temperature;

/// Bins of a structure factor over its range.
const BINS: f64 = 120.0;

/// S(q) of the probe at every point, in fine bins, and every pair of species at the coldest; `None`
/// where there are no trajectories.
pub(super) fn structure_factor(scan: &Scan, points: &[Point<'_>]) -> Option<Figure> {
    let probe = scan.probe.as_deref()?;
    let length = Symbols::of(scan).length;
    let panel = |what: String| {
        let q = Axis::linear(format!("*{{q}} ({length}^{{-1}})"));
        Panel::new(q, Axis::linear(format!("{what} (dimensionless)")))
    };
    let sorted = by_temperature(points);
    let mut left = panel(format!("*{{S}}_{{{probe}{probe}}}(*{{q}})"));
    for (k, point) in sorted.iter().enumerate().rev() {
        let factors = point.structure.as_ref().map(|found| &found.waves.factors);
        if let Some(factor) = factors.and_then(|factors| factors.of(probe, probe).ok()) {
            let series = binned(factor)?.shade(shade(k, sorted.len()));
            left.add(series.label(name(scan, points, point)));
        }
    }
    let coldest = sorted.iter().find(|point| point.structure.is_some())?;
    let mut right = panel("*{S}(*{q})".to_owned()).title(name(scan, points, coldest));
    for (k, (name, factor)) in coldest.structure.as_ref()?.waves.named().enumerate() {
        right.add(binned(factor)?.colour(k).label(name));
    }
    Some(Figure::new(left).with(right))
}

/// tau_alpha over the pair entropy, and over the change of the whole excess entropy beside that of
/// the pair entropy where the scan has both; `None` without a time. In Lennard-Jones units the
/// times are reduced.
pub(super) fn pair_entropy(scan: &Scan, points: &[Point<'_>], results: &OverTemperature) -> Option<Figure> {
    let is_reduced = points
        .iter()
        .flat_map(|point| &point.structure)
        .any(|found| found.reduced.is_some());
    let probe = scan.probe.as_deref().unwrap_or("all");
    let axis = || {
        Axis::log(match is_reduced {
            true => format!(
                "*{{τ}}_{{α}} *{{ρ}}^{{1/{}}} (*{{kT}}/*{{m}})^{{1/2}} of {probe}",
                scan.dimensions.count()
            ),
            false => format!("*{{τ}}_{{α}} of {probe} ({})", Symbols::of(scan).time),
        })
    };
    let known = |point: &&Point<'_>| -> Option<(f64, f64, Estimate)> {
        let found = point.structure.as_ref()?;
        let time = match &found.reduced {
            Some(reduced) => reduced.tau_alpha.as_ref(),
            None => found.decay.as_ref()?.tau_alpha.value(),
        };
        Some((
            point.temperature(),
            found.pair_entropy.value.value(),
            time?.clone(),
        ))
    };
    let mut left = Panel::new(Axis::linear("-*{s}_{2} per particle (*{k}_{B})"), axis());
    for excluded in [false, true] {
        let of_kind = points.iter().filter(|point| point.is_excluded() == excluded);
        let (s2, times): (Vec<f64>, Vec<Estimate>) = of_kind
            .filter_map(|point| known(&point))
            .map(|(_, s2, time)| (-s2, time))
            .unzip();
        if !s2.is_empty() {
            let label = if excluded {
                "pair entropy, excluded"
            } else {
                "pair entropy"
            };
            left.add(open_where(
                excluded,
                Series::estimates(&s2, &times).colour(0).label(label),
            ));
        } else if !excluded {
            return None;
        }
    }
    let figure = Figure::new(left);
    let Ok(entropy) = &results.entropy else {
        return Some(figure);
    };
    let counted = points.iter().filter(|point| !point.is_excluded());
    let counted: Vec<_> = counted.filter_map(|point| known(&point)).collect();
    let at = |t: f64, other: f64| (t - other).abs() <= 1e-9 * t;
    let reference = counted
        .iter()
        .find(|(t, ..)| at(*t, entropy.reference_temperature));
    let Some(&(_, at_reference, _)) = reference else {
        return Some(figure);
    };
    let whole = counted.iter().filter_map(|(t, _, time)| {
        let k = entropy.temperatures.iter().position(|&other| at(other, *t))?;
        Some((-entropy.values[k].value(), time.clone()))
    });
    let (whole, of_whole): (Vec<f64>, Vec<Estimate>) = whole.unzip();
    let pairs = counted
        .iter()
        .map(|(_, s2, time)| (at_reference - s2, time.clone()));
    let (pairs, of_pairs): (Vec<f64>, Vec<Estimate>) = pairs.unzip();
    let from = temperature(entropy.reference_temperature);
    let x = format!("-Δ*{{S}} per particle from *{{T}} = {from} (*{{k}}_{{B}})");
    let mut right = Panel::new(Axis::linear(x), axis()).with(
        Series::estimates(&whole, &of_whole)
            .colour(1)
            .marker(1)
            .label("excess entropy"),
    );
    right.add(
        Series::estimates(&pairs, &of_pairs)
            .colour(0)
            .label("pair entropy"),
    );
    Some(figure.with(right))
}

fn binned(factor: &StructureFactor) -> Option<Series> {
    let bins = factor.binned(factor.q()[factor.q().len() - 1] / BINS).ok()?;
    let points = Series::points(bins.q(), bins.values()).errors(bins.standard_errors());
    Some(points.size(0.6))
}

/// Figure 3: the relaxation times of structure and energy over 1/T, and beside them the mean times
/// of the energy at constant temperature and at constant energy where they are known. Empty markers
/// for points that enter no result over temperature, arrows where only a lower bound is known.
pub(super) fn relaxation_times(scan: &Scan, points: &[Point<'_>]) -> Option<Figure> {
    let probe = scan.probe.as_deref().unwrap_or("all");
    let of_structure = || (format!("*{{τ}}_{{α}} of {probe}"), structural as Kind);
    let left = [
        of_structure(),
        ("*{τ}^{*} by Eq. (11)".to_owned(), energetic),
        ("*{τ}^{*} by the spectrum".to_owned(), spectral),
    ];
    let right = [
        of_structure(),
        ("*{τ}_{E} at constant energy".to_owned(), adiabatic as Kind),
        ("*{τ}_{T} at constant temperature".to_owned(), isothermal),
    ];
    let left = over_reciprocal_temperature(scan, points, left)?;
    let has_both = points.iter().any(|point| point.dynamic.value().is_some());
    let right = has_both
        .then(|| over_reciprocal_temperature(scan, points, right))
        .flatten();
    Some(match right {
        Some(right) => Figure::new(left).with(right.title("mean times of the energy, by Eq. (11)")),
        None => Figure::new(left),
    })
}

/// Times of three kinds over 1/T; `None` where there are none.
fn over_reciprocal_temperature(
    scan: &Scan,
    points: &[Point<'_>],
    kinds: [(String, Kind); 3],
) -> Option<Panel> {
    let symbols = Symbols::of(scan);
    let (scale, reciprocal) = symbols.reciprocal;
    let mut panel = Panel::new(
        Axis::linear(reciprocal),
        Axis::log(format!("relaxation time ({})", symbols.time)),
    );
    let mut any = false;
    for (k, (name, kind)) in kinds.into_iter().enumerate() {
        let mut label = Some(name);
        for excluded in [false, true] {
            for series in series(points, excluded, scale, kind) {
                // Times that agree lie on each other: the later ones are smaller, so that all show.
                let series = series.colour(k).marker(k).size(1.4 - 0.25 * k as f64);
                let series = open_where(excluded, series);
                panel.add(match label.take() {
                    Some(name) => series.label(name),
                    None => series,
                });
                any = true;
            }
        }
    }
    any.then_some(panel)
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
    match &point.decay()?.tau_alpha {
        Outcome::Resolved(time) => Some(Time::Known(time)),
        Outcome::Unresolved(NotReached::AtLastLag { lower_bound, .. }) => Some(Time::Above(*lower_bound)),
        Outcome::Unresolved(_) => None,
    }
}

fn spectral<'a>(point: &'a Point<'_>) -> Option<Time<'a>> {
    Some(Time::Known(&point.spectral.relaxation()?.relaxation_time))
}

fn isothermal<'a>(point: &'a Point<'_>) -> Option<Time<'a>> {
    Some(Time::Known(&point.dynamic.value()?.found.isothermal_time))
}

fn adiabatic<'a>(point: &'a Point<'_>) -> Option<Time<'a>> {
    Some(Time::Known(&point.dynamic.value()?.found.adiabatic_time))
}

fn energetic<'a>(point: &'a Point<'_>) -> Option<Time<'a>> {
    if let Some(fit) = point.relaxation() {
        return Some(Time::Known(&fit.relaxation_time));
    }
    let mut reasons = point.fit().verdict.reasons().iter();
    reasons.find_map(|reason| match reason {
        Reason::NoPlateau { longest_lag, .. } => Some(Time::Above(*longest_lag)),
        _ => None,
    })
}
