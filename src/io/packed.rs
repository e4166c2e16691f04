//! The bytes of a file or any reader, decompressed.

use std::io::{self, Chain, Cursor, Read};
use std::path::Path;

#[cfg(feature = "io")]
use bzip2::read::MultiBzDecoder;
#[cfg(feature = "io")]
use flate2::read::MultiGzDecoder;

use super::error::{Fault, Place, ReadError};
use super::magic::{self, Packing};
#[cfg(feature = "io")]
use super::zstd::Zstd;

/// The first bytes, which were looked at, and the rest.
type Whole<R> = Chain<Cursor<Vec<u8>>, R>;

/// A reader whose first bytes tell whether it is compressed; the name of a file does not matter.
pub(super) struct Packed<R> {
    stream: Stream<R>,
}

enum Stream<R> {
    Plain(Whole<R>),
    #[cfg(feature = "io")]
    Gzip(Box<MultiGzDecoder<Whole<R>>>),
    #[cfg(feature = "io")]
    Zstd(Box<Zstd<Whole<R>>>),
    #[cfg(feature = "io")]
    Bzip2(Box<MultiBzDecoder<Whole<R>>>),
}

impl<R: Read> Packed<R> {
    /// # Errors
    /// [`Fault::Read`], and [`Fault::Format`] for a compression that cannot be read.
    pub(super) fn new(mut reader: R, name: &Path) -> Result<Self, ReadError> {
        let mut head = Vec::with_capacity(magic::BYTES);
        let read = reader.by_ref().take(magic::BYTES as u64).read_to_end(&mut head);
        read.map_err(|source| Fault::Read(source).at(name, Place::Line(0)))?;
        let packing = Packing::of(&head);
        let whole = Cursor::new(head).chain(reader);
        let stream = match packing {
            None => Stream::Plain(whole),
            #[cfg(feature = "io")]
            Some(Packing::Gzip) => Stream::Gzip(Box::new(MultiGzDecoder::new(whole))),
            #[cfg(feature = "io")]
            Some(Packing::Zstd) => Stream::Zstd(Box::new(Zstd::new(whole))),
            #[cfg(feature = "io")]
            Some(Packing::Bzip2) => Stream::Bzip2(Box::new(MultiBzDecoder::new(whole))),
            Some(other) => return Err(unreadable(other).at(name, Place::File)),
        };
        Ok(Self { stream })
    }

    /// How the bytes are compressed, where they are.
    fn packing(&self) -> Option<&'static str> {
        match &self.stream {
            Stream::Plain(_) => None,
            #[cfg(feature = "io")]
            Stream::Gzip(_) => Some("gzip"),
            #[cfg(feature = "io")]
            Stream::Zstd(_) => Some("zstd"),
            #[cfg(feature = "io")]
            Stream::Bzip2(_) => Some("bzip2"),
        }
    }

    /// Whether the bytes are those of the file.
    #[cfg(any(feature = "xtc", feature = "dcd", feature = "trr"))]
    pub(super) fn is_plain(&self) -> bool {
        self.packing().is_none()
    }

    /// Why reading failed.
    #[cold]
    pub(super) fn fault(&self, source: io::Error) -> Fault {
        use io::ErrorKind::{InvalidData, InvalidInput, UnexpectedEof};
        let damaged = matches!(source.kind(), InvalidData | InvalidInput | UnexpectedEof);
        match self.packing() {
            Some(by) if damaged => Fault::Compressed { by, source },
            _ => Fault::Read(source),
        }
    }
}

/// A compression that is not read here, by its name.
fn unreadable(packing: Packing) -> Fault {
    let (name, command) = match packing {
        Packing::Gzip => ("gzip", "gzip -d"),
        Packing::Zstd => ("zstd", "zstd -d"),
        Packing::Bzip2 => ("bzip2", "bzip2 -d"),
        Packing::Other { name, command } => (name, command),
    };
    let expected = if cfg!(feature = "io") {
        "an uncompressed file, gzip, zstd or bzip2"
    } else {
        "an uncompressed file"
    };
    let found = format!("the file is compressed with {name}, expected {expected}");
    Fault::Format(format!("{found}: decompress it first, as with `{command}`"))
}

impl<R: Read> Read for Packed<R> {
    #[inline]
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        match &mut self.stream {
            Stream::Plain(reader) => reader.read(into),
            #[cfg(feature = "io")]
            Stream::Gzip(reader) => reader.read(into),
            #[cfg(feature = "io")]
            Stream::Zstd(reader) => reader.read(into),
            #[cfg(feature = "io")]
            Stream::Bzip2(reader) => reader.read(into),
        }
    }
}
