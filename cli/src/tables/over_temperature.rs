//! What the points tell together.

use std::fmt::Write;

use msed::thermo::{EnergyCurve, EntropyDifference, HeatCapacityCheck, ThermoError};

use super::table::{Table, or_dash, temperature};
use crate::analysis::over_temperature::OverTemperature;
use crate::results::{agreement, straightness};

/// Heat capacities and entropies beside what the slope of the energy says.
pub(super) fn heat_capacities(results: &OverTemperature) -> Option<String> {
    let check = results.check.as_ref().ok()?;
    let mut table =
        Table::new("T | C_ex | d<e>/dT | m = 3/5 | spline | z |  | S_1 | S_2 | S total | by slope | z");
    let at = |entropy: &Result<EntropyDifference, ThermoError>| {
        results.at_all(entropy.as_deref().ok(), |of, k| Some(of.values[k].clone()))
    };
    let [total, fast, slow] = [&results.entropy, &results.fast_entropy, &results.slow_entropy].map(at);
    let rounded = |z: Option<f64>| or_dash(z.map(|z| format!("{z:.2}")));
    let reference = results.scan.reference_temperature()?;
    // A point that sampled neither ensemble counts, and has no heat capacity.
    for (k, (here, point)) in results.rows().into_iter().enumerate() {
        let t = point.temperature();
        let z = check.agreement[k].value().map(|deviation| deviation.z);
        table.add([
            temperature(t),
            check.from_fluctuations[k].to_string(),
            check.from_energy_slope[k].to_string(),
            check.from_rosenfeld_tarazona[k].to_string(),
            check.from_spline[k].to_string(),
            rounded(z),
            agreement(&check.agreement[k]).to_owned(),
            or_dash(fast[here].as_ref()),
            or_dash(slow[here].as_ref()),
            or_dash(total[here].as_ref()),
            check.entropy_between(reference, t).to_string(),
            rounded(results.entropy_z[here]),
        ]);
    }
    let mut text = format!(
        "Heat capacity from fluctuations beside the slope of the energy (a + b T^m, m = 3/5, spline); entropies from T = {}, in k per \
         particle.\n\n{table}",
        temperature(reference),
    );
    let _ = writeln!(text, "{}", energy_curves(check));
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

/// The exponent of the mean energy, and how well both curves fit.
fn energy_curves(check: &HeatCapacityCheck) -> String {
    let misfit = |curve: &EnergyCurve, parameters: usize| {
        let freedom = check.temperatures.len() - parameters;
        let of =
            |chi_squared: f64| format!(", chi squared {chi_squared:.1} for {freedom} degrees of freedom");
        curve.chi_squared.map_or_else(String::new, of)
    };
    let fixed = format!("m = 3/5{}", misfit(&check.rosenfeld_tarazona, 2));
    match &check.free_exponent {
        Some(free) => {
            let exponent = match &free.undetermined {
                Some(why) if free.has_exponent() => why.to_string(),
                Some(why) => format!("{why}, so that 3/5 is compared"),
                None => format!("m = {}", free.exponent),
            };
            format!("Mean energy a + b T^m: {exponent}{}; {fixed}", misfit(free, 3))
        }
        None => format!("Mean energy a + b T^m: {fixed}"),
    }
}

/// Models of the relaxation times, the crossover, and the Adam-Gibbs plot.
pub(super) fn models(results: &OverTemperature) -> Option<String> {
    results.models.first()?;
    let coldest = results.temperatures()[0];
    let mut table = Table::new(&format!(
        "time | model | points | AIC | AICc | BIC | fragility at {} | parameters",
        temperature(coldest)
    ));
    for (name, fit) in &results.models {
        let criterion = |x: Option<f64>| or_dash(x.map(|x| format!("{x:.1}")));
        let parameters = fit.parameters().map(|(name, value)| format!("{name} {value}"));
        let why = fit.undetermined.iter().map(|why| format!("undetermined: {why}"));
        table.add([
            time_name(name).to_owned(),
            fit.model().name().to_owned(),
            fit.points().to_string(),
            criterion(Some(fit.aic())),
            criterion(fit.corrected_aic()),
            criterion(Some(fit.bic())),
            or_dash(fit.fragility_at(coldest)),
            parameters.chain(why).collect::<Vec<_>>().join(", "),
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
        // A number that was given rests on no run.
        let given = fit.s_c_reference.runs().len() == 0;
        let (verdict, why) = straightness(&fit.curvature);
        let _ = writeln!(
            text,
            "Adam-Gibbs, {name}: {verdict}, ln tau_inf {}, A {}, S_c({}) {}{}; {why}",
            fit.ln_tau_inf,
            fit.a,
            temperature(fit.reference_temperature),
            fit.s_c_reference,
            if given { " taken as exact" } else { "" },
        );
    }
    Some(text)
}

fn time_name(name: &str) -> &'static str {
    if name == "msed" { "tau*" } else { "tau_alpha" }
}
