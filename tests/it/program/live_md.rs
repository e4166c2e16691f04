//! The example `live_md`, killed as a queue or a failing machine kills it.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

use crate::common::program::example;
use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64;

/// A short run of a small liquid that writes a checkpoint every 25 steps.
fn run(executable: &Path, checkpoint: &Path) -> Command {
    let mut command = Command::new(executable);
    command.args(["--particles", "300", "--equilibration", "100"]);
    command.args(["--steps", "1000", "--report", "25"]);
    command.arg("--checkpoint").arg(checkpoint);
    command
}

/// Runs to the end; what the checkpoint then holds.
fn finish(executable: &Path, checkpoint: &Path) -> Vec<u8> {
    let output = run(executable, checkpoint).output().expect("the program runs");
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    std::fs::read(checkpoint).expect("a checkpoint")
}

#[test]
fn a_run_that_is_killed_at_random_moments_ends_with_the_same_bits() {
    let executable = example("live_md");
    let folder = tempfile::tempdir().expect("a folder");
    let file = |name: &str| folder.path().join(name);
    let start = Instant::now();
    let expected = finish(&executable, &file("whole"));
    let duration = start.elapsed();

    let mut random = Pcg64::seed_from_u64(8);
    let mut killed = 0;
    for round in 0..50 {
        let path = file("killed");
        let mut child = run(&executable, &path)
            .stdout(Stdio::null())
            .spawn()
            .expect("the program runs");
        let after: f64 = random.random();
        std::thread::sleep(duration.mul_f64(after));
        child.kill().expect("a child");
        killed += usize::from(!child.wait().expect("a child").success());
        assert!(finish(&executable, &path) == expected, "round {round}");
        std::fs::remove_file(&path).expect("a checkpoint");
    }
    assert!(killed >= 10, "{killed} of 50 runs were killed before their end");
}
