//! Text of a file or any reader, compressed or not, line by line.

pub(super) mod bytes;
mod lines;

use std::fs::File;
use std::io::{self, Chain, Cursor, Read};
use std::path::{Path, PathBuf};

use flate2::read::MultiGzDecoder;

use super::error::{Fault, Place, ReadError};
use lines::{Line, Lines};

/// Lines of text under a name for messages, decompressed where the first two bytes are those of gzip: the name is not
/// looked at.
pub(crate) struct Text<R> {
    name: PathBuf,
    compressed: bool,
    lines: Lines<Stream<R>>,
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
        let stream = if compressed {
            Stream::Gzip(Box::new(MultiGzDecoder::new(whole)))
        } else {
            Stream::Plain(whole)
        };
        Ok(Self {
            name: name.to_owned(),
            compressed,
            lines: Lines::new(stream),
        })
    }

    /// The name for messages.
    pub(crate) fn name(&self) -> &Path {
        &self.name
    }

    /// The number of the line handed out last.
    pub(crate) fn line_number(&self) -> u64 {
        self.lines.number()
    }

    /// A fault in the line handed out last.
    #[cold]
    pub(crate) fn error(&self, fault: Fault) -> ReadError {
        fault.at(&self.name, Place::Line(self.line_number()))
    }

    /// The beginning of what is left, 16 KiB or more where there are as many.
    pub(crate) fn head(&mut self) -> Result<&[u8], ReadError> {
        let before = self.lines.number();
        self.lines
            .head(1 << 14)
            .map_err(|source| failed(&self.name, self.compressed, before, source))
    }

    /// What has been read of the rest, which may end anywhere.
    #[inline]
    pub(crate) fn buffered(&self) -> &[u8] {
        self.lines.buffered()
    }

    /// Goes past one line of so many bytes, its end included, at the beginning of what is buffered.
    #[inline]
    pub(crate) fn pass(&mut self, length: usize) {
        self.lines.pass(length);
    }

    /// The next line; `None` at the end.
    ///
    /// # Errors
    /// [`Fault::Read`], or [`Fault::Gzip`] where compressed data is damaged or ends too early.
    #[inline]
    pub(crate) fn next_line(&mut self) -> Result<Option<Line<'_>>, ReadError> {
        let before = self.lines.number();
        self.lines
            .next_line()
            .map_err(|source| failed(&self.name, self.compressed, before, source))
    }

    /// The next line that is not blank.
    pub(crate) fn next_text(&mut self) -> Result<Option<Vec<u8>>, ReadError> {
        while let Some(line) = self.next_line()? {
            if !line.bytes.trim_ascii().is_empty() {
                return Ok(Some(line.bytes.to_vec()));
            }
        }
        Ok(None)
    }

    /// The next line where it is whole, with its end: a file that was cut off lacks one.
    #[inline]
    pub(crate) fn whole_line(&mut self) -> Result<Option<Line<'_>>, ReadError> {
        Ok(self.next_line()?.filter(|line| line.ended))
    }
}

#[cold]
fn failed(name: &Path, compressed: bool, line: u64, source: io::Error) -> ReadError {
    use io::ErrorKind::{InvalidData, InvalidInput, UnexpectedEof};
    let fault = if compressed && matches!(source.kind(), InvalidData | InvalidInput | UnexpectedEof) {
        Fault::Gzip(source)
    } else {
        Fault::Read(source)
    };
    fault.at(name, Place::Line(line))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    fn compressed(text: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        encoder.write_all(text).unwrap();
        encoder.finish().unwrap()
    }

    fn lines(bytes: &[u8]) -> Result<Vec<Vec<u8>>, ReadError> {
        let mut text = Text::new(bytes, Path::new("x.dat"))?;
        let mut lines = Vec::new();
        while let Some(line) = text.next_line()? {
            lines.push(line.bytes.to_vec());
        }
        Ok(lines)
    }

    #[test]
    fn compression_is_found_by_content() {
        let text = b"a b\n1 2\n";
        assert_eq!(lines(text).unwrap(), lines(&compressed(text)).unwrap());
        // Members one after the other, as parallel compressors write them.
        let two = [compressed(b"a b\n"), compressed(b"1 2\n")].concat();
        assert_eq!(lines(&two).unwrap(), lines(text).unwrap());
        assert!(lines(b"").unwrap().is_empty());
        assert_eq!(lines(b"\x1f").unwrap(), [b"\x1f"]);
    }

    #[test]
    fn damaged_compression_is_an_error() {
        let text: Vec<u8> = (0..100_000_u32)
            .flat_map(|i| format!("{i}\n").into_bytes())
            .collect();
        let whole = compressed(&text);
        let cut = lines(&whole[..whole.len() / 2]).unwrap_err().to_string();
        assert!(
            cut.starts_with("x.dat: the gzip data is cut off or damaged after line "),
            "{cut}"
        );
        let mut damaged = whole.clone();
        let sum = damaged.len() - 6;
        damaged[sum] ^= 1;
        assert_eq!(
            lines(&damaged).unwrap_err().to_string(),
            "x.dat: the gzip data is cut off or damaged after line 100000 (corrupt gzip stream does not have a matching checksum)"
        );
    }

    #[test]
    fn a_missing_file_is_named() {
        assert_eq!(
            Text::open(Path::new("no/such.dat"))
                .err()
                .map(|error| error.to_string())
                .as_deref(),
            Some("cannot open no/such.dat: No such file or directory (os error 2)")
        );
        let directory = Text::open(Path::new("src")).err().map(|error| error.to_string());
        assert_eq!(
            directory.as_deref(),
            Some("src: reading failed after line 0: Is a directory (os error 21)")
        );
    }
}
