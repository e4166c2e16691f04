//! Energies, volumes, pressures and temperatures of runs at constant pressure, sample by sample.

use super::ThermoError;
use crate::energy::rounding_variance;
use crate::real::Real;
use crate::series::{EnergySeries, Replicas, ScalarSeries};

/// A volume that takes no more values than this in ten times as many samples is printed coarsely.
const FEW: usize = 20;

/// One number of each sample of all runs.
pub(super) type Columns = Replicas<ScalarSeries<'static, f64>>;

/// The columns of one run or of several, each of which has volumes.
pub(super) struct IsobaricColumns<'a, T: Real> {
    runs: &'a [EnergySeries<'a, T>],
    volumes: Vec<&'a [T]>,
    pressures: Option<Vec<&'a [T]>>,
    temperatures: Option<Vec<&'a [T]>>,
    /// The pressure of the barostat, where it is given.
    pressure: Option<f64>,
}

impl<'a, T: Real> IsobaricColumns<'a, T> {
    /// The columns of runs at constant pressure.
    ///
    /// # Errors
    /// [`ThermoError::NoVolumes`]; [`ThermoError::NoPressures`] where no pressure is given, either;
    /// [`ThermoError::NoTemperature`].
    pub(super) fn of(runs: &'a [EnergySeries<'a, T>], pressure: Option<f64>) -> Result<Self, ThermoError> {
        let volumes: Option<Vec<&[T]>> = runs.iter().map(EnergySeries::volumes).collect();
        let pressures: Option<Vec<&[T]>> = runs.iter().map(EnergySeries::pressures).collect();
        let temperatures: Option<Vec<&[T]>> = runs.iter().map(EnergySeries::temperatures).collect();
        let volumes = volumes.ok_or(ThermoError::NoVolumes)?;
        if pressures.is_none() && pressure.is_none() {
            return Err(ThermoError::NoPressures);
        }
        if temperatures.is_none() && runs[0].temperature().is_none() {
            return Err(ThermoError::NoTemperature);
        }
        Ok(Self {
            runs,
            volumes,
            pressures,
            temperatures,
            pressure,
        })
    }

    pub(super) fn has_pressures(&self) -> bool {
        self.pressures.is_some()
    }

    pub(super) fn has_temperatures(&self) -> bool {
        self.temperatures.is_some()
    }

    /// The temperature that is given.
    pub(super) fn temperature(&self) -> Option<f64> {
        self.runs[0].temperature()
    }

    pub(super) fn particles(&self) -> f64 {
        self.runs[0].particles() as f64
    }

    pub(super) fn lengths(&self) -> Vec<usize> {
        self.runs.iter().map(EnergySeries::len).collect()
    }

    /// Potential energy and volume per particle, pressure, and temperature, at a sample. A given
    /// number stands for a column that is missing.
    pub(super) fn at(&self, run: usize, i: usize) -> [f64; 4] {
        let n = self.particles();
        let of = |columns: &Option<Vec<&[T]>>, given: Option<f64>| match columns {
            Some(columns) => columns[run][i].to_f64(),
            None => given.unwrap_or(0.0),
        };
        [
            self.runs[run].per_particle_scale() * self.runs[run].samples()[i].to_f64(),
            self.volumes[run][i].to_f64() / n,
            of(&self.pressures, self.pressure),
            of(&self.temperatures, self.temperature()),
        ]
    }

    /// The variance that the rounding of the print adds to potential energy and volume per
    /// particle.
    pub(super) fn rounding(&self) -> [f64; 2] {
        let energies: Vec<&[T]> = self.runs.iter().map(EnergySeries::samples).collect();
        [
            rounding_variance(&energies, self.runs[0].per_particle_scale()),
            rounding_variance(&self.volumes, self.particles().recip()).max(self.coarse_volumes()),
        ]
    }

    /// The variance that the rounding of the print adds to a volume per particle that takes a few
    /// values only, too few for their multiples to show the last digit; otherwise 0.
    fn coarse_volumes(&self) -> f64 {
        let mut values: Vec<f64> = Vec::new();
        let mut samples = 0;
        for volume in self.volumes.iter().flat_map(|column| column.iter()) {
            samples += 1;
            let volume = volume.to_f64();
            if !values.contains(&volume) {
                values.push(volume);
            }
            if values.len() > FEW {
                return 0.0;
            }
        }
        values.sort_by(f64::total_cmp);
        let steps = values.windows(2).map(|pair| pair[1] - pair[0]);
        let least = steps.fold(f64::INFINITY, f64::min);
        if least.is_finite() && samples >= 10 * values.len() {
            (least / self.particles()).powi(2) / 12.0
        } else {
            0.0
        }
    }

    /// The enthalpy per particle, U + p V without its kinetic part, and the volume per particle, by
    /// name. `energy` is that of the pressure times a volume. `None` for numbers beyond those of a
    /// series.
    pub(super) fn enthalpy_and_volume(&self, energy: f64) -> [(&'static str, Option<Columns>); 2] {
        [
            ("enthalpy", self.series(|[u, v, ..]| u + energy * v)),
            ("volume", self.series(|[_, v, ..]| v)),
        ]
    }

    fn series(&self, of: impl Fn([f64; 4]) -> f64) -> Option<Columns> {
        let series = self.runs.iter().enumerate().map(|(run, series)| {
            let samples: Vec<f64> = (0..series.len()).map(|i| of(self.at(run, i))).collect();
            ScalarSeries::new(samples, series.sampling()).ok()
        });
        let runs = series.collect::<Option<Vec<_>>>();
        runs.and_then(|runs| Replicas::new(runs).ok())
    }
}
