//! The second line of an XYZ frame: keys and values.

use crate::io::error::Fault;
use crate::io::text::bytes::{f64_field, fields, i64_field, shown};
use crate::trajectory::FrameTime;

/// The value of a key, in any case: bare, or in double or single quotes, braces or brackets.
pub(super) fn value<'c>(comment: &'c [u8], key: &[u8]) -> Option<&'c [u8]> {
    let mut rest = comment.trim_ascii_start();
    while !rest.is_empty() {
        let (name, after) = split(rest, |byte| byte.is_ascii_whitespace() || byte == b'=');
        rest = after.trim_ascii_start();
        let Some(after) = rest.strip_prefix(b"=").map(<[u8]>::trim_ascii_start) else {
            // A key without a value means true.
            continue;
        };
        let close = match after.first() {
            Some(quote @ (b'"' | b'\'')) => Some(*quote),
            Some(b'{') => Some(b'}'),
            Some(b'[') => Some(b']'),
            _ => None,
        };
        let (found, next) = match close {
            Some(close) => {
                let (found, next) = split(&after[1..], |byte| byte == close);
                (found, next.get(1..).unwrap_or_default())
            }
            None => split(after, |byte| byte.is_ascii_whitespace()),
        };
        if name.eq_ignore_ascii_case(key) {
            return Some(found);
        }
        rest = next.trim_ascii_start();
    }
    None
}

/// What comes before the first byte that ends it, and the rest.
fn split(bytes: &[u8], ends: impl Fn(u8) -> bool) -> (&[u8], &[u8]) {
    let end = bytes.iter().position(|&byte| ends(byte));
    bytes.split_at(end.unwrap_or(bytes.len()))
}

/// The step in the second line of a frame.
pub(super) fn written_step(comment: &[u8]) -> Result<u64, Fault> {
    let expected = "a key `step` with an integer of 0 or more, or a stride from the caller";
    let keys = [&b"step"[..], b"timestep"];
    let found = keys.into_iter().find_map(|key| value(comment, key));
    // LAMMPS writes `Atoms. Timestep: 10`, i-PI `Step: 10`, CP2K `i = 10, time = 5.000`.
    let found = found.or_else(|| after_colon(comment)).or_else(|| {
        value(comment, b"time")?;
        value(comment, b"i").map(|found| found.strip_suffix(b",").unwrap_or(found))
    });
    let missing = || format!("the comment is `{}`, expected {expected}", shown(comment));
    let found = found.ok_or_else(|| Fault::Steps(missing()))?;
    i64_field(found)
        .and_then(|step| u64::try_from(step).ok())
        .ok_or_else(|| Fault::value("the step", &shown(found), expected))
}

/// The time in the second line of a frame: `Time=0.5` of GPUMD, `time = 5.000,` of CP2K.
pub(super) fn written_time(comment: &[u8]) -> Option<FrameTime> {
    let found = value(comment, b"time")?;
    let found = found.strip_suffix(b",").unwrap_or(found);
    FrameTime::printed(std::str::from_utf8(found).ok()?.trim())
}

/// The word behind `Step:` or `Timestep:`.
fn after_colon(comment: &[u8]) -> Option<&[u8]> {
    let mut words = fields(comment);
    let is_step = |word: &[u8]| {
        [&b"step:"[..], b"timestep:"]
            .iter()
            .any(|key| word.eq_ignore_ascii_case(key))
    };
    words.find(|word| is_step(word))?;
    words.next()
}

/// The three vectors of `Lattice`.
pub(super) fn lattice(comment: &[u8]) -> Result<Option<[[f64; 3]; 3]>, Fault> {
    let Some(found) = value(comment, b"Lattice") else {
        return Ok(None);
    };
    let numbers: Option<Vec<f64>> = fields(found).map(f64_field).collect();
    let numbers: [f64; 9] = numbers
        .and_then(|n| n.try_into().ok())
        .ok_or_else(|| Fault::value("the lattice", &shown(found), "nine finite numbers"))?;
    Ok(Some(std::array::from_fn(|i| {
        std::array::from_fn(|j| numbers[3 * i + j])
    })))
}

/// Which column is what.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Columns {
    /// The column of x, which y and z follow.
    position: usize,
    /// Whether particles are followed through the faces of the cell.
    pub(super) unwrapped: bool,
    name: Option<usize>,
    id: Option<usize>,
    count: usize,
    /// Whether there are no more columns.
    exact: bool,
}

/// What the line of a particle holds.
pub(super) struct Row<'l> {
    pub(super) position: [f64; 3],
    pub(super) name: &'l [u8],
    pub(super) id: i64,
}

impl Columns {
    /// The columns of `Properties`; without it name, x, y, z.
    pub(super) fn new(comment: &[u8]) -> Result<Self, Fault> {
        let Some(properties) = value(comment, b"Properties") else {
            return Ok(Self {
                position: 1,
                unwrapped: false,
                name: Some(0),
                id: None,
                count: 4,
                exact: false,
            });
        };
        let expected = "name:type:columns for each property, and among them pos:R:3";
        let fault = || Fault::value("the list of properties", &shown(properties), expected);
        let parts: Vec<&[u8]> = properties.split(|&byte| byte == b':').collect();
        let (triples, []) = parts.as_chunks::<3>() else {
            return Err(fault());
        };
        let mut columns = 0_usize;
        let (mut wrapped, mut unwrapped, mut name, mut id) = (None, None, None, None);
        for [property, kind, count] in triples {
            let count = i64_field(count).and_then(|n| usize::try_from(n).ok());
            let count = count.filter(|n| (1..1000).contains(n)).ok_or_else(fault)?;
            let [property, kind] = [property, kind].map(|text| text.to_ascii_lowercase());
            match (&property[..], &kind[..], count) {
                (b"pos", b"r", 3) => wrapped = Some(columns),
                // GPUMD writes these beside the wrapped ones.
                (b"unwrapped_position", b"r", 3) => unwrapped = Some(columns),
                (b"species" | b"element", b"s", 1) => name = name.or(Some(columns)),
                (b"id", b"i", 1) => id = Some(columns),
                _ => {}
            }
            columns += count;
        }
        Ok(Self {
            position: unwrapped.or(wrapped).ok_or_else(fault)?,
            unwrapped: unwrapped.is_some(),
            name,
            id,
            count: columns,
            exact: true,
        })
    }

    /// Whether particles have ids.
    pub(super) fn has_ids(&self) -> bool {
        self.id.is_some()
    }

    /// Reads the line of a particle.
    pub(super) fn row<'l>(&self, line: &'l [u8]) -> Result<Row<'l>, Fault> {
        let (mut position, mut name, mut id) = ([0.0; 3], &line[..0], 0);
        let mut found = 0;
        for (column, field) in fields(line).enumerate() {
            if let Some(axis) = column.checked_sub(self.position).filter(|&axis| axis < 3) {
                position[axis] = f64_field(field)
                    .filter(|x| x.is_finite())
                    .ok_or_else(|| Fault::value("a coordinate", &shown(field), "a finite number"))?;
            } else if Some(column) == self.name {
                name = field;
            } else if Some(column) == self.id {
                let number = i64_field(field);
                id = number.ok_or_else(|| Fault::value("an id", &shown(field), "an integer"))?;
            }
            found += 1;
        }
        // Plain XYZ may have further columns behind the coordinates.
        if found < self.count || (self.exact && found > self.count) {
            let (what, expected) = ("the line of a particle", "a value for each column");
            return Err(Fault::value(what, &shown(line), expected));
        }
        Ok(Row { position, name, id })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_and_values_in_all_their_quotes() {
        let line = br#"pbc="T T T" flag Step = 7 energy=-1.5 note='a step=3 b' list=[1, 2] set={x y}  last"#;
        let text = |key: &str| value(line, key.as_bytes()).map(|v| String::from_utf8_lossy(v).into_owned());
        assert_eq!(text("pbc").as_deref(), Some("T T T"));
        assert_eq!(text("Step").as_deref(), Some("7"));
        assert_eq!(text("energy").as_deref(), Some("-1.5"));
        assert_eq!(text("list").as_deref(), Some("1, 2"));
        assert_eq!(text("set").as_deref(), Some("x y"));
        assert_eq!(text("STEP").as_deref(), Some("7"));
        assert_eq!(text("steps"), None);
        assert_eq!(text("last"), None);
        assert_eq!(value(b"a=", b"a"), Some(&b""[..]));
        assert_eq!(value(b"a=\"x", b"a"), Some(&b"x"[..]));
        assert_eq!(value(b"=x", b"a"), None);
    }

    #[test]
    fn steps_as_programs_write_them() {
        let step = |comment: &str| written_step(comment.as_bytes()).map_err(|error| error.to_string());
        for comment in [
            " Atoms. Timestep: 70",
            "STEP=70",
            "Timestep = 70",
            "generated t=   0.5 step= 70",
            "# CELL(abcABC): 9 9 9 90 90 90  Step:  70  Bead: 0 positions{angstrom}",
            " i =       70, time =       35.000, E =       -17.1",
        ] {
            assert_eq!(step(comment), Ok(70), "{comment}");
        }
        assert!(
            step("i = 3 atoms")
                .unwrap_err()
                .starts_with("the comment is `i = 3 atoms`")
        );
        assert!(step("Timestep: x").unwrap_err().starts_with("the step is `x`"));
        assert!(step("Timestep:").is_err());
    }

    #[test]
    fn times_as_programs_write_them() {
        let time = |comment: &str| written_time(comment.as_bytes()).map(|time| time.value);
        assert_eq!(
            time(" i =       70, time =       35.000, E =       -17.1"),
            Some(35.0)
        );
        assert_eq!(time("Time=0.50000000 pbc=\"T T T\""), Some(0.5));
        assert_eq!(time("step=3 times=1"), None);
        assert_eq!(time("time=now"), None);
    }

    #[test]
    fn properties_say_where_the_columns_are() {
        let found = Columns::new(b"Properties=id:I:1:species:S:1:vel:R:3:pos:R:3").unwrap();
        let expected = Columns {
            position: 5,
            unwrapped: false,
            name: Some(1),
            id: Some(0),
            count: 8,
            exact: true,
        };
        assert_eq!(found, expected);
        let lower = Columns::new(b"properties=ID:i:1:Species:s:1:VEL:r:3:Pos:r:3");
        assert_eq!(lower.unwrap(), expected);
        let both = Columns::new(b"Properties=pos:R:3:unwrapped_position:R:3").unwrap();
        assert_eq!((both.position, both.unwrapped), (3, true));
        for wrong in ["species:S:1", "pos:R:2", "pos:R", "pos:R:x", "pos:R:3:a:I:0"] {
            assert!(
                Columns::new(format!("Properties={wrong}").as_bytes()).is_err(),
                "{wrong}"
            );
        }
        assert_eq!(
            Columns::new(b"made by hand").ok().map(|c| (c.position, c.exact)),
            Some((1, false))
        );
    }
}
