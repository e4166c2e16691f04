//! Models of the relaxation times, the crossover, and the Adam-Gibbs plot.

use std::fmt::Write;

use super::numbers::{or_dash, temperature};
use super::table::Table;
use crate::analysis::over_temperature::OverTemperature;
use crate::results::word;

pub(super) fn text(results: &OverTemperature) -> Option<String> {
    results.models.first()?;
    let coldest = results.temperatures()[0];
    let mut table = Table::new(&[
        "time",
        "model",
        "points",
        "AIC",
        "AICc",
        "BIC",
        &format!("fragility at {}", temperature(coldest)),
        "parameters",
    ]);
    for (name, fit) in &results.models {
        let criterion = |x: Option<f64>| or_dash(x.map(|x| format!("{x:.1}")));
        let parameters: Vec<String> = fit
            .parameters()
            .map(|(name, value)| format!("{name} {value}"))
            .collect();
        let resolved = fit.verdict().is_resolved();
        let unresolved = if resolved { "" } else { "unresolved " };
        table.add([
            time_name(name).to_owned(),
            fit.model().name().to_owned(),
            fit.points().to_string(),
            criterion(Some(fit.aic())),
            criterion(fit.corrected_aic()),
            criterion(Some(fit.bic())),
            or_dash(fit.fragility_at(coldest)),
            format!("{unresolved}{}", parameters.join(", ")),
        ]);
    }
    let mut text = format!("Models of the relaxation times over temperature.\n\n{table}");
    let um = results.crossover.iter().map(|found| ("Um", found));
    let times = results.crossover_of_times.iter();
    for (name, found) in um.chain(times.map(|(name, found)| (time_name(name), found))) {
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
            temperature(fit.reference_temperature()),
            fit.s_c_reference(),
            why.map(|why| format!("; {why}")).unwrap_or_default()
        );
    }
    Some(text)
}

fn time_name(name: &str) -> &'static str {
    if name == "msed" { "tau*" } else { "tau_alpha" }
}
