//! The readers on every trajectory that ships with the repository.

use std::path::{Path, PathBuf};

use molly::XTCReader as Oracle;
use msed::io::{FrameFormat, FrameReader};
use msed::trajectory::{Convention, Species, Trajectory};

fn data(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("data").join(name)
}

fn xtc(name: &str, scale: f64, time_step: f64, particles: usize) -> Trajectory<'static, f32> {
    let reader = FrameReader::open(data(name), FrameFormat::Xtc { scale }).unwrap();
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

#[test]
fn the_dump_and_the_compressed_trajectory_of_one_run_agree() {
    let uniform = xtc("kob-andersen/T0.700/trajectory.xtc", 1.0, 0.005, 1000);
    let reader = FrameReader::open(
        data("kob-andersen/T0.700/dump.lammpstrj.gz"),
        FrameFormat::LammpsDump,
    )
    .unwrap();
    assert_eq!(reader.convention(), Convention::Unwrapped);
    let types = reader.types().unwrap().to_vec();
    let species = Species::by_type(&types, [(1, "A"), (2, "B")]).unwrap();
    assert_eq!(species, Species::by_count([("A", 800), ("B", 200)]).unwrap());
    let dump = Trajectory::<f64>::from_source(reader, 0.005, species).unwrap();
    assert_eq!((dump.frames(), dump.sampling().unwrap().stride()), (20, 20_000));
    assert!((dump.cell(0).unwrap().lengths()[0] - 9.410_360_288_81).abs() < 1e-12);
    let mut shared = 0;
    for (index, step) in dump.steps().iter().enumerate() {
        let Ok(twin) = uniform.steps().binary_search(step) else {
            continue;
        };
        shared += 1;
        for (a, b) in dump.frame(index).iter().zip(uniform.frame(twin)) {
            // Rounded to 1e-4 and then to 1e-3 on one side, to six digits on the other; the
            // rounding of a decimal number to single precision is not counted.
            let b = (f64::from(*b) * 1e3).round() / 1e3;
            assert!((a - b).abs() <= 6e-4 + 1e-12, "step {step}: {a} and {b}");
        }
    }
    assert_eq!(shared, 5);
}

#[test]
fn types_of_the_metallic_glass() {
    let reader = FrameReader::open(data("cuzr/types.lammpstrj.gz"), FrameFormat::LammpsDump).unwrap();
    let species = Species::by_type(reader.types().unwrap(), [(1, "Cu"), (2, "Zr")]).unwrap();
    assert_eq!(
        (species.count("Cu").unwrap(), species.count("Zr").unwrap()),
        (989, 1059)
    );
    // Frame 0 of both, in angstrom: the dump has six digits, the other file a precision of 0.01.
    let dump = Trajectory::<f64>::from_source(reader, 0.002, species).unwrap();
    let glass = xtc("cuzr/T1600/trajectory.xtc", 10.0, 0.002, 2048);
    for (a, b) in dump.frame(0).iter().zip(glass.frame(0)) {
        assert!((a - f64::from(*b)).abs() <= 5.2e-3, "{a} and {b}");
    }
}
