//! `results.json`: the names that other programs read. A number that could not be had is absent, or `null` in an array.

use std::collections::BTreeMap;
use std::fmt::Display;

use msed::relaxation::Verdict;
use msed::structure::StructureFactor;
use msed::{Curve, Estimate};
use serde::Serialize;

/// The whole file.
#[derive(Debug, Serialize)]
pub(crate) struct Results {
    pub(crate) system: SystemEntry,
    pub(crate) runs: Vec<RunEntry>,
    pub(crate) scan: ScanEntry,
}

#[derive(Debug, Serialize)]
pub(crate) struct SystemEntry {
    pub(crate) name: String,
    pub(crate) units: &'static str,
    pub(crate) particles: usize,
    pub(crate) ensemble: &'static str,
    pub(crate) path: &'static str,
}

#[derive(Debug, Serialize)]
pub(crate) struct RunEntry {
    pub(crate) name: String,
    pub(crate) temperature: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) temperature_standard_error: Option<f64>,
    pub(crate) samples: usize,
    pub(crate) sampling_interval: f64,
    pub(crate) replicas: usize,
    pub(crate) mean_energy: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) mean_energy_standard_error: Option<f64>,
    pub(crate) energy_variance: f64,
    pub(crate) blocks: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) correlation_time: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) independent_samples: Option<f64>,
    pub(crate) left_out_rows: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) excluded: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) notes: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) print_quantum: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) print_floor: Option<f64>,
    pub(crate) msed: CurveEntry,
    pub(crate) drift: DriftEntry,
    pub(crate) fit: BTreeMap<&'static str, FitEntry>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) spectral: BTreeMap<&'static str, FitEntry>,
    pub(crate) heat_capacity: HeatCapacityEntry,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) structure: Option<StructureEntry>,
}

#[derive(Debug, Serialize)]
pub(crate) struct CurveEntry {
    pub(crate) lag_time: Vec<f64>,
    pub(crate) value: Vec<Option<f64>>,
    pub(crate) standard_error: Vec<Option<f64>>,
    pub(crate) origins: Vec<u64>,
    pub(crate) blocks: usize,
}

impl From<&Curve> for CurveEntry {
    fn from(curve: &Curve) -> Self {
        Self {
            lag_time: curve.lag_times().collect(),
            value: finite(curve.values()),
            standard_error: curve.standard_errors().to_vec(),
            origins: curve.origins().to_vec(),
            blocks: curve.resamples().blocks(),
        }
    }
}

/// Numbers for an array: `null` in place of what is none.
pub(crate) fn finite(values: &[f64]) -> Vec<Option<f64>> {
    values
        .iter()
        .map(|&x| Some(x).filter(|x| x.is_finite()))
        .collect()
}

#[derive(Debug, Serialize)]
pub(crate) struct DriftEntry {
    pub(crate) slope: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) standard_error: Option<f64>,
    pub(crate) stationary: bool,
    pub(crate) blocks: usize,
}

/// How good a fit is: errors of its numbers, and whether they mean what their names say.
#[derive(Debug, Default, Serialize)]
pub(crate) struct FitQuality {
    pub(crate) standard_error: BTreeMap<&'static str, f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) blocks: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) reduced_chi_squared: Option<f64>,
    pub(crate) verdict: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) reason: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) cautions: Vec<String>,
}

impl FitQuality {
    pub(crate) fn new<R: Display>(
        numbers: &[(&'static str, &Estimate)],
        reduced_chi_squared: Option<f64>,
        verdict: &Verdict<R>,
        cautions: &[impl Display],
    ) -> Self {
        Self {
            standard_error: errors(numbers.iter().map(|&(name, number)| (name, Some(number)))),
            blocks: numbers.first().map(|(_, number)| number.blocks()),
            reduced_chi_squared,
            verdict: if verdict.is_resolved() {
                "resolved"
            } else {
                "unresolved"
            },
            reason: reason(verdict),
            cautions: cautions.iter().map(ToString::to_string).collect(),
        }
    }

    pub(crate) fn missing(reason: &str) -> Self {
        Self {
            verdict: "unresolved",
            reason: Some(reason.to_owned()),
            ..Self::default()
        }
    }
}

/// Why a fit is not resolved.
pub(crate) fn reason<R: Display>(verdict: &Verdict<R>) -> Option<String> {
    let reasons: Vec<String> = verdict.reasons().iter().map(ToString::to_string).collect();
    (!reasons.is_empty()).then(|| reasons.join("; "))
}

/// One fit: Eq. (11) on a curve, or its spectrum.
#[derive(Debug, Default, Serialize)]
pub(crate) struct FitEntry {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) window: Option<[f64; 2]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) max_frequency: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) u0_squared: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) um_squared: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) relaxation_time: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) beta: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) mean_relaxation_time: Option<f64>,
    #[serde(flatten)]
    pub(crate) quality: FitQuality,
}

#[derive(Debug, Serialize)]
pub(crate) struct HeatCapacityEntry {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) excess: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) fast: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) slow: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) uncorrected: Option<f64>,
    pub(crate) standard_error: BTreeMap<&'static str, f64>,
    pub(crate) ensemble: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) as_printed: Option<f64>,
    pub(crate) blocks: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) reason: Option<String>,
}

/// A number, or why there is none.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct NumberEntry {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) value: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) standard_error: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) blocks: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) window: Option<[f64; 2]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) verdict: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) reason: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) lower_bound: Option<f64>,
}

impl NumberEntry {
    const EMPTY: Self = Self {
        value: None,
        standard_error: None,
        blocks: None,
        window: None,
        verdict: None,
        reason: None,
        lower_bound: None,
    };

    pub(crate) fn missing(
        verdict: &'static str,
        reason: impl Into<String>,
        lower_bound: Option<f64>,
    ) -> Self {
        Self {
            verdict: Some(verdict),
            reason: Some(reason.into()),
            lower_bound,
            ..Self::EMPTY
        }
    }
}

impl From<&Estimate> for NumberEntry {
    fn from(number: &Estimate) -> Self {
        Self {
            value: Some(number.value()).filter(|x| x.is_finite()),
            standard_error: number.standard_error(),
            blocks: Some(number.blocks()),
            ..Self::EMPTY
        }
    }
}

#[derive(Debug, Serialize)]
pub(crate) struct StructureEntry {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) q: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) wave_vectors: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) q_max: Option<NumberEntry>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) s_of_q: BTreeMap<String, ShellsEntry>,
    #[serde(flatten)]
    pub(crate) species: BTreeMap<String, CorrelationsEntry>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) tau_alpha: Option<NumberEntry>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) kww: Option<TailEntry>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) tau_beta: BTreeMap<&'static str, NumberEntry>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) diffusion: BTreeMap<String, NumberEntry>,
}

/// The tail of F_s, f_q exp(-(t/tau)^beta).
#[derive(Debug, Default, Serialize)]
pub(crate) struct TailEntry {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) window: Option<[f64; 2]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) f_q: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) tau: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) beta: Option<f64>,
    /// (tau/beta) Gamma(1/beta).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) mean_tau: Option<f64>,
    #[serde(flatten)]
    pub(crate) quality: FitQuality,
}

#[derive(Debug, Serialize)]
pub(crate) struct ShellsEntry {
    pub(crate) q: Vec<f64>,
    pub(crate) value: Vec<Option<f64>>,
    pub(crate) standard_error: Vec<Option<f64>>,
    pub(crate) wave_vectors: Vec<usize>,
    pub(crate) blocks: usize,
}

impl From<&StructureFactor> for ShellsEntry {
    fn from(factor: &StructureFactor) -> Self {
        Self {
            q: factor.q().to_vec(),
            value: finite(factor.values()),
            standard_error: factor.standard_errors().to_vec(),
            wave_vectors: factor.wave_vectors().to_vec(),
            blocks: factor.resamples().blocks(),
        }
    }
}

/// Correlations of one species, or of all particles, over common lags.
#[derive(Debug, Serialize)]
pub(crate) struct CorrelationsEntry {
    pub(crate) lag_time: Vec<f64>,
    pub(crate) origins: Vec<u64>,
    pub(crate) blocks: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) alpha2_peak: Option<PeakEntry>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) chi4_peak: Option<PeakEntry>,
    #[serde(flatten)]
    pub(crate) curves: BTreeMap<String, Vec<Option<f64>>>,
}

/// Where a curve is largest.
#[derive(Debug, Serialize)]
pub(crate) struct PeakEntry {
    pub(crate) time: NumberEntry,
    pub(crate) height: NumberEntry,
}

impl CorrelationsEntry {
    /// No curve yet, over the lags of this one.
    pub(crate) fn over(curve: &Curve) -> Self {
        Self {
            lag_time: curve.lag_times().collect(),
            origins: curve.origins().to_vec(),
            blocks: curve.resamples().blocks(),
            alpha2_peak: None,
            chi4_peak: None,
            curves: BTreeMap::new(),
        }
    }

    /// One curve more, over the same lags; where it lacks one of them, `null`.
    pub(crate) fn insert(&mut self, name: &str, curve: &Curve) {
        let place = |time: f64| curve.lag_times().position(|t| (t - time).abs() <= 1e-9 * time);
        let places: Vec<Option<usize>> = self.lag_time.iter().map(|&time| place(time)).collect();
        let values = finite(curve.values());
        let pick = |list: &[Option<f64>]| places.iter().map(|at| at.and_then(|k| list[k])).collect();
        self.curves.insert(name.to_owned(), pick(&values));
        self.curves
            .insert(format!("{name}_standard_error"), pick(curve.standard_errors()));
    }
}

/// Results over temperature, from the runs that are not excluded, the coldest first.
#[derive(Debug, Default, Serialize)]
pub(crate) struct ScanEntry {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) heat_capacity_check: Option<Vec<CheckEntry>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) entropy: Option<EntropyEntry>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) relaxation: Option<RelaxationEntry>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) crossover: Option<CrossoverEntry>,
    /// Of ln tau over 1/T, by the name of the time.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) crossover_of_times: BTreeMap<&'static str, CrossoverEntry>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) adam_gibbs: Option<AdamGibbsEntry>,
    /// With tau_alpha, S_c at the reference being the one that tau* gave.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) adam_gibbs_alpha: Option<AdamGibbsEntry>,
    /// Points that do not count, with the reason.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) excluded: BTreeMap<String, String>,
    /// Why something is absent.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) notes: Vec<String>,
}

#[derive(Debug, Serialize)]
pub(crate) struct CheckEntry {
    pub(crate) temperature: f64,
    pub(crate) from_fluctuations: Option<f64>,
    pub(crate) from_energy_slope: Option<f64>,
    pub(crate) from_spline: Option<f64>,
    /// Of the difference.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) standard_error: Option<f64>,
    pub(crate) comparable: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) z: Option<f64>,
    pub(crate) verdict: String,
    pub(crate) blocks: usize,
}

#[derive(Debug, Serialize)]
pub(crate) struct EntropyEntry {
    pub(crate) path: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) left_out: Option<&'static str>,
    pub(crate) reference_temperature: f64,
    pub(crate) temperature: Vec<f64>,
    pub(crate) total: Vec<Option<f64>>,
    pub(crate) fast: Vec<Option<f64>>,
    pub(crate) slow: Vec<Option<f64>>,
    /// Of `total`.
    pub(crate) standard_error: Vec<Option<f64>>,
    pub(crate) fast_standard_error: Vec<Option<f64>>,
    pub(crate) slow_standard_error: Vec<Option<f64>>,
    pub(crate) blocks: Vec<usize>,
    pub(crate) as_printed: AsPrintedEntry,
    pub(crate) integration_error: Vec<Option<f64>>,
    pub(crate) from_energy_slope: Vec<Option<f64>>,
    /// `total` minus `from_energy_slope` in standard errors of the difference.
    pub(crate) z: Vec<Option<f64>>,
}

#[derive(Debug, Serialize)]
pub(crate) struct AsPrintedEntry {
    pub(crate) s1: Vec<Option<f64>>,
    pub(crate) s2: Vec<Option<f64>>,
}

#[derive(Debug, Serialize)]
pub(crate) struct RelaxationEntry {
    pub(crate) temperature: Vec<f64>,
    pub(crate) tau_msed: Vec<Option<f64>>,
    pub(crate) tau_msed_standard_error: Vec<Option<f64>>,
    pub(crate) tau_alpha: Vec<Option<f64>>,
    pub(crate) tau_alpha_standard_error: Vec<Option<f64>>,
    pub(crate) blocks: Vec<usize>,
    pub(crate) models: BTreeMap<&'static str, BTreeMap<&'static str, ModelEntry>>,
}

#[derive(Debug, Serialize)]
pub(crate) struct ModelEntry {
    pub(crate) parameters: BTreeMap<&'static str, Option<f64>>,
    pub(crate) standard_error: BTreeMap<&'static str, f64>,
    pub(crate) points: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) aic: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) corrected_aic: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) bic: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) fragility: Option<FragilityEntry>,
    pub(crate) verdict: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) reason: Option<String>,
}

/// d log10 tau/d(T'/T) at T = T', with the coldest point of the scan in the glass transition's place: no extrapolation.
#[derive(Debug, Serialize)]
pub(crate) struct FragilityEntry {
    pub(crate) temperature: f64,
    pub(crate) value: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) standard_error: Option<f64>,
}

#[derive(Debug, Serialize)]
pub(crate) struct CrossoverEntry {
    pub(crate) quantity: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) temperature: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) standard_error: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) interval: Option<[f64; 2]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) verdict: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) reason: Option<String>,
}

#[derive(Debug, Serialize)]
pub(crate) struct AdamGibbsEntry {
    pub(crate) reference_temperature: f64,
    pub(crate) ln_tau_inf: Option<f64>,
    pub(crate) a: Option<f64>,
    pub(crate) s_c_reference: Option<f64>,
    pub(crate) standard_error: BTreeMap<&'static str, f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) reduced_chi_squared: Option<f64>,
    pub(crate) verdict: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) reason: Option<String>,
}

/// A standard error under its name, where there is one.
pub(crate) fn errors<'a>(
    of: impl IntoIterator<Item = (&'static str, Option<&'a Estimate>)>,
) -> BTreeMap<&'static str, f64> {
    let error = |estimate: Option<&Estimate>| estimate.and_then(Estimate::standard_error);
    of.into_iter()
        .filter_map(|(name, estimate)| error(estimate).map(|e| (name, e)))
        .collect()
}

/// The value of an estimate, where it is a number.
pub(crate) fn value(of: &Estimate) -> Option<f64> {
    number(of.value())
}

pub(crate) fn number(value: f64) -> Option<f64> {
    Some(value).filter(|x| x.is_finite())
}
