//! What energies and temperatures show of the units, the kind of the energies and the ensemble.

use std::path::Path;

use msed::io::EnergyTable;
use msed::thermo::{Contradiction, EnsembleCheck, Sampled, ensemble_check};
use msed::{EnergyKind, EnergySeries, Ensemble, Replicas, Resampling, Units};

use super::energies::EnergyFiles;

/// Degrees of freedom that a particle may have: fewer than 1 under many constraints, and 6 of a
/// rigid molecule.
const FREEDOM: std::ops::RangeInclusive<f64> = 0.3..=6.5;

/// Units and a kind that energies may have.
pub(super) type Reading = (Units, EnergyKind);

/// What a run shows.
#[derive(Debug)]
pub(super) struct Evidence {
    /// What the data show of the ensemble.
    sampled: Option<Sampled>,
    /// Whether the volume changes, as it does under a barostat.
    moves_volume: bool,
    /// The same with its numbers, in words.
    pub(super) shown: String,
    /// The units and kinds that fit the temperatures.
    pub(super) fits: Vec<Reading>,
    /// Those that would fit with other degrees of freedom per particle, and these.
    pub(super) with_freedom: Vec<(Reading, f64)>,
}

/// Whether two readings are the same.
pub(super) fn is_same(a: &Reading, b: &Reading) -> bool {
    a.0.name() == b.0.name() && a.1 == b.1
}

impl Evidence {
    /// Tries all these units and all kinds. `None` where the run has no temperatures or cannot be
    /// read so.
    pub(super) fn of(
        dir: &Path,
        energies: &EnergyFiles,
        particles: usize,
        freedom: f64,
        units: &[Units],
    ) -> Option<Self> {
        energies.temperature()?;
        let tables = energies.tables(dir).ok()?;
        let mut found: Option<Self> = None;
        for &units in units {
            let tables = tables.iter().map(|table| table.clone().in_units(units));
            let Ok(tables) = tables.collect::<Result<Vec<_>, _>>() else {
                continue;
            };
            for kind in [EnergyKind::Total, EnergyKind::PerParticle] {
                let Some(check) = check(&tables, units, kind, particles, freedom) else {
                    continue;
                };
                let found = found.get_or_insert_with(|| {
                    let moves_volume = moves_volume(&check, freedom);
                    let volume = if moves_volume {
                        ", and the volume changes"
                    } else {
                        ""
                    };
                    Self {
                        sampled: check.sampled.value().copied(),
                        moves_volume,
                        // The thermostat's time needs the time step and the kind.
                        shown: format!("{}: {}{volume}", check.sampled, check.fluctuations()),
                        fits: Vec::new(),
                        with_freedom: Vec::new(),
                    }
                });
                found.add(&check, (units, kind), freedom);
            }
        }
        found
    }

    /// The value of `ensemble`, where the data tell it.
    pub(super) fn ensemble(&self) -> Option<&'static str> {
        match self.sampled? {
            Sampled::Microcanonical => Some("nve"),
            Sampled::Canonical => Some(self.likely()),
            _ => None,
        }
    }

    /// Whether the data show that the run is of no ensemble.
    pub(super) fn is_neither(&self) -> bool {
        self.sampled == Some(Sampled::Neither)
    }

    /// The value of `ensemble` under a thermostat.
    pub(super) fn likely(&self) -> &'static str {
        if self.moves_volume { "npt" } else { "nvt" }
    }

    fn add(&mut self, check: &EnsembleCheck, reading: Reading, freedom: f64) {
        let degrees_of_freedom = freedom;
        let nve = Ensemble::Nve { degrees_of_freedom };
        let is_conserved = self.sampled == Some(Sampled::Microcanonical);
        let declared = match (self.moves_volume, is_conserved) {
            (true, _) => Ensemble::Npt { degrees_of_freedom },
            (false, true) => nve,
            (false, false) => Ensemble::Nvt { degrees_of_freedom },
        };
        let other = match check.contradiction(declared) {
            None => {
                self.fits.push(reading);
                // A run of neither ensemble may be canonical with other degrees of freedom.
                match check.contradiction(nve) {
                    Some(Contradiction::Ensemble {
                        canonical_freedom, ..
                    }) => canonical_freedom.map(|found| with_digits(found, 1)),
                    _ => None,
                }
            }
            Some(Contradiction::Scale { ratio, .. }) if is_conserved => Some(with_digits(ratio * freedom, 2)),
            Some(Contradiction::Freedom { found, .. }) => Some(with_digits(found, 2)),
            Some(_) => None,
        };
        let other = other.filter(|other| FREEDOM.contains(other));
        self.with_freedom.extend(other.map(|other| (reading, other)));
    }
}

/// Whether the volume contradicts a constant one.
fn moves_volume(check: &EnsembleCheck, freedom: f64) -> bool {
    let nvt = Ensemble::Nvt {
        degrees_of_freedom: freedom,
    };
    matches!(check.contradiction(nvt), Some(Contradiction::Volume { .. }))
}

/// A number with as many digits as the data tell: std(E)/std(T) at constant energy is known better
/// than a variance.
fn with_digits(number: f64, digits: usize) -> f64 {
    format!("{number:.digits$}").parse().unwrap_or(number)
}

fn check(
    tables: &[EnergyTable],
    units: Units,
    kind: EnergyKind,
    particles: usize,
    freedom: f64,
) -> Option<EnsembleCheck> {
    let series = tables.iter().map(|table| {
        // The time step does not matter where the file says none.
        let of_rows = table.interval().map(|interval| interval / table.stride as f64);
        let time_step = of_rows.or(table.time_step).unwrap_or(1.0);
        table.series(time_step, particles, kind)
    });
    let series: Vec<EnergySeries<'_>> = series.collect::<Result<_, _>>().ok()?;
    let replicas = Replicas::new(series).ok()?;
    ensemble_check(&replicas, units, freedom, Resampling::default()).ok()
}

/// The time of one step, or between rows that have times in place of steps, in these units.
pub(super) struct Times {
    pub(super) step: f64,
    pub(super) in_place_of_steps: bool,
}

impl Times {
    /// `None` where the file has no times.
    pub(super) fn of(dir: &Path, energies: &EnergyFiles, units: Units) -> Option<Self> {
        if !energies.first().has_times {
            return None;
        }
        let table = msed::io::energies(dir.join(&energies.first().file)).ok()?;
        let table = table.in_units(units).ok()?;
        let is_times = |note: &msed::io::Note| matches!(note, msed::io::Note::Times { .. });
        Some(Self {
            step: table.interval()? / table.stride as f64,
            in_place_of_steps: table.notes.iter().any(is_times),
        })
    }
}
