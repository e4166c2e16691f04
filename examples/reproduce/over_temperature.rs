//! What the state points say together: heat capacity check, entropies, relaxation, crossover, Adam-Gibbs.

use msed::Estimate;
use msed::stats::Combined;
use msed::thermo::{
    self, AdamGibbs, AdamGibbsPoint, AdamGibbsVerdict, Agreement, Crossover, EnergyPoint, EntropyDifference,
    HeatCapacityCheck, Path, ReferenceEntropy, SlowTime, TemperatureFit, TemperatureModel,
    TemperatureVerdict, ThermoError,
};

use crate::analysis::Point;
use crate::energies::Energies;
use crate::failure::Failure;
use crate::results::{
    AdamGibbsEntry, AsPrintedEntry, CheckEntry, CrossoverEntry, EntropyEntry, ModelEntry, RelaxationEntry,
    ScanEntry, number,
};
use crate::scan_file::{PathName, Run, Scan};

/// Seed of the simulations behind the test for a crossover.
const SEED: u64 = 20_250_107;

/// A reference temperature must lie where the scan has been, to the 0.5 % that a temperature is known to.
pub(crate) fn check_reference<'a>(
    scan: &Scan,
    runs: impl Iterator<Item = (&'a Run, &'a Energies)>,
) -> Result<(), Failure> {
    let Some(reference) = scan.system.reference_temperature else {
        return Ok(());
    };
    let (lowest, highest) = runs
        .filter(|(run, _)| run.exclude.is_none())
        .map(|(_, energies)| energies.temperature)
        .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), t| {
            (low.min(t), high.max(t))
        });
    let found = reference.value;
    if found >= 0.995 * lowest && found <= 1.005 * highest {
        return Ok(());
    }
    Err(Failure::at(
        format!("{}:{}", scan.file.display(), reference.line),
        format!(
            "`reference_temperature`: found {found}, expected one between the scan's lowest, {lowest:.6}, and highest, \
             {highest:.6}"
        ),
    ))
}

/// Everything over temperature that could be had; what could not says why.
pub(crate) struct OverTemperature<'a> {
    /// The points that count, the coldest first.
    pub(crate) points: Vec<&'a Point<'a>>,
    pub(crate) check: Result<HeatCapacityCheck, String>,
    pub(crate) entropy: Result<EntropyDifference, String>,
    pub(crate) fast_entropy: Result<EntropyDifference, String>,
    pub(crate) slow_entropy: Result<EntropyDifference, String>,
    pub(crate) as_printed: [Result<EntropyDifference, String>; 2],
    pub(crate) models: Vec<(&'static str, TemperatureFit)>,
    pub(crate) crossover: Result<Crossover, String>,
    pub(crate) adam_gibbs: Result<AdamGibbs, String>,
    path: Path,
}

impl<'a> OverTemperature<'a> {
    pub(crate) fn analyse(scan: &Scan, points: &'a [Point<'a>]) -> Self {
        let mut points: Vec<&Point<'_>> = points
            .iter()
            .filter(|point| point.run.exclude.is_none())
            .collect();
        points.sort_by(|a, b| a.energies.temperature.total_cmp(&b.energies.temperature));
        let units = scan.system.units.units();
        let reference = scan.system.reference_temperature.map(|given| given.value);
        let path = match scan.system.path {
            Some(PathName::Isobaric) => Path::Isobaric,
            _ => Path::Isochoric,
        };
        let resolved: Vec<&Point<'_>> = points
            .iter()
            .copied()
            .filter(|point| point.exponential.verdict().is_resolved())
            .collect();
        // The highest of all temperatures is the reference of every part, resolved there or not.
        let highest = points.last().map(|point| point.energies.temperature);
        let reference = reference.or(highest);

        let energy_points: Vec<EnergyPoint<'_>> = points
            .iter()
            .map(|point| EnergyPoint {
                temperature: point.fluctuating_temperature(),
                mean_energy: point.energies.moments.mean(),
                excess: point.heat_capacity.excess(),
            })
            .collect();
        let pairs = |of: &dyn Fn(&'a Point<'a>) -> Option<&'a Estimate>| -> Vec<[&'a Estimate; 2]> {
            points
                .iter()
                .filter_map(|point| Some([point.heat_capacity.temperature(), of(point)?]))
                .collect()
        };
        let entropy = |of: &dyn Fn(&'a Point<'a>) -> Option<&'a Estimate>| {
            thermo::entropy(&pairs(of), reference, path).map_err(told)
        };
        let printed = |of: &dyn Fn(&'a Point<'a>) -> Option<&'a Estimate>| {
            thermo::entropy_as_printed(&pairs(of), scan.system.particles, units, reference, path)
                .map_err(told)
        };
        let if_resolved = |point: &'a Point<'a>, estimate: &'a Estimate| {
            point.exponential.verdict().is_resolved().then_some(estimate)
        };

        let times: Vec<(&'static str, Vec<(f64, &Estimate)>)> = vec![
            ("msed", with_temperature(&points, |point| point.tau_msed())),
            ("alpha", with_temperature(&points, |point| point.tau_alpha())),
        ];
        let mut models = Vec::new();
        for (name, times) in &times {
            for model in TemperatureModel::ALL {
                // Too few points for a model is no event: the entry is absent.
                if let Ok(fit) = thermo::fit_relaxation_times(times, model, units) {
                    models.push((*name, fit));
                }
            }
        }
        let um: Vec<(f64, Estimate)> = resolved
            .iter()
            .map(|point| {
                (
                    point.energies.temperature,
                    point.exponential.um_squared().map(f64::sqrt),
                )
            })
            .collect();
        let um: Vec<(f64, &Estimate)> = um.iter().map(|(t, um)| (*t, um)).collect();
        let adam_gibbs_points: Vec<AdamGibbsPoint<'_>> = points
            .iter()
            .filter_map(|point| {
                Some(AdamGibbsPoint {
                    temperature: point.heat_capacity.temperature(),
                    slow: point.heat_capacity.slow()?,
                    time: point.tau_msed().map(SlowTime::OfEnergies),
                })
            })
            .collect();
        Self {
            check: thermo::heat_capacity_check(&energy_points, units, path).map_err(told),
            entropy: entropy(&|point| Some(point.heat_capacity.excess())),
            fast_entropy: entropy(&|point| point.heat_capacity.fast()),
            slow_entropy: entropy(&|point| point.heat_capacity.slow()),
            as_printed: [
                printed(&|point| if_resolved(point, point.exponential.u0_squared())),
                printed(&|point| if_resolved(point, point.exponential.um_squared())),
            ],
            models,
            crossover: thermo::crossover(&um, SEED).map_err(told),
            adam_gibbs: thermo::adam_gibbs(&adam_gibbs_points, reference, ReferenceEntropy::Fitted)
                .map_err(told),
            points,
            path,
        }
    }

    fn temperatures(&self) -> Vec<f64> {
        self.points
            .iter()
            .map(|point| point.energies.temperature)
            .collect()
    }

    fn blocks(&self) -> Vec<usize> {
        self.points
            .iter()
            .map(|point| point.energies.moments.resamples().blocks())
            .collect()
    }

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
        ScanEntry {
            heat_capacity_check: self.check.as_ref().ok().map(|check| self.check_entry(check)),
            entropy: self
                .entropy
                .as_ref()
                .ok()
                .map(|entropy| self.entropy_entry(entropy)),
            relaxation: (!self.points.is_empty()).then(|| self.relaxation_entry()),
            crossover: self.crossover.as_ref().ok().map(crossover_entry),
            adam_gibbs: self.adam_gibbs.as_ref().ok().map(adam_gibbs_entry),
            notes: notes
                .into_iter()
                .filter_map(|(name, error)| error.map(|error| format!("{name}: {error}")))
                .collect(),
        }
    }

    fn check_entry(&self, check: &HeatCapacityCheck) -> Vec<CheckEntry> {
        let rows = check.rows().iter().zip(&self.points);
        rows.map(|(row, point)| CheckEntry {
            temperature: point.energies.temperature,
            from_fluctuations: number(row.from_fluctuations().value()),
            from_energy_slope: number(row.from_energy_slope().value()),
            standard_error: row.difference().standard_error(),
            comparable: row.agreement() != Agreement::NotComparable,
            from_spline: number(row.from_spline().value()),
            z: match row.agreement() {
                Agreement::Agrees { z, .. } | Agreement::Differs { z, .. } => number(z),
                _ => None,
            },
            verdict: agreement_name(row.agreement()),
            blocks: point.energies.moments.resamples().blocks(),
        })
        .collect()
    }

    /// Values of an entropy at the temperatures of all points, `None` where it has none.
    fn at_all<T>(
        &self,
        entropy: &Result<EntropyDifference, String>,
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
        let values = |of: &Result<EntropyDifference, String>| {
            self.at_all(of, |entropy, k| number(entropy.values()[k].value()))
        };
        let errors = |of: &Result<EntropyDifference, String>| {
            self.at_all(of, |entropy, k| entropy.values()[k].standard_error())
        };
        let reference = entropy.reference_temperature();
        let slope = |t: f64| {
            let check = self.check.as_ref().ok()?;
            number(check.entropy_between(reference, t).value())
        };
        EntropyEntry {
            path: self.path.name(),
            left_out: self.path.left_out(),
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
        }
    }

    fn relaxation_entry(&self) -> RelaxationEntry {
        let column =
            |of: &dyn Fn(&Point<'_>) -> Option<f64>| self.points.iter().map(|point| of(point)).collect();
        let mut models = std::collections::BTreeMap::new();
        for (name, fit) in &self.models {
            let of_model: &mut std::collections::BTreeMap<_, _> =
                models.entry(fit.model().name()).or_default();
            of_model.insert(*name, model_entry(fit));
        }
        RelaxationEntry {
            temperature: self.temperatures(),
            tau_msed: column(&|point| point.tau_msed().map(Estimate::value)),
            tau_msed_standard_error: column(&|point| point.tau_msed()?.standard_error()),
            tau_alpha: column(&|point| point.tau_alpha().map(Estimate::value)),
            tau_alpha_standard_error: column(&|point| point.tau_alpha()?.standard_error()),
            blocks: self.blocks(),
            models,
        }
    }
}

/// The verdict on one temperature in a word.
pub(crate) fn agreement_name(agreement: Agreement) -> &'static str {
    match agreement {
        Agreement::Agrees { .. } => "agrees",
        Agreement::Differs { .. } => "differs",
        Agreement::NotComparable => "not comparable",
        _ => "undecided",
    }
}

/// Temperature and estimate of the points that have it.
fn with_temperature<'a>(
    points: &[&'a Point<'a>],
    of: impl Fn(&'a Point<'a>) -> Option<&'a Estimate>,
) -> Vec<(f64, &'a Estimate)> {
    points
        .iter()
        .filter_map(|point| Some((point.energies.temperature, of(point)?)))
        .collect()
}

#[allow(clippy::needless_pass_by_value, reason = "the argument of map_err")]
fn told(error: ThermoError) -> String {
    error.to_string()
}

fn model_entry(fit: &TemperatureFit) -> ModelEntry {
    let verdict = fit.verdict();
    ModelEntry {
        parameters: fit
            .parameters()
            .map(|(name, value)| (name, number(value.value())))
            .collect(),
        standard_error: fit
            .parameters()
            .filter_map(|(name, value)| Some((name, value.standard_error()?)))
            .collect(),
        aic: number(fit.aic()),
        verdict: if verdict.is_resolved() {
            "resolved"
        } else {
            "unresolved"
        },
        reason: match verdict {
            TemperatureVerdict::Resolved => None,
            TemperatureVerdict::AtBound { parameter, value } => {
                Some(format!("{parameter} is at the end of its range, {value:.6}"))
            }
            TemperatureVerdict::NotConvex { curvature } => Some(format!(
                "ln tau does not curve upwards over 1/T: the coefficient of 1/T^2 is {curvature:.4}"
            )),
            TemperatureVerdict::OnsetInside { onset, highest } => Some(format!(
                "the onset {onset:.4} lies below the highest temperature {highest:.4}"
            )),
            _ => Some("for a reason unknown to this program".to_owned()),
        },
    }
}

fn crossover_entry(crossover: &Crossover) -> CrossoverEntry {
    let quantity = "um";
    match crossover {
        Crossover::Found {
            at,
            standard_error,
            interval,
            ..
        } => CrossoverEntry {
            quantity,
            temperature: number(*at),
            standard_error: number(*standard_error),
            interval: Some(*interval),
            verdict: Some("found"),
            reason: None,
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

fn adam_gibbs_entry(fit: &AdamGibbs) -> AdamGibbsEntry {
    let (verdict, reason) = match fit.verdict() {
        AdamGibbsVerdict::Straight { curvature, threshold } => (
            "straight",
            Some(format!(
                "curvature of {curvature:.2} standard errors, {threshold:.2} would count"
            )),
        ),
        AdamGibbsVerdict::Curved { curvature, threshold } => (
            "curved",
            Some(format!(
                "curvature of {curvature:.2} standard errors, {threshold:.2} count"
            )),
        ),
        AdamGibbsVerdict::Degenerate { s_c_reference } => (
            "degenerate",
            Some(format!(
                "S_c at the reference ran to the end of its range, {s_c_reference:.2}"
            )),
        ),
        _ => ("untested", None),
    };
    let named = [
        ("ln_tau_inf", fit.ln_tau_inf()),
        ("a", fit.a()),
        ("s_c_reference", fit.s_c_reference()),
    ];
    let value = |of: &Combined| number(of.value());
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
