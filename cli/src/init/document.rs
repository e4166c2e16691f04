//! The text of a scan file, line by line, with comments.

use std::fmt::Display;

use toml::Value;

use crate::scan_file::keys;

/// Widest line of a comment.
const WIDTH: usize = 100;

/// The text of a scan file, and which keys are left to fill in.
#[derive(Debug, Default)]
pub(super) struct Document {
    text: String,
    /// Keys to fill in, each with the table that it is missing in and what it holds.
    pub(super) left: Vec<(String, String)>,
    table: String,
}

impl Document {
    /// Begins a table, whose name in messages is `shown`.
    pub(super) fn table(&mut self, head: &str, shown: &str) {
        if !self.text.is_empty() {
            self.text.push('\n');
        }
        shown.clone_into(&mut self.table);
        self.text += &format!("{head}\n");
    }

    /// Lines of comment.
    pub(super) fn comment(&mut self, comment: &str) {
        let mut line = String::from("#");
        for word in plain(comment).split_whitespace() {
            if line.len() > 1 && line.len() + 1 + word.len() > WIDTH {
                self.text += &line;
                self.text += "\n";
                line.truncate(1);
            }
            line.push(' ');
            line += word;
        }
        if line.len() > 1 {
            self.text += &line;
            self.text += "\n";
        }
    }

    pub(super) fn blank(&mut self) {
        self.text.push('\n');
    }

    /// A key that is known, and what shows its value.
    pub(super) fn known(&mut self, key: &str, value: impl Display, why: &str) {
        self.line(&format!("{key} = {value}"), why);
    }

    /// A required key that the files do not tell, with the value that is likely, where there is
    /// one, and what was found.
    pub(super) fn wanted(&mut self, key: &str, value: Option<impl Display>, found: &str) {
        if !found.is_empty() {
            self.comment(&format!("{key}: {found}"));
        }
        let value = value.map_or_else(|| "...".to_owned(), |value| value.to_string());
        let meaning = keys::meaning(key);
        self.text += &format!("# {key} = {value}  # required: {meaning}\n");
        self.left.push((self.table.clone(), format!("{key}, {meaning}")));
    }

    /// A key that may stand here, by its example and its meaning.
    pub(super) fn optional(&mut self, key: &keys::Key) {
        let line = format!("# {} = {}", key.name, key.example);
        self.line(&line, key.meaning);
    }

    /// A line with a comment behind it, or above it where both are too long for one line.
    fn line(&mut self, line: &str, comment: &str) {
        let comment = plain(comment);
        if comment.is_empty() {
            self.text += &format!("{line}\n");
        } else if line.chars().count() + 2 + comment.chars().count() <= WIDTH {
            self.text += &format!("{line}  # {comment}\n");
        } else {
            self.comment(&comment);
            self.text += &format!("{line}\n");
        }
    }

    pub(super) fn into_text(self) -> String {
        self.text
    }
}

/// A text as a value.
pub(super) fn text(text: &str) -> Value {
    Value::String(text.to_owned())
}

/// The value of files of replicas, each in pieces: a name, a list, or lists in a list.
pub(super) fn replicas(replicas: impl Iterator<Item = Vec<Value>>) -> Value {
    let one = |mut pieces: Vec<Value>| match pieces.pop() {
        Some(piece) if pieces.is_empty() => piece,
        last => Value::Array(pieces.into_iter().chain(last).collect()),
    };
    let mut values: Vec<Value> = replicas.map(one).collect();
    match values.pop() {
        Some(value @ Value::String(_)) if values.is_empty() => value,
        last => Value::Array(values.into_iter().chain(last).collect()),
    }
}

/// A text for a comment: no control character ends it.
fn plain(text: &str) -> String {
    text.chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect()
}
