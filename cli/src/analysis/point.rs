//! One state point, from its energies to its heat capacity.

use msed::energy::{self, Bins, Distribution, Drift, Resolution};
use msed::relaxation::{Fit, FitError, Model, Relaxation};
use msed::stats::{Outcome, short};
use msed::thermo::{self, ConstantPressure, EnsembleCheck, HeatCapacity, Undetermined, Virial};
use msed::trajectory::Species;
use msed::{Curve, Ensemble, Estimate, Lags, Resampling};

use super::dynamic_heat_capacity::Dynamic;
use super::spectral::Spectral;
use super::structure::{Decay, Structure};
use super::{constant_pressure, virial};
use crate::failure::Failure;
use crate::input::energies::Energies;
use crate::input::frame_replicas::OtherRuns;
use crate::input::trajectory;
use crate::scan_file::{Run, Scan};

/// Lags per factor of ten.
pub(super) const LAGS_PER_DECADE: u32 = 20;

/// Everything known about one state point.
pub(crate) struct Point<'a> {
    pub(crate) run: &'a Run,
    pub(crate) energies: Energies,
    pub(crate) msed: Curve,
    pub(crate) drift: Drift,
    pub(crate) resolution: Resolution,
    pub(crate) exponential: Relaxation,
    pub(crate) stretched: Relaxation,
    /// The form that the spectrum chose.
    pub(crate) chosen: Model,
    pub(crate) spectral: Spectral,
    /// The ensemble that the run is declared to be of.
    pub(crate) ensemble: Ensemble,
    /// `None` at constant pressure, where the energy alone gives none.
    pub(crate) heat_capacity: Option<HeatCapacity>,
    /// `None` at constant volume.
    pub(crate) constant_pressure: Option<Outcome<ConstantPressure, Undetermined>>,
    /// The heat capacity over frequency, by the fit that splits it.
    pub(crate) dynamic: Outcome<Dynamic, Undetermined>,
    /// At lags from the shortest to the longest.
    pub(crate) distributions: Vec<Distribution>,
    /// `None` for energies without pressures.
    pub(crate) virial: Option<Outcome<Virial, String>>,
    pub(crate) structure: Option<Structure>,
}

impl<'a> Point<'a> {
    pub(crate) fn analyse(
        scan: &Scan,
        run: &'a Run,
        energies: Energies,
        species: Option<&Species>,
        others: &mut OtherRuns,
        resampling: Resampling,
    ) -> Result<Self, Failure> {
        let constant_pressure = constant_pressure::of(scan, run, &energies, resampling)?;
        let point = Self::of(scan, run, energies, resampling);
        let mut point = point.map_err(|error| failure(scan, run, error))?;
        point.constant_pressure = constant_pressure;
        point.energies.notes.extend(beyond_the_lags(run, &point.msed));
        let loaded = trajectory::load(scan, run, species, point.energies.discarded, others)?;
        if let Some(loaded) = &loaded {
            point.energies.notes.extend_from_slice(&loaded.notes);
            let temperature = point.temperature();
            point.structure = Some(Structure::analyse(scan, run, loaded, temperature, resampling)?);
        }
        let frames = loaded.as_ref().map(|loaded| &loaded.frames);
        point.virial = virial::of(scan, &point, frames, resampling)?;
        point.energies.notes = collected(run, std::mem::take(&mut point.energies.notes));
        Ok(point)
    }

    /// What the energies alone tell.
    fn of(
        scan: &Scan,
        run: &'a Run,
        energies: Energies,
        resampling: Resampling,
    ) -> Result<Self, msed::Error> {
        let runs = &energies.replicas;
        let lags = Lags::logarithmic(LAGS_PER_DECADE).up_to_fraction(0.1).with_zero();
        let msed = energy::msed(runs, &lags, resampling)?;
        let check = energies.ensemble.as_ref();
        let ensemble = scan.ensemble_of(run);
        let judged = |fit| {
            ensemble.judge(match check {
                Some(check) => check.judge(fit),
                None => fit,
            })
        };
        let spectral = Spectral::fit(runs, &msed, run.model(), resampling, judged);
        let spectrum = spectral.chosen().as_ref().ok();
        let chosen = match (run.model(), spectrum) {
            (Some(model), _) => model,
            (None, Some(spectrum)) => spectrum.model,
            (None, None) => Model::Stretched,
        };
        let fit = |model| {
            let fit = match spectrum {
                Some(spectrum) if chosen == model => Fit::beside(spectrum),
                Some(spectrum) => Fit::new(model).after(spectrum),
                None => Fit::new(model),
            };
            fit.window(run.fit_window).to(&msed).map(judged)
        };
        let exponential = fit(Model::Exponential)?;
        let stretched = fit(Model::Stretched)?;
        let of_chosen = match chosen {
            Model::Exponential => &exponential,
            _ => &stretched,
        };
        let heat_capacity = match ensemble {
            Ensemble::Npt { .. } => None,
            _ => {
                let units = scan.system.units.units();
                Some(thermo::heat_capacity(&energies.moments, units, ensemble)?.split(of_chosen)?)
            }
        };
        let dynamic = match (check.and_then(EnsembleCheck::no_heat_capacity), &heat_capacity) {
            (_, None) => Outcome::Unresolved(Undetermined::ConstantPressure),
            (Some(why), _) => Outcome::Unresolved(why),
            (None, Some(heat_capacity)) => Dynamic::of(heat_capacity, of_chosen, &msed)?,
        };
        Ok(Self {
            run,
            drift: energy::drift(runs, resampling)?,
            resolution: energy::resolution(runs),
            spectral,
            distributions: distributions(&energies, &msed, resampling)?,
            ensemble,
            heat_capacity,
            constant_pressure: None,
            dynamic,
            exponential,
            stretched,
            chosen,
            virial: None,
            structure: None,
            msed,
            energies,
        })
    }

    pub(crate) fn name(&self) -> &str {
        self.run.name()
    }

    pub(crate) fn temperature(&self) -> f64 {
        self.energies.temperature
    }

    /// The same with its error, where it is no given one.
    pub(crate) fn temperature_estimate(&self) -> Estimate {
        let known = self.energies.moments.temperature();
        known.unwrap_or_else(|| Estimate::exact(self.temperature()))
    }

    /// Whether the point enters no result over temperature.
    pub(crate) fn is_excluded(&self) -> bool {
        self.run.exclude.is_some()
    }

    /// The heat capacity of the energy; `None` where the run sampled neither ensemble, and at
    /// constant pressure.
    pub(crate) fn counted_heat_capacity(&self) -> Option<&HeatCapacity> {
        let found = self.heat_capacity.as_ref();
        found.filter(|_| self.no_heat_capacity().is_none())
    }

    /// Why the run has no heat capacity; `None` where it has one.
    pub(crate) fn no_heat_capacity(&self) -> Option<Undetermined> {
        if self.heat_capacity.is_none() {
            return Some(Undetermined::ConstantPressure);
        }
        self.energies.ensemble.as_ref()?.no_heat_capacity()
    }

    /// Eq. (11) in the form that was chosen.
    pub(crate) fn fit(&self) -> &Relaxation {
        match self.chosen {
            Model::Exponential => &self.exponential,
            _ => &self.stretched,
        }
    }

    /// The same, where it is resolved.
    pub(crate) fn relaxation(&self) -> Option<&Relaxation> {
        Some(self.fit()).filter(|fit| fit.verdict.is_resolved())
    }

    /// The decay of the probe's structure.
    pub(crate) fn decay(&self) -> Option<&Decay> {
        self.structure.as_ref()?.decay.as_ref()
    }

    /// y of the microcanonical formula, C_ex = (g/2) k y/(1-y); 0 in the canonical one, which has
    /// no such denominator.
    pub(crate) fn fluctuation_ratio(&self) -> f64 {
        match (&self.heat_capacity, self.ensemble) {
            (Some(found), Ensemble::Nve { degrees_of_freedom }) => {
                let c = found.excess.value();
                c / (c + 0.5 * degrees_of_freedom)
            }
            _ => 0.0,
        }
    }
}

/// The failure of the energies of a run.
fn failure(scan: &Scan, run: &Run, error: msed::Error) -> Failure {
    match error {
        msed::Error::Fit(error @ FitError::TooFewPoints { .. }) if run.fit_window.is_some() => {
            scan.key_failure(run, "fit_window", format_args!("run `{}`: {error}", run.name()))
        }
        error => scan.run_failure(run, error),
    }
}

/// What is to be said of a window that begins before the first lag above 0 or ends beyond the last
/// one. An end between the last lag and the one that would come next leaves out none.
fn beyond_the_lags(run: &Run, msed: &Curve) -> Option<String> {
    let [start, end] = run.fit_window?;
    let curve = msed.without_zero();
    let (first, last) = (curve.lag_times().next()?, curve.lag_times().last()?);
    let next = last * 10_f64.powf(1.0 / f64::from(LAGS_PER_DECADE));
    let is_whole = start >= first * (1.0 - 1e-9) && end < next;
    (!is_whole).then(|| {
        let [start, end, first, last] = [start, end, first, last].map(|time| short(time, 6));
        format!("`fit_window` reaches from {start} to {end}, the lags of the run from {first} to {last}")
    })
}

/// Notes, of which those that say the same of several files stand once.
fn collected(run: &Run, notes: Vec<String>) -> Vec<String> {
    let files = run.energy().iter().chain(run.trajectory()).flatten();
    let files: Vec<String> = files.map(|file| format!("{}: ", file.display())).collect();
    let mut counted: Vec<(String, usize, usize)> = Vec::new();
    for note in notes {
        let file = files.iter().find(|file| note.starts_with(file.as_str()));
        let start = file.map_or(0, String::len);
        let same = |(other, behind, _): &&mut (String, usize, usize)| {
            start > 0 && *behind > 0 && other[*behind..] == note[start..]
        };
        match counted.iter_mut().find(same) {
            Some((_, _, more)) => *more += 1,
            None => counted.push((note, start, 0)),
        }
    }
    let shown = counted.into_iter().map(|(note, _, more)| match more {
        0 => note,
        1 => format!("{note} (and 1 more file)"),
        _ => format!("{note} (and {more} more files)"),
    });
    shown.collect()
}

/// Points in the order of temperature, the coldest first.
pub(crate) fn by_temperature<'a, 'b>(points: &'a [Point<'b>]) -> Vec<&'a Point<'b>> {
    let mut sorted: Vec<&Point<'_>> = points.iter().collect();
    sorted.sort_by(|a, b| a.temperature().total_cmp(&b.temperature()));
    sorted
}

/// Distributions at three lags or fewer: the shortest, the middle of the lags on the logarithmic
/// scale, the longest.
fn distributions(
    energies: &Energies,
    msed: &Curve,
    resampling: Resampling,
) -> Result<Vec<Distribution>, energy::EnergyError> {
    let curve = msed.without_zero();
    let mut places = vec![0, curve.len() / 2, curve.len() - 1];
    places.dedup();
    let varying = places.into_iter().filter(|&place| curve.values()[place] > 0.0);
    varying
        .map(|place| {
            let bins = Bins::Width(0.25 * curve.values()[place].sqrt());
            energy::distribution(&energies.replicas, curve.lags()[place], bins, resampling)
        })
        .collect()
}
