//! The virial beside the energy, and the pressure over temperature.

use std::fmt::Write;

use msed::stats::Outcome;
use msed::thermo::Path;

use super::table::{Table, or_dash, temperature};
use crate::analysis::over_temperature::OverTemperature;
use crate::analysis::point::Point;
use crate::results::agreement;
use crate::scan_file::Scan;

/// The virial of the points whose energies have pressures.
pub(super) fn of_points(scan: &Scan, points: &[Point<'_>]) -> Option<String> {
    let mut table = Table::new("run | T | p | W/N | R | R canonical | gamma | (dp/dT)_V,ex");
    let mut remarks = String::new();
    for point in points {
        match &point.virial {
            None => {}
            Some(Outcome::Unresolved(why)) => {
                let _ = writeln!(remarks, "{}: no virial: {why}", point.name());
            }
            Some(Outcome::Resolved(found)) => table.add([
                point.name().to_owned(),
                temperature(point.temperature()),
                found.mean_pressure.to_string(),
                found.mean_virial.to_string(),
                found.correlation.to_string(),
                found.canonical_correlation.to_string(),
                found.gamma.to_string(),
                found.excess_pressure_coefficient.to_string(),
            ]),
        }
    }
    if table.is_empty() {
        return (!remarks.is_empty()).then_some(remarks);
    }
    let units = scan.system.units.units();
    Some(format!(
        "Virial W beside the potential energy: correlation R, carried to the canonical ensemble, density-scaling exponent gamma, and the \
         excess part of (dp/dT)_V in {} per {}.\n\n{table}{remarks}",
        units.pressure(),
        units.temperature
    ))
}

/// The rise of the pressure along an isochore, and the whole entropy along an isobar.
pub(super) fn over_temperature(scan: &Scan, results: &OverTemperature) -> Option<String> {
    let mut text = String::new();
    if let Ok(check) = &results.pressure_check {
        let mut table = Table::new("T | (dp/dT)_V,ex | d<p_ex>/dT | spline | z | ");
        for (k, &t) in check.temperatures.iter().enumerate() {
            let z = check.agreement[k].value().map(|deviation| deviation.z);
            table.add([
                temperature(t),
                check.from_fluctuations[k].to_string(),
                check.from_pressure_slope[k].to_string(),
                check.from_spline[k].to_string(),
                or_dash(z.map(|z| format!("{z:.2}"))),
                agreement(&check.agreement[k]).to_owned(),
            ]);
        }
        let units = scan.system.units.units();
        let _ = write!(
            text,
            "Rise of the excess pressure from fluctuations beside its slope (line in T^(3/5), spline), in {} per {}.\n\n{table}",
            units.pressure(),
            units.temperature
        );
    }
    let of_isobar = results.scan.path() == Path::Isobaric;
    if let (true, Ok(expansion), Ok(whole)) = (of_isobar, &results.expansion_entropy, &results.whole_entropy)
    {
        let mut table = Table::new("T | S expansion | S whole");
        for (t, whole) in whole.temperatures.iter().zip(&whole.values) {
            let place = expansion.temperatures.iter().position(|other| other == t);
            table.add([
                temperature(*t),
                or_dash(place.map(|place| &expansion.values[place])),
                whole.to_string(),
            ]);
        }
        let _ = write!(
            text,
            "Entropy along the isobar: the expansion's part, the integral of gamma C_ex d ln V, and the total with it, in k per particle.\n\n{table}"
        );
    }
    (!text.is_empty()).then_some(text)
}
