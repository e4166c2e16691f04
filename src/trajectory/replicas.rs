//! Several runs of one state point.

use super::positions::Coordinates;
use super::{Trajectory, TrajectoryError, Unwrapped};
use crate::real::Real;

/// Independent runs of one state point as one value: equal in species and time step; frames may differ.
///
/// Estimators pool their origins, and [`Resampling::Replicas`](crate::Resampling::Replicas) takes the errors from the
/// spread between them.
///
/// ```
/// use msed::trajectory::{Species, Trajectories, Trajectory, TrajectoryRuns};
/// let run = |x: f64| Trajectory::new(vec![0.0, 0.0, 0.0, x, 0.0, 0.0], vec![0, 10], 0.5, Species::single("A", 1)?);
/// let both = Trajectories::new(vec![run(1.0)?, run(2.0)?])?;
/// assert_eq!(both.runs().len(), 2);
/// # Ok::<(), msed::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct Trajectories<'a, T: Real, C: Coordinates = Unwrapped> {
    runs: Vec<Trajectory<'a, T, C>>,
}

impl<'a, T: Real, C: Coordinates> Trajectories<'a, T, C> {
    /// One value of several runs.
    ///
    /// # Errors
    /// [`TrajectoryError::NoReplicas`] for none, [`TrajectoryError::Replica`] where a run differs from the first.
    pub fn new(runs: Vec<Trajectory<'a, T, C>>) -> Result<Self, TrajectoryError> {
        let first = runs.first().ok_or(TrajectoryError::NoReplicas)?;
        for (replica, run) in runs.iter().enumerate() {
            let quantity = if run.species() != first.species() {
                "species"
            } else if run.time_step().to_bits() != first.time_step().to_bits() {
                "time step"
            } else {
                continue;
            };
            return Err(TrajectoryError::Replica { replica, quantity });
        }
        Ok(Self { runs })
    }
}

mod sealed {
    pub trait Sealed {}
    impl<T: super::Real, C: super::Coordinates> Sealed for super::Trajectory<'_, T, C> {}
    impl<T: super::Real, C: super::Coordinates> Sealed for super::Trajectories<'_, T, C> {}
}

/// One run or several: what estimators take. Implemented for [`Trajectory`] and [`Trajectories`]; sealed, since the runs
/// must agree with each other.
pub trait TrajectoryRuns<T: Real, C: Coordinates = Unwrapped>: sealed::Sealed {
    /// The runs: at least one, all of the same species and time step.
    fn runs(&self) -> &[Trajectory<'_, T, C>];
}

impl<T: Real, C: Coordinates> TrajectoryRuns<T, C> for Trajectory<'_, T, C> {
    fn runs(&self) -> &[Trajectory<'_, T, C>] {
        std::slice::from_ref(self)
    }
}

impl<T: Real, C: Coordinates> TrajectoryRuns<T, C> for Trajectories<'_, T, C> {
    fn runs(&self) -> &[Trajectory<'_, T, C>] {
        &self.runs
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trajectory::Species;

    #[test]
    fn runs_of_another_system_are_refused() {
        let run = |name, time_step| {
            Trajectory::new(
                vec![0.0; 6],
                vec![0, 10],
                time_step,
                Species::single(name, 1).unwrap(),
            )
            .unwrap()
        };
        let message = |other| {
            Trajectories::new(vec![run("A", 0.5), other])
                .unwrap_err()
                .to_string()
        };
        assert_eq!(
            message(run("B", 0.5)),
            "replica 1 has another species than the first"
        );
        assert_eq!(
            message(run("A", 0.25)),
            "replica 1 has another time step than the first"
        );
        let none: Vec<Trajectory<'_, f64>> = Vec::new();
        assert_eq!(
            Trajectories::new(none).unwrap_err().to_string(),
            "0 replicas, expected at least 1"
        );
    }
}
