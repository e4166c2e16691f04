//! The figures.

use msed::Curve;
use msed::energy::Distribution;
use msed::plot::{Axis, Figure, Panel, Series};
use msed::structure::StructureFactor;

use crate::analysis::Point;
use crate::scan_file::Scan;
use crate::symbols::{Symbols, temperature, time};

/// Bins of a structure factor over its range.
const BINS: f64 = 120.0;

/// Where a point lies on the colour scale: dark for the coldest.
fn shade(index: usize, of: usize) -> f64 {
    if of < 2 {
        0.0
    } else {
        index as f64 / (of - 1) as f64
    }
}

fn name(symbols: Symbols, point: &Point<'_>) -> String {
    let excluded = if point.run.exclude.is_some() {
        " (excluded)"
    } else {
        ""
    };
    let temperature = temperature(point.energies.temperature);
    format!("*{{T}} = {temperature}{}{excluded}", symbols.degree)
}

/// Points in the order of temperature, the coldest first.
pub(crate) fn ordered<'a, 'b>(points: &'a [Point<'b>]) -> Vec<&'a Point<'b>> {
    let mut sorted: Vec<&Point<'_>> = points.iter().collect();
    sorted.sort_by(|a, b| a.energies.temperature.total_cmp(&b.energies.temperature));
    sorted
}

/// Figure 1: the distribution of energy differences. Left: the coldest point at several lags. Right: every point at one
/// lag, in units of its standard deviation, beside the Gaussian.
pub(crate) fn distribution(scan: &Scan, points: &[Point<'_>]) -> Figure {
    let symbols = Symbols::of(scan.system.units);
    let sorted = ordered(points);
    let coldest = sorted[0];
    let mut left = Panel::new(
        Axis::linear(format!("Δ*{{e}} ({})", symbols.energy)),
        Axis::log(format!("*{{φ}}(Δ*{{e}}; *{{t}}) (1/{})", symbols.energy)).range(
            0.3 * coldest
                .distributions
                .iter()
                .map(rarest)
                .fold(f64::INFINITY, f64::min),
            coldest.distributions.iter().map(highest).fold(0.0, f64::max) * 4.0,
        ),
    )
    .title(name(symbols, coldest));
    for (k, phi) in coldest.distributions.iter().enumerate() {
        let (x, y, errors) = histogram(phi, 1.0);
        let label = format!("*{{t}} = {} {}", time(phi.lag_time()), symbols.time);
        left.add(
            Series::points(&x, &y)
                .errors(&errors)
                .colour(k)
                .size(0.75)
                .pale()
                .label(label),
        );
        let grid = grid(&x);
        let gaussian: Vec<f64> = grid.iter().map(|&x| phi.gaussian(x)).collect();
        left.add(Series::line(&grid, &gaussian).colour(k));
    }
    let mut right = Panel::new(
        Axis::linear("Δ*{e} (standard deviations)"),
        Axis::log("density (1/standard deviation)").range(1e-5, 3.0),
    )
    .title("the longest lag of each point");
    for (k, point) in sorted.iter().enumerate() {
        let Some(phi) = point.distributions.last() else {
            continue;
        };
        let (x, y, errors) = histogram(phi, phi.variance().value().sqrt());
        right.add(
            Series::points(&x, &y)
                .errors(&errors)
                .shade(shade(k, sorted.len()))
                .size(0.75)
                .pale()
                .label(name(symbols, point)),
        );
    }
    let grid: Vec<f64> = (0..=200).map(|k| -5.0 + 0.05 * f64::from(k)).collect();
    let gaussian: Vec<f64> = grid
        .iter()
        .map(|x| (-0.5 * x * x).exp() / std::f64::consts::TAU.sqrt())
        .collect();
    Figure::new(left).with(right.with(Series::line(&grid, &gaussian).colour(6).label("Gaussian")))
}

/// Bins that hold pairs, in multiples of `unit`.
fn histogram(phi: &Distribution, unit: f64) -> (Vec<f64>, Vec<f64>, Vec<Option<f64>>) {
    let mut columns = (Vec::new(), Vec::new(), Vec::new());
    for (centre, density) in phi.centres().iter().zip(phi.densities()) {
        if density.value() > 0.0 {
            columns.0.push(centre / unit);
            columns.1.push(density.value() * unit);
            columns.2.push(density.standard_error().map(|e| e * unit));
        }
    }
    columns
}

fn rarest(phi: &Distribution) -> f64 {
    phi.densities()
        .iter()
        .map(msed::Estimate::value)
        .filter(|&x| x > 0.0)
        .fold(f64::INFINITY, f64::min)
}

fn highest(phi: &Distribution) -> f64 {
    phi.densities()
        .iter()
        .map(msed::Estimate::value)
        .fold(0.0, f64::max)
}

/// A fine grid over the range of `x`.
fn grid(x: &[f64]) -> Vec<f64> {
    let low = x.iter().copied().fold(f64::INFINITY, f64::min);
    let high = x.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    (0..=200)
        .map(|k| low + f64::from(k) / 200.0 * (high - low))
        .collect()
}

/// Figure 2(a): the mean squared displacement of the probe, where there are trajectories.
fn msd(scan: &Scan, points: &[Point<'_>]) -> Option<Panel> {
    let symbols = Symbols::of(scan.system.units);
    let probe = scan.system.probe.as_deref()?;
    let sorted = ordered(points);
    let mut panel = Panel::new(
        Axis::log(format!("*{{t}} ({})", symbols.time)),
        Axis::log(format!("MSD of {probe} ({}^{{2}})", symbols.length)),
    );
    let mut any = false;
    for (k, point) in sorted.iter().enumerate().rev() {
        if let Some(structure) = &point.structure {
            let series = dressed(known(structure.probe_msd()), point, k, sorted.len());
            panel.add(series.label(name(symbols, point)));
            any = true;
        }
    }
    any.then_some(panel)
}

/// A curve as far as it has errors.
fn known(curve: &Curve) -> Series {
    let last = curve.standard_errors().iter().rposition(Option::is_some);
    let end = last.map_or(f64::INFINITY, |k| curve.lag_time(k));
    Series::curve(&curve.without_zero().window(0.0..=end))
}

/// In the colour and with the marker of place `k` of `of` in the order of temperature: the same in every panel.
fn dressed(series: Series, point: &Point<'_>, k: usize, of: usize) -> Series {
    let series = series.shade(shade(k, of)).marker(k).size(0.65);
    if point.run.exclude.is_some() {
        series.open()
    } else {
        series
    }
}

/// Figure 2(b): MSED of every point, with the fits that are resolved.
fn msed(scan: &Scan, points: &[Point<'_>]) -> Panel {
    let symbols = Symbols::of(scan.system.units);
    let sorted = ordered(points);
    let mut panel = Panel::new(
        Axis::log(format!("*{{t}} ({})", symbols.time)),
        Axis::log(format!("MSED ({}^{{2}})", symbols.energy)),
    );
    for (k, point) in sorted.iter().enumerate().rev() {
        let series = dressed(known(&point.msed), point, k, sorted.len());
        panel.add(series.label(name(symbols, point)));
    }
    add_fits(&mut panel, &sorted, |_| 1.0);
    panel
}

/// MSED over its fast plateau where the fit is resolved, so that a rise by 15 % looks like one
/// although the plateaus of a scan differ by factors.
pub(crate) fn rise(scan: &Scan, points: &[Point<'_>]) -> Option<Figure> {
    let symbols = Symbols::of(scan.system.units);
    let sorted = ordered(points);
    let mut panel = Panel::new(
        Axis::log(format!("*{{t}} ({})", symbols.time)),
        Axis::linear("MSED/*{U}_{0}^{2} (dimensionless)"),
    );
    let plateau = |point: &Point<'_>| point.exponential.u0_squared().value();
    let mut any = false;
    for (k, point) in sorted.iter().enumerate().rev() {
        if point.exponential.verdict().is_resolved() {
            let curve = point.msed.map(|_, y| y / plateau(point));
            let series = dressed(known(&curve), point, k, sorted.len());
            panel.add(series.label(name(symbols, point)));
            any = true;
        }
    }
    add_fits(&mut panel, &sorted, plateau);
    any.then(|| Figure::new(panel))
}

/// The fits that are resolved, each over `unit`.
fn add_fits(panel: &mut Panel, sorted: &[&Point<'_>], unit: impl Fn(&Point<'_>) -> f64) {
    let resolved = |point: &&&Point<'_>| point.exponential.verdict().is_resolved();
    for (k, point) in sorted.iter().filter(resolved).enumerate() {
        let (fit, unit) = (&point.exponential, unit(point));
        let line = Series::function(fit.window(), |t| fit.evaluate(t) / unit);
        let line = line.colour(6).size(0.7);
        panel.add(if k == 0 { line.label("Eq. (11)") } else { line });
    }
}

/// Figure 2: both, beside each other where there are trajectories.
pub(crate) fn msd_msed(scan: &Scan, points: &[Point<'_>]) -> Figure {
    match msd(scan, points) {
        Some(panel) => Figure::new(panel).with(msed(scan, points)),
        None => Figure::new(msed(scan, points)),
    }
}

/// S(q) of the probe at every point, in fine bins, and every pair of species at the coldest, where there are trajectories.
pub(crate) fn structure_factor(scan: &Scan, points: &[Point<'_>]) -> Option<Figure> {
    let symbols = Symbols::of(scan.system.units);
    let probe = scan.system.probe.as_deref()?;
    let sorted = ordered(points);
    let axes = |what: String| {
        Panel::new(
            Axis::linear(format!("*{{q}} ({}^{{-1}})", symbols.length)),
            Axis::linear(what),
        )
    };
    let series = |factor: &StructureFactor| {
        let bins = factor.binned(factor.q()[factor.len() - 1] / BINS).ok()?;
        let points = Series::points(bins.q(), bins.values()).errors(bins.standard_errors());
        Some(points.size(0.6))
    };
    let mut left = axes(format!("*{{S}}_{{{probe}{probe}}}(*{{q}}) (dimensionless)"));
    for (k, point) in sorted.iter().enumerate().rev() {
        let factors = point.structure.as_ref().map(|found| &found.waves.factors);
        if let Some(factor) = factors.and_then(|factors| factors.partial(probe, probe)) {
            left.add(
                series(factor)?
                    .shade(shade(k, sorted.len()))
                    .label(name(symbols, point)),
            );
        }
    }
    let coldest = sorted.iter().find(|point| point.structure.is_some())?;
    let mut right = axes("*{S}(*{q}) (dimensionless)".to_owned()).title(name(symbols, coldest));
    let factors = &coldest.structure.as_ref()?.waves.factors;
    for (k, factor) in factors.iter().enumerate() {
        right.add(series(factor)?.colour(k).label(factor.name()));
    }
    Some(Figure::new(left).with(right))
}
