//! The species of a system, from the types or names in the first frame of a file.

use std::path::PathBuf;

use toml::Value;

use super::document::text;
use super::frames::{FrameFile, Labels};
use crate::scan_file::is_species_name;

/// Most species that are told apart. More labels are of something else.
const MOST: usize = 30;

/// The values of the keys `species` and `types`.
pub(super) struct SpeciesDraft {
    pub(super) value: String,
    pub(super) types: Option<PathBuf>,
    /// What shows them.
    pub(super) why: String,
}

impl SpeciesDraft {
    /// The species as the first of these files with labels has them; `None` where none has, or
    /// where its labels are no species.
    pub(super) fn of<'a>(files: impl Iterator<Item = &'a FrameFile>) -> Option<Self> {
        let mut files = files.filter_map(|file| Some((file, file.labels()?)));
        files.find_map(|(file, labels)| Self::of_labels(file, labels))
    }

    fn of_labels(file: &FrameFile, labels: Labels<'_>) -> Option<Self> {
        let (blocks, words) = match labels {
            Labels::Types(types) => (blocks(types.iter().map(ToString::to_string))?, false),
            Labels::Names(names) => (blocks(names.iter().cloned())?, true),
        };
        let mut kinds: Vec<&str> = blocks.iter().map(|(label, _)| label.as_str()).collect();
        kinds.sort_unstable();
        kinds.dedup();
        let (is_sorted, shown) = (kinds.len() == blocks.len(), file.file.display());
        if !is_sorted && !words {
            kinds.sort_by_key(|label| label.parse::<u64>().unwrap_or(u64::MAX));
        }
        let what = if words { "names" } else { "types" };
        let entry = |label: &str, place: u8, key: &str, value: Value| {
            let name = name_of(label, place, words)?;
            Some(format!("{{ name = {name}, {key} = {value} }}"))
        };
        let (entries, types): (Option<Vec<String>>, _) = if is_sorted {
            let entries = blocks.iter().zip(0..).map(|((label, count), place)| {
                let count = Value::Integer(i64::try_from(*count).ok()?);
                entry(label, place, "count", count)
            });
            (entries.collect(), None)
        } else {
            let entries = kinds.iter().zip(0..).map(|(label, place)| {
                let kind = if words {
                    text(label)
                } else {
                    Value::Integer(label.parse().ok()?)
                };
                entry(label, place, "type", kind)
            });
            (entries.collect(), Some(file.file.clone()))
        };
        let order = "particles must stand in the same order in all files";
        let letters = if words {
            ""
        } else {
            ", and letters name their numbers"
        };
        Some(Self {
            value: format!("[ {} ]", entries?.join(", ")),
            types,
            why: format!("{what} in {shown}; {order}{letters}"),
        })
    }
}

/// The name of a species: the label, or a letter for a number.
fn name_of(label: &str, place: u8, is_word: bool) -> Option<Value> {
    if is_word {
        return is_species_name(label).then(|| text(label));
    }
    let letter = (b'A'..=b'Z').nth(usize::from(place));
    Some(letter.map_or_else(
        || text(&format!("type{label}")),
        |letter| text(&char::from(letter).to_string()),
    ))
}

/// Labels that follow each other, with how often each does; `None` where there are too many
/// different ones. Blocks that come again are not counted on.
fn blocks(labels: impl Iterator<Item = String>) -> Option<Vec<(String, usize)>> {
    let mut blocks: Vec<(String, usize)> = Vec::new();
    let mut known: Vec<String> = Vec::new();
    for label in labels {
        match blocks.last_mut() {
            Some((last, count)) if *last == label => {
                *count += 1;
                continue;
            }
            _ => {}
        }
        if !known.contains(&label) {
            known.push(label.clone());
        }
        if known.len() > MOST {
            return None;
        }
        blocks.push((label, 1));
    }
    (!blocks.is_empty()).then_some(blocks)
}
