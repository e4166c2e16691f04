//! The built program, and what a run of it leaves.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

/// The program.
pub(crate) const EXECUTABLE: &str = env!("CARGO_BIN_EXE_msed");

/// What a run of the program left.
pub(crate) struct Outcome {
    pub(crate) success: bool,
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
    pub(crate) out: PathBuf,
}

impl Outcome {
    /// The results of a run that succeeded.
    pub(crate) fn results(&self) -> Value {
        assert!(self.success, "{}", self.stderr);
        let text = std::fs::read_to_string(self.out.join("results.json")).expect("results.json is there");
        serde_json::from_str(&text).expect("results.json is JSON")
    }

    /// The message of a run that failed as it should: status 1, one line on standard error, and no
    /// file left.
    pub(crate) fn message(&self) -> &str {
        assert_eq!(self.code, Some(1), "{}{}", self.stdout, self.stderr);
        let message = self.stderr.strip_suffix('\n').unwrap_or(&self.stderr);
        assert!(
            !message.contains('\n') && !message.contains("panicked"),
            "{message}"
        );
        let left: Vec<_> = std::fs::read_dir(&self.out).into_iter().flatten().collect();
        assert!(left.is_empty(), "{left:?}");
        message.strip_prefix("error: ").expect("an error message")
    }
}

/// Analyses a scan.
pub(crate) fn run(arguments: &[&Path], out: &Path) -> Outcome {
    let output = Command::new(EXECUTABLE)
        .arg("scan")
        .args(arguments)
        .arg("--out")
        .arg(out)
        .current_dir(out.parent().expect("a directory to be in"))
        .output()
        .expect("the program starts");
    Outcome {
        success: output.status.success(),
        code: output.status.code(),
        stdout: String::from_utf8(output.stdout).expect("text"),
        stderr: String::from_utf8(output.stderr).expect("text"),
        out: out.to_owned(),
    }
}

/// The numbers of a list.
pub(crate) fn numbers(value: &Value) -> Vec<f64> {
    let list = value.as_array().expect("a list");
    list.iter().map(|x| x.as_f64().expect("a number")).collect()
}
