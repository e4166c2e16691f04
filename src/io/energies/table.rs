//! What a file of energies held.

use std::borrow::Cow;
use std::ops::Range;
use std::path::PathBuf;

use thiserror::Error;

use super::layout::{CELSIUS, Layout};
use super::log_run::{Listed, LogRun};
use crate::io::error::{Fault, Place, ReadError};
use crate::real::{apart, short};
use crate::sampling::Sampling;
use crate::series::{EnergyKind, EnergySeries, SeriesError};
use crate::units::Units;

/// A decision of a reader about a file. It prints as a sentence, and is an error for a program that
/// does not want to accept it.
#[derive(Debug, Clone, PartialEq, Error)]
#[non_exhaustive]
pub enum Note {
    /// The steps begin again. The rows before belong to another series and are not part of the
    /// table.
    #[error(
        "steps begin again at line {line}: the {rows} rows before it are another series and are left out"
    )]
    Restart {
        /// The line where they do.
        line: u64,
        /// The rows before.
        rows: usize,
    },
    /// The energies of one step differ by more than their last digit: they are of two series, as
    /// where energies per particle are followed by totals. The rows before belong to the other
    /// series and are not part of the table.
    #[error(
        "step {step} has another energy at line {line}, by {}: the {rows} rows before it are another series and are \
         left out",
        short(*difference, 6)
    )]
    Disagreement {
        /// The line of the second of them.
        line: u64,
        /// Their step.
        step: u64,
        /// By how much they differ.
        difference: f64,
        /// The rows before.
        rows: usize,
    },
    /// Steps that a later job computed again replace those of the job before, as
    /// [`EnergyReader::overlap`](super::EnergyReader::overlap) asks.
    #[error("{rows} rows from step {step} on are replaced by those of a later job")]
    Replaced {
        /// The first of the steps.
        step: u64,
        /// How many rows were replaced.
        rows: usize,
    },
    /// A log has several runs: which of them make the series, and what they hold.
    #[error("{}", taken_of(taken, runs))]
    Runs {
        /// The numbers of the runs that make the series.
        taken: Vec<usize>,
        /// All runs of the log.
        runs: Vec<LogRun>,
    },
    /// A note about one piece of a run that stands in several files.
    #[error("{}: {note}", file.display())]
    Piece {
        /// The file.
        file: PathBuf,
        /// What is to be said of it.
        note: Box<Self>,
    },
    /// The file has times in place of steps. Rows count in intervals.
    #[error(
        "the file has times and no steps: rows are {}{} apart{}",
        short(*interval, 12), blank_and(unit.or(*assumed)), if assumed.is_some() { ASSUMED } else { "" }
    )]
    Times {
        /// The time between rows, as the file gives it.
        interval: f64,
        /// Its unit, where the file says it.
        unit: Option<&'static str>,
        /// The unit of time that it counts in, where the file does not say it and
        /// [`EnergyTable::in_units`] was told units with a scale.
        assumed: Option<&'static str>,
    },
    /// The file has neither steps nor times: rows count as one step apart.
    #[error("the file has neither steps nor times: rows count as one step apart")]
    Unnumbered,
    /// Temperatures were in degrees Celsius, and are in kelvin now.
    #[error(
        "the temperatures of `{column}` are converted from C to K: plus {}",
        short(CELSIUS, 5)
    )]
    Celsius {
        /// The column.
        column: String,
    },
    /// A column that was asked for by its name has a unit that is not known. Its numbers count as
    /// they are.
    #[error("`{column}` has the unit `{unit}`, which is not known: its numbers are taken as they are")]
    OddUnit {
        /// The column.
        column: String,
        /// What stands in brackets.
        unit: String,
    },
    /// Temperatures of another number of degrees of freedom were converted, as
    /// [`EnergyTable::with_degrees_of_freedom`] asks.
    #[error(
        "temperatures count {} degrees of freedom per particle and are converted to {}: times {}",
        short(*counted, 6), short(*expected, 6), short(*counted / *expected, 6)
    )]
    DegreesOfFreedom {
        /// Those that the program counts which wrote the file.
        counted: f64,
        /// Those that count now.
        expected: f64,
    },
    /// Times beside the steps that have no unit are not evenly spaced, as those of a clock are not.
    /// They are passed over.
    #[error(
        "the times beside the steps are not evenly spaced at line {line}, as those of a clock, and are passed over"
    )]
    UnevenTimes {
        /// The first line that shows it.
        line: u64,
    },
    /// Numbers were converted, as [`EnergyTable::in_units`] asks.
    #[error("{quantity} are converted from {from} to {to}: times {}", short(*factor, 10))]
    Converted {
        /// `energies`, `times`, `pressures` or `volumes, in cubes,`.
        quantity: &'static str,
        /// The unit in the file.
        from: &'static str,
        /// The unit now.
        to: &'static str,
        /// The factor between them.
        factor: f64,
    },
    /// A run begins with the last step of the run before. That step counts once, as it was printed
    /// first.
    #[error("{rows} repeated steps counted once (energies differ by {} or less)", short(*difference, 6))]
    RepeatedSteps {
        /// How often.
        rows: usize,
        /// The largest difference between the two energies of a step.
        difference: f64,
    },
    /// A log has the first and last steps of runs beside the multiples of `thermo`. These rows are
    /// left out.
    #[error("{rows} ends of runs between the multiples of {stride} steps left out")]
    OffGrid {
        /// Steps left out.
        rows: usize,
        /// Spacing of the others.
        stride: u64,
    },
    /// Rows of a minimisation are not dynamics and are left out.
    #[error("{rows} rows of minimisations left out")]
    Minimization {
        /// How many.
        rows: usize,
    },
    /// A run of the log has no end: the simulation was killed or is still running.
    #[error("the run whose last row is line {line} has no end")]
    Unfinished {
        /// The line of its last row.
        line: u64,
    },
    /// A run of the log ended with an error. Its rows before that count.
    #[error("the run stopped at line {line}: `{message}`")]
    Stopped {
        /// The line of the error.
        line: u64,
        /// The error, as LAMMPS printed it.
        message: String,
    },
    /// Rows of numbers in a log have no header above them, perhaps because it is damaged. They are
    /// left out.
    #[error("{rows} rows of numbers from line {line} on stand under no header and are left out")]
    Headless {
        /// The line of the first.
        line: u64,
        /// How many follow each other.
        rows: usize,
    },
    /// Rows of numbers of another width stand between the rows of a run. They are ignored.
    #[error("{rows} rows of numbers between those of the run, from line {line} on, are passed over")]
    Between {
        /// The line of the first.
        line: u64,
        /// How many.
        rows: usize,
    },
    /// A line of a log, within a run, may be a damaged row. It is ignored.
    #[error("line {line} may be a damaged row and is passed over")]
    Damaged {
        /// The line.
        line: u64,
    },
    /// A column of pressures, volumes or total energies that nobody asked for is left out, and
    /// nothing that needs it can be had.
    #[error("the {quantity} column is left out: {why}")]
    LeftOut {
        /// `pressure`, `volume` or `total energy`.
        quantity: &'static str,
        /// The reason.
        why: String,
    },
    /// The last line was cut off and is left out, as
    /// [`EnergyReader::allow_cut_off`](super::EnergyReader::allow_cut_off) allows.
    #[error("line {line}, the last, is cut off and left out")]
    CutOff {
        /// The line.
        line: u64,
    },
}

impl Note {
    /// Says that times count in this unit, where the file does not say theirs.
    pub(super) fn assume(&mut self, time: &'static str) {
        match self {
            Self::Times {
                unit: None, assumed, ..
            } => *assumed = Some(time),
            Self::Piece { note, .. } => note.assume(time),
            _ => {}
        }
    }

    fn is_unnumbered(&self) -> bool {
        match self {
            Self::Unnumbered => true,
            Self::Piece { note, .. } => note.is_unnumbered(),
            _ => false,
        }
    }

    /// The rows between the multiples of `thermo` that it says were left out.
    fn left_out_rows(&self) -> usize {
        match self {
            Self::OffGrid { rows, .. } => *rows,
            Self::Piece { note, .. } => note.left_out_rows(),
            _ => 0,
        }
    }
}

/// What is to be said of a unit that no file confirms.
const ASSUMED: &str = ", in the unit of time of the system: the file does not say its own";

fn blank_and(unit: Option<&str>) -> String {
    unit.map_or_else(String::new, |unit| format!(" {unit}"))
}

/// The times of a file, in its own unit.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Times {
    /// The time between rows, which have no steps.
    InPlaceOfSteps(f64),
    /// The time of one step.
    OfSteps(f64),
}

/// Which runs of a log are taken, as a sentence.
fn taken_of(taken: &[usize], runs: &[LogRun]) -> String {
    let (of, listed) = (runs.len(), Listed(runs));
    let numbers: Vec<String> = taken.iter().map(usize::to_string).collect();
    match (&numbers[..], taken) {
        ([number], _) => format!("run {number} of {of} is taken (option `log_run`): {listed}"),
        ([first, .., last], [a, .., b]) if b - a + 1 == taken.len() => {
            let joined = taken.len();
            format!("{joined} runs, {first} to {last} of {of}, are joined (option `log_run`): {listed}")
        }
        _ => {
            let (joined, numbers) = (taken.len(), numbers.join(", "));
            format!("{joined} runs, {numbers} of {of}, are joined (option `log_run`): {listed}")
        }
    }
}

/// Potential energies at evenly spaced steps, as they stand in a file, and the decisions of the
/// reader.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct EnergyTable {
    /// The file, or the name given for a reader.
    pub file: PathBuf,
    /// Whether the file is a LAMMPS log, rather than columns.
    pub is_log: bool,
    /// The step of the first row; 0 where the file has no steps. Times in place of steps count in
    /// intervals.
    pub first_step: u64,
    /// Steps between rows; 1 where the file has no steps.
    pub stride: u64,
    /// The potential energy at each step, as printed. The file does not say whether it is the total
    /// or per particle.
    pub potential: Vec<f64>,
    /// The name of the energy column, or `E_pair + E_mol` where the energy is the sum of both.
    pub potential_name: String,
    /// The kinetic temperature at each step, where there is such a column.
    pub temperature: Option<Vec<f64>>,
    /// The pressure at each step, where there is such a column.
    pub pressure: Option<Vec<f64>>,
    /// The volume at each step, where there is such a column.
    pub volume: Option<Vec<f64>>,
    /// The total energy at each step, potential and kinetic, in the unit of the potential energy,
    /// where there is such a column.
    pub total: Option<Vec<f64>>,
    /// The name of that column.
    pub total_name: Option<String>,
    /// The number of atoms that a log reports.
    pub particles: Option<usize>,
    /// The time of one step that a log reports. [`series`](Self::series) refuses another.
    pub time_step: Option<f64>,
    /// The style of units that a LAMMPS log reports. [`in_units`](Self::in_units) refuses another.
    pub unit_style: Option<&'static str>,
    /// The unit of the energies, where the file says it: `kJ/mol`, `kcal/mol`, `eV` or `hartree`.
    /// [`in_units`](Self::in_units) converts them.
    pub energy_unit: Option<&'static str>,
    /// The unit of the times, where the file says it: `fs`, `ps` or `ns`.
    pub time_unit: Option<&'static str>,
    /// The unit of the pressures, where the file or its program says it: `bar`, `atm`, `Pa`, `kPa`,
    /// `MPa`, `GPa`, or `energy/volume`. Other pressures are in the unit of the unit system.
    pub pressure_unit: Option<&'static str>,
    /// The unit of length whose cube the volumes are in, where the file or its program says it:
    /// `nm` or `angstrom`.
    pub volume_unit: Option<&'static str>,
    /// The unit of the temperatures, where the file says it: `K`. Temperatures in degrees Celsius
    /// are converted on reading ([`Note::Celsius`]).
    pub temperature_unit: Option<&'static str>,
    /// The degrees of freedom per particle that the temperatures count, where the format tells it:
    /// 3 for ASE, which does not take off those of the whole system.
    /// [`with_degrees_of_freedom`](Self::with_degrees_of_freedom) converts them.
    pub degrees_of_freedom: Option<f64>,
    /// Whether the energies are totals or per particle, where the name of the column says so.
    pub kind: Option<EnergyKind>,
    pub(super) times: Option<Times>,
    /// The units that [`in_units`](Self::in_units) was told.
    pub(super) declared: Option<Units>,
    /// The decisions of the reader, in the order of the file. Each prints as a sentence for a user.
    pub notes: Vec<Note>,
    kept: Vec<(String, Vec<f64>)>,
}

impl EnergyTable {
    /// A table without columns but for the energy.
    pub(super) fn empty() -> Self {
        Self {
            file: PathBuf::new(),
            is_log: false,
            first_step: 0,
            stride: 1,
            potential: Vec::new(),
            potential_name: String::new(),
            temperature: None,
            pressure: None,
            volume: None,
            total: None,
            total_name: None,
            particles: None,
            time_step: None,
            unit_style: None,
            energy_unit: None,
            time_unit: None,
            pressure_unit: None,
            volume_unit: None,
            temperature_unit: None,
            degrees_of_freedom: None,
            declared: None,
            kind: None,
            times: None,
            notes: Vec::new(),
            kept: Vec::new(),
        }
    }

    /// A table with the columns of another, and space for so many rows.
    pub(super) fn like(other: &Self, rows: usize) -> Self {
        let column = || Vec::with_capacity(rows);
        let kept = other.kept.iter();
        Self {
            potential: column(),
            potential_name: other.potential_name.clone(),
            temperature: other.temperature.as_ref().map(|_| column()),
            pressure: other.pressure.as_ref().map(|_| column()),
            volume: other.volume.as_ref().map(|_| column()),
            total: other.total.as_ref().map(|_| column()),
            total_name: other.total_name.clone(),
            pressure_unit: other.pressure_unit,
            volume_unit: other.volume_unit,
            kept: kept.map(|(name, _)| (name.clone(), column())).collect(),
            ..Self::empty()
        }
    }

    /// Appends rows of a table with the same columns.
    pub(super) fn extend(&mut self, other: &Self, rows: Range<usize>) {
        self.potential.extend_from_slice(&other.potential[rows.clone()]);
        let columns = [
            (&mut self.temperature, &other.temperature),
            (&mut self.pressure, &other.pressure),
            (&mut self.volume, &other.volume),
            (&mut self.total, &other.total),
        ];
        for (column, others) in columns {
            if let (Some(column), Some(others)) = (column, others) {
                column.extend_from_slice(&others[rows.clone()]);
            }
        }
        for ((_, column), (_, others)) in self.kept.iter_mut().zip(&other.kept) {
            column.extend_from_slice(&others[rows.clone()]);
        }
    }

    /// Keeps the first rows.
    pub(super) fn truncate(&mut self, rows: usize) {
        self.potential.truncate(rows);
        let kept = self.kept.iter_mut().map(|(_, column)| column);
        let named = [
            &mut self.temperature,
            &mut self.pressure,
            &mut self.volume,
            &mut self.total,
        ];
        for column in named.into_iter().flatten().chain(kept) {
            column.truncate(rows);
        }
    }

    /// A table without rows.
    pub(super) fn new(layout: &Layout) -> Self {
        let kept = layout.kept.iter();
        Self {
            potential_name: layout.energy_name.clone(),
            temperature: layout.temperature.map(|_| Vec::new()),
            pressure: layout.pressure.map(|_| Vec::new()),
            volume: layout.volume.map(|_| Vec::new()),
            total: layout.total.map(|_| Vec::new()),
            total_name: layout.total_name.clone(),
            pressure_unit: layout.pressure_unit,
            volume_unit: layout.volume_unit,
            energy_unit: layout.energy_unit,
            time_unit: layout.time_unit,
            temperature_unit: layout.temperature_unit,
            degrees_of_freedom: layout.degrees_of_freedom,
            kind: layout.kind,
            kept: kept.map(|(name, _)| (name.clone(), Vec::new())).collect(),
            ..Self::empty()
        }
    }

    #[inline]
    pub(super) fn push(&mut self, layout: &Layout, values: &[f64]) {
        self.potential.push(layout.energy_of(values));
        let at = |place: Option<usize>| place.map(|place| values[place]);
        let columns = [
            (&mut self.temperature, layout.temperature_of(values)),
            (&mut self.pressure, at(layout.pressure)),
            (&mut self.volume, at(layout.volume)),
            (&mut self.total, at(layout.total)),
        ];
        for (column, value) in columns {
            if let (Some(column), Some(value)) = (column, value) {
                column.push(value);
            }
        }
        for ((_, column), (_, place)) in self.kept.iter_mut().zip(&layout.kept) {
            column.push(values[*place]);
        }
    }

    /// Leaves out columns of pressures, volumes or total energies that have no number in some row.
    /// A column without any number is dropped without a note.
    pub(super) fn without_gaps(mut self) -> Self {
        let columns = [
            ("pressure", &mut self.pressure),
            ("volume", &mut self.volume),
            ("total energy", &mut self.total),
        ];
        for (quantity, column) in columns {
            let gaps = column.iter().flatten().filter(|x| x.is_nan()).count();
            let Some(row) = column.iter().flatten().position(|x| x.is_nan()) else {
                continue;
            };
            if gaps < self.potential.len() {
                let why = format!("it has no number in row {}", row + 1);
                self.notes.push(Note::LeftOut { quantity, why });
            }
            *column = None;
        }
        self
    }

    /// Whether the file has neither steps nor times, so that rows count as one step apart.
    #[must_use]
    pub fn is_unnumbered(&self) -> bool {
        self.notes.iter().any(Note::is_unnumbered)
    }

    /// Number of rows: two or more.
    #[must_use]
    #[allow(clippy::len_without_is_empty, reason = "never empty")]
    pub fn len(&self) -> usize {
        self.potential.len()
    }

    /// The step of the last row.
    pub(super) fn last_step(&self) -> u64 {
        self.first_step + (self.len() as u64).saturating_sub(1) * self.stride
    }

    /// The steps.
    #[must_use]
    pub fn steps(&self) -> impl ExactSizeIterator<Item = u64> + Clone + '_ {
        (0..self.len()).map(|row| self.first_step + row as u64 * self.stride)
    }

    /// A column that [`EnergyReader::keep`](super::EnergyReader::keep) asked for.
    #[must_use]
    pub fn column(&self, name: &str) -> Option<&[f64]> {
        let (_, column) = self.kept.iter().find(|(kept, _)| kept == name)?;
        Some(column)
    }

    /// The number of steps that were left out because they lie between the multiples of `thermo`.
    #[must_use]
    pub fn left_out_rows(&self) -> usize {
        self.notes.iter().map(Note::left_out_rows).sum()
    }

    /// The energies, and temperatures, pressures, volumes and total energies where the file has
    /// them, as a validated series.
    ///
    /// `time_step` is the time of one step: [`stride`](Self::stride) steps lie between rows. Where
    /// the file has times in place of steps, the [`interval`](Self::interval) between rows must be
    /// a multiple of `time_step`, and is that many steps; where it has times beside steps,
    /// `time_step` must be what they say. Units are those of the file: see
    /// [`in_units`](Self::in_units).
    ///
    /// # Errors
    /// [`ReadError`] with a [`Fault::Value`] where a log reports another number of atoms, where the
    /// name of the column says another [`kind`](Self::kind), and for another time step; with
    /// a [`Fault::Series`] where [`Sampling`] or [`EnergySeries`] refuse the numbers.
    ///
    /// ```
    /// use msed::EnergyKind;
    /// let table = msed::io::energies("data/sample/energy.dat")?;
    /// let series = table.series(0.005, 1000, EnergyKind::Total)?;
    /// assert_eq!(series.sampling().interval(), 0.05);
    /// assert_eq!(series.samples()[0], -6358.85733);
    /// # Ok::<(), msed::Error>(())
    /// ```
    pub fn series(
        &self,
        time_step: f64,
        particles: usize,
        kind: EnergyKind,
    ) -> Result<EnergySeries<'_>, ReadError> {
        let columns = [&self.temperature, &self.pressure, &self.volume, &self.total];
        let columns = columns.map(|column| column.as_deref().map(Cow::from));
        self.series_of((&self.potential).into(), columns, time_step, particles, kind)
    }

    /// [`series`](Self::series) that owns its samples.
    ///
    /// # Errors
    /// As [`series`](Self::series).
    pub fn into_series(
        mut self,
        time_step: f64,
        particles: usize,
        kind: EnergyKind,
    ) -> Result<EnergySeries<'static>, ReadError> {
        let potential = std::mem::take(&mut self.potential);
        let columns = [
            &mut self.temperature,
            &mut self.pressure,
            &mut self.volume,
            &mut self.total,
        ];
        let columns = columns.map(|column| column.take().map(Cow::from));
        self.series_of(potential.into(), columns, time_step, particles, kind)
    }

    fn series_of<'a>(
        &self,
        potential: Cow<'a, [f64]>,
        [temperature, pressure, volume, total]: [Option<Cow<'a, [f64]>>; 4],
        time_step: f64,
        particles: usize,
        kind: EnergyKind,
    ) -> Result<EnergySeries<'a>, ReadError> {
        let error = |fault: Fault| fault.at(&self.file, Place::File);
        if let Some(found) = self.particles.filter(|&found| found != particles) {
            return Err(error(Fault::Value(format!(
                "{found} atoms, expected {particles}"
            ))));
        }
        if let Some(found) = self
            .time_step
            .filter(|&found| time_step > 0.0 && Sampling::steps_in(time_step, found) != Some(1))
        {
            let [found, expected] = apart(found, time_step);
            return Err(error(Fault::Value(format!(
                "a time step of {found}, expected {expected} as declared"
            ))));
        }
        if let Some(found) = self.kind.filter(|&found| found != kind) {
            let shown = |kind| match kind {
                EnergyKind::Total => "totals",
                EnergyKind::PerParticle => "energies per particle",
            };
            let (name, found, declared) = (&self.potential_name, shown(found), shown(kind));
            return Err(error(Fault::Value(format!(
                "{found}, as the name of the column `{name}` says, expected {declared} as declared"
            ))));
        }
        let stride = self.stride_in(time_step).map_err(error)?;
        let checked = || -> Result<_, SeriesError> {
            let sampling = Sampling::new(stride, time_step)?;
            let series = EnergySeries::new(potential, sampling, particles, kind)?;
            let series = match temperature {
                Some(temperature) => series.with_temperatures(temperature)?,
                None => series,
            };
            let series = match pressure {
                Some(pressure) => series.with_pressures(pressure)?,
                None => series,
            };
            let series = match volume {
                Some(volume) => series.with_volumes(volume)?,
                None => series,
            };
            match total {
                Some(total) => series.with_total_energies(total),
                None => Ok(series),
            }
        };
        checked().map_err(|refusal| error(Fault::Series(refusal)))
    }
}
