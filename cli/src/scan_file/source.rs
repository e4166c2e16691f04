//! The text of the scan file, and places in it.

use std::fmt::Display;
use std::path::{Path, PathBuf};

use serde::de::DeserializeOwned;
use toml::Spanned;

use super::keys::{meaning, other_table};
use crate::failure::Failure;
use crate::input::check_file;

/// A scan file, or flags that say the same: its name and its text.
#[derive(Debug)]
pub(crate) struct Source {
    /// `None` for the command line, which has no lines.
    file: Option<PathBuf>,
    text: String,
}

impl Source {
    pub(super) fn read(file: PathBuf) -> Result<Self, Failure> {
        check_file(&file)?;
        let bytes = std::fs::read(&file)
            .map_err(|source| Failure::new(format!("cannot open {}: {source}", file.display())))?;
        match String::from_utf8(bytes) {
            Ok(text) => {
                let text = text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text);
                Ok(Self {
                    file: Some(file),
                    text,
                })
            }
            Err(error) => {
                let line = line_at(error.as_bytes(), error.utf8_error().valid_up_to());
                let place = format!("{}:{line}", file.display());
                Err(Failure::at(
                    place,
                    "found bytes that are not UTF-8, expected TOML text",
                ))
            }
        }
    }

    /// What the flags of a command line say.
    pub(super) fn of_flags(table: &toml::Table) -> Self {
        Self {
            file: None,
            text: table.to_string(),
        }
    }

    pub(super) fn name(&self) -> impl Display {
        let file = self.file.as_deref().unwrap_or_else(|| Path::new("command line"));
        file.display()
    }

    /// The line of a value.
    pub(super) fn line<T>(&self, value: &Spanned<T>) -> usize {
        line_at(self.text.as_bytes(), value.span().start)
    }

    /// A line of the file by its name. The command line is one line.
    pub(super) fn place(&self, line: usize) -> String {
        match &self.file {
            Some(file) => format!("{}:{line}", file.display()),
            None => self.name().to_string(),
        }
    }

    /// The text of the file.
    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// What is wrong with a value.
    pub(super) fn failure<T>(&self, value: &Spanned<T>, message: impl Display) -> Failure {
        Failure::at(self.place(self.line(value)), message)
    }

    /// Parses the file. A message about a mistake names its line and its key.
    pub(super) fn parse<T: DeserializeOwned>(&self) -> Result<T, Failure> {
        toml::from_str(&self.text).map_err(|error| {
            let start = error.span().map_or(0, |span| span.start);
            let line = line_at(self.text.as_bytes(), start);
            Failure::at(self.place(line), self.explain(&error, line))
        })
    }

    /// The message of the parser in the words of this program.
    fn explain(&self, error: &toml::de::Error, line: usize) -> String {
        let message = error.message();
        let key = self.key_at(line);
        if let Some(missing) = message.strip_prefix("missing field ") {
            return format!(
                "no key {missing}, expected {}",
                meaning(missing.trim_matches('`'))
            );
        }
        if let Some(rest) = message.strip_prefix("unknown field ") {
            let name = rest.split('`').nth(1).unwrap_or_default();
            if let Some(table) = other_table(name) {
                return format!("found `{name}` in another table, expected it in {table}");
            }
            return format!("unknown key {rest}");
        }
        if message.starts_with("duplicate") {
            let key = key.map_or_else(String::new, |key| format!("`{key}` "));
            return format!("found {key}a second time, expected each key once");
        }
        let value = error.span().and_then(|span| self.text.get(span));
        let plain = message
            .replace("found neither", &format!("found `{}`", value.unwrap_or_default()))
            .replace("expected f64", "expected a number")
            .replace("expected i64", "expected a whole number")
            .replace("unknown variant", "found")
            .replace("invalid type:", "found")
            .replace("an array of length", "a list of length")
            .replace("invalid length", "found a list of length");
        key.map_or_else(|| plain.clone(), |key| format!("`{key}`: {plain}"))
    }

    /// The key whose value the line belongs to. The value may have begun on a line before. The head
    /// of a table has no key.
    fn key_at(&self, line: usize) -> Option<&str> {
        let is_bare = |key: &&str| {
            let letter = |c: char| c.is_ascii_alphanumeric() || "_-".contains(c);
            !key.is_empty() && key.chars().all(letter)
        };
        let lines: Vec<&str> = self.text.lines().take(line).map(str::trim).collect();
        let head = lines.last()?.split('#').next()?.trim();
        if head.starts_with('[') && is_bare(&head.trim_matches(['[', ']'])) {
            return None;
        }
        let keys = lines.iter().rev().filter_map(|line| line.split_once('='));
        keys.map(|(key, _)| key.trim()).find(is_bare)
    }
}

/// The line of a byte, from 1.
fn line_at(text: &[u8], offset: usize) -> usize {
    let before = &text[..offset.min(text.len())];
    before.iter().filter(|&&byte| byte == b'\n').count() + 1
}
