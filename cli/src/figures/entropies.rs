//! The entropies by the integral of C/T and by that of d<E>/dT/T; beside them Eq. (12) as printed, which is an energy.

use msed::plot::{Axis, Figure, Panel, Series};
use msed::thermo::{EntropyDifference, ThermoError};

use super::look::{model, over_temperature};
use super::symbols::Symbols;
use crate::analysis::over_temperature::OverTemperature;
use crate::scan_file::Scan;
use crate::tables::temperature;

pub(super) fn figure(scan: &Scan, results: &OverTemperature) -> Option<Figure> {
    let total = results.entropy.as_ref().ok()?;
    let reference = total.reference_temperature();
    let axis = Axis::linear(format!(
        "Δ*{{S}} from *{{T}} = {} (*{{k}}_{{B}})",
        temperature(reference)
    ));
    let mut left = Panel::new(over_temperature(scan), axis);
    if total.path().left_out().is_some() {
        left = left.title(format!("{}: without the expansion's part", total.path().name()));
    }
    let t = total.temperatures();
    if let Ok(check) = &results.check {
        let slope = |t| check.entropy_between(reference, t);
        for series in model([t[0], t[t.len() - 1]], 2, "from d⟨*{e}⟩/d*{T}", slope) {
            left.add(series);
        }
    }
    add(&mut left, &results.entropy, 6, "total");
    add(&mut left, &results.fast_entropy, 0, "*{S}_{1}");
    add(&mut left, &results.slow_entropy, 1, "*{S}_{2}");
    if results.as_printed.iter().all(Result::is_err) {
        return Some(Figure::new(left));
    }
    let energy = Symbols::of(scan).energy;
    let mut right = Panel::new(
        over_temperature(scan),
        Axis::linear(format!("energy per particle ({energy})")),
    )
    .title("Eq. (12) as printed");
    add(&mut right, &results.as_printed[0], 0, "*{S}_{1} as printed");
    add(&mut right, &results.as_printed[1], 1, "*{S}_{2} as printed");
    Some(Figure::new(left).with(right))
}

fn add(panel: &mut Panel, entropy: &Result<EntropyDifference, ThermoError>, colour: usize, label: &str) {
    if let Ok(entropy) = entropy {
        let series = Series::combined(entropy.temperatures(), entropy.values());
        panel.add(series.colour(colour).label(label));
    }
}
