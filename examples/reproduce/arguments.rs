//! The command line.

use std::path::PathBuf;

use crate::failure::Failure;

pub(crate) const USAGE: &str = "reproduce [DIR] [--out OUT]

Analyses the scan in DIR/scan.toml (default: the Kob-Andersen data set of the repository) and writes results.json, a CSV
file per curve and figures to OUT (default: reproduce-out).";

/// What was asked for.
#[derive(Debug)]
pub(crate) enum Arguments {
    Help,
    Analyse { dir: PathBuf, out: PathBuf },
}

impl Arguments {
    pub(crate) fn parse(arguments: impl Iterator<Item = std::ffi::OsString>) -> Result<Self, Failure> {
        let mut arguments = arguments;
        let (mut dir, mut out) = (None, None);
        while let Some(argument) = arguments.next() {
            match argument.to_str() {
                Some("--help" | "-h") => return Ok(Self::Help),
                Some("--out") => {
                    let value = arguments.next().ok_or_else(|| {
                        Failure::new("`--out`: found nothing after it, expected a directory")
                    })?;
                    if out.replace(PathBuf::from(value)).is_some() {
                        return Err(Failure::new("found `--out` twice, expected it once"));
                    }
                }
                Some(option) if option.starts_with('-') => {
                    return Err(Failure::new(format!(
                        "found option `{option}`, expected [DIR] [--out OUT]"
                    )));
                }
                _ => {
                    if let Some(first) = dir.replace(PathBuf::from(&argument)) {
                        let message = format!(
                            "found two directories, {} and {}, expected one",
                            first.display(),
                            argument.display()
                        );
                        return Err(Failure::new(message));
                    }
                }
            }
        }
        let shipped = || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("data/kob-andersen");
        Ok(Self::Analyse {
            dir: dir.unwrap_or_else(shipped),
            out: out.unwrap_or_else(|| PathBuf::from("reproduce-out")),
        })
    }
}
