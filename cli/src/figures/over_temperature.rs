//! Figures of what the points tell together.

use msed::plot::{Axis, Figure, Panel, Series};
use msed::relaxation::Relaxation;
use msed::stats::Outcome;
use msed::thermo::{HeatCapacityCheck, TemperatureIntegral, Undetermined};
use msed::{Ensemble, Estimate};

use super::look::{Symbols, degrees, model, open_where, over_temperature};
use crate::analysis::over_temperature::OverTemperature;
use crate::analysis::point::{Point, by_temperature};
use crate::results::{agreement, straightness};
use crate::scan_file::Scan;
use crate::tables::temperature;

/// Figure 4: the scales of the energy landscape, U0 and Um, over temperature, with the vibrations
/// of a harmonic solid, and the two lines of a crossover where there is one.
pub(super) fn landscape(scan: &Scan, points: &[Point<'_>], results: &OverTemperature) -> Figure {
    let sorted = by_temperature(points);
    let [low, high] = [sorted[0], sorted[sorted.len() - 1]].map(Point::temperature);
    let ends = [0.93 * low, 1.05 * high];
    let energy = Symbols::of(scan).energy;
    let mut panel = Panel::new(
        over_temperature(scan),
        Axis::linear(format!("*{{U}}_{{0}}, *{{U}}_{{m}} ({energy})")),
    )
    .with(
        Series::line(&ends, &ends.map(|t| harmonic(scan, t)))
            .grey()
            .dashed()
            .label("harmonic *{U}_{0}"),
    );
    let scales = [
        (
            "*{U}_{0}",
            (|fit| &fit.u0_squared) as fn(&Relaxation) -> &Estimate,
        ),
        ("*{U}_{m}", |fit| &fit.um_squared),
    ];
    for (excluded, suffix) in [(false, ""), (true, ", excluded")] {
        let with_fits = sorted.iter().filter(|point| point.is_excluded() == excluded);
        let with_fits: Vec<_> = with_fits
            .filter_map(|point| Some((point.temperature(), point.relaxation()?)))
            .collect();
        if with_fits.is_empty() {
            continue;
        }
        for (colour, (name, squared)) in scales.into_iter().enumerate() {
            let scale = |&(t, fit): &(f64, &Relaxation)| (t, squared(fit).map(f64::sqrt));
            let (t, u): (Vec<f64>, Vec<Estimate>) = with_fits.iter().map(scale).unzip();
            let series = Series::estimates(&t, &u).colour(colour);
            panel.add(open_where(excluded, series.label(format!("{name}{suffix}"))));
        }
    }
    Figure::new(match &results.crossover {
        Ok(Outcome::Resolved(found)) => {
            let at = found.at;
            let x = [low, at, high];
            let line = |t: f64| found.height + found.slopes[usize::from(t > at)] * (t - at);
            panel
                .with(Series::line(&x, &x.map(line)).colour(1).size(0.6))
                .with(
                    Series::line(&found.interval, &[found.height; 2])
                        .colour(6)
                        .size(1.5)
                        .label("95 % of *{T}_{x}"),
                )
                .title(format!("*{{T}}_{{x}} = {}", degrees(scan, at)))
        }
        Ok(Outcome::Unresolved(why)) => {
            let [from, to] = why.range;
            let (from, to) = (temperature(from), degrees(scan, to));
            panel.title(format!("no crossover between {from} and {to}"))
        }
        Err(_) if points.iter().any(|point| point.relaxation().is_some()) => panel,
        Err(_) => panel.title("no relaxation is resolved"),
    })
}

/// U0 of a harmonic solid.
fn harmonic(scan: &Scan, t: f64) -> f64 {
    // At constant energy the kinetic energy takes half of the noise.
    let modes = match scan.ensemble() {
        Ensemble::Nve { degrees_of_freedom } => 0.5 * degrees_of_freedom,
        ensemble => ensemble.degrees_of_freedom(),
    };
    (modes / scan.system.particles as f64).sqrt() * scan.system.units.units().boltzmann() * t
}

/// The heat capacity from fluctuations beside the slope of the energy; below it the difference in
/// standard errors, with the verdict of each temperature.
pub(super) fn heat_capacity_check(scan: &Scan, points: &[Point<'_>], results: &OverTemperature) -> Figure {
    let c = Axis::linear("*{C}_{ex} per particle (*{k}_{B})");
    let mut panel = Panel::new(over_temperature(scan), c);
    if let Ok(check) = &results.check {
        let t = &check.temperatures;
        let ends = [t[0], t[t.len() - 1]];
        let three_fifths = "d⟨*{e}⟩/d*{T}, exponent 3/5";
        match check.free_exponent.as_ref().filter(|free| free.has_exponent()) {
            Some(free) => {
                let label = "d⟨*{e}⟩/d*{T}, free exponent";
                for series in model(ends, 1, label, |t| free.heat_capacity_at(t)) {
                    panel.add(series);
                }
                let fixed = |t| check.rosenfeld_tarazona.heat_capacity_at(t).value();
                panel.add(Series::function(ends, fixed).grey().dashed().label(three_fifths));
            }
            None => {
                for series in model(ends, 1, three_fifths, |t| check.heat_capacity_at(t)) {
                    panel.add(series);
                }
            }
        }
        let spline = Series::estimates(t, &check.from_spline);
        let spline = spline.colour(2).open().size(0.8);
        panel.add(spline.label("d⟨*{e}⟩/d*{T}, spline"));
    }
    for (excluded, label) in [(false, "fluctuations"), (true, "fluctuations, excluded")] {
        let of_kind = points.iter().filter(|point| point.is_excluded() == excluded);
        let (t, c): (Vec<f64>, Vec<Estimate>) = of_kind
            .filter_map(|point| {
                let capacity = point.counted_heat_capacity()?;
                Some((point.temperature(), capacity.excess.clone()))
            })
            .unzip();
        if !t.is_empty() {
            let series = Series::estimates(&t, &c).colour(0).label(label);
            panel.add(open_where(excluded, series));
        }
    }
    let Ok(check) = &results.check else {
        return Figure::new(panel.title("too few temperatures for a slope"));
    };
    match differences(scan, check) {
        Some(below) => Figure::new(panel).with(below),
        None => {
            let verdict = agreement(&check.agreement[0]);
            Figure::new(panel.title(format!("{}: {verdict}", check.path.name())))
        }
    }
}

/// Difference of the two sides in units of its standard error; `None` where they are not compared.
fn differences(scan: &Scan, check: &HeatCapacityCheck) -> Option<Panel> {
    let mean = check.mean_square_z()?;
    let (mut t, mut limits) = (Vec::new(), Vec::new());
    let mut differences = [(Vec::new(), Vec::new()), (Vec::new(), Vec::new())];
    for (&temperature, agreement) in check.temperatures.iter().zip(&check.agreement) {
        let Outcome::Resolved(deviation) = agreement else {
            continue;
        };
        let (of_t, of_z) = &mut differences[usize::from(deviation.is_significant())];
        of_t.push(temperature);
        of_z.push(deviation.z);
        t.push(temperature);
        limits.push(deviation.threshold);
    }
    let negative: Vec<f64> = limits.iter().map(|x| -x).collect();
    let z = Axis::linear("fluctuations - slope (standard errors)");
    let mut panel = Panel::new(over_temperature(scan), z)
        .with(Series::horizontal(0.0))
        .with(
            Series::band(&t, &negative, &limits)
                .grey()
                .label("agrees at 99.73 %"),
        );
    let labels = ["difference", "difference, too large"];
    for (colour, ((t, z), label)) in differences.iter().zip(labels).enumerate() {
        if !t.is_empty() {
            panel.add(Series::points(t, z).colour(colour).label(label));
        }
    }
    Some(panel.title(format!("mean square {mean:.2}")))
}

/// The entropies by the integral of C/T and by that of d<E>/dT/T; beside them Eq. (12) as printed,
/// which is an energy.
pub(super) fn entropies(scan: &Scan, results: &OverTemperature) -> Option<Figure> {
    let total = results.entropy.as_ref().ok()?;
    let reference = total.reference_temperature;
    let axis = Axis::linear(format!(
        "Δ*{{S}} per particle from *{{T}} = {} (*{{k}}_{{B}})",
        degrees(scan, reference)
    ));
    let mut left = Panel::new(over_temperature(scan), axis);
    if total.path.left_out().is_some() {
        left = left.title(format!("{}: without the expansion's part", total.path.name()));
    }
    let t = &total.temperatures;
    if let Ok(check) = &results.check {
        let slope = |t| check.entropy_between(reference, t);
        for series in model([t[0], t[t.len() - 1]], 2, "from d⟨*{e}⟩/d*{T}", slope) {
            left.add(series);
        }
    }
    add_integral(&mut left, results.entropy.as_deref().ok(), 6, "total");
    add_integral(&mut left, results.fast_entropy.as_deref().ok(), 0, "*{S}_{1}");
    add_integral(&mut left, results.slow_entropy.as_deref().ok(), 1, "*{S}_{2}");
    if results.as_printed.iter().all(Result::is_err) {
        return Some(Figure::new(left));
    }
    let energy = Symbols::of(scan).energy;
    let mut right = Panel::new(
        over_temperature(scan),
        Axis::linear(format!("energy per particle ({energy})")),
    )
    .title("Eq. (12) as printed");
    let [fast, slow] = results.as_printed.each_ref().map(|printed| printed.as_ref().ok());
    add_integral(&mut right, fast, 0, "*{S}_{1} as printed");
    add_integral(&mut right, slow, 1, "*{S}_{2} as printed");
    Some(Figure::new(left).with(right))
}

fn add_integral(panel: &mut Panel, integral: Option<&TemperatureIntegral>, colour: usize, label: &str) {
    if let Some(integral) = integral {
        let series = Series::estimates(&integral.temperatures, &integral.values);
        panel.add(series.colour(colour).label(label));
    }
}

/// The Adam-Gibbs plot, with its line; `None` where there are too few points for one.
pub(super) fn adam_gibbs(scan: &Scan, results: &OverTemperature) -> Option<Figure> {
    let fit = results.adam_gibbs.as_ref().ok()?;
    let x = &fit.reciprocals;
    let low = x.iter().copied().fold(f64::INFINITY, f64::min);
    let high = x.iter().copied().fold(0.0, f64::max);
    let ends = [0.9 * low, 1.05 * high];
    let line = |x: f64| fit.ln_tau_inf.value() + fit.a.value() * x;
    let verdict = match fit.curvature.why() {
        Some(Undetermined::AtBound { .. }) => "*{S}_{c} is not determined",
        _ => straightness(&fit.curvature).0,
    };
    let symbols = Symbols::of(scan);
    let panel = Panel::new(
        Axis::linear(format!("1/(*{{T}} *{{S}}_{{c}}) ({})", symbols.adam_gibbs)),
        Axis::linear(format!("ln(*{{τ}}^{{*}}/{}) (dimensionless)", symbols.time)),
    )
    .title(format!(
        "*{{S}}_{{c}}({}) = {} *{{k}}_{{B}}: {verdict}",
        degrees(scan, fit.reference_temperature),
        fit.s_c_reference
    ))
    .with(Series::line(&ends, &ends.map(line)).colour(1))
    .with(Series::estimates(x, &fit.ln_tau).colour(0));
    Some(Figure::new(panel))
}
