//! The automatic window of a fit against the rules that its documentation states: where inertial
//! motion, falls and vibrations that only rise put its start, and where origins and the plateau put
//! its end.

use msed::relaxation::{Fit, Model, Relaxation};
use msed::stats::{Resamples, RunId};
use msed::{Curve, Lag, Resampling};
use rand::{RngExt, SeedableRng};
use rand_distr::StandardNormal;
use rand_pcg::Pcg64;

const ROUNDING: f64 = 1e-9;

/// Ten blocks of `samples` samples in all: a rise with noise that neighbouring lags share.
fn curve(of: impl Fn(f64) -> f64, samples: u64, noise: f64, random: &mut Pcg64) -> Curve {
    let mut steps: Vec<u64> = (0..=65)
        .map(|k| 10_f64.powf(f64::from(k) / 20.0).round() as u64)
        .collect();
    steps.dedup();
    steps.retain(|&step| step < samples / 5);
    let mut normal = || random.sample::<f64, _>(StandardNormal);
    let blocks: Vec<Vec<f64>> = (0..10)
        .map(|_| {
            let mut state = normal();
            let mut next = || {
                state = 0.8 * state + 0.6 * normal();
                (noise * state).exp()
            };
            steps.iter().map(|&step| of(step as f64) * next()).collect()
        })
        .collect();
    let mean = |without: Option<usize>| -> Vec<f64> {
        let kept: Vec<&Vec<f64>> = (0..10)
            .filter(|&b| Some(b) != without)
            .map(|b| &blocks[b])
            .collect();
        (0..steps.len())
            .map(|k| kept.iter().map(|block| block[k]).sum::<f64>() / kept.len() as f64)
            .collect()
    };
    Curve::from_replicates(
        steps.iter().map(|&step| Lag::from_steps(step)).collect(),
        1.0,
        mean(None),
        steps.iter().map(|step| samples - step).collect(),
        (0..10).map(|b| mean(Some(b))).collect(),
        Resamples::new(RunId::named("a curve"), Resampling::Blocks(10), 10),
        Lag::from_steps(samples / 5),
    )
}

/// The standard error over ten blocks.
fn jackknife(replicates: impl Iterator<Item = f64>) -> f64 {
    let replicates: Vec<f64> = replicates.collect();
    let mean = replicates.iter().sum::<f64>() / 10.0;
    (0.9 * replicates.iter().map(|x| (x - mean).powi(2)).sum::<f64>()).sqrt()
}

/// The times of the lags that keep nine tenths of the origins, with their places.
fn kept(curve: &Curve) -> Vec<usize> {
    (0..curve.len())
        .filter(|&k| curve.origins()[k] as f64 >= 0.9 * curve.origins()[0] as f64)
        .collect()
}

/// The start before any fit: twice the time of the first minimum after the first maximum of
/// inertial motion, or twice the time of the bottom of the last fall by more than six standard
/// errors.
fn opening(curve: &Curve) -> f64 {
    let places = kept(curve);
    let last = places.len() - 1;
    let time = |k: usize| curve.lag_time(places[k]);
    let value = |k: usize| curve.values()[places[k]];
    let slope = |k: usize| (value(k + 1) / value(k)).ln() / (time(k + 1) / time(k)).ln();
    let mut start = 0.0;
    if slope(0) > 1.2 {
        let ends = (0..last).find(|&k| slope(k) <= 1.0).unwrap_or(last);
        let rest = (ends.max(1)..last).take_while(|&k| time(k) <= 10.0 * time(ends));
        start = match rest.into_iter().find(|&k| value(k + 1) < value(k)) {
            None => 2.0 * time(ends),
            Some(maximum) => {
                let minimum = (maximum + 1..last)
                    .find(|&k| value(k + 1) > value(k))
                    .unwrap_or(maximum);
                2.0 * time(minimum)
            }
        };
    }
    let falls = |i: usize, j: usize| {
        let replicates = |k: usize| (0..10).map(move |r| curve.replicate(r)[k]);
        let differences = replicates(places[i])
            .zip(replicates(places[j]))
            .map(|(x, y)| x - y);
        value(i) - value(j) > 6.0 * jackknife(differences)
    };
    for i in (0..last).rev().take_while(|&i| time(i) >= start) {
        if let Some(reached) = (i + 1..=last).find(|&j| falls(i, j)) {
            let bottom = (reached..last).find(|&j| value(j + 1) > value(j)).unwrap_or(last);
            return 2.0 * time(bottom);
        }
    }
    if start > 0.0 { start } else { time(0) }
}

type Parameters = [f64; 4];

fn parameters(fit: &Relaxation) -> Parameters {
    [&fit.u0_squared, &fit.um_squared, &fit.relaxation_time, &fit.beta].map(msed::Estimate::value)
}

/// The parameters on each resample. Where U0² rests at 0 its replicates are not those of the fit,
/// which is then made again, with the resample as the whole and the same weights.
fn on_resamples(curve: &Curve, fit: &Relaxation) -> Vec<Parameters> {
    let estimates = [&fit.u0_squared, &fit.um_squared, &fit.relaxation_time, &fit.beta];
    let bounded = fit.u0_squared.value() == 0.0 || fit.u0_squared.replicates().iter().any(|&u0| u0 <= 0.0);
    let of = |r: usize| {
        if !bounded {
            return estimates.map(|p| p.replicates()[r]);
        }
        let resample = Curve::from_replicates(
            curve.lags().to_vec(),
            curve.time_step(),
            curve.replicate(r).to_vec(),
            curve.origins().to_vec(),
            (0..10).map(|r| curve.replicate(r).to_vec()).collect(),
            curve.resamples(),
            curve.longest_with_error(),
        );
        let again = Fit::new(fit.model).window(fit.window()).to(&resample);
        parameters(&again.unwrap())
    };
    (0..10).map(of).collect()
}

/// Whether a fit differs from its first lags by no more than three standard errors of the
/// difference, and from any up to ten mean relaxation times by five.
fn agrees(curve: &Curve, fit: &Relaxation) -> bool {
    let of = fit.evidence.least_squares().unwrap();
    let [shortest, longest] = of.lag_range;
    let model = |[u0, um, tau, beta]: Parameters, t: f64| u0 - um * (-(t / tau).powf(beta)).exp_m1();
    let whole = parameters(fit);
    if whole[1] <= 0.0 || whole[2] < shortest || fit.um_squared.replicates().iter().any(|p| p.is_nan()) {
        return false;
    }
    let resampled = on_resamples(curve, fit);
    let inside = |t: f64| t >= shortest * (1.0 - ROUNDING) && t <= longest * (1.0 + ROUNDING);
    let points = (0..curve.len()).filter(|&k| inside(curve.lag_time(k)));
    points.enumerate().all(|(place, k)| {
        let t = curve.lag_time(k);
        let is_first = place < 3 || t <= 2.0 * shortest * (1.0 + ROUNDING);
        let matters = is_first || t <= 10.0 * fit.mean_relaxation_time.value() * (1.0 + ROUNDING);
        let error = jackknife((0..10).map(|r| curve.replicate(r)[k] - model(resampled[r], t)));
        let deviation = ((curve.values()[k] - model(whole, t)) / error).abs();
        !matters || deviation <= if is_first { 3.0 } else { 5.0 }
    })
}

/// The window, by fits to windows that are given.
fn expected(curve: &Curve, model: Model) -> [f64; 2] {
    let times: Vec<f64> = kept(curve).iter().map(|&k| curve.lag_time(k)).collect();
    let last = times[times.len() - 1];
    let within = |window| Fit::new(model).window(window).to(curve).unwrap();
    let least = if model == Model::Stretched { 8 } else { 6 };
    let from = |start: f64| {
        times
            .iter()
            .copied()
            .filter(move |&t| t >= start * (1.0 - ROUNDING))
    };
    let mut start = opening(curve);
    if from(start).count() < least {
        start = times[0];
    }
    let mut fit = within([start, last]);
    if !agrees(curve, &fit) {
        let lags: Vec<f64> = from(start).collect();
        let candidates = lags[..lags.len().saturating_sub(least)].iter().skip(1);
        for &later in candidates.filter(|&&t| 20.0 * t <= last) {
            let found = within([later, last]);
            if agrees(curve, &found) {
                start = later.max((2.0 * later).min(0.5 * found.relaxation_time.value()));
                fit = within([start, last]);
                break;
            }
        }
    }
    let relaxes = fit.um_squared.value() > 0.0;
    let wanted = (5.0 * fit.mean_relaxation_time.value()).max(20.0 * start);
    [start, if relaxes { last.min(wanted) } else { last }]
}

#[test]
fn the_window_of_a_rise_is_its_rule() {
    let mut random = Pcg64::seed_from_u64(7);
    // Starts at the first lag, after inertial motion or a fall, and later by agreement; ends at the
    // origins and before.
    let (mut starts, mut ends) = ([0; 3], [0; 2]);
    for k in 0..80 {
        let tau = 10_f64.powf(random.random_range(1.0..2.7));
        let period = random.random_range(3.0..9.0);
        let noise = 10_f64.powf(random.random_range(-3.5..-1.5));
        let fast = move |t: f64| match k % 4 {
            // White noise; a vibration that is resolved; one that only rises; one that is sampled
            // too coarsely for its rise.
            0 => 1.0,
            1 => 1.0 - (-(t / period).powi(2)).exp() * (std::f64::consts::TAU * t / period / 4.0).cos(),
            2 => -(-t / period).exp_m1(),
            _ => 1.0 + 0.3 * (-t / period).exp(),
        };
        let rise = |t: f64| fast(t) - (-t / tau).exp_m1();
        let curve = curve(rise, random.random_range(3000..30_000), noise, &mut random);
        let model = if k % 3 == 0 {
            Model::Stretched
        } else {
            Model::Exponential
        };
        let found = Fit::new(model).to(&curve).unwrap().window();
        let expected = expected(&curve, model);
        assert!(
            (0..2).all(|k| (found[k] / expected[k] - 1.0).abs() < 1e-6),
            "{k}: {found:?} {expected:?}"
        );
        let opened = opening(&curve);
        starts[usize::from(opened > 1.0) + usize::from(expected[0] > opened * 1.01)] += 1;
        let places = kept(&curve);
        ends[usize::from(expected[1] < curve.lag_time(places[places.len() - 1]))] += 1;
    }
    assert!(starts.iter().chain(&ends).all(|&n| n > 5), "{starts:?} {ends:?}");
}
