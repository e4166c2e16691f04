//! One state point, from its energies to its heat capacity.

use std::collections::BTreeMap;

use msed::energy::{self, Bins, Distribution, Drift, Resolution};
use msed::relaxation::{self, Fit, Model, Weighting, Window};
use msed::thermo::{self, HeatCapacity, Plateaus, Split};
use msed::trajectory::Species;
use msed::{Curve, Ensemble, Estimate, Lags, Resampling};

use crate::energies::Energies;
use crate::failure::Failure;
use crate::frames;
use crate::results::{
    CurveEntry, DriftEntry, FitEntry, FitQuality, HeatCapacityEntry, RunEntry, errors, value,
};
use crate::scan_file::{EnsembleName, Run, Scan};
use crate::spectral::Spectral;
use crate::structure::Structure;

/// Lags per factor of ten.
pub(crate) const LAGS_PER_DECADE: u32 = 20;

/// Everything known about one state point.
pub(crate) struct Point<'a> {
    pub(crate) run: &'a Run,
    pub(crate) energies: Energies,
    pub(crate) msed: Curve,
    pub(crate) drift: Drift,
    pub(crate) resolution: Resolution,
    pub(crate) exponential: Fit,
    pub(crate) stretched: Fit,
    pub(crate) spectral: Spectral,
    pub(crate) heat_capacity: HeatCapacity,
    /// At lags from the shortest to the longest.
    pub(crate) distributions: Vec<Distribution>,
    pub(crate) structure: Option<Structure>,
}

impl<'a> Point<'a> {
    pub(crate) fn analyse(
        scan: &Scan,
        run: &'a Run,
        energies: Energies,
        species: Option<&Species>,
        resampling: Resampling,
    ) -> Result<Self, Failure> {
        let place = format!("{}:{}: run `{}`", scan.file.display(), run.line, run.name);
        let failed = |error: &dyn std::fmt::Display| Failure::at(&place, error);
        let runs = &energies.replicas;
        let lags = Lags::logarithmic(LAGS_PER_DECADE).up_to_fraction(0.1).with_zero();
        let msed = energy::msed(runs, &lags, resampling).map_err(|error| failed(&error))?;
        let drift = energy::drift(runs, resampling).map_err(|error| failed(&error))?;
        let resolution = energy::resolution(runs);
        let window = run.fit_window.map_or(Window::Automatic, Window::Given);
        let fit = |model| {
            relaxation::fit(&msed, model, window, Weighting::StandardErrors).map_err(|error| failed(&error))
        };
        let (exponential, stretched) = (fit(Model::Exponential)?, fit(Model::Stretched)?);
        let spectral = Spectral::fit(runs, resampling);
        let ensemble = match scan.system.ensemble {
            EnsembleName::Nve => Ensemble::nve(scan.system.particles),
            EnsembleName::Nvt => Ensemble::Nvt,
        };
        let plateaus = exponential.verdict().is_resolved().then(|| Plateaus {
            u0_squared: exponential.u0_squared(),
            um_squared: exponential.um_squared(),
        });
        let units = scan.system.units.units();
        let heat_capacity = thermo::heat_capacity(&energies.moments, units, ensemble, plateaus)
            .map_err(|error| failed(&error))?;
        let distributions = distributions(&energies, &msed, resampling).map_err(|error| failed(&error))?;
        let structure = frames::load(scan, run, species)?
            .map(|frames| Structure::analyse(scan, run, &frames, resampling))
            .transpose()?;
        Ok(Self {
            run,
            energies,
            msed,
            drift,
            resolution,
            exponential,
            stretched,
            spectral,
            heat_capacity,
            distributions,
            structure,
        })
    }

    /// y of the microcanonical formula, C_ex = (g/2) k y/(1-y); 0 in the canonical one, which has no such denominator.
    pub(crate) fn fluctuation_ratio(&self) -> f64 {
        match self.heat_capacity.ensemble() {
            Ensemble::Nve { degrees_of_freedom } => {
                let c = self.heat_capacity.excess().value();
                c / (c + 0.5 * degrees_of_freedom)
            }
            _ => 0.0,
        }
    }

    /// tau_alpha of the probe, where F_s reaches 1/e.
    pub(crate) fn tau_alpha(&self) -> Option<&Estimate> {
        self.structure.as_ref()?.tau_alpha()
    }

    /// This point's part of `results.json`.
    pub(crate) fn entry(&self) -> RunEntry {
        let moments = &self.energies.moments;
        let temperature = moments.temperature();
        RunEntry {
            name: self.run.name.clone(),
            temperature: self.energies.temperature,
            temperature_standard_error: temperature.and_then(|t| t.standard_error()),
            samples: moments.samples(),
            sampling_interval: self.energies.interval(),
            replicas: self.run.energy.len(),
            mean_energy: moments.mean().value(),
            mean_energy_standard_error: moments.mean().standard_error(),
            energy_variance: moments.variance().value(),
            blocks: moments.mean().blocks(),
            correlation_time: self.spectral.choice().correlation_time(),
            independent_samples: self.spectral.independent_samples(),
            left_out_rows: self.energies.left_out_rows,
            excluded: self.run.exclude.clone(),
            notes: self.energies.notes.clone(),
            print_quantum: self.resolution.quantum(),
            print_floor: self.resolution.floor(),
            msed: CurveEntry::from(&self.msed),
            drift: DriftEntry {
                slope: self.drift.slope().value(),
                standard_error: self.drift.slope().standard_error(),
                stationary: self.drift.verdict().is_stationary(),
                blocks: self.drift.slope().blocks(),
            },
            fit: BTreeMap::from([
                ("exponential", fit_entry(&self.exponential)),
                ("stretched", fit_entry(&self.stretched)),
            ]),
            spectral: self.spectral.entry(),
            heat_capacity: self.heat_capacity_entry(),
            structure: self.structure.as_ref().map(Structure::entry),
        }
    }

    fn heat_capacity_entry(&self) -> HeatCapacityEntry {
        let c = &self.heat_capacity;
        HeatCapacityEntry {
            excess: value(c.excess()),
            fast: c.fast().and_then(value),
            slow: c.slow().and_then(value),
            uncorrected: value(c.uncorrected()),
            standard_error: errors([
                ("excess", Some(c.excess())),
                ("fast", c.fast()),
                ("slow", c.slow()),
            ]),
            ensemble: c.ensemble().name(),
            as_printed: c.as_printed().and_then(value),
            blocks: c.excess().blocks(),
            reason: match c.split() {
                Split::TooLarge { y } => Some(format!(
                    "no fast and slow part: y of the fast plateau is {y:.3}, expected below 1"
                )),
                _ => None,
            },
        }
    }
}

/// Distributions at three lags or fewer: the shortest, the middle of the lags on the logarithmic scale, the longest.
fn distributions(
    energies: &Energies,
    msed: &Curve,
    resampling: Resampling,
) -> Result<Vec<Distribution>, energy::EnergyError> {
    let curve = msed.without_zero();
    let stride = curve.lags()[0];
    let mut places = vec![0, curve.len() / 2, curve.len() - 1];
    places.dedup();
    places
        .into_iter()
        .filter(|&place| curve.values()[place] > 0.0)
        .map(|place| {
            let width = 0.25 * curve.values()[place].sqrt();
            energy::distribution(
                &energies.replicas,
                curve.lags()[place] / stride,
                Bins::Width(width),
                resampling,
            )
        })
        .collect()
}

fn fit_entry(fit: &Fit) -> FitEntry {
    FitEntry {
        window: Some(fit.window()),
        max_frequency: None,
        u0_squared: value(fit.u0_squared()),
        um_squared: value(fit.um_squared()),
        relaxation_time: value(fit.relaxation_time()),
        beta: value(fit.beta()),
        mean_relaxation_time: value(fit.mean_relaxation_time()),
        quality: FitQuality::new(
            &[
                ("u0_squared", fit.u0_squared()),
                ("um_squared", fit.um_squared()),
                ("relaxation_time", fit.relaxation_time()),
                ("beta", fit.beta()),
            ],
            fit.reduced_chi_squared(),
            fit.verdict(),
            fit.cautions(),
        ),
    }
}
