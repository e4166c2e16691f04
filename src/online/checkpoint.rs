//! Accumulators on disk.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use serde::Serialize;
use serde::de::DeserializeOwned;
use thiserror::Error;

/// What a checkpoint begins with.
const MAGIC: &[u8; 4] = b"msed";

/// The layout of the files that this version writes.
const VERSION: u32 = 1;

/// Bytes before the contents: the magic, the version, the length of the contents, and their digest.
const HEADER: usize = 4 + 4 + 8 + 8;

/// Writes an accumulator, or sums, to `file`, so that a run that goes on from there ends with the same bits as one that was never
/// interrupted.
///
/// The file is written beside its place under a name of its own, flushed to the disk, and then renamed: whenever the process dies, `file` is the
/// checkpoint before or this one, and never a part of it. It holds numbers in little-endian bits, their length and a digest.
///
/// # Errors
/// [`CheckpointError::Write`] where the system refuses.
///
/// ```
/// use msed::online::{EnergyAccumulator, checkpoint};
/// use msed::{EnergyKind, Lags, Sampling};
/// # let folder = tempfile::tempdir()?;
/// # let file = folder.path().join("live.msed");
/// let lags = Lags::explicit([1, 2]);
/// let mut live = EnergyAccumulator::ring(Sampling::new(10, 0.005)?, 1, EnergyKind::Total, &lags, 100)?;
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
    let contents = postcard::to_allocvec(value).map_err(|error| failed(io::Error::other(error)))?;
    let mut bytes = Vec::with_capacity(HEADER + contents.len());
    bytes.extend_from_slice(MAGIC);
    bytes.extend_from_slice(&VERSION.to_le_bytes());
    bytes.extend_from_slice(&(contents.len() as u64).to_le_bytes());
    bytes.extend_from_slice(&digest(&contents).to_le_bytes());
    bytes.extend_from_slice(&contents);
    write_atomically(file, &bytes).map_err(failed)
}

/// Reads what [`save`] wrote; what a constructor would refuse is refused here too.
///
/// # Errors
/// [`CheckpointError`]: a file that is not there, that is none of ours, of a later version, cut short, damaged, or of something else.
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
    let Some((header, contents)) = bytes.split_at_checked(HEADER) else {
        return Err(truncated(HEADER as u64));
    };
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
    if contents.len() as u64 != length || digest(contents) != number(16, 8) {
        return Err(CheckpointError::Damaged { file: file() });
    }
    postcard::from_bytes(contents).map_err(|error| CheckpointError::Contents {
        file: file(),
        reason: error.to_string(),
    })
}

/// Writes `bytes` to `file` so that it never holds a part of them.
fn write_atomically(file: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut name = file.file_name().ok_or(io::ErrorKind::InvalidInput)?.to_owned();
    name.push(".new");
    let new = file.with_file_name(name);
    let mut writer = File::create(&new)?;
    writer.write_all(bytes)?;
    writer.sync_all()?;
    drop(writer);
    fs::rename(&new, file)?;
    // The new name is on the disk once its folder is.
    #[cfg(unix)]
    {
        let folder = file.parent().filter(|path| !path.as_os_str().is_empty());
        File::open(folder.unwrap_or(Path::new(".")))?.sync_all()?;
    }
    Ok(())
}

/// Fowler, Noll and Vo's hash 1a: each step is one-to-one, so that no single wrong byte goes unseen.
fn digest(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, &byte| {
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
    #[error("{} is no checkpoint", file.display())]
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
    /// Something else than was asked for, or a state that cannot be.
    #[error("{} holds something else: {reason}", file.display())]
    Contents {
        /// The file.
        file: PathBuf,
        /// What is wrong.
        reason: String,
    },
}
