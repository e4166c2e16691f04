//! The columns of the atoms, and their rows.

use super::header::Header;
use crate::io::error::Fault;
use crate::io::text::bytes::{field_length, fields, leading_f64, leading_i64, shown};

/// What a column is read as.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Role {
    Skip,
    Id,
    Type,
    /// A word: an element, or the label of a type.
    Name,
    Coordinate(usize),
    Image(usize),
}

/// What an atom is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Kind {
    /// The number of its type.
    pub(super) number: u32,
    /// The place of its name in [`Columns::labels`].
    pub(super) label: u32,
}

/// One atom.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Row {
    pub(super) id: i64,
    pub(super) kind: Kind,
    coordinates: [f64; 3],
    pub(super) images: [i32; 3],
}

/// What a column is, and what it should hold.
type Expected = (&'static str, &'static str);

/// The text in place of a column, and what it should have been.
type Damage<'t> = (&'t [u8], Expected);

impl Role {
    /// What a column of this role is, and what it should hold.
    fn expected(self) -> Expected {
        match self {
            Self::Coordinate(_) => ("a coordinate", "a finite number"),
            Self::Id => ("an id", "an integer"),
            Self::Type => ("a type", "an integer of 0 or more"),
            Self::Name => ("a name", "a word"),
            Self::Image(_) => ("an image flag", "an integer"),
            Self::Skip => ("a column", "a value"),
        }
    }
}

impl Row {
    /// Reads the field at the beginning of `rest` as `role` says, and returns its length; `None`
    /// where it is something else. No field reaches beyond its line.
    #[inline(always)]
    fn take(&mut self, role: Role, rest: &[u8], labels: &[Vec<u8>]) -> Option<usize> {
        match role {
            Role::Coordinate(axis) => {
                let (value, length) = leading_f64(rest).filter(|(value, _)| value.is_finite())?;
                self.coordinates[axis] = value;
                Some(length)
            }
            Role::Id => {
                let (value, length) = leading_i64(rest)?;
                self.id = value;
                Some(length)
            }
            Role::Type => {
                let (value, length) = integer(rest)?;
                self.kind.number = value;
                Some(length)
            }
            Role::Name => {
                let length = Some(field_length(rest)).filter(|&length| length > 0)?;
                self.kind.label = place_of(&rest[..length], labels);
                Some(length)
            }
            Role::Image(axis) => {
                let (value, length) = integer(rest)?;
                self.images[axis] = value;
                Some(length)
            }
            Role::Skip => Some(field_length(rest)).filter(|&length| length > 0),
        }
    }
}

/// The place of a name among the labels; apart, so that rows without names stay short.
#[inline(never)]
fn place_of(name: &[u8], labels: &[Vec<u8>]) -> u32 {
    let known = labels.iter().position(|label| label == name);
    known.map_or(u32::MAX, |at| at as u32)
}

/// The integer that `rest` begins with, and its length.
#[inline(always)]
fn integer<N: TryFrom<i64>>(rest: &[u8]) -> Option<(N, usize)> {
    let (value, length) = leading_i64(rest)?;
    Some((N::try_from(value).ok()?, length))
}

/// The columns of a dump.
#[derive(Debug, Default)]
pub(super) struct Columns {
    names: Vec<u8>,
    roles: Vec<Role>,
    scaled: bool,
    pub(super) wrapped: bool,
    pub(super) has_images: bool,
    pub(super) has_types: bool,
    pub(super) has_ids: bool,
    /// The different names in the first frame.
    pub(super) labels: Vec<Vec<u8>>,
}

/// A larger number of different names is damage.
const MOST_LABELS: usize = 1000;

impl Columns {
    /// The columns that `names` lists. The column `id` must be among them, unless particles come
    /// `in_order`, and then it is not looked at.
    pub(super) fn new(names: &[u8], in_order: bool) -> Result<Self, Fault> {
        let missing = |column: &str, expected: &str| {
            let found = String::from_utf8_lossy(names.trim_ascii());
            let found: String = found.chars().take(200).collect();
            Fault::Columns(format!(
                "no column {column}, expected {expected}, found `{found}`"
            ))
        };
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
            .ok_or_else(|| missing("of coordinates", "xu yu zu, xsu ysu zsu, x y z or xs ys zs"))?;
        let mut roles = vec![Role::Skip; words.len()];
        if !in_order {
            let expected =
                "one by which to follow a particle, or a request to take particles in the order of the file";
            let id = find(b"id").ok_or_else(|| missing("`id`", expected))?;
            roles[id] = Role::Id;
        }
        if let Some(column) = find(b"type") {
            roles[column] = Role::Type;
        }
        if let Some(column) = find(b"element") {
            roles[column] = Role::Name;
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
            has_images: images.is_some(),
            has_types: find(b"type").is_some(),
            has_ids: !in_order,
            labels: Vec::new(),
        })
    }

    /// Learns from a line of the first frame whether types are numbers, which the first line
    /// tells, and the names.
    pub(super) fn learn(&mut self, line: &[u8], is_first: bool) -> Result<(), Fault> {
        let place = |role| self.roles.iter().position(|&r| r == role);
        let field = |column| fields(line).nth(column).unwrap_or_default();
        if is_first && let Some(column) = place(Role::Type) {
            let first = field(column).first().copied().unwrap_or(b'0');
            if !(first.is_ascii_digit() || b"+-".contains(&first)) {
                self.has_types = false;
                let taken = place(Role::Name).is_some();
                self.roles[column] = if taken { Role::Skip } else { Role::Name };
            }
        }
        let Some(column) = self.roles.iter().position(|&r| r == Role::Name) else {
            return Ok(());
        };
        let name = field(column);
        if name.is_empty() || self.labels.iter().any(|label| label == name) {
            return Ok(());
        }
        if self.labels.len() == MOST_LABELS {
            let expected = "at most 1000 different names";
            return Err(Fault::value("a new name", &shown(name), expected));
        }
        self.labels.push(name.to_vec());
        Ok(())
    }

    /// Passes over types and names from here on.
    pub(super) fn ignore_types(&mut self) {
        for role in &mut self.roles {
            if matches!(role, Role::Type | Role::Name) {
                *role = Role::Skip;
            }
        }
    }

    /// Whether these are the columns that `names` lists.
    pub(super) fn are(&self, names: &[u8]) -> bool {
        names.trim_ascii() == self.names
    }

    /// The atom of a line.
    pub(super) fn row(&self, line: &[u8]) -> Result<Row, Fault> {
        let fault = |(rest, (what, expected))| match fields(rest).next() {
            Some(field) => Fault::value(what, &shown(field), expected),
            None => Fault::value("the line of an atom", &shown(line), "a value for each column"),
        };
        let mut row = Row::default();
        let rest = self.parse(line, &mut row).map_err(fault)?;
        if !rest.trim_ascii().is_empty() {
            return Err(fault((rest, ("what follows the last column", "nothing"))));
        }
        Ok(row)
    }

    /// Takes the atom of the line at the beginning of `text`, and returns the length of that line
    /// including its end; `None` where the end is missing or the line is damaged. The columns lead
    /// to the end of the line, so that nothing needs to search for it.
    #[inline]
    pub(super) fn whole_row(&self, text: &[u8], row: &mut Row) -> Option<usize> {
        let rest = self.parse(text, row).ok()?;
        let rest = match after_blanks(rest) {
            [b'\n', after @ ..] | [b'\r', b'\n', after @ ..] => after,
            _ => return None,
        };
        Some(text.len() - rest.len())
    }

    /// Takes the atom at the beginning of `text`, and returns what follows its last column, or the
    /// text in place of a column, with what it should have been.
    #[inline(always)]
    fn parse<'t>(&self, text: &'t [u8], row: &mut Row) -> Result<&'t [u8], Damage<'t>> {
        let mut rest = text;
        for &role in &self.roles {
            rest = after_blanks(rest);
            let length = row
                .take(role, rest, &self.labels)
                .ok_or_else(|| (rest, role.expected()))?;
            rest = &rest[length..];
        }
        Ok(rest)
    }

    /// The position of an atom.
    #[inline]
    pub(super) fn position(&self, row: &Row, header: &Header) -> [f64; 3] {
        let [s, t, u] = row.coordinates;
        if !self.scaled {
            return row.coordinates;
        }
        let [a, b, c] = &header.bounds.vectors;
        std::array::from_fn(|i| header.bounds.origin[i] + s * a[i] + t * b[i] + u * c[i])
    }
}

#[inline]
fn after_blanks(mut bytes: &[u8]) -> &[u8] {
    while let [b' ' | b'\t', after @ ..] = bytes {
        bytes = after;
    }
    bytes
}
