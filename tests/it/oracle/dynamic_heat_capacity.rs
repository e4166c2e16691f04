//! The dynamic heat capacity on systems whose answer is known in closed form, and on a landscape of
//! two levels that is solved exactly in both ensembles.

use std::f64::consts::PI;

use msed::energy::Moments;
use msed::relaxation::{Fit, Model, Weighting};
use msed::stats::{Estimate, Outcome};
use msed::thermo::{
    DynamicHeatCapacity, HeatCapacitySpectrum, Undetermined, dynamic_heat_capacity, heat_capacity,
};
use msed::{Curve, Ensemble, Lags, Sampling, Units};

use crate::common::energy_landscape::Landscape;

const ENSEMBLES: [Ensemble; 2] = [
    Ensemble::Nve {
        degrees_of_freedom: 2.997,
    },
    Ensemble::Nvt {
        degrees_of_freedom: 2.997,
    },
];
/// g/2.
const KINETIC: f64 = 1.4985;

fn landscape(ensemble: Ensemble, beta: f64) -> Landscape {
    Landscape {
        ensemble,
        fast: 1.4,
        slow: 0.5,
        time: 2.0,
        beta,
        fast_time: 0.0,
    }
}

fn dynamic(of: Landscape) -> DynamicHeatCapacity {
    let msed = of.msed();
    let found = dynamic_heat_capacity(&of.heat_capacity(&msed), &of.fit(&msed)).unwrap();
    found.into_result().unwrap()
}

/// c' and c''.
fn spectrum(of: &DynamicHeatCapacity, frequencies: &[f64]) -> [Vec<f64>; 2] {
    let found = of.at(frequencies).unwrap();
    [found.storage, found.loss].map(|part| part.iter().map(Estimate::value).collect())
}

#[test]
fn all_of_the_heat_capacity_follows_slowly_and_the_fast_part_follows_fast() {
    for ensemble in ENSEMBLES {
        for beta in [1.0, 0.8, 0.5, 1.5] {
            let found = dynamic(landscape(ensemble, beta));
            let [storage, loss] = spectrum(&found, &[1e-9, 1e14]);
            assert!(
                (storage[0] - KINETIC - 1.9).abs() < 1e-8,
                "{ensemble:?} {beta}: {storage:?}"
            );
            assert!(
                (storage[1] - KINETIC - 1.4).abs() < 1e-6,
                "{ensemble:?} {beta}: {storage:?}"
            );
            assert!(
                loss.iter().all(|loss| (0.0..1e-6).contains(loss)),
                "{ensemble:?} {beta}: {loss:?}"
            );
        }
    }
}

#[test]
fn storage_follows_from_loss_by_kramers_and_kronig() {
    // c'(w) - c(inf) = (2/pi) P int x c''(x)/(x^2 - w^2) dx, over ln x by the midpoints of steps
    // about ln w: they straddle the pole evenly, and its principal value converges exponentially.
    const STEP: f64 = 0.1;
    for ensemble in ENSEMBLES {
        for beta in [1.0, 0.6, 1.5] {
            let found = dynamic(landscape(ensemble, beta));
            for frequency in [0.05, 0.5, 3.0] {
                let [storage, _] = spectrum(&found, &[frequency]);
                let x: Vec<f64> = (-300..500)
                    .map(|k| frequency * (STEP * (f64::from(k) + 0.5)).exp())
                    .collect();
                let [_, loss] = spectrum(&found, &x);
                let part = |(x, loss): (&f64, &f64)| x * x * loss / (x * x - frequency * frequency);
                let integral: f64 = x.iter().zip(&loss).map(part).sum();
                let expected = KINETIC + 1.4 + 2.0 / PI * STEP * integral;
                assert!(
                    (storage[0] - expected).abs() < 1e-7,
                    "{ensemble:?} {beta} at {frequency}: {storage:?} {expected}"
                );
            }
        }
    }
}

#[test]
fn an_exponential_relaxation_is_a_debye_law_in_either_ensemble() {
    for ensemble in ENSEMBLES {
        let found = dynamic(landscape(ensemble, 1.0));
        let ratio = (KINETIC + 1.9) / (KINETIC + 1.4);
        let [isothermal, adiabatic] = match ensemble {
            Ensemble::Nve { .. } => [2.0 * ratio, 2.0],
            _ => [2.0, 2.0 / ratio],
        };
        let close = |number: &Estimate, expected: f64| (number.value() / expected - 1.0).abs() < 1e-7;
        assert!(close(&found.isothermal_time, isothermal) && close(&found.adiabatic_time, adiabatic));
        assert!(close(&found.time_ratio, ratio));
        let frequencies = [0.01, 0.1, 0.3, 1.0, 10.0];
        let [storage, loss] = spectrum(&found, &frequencies);
        for (k, w) in frequencies.iter().enumerate() {
            let x = w * isothermal;
            let [real, imaginary] = [0.5 / (1.0 + x * x), 0.5 * x / (1.0 + x * x)];
            assert!(
                (storage[k] - KINETIC - 1.4 - real).abs() < 1e-8,
                "{ensemble:?} {w}"
            );
            assert!((loss[k] - imaginary).abs() < 1e-8, "{ensemble:?} {w}");
        }
        let peak = found.loss_peak.into_result().unwrap();
        assert!(close(&peak.frequency, isothermal.recip()), "{peak}");
        assert!(close(&peak.height, 0.25), "{peak}");
        // Half of the height at x = 2 -+ sqrt(3).
        let width = 2.0 * (2.0 + 3.0_f64.sqrt()).log10();
        assert!(close(&peak.width.into_result().unwrap(), width));
    }
}

#[test]
fn a_curve_is_transformed_as_its_closed_form() {
    for ensemble in ENSEMBLES {
        for (beta, bound) in [(1.0, 2e-3), (0.7, 2e-3), (0.5, 2e-3)] {
            let of = landscape(ensemble, beta);
            let of = Landscape {
                fast_time: 0.02,
                ..of
            };
            let msed = of.msed();
            let found = dynamic_heat_capacity(&of.heat_capacity(&msed), &of.fit(&msed)).unwrap();
            let found = found.into_result().unwrap();
            // Up to the reciprocal of five lags.
            let frequencies: Vec<f64> = (-30..=17).map(|k| 10_f64.powf(f64::from(k) / 10.0)).collect();
            let measured = found
                .measured(&msed, &frequencies)
                .unwrap()
                .into_result()
                .unwrap();
            assert!(
                measured.cut.unwrap()
                    <= 3.0 * found.adiabatic_time.value().max(found.isothermal_time.value())
            );
            let exact = dynamic(landscape(ensemble, beta));
            let mut worst = [0.0_f64; 2];
            for (k, &w) in frequencies.iter().enumerate() {
                // The fast part relaxes as a Debye law of its own: L of both parts.
                let [storage, loss] = spectrum(&exact, &[w]);
                let [fast_real, fast_imaginary] = {
                    let x = 0.02 * w;
                    [-x * x / (1.0 + x * x), x / (1.0 + x * x)]
                };
                let (expected_storage, expected_loss) = match ensemble {
                    Ensemble::Nve { .. } => {
                        // 1/c = (1 - L)/(g/2).
                        let square = storage[0].powi(2) + loss[0].powi(2);
                        let y = 1.4 / (1.4 + KINETIC);
                        let real = KINETIC * storage[0] / square - y * fast_real;
                        let imaginary = -KINETIC * loss[0] / square - y * fast_imaginary;
                        let square = real.powi(2) + imaginary.powi(2);
                        (KINETIC * real / square, -KINETIC * imaginary / square)
                    }
                    _ => (storage[0] + 1.4 * fast_real, loss[0] + 1.4 * fast_imaginary),
                };
                worst[0] = worst[0].max((measured.storage[k].value() - expected_storage).abs() / 0.5);
                worst[1] = worst[1].max((measured.loss[k].value() - expected_loss).abs() / 0.5);
            }
            println!("{ensemble:?} beta = {beta}: {worst:?} of C_2");
            assert!(
                worst.iter().all(|worst| *worst < bound),
                "{ensemble:?} {beta}: {worst:?}"
            );
        }
    }
}

#[test]
fn what_is_missing_says_why() {
    let of = landscape(ENSEMBLES[0], 1.0);
    let msed = of.msed();
    let c = of.heat_capacity(&msed);
    let fit = of.fit(&msed);
    let found = dynamic_heat_capacity(&c, &fit).unwrap().into_result().unwrap();
    let refused = found.at(&[1.0, f64::NAN]).unwrap_err().to_string();
    assert_eq!(
        refused,
        "angular frequency NaN, expected a positive finite number"
    );
    // A curve that ends too early for the mean time, and one that is not the fit's.
    let short = msed.window(0.0..=4.0);
    let why = found.measured(&short, &[1.0]).unwrap();
    assert!(
        matches!(why, Outcome::Unresolved(Undetermined::Curve(_))),
        "{why:?}"
    );
    assert!(found.measured(&of.msed().map(|_, x| 2.0 * x), &[1.0]).is_ok());
    assert!(
        found
            .measured(&landscape(ENSEMBLES[1], 1.0).msed(), &[1.0])
            .is_err()
    );
    // A slow part that is not above 0.
    let none = Landscape { slow: -0.1, ..of }.heat_capacity(&msed);
    let why = dynamic_heat_capacity(&none, &fit).unwrap();
    assert!(
        matches!(why, Outcome::Unresolved(Undetermined::NoSlowPart { .. })),
        "{why:?}"
    );
    // A decay has no heat capacity.
    let falling = msed.map(|t, _| (-t / 2.0).exp());
    let decay = Fit::decay().weighting(Weighting::Uniform).to(&falling).unwrap();
    assert!(dynamic_heat_capacity(&c, &decay).is_err());
}

/// Sites of two levels beside particles that have `BATH` degrees of freedom each: momenta and
/// harmonic vibrations, which are in equilibrium with each other at any time.
struct TwoLevels {
    sites: usize,
    gap: f64,
    /// Energy of bath and sites together.
    total: f64,
}

/// g and the number of vibrational coordinates.
const MOMENTA: f64 = 3.0;
const VIBRATIONS: f64 = 2.0;
/// Rate of the downward step.
const DOWN: f64 = 1.0;

impl TwoLevels {
    /// Half of the bath's degrees of freedom.
    fn half(&self) -> f64 {
        0.5 * (MOMENTA + VIBRATIONS) * self.sites as f64
    }

    fn bath(&self, excited: usize) -> f64 {
        self.total - self.gap * excited as f64
    }

    /// Rates up and down with `excited` sites in the upper level: one site steps up exp(-gap/T)
    /// times as often as down at the temperature of the bath, in the form that leaves the
    /// microcanonical distribution as it is.
    fn rates(&self, excited: usize) -> [f64; 2] {
        let up = (self.bath(excited + 1) / self.bath(excited)).powf(self.half() - 1.0);
        let sites = self.sites as f64;
        [DOWN * up * (sites - excited as f64), DOWN * excited as f64]
    }

    /// The probability of each number of excited sites, up to where it vanishes.
    fn distribution(&self) -> Vec<f64> {
        let mut weights = vec![1.0];
        for n in 0..self.sites {
            let next = weights[n] * self.rates(n)[0] / self.rates(n + 1)[1];
            weights.push(next);
        }
        let largest = weights.iter().copied().fold(0.0, f64::max);
        let last = weights
            .iter()
            .rposition(|&weight| weight > 1e-18 * largest)
            .unwrap();
        weights.truncate(last + 1);
        let sum: f64 = weights.iter().sum();
        weights.iter().map(|weight| weight / sum).collect()
    }

    /// The exact covariance of the number of excited sites after each of `steps` steps: the master
    /// equation, by Runge and Kutta's method.
    fn covariance(&self, step: f64, steps: usize) -> Vec<f64> {
        let p = self.distribution();
        let mean: f64 = p.iter().enumerate().map(|(n, p)| n as f64 * p).sum();
        let rates: Vec<[f64; 2]> = (0..p.len()).map(|n| self.rates(n)).collect();
        // Backwards: d/dt E[dn(t) | n] = up (E[n+1] - E[n]) + down (E[n-1] - E[n]).
        let change = |f: &[f64]| -> Vec<f64> {
            let of = |n: usize| {
                let above = f.get(n + 1).map_or(0.0, |next| rates[n][0] * (next - f[n]));
                let below = if n > 0 {
                    rates[n][1] * (f[n - 1] - f[n])
                } else {
                    0.0
                };
                above + below
            };
            (0..f.len()).map(of).collect()
        };
        let moved = |f: &[f64], by: &[f64], h: f64| -> Vec<f64> {
            f.iter().zip(by).map(|(f, k)| f + h * k).collect()
        };
        let mut f: Vec<f64> = (0..p.len()).map(|n| n as f64 - mean).collect();
        let start = f.clone();
        let mut covariance = Vec::with_capacity(steps + 1);
        for _ in 0..=steps {
            covariance.push((0..p.len()).map(|n| p[n] * start[n] * f[n]).sum());
            let a = change(&f);
            let b = change(&moved(&f, &a, 0.5 * step));
            let c = change(&moved(&f, &b, 0.5 * step));
            let d = change(&moved(&f, &c, step));
            for n in 0..f.len() {
                f[n] += step / 6.0 * (a[n] + 2.0 * b[n] + 2.0 * c[n] + d[n]);
            }
        }
        covariance
    }
}

/// A landscape of two levels at T = 1, whose sites relax independently at constant temperature with
/// the sum of their rates, and exchange energy with the bath at constant total energy. Both runs,
/// each by the formula of its ensemble, must give one c(w), and the ratio of the two times that
/// linear response demands.
#[test]
fn two_levels_have_one_dynamic_heat_capacity_in_both_ensembles() {
    let (sites, gap) = (300, 2.0_f64);
    let [up, down] = [DOWN * (-gap).exp(), DOWN];
    let excited = up / (up + down);
    let (fast, slow) = (0.5 * VIBRATIONS, gap * gap * excited * (1.0 - excited));
    let kinetic = 0.5 * MOMENTA;
    let number = sites as f64;
    let half = 0.5 * (MOMENTA + VIBRATIONS) * number;
    let total = half + gap * excited * number;
    let step = 0.004;
    let system = TwoLevels { sites, gap, total };
    let p = system.distribution();
    let mean_bath: f64 = p.iter().enumerate().map(|(n, p)| p * system.bath(n)).sum();
    let temperature = mean_bath / half;
    // The vibrations hold `share` of the bath, with the variance of a beta distribution.
    let share = VIBRATIONS / (MOMENTA + VIBRATIONS);
    let squares: f64 = p
        .iter()
        .enumerate()
        .map(|(n, p)| p * system.bath(n).powi(2))
        .sum();
    let white = share * (1.0 - share) * squares / (half + 1.0) / number.powi(2);
    let sampling = Sampling::new(1, step).unwrap();
    let lags = Lags::logarithmic(20).up_to_samples(2500);
    let lags = lags.resolve(25_000, &sampling).unwrap();
    let covariance = system.covariance(step, 2500);
    let scale = (gap * (1.0 - share) / number).powi(2);
    let find = |ensemble, temperature, white: f64, covariance: &dyn Fn(f64) -> f64| {
        let variance = white + covariance(0.0);
        let values: Vec<f64> = lags
            .iter()
            .map(|lag| 2.0 * (variance - covariance(lag.time(step))))
            .collect();
        let msed = Curve::from_values(lags.clone(), step, values);
        let exact = |value| Estimate::new(value, vec![], msed.resamples());
        let moments = [exact(0.0), exact(variance), exact(0.0)];
        let moments = Moments::from_parts(sites, 25_000, moments, Some(temperature), None);
        let c = heat_capacity(&moments, Units::LJ, ensemble).unwrap();
        let fit = Fit::new(Model::Exponential)
            .window([0.02, 8.0])
            .weighting(Weighting::Uniform);
        let fit = fit.to(&msed).unwrap();
        let found = dynamic_heat_capacity(&c, &fit).unwrap().into_result().unwrap();
        let w: Vec<f64> = (-20..=10).map(|k| 10_f64.powf(f64::from(k) / 10.0)).collect();
        let measured = found.measured(&msed, &w).unwrap().into_result().unwrap();
        (found, w, measured)
    };
    let nve = Ensemble::nve(sites).with_degrees_of_freedom(MOMENTA);
    let at = |time: f64| scale * covariance[(time / step).round() as usize];
    let (nve, w, nve_curve) = find(nve, temperature, white, &at);
    // Independent sites, and vibrations of variance T² each two of them.
    let variance = gap * gap * excited * (1.0 - excited) / number;
    let nvt = Ensemble::nvt(sites).with_degrees_of_freedom(MOMENTA);
    let of_sites = |time: f64| variance * (-(up + down) * time).exp();
    let (nvt, _, nvt_curve) = find(nvt, 1.0, fast / number, &of_sites);

    let expected = (kinetic + fast + slow) / (kinetic + fast);
    println!(
        "tau_T/tau_E: {expected} expected, {} from the times of both ensembles, {} by NVE alone",
        nvt.isothermal_time.value() / nve.adiabatic_time.value(),
        nve.time_ratio
    );
    assert!((nvt.isothermal_time.value() * (up + down) - 1.0).abs() < 1e-6);
    let ratio = nvt.isothermal_time.value() / nve.adiabatic_time.value();
    assert!((ratio / expected - 1.0).abs() < 0.03, "{ratio} {expected}");
    for found in [&nve, &nvt] {
        assert!(
            (found.time_ratio.value() / expected - 1.0).abs() < 0.03,
            "{}",
            found.time_ratio
        );
    }
    let by = nve.isothermal_time.value() / nvt.isothermal_time.value();
    assert!((by - 1.0).abs() < 0.03, "{by}");
    let [nve_model, nvt_model] = [&nve, &nvt].map(|found| found.at(&w).unwrap());
    let apart = |a: &HeatCapacitySpectrum, b: &HeatCapacitySpectrum| {
        let parts = [(&a.storage, &b.storage), (&a.loss, &b.loss)];
        let of = |(a, b): (&Vec<Estimate>, &Vec<Estimate>)| {
            let pairs = a.iter().zip(b);
            pairs
                .map(|(a, b)| (a.value() - b.value()).abs())
                .fold(0.0, f64::max)
        };
        parts.into_iter().map(of).fold(0.0, f64::max) / slow
    };
    let models = apart(&nve_model, &nvt_model);
    let curves = [&nve_curve, &nvt_curve].map(|curve| apart(curve, &nvt_model));
    println!("largest differences of c in units of C_2: models {models}, curves {curves:?}");
    // Of the order of 1/sites.
    assert!(models < 0.01, "{models}");
    assert!(curves.iter().all(|apart| *apart < 0.015), "{curves:?}");
}
