use super::*;
use proptest::prelude::*;
use std::io::Write;

fn compressed(text: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(text).unwrap();
    encoder.finish().unwrap()
}

fn lines(bytes: &[u8]) -> Result<Vec<Vec<u8>>, ReadError> {
    let mut text = Text::new(bytes, Path::new("x.dat"))?;
    let mut lines = Vec::new();
    while let Some((line, _)) = text.next_line()? {
        lines.push(line.to_vec());
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
    assert_eq!(directory.as_deref(), Some("src is a directory, expected a file"));
}

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

fn all(reader: impl Read) -> Vec<(Vec<u8>, u64, bool)> {
    let mut text = Text::new(reader, Path::new("x.dat")).unwrap();
    let mut found = Vec::new();
    while let Some((line, ended)) = text.next_line().unwrap() {
        let bytes = line.to_vec();
        found.push((bytes, text.line_number(), ended));
    }
    found
}

#[test]
fn lines_of_either_end_are_numbered() {
    let found = all(&b"a\r\n\nb\rc\nlast"[..]);
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
    assert!(all(&b""[..]).is_empty());
}

#[test]
fn a_file_without_lines_is_refused_before_it_fills_the_memory() {
    let mut text = Text::new(io::repeat(b'x'), Path::new("x.dat")).unwrap();
    assert_eq!(
        text.next_line().unwrap_err().to_string(),
        "x.dat: reading failed: a line is longer than 16 MiB"
    );
    assert!(text.buffer.len() <= LONGEST_LINE + 2 * CHUNK);
}

proptest! {
    #[test]
    fn any_division_into_reads_gives_the_same_lines(
        bytes in prop::collection::vec(prop_oneof![Just(b'\n'), Just(b'\r'), any::<u8>()], 0..200),
        at_a_time in 1..50_usize,
    ) {
        prop_assert_eq!(all(Dribble(&bytes, at_a_time, false)), all(&bytes[..]));
    }
}
