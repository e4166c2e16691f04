//! The umbrella over the narrow errors.

use std::path::Path;

use thiserror::Error;

use crate::energy::{EnergyError, NotEquilibrated};
#[cfg(feature = "serde")]
use crate::online::checkpoint::CheckpointError;
use crate::online::{FeedError, OnlineError};
use crate::relaxation::{FitError, NoExtremum, NoRise, NotDiffusive, NotReached};
use crate::series::SeriesError;
use crate::spectrum::{NoIntegral, SpectralError};
use crate::structure::{NoMainPeak, StructureError};
use crate::thermo::{NoCrossover, ThermoError, Undetermined};
use crate::trajectory::TrajectoryError;
use crate::units::UnitsError;

/// Any error of the crate. Each part of the crate has its own error, which says what was found and
/// what was expected. A fault that several parts can meet has one variant here, whichever met it.
#[derive(Debug, Error)]
#[error(transparent)]
#[non_exhaustive]
pub enum Error {
    /// A fit or a crossing.
    Fit(FitError),
    /// A fit of the energy's spectrum, or a Gaussian model of the energy.
    Spectral(SpectralError),
    /// A question that the energies cannot answer.
    Energy(EnergyError),
    /// A number outside of its range: a time step, a temperature, a mass, an edge of a cell.
    Invalid(#[from] crate::real::Invalid),
    /// A lag request.
    Lag(#[from] crate::lag::LagError),
    /// An accumulator.
    Online(OnlineError),
    /// Sums that cannot be added up, since they are of different things.
    Merge(#[from] crate::stats::MergeError),
    /// A checkpoint.
    #[cfg(feature = "serde")]
    Checkpoint(#[from] CheckpointError),
    /// The exchange between ranks.
    #[cfg(feature = "mpi")]
    Rank(#[from] crate::mpi::RankError),
    /// A figure.
    #[cfg(feature = "plot")]
    Plot(#[from] crate::plot::PlotError),
    /// Numbers of one run that went through different resamples.
    Mixture(#[from] crate::stats::Mixture),
    /// A division into blocks.
    Resampling(#[from] crate::stats::ResamplingError),
    /// A file.
    #[cfg(feature = "files")]
    Read(#[from] crate::io::ReadError),
    /// A trajectory.
    Trajectory(TrajectoryError),
    /// Runs that cannot be replicas of one system.
    Replica(#[from] crate::series::ReplicaError),
    /// A series of energies or of other samples.
    Series(SeriesError),
    /// A question about the structure.
    Structure(StructureError),
    /// A species, or a pair of species, that is not among those of a result.
    UnknownSpecies(#[from] crate::stats::UnknownSpecies),
    /// A heat capacity, an entropy, or what follows from them.
    Thermo(ThermoError),
    /// A unit system.
    Units(UnitsError),
    /// What the data do not hold: the reason of an [`Outcome`](crate::stats::Outcome).
    Unresolved(Box<dyn std::error::Error + Send + Sync>),
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
            #[cfg(feature = "files")]
            Self::Read(error) => error.missing_file(),
            #[cfg(feature = "serde")]
            Self::Checkpoint(CheckpointError::Read { file, source }) => {
                (source.kind() == std::io::ErrorKind::NotFound).then_some(file)
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

flatten!(EnergyError => Energy { Lag, Resampling, Invalid });
flatten!(FitError => Fit { Invalid });
flatten!(OnlineError => Online { Structure, Lag, Energy, Merge });
flatten!(SeriesError => Series { Invalid });
flatten!(SpectralError => Spectral { Resampling, Invalid });
flatten!(StructureError => Structure { Invalid, Lag, Resampling, Species });
flatten!(ThermoError => Thermo { Energy, Fit, Invalid, Mixture, Units });
flatten!(UnitsError => Units { Invalid });

/// Boxes the reason of an outcome, so that `?` passes it on.
macro_rules! unresolved {
    ($($reason:ty),* $(,)?) => {
        $(impl From<$reason> for Error {
            fn from(reason: $reason) -> Self {
                Self::Unresolved(Box::new(reason))
            }
        })*
    };
}

unresolved!(
    NotReached,
    NoExtremum,
    NoRise,
    NotDiffusive,
    NotEquilibrated,
    NoMainPeak,
    NoCrossover,
    NoIntegral,
    Undetermined
);

/// A reader of this crate returns [`Read`](Error::Read), for files of frames and of energies alike.
impl From<TrajectoryError> for Error {
    fn from(error: TrajectoryError) -> Self {
        match error {
            #[cfg(feature = "files")]
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
