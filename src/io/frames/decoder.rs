//! The reader of each format behind one face.

use std::io::Read;
use std::path::Path;

use super::format::FrameFormat;
#[cfg(any(feature = "xtc", feature = "trr", feature = "dcd"))]
use crate::io::binary::Binary;
#[cfg(feature = "dcd")]
use crate::io::dcd::Dcd;
use crate::io::error::{Fault, Place, ReadError};
#[cfg(feature = "io")]
use crate::io::extxyz::ExtXyz;
#[cfg(feature = "gsd")]
use crate::io::gsd::Gsd;
#[cfg(feature = "io")]
use crate::io::lammps_dump::LammpsDump;
#[cfg(feature = "io")]
use crate::io::text::Text;
#[cfg(feature = "trr")]
use crate::io::trr::Trr;
#[cfg(feature = "xtc")]
use crate::io::xtc::Xtc;
use crate::real::Real;
use crate::trajectory::{Convention, Frame};

/// The reader of a format.
pub(super) enum Decoder<R> {
    #[cfg(feature = "io")]
    LammpsDump(LammpsDump<R>),
    #[cfg(feature = "io")]
    ExtXyz(ExtXyz<R>),
    #[cfg(feature = "xtc")]
    Xtc(Xtc<R>),
    #[cfg(feature = "dcd")]
    Dcd(Dcd<R>),
    #[cfg(feature = "trr")]
    Trr(Trr<R>),
    #[cfg(feature = "gsd")]
    Gsd(Gsd, std::marker::PhantomData<R>),
}

impl<R: Read> Decoder<R> {
    /// The reader of a format. `length` is the number of bytes of the file, where it is known.
    pub(super) fn new(
        reader: R,
        name: &Path,
        length: Option<u64>,
        format: FrameFormat,
    ) -> Result<Self, ReadError> {
        // Text ends where it ends.
        let _ = length;
        #[cfg(any(feature = "xtc", feature = "dcd", feature = "trr", feature = "gsd"))]
        let here = |fault: Fault| fault.at(name, Place::File);
        Ok(match format {
            #[cfg(feature = "io")]
            FrameFormat::LammpsDump => Self::LammpsDump(LammpsDump::new(Text::new(reader, name)?, false)),
            #[cfg(feature = "io")]
            FrameFormat::LammpsDumpInOrder => {
                Self::LammpsDump(LammpsDump::new(Text::new(reader, name)?, true))
            }
            #[cfg(feature = "io")]
            FrameFormat::ExtXyz { stride } => Self::ExtXyz(ExtXyz::new(Text::new(reader, name)?, stride)),
            #[cfg(feature = "xtc")]
            FrameFormat::Xtc { scale } => {
                Self::Xtc(Xtc::new(Binary::new(reader, name, length)?, scale).map_err(here)?)
            }
            #[cfg(feature = "dcd")]
            FrameFormat::Dcd { scale, stride } => {
                Self::Dcd(Dcd::new(Binary::new(reader, name, length)?, scale, stride).map_err(here)?)
            }
            #[cfg(feature = "trr")]
            FrameFormat::Trr { scale } => {
                Self::Trr(Trr::new(Binary::new(reader, name, length)?, scale).map_err(here)?)
            }
            #[cfg(feature = "gsd")]
            FrameFormat::Gsd => {
                let mut packed = crate::io::packed::Packed::new(reader, name)?;
                let mut bytes = Vec::new();
                let read = packed.read_to_end(&mut bytes);
                read.map_err(|source| here(packed.fault(source)))?;
                let bytes = std::io::Cursor::new(bytes);
                Self::Gsd(Gsd::new(Box::new(bytes)), std::marker::PhantomData)
            }
        })
    }

    /// Reads frame `index`; `false` where the file has no more. And the place of a fault.
    pub(super) fn read<T: Real>(
        &mut self,
        index: usize,
        frame: &mut Frame<T>,
    ) -> (Result<bool, Fault>, Place) {
        let binary = |read: Result<bool, (u64, Fault)>, offset: u64| match read {
            Ok(read) => (Ok(read), Place::Byte(offset)),
            Err((byte, fault)) => (Err(fault), Place::Byte(byte)),
        };
        let _ = (index, binary);
        match self {
            #[cfg(feature = "io")]
            Self::LammpsDump(dump) => {
                let read = dump.read(frame);
                (read, Place::Line(dump.text.line_number()))
            }
            #[cfg(feature = "io")]
            Self::ExtXyz(xyz) => {
                let read = xyz.read(index, frame);
                (read, Place::Line(xyz.text.line_number()))
            }
            #[cfg(feature = "xtc")]
            Self::Xtc(xtc) => {
                let read = xtc.read(frame);
                binary(read, xtc.offset())
            }
            #[cfg(feature = "dcd")]
            Self::Dcd(dcd) => {
                let read = dcd.read(index, frame);
                binary(read, dcd.offset())
            }
            #[cfg(feature = "trr")]
            Self::Trr(trr) => {
                let read = trr.read(frame);
                binary(read, trr.offset())
            }
            #[cfg(feature = "gsd")]
            Self::Gsd(gsd, _) => {
                let read = gsd.read(index, frame);
                binary(read, 0)
            }
        }
    }

    /// Whether the reader has compared the bounds of all positions with what can be computed with,
    /// so that nobody needs to look at each.
    pub(super) fn has_bounds(&self) -> bool {
        match self {
            #[cfg(feature = "xtc")]
            Self::Xtc(_) => true,
            #[cfg(any(feature = "io", feature = "dcd", feature = "trr", feature = "gsd"))]
            _ => false,
        }
    }

    pub(super) fn convention(&self) -> Convention {
        match self {
            #[cfg(feature = "io")]
            Self::LammpsDump(dump) => dump.convention(),
            #[cfg(feature = "io")]
            Self::ExtXyz(xyz) => xyz.convention(),
            #[cfg(feature = "gsd")]
            Self::Gsd(gsd, _) => gsd.convention(),
            #[cfg(any(feature = "xtc", feature = "dcd", feature = "trr"))]
            _ => Convention::Unknown,
        }
    }

    pub(super) fn ids(&self) -> &[i64] {
        match self {
            #[cfg(feature = "io")]
            Self::LammpsDump(dump) => dump.ids(),
            #[cfg(feature = "io")]
            Self::ExtXyz(xyz) => xyz.ids(),
            #[cfg(any(feature = "xtc", feature = "dcd", feature = "trr", feature = "gsd"))]
            _ => &[],
        }
    }

    pub(super) fn types(&self) -> Option<&[u32]> {
        match self {
            #[cfg(feature = "io")]
            Self::LammpsDump(dump) => dump.types(),
            #[cfg(feature = "gsd")]
            Self::Gsd(gsd, _) => Some(gsd.types()),
            #[cfg(any(feature = "io", feature = "xtc", feature = "dcd", feature = "trr"))]
            _ => None,
        }
    }

    pub(super) fn names(&self) -> &[String] {
        match self {
            #[cfg(feature = "io")]
            Self::LammpsDump(dump) => dump.names(),
            #[cfg(feature = "io")]
            Self::ExtXyz(xyz) => xyz.names(),
            #[cfg(feature = "gsd")]
            Self::Gsd(gsd, _) => gsd.names(),
            #[cfg(any(feature = "xtc", feature = "dcd", feature = "trr"))]
            _ => &[],
        }
    }

    pub(super) fn ignore_types(&mut self) {
        match self {
            #[cfg(feature = "io")]
            Self::LammpsDump(dump) => dump.ignore_types(),
            #[cfg(feature = "io")]
            Self::ExtXyz(xyz) => xyz.ignore_types(),
            #[cfg(feature = "gsd")]
            Self::Gsd(gsd, _) => gsd.ignore_types(),
            #[cfg(any(feature = "xtc", feature = "dcd", feature = "trr"))]
            _ => {}
        }
    }

    pub(super) fn steps_of_header(&self) -> Option<[u64; 2]> {
        match self {
            #[cfg(feature = "dcd")]
            Self::Dcd(dcd) => dcd.steps(),
            #[cfg(any(feature = "io", feature = "xtc", feature = "trr", feature = "gsd"))]
            _ => None,
        }
    }

    /// A guess of the number of frames in all, after `read` of them.
    pub(super) fn frames_expected(&self, read: usize) -> Option<usize> {
        let _ = read;
        match self {
            #[cfg(feature = "xtc")]
            Self::Xtc(xtc) => xtc.frames_expected(read),
            #[cfg(feature = "dcd")]
            Self::Dcd(dcd) => dcd.frames_expected(read),
            #[cfg(feature = "trr")]
            Self::Trr(trr) => trr.frames_expected(read),
            #[cfg(feature = "gsd")]
            Self::Gsd(gsd, _) => Some(gsd.frames()),
            #[cfg(feature = "io")]
            Self::LammpsDump(_) | Self::ExtXyz(_) => None,
        }
    }
}

#[cfg(feature = "gsd")]
impl Decoder<std::fs::File> {
    /// A GSD file, of which only what is asked for is read.
    pub(super) fn gsd_file(mut file: std::fs::File, name: &Path) -> Result<Self, ReadError> {
        use std::io::{Seek, SeekFrom};
        let failed = |source| Fault::Read(source).at(name, Place::Byte(0));
        let mut head = Vec::new();
        let read = file
            .by_ref()
            .take(crate::io::magic::BYTES as u64)
            .read_to_end(&mut head);
        read.map_err(failed)?;
        file.seek(SeekFrom::Start(0)).map_err(failed)?;
        if crate::io::magic::Packing::of(&head).is_some() {
            return Self::new(file, name, None, FrameFormat::Gsd);
        }
        Ok(Self::Gsd(Gsd::new(Box::new(file)), std::marker::PhantomData))
    }
}
