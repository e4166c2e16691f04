//! LAMMPS logs: thermo output in any style, among everything else that LAMMPS prints.

use std::io::Read;

use super::layout::{Layout, Wanted};
use super::log_run::LogRun;
use super::multi::{Block, is_named_values};
use super::run::{MOST_TYPES, Run, Settings};
use super::runs::Runs;
use super::table::{EnergyTable, Note};
use crate::io::error::{Fault, Place, ReadError};
use crate::io::text::Text;
use crate::io::text::bytes::{f64_field, fields, i64_field, text, words};

const EXPECTED: &str = "thermo output of LAMMPS, or columns with a header";
/// Lines without numbers, between the announcement of a header and the first row, of which one may
/// be the header.
const CANDIDATES: usize = 16;

/// The styles of units of LAMMPS.
const UNITS: [&str; 8] = ["lj", "real", "metal", "si", "cgs", "electron", "micro", "nano"];

/// Reads the thermo output of a log.
pub(super) fn read<R: Read>(text: Text<R>, wanted: &Wanted) -> Result<EnergyTable, ReadError> {
    let file = text.name().to_owned();
    let (runs, is_log, lines) = scan(text, wanted)?;
    let silent = |run: &Run| run.stopped.is_none() && run.damage.is_none() && run.printed() == 0;
    if runs.runs.iter().all(silent) {
        return Err(Fault::no_rows(lines, EXPECTED).at(&file, Place::File));
    }
    let mut table = runs.series(wanted, &file)?;
    table.is_log = is_log;
    Ok(table)
}

/// The runs of a log.
pub(super) fn runs<R: Read>(text: Text<R>, wanted: &Wanted) -> Result<Vec<LogRun>, ReadError> {
    let (runs, ..) = scan(text, wanted)?;
    Ok(runs.listed(wanted.overlap))
}

/// All runs of a log, whether LAMMPS wrote more than their rows, and the number of lines.
fn scan<R: Read>(mut text: Text<R>, wanted: &Wanted) -> Result<(Runs, bool, u64), ReadError> {
    let mut log = Log {
        wanted,
        number: 0,
        style: None,
        announced: false,
        candidates: Vec::new(),
        shake: None,
        settings: Settings::default(),
        is_log: false,
        runs: Runs::default(),
        values: Vec::new(),
    };
    loop {
        log.number = text.line_number() + 1;
        if let Some(length) = log.whole_row(text.buffered()) {
            text.pass(length);
            continue;
        }
        match text.next_line()? {
            Some((line, ended)) => log.line(line, ended),
            None => {
                log.end_block(true);
                log.end_unfinished();
                return Ok((log.runs, log.is_log, text.line_number()));
            }
        }
    }
}

struct Log<'a> {
    wanted: &'a Wanted,
    /// The line that is being read, where faults are.
    number: u64,
    /// The style of the run that we are in.
    style: Option<Style>,
    /// Whether a header is announced.
    announced: bool,
    /// Lines that may be a header, with their numbers. The first row below tells.
    candidates: Vec<(u64, Vec<String>)>,
    /// The step of statistics of `fix shake`, whose rows of numbers are being read.
    shake: Option<i64>,
    settings: Settings,
    /// Whether there is more than rows below a header.
    is_log: bool,
    runs: Runs,
    values: Vec<f64>,
}

/// The style of a run's output, with the layout of its rows unless they have no steps.
enum Style {
    /// A header, and one row in each line: `one` and `custom`.
    Lines(Option<Layout>),
    /// A document with keywords and data: `yaml`.
    Yaml(Option<Layout>),
    /// A block of `name = value` for each step: `multi`.
    Multi { layout: Option<Layout>, block: Block },
}

impl Log<'_> {
    /// The common case: takes the row that `text` begins with, in a style with one row in each
    /// line, and returns the length of its line.
    #[inline]
    fn whole_row(&mut self, text: &[u8]) -> Option<usize> {
        let Some(Style::Lines(Some(layout))) = &self.style else {
            return None;
        };
        let (step, length) = layout.parse_first(text, &mut self.values)?;
        let run = self.runs.runs.last_mut()?;
        if let Some(announced) = self.shake
            && !run.continues_with(step, announced, is_indented_by_two(text))
        {
            return None;
        }
        self.shake = None;
        run.push(layout, step, &self.values, self.number);
        Some(length)
    }

    fn line(&mut self, line: &[u8], ended: bool) {
        let indented = is_indented_by_two(line);
        let line = line.trim_ascii();
        if !ended && self.cut_row(line) {
            return;
        }
        if self.is_of_shake(line, indented) || self.is_row(line) {
            return;
        }
        self.shake = None;
        if self.command(line) {
            return;
        }
        if self.style.is_none() || names_steps(line) {
            self.header(line);
        }
        if self.style.is_some() {
            self.between_rows(line);
        } else if is_row_of_some_style(line) {
            if !self.first_row(line) {
                self.runs.headless(self.number);
            }
        } else if !self.candidates.is_empty() && is_all_numbers(line) {
            // The step need not be the first column.
            self.first_row(line);
        }
    }

    /// Whether the line is one of numbers in the statistics of `fix shake`. The row of their step
    /// is no such line.
    fn is_of_shake(&mut self, line: &[u8], indented: bool) -> bool {
        let Some(announced) = self.shake else {
            return false;
        };
        if line.is_empty() || !fields(line).all(|word| f64_field(word).is_some()) {
            return false;
        }
        let Some(Style::Lines(Some(layout))) = &self.style else {
            return true;
        };
        let step = layout.parse(line, &mut self.values);
        let Some(run) = self.runs.runs.last() else {
            return true;
        };
        match step {
            Some(step) => !run.continues_with(step, announced, indented),
            // A damaged row of the run has a number that no type has.
            None => announced <= MOST_TYPES || !run.may_continue_with(line),
        }
    }

    /// Takes a row of a style with one row in each line.
    fn is_row(&mut self, line: &[u8]) -> bool {
        let (layout, row) = match &self.style {
            Some(Style::Lines(Some(layout))) => (layout, line),
            Some(Style::Yaml(Some(layout))) => match line.strip_prefix(b"- [") {
                Some(row) => (layout, row),
                None => return false,
            },
            _ => return false,
        };
        let Some(step) = layout.parse(row, &mut self.values) else {
            return false;
        };
        if let Some(run) = self.runs.runs.last_mut() {
            run.push(layout, step, &self.values, self.number);
        }
        true
    }

    /// Takes a line that says something about runs.
    fn command(&mut self, line: &[u8]) -> bool {
        let mut words = words(line);
        let mut word = || words.next().unwrap_or_default();
        let (first, second, third) = (word(), word(), word());
        let outside = self.style.is_none();
        match (first, second) {
            (b"LAMMPS", version) if outside || version.starts_with(b"(") => {
                self.end_unfinished();
                self.settings = Settings::default();
                self.is_log = true;
            }
            (b"Loop", b"time") => {
                self.is_log = true;
                self.end_run();
                if let Some(run) = self.runs.runs.last_mut() {
                    run.particles = atoms(line).or(run.particles);
                    run.ended = true;
                }
            }
            (b"Minimization", b"stats:") => {
                if let Some(run) = self.runs.runs.last_mut() {
                    run.settings.minimises = true;
                }
            }
            (b"Per", b"MPI") | (b"Memory", b"usage") => {
                self.is_log = true;
                self.announced = true;
                self.candidates.clear();
            }
            (b"Time", b"step") if third == b":" => {
                self.settings.time_step = word_value(words.next());
            }
            // A command with a variable is echoed a second time, with its value.
            (b"timestep", value) if outside => {
                self.settings.time_step = word_value(Some(value)).or(self.settings.time_step);
            }
            (b"units", style) if outside => self.settings.units = units(style).or(self.settings.units),
            (b"Unit", b"style") if third == b":" => {
                self.settings.units = words.next().and_then(units).or(self.settings.units);
            }
            (b"Setting", b"up") => self.settings.minimises = line.ends_with(b"minimization ..."),
            (b"thermo", every) if outside => {
                let every = i64_field(every).filter(|&every| every > 0);
                self.settings.thermo = every.or(self.settings.thermo);
            }
            (b"minimize", limit) if outside => self.settings.minimises = f64_field(limit).is_some(),
            (b"run", _) if outside => self.settings.minimises = false,
            (b"SHAKE" | b"RATTLE", b"stats") => {
                let step = line.rsplit(u8::is_ascii_whitespace).next();
                self.shake = Some(step.and_then(i64_field).unwrap_or(0));
            }
            (b"ERROR" | b"ERROR:", _) => self.stop(line),
            (b"keywords:", _) => {
                self.begin_run(self.number);
                let layout = self.lay_out(&quoted(line));
                self.style = Some(Style::Yaml(layout));
            }
            (dashes, b"Step") if is_rule(dashes) => {
                self.begin_block(third);
            }
            _ => return false,
        }
        true
    }

    /// Takes a line that is a header, or may be one.
    fn header(&mut self, line: &[u8]) {
        let is_text = words(line).nth(1).is_some() && words(line).all(|word| f64_field(word).is_none());
        if !is_text {
            return;
        }
        let names: Vec<String> = words(line).map(text).collect();
        let has_steps = names_steps(line) || self.announced && names.iter().any(|name| name == "Step");
        if has_steps {
            self.begin_lines(self.number, &names);
        } else if self.announced || self.wanted.asked(&names) {
            self.candidates.truncate(CANDIDATES - 1);
            self.candidates.insert(0, (self.number, names));
        }
    }

    /// Takes a row of numbers that shows which of the candidates is its header.
    fn first_row(&mut self, line: &[u8]) -> bool {
        let columns = fields(line).count();
        let mut candidates = std::mem::take(&mut self.candidates).into_iter();
        let Some((header, names)) = candidates.find(|(_, names)| names.len() == columns) else {
            return false;
        };
        self.begin_lines(header, &names);
        if !self.is_row(line) {
            self.between_rows(line);
        }
        true
    }

    /// A line within a run that is no row: a damaged one, or what others print.
    fn between_rows(&mut self, line: &[u8]) {
        let Some(run) = self.runs.runs.last_mut() else {
            return;
        };
        match &mut self.style {
            Some(Style::Lines(Some(layout))) => {
                if self.number == run.line {
                    return;
                }
                let numbers = fields(line).filter(|word| f64_field(word).is_some()).count();
                let (found, columns) = (fields(line).count(), layout.names.len());
                let mostly = found == columns && 2 * numbers > columns && !is_message(line);
                let first = run.rows.is_empty();
                let numeric = is_numeric(line);
                if numeric && found != columns && !run.may_continue_with(line) {
                    run.between(self.number);
                } else if numeric || mostly && first {
                    run.damaged(self.number, layout.fault(line));
                } else if mostly || first && !line.is_empty() && !is_message(line) {
                    // Between a header and the first row there are messages, and nothing else.
                    run.notes.push(Note::Damaged { line: self.number });
                }
            }
            Some(Style::Yaml(Some(layout))) => {
                if let Some(row) = line.strip_prefix(b"- [") {
                    run.damaged(self.number, layout.fault(row));
                }
            }
            Some(Style::Lines(None) | Style::Yaml(None)) => {
                run.unread += usize::from(is_row_of_some_style(line) || is_numeric(line));
            }
            Some(Style::Multi { layout, block }) => {
                let names = layout.as_ref().map_or(&[][..], |layout| &layout.names);
                block.extend(line, names);
            }
            None => {}
        }
    }

    /// Whether a last line without an end is the beginning of a row.
    fn cut_row(&mut self, line: &[u8]) -> bool {
        let cut = match &self.style {
            None => false,
            // A table that LAMMPS did not write may lack the last line end, but no column.
            Some(Style::Lines(Some(layout))) if !self.is_log => {
                is_numeric(line) && layout.parse(line, &mut self.values).is_none()
            }
            Some(Style::Lines(_)) => is_numeric(line),
            Some(Style::Yaml(_)) => !line.is_empty() && line != b"...",
            Some(_) => !line.is_empty(),
        };
        if cut {
            self.cut();
        }
        cut
    }

    /// The file ends in the middle of the row at this line.
    fn cut(&mut self) {
        if let Some(Style::Multi { block, .. }) = &mut self.style {
            block.names.clear();
        }
        if let Some(run) = self.runs.runs.last_mut() {
            if self.wanted.cut_off {
                run.notes.push(Note::CutOff { line: self.number });
            } else {
                run.damaged(self.number, Fault::cut_row());
            }
        }
    }

    /// The head of a run's output at this line.
    fn begin_run(&mut self, line: u64) {
        self.end_unfinished();
        self.runs.runs.push(Run::new(line, self.settings));
        self.settings.minimises = false;
        self.announced = false;
        self.candidates.clear();
    }

    fn begin_lines(&mut self, line: u64, names: &[String]) {
        self.begin_run(line);
        let layout = self.lay_out(names);
        self.style = Some(Style::Lines(layout));
    }

    /// The layout of the rows of the run that begins.
    fn lay_out(&mut self, names: &[String]) -> Option<Layout> {
        let layout = self.runs.runs.last_mut()?.lay_out(self.wanted, names);
        self.values = vec![0.0; layout.as_ref().map_or(0, |layout| layout.values)];
        layout
    }

    /// The head of a step in the style `multi`.
    fn begin_block(&mut self, step: &[u8]) {
        let block = Block::new(step, self.number);
        self.end_block(false);
        if let Some(Style::Multi { block: current, .. }) = &mut self.style {
            *current = block;
            return;
        }
        self.begin_run(self.number);
        self.style = Some(Style::Multi { layout: None, block });
    }

    /// Takes the block that was collected, if any, as a row.
    fn end_block(&mut self, at_end_of_file: bool) {
        let (Some(Style::Multi { layout, block }), Some(run)) = (&mut self.style, self.runs.runs.last_mut())
        else {
            return;
        };
        if block.names.is_empty() {
            return;
        }
        // Faults of a block are reported at its first line.
        let line = std::mem::replace(&mut self.number, block.line);
        let columns = layout.as_ref().map_or(0, |layout| layout.names.len());
        if at_end_of_file && block.names.len() < columns {
            self.cut();
        } else {
            block.push(layout, self.wanted, &mut self.values, run);
        }
        self.number = line;
    }

    fn end_run(&mut self) {
        self.end_block(false);
        self.style = None;
    }

    /// Ends a run whose end is missing.
    fn end_unfinished(&mut self) {
        let inside = self.style.is_some();
        self.end_run();
        if let Some(run) = self.runs.runs.last_mut()
            && inside
            && self.is_log
        {
            let line = run.last_line();
            run.notes.push(Note::Unfinished { line });
        }
    }

    /// LAMMPS stops with an error.
    fn stop(&mut self, line: &[u8]) {
        if self.style.is_none() {
            return;
        }
        self.end_run();
        if let Some(run) = self.runs.runs.last_mut() {
            let (line, message) = (self.number, text(&line[..line.len().min(200)]));
            run.stopped = Some((line, message.clone()));
            run.notes.push(Note::Stopped { line, message });
        }
    }
}

/// Whether only LAMMPS prints such a line, beside the rows of thermo output.
pub(super) fn is_mark(line: &[u8]) -> bool {
    let mut words = words(line);
    let mut word = || words.next().unwrap_or_default();
    match (word(), word()) {
        (b"LAMMPS", version) => version.is_empty() || version.starts_with(b"("),
        (b"Per", b"MPI") | (b"Memory", b"usage") | (b"Loop", b"time") => true,
        (b"keywords:", list) => list.starts_with(b"["),
        (dashes, b"Step") => is_rule(dashes),
        _ => false,
    }
}

/// Whether a word is a line of dashes.
fn is_rule(word: &[u8]) -> bool {
    word.len() > 2 && word.iter().all(|&byte| byte == b'-')
}

/// Whether a line begins with the name of the steps and has more names.
fn names_steps(line: &[u8]) -> bool {
    let mut words = words(line);
    words.next() == Some(b"Step") && words.next().is_some() && words.all(|word| f64_field(word).is_none())
}

/// Whether a line holds two numbers or more, and nothing else.
fn is_all_numbers(line: &[u8]) -> bool {
    fields(line).nth(1).is_some() && fields(line).all(|word| f64_field(word).is_some())
}

/// Whether exactly two blanks stand before the first word of a line, as `fix shake` prints its
/// statistics.
fn is_indented_by_two(line: &[u8]) -> bool {
    line.starts_with(b"  ") && line.get(2).is_some_and(|byte| !byte.is_ascii_whitespace())
}

/// Whether a line is a message of LAMMPS or of a library that it calls: its first word ends with a
/// colon.
fn is_message(line: &[u8]) -> bool {
    let mut words = words(line);
    words
        .next()
        .is_some_and(|word| word.ends_with(b":") || matches!(word, b"WARNING" | b"SHAKE" | b"RATTLE"))
}

/// Whether a line in place of a row is a damaged row: it begins like a number and contains no
/// words.
fn is_numeric(line: &[u8]) -> bool {
    let begins = fields(line).next().is_some_and(|word| {
        f64_field(word).is_some() || word.iter().any(u8::is_ascii_digit) && !word[0].is_ascii_alphabetic()
    });
    begins && fields(line).all(|word| !word[0].is_ascii_alphabetic() || f64_field(word).is_some())
}

/// Whether a line without a header is thermo output: a step and numbers, or at least two values
/// with names.
fn is_row_of_some_style(line: &[u8]) -> bool {
    let row = line.strip_prefix(b"- [").unwrap_or(line);
    let words: Vec<&[u8]> = fields(row).collect();
    words.len() >= 2 && i64_field(words[0]).is_some() && words.iter().all(|word| f64_field(word).is_some())
        || is_named_values(&words)
}

/// The number of atoms in `Loop time of ... with 1000 atoms`.
fn atoms(line: &[u8]) -> Option<usize> {
    let words: Vec<&[u8]> = fields(line).collect();
    let at = words.iter().position(|word| *word == b"atoms")?;
    let count = i64_field(words[at.checked_sub(1)?])?;
    usize::try_from(count).ok()
}

fn units(style: &[u8]) -> Option<&'static str> {
    UNITS.into_iter().find(|known| known.as_bytes() == style)
}

fn word_value(word: Option<&[u8]>) -> Option<f64> {
    word.and_then(f64_field).filter(|value| value.is_finite())
}

/// The names in `keywords: ['Step', 'Temp', ]`.
fn quoted(line: &[u8]) -> Vec<String> {
    let line = text(line);
    let list = line.trim_start_matches("keywords:").trim();
    let list = list.strip_prefix('[').unwrap_or(list);
    let list = list.strip_suffix(']').unwrap_or(list);
    let names = list.split(',').map(|name| name.trim().trim_matches(['\'', '"']));
    names.filter(|name| !name.is_empty()).map(str::to_owned).collect()
}
