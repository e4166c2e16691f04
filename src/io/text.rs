//! Text of a file or any reader, compressed or not, line by line, through a buffer of bounded size.

pub(super) mod bytes;

use std::fs::File;
use std::io::{self, Chain, Cursor, Read};
use std::ops::Range;
use std::path::{Path, PathBuf};

use flate2::read::MultiGzDecoder;
use memchr::memchr;

use super::error::{Fault, Place, ReadError};

/// Bytes asked of the reader at a time.
const CHUNK: usize = 1 << 18;
/// No simulation writes longer lines. A longer line must not fill the memory.
const LONGEST_LINE: usize = 1 << 24;

/// Lines of text under a name for messages, numbered from 1. The first two bytes tell whether the
/// text is compressed; the name does not matter. The memory is a few hundred kilobytes, or the
/// longest line.
pub(crate) struct Text<R> {
    name: PathBuf,
    reader: Stream<R>,
    buffer: Vec<u8>,
    start: usize,
    end: usize,
    number: u64,
    at_end: bool,
}

type Whole<R> = Chain<Cursor<Vec<u8>>, R>;

enum Stream<R> {
    Plain(Whole<R>),
    Gzip(Box<MultiGzDecoder<Whole<R>>>),
}

impl<R: Read> Read for Stream<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Plain(reader) => reader.read(into),
            Self::Gzip(reader) => reader.read(into),
        }
    }
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
    pub(crate) fn new(mut reader: R, name: &Path) -> Result<Self, ReadError> {
        let mut head = Vec::with_capacity(2);
        let read = reader.by_ref().take(2).read_to_end(&mut head);
        read.map_err(|source| Fault::Read(source).at(name, Place::Line(0)))?;
        let compressed = head == [0x1f, 0x8b];
        let whole = Cursor::new(head).chain(reader);
        Ok(Self {
            name: name.to_owned(),
            reader: if compressed {
                Stream::Gzip(Box::new(MultiGzDecoder::new(whole)))
            } else {
                Stream::Plain(whole)
            },
            buffer: Vec::new(),
            start: 0,
            end: 0,
            number: 0,
            at_end: false,
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
        fault.at(&self.name, Place::Line(self.number))
    }

    /// The beginning of the rest, at least 16 KiB of it unless the text ends before.
    pub(crate) fn head(&mut self) -> Result<&[u8], ReadError> {
        self.head_until(|_| false)
    }

    /// The same, or as little of it as `is_enough`: a reader that gives its text little by little is
    /// asked for no more.
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
    /// [`Fault::Read`], also for a line beyond 16 MiB; [`Fault::Gzip`] where compressed data is
    /// damaged or ends too early.
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
        Ok(Some((start..end, ended)))
    }

    /// Reads more behind what is left.
    #[cold]
    fn fill(&mut self) -> Result<(), Fault> {
        use io::ErrorKind::{Interrupted, InvalidData, InvalidInput, UnexpectedEof};
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
                Err(error) => {
                    let damaged = matches!(error.kind(), InvalidData | InvalidInput | UnexpectedEof);
                    return Err(if damaged && matches!(self.reader, Stream::Gzip(_)) {
                        Fault::Gzip(error)
                    } else {
                        Fault::Read(error)
                    });
                }
            }
            return Ok(());
        }
    }
}

/// Whether a file with this head is XTC, which is not text: it begins with one of two magic
/// numbers.
pub(super) fn is_xtc(head: &[u8]) -> bool {
    let magic = head.first_chunk().map(|bytes| u32::from_be_bytes(*bytes));
    matches!(magic, Some(1995 | 2023))
}

#[cfg(test)]
mod tests;
