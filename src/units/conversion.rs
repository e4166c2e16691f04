//! From one unit system to another.

use super::system::{ATOMIC_MASS, BOLTZMANN, Units, UnitsError};
use crate::real::Invalid;

/// Powers of energy, time, length and temperature in a quantity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[non_exhaustive]
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

    /// Any other quantity, by its powers.
    #[must_use]
    pub const fn of(energy: i32, time: i32, length: i32, temperature: i32) -> Self {
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
pub struct Conversion {
    pub(crate) from: Units,
    pub(crate) to: Units,
    pub(crate) energy: f64,
    pub(crate) time: f64,
    pub(crate) length: f64,
    pub(crate) temperature: f64,
}

impl Conversion {
    /// The conversion between two systems that have a scale.
    ///
    /// # Errors
    /// [`UnitsError::NoScale`] for `lj`: see [`LennardJones::to`].
    ///
    /// ```
    /// use msed::{Units, units::{Conversion, Dimension}};
    /// let factors = Conversion::between(Units::METAL, Units::REAL)?;
    /// assert!((factors.factor(Dimension::ENERGY) - 23.060_548).abs() < 1e-6); // kcal/mol in an eV
    /// assert_eq!(factors.factor(Dimension::TIME).round(), 1000.0);            // fs in a ps
    /// # Ok::<(), msed::Error>(())
    /// ```
    pub fn between(from: Units, to: Units) -> Result<Self, UnitsError> {
        let si = from.si.ok_or(UnitsError::NoScale { units: from.name })?;
        Self::of(from, si, to)
    }

    fn of(from: Units, si: [f64; 4], to: Units) -> Result<Self, UnitsError> {
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

    /// The system converted from.
    #[must_use]
    pub fn from(&self) -> Units {
        self.from
    }

    /// The system converted to.
    #[must_use]
    pub fn to(&self) -> Units {
        self.to
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

/// The three numbers of a real substance that give the reduced units `lj` a scale.
///
/// ```
/// use msed::{Units, units::{Dimension, LennardJones}};
/// let alloy = LennardJones::NI80P20;
/// assert_eq!(alloy.temperature, 932.82);
/// let metal = alloy.to(Units::METAL)?;
/// // eV; printed as 0.0804
/// assert!((metal.factor(Dimension::ENERGY) - 0.080_384_2).abs() < 5e-8);
/// // ps; printed as 6.2721e-13 s
/// assert!((metal.factor(Dimension::TIME) - 0.627_211).abs() < 5e-7);
/// # Ok::<(), msed::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct LennardJones {
    /// The temperature unit epsilon/k in K.
    pub temperature: f64,
    /// The length unit sigma in angstrom.
    pub sigma: f64,
    /// The mass unit in atomic mass units.
    pub mass: f64,
}

impl LennardJones {
    /// Ni80P20: epsilon/k = 932.82 K as in Zhang, Sun, Gong, Chin. Phys. Lett. 42, 056301 (2025),
    /// where epsilon is rounded to 0.0804 eV; sigma = 2.28 angstrom and the mass of nickel, 58.6934
    /// u, are not printed there, and give its time unit of 6.2721e-13 s to all digits.
    pub const NI80P20: Self = Self {
        temperature: 932.82,
        sigma: 2.28,
        mass: 58.6934,
    };

    /// The conversion from `lj` to `units`. The time unit is sigma sqrt(m/epsilon).
    ///
    /// # Errors
    /// [`UnitsError::Invalid`] for a number that is not positive and finite, and
    /// [`UnitsError::NoScale`] if `units` is `lj` itself.
    pub fn to(&self, units: Units) -> Result<Conversion, UnitsError> {
        let temperature = Invalid::unless_positive("epsilon/k is", self.temperature)?;
        let length = Invalid::unless_positive("sigma is", self.sigma)? * 1e-10;
        let mass = Invalid::unless_positive("mass is", self.mass)? * ATOMIC_MASS;
        let energy = BOLTZMANN * temperature;
        let time = length * (mass / energy).sqrt();
        Conversion::of(Units::LJ, [energy, time, length, temperature], units)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nickel_phosphorus_has_the_published_scales() {
        let alloy = LennardJones::NI80P20;
        let metal = alloy.to(Units::METAL).unwrap();
        assert!((metal.time * 1e-12 / 6.2721e-13 - 1.0).abs() < 5e-6);
        assert_eq!((metal.from, metal.to), (Units::LJ, Units::METAL));
        assert!((metal.energy / (Units::METAL.boltzmann * 932.82) - 1.0).abs() < 1e-14);
        let time = 2.28e-10 * (58.6934 * ATOMIC_MASS / (BOLTZMANN * 932.82)).sqrt();
        assert!((metal.time / (time * 1e12) - 1.0).abs() < 1e-14);
        assert!((metal.length / 2.28 - 1.0).abs() < 1e-14);
        assert_eq!(metal.temperature, 932.82);
        // The two ways to `real` agree.
        let direct = alloy.to(Units::REAL).unwrap();
        let step = Conversion::between(Units::METAL, Units::REAL).unwrap();
        assert!((direct.energy / (metal.energy * step.energy) - 1.0).abs() < 1e-14);
        assert!((direct.time / (metal.time * step.time) - 1.0).abs() < 1e-14);
        // k T is k T in every system.
        assert!((Units::REAL.boltzmann * direct.temperature / direct.energy - 1.0).abs() < 1e-14);
    }

    #[test]
    fn every_named_dimension_has_its_factor() {
        // eV to kcal/mol, ps to fs; lengths and temperatures are the same in both systems.
        let (energy, time) = (23.060_547_830_619_03, 1000.0);
        let rows = [
            (Dimension::ENERGY, energy),
            (Dimension::TIME, time),
            (Dimension::LENGTH, 1.0),
            (Dimension::TEMPERATURE, 1.0),
            (Dimension::MSED, energy * energy),
            (Dimension::ENERGY_DIFFUSION, energy * energy / time),
            (Dimension::MSD, 1.0),
            (Dimension::DIFFUSION, 1.0 / time),
            (Dimension::WAVE_VECTOR, 1.0),
            (Dimension::DENSITY, 1.0),
            (Dimension::NUMBER, 1.0),
        ];
        let there = Conversion::between(Units::METAL, Units::REAL).unwrap();
        let alloy = LennardJones::NI80P20.to(Units::METAL).unwrap();
        for (dimension, expected) in rows {
            let factor = there.factor(dimension);
            assert!((factor / expected - 1.0).abs() < 1e-12, "{dimension:?}: {factor}");
            // There and back, and the powers of the four scales.
            assert!(
                (factor * there.inverse().factor(dimension) - 1.0).abs() < 1e-14,
                "{dimension:?}"
            );
            let powers = alloy.energy.powi(dimension.energy)
                * alloy.time.powi(dimension.time)
                * alloy.length.powi(dimension.length)
                * alloy.temperature.powi(dimension.temperature);
            assert!(
                (alloy.factor(dimension) / powers - 1.0).abs() < 1e-14,
                "{dimension:?}"
            );
        }
        assert_eq!(
            (there.inverse().from, there.inverse().to),
            (Units::REAL, Units::METAL)
        );
        let back = Conversion::between(Units::REAL, Units::METAL).unwrap();
        assert!((back.energy * there.energy - 1.0).abs() < 1e-14);
    }

    #[test]
    fn refusals_say_what_is_missing() {
        assert_eq!(
            Units::by_name("si").unwrap_err().to_string(),
            "units `si`, expected lj, metal, real or gromacs"
        );
        assert_eq!(
            Conversion::between(Units::LJ, Units::REAL)
                .unwrap_err()
                .to_string(),
            "units `lj` have no scale, expected metal, real or gromacs, or `LennardJones` with epsilon/k, sigma and a mass"
        );
        assert_eq!(
            LennardJones::NI80P20.to(Units::LJ).unwrap_err().to_string(),
            "units `lj` have no scale, expected metal, real or gromacs, or `LennardJones` with epsilon/k, sigma and a mass"
        );
        assert_eq!(
            LennardJones {
                sigma: -2.0,
                ..LennardJones::NI80P20
            }
            .to(Units::METAL)
            .unwrap_err()
            .to_string(),
            "sigma is -2, expected a positive finite number"
        );
    }
}
