//! Results over temperature as text.

use std::fmt::Write;

use msed::stats::Estimate;
use msed::thermo::{Agreement, EntropyDifference};

use crate::over_temperature::OverTemperature;
use crate::symbols;
use crate::tables::{aligned, cells};
use crate::temperature_entries::word;

/// Heat capacities and entropies beside what the slope of the energy says.
pub(crate) fn heat_capacities(results: &OverTemperature) -> Option<String> {
    let check = results.check.as_ref().ok()?;
    let mut rows = vec![cells(&[
        "T", "C_ex", "d<e>/dT", "spline", "z", "", "S_1", "S_2", "S total", "by slope", "z",
    ])];
    let at = |entropy| results.at_all(entropy, |e: &EntropyDifference, k| Some(e.values()[k].clone()));
    let [total, fast, slow] = [&results.entropy, &results.fast_entropy, &results.slow_entropy].map(at);
    let shown = |x: &Option<Estimate>| x.as_ref().map_or_else(|| "-".to_owned(), ToString::to_string);
    let z = |z: Option<f64>| z.map_or_else(|| "-".to_owned(), |z| format!("{z:.2}"));
    let reference = results.scan.reference_temperature()?;
    for (k, row) in check.rows().iter().enumerate() {
        let of_row = match row.agreement() {
            Agreement::Agrees { z, .. } | Agreement::Differs { z, .. } => Some(z),
            _ => None,
        };
        rows.push(vec![
            symbols::temperature(row.temperature()),
            row.from_fluctuations().to_string(),
            row.from_energy_slope().to_string(),
            row.from_spline().to_string(),
            z(of_row),
            word(&row.agreement()).0,
            shown(&fast[k]),
            shown(&slow[k]),
            shown(&total[k]),
            check.entropy_between(reference, row.temperature()).to_string(),
            z(results.entropy_z[k]),
        ]);
    }
    let mut text = format!(
        "Heat capacity from fluctuations beside the slope of the energy (Rosenfeld-Tarazona, spline); entropies from T = {}, in k per \
         particle.\n\n{}",
        symbols::temperature(reference),
        aligned(&rows)
    );
    if let Some(mean) = check.mean_square_z() {
        let _ = writeln!(text, "Heat capacities: mean square of z {mean:.2}");
    }
    let z2: Vec<f64> = results.entropy_z.iter().flatten().map(|z| z * z).collect();
    if !z2.is_empty() {
        let mean = z2.iter().sum::<f64>() / z2.len() as f64;
        let _ = writeln!(text, "Entropies: mean square of z {mean:.2}");
    }
    if let Some(missing) = results.scan.path().left_out() {
        let _ = writeln!(text, "{}: entropies lack {missing}", results.scan.path().name());
    }
    Some(text)
}

/// Models of the relaxation times, the crossover, and the Adam-Gibbs plot.
pub(crate) fn relaxation(results: &OverTemperature) -> Option<String> {
    results.models.first()?;
    let coldest = results.temperatures()[0];
    let mut rows = vec![cells(&[
        "time",
        "model",
        "points",
        "AIC",
        "AICc",
        "BIC",
        &format!("fragility at {}", symbols::temperature(coldest)),
        "parameters",
    ])];
    for (name, fit) in &results.models {
        let number = |x: Option<f64>| x.map_or_else(|| "-".to_owned(), |x| format!("{x:.1}"));
        let parameters: Vec<String> = fit
            .parameters()
            .map(|(name, value)| format!("{name} {value}"))
            .collect();
        let fragility = fit
            .fragility_at(coldest)
            .map_or_else(|| "-".to_owned(), |m| m.to_string());
        let unresolved = if fit.verdict().is_resolved() {
            ""
        } else {
            "unresolved "
        };
        rows.push(vec![
            time_name(name).to_owned(),
            fit.model().name().to_owned(),
            fit.points().to_string(),
            number(Some(fit.aic())),
            number(fit.corrected_aic()),
            number(Some(fit.bic())),
            fragility,
            format!("{unresolved}{}", parameters.join(", ")),
        ]);
    }
    let mut text = format!(
        "Models of the relaxation times over temperature.\n\n{}",
        aligned(&rows)
    );
    let um = results.crossover.iter().map(|found| ("Um", found));
    let times = results
        .crossover_of_times
        .iter()
        .map(|(name, found)| (time_name(name), found));
    for (name, found) in um.chain(times) {
        let _ = writeln!(text, "{name}: {found}");
    }
    for (name, fit) in [
        ("tau*", results.adam_gibbs.as_ref().ok()),
        ("tau_alpha", results.adam_gibbs_alpha.as_ref()),
    ] {
        let Some(fit) = fit else { continue };
        let (verdict, why) = word(&fit.verdict());
        let _ = writeln!(
            text,
            "Adam-Gibbs, {name}: {verdict}, ln tau_inf {}, A {}, S_c({}) {}{}",
            fit.ln_tau_inf(),
            fit.a(),
            symbols::temperature(fit.reference_temperature()),
            fit.s_c_reference(),
            why.map(|why| format!("; {why}")).unwrap_or_default()
        );
    }
    Some(text)
}

fn time_name(name: &str) -> &'static str {
    if name == "msed" { "tau*" } else { "tau_alpha" }
}
