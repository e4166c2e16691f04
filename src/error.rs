//! The umbrella over the narrow errors.

#[cfg(feature = "serde")]
use std::io::ErrorKind;
use std::path::Path;

use thiserror::Error;

use crate::energy::{DistributionError, EnergyError};
#[cfg(feature = "mpi")]
use crate::mpi::ReduceError;
use crate::online::FeedError;
#[cfg(feature = "serde")]
use crate::online::checkpoint::CheckpointError;
use crate::series::SeriesError;
use crate::structure::StructureError;
use crate::thermo::ThermoError;
use crate::trajectory::TrajectoryError;

/// Any error of the crate. Each part of the crate has its own error, which says what was found and
/// what was expected.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum Error {
    /// A fit or a crossing.
    #[error(transparent)]
    Fit(#[from] crate::relaxation::FitError),
    /// A fit of the energy's spectrum.
    #[error(transparent)]
    Spectral(#[from] crate::spectrum::SpectralError),
    /// A Gaussian model of the energy.
    #[error(transparent)]
    GaussianModel(#[from] crate::spectrum::GaussianModelError),
    /// A distribution of energy differences.
    #[error(transparent)]
    Distribution(#[from] DistributionError),
    /// A number outside of its range: a time step, a temperature, a mass, an edge of a cell.
    #[error(transparent)]
    Invalid(#[from] crate::real::Invalid),
    /// A lag request.
    #[error(transparent)]
    Lag(#[from] crate::lag::LagError),
    /// An accumulator.
    #[error(transparent)]
    Online(#[from] crate::online::OnlineError),
    /// Sums of different things.
    #[error(transparent)]
    Merge(#[from] crate::stats::MergeError),
    /// A checkpoint.
    #[cfg(feature = "serde")]
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
    /// The exchange between ranks.
    #[cfg(feature = "mpi")]
    #[error(transparent)]
    Rank(#[from] crate::mpi::RankError),
    /// A figure.
    #[cfg(feature = "plot")]
    #[error(transparent)]
    Plot(#[from] crate::plot::PlotError),
    /// Numbers of one run that went through different resamples.
    #[error(transparent)]
    Mixture(#[from] crate::stats::Mixture),
    /// A division into blocks.
    #[error(transparent)]
    Resampling(#[from] crate::stats::ResamplingError),
    /// A file.
    #[cfg(any(feature = "io", feature = "xtc"))]
    #[error(transparent)]
    Read(#[from] crate::io::ReadError),
    /// A trajectory.
    #[error(transparent)]
    Trajectory(TrajectoryError),
    /// Runs that are not replicas of each other.
    #[error(transparent)]
    Replica(#[from] crate::series::ReplicaError),
    /// An energy series.
    #[error(transparent)]
    Series(SeriesError),
    /// A question about the structure.
    #[error(transparent)]
    Structure(StructureError),
    /// A species that is not among those of a result.
    #[error(transparent)]
    UnknownSpecies(#[from] crate::stats::UnknownSpecies),
    /// A pair of species that is not among those of a result.
    #[error(transparent)]
    UnknownPair(#[from] crate::stats::UnknownPair),
    /// A heat capacity, an entropy, or what follows from them.
    #[error(transparent)]
    Thermo(ThermoError),
    /// A unit system.
    #[error(transparent)]
    Units(#[from] crate::units::UnitsError),
}

impl Error {
    /// The file, where it does not exist, whatever it should have held.
    ///
    /// ```
    /// use msed::trajectory::Species;
    /// use msed::{Error, Units, io};
    /// let energies = io::energies("no/energy.dat").map_err(Error::from).unwrap_err();
    /// assert_eq!(energies.missing_file(), Some("no/energy.dat".as_ref()));
    ///
    /// let species = Species::single("A", 1000)?;
    /// let run = io::trajectory::<f32>("no/trajectory.xtc", Units::LJ, 0.005, species);
    /// let missing = run.map_err(Error::from).unwrap_err();
    /// assert_eq!(missing.missing_file(), Some("no/trajectory.xtc".as_ref()));
    /// # Ok::<(), Error>(())
    /// ```
    #[must_use]
    pub fn missing_file(&self) -> Option<&Path> {
        match self {
            #[cfg(any(feature = "io", feature = "xtc"))]
            Self::Read(error) => error.missing_file(),
            #[cfg(feature = "serde")]
            Self::Checkpoint(CheckpointError::Read { file, source }) => {
                (source.kind() == ErrorKind::NotFound).then_some(file)
            }
            _ => None,
        }
    }
}

/// Converts the error of a folder, and the errors of lower folders within it, so that the same
/// fault has the same variant whichever function found it.
macro_rules! flatten {
    ($narrow:ident => $variant:ident { $($inner:ident),* $(,)? }) => {
        impl From<$narrow> for Error {
            fn from(error: $narrow) -> Self {
                match error {
                    $($narrow::$inner(error) => error.into(),)*
                    error => Self::$variant(error),
                }
            }
        }
    };
}

flatten!(SeriesError => Series { Invalid });
flatten!(ThermoError => Thermo { Energy, Fit });
flatten!(StructureError => Structure { Lag, Resampling, Species });

/// A reader of this crate returns [`Read`](Error::Read), for files of frames and of energies alike.
impl From<TrajectoryError> for Error {
    fn from(error: TrajectoryError) -> Self {
        match error {
            #[cfg(any(feature = "io", feature = "xtc"))]
            TrajectoryError::Reader(error) => match error.downcast() {
                Ok(error) => Self::Read(*error),
                Err(error) => Self::Trajectory(TrajectoryError::Reader(error)),
            },
            TrajectoryError::Invalid(error) => error.into(),
            TrajectoryError::UnknownSpecies(error) => error.into(),
            error => Self::Trajectory(error),
        }
    }
}

/// One fault is one variant, whichever estimator met it.
impl From<EnergyError> for Error {
    fn from(error: EnergyError) -> Self {
        match error {
            EnergyError::Lag(error) => error.into(),
            EnergyError::Resampling(error) => error.into(),
            EnergyError::Distribution(error) => error.into(),
        }
    }
}

impl<E> From<FeedError<E>> for Error
where
    Self: From<E>,
{
    fn from(error: FeedError<E>) -> Self {
        match error {
            FeedError::Source(error) => error.into(),
            FeedError::Refused(error) => error.into(),
        }
    }
}

#[cfg(feature = "mpi")]
impl<E> From<ReduceError<E>> for Error
where
    Self: From<E>,
{
    fn from(error: ReduceError<E>) -> Self {
        match error {
            ReduceError::Merge(error) => error.into(),
            ReduceError::Rank(error) => error.into(),
        }
    }
}

#[cfg(all(test, feature = "io", feature = "xtc", feature = "serde"))]
mod tests {
    use super::*;
    use crate::online::checkpoint;
    use crate::trajectory::Species;
    use crate::{Units, io};

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
        let alone = Error::from(crate::Sampling::new(1, -1.0).unwrap_err());
        let within = crate::Trajectory::new(vec![0.0; 3], [0], -1.0, one()).unwrap_err();
        assert!(matches!(alone, Error::Invalid(_)));
        assert!(matches!(Error::from(within), Error::Invalid(_)));
        let foreign = Error::from(TrajectoryError::reader("the disk is gone"));
        assert!(matches!(foreign, Error::Trajectory(TrajectoryError::Reader(_))));
    }
}
