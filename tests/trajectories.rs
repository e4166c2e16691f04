//! The readers on every trajectory that ships with the repository.

use std::path::{Path, PathBuf};

use molly::XTCReader as Oracle;
use msed::io::XtcReader;
use msed::trajectory::{Species, Trajectory};

fn data(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("data").join(name)
}

fn xtc(name: &str, scale: f64, time_step: f64, particles: usize) -> Trajectory<'static, f32> {
    let reader = XtcReader::open(data(name), scale).unwrap();
    assert_eq!(reader.particles(), particles);
    Trajectory::from_source(reader, time_step, Species::single("all", particles).unwrap()).unwrap()
}

#[test]
fn every_file_is_what_another_reader_sees_to_the_last_bit() {
    for (name, particles, frames) in [
        ("kob-andersen/T1.000/trajectory.xtc", 1000, 1000),
        ("kob-andersen/T0.700/trajectory.xtc", 1000, 1000),
        ("kob-andersen/T0.600/trajectory.xtc", 1000, 1000),
        ("kob-andersen/T0.600/trajectory_blocks.xtc", 1000, 368),
        ("cuzr/T1600/trajectory.xtc", 2048, 501),
    ] {
        let ours = xtc(name, 1.0, 0.005, particles);
        assert_eq!(ours.frames(), frames, "{name}");
        let file = std::fs::read(data(name)).unwrap();
        let mut oracle = Oracle::new(&file[..]);
        let mut expected = molly::Frame::default();
        for index in 0..frames {
            oracle.read_frame(&mut expected).unwrap();
            assert!(
                ours.frame(index) == &expected.positions[..],
                "{name}, frame {index}"
            );
            assert_eq!(ours.steps()[index], u64::from(expected.step));
            let lengths = ours.cell(index).unwrap().lengths();
            assert_eq!(lengths, [0, 4, 8].map(|i| f64::from(expected.boxvec[i])));
        }
    }
}

#[test]
fn steps_cells_and_units_are_those_of_the_simulations() {
    let uniform = xtc("kob-andersen/T0.600/trajectory.xtc", 1.0, 0.005, 1000);
    assert_eq!(uniform.sampling().unwrap().interval(), 1.0);
    assert_eq!((uniform.steps()[0], uniform.cells().len()), (16_400, 1));
    let cell = uniform.constant_cell().unwrap();
    assert!((cell.lengths()[0] - 9.410_360_288_81).abs() < 1e-6 && cell.is_cubic());

    let glass = xtc("cuzr/T1600/trajectory.xtc", 10.0, 0.002, 2048);
    assert_eq!(glass.sampling().unwrap().interval(), 0.1);
    let lengths = glass.cell(0).unwrap().lengths();
    for (found, expected) in lengths.iter().zip([53.387_793_44, 26.693_896_72, 26.693_896_72]) {
        assert!((found - expected).abs() < 1e-5, "{lengths:?}");
    }
}

#[test]
fn blocks_and_uniform_frames_of_one_run_share_112_equal_frames() {
    let uniform = xtc("kob-andersen/T0.600/trajectory.xtc", 1.0, 0.005, 1000);
    let blocks = xtc("kob-andersen/T0.600/trajectory_blocks.xtc", 1.0, 0.005, 1000);
    assert_eq!(blocks.sampling(), None);
    let mut shared = 0;
    for (index, step) in blocks.steps().iter().enumerate() {
        if let Ok(twin) = uniform.steps().binary_search(step) {
            assert!(blocks.frame(index) == uniform.frame(twin), "step {step}");
            shared += 1;
        }
    }
    assert_eq!(shared, 112);
}
