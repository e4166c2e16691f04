//! The columns of the atoms, and their rows.

use super::header::Header;
use crate::io::bytes::{fields, first_field, is_separator, leading_f64, leading_i64};
use crate::io::frame_text::Bad;
use crate::trajectory::Convention;

/// What a column is read as.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Role {
    Skip,
    Id,
    Type,
    Coordinate(usize),
    Image(usize),
}

/// One atom.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Row {
    pub(super) id: i64,
    pub(super) kind: u32,
    coordinates: [f64; 3],
    pub(super) images: [i32; 3],
}

impl Row {
    /// Reads what `rest` begins with as `role` asks, and returns how long it is; where it is no such thing, what it should
    /// have been. No number goes beyond its line.
    #[inline(always)]
    fn take(&mut self, role: Role, rest: &[u8]) -> Result<usize, (&'static str, &'static str)> {
        match role {
            Role::Coordinate(axis) => match leading_f64(rest) {
                Some((value, length)) if value.is_finite() => {
                    self.coordinates[axis] = value;
                    Ok(length)
                }
                _ => Err(("a coordinate", "a finite number")),
            },
            Role::Id => {
                let (value, length) = leading_i64(rest).ok_or(("an id", "an integer"))?;
                self.id = value;
                Ok(length)
            }
            Role::Type => match leading_i64(rest).map(|(value, length)| (u32::try_from(value), length)) {
                Some((Ok(value), length)) => {
                    self.kind = value;
                    Ok(length)
                }
                _ => Err(("a type", "an integer of 0 or more")),
            },
            Role::Image(axis) => {
                match leading_i64(rest).map(|(value, length)| (i32::try_from(value), length)) {
                    Some((Ok(value), length)) => {
                        self.images[axis] = value;
                        Ok(length)
                    }
                    _ => Err(("an image flag", "an integer")),
                }
            }
            Role::Skip => match rest
                .iter()
                .position(|&byte| is_separator(byte))
                .unwrap_or(rest.len())
            {
                0 => Err(("a column", "a value")),
                length => Ok(length),
            },
        }
    }
}

/// The columns of a dump.
#[derive(Debug)]
pub(super) struct Columns {
    names: Vec<u8>,
    roles: Vec<Role>,
    scaled: bool,
    wrapped: bool,
    images: bool,
}

impl Columns {
    /// The columns that `names` lists; the kind of column that is missing, where one is.
    pub(super) fn new(names: &[u8]) -> Result<Self, &'static str> {
        let words: Vec<&[u8]> = fields(names).collect();
        let find = |name: &[u8]| words.iter().position(|word| *word == name);
        let all = |names: [&[u8]; 3]| -> Option<[usize; 3]> {
            let [x, y, z] = names.map(find);
            Some([x?, y?, z?])
        };
        let kinds: [([&[u8]; 3], bool, bool); 4] = [
            ([b"xu", b"yu", b"zu"], false, false),
            ([b"xsu", b"ysu", b"zsu"], true, false),
            ([b"x", b"y", b"z"], false, true),
            ([b"xs", b"ys", b"zs"], true, true),
        ];
        let (coordinates, scaled, wrapped) = kinds
            .into_iter()
            .find_map(|(names, scaled, wrapped)| Some((all(names)?, scaled, wrapped)))
            .ok_or("of coordinates (xu yu zu, xsu ysu zsu, x y z or xs ys zs)")?;
        let mut roles = vec![Role::Skip; words.len()];
        roles[find(b"id").ok_or("`id`, without which no particle can be followed,")?] = Role::Id;
        if let Some(column) = find(b"type") {
            roles[column] = Role::Type;
        }
        for (axis, column) in coordinates.into_iter().enumerate() {
            roles[column] = Role::Coordinate(axis);
        }
        let images = all([b"ix", b"iy", b"iz"]).filter(|_| wrapped);
        for (axis, column) in images.into_iter().flatten().enumerate() {
            roles[column] = Role::Image(axis);
        }
        Ok(Self {
            names: names.trim_ascii().to_vec(),
            roles,
            scaled,
            wrapped,
            images: images.is_some(),
        })
    }

    pub(super) fn convention(&self) -> Convention {
        if self.wrapped {
            Convention::Wrapped
        } else {
            Convention::Unwrapped
        }
    }

    pub(super) fn has_types(&self) -> bool {
        self.roles.contains(&Role::Type)
    }

    pub(super) fn has_images(&self) -> bool {
        self.images
    }

    /// Whether these are the columns that `names` lists.
    pub(super) fn are(&self, names: &[u8]) -> bool {
        names.trim_ascii() == self.names
    }

    #[cold]
    pub(super) fn changed(&self, names: &[u8]) -> Bad {
        Bad::new(
            "the list of columns",
            names.trim_ascii(),
            "that of the first frame",
        )
    }

    /// The atom of a line.
    pub(super) fn row(&self, line: &[u8]) -> Result<Row, Bad> {
        let mut row = Row::default();
        let mut rest = line;
        for &role in &self.roles {
            rest = after_blanks(rest);
            match row.take(role, rest) {
                Ok(length) => rest = &rest[length..],
                Err((what, expected)) => return Err(bad(line, rest, what, expected)),
            }
        }
        if !rest.trim_ascii().is_empty() {
            return Err(bad(line, rest, "what follows the last column", "nothing"));
        }
        Ok(row)
    }

    /// The atom of the line that `text` begins with, and the bytes of that line with its end: `None` where its end is not
    /// there, or something is wrong with it. The columns lead to the end, which need not be looked for.
    #[inline]
    pub(super) fn whole_row(&self, text: &[u8]) -> Option<(Row, usize)> {
        let mut row = Row::default();
        let mut rest = text;
        for &role in &self.roles {
            rest = after_blanks(rest);
            let length = row.take(role, rest).ok()?;
            rest = &rest[length..];
        }
        let rest = match after_blanks(rest) {
            [b'\n', after @ ..] | [b'\r', b'\n', after @ ..] => after,
            _ => return None,
        };
        Some((row, text.len() - rest.len()))
    }

    /// The position of an atom.
    #[inline]
    pub(super) fn position(&self, row: &Row, header: &Header) -> [f64; 3] {
        let [s, t, u] = row.coordinates;
        if !self.scaled {
            return row.coordinates;
        }
        let [a, b, c] = &header.vectors;
        std::array::from_fn(|i| header.origin[i] + s * a[i] + t * b[i] + u * c[i])
    }
}

#[inline]
fn after_blanks(mut bytes: &[u8]) -> &[u8] {
    while let [b' ' | b'\t', after @ ..] = bytes {
        bytes = after;
    }
    bytes
}

/// A field that is none, or a line that is too short.
#[cold]
fn bad(line: &[u8], rest: &[u8], what: &'static str, expected: &'static str) -> Bad {
    match first_field(rest) {
        Some((field, _)) => Bad::new(what, field, expected),
        None => Bad::new("the line of an atom", line, "a value for each column"),
    }
}
