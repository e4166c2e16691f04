//! LAMMPS logs: thermo output in any style, among everything else that LAMMPS prints.

use std::io::Read;
use std::path::PathBuf;

use super::layout::{Layout, Wanted};
use super::runs::Runs;
use super::table::{EnergyTable, Note};
use crate::io::error::{Fault, Place, ReadError};
use crate::io::text::Text;
use crate::io::text::bytes::{f64_field, fields, i64_field, text};

const EXPECTED: &str = "thermo output of LAMMPS, or columns with a header";

/// Reads the thermo output of a log.
pub(super) fn read<R: Read>(mut text: Text<R>, wanted: &Wanted) -> Result<EnergyTable, ReadError> {
    let file = text.name().to_owned();
    let mut log = Log {
        wanted,
        number: 0,
        style: None,
        before_header: false,
        thermo: None,
        particles: None,
        runs: Runs::default(),
        values: Vec::new(),
    };
    loop {
        log.number = text.line_number() + 1;
        let read = match log.whole_row(text.buffered()) {
            Ok(Some(length)) => {
                text.pass(length);
                continue;
            }
            Ok(None) => match text.next_line()? {
                Some((line, ended)) => log.line(line, ended),
                None => return log.finish(file, text.line_number()),
            },
            Err(fault) => Err(fault),
        };
        read.map_err(|fault| fault.at(&file, Place::Line(log.number)))?;
    }
}

struct Log<'a> {
    wanted: &'a Wanted,
    /// The line that is being read, where faults are.
    number: u64,
    /// The style of the run that we are in.
    style: Option<Style>,
    /// Whether the line before announces a header.
    before_header: bool,
    /// The spacing asked for with the `thermo` command, where the log echoes it.
    thermo: Option<i64>,
    particles: Option<usize>,
    runs: Runs,
    values: Vec<f64>,
}

enum Style {
    /// A header, and one row in each line: `one` and `custom`.
    Lines(Layout),
    /// A document with keywords and data: `yaml`.
    Yaml(Layout),
    /// A block of `name = value` for each step: `multi`.
    Multi { layout: Option<Layout>, block: Block },
}

/// One step of the style `multi`, collected as a header and a row.
struct Block {
    names: Vec<String>,
    row: Vec<u8>,
    line: u64,
}

impl Log<'_> {
    /// The common case: takes the row that `text` begins with, in a style with one row in each
    /// line, and returns the length of its line.
    fn whole_row(&mut self, text: &[u8]) -> Result<Option<usize>, Fault> {
        if let Some(Style::Lines(layout)) = &self.style
            && let Some((step, length)) = layout.parse_first(text, &mut self.values)
        {
            self.runs.push(layout, step, &self.values, self.number)?;
            return Ok(Some(length));
        }
        Ok(None)
    }

    fn line(&mut self, line: &[u8], ended: bool) -> Result<(), Fault> {
        // The row was not wholly buffered.
        if ended
            && let Some(Style::Lines(layout)) = &self.style
            && let Some(step) = layout.parse(line, &mut self.values)
        {
            return self.runs.push(layout, step, &self.values, self.number);
        }
        let line = line.trim_ascii();
        if !ended && self.cut_row(line)? {
            return Ok(());
        }
        let before_header = std::mem::replace(&mut self.before_header, false);
        let mut words = fields(line);
        let (first, second) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
        match (first, second) {
            (b"Loop", b"time") => {
                self.particles = atoms(line).or(self.particles);
                return self.end_run();
            }
            (b"Minimization", b"stats:") => {
                self.runs.drop_minimization();
                return Ok(());
            }
            (b"Per", b"MPI") | (b"Memory", b"usage") => {
                self.before_header = true;
                return Ok(());
            }
            (b"thermo", every) if self.style.is_none() => {
                self.thermo = i64_field(every).filter(|&every| every > 0).or(self.thermo);
                return Ok(());
            }
            (b"keywords:", _) => {
                let names = fields(line).skip(1).map(unquoted);
                let names: Vec<String> = names.filter(|name| !name.is_empty()).collect();
                let layout = self.begin_run(&names)?;
                self.style = Some(Style::Yaml(layout));
                return Ok(());
            }
            (dashes, b"Step") if dashes.len() > 2 && dashes.iter().all(|&byte| byte == b'-') => {
                return self.begin_block(words.next().unwrap_or_default());
            }
            _ => {}
        }
        let header = (first == b"Step" || before_header && fields(line).any(|word| word == b"Step"))
            && !second.is_empty()
            && fields(line).all(|word| f64_field(word).is_none());
        if header {
            let names: Vec<String> = fields(line).map(text).collect();
            let layout = self.begin_run(&names)?;
            self.style = Some(Style::Lines(layout));
            return Ok(());
        }
        self.row(line)
    }

    /// A line that may be a row of the run's style, or text between rows.
    fn row(&mut self, line: &[u8]) -> Result<(), Fault> {
        match &mut self.style {
            Some(Style::Lines(layout)) => {
                let numbers = fields(line).filter(|word| f64_field(word).is_some()).count();
                let columns = layout.names.len();
                let mostly = fields(line).count() == columns && 2 * numbers > columns;
                let first = self.runs.at_start;
                if is_numeric(line) || mostly && first {
                    return Err(layout.fault(line));
                }
                // Between a header and the first row there are warnings, and nothing else.
                if mostly || first && !line.is_empty() && !line.starts_with(b"WARNING") {
                    self.runs.notes.push(Note::Damaged { line: self.number });
                }
            }
            Some(Style::Yaml(layout)) => {
                if let Some(row) = line.strip_prefix(b"- [") {
                    let step = layout.parse(row, &mut self.values);
                    let step = step.ok_or_else(|| layout.fault(row))?;
                    self.runs.push(layout, step, &self.values, self.number)?;
                }
            }
            Some(Style::Multi { block, .. }) => block.extend(line),
            None if is_row_of_some_style(line) => self.runs.headless(self.number),
            None => {}
        }
        Ok(())
    }

    /// Whether a last line without an end is the beginning of a row.
    fn cut_row(&mut self, line: &[u8]) -> Result<bool, Fault> {
        let cut = match &self.style {
            None => false,
            Some(Style::Lines(_)) => is_numeric(line),
            Some(_) => !line.is_empty(),
        };
        if cut {
            self.cut()?;
        }
        Ok(cut)
    }

    /// The file ends in the middle of the row at this line.
    fn cut(&mut self) -> Result<(), Fault> {
        if !self.wanted.cut_off {
            return Err(Fault::cut_row());
        }
        self.runs.notes.push(Note::CutOff { line: self.number });
        if let Some(Style::Multi { block, .. }) = &mut self.style {
            block.names.clear();
        }
        Ok(())
    }

    /// The head of a run's output in lines or YAML.
    fn begin_run(&mut self, names: &[String]) -> Result<Layout, Fault> {
        self.end_unfinished()?;
        let layout = Layout::new(self.wanted, Some(names), names.len())?;
        self.values = vec![0.0; layout.values];
        self.runs.begin();
        Ok(layout)
    }

    /// The head of a step in the style `multi`.
    fn begin_block(&mut self, step: &[u8]) -> Result<(), Fault> {
        let block = Block {
            names: vec!["Step".to_owned()],
            row: step.to_vec(),
            line: self.number,
        };
        self.end_block(false)?;
        if let Some(Style::Multi { block: current, .. }) = &mut self.style {
            *current = block;
            return Ok(());
        }
        self.end_unfinished()?;
        self.runs.begin();
        self.style = Some(Style::Multi { layout: None, block });
        Ok(())
    }

    /// Takes the block that was collected, if any, as a row.
    fn end_block(&mut self, at_end_of_file: bool) -> Result<(), Fault> {
        let Some(Style::Multi { layout, block }) = &mut self.style else {
            return Ok(());
        };
        if block.names.is_empty() {
            return Ok(());
        }
        // Faults of a block are reported at its first line.
        let line = std::mem::replace(&mut self.number, block.line);
        let columns = layout.as_ref().map_or(0, |layout| layout.names.len());
        if at_end_of_file && block.names.len() < columns {
            return self.cut();
        }
        block.push(layout, self.wanted, &mut self.values, &mut self.runs)?;
        self.number = line;
        Ok(())
    }

    fn end_run(&mut self) -> Result<(), Fault> {
        self.end_block(false)?;
        self.style = None;
        self.runs.end();
        Ok(())
    }

    /// Ends a run whose end is missing.
    fn end_unfinished(&mut self) -> Result<(), Fault> {
        if self.style.is_some() {
            self.end_run()?;
            self.runs.unfinished();
        }
        Ok(())
    }

    fn finish(mut self, file: PathBuf, lines: u64) -> Result<EnergyTable, ReadError> {
        let ended = self.end_block(true).and_then(|()| self.end_unfinished());
        ended.map_err(|fault| fault.at(&file, Place::Line(self.number)))?;
        if self.runs.last_line == 0 {
            return Err(Fault::no_rows(lines, EXPECTED).at(&file, Place::File));
        }
        let table = self.runs.on_grid(self.thermo);
        let mut table = table.map_err(|(place, fault)| fault.at(&file, place))?;
        (table.file, table.particles) = (file, self.particles);
        Ok(table)
    }
}

impl Block {
    /// Takes all `name = value` triples of a line. Any other line is text between rows.
    fn extend(&mut self, line: &[u8]) {
        let words: Vec<&[u8]> = fields(line).collect();
        let (triples, rest) = words.as_chunks::<3>();
        if !rest.is_empty() || triples.iter().any(|[_, equals, _]| *equals != b"=") || self.names.is_empty() {
            return;
        }
        for [name, _, value] in triples {
            self.names.push(text(name));
            self.row.push(b' ');
            self.row.extend_from_slice(value);
        }
    }

    /// Hands the row to the run, and is empty afterwards.
    fn push(
        &mut self,
        layout: &mut Option<Layout>,
        wanted: &Wanted,
        values: &mut Vec<f64>,
        runs: &mut Runs,
    ) -> Result<(), Fault> {
        let layout = match layout {
            Some(layout) => layout,
            None => layout.insert(Layout::new(wanted, Some(&self.names), self.names.len())?),
        };
        values.resize(layout.values, 0.0);
        if self.names != layout.names {
            return Err(Fault::header(&self.names.join(", "), &layout.names.join(", ")));
        }
        let step = layout.parse(&self.row, values);
        let step = step.ok_or_else(|| layout.fault(&self.row))?;
        self.names.clear();
        runs.push(layout, step, values, self.line)
    }
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
    let (triples, rest) = words.as_chunks::<3>();
    let named = |[_, equals, value]: &[&[u8]; 3]| *equals == b"=" && f64_field(value).is_some();
    words.len() >= 2 && i64_field(words[0]).is_some() && words.iter().all(|word| f64_field(word).is_some())
        || triples.len() >= 2 && rest.is_empty() && triples.iter().all(named)
}

/// The number of atoms in `Loop time of ... with 1000 atoms`.
fn atoms(line: &[u8]) -> Option<usize> {
    let words: Vec<&[u8]> = fields(line).collect();
    let at = words.iter().position(|word| *word == b"atoms")?;
    let count = i64_field(words[at.checked_sub(1)?])?;
    usize::try_from(count).ok()
}

fn unquoted(word: &[u8]) -> String {
    text(word).trim_matches(['[', '\'', '"']).to_owned()
}
