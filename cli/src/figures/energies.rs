//! Figures of what the energies tell: their differences at one lag, and over all lags beside the
//! displacements.

use msed::energy::Distribution;
use msed::plot::{Axis, Figure, Panel, Series};
use msed::relaxation::Relaxation;
use msed::{Curve, Estimate};

use super::look::{Symbols, grid, name, open_where, over_time, shade};
use crate::analysis::point::{Point, by_temperature};
use crate::scan_file::Scan;
use crate::tables::time;

/// Points per line of a Gaussian.
const GAUSSIAN_STEPS: u32 = 200;

/// Figure 1: the distribution of energy differences. Left: the coldest point at several lags.
/// Right: every point at one lag, in units of its standard deviation, beside the Gaussian.
pub(super) fn distribution(scan: &Scan, points: &[Point<'_>]) -> Figure {
    let sorted = by_temperature(points);
    let mut right = Panel::new(
        Axis::linear("Δ*{e} (standard deviations)"),
        Axis::log("density (1/standard deviation)").range(1e-5, 3.0),
    )
    .title("the longest lag of each point");
    for (k, point) in sorted.iter().enumerate() {
        if let Some(phi) = point.distributions.last() {
            let (_, series) = histogram(phi, phi.variance.value().sqrt());
            right.add(
                series
                    .shade(shade(k, sorted.len()))
                    .label(name(scan, points, point)),
            );
        }
    }
    let x = grid([-5.0, 5.0], GAUSSIAN_STEPS);
    let gaussian = |x: &f64| (-0.5 * x * x).exp() / std::f64::consts::TAU.sqrt();
    let gaussian: Vec<f64> = x.iter().map(gaussian).collect();
    right.add(Series::line(&x, &gaussian).colour(6).label("Gaussian"));
    Figure::new(at_several_lags(scan, points, sorted[0])).with(right)
}

fn at_several_lags(scan: &Scan, points: &[Point<'_>], point: &Point<'_>) -> Panel {
    let symbols = Symbols::of(scan);
    let densities = || {
        let all = point.distributions.iter().flat_map(|phi| &phi.densities);
        all.map(Estimate::value).filter(|&density| density > 0.0)
    };
    let rarest = densities().fold(f64::INFINITY, f64::min);
    let highest = densities().fold(0.0, f64::max);
    let mut panel = Panel::new(
        Axis::linear(format!("Δ*{{e}} ({})", symbols.energy)),
        Axis::log(format!("*{{φ}}(Δ*{{e}}; *{{t}}) (1/{})", symbols.energy))
            .range(0.3 * rarest, 4.0 * highest),
    )
    .title(name(scan, points, point));
    for (k, phi) in point.distributions.iter().enumerate() {
        let (x, series) = histogram(phi, 1.0);
        let label = format!("*{{t}} = {} {}", time(phi.lag_time), symbols.time);
        panel.add(series.colour(k).label(label));
        let low = x.iter().copied().fold(f64::INFINITY, f64::min);
        let high = x.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let x = grid([low, high], GAUSSIAN_STEPS);
        let gaussian: Vec<f64> = x.iter().map(|&x| phi.gaussian(x)).collect();
        panel.add(Series::line(&x, &gaussian).colour(k));
    }
    panel
}

/// The centres of the bins that hold pairs, and their densities, in multiples of `unit`.
fn histogram(phi: &Distribution, unit: f64) -> (Vec<f64>, Series) {
    let bins = phi.centres.iter().zip(&phi.densities);
    let (x, densities): (Vec<f64>, Vec<Estimate>) = bins
        .filter(|(_, density)| density.value() > 0.0)
        .map(|(centre, density)| (centre / unit, density.map(|density| density * unit)))
        .unzip();
    let series = Series::estimates(&x, &densities).size(0.75).pale();
    (x, series)
}

/// Figure 2: the mean squared displacement of the probe, where there are trajectories, beside the
/// MSED.
pub(super) fn msd_msed(scan: &Scan, points: &[Point<'_>]) -> Figure {
    match msd(scan, points) {
        Some(first) => Figure::new(first).with(msed(scan, points)),
        None => Figure::new(msed(scan, points)),
    }
}

/// The mean squared displacement of the probe.
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
        if let Some(structure) = &point.structure {
            let series = dressed(&structure.probe().0.msd.total, point, k, sorted.len());
            panel.add(series.label(name(scan, points, point)));
        }
    }
    Some(panel)
}

/// The MSED of every point, with the fits that are resolved.
fn msed(scan: &Scan, points: &[Point<'_>]) -> Panel {
    let energy = Symbols::of(scan).energy;
    let mut panel = Panel::new(over_time(scan), Axis::log(format!("MSED ({energy}^{{2}})")));
    let sorted = by_temperature(points);
    for (k, point) in sorted.iter().enumerate().rev() {
        let series = dressed(&point.msed, point, k, sorted.len());
        panel.add(series.label(name(scan, points, point)));
    }
    add_fits(&mut panel, &sorted, |_| 1.0);
    panel
}

/// The MSED over its fast plateau where the fit is resolved, so that a rise by 15 % looks like one
/// although the plateaus of a scan differ by factors.
pub(super) fn msed_rise(scan: &Scan, points: &[Point<'_>]) -> Option<Figure> {
    let rise = Axis::linear("MSED/*{U}_{0}^{2} (dimensionless)");
    let mut panel = Panel::new(over_time(scan), rise);
    points.iter().find(|point| point.relaxation().is_some())?;
    let plateau = |fit: &Relaxation| fit.u0_squared.value();
    let sorted = by_temperature(points);
    for (k, point) in sorted.iter().enumerate().rev() {
        if let Some(fit) = point.relaxation() {
            let curve = point.msed.map(|_, y| y / plateau(fit));
            let series = dressed(&curve, point, k, sorted.len());
            panel.add(series.label(name(scan, points, point)));
        }
    }
    add_fits(&mut panel, &sorted, plateau);
    Some(Figure::new(panel))
}

/// Adds the fits that are resolved, each divided by a unit of its own.
fn add_fits(panel: &mut Panel, sorted: &[&Point<'_>], unit: impl Fn(&Relaxation) -> f64) {
    let fits = sorted.iter().filter_map(|point| point.relaxation());
    for (k, fit) in fits.enumerate() {
        let unit = unit(fit);
        let line = Series::function(fit.window(), |t| fit.evaluate(t) / unit);
        let line = line.colour(6).size(0.7);
        panel.add(if k == 0 { line.label("Eq. (11)") } else { line });
    }
}

/// The part of a curve that has errors.
fn known(curve: &Curve) -> Series {
    let last = curve.standard_errors().iter().rposition(Option::is_some);
    let end = last.map_or(f64::INFINITY, |k| curve.lag_time(k));
    Series::curve(&curve.without_zero().window(0.0..=end))
}

/// A curve in the colour and with the marker of place `k` of `of` in the order of temperature: the
/// same in all panels.
fn dressed(curve: &Curve, point: &Point<'_>, k: usize, of: usize) -> Series {
    let series = known(curve).shade(shade(k, of)).marker(k).size(0.65);
    open_where(point.is_excluded(), series)
}
