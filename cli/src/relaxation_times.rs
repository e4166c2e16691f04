//! Relaxation times of the structure beside those of the energy: the paper's third figure, and a table.

use std::fmt::Write;

use msed::Estimate;
use msed::plot::{Axis, Panel, Series};
use msed::relaxation::{Crossing, Decay, Fit, Reason};

use crate::analysis::Point;
use crate::scan_file::Scan;
use crate::symbols::{self, Symbols};
use crate::tables::{aligned, cells, shown};

/// Relaxation of the structure beside that of the energy.
pub(crate) fn table(scan: &Scan, points: &[Point<'_>]) -> Option<String> {
    let probe = scan.system.probe.as_deref()?;
    let mut rows = vec![cells(&[
        "run",
        "T",
        "q",
        "tau_alpha",
        "f_q",
        "KWW tau",
        "KWW beta",
        "tau* Eq. (11)",
        "by spectrum",
    ])];
    let mut reasons = String::new();
    for point in points {
        let Some(decay) = point
            .structure
            .as_ref()
            .and_then(|structure| structure.decay.as_ref())
        else {
            continue;
        };
        let name = &point.run.name;
        let tail = decay.tail.as_ref().ok();
        let tail = tail.filter(|tail| tail.verdict().is_resolved());
        let spectral = point.spectral.resolved();
        rows.push(vec![
            name.clone(),
            symbols::temperature(point.energies.temperature),
            format!("{:.3}", decay.q),
            match &decay.crossing {
                Crossing::NotReached { lower_bound, .. } => format!("> {}", symbols::time(*lower_bound)),
                Crossing::BeforeFirstLag { upper_bound } => format!("< {}", symbols::time(*upper_bound)),
                Crossing::Reached { time } => shown(Some(time)),
            },
            shown(tail.map(Decay::amplitude)),
            shown(tail.map(Decay::relaxation_time)),
            shown(tail.map(Decay::beta)),
            shown(tau_star(point)),
            shown(spectral.map(msed::spectrum::SpectralFit::relaxation_time)),
        ]);
        if let Some(reason) = decay.tail().quality.reason {
            let _ = writeln!(reasons, "{name}: the tail of F_s is not resolved: {reason}");
        }
    }
    (rows.len() > 1).then(|| {
        format!(
            "Relaxation of the structure, by F_s of {probe} at q: where it is 1/e, and its tail f_q exp(-(t/tau)^beta); beside that of the \
             energy, tau*.\n\n{}{reasons}",
            aligned(&rows)
        )
    })
}

/// Figure 3: the relaxation times of structure and energy over 1/T; empty markers for points that enter no result over
/// temperature, arrows where only a lower bound is known.
pub(crate) fn figure(scan: &Scan, points: &[Point<'_>]) -> Option<Panel> {
    let symbols = Symbols::of(scan.system.units);
    let (scale, reciprocal) = symbols.reciprocal;
    let probe = scan.system.probe.as_deref().unwrap_or("all");
    let kinds: [(String, Known); 3] = [
        (format!("*{{τ}}_{{α}} of {probe}"), structural),
        ("*{τ}^{*} by Eq. (11)".to_owned(), energetic),
        ("*{τ}^{*} by the spectrum".to_owned(), spectral),
    ];
    let mut panel = Panel::new(
        Axis::linear(reciprocal),
        Axis::log(format!("relaxation time ({})", symbols.time)),
    );
    let mut any = false;
    for (k, (name, time)) in kinds.iter().enumerate() {
        let mut label = Some(name.as_str());
        for excluded in [false, true] {
            let (mut known, mut bounds) = ((Vec::new(), Vec::new(), Vec::new()), (Vec::new(), Vec::new()));
            for point in points
                .iter()
                .filter(|point| point.run.exclude.is_some() == excluded)
            {
                let x = scale / point.energies.temperature;
                match time(point) {
                    Time::Known(y, error) => {
                        known.0.push(x);
                        known.1.push(y);
                        known.2.push(error);
                    }
                    Time::Above(y) => {
                        bounds.0.push(x);
                        bounds.1.push(y);
                    }
                    Time::Unknown => {}
                }
            }
            let known = (!known.0.is_empty()).then(|| Series::points(&known.0, &known.1).errors(&known.2));
            let bounds = (!bounds.0.is_empty()).then(|| Series::points(&bounds.0, &bounds.1).lower_bounds());
            for series in known.into_iter().chain(bounds) {
                // Times that agree lie on each other: the later ones are smaller, so that all show.
                let series = series.colour(k).marker(k).size(1.4 - 0.25 * k as f64);
                let series = if excluded { series.open() } else { series };
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

/// What is known of one kind of relaxation time at a point.
type Known = fn(&Point<'_>) -> Time;

/// What is known of a relaxation time.
enum Time {
    /// With its standard error.
    Known(f64, Option<f64>),
    Above(f64),
    Unknown,
}

impl Time {
    fn of(estimate: &Estimate) -> Self {
        Self::Known(estimate.value(), estimate.standard_error())
    }
}

fn structural(point: &Point<'_>) -> Time {
    let crossing = point
        .structure
        .as_ref()
        .and_then(|structure| structure.decay.as_ref());
    match crossing.map(|decay| &decay.crossing) {
        Some(Crossing::Reached { time }) => Time::of(time),
        Some(Crossing::NotReached { lower_bound, .. }) => Time::Above(*lower_bound),
        _ => Time::Unknown,
    }
}

fn spectral(point: &Point<'_>) -> Time {
    match point.spectral.resolved() {
        Some(fit) => Time::of(fit.relaxation_time()),
        None => Time::Unknown,
    }
}

/// tau* of Eq. (11), where that is resolved.
fn tau_star<'a>(point: &'a Point<'_>) -> Option<&'a Estimate> {
    let fit = Some(&point.exponential).filter(|fit| fit.verdict().is_resolved());
    fit.map(Fit::relaxation_time)
}

fn energetic(point: &Point<'_>) -> Time {
    if let Some(time) = tau_star(point) {
        return Time::of(time);
    }
    let bound = |reason: &Reason| match reason {
        Reason::NoPlateau { longest_lag, .. } => Some(*longest_lag),
        _ => None,
    };
    let reasons = point.exponential.verdict().reasons();
    reasons.iter().find_map(bound).map_or(Time::Unknown, Time::Above)
}
