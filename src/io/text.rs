//! Text of a file or any reader, compressed or not, line by line, through a buffer of bounded size.

pub(super) mod bytes;

use std::fs::File;
use std::io::{self, Read};
use std::ops::Range;
use std::path::{Path, PathBuf};

use memchr::memchr;

use super::error::{Fault, Place, ReadError};
use super::packed::Packed;

/// Bytes asked of the reader at a time.
const CHUNK: usize = 1 << 18;
/// No simulation writes longer lines. A longer line must not fill the memory.
const LONGEST_LINE: usize = 1 << 24;

/// Lines of text under a name for messages, numbered from 1, without a byte-order mark. The memory
/// is a few hundred kilobytes, or the longest line.
pub(crate) struct Text<R> {
    name: PathBuf,
    reader: Packed<R>,
    buffer: Vec<u8>,
    start: usize,
    end: usize,
    number: u64,
    /// Whether the first bytes were looked at.
    begun: bool,
    at_end: bool,
    /// Whether the line handed out last has no end.
    cut: bool,
}

impl Text<File> {
    /// The text of a file.
    pub(crate) fn open(path: &Path) -> Result<Self, ReadError> {
        let file = File::open(path).map_err(|source| Fault::Open(source).at(path, Place::File))?;
        Self::new(file, path)
    }
}

impl<R: Read> Text<R> {
    /// The text of a reader, under a name for messages. The reader need not be buffered.
    pub(crate) fn new(reader: R, name: &Path) -> Result<Self, ReadError> {
        Ok(Self {
            name: name.to_owned(),
            reader: Packed::new(reader, name)?,
            buffer: Vec::new(),
            start: 0,
            end: 0,
            number: 0,
            begun: false,
            at_end: false,
            cut: false,
        })
    }

    /// The name for messages.
    pub(crate) fn name(&self) -> &Path {
        &self.name
    }

    /// The number of the line handed out last.
    pub(crate) fn line_number(&self) -> u64 {
        self.number
    }

    /// A fault in the line handed out last.
    #[cold]
    pub(crate) fn error(&self, fault: Fault) -> ReadError {
        // Before the first line there is the file as a whole.
        let place = match self.number {
            0 => Place::File,
            line => Place::Line(line),
        };
        fault.at(&self.name, place)
    }

    /// The beginning of the rest, at least 16 KiB of it unless the text ends before.
    pub(crate) fn head(&mut self) -> Result<&[u8], ReadError> {
        self.head_until(|_| false)
    }

    /// The same, or as little of it as `is_enough`: a reader that gives its text little by little
    /// is asked for no more.
    pub(crate) fn head_until(&mut self, is_enough: impl Fn(&[u8]) -> bool) -> Result<&[u8], ReadError> {
        while self.end - self.start < 1 << 14 && !self.at_end && !is_enough(self.buffered()) {
            self.fill().map_err(|fault| self.error(fault))?;
        }
        Ok(self.buffered())
    }

    /// The part of the rest that is buffered, which may end within a line. A caller that finds the
    /// end of a line on its own passes over the line with [`pass`](Self::pass).
    #[inline]
    pub(crate) fn buffered(&self) -> &[u8] {
        &self.buffer[self.start..self.end]
    }

    /// Passes over one line of `length` bytes, including its end, at the beginning of the buffered
    /// text.
    #[inline]
    pub(crate) fn pass(&mut self, length: usize) {
        self.start = self.end.min(self.start + length);
        self.number += 1;
    }

    /// The next line without `\n` or `\r\n`, and whether it ended with a line feed: the last line
    /// of a file that was cut off does not end. `None` at the end.
    ///
    /// # Errors
    /// [`Fault::Read`], also for a line beyond 16 MiB; [`Fault::Compressed`] where compressed data
    /// is damaged or ends too early; [`Fault::Format`] for UTF-16.
    #[inline]
    pub(crate) fn next_line(&mut self) -> Result<Option<(&[u8], bool)>, ReadError> {
        let found = self.find_line().map_err(|fault| self.error(fault))?;
        Ok(found.map(|(line, ended)| (&self.buffer[line], ended)))
    }

    /// The next line, unless its end is missing, as in a file that was cut off.
    #[inline]
    pub(crate) fn whole_line(&mut self) -> Result<Option<&[u8]>, Fault> {
        let found = self.find_line()?.filter(|(_, ended)| *ended);
        Ok(found.map(|(line, _)| &self.buffer[line]))
    }

    /// The next line that is not blank.
    pub(crate) fn next_text(&mut self) -> Result<Option<&[u8]>, Fault> {
        while let Some((line, _)) = self.find_line()? {
            if !self.buffer[line.clone()].trim_ascii().is_empty() {
                return Ok(Some(&self.buffer[line]));
            }
        }
        Ok(None)
    }

    /// Passes over the next line, and returns where it is buffered and whether it has an end.
    #[inline]
    fn find_line(&mut self) -> Result<Option<(Range<usize>, bool)>, Fault> {
        let mut searched = 0;
        let (length, ended) = loop {
            if let Some(found) = memchr(b'\n', &self.buffer[self.start + searched..self.end]) {
                break (searched + found, true);
            }
            searched = self.end - self.start;
            if self.at_end {
                if searched == 0 {
                    return Ok(None);
                }
                break (searched, false);
            }
            self.fill()?;
        };
        let (start, mut end) = (self.start, self.start + length);
        end -= usize::from(self.buffer[start..end].ends_with(b"\r"));
        self.start += length + usize::from(ended);
        self.number += 1;
        self.cut = !ended;
        Ok(Some((start..end, ended)))
    }

    /// The file ends after so many of the lines of a frame.
    #[cold]
    pub(crate) fn ends_after(&self, found: u64, expected: u64, unit: &str) -> Fault {
        let fault = Fault::after(found, expected, unit);
        match fault {
            Fault::Truncated(after) if self.cut => Fault::Truncated(format!(
                "{after}: line {} has no line end, and may be cut off within its last number",
                self.number
            )),
            fault => fault,
        }
    }

    /// Reads more behind what is left.
    fn fill(&mut self) -> Result<(), Fault> {
        self.read_more()?;
        if !self.begun {
            while self.end < 4 && !self.at_end {
                self.read_more()?;
            }
            self.begun = true;
            self.start = self.mark()?;
        }
        Ok(())
    }

    /// The length of the byte-order mark.
    fn mark(&self) -> Result<usize, Fault> {
        match self.buffered() {
            [0xef, 0xbb, 0xbf, ..] => Ok(3),
            [0xff, 0xfe, 0, 0, ..] | [0, 0, 0xfe, 0xff, ..] => Err(encoded("UTF-32")),
            [0xff, 0xfe, ..]
            | [0xfe, 0xff, ..]
            | [1..=255, 0, 1..=255, 0, ..]
            | [0, 1..=255, 0, 1..=255, ..] => Err(encoded("UTF-16")),
            _ => Ok(0),
        }
    }

    #[cold]
    fn read_more(&mut self) -> Result<(), Fault> {
        use io::ErrorKind::{Interrupted, InvalidData};
        self.buffer.copy_within(self.start..self.end, 0);
        self.end -= self.start;
        self.start = 0;
        if self.end >= LONGEST_LINE {
            let long = io::Error::new(InvalidData, "a line is longer than 16 MiB");
            return Err(Fault::Read(long));
        }
        if self.buffer.len() < self.end + CHUNK {
            self.buffer.resize(self.end + CHUNK, 0);
        }
        loop {
            match self.reader.read(&mut self.buffer[self.end..]) {
                Ok(0) => self.at_end = true,
                Ok(read) => self.end += read,
                Err(error) if error.kind() == Interrupted => continue,
                Err(error) => return Err(self.reader.fault(error)),
            }
            return Ok(());
        }
    }
}

/// Text in another encoding than UTF-8.
#[cold]
fn encoded(as_what: &str) -> Fault {
    let found = format!("the text is {as_what}, as Windows shells and editors write it");
    let convert = format!("save it as UTF-8, or convert it with `iconv -f {as_what} -t UTF-8`");
    Fault::Format(format!("{found}, expected UTF-8: {convert}"))
}

#[cfg(test)]
mod tests;
