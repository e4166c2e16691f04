//! Unit systems, and conversions between them.
//!
//! All computation is in the units of the run. A [`Units`] provides Boltzmann's constant, the names
//! of the units, and the factor of lengths in XTC files. A [`Conversion`] converts whole results
//! from one system to another.

mod conversion;

use std::fmt;

use thiserror::Error;

use crate::real::Invalid;

pub use conversion::{Conversion, Dimension};

/// Avogadro's constant in 1/mol: exact by the SI of 2019 (BIPM, SI Brochure, 9th edition, 2019,
/// section 2.2).
pub const AVOGADRO: f64 = 6.022_140_76e23;
/// Boltzmann's constant in J/K: exact by the SI of 2019 (the same).
pub const BOLTZMANN: f64 = 1.380_649e-23;
/// The elementary charge in C, which is one electronvolt in J: exact by the SI of 2019 (the same).
pub const ELEMENTARY_CHARGE: f64 = 1.602_176_634e-19;
/// The thermochemical calorie in J: exact by definition (NIST SP 811, 2008 edition, appendix B.8).
pub const CALORIE: f64 = 4.184;
/// The atomic mass unit in kg: 1.660 539 066 60(50)e-27 (CODATA 2018; Tiesinga et al., Rev. Mod.
/// Phys. 93, 025010, 2021).
pub const ATOMIC_MASS: f64 = 1.660_539_066_60e-27;

/// A unit system, named as LAMMPS names it.
///
/// ```
/// use msed::Units;
/// assert_eq!(Units::by_name("lj")?, Units::LJ);
/// assert_eq!(Units::LJ.boltzmann, 1.0);
/// // eV/K: CODATA 2018 prints 8.617 333 262... e-5.
/// assert!((Units::METAL.boltzmann / 8.617_333_262e-5 - 1.0).abs() < 1e-10);
/// # Ok::<(), msed::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Units {
    /// `lj`, `metal` or `real`.
    pub name: &'static str,
    /// Boltzmann's constant, in energy per temperature unit.
    pub boltzmann: f64,
    /// Name of the energy unit.
    pub energy: &'static str,
    /// Name of the time unit.
    pub time: &'static str,
    /// Name of the length unit.
    pub length: &'static str,
    /// Name of the temperature unit.
    pub temperature: &'static str,
    /// The factor from a length in an XTC file to the unit of this system: 1 for `lj`, which LAMMPS
    /// writes unscaled, else 10 from nanometres to angstrom.
    pub xtc_length: f64,
    // The units of energy, time and length in SI and of temperature in K, where the system has a
    // scale.
    si: Option<[f64; 4]>,
}

impl Units {
    /// Reduced Lennard-Jones units: k = 1, without a scale. LAMMPS writes their lengths to XTC
    /// unscaled.
    pub const LJ: Self = Self {
        name: "lj",
        boltzmann: 1.0,
        energy: "epsilon",
        time: "tau",
        length: "sigma",
        temperature: "epsilon/k",
        xtc_length: 1.0,
        si: None,
    };

    /// eV, ps, angstrom, K. XTC lengths are in nm.
    pub const METAL: Self = Self {
        name: "metal",
        boltzmann: BOLTZMANN / ELEMENTARY_CHARGE,
        energy: "eV",
        time: "ps",
        length: "angstrom",
        temperature: "K",
        xtc_length: 10.0,
        si: Some([ELEMENTARY_CHARGE, 1e-12, 1e-10, 1.0]),
    };

    /// kcal/mol, fs, angstrom, K. XTC lengths are in nm.
    pub const REAL: Self = Self {
        name: "real",
        boltzmann: BOLTZMANN * AVOGADRO / (1000.0 * CALORIE),
        energy: "kcal/mol",
        time: "fs",
        length: "angstrom",
        temperature: "K",
        xtc_length: 10.0,
        si: Some([1000.0 * CALORIE / AVOGADRO, 1e-15, 1e-10, 1.0]),
    };

    /// All unit systems.
    pub const ALL: [Self; 3] = [Self::LJ, Self::METAL, Self::REAL];

    /// The unit system of that name.
    ///
    /// # Errors
    /// [`UnitsError::UnknownName`], with the names that are known.
    pub fn by_name(name: &str) -> Result<Self, UnitsError> {
        Self::ALL
            .into_iter()
            .find(|units| units.name == name)
            .ok_or_else(|| UnitsError::UnknownName {
                found: name.to_owned(),
            })
    }
}

impl fmt::Display for Units {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

/// The three numbers of a real substance that give the reduced units `lj` a scale.
///
/// ```
/// use msed::{Units, units::LennardJones};
/// let alloy = LennardJones::NI80P20;
/// assert_eq!(alloy.temperature, 932.82);
/// let metal = alloy.to(Units::METAL)?;
/// assert!((metal.energy - 0.080_384_2).abs() < 5e-8); // eV; printed as 0.0804
/// assert!((metal.time - 0.627_211).abs() < 5e-7);     // ps; printed as 6.2721e-13 s
/// # Ok::<(), msed::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
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

/// A unit system that does not exist, or a conversion that is not possible.
#[derive(Debug, Clone, PartialEq, Error)]
#[non_exhaustive]
pub enum UnitsError {
    /// The name is not one of the three.
    #[error("units `{found}`, expected lj, metal or real")]
    UnknownName {
        /// The name given.
        found: String,
    },
    /// Reduced units have no scale without the numbers of a substance.
    #[error("units `{units}` have no scale: give epsilon/k, sigma and a mass")]
    NoScale {
        /// The name of the units.
        units: &'static str,
    },
    /// The result is not in the units that the conversion is from.
    #[error("a result in units `{found}`, expected one in `{expected}`, where the conversion begins")]
    Mismatch {
        /// The units of the result.
        found: &'static str,
        /// The units that the conversion is from.
        expected: &'static str,
    },
    /// A scale is not a positive finite number.
    #[error(transparent)]
    Invalid(#[from] Invalid),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_of_the_table_is_what_lammps_documents() {
        let rows = [
            ("lj", 1.0, "epsilon", "tau", "sigma", "epsilon/k", 1.0),
            ("metal", 8.617_333_262e-5, "eV", "ps", "angstrom", "K", 10.0),
            ("real", 1.987_204_259e-3, "kcal/mol", "fs", "angstrom", "K", 10.0),
        ];
        assert_eq!(rows.len(), Units::ALL.len());
        for (units, (name, boltzmann, energy, time, length, temperature, xtc)) in
            Units::ALL.into_iter().zip(rows)
        {
            assert_eq!(Units::by_name(name), Ok(units));
            assert!(
                (units.boltzmann / boltzmann - 1.0).abs() < 5e-10,
                "{name}: {}",
                units.boltzmann
            );
            assert_eq!(
                (
                    units.energy,
                    units.time,
                    units.length,
                    units.temperature,
                    units.xtc_length
                ),
                (energy, time, length, temperature, xtc)
            );
            assert_eq!(units.to_string(), name);
            // k T in SI is the same from the table's energy unit and from the constant.
            if let Some(si) = units.si {
                assert!(
                    (units.boltzmann * si[0] / (BOLTZMANN * si[3]) - 1.0).abs() < 1e-15,
                    "{name}"
                );
            }
        }
    }

    #[test]
    fn constants_are_those_of_the_si_and_of_codata() {
        // Gas constant, exact: 8.314 462 618 153 24 J/(mol K).
        assert!((BOLTZMANN * AVOGADRO - 8.314_462_618_153_24).abs() < 1e-14);
        // An eV per particle in kJ/mol: 96.485 332 123 310 02, Faraday's constant.
        assert!((ELEMENTARY_CHARGE * AVOGADRO - 96_485.332_123_310_02).abs() < 1e-10);
        assert!((ATOMIC_MASS * AVOGADRO * 1e3 - 1.0).abs() < 1e-9);
        assert_eq!(CALORIE, 4.184);
    }

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
            "units `si`, expected lj, metal or real"
        );
        assert_eq!(
            Conversion::between(Units::LJ, Units::REAL)
                .unwrap_err()
                .to_string(),
            "units `lj` have no scale: give epsilon/k, sigma and a mass"
        );
        assert_eq!(
            LennardJones::NI80P20.to(Units::LJ).unwrap_err().to_string(),
            "units `lj` have no scale: give epsilon/k, sigma and a mass"
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
