//! The message that ends the program. It names the place, what was found and what was expected.

use std::fmt;
use std::path::Path;

/// A message for the user.
#[derive(Debug)]
pub(crate) struct Failure(String);

impl Failure {
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self(message.into())
    }

    /// A message about a place: a file, a run, or a line.
    pub(crate) fn at(place: impl fmt::Display, message: impl fmt::Display) -> Self {
        Self(format!("{place}: {message}"))
    }

    pub(crate) fn writing(path: &Path, source: impl fmt::Display) -> Self {
        Self(format!("cannot write {}: {source}", path.display()))
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // A message is one line, even where a library wrote several.
        let mut message = String::new();
        for line in self.0.lines().map(str::trim).filter(|line| !line.is_empty()) {
            if !message.is_empty() {
                message += if message.ends_with(':') { " " } else { "; " };
            }
            message += line;
        }
        f.write_str(&message)
    }
}
