//! Which column is what, and rows of numbers.

use super::dialect::NAMD_ROW;
use super::log_run::RunChoice;
use super::names::{self, Quantity, Scale};
use crate::io::error::Fault;
use crate::io::overlap::Overlap;
use crate::io::text::bytes::{
    f64_field, field_length, fields, i64_field, is_separator, leading_f64, leading_i64, shown,
};
use crate::real::is_fit;
use crate::series::EnergyKind;

/// The unit of pressures that are energies per volume, in the units of the energies.
pub(super) const ENERGY_PER_VOLUME: &str = "energy/volume";
/// 0 degrees Celsius in kelvin.
pub(super) const CELSIUS: f64 = 273.15;
/// What `E_pair` leaves out.
const MOLECULAR: &str = "E_mol";

/// A column: by the name in the header, or by its place, from 0.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Column {
    /// By name.
    Named(String),
    /// By place, from 0: for files without a header.
    At(usize),
}

impl From<&str> for Column {
    fn from(name: &str) -> Self {
        Self::Named(name.to_owned())
    }
}

impl From<usize> for Column {
    fn from(index: usize) -> Self {
        Self::At(index)
    }
}

/// What the caller wants from a file.
#[derive(Debug, Clone, Default)]
pub(crate) struct Wanted {
    pub(crate) step: StepColumn,
    pub(crate) energy: Option<Column>,
    pub(crate) temperature: Option<Column>,
    pub(crate) pressure: Option<Column>,
    pub(crate) volume: Option<Column>,
    pub(crate) total: TotalColumn,
    pub(crate) kept: Vec<String>,
    /// Whether a last line that was cut off is left out.
    pub(crate) cut_off: bool,
    /// Which runs of a log make the series.
    pub(crate) log_run: RunChoice,
    pub(crate) overlap: Overlap,
    /// Whether the caller takes rows as samples, without pressures, volumes and total energies:
    /// they are then passed over unless they are named.
    pub(crate) samples_only: bool,
}

#[derive(Debug, Clone, Default)]
pub(crate) enum StepColumn {
    #[default]
    ByName,
    Given(Column),
    None,
}

#[derive(Debug, Clone, Default)]
pub(crate) enum TotalColumn {
    ByName,
    Given(Column),
    #[default]
    None,
}

impl TotalColumn {
    fn given(&self) -> Option<&Column> {
        match self {
            Self::Given(column) => Some(column),
            Self::ByName | Self::None => None,
        }
    }
}

impl Wanted {
    /// Whether names are needed at all.
    fn by_name(&self) -> bool {
        let named = |column: &Option<Column>| !matches!(column, Some(Column::At(_)));
        named(&self.energy) || matches!(self.step, StepColumn::ByName) || !self.kept.is_empty()
    }

    /// Whether names contain one that the caller asks for.
    pub(super) fn asked(&self, names: &[String]) -> bool {
        let step = match &self.step {
            StepColumn::Given(column) => Some(column),
            StepColumn::ByName | StepColumn::None => None,
        };
        let columns = [
            self.energy.as_ref(),
            self.temperature.as_ref(),
            self.pressure.as_ref(),
            self.volume.as_ref(),
            self.total.given(),
            step,
        ];
        columns.into_iter().flatten().any(|column| match column {
            Column::Named(name) => names.contains(name),
            Column::At(_) => false,
        })
    }

    /// Whether a line of names is a header: it contains a name that is looked for.
    pub(crate) fn known(&self, names: &[String]) -> bool {
        self.asked(names) || names::any_of_lammps(names)
    }

    /// The same for the names of any program.
    pub(super) fn known_anywhere(&self, names: &[String]) -> bool {
        self.asked(names) || names::any_known(names)
    }
}

/// What to do with a field of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Slot {
    Skip,
    Step,
    Value,
    /// A value that may be missing: NaN where the field is not a number.
    Optional,
    /// What marks the rows of NAMD.
    Mark,
}

/// Which column is what in rows of one shape.
#[derive(Debug, Clone)]
pub(crate) struct Layout {
    slots: Vec<Slot>,
    /// The names of the columns, or their numbers from 1 where the file has no names.
    pub(super) names: Vec<String>,
    energy: usize,
    molecular: Option<usize>,
    pub(super) temperature: Option<usize>,
    pub(super) pressure: Option<usize>,
    pub(super) volume: Option<usize>,
    /// The unit of the pressures, where the names or the program say it.
    pub(super) pressure_unit: Option<&'static str>,
    /// The total energy, in the unit of the potential energy.
    pub(super) total: Option<usize>,
    /// The name of its column.
    pub(super) total_name: Option<String>,
    /// Why a column of total energies was passed over.
    pub(super) no_total: Option<String>,
    /// The same of the length whose cube the volumes are in.
    pub(super) volume_unit: Option<&'static str>,
    /// Columns to keep besides, and where their values are.
    pub(super) kept: Vec<(String, usize)>,
    /// Where the time is, in a file that has times in place of steps or beside them.
    pub(super) time: Option<usize>,
    /// Whether the rows have a column of steps.
    pub(super) has_steps: bool,
    /// The name of the energy: of the column, or of both.
    pub(super) energy_name: String,
    /// The unit of the energies, where the names say it.
    pub(super) energy_unit: Option<&'static str>,
    /// The unit of the times, where the names say it.
    pub(super) time_unit: Option<&'static str>,
    /// What makes the temperatures kelvin.
    pub(super) temperature_shift: f64,
    /// Their unit, where the names say it.
    pub(super) temperature_unit: Option<&'static str>,
    /// Degrees of freedom per particle that they count, where the names tell it.
    pub(super) degrees_of_freedom: Option<f64>,
    /// Columns that were asked for by names with units that are not known.
    pub(super) odd_units: Vec<(String, String)>,
    /// Whether energies are totals or per particle, where the names say so.
    pub(super) kind: Option<EnergyKind>,
    /// Numbers kept of a row.
    pub(super) values: usize,
}

impl Layout {
    /// The layout of rows of LAMMPS under a header, or of `count` columns without. Each row has a
    /// step.
    pub(crate) fn new(wanted: &Wanted, names: Option<&[String]>, count: usize) -> Result<Self, Fault> {
        Self::by(
            |quantity, names| Ok(names::of_lammps(quantity, names)),
            wanted,
            names,
            count,
        )
    }

    /// The same for rows of any program, which may have a time in place of a step.
    pub(super) fn of_columns(wanted: &Wanted, names: Option<&[String]>, count: usize) -> Result<Self, Fault> {
        Self::by(names::find, wanted, names, count)
    }

    fn by(
        known: impl Fn(Quantity, &[String]) -> Result<Option<usize>, Fault>,
        wanted: &Wanted,
        names: Option<&[String]>,
        count: usize,
    ) -> Result<Self, Fault> {
        if names.is_none() && wanted.by_name() {
            let expected = "expected a line of names such as `# TimeStep v_pe v_te` above the numbers, or columns \
                            chosen by number";
            return Err(Fault::Columns(format!(
                "{count} columns without a header, {expected}"
            )));
        }
        let names: Vec<String> = names.map_or_else(
            || (1..=count).map(|place| place.to_string()).collect(),
            <[String]>::to_vec,
        );
        let missing = |quantity: &str, expected: &str| {
            let found = names.join(", ");
            Fault::Columns(format!(
                "no column for the {quantity}, expected {expected}, found {found}"
            ))
        };
        let place = |name: &str| names.iter().position(|found| found == name);
        let find = |column: &Column, quantity| match column {
            Column::Named(name) => place(name).ok_or_else(|| missing(quantity, name)),
            Column::At(index) if *index < count => Ok(*index),
            Column::At(index) => Err(missing(quantity, &format!("column {}", index + 1))),
        };
        let step = match &wanted.step {
            StepColumn::None => None,
            StepColumn::Given(column) => Some(find(column, "step")?),
            StepColumn::ByName => known(Quantity::Step, &names)?,
        };
        let time = known(Quantity::Time, &names)?;
        if matches!(wanted.step, StepColumn::ByName) && step.is_none() && time.is_none() {
            return Err(missing("step", &names::any_of(&names::STEP)));
        }
        let is_free = matches!(wanted.step, StepColumn::None);
        let time = time.filter(|&time| !is_free && (step.is_none() || names::is_simulated(&names[time])));
        let energy = match &wanted.energy {
            Some(column) => find(column, "potential energy")?,
            None => known(Quantity::Energy, &names)?
                .ok_or_else(|| missing("potential energy", &names::any_of(&names::ENERGY)))?,
        };
        let time = time.filter(|&time| time != energy);
        // A column that was chosen by its number says nothing about units.
        let is_named = !matches!(wanted.energy, Some(Column::At(_)));
        let energy_unit = match (&wanted.energy, names::energy_unit(&names[energy])) {
            (None, unit) => unit?,
            (Some(_), unit) => unit.ok().flatten(),
        };
        let mut odd_units = Vec::new();
        let mut odd_unit = |place: usize| {
            let unit = names::unit_text(&names[place]);
            odd_units.extend(unit.map(|unit| (names[place].clone(), unit.to_owned())));
        };
        if matches!(wanted.energy, Some(Column::Named(_))) && names::energy_unit(&names[energy]).is_err() {
            odd_unit(energy);
        }
        let molecular = (names[energy] == "E_pair").then(|| place(MOLECULAR)).flatten();
        let temperature = match &wanted.temperature {
            Some(column) => Some(find(column, "temperature")?),
            // Whoever reads a temperature in place of an energy has no other.
            None => known(Quantity::Temperature, &names)?.filter(|&place| place != energy),
        };
        // With its unit. What cannot be chosen between, or has an unknown unit, is left alone
        // unless it is asked for.
        let may_be = |quantity, column: &Option<Column>, shown, unit: names::UnitOf| match column {
            Some(column) => {
                let place = find(column, shown)?;
                // A column that was chosen by its number says nothing about units.
                let is_named = matches!(column, Column::Named(_));
                Ok(Some((place, if is_named { unit(&names[place])? } else { None })))
            }
            None if wanted.samples_only => Ok(None),
            None => {
                // Whoever reads a pressure in place of an energy has no other.
                let place = known(quantity, &names)
                    .ok()
                    .flatten()
                    .filter(|&place| place != energy);
                Ok(place.and_then(|place| Some((place, unit(&names[place]).ok()?))))
            }
        };
        let pressure = may_be(
            Quantity::Pressure,
            &wanted.pressure,
            "pressure",
            names::pressure_unit,
        )?;
        let volume = may_be(Quantity::Volume, &wanted.volume, "volume", names::volume_unit)?;
        let is_namd = names[0].as_bytes() == NAMD_ROW;
        let of_program = match is_namd {
            true => Some("bar"),
            false => names::are_of_hoomd(&names).then_some(ENERGY_PER_VOLUME),
        };
        let pressure_unit = pressure.and_then(|(_, unit)| unit.or(of_program));
        let volume_unit = volume.and_then(|(_, unit)| unit.or(is_namd.then_some("angstrom")));
        let [pressure, volume] = [pressure, volume].map(|found| found.map(|(place, _)| place));
        let (total, no_total) = match &wanted.total {
            TotalColumn::Given(column) => {
                let place = find(column, "total energy")?;
                if matches!(column, Column::Named(_)) && !names::are_alike(&names[place], &names[energy]) {
                    return Err(Fault::Columns(other_unit(&names[place], &names[energy])));
                }
                (Some(place), None)
            }
            TotalColumn::ByName if !wanted.samples_only => {
                let by_name = |quantity| known(quantity, &names).ok().flatten();
                // An energy that the caller chose may be a part of the potential energy, and what
                // the total has beyond a part is not the kinetic energy.
                let is_whole = wanted.energy.is_none() || by_name(Quantity::Energy) == Some(energy);
                match by_name(Quantity::TotalEnergy).filter(|&place| is_whole && place != energy) {
                    Some(place) if names::are_alike(&names[place], &names[energy]) => (Some(place), None),
                    Some(place) => (None, Some(other_unit(&names[place], &names[energy]))),
                    None => (None, None),
                }
            }
            TotalColumn::ByName | TotalColumn::None => (None, None),
        };
        let scale = match (temperature, &wanted.temperature) {
            (None, _) | (_, Some(Column::At(_))) => None,
            (Some(place), given) => match names::temperature_scale(&names[place]) {
                // Whoever names a column knows its unit, but not that of Fahrenheit.
                Err(_)
                    if given.is_some()
                        && names::unit_text(&names[place]).is_some_and(names::is_odd_scale) =>
                {
                    odd_unit(place);
                    None
                }
                scale => scale?,
            },
        };
        let kept = wanted
            .kept
            .iter()
            .map(|name| find(&Column::Named(name.clone()), "column to keep"))
            .collect::<Result<Vec<usize>, _>>()?;

        let mut slots = vec![Slot::Skip; count];
        if is_namd {
            slots[0] = Slot::Mark;
        }
        let [asked_pressure, asked_volume, asked_total] = [
            pressure.filter(|_| wanted.pressure.is_some()),
            volume.filter(|_| wanted.volume.is_some()),
            total.filter(|_| wanted.total.given().is_some()),
        ];
        for place in [pressure, volume, total].into_iter().flatten() {
            slots[place] = Slot::Optional;
        }
        let needed = [
            Some(energy),
            molecular,
            temperature,
            time,
            asked_pressure,
            asked_volume,
            asked_total,
        ];
        for place in needed.into_iter().flatten().chain(kept.iter().copied()) {
            slots[place] = Slot::Value;
        }
        let quantities = [
            ("step", step),
            ("potential energy", Some(energy)),
            ("temperature", temperature),
            ("pressure", pressure),
            ("volume", volume),
            ("total energy", total),
        ];
        for (k, (quantity, place)) in quantities
            .into_iter()
            .enumerate()
            .filter(|(_, (_, place))| place.is_some())
        {
            if let Some((before, _)) = quantities[..k].iter().find(|(_, before)| *before == place) {
                let expected = format!("another column than the {before}'s");
                return Err(missing(quantity, &expected));
            }
        }
        if let Some(step) = step {
            if kept.contains(&step) {
                return Err(missing("column to keep", "another column than the step's"));
            }
            slots[step] = Slot::Step;
        }
        let is_read = |slot: &&Slot| matches!(slot, Slot::Value | Slot::Optional);
        let value_of = |place: usize| slots[..place].iter().filter(is_read).count();
        Ok(Self {
            energy: value_of(energy),
            molecular: molecular.map(value_of),
            temperature: temperature.map(value_of),
            pressure: pressure.map(value_of),
            volume: volume.map(value_of),
            total: total.map(value_of),
            total_name: total.map(|place| names[place].clone()),
            no_total,
            pressure_unit,
            volume_unit,
            time: time.map(value_of),
            has_steps: step.is_some(),
            energy_unit: energy_unit.filter(|_| is_named),
            time_unit: time.and_then(|time| names::time_unit(&names[time])),
            temperature_shift: if scale == Some(Scale::Celsius) {
                CELSIUS
            } else {
                0.0
            },
            temperature_unit: scale.map(|_| "K"),
            degrees_of_freedom: temperature
                .and_then(|place| names::degrees_of_freedom(&names[place], &names)),
            odd_units,
            kind: names::kind(&names[energy]).filter(|_| is_named),
            energy_name: match molecular {
                Some(molecular) => format!("{} + {}", names[energy], names[molecular]),
                None => names[energy].clone(),
            },
            kept: wanted
                .kept
                .iter()
                .cloned()
                .zip(kept.into_iter().map(value_of))
                .collect(),
            values: slots.iter().filter(is_read).count(),
            slots,
            names,
        })
    }

    /// A layout that reads the steps of rows that have no column of energies; `None` where they
    /// have no steps either.
    pub(super) fn of_steps(wanted: &Wanted, names: &[String]) -> Option<Self> {
        let other = (0..names.len()).map(|place| Wanted {
            step: wanted.step.clone(),
            energy: Some(Column::At(place)),
            ..Wanted::default()
        });
        let mut layouts = other.map(|wanted| Self::new(&wanted, Some(names), names.len()));
        layouts.find_map(Result::ok)
    }

    /// The name of the column of temperatures, where they are in degrees Celsius.
    pub(super) fn celsius(&self) -> Option<&str> {
        let value = self.temperature.filter(|_| self.temperature_shift != 0.0)?;
        let mut places = (0..self.slots.len()).filter(|&place| self.slots[place] == Slot::Value);
        places.nth(value).map(|place| self.names[place].as_str())
    }

    /// The printed numbers of which the energy is the sum.
    pub(super) fn energy_terms(&self, values: &[f64]) -> impl Iterator<Item = f64> {
        let places = [Some(self.energy), self.molecular].into_iter().flatten();
        places.map(|place| values[place])
    }

    #[inline]
    pub(crate) fn energy_of(&self, values: &[f64]) -> f64 {
        let energy = values[self.energy];
        self.molecular
            .map_or(energy, |molecular| energy + values[molecular])
    }

    #[inline]
    pub(crate) fn temperature_of(&self, values: &[f64]) -> Option<f64> {
        self.temperature
            .map(|place| values[place] + self.temperature_shift)
    }

    /// Whether two rows have the same numbers, those that nothing rests on left aside.
    pub(super) fn are_equal(&self, values: &[f64], others: &[f64]) -> bool {
        let mut pairs = values.iter().zip(others).enumerate();
        pairs.all(|(place, (a, b))| {
            let is_optional = [self.pressure, self.volume, self.total].contains(&Some(place));
            is_optional || a.to_bits() == b.to_bits()
        })
    }

    /// Reads the numbers of a row into `values` and returns its step, which is 0 without a column
    /// of steps. `None` where the line is not a row of this layout.
    #[inline]
    pub(crate) fn parse(&self, line: &[u8], values: &mut [f64]) -> Option<i64> {
        let (step, rest) = self.parse_columns(line, values)?;
        rest.iter().all(|&byte| is_separator(byte)).then_some(step)
    }

    /// The same for the line at the beginning of `text`, with the length of that line including its
    /// end; `None` also where the end is missing. The columns lead to the end of the line, so that
    /// nothing needs to search for it.
    #[inline]
    pub(crate) fn parse_first(&self, text: &[u8], values: &mut [f64]) -> Option<(i64, usize)> {
        let (step, rest) = self.parse_columns(text, values)?;
        let after = after_blanks(rest).strip_prefix(b"\n")?;
        Some((step, text.len() - after.len()))
    }

    /// The step and what follows the last column. No column goes beyond its line.
    #[inline]
    fn parse_columns<'t>(&self, text: &'t [u8], values: &mut [f64]) -> Option<(i64, &'t [u8])> {
        let mut rest = text;
        let mut step = 0;
        let mut values = values.iter_mut();
        for slot in &self.slots {
            rest = after_blanks(rest);
            let taken = match slot {
                Slot::Value => {
                    let (value, taken) = leading_f64(rest).filter(|&(value, _)| is_fit(value))?;
                    *values.next()? = value;
                    taken
                }
                Slot::Optional => {
                    let taken = Some(field_length(rest)).filter(|&taken| taken > 0)?;
                    let value = leading_f64(rest).filter(|&(value, length)| length == taken && is_fit(value));
                    *values.next()? = value.map_or(f64::NAN, |(value, _)| value);
                    taken
                }
                Slot::Skip => Some(field_length(rest)).filter(|&taken| taken > 0)?,
                Slot::Mark => Some(NAMD_ROW.len()).filter(|_| rest.starts_with(NAMD_ROW))?,
                Slot::Step => match leading_i64(rest) {
                    Some((value, taken)) => {
                        step = value;
                        taken
                    }
                    None => {
                        let taken = field_length(rest);
                        step = i64_field(&rest[..taken])?;
                        taken
                    }
                },
            };
            rest = &rest[taken..];
        }
        Some((step, rest))
    }

    /// What is wrong with a line that should be a row.
    #[cold]
    pub(crate) fn fault(&self, line: &[u8]) -> Fault {
        for ((field, slot), name) in fields(line).zip(&self.slots).zip(&self.names) {
            let expected = match (slot, f64_field(field)) {
                (Slot::Skip | Slot::Mark | Slot::Optional, _) => continue,
                (Slot::Step, _) if i64_field(field).is_none() => "an integer step",
                (Slot::Value, None) => "a number",
                (Slot::Value, Some(value)) if !value.is_finite() => "a finite number",
                (Slot::Value, Some(value)) if !is_fit(value) => "a number of at most 1e60 in size",
                _ => continue,
            };
            let field = shown(field);
            return Fault::Value(format!("`{field}` in column {name}, expected {expected}"));
        }
        Fault::column_count(fields(line).count(), self.names.len())
    }
}

/// Why a column is not the total energy that belongs to a potential energy.
fn other_unit(total: &str, potential: &str) -> String {
    format!("`{total}` is not in the unit of the potential energy, `{potential}`")
}

/// What follows the separators that are not the end of the line.
#[inline]
fn after_blanks(mut bytes: &[u8]) -> &[u8] {
    while let [byte, after @ ..] = bytes
        && *byte != b'\n'
        && is_separator(*byte)
    {
        bytes = after;
    }
    bytes
}
