//! One fault is one variant of the error, whichever function met it.

use std::path::Path;

use msed::energy::{self, Bins};
use msed::online::{DistributionAccumulator, EnergyAccumulator, checkpoint};
use msed::relaxation::{Extremum, Model, SquaredDisplacement, first_fall, peak};
use msed::spectrum::{GaussianModel, Whittle};
use msed::trajectory::{Species, TrajectoryError};
use msed::units::{Conversion, LennardJones};
use msed::{
    Curve, EnergyKind, EnergySeries, EnergySystem, Ensemble, Error, Lag, Lags, Resampling, Sampling,
    Trajectory, Units, io, thermo,
};

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

/// The reason of an outcome goes through `?` like any other error.
#[test]
fn a_reason_is_an_error_where_it_is_asked_for() {
    let peak_of = |curve: &Curve| -> Result<Extremum, Error> { Ok(peak(curve)?.into_result()?) };
    let rising = Curve::from_values([1, 2].map(Lag::from_steps), 1.0, vec![1.0, 2.0]);
    let error = peak_of(&rising).unwrap_err();
    assert!(matches!(error, Error::Unresolved(_)), "{error:?}");
    assert_eq!(
        error.to_string(),
        "not resolved: 2 lags can be used, expected at least 3"
    );
}

/// Another number of particles than the caller expects is named with its file.
#[cfg(feature = "xtc")]
#[test]
fn other_particles_than_the_species_are_named_with_their_file() {
    let file = "data/kob-andersen/T0.700/trajectory.xtc";
    let species = Species::single("A", 500).unwrap();
    let error = io::trajectory::<f32>(file, Units::LJ, 0.005, species).unwrap_err();
    assert_eq!(
        error.to_string(),
        format!("{file}, frame 0: 1000 particles, expected 500, the species'")
    );
}

fn every_step() -> Sampling {
    Sampling::new(1, 1.0).unwrap()
}

fn run() -> EnergySeries<'static> {
    let energies: Vec<f64> = (0..100).map(|i| f64::from(i * i % 17)).collect();
    let run = EnergySeries::new(energies, every_step(), 10, EnergyKind::Total).unwrap();
    run.with_temperature(1.0).unwrap()
}

fn system(particles: usize) -> EnergySystem {
    EnergySystem::new(every_step(), particles, EnergyKind::Total).unwrap()
}

/// A number out of its range is `Error::Invalid`, from whatever folder it comes.
#[test]
fn a_number_out_of_its_range_has_one_variant() {
    let curve = || Curve::from_values([1, 2].map(Lag::from_steps), 1.0, vec![1.0, 2.0]);
    let (lags, width) = (Lags::samples([1]), Bins::Width(0.0));
    let moments = energy::moments(&run(), Resampling::None).unwrap();
    let frozen = Ensemble::Nve {
        degrees_of_freedom: 0.0,
    };
    let substance = LennardJones {
        temperature: -1.0,
        ..LennardJones::NI80P20
    };
    let errors: [Error; 8] = [
        first_fall(&curve(), f64::NAN).unwrap_err().into(),
        SquaredDisplacement::new(curve(), 0).unwrap_err().into(),
        energy::distribution(&run(), Lag::from_steps(1), width, Resampling::None)
            .unwrap_err()
            .into(),
        DistributionAccumulator::new(system(10), &lags, 0.0, 1.0)
            .unwrap_err()
            .into(),
        GaussianModel::new(-1.0, 1.0, 1.0, 1.0).unwrap_err().into(),
        thermo::heat_capacity(&moments, Units::LJ, frozen)
            .unwrap_err()
            .into(),
        substance.to(Units::METAL).unwrap_err().into(),
        system(10).with_temperature(0.0).unwrap_err().into(),
    ];
    for error in errors {
        assert!(matches!(error, Error::Invalid(_)), "{error:?}");
    }
}

/// Lags, blocks, units and sums that do not fit have one variant each, from several folders.
#[test]
fn faults_of_lower_folders_keep_their_variant() {
    let wrong = Lags::samples([2, 1]);
    let of_run: Error = energy::msed(&run(), &wrong, Resampling::None).unwrap_err().into();
    let of_stream: Error = EnergyAccumulator::ring(system(10), &wrong).unwrap_err().into();
    for error in [of_run, of_stream] {
        assert!(matches!(error, Error::Lag(_)), "{error:?}");
    }
    let blocks = Resampling::Blocks(1000);
    let of_run: Error = energy::moments(&run(), blocks).unwrap_err().into();
    let whittle = Whittle::new().model(Model::Exponential).resampling(blocks);
    let of_spectrum: Error = whittle.to(&run()).unwrap_err().into();
    for error in [of_run, of_spectrum] {
        assert!(matches!(error, Error::Resampling(_)), "{error:?}");
    }
    let moments = energy::moments(&run(), Resampling::None).unwrap();
    let c = thermo::heat_capacity(&moments, Units::LJ, Ensemble::nvt(moments.particles)).unwrap();
    let conversion = Conversion::between(Units::METAL, Units::REAL).unwrap();
    let of_result: Error = c.converted(&conversion).unwrap_err().into();
    let of_units: Error = Conversion::between(Units::LJ, Units::REAL).unwrap_err().into();
    for error in [of_result, of_units] {
        assert!(matches!(error, Error::Units(_)), "{error:?}");
    }
    let piece = |particles| {
        let mut piece = EnergyAccumulator::ring(system(particles), &Lags::samples([1])).unwrap();
        piece.push_slice(&[1.0, 2.0, 4.0]).unwrap();
        piece
    };
    let [first, other] = [piece(10), piece(12)];
    let sums = first.snapshot().unwrap().merge(other.snapshot().unwrap());
    let of_sums: Error = sums.unwrap_err().into();
    let of_pieces: Error = first.followed_by(&other).unwrap_err().into();
    for error in [of_sums, of_pieces] {
        assert!(matches!(error, Error::Merge(_)), "{error:?}");
    }
}

/// A list of steps is refused in steps, however many of them lie between two samples.
#[test]
fn lags_out_of_order_are_named_in_steps() {
    let every_ten = Sampling::new(10, 0.005).unwrap();
    let lags = Lags::explicit([70, 50].map(Lag::from_steps));
    let error = lags.resolve(100, &every_ten).unwrap_err();
    assert_eq!(
        error.to_string(),
        "lag 1 is 50 steps after 70 steps, expected strictly increasing lags"
    );
}
