//! One fault is one variant of the error, whichever function met it.

use std::path::Path;

use msed::online::checkpoint;
use msed::trajectory::{Species, TrajectoryError};
use msed::{Error, Sampling, Trajectory, Units, io};

/// Whatever a file should hold, its absence is one and the same error.
#[test]
fn a_missing_file_is_recognised_whatever_it_should_hold() {
    let species = Species::single("A", 1).unwrap();
    let missing: [Error; 6] = [
        io::energies("no/file").unwrap_err().into(),
        io::EnergyReader::new().stream("no/file").unwrap_err().into(),
        io::trajectory::<f32>("no/file", Units::LJ, 0.005, species)
            .unwrap_err()
            .into(),
        io::FrameReader::open("no/file", io::FrameFormat::LammpsDump)
            .unwrap_err()
            .into(),
        io::frames("no/file", Units::LJ).unwrap_err().into(),
        checkpoint::load::<Vec<f64>>("no/file").unwrap_err().into(),
    ];
    for error in missing {
        assert_eq!(error.missing_file(), Some(Path::new("no/file")), "{error}");
    }
    let directory = Error::from(io::energies("src").unwrap_err());
    assert_eq!(directory.missing_file(), None);
}

#[test]
fn a_fault_has_one_variant_whichever_function_found_it() {
    let one = || Species::single("A", 1).unwrap();
    let alone = Error::from(Sampling::new(1, -1.0).unwrap_err());
    let within = Trajectory::new(vec![0.0; 3], [0], -1.0, one()).unwrap_err();
    assert!(matches!(alone, Error::Invalid(_)));
    assert!(matches!(Error::from(within), Error::Invalid(_)));
    let foreign = Error::from(TrajectoryError::reader("the disk is gone"));
    assert!(matches!(foreign, Error::Trajectory(TrajectoryError::Reader(_))));
}
