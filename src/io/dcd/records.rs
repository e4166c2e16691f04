//! Fortran records: bytes between two copies of their length.

use std::io::Read;

use crate::io::binary::{Binary, Found};
use crate::io::error::Fault;

/// The records of a file.
pub(super) struct Records<R> {
    pub(super) file: Binary<R>,
    /// Whether lengths have eight bytes.
    pub(super) wide: bool,
}

impl<R: Read> Records<R> {
    pub(super) fn new(file: Binary<R>) -> Self {
        Self { file, wide: false }
    }

    /// Reads the length of a record, which must be as expected; `false` at the end of the file,
    /// which is an error within a frame.
    pub(super) fn begin_record(&mut self, expected: u64, within: bool) -> Found<bool> {
        let start = self.file.offset();
        if self.file.take(self.marker())? == 0 && !within {
            return Ok(false);
        }
        self.check_marker(start, expected)?;
        Ok(true)
    }

    /// Reads a record of this length, and the second copy of its length.
    pub(super) fn end_record(&mut self, length: u64) -> Found<()> {
        self.file.take_all(length)?;
        let payload = std::mem::take(&mut self.file.bytes);
        let start = self.file.offset();
        self.file.take(self.marker())?;
        self.check_marker(start, length)?;
        self.file.bytes = payload;
        Ok(())
    }

    /// Bytes of a record's length.
    pub(super) fn marker(&self) -> u64 {
        if self.wide { 8 } else { 4 }
    }

    /// Whether the bytes read last, from `start` on, are this length of a record.
    fn check_marker(&self, start: u64, expected: u64) -> Found<()> {
        let found = self.length()?;
        if found == expected {
            return Ok(());
        }
        let (what, expected) = ("the length of a record", expected.to_string());
        Err((start, Fault::value(what, &found, &expected)))
    }

    /// The bytes read last as a length.
    fn length(&self) -> Found<u64> {
        self.file.whole(self.marker())?;
        let bytes = &self.file.bytes;
        Ok(match (bytes.first_chunk(), bytes.first_chunk()) {
            (Some(word), _) if self.wide => self.file.long_word(*word),
            (_, Some(word)) => u64::from(self.file.word(*word)),
            _ => 0,
        })
    }

    /// Reads the length of a record that may be of any length.
    pub(super) fn open_record(&mut self) -> Found<u64> {
        self.file.take(self.marker())?;
        self.length()
    }

    /// Reads the second copy of a record's length.
    pub(super) fn close_record(&mut self, length: u64) -> Found<()> {
        let start = self.file.offset();
        self.file.take(self.marker())?;
        self.check_marker(start, length)
    }
}
