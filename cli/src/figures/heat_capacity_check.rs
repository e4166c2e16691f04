//! The heat capacity from fluctuations beside the slope of the energy.

use msed::Estimate;
use msed::plot::{Axis, Figure, Panel, Series};
use msed::thermo::{Agreement, CheckRow, HeatCapacityCheck};

use super::look::{model, open_where, over_temperature};
use crate::analysis::over_temperature::OverTemperature;
use crate::analysis::point::Point;
use crate::scan_file::Scan;

/// Below it the difference in standard errors, with the verdict of each temperature.
pub(super) fn figure(scan: &Scan, points: &[Point<'_>], results: &OverTemperature) -> Figure {
    let c = Axis::linear("*{C}_{ex}/*{k}_{B} per particle");
    let mut panel = Panel::new(over_temperature(scan), c);
    if let Ok(check) = &results.check {
        let t: Vec<f64> = check.rows().iter().map(CheckRow::temperature).collect();
        let label = "d⟨*{e}⟩/d*{T}, Rosenfeld-Tarazona";
        for series in model([t[0], t[t.len() - 1]], 1, label, |t| check.heat_capacity_at(t)) {
            panel.add(series);
        }
        let spline = Series::combined(&t, check.rows().iter().map(CheckRow::from_spline));
        let spline = spline.colour(2).open().size(0.8);
        panel.add(spline.label("d⟨*{e}⟩/d*{T}, spline"));
    }
    for (excluded, label) in [(false, "fluctuations"), (true, "fluctuations, excluded")] {
        let of_kind = points.iter().filter(|point| point.is_excluded() == excluded);
        let (t, c): (Vec<f64>, Vec<Estimate>) = of_kind
            .map(|point| (point.temperature(), point.heat_capacity.excess().clone()))
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
        None => Figure::new(panel.title(format!("{}: not comparable", check.path().name()))),
    }
}

/// Difference of the two sides in units of its standard error; `None` where they are not compared.
fn differences(scan: &Scan, check: &HeatCapacityCheck) -> Option<Panel> {
    let mean = check.mean_square_z()?;
    let (mut t, mut limits) = (Vec::new(), Vec::new());
    let mut differences = [(Vec::new(), Vec::new()), (Vec::new(), Vec::new())];
    for row in check.rows() {
        let (kind, z, threshold) = match row.agreement() {
            Agreement::Agrees { z, threshold } => (0, z, threshold),
            Agreement::Differs { z, threshold } => (1, z, threshold),
            _ => continue,
        };
        differences[kind].0.push(row.temperature());
        differences[kind].1.push(z);
        t.push(row.temperature());
        limits.push(threshold);
    }
    let negative: Vec<f64> = limits.iter().map(|x| -x).collect();
    let z = Axis::linear("(fluctuations - slope)/standard error");
    let mut panel = Panel::new(over_temperature(scan), z)
        .with(Series::horizontal(0.0))
        .with(
            Series::band(&t, &negative, &limits)
                .colour(6)
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
