//! Times of frames that go back or are none.

use crate::shipped::xtc_frames;
use crate::small_scan::Scan;

/// The small scan with 60 frames of these times.
fn with_times(time: impl Fn(usize) -> f32) -> Scan {
    let mut frames = xtc_frames(60);
    for (k, frame) in frames.iter_mut().enumerate() {
        frame[12..16].copy_from_slice(&time(k).to_be_bytes());
    }
    let scan = Scan::small().edit(
        "scan.toml",
        "energy = \"T0.800.dat\"",
        "energy = \"T0.800.dat\"\ntrajectory = \"a.xtc\"",
    );
    scan.write("a.xtc", frames.concat());
    scan
}

#[test]
fn times_that_go_back_are_refused() {
    let hint = "`overlap = \"later\"` takes the frames of a later job where it repeats steps, and `frame_times = \"ignore\"` \
                passes over all times";
    let cycle = with_times(|k| 0.5 * (k % 3) as f32);
    assert_eq!(
        cycle.message(),
        format!("DIR/a.xtc: frame 3 has time 0 after 1, expected a later one: {hint}")
    );
    let back = with_times(|k| {
        if k < 40 {
            0.5 * k as f32
        } else {
            0.5 * (k - 10) as f32
        }
    });
    assert_eq!(
        back.message(),
        format!("DIR/a.xtc: frame 40 has time 15 after 19.5, expected a later one: {hint}")
    );
    for (place, shown) in [(0, "NaN"), (30, "NaN"), (59, "inf")] {
        let broken = if shown == "NaN" { f32::NAN } else { f32::INFINITY };
        let scan = with_times(|k| if k == place { broken } else { 0.5 * k as f32 });
        assert_eq!(
            scan.message(),
            format!("DIR/a.xtc: frame {place} has time {shown}, expected a finite number: {hint}")
        );
        let scan = scan.edit("scan.toml", "trajectory", "frame_times = \"ignore\"\ntrajectory");
        assert!(scan.run().success);
    }
}

#[test]
fn times_of_a_second_job_may_begin_anew() {
    let outcome = with_times(|k| 0.5 * (k % 30) as f32).run();
    assert!(outcome.success, "{}", outcome.stderr);
    assert!(
        outcome
            .stdout
            .contains("a.xtc: the times of its frames begin anew at frame 30, and its steps count"),
        "{}",
        outcome.stdout
    );
}
