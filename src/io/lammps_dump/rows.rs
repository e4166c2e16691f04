//! The columns of the atoms, and their rows.

use super::header::Header;
use crate::io::bytes::{fields, first_field, leading_f64, leading_i64};
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
    #[inline]
    pub(super) fn row(&self, line: &[u8]) -> Result<Row, Bad> {
        let mut row = Row::default();
        let mut rest = line;
        for role in &self.roles {
            while let [b' ' | b'\t', after @ ..] = rest {
                rest = after;
            }
            let length = match *role {
                Role::Coordinate(axis) => match leading_f64(rest) {
                    Some((value, length)) if value.is_finite() => {
                        row.coordinates[axis] = value;
                        length
                    }
                    _ => return Err(bad(line, rest, "a coordinate", "a finite number")),
                },
                Role::Id => match leading_i64(rest) {
                    Some((value, length)) => {
                        row.id = value;
                        length
                    }
                    None => return Err(bad(line, rest, "an id", "an integer")),
                },
                Role::Type => match leading_i64(rest).map(|(value, length)| (u32::try_from(value), length)) {
                    Some((Ok(value), length)) => {
                        row.kind = value;
                        length
                    }
                    _ => return Err(bad(line, rest, "a type", "an integer of 0 or more")),
                },
                Role::Image(axis) => {
                    match leading_i64(rest).map(|(value, length)| (i32::try_from(value), length)) {
                        Some((Ok(value), length)) => {
                            row.images[axis] = value;
                            length
                        }
                        _ => return Err(bad(line, rest, "an image flag", "an integer")),
                    }
                }
                Role::Skip => match first_field(rest) {
                    Some((field, _)) => field.len(),
                    None => return Err(bad(line, rest, "a column", "a value")),
                },
            };
            rest = &rest[length..];
        }
        if !rest.trim_ascii().is_empty() {
            return Err(bad(line, rest, "what follows the last column", "nothing"));
        }
        Ok(row)
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

/// A field that is none, or a line that is too short.
#[cold]
fn bad(line: &[u8], rest: &[u8], what: &'static str, expected: &'static str) -> Bad {
    match first_field(rest) {
        Some((field, _)) => Bad::new(what, field, expected),
        None => Bad::new("the line of an atom", line, "a value for each column"),
    }
}
