//! The umbrella over the narrow errors.

use thiserror::Error;

use crate::structure::StructureError;

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
    /// A distribution of energy differences.
    #[error(transparent)]
    Distribution(#[from] crate::energy::DistributionError),
    /// A time axis.
    #[error(transparent)]
    Sampling(#[from] crate::sampling::SamplingError),
    /// A lag request.
    #[error(transparent)]
    Lag(#[from] crate::lag::LagError),
    /// An accumulator.
    #[error(transparent)]
    Online(#[from] crate::online::OnlineError),
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
    Structure(StructureError),
    /// A species that is not among those of a result.
    #[error(transparent)]
    UnknownSpecies(#[from] crate::stats::UnknownSpecies),
    /// A pair of species that is not among those of a result.
    #[error(transparent)]
    UnknownPair(#[from] crate::stats::UnknownPair),
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

/// The errors of the folders below come out flat: what is wrong has one variant, whichever function found it.
impl From<StructureError> for Error {
    fn from(error: StructureError) -> Self {
        match error {
            StructureError::WaveVectors(error) => error.into(),
            StructureError::Lag(error) => error.into(),
            StructureError::Resampling(error) => error.into(),
            StructureError::Species(error) => error.into(),
            error => Self::Structure(error),
        }
    }
}
