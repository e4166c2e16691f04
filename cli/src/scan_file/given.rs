//! The keys that a scan file gives, and the line of each.

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::source::Source;

/// The keys of one table, each with its line.
#[derive(Debug, Default)]
pub(super) struct GivenKeys(Vec<(String, usize)>);

/// Those of all tables.
#[derive(Debug, Default)]
pub(super) struct AllKeys {
    pub(super) system: GivenKeys,
    /// In the order of the runs.
    pub(super) runs: Vec<GivenKeys>,
}

impl AllKeys {
    /// The keys of a file that has been parsed; none where it cannot be.
    pub(super) fn of(source: &Source) -> Self {
        let Ok(table) = DeTable::parse(source.text()) else {
            return Self::default();
        };
        let runs = match table.get_ref().get("run").map(Spanned::get_ref) {
            Some(DeValue::Array(runs)) => runs.iter().map(|run| GivenKeys::of(source, run)).collect(),
            _ => Vec::new(),
        };
        let system = table.get_ref().get("system");
        Self {
            system: system
                .map(|table| GivenKeys::of(source, table))
                .unwrap_or_default(),
            runs,
        }
    }
}

impl GivenKeys {
    fn of(source: &Source, table: &Spanned<DeValue<'_>>) -> Self {
        let keys = table.get_ref().as_table().into_iter().flat_map(DeTable::keys);
        Self(
            keys.map(|key| (key.get_ref().to_string(), source.line(key)))
                .collect(),
        )
    }

    /// The line of a key; `None` where it is not given.
    pub(super) fn line(&self, name: &str) -> Option<usize> {
        self.iter().find(|(key, _)| *key == name).map(|(_, line)| line)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, usize)> {
        self.0.iter().map(|(key, line)| (key.as_str(), *line))
    }
}
