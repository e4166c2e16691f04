//! Values that are checked as they are read. The messages begin with what was found; the parser knows the key and the line.

use std::path::{Path, PathBuf};

use serde::Deserialize;

/// Most particles of a system: more would not fit into memory.
const MOST_PARTICLES: usize = 1_000_000_000;

/// A positive number.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(try_from = "f64")]
pub(crate) struct Positive(pub(crate) f64);

impl TryFrom<f64> for Positive {
    type Error = String;

    fn try_from(found: f64) -> Result<Self, String> {
        if found.is_finite() && found > 0.0 {
            Ok(Self(found))
        } else {
            Err(format!("found {found}, expected a positive number"))
        }
    }
}

/// A length of time that may be 0.
#[derive(Debug, Clone, Copy, Default, Deserialize)]
#[serde(try_from = "f64")]
pub(crate) struct Duration(pub(crate) f64);

impl TryFrom<f64> for Duration {
    type Error = String;

    fn try_from(found: f64) -> Result<Self, String> {
        if found.is_finite() && found >= 0.0 {
            Ok(Self(found))
        } else {
            Err(format!("found {found}, expected a time, 0 or more"))
        }
    }
}

/// Two positive numbers in rising order.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(try_from = "[f64; 2]")]
pub(crate) struct Interval(pub(crate) [f64; 2]);

impl TryFrom<[f64; 2]> for Interval {
    type Error = String;

    fn try_from([low, high]: [f64; 2]) -> Result<Self, String> {
        if low.is_finite() && high.is_finite() && low > 0.0 && low < high {
            Ok(Self([low, high]))
        } else {
            Err(format!(
                "found [{low}, {high}], expected two positive numbers in rising order"
            ))
        }
    }
}

/// A number of particles.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(try_from = "i64")]
pub(crate) struct Particles(pub(crate) usize);

impl TryFrom<i64> for Particles {
    type Error = String;

    fn try_from(found: i64) -> Result<Self, String> {
        match usize::try_from(found) {
            Ok(particles @ 1..=MOST_PARTICLES) => Ok(Self(particles)),
            Ok(1..) => Err(format!("found {found}, expected at most {MOST_PARTICLES}")),
            _ => Err(format!("found {found}, expected at least 1")),
        }
    }
}

/// The edges of an orthorhombic cell.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(try_from = "RawEdges")]
pub(crate) struct Edges(pub(crate) [f64; 3]);

#[derive(Deserialize)]
#[serde(
    untagged,
    expecting = "found neither, expected a length or a list of three lengths"
)]
enum RawEdges {
    Cube(f64),
    Box([f64; 3]),
}

impl TryFrom<RawEdges> for Edges {
    type Error = String;

    fn try_from(raw: RawEdges) -> Result<Self, String> {
        let edges = match raw {
            RawEdges::Cube(edge) => [edge; 3],
            RawEdges::Box(edges) => edges,
        };
        match edges.into_iter().find(|edge| !(edge.is_finite() && *edge > 0.0)) {
            Some(edge) => Err(format!("found {edge}, expected positive lengths")),
            None => Ok(Self(edges)),
        }
    }
}

/// One file or more.
#[derive(Debug, Clone, Deserialize)]
#[serde(try_from = "RawFiles")]
pub(crate) struct Files(Vec<PathBuf>);

#[derive(Deserialize)]
#[serde(
    untagged,
    expecting = "found neither, expected a file name or a list of file names"
)]
enum RawFiles {
    One(String),
    Many(Vec<String>),
}

impl TryFrom<RawFiles> for Files {
    type Error = String;

    fn try_from(raw: RawFiles) -> Result<Self, String> {
        let names = match raw {
            RawFiles::One(name) => vec![name],
            RawFiles::Many(names) => names,
        };
        if names.is_empty() || names.iter().any(String::is_empty) {
            return Err("found an empty list or name, expected a file name".to_owned());
        }
        match (1..names.len()).find(|&k| names[..k].contains(&names[k])) {
            Some(k) => Err(format!("found {} twice, expected different replicas", names[k])),
            None => Ok(Self(names.into_iter().map(PathBuf::from).collect())),
        }
    }
}

impl Files {
    /// The paths, seen from this directory.
    pub(super) fn move_to(&mut self, dir: &Path) {
        for path in &mut self.0 {
            *path = dir.join(&*path);
        }
    }

    pub(crate) fn paths(&self) -> &[PathBuf] {
        &self.0
    }
}

/// A text that says something.
#[derive(Debug, Clone, Deserialize)]
#[serde(try_from = "String")]
pub(crate) struct Exclusion(pub(crate) String);

impl TryFrom<String> for Exclusion {
    type Error = String;

    fn try_from(reason: String) -> Result<Self, String> {
        if reason.trim().is_empty() {
            return Err("found no text, expected the reason".to_owned());
        }
        Ok(Self(reason))
    }
}

/// A name that files can be given.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub(crate) struct FileName(pub(crate) String);

impl TryFrom<String> for FileName {
    type Error = String;

    fn try_from(name: String) -> Result<Self, String> {
        if name.is_empty() || name.starts_with('.') || name.contains(['/', '\\', '\0', '\n']) {
            return Err(format!("found `{name}`, expected a name that a file can have"));
        }
        Ok(Self(name))
    }
}
