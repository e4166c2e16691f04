//! Values that are checked as they are read. Each message says what was found and what was
//! expected; the parser adds the key and the line. A check returns a value or an `Option`, as the
//! field needs it.

use std::fmt::Display;
use std::path::PathBuf;

use msed::io::{Column, RunChoice};
use msed::stats::short;
use serde::de::Error;
use serde::{Deserialize, Deserializer};
use toml::Spanned;

use super::run::Discard;

/// Most particles of a system: more would not fit into memory.
const MOST_PARTICLES: usize = 1_000_000_000;

/// Most degrees of freedom of a particle, which is an atom or a molecule: a larger number is that
/// of the whole system.
const MOST_FREEDOM: f64 = 1000.0;

type Files = Vec<PathBuf>;

fn check<E: Error>(is_right: bool, found: impl Display, expected: &str) -> Result<(), E> {
    if is_right {
        return Ok(());
    }
    Err(E::custom(format_args!("found {found}, expected {expected}")))
}

fn is_positive(number: f64) -> bool {
    number.is_finite() && number > 0.0
}

pub(super) fn positive<'de, T: From<f64>, D: Deserializer<'de>>(from: D) -> Result<T, D::Error> {
    let found = f64::deserialize(from)?;
    check(is_positive(found), short(found, 12), "a positive number")?;
    Ok(found.into())
}

/// A positive number with its place.
pub(super) fn placed<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Spanned<f64>>, D::Error> {
    let found = Spanned::<f64>::deserialize(from)?;
    check(
        is_positive(*found.get_ref()),
        short(*found.get_ref(), 12),
        "a positive number",
    )?;
    Ok(Some(found))
}

/// Degrees of freedom per particle.
pub(super) fn degrees_of_freedom<'de, D: Deserializer<'de>>(
    from: D,
) -> Result<Option<Choice<f64>>, D::Error> {
    #[derive(Deserialize)]
    #[serde(
        untagged,
        expecting = "found neither, expected degrees of freedom per particle, or \"automatic\" for those of free atoms"
    )]
    enum Given {
        Number(f64),
        Word(Automatic),
    }
    let found = match Given::deserialize(from)? {
        Given::Number(found) => found,
        Given::Word(Automatic::Automatic) => return Ok(Some(Choice::Automatic)),
    };
    check(
        is_positive(found) && found <= MOST_FREEDOM,
        short(found, 12),
        "degrees of freedom per particle, such as 6 - 3/N for N rigid molecules",
    )?;
    Ok(Some(Choice::Given(found)))
}

/// The pressure of a barostat, which may be 0 or below.
pub(super) fn pressure<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Choice<f64>>, D::Error> {
    #[derive(Deserialize)]
    #[serde(
        untagged,
        expecting = "found neither, expected a pressure, or \"automatic\" for the mean of the pressure column"
    )]
    enum Given {
        Number(f64),
        Word(Automatic),
    }
    let found = match Given::deserialize(from)? {
        Given::Number(found) => found,
        Given::Word(Automatic::Automatic) => return Ok(Some(Choice::Automatic)),
    };
    check(found.is_finite(), short(found, 12), "a finite pressure")?;
    Ok(Some(Choice::Given(found)))
}

/// A length of time that may be 0, or the word `automatic` for one that is to be found.
pub(super) fn discard<'de, D: Deserializer<'de>>(from: D) -> Result<Discard, D::Error> {
    #[derive(Deserialize)]
    #[serde(
        untagged,
        expecting = "found neither, expected a time, 0 or more, or \"automatic\""
    )]
    enum Given {
        Time(f64),
        Word(Automatic),
    }
    match Given::deserialize(from)? {
        Given::Time(found) => {
            check(
                found.is_finite() && found >= 0.0,
                short(found, 12),
                "a time, 0 or more",
            )?;
            Ok(Discard::Time(found))
        }
        Given::Word(Automatic::Automatic) => Ok(Discard::Automatic),
    }
}

/// Two positive numbers in rising order.
pub(super) fn interval<'de, D: Deserializer<'de>>(from: D) -> Result<Option<[f64; 2]>, D::Error> {
    let [low, high] = <[f64; 2]>::deserialize(from)?;
    check(
        is_positive(low) && is_positive(high) && low < high,
        format!("[{}, {}]", short(low, 12), short(high, 12)),
        "two positive numbers in rising order",
    )?;
    Ok(Some([low, high]))
}

pub(super) fn particles<'de, D: Deserializer<'de>>(from: D) -> Result<usize, D::Error> {
    let found = i64::deserialize(from)?;
    check(found >= 1, found, "at least 1")?;
    let particles = usize::try_from(found).unwrap_or(usize::MAX);
    check(
        particles <= MOST_PARTICLES,
        found,
        &format!("at most {MOST_PARTICLES}"),
    )?;
    Ok(particles)
}

/// A number of dimensions, with its place.
pub(super) fn dimensions<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Spanned<u32>>, D::Error> {
    let found = Spanned::<i64>::deserialize(from)?;
    let span = found.span();
    match found.into_inner() {
        two @ (2 | 3) => Ok(Some(Spanned::new(span, two as u32))),
        found => check(false, found, "2 or 3").map(|()| None),
    }
}

/// The masses of the particles of a molecule, some of which may be 0.
pub(super) fn masses<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Vec<f64>>, D::Error> {
    let masses = Vec::<f64>::deserialize(from)?;
    let fit = |mass: &f64| mass.is_finite() && *mass >= 0.0;
    let found = format_args!("{masses:?}").to_string();
    check(
        masses.iter().all(fit) && masses.iter().any(|&mass| mass > 0.0),
        found,
        "the mass of each particle of the molecule, of which one is positive and none negative",
    )?;
    Ok(Some(masses))
}

/// A value, or the word `automatic` for what counts without the key.
#[derive(Debug, Clone, Copy)]
pub(super) enum Choice<T> {
    Automatic,
    Given(T),
}

impl<T> Choice<T> {
    /// The choice of a run, else that of the system: the value, where there is one.
    pub(super) fn of(run: Option<&Self>, system: Option<&Self>) -> Option<T>
    where
        T: Clone,
    {
        match run.or(system) {
            Some(Self::Given(value)) => Some(value.clone()),
            Some(Self::Automatic) | None => None,
        }
    }
}

/// The word for what counts without the key.
#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum Automatic {
    Automatic,
}

/// The edges of an orthorhombic cell.
pub(super) fn edges<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Choice<[f64; 3]>>, D::Error> {
    #[derive(Deserialize)]
    #[serde(
        untagged,
        expecting = "found neither, expected a length, a list of three lengths, or \"automatic\""
    )]
    enum Edges {
        Cube(f64),
        Box([f64; 3]),
        Word(Automatic),
    }
    let edges = match Edges::deserialize(from)? {
        Edges::Cube(edge) => [edge; 3],
        Edges::Box(edges) => edges,
        Edges::Word(Automatic::Automatic) => return Ok(Some(Choice::Automatic)),
    };
    for edge in edges {
        check(is_positive(edge), short(edge, 12), "positive lengths")?;
    }
    Ok(Some(Choice::Given(edges)))
}

/// A column that may also be none, which the word says.
pub(super) fn column_or_none<'de, D: Deserializer<'de>>(
    from: D,
) -> Result<Option<Choice<Option<Column>>>, D::Error> {
    let none = Column::from("none");
    Ok(column(from)?.map(|choice| match choice {
        Choice::Automatic => Choice::Automatic,
        Choice::Given(column) => Choice::Given(Some(column).filter(|column| *column != none)),
    }))
}

/// The files of each replica, with the place where they are named: one name, a list of replicas,
/// or replicas in pieces as lists in the list.
pub(super) fn pieces<'de, T: From<Spanned<Vec<Files>>>, D: Deserializer<'de>>(
    from: D,
) -> Result<T, D::Error> {
    #[derive(Deserialize)]
    #[serde(
        untagged,
        expecting = "found neither, expected a file name, a list of file names, or a list of lists of them"
    )]
    enum Names {
        One(String),
        Many(Vec<Replica>),
    }
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Replica {
        One(String),
        Pieces(Vec<String>),
    }
    let found = Spanned::<Names>::deserialize(from)?;
    let span = found.span();
    let replicas = match found.into_inner() {
        Names::One(name) => vec![vec![name]],
        Names::Many(replicas) => {
            let names = |replica| match replica {
                Replica::One(name) => vec![name],
                Replica::Pieces(names) => names,
            };
            replicas.into_iter().map(names).collect()
        }
    };
    let all: Vec<&String> = replicas.iter().flatten().collect();
    let named = !replicas.iter().any(Vec::is_empty) && !all.iter().any(|name| name.is_empty());
    check(named && !all.is_empty(), "an empty list or name", "a file name")?;
    for (k, name) in all.iter().enumerate() {
        let twice = format_args!("{name} twice").to_string();
        check(!all[..k].contains(name), twice, "different files")?;
    }
    let files = |names: Vec<String>| names.into_iter().map(PathBuf::from).collect();
    let replicas = replicas.into_iter().map(files).collect();
    Ok(Spanned::new(span, replicas).into())
}

/// A column, by its name or by its number from 1. The word `automatic` is no name here.
pub(super) fn column<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Choice<Column>>, D::Error> {
    #[derive(Deserialize)]
    #[serde(
        untagged,
        expecting = "found neither, expected the name of a column, or its number from 1"
    )]
    enum Given {
        Word(Automatic),
        Name(String),
        Number(i64),
    }
    match Given::deserialize(from)? {
        Given::Word(Automatic::Automatic) => Ok(Some(Choice::Automatic)),
        Given::Name(name) => {
            check(!name.is_empty(), "no text", "the name of a column")?;
            Ok(Some(Choice::Given(Column::from(name.as_str()))))
        }
        Given::Number(number) => {
            let place = number
                .checked_sub(1)
                .and_then(|place| usize::try_from(place).ok());
            check(place.is_some(), number, "the number of a column, from 1")?;
            Ok(place.map(|place| Choice::Given(Column::from(place))))
        }
    }
}

/// Which run of a log is meant: the last, the last joined with those that it continues, or a
/// number from 1.
pub(super) fn log_run<'de, D: Deserializer<'de>>(from: D) -> Result<Option<RunChoice>, D::Error> {
    #[derive(Deserialize)]
    #[serde(
        untagged,
        expecting = "found neither, expected \"last\", \"joined\" or the number of a run, from 1"
    )]
    enum Given {
        Number(i64),
        Word(Word),
    }
    #[derive(Deserialize)]
    #[serde(rename_all = "lowercase")]
    enum Word {
        Last,
        Joined,
    }
    match Given::deserialize(from)? {
        Given::Word(Word::Last) => Ok(Some(RunChoice::Last)),
        Given::Word(Word::Joined) => Ok(Some(RunChoice::Continued)),
        Given::Number(found) => {
            check(found >= 1, found, "the number of a run, from 1")?;
            let number = usize::try_from(found).unwrap_or(usize::MAX);
            Ok(Some(RunChoice::Number(number)))
        }
    }
}

/// Why something is left out.
pub(super) fn exclusion<'de, D: Deserializer<'de>>(from: D) -> Result<Option<String>, D::Error> {
    let reason = String::deserialize(from)?;
    check(!reason.trim().is_empty(), "no text", "the reason")?;
    Ok(Some(reason))
}

/// A name that files can be given, with its place.
pub(super) fn file_name<'de, D: Deserializer<'de>>(from: D) -> Result<Spanned<String>, D::Error> {
    let name = Spanned::<String>::deserialize(from)?;
    let text = name.get_ref();
    let possible = !text.is_empty() && !text.starts_with('.') && !text.contains(['/', '\\', '\0', '\n']);
    check(
        possible,
        format_args!("`{}`", visible(text)),
        "a name that a file can have",
    )?;
    Ok(name)
}

/// A text that stands in a line of the tables.
pub(super) fn one_line<'de, D: Deserializer<'de>>(from: D) -> Result<String, D::Error> {
    let text = String::deserialize(from)?;
    let possible = !text.chars().any(char::is_control);
    check(
        possible,
        format_args!("`{}`", visible(&text)),
        "a text of one line",
    )?;
    Ok(text)
}

/// A text with its line breaks and other control characters written out.
fn visible(text: &str) -> String {
    let shown = text.chars().map(|c| match c {
        c if c.is_control() => c.escape_default().to_string(),
        c => c.to_string(),
    });
    shown.collect()
}
