//! Examples that are run as programs.

use std::path::PathBuf;
use std::process::Command;

use serde_json::Value;

/// The example of this name as cargo builds it in the profile of this test.
pub(crate) fn example(name: &str) -> PathBuf {
    let mut build = Command::new(env!("CARGO"));
    build.current_dir(env!("CARGO_MANIFEST_DIR"));
    build.args(["build", "--quiet", "--message-format", "json", "--example", name]);
    if !cfg!(debug_assertions) {
        build.arg("--release");
    }
    let output = build.output().expect("cargo runs");
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout)
        .expect("messages are text")
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).expect("one message a line"))
        .find(|message| message["target"]["name"] == name && message["executable"].is_string())
        .map(|message| PathBuf::from(message["executable"].as_str().expect("checked")))
        .expect("cargo names the executable")
}
