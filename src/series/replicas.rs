//! Several runs of one state point.

use super::{EnergySeries, SeriesError};
use crate::real::Real;

/// Independent runs of one state point as one value: equal in sampling interval, particle number, kind and given temperature; lengths may
/// differ. Estimators pool their origins, and [`Resampling::Replicas`](crate::Resampling::Replicas) takes the errors from
/// the spread between them.
///
/// ```
/// use msed::{EnergyKind, EnergySeries, Replicas, Runs, Sampling};
/// let every_ten = Sampling::new(10, 0.005)?;
/// let run = |samples: Vec<f64>| EnergySeries::new(samples, every_ten, 100, EnergyKind::PerParticle);
/// let both = Replicas::new(vec![run(vec![1.0, 2.0, 3.0])?, run(vec![2.0, 1.0])?])?;
/// assert_eq!(both.runs().len(), 2);
/// # Ok::<(), msed::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Replicas<'a, T: Real = f64> {
    runs: Vec<EnergySeries<'a, T>>,
}

impl<'a, T: Real> Replicas<'a, T> {
    /// One value of several runs.
    ///
    /// # Errors
    /// [`SeriesError::Replica`] where a run differs from the first, [`SeriesError::NoReplicas`] where there is none.
    pub fn new(runs: Vec<EnergySeries<'a, T>>) -> Result<Self, SeriesError> {
        let first = runs.first().ok_or(SeriesError::NoReplicas)?;
        for (replica, run) in runs.iter().enumerate() {
            let differs = |quantity, found: String, expected: String| {
                (found != expected).then_some(SeriesError::Replica {
                    replica,
                    quantity,
                    found,
                    expected,
                })
            };
            let shown = |run: &EnergySeries<'_, T>| {
                (
                    format!("{:?}", run.sampling().interval()),
                    format!("{}", run.particles()),
                    format!("{:?}", run.kind()),
                    format!("{:?}", run.temperature()),
                    format!("{}", run.temperatures().is_some()),
                )
            };
            let (a, b) = (shown(run), shown(first));
            let difference = differs("sampling interval", a.0, b.0)
                .or_else(|| differs("particle number", a.1, b.1))
                .or_else(|| differs("energy kind", a.2, b.2))
                .or_else(|| differs("given temperature", a.3, b.3))
                .or_else(|| differs("a temperature column:", a.4, b.4));
            if let Some(error) = difference {
                return Err(error);
            }
        }
        Ok(Self { runs })
    }
}

mod sealed {
    pub trait Sealed {}
    impl<T: super::Real> Sealed for super::EnergySeries<'_, T> {}
    impl<T: super::Real> Sealed for super::Replicas<'_, T> {}
}

/// One run or several: what energy estimators take. Implemented for [`EnergySeries`] and [`Replicas`]; sealed, since the
/// runs must agree with each other.
pub trait Runs<T: Real>: sealed::Sealed {
    /// The runs: at least one, all of the same sampling, particle number and kind.
    fn runs(&self) -> &[EnergySeries<'_, T>];
}

impl<T: Real> Runs<T> for EnergySeries<'_, T> {
    fn runs(&self) -> &[EnergySeries<'_, T>] {
        std::slice::from_ref(self)
    }
}

impl<T: Real> Runs<T> for Replicas<'_, T> {
    fn runs(&self) -> &[EnergySeries<'_, T>] {
        &self.runs
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sampling::Sampling;
    use crate::series::EnergyKind;

    #[test]
    fn runs_of_another_state_point_are_refused() {
        let run = |stride, particles, kind| {
            EnergySeries::new(
                vec![1.0, 2.0],
                Sampling::new(stride, 0.5).unwrap(),
                particles,
                kind,
            )
            .unwrap()
        };
        let first = run(1, 10, EnergyKind::Total);
        let message = |other| Replicas::new(vec![first.clone(), other]).unwrap_err().to_string();
        assert_eq!(
            message(run(2, 10, EnergyKind::Total)),
            "replica 1 has sampling interval 1.0, expected 0.5 as in the first"
        );
        assert_eq!(
            message(run(1, 11, EnergyKind::Total)),
            "replica 1 has particle number 11, expected 10 as in the first"
        );
        assert_eq!(
            message(run(1, 10, EnergyKind::PerParticle)),
            "replica 1 has energy kind PerParticle, expected Total as in the first"
        );
        assert_eq!(
            message(run(1, 10, EnergyKind::Total).with_temperature(0.5).unwrap()),
            "replica 1 has given temperature Some(0.5), expected None as in the first"
        );
        assert_eq!(
            Replicas::<f64>::new(vec![]).unwrap_err().to_string(),
            "0 replicas, expected at least 1"
        );
    }
}
