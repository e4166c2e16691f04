//! The heat capacity over frequency.

use msed::Estimate;
use msed::plot::{Axis, Figure, Panel, Series};
use msed::stats::Outcome;

use super::look::{Symbols, name, open_where, shade};
use crate::analysis::point::{Point, by_temperature};
use crate::scan_file::Scan;

/// c' and c'' of every point that has them: as measured, with the model as a line; `None` where
/// there is none.
pub(super) fn dynamic_heat_capacity(scan: &Scan, points: &[Point<'_>]) -> Option<Figure> {
    let sorted = by_temperature(points);
    let frequency = || Axis::log(format!("*{{ω}} (1/{})", Symbols::of(scan).time));
    let axis = |part: &str| Axis::linear(format!("*{{c}}{part} (*{{k}}_{{B}} per particle)"));
    let mut storage = Panel::new(frequency(), axis("′"));
    let mut loss = Panel::new(frequency(), axis("″"));
    let mut any = false;
    for (k, point) in sorted.iter().enumerate().rev() {
        let Outcome::Resolved(dynamic) = &point.dynamic else {
            continue;
        };
        any = true;
        let shade = shade(k, sorted.len());
        let mut label = Some(name(scan, points, point));
        if let Outcome::Resolved(measured) = &dynamic.measured {
            for (panel, part) in [(&mut storage, &measured.storage), (&mut loss, &measured.loss)] {
                let series = Series::estimates(&measured.frequencies, part).shade(shade);
                let series = open_where(point.is_excluded(), series.marker(k).size(0.65));
                panel.add(match label.take() {
                    Some(label) => series.label(label),
                    None => series,
                });
            }
        }
        let model = &dynamic.model;
        for (panel, part) in [(&mut storage, &model.storage), (&mut loss, &model.loss)] {
            let values: Vec<f64> = part.iter().map(Estimate::value).collect();
            let series = Series::line(&model.frequencies, &values).shade(shade).size(0.7);
            panel.add(match label.take() {
                Some(label) => series.label(label),
                None => series,
            });
        }
    }
    any.then(|| Figure::new(storage).with(loss))
}
