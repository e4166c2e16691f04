//! One trajectory or several.

use super::{Coordinates, Trajectory, Unwrapped};
use crate::real::Real;
use crate::replicas::Replicas;
use crate::replicas::sealed::{Replica, Sealed};
use crate::stats::RunId;

impl<T: Real, C: Coordinates> Replica for Trajectory<'_, T, C> {
    fn difference(&self, first: &Self) -> Option<String> {
        let quantity = if self.species() != first.species() {
            "species"
        } else if self.time_step().to_bits() != first.time_step().to_bits() {
            "time step"
        } else {
            return None;
        };
        Some(format!("another {quantity} than the first"))
    }
}

/// One run or several, as estimators take them. Implemented for [`Trajectory`] and [`Replicas`];
/// sealed, because the runs must agree with each other.
pub trait TrajectoryRuns<T: Real, C: Coordinates = Unwrapped>: Sealed {
    /// The runs: at least one, all of the same species and time step.
    fn runs(&self) -> &[Trajectory<'_, T, C>];

    /// The identity of the run, or of the replicas as one.
    fn run(&self) -> RunId {
        RunId::merged(self.runs().iter().map(Trajectory::run))
    }
}

impl<T: Real, C: Coordinates> TrajectoryRuns<T, C> for Trajectory<'_, T, C> {
    fn runs(&self) -> &[Trajectory<'_, T, C>] {
        std::slice::from_ref(self)
    }
}

impl<T: Real, C: Coordinates> TrajectoryRuns<T, C> for Replicas<Trajectory<'_, T, C>> {
    fn runs(&self) -> &[Trajectory<'_, T, C>] {
        self.runs()
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
        let message = |other| Replicas::new(vec![run("A", 0.5), other]).unwrap_err().to_string();
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
            Replicas::new(none).unwrap_err().to_string(),
            "0 replicas, expected at least 1"
        );
    }
}
