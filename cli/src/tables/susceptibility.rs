//! How many particles relax together: the peaks of χ₄ and of its bound.

use super::reasons::Reasons;
use super::table::{Table, or_dash, shown, temperature};
use crate::analysis::susceptibility::Susceptibility;

/// There is no table where fewer than two temperatures have a trajectory.
pub(super) fn peaks(found: &[Susceptibility]) -> Option<String> {
    let mut table = Table::new(
        "run | T | species | of | c_V | bound | spacing | at t | chi4 nve | at t | chi4 nvt | at t",
    );
    let mut reasons = Reasons::default();
    for one in found {
        let place = format!("{} {} {}", one.run, one.species, one.quantity);
        let bound = one.bound.as_ref();
        let mut row = vec![
            one.run.clone(),
            temperature(one.temperature),
            one.species.clone(),
            one.quantity.to_owned(),
            shown(bound.map(|bound| &bound.heat_capacity)),
        ];
        let peaks = one.peaks();
        for name in ["bound", "chi4_constant_energy", "chi4_constant_temperature"] {
            let peak = peaks
                .iter()
                .find(|(other, _)| *other == name)
                .map(|(_, peak)| *peak);
            row.push(peak.map_or("-".to_owned(), |peak| {
                reasons.cell(&format!("{name}:"), peak, "not resolved", &place, |peak| {
                    &peak.value
                })
            }));
            if name == "bound" {
                row.push(or_dash(
                    one.discretisation_error().map(|error| format!("{error:.2}")),
                ));
            }
            row.push(shown(peak.and_then(|peak| peak.value()).map(|peak| &peak.time)));
        }
        table.add(row);
    }
    (!table.is_empty()).then(|| {
        format!(
            "Susceptibilities: the peak of the bound (N_s/N) (k T^2/c_V) (dQ/dT)^2 with the change of the bound if only the nearest temperature were used \
             (spacing), and of chi4 at constant energy and at constant temperature; without the terms of the composition.\n\n{table}{reasons}"
        )
    })
}
