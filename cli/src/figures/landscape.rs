//! Figure 4: the scales of the energy landscape, U0 and Um, over temperature.

use msed::Estimate;
use msed::plot::{Axis, Figure, Panel, Series};
use msed::relaxation::Fit;
use msed::thermo::Crossover;

use super::look::{open_where, over_temperature};
use super::symbols::Symbols;
use crate::analysis::over_temperature::OverTemperature;
use crate::analysis::point::{Point, by_temperature};
use crate::scan_file::{EnsembleName, Scan};
use crate::tables::temperature;

/// With the vibrations of a harmonic solid, and the two lines of a crossover where there is one.
pub(super) fn figure(scan: &Scan, points: &[Point<'_>], results: &OverTemperature) -> Figure {
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
    let scales: [(usize, &str, fn(&Fit) -> &Estimate); 2] =
        [(0, "*{U}_{0}", Fit::u0_squared), (1, "*{U}_{m}", Fit::um_squared)];
    for (excluded, suffix) in [(false, ""), (true, ", excluded")] {
        let with_fits = sorted.iter().filter(|point| point.is_excluded() == excluded);
        let with_fits: Vec<_> = with_fits
            .filter_map(|point| Some((point.temperature(), point.relaxation()?)))
            .collect();
        if with_fits.is_empty() {
            continue;
        }
        for (colour, name, squared) in scales {
            let scale = |&(t, fit): &(f64, &Fit)| (t, squared(fit).map(f64::sqrt));
            let (t, u): (Vec<f64>, Vec<Estimate>) = with_fits.iter().map(scale).unzip();
            let series = Series::estimates(&t, &u).colour(colour);
            panel.add(open_where(excluded, series.label(format!("{name}{suffix}"))));
        }
    }
    Figure::new(match &results.crossover {
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
                .title(format!("*{{T}}_{{x}} = {}", temperature(*at)))
        }
        Ok(Crossover::NotFound { range, .. }) => {
            let [from, to] = range.map(temperature);
            panel.title(format!("no crossover between {from} and {to}"))
        }
        Err(_) if points.iter().any(|point| point.relaxation().is_some()) => panel,
        Err(_) => panel.title("no relaxation is resolved"),
    })
}

/// U0 of a harmonic solid.
fn harmonic(scan: &Scan, t: f64) -> f64 {
    // Of the kinetic energy's 3N/2 degrees of freedom a microcanonical run's potential energy takes half of the noise.
    let modes = match scan.system.ensemble {
        EnsembleName::Nve => 1.5,
        EnsembleName::Nvt => 3.0,
    };
    (modes / scan.system.particles() as f64).sqrt() * scan.system.units.units().boltzmann() * t
}
