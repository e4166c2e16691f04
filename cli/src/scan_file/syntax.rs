//! Errors of the parser, in the words of this file.

use std::path::Path;

use crate::failure::Failure;

/// The line of a byte, from 1.
pub(super) fn line_at(text: &[u8], offset: usize) -> usize {
    text[..offset.min(text.len())]
        .iter()
        .filter(|&&byte| byte == b'\n')
        .count()
        + 1
}

/// What the parser says, with the line and the key, in the words of this file.
pub(super) fn explain(file: &Path, text: &str, error: &toml::de::Error) -> Failure {
    let line = error
        .span()
        .map_or(1, |span| line_at(text.as_bytes(), span.start));
    let message = error.message();
    let on_line = text
        .lines()
        .nth(line - 1)
        .unwrap_or_default()
        .split('=')
        .next()
        .unwrap_or_default()
        .trim();
    let key = if on_line.is_empty() || on_line.starts_with('[') {
        String::new()
    } else {
        format!("`{on_line}`: ")
    };
    let message = if let Some(key) = message.strip_prefix("missing field ") {
        format!("no key {key}, expected {}", expected(key.trim_matches('`')))
    } else if let Some(rest) = message.strip_prefix("unknown field ") {
        format!("unknown key {rest}")
    } else if message.starts_with("duplicate") {
        format!(
            "found {}a second time, expected each key once",
            key.replace(':', "")
        )
    } else {
        let value = error.span().and_then(|span| text.get(span)).unwrap_or_default();
        let plain = message
            .replace("found neither", &format!("found `{value}`"))
            .replace("expected f64", "expected a number")
            .replace("expected i64", "expected a whole number")
            .replace("unknown variant", "found")
            .replace("invalid type:", "found")
            .replace("an array of length", "a list of length")
            .replace("invalid length", "found a list of length");
        format!("{key}{plain}")
    };
    Failure::at(format!("{}:{line}", file.display()), message)
}

/// What a required key holds.
fn expected(key: &str) -> &'static str {
    match key {
        "system" => "a table [system]",
        "run" => "a table [[run]] for each state point",
        "name" => "a name",
        "units" => "one of `lj`, `metal`, `real`",
        "particles" => "the number of particles",
        "energy_kind" => {
            "one of `total`, `per_particle` (LAMMPS prints the energy per particle under `units lj` unless \
             `thermo_modify norm no`)"
        }
        "ensemble" => "one of `nve`, `nvt`",
        "timestep" => "the time units of one MD step",
        "energy" => "a file name or a list of file names",
        _ => "a value",
    }
}
