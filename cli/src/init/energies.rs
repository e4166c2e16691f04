//! Files of energies: what they hold, and which of them belong together.

use std::path::{Path, PathBuf};

use msed::EnergyKind;
use msed::io::{EnergyReader, EnergyTable, Fault, LogRun, Note, ReadError};

/// Fewest rows of a run.
pub(super) const FEWEST: usize = crate::input::energies::FEWEST;
/// Relative difference of the mean temperatures of two replicas.
const SAME_TEMPERATURE: f64 = 0.01;

/// What a file of energies holds, without its rows.
#[derive(Debug, Clone)]
pub(super) struct EnergyFile {
    /// From the directory of the scan on.
    pub(super) file: PathBuf,
    pub(super) rows: usize,
    first_step: u64,
    last_step: u64,
    pub(super) stride: u64,
    pub(super) column: String,
    /// The mean of the temperature column.
    pub(super) temperature: Option<f64>,
    pub(super) particles: Option<usize>,
    pub(super) energy_unit: Option<&'static str>,
    pub(super) kind: Option<EnergyKind>,
    /// Whether the file has neither steps nor times.
    pub(super) is_unnumbered: bool,
    /// Whether the file has times.
    pub(super) has_times: bool,
    /// Decisions of the reader.
    pub(super) notes: Vec<String>,
}

/// What a file that is no trajectory holds.
pub(super) enum Content {
    Energies(EnergyFile),
    /// A log whose rows make no series.
    Nothing,
    /// Data of another kind, or no data.
    Other,
    /// Energies that cannot be read, and why.
    Broken(String),
}

impl EnergyFile {
    fn of(file: &Path, table: &EnergyTable) -> Self {
        let mean = |column: &Vec<f64>| column.iter().sum::<f64>() / column.len() as f64;
        let steps = (table.len() as u64)
            .saturating_sub(1)
            .saturating_mul(table.stride);
        let notes = table
            .notes
            .iter()
            .filter(|note| !matches!(note, Note::Runs { .. }));
        Self {
            file: file.to_owned(),
            rows: table.len(),
            first_step: table.first_step,
            last_step: table.first_step.saturating_add(steps),
            stride: table.stride,
            column: table.potential_name.clone(),
            temperature: table.temperature.as_ref().map(mean),
            particles: table.particles,
            energy_unit: table.energy_unit,
            kind: table.kind,
            is_unnumbered: table.is_unnumbered(),
            has_times: table.interval().is_some(),
            notes: notes.map(ToString::to_string).collect(),
        }
    }

    /// Whether the columns and the spacing are those of another file.
    fn is_like(&self, other: &Self) -> bool {
        (&self.column, self.stride, self.particles, self.energy_unit)
            == (&other.column, other.stride, other.particles, other.energy_unit)
            && self.temperature.is_some() == other.temperature.is_some()
    }

    /// Whether the file goes on where another ends.
    fn continues(&self, dir: &Path, before: &Self) -> bool {
        let next = before.last_step.saturating_add(before.stride);
        let may = self.is_like(before)
            && !self.is_unnumbered
            && self.first_step > before.first_step
            && [before.last_step, next].contains(&self.first_step);
        if !may {
            return false;
        }
        let read = |file: &Self| EnergyReader::new().read(dir.join(&file.file));
        matches!((read(self), read(before)), (Ok(next), Ok(before)) if next.continues(&before))
    }
}

/// Reads a file, and the runs of it where it is a log.
pub(super) fn read(dir: &Path, file: &Path) -> (Content, Vec<LogRun>) {
    let reader = EnergyReader::new();
    let path = dir.join(file);
    match reader.read(&path) {
        Ok(table) => {
            let is_log = table.is_log;
            let energies = EnergyFile::of(file, &table);
            drop(table);
            let runs = if is_log {
                reader.log_runs(&path)
            } else {
                Ok(Vec::new())
            };
            (Content::Energies(energies), runs.unwrap_or_default())
        }
        Err(error) => {
            let runs = reader.log_runs(&path).unwrap_or_default();
            let content = if runs.iter().any(|run| run.unusable.is_none()) {
                Content::Broken(reason(&error))
            } else if !runs.is_empty() {
                Content::Nothing
            } else {
                match error.fault {
                    Fault::Format(_) | Fault::TooShort(_) => Content::Other,
                    _ => Content::Broken(reason(&error)),
                }
            };
            (content, runs)
        }
    }
}

/// What is wrong with a file, without its name.
pub(super) fn reason(error: &ReadError) -> String {
    let message = error.to_string();
    let name = error.file.display().to_string();
    match message.strip_prefix(&name) {
        Some(rest) => {
            let rest = rest.trim_start_matches(':').trim_start();
            if rest.starts_with(|c: char| c.is_ascii_digit()) {
                format!("line {rest}")
            } else {
                rest.to_owned()
            }
        }
        None => message,
    }
}

/// The energies of a run: its replicas, each in one file or in several.
#[derive(Debug, Clone)]
pub(super) struct Energies {
    pub(super) replicas: Vec<Vec<EnergyFile>>,
}

impl Energies {
    /// The runs that these files make. Files that go on where another ends are its pieces. Replicas
    /// are files alike whose names differ by digits alone and whose temperatures agree.
    pub(super) fn of(dir: &Path, mut files: Vec<EnergyFile>) -> Vec<Self> {
        files.sort_by(|a, b| (a.first_step, &a.file).cmp(&(b.first_step, &b.file)));
        let mut chains: Vec<Vec<EnergyFile>> = Vec::new();
        for file in files {
            let goes_on =
                |chain: &&mut Vec<EnergyFile>| chain.last().is_some_and(|last| file.continues(dir, last));
            let before: Vec<_> = chains.iter_mut().filter(goes_on).collect();
            match <[_; 1]>::try_from(before) {
                Ok([chain]) => chain.push(file),
                // Of several it is not clear which.
                Err(_) => chains.push(vec![file]),
            }
        }
        chains.sort_by(|a, b| a[0].file.cmp(&b[0].file));
        let mut groups: Vec<Self> = Vec::new();
        for chain in chains {
            let next = Self {
                replicas: vec![chain],
            };
            match groups.iter_mut().find(|group| group.has_replicas_in(&next)) {
                Some(group) => group.join(next),
                None => groups.push(next),
            }
        }
        groups
    }

    /// Whether two runs are replicas of one.
    pub(super) fn has_replicas_in(&self, other: &Self) -> bool {
        let (mine, theirs) = (&self.replicas[0], &other.replicas[0]);
        let alike = |(a, b): (&EnergyFile, &EnergyFile)| {
            let same = |(a, b): (f64, f64)| (a - b).abs() <= SAME_TEMPERATURE * a.abs();
            a.is_like(b)
                && a.rows == b.rows
                && without_digits(&a.file) == without_digits(&b.file)
                && a.temperature.zip(b.temperature).is_none_or(same)
        };
        mine.len() == theirs.len() && mine[0].temperature.is_some() && mine.iter().zip(theirs).all(alike)
    }

    pub(super) fn join(&mut self, other: Self) {
        self.replicas.extend(other.replicas);
    }

    pub(super) fn files(&self) -> impl Iterator<Item = &EnergyFile> {
        self.replicas.iter().flatten()
    }

    pub(super) fn first(&self) -> &EnergyFile {
        &self.replicas[0][0]
    }

    pub(super) fn rows(&self) -> usize {
        self.files().map(|file| file.rows).sum()
    }

    /// The mean of the temperature column.
    pub(super) fn temperature(&self) -> Option<f64> {
        let rows = self.rows() as f64;
        let weighted = self
            .files()
            .map(|file| file.temperature.map(|t| t * file.rows as f64 / rows));
        weighted.sum()
    }

    /// The rows as they are read again, one table for each replica.
    pub(super) fn tables(&self, dir: &Path) -> Result<Vec<EnergyTable>, ReadError> {
        let reader = EnergyReader::new();
        let replicas = self.replicas.iter();
        replicas
            .map(|pieces| reader.read_pieces(pieces.iter().map(|piece| dir.join(&piece.file))))
            .collect()
    }

    /// The value of `energy`.
    pub(super) fn value(&self) -> toml::Value {
        let name = |file: &EnergyFile| super::document::text(&file.file.to_string_lossy());
        super::document::replicas(
            self.replicas
                .iter()
                .map(|pieces| pieces.iter().map(name).collect()),
        )
    }
}

fn without_digits(file: &Path) -> String {
    let name = file.to_string_lossy();
    name.chars().filter(|c| !c.is_ascii_digit()).collect()
}
