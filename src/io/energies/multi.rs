//! The thermo style `multi`: a block of `name = value` for each step.

use super::layout::{Layout, Wanted};
use super::run::Run;
use crate::io::error::Fault;
use crate::io::text::bytes::{f64_field, text, words};

/// One step, collected as a header and a row.
pub(super) struct Block {
    /// Empty where no step is being collected.
    pub(super) names: Vec<String>,
    row: Vec<u8>,
    pub(super) line: u64,
}

impl Block {
    /// The block of this step, whose head is at this line.
    pub(super) fn new(step: &[u8], line: u64) -> Self {
        Self {
            names: vec!["Step".to_owned()],
            row: step.to_vec(),
            line,
        }
    }

    /// Takes all `name = value` triples of a line. Any other line is text between rows, and so is
    /// one with names that the blocks before did not have, where these are known.
    pub(super) fn extend(&mut self, line: &[u8], known: &[String]) {
        let words: Vec<&[u8]> = words(line).collect();
        let (triples, rest) = words.as_chunks::<3>();
        let is_new = |name: &[u8]| !known.is_empty() && !known.iter().any(|known| known.as_bytes() == name);
        let others = triples
            .iter()
            .any(|[name, equals, _]| *equals != b"=" || is_new(name));
        if !rest.is_empty() || others || self.names.is_empty() {
            return;
        }
        for [name, _, value] in triples {
            self.names.push(text(name));
            self.row.push(b' ');
            self.row.extend_from_slice(value);
        }
    }

    /// Hands the row to the run, and is empty afterwards.
    pub(super) fn push(
        &mut self,
        layout: &mut Option<Layout>,
        wanted: &Wanted,
        values: &mut Vec<f64>,
        run: &mut Run,
    ) {
        let names = std::mem::take(&mut self.names);
        if layout.is_none() {
            *layout = run.lay_out(wanted, &names);
        }
        let Some(layout) = layout else {
            run.unread += 1;
            return;
        };
        values.resize(layout.values, 0.0);
        if names != layout.names {
            let fault = Fault::header(&names.join(", "), &layout.names.join(", "));
            return run.damaged(self.line, fault);
        }
        match layout.parse(&self.row, values) {
            Some(step) => run.push(layout, step, values, self.line),
            None => run.damaged(self.line, layout.fault(&self.row)),
        }
    }
}

/// Whether words are at least two values with names.
pub(super) fn is_named_values(words: &[&[u8]]) -> bool {
    let (triples, rest) = words.as_chunks::<3>();
    let named = |[_, equals, value]: &[&[u8]; 3]| *equals == b"=" && f64_field(value).is_some();
    triples.len() >= 2 && rest.is_empty() && triples.iter().all(named)
}
