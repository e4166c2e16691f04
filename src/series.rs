//! Series of samples, validated once, so that everything after may rely on it.
//!
//! An [`EnergySeries`] holds energies with their sampling, particle number and [kind](EnergyKind),
//! a [`ScalarSeries`] any other number that a run writes, with its sampling alone. [`Replicas`]
//! hold several series of one state point. Estimators take any of them, as [`Runs`]; what needs a
//! number of particles or a temperature takes energies, as [`EnergyRuns`].

mod column;
mod error;
mod samples;
mod scalar;

use std::borrow::Cow;
use std::num::NonZeroUsize;

use column::Column;
use samples::other_interval;

use crate::real::{Invalid, Real};
use crate::replicas::sealed::{Replica, Sealed};
use crate::sampling::Sampling;
use crate::stats::RunId;

pub use crate::replicas::{ReplicaError, Replicas};
pub use error::SeriesError;
pub use samples::Series;
pub use scalar::ScalarSeries;

/// Whether energies are totals or per particle. There is no default: LAMMPS prints the energy per
/// particle under `units lj`, and the total elsewhere or with `thermo_modify norm no`. A wrong
/// guess changes a mean-squared difference by a factor of N^2.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum EnergyKind {
    /// The potential energy of the whole system.
    Total,
    /// The potential energy divided by the number of particles.
    PerParticle,
}

impl EnergyKind {
    /// The factor from a sample to the energy per particle.
    pub(crate) fn scale(self, particles: NonZeroUsize) -> f64 {
        match self {
            Self::Total => 1.0 / particles.get() as f64,
            Self::PerParticle => 1.0,
        }
    }
}

/// The system that energies belong to: its time axis, its number of particles, and whether samples
/// are totals. A series holds a system and its samples; an accumulator is built from a system
/// alone.
///
/// ```
/// use msed::{EnergyKind, EnergySystem, Sampling};
/// // 1000 particles, the total energy every 10 steps of 0.005, at a temperature of 0.8.
/// let system = EnergySystem::new(Sampling::new(10, 0.005)?, 1000, EnergyKind::Total)?.with_temperature(0.8)?;
/// assert_eq!(system.particles(), 1000);
/// assert_eq!(
///     EnergySystem::new(system.sampling(), 0, EnergyKind::Total).unwrap_err().to_string(),
///     "0 particles, expected at least 1"
/// );
/// # Ok::<(), msed::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct EnergySystem {
    sampling: Sampling,
    particles: NonZeroUsize,
    kind: EnergyKind,
    #[cfg_attr(feature = "serde", serde(deserialize_with = "positive_temperature"))]
    temperature: Option<f64>,
}

impl EnergySystem {
    /// A system of `particles` particles.
    ///
    /// # Errors
    /// [`SeriesError::NoParticles`].
    pub fn new(sampling: Sampling, particles: usize, kind: EnergyKind) -> Result<Self, SeriesError> {
        Ok(Self {
            sampling,
            particles: NonZeroUsize::new(particles).ok_or(SeriesError::NoParticles)?,
            kind,
            temperature: None,
        })
    }

    /// Sets the temperature of the run. Sums hand it on to their moments, and sums that merge must
    /// share it. A temperature that is known only at the end, or that differs between replicas, is
    /// given to the moments.
    ///
    /// # Errors
    /// [`SeriesError::Invalid`] unless positive and finite.
    pub fn with_temperature(mut self, temperature: f64) -> Result<Self, SeriesError> {
        self.temperature = Some(check_temperature(temperature)?);
        Ok(self)
    }

    /// The time axis.
    #[must_use]
    pub fn sampling(&self) -> Sampling {
        self.sampling
    }

    /// Number of particles.
    #[must_use]
    pub fn particles(&self) -> usize {
        self.particles.get()
    }

    /// Whether samples are totals.
    #[must_use]
    pub fn kind(&self) -> EnergyKind {
        self.kind
    }

    /// The temperature, where it was given.
    #[must_use]
    pub fn temperature(&self) -> Option<f64> {
        self.temperature
    }

    /// The factor from a sample to the energy per particle: 1/N for totals, else 1.
    #[must_use]
    pub fn per_particle_scale(&self) -> f64 {
        self.kind.scale(self.particles)
    }
}

/// A scalar series has only a time axis. Its samples are used unchanged: internally it is the
/// energy per particle of one particle. Accumulators take a [`Sampling`] for a system this way.
/// What [`EnergySums::moments`](crate::energy::EnergySums::moments) gives of such sums are then
/// moments of the samples, and no heat capacity follows from them.
impl From<Sampling> for EnergySystem {
    fn from(sampling: Sampling) -> Self {
        Self {
            sampling,
            particles: NonZeroUsize::MIN,
            kind: EnergyKind::PerParticle,
            temperature: None,
        }
    }
}

/// The potential energy of one run at evenly spaced steps, with its sampling, particle number and
/// kind, and the temperature where it is known.
///
/// Samples are owned or borrowed, in `f32` or `f64`, and finite. Results are per particle whatever
/// the kind.
///
/// ```
/// use msed::{EnergyKind, EnergySeries, Sampling};
/// let energies = [-6020.5, -6018.0, -6023.25, -6021.0];
/// let every_ten = Sampling::new(10, 0.005)?;
/// let series = EnergySeries::new(&energies[..], every_ten, 1000, EnergyKind::Total)?
///     .with_temperature(0.8)?;
/// assert_eq!(series.len(), 4);
/// assert_eq!(series.per_particle_scale(), 1e-3);
/// assert_eq!(series.duration(), 0.2);
///
/// let bad = EnergySeries::new(vec![1.0, f64::NAN], every_ten, 1000, EnergyKind::Total);
/// assert_eq!(
///     bad.unwrap_err().to_string(),
///     "energy 1 is NaN, expected a finite number of at most 1e60 in size"
/// );
/// # Ok::<(), msed::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct EnergySeries<'a, T: Real = f64> {
    samples: Column<'a, T>,
    system: EnergySystem,
    temperatures: Option<Column<'a, T>>,
    pressures: Option<Column<'a, T>>,
    volumes: Option<Column<'a, T>>,
    total_energies: Option<Column<'a, T>>,
}

impl<'a, T: Real> EnergySeries<'a, T> {
    /// A series of `samples`, evenly spaced, of a system of `particles`.
    ///
    /// # Errors
    /// [`SeriesError`] for fewer than two samples, a sample that is not finite or above 1e60 in
    /// size (with its index), or no particles.
    pub fn new(
        samples: impl Into<Cow<'a, [T]>>,
        sampling: Sampling,
        particles: usize,
        kind: EnergyKind,
    ) -> Result<Self, SeriesError> {
        Ok(Self {
            samples: Column::series("energy", samples)?,
            system: EnergySystem::new(sampling, particles, kind)?,
            temperatures: None,
            pressures: None,
            volumes: None,
            total_energies: None,
        })
    }

    /// The kinetic temperature at each sample. Its mean is the temperature of the run, and it goes
    /// through the same resamples as the energy.
    ///
    /// # Errors
    /// [`SeriesError`] for a length that differs from the energies', or a value that is negative,
    /// not finite or above 1e60.
    pub fn with_temperatures(mut self, temperatures: impl Into<Cow<'a, [T]>>) -> Result<Self, SeriesError> {
        let temperatures = self.column("temperature", temperatures)?;
        if let Some(negative) = temperatures.0.iter().find(|x| x.to_f64() < 0.0) {
            check_temperature(negative.to_f64())?;
        }
        self.temperatures = Some(temperatures);
        Ok(self)
    }

    /// The pressure at each sample, in the pressure unit of the unit system
    /// ([`Units::pressure`](crate::Units)), with the kinetic part: for
    /// [`thermo::virial`](crate::thermo::virial()).
    ///
    /// # Errors
    /// [`SeriesError`] for a length that differs from the energies', or a value that is not finite
    /// or above 1e60 in size.
    pub fn with_pressures(mut self, pressures: impl Into<Cow<'a, [T]>>) -> Result<Self, SeriesError> {
        self.pressures = Some(self.column("pressure", pressures)?);
        Ok(self)
    }

    /// The volume of the cell at each sample, in two dimensions its area.
    ///
    /// # Errors
    /// [`SeriesError`] for a length that differs from the energies', or a value that is not
    /// positive, not finite or above 1e60.
    pub fn with_volumes(mut self, volumes: impl Into<Cow<'a, [T]>>) -> Result<Self, SeriesError> {
        let volumes = self.column("volume", volumes)?;
        for volume in &*volumes.0 {
            Invalid::unless_positive("volume", volume.to_f64())?;
        }
        self.volumes = Some(volumes);
        Ok(self)
    }

    /// The total energy at each sample, potential and kinetic, in the unit and of the kind of the
    /// energies. [`thermo::ensemble_check`](crate::thermo::ensemble_check()) compares what it has
    /// beyond them, the kinetic energy, with the temperatures. A conserved quantity that counts a
    /// thermostat's share is no total energy.
    ///
    /// # Errors
    /// [`SeriesError`] for a length that differs from the energies', or a value that is not finite
    /// or above 1e60 in size.
    pub fn with_total_energies(mut self, totals: impl Into<Cow<'a, [T]>>) -> Result<Self, SeriesError> {
        self.total_energies = Some(self.column("total", totals)?);
        Ok(self)
    }

    /// A column with one finite number for each energy.
    fn column(
        &self,
        quantity: &'static str,
        samples: impl Into<Cow<'a, [T]>>,
    ) -> Result<Column<'a, T>, SeriesError> {
        let samples = samples.into();
        if samples.len() != self.len() {
            return Err(SeriesError::Length {
                quantity,
                found: samples.len(),
                expected: self.len(),
            });
        }
        Column::new(quantity, samples)
    }

    /// Gives the temperature of the run, which takes precedence over the mean of
    /// [`with_temperatures`](Self::with_temperatures).
    ///
    /// # Errors
    /// [`SeriesError::Invalid`] unless positive and finite.
    pub fn with_temperature(mut self, temperature: f64) -> Result<Self, SeriesError> {
        self.system = self.system.with_temperature(temperature)?;
        Ok(self)
    }

    /// The series without its first `samples` samples, which were taken before equilibrium.
    ///
    /// # Errors
    /// [`SeriesError::TooFewSamples`] if fewer than two are left.
    pub fn discard(mut self, samples: usize) -> Result<Self, SeriesError> {
        self.samples = self.samples.discard(samples)?;
        for column in [
            &mut self.temperatures,
            &mut self.pressures,
            &mut self.volumes,
            &mut self.total_energies,
        ] {
            *column = column.take().map(|column| column.discard(samples)).transpose()?;
        }
        Ok(self)
    }

    /// Which run this is: equal samples are one run.
    #[must_use]
    pub fn run(&self) -> RunId {
        RunId::of(self.samples())
    }

    /// The energies, in the kind they were given in.
    #[must_use]
    pub fn samples(&self) -> &[T] {
        &self.samples.0
    }

    /// Number of samples: two or more.
    #[must_use]
    #[allow(clippy::len_without_is_empty, reason = "never empty")]
    pub fn len(&self) -> usize {
        Series::len(self)
    }

    /// The system that the samples belong to.
    #[must_use]
    pub fn system(&self) -> EnergySystem {
        self.system
    }

    /// The time axis.
    #[must_use]
    pub fn sampling(&self) -> Sampling {
        self.system.sampling
    }

    /// Number of samples times their spacing, in time units.
    #[must_use]
    pub fn duration(&self) -> f64 {
        Series::duration(self)
    }

    /// Number of particles.
    #[must_use]
    pub fn particles(&self) -> usize {
        self.system.particles()
    }

    /// Whether samples are totals or per particle.
    #[must_use]
    pub fn kind(&self) -> EnergyKind {
        self.system.kind
    }

    /// The factor from a sample to the energy per particle: 1/N for totals, else 1.
    #[must_use]
    pub fn per_particle_scale(&self) -> f64 {
        self.system.per_particle_scale()
    }

    /// The temperature at each sample, if given.
    #[must_use]
    pub fn temperatures(&self) -> Option<&[T]> {
        self.temperatures.as_ref().map(|column| &*column.0)
    }

    /// The pressure at each sample, if given.
    #[must_use]
    pub fn pressures(&self) -> Option<&[T]> {
        self.pressures.as_ref().map(|column| &*column.0)
    }

    /// The volume at each sample, if given.
    #[must_use]
    pub fn volumes(&self) -> Option<&[T]> {
        self.volumes.as_ref().map(|column| &*column.0)
    }

    /// The total energy at each sample, if given.
    #[must_use]
    pub fn total_energies(&self) -> Option<&[T]> {
        self.total_energies.as_ref().map(|column| &*column.0)
    }

    /// The temperature given for the run, if any; the mean of the column is computed with the
    /// moments of the energy.
    #[must_use]
    pub fn temperature(&self) -> Option<f64> {
        self.system.temperature
    }
}

/// A temperature that a run can have.
pub(crate) fn check_temperature(found: f64) -> Result<f64, SeriesError> {
    Ok(Invalid::unless_positive("temperature", found)?)
}

/// A temperature that may be given, read back.
#[cfg(feature = "serde")]
pub(crate) fn positive_temperature<'de, D: serde::Deserializer<'de>>(
    from: D,
) -> Result<Option<f64>, D::Error> {
    let given: Option<f64> = serde::Deserialize::deserialize(from)?;
    given
        .map(|found| check_temperature(found).map_err(serde::de::Error::custom))
        .transpose()
}

impl<T: Real> Replica for EnergySeries<'_, T> {
    fn difference(&self, first: &Self) -> Option<String> {
        let shown = |run: &Self| {
            [
                ("particle number", run.particles().to_string()),
                ("energy kind", format!("{:?}", run.kind())),
                ("given temperature", format!("{:?}", run.temperature())),
                ("a temperature column:", run.temperatures().is_some().to_string()),
            ]
        };
        other_interval(self.sampling(), first.sampling()).or_else(|| {
            let mut pairs = shown(self).into_iter().zip(shown(first));
            let ((quantity, found), (_, expected)) = pairs.find(|(run, first)| run != first)?;
            Some(format!("{quantity} {found}, expected {expected} as in the first"))
        })
    }
}

impl<T: Real> Series<T> for EnergySeries<'_, T> {
    fn samples(&self) -> &[T] {
        self.samples()
    }

    fn sampling(&self) -> Sampling {
        self.sampling()
    }

    fn result_factor(&self) -> f64 {
        self.per_particle_scale()
    }
}

/// One run or several, as estimators take them. Implemented for [`EnergySeries`], [`ScalarSeries`]
/// and [`Replicas`] of either; sealed, because the runs must agree with each other.
pub trait Runs<T: Real>: Sealed {
    /// What one run is.
    type Run: Series<T>;

    /// The runs: at least one, all of the same sampling, and energies also of the same particle
    /// number and kind.
    fn runs(&self) -> &[Self::Run];

    /// The identity of the run, or of the replicas as one.
    fn run(&self) -> RunId {
        RunId::merged(self.runs().iter().map(|run| RunId::of(run.samples())))
    }
}

impl<'a, T: Real> Runs<T> for EnergySeries<'a, T> {
    type Run = EnergySeries<'a, T>;

    fn runs(&self) -> &[EnergySeries<'a, T>] {
        std::slice::from_ref(self)
    }
}

impl<'a, T: Real> Runs<T> for ScalarSeries<'a, T> {
    type Run = ScalarSeries<'a, T>;

    fn runs(&self) -> &[ScalarSeries<'a, T>] {
        std::slice::from_ref(self)
    }
}

impl<T: Real, R: Series<T> + Replica> Runs<T> for Replicas<R> {
    type Run = R;

    fn runs(&self) -> &[R] {
        self.runs()
    }
}

/// One run of energies or several: what needs a number of particles, or a temperature.
pub trait EnergyRuns<T: Real>: Runs<T> {
    /// The runs, as [`Runs::runs`] gives them.
    fn energies(&self) -> &[EnergySeries<'_, T>];
}

impl<T: Real> EnergyRuns<T> for EnergySeries<'_, T> {
    fn energies(&self) -> &[EnergySeries<'_, T>] {
        std::slice::from_ref(self)
    }
}

impl<T: Real> EnergyRuns<T> for Replicas<EnergySeries<'_, T>> {
    fn energies(&self) -> &[EnergySeries<'_, T>] {
        self.runs()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sampling() -> Sampling {
        Sampling::new(1, 1.0).unwrap()
    }

    #[test]
    fn refusals_name_index_and_value() {
        let message = |samples: &[f32], particles| {
            EnergySeries::new(samples, sampling(), particles, EnergyKind::Total)
                .unwrap_err()
                .to_string()
        };
        assert_eq!(message(&[1.0], 1), "1 samples, expected at least 2");
        assert_eq!(
            message(&[1.0, f32::INFINITY], 1),
            "energy 1 is inf, expected a finite number of at most 1e60 in size"
        );
        assert_eq!(message(&[1.0, 2.0], 0), "0 particles, expected at least 1");
        let series = EnergySeries::new(vec![1.0, 2.0], sampling(), 1, EnergyKind::PerParticle).unwrap();
        let message = |temperatures: Vec<f64>| {
            series
                .clone()
                .with_temperatures(temperatures)
                .unwrap_err()
                .to_string()
        };
        assert_eq!(message(vec![1.0]), "1 temperatures, expected 2, one per energy");
        assert_eq!(
            message(vec![1.0, f64::NAN]),
            "temperature 1 is NaN, expected a finite number of at most 1e60 in size"
        );
        assert_eq!(
            message(vec![1.0, -1.0]),
            "temperature -1, expected a positive finite number"
        );
        assert_eq!(
            series.clone().with_temperature(0.0).unwrap_err().to_string(),
            "temperature 0, expected a positive finite number"
        );
        assert_eq!(
            series.discard(1).unwrap_err().to_string(),
            "1 samples, expected at least 2"
        );
    }

    #[test]
    fn discarding_cuts_both_columns() {
        let series = EnergySeries::new(vec![1.0, 2.0, 3.0], sampling(), 1, EnergyKind::PerParticle)
            .unwrap()
            .with_temperatures(vec![4.0, 5.0, 6.0])
            .unwrap()
            .discard(1)
            .unwrap();
        assert_eq!(
            (series.samples(), series.temperatures()),
            (&[2.0, 3.0][..], Some(&[5.0, 6.0][..]))
        );
    }

    #[test]
    fn runs_of_another_state_point_are_refused() {
        let run = |stride, particles, kind| {
            EnergySeries::new(
                vec![1.0, 2.0],
                Sampling::new(stride, 0.5).unwrap(),
                particles,
                kind,
            )
            .unwrap()
        };
        let first = run(1, 10, EnergyKind::Total);
        let message = |other| Replicas::new(vec![first.clone(), other]).unwrap_err().to_string();
        assert_eq!(
            message(run(2, 10, EnergyKind::Total)),
            "replica 1 has sampling interval 1, expected 0.5 as in the first"
        );
        assert_eq!(
            message(run(1, 11, EnergyKind::Total)),
            "replica 1 has particle number 11, expected 10 as in the first"
        );
        assert_eq!(
            message(run(1, 10, EnergyKind::PerParticle)),
            "replica 1 has energy kind PerParticle, expected Total as in the first"
        );
        assert_eq!(
            message(run(1, 10, EnergyKind::Total).with_temperature(0.5).unwrap()),
            "replica 1 has given temperature Some(0.5), expected None as in the first"
        );
        assert_eq!(
            Replicas::<EnergySeries<f64>>::new(vec![])
                .unwrap_err()
                .to_string(),
            "0 replicas, expected at least 1"
        );
    }
}
