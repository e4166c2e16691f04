//! The pieces of a binary file, in words of either byte order.
//!
//! A length in a file may be wrong by any amount. Memory grows only with bytes that exist.

#[cfg(any(feature = "xtc", feature = "dcd", feature = "trr"))]
use std::fmt;
#[cfg(any(feature = "xtc", feature = "dcd", feature = "trr"))]
use std::io::{BufReader, Read};
#[cfg(any(feature = "xtc", feature = "dcd", feature = "trr"))]
use std::path::Path;

use super::error::Fault;
#[cfg(any(feature = "xtc", feature = "dcd", feature = "trr"))]
use super::error::ReadError;
#[cfg(any(feature = "xtc", feature = "dcd", feature = "trr"))]
use super::packed::Packed;

#[cfg(any(feature = "xtc", feature = "dcd", feature = "trr"))]
const BUFFER: usize = 1 << 18;

/// A fault, and the byte that it is at.
pub(super) type Found<T> = Result<T, (u64, Fault)>;

/// A binary file or any reader, decompressed.
#[cfg(any(feature = "xtc", feature = "dcd", feature = "trr"))]
pub(super) struct Binary<R> {
    reader: BufReader<Packed<R>>,
    /// Bytes of the whole file, where that is known.
    length: Option<u64>,
    /// Bytes read so far.
    offset: u64,
    /// The bytes read last.
    pub(super) bytes: Vec<u8>,
    pub(super) little_endian: bool,
}

#[cfg(any(feature = "xtc", feature = "dcd", feature = "trr"))]
impl<R: Read> Binary<R> {
    /// Big-endian words; `length` is the number of bytes, where it is known.
    pub(super) fn new(reader: R, name: &Path, length: Option<u64>) -> Result<Self, ReadError> {
        let reader = Packed::new(reader, name)?;
        Ok(Self {
            length: length.filter(|_| reader.is_plain()),
            reader: BufReader::with_capacity(BUFFER, reader),
            offset: 0,
            bytes: Vec::new(),
            little_endian: false,
        })
    }

    /// How many bytes were read so far.
    pub(super) fn offset(&self) -> u64 {
        self.offset
    }

    /// A guess of the number of frames in all, after `read` of them, which began at byte `start`.
    pub(super) fn frames_expected(&self, read: usize, start: u64) -> Option<usize> {
        let frames = (read as u64)
            .checked_mul(self.length?.checked_sub(start)?)?
            .checked_div(self.offset.checked_sub(start)?)?;
        usize::try_from(frames).ok().filter(|&frames| frames > 0)
    }

    /// Reads up to `count` bytes into the buffer, and returns their number.
    pub(super) fn take(&mut self, count: u64) -> Found<u64> {
        self.bytes.clear();
        let read = self.reader.by_ref().take(count).read_to_end(&mut self.bytes);
        let found = self.bytes.len() as u64;
        self.offset += found;
        read.map(|_| found)
            .map_err(|source| self.here(self.reader.get_ref().fault(source)))
    }

    /// Reads `count` bytes into the buffer.
    pub(super) fn take_all(&mut self, count: u64) -> Found<()> {
        let left = self.length.map(|length| length.saturating_sub(self.offset));
        if let Some(left) = left.filter(|&left| left < count) {
            return Err(self.here(Fault::after(left, count, "bytes")));
        }
        self.take(count)?;
        self.whole(count)
    }

    /// Passes over `count` bytes.
    #[cfg(feature = "trr")]
    pub(super) fn skip(&mut self, mut count: u64) -> Found<()> {
        let all = count;
        while count > 0 {
            let piece = self.take(count.min(BUFFER as u64))?;
            if piece == 0 {
                return Err(self.here(Fault::after(all - count, all, "bytes")));
            }
            count -= piece;
        }
        Ok(())
    }

    /// Checks that so many bytes were read last.
    pub(super) fn whole(&self, expected: u64) -> Found<()> {
        let found = self.bytes.len() as u64;
        if found < expected {
            return Err(self.here(Fault::after(found, expected, "bytes")));
        }
        Ok(())
    }

    /// The bytes read last as words.
    pub(super) fn words<const N: usize>(&self) -> Found<[u32; N]> {
        self.whole(4 * N as u64)?;
        let (words, _) = self.bytes.as_chunks();
        Ok(std::array::from_fn(|i| self.word(words[i])))
    }

    /// A word in the byte order of the file.
    #[inline]
    pub(super) fn word(&self, bytes: [u8; 4]) -> u32 {
        if self.little_endian {
            u32::from_le_bytes(bytes)
        } else {
            u32::from_be_bytes(bytes)
        }
    }

    /// A word of twice the length in the byte order of the file.
    #[inline]
    #[cfg(feature = "dcd")]
    pub(super) fn long_word(&self, bytes: [u8; 8]) -> u64 {
        if self.little_endian {
            u64::from_le_bytes(bytes)
        } else {
            u64::from_be_bytes(bytes)
        }
    }

    #[cold]
    pub(super) fn here(&self, fault: Fault) -> (u64, Fault) {
        (self.offset, fault)
    }

    #[cold]
    pub(super) fn value(&self, what: &str, found: &dyn fmt::Display, expected: &str) -> (u64, Fault) {
        self.here(Fault::value(what, found, expected))
    }
}

/// Steps that are written in 32 bits and go on past them: a step that seems to be more than half of
/// their range before the one before it has gone round.
#[cfg(any(feature = "xtc", feature = "trr"))]
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Steps {
    before: Option<u64>,
}

#[cfg(any(feature = "xtc", feature = "trr"))]
impl Steps {
    /// The step that is written so; `None` for one before 0.
    pub(super) fn next(&mut self, written: u32) -> Option<u64> {
        let step = match self.before {
            // The file may begin where the count has gone round already.
            None => u64::from(written),
            Some(before) => {
                let moved = written.wrapping_sub(before as u32).cast_signed();
                before.checked_add_signed(i64::from(moved))?
            }
        };
        self.before = Some(step);
        Some(step)
    }
}

#[cfg(all(test, any(feature = "xtc", feature = "trr")))]
mod tests {
    use super::*;

    #[test]
    fn steps_go_on_past_thirty_two_bits_and_back_where_a_job_is_restarted() {
        let mut steps = Steps::default();
        let mut of = |written: i64| steps.next(written as u32);
        assert_eq!(of(2_147_483_600), Some(2_147_483_600));
        assert_eq!(of(-2_147_483_596), Some(2_147_483_700));
        assert_eq!(of(-96), Some(4_294_967_200));
        assert_eq!(of(4), Some(4_294_967_300));
        assert_eq!(of(-6), Some(4_294_967_290));
        assert_eq!(
            Steps::default().next(-2_147_483_596_i32 as u32),
            Some(2_147_483_700)
        );
        let mut steps = Steps { before: Some(50) };
        assert_eq!(steps.next(u32::MAX), None);
    }
}
