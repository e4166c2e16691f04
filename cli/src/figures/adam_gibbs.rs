//! The Adam-Gibbs plot, with its line.

use msed::Estimate;
use msed::plot::{Axis, Figure, LegendPlace, Panel, Series};
use msed::thermo::AdamGibbsVerdict;

use crate::analysis::over_temperature::OverTemperature;
use crate::tables::temperature;

/// `None` where there are too few points for a line.
pub(super) fn figure(results: &OverTemperature) -> Option<Figure> {
    let fit = results.adam_gibbs.as_ref().ok()?;
    let points = fit.points().iter();
    let (x, y): (Vec<f64>, Vec<Estimate>) = points
        .map(|point| (point.reciprocal, point.ln_tau.clone()))
        .unzip();
    let low = x.iter().copied().fold(f64::INFINITY, f64::min);
    let high = x.iter().copied().fold(0.0, f64::max);
    let ends = [0.9 * low, 1.05 * high];
    let line = |x: f64| fit.ln_tau_inf().value() + fit.a().value() * x;
    let verdict = match fit.verdict() {
        AdamGibbsVerdict::Straight { .. } => "straight",
        AdamGibbsVerdict::Curved { .. } => "curved",
        AdamGibbsVerdict::Degenerate { .. } => "*{S}_{c} is not determined",
        _ => "untested",
    };
    let panel = Panel::new(Axis::linear("1/(*{T} *{S}_{c})"), Axis::linear("ln *{τ}*"))
        .legend(LegendPlace::None)
        .title(format!(
            "*{{S}}_{{c}}({}) = {} *{{k}}_{{B}}: {verdict}",
            temperature(fit.reference_temperature()),
            fit.s_c_reference()
        ))
        .with(Series::line(&ends, &ends.map(line)).colour(1))
        .with(Series::estimates(&x, &y).colour(0));
    Some(Figure::new(panel))
}
