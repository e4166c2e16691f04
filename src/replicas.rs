//! Several runs of one state point.

use thiserror::Error;

pub(crate) mod sealed {
    /// A run of which there may be several.
    pub trait Replica {
        /// The difference between a run and the first: `particle number 11, expected 10 as in the
        /// first`.
        fn difference(&self, first: &Self) -> Option<String>;
    }

    /// One run or several.
    pub trait Sealed {}
    impl<R: Replica> Sealed for R {}
}

/// Independent runs of one state point as one value: [`EnergySeries`](crate::EnergySeries) that are
/// equal in sampling interval, particle number, kind and given temperature, or
/// [trajectories](crate::Trajectory) that are equal in species and time step. Lengths may differ.
///
/// Estimators pool the time origins of all runs, and
/// [`Resampling::Replicas`](crate::Resampling::Replicas) takes the errors from the spread between
/// the runs.
///
/// ```
/// use msed::{EnergyKind, EnergySeries, Replicas, Sampling};
/// let every_ten = Sampling::new(10, 0.005)?;
/// let kind = EnergyKind::PerParticle;
/// let run = |samples: Vec<f64>| EnergySeries::new(samples, every_ten, 100, kind);
/// let both = Replicas::new(vec![run(vec![1.0, 2.0, 3.0])?, run(vec![2.0, 1.0])?])?;
/// assert_eq!(both.runs().len(), 2);
/// # Ok::<(), msed::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Replicas<R> {
    runs: Vec<R>,
}

impl<R: sealed::Replica> sealed::Sealed for Replicas<R> {}

impl<R: sealed::Replica> Replicas<R> {
    /// Several runs as one value.
    ///
    /// # Errors
    /// [`ReplicaError::Different`] where a run differs from the first, [`ReplicaError::None`] where
    /// there is none.
    pub fn new(runs: Vec<R>) -> Result<Self, ReplicaError> {
        let first = runs.first().ok_or(ReplicaError::None)?;
        for (replica, run) in runs.iter().enumerate() {
            if let Some(difference) = run.difference(first) {
                return Err(ReplicaError::Different { replica, difference });
            }
        }
        Ok(Self { runs })
    }

    /// The runs: at least one.
    #[must_use]
    pub fn runs(&self) -> &[R] {
        &self.runs
    }
}

/// Runs that are not replicas of each other.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ReplicaError {
    /// There is no run.
    #[error("0 replicas, expected at least 1")]
    None,
    /// A run is not of the state point of the first.
    #[error("replica {replica} has {difference}")]
    Different {
        /// Index of the run.
        replica: usize,
        /// What differs.
        difference: String,
    },
}
