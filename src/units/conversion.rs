//! From one unit system to another.

use super::{Units, UnitsError};

/// Powers of energy, time, length and temperature in a quantity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Dimension {
    /// Power of energy.
    pub energy: i32,
    /// Power of time.
    pub time: i32,
    /// Power of length.
    pub length: i32,
    /// Power of temperature.
    pub temperature: i32,
}

impl Dimension {
    /// An energy: mean energies, U0, Um, activation energies.
    pub const ENERGY: Self = Self::of(1, 0, 0, 0);
    /// A time: lag times, relaxation times.
    pub const TIME: Self = Self::of(0, 1, 0, 0);
    /// A length.
    pub const LENGTH: Self = Self::of(0, 0, 1, 0);
    /// A temperature.
    pub const TEMPERATURE: Self = Self::of(0, 0, 0, 1);
    /// MSED, U0², Um², variances of the energy.
    pub const MSED: Self = Self::of(2, 0, 0, 0);
    /// The energy diffusion coefficient.
    pub const ENERGY_DIFFUSION: Self = Self::of(2, -1, 0, 0);
    /// The mean-squared displacement.
    pub const MSD: Self = Self::of(0, 0, 2, 0);
    /// The diffusion coefficient.
    pub const DIFFUSION: Self = Self::of(0, -1, 2, 0);
    /// A wave vector.
    pub const WAVE_VECTOR: Self = Self::of(0, 0, -1, 0);
    /// A density of particles, the van Hove function.
    pub const DENSITY: Self = Self::of(0, 0, -3, 0);
    /// A number: F_s, overlap, chi4, the non-Gaussian parameter; heat capacities and entropies in k
    /// per particle; exponents.
    pub const NUMBER: Self = Self::of(0, 0, 0, 0);

    const fn of(energy: i32, time: i32, length: i32, temperature: i32) -> Self {
        Self {
            energy,
            time,
            length,
            temperature,
        }
    }
}

/// Factors from one unit system to another.
///
/// Whole results convert themselves: [`Curve::converted`](crate::Curve::converted), and
/// [`Scan::converted`](crate::thermo::Scan::converted) with all that follows from it. An
/// [`Estimate`](crate::Estimate) is mapped with the [`factor`](Self::factor) of its dimension; a
/// fit is converted with its curve.
///
/// Heat capacities, entropies (both in k per particle), exponents and verdicts are the same in
/// every system.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Conversion {
    /// The system converted from.
    pub from: Units,
    /// The system converted to.
    pub to: Units,
    /// Factor of energies; squared for mean-squared energy differences.
    pub energy: f64,
    /// Factor of times.
    pub time: f64,
    /// Factor of lengths.
    pub length: f64,
    /// Factor of temperatures.
    pub temperature: f64,
}

impl Conversion {
    /// The conversion between two systems that have a scale.
    ///
    /// # Errors
    /// [`UnitsError::NoScale`] for `lj`: see [`LennardJones::to`](super::LennardJones::to).
    ///
    /// ```
    /// use msed::{Units, units::Conversion};
    /// let factors = Conversion::between(Units::METAL, Units::REAL)?;
    /// assert!((factors.energy - 23.060_548).abs() < 1e-6); // kcal/mol in an eV
    /// assert_eq!(factors.time.round(), 1000.0);            // fs in a ps
    /// # Ok::<(), msed::Error>(())
    /// ```
    pub fn between(from: Units, to: Units) -> Result<Self, UnitsError> {
        let si = from.si.ok_or(UnitsError::NoScale { units: from.name })?;
        Self::of(from, si, to)
    }

    pub(super) fn of(from: Units, si: [f64; 4], to: Units) -> Result<Self, UnitsError> {
        let target = to.si.ok_or(UnitsError::NoScale { units: to.name })?;
        Ok(Self {
            from,
            to,
            energy: si[0] / target[0],
            time: si[1] / target[1],
            length: si[2] / target[2],
            temperature: si[3] / target[3],
        })
    }

    /// The inverse conversion.
    #[must_use]
    pub fn inverse(&self) -> Self {
        Self {
            from: self.to,
            to: self.from,
            energy: self.energy.recip(),
            time: self.time.recip(),
            length: self.length.recip(),
            temperature: self.temperature.recip(),
        }
    }

    /// Factor of a quantity of this dimension.
    ///
    /// ```
    /// use msed::{Units, units::{Dimension, LennardJones}};
    /// let factors = LennardJones::NI80P20.to(Units::METAL)?;
    /// // A diffusion coefficient of 0.01 sigma^2/tau is 0.083 angstrom^2/ps.
    /// assert!((0.01 * factors.factor(Dimension::DIFFUSION) - 0.0829).abs() < 1e-4);
    /// # Ok::<(), msed::Error>(())
    /// ```
    #[must_use]
    pub fn factor(&self, dimension: Dimension) -> f64 {
        self.energy.powi(dimension.energy)
            * self.time.powi(dimension.time)
            * self.length.powi(dimension.length)
            * self.temperature.powi(dimension.temperature)
    }

    /// Refuses a result in other units than the conversion begins with.
    ///
    /// # Errors
    /// [`UnitsError::Mismatch`].
    pub fn expect(&self, units: Units) -> Result<(), UnitsError> {
        if units.name == self.from.name {
            return Ok(());
        }
        Err(UnitsError::Mismatch {
            found: units.name,
            expected: self.from.name,
        })
    }
}
