//! Standard output that is full, or that nobody reads to its end.

use std::fs::OpenOptions;
use std::process::{Command, Stdio};

use crate::program::EXECUTABLE;
use crate::small_scan::Scan;

#[test]
fn a_reader_that_has_seen_enough_is_no_failure() {
    let scan = Scan::small();
    let out = scan.dir().join("out");
    let analysis = [
        "scan".as_ref(),
        scan.dir().as_os_str(),
        "--out".as_ref(),
        out.as_os_str(),
    ];
    for arguments in [&analysis[..], &["--help".as_ref()]] {
        let mut child = Command::new(EXECUTABLE)
            .args(arguments)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program starts");
        drop(child.stdout.take());
        let output = child.wait_with_output().expect("the program ends");
        assert!(output.status.success(), "{output:?}");
        assert!(output.stderr.is_empty(), "{output:?}");
    }
    assert!(out.join("results.json").is_file());
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_a_failure() {
    let scan = Scan::small();
    let out = scan.dir().join("out");
    let analysis = [
        "scan".as_ref(),
        scan.dir().as_os_str(),
        "--out".as_ref(),
        out.as_os_str(),
    ];
    for arguments in [&analysis[..], &["--help".as_ref()]] {
        let full = OpenOptions::new()
            .write(true)
            .open("/dev/full")
            .expect("a device");
        let output = Command::new(EXECUTABLE)
            .args(arguments)
            .stdout(full)
            .output()
            .expect("the program starts");
        assert_eq!(output.status.code(), Some(1));
        assert_eq!(
            String::from_utf8_lossy(&output.stderr),
            "error: cannot write to standard output: No space left on device (os error 28)\n"
        );
    }
}
