//! Heat capacities and entropies beside what the slope of the energy says.

use std::fmt::Write;

use msed::thermo::{Agreement, EntropyDifference};

use super::numbers::{or_dash, temperature};
use super::table::Table;
use crate::analysis::over_temperature::OverTemperature;
use crate::results::word;

pub(super) fn text(results: &OverTemperature) -> Option<String> {
    let check = results.check.as_ref().ok()?;
    let mut table = Table::new(&[
        "T", "C_ex", "d<e>/dT", "spline", "z", "", "S_1", "S_2", "S total", "by slope", "z",
    ]);
    let at = |entropy| results.at_all(entropy, |e: &EntropyDifference, k| Some(e.values()[k].clone()));
    let [total, fast, slow] = [&results.entropy, &results.fast_entropy, &results.slow_entropy].map(at);
    let rounded = |z: Option<f64>| or_dash(z.map(|z| format!("{z:.2}")));
    let reference = results.scan.reference_temperature()?;
    for (k, row) in check.rows().iter().enumerate() {
        let t = row.temperature();
        let z = match row.agreement() {
            Agreement::Agrees { z, .. } | Agreement::Differs { z, .. } => Some(z),
            _ => None,
        };
        table.add([
            temperature(t),
            row.from_fluctuations().to_string(),
            row.from_energy_slope().to_string(),
            row.from_spline().to_string(),
            rounded(z),
            word(&row.agreement()).0,
            or_dash(fast[k].as_ref()),
            or_dash(slow[k].as_ref()),
            or_dash(total[k].as_ref()),
            check.entropy_between(reference, t).to_string(),
            rounded(results.entropy_z[k]),
        ]);
    }
    let mut text = format!(
        "Heat capacity from fluctuations beside the slope of the energy (Rosenfeld-Tarazona, spline); entropies from T = {}, in k per \
         particle.\n\n{table}",
        temperature(reference),
    );
    if let Some(mean) = check.mean_square_z() {
        let _ = writeln!(text, "Heat capacities: mean square of z {mean:.2}");
    }
    let z2: Vec<f64> = results.entropy_z.iter().flatten().map(|z| z * z).collect();
    if !z2.is_empty() {
        let mean = z2.iter().sum::<f64>() / z2.len() as f64;
        let _ = writeln!(text, "Entropies: mean square of z {mean:.2}");
    }
    let path = results.scan.path();
    if let Some(missing) = path.left_out() {
        let _ = writeln!(text, "{}: entropies lack {missing}", path.name());
    }
    Some(text)
}
