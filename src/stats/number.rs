//! Numbers as they are written and read, those included that are not finite.
//!
//! Text formats such as JSON have no infinity: there a number that is not finite is written as
//! `"inf"`, `"-inf"` or, where it could not be had at all, as null. Binary formats keep the bits.

use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, Visitor};
use serde::ser::Serializer;

/// One number: `#[serde(with = "crate::stats::number")]`.
pub(crate) fn serialize<S: Serializer>(number: &f64, to: S) -> Result<S::Ok, S::Error> {
    match *number {
        x if x.is_finite() || !to.is_human_readable() => to.serialize_f64(x),
        x if x.is_nan() => to.serialize_none(),
        x if x > 0.0 => to.serialize_str("inf"),
        _ => to.serialize_str("-inf"),
    }
}

pub(crate) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<f64, D::Error> {
    if from.is_human_readable() {
        from.deserialize_any(NumberVisitor)
    } else {
        f64::deserialize(from)
    }
}

struct NumberVisitor;

impl Visitor<'_> for NumberVisitor {
    type Value = f64;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a number, null, \"inf\" or \"-inf\"")
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<f64, E> {
        Ok(number)
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<f64, E> {
        Ok(number as f64)
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<f64, E> {
        Ok(number as f64)
    }

    fn visit_unit<E: Error>(self) -> Result<f64, E> {
        Ok(f64::NAN)
    }

    fn visit_none<E: Error>(self) -> Result<f64, E> {
        Ok(f64::NAN)
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<f64, E> {
        match text {
            "inf" => Ok(f64::INFINITY),
            "-inf" => Ok(f64::NEG_INFINITY),
            _ => Err(E::invalid_value(serde::de::Unexpected::Str(text), &self)),
        }
    }
}

/// The same as a type of its own, for lists.
#[derive(serde::Serialize, serde::Deserialize)]
#[serde(transparent)]
struct Number(#[serde(with = "self")] f64);

/// A list of numbers: `#[serde(with = "crate::stats::number::list")]`.
pub(crate) mod list {
    use super::{Deserialize, Deserializer, Number, Serializer};

    pub(crate) fn serialize<S: Serializer>(numbers: &[f64], to: S) -> Result<S::Ok, S::Error> {
        to.collect_seq(numbers.iter().map(|&x| Number(x)))
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<f64>, D::Error> {
        let numbers: Vec<Number> = Deserialize::deserialize(from)?;
        Ok(numbers.into_iter().map(|x| x.0).collect())
    }
}

/// A list of lists: `#[serde(with = "crate::stats::number::lists")]`.
pub(crate) mod lists {
    use super::{Deserialize, Deserializer, Number, Serializer};

    pub(crate) fn serialize<S: Serializer>(lists: &[Vec<f64>], to: S) -> Result<S::Ok, S::Error> {
        to.collect_seq(
            lists
                .iter()
                .map(|list| list.iter().map(|&x| Number(x)).collect::<Vec<_>>()),
        )
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<Vec<f64>>, D::Error> {
        let lists: Vec<Vec<Number>> = Deserialize::deserialize(from)?;
        Ok(lists
            .into_iter()
            .map(|list| list.into_iter().map(|x| x.0).collect())
            .collect())
    }
}
