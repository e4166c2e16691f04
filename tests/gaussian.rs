//! The efficient estimator on series whose truth is known.

use msed::gaussian::{self, Band};
use msed::relaxation::Model;
use msed::{EnergyKind, EnergySeries, Resampling, Sampling};
use rand::SeedableRng;
use rand_distr::{Distribution, StandardNormal};
use rand_pcg::Pcg64;

/// White fast part and Ornstein-Uhlenbeck slow part of equal variance 1/2, tau = 50 samples.
fn two_scale(n: usize, seed: u64) -> Vec<f64> {
    let mut rng = Pcg64::seed_from_u64(seed);
    let mut normal = move || -> f64 { StandardNormal.sample(&mut rng) };
    let a = (-1.0_f64 / 50.0).exp();
    let s = 0.5_f64.sqrt();
    let mut slow = s * normal();
    (0..n)
        .map(|_| {
            slow = a * slow + s * (1.0 - a * a).sqrt() * normal();
            slow + s * normal()
        })
        .collect()
}

#[test]
fn efficiency() {
    for (length, blocks) in [(100, 5), (100, 6), (100, 7), (100, 20), (300, 10), (300, 20)] {
        let n = length * 50;
        let t0 = std::time::Instant::now();
        let (mut lntau, mut cover, mut fcover, mut umcover, mut resolved, mut lim) =
            (vec![], 0, 0, 0, 0, 0.0);
        for seed in 0..500 {
            let x = two_scale(n, seed);
            let series =
                EnergySeries::new(x, Sampling::new(1, 1.0).unwrap(), 1, EnergyKind::PerParticle).unwrap();
            let fit = gaussian::fit_spectrum(
                &series,
                Model::Exponential,
                Band::Automatic,
                Resampling::Blocks(blocks),
            )
            .unwrap();
            let l = fit.relaxation_time().map(f64::ln);
            lim += fit.max_frequency() / 500.0;
            if fit.unresolved().is_none() {
                resolved += 1;
            }
            lntau.push(l.value());
            let t = l.resamples().t_quantile(0.6827);
            if (l.value() - 50f64.ln()).abs() < t * l.standard_error().unwrap_or(0.0) {
                cover += 1;
            }
            let u = fit.um_squared();
            if (u.value() - 1.0).abs() < t * u.standard_error().unwrap_or(0.0) {
                umcover += 1;
            }
            if (l.value() - 50f64.ln()).abs() < fit.fisher_standard_errors().unwrap()[1] {
                fcover += 1;
            }
        }
        let mean = lntau.iter().sum::<f64>() / 500.0;
        let sd = (lntau.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / 499.0).sqrt();
        println!(
            "{length}: sd {sd:.4} bias {:.4} cover tau {} um {} fisher {} resolved {resolved} limit {lim:.3} {:?}",
            mean - 50f64.ln(),
            cover as f64 / 5.0,
            umcover as f64 / 5.0,
            fcover as f64 / 5.0,
            t0.elapsed()
        );
    }
}
