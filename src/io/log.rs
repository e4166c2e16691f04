//! LAMMPS logs: thermo output in any style, among everything else that LAMMPS says.

use std::io::Read;
use std::path::PathBuf;

use super::ReadError;
use super::bytes::{f64_field, fields, i64_field};
use super::layout::{Layout, Wanted};
use super::runs::Runs;
use super::table::{CutOff, EnergyTable, Format, Note};
use super::text::Text;

const EXPECTED: &str = "thermo output of LAMMPS, or columns with a header";

/// Reads the thermo output of a log.
pub(super) fn read<R: Read>(
    mut text: Text<R>,
    wanted: &Wanted,
    cut_off: CutOff,
) -> Result<EnergyTable, ReadError> {
    let mut log = Log {
        file: text.name().to_owned(),
        wanted,
        cut_off,
        style: None,
        before_header: false,
        thermo: None,
        particles: None,
        runs: Runs::default(),
        values: Vec::new(),
    };
    while let Some(line) = text.next_line()? {
        log.line(line.bytes, line.number, line.ended)?;
    }
    log.finish(text.line_number())
}

struct Log<'a> {
    file: PathBuf,
    wanted: &'a Wanted,
    cut_off: CutOff,
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
    /// A header, and one row a line: `one` and `custom`.
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
    fn line(&mut self, line: &[u8], number: u64, ended: bool) -> Result<(), ReadError> {
        // The common case, without a look at what else it might be.
        if ended
            && let Some(Style::Lines(layout)) = &self.style
            && let Some(step) = layout.parse(line, &mut self.values)
        {
            return self.runs.push(&self.file, layout, step, &self.values, number);
        }
        let line = line.trim_ascii();
        if !ended && self.cut_row(line, number)? {
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
                let names = fields(line)
                    .skip(1)
                    .map(unquoted)
                    .filter(|name| !name.is_empty())
                    .collect::<Vec<_>>();
                let layout = self.begin_run(&names, number)?;
                self.style = Some(Style::Yaml(layout));
                return Ok(());
            }
            (dashes, b"Step") if dashes.len() > 2 && dashes.iter().all(|&byte| byte == b'-') => {
                return self.begin_block(words.next().unwrap_or_default(), number);
            }
            _ => {}
        }
        let header = (first == b"Step" || before_header && fields(line).any(|word| word == b"Step"))
            && !second.is_empty()
            && fields(line).all(|word| f64_field(word).is_none());
        if header {
            let names: Vec<String> = fields(line).map(text).collect();
            let layout = self.begin_run(&names, number)?;
            self.style = Some(Style::Lines(layout));
            return Ok(());
        }
        self.row(line, number)
    }

    /// A line that may be a row of the run's style, or text between rows.
    fn row(&mut self, line: &[u8], number: u64) -> Result<(), ReadError> {
        match &mut self.style {
            Some(Style::Lines(layout)) if is_numeric(line) => Err(layout.diagnose(line, &self.file, number)),
            Some(Style::Lines(layout)) => {
                let numbers = fields(line).filter(|word| f64_field(word).is_some()).count();
                let mostly = fields(line).count() == layout.columns() && 2 * numbers > layout.columns();
                let first = self.runs.is_at_start();
                if mostly && first {
                    return Err(layout.diagnose(line, &self.file, number));
                }
                // Between a header and the first row there are warnings, and nothing else.
                if mostly || first && !line.is_empty() && !line.starts_with(b"WARNING") {
                    self.runs.notes.push(Note::Damaged { line: number });
                }
                Ok(())
            }
            Some(Style::Yaml(layout)) => {
                let Some(row) = line.strip_prefix(b"- [") else {
                    return Ok(());
                };
                match layout.parse(row, &mut self.values) {
                    Some(step) => self.runs.push(&self.file, layout, step, &self.values, number),
                    None => Err(layout.diagnose(row, &self.file, number)),
                }
            }
            Some(Style::Multi { block, .. }) => {
                block.extend(line);
                Ok(())
            }
            None => {
                if is_row_of_some_style(line) {
                    self.runs.headless(number);
                }
                Ok(())
            }
        }
    }

    /// Whether a last line without an end is the beginning of a row.
    fn cut_row(&mut self, line: &[u8], number: u64) -> Result<bool, ReadError> {
        let cut = match &self.style {
            None => false,
            Some(Style::Lines(_)) => is_numeric(line),
            Some(_) => !line.is_empty(),
        };
        if cut {
            self.cut(number)?;
        }
        Ok(cut)
    }

    /// The file ends in the middle of the row at this line.
    fn cut(&mut self, line: u64) -> Result<(), ReadError> {
        match self.cut_off {
            CutOff::Refuse => Err(ReadError::CutOff {
                file: self.file.clone(),
                line,
            }),
            CutOff::LeaveOut => {
                self.runs.notes.push(Note::CutOff { line });
                if let Some(Style::Multi { block, .. }) = &mut self.style {
                    block.names.clear();
                }
                Ok(())
            }
        }
    }

    /// The head of a run's output in lines or YAML.
    fn begin_run(&mut self, names: &[String], line: u64) -> Result<Layout, ReadError> {
        if self.style.is_some() {
            self.end_run()?;
            self.runs.unfinished();
        }
        let layout = Layout::new(self.wanted, Some(names), names.len(), &self.file, line)?;
        self.values = vec![0.0; layout.values()];
        self.runs.begin();
        Ok(layout)
    }

    /// The head of a step in the style `multi`.
    fn begin_block(&mut self, step: &[u8], line: u64) -> Result<(), ReadError> {
        let block = Block {
            names: vec!["Step".to_owned()],
            row: step.to_vec(),
            line,
        };
        self.end_block(false)?;
        if let Some(Style::Multi { block: current, .. }) = &mut self.style {
            *current = block;
            return Ok(());
        }
        if self.style.is_some() {
            self.end_run()?;
            self.runs.unfinished();
        }
        self.runs.begin();
        self.style = Some(Style::Multi { layout: None, block });
        Ok(())
    }

    /// Takes the block that was collected, if any, as a row.
    fn end_block(&mut self, at_end_of_file: bool) -> Result<(), ReadError> {
        let Some(Style::Multi { layout, block }) = &mut self.style else {
            return Ok(());
        };
        if block.names.is_empty() {
            return Ok(());
        }
        if layout
            .as_ref()
            .is_some_and(|layout| layout.columns() > block.names.len())
            && at_end_of_file
        {
            let line = block.line;
            return self.cut(line);
        }
        let layout = match layout {
            Some(layout) => layout,
            None => {
                let new = Layout::new(
                    self.wanted,
                    Some(&block.names),
                    block.names.len(),
                    &self.file,
                    block.line,
                )?;
                self.values = vec![0.0; new.values()];
                layout.insert(new)
            }
        };
        if block.names != layout.names() {
            return Err(ReadError::Header {
                file: self.file.clone(),
                line: block.line,
                found: block.names.join(", "),
                expected: layout.names().join(", "),
            });
        }
        let step = layout
            .parse(&block.row, &mut self.values)
            .ok_or_else(|| layout.diagnose(&block.row, &self.file, block.line))?;
        block.names.clear();
        self.runs.push(&self.file, layout, step, &self.values, block.line)
    }

    fn end_run(&mut self) -> Result<(), ReadError> {
        self.end_block(false)?;
        self.style = None;
        self.runs.end();
        Ok(())
    }

    fn finish(mut self, lines: u64) -> Result<EnergyTable, ReadError> {
        if self.style.is_some() {
            self.end_block(true)?;
            self.end_run()?;
            self.runs.unfinished();
        }
        if self.runs.is_empty() {
            return Err(ReadError::NoRows {
                file: self.file,
                lines,
                expected: EXPECTED,
            });
        }
        let series = self.runs.on_grid(&self.file, self.thermo)?;
        Ok(EnergyTable {
            file: self.file,
            format: Format::Log,
            first_step: series.first_step,
            stride: series.stride,
            potential_name: series.potential_name,
            rows: series.rows,
            notes: series.notes,
            particles: self.particles,
        })
    }
}

impl Block {
    /// Takes `name = value` triples, as many as the line has; a line of anything else is text between rows.
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
}

/// Whether a line in place of a row is a damaged row: it begins like a number and has no words.
fn is_numeric(line: &[u8]) -> bool {
    let begins = fields(line).next().is_some_and(|word| {
        f64_field(word).is_some() || word.iter().any(u8::is_ascii_digit) && !word[0].is_ascii_alphabetic()
    });
    begins && fields(line).all(|word| !word[0].is_ascii_alphabetic() || f64_field(word).is_some())
}

/// Whether a line under no header is one of thermo output: a step and numbers, or two values with names at least.
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
    let mut before: &[u8] = b"";
    for word in fields(line) {
        if word == b"atoms" {
            return usize::try_from(i64_field(before)?).ok();
        }
        before = word;
    }
    None
}

fn unquoted(word: &[u8]) -> String {
    text(word).trim_matches(['[', '\'', '"']).to_owned()
}

fn text(word: &[u8]) -> String {
    String::from_utf8_lossy(word).into_owned()
}
