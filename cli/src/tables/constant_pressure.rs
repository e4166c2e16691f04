//! Heat capacities at constant pressure, of each point and over temperature.

use std::fmt::Write;

use msed::stats::Outcome;

use super::table::{Table, or_dash, temperature};
use crate::analysis::over_temperature::OverTemperature;
use crate::analysis::point::Point;
use crate::results::agreement;
use crate::scan_file::Scan;

/// The points at constant pressure.
pub(super) fn of_points(scan: &Scan, points: &[Point<'_>]) -> Option<String> {
    let mut table =
        Table::new("run | T | p | V | <H>/N | c_p | c_V | alpha | kappa_T | (dp/dT)_V | barostat");
    let mut remarks = String::new();
    for point in points {
        match &point.constant_pressure {
            None => {}
            Some(Outcome::Unresolved(why)) => {
                let _ = writeln!(remarks, "{}: {why}", point.name());
            }
            Some(Outcome::Resolved(found)) => {
                table.add([
                    point.name().to_owned(),
                    temperature(point.temperature()),
                    found.pressure.to_string(),
                    found.mean_volume.to_string(),
                    found.mean_enthalpy.to_string(),
                    found.c_p.to_string(),
                    found.c_v.to_string(),
                    found.expansion.to_string(),
                    found.compressibility.to_string(),
                    found.pressure_coefficient.to_string(),
                    or_dash(found.barostat.as_ref()),
                ]);
                if let Some(caution) = &found.caution {
                    let _ = writeln!(remarks, "{}: enthalpy and volume: {caution}", point.name());
                }
            }
        }
    }
    if table.is_empty() {
        return (!remarks.is_empty()).then_some(remarks);
    }
    let units = scan.system.units.units();
    Some(format!(
        "Constant pressure: heat capacities with their kinetic part in k per particle, expansion per {}, compressibility per {}, and the test \
         of the barostat, -Cov(V, p)/(k T), which is 1 where it samples.\n\n{table}{remarks}",
        units.temperature,
        units.pressure()
    ))
}

/// c_p from fluctuations beside the slope of the enthalpy.
pub(super) fn over_temperature(results: &OverTemperature) -> Option<String> {
    let check = results.enthalpy_check.as_ref()?.as_ref().ok()?;
    let mut table = Table::new("T | c_p | d<H>/dT | spline | z | ");
    for (k, &t) in check.temperatures.iter().enumerate() {
        let z = check.agreement[k].value().map(|deviation| deviation.z);
        table.add([
            temperature(t),
            check.from_fluctuations[k].to_string(),
            check.from_enthalpy_slope[k].to_string(),
            check.from_spline[k].to_string(),
            or_dash(z.map(|z| format!("{z:.2}"))),
            agreement(&check.agreement[k]).to_owned(),
        ]);
    }
    Some(format!(
        "c_p from fluctuations beside the slope of the enthalpy (U + p V as a line in T^(3/5), spline), in k per particle.\n\n{table}"
    ))
}
