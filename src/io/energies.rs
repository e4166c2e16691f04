//! Files of energies, whatever their format.

mod clock;
mod columns;
mod conversion;
mod dialect;
mod grid;
mod head;
mod layout;
mod log;
mod log_run;
mod multi;
mod names;
mod pieces;
mod printed;
mod run;
mod runs;
mod table;

use std::fs::File;
use std::io::Read;
use std::path::Path;

use super::error::{Fault, Place, ReadError};
use super::magic::BinaryFormat;
use super::overlap::Overlap;
use super::text::Text;
use super::text::bytes::{f64_field, fields};
use layout::{StepColumn, TotalColumn, Wanted};
use pieces::Pieces;

pub use columns::{EnergySample, EnergyStream};
pub use layout::Column;
pub use log_run::{LogRun, RunChoice};
pub use table::{EnergyTable, Note};

/// Reads a file of energies: LAMMPS' `fix ave/time`, a LAMMPS log in any thermo style, what
/// GROMACS, OpenMM, ASE, CP2K, HOOMD-blue, NAMD and GPUMD write, or columns with a header, plain or
/// compressed. [`EnergyReader`] lists the names that are looked for, and reads files that use other
/// names.
///
/// # Errors
/// [`ReadError`] with the file, the line, what was found and what was expected.
///
/// ```
/// let table = msed::io::energies("data/sample/energy.dat")?;
/// assert_eq!((table.len(), table.first_step, table.stride), (2000, 16390, 10));
/// assert_eq!(table.potential_name, "v_pe");
/// assert_eq!(table.temperature.map(|t| t[0]), Some(0.81666672));
/// # Ok::<(), msed::io::ReadError>(())
/// ```
pub fn energies(path: impl AsRef<Path>) -> Result<EnergyTable, ReadError> {
    EnergyReader::new().read(path)
}

/// What to look for in a file of energies.
///
/// By default columns are found by name, and the first name that the file has counts: the step in
/// `TimeStep` or `Step`; the potential energy in `v_pe`, `c_thermo_pe`, `PotEng`, or `E_pair` (plus
/// `E_mol` where there is one); the temperature, if any, in `v_te`, `c_thermo_temp` or `Temp`; the
/// pressure, if any, in `v_press`, `v_pr`, `c_thermo_press` or `Press`; the volume, if any, in
/// `v_vol`, `v_volume` or `Volume`; on [request](Self::with_total) the total energy, if any, in
/// `v_etotal`, `v_etot`, `v_e` or `TotEng`. Other columns are ignored. A pressure, a volume or a
/// total energy that was found by name and is no number in some row is left out, with a
/// [`Note::LeftOut`]. So is a total energy that is not in the unit of the potential energy, as its
/// name says. It is not looked for beside a chosen energy that is not the one found by name, since
/// that may be a part of the energy.
///
/// Columns (not logs) may have the names of any program. They are compared in lower case, without a
/// unit in brackets behind them and a path, `c_` or `v_` in front of them: the step `step`,
/// `timestep`, `step nr`, `ts`, `nstep`; the energy `pe`, `poteng`, `potential_energy`,
/// `potential energy`, `potential`, `pot`, `epot`, `e_pot`, `epot/n`; the temperature `temp`,
/// `temperature`, `kinetic_temperature`, `kinetic temperature`, and `T` alone; the pressure
/// `press`, `pressure`; the volume `vol`, `volume`, `box volume`; the total energy `toteng`,
/// `etotal`, `etot`, `e_total`, `e_tot`, `total_energy`, `total energy`, `etot/n`, and `TOTAL`
/// alone; the time `time`, and `t` alone. Two columns of one such name are an error, for pressures,
/// volumes and total energies a reason to leave them.
/// Fields stand between blanks, tabs, commas or semicolons; decimal commas are refused. GPUMD's
/// `thermo.out` has no names: its name and 9, 12 or 18 columns tell.
///
/// A file with a time and no step counts in intervals: see [`Note::Times`] and
/// [`EnergyTable::interval`]. A unit behind a name is kept ([`EnergyTable::energy_unit`]), and
/// [`EnergyTable::in_units`] converts.
///
/// Steps must be evenly spaced. The reader knows these habits of LAMMPS, and reports them in the
/// [`notes`](EnergyTable::notes):
///
/// - A log holds several runs. The last run that holds energies is taken, with the runs that it
///   continues: those with the same columns, spacing, number of atoms and time step, and with the
///   same energy at the common step. [`log_run`](Self::log_run) chooses another run.
/// - The first step of a run, or of a continued file, repeats the last step of the run before. It
///   counts once where both energies agree to the last digit. Otherwise another series begins, and
///   the last one is taken.
/// - Steps of columns begin again at zero. The last series is taken.
/// - A restarted job repeats steps of the job before. [`overlap`](Self::overlap) decides.
/// - A log has the first and last step of each run even where they are not multiples of `thermo`.
///   They are left out and counted.
/// - A minimisation prints rows like a run. They are left out.
/// - A log may have rows without a header, which are left out, rows of numbers of another width,
///   and lines that may be damaged rows, which are ignored.
///
/// Everything else is an error that names the line: a missing row, another spacing, a field that is
/// not a finite number, a file that ends within a row. Lines of text between the rows of a log
/// (warnings, output of `print`) are ignored; between columns they are errors.
///
/// Reading takes one pass and the memory of the columns that are kept, plus a buffer of 256 KiB.
/// Numbers have the same bits as from `str::parse`.
///
/// ```
/// use msed::io::EnergyReader;
/// let csv = "time,E,T\n0,-1.5,0.8\n1,-1.25,0.7\n2,-1.0,0.9\n";
/// let reader = EnergyReader::new().step("time").energy("E").temperature("T");
/// let table = reader.read_from(csv.as_bytes(), "run.csv")?;
/// assert_eq!(table.potential, [-1.5, -1.25, -1.0]);
///
/// let bare = "10 -1.5\n20 -1.25\n";
/// let table = EnergyReader::new().step(0).energy(1).read_from(bare.as_bytes(), "bare.dat")?;
/// assert_eq!(table.stride, 10);
///
/// let error = msed::io::EnergyReader::new().read_from(bare.as_bytes(), "bare.dat").unwrap_err();
/// assert_eq!(
///     error.to_string(),
///     "bare.dat:1: 2 columns without a header, expected a line of names such as \
///      `# TimeStep v_pe v_te` above the numbers, or columns chosen by number"
/// );
/// # Ok::<(), msed::io::ReadError>(())
/// ```
#[derive(Debug, Clone, Default)]
pub struct EnergyReader {
    wanted: Wanted,
}

impl EnergyTable {
    /// Whether this table goes on where `before` ends: with its next step, or with its last one and
    /// the same energy. Two such files look like pieces of one run
    /// ([`EnergyReader::read_pieces`]) and not like replicas.
    #[must_use]
    pub fn continues(&self, before: &Self) -> bool {
        pieces::continues(self, before)
    }
}

impl EnergyReader {
    /// A reader that finds the columns by the names listed above.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The column of the potential energy.
    #[must_use]
    pub fn energy(mut self, column: impl Into<Column>) -> Self {
        self.wanted.energy = Some(column.into());
        self
    }

    /// The column of the temperature. The file must have it.
    #[must_use]
    pub fn temperature(mut self, column: impl Into<Column>) -> Self {
        self.wanted.temperature = Some(column.into());
        self
    }

    /// The column of the pressure. The file must have it.
    #[must_use]
    pub fn pressure(mut self, column: impl Into<Column>) -> Self {
        self.wanted.pressure = Some(column.into());
        self
    }

    /// The column of the volume. The file must have it.
    #[must_use]
    pub fn volume(mut self, column: impl Into<Column>) -> Self {
        self.wanted.volume = Some(column.into());
        self
    }

    /// The column of the total energy, potential and kinetic. The file must have it, in the unit of
    /// the potential energy.
    ///
    /// ```
    /// use msed::io::EnergyReader;
    /// let text = "# TimeStep v_pe v_te v_all\n0 -3.0 1.0 -1.5\n10 -3.5 1.5 -1.25\n";
    /// let table = EnergyReader::new().total("v_all").read_from(text.as_bytes(), "x.dat")?;
    /// assert_eq!(table.total, Some(vec![-1.5, -1.25]));
    /// # Ok::<(), msed::io::ReadError>(())
    /// ```
    #[must_use]
    pub fn total(mut self, column: impl Into<Column>) -> Self {
        self.wanted.total = TotalColumn::Given(column.into());
        self
    }

    /// A column of total energies is looked for by its names, as `msed scan` does. The check of the
    /// ensemble compares it with energies and temperatures; reading takes the time of one more
    /// number a row.
    #[must_use]
    pub fn with_total(mut self) -> Self {
        self.wanted.total = TotalColumn::ByName;
        self
    }

    /// The column of the step.
    #[must_use]
    pub fn step(mut self, column: impl Into<Column>) -> Self {
        self.wanted.step = StepColumn::Given(column.into());
        self
    }

    /// The file has no column of steps: rows count as one step apart, from 0. A missing row cannot
    /// be detected.
    #[must_use]
    pub fn without_steps(mut self) -> Self {
        self.wanted.step = StepColumn::None;
        self
    }

    /// Another column to keep, by name: see [`EnergyTable::column`].
    #[must_use]
    pub fn keep(mut self, name: &str) -> Self {
        self.wanted.kept.push(name.to_owned());
        self
    }

    /// Which runs of a log make the series. By default a run is joined with the runs that it
    /// continues, even where a thermostat was switched off between them: the means in
    /// [`Note::Runs`] show it.
    ///
    /// ```
    /// use msed::io::{EnergyReader, Note, RunChoice};
    /// let log = "data/logs/custom.lammps";
    /// let joined = EnergyReader::new().read(log)?;
    /// assert!(matches!(&joined.notes[0], Note::Runs { taken, .. } if taken.len() == 6));
    /// let second = EnergyReader::new().log_run(RunChoice::Number(2)).read(log)?;
    /// assert_eq!((joined.len(), second.first_step, second.len()), (51, 1050, 20));
    /// # Ok::<(), msed::io::ReadError>(())
    /// ```
    #[must_use]
    pub fn log_run(mut self, choice: RunChoice) -> Self {
        self.wanted.log_run = choice;
        self
    }

    /// What becomes of steps that a restarted job computed again. By default columns in which steps
    /// go back are refused, and in a log another series begins.
    ///
    /// ```
    /// use msed::io::{EnergyReader, Overlap};
    /// let text = "# TimeStep v_pe\n0 -1\n10 -2\n20 -3\n30 -4\n20 -3\n30 -4.5\n40 -5\n";
    /// assert!(EnergyReader::new().read_from(text.as_bytes(), "x.dat").is_err());
    /// let table = EnergyReader::new().overlap(Overlap::Later).read_from(text.as_bytes(), "x.dat")?;
    /// assert_eq!(table.potential, [-1.0, -2.0, -3.0, -4.5, -5.0]);
    /// # Ok::<(), msed::io::ReadError>(())
    /// ```
    #[must_use]
    pub fn overlap(mut self, overlap: Overlap) -> Self {
        self.wanted.overlap = overlap;
        self
    }

    /// Leaves out a last line that was cut off, as a killed job leaves it, with a [`Note::CutOff`].
    /// By default such a line is an error, because a file without its end may lack more than one
    /// line.
    #[must_use]
    pub fn allow_cut_off(mut self) -> Self {
        self.wanted.cut_off = true;
        self
    }

    /// Reads a file.
    ///
    /// # Errors
    /// [`ReadError`] with the file, the line, what was found and what was expected.
    pub fn read(&self, path: impl AsRef<Path>) -> Result<EnergyTable, ReadError> {
        self.read_text(Text::open(path.as_ref())?)
    }

    /// Reads a run that stands in several files, in the order of their steps: the files of a job
    /// and of the jobs that went on from its restart files.
    ///
    /// The first step of a file may repeat the last one of the file before, with the same energy;
    /// it counts once. Notes say of which file they are ([`Note::Piece`]).
    ///
    /// # Errors
    /// As [`read`](Self::read), and [`Fault::Steps`] where a file does not go on where the one
    /// before it ends, [`Fault::Columns`] where it has other columns, [`Fault::Value`] where it has
    /// another number of atoms or another energy at the common step. Steps that go back are refused
    /// unless [`overlap`](Self::overlap) allows them. [`Fault::TooShort`] where there are no files.
    ///
    /// ```
    /// use msed::io::EnergyReader;
    /// let [a, b] = ["a.dat", "b.dat"].map(|name| std::env::temp_dir().join(name));
    /// std::fs::write(&a, "# TimeStep v_pe\n0 -1.5\n10 -1.25\n20 -1.75\n").unwrap();
    /// std::fs::write(&b, "# TimeStep v_pe\n20 -1.75\n30 -1.5\n").unwrap();
    /// let table = EnergyReader::new().read_pieces([&a, &b])?;
    /// assert_eq!(table.potential, [-1.5, -1.25, -1.75, -1.5]);
    /// # Ok::<(), msed::io::ReadError>(())
    /// ```
    pub fn read_pieces<P: AsRef<Path>>(
        &self,
        paths: impl IntoIterator<Item = P>,
    ) -> Result<EnergyTable, ReadError> {
        let mut paths = paths.into_iter();
        let Some(first) = paths.next() else {
            let fault = Fault::TooShort("no files, expected the pieces of a run".to_owned());
            return Err(fault.at(Path::new(""), Place::File));
        };
        let mut pieces = Pieces::begin(self.read(first)?, self.wanted.overlap);
        for path in paths {
            pieces.join(self.read(path)?)?;
        }
        Ok(pieces.finish())
    }

    /// Reads from any reader, under a name for messages. The reader need not be buffered.
    ///
    /// # Errors
    /// As [`read`](Self::read).
    pub fn read_from(&self, reader: impl Read, name: impl AsRef<Path>) -> Result<EnergyTable, ReadError> {
        self.read_text(Text::new(reader, name.as_ref())?)
    }

    /// The rows of a file of columns one by one, for files larger than memory.
    ///
    /// # Errors
    /// [`ReadError`] where the file cannot be opened, [`Fault::Format`] for a log; then see
    /// [`EnergyStream`].
    pub fn stream(&self, path: impl AsRef<Path>) -> Result<EnergyStream<File>, ReadError> {
        self.stream_text(Text::open(path.as_ref())?)
    }

    /// [`stream`](Self::stream) from any reader, under a name for messages.
    ///
    /// # Errors
    /// As [`stream`](Self::stream).
    pub fn stream_from<R: Read>(
        &self,
        reader: R,
        name: impl AsRef<Path>,
    ) -> Result<EnergyStream<R>, ReadError> {
        self.stream_text(Text::new(reader, name.as_ref())?)
    }

    fn stream_text<R: Read>(&self, mut text: Text<R>) -> Result<EnergyStream<R>, ReadError> {
        // A row is handed out as soon as it is there, and so a whole row must do for a head.
        if is_log(&mut text, dialect::has_row)? {
            let found = "a log, expected columns: which rows of a log count is known at its end only";
            return Err(Fault::Format(found.to_owned()).at(text.name(), Place::File));
        }
        let wanted = Wanted {
            samples_only: true,
            ..self.wanted.clone()
        };
        Ok(EnergyStream::new(text, wanted))
    }

    /// The runs of a log, whether they make a series or not.
    ///
    /// # Errors
    /// As [`read`](Self::read), but no error where a run makes no series: see
    /// [`LogRun::unusable`]. [`Fault::Format`] for a file that is no log.
    ///
    /// ```
    /// let runs = msed::io::EnergyReader::new().log_runs("data/logs/custom.lammps")?;
    /// assert_eq!((runs.len(), runs[0].rows, runs[0].steps), (6, 22, Some((0, 1025))));
    /// assert_eq!(runs[1].apart, None);
    /// # Ok::<(), msed::io::ReadError>(())
    /// ```
    pub fn log_runs(&self, path: impl AsRef<Path>) -> Result<Vec<LogRun>, ReadError> {
        let mut text = Text::open(path.as_ref())?;
        if is_log(&mut text, |_| false)? {
            return log::runs(text, &self.wanted);
        }
        let found = "columns, expected a log, which has runs";
        Err(Fault::Format(found.to_owned()).at(text.name(), Place::File))
    }

    fn read_text<R: Read>(&self, mut text: Text<R>) -> Result<EnergyTable, ReadError> {
        if is_log(&mut text, |_| false)? {
            return log::read(text, &self.wanted);
        }
        if let RunChoice::Number(number) = self.wanted.log_run {
            let found = format!("columns, expected a log, of which to take run {number}");
            return Err(Fault::Format(found).at(text.name(), Place::File));
        }
        columns::read(text, &self.wanted)
    }
}

/// Whether a text is a log: it has a line that only LAMMPS prints there, wherever the log begins,
/// or it begins unlike columns. Columns begin with a comment, a number, or names above a row of
/// numbers. A text that begins like a trajectory is an error.
///
/// The text is read up to a head that is long enough or that `is_enough`.
fn is_log<R: Read>(text: &mut Text<R>, is_enough: fn(&[u8]) -> bool) -> Result<bool, ReadError> {
    let head = text.head_until(is_enough)?;
    let trajectory = match BinaryFormat::of(head) {
        Some(format) => Some(format.name()),
        None => {
            let dump = head.trim_ascii_start().starts_with(b"ITEM:");
            dump.then_some("a LAMMPS dump")
        }
    };
    if let Some(found) = trajectory {
        let found = format!("begins like {found}, expected energies: `io::trajectory` reads frames");
        return Err(Fault::Format(found).at(text.name(), Place::File));
    }
    let lines = head.split(|&byte| byte == b'\n').map(<[u8]>::trim_ascii);
    let mut lines = lines.filter(|line| !line.is_empty());
    if lines.clone().any(log::is_mark) {
        return Ok(true);
    }
    if dialect::is_namd(head) {
        return Ok(false);
    }
    let Some(first) = lines.next() else {
        return Ok(false);
    };
    let count = |line: &[u8]| {
        let row = dialect::plain(line).unwrap_or(line.into());
        let is_row = fields(&row)
            .next()
            .is_some_and(|field| f64_field(field).is_some());
        is_row.then(|| fields(&row).count())
    };
    if matches!(first.first(), Some(b'#' | b'%' | b'@')) || count(first).is_some() {
        return Ok(false);
    }
    let second = lines.next().unwrap_or_default();
    let third = lines.next().unwrap_or_default();
    if dialect::is_refused(second) || dialect::is_refused(third) {
        return Ok(false);
    }
    let is_head = |line, row| {
        let names = String::from_utf8_lossy(line);
        count(row).is_some_and(|count| names::can_head(&names, count))
    };
    Ok(!is_head(first, second) && !is_head(second, third))
}
