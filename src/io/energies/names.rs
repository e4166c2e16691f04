//! What the names of columns mean.
//!
//! LAMMPS' own names come first. Names of other programs are compared in a plain form: without the
//! unit in brackets behind them, without the path in front of them, and in lower case.

use crate::io::error::Fault;
use crate::series::EnergyKind;

/// LAMMPS' names of the step column: the first that is there.
pub(super) const STEP: [&str; 2] = ["TimeStep", "Step"];
/// LAMMPS' names of the potential energy: the first that is there.
pub(super) const ENERGY: [&str; 4] = ["v_pe", "c_thermo_pe", "PotEng", "E_pair"];
/// LAMMPS' names of the kinetic temperature: the first that is there.
pub(super) const TEMPERATURE: [&str; 3] = ["v_te", "c_thermo_temp", "Temp"];

/// LAMMPS' names of the pressure: the first that is there.
const PRESSURE: [&str; 4] = ["v_press", "v_pr", "c_thermo_press", "Press"];
/// LAMMPS' names of the volume: the first that is there.
const VOLUME: [&str; 3] = ["v_vol", "v_volume", "Volume"];
/// LAMMPS' names of the total energy, potential and kinetic: the first that is there.
const TOTAL: [&str; 4] = ["v_etotal", "v_etot", "v_e", "TotEng"];

/// Plain names of the step: `Step Nr.` of CP2K, `TS` of NAMD, `Simulation.timestep` of HOOMD-blue.
const PLAIN_STEP: [&str; 5] = ["step", "timestep", "step nr", "ts", "nstep"];
/// Plain names of the potential energy: `Potential Energy (kJ/mole)` of OpenMM, `Potential` of
/// GROMACS and NAMD, `Pot.[a.u.]` of CP2K, `Epot[eV]` and `Epot/N[eV]` of ASE.
const PLAIN_ENERGY: [&str; 9] = [
    "pe",
    "poteng",
    "potential_energy",
    "potential energy",
    "potential",
    "pot",
    "epot",
    "e_pot",
    "epot/n",
];
/// Plain names of the temperature.
const PLAIN_TEMPERATURE: [&str; 4] = [
    "temp",
    "temperature",
    "kinetic_temperature",
    "kinetic temperature",
];
/// Plain names of the pressure: `Pressure` of GROMACS, `PRESSURE` of NAMD, `pressure` of
/// HOOMD-blue.
const PLAIN_PRESSURE: [&str; 2] = ["press", "pressure"];
/// Plain names of the volume: `Volume` of GROMACS, `Box Volume (nm^3)` of OpenMM, `VOLUME` of NAMD.
const PLAIN_VOLUME: [&str; 3] = ["vol", "volume", "box volume"];
/// Plain names of the total energy: `Total Energy` of GROMACS, `Total Energy (kJ/mole)` of OpenMM,
/// `Etot[eV]` and `Etot/N[eV]` of ASE. What a program conserves, such as `Conserved En.` of GROMACS
/// and `Cons Qty[a.u.]` of CP2K, may hold a thermostat's share and is none.
const PLAIN_TOTAL: [&str; 8] = [
    "toteng",
    "etotal",
    "etot",
    "e_total",
    "e_tot",
    "total_energy",
    "total energy",
    "etot/n",
];
/// Plain names of the time.
const PLAIN_TIME: [&str; 1] = ["time"];
/// Names that a column of totals has in the program that writes it. GROMACS' `Potential` may have
/// been divided by a number of molecules.
const TOTALS: [&str; 5] = [
    "Potential Energy (kJ/mole)",
    "Epot[eV]",
    "Pot.[a.u.]",
    "potential energy[eV]",
    "POTENTIAL",
];

/// The unit behind a name.
pub(super) type UnitOf = fn(&str) -> Result<Option<&'static str>, Fault>;

/// A quantity that columns are searched for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Quantity {
    Step,
    Energy,
    Temperature,
    Time,
    Pressure,
    Volume,
    /// Potential and kinetic.
    TotalEnergy,
}

impl Quantity {
    /// The name of the quantity in messages.
    fn shown(self) -> &'static str {
        match self {
            Self::Step => "step",
            Self::Energy => "potential energy",
            Self::Temperature => "temperature",
            Self::Time => "time",
            Self::Pressure => "pressure",
            Self::Volume => "volume",
            Self::TotalEnergy => "total energy",
        }
    }

    fn of_lammps(self) -> &'static [&'static str] {
        match self {
            Self::Step => &STEP,
            Self::Energy => &ENERGY,
            Self::Temperature => &TEMPERATURE,
            Self::Time => &[],
            Self::Pressure => &PRESSURE,
            Self::Volume => &VOLUME,
            Self::TotalEnergy => &TOTAL,
        }
    }

    fn plain(self) -> &'static [&'static str] {
        match self {
            Self::Step => &PLAIN_STEP,
            Self::Energy => &PLAIN_ENERGY,
            Self::Temperature => &PLAIN_TEMPERATURE,
            Self::Time => &PLAIN_TIME,
            Self::Pressure => &PLAIN_PRESSURE,
            Self::Volume => &PLAIN_VOLUME,
            Self::TotalEnergy => &PLAIN_TOTAL,
        }
    }

    /// A name whose case decides: that of one letter between a temperature and a time, and between
    /// the total energy of NAMD and a total of anything.
    fn with_case(self) -> Option<&'static str> {
        match self {
            Self::Temperature => Some("T"),
            Self::Time => Some("t"),
            Self::TotalEnergy => Some("TOTAL"),
            Self::Step | Self::Energy | Self::Pressure | Self::Volume => None,
        }
    }
}

/// The column of a quantity by LAMMPS' own names, the first that is there.
pub(super) fn of_lammps(quantity: Quantity, names: &[String]) -> Option<usize> {
    let mut known = quantity.of_lammps().iter();
    known.find_map(|name| names.iter().position(|found| found == name))
}

/// How a name is compared with one that is known.
#[derive(Debug, Clone, Copy)]
enum Way {
    Plain,
    /// The case counts.
    WithCase,
    /// A scale of temperature stands behind it.
    WithScale,
}

/// The column of a quantity by the names of LAMMPS, else by those of any program: the first that is
/// there.
///
/// # Errors
/// [`Fault::Columns`] where two columns have one plain name, as the energies of two groups of
/// particles have.
pub(super) fn find(quantity: Quantity, names: &[String]) -> Result<Option<usize>, Fault> {
    if let Some(place) = of_lammps(quantity, names) {
        return Ok(Some(place));
    }
    let plain: Vec<Name<'_>> = names.iter().map(|name| Name::of(name)).collect();
    let known = || quantity.plain().iter().copied();
    let with_scale = known().filter(|_| quantity == Quantity::Temperature);
    let ways = known()
        .map(|candidate| (candidate, Way::Plain))
        .chain(quantity.with_case().map(|candidate| (candidate, Way::WithCase)))
        .chain(with_scale.map(|candidate| (candidate, Way::WithScale)));
    for (candidate, way) in ways {
        let same = |name: &Name<'_>| match way {
            Way::Plain => name.plain() == candidate,
            Way::WithCase => name.base == candidate,
            Way::WithScale => without_scale(&name.plain()) == Some(candidate),
        };
        let mut found = (0..names.len()).filter(|&place| same(&plain[place]));
        match (found.next(), found.next()) {
            (Some(first), Some(second)) => {
                return Err(Fault::Columns(format!(
                    "two columns for the {}, `{}` and `{}`, expected one: choose it by its name",
                    quantity.shown(),
                    names[first],
                    names[second]
                )));
            }
            (Some(place), None) => return Ok(Some(place)),
            (None, _) => {}
        }
    }
    Ok(None)
}

/// Whether names have one that is known for a step or a potential energy.
pub(super) fn any_known(names: &[String]) -> bool {
    [Quantity::Step, Quantity::Energy]
        .into_iter()
        .any(|quantity| !matches!(find(quantity, names), Ok(None)))
}

/// Whether names have one that LAMMPS gives a step or a potential energy.
pub(super) fn any_of_lammps(names: &[String]) -> bool {
    let mut known = STEP.iter().chain(&ENERGY);
    known.any(|name| names.iter().any(|found| found == name))
}

/// Names in a message.
pub(super) fn any_of(names: &[&str]) -> String {
    match names {
        [before @ .., last] if !before.is_empty() => format!("{} or {last}", before.join(", ")),
        _ => names.concat(),
    }
}

/// A name without the unit behind it and the path in front of it.
#[derive(Debug, Clone, Copy)]
struct Name<'a> {
    base: &'a str,
    unit: Option<&'a str>,
}

impl<'a> Name<'a> {
    fn of(name: &'a str) -> Self {
        let name = name.trim();
        let (before, unit) = match name.find(['[', '(']) {
            Some(at) if at > 0 && name.ends_with([']', ')']) => {
                (name[..at].trim_end(), Some(name[at + 1..name.len() - 1].trim()))
            }
            _ => (name, None),
        };
        let before = before.trim_end_matches('.');
        let base = before.rsplit('.').next().unwrap_or(before);
        let base = base
            .strip_prefix("c_")
            .or(base.strip_prefix("v_"))
            .unwrap_or(base);
        Self { base, unit }
    }

    /// The form that is compared. What has a number for a unit is an element of a vector.
    fn plain(&self) -> String {
        if self.unit.is_some_and(is_place) {
            String::new()
        } else {
            self.base.to_lowercase()
        }
    }
}

/// The unit of energy behind a name, as this crate writes it; `None` where none stands there.
///
/// # Errors
/// [`Fault::Columns`] for a unit that is not known.
pub(super) fn energy_unit(name: &str) -> Result<Option<&'static str>, Fault> {
    let Some(unit) = Name::of(name).unit else {
        return Ok(None);
    };
    let unit = unit.to_lowercase();
    let unit = unit.strip_suffix("/atom").unwrap_or(&unit);
    known_energy_unit(unit).map(Some).ok_or_else(|| {
        let expected = "expected kJ/mol, kcal/mol, eV or hartree, or the column chosen by its number";
        Fault::Columns(format!("`{name}` has the unit `{unit}`, {expected}"))
    })
}

/// Whether two columns hold energies in one unit, and both or neither per particle, as far as their
/// names say it.
pub(super) fn are_alike(total: &str, potential: &str) -> bool {
    let said = |name: &str| {
        let unit = unit_text(name).map(str::to_lowercase).map(|unit| {
            let unit = unit.strip_suffix("/atom").unwrap_or(&unit);
            known_energy_unit(unit).map_or_else(|| unit.to_owned(), str::to_owned)
        });
        (unit, kind(name) == Some(EnergyKind::PerParticle))
    };
    said(total) == said(potential)
}

/// A unit of energy as this crate writes it.
pub(super) fn known_energy_unit(unit: &str) -> Option<&'static str> {
    Some(match unit.to_lowercase().as_str() {
        "kj/mol" | "kj/mole" => "kJ/mol",
        "kcal/mol" | "kcal/mole" => "kcal/mol",
        "ev" => "eV",
        "a.u." | "hartree" | "ha" => "hartree",
        _ => return None,
    })
}

/// The unit of pressure behind a name, as this crate writes it; `None` where none stands there.
///
/// # Errors
/// [`Fault::Columns`] for a unit that is not known.
pub(super) fn pressure_unit(name: &str) -> Result<Option<&'static str>, Fault> {
    known_unit(name, "bar, atm, Pa, kPa, MPa or GPa", |unit| match unit {
        "bar" => Some("bar"),
        "atm" | "atmosphere" | "atmospheres" => Some("atm"),
        "pa" => Some("Pa"),
        "kpa" => Some("kPa"),
        "mpa" => Some("MPa"),
        "gpa" => Some("GPa"),
        _ => None,
    })
}

/// The unit of length whose cube stands behind the name of a volume; `None` where none stands
/// there.
///
/// # Errors
/// [`Fault::Columns`] for a unit that is not known.
pub(super) fn volume_unit(name: &str) -> Result<Option<&'static str>, Fault> {
    known_unit(name, "nm^3 or A^3", |unit| match unit {
        "nm^3" | "nm3" | "nm**3" => Some("nm"),
        "a^3" | "a3" | "ang^3" | "angstrom^3" | "\u{e5}^3" => Some("angstrom"),
        _ => None,
    })
}

fn known_unit(
    name: &str,
    expected: &str,
    known: fn(&str) -> Option<&'static str>,
) -> Result<Option<&'static str>, Fault> {
    let Some(unit) = Name::of(name).unit else {
        return Ok(None);
    };
    known(&unit.to_lowercase()).map(Some).ok_or_else(|| {
        let expected = format!("expected {expected}, or the column chosen by its number");
        Fault::Columns(format!("`{name}` has the unit `{unit}`, {expected}"))
    })
}

/// Whether columns are those of HOOMD-blue, whose pressures are energies per volume.
pub(super) fn are_of_hoomd(names: &[String]) -> bool {
    names
        .iter()
        .any(|name| Name::of(name).base == "kinetic_temperature")
}

/// A scale of temperature that stands behind a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Scale {
    Kelvin,
    Celsius,
}

impl Scale {
    fn of(unit: &str) -> Option<Result<Self, &'static str>> {
        let unit = unit.to_lowercase();
        let letters = unit.trim_start_matches(['°', 'º']);
        let letters = letters.strip_prefix("deg").unwrap_or(letters);
        match letters.trim_matches([' ', '_', '.']) {
            "k" | "kelvin" => Some(Ok(Self::Kelvin)),
            "c" | "celsius" => Some(Ok(Self::Celsius)),
            "f" | "fahrenheit" => Some(Err("F")),
            _ => None,
        }
    }
}

/// A plain name such as `temp_c` without the scale behind it.
fn without_scale(plain: &str) -> Option<&str> {
    let (base, unit) = plain.rsplit_once('_')?;
    Scale::of(unit).map(|_| base)
}

/// The scale of temperature behind a name, in brackets or after `_`; `None` where none stands
/// there.
///
/// # Errors
/// [`Fault::Columns`] for a scale that is not read.
pub(super) fn temperature_scale(name: &str) -> Result<Option<Scale>, Fault> {
    let found = Name::of(name);
    let expected = "expected K or C, or the column chosen by its number";
    let refused = |unit: &str| Fault::Columns(format!("`{name}` has the unit `{unit}`, {expected}"));
    if let Some(unit) = found.unit.filter(|unit| !is_place(unit)) {
        return match Scale::of(unit) {
            Some(Ok(scale)) => Ok(Some(scale)),
            _ => Err(refused(unit)),
        };
    }
    match found
        .base
        .rsplit_once('_')
        .and_then(|(_, unit)| Some((unit, Scale::of(unit)?)))
    {
        Some((_, Ok(scale))) => Ok(Some(scale)),
        Some((unit, Err(_))) => Err(refused(unit)),
        None => Ok(None),
    }
}

/// Whether a unit is none of the known scales of temperature.
pub(super) fn is_odd_scale(unit: &str) -> bool {
    Scale::of(unit).is_none()
}

/// Whether brackets hold the place of an element of a vector, and no unit: `[5][2]`, not `nm^3`.
fn is_place(unit: &str) -> bool {
    unit.contains(|c: char| c.is_ascii_digit()) && !unit.contains(char::is_alphabetic)
}

/// The text of a unit behind a name, where one stands there.
pub(super) fn unit_text(name: &str) -> Option<&str> {
    Name::of(name).unit.filter(|unit| !is_place(unit))
}

/// The unit of time behind a name, where it is one that simulations count in.
pub(super) fn time_unit(name: &str) -> Option<&'static str> {
    let units = ["fs", "ps", "ns"];
    let unit = Name::of(name).unit?;
    units.into_iter().find(|known| *known == unit)
}

/// Whether the time of a column may be the simulation's: a unit in which none counts tells of a
/// clock.
pub(super) fn is_simulated(name: &str) -> bool {
    Name::of(name).unit.is_none() || time_unit(name).is_some()
}

/// Degrees of freedom per particle that a column of temperatures counts, where the names of all
/// columns are those of a program that is known for it: ASE counts three for each atom, whether or
/// not the whole system moves.
pub(super) fn degrees_of_freedom(temperature: &str, names: &[String]) -> Option<f64> {
    let is_ase = |name: &String| matches!(name.as_str(), "Epot[eV]" | "Epot/N[eV]");
    (temperature == "T[K]" && names.iter().any(is_ase)).then_some(3.0)
}

/// The kind of the energies of this column, where its name tells it.
pub(super) fn kind(name: &str) -> Option<EnergyKind> {
    let found = Name::of(name);
    let per_atom = found.unit.is_some_and(|unit| unit.ends_with("/atom"));
    if matches!(found.plain().as_str(), "epot/n" | "etot/n") || per_atom {
        return Some(EnergyKind::PerParticle);
    }
    let is_hoomd = name.contains('.') && found.plain() == "potential_energy";
    (is_hoomd || TOTALS.contains(&name)).then_some(EnergyKind::Total)
}

/// Whether a line of names can stand above so many columns.
pub(super) fn can_head(line: &str, count: usize) -> bool {
    let titled = line.contains(" ---");
    splits(line)
        .iter()
        .any(|names| names.len() == count || titled && names.len() < count)
}

/// The ways to read a line of names, the likeliest first. Names stand in quotes, between commas or
/// semicolons or tabs, between blanks, or they hold single blanks and stand between several. Which
/// way is right is known once the number of columns is.
pub(super) fn splits(line: &str) -> Vec<Vec<String>> {
    let owned = |names: Vec<&str>| -> Vec<String> {
        names.into_iter().map(|name| unquoted(name).to_owned()).collect()
    };
    let mut found = Vec::new();
    for separator in [';', ',', '\t'] {
        if line.contains(separator) {
            let names = between(line, separator);
            let without_last = names.last().is_some_and(|last| last.trim().is_empty());
            if without_last {
                found.push(owned(names[..names.len() - 1].to_vec()));
            }
            found.push(owned(names));
        }
    }
    let words = |line: &str| -> Vec<String> {
        let words = line.split(|c: char| c.is_whitespace() || c == ',');
        words.filter(|word| !word.is_empty()).map(str::to_owned).collect()
    };
    found.push(words(line));
    let apart = line.split("  ").map(str::trim).filter(|name| !name.is_empty());
    found.push(apart.map(str::to_owned).collect());
    // ASE ends its names with a title over several columns.
    if let Some(title) = line.find(" ---") {
        found.push(words(&line[..title]));
    }
    found
}

/// The parts of a line between separators that stand outside of quotes.
fn between(line: &str, separator: char) -> Vec<&str> {
    let mut is_quoted = false;
    line.split(|c: char| {
        is_quoted ^= c == '"';
        c == separator && !is_quoted
    })
    .collect()
}

fn unquoted(name: &str) -> &str {
    let name = name.trim();
    let inside = name.strip_prefix('"').and_then(|name| name.strip_suffix('"'));
    inside.unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(line: &str, count: usize) -> Vec<String> {
        let found = splits(line).into_iter().find(|names| names.len() == count);
        found.unwrap_or_default()
    }

    #[test]
    fn every_program_s_names_are_found() {
        // A line of names, the number of columns, and the places of step, energy, temperature and
        // time.
        let lines = [
            (" TimeStep v_pe v_te", 3, [Some(0), Some(1), Some(2), None]),
            (" TimeStep c_pe c_T", 3, [Some(0), Some(1), Some(2), None]),
            (
                "\"Step\",\"Time (ps)\",\"Potential Energy (kJ/mole)\",\"Temperature (K)\"",
                4,
                [Some(0), Some(2), Some(3), Some(1)],
            ),
            (
                "\"Time (ps)\"\t\"Potential Energy (kJ/mole)\"",
                2,
                [None, Some(1), None, Some(0)],
            ),
            (
                "Time[ps]      Etot[eV]     Epot[eV]     Ekin[eV]    T[K]",
                5,
                [None, Some(2), Some(4), Some(0)],
            ),
            (
                "     Step Nr.          Time[fs]        Kin.[a.u.]          Temp[K]            Pot.[a.u.]        Cons Qty[a.u.]        \
                 UsedTime[s]",
                7,
                [Some(0), Some(4), Some(3), Some(1)],
            ),
            (
                "  Simulation.timestep  md.compute.ThermodynamicQuantities.potential_energy  \
                 md.compute.ThermodynamicQuantities.kinetic_temperature ",
                3,
                [Some(0), Some(1), Some(2), None],
            ),
            (
                " timestep  potential_energy  kinetic_temperature",
                3,
                [Some(0), Some(1), Some(2), None],
            ),
            (",Step,PotEng", 3, [Some(1), Some(2), None, None]),
            ("step;epot;temperature", 3, [Some(0), Some(1), Some(2), None]),
            ("t E_pot T", 3, [None, Some(1), Some(2), Some(0)]),
            ("Step PE Temp c_rdf[5][2]", 4, [Some(0), Some(1), Some(2), None]),
        ];
        for (line, count, expected) in lines {
            let names = names(line, count);
            let quantities = [
                Quantity::Step,
                Quantity::Energy,
                Quantity::Temperature,
                Quantity::Time,
            ];
            let found = quantities.map(|quantity| find(quantity, &names).unwrap());
            assert_eq!(found, expected, "{line}: {names:?}");
        }
    }

    #[test]
    fn two_columns_of_one_plain_name_are_not_chosen_between() {
        let names = ["timestep", "a.potential_energy", "b.potential_energy"].map(str::to_owned);
        assert_eq!(
            find(Quantity::Energy, &names).unwrap_err().to_string(),
            "two columns for the potential energy, `a.potential_energy` and `b.potential_energy`, expected one: choose it by its name"
        );
        // An element of a vector is another quantity.
        let names = ["Step", "v_pe[1]", "v_pe[2]"].map(str::to_owned);
        assert_eq!(find(Quantity::Energy, &names).unwrap(), None);
    }

    #[test]
    fn units_and_kinds_stand_behind_names() {
        assert_eq!(energy_unit("Pot.[a.u.]").unwrap(), Some("hartree"));
        assert_eq!(energy_unit("Potential Energy (kJ/mole)").unwrap(), Some("kJ/mol"));
        assert_eq!(energy_unit("pe [eV/atom]").unwrap(), Some("eV"));
        assert_eq!(energy_unit("PotEng").unwrap(), None);
        assert_eq!(
            energy_unit("pot (Ry)").unwrap_err().to_string(),
            "`pot (Ry)` has the unit `ry`, expected kJ/mol, kcal/mol, eV or hartree, or the column chosen by its number"
        );
        for celsius in [
            "temp [C]",
            "T(degC)",
            "Temperature (°C)",
            "Temp_C",
            "temperature[celsius]",
        ] {
            assert_eq!(
                temperature_scale(celsius).unwrap(),
                Some(Scale::Celsius),
                "{celsius}"
            );
        }
        for kelvin in ["T[K]", "Temperature (K)", "temp_k", "Temp [Kelvin]"] {
            assert_eq!(
                temperature_scale(kelvin).unwrap(),
                Some(Scale::Kelvin),
                "{kelvin}"
            );
        }
        for none in ["Temp", "c_T[1]", "v_te", "c_thermo_temp", "kinetic_temperature"] {
            assert_eq!(temperature_scale(none).unwrap(), None, "{none}");
        }
        assert_eq!(
            temperature_scale("Temp_F").unwrap_err().to_string(),
            "`Temp_F` has the unit `F`, expected K or C, or the column chosen by its number"
        );
        assert_eq!(
            temperature_scale("temp [meV]").unwrap_err().to_string(),
            "`temp [meV]` has the unit `meV`, expected K or C, or the column chosen by its number"
        );
        let names = ["Step", "pe", "Temp_F"].map(str::to_owned);
        assert_eq!(find(Quantity::Temperature, &names).unwrap(), Some(2));
        assert_eq!(time_unit("Time[fs]"), Some("fs"));
        assert_eq!(time_unit("Time"), None);
        assert_eq!(kind("Epot/N[eV]"), Some(EnergyKind::PerParticle));
        assert_eq!(kind("Epot[eV]"), Some(EnergyKind::Total));
        assert_eq!(kind("v_pe"), None);
    }
}
