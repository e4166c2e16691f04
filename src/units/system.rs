//! The unit systems of LAMMPS and of GROMACS, from constants of nature.

use std::fmt;

use thiserror::Error;

use crate::real::Invalid;

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

/// The hartree in J: 4.359 744 722 2071(85)e-18 (CODATA 2018, as [`ATOMIC_MASS`]).
pub const HARTREE: f64 = 4.359_744_722_207_1e-18;

/// The bar in Pa: exact by definition (NIST SP 811, 2008 edition, appendix B.8).
const BAR: f64 = 1e5;
/// The standard atmosphere in Pa: exact by definition (the same).
const ATMOSPHERE: f64 = 101_325.0;

/// The unit of temperature of a [`custom`](Units::custom) system that does not name one.
pub(crate) const UNNAMED_TEMPERATURE: &str = "temperature";

/// A unit system, named as LAMMPS names it; `gromacs` is GROMACS's.
///
/// ```
/// use msed::Units;
/// assert_eq!(Units::by_name("lj")?, Units::LJ);
/// assert_eq!(Units::LJ.boltzmann(), 1.0);
/// // eV/K: CODATA 2018 prints 8.617 333 262... e-5.
/// assert!((Units::METAL.boltzmann() / 8.617_333_262e-5 - 1.0).abs() < 1e-10);
/// # Ok::<(), msed::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Units {
    // Name and factors belong together and are private: results in units of one name can be
    // compared.
    pub(crate) name: &'static str,
    pub(crate) boltzmann: f64,
    /// Name of the energy unit.
    pub energy: &'static str,
    /// Name of the time unit.
    pub time: &'static str,
    /// Name of the length unit.
    pub length: &'static str,
    /// Name of the temperature unit.
    pub temperature: &'static str,
    // The name of the pressure unit belongs to the factor below: `with_pressure` sets both.
    pub(super) pressure: &'static str,
    pub(crate) xtc_length: f64,
    // The energy of one pressure unit times one cubic length unit.
    pub(crate) pressure_volume: f64,
    // The units of energy, time and length in SI and of temperature in K, where the system has a
    // scale.
    pub(super) si: Option<[f64; 4]>,
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
        pressure: "epsilon/sigma^3",
        xtc_length: 1.0,
        pressure_volume: 1.0,
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
        pressure: "bar",
        xtc_length: 10.0,
        pressure_volume: BAR * 1e-30 / ELEMENTARY_CHARGE,
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
        pressure: "atm",
        xtc_length: 10.0,
        pressure_volume: ATMOSPHERE * 1e-30 * AVOGADRO / (1000.0 * CALORIE),
        si: Some([1000.0 * CALORIE / AVOGADRO, 1e-15, 1e-10, 1.0]),
    };

    /// kJ/mol, ps, nm, K: GROMACS and OpenMM. XTC lengths are in nm.
    ///
    /// ```
    /// use msed::Units;
    /// assert!((Units::GROMACS.boltzmann() - 0.008_314_462_618_153_24).abs() < 1e-17);
    /// assert_eq!((Units::GROMACS.length, Units::GROMACS.xtc_length()), ("nm", 1.0));
    /// ```
    pub const GROMACS: Self = Self {
        name: "gromacs",
        boltzmann: BOLTZMANN * AVOGADRO / 1000.0,
        energy: "kJ/mol",
        time: "ps",
        length: "nm",
        temperature: "K",
        pressure: "bar",
        xtc_length: 1.0,
        pressure_volume: BAR * 1e-27 * AVOGADRO / 1000.0,
        si: Some([1000.0 / AVOGADRO, 1e-12, 1e-9, 1.0]),
    };

    /// All unit systems.
    pub const ALL: [Self; 4] = [Self::LJ, Self::METAL, Self::REAL, Self::GROMACS];

    /// Units of the caller's own, with Boltzmann's constant in energy per temperature unit. The
    /// names of the units are `energy`, `time`, `length` and `temperature` until they are set.
    /// There is no scale, and so no [`Conversion`](super::Conversion). Results are told apart by
    /// the name, which must be unique.
    ///
    /// # Errors
    /// [`UnitsError::Invalid`] unless the constant is positive and finite,
    /// [`UnitsError::TakenName`] for a name of [`ALL`](Self::ALL).
    ///
    /// ```
    /// use msed::Units;
    /// // Hartree atomic units: k in hartree per kelvin.
    /// let mut atomic = Units::custom("atomic", 3.166_811_563e-6)?.with_xtc_length(18.897_261_246)?;
    /// (atomic.energy, atomic.length, atomic.temperature) = ("hartree", "bohr", "K");
    /// assert_eq!((atomic.name(), atomic.boltzmann()), ("atomic", 3.166_811_563e-6));
    /// assert!(Units::custom("metal", 1.0).is_err());
    /// assert!(Units::custom("dpd", 0.0).is_err());
    /// # Ok::<(), msed::Error>(())
    /// ```
    pub fn custom(name: &'static str, boltzmann: f64) -> Result<Self, UnitsError> {
        if Self::by_name(name).is_ok() {
            return Err(UnitsError::TakenName { found: name });
        }
        Ok(Self {
            name,
            boltzmann: Invalid::unless_positive("Boltzmann's constant", boltzmann)?,
            energy: "energy",
            time: "time",
            length: "length",
            temperature: UNNAMED_TEMPERATURE,
            pressure: "energy/length^3",
            xtc_length: 1.0,
            pressure_volume: 1.0,
            si: None,
        })
    }

    /// Sets the factor from a length in an XTC file to the unit of this system: 1 unless it is set.
    ///
    /// # Errors
    /// [`UnitsError::Invalid`] unless positive and finite.
    pub fn with_xtc_length(mut self, factor: f64) -> Result<Self, UnitsError> {
        self.xtc_length = Invalid::unless_positive("the factor of lengths in XTC files is", factor)?;
        Ok(self)
    }

    /// Sets the energy of one pressure unit times one cubic length unit, and the name of that
    /// pressure unit: pressures are energies per volume unless it is set.
    ///
    /// # Errors
    /// [`UnitsError::Invalid`] unless positive and finite.
    ///
    /// ```
    /// use msed::Units;
    /// // kJ/mol, angstrom and bar: 6.022e-5 kJ/mol in a bar times a cubic angstrom.
    /// let units = Units::custom("mixed", 0.008_314_462_618)?.with_pressure("bar", 6.022_140_76e-5)?;
    /// assert_eq!((units.pressure(), units.pressure_volume()), ("bar", 6.022_140_76e-5));
    /// # Ok::<(), msed::Error>(())
    /// ```
    pub fn with_pressure(mut self, name: &'static str, pressure_volume: f64) -> Result<Self, UnitsError> {
        self.pressure_volume =
            Invalid::unless_positive("the energy of a pressure times a volume is", pressure_volume)?;
        self.pressure = name;
        Ok(self)
    }

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

    /// `lj`, `metal`, `real` or `gromacs`, or the name of own units.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// Boltzmann's constant, in energy per temperature unit.
    #[must_use]
    pub fn boltzmann(&self) -> f64 {
        self.boltzmann
    }

    /// Name of the pressure unit.
    #[must_use]
    pub fn pressure(&self) -> &'static str {
        self.pressure
    }

    /// The energy of one pressure unit times one cubic length unit. LAMMPS prints pressures in bar
    /// under `metal` and in atmospheres under `real`, GROMACS in bar.
    ///
    /// ```
    /// use msed::Units;
    /// // 1 eV per cubic angstrom is 160.2 GPa.
    /// assert!((1.0 / Units::METAL.pressure_volume() - 1.602_176_634e6).abs() < 1e-3);
    /// assert_eq!(Units::LJ.pressure_volume(), 1.0);
    /// ```
    #[must_use]
    pub fn pressure_volume(&self) -> f64 {
        self.pressure_volume
    }

    /// The factor from a length in an XTC file to the unit of this system: 1 for `lj`, which LAMMPS
    /// writes unscaled, 1 for `gromacs`, whose unit is the nanometre, else 10 from nanometres to
    /// angstrom.
    #[must_use]
    pub fn xtc_length(&self) -> f64 {
        self.xtc_length
    }

    /// The factor from a length in a DCD file to the unit of this system: DCD is in angstrom by
    /// convention, but LAMMPS writes the lengths of `lj` unscaled.
    ///
    /// ```
    /// use msed::Units;
    /// let systems = [Units::LJ, Units::METAL, Units::REAL];
    /// assert_eq!(systems.map(|units| units.dcd_length()), [1.0; 3]);
    /// ```
    #[must_use]
    pub fn dcd_length(&self) -> f64 {
        // A system with a scale has a nanometre, which is ten angstrom.
        if self.si.is_some() {
            0.1 * self.xtc_length
        } else {
            1.0
        }
    }
}

impl fmt::Display for Units {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}

/// A unit system that does not exist, or a conversion that is not possible.
#[derive(Debug, Clone, PartialEq, Error)]
#[non_exhaustive]
pub enum UnitsError {
    /// The name is not one of [`Units::ALL`].
    #[error("units `{found}`, expected lj, metal, real or gromacs")]
    UnknownName {
        /// The name given.
        found: String,
    },
    /// Own units have the name of other units.
    #[error("own units of the name `{found}`, expected another name than those of `Units::ALL`")]
    TakenName {
        /// The name given.
        found: &'static str,
    },
    /// Reduced units have no scale without the numbers of a substance.
    #[error(
        "units `{units}` have no scale, expected metal, real or gromacs, or `LennardJones` with epsilon/k, sigma and a mass"
    )]
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

/// A unit of energy in J, by its name.
#[cfg(feature = "io")]
pub(crate) fn energy_in_si(unit: &str) -> Option<f64> {
    let named = |units: &Units| units.si.filter(|_| units.energy == unit).map(|si| si[0]);
    let hartree = (unit == "hartree").then_some(HARTREE);
    hartree.or_else(|| Units::ALL.iter().find_map(named))
}

/// A unit of pressure in Pa, by its name.
#[cfg(feature = "io")]
pub(crate) fn pressure_in_si(unit: &str) -> Option<f64> {
    match unit {
        "Pa" => Some(1.0),
        "kPa" => Some(1e3),
        "MPa" => Some(1e6),
        "GPa" => Some(1e9),
        "bar" => Some(BAR),
        "atm" => Some(ATMOSPHERE),
        _ => None,
    }
}

/// A unit of length in m, by its name.
#[cfg(feature = "io")]
pub(crate) fn length_in_si(unit: &str) -> Option<f64> {
    match unit {
        "nm" => Some(1e-9),
        "angstrom" => Some(1e-10),
        _ => None,
    }
}

/// A unit of time in s, by its name.
pub(crate) fn time_in_si(unit: &str) -> Option<f64> {
    match unit {
        "fs" => Some(1e-15),
        "ps" => Some(1e-12),
        "ns" => Some(1e-9),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_of_the_table_is_what_its_engine_documents() {
        let rows = [
            ("lj", 1.0, "epsilon", "tau", "sigma", "epsilon/k", 1.0),
            ("metal", 8.617_333_262e-5, "eV", "ps", "angstrom", "K", 10.0),
            ("real", 1.987_204_259e-3, "kcal/mol", "fs", "angstrom", "K", 10.0),
            ("gromacs", 8.314_462_618e-3, "kJ/mol", "ps", "nm", "K", 1.0),
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
}
