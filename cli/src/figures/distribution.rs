//! Figure 1: the distribution of energy differences.

use msed::Estimate;
use msed::energy::Distribution;
use msed::plot::{Axis, Figure, Panel, Series};

use super::look::{grid, name, shade};
use super::symbols::Symbols;
use crate::analysis::point::{Point, by_temperature};
use crate::scan_file::Scan;
use crate::tables::time;

/// Points per line of a Gaussian.
const STEPS: u32 = 200;

/// Left: the coldest point at several lags. Right: every point at one lag, in units of its standard deviation, beside the
/// Gaussian.
pub(super) fn figure(scan: &Scan, points: &[Point<'_>]) -> Figure {
    let sorted = by_temperature(points);
    let mut right = Panel::new(
        Axis::linear("Δ*{e} / standard deviation"),
        Axis::log("density").range(1e-5, 3.0),
    )
    .title("the longest lag of each point");
    for (k, point) in sorted.iter().enumerate() {
        if let Some(phi) = point.distributions.last() {
            let (_, series) = histogram(phi, phi.variance().value().sqrt());
            right.add(series.shade(shade(k, sorted.len())).label(name(point)));
        }
    }
    let x = grid([-5.0, 5.0], STEPS);
    let gaussian = |x: &f64| (-0.5 * x * x).exp() / std::f64::consts::TAU.sqrt();
    let gaussian: Vec<f64> = x.iter().map(gaussian).collect();
    right.add(Series::line(&x, &gaussian).colour(6).label("Gaussian"));
    Figure::new(at_several_lags(scan, sorted[0])).with(right)
}

fn at_several_lags(scan: &Scan, point: &Point<'_>) -> Panel {
    let symbols = Symbols::of(scan);
    let densities = || {
        let all = point.distributions.iter().flat_map(Distribution::densities);
        all.map(Estimate::value).filter(|&density| density > 0.0)
    };
    let rarest = densities().fold(f64::INFINITY, f64::min);
    let highest = densities().fold(0.0, f64::max);
    let mut panel = Panel::new(
        Axis::linear(format!("Δ*{{e}} ({})", symbols.energy)),
        Axis::log(format!("*{{φ}}(Δ*{{e}}; *{{t}}) (1/{})", symbols.energy))
            .range(0.3 * rarest, 4.0 * highest),
    )
    .title(name(point));
    for (k, phi) in point.distributions.iter().enumerate() {
        let (x, series) = histogram(phi, 1.0);
        let label = format!("*{{t}} = {} {}", time(phi.lag_time()), symbols.time);
        panel.add(series.colour(k).label(label));
        let low = x.iter().copied().fold(f64::INFINITY, f64::min);
        let high = x.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let x = grid([low, high], STEPS);
        let gaussian: Vec<f64> = x.iter().map(|&x| phi.gaussian(x)).collect();
        panel.add(Series::line(&x, &gaussian).colour(k));
    }
    panel
}

/// The centres of the bins that hold pairs, and their densities, in multiples of `unit`.
fn histogram(phi: &Distribution, unit: f64) -> (Vec<f64>, Series) {
    let bins = phi.centres().iter().zip(phi.densities());
    let (x, densities): (Vec<f64>, Vec<Estimate>) = bins
        .filter(|(_, density)| density.value() > 0.0)
        .map(|(centre, density)| (centre / unit, density.map(|density| density * unit)))
        .unzip();
    let series = Series::estimates(&x, &densities).size(0.75);
    (x, series)
}
