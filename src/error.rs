//! The umbrella over the narrow errors.

use thiserror::Error;

/// Any error of the crate: each concern has its own enum, which says what was found and what was expected.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum Error {
    /// A fit or a crossing.
    #[error(transparent)]
    Fit(#[from] crate::relaxation::FitError),
    /// A fit of the energy's spectrum.
    #[error(transparent)]
    Spectral(#[from] crate::spectrum::SpectralError),
    /// A fit with the covariance of the lags.
    #[error(transparent)]
    Generalised(#[from] crate::relaxation::GeneralisedError),
    /// A process with a known spectrum.
    #[error(transparent)]
    Process(#[from] crate::spectrum::ProcessError),
    /// An estimator over energies.
    #[error(transparent)]
    Energy(#[from] crate::energy::EnergyError),
    /// A time axis.
    #[error(transparent)]
    Sampling(#[from] crate::sampling::SamplingError),
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
    Checkpoint(#[from] crate::online::checkpoint::CheckpointError),
    /// A file.
    #[cfg(feature = "io")]
    #[error(transparent)]
    Read(#[from] crate::io::ReadError),
    /// The exchange between ranks.
    #[cfg(feature = "mpi")]
    #[error(transparent)]
    Rank(#[from] crate::mpi::RankError),
    /// A figure.
    #[cfg(feature = "plot")]
    #[error(transparent)]
    Plot(#[from] crate::plot::PlotError),
    /// A division into blocks.
    #[error(transparent)]
    Resampling(#[from] crate::stats::ResamplingError),
    /// An energy series.
    #[error(transparent)]
    Series(#[from] crate::series::SeriesError),
    /// A question about the structure.
    #[error(transparent)]
    Structure(#[from] crate::structure::StructureError),
    /// A periodic cell.
    #[error(transparent)]
    Cell(#[from] crate::trajectory::CellError),
    /// The species of the particles.
    #[error(transparent)]
    Species(#[from] crate::trajectory::SpeciesError),
    /// A trajectory.
    #[error(transparent)]
    Trajectory(#[from] crate::trajectory::TrajectoryError),
    /// Masses for the removal of drift.
    #[error(transparent)]
    Drift(#[from] crate::trajectory::DriftError),
    /// A source of frames.
    #[error(transparent)]
    Source(#[from] crate::trajectory::SourceError),
    /// The way from wrapped to unwrapped coordinates.
    #[error(transparent)]
    Unwrap(#[from] crate::trajectory::UnwrapError),
    /// Wave vectors.
    #[error(transparent)]
    WaveVector(#[from] crate::structure::WaveVectorError),
    /// A heat capacity, an entropy, or what follows from them.
    #[error(transparent)]
    Thermo(#[from] crate::thermo::ThermoError),
    /// A unit system.
    #[error(transparent)]
    Units(#[from] crate::units::UnitsError),
}

impl<E> From<crate::online::FeedError<E>> for Error
where
    Self: From<E>,
{
    fn from(error: crate::online::FeedError<E>) -> Self {
        match error {
            crate::online::FeedError::Source(error) => error.into(),
            crate::online::FeedError::Refused(error) => error.into(),
        }
    }
}

#[cfg(feature = "mpi")]
impl<E> From<crate::mpi::ReduceError<E>> for Error
where
    Self: From<E>,
{
    fn from(error: crate::mpi::ReduceError<E>) -> Self {
        match error {
            crate::mpi::ReduceError::Merge(error) => error.into(),
            crate::mpi::ReduceError::Rank(error) => error.into(),
        }
    }
}
