//! `scan` of `results.json`.

use std::collections::BTreeMap;

use msed::Estimate;
use msed::thermo::{
    AdamGibbs, Agreement, Crossover, EntropyDifference, HeatCapacityCheck, Relaxing, StatePoint,
    TemperatureFit, ThermoError,
};

use crate::over_temperature::OverTemperature;
use crate::results::{
    AdamGibbsEntry, AsPrintedEntry, CheckEntry, CrossoverEntry, EntropyEntry, FragilityEntry, ModelEntry,
    RelaxationEntry, ScanEntry, number,
};

impl OverTemperature {
    /// `scan` of `results.json`.
    pub(crate) fn entry(&self) -> ScanEntry {
        let notes = [
            ("heat_capacity_check", self.check.as_ref().err()),
            ("entropy", self.entropy.as_ref().err()),
            ("entropy, fast", self.fast_entropy.as_ref().err()),
            ("entropy, slow", self.slow_entropy.as_ref().err()),
            ("crossover", self.crossover.as_ref().err()),
            ("adam_gibbs", self.adam_gibbs.as_ref().err()),
        ];
        let of_times =
            |(name, crossover): &(&'static str, Crossover)| (*name, crossover_entry("ln_tau", crossover));
        ScanEntry {
            heat_capacity_check: self.check.as_ref().ok().map(|check| self.check_entry(check)),
            entropy: self
                .entropy
                .as_ref()
                .ok()
                .map(|entropy| self.entropy_entry(entropy)),
            relaxation: self.scan.counted().next().map(|_| self.relaxation_entry()),
            crossover: self
                .crossover
                .as_ref()
                .ok()
                .map(|found| crossover_entry("um", found)),
            crossover_of_times: self.crossover_of_times.iter().map(of_times).collect(),
            adam_gibbs: self.adam_gibbs.as_ref().ok().map(adam_gibbs_entry),
            adam_gibbs_alpha: self.adam_gibbs_alpha.as_ref().map(adam_gibbs_entry),
            excluded: self
                .scan
                .excluded()
                .map(|(name, reason)| (name.to_owned(), reason.to_owned()))
                .collect(),
            notes: notes
                .into_iter()
                .filter_map(|(name, error)| error.map(|error| format!("{name}: {error}")))
                .collect(),
        }
    }

    fn blocks(&self) -> Vec<usize> {
        self.scan
            .counted()
            .map(|point| point.mean_energy().blocks())
            .collect()
    }

    fn check_entry(&self, check: &HeatCapacityCheck) -> Vec<CheckEntry> {
        let rows = check.rows().iter().zip(self.scan.counted());
        rows.map(|(row, point)| CheckEntry {
            temperature: point.temperature(),
            from_fluctuations: number(row.from_fluctuations().value()),
            from_energy_slope: number(row.from_energy_slope().value()),
            from_spline: number(row.from_spline().value()),
            standard_error: row.difference().standard_error(),
            comparable: row.agreement() != Agreement::NotComparable,
            z: match row.agreement() {
                Agreement::Agrees { z, .. } | Agreement::Differs { z, .. } => number(z),
                _ => None,
            },
            verdict: word(&row.agreement()).0,
            blocks: point.mean_energy().blocks(),
        })
        .collect()
    }

    /// Values of an entropy at the temperatures of all points that count, `None` where it has none.
    pub(crate) fn at_all<T>(
        &self,
        entropy: &Result<EntropyDifference, ThermoError>,
        of: impl Fn(&EntropyDifference, usize) -> Option<T>,
    ) -> Vec<Option<T>> {
        let entropy = entropy.as_ref().ok();
        self.temperatures()
            .into_iter()
            .map(|t| {
                let entropy = entropy?;
                let place = entropy
                    .temperatures()
                    .iter()
                    .position(|&other| (other - t).abs() <= 1e-9 * t)?;
                of(entropy, place)
            })
            .collect()
    }

    fn entropy_entry(&self, entropy: &EntropyDifference) -> EntropyEntry {
        let values = |of: &Result<EntropyDifference, ThermoError>| {
            self.at_all(of, |entropy, k| number(entropy.values()[k].value()))
        };
        let errors = |of: &Result<EntropyDifference, ThermoError>| {
            self.at_all(of, |entropy, k| entropy.values()[k].standard_error())
        };
        let reference = entropy.reference_temperature();
        let slope = |t: f64| {
            let check = self.check.as_ref().ok()?;
            number(check.entropy_between(reference, t).value())
        };
        EntropyEntry {
            path: self.scan.path().name(),
            left_out: self.scan.path().left_out(),
            reference_temperature: reference,
            temperature: self.temperatures(),
            total: values(&self.entropy),
            fast: values(&self.fast_entropy),
            slow: values(&self.slow_entropy),
            standard_error: errors(&self.entropy),
            fast_standard_error: errors(&self.fast_entropy),
            slow_standard_error: errors(&self.slow_entropy),
            blocks: self.blocks(),
            as_printed: AsPrintedEntry {
                s1: values(&self.as_printed[0]),
                s2: values(&self.as_printed[1]),
            },
            integration_error: self
                .at_all(&self.entropy, |entropy, k| number(entropy.integration_error()[k])),
            from_energy_slope: self.temperatures().into_iter().map(slope).collect(),
            z: self.entropy_z.iter().map(|z| z.and_then(number)).collect(),
        }
    }

    fn relaxation_entry(&self) -> RelaxationEntry {
        let column = |of: &dyn Fn(&StatePoint) -> Option<f64>| self.scan.counted().map(of).collect();
        let mut models = BTreeMap::new();
        for (name, fit) in &self.models {
            let of_model: &mut BTreeMap<_, _> = models.entry(fit.model().name()).or_default();
            of_model.insert(*name, self.model_entry(fit));
        }
        let (energy, structure) = (Relaxing::Energy, Relaxing::Structure);
        RelaxationEntry {
            temperature: self.temperatures(),
            tau_msed: column(&|point| point.time(energy).map(Estimate::value)),
            tau_msed_standard_error: column(&|point| point.time(energy)?.standard_error()),
            tau_alpha: column(&|point| point.time(structure).map(Estimate::value)),
            tau_alpha_standard_error: column(&|point| point.time(structure)?.standard_error()),
            blocks: self.blocks(),
            models,
        }
    }

    fn model_entry(&self, fit: &TemperatureFit) -> ModelEntry {
        let verdict = fit.verdict();
        let coldest = self.temperatures()[0];
        ModelEntry {
            parameters: fit
                .parameters()
                .map(|(name, value)| (name, number(value.value())))
                .collect(),
            standard_error: fit
                .parameters()
                .filter_map(|(name, value)| Some((name, value.standard_error()?)))
                .collect(),
            points: fit.points(),
            aic: number(fit.aic()),
            corrected_aic: fit.corrected_aic().and_then(number),
            bic: number(fit.bic()),
            fragility: fit.fragility_at(coldest).map(|value| FragilityEntry {
                temperature: coldest,
                value: number(value.value()),
                standard_error: value.standard_error(),
            }),
            verdict: if verdict.is_resolved() {
                "resolved"
            } else {
                "unresolved"
            },
            reason: (!verdict.is_resolved()).then(|| verdict.to_string()),
        }
    }
}

fn crossover_entry(quantity: &'static str, crossover: &Crossover) -> CrossoverEntry {
    match crossover {
        Crossover::Found {
            at,
            standard_error,
            interval,
            chi_squared,
            of_parabola,
            ..
        } => CrossoverEntry {
            quantity,
            temperature: number(*at),
            standard_error: number(*standard_error),
            interval: Some(*interval),
            verdict: Some("found"),
            reason: Some(format!(
                "chi squared is {chi_squared:.2} with two lines and {of_parabola:.2} with a parabola"
            )),
        },
        Crossover::NotFound {
            gain,
            threshold,
            range,
        } => CrossoverEntry {
            quantity,
            temperature: None,
            standard_error: None,
            interval: None,
            verdict: Some("no crossover"),
            reason: Some(format!(
                "chi squared falls by {gain:.2} from one line to two between {:.4} and {:.4}, expected more than {threshold:.2}",
                range[0], range[1]
            )),
        },
    }
}

/// What a verdict says, in a word and why.
pub(crate) fn word(verdict: &impl ToString) -> (String, Option<String>) {
    let text = verdict.to_string();
    match text.split_once(": ") {
        Some((word, why)) => (word.to_owned(), Some(why.to_owned())),
        None => (text, None),
    }
}

fn adam_gibbs_entry(fit: &AdamGibbs) -> AdamGibbsEntry {
    let (verdict, reason) = word(&fit.verdict());
    let named = [
        ("ln_tau_inf", fit.ln_tau_inf()),
        ("a", fit.a()),
        ("s_c_reference", fit.s_c_reference()),
    ];
    let value = |of: &Estimate| number(of.value());
    AdamGibbsEntry {
        reference_temperature: fit.reference_temperature(),
        ln_tau_inf: value(fit.ln_tau_inf()),
        a: value(fit.a()),
        s_c_reference: value(fit.s_c_reference()),
        standard_error: named
            .into_iter()
            .filter_map(|(name, x)| Some((name, x.standard_error()?)))
            .collect(),
        reduced_chi_squared: fit.reduced_chi_squared(),
        verdict,
        reason,
    }
}
