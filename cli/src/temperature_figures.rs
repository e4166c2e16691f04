//! Figures over temperature: the energy landscape, the heat capacity check, the entropies, the Adam-Gibbs plot.

use msed::plot::{Axis, Figure, Panel, Series};
use msed::stats::Estimate;
use msed::thermo::{
    AdamGibbsVerdict, Agreement, CheckRow, Crossover, EntropyDifference, HeatCapacityCheck, ThermoError,
};

use crate::analysis::Point;
use crate::figures::ordered;
use crate::over_temperature::OverTemperature;
use crate::scan_file::{EnsembleName, Scan};
use crate::symbols::{Symbols, temperature};

/// Columns of a series of points.
#[derive(Default)]
struct Columns {
    x: Vec<f64>,
    y: Vec<f64>,
    errors: Vec<Option<f64>>,
}

impl Columns {
    fn add(&mut self, x: f64, y: f64, error: Option<f64>) {
        self.x.push(x);
        self.y.push(y);
        self.errors.push(error);
    }

    fn of<'a>(temperatures: &[f64], values: impl Iterator<Item = &'a Estimate>) -> Self {
        let mut columns = Self::default();
        for (&t, value) in temperatures.iter().zip(values) {
            columns.add(t, value.value(), value.standard_error());
        }
        columns
    }

    fn series(&self) -> Series {
        Series::points(&self.x, &self.y).errors(&self.errors)
    }
}

/// A model over a range of temperatures as a line, and one standard error to each side of it.
fn model(
    [low, high]: [f64; 2],
    colour: usize,
    label: &str,
    of: impl Fn(f64) -> Estimate,
) -> impl Iterator<Item = Series> {
    let t: Vec<f64> = (0..=100)
        .map(|k| low + (high - low) * f64::from(k) / 100.0)
        .collect();
    let values: Vec<Estimate> = t.iter().map(|&t| of(t)).collect();
    let at = |errors: f64| -> Vec<f64> {
        let shifted = |x: &Estimate| x.value() + errors * x.standard_error().unwrap_or(0.0);
        values.iter().map(shifted).collect()
    };
    let band = Series::band(&t, &at(-1.0), &at(1.0)).colour(colour);
    let line = Series::line(&t, &at(0.0)).colour(colour).label(label);
    [band, line].into_iter()
}

fn over(scan: &Scan) -> Axis {
    Axis::linear(format!("*{{T}} ({})", Symbols::of(scan.system.units).temperature))
}

/// Figure 4: the scales of the energy landscape, U0 and Um, over temperature, with the vibrations of a harmonic solid, and
/// the two lines of a crossover where there is one.
pub(crate) fn landscape(scan: &Scan, points: &[Point<'_>], results: &OverTemperature) -> Panel {
    let symbols = Symbols::of(scan.system.units);
    let sorted = ordered(points);
    let [low, high] = [sorted[0], sorted[sorted.len() - 1]].map(|point| point.energies.temperature);
    let harmonic = |t: f64| {
        // Of the kinetic energy's 3N/2 degrees of freedom a microcanonical run's potential energy takes half of the noise.
        let modes = match scan.system.ensemble {
            EnsembleName::Nve => 1.5,
            EnsembleName::Nvt => 3.0,
        };
        (modes / scan.system.particles as f64).sqrt() * scan.system.units.units().boltzmann * t
    };
    let ends = [0.93 * low, 1.05 * high];
    let mut panel = Panel::new(
        over(scan),
        Axis::linear(format!("*{{U}}_{{0}}, *{{U}}_{{m}} ({})", symbols.energy)),
    )
    .with(
        Series::line(&ends, &ends.map(harmonic))
            .grey()
            .dashed()
            .label("harmonic *{U}_{0}"),
    );
    let any_resolved = sorted
        .iter()
        .any(|point| point.exponential.verdict().is_resolved());
    for (excluded, suffix) in [(false, ""), (true, ", excluded")] {
        let (mut u0, mut um) = (Columns::default(), Columns::default());
        let resolved = |point: &&&Point<'_>| point.exponential.verdict().is_resolved();
        for point in sorted
            .iter()
            .filter(resolved)
            .filter(|p| p.run.exclude.is_some() == excluded)
        {
            let fit = &point.exponential;
            for (columns, squared) in [(&mut u0, fit.u0_squared()), (&mut um, fit.um_squared())] {
                let u: Estimate = squared.map(f64::sqrt);
                columns.add(point.energies.temperature, u.value(), u.standard_error());
            }
        }
        if u0.x.is_empty() {
            continue;
        }
        for (colour, name, columns) in [(0, "*{U}_{0}", &u0), (1, "*{U}_{m}", &um)] {
            let series = columns.series().colour(colour).label(format!("{name}{suffix}"));
            panel.add(if excluded { series.open() } else { series });
        }
    }
    match &results.crossover {
        Ok(Crossover::Found {
            at,
            height,
            interval,
            slopes,
            ..
        }) => {
            let x = [low, *at, high];
            let line = |t: f64| height + slopes[usize::from(t > *at)] * (t - at);
            panel
                .with(Series::line(&x, &x.map(line)).colour(1).size(0.6))
                .with(
                    Series::line(interval, &[*height; 2])
                        .colour(6)
                        .size(1.5)
                        .label("95 % of *{T}_{x}"),
                )
                .title(format!("*{{T}}_{{x}} = {}{}", temperature(*at), symbols.degree))
        }
        Ok(Crossover::NotFound {
            range: [from, to], ..
        }) => panel.title(format!(
            "no crossover between {} and {}{}",
            temperature(*from),
            temperature(*to),
            symbols.degree
        )),
        Err(_) if any_resolved => panel,
        Err(_) => panel.title("no relaxation is resolved"),
    }
}

/// The heat capacity from fluctuations beside the slope of the energy; below it the difference in standard errors, with the
/// verdict of each temperature.
pub(crate) fn heat_capacity_check(scan: &Scan, points: &[Point<'_>], results: &OverTemperature) -> Figure {
    let mut panel = Panel::new(over(scan), Axis::linear("*{C}_{ex} per particle (*{k}_{B})"));
    if let Ok(check) = &results.check {
        let t: Vec<f64> = check.rows().iter().map(CheckRow::temperature).collect();
        let [low, high] = [t[0], t[t.len() - 1]];
        let label = "d⟨*{e}⟩/d*{T}, Rosenfeld-Tarazona";
        for series in model([low, high], 1, label, |t| check.heat_capacity_at(t)) {
            panel.add(series);
        }
        let spline = Columns::of(&t, check.rows().iter().map(CheckRow::from_spline));
        panel.add(
            spline
                .series()
                .colour(2)
                .open()
                .size(0.8)
                .label("d⟨*{e}⟩/d*{T}, spline"),
        );
    }
    for (excluded, label) in [(false, "fluctuations"), (true, "fluctuations, excluded")] {
        let mut columns = Columns::default();
        for point in points.iter().filter(|p| p.run.exclude.is_some() == excluded) {
            let c = point.heat_capacity.excess();
            columns.add(point.energies.temperature, c.value(), c.standard_error());
        }
        if !columns.x.is_empty() {
            let series = columns.series().colour(0).label(label);
            panel.add(if excluded { series.open() } else { series });
        }
    }
    let Ok(check) = &results.check else {
        return Figure::new(panel.title("too few temperatures for a slope"));
    };
    match verdicts(scan, check) {
        Some(below) => Figure::new(panel).with(below),
        None => Figure::new(panel.title(format!("{}: not comparable", check.path().name()))),
    }
}

/// Difference of the two sides in units of its standard error; `None` where they are not compared.
fn verdicts(scan: &Scan, check: &HeatCapacityCheck) -> Option<Panel> {
    let (mut agree, mut differ) = (Columns::default(), Columns::default());
    let (mut t, mut limits) = (Vec::new(), Vec::new());
    for row in check.rows() {
        let (z, threshold, columns) = match row.agreement() {
            Agreement::Agrees { z, threshold } => (z, threshold, &mut agree),
            Agreement::Differs { z, threshold } => (z, threshold, &mut differ),
            _ => continue,
        };
        columns.add(row.temperature(), z, None);
        t.push(row.temperature());
        limits.push(threshold);
    }
    let mean = check.mean_square_z()?;
    let negative: Vec<f64> = limits.iter().map(|x| -x).collect();
    let mut panel = Panel::new(over(scan), Axis::linear("fluctuations - slope (standard errors)"))
        .with(Series::horizontal(0.0))
        .with(
            Series::band(&t, &negative, &limits)
                .grey()
                .label("agrees at 99.73 %"),
        );
    for (colour, label, columns) in [(0, "difference", &agree), (1, "difference, too large", &differ)] {
        if !columns.x.is_empty() {
            panel.add(columns.series().colour(colour).label(label));
        }
    }
    Some(panel.title(format!("mean square {mean:.2}")))
}

/// The entropies by the integral of C/T and by that of d<E>/dT/T; beside them Eq. (12) as printed, which is an energy.
pub(crate) fn entropies(scan: &Scan, results: &OverTemperature) -> Option<Figure> {
    let total = results.entropy.as_ref().ok()?;
    let reference = total.reference_temperature();
    let axis = Axis::linear(format!(
        "Δ*{{S}} per particle from *{{T}} = {}{} (*{{k}}_{{B}})",
        temperature(reference),
        Symbols::of(scan.system.units).degree
    ));
    let mut left = Panel::new(over(scan), axis);
    if total.path().left_out().is_some() {
        left = left.title(format!("{}: without the expansion's part", total.path().name()));
    }
    let t = total.temperatures();
    if let Ok(check) = &results.check {
        for series in model([t[0], t[t.len() - 1]], 2, "from d⟨*{e}⟩/d*{T}", |t| {
            check.entropy_between(reference, t)
        }) {
            left.add(series);
        }
    }
    let add =
        |panel: &mut Panel, entropy: &Result<EntropyDifference, ThermoError>, colour: usize, label: &str| {
            let Ok(entropy) = entropy else { return };
            let columns = Columns::of(entropy.temperatures(), entropy.values().iter());
            panel.add(columns.series().colour(colour).label(label));
        };
    add(&mut left, &results.entropy, 6, "total");
    add(&mut left, &results.fast_entropy, 0, "*{S}_{1}");
    add(&mut left, &results.slow_entropy, 1, "*{S}_{2}");
    if results.as_printed.iter().all(Result::is_err) {
        return Some(Figure::new(left));
    }
    let symbols = Symbols::of(scan.system.units);
    let mut right = Panel::new(
        over(scan),
        Axis::linear(format!("energy per particle ({})", symbols.energy)),
    )
    .title("Eq. (12) as printed");
    add(&mut right, &results.as_printed[0], 0, "*{S}_{1} as printed");
    add(&mut right, &results.as_printed[1], 1, "*{S}_{2} as printed");
    Some(Figure::new(left).with(right))
}

/// The Adam-Gibbs plot, with its line.
pub(crate) fn adam_gibbs(scan: &Scan, results: &OverTemperature) -> Option<Figure> {
    let symbols = Symbols::of(scan.system.units);
    let fit = results.adam_gibbs.as_ref().ok()?;
    let mut columns = Columns::default();
    for point in fit.points() {
        let ln_tau = &point.ln_tau;
        columns.add(point.reciprocal, ln_tau.value(), ln_tau.standard_error());
    }
    let low = columns.x.iter().copied().fold(f64::INFINITY, f64::min);
    let high = columns.x.iter().copied().fold(0.0, f64::max);
    let ends = [0.9 * low, 1.05 * high];
    let line = |x: f64| fit.ln_tau_inf().value() + fit.a().value() * x;
    let verdict = match fit.verdict() {
        AdamGibbsVerdict::Straight { .. } => "straight",
        AdamGibbsVerdict::Curved { .. } => "curved",
        AdamGibbsVerdict::Degenerate { .. } => "*{S}_{c} is not determined",
        _ => "untested",
    };
    let panel = Panel::new(
        Axis::linear(format!("1/(*{{T}} *{{S}}_{{c}}) ({})", symbols.adam_gibbs)),
        Axis::linear(format!("ln(*{{τ}}^{{*}}/{}) (dimensionless)", symbols.time)),
    )
    .title(format!(
        "*{{S}}_{{c}}({}{}) = {} *{{k}}_{{B}}: {verdict}",
        temperature(fit.reference_temperature()),
        symbols.degree,
        fit.s_c_reference()
    ))
    .with(Series::line(&ends, &ends.map(line)).colour(1))
    .with(columns.series().colour(0));
    Some(Figure::new(panel))
}
