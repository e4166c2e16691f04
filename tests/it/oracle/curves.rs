//! What is read off a curve (diffusion, the time of a plateau, a peak, the window of a decay)
//! against the rules that its documentation states, on curves of every shape with noise.

use msed::relaxation::{Fit, SquaredDisplacement, diffusion, peak, tau_beta};
use msed::stats::{Resamples, RunId};
use msed::{Curve, Estimate, Lag, Resampling};
use rand::{RngExt, SeedableRng};
use rand_distr::StandardNormal;
use rand_pcg::Pcg64;

/// Student's t for nine degrees of freedom at 95 %, two-sided.
const T_95: f64 = 2.262_157;
/// Rounding of what is compared with a bound.
const ROUNDING: f64 = 1e-9;

/// Ten blocks of a curve: `of` a time, with noise of a part of the value that neighbouring lags
/// share.
fn curve(of: impl Fn(f64) -> f64, per_decade: f64, noise: f64, random: &mut Pcg64) -> Curve {
    let last = (3.5 * per_decade) as i32;
    let mut steps: Vec<u64> = (0..=last)
        .map(|k| 10_f64.powf(f64::from(k) / per_decade).round() as u64)
        .collect();
    steps.dedup();
    let mut normal = || random.sample::<f64, _>(StandardNormal);
    let blocks: Vec<Vec<f64>> = (0..10)
        .map(|_| {
            let mut state = normal();
            let mut next = || {
                state = 0.9 * state + 0.19_f64.sqrt() * normal();
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
        0.5,
        mean(None),
        vec![1000; steps.len()],
        (0..10).map(|b| mean(Some(b))).collect(),
        Resamples::new(RunId::named("a curve"), Resampling::Blocks(10), 10),
        // The last lags have no error.
        Lag::from_steps(2500),
    )
}

fn select(curve: &Curve, keep: impl Fn(usize) -> bool) -> Curve {
    let kept: Vec<usize> = (0..curve.len()).filter(|&k| keep(k)).collect();
    let of = |values: &[f64]| kept.iter().map(|&k| values[k]).collect::<Vec<f64>>();
    Curve::from_replicates(
        kept.iter().map(|&k| curve.lags()[k]).collect(),
        curve.time_step(),
        of(curve.values()),
        kept.iter().map(|&k| curve.origins()[k]).collect(),
        (0..10).map(|r| of(curve.replicate(r))).collect(),
        curve.resamples(),
        curve.longest_with_error(),
    )
}

fn known(curve: &Curve) -> Curve {
    select(curve, |k| {
        curve.standard_errors()[k].is_some() && curve.values()[k] > 0.0
    })
}

fn error(estimate: &Estimate) -> f64 {
    estimate.standard_error().unwrap()
}

/// Intercept and slope of a weighted straight line.
fn line(x: &[f64], y: &[f64], weights: &[f64]) -> [f64; 2] {
    let sum = |f: &dyn Fn(usize) -> f64| (0..x.len()).map(|k| weights[k] * f(k)).sum::<f64>();
    let (w, sx, sy) = (sum(&|_| 1.0), sum(&|k| x[k]), sum(&|k| y[k]));
    let slope = (w * sum(&|k| x[k] * y[k]) - sx * sy) / (w * sum(&|k| x[k] * x[k]) - sx * sx);
    [(sy - slope * sx) / w, slope]
}

fn slope_between(curve: &Curve, i: usize, j: usize) -> Estimate {
    let ratio = (curve.lag_time(j) / curve.lag_time(i)).ln();
    curve.evaluate(|values| (values[j] / values[i]).ln() / ratio)
}

/// The first lag of the window of diffusion, in the curve of known lags.
fn diffusive_from(curve: &Curve) -> Option<usize> {
    let pairs = (0..curve.len()).map_while(|i| {
        let twice = 2.0 * curve.lag_time(i) * (1.0 - ROUNDING);
        (i + 1..curve.len())
            .find(|&j| curve.lag_time(j) >= twice)
            .map(|j| (i, j))
    });
    let slopes: Vec<Estimate> = pairs.map(|(i, j)| slope_between(curve, i, j)).collect();
    let half = |slope: &Estimate| T_95 * error(slope);
    let is_one = |slope: &Estimate| (slope.value() - 1.0).abs() <= half(slope).max(0.05);
    let start = slopes
        .iter()
        .rposition(|slope| !is_one(slope))
        .map_or(0, |k| k + 1);
    if half(slopes.get(start)?) > 0.25 {
        return None;
    }
    let part = select(curve, |k| k >= start);
    let logarithms: Vec<f64> = part.lag_times().map(f64::ln).collect();
    let errors: Vec<f64> = part
        .standard_errors()
        .iter()
        .map(|error| error.unwrap())
        .collect();
    let weights: Vec<f64> = part
        .values()
        .iter()
        .zip(&errors)
        .map(|(x, e)| (x / e).powi(2))
        .collect();
    let slope = part.evaluate(|values| {
        let values: Vec<f64> = values.iter().map(|x| x.ln()).collect();
        line(&logarithms, &values, &weights)[1]
    });
    (is_one(&slope) && half(&slope) <= 0.25).then_some(start)
}

#[test]
fn the_window_of_diffusion_is_its_rule() {
    let mut random = Pcg64::seed_from_u64(1);
    let mut seen = [0; 3];
    for _ in 0..600 {
        let (cage, time) = (random.random_range(0.0..2.0), random.random_range(2.0..300.0));
        let power = random.random_range(0.9..1.06_f64);
        let of = |t: f64| cage * -(-t / time).exp_m1() + 0.06 * t.powf(power);
        let noise = 10_f64.powf(random.random_range(-3.0..-0.8));
        let curve = curve(of, 8.0, noise, &mut random);
        let found = diffusion(&SquaredDisplacement::new(curve.clone(), 3).unwrap());
        let curve = known(&curve);
        let expected = diffusive_from(&curve);
        assert_eq!(found.is_resolved(), expected.is_some(), "{found}");
        if let (Some(found), Some(start)) = (found.value(), expected) {
            let last = curve.len() - 1;
            assert_eq!(found.window, [start, last].map(|k| curve.lag_time(k)));
            assert_eq!(found.points, curve.len() - start);
            let part = select(&curve, |k| k >= start);
            let times: Vec<f64> = part.lag_times().collect();
            let weights: Vec<f64> = part
                .standard_errors()
                .iter()
                .map(|e| e.unwrap().powi(-2))
                .collect();
            let [intercept, slope] = line(&times, part.values(), &weights);
            assert!((found.coefficient.value() / (slope / 6.0) - 1.0).abs() < 1e-9);
            assert!(
                (found.intercept.value() - intercept).abs() < 1e-7 * (slope * times[0] + intercept.abs())
            );
        }
        seen[expected.map_or(0, |start| if start == 0 { 1 } else { 2 })] += 1;
    }
    assert!(seen.iter().all(|&n| n > 40), "{seen:?}");
}

/// Time and value of the vertex of the parabola through three points in ln t.
fn vertex(times: [f64; 3], values: [f64; 3]) -> [f64; 2] {
    let [a, b, c] = times.map(f64::ln);
    // Lagrange's form, expanded.
    let [p, q, r] = [
        values[0] / ((a - b) * (a - c)),
        values[1] / ((b - a) * (b - c)),
        values[2] / ((c - a) * (c - b)),
    ];
    let (second, first) = (p + q + r, -(p * (b + c) + q * (a + c) + r * (a + b)));
    let x = -first / (2.0 * second);
    [
        x.exp(),
        p * (x - b) * (x - c) + q * (x - a) * (x - c) + r * (x - a) * (x - b),
    ]
}

/// The first local maximum from which the curve falls by more than two standard errors before it
/// rises above it again.
fn maximum(curve: &Curve) -> Option<[f64; 2]> {
    let values = curve.values();
    let falls = |k: &usize| {
        let rest = (k + 1..curve.len()).take_while(|&j| values[j] <= values[*k]);
        let lowest = rest.min_by(|&i, &j| values[i].total_cmp(&values[j])).unwrap();
        let fall = curve.evaluate(|values| values[*k] - values[lowest]);
        fall.value() > 2.0 * error(&fall)
    };
    let inside = 1..curve.len() - 1;
    let k = inside
        .filter(|&k| values[k] > values[k - 1] && values[k] > values[k + 1])
        .find(falls)?;
    let three = [k - 1, k, k + 1];
    Some(vertex(three.map(|k| curve.lag_time(k)), three.map(|k| values[k])))
}

/// The smallest of the slopes at ten lags a decade, if those on both sides exceed it by more than
/// two standard errors.
fn flattest(curve: &Curve) -> Option<[f64; 2]> {
    let mut kept = vec![0];
    for k in 1..curve.len() {
        let ratio = curve.lag_time(k) / curve.lag_time(kept[kept.len() - 1]);
        if ratio >= 10_f64.powf(0.1) * (1.0 - ROUNDING) {
            kept.push(k);
        }
    }
    let pairs: Vec<[usize; 2]> = kept.windows(2).map(|w| [w[0], w[1]]).collect();
    let slopes: Vec<Estimate> = pairs.iter().map(|&[i, j]| slope_between(curve, i, j)).collect();
    let values: Vec<f64> = slopes.iter().map(Estimate::value).collect();
    let at = (0..values.len()).min_by(|&i, &j| values[i].total_cmp(&values[j]))?;
    let rises = |k: usize| {
        let [i, j] = pairs[k];
        let [first, second] = pairs[at];
        let ratio = |i: usize, j: usize| (curve.lag_time(j) / curve.lag_time(i)).ln();
        let (here, there) = (ratio(i, j), ratio(first, second));
        let rise = curve.evaluate(|v| (v[j] / v[i]).ln() / here - (v[second] / v[first]).ln() / there);
        rise.value() > 2.0 * error(&rise)
    };
    if !((0..at).any(rises) && (at + 1..values.len()).any(rises)) {
        return None;
    }
    let three = [at - 1, at, at + 1];
    let time = |k: usize| (curve.lag_time(pairs[k][0]) * curve.lag_time(pairs[k][1])).sqrt();
    Some(vertex(three.map(time), three.map(|k| values[k])))
}

fn assert_same(found: Option<[f64; 2]>, expected: Option<[f64; 2]>) {
    let same = match (found, expected) {
        (Some(found), Some(expected)) => {
            (0..2).all(|k| (found[k] - expected[k]).abs() <= 1e-7 * expected[k].abs().max(1e-3))
        }
        (found, expected) => found == expected,
    };
    assert!(same, "{found:?}, expected {expected:?}");
}

#[test]
fn the_time_of_the_plateau_is_its_rule_by_both_definitions() {
    let mut random = Pcg64::seed_from_u64(2);
    let mut seen = [[0; 2]; 2];
    for _ in 0..600 {
        let (overshoot, time) = (random.random_range(0.0..0.3), random.random_range(5.0..60.0));
        let slow = 10_f64.powf(random.random_range(-5.0..-2.0));
        let of = |t: f64| {
            let cage =
                -(-(t / time).powi(2)).exp_m1() + overshoot * (-t / (3.0 * time)).exp() * (t / time).min(1.0);
            0.05 * cage + slow * t
        };
        let noise = 10_f64.powf(random.random_range(-3.0..0.4));
        let curve = curve(of, random.random_range(7.0..25.0), noise, &mut random);
        let (found, curve) = (tau_beta(&curve), known(&curve));
        let both = [
            (&found.msd_maximum, maximum(&curve)),
            (&found.log_slope_minimum, flattest(&curve)),
        ];
        for (k, (found, expected)) in both.into_iter().enumerate() {
            assert_same(
                found.value().map(|at| [at.time.value(), at.value.value()]),
                expected,
            );
            seen[k][usize::from(expected.is_some())] += 1;
        }
    }
    assert!(seen.iter().flatten().all(|&n| n > 30), "{seen:?}");
}

fn determinant([a, b, c]: [[f64; 3]; 3]) -> f64 {
    a[0] * (b[1] * c[2] - b[2] * c[1]) - a[1] * (b[0] * c[2] - b[2] * c[0])
        + a[2] * (b[0] * c[1] - b[1] * c[0])
}

/// The parabola that is fitted to values at places `x` with the weights 1 - (x - c)^2/h^2, and
/// whose vertex is c: its place and height, from `start` on.
fn own_vertex(x: &[f64], values: &[f64], half: f64, start: f64) -> Option<[f64; 2]> {
    let mut centre = start;
    for _ in 0..100 {
        let weight = |x: f64| (1.0 - ((x - centre) / half).powi(2)).max(0.0);
        let near: Vec<usize> = (0..x.len()).filter(|&k| weight(x[k]) > 0.0).collect();
        if near.len() < 3 {
            return None;
        }
        let sum = |f: &dyn Fn(usize) -> f64| near.iter().map(|&k| weight(x[k]) * f(k)).sum::<f64>();
        let m: [f64; 5] = std::array::from_fn(|p| sum(&|k| (x[k] - centre).powi(p as i32)));
        let right = [0, 1, 2].map(|p| sum(&|k| values[k] * (x[k] - centre).powi(p)));
        let rows = [[m[0], m[1], m[2]], [m[1], m[2], m[3]], [m[2], m[3], m[4]]];
        let [constant, linear, square] = [0, 1, 2].map(|column: usize| {
            let mut replaced = rows;
            (0..3).for_each(|row| replaced[row][column] = right[row]);
            determinant(replaced) / determinant(rows)
        });
        if square >= 0.0 {
            return None;
        }
        let step = -linear / (2.0 * square);
        centre += step.clamp(-0.5 * half, 0.5 * half);
        if centre < x[0] || centre > x[x.len() - 1] {
            return None;
        }
        if step.abs() < 1e-10 {
            return Some([centre, constant + 0.5 * linear * step]);
        }
    }
    None
}

/// The highest lag, if the curve falls from it on both sides by more than two standard errors; and
/// the parabola about its own vertex through the lags within a factor 2 of it, or within 1.6
/// distances of the highest lag to its neighbours.
fn highest(curve: &Curve) -> Option<[f64; 2]> {
    let values = curve.values();
    let at = (0..curve.len())
        .rev()
        .max_by(|&i, &j| values[i].total_cmp(&values[j]))?;
    let falls = |k: usize| {
        let fall = curve.evaluate(|values| values[at] - values[k]);
        fall.value() > 2.0 * error(&fall)
    };
    if !((0..at).any(falls) && (at + 1..curve.len()).any(falls)) {
        return None;
    }
    let x: Vec<f64> = curve.lag_times().map(|t| (t / curve.lag_time(at)).ln()).collect();
    let half = 2_f64.ln().max(-1.6 * x[at - 1]).max(1.6 * x[at + 1]);
    let [place, height] = own_vertex(&x, values, half, 0.0).filter(|at| at[0].abs() <= half)?;
    // A resample without a maximum, or with one far away, leaves no peak.
    for r in 0..10 {
        let found = own_vertex(&x, curve.replicate(r), half, place)?;
        if (found[0] - place).abs() > 1.5_f64.ln() {
            return None;
        }
    }
    Some([curve.lag_time(at) * place.exp(), height])
}

#[test]
fn a_peak_is_its_rule() {
    let mut random = Pcg64::seed_from_u64(3);
    let mut seen = [0; 2];
    for _ in 0..800 {
        let (time, width) = (
            10_f64.powf(random.random_range(0.2..3.2)),
            random.random_range(0.3..2.0),
        );
        let of = |t: f64| 0.2 + ((t / time).ln() / width).cosh().powi(-2);
        let noise = 10_f64.powf(random.random_range(-2.0..0.3));
        let per_decade = random.random_range(2.5..20.0);
        let curve = curve(of, per_decade, noise, &mut random);
        let (found, curve) = (
            peak(&curve).unwrap(),
            select(&curve, |k| curve.standard_errors()[k].is_some()),
        );
        let expected = highest(&curve);
        assert_same(
            found.value().map(|at| [at.time.value(), at.value.value()]),
            expected,
        );
        seen[usize::from(expected.is_some())] += 1;
    }
    assert!(seen.iter().all(|&n| n > 60), "{seen:?}");
}

/// Where a curve first falls to a level, linear in ln t.
fn falls_to(curve: &Curve, level: f64) -> Option<f64> {
    let values = curve.values();
    let k = values
        .iter()
        .position(|&value| value <= level)
        .filter(|&k| k > 0)?;
    let [first, second] = [k - 1, k].map(|k| curve.lag_time(k).ln());
    let part = (level - values[k - 1]) / (values[k] - values[k - 1]);
    Some((first + part * (second - first)).exp())
}

/// The window of a decay: from the shoulder, or where 0.8 is left, to where 2 % or two standard
/// errors are left.
fn decaying(curve: &Curve) -> [f64; 2] {
    let times: Vec<f64> = curve.lag_times().collect();
    let values = curve.values();
    let first = values[0];
    let gone = |k: &usize| {
        let noise = curve.standard_errors()[*k].map_or(0.0, |error| 2.0 * error);
        values[*k] < noise.max(0.02 * first)
    };
    let last = times.len() - 1;
    let end = (0..=last).find(gone).map_or(last, |k| k.saturating_sub(1));
    let middle = falls_to(curve, (-1.0_f64).exp() * first).unwrap_or(times[last]);
    let within = |k: usize| {
        (0..times.len()).filter(move |&j| {
            let ratio = curve.lag_time(j) / curve.lag_time(k);
            ((1.0 - ROUNDING) / 1.8..=1.8 * (1.0 + ROUNDING)).contains(&ratio)
        })
    };
    let slope = |k: usize| {
        let x: Vec<f64> = within(k).map(|j| times[j].ln()).collect();
        let y: Vec<f64> = within(k).map(|j| values[j]).collect();
        if x.len() < 2 {
            0.0
        } else {
            -line(&x, &y, &vec![1.0; x.len()])[1]
        }
    };
    let before = times.iter().rposition(|&t| t <= middle).unwrap_or(0);
    let slopes: Vec<f64> = (0..=before).map(slope).collect();
    let is_shoulder = |k: &usize| {
        let least = within(*k)
            .filter(|&j| j <= before)
            .all(|j| slopes[j] >= slopes[*k]);
        slopes[*k] < slopes[k - 1] && slopes[*k] < slopes[k + 1] && least
    };
    let shoulder = (1..before).rev().find(is_shoulder);
    let start = shoulder.map_or_else(|| falls_to(curve, 0.8 * first).unwrap_or(times[0]), |k| times[k]);
    [start, times[end].max(start)]
}

#[test]
fn the_window_of_a_decay_is_its_rule() {
    let mut random = Pcg64::seed_from_u64(4);
    let mut fitted = 0;
    for _ in 0..400 {
        let (part, beta) = (random.random_range(0.5..1.0), random.random_range(0.5..1.0));
        let times = [
            random.random_range(1.0..8.0),
            10_f64.powf(random.random_range(1.3..3.3)),
        ];
        let of = |t: f64| (1.0 - part) * (-t / times[0]).exp() + part * (-(t / times[1]).powf(beta)).exp();
        let noise = 10_f64.powf(random.random_range(-3.0..-1.0));
        let curve = curve(of, random.random_range(6.0..20.0), noise, &mut random);
        let expected = decaying(&curve);
        let Ok(found) = Fit::decay().to(&curve) else {
            continue;
        };
        let window = found.window();
        assert!(
            (0..2).all(|k| (window[k] / expected[k] - 1.0).abs() < 1e-9),
            "{window:?} {expected:?}"
        );
        fitted += 1;
    }
    assert!(fitted > 300, "{fitted}");
}
