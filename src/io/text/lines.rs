//! Lines of a file of any size through a buffer of bounded size.

use std::io::{self, Read};

use memchr::memchr;

/// Bytes asked of the reader at a time.
const CHUNK: usize = 1 << 18;
/// A longer line is no text that a simulation wrote, and must not be allowed to fill the memory.
const LONGEST_LINE: usize = 1 << 24;

/// Lines, numbered from 1, in memory of a few hundred kilobytes or the longest line.
pub(crate) struct Lines<R> {
    reader: R,
    buffer: Vec<u8>,
    start: usize,
    end: usize,
    number: u64,
    at_end: bool,
}

/// One line without its end.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Line<'a> {
    /// The line, without `\n` or `\r\n`.
    pub(crate) bytes: &'a [u8],
    /// Its number, from 1.
    pub(crate) number: u64,
    /// Whether it ended with a line feed. The last line of a file that was cut off does not.
    pub(crate) ended: bool,
}

impl<R: Read> Lines<R> {
    pub(crate) fn new(reader: R) -> Self {
        Self {
            reader,
            buffer: Vec::new(),
            start: 0,
            end: 0,
            number: 0,
            at_end: false,
        }
    }

    /// Lines handed out so far.
    pub(crate) fn number(&self) -> u64 {
        self.number
    }

    /// The next line; `None` at the end.
    ///
    /// # Errors
    /// Those of the reader, and `InvalidData` for a line beyond 16 MiB.
    #[inline]
    pub(crate) fn next_line(&mut self) -> io::Result<Option<Line<'_>>> {
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
        let line = &self.buffer[self.start..self.start + length];
        self.start += length + usize::from(ended);
        self.number += 1;
        Ok(Some(Line {
            bytes: line.strip_suffix(b"\r").unwrap_or(line),
            number: self.number,
            ended,
        }))
    }

    /// What has been read of the rest, which may end anywhere. For one who finds the ends of lines along with something else,
    /// and then says how far they went by [`pass`](Self::pass).
    #[inline]
    pub(crate) fn buffered(&self) -> &[u8] {
        &self.buffer[self.start..self.end]
    }

    /// Goes past one line of so many bytes, its end included, at the beginning of what is buffered.
    #[inline]
    pub(crate) fn pass(&mut self, length: usize) {
        self.start = self.end.min(self.start + length);
        self.number += 1;
    }

    /// The beginning of what is left: at least `length` bytes where there are as many.
    pub(crate) fn head(&mut self, length: usize) -> io::Result<&[u8]> {
        while self.end - self.start < length && !self.at_end {
            self.fill()?;
        }
        Ok(&self.buffer[self.start..self.end])
    }

    /// Reads more behind what is left.
    #[cold]
    fn fill(&mut self) -> io::Result<()> {
        self.buffer.copy_within(self.start..self.end, 0);
        self.end -= self.start;
        self.start = 0;
        if self.end >= LONGEST_LINE {
            return Err(io::Error::new(
                io::ErrorKind::InvalidData,
                "a line is longer than 16 MiB",
            ));
        }
        if self.buffer.len() < self.end + CHUNK {
            self.buffer.resize(self.end + CHUNK, 0);
        }
        loop {
            match self.reader.read(&mut self.buffer[self.end..]) {
                Ok(0) => self.at_end = true,
                Ok(read) => self.end += read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(error),
            }
            return Ok(());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Hands out as few bytes at a time as it is told, and interrupts now and then.
    struct Dribble<'a>(&'a [u8], usize, bool);

    impl Read for Dribble<'_> {
        fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
            self.2 = !self.2;
            if self.2 {
                return Err(io::ErrorKind::Interrupted.into());
            }
            let n = self.1.min(self.0.len()).min(into.len());
            into[..n].copy_from_slice(&self.0[..n]);
            self.0 = &self.0[n..];
            Ok(n)
        }
    }

    fn all(mut lines: Lines<impl Read>) -> Vec<(Vec<u8>, u64, bool)> {
        let mut found = Vec::new();
        while let Some(line) = lines.next_line().unwrap() {
            found.push((line.bytes.to_vec(), line.number, line.ended));
        }
        found
    }

    #[test]
    fn lines_of_either_end_are_numbered() {
        let found = all(Lines::new(&b"a\r\n\nb\rc\nlast"[..]));
        let expected: [(&[u8], u64, bool); 4] = [
            (b"a", 1, true),
            (b"", 2, true),
            (b"b\rc", 3, true),
            (b"last", 4, false),
        ];
        for (found, expected) in found.iter().zip(expected) {
            assert_eq!((&found.0[..], found.1, found.2), expected);
        }
        assert_eq!(found.len(), 4);
        assert!(all(Lines::new(&b""[..])).is_empty());
    }

    #[test]
    fn a_file_without_lines_is_refused_before_it_fills_the_memory() {
        let mut lines = Lines::new(io::repeat(b'x'));
        assert_eq!(
            lines.next_line().unwrap_err().to_string(),
            "a line is longer than 16 MiB"
        );
        assert!(lines.buffer.len() <= LONGEST_LINE + 2 * CHUNK);
    }

    proptest! {
        #[test]
        fn any_division_into_reads_gives_the_same_lines(
            bytes in prop::collection::vec(prop_oneof![Just(b'\n'), Just(b'\r'), any::<u8>()], 0..200),
            at_a_time in 1..50_usize,
        ) {
            prop_assert_eq!(all(Lines::new(Dribble(&bytes, at_a_time, false))), all(Lines::new(&bytes[..])));
        }
    }
}
