//! Accumulators on disk.

use std::any::type_name;
use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use serde::Serialize;
use serde::de::DeserializeOwned;
use thiserror::Error;

/// What a checkpoint begins with.
const MAGIC: &[u8; 4] = b"msed";

/// The layout of the files that this version writes.
const VERSION: u32 = 5;

/// Bytes before the contents: the magic, the version, the length of the contents, and their digest.
const HEADER: usize = 4 + 4 + 8 + 8;

/// Writes an accumulator, or sums, to `file`, so that a run that goes on from there ends with the
/// same bits as one that was never interrupted.
///
/// The file is written beside its place under a name of its own, flushed to the disk, and then
/// renamed: whenever the process dies, `file` is the checkpoint before or this one, and never a
/// part of it. It holds the name of the type and its numbers in little-endian bits, their length
/// and a digest.
///
/// # Errors
/// [`CheckpointError::Write`] where the system refuses.
///
/// ```
/// use msed::online::{EnergyAccumulator, checkpoint};
/// use msed::{EnergyKind, EnergySystem, Lags, Sampling};
/// # let folder = tempfile::tempdir()?;
/// # let file = folder.path().join("live.msed");
/// let system = EnergySystem::new(Sampling::new(10, 0.005)?, 1, EnergyKind::Total)?;
/// let mut live = EnergyAccumulator::ring(system, &Lags::samples([1, 2]))?;
/// live.push_slice(&[1.0, 2.0, 4.0])?;
/// checkpoint::save(&live, &file)?;
///
/// let mut resumed: EnergyAccumulator = checkpoint::load(&file)?;
/// resumed.push(7.0)?;
/// live.push(7.0)?;
/// assert_eq!(resumed.snapshot()?, live.snapshot()?);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn save<T: Serialize>(value: &T, file: impl AsRef<Path>) -> Result<(), CheckpointError> {
    let file = file.as_ref();
    let failed = |source| CheckpointError::Write {
        file: file.to_owned(),
        source,
    };
    // Once to measure, once to write: no copy of a large state.
    let (length, digest) = write_contents(value, io::sink()).map_err(failed)?;
    write_atomically(file, |to| {
        to.write_all(MAGIC)?;
        to.write_all(&VERSION.to_le_bytes())?;
        to.write_all(&length.to_le_bytes())?;
        to.write_all(&digest.to_le_bytes())?;
        write_contents(value, to).map(|_| ())
    })
    .map_err(failed)
}

/// Reads what [`save`] wrote; what a constructor would refuse is refused here too. An accumulator
/// takes the memory that its lags need, however few samples it has seen.
///
/// # Errors
/// [`CheckpointError`]: the file is missing, is not an `msed` checkpoint, was written by another
/// version, is truncated or damaged, or holds another type.
pub fn load<T: DeserializeOwned>(file: impl AsRef<Path>) -> Result<T, CheckpointError> {
    let path = file.as_ref();
    let file = || path.to_owned();
    let bytes = fs::read(path).map_err(|source| CheckpointError::Read { file: file(), source })?;
    if bytes.len() >= MAGIC.len() && !bytes.starts_with(MAGIC) {
        return Err(CheckpointError::NotACheckpoint { file: file() });
    }
    let truncated = |expected: u64| CheckpointError::Truncated {
        file: file(),
        found: bytes.len() as u64,
        expected,
    };
    let header = bytes.split_first_chunk::<HEADER>();
    let (header, contents) = header.ok_or_else(|| truncated(HEADER as u64))?;
    let number = |at: usize, length: usize| {
        let bytes = header[at..at + length].iter().rev();
        bytes.fold(0_u64, |number, &byte| number << 8 | u64::from(byte))
    };
    let found = number(4, 4);
    if found != u64::from(VERSION) {
        return Err(CheckpointError::Version {
            file: file(),
            found,
            expected: VERSION,
        });
    }
    let length = number(8, 8);
    if (contents.len() as u64) < length {
        return Err(truncated(length.saturating_add(HEADER as u64)));
    }
    if contents.len() as u64 != length || digest(SEED, contents) != number(16, 8) {
        return Err(CheckpointError::Damaged { file: file() });
    }
    let expected = type_name::<T>();
    let impossible = |reason: String| CheckpointError::Contents {
        file: file(),
        expected: without_modules(expected),
        reason,
    };
    let name = postcard::take_from_bytes::<&str>(contents);
    let (found, contents) = name.map_err(|error| impossible(error.to_string()))?;
    let other = || CheckpointError::OtherType {
        file: file(),
        found: without_modules(found),
        expected: without_modules(expected),
    };
    if are_other_types(found, expected) {
        return Err(other());
    }
    match postcard::take_from_bytes(contents) {
        Ok((value, [])) => Ok(value),
        _ if found != expected => Err(other()),
        Ok((_, rest)) => Err(impossible(format!("{} bytes are left", rest.len()))),
        Err(error) => Err(impossible(error.to_string())),
    }
}

/// Whether two names are those of different types of this crate. What another crate saves as a
/// borrow, such as `&str`, it may well load as its own, such as `String`.
fn are_other_types(found: &str, expected: &str) -> bool {
    let own = concat!(env!("CARGO_PKG_NAME"), "::");
    let plain = |name: &str| without_modules(name).replace("'_, ", "").replace("<'_>", "");
    found.starts_with(own) && expected.starts_with(own) && plain(found) != plain(expected)
}

/// The name of a type as its user writes it: `Vec<Sampling>`, without `alloc::vec::` and the like.
fn without_modules(name: &str) -> String {
    let mut plain = String::new();
    for part in name.split_inclusive(|c: char| !(c.is_alphanumeric() || "_:".contains(c))) {
        plain += part.rsplit("::").next().unwrap_or(part);
    }
    plain
}

/// Writes to `file` so that it never holds a part of what `write` writes.
fn write_atomically(
    file: &Path,
    write: impl FnOnce(&mut BufWriter<File>) -> io::Result<()>,
) -> io::Result<()> {
    let mut name = file.file_name().ok_or(io::ErrorKind::InvalidInput)?.to_owned();
    name.push(".new");
    let new = file.with_file_name(name);
    let mut writer = BufWriter::new(File::create(&new)?);
    write(&mut writer)?;
    writer.into_inner()?.sync_all()?;
    fs::rename(&new, file)?;
    // The new name is on the disk once its folder is.
    #[cfg(unix)]
    {
        let folder = file.parent().filter(|path| !path.as_os_str().is_empty());
        File::open(folder.unwrap_or(Path::new(".")))?.sync_all()?;
    }
    Ok(())
}

/// Writes a value; the length and the digest of what was written.
fn write_contents<T: Serialize>(value: &T, to: impl Write) -> io::Result<(u64, u64)> {
    let mut measured = Measured {
        to,
        length: 0,
        digest: SEED,
        refused: None,
    };
    let written = postcard::to_io(&(type_name::<T>(), value), &mut measured).map(|_| ());
    match (written, measured.refused) {
        (Ok(()), _) => Ok((measured.length, measured.digest)),
        (Err(_), Some(refused)) => Err(refused),
        (Err(error), None) => Err(io::Error::other(error)),
    }
}

/// Measures what goes through, and keeps what the system said, which the format has no words for.
struct Measured<W> {
    to: W,
    length: u64,
    digest: u64,
    refused: Option<io::Error>,
}

impl<W: Write> Write for Measured<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.to.write(bytes).map_err(|error| {
            let kind = error.kind();
            // What is interrupted goes on.
            self.refused = Some(error).filter(|_| kind != io::ErrorKind::Interrupted);
            io::Error::from(kind)
        })?;
        self.length += written as u64;
        self.digest = digest(self.digest, &bytes[..written]);
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.to.flush()
    }
}

const SEED: u64 = 0xcbf2_9ce4_8422_2325;

/// Fowler, Noll and Vo's hash 1a, from `SEED` or from the bytes before on: each step is one-to-one,
/// so that no single wrong byte goes unseen.
fn digest(before: u64, bytes: &[u8]) -> u64 {
    bytes.iter().fold(before, |hash, &byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

/// A checkpoint that could not be written or read.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum CheckpointError {
    /// The system did not take it.
    #[error("cannot write {}: {source}", file.display())]
    Write {
        /// The file.
        file: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The system did not give it.
    #[error("cannot read {}: {source}", file.display())]
    Read {
        /// The file.
        file: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// Another kind of file.
    #[error("{} is not a checkpoint", file.display())]
    NotACheckpoint {
        /// The file.
        file: PathBuf,
    },
    /// A layout that this version does not know.
    #[error("{} is a checkpoint of version {found}, expected {expected}", file.display())]
    Version {
        /// The file.
        file: PathBuf,
        /// Its version.
        found: u64,
        /// The one that can be read.
        expected: u32,
    },
    /// Less than was written.
    #[error("{} is cut short: {found} bytes, expected {expected}", file.display())]
    Truncated {
        /// The file.
        file: PathBuf,
        /// Its bytes.
        found: u64,
        /// Bytes that were written.
        expected: u64,
    },
    /// Other bytes than were written.
    #[error("{} is damaged: its digest differs from its contents'", file.display())]
    Damaged {
        /// The file.
        file: PathBuf,
    },
    /// Another type than was asked for.
    #[error("{} is a checkpoint of {found}, expected one of {expected}", file.display())]
    OtherType {
        /// The file.
        file: PathBuf,
        /// The type that was saved.
        found: String,
        /// The type that was asked for.
        expected: String,
    },
    /// A state that cannot be.
    #[error("{} holds a {expected} in an impossible state: {reason}", file.display())]
    Contents {
        /// The file.
        file: PathBuf,
        /// The type that was asked for.
        expected: String,
        /// What is wrong.
        reason: String,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A disk with room for so many bytes.
    struct Disk(usize);

    impl Write for Disk {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            match self.0.min(bytes.len()) {
                0 => Err(io::ErrorKind::StorageFull.into()),
                room => {
                    self.0 -= room;
                    Ok(room)
                }
            }
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_full_disk_is_named_and_what_is_written_is_measured() {
        let value: Vec<f64> = (0..100).map(f64::from).collect();
        let bytes = postcard::to_allocvec(&("alloc::vec::Vec<f64>", &value)).expect("bytes");
        let measured = write_contents(&value, Disk(bytes.len())).expect("room");
        assert_eq!(measured, (bytes.len() as u64, digest(SEED, &bytes)));
        let refused = write_contents(&value, Disk(bytes.len() - 1)).expect_err("no room");
        assert_eq!(refused.kind(), io::ErrorKind::StorageFull);
    }

    #[test]
    fn types_are_named_as_their_users_write_them() {
        assert_eq!(
            without_modules(type_name::<(Vec<String>, &[u8])>()),
            "(Vec<String>, &[u8])"
        );
        assert!(are_other_types("msed::a::Sums<f32>", "msed::a::Live"));
        assert!(are_other_types("msed::a::Sums<f32>", "msed::a::Sums<f64>"));
        assert!(!are_other_types("msed::a::Sums<'_, f32>", "msed::b::Sums<f32>"));
        assert!(!are_other_types("msed::a::Live<'_>", "msed::a::Live"));
        assert!(!are_other_types("&str", "alloc::string::String"));
    }
}
