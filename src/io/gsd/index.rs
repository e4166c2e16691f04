//! The header, the names and the index of a GSD file.

use std::io::{Read, Seek, SeekFrom};

use crate::io::binary::Found;
use crate::io::error::Fault;

/// Where the bytes come from.
pub(in crate::io) trait Source: Read + Seek + Send + Sync {}

impl<S: Read + Seek + Send + Sync> Source for S {}

const MAGIC: u64 = 0x65df_65df_65df_65df;
const HEADER: u64 = 256;
/// Bytes of an entry.
const ENTRY: u64 = 32;
/// Bytes of a name in files of version 1, and the unit of the list's size.
const NAME: u64 = 64;
/// No schema has so many names.
const LONGEST_NAMES: u64 = 1 << 20;

pub(super) const U8: u8 = 1;
pub(super) const U16: u8 = 2;
pub(super) const U32: u8 = 3;
pub(super) const U64: u8 = 4;
pub(super) const I8: u8 = 5;
pub(super) const I32: u8 = 7;
pub(super) const F32: u8 = 9;
pub(super) const F64: u8 = 10;
pub(super) const CHARACTER: u8 = 11;

/// Bytes of an element of a kind.
pub(super) fn width(kind: u8) -> Option<usize> {
    match kind {
        U8 | I8 | CHARACTER => Some(1),
        U16 | 6 => Some(2),
        U32 | I32 | F32 => Some(4),
        U64 | 8 | F64 => Some(8),
        _ => None,
    }
}

/// The chunks that make a trajectory.
const WANTED: [&str; 8] = [
    "configuration/step",
    "configuration/dimensions",
    "configuration/box",
    "particles/N",
    "particles/position",
    "particles/image",
    "particles/typeid",
    "particles/types",
];

/// An array in the file.
#[derive(Debug, Clone, Copy)]
pub(super) struct Chunk {
    frame: u64,
    pub(super) name: &'static str,
    pub(super) kind: u8,
    pub(super) rows: u64,
    pub(super) columns: u32,
    pub(super) location: u64,
}

impl Chunk {
    pub(super) fn bytes(&self) -> u64 {
        let width = width(self.kind).unwrap_or(1) as u64;
        self.rows
            .saturating_mul(u64::from(self.columns))
            .saturating_mul(width)
    }
}

/// Where the chunks of all frames are.
#[derive(Debug)]
pub(super) struct Index {
    pub(super) frames: usize,
    /// Whether a frame after the first has image flags.
    pub(super) has_images: bool,
    /// In the order of frames, then of names.
    chunks: Vec<Chunk>,
}

impl Index {
    /// The index of a file; `None` where the file is empty.
    pub(super) fn read(source: &mut dyn Source) -> Found<Option<Self>> {
        let length = source.seek(SeekFrom::End(0));
        let length = length.map_err(|error| (0, Fault::Read(error)))?;
        if length == 0 {
            return Ok(None);
        }
        let mut bytes = Vec::new();
        read_at(source, 0, HEADER, &mut bytes)?;
        let (words, _) = bytes.as_chunks::<8>();
        let [magic, index, entries, names, name_units, versions] =
            std::array::from_fn(|i| u64::from_le_bytes(words[i]));
        if magic != MAGIC {
            let fault = Fault::value(
                "the magic number",
                &format_args!("{magic:#x}"),
                "0x65df65df65df65df",
            );
            return Err((0, fault));
        }
        let version = versions >> 48;
        if version > 2 || versions >> 32 == 0 {
            return Err((44, Fault::value("the version of GSD", &version, "1 or 2")));
        }
        let schema = &bytes[112..176];
        let end = schema.iter().position(|&byte| byte == 0).unwrap_or(NAME as usize);
        if schema[..end] != *b"hoomd" {
            let found = String::from_utf8_lossy(&schema[..end]).into_owned();
            return Err((112, Fault::value("the schema", &found, "hoomd")));
        }
        let names = Self::names(source, names, name_units, version)?;
        within(index, entries.saturating_mul(ENTRY), length, "the index")?;
        Self::entries(source, index, entries, &names, length).map(Some)
    }

    /// For each name of the list, the chunk of that name.
    fn names(source: &mut dyn Source, at: u64, units: u64, version: u64) -> Found<Vec<Option<&'static str>>> {
        let size = units.saturating_mul(NAME);
        if size > LONGEST_NAMES {
            return Err((
                at,
                Fault::value("the size of the list of names", &size, "a megabyte at most"),
            ));
        }
        let mut bytes = Vec::new();
        read_at(source, at, size, &mut bytes)?;
        let known = |name: &[u8]| WANTED.into_iter().find(|wanted| wanted.as_bytes() == name);
        let first = |bytes: &[u8]| bytes.iter().position(|&byte| byte == 0).unwrap_or(bytes.len());
        let mut rest = &bytes[..];
        let mut names = Vec::new();
        while first(rest) > 0 {
            let end = first(rest);
            names.push(known(&rest[..end]));
            let next = if version < 2 { NAME as usize } else { end + 1 };
            rest = rest.get(next..).unwrap_or_default();
        }
        Ok(names)
    }

    fn entries(
        source: &mut dyn Source,
        at: u64,
        entries: u64,
        names: &[Option<&'static str>],
        length: u64,
    ) -> Found<Self> {
        let mut bytes = Vec::new();
        read_at(source, at, entries * ENTRY, &mut bytes)?;
        let (rows, _) = bytes.as_chunks::<{ ENTRY as usize }>();
        let (mut chunks, mut last, mut has_images) = (Vec::new(), None, false);
        for (row, place) in rows.iter().zip((at..).step_by(ENTRY as usize)) {
            let (words, _) = row.as_chunks::<8>();
            let [frame, rows, location, shape] = std::array::from_fn(|i| u64::from_le_bytes(words[i]));
            if location == 0 {
                break;
            }
            let follows = match last {
                None => frame == 0,
                Some(last) => frame == last || frame == last + 1,
            };
            if !follows {
                let expected = "frames that follow each other, from 0";
                return Err((place, Fault::value("the frame of a chunk", &frame, expected)));
            }
            last = Some(frame);
            let (columns, id, kind) = (shape as u32, (shape >> 32) as u16, (shape >> 48) as u8);
            let Some(&Some(name)) = names.get(usize::from(id)) else {
                continue;
            };
            if width(kind).is_none() {
                return Err((place, Fault::value("the data type of a chunk", &kind, "1 to 11")));
            }
            has_images |= frame > 0 && name == "particles/image";
            let chunk = Chunk {
                frame,
                name,
                kind,
                rows,
                columns,
                location,
            };
            within(location, chunk.bytes(), length, name)?;
            chunks.push(chunk);
        }
        chunks.sort_by_key(|chunk| (chunk.frame, chunk.name));
        Ok(Self {
            frames: last.map_or(0, |last| last as usize + 1),
            has_images,
            chunks,
        })
    }

    /// The chunk of a frame itself.
    pub(super) fn own(&self, frame: u64, name: &str) -> Option<Chunk> {
        let key = |chunk: &Chunk| (chunk.frame, chunk.name).cmp(&(frame, name));
        let found = self.chunks.binary_search_by(key).ok()?;
        Some(self.chunks[found])
    }

    /// The chunk of a frame, or else that of frame 0.
    pub(super) fn find(&self, frame: u64, name: &str) -> Option<Chunk> {
        self.own(frame, name).or_else(|| self.own(0, name))
    }
}

/// Refuses what reaches beyond the end of the file.
fn within(location: u64, bytes: u64, length: u64, what: &str) -> Found<()> {
    if location.checked_add(bytes).is_some_and(|end| end <= length) {
        return Ok(());
    }
    let text = format!("{what} has {bytes} bytes from byte {location} on, and the file ends after {length}");
    Err((location, Fault::Truncated(format!("too early: {text}"))))
}

/// Reads bytes at a place.
pub(super) fn read_at(source: &mut dyn Source, at: u64, count: u64, bytes: &mut Vec<u8>) -> Found<()> {
    bytes.clear();
    let failed = |error| (at, Fault::Read(error));
    source.seek(SeekFrom::Start(at)).map_err(failed)?;
    source.take(count).read_to_end(bytes).map_err(failed)?;
    let found = bytes.len() as u64;
    if found < count {
        return Err((at + found, Fault::after(found, count, "bytes")));
    }
    Ok(())
}
