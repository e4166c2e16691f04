//! Files of energies: what they hold, and which of them belong together.

use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use msed::EnergyKind;
use msed::io::{EnergyReader, EnergyTable, Fault, LogRun, Note, ReadError};

/// Fewest rows of a run.
pub(super) const FEWEST: usize = crate::input::energies::FEWEST;
/// Bytes that are looked at to tell rows from text.
const HEAD: u64 = 1 << 14;
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
    /// A log whose rows make no series, and why.
    Nothing(String),
    /// Data of another kind, or no data, and why.
    Other(String),
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
        // The tables decide, and are read again only where the file begins late enough.
        let may = self.is_like(before)
            && !self.is_unnumbered
            && self.first_step > before.first_step
            && self.first_step >= before.last_step;
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
            let why = reason(&error);
            let content = if runs.iter().any(|run| run.unusable.is_none()) {
                Content::Broken(why)
            } else if !runs.is_empty() {
                Content::Nothing(why)
            } else {
                match error.fault {
                    Fault::Format(_) | Fault::TooShort(_) => Content::Other(why),
                    Fault::Columns(_) | Fault::Value(_) if !has_rows(&path) => Content::Other(why),
                    _ => Content::Broken(why),
                }
            };
            (content, runs)
        }
    }
}

/// Whether at least half of the first lines that are no comments begin with a number, as far as the
/// file is plain text.
fn has_rows(path: &Path) -> bool {
    let mut head = Vec::new();
    let read = File::open(path).and_then(|file| file.take(HEAD).read_to_end(&mut head));
    let text = String::from_utf8_lossy(&head);
    if read.is_err() || text.contains('\u{fffd}') {
        return true;
    }
    let is_comment = |line: &&str| line.is_empty() || line.starts_with(['#', '@', '%', ';']);
    let lines = text.lines().map(str::trim).filter(|line| !is_comment(line));
    let (mut rows, mut others) = (0, 0);
    for line in lines {
        let mut words = line.split([' ', '\t', ',', ';']).filter(|word| !word.is_empty());
        if words.next().is_some_and(|word| word.parse::<f64>().is_ok()) {
            rows += 1;
        } else {
            others += 1;
        }
    }
    rows >= others && rows > 0
}

/// What is wrong with a file: the first line of the reader's message, without the name of the
/// file.
pub(super) fn reason(error: &ReadError) -> String {
    let message = error.to_string();
    let message = message.lines().next().unwrap_or_default();
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
        None => message.to_owned(),
    }
}

/// The energies of a run: its replicas, each in one file or in several.
#[derive(Debug, Clone)]
pub(super) struct EnergyFiles {
    pub(super) replicas: Vec<Vec<EnergyFile>>,
}

impl EnergyFiles {
    /// The runs that these files make. Files that go on where another ends are its pieces. Replicas
    /// are files alike whose names differ by a number that counts them.
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
        let chains = chains.into_iter().map(|chain| Self {
            replicas: vec![chain],
        });
        let groups = Self::joined(chains.collect(), |energies| energies, |_, _| true);
        let whole = groups.into_iter().map(|group| Self {
            replicas: group.into_iter().flat_map(|energies| energies.replicas).collect(),
        });
        whole.collect()
    }

    /// Joins the replicas among these things, each of which has energies: those that are alike and
    /// may be joined, where the numbers in the names of their files count from 0 or 1.
    pub(super) fn joined<T>(
        all: Vec<T>,
        of: impl Fn(&T) -> &Self,
        may: impl Fn(&T, &T) -> bool,
    ) -> Vec<Vec<T>> {
        let mut groups: Vec<Vec<T>> = Vec::new();
        for one in all {
            match groups
                .iter_mut()
                .find(|group| of(&group[0]).is_like(of(&one)) && may(&group[0], &one))
            {
                Some(group) => group.push(one),
                None => groups.push(vec![one]),
            }
        }
        let split = groups.into_iter().flat_map(|group| {
            let files: Vec<&Path> = group.iter().map(|one| of(one).first().file.as_path()).collect();
            if count_on(&files) {
                vec![group]
            } else {
                group.into_iter().map(|one| vec![one]).collect()
            }
        });
        split.collect()
    }

    /// Whether two runs may be replicas of one.
    fn is_like(&self, other: &Self) -> bool {
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

/// Whether names that are alike but for their digits differ in one number, which counts from 0 or 1
/// on. Numbers that do not may be parameters.
fn count_on(files: &[&Path]) -> bool {
    let numbers = |file: &&Path| -> Vec<String> {
        let name = file.to_string_lossy().into_owned();
        let numbers = name
            .split(|c: char| !c.is_ascii_digit())
            .filter(|number| !number.is_empty());
        numbers.map(str::to_owned).collect()
    };
    let of_files: Vec<Vec<String>> = files.iter().map(numbers).collect();
    let first = &of_files[0];
    if of_files.iter().any(|numbers| numbers.len() != first.len()) {
        return false;
    }
    let differs = |place: &usize| of_files.iter().any(|numbers| numbers[*place] != first[*place]);
    let differing: Vec<usize> = (0..first.len()).filter(differs).collect();
    let [place] = differing[..] else {
        return files.len() == 1;
    };
    let counts: Option<Vec<u64>> = of_files
        .iter()
        .map(|numbers| numbers[place].parse().ok())
        .collect();
    let mut counts = counts.unwrap_or_default();
    counts.sort_unstable();
    let starts = counts.first().is_some_and(|&first| first <= 1);
    starts && counts.windows(2).all(|pair| pair[1] == pair[0] + 1)
}

fn without_digits(file: &Path) -> String {
    let name = file.to_string_lossy();
    name.chars().filter(|c| !c.is_ascii_digit()).collect()
}
