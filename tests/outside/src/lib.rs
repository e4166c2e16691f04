//! Uses `msed` from outside, without its features.

use msed::relaxation::{Fit, Model};
use msed::{EnergyKind, EnergySeries, Error, Lags, Resampling, Sampling, energy};

/// tau* of energies per particle.
pub fn relaxation_time(energies: &[f64]) -> Result<f64, Error> {
    let series = EnergySeries::new(energies, Sampling::new(1, 1.0)?, 1, EnergyKind::PerParticle)?;
    let msed = energy::msed(&series, &Lags::logarithmic(20).up_to_fraction(0.1), Resampling::default())?;
    let fit = Fit::new(Model::Exponential).window([1.0, 400.0]).to(&msed)?;
    Ok(fit.relaxation_time.value())
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_known_relaxation_time_is_found() {
        // A telegraph process that flips with probability p per step: tau = -1/ln(1 - 2p).
        let mut state = 1_u64;
        let mut value = 1.0;
        let energies: Vec<f64> = (0..200_000)
            .map(|_| {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                if (state >> 33) % 100 == 0 {
                    value = -value;
                }
                value
            })
            .collect();
        let tau = super::relaxation_time(&energies).unwrap();
        let expected = -1.0 / (1.0 - 0.02_f64).ln();
        assert!((tau / expected - 1.0).abs() < 0.2, "{tau}, expected {expected}");
    }
}
