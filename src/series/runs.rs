//! One energy series or several.

use super::EnergySeries;
use crate::real::Real;
use crate::replicas::Replicas;
use crate::replicas::sealed::{Replica, Sealed};
use crate::stats::RunId;

impl<T: Real> Replica for EnergySeries<'_, T> {
    fn difference(&self, first: &Self) -> Option<String> {
        let shown = |run: &Self| {
            [
                ("sampling interval", format!("{:?}", run.sampling().interval())),
                ("particle number", run.particles().to_string()),
                ("energy kind", format!("{:?}", run.kind())),
                ("given temperature", format!("{:?}", run.temperature())),
                ("a temperature column:", run.temperatures().is_some().to_string()),
            ]
        };
        let mut pairs = shown(self).into_iter().zip(shown(first));
        let ((quantity, found), (_, expected)) = pairs.find(|(run, first)| run != first)?;
        Some(format!("{quantity} {found}, expected {expected} as in the first"))
    }
}

/// One run or several, as energy estimators take them. Implemented for [`EnergySeries`] and
/// [`Replicas`]; sealed, because the runs must agree with each other.
pub trait Runs<T: Real>: Sealed {
    /// The runs: at least one, all of the same sampling, particle number and kind.
    fn runs(&self) -> &[EnergySeries<'_, T>];

    /// The identity of the run, or of the replicas as one.
    fn run(&self) -> RunId {
        RunId::merged(self.runs().iter().map(EnergySeries::run))
    }
}

impl<T: Real> Runs<T> for EnergySeries<'_, T> {
    fn runs(&self) -> &[EnergySeries<'_, T>] {
        std::slice::from_ref(self)
    }
}

impl<T: Real> Runs<T> for Replicas<EnergySeries<'_, T>> {
    fn runs(&self) -> &[EnergySeries<'_, T>] {
        self.runs()
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
            Replicas::<EnergySeries<f64>>::new(vec![])
                .unwrap_err()
                .to_string(),
            "0 replicas, expected at least 1"
        );
    }
}
