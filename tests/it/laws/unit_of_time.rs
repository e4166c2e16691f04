//! No number of the crate knows a unit of time: a run whose time step is said in another unit has
//! the same verdicts, and every number of every result is the same or scales with the power of time
//! that its name tells.

use msed::energy::{self, Bins};
use msed::online::{
    CoherentAccumulator, DisplacementAccumulator, DistributionAccumulator, EnergyAccumulator,
};
use msed::relaxation::{self, Fit, Model, Weighting};
use msed::spectrum::{self, GaussianModel, Goal, Whittle};
use msed::stats::{Deviation, Estimate, Outcome, Resamples, RunId};
use msed::structure::{self, WaveVectors};
use msed::thermo::{self, Part, Path, Point, ReferenceEntropy, Scan, TemperatureModel, TimeOf};
use msed::trajectory::{Cell, Particles, Species, Trajectory};
use msed::{EnergyKind, EnergySeries, EnergySystem, Ensemble, Lags, Resampling, Sampling, Units};
use rand::{RngExt, SeedableRng};
use rand_distr::StandardNormal;
use rand_pcg::Pcg64;
use serde::Serialize;
use serde_json::Value;

use crate::common::synthetic::Process;

/// Units of time in which the first unit is these: the second has other mantissas than the first.
const UNITS: [f64; 3] = [1.0 / 1024.0, 1e-3, 3e5];

/// What is said in a unit of time, and how closely it must be the same: that of a search's end, or
/// of rounding.
struct Results {
    all: Vec<(String, Value, f64)>,
}

const ROUNDING: f64 = 1e-9;
const SEARCH: f64 = 2e-5;

impl Results {
    fn add(&mut self, name: &str, within: f64, result: impl Serialize) {
        let value = serde_json::to_value(result).unwrap();
        self.all.push((name.to_owned(), value, within));
    }
}

/// What is a time, and what is one over a time; all else does not depend on the unit.
const TIMES: [&str; 20] = [
    "block",
    "block_length",
    "correlation_time",
    "duration",
    "from",
    "lag_range",
    "lag_time",
    "lag_times",
    "longest",
    "longest_lag",
    "lower_bound",
    "mean_relaxation_time",
    "relaxation_time",
    "shortest_lag",
    "time",
    "time_step",
    "times",
    "to",
    "upper_bound",
    "window",
];
const RATES: [&str; 4] = ["coefficient", "max_frequency", "min_frequency", "slope_per_time"];

/// The power of time of the innermost name in a path that tells one.
fn power_at(path: &str) -> i32 {
    let names: Vec<&str> = path.split('.').collect();
    if names.contains(&"covariance") {
        // Rows and columns are those of U0², Um², τ and β.
        return names
            .iter()
            .rev()
            .take(2)
            .map(|index| i32::from(*index == "2"))
            .sum();
    }
    let power = |name: &&str| match (TIMES.contains(name), RATES.contains(name)) {
        (true, _) => Some(1),
        (_, true) => Some(-1),
        _ => None,
    };
    names.iter().rev().find_map(power).unwrap_or(0)
}

/// What differs in structure, words and counts, or in numbers by their power of `unit`.
fn compare(path: &str, found: &Value, wanted: &Value, unit: f64, within: f64) -> Vec<String> {
    let inner = |key: &str, found, wanted| compare(&format!("{path}.{key}"), found, wanted, unit, within);
    match (found, wanted) {
        (Value::Array(found), Value::Array(wanted)) if found.len() == wanted.len() => {
            let pairs = found.iter().zip(wanted).enumerate();
            pairs
                .flat_map(|(k, (found, wanted))| inner(&k.to_string(), found, wanted))
                .collect()
        }
        (Value::Object(found), Value::Object(wanted)) if found.keys().eq(wanted.keys()) => {
            let pairs = found.iter().zip(wanted.values());
            pairs
                .flat_map(|((key, found), wanted)| inner(key, found, wanted))
                .collect()
        }
        (Value::Number(x), Value::Number(y)) if x.is_f64() && y.is_f64() => {
            let [x, y] = [x, y].map(|x| x.as_f64().unwrap());
            let scaled = y * unit.powi(power_at(path));
            let same = x == scaled || (x - scaled).abs() <= within * scaled.abs();
            let broken = (!same).then(|| format!("{path}: {x:e}, expected {scaled:e}"));
            broken.into_iter().collect()
        }
        (found, wanted) if found == wanted => Vec::new(),
        (found, wanted) => vec![format!("{path}: {found}, expected {wanted}")],
    }
}

/// Results in other units against those in the first.
fn check(of: impl Fn(f64) -> Results) -> Vec<String> {
    let one = of(1.0);
    let in_unit = |unit: f64| {
        let found = of(unit);
        assert_eq!(found.all.len(), one.all.len());
        let pairs = found.all.iter().zip(&one.all);
        let broken = pairs
            .flat_map(|((name, found, within), (_, wanted, _))| compare(name, found, wanted, unit, *within));
        broken
            .map(|broken| format!("{broken}, unit {unit:e}"))
            .collect::<Vec<_>>()
    };
    UNITS.into_iter().flat_map(in_unit).collect()
}

fn assert_holds(of: impl Fn(f64) -> Results) {
    let broken = check(of);
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

const STEP: f64 = 0.005;

fn sampling(unit: f64) -> Sampling {
    Sampling::new(10, STEP * unit).unwrap()
}

fn series(unit: f64) -> EnergySeries<'static> {
    let samples = Process::two_scale(1.0, 0.8, 2.0).sample(20_000, 0.05, 5);
    EnergySeries::new(samples, sampling(unit), 1000, EnergyKind::PerParticle).unwrap()
}

fn energies(unit: f64) -> Results {
    let mut results = Results { all: Vec::new() };
    let (run, blocks) = (series(unit), Resampling::Blocks(10));
    // Up to 100 time units, however they are said.
    let lags = Lags::logarithmic(10).up_to_time(100.0 * unit);
    let msed = energy::msed(&run, &lags, blocks).unwrap();
    let times: Vec<f64> = msed.lag_times().collect();
    results.add("lag_times", ROUNDING, times);
    results.add("block_length", ROUNDING, msed.block_length());
    results.add(
        "window of a curve",
        ROUNDING,
        msed.window(0.5 * unit..=20.0 * unit),
    );
    results.add("at a time", ROUNDING, msed.at(3.0 * unit));
    results.add(
        "energy diffusion coefficient",
        ROUNDING,
        Diffusing {
            coefficient: relaxation::energy_diffusion(&msed).values().to_vec(),
        },
    );
    results.add(
        "autocorrelation",
        ROUNDING,
        energy::autocorrelation(&run, &lags, blocks).unwrap(),
    );
    results.add(
        "integrated time",
        ROUNDING,
        energy::integrated_time(&run, blocks).unwrap(),
    );
    results.add(
        "distribution",
        ROUNDING,
        energy::distribution(&run, run.sampling().lag(20), Bins::Width(0.1), blocks).unwrap(),
    );
    results.add("moments", ROUNDING, energy::moments(&run, blocks).unwrap());
    let drift = energy::drift(&run, blocks).unwrap();
    results.add("slope_per_time", ROUNDING, &drift.slope);
    results.add(
        "drift",
        ROUNDING,
        (drift.deviations(), drift.difference(), drift.over_run()),
    );
    results.add("blocks", ROUNDING, spectrum::choose_blocks(&run));
    results.add("msed", ROUNDING, msed);
    results
}

#[derive(Serialize)]
struct Diffusing {
    coefficient: Vec<f64>,
}

fn fits(unit: f64) -> Results {
    let mut results = Results { all: Vec::new() };
    let (run, blocks) = (series(unit), Resampling::Blocks(10));
    let lags = Lags::logarithmic(10).up_to_time(100.0 * unit);
    let msed = energy::msed(&run, &lags, blocks).unwrap();
    for model in [Model::Exponential, Model::Stretched] {
        for window in [None, Some([0.2 * unit, 30.0 * unit])] {
            for weighting in [Weighting::StandardErrors, Weighting::Uniform] {
                let fit = Fit::new(model).window(window).weighting(weighting);
                let fit = fit.to(&msed).unwrap();
                results.add("fit", SEARCH, &fit);
                results.add("fit at a time", SEARCH, fit.evaluate(1.7 * unit));
            }
        }
        // Too short, and too long.
        for window in [[0.05 * unit, 1.0 * unit], [20.0 * unit, 100.0 * unit]] {
            let fit = Fit::new(model).window(window).weighting(Weighting::Uniform);
            let fit = fit.to(&msed).unwrap();
            results.add("unresolved", 1e-2, &fit.verdict);
        }
        for band in [None, Some(20.0 / unit)] {
            let fit = Whittle::new()
                .model(model)
                .up_to(band)
                .resampling(blocks)
                .to(&run)
                .unwrap();
            results.add("spectrum", SEARCH, fit);
        }
        let guess = GaussianModel::new(1.5, 1.5, 2.5 * unit, 1.0).unwrap();
        let part = msed.window(0.05 * unit..=10.0 * unit);
        let covariance = guess.msed_covariance(&part, sampling(unit), run.len()).unwrap();
        let fit = Fit::new(model).covariance(&covariance).to(&part).unwrap();
        results.add("generalised", SEARCH, fit);
    }
    let process = GaussianModel::new(2.0, 1.6, 2.0 * unit, 0.8).unwrap();
    results.add("a process", ROUNDING, process);
    let expected = process.expected_errors(0.05 * unit, 1000.0 * unit).unwrap();
    let relative = [expected.relaxation_time, expected.um_squared, expected.variance];
    results.add("relative errors", 1e-7, relative);
    let duration = |goal| process.duration_for(goal, 0.05 * unit, 0.05).unwrap();
    results.add("duration", 1e-6, duration(Goal::RelaxationTime));
    results.add("duration", 1e-6, duration(Goal::HeatCapacity { y: 0.3 }));
    results
}

/// A walk of particles that rattle, in a cell.
fn walk(unit: f64) -> Trajectory<'static, f64> {
    let mut random = Pcg64::seed_from_u64(3);
    let mut home: Vec<f64> = (0..60).map(|_| 6.0 * random.random::<f64>()).collect();
    let mut positions = Vec::new();
    for _ in 0..800 {
        for x in &mut home {
            *x += 0.02 * random.sample::<f64, _>(StandardNormal);
            positions.push(*x + 0.1 * random.sample::<f64, _>(StandardNormal));
        }
    }
    let species = Species::by_name((0..20).map(|p| ["A", "B", "A"][p % 3])).unwrap();
    let steps: Vec<u64> = (0..800).map(|i| 10 * i).collect();
    let run = Trajectory::new(positions, steps, STEP * unit, species).unwrap();
    run.with_cell(Cell::cubic(6.0).unwrap()).unwrap()
}

fn shell() -> WaveVectors {
    WaveVectors::shell(&Cell::cubic(6.0).unwrap(), 6.0..=6.5).unwrap()
}

fn particles(unit: f64) -> Results {
    let mut results = Results { all: Vec::new() };
    let (run, blocks) = (walk(unit), Resampling::Blocks(10));
    let lags = Lags::logarithmic(10).up_to_time(8.0 * unit);
    let moved = structure::displacements(&run, &lags, 0.3, blocks).unwrap();
    let all = moved.all();
    let msd = &all.msd.total;
    results.add("diffusion", ROUNDING, relaxation::diffusion(msd));
    let within = relaxation::diffusion_within(msd, 1.0 * unit..=5.0 * unit).unwrap();
    results.add("diffusion", ROUNDING, within);
    results.add("plateau", 1e-7, relaxation::tau_beta(msd));
    let (times, slopes) = relaxation::log_slope(msd, 1.5);
    results.add("times", 1e-7, times);
    results.add("slopes", 1e-7, slopes);
    for curve in [&all.alpha2, all.chi4().unwrap()] {
        results.add("peak", 1e-7, relaxation::peak(curve).unwrap());
    }
    let isf = structure::self_isf(&run, Particles::All, &shell(), &lags, blocks).unwrap();
    results.add("time", ROUNDING, relaxation::tau_alpha(&isf).unwrap());
    for level in [1.0, 0.5, -1.0] {
        let crossing = relaxation::first_fall(&isf, level).unwrap();
        let name = if crossing.is_resolved() {
            "time"
        } else {
            "crossing"
        };
        results.add(name, ROUNDING, crossing);
    }
    for weighting in [Weighting::Uniform, Weighting::StandardErrors] {
        let decay = Fit::decay().weighting(weighting).to(&isf).unwrap();
        results.add("decay", SEARCH, decay);
    }
    results.add("F_s", ROUNDING, isf);
    results.add("displacements", ROUNDING, moved);
    results.add(
        "msd",
        ROUNDING,
        structure::msd(&run, &Lags::all(), blocks).unwrap(),
    );
    results.add(
        "F(q,t)",
        ROUNDING,
        structure::coherent_isf(&run, &shell(), &lags, blocks).unwrap(),
    );
    let fluctuations = structure::self_isf_fluctuations(&run, Particles::All, &shell(), &lags, blocks);
    results.add("chi4 of F_s", ROUNDING, fluctuations.unwrap());
    let isotropic = structure::isotropic_self_isf(&run, Particles::All, &[6.2], &lags, blocks);
    results.add("isotropic", ROUNDING, isotropic.unwrap());
    results
}

fn accumulators(unit: f64) -> Results {
    let mut results = Results { all: Vec::new() };
    let (run, frames) = (series(unit), walk(unit));
    let system = EnergySystem::new(sampling(unit), 1000, EnergyKind::PerParticle).unwrap();
    let lags = Lags::logarithmic(10).up_to_time(20.0 * unit);
    let energies = [
        EnergyAccumulator::ring(system, &lags),
        EnergyAccumulator::block_fft(system, &lags),
        EnergyAccumulator::multi_tau(system, 16, system.sampling().lag(400)),
    ];
    for live in energies {
        let mut live = live.unwrap();
        live.push_slice(run.samples()).unwrap();
        let sums = live.snapshot().unwrap();
        results.add("msed", ROUNDING, sums.msed());
        results.add("moments", ROUNDING, sums.moments());
        results.add("sums", ROUNDING, sums);
        results.add("live", ROUNDING, live);
    }
    let mut phi = DistributionAccumulator::new(system, &Lags::samples([20]), 0.1, 9.0).unwrap();
    phi.push_slice(run.samples()).unwrap();
    results.add(
        "distribution",
        ROUNDING,
        phi.snapshot()
            .unwrap()
            .distribution(system.sampling().lag(20))
            .unwrap(),
    );
    let lags = Lags::logarithmic(10).up_to_time(8.0 * unit);
    let mut moved = DisplacementAccumulator::new(sampling(unit), frames.species(), &lags).unwrap();
    let mut waves = CoherentAccumulator::new(sampling(unit), frames.species(), &shell(), &lags).unwrap();
    for frame in 0..frames.frames() {
        moved.push(frames.frame(frame)).unwrap();
        waves.push(frames.frame(frame)).unwrap();
    }
    let moved = moved.snapshot().unwrap().displacements();
    results.add("msd", ROUNDING, &moved.of("A").unwrap().msd.total);
    let isf = waves.snapshot().unwrap().coherent_isf();
    results.add("F(q,t)", ROUNDING, isf.total());
    results
}

/// Eight state points with VFT times, whose errors are 3 %.
fn over_temperature(unit: f64) -> Results {
    let mut results = Results { all: Vec::new() };
    let mut random = Pcg64::seed_from_u64(8);
    let mut known = |run: f64, value: f64, error: f64| {
        let mut noise = || random.sample::<f64, _>(StandardNormal);
        let value = value * (1.0 + error * noise());
        let replicates = (0..10).map(|_| value * (1.0 + error / 3.0 * noise())).collect();
        let run = RunId::named(&format!("T{run}"));
        Estimate::new(value, replicates, Resamples::new(run, Resampling::Blocks(10), 10))
    };
    let temperatures = [0.45, 0.5, 0.55, 0.6, 0.7, 0.8, 0.9, 1.0];
    let estimates: Vec<[Estimate; 3]> = temperatures
        .iter()
        .map(|&t: &f64| {
            [
                known(t, t, 1e-4),
                known(t, 0.3 / t, 0.02),
                known(t, (0.5 / (t - 0.3)).exp(), 0.03),
            ]
        })
        .collect();
    let slow = estimates
        .iter()
        .map(|[t, slow, _]| Point::new(t.clone(), slow.clone()));
    let slow: Vec<Point> = slow.collect();
    let times = estimates
        .iter()
        .map(|[t, _, time]| Point::new(t.clone(), time * unit));
    let times: Vec<Point> = times.collect();
    for model in [
        TemperatureModel::Arrhenius,
        TemperatureModel::Vft,
        TemperatureModel::Parabolic,
    ] {
        let fit = thermo::fit_relaxation_times(&times, model, Units::LJ).unwrap();
        results.add("temperature of a time", SEARCH, fit.temperature_of(5.0 * unit));
        results.add("time", SEARCH, fit.time_at(0.52));
        results.add("fragility", SEARCH, fit.fragility_at(0.5));
        results.add(
            "model",
            SEARCH,
            (&fit.undetermined, fit.chi_squared, fit.aic(), fit.bic()),
        );
        for (name, parameter) in fit.parameters() {
            let is_time = name.starts_with("ln_tau");
            let value = if is_time {
                parameter.value().exp()
            } else {
                parameter.value()
            };
            let name = if is_time { "time" } else { name };
            results.add(name, SEARCH, value);
            results.add("error", SEARCH, parameter.standard_error());
        }
    }
    let mut crossover = serde_json::to_value(thermo::crossover_of_times(&times, 3).unwrap()).unwrap();
    // The logarithm of a time.
    let height = crossover.pointer_mut("/Resolved/height").unwrap();
    results.add("time", SEARCH, height.take().as_f64().unwrap().exp());
    results.add("crossover", SEARCH, crossover);
    let slow = thermo::entropy(&slow, Part::Slow, Some(1.0), Path::Isochoric).unwrap();
    let plot = thermo::adam_gibbs(&slow, &times, ReferenceEntropy::Given(1.0)).unwrap();
    results.add(
        "Adam-Gibbs",
        SEARCH,
        Plot {
            curvature: plot.curvature.clone(),
            a: plot.a.clone(),
            chi_squared: plot.reduced_chi_squared(),
            // ln(tau_inf) is a logarithm.
            time: plot.ln_tau_inf.value().exp(),
        },
    );
    let run = series(unit).with_temperature(1.0).unwrap();
    let point = Scan::builder(Units::LJ, Ensemble::nvt(run.particles()))
        .measure("T", &run)
        .unwrap();
    results.add("relaxation_time", SEARCH, point.time(TimeOf::Energy));
    results.add("heat capacity", SEARCH, point.heat_capacity());
    results
}

#[derive(Serialize)]
struct Plot {
    curvature: Outcome<Deviation, thermo::Undetermined>,
    a: Estimate,
    chi_squared: Option<f64>,
    time: f64,
}

#[test]
fn estimators_of_energies_know_no_unit_of_time() {
    assert_holds(energies);
}

#[test]
fn fits_and_plans_know_no_unit_of_time() {
    assert_holds(fits);
}

#[test]
fn estimators_of_particles_know_no_unit_of_time() {
    assert_holds(particles);
}

#[test]
fn accumulators_know_no_unit_of_time() {
    assert_holds(accumulators);
}

#[test]
fn models_over_temperature_know_no_unit_of_time() {
    assert_holds(over_temperature);
}

/// What holds a time against a number is found, in a value and in a verdict.
#[test]
fn a_planted_unit_is_found() {
    #[derive(Serialize)]
    struct Faulty {
        relaxation_time: f64,
        um_squared: f64,
        verdict: &'static str,
    }
    let of = |fault: &'static str| {
        move |unit: f64| {
            let time = 3.0 * unit;
            let mut results = Results { all: Vec::new() };
            let offset = if fault == "added" { 1e-6 } else { 0.0 };
            let resolved = if fault == "compared" {
                time > 0.1
            } else {
                time > 0.1 * unit
            };
            results.add(
                "fit",
                ROUNDING,
                Faulty {
                    relaxation_time: time + offset,
                    um_squared: if fault == "divided" { 1.0 / time } else { 1.0 },
                    verdict: if resolved { "resolved" } else { "before the window" },
                },
            );
            results
        }
    };
    assert_holds(of("none"));
    for (fault, place) in [
        ("added", "fit.relaxation_time"),
        ("compared", "fit.verdict"),
        ("divided", "fit.um_squared"),
    ] {
        let broken = check(of(fault));
        assert!(!broken.is_empty(), "{fault}");
        assert!(
            broken.iter().all(|broken| broken.starts_with(place)),
            "{broken:?}"
        );
    }
    let one_lag = Lags::samples([1]);
    let curve = |unit: f64| energy::msed(&series(unit), &one_lag, Resampling::None).unwrap();
    let [one, mut other] = [1.0, 1e-3].map(|unit| serde_json::to_value(curve(unit)).unwrap());
    assert_eq!(compare("curve", &other, &one, 1e-3, ROUNDING), [""; 0]);
    other["time_step"] = 0.005.into();
    assert_eq!(compare("curve", &other, &one, 1e-3, ROUNDING).len(), 1);
}
