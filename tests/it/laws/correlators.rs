//! Laws that every correlation of particles obeys, as one checker for all of them: positions may be shifted, particles
//! renumbered and time reversed; species add up to all; replicas pool their origins. The checker must reject each of a set
//! of planted faults.

use crate::common::by_name::{by_pair, by_species};
use msed::stats::BySpecies;
use msed::structure::{Displacements, RadialBins, RadialDistribution, StructureFactor, WaveVectors};
use msed::trajectory::{Cell, Particles, Species, Trajectories, Trajectory, TrajectoryRuns};
use msed::{Curve, Lags, Resampling, structure};
use rand::prelude::*;
use rand_distr::StandardNormal;
use rand_pcg::Pcg64;

type Run = Trajectory<'static, f64>;

/// A mean over particles and time origins, at each point (a lag, or a bin of one).
struct Mean {
    /// Name of the species, or `all`.
    of: String,
    /// What it is a mean over, apart from time: particles of the species, so that species add up to all in this proportion;
    /// none where the species do not add up.
    particles: Option<f64>,
    values: Vec<f64>,
    origins: Vec<f64>,
}

/// What the laws are about: means over origins, in the same order of species for any of the systems.
trait Correlator {
    fn name(&self) -> &str;
    fn means(&self, runs: &[Run]) -> Vec<Mean>;
}

/// A correlator from a function.
struct Of<F>(&'static str, F);

impl<F: Fn(&[Run]) -> Vec<Mean>> Correlator for Of<F> {
    fn name(&self) -> &str {
        self.0
    }

    fn means(&self, runs: &[Run]) -> Vec<Mean> {
        (self.1)(runs)
    }
}

fn of_curve(of: &str, particles: Option<f64>, curve: &Curve) -> Mean {
    Mean {
        of: of.to_owned(),
        particles,
        values: curve.values().to_vec(),
        origins: curve.origins().iter().map(|&n| n as f64).collect(),
    }
}

/// Pairs of species, which do not add up to all in proportion to their particles; each frame is an origin.
fn over_frames(of: String, values: Vec<f64>, frames: u64) -> Mean {
    let origins = vec![frames as f64; values.len()];
    let particles = None;
    Mean {
        of,
        particles,
        values,
        origins,
    }
}

/// The laws, by name, and where one is broken.
const LAWS: [&str; 5] = [
    "translation",
    "particle order",
    "time reversal",
    "species sum to all",
    "replicas pool their origins",
];

#[derive(Debug, PartialEq)]
struct Broken {
    law: &'static str,
    at: String,
}

/// Holds a correlator against all laws on all systems.
fn check(correlator: &dyn Correlator) -> Result<(), Broken> {
    for (name, run) in systems() {
        let one = |run: &Run| correlator.means(std::slice::from_ref(run));
        let plain = one(&run);
        equal(
            LAWS[0],
            &name,
            &one(&shifted(&run, [3.25, -17.5, 1e3])),
            &plain,
            1e-9,
        )?;
        equal(LAWS[1], &name, &one(&renumbered(&run)), &plain, 1e-11)?;
        equal(LAWS[2], &name, &one(&reversed(&run)), &plain, 1e-11)?;
        sum_to_all(&name, &plain)?;
        // Half of the frames again, as a replica of another length where the frames are uniform.
        let short = run.slice(0..run.frames() / 2).expect("frames").into_owned();
        let second = if run.sampling().is_some() {
            short
        } else {
            shifted(&run, [0.5; 3])
        };
        let second = scaled(&second, 1.5);
        let pooled = correlator.means(&[run.clone(), second.clone()]);
        equal(LAWS[4], &name, &pooled, &pool(plain, &one(&second)), 1e-9)?;
    }
    Ok(())
}

fn equal(
    law: &'static str,
    system: &str,
    found: &[Mean],
    wanted: &[Mean],
    tolerance: f64,
) -> Result<(), Broken> {
    assert_eq!(found.len(), wanted.len(), "one mean a species");
    for (found, wanted) in found.iter().zip(wanted) {
        let size = wanted.values.iter().fold(0.0_f64, |size, x| size.max(x.abs()));
        let differs = |k: &usize| {
            let (a, b) = (found.values[*k], wanted.values[*k]);
            let close = a.is_finite() && (a - b).abs() <= tolerance * size;
            !close || found.origins[*k] != wanted.origins[*k]
        };
        let same = found.of == wanted.of && found.values.len() == wanted.values.len();
        if let (true, Some(k)) = (same, (0..found.values.len()).find(differs)) {
            let at = format!(
                "{system}, {} at point {k}: {} {}",
                found.of, found.values[k], wanted.values[k]
            );
            return Err(Broken { law, at });
        }
        if !same {
            return Err(Broken {
                law,
                at: format!("{system}, {}: {} points", found.of, found.values.len()),
            });
        }
    }
    Ok(())
}

fn sum_to_all(system: &str, means: &[Mean]) -> Result<(), Broken> {
    let (all, species) = means.split_last().expect("all");
    let Some(particles) = all.particles else {
        return Ok(());
    };
    for (k, &wanted) in all.values.iter().enumerate() {
        let sum: f64 = species
            .iter()
            .map(|s| s.particles.expect("particles") * s.values[k])
            .sum();
        let differs = (sum / particles - wanted).abs();
        if differs.is_nan() || differs > 1e-11 * wanted.abs() + 1e-13 {
            return Err(Broken {
                law: LAWS[3],
                at: format!("{system}, point {k}: {} {wanted}", sum / particles),
            });
        }
    }
    Ok(())
}

/// Two runs as one: means weighted by their origins. The second may be shorter.
fn pool(mut first: Vec<Mean>, second: &[Mean]) -> Vec<Mean> {
    for (a, b) in first.iter_mut().zip(second) {
        for k in 0..b.values.len() {
            let total = a.origins[k] + b.origins[k];
            a.values[k] = (a.values[k] * a.origins[k] + b.values[k] * b.origins[k]) / total;
            a.origins[k] = total;
        }
    }
    first
}

/// Random walks of two mixed species with long steps now and then and a drift along x, in every spacing of frames and shape of the cell.
fn systems() -> Vec<(String, Run)> {
    let cubic = Cell::cubic(9.0).expect("a cell");
    let triclinic = Cell::triclinic([[9.0, 0.0, 0.0], [2.0, 8.0, 0.0], [-1.0, 3.0, 7.0]]).expect("a cell");
    let uniform: Vec<u64> = (0..48).map(|i| 40 + 20 * i).collect();
    let logarithmic: Vec<u64> = [0].into_iter().chain((0..20).map(|i| 1 << i)).collect();
    let blocks = (0..6)
        .flat_map(|b| [0, 1, 2, 4, 8].map(|offset| 10 * (16 * b + offset)))
        .collect();
    [
        ("uniform", uniform.clone(), cubic),
        ("triclinic", uniform, triclinic),
        ("log-spaced", logarithmic, cubic),
        ("block-spaced", blocks, cubic),
    ]
    .into_iter()
    .map(|(name, steps, cell)| (name.to_owned(), walk(steps, 21, cell)))
    .collect()
}

fn walk(steps: Vec<u64>, particles: usize, cell: Cell) -> Run {
    let mut rng = Pcg64::seed_from_u64(steps.len() as u64);
    let mut frame: Vec<f64> = (0..3 * particles).map(|_| 9.0 * rng.random::<f64>()).collect();
    let mut positions = frame.clone();
    for _ in 1..steps.len() {
        for (i, x) in frame.iter_mut().enumerate() {
            let size = if rng.random::<f64>() < 0.1 { 1.0 } else { 0.1 };
            let noise: f64 = rng.sample(StandardNormal);
            *x += size * noise + if i % 3 == 0 { 0.05 } else { 0.0 };
        }
        positions.extend_from_slice(&frame);
    }
    let species = Species::by_name((0..particles).map(|p| ["A", "B", "A"][p % 3])).expect("species");
    with(positions, steps, species, cell)
}

fn with(positions: Vec<f64>, steps: Vec<u64>, species: Species, cell: Cell) -> Run {
    let run = Trajectory::new(positions, steps, 0.005, species).expect("a trajectory");
    run.with_cell(cell).expect("unwrapped")
}

fn mapped(run: &Run, f: impl Fn(usize, f64) -> f64) -> Run {
    let positions = run
        .positions()
        .iter()
        .enumerate()
        .map(|(i, &x)| f(i % 3, x))
        .collect();
    with(
        positions,
        run.steps().to_vec(),
        run.species().clone(),
        *run.cell(0).expect("a cell"),
    )
}

fn shifted(run: &Run, by: [f64; 3]) -> Run {
    mapped(run, |axis, x| x + by[axis])
}

fn scaled(run: &Run, by: f64) -> Run {
    mapped(run, |_, x| by * x)
}

fn renumbered(run: &Run) -> Run {
    let mut order: Vec<usize> = (0..run.particles()).collect();
    order.shuffle(&mut Pcg64::seed_from_u64(1));
    // Names keep their order: the first particle stays the first of its species.
    let first = order.iter().position(|&p| p == 0).expect("particle 0");
    order.swap(0, first);
    run.select(&order).expect("all particles")
}

fn reversed(run: &Run) -> Run {
    let last = run.steps()[run.frames() - 1];
    let steps = run.steps().iter().rev().map(|step| last - step).collect();
    let frames = (0..run.frames())
        .rev()
        .flat_map(|i| run.frame(i).to_vec())
        .collect();
    with(
        frames,
        steps,
        run.species().clone(),
        *run.cell(0).expect("a cell"),
    )
}

fn displacements(runs: &[Run]) -> BySpecies<Displacements> {
    let runs = Trajectories::new(runs.to_vec()).expect("runs of one system");
    structure::displacements(&runs, &Lags::all(), 0.3, Resampling::None).expect("displacements")
}

fn each(moved: &BySpecies<Displacements>, f: impl Fn(&str, &Displacements) -> Mean) -> Vec<Mean> {
    let named = by_species(moved).into_iter();
    named.map(|(name, moved)| f(name, moved)).collect()
}

fn correlators() -> Vec<Box<dyn Correlator>> {
    vec![
        Box::new(Of("msd", |runs: &[Run]| {
            each(&displacements(runs), |name, s| {
                of_curve(name, Some(s.particles() as f64), s.msd().total())
            })
        })),
        Box::new(Of("msd along y", |runs: &[Run]| {
            each(&displacements(runs), |name, s| {
                of_curve(name, Some(s.particles() as f64), &s.msd().components()[1])
            })
        })),
        Box::new(Of("overlap", |runs: &[Run]| {
            each(&displacements(runs), |name, s| {
                of_curve(name, Some(s.particles() as f64), s.overlap().expect("a radius"))
            })
        })),
        // The mean that makes alpha2 of the mean squared displacement: <r^4> = (1 + alpha2) 5/3 <r^2>^2.
        Box::new(Of("fourth moment", |runs: &[Run]| {
            each(&displacements(runs), |name, s| {
                let msd = s.msd().total().without_zero();
                let mut mean = of_curve(name, Some(s.particles() as f64), s.alpha2());
                assert_eq!(msd.lags(), s.alpha2().lags());
                for (x, r2) in mean.values.iter_mut().zip(msd.values()) {
                    *x = (1.0 + *x) * 5.0 / 3.0 * r2 * r2;
                }
                mean
            })
        })),
        // <Q^2> = chi4 / N + <Q>^2: a mean over origins, and no sum over species.
        Box::new(Of("squared overlap", |runs: &[Run]| {
            each(&displacements(runs), |name, s| {
                let mut mean = of_curve(name, None, s.chi4().expect("a radius"));
                for (x, q) in mean
                    .values
                    .iter_mut()
                    .zip(s.overlap().expect("a radius").values())
                {
                    *x = *x / s.particles() as f64 + q * q;
                }
                mean
            })
        })),
        Box::new(Of("msd of many lags", |runs: &[Run]| {
            let sizes: Vec<f64> = {
                let species = runs[0].species();
                let of = |name: &String| species.count(name).expect("a species") as f64;
                species
                    .names()
                    .iter()
                    .map(of)
                    .chain([species.len() as f64])
                    .collect()
            };
            let runs = Trajectories::new(runs.to_vec()).expect("runs of one system");
            let msd = structure::msd(&runs, &Lags::all(), Resampling::None).expect("msd");
            let species = by_species(&msd).into_iter().zip(sizes);
            species
                .map(|((name, s), n)| of_curve(name, Some(n), s.total()))
                .collect()
        })),
        Box::new(Of("distances", |runs: &[Run]| {
            let sizes = each(&displacements(&runs[..1]), |name, s| {
                of_curve(name, Some(s.particles() as f64), s.msd().total())
            });
            let runs = Trajectories::new(runs.to_vec()).expect("runs of one system");
            let bins = RadialBins::linear(3.0, 8).expect("bins");
            let found =
                structure::van_hove(&runs, &Lags::explicit([1]), &bins, Resampling::None).expect("van Hove");
            let mean = |((_, s), size): ((&str, &structure::VanHove), Mean)| {
                let at = &s.distributions()[0];
                let values: Vec<f64> = at
                    .fractions()
                    .iter()
                    .chain(&at.outside())
                    .map(msed::Estimate::value)
                    .collect();
                Mean {
                    origins: vec![at.origins() as f64; values.len()],
                    values,
                    ..size
                }
            };
            by_species(&found).into_iter().zip(sizes).map(mean).collect()
        })),
        Box::new(Of("F_s on a shell", |runs: &[Run]| {
            each_species(runs, |runs, which| {
                let vectors = shell(&runs.runs()[0]);
                structure::self_isf(runs, which, &vectors, &Lags::all(), Resampling::None).expect("F_s")
            })
        })),
        Box::new(Of("F_s averaged over all directions", |runs: &[Run]| {
            each_species(runs, |runs, which| {
                let found =
                    structure::isotropic_self_isf(runs, which, &[2.5], &Lags::all(), Resampling::None);
                found.expect("F_s").remove(0)
            })
        })),
        // A sum over pairs of particles, which species do not add up to.
        Box::new(Of("F of all", |runs: &[Run]| {
            let runs = Trajectories::new(runs.to_vec()).expect("runs of one system");
            let vectors = shell(&runs.runs()[0]);
            let found = structure::coherent_isf(&runs, &vectors, &Lags::all(), Resampling::None).expect("F");
            vec![of_curve("all", None, found.total())]
        })),
        Box::new(Of("S(q)", |runs: &[Run]| {
            let runs = Trajectories::new(runs.to_vec()).expect("runs of one system");
            let vectors = shell(&runs.runs()[0]);
            let found = structure::static_structure(&runs, &vectors, Resampling::None).expect("S(q)");
            let mean =
                |(name, s): (String, &StructureFactor)| over_frames(name, s.values().to_vec(), s.frames());
            by_pair(&found).into_iter().map(mean).collect()
        })),
        Box::new(Of("g(r)", |runs: &[Run]| {
            let runs = Trajectories::new(runs.to_vec()).expect("runs of one system");
            let bins = RadialBins::linear(3.0, 8).expect("bins");
            let found = structure::rdf(&runs, &bins, Resampling::None).expect("g(r)");
            let values = |g: &RadialDistribution| g.values().iter().map(msed::Estimate::value).collect();
            by_pair(&found)
                .into_iter()
                .map(|(name, g)| over_frames(name, values(g), g.frames()))
                .collect()
        })),
    ]
}

/// Wave vectors that take every path of the sums: several signs of one orbit, and axes.
fn shell(run: &Trajectory<'_, f64>) -> WaveVectors {
    WaveVectors::shell(run.cell(0).expect("a cell"), 1.5..=2.5).expect("vectors")
}

/// A curve of each species and of all particles.
fn each_species(
    runs: &[Run],
    curve: impl Fn(&Trajectories<'static, f64>, Particles<'_>) -> Curve,
) -> Vec<Mean> {
    let species = runs[0].species();
    let runs = Trajectories::new(runs.to_vec()).expect("runs of one system");
    let of = |name: &String| {
        let size = species.count(name).expect("a species") as f64;
        of_curve(name, Some(size), &curve(&runs, Particles::Species(name)))
    };
    let all = of_curve("all", Some(species.len() as f64), &curve(&runs, Particles::All));
    species.names().iter().map(of).chain([all]).collect()
}

#[test]
fn every_correlator_obeys_every_law() {
    for correlator in correlators() {
        assert_eq!(check(&*correlator), Ok(()), "{}", correlator.name());
    }
}

/// A mean squared displacement by its definition, with a fault.
fn faulty(fault: &'static str) -> impl Correlator {
    Of(fault, move |runs: &[Run]| {
        let table = msed::trajectory::LagTable::new(runs[0].steps(), 0.005, &Lags::all()).expect("lags");
        let names = runs[0].species().names().to_vec();
        let who = |name: &str| runs[0].species().indices(name).expect("a species");
        let mut groups: Vec<(String, Vec<usize>)> =
            names.iter().map(|name| (name.clone(), who(name))).collect();
        groups.push(("all".to_owned(), (0..runs[0].particles()).collect()));
        let mut means: Vec<Mean> = Vec::new();
        for (of, particles) in groups {
            let mut values = Vec::new();
            let mut origins = Vec::new();
            for &lag in table.lags() {
                let (mut sum, mut pairs) = (0.0, 0.0);
                for run in runs {
                    let (mut of_run, mut pairs_of_run) = (0.0, 0.0);
                    for i in 0..run.frames() {
                        let Ok(j) = run.steps().binary_search(&(run.steps()[i] + lag)) else {
                            continue;
                        };
                        let weight = if fault == "early origins count double" && i == 0 {
                            2.0
                        } else {
                            1.0
                        };
                        for (place, &p) in particles.iter().enumerate() {
                            let (a, b) = (run.position(i, p), run.position(j, p));
                            let mut r2: f64 = (0..3).map(|c| (b[c] - a[c]).powi(2)).sum();
                            if fault == "measured from the origin" {
                                r2 += 1e-3 * (b[0] * b[0] - a[0] * a[0]).abs();
                            }
                            if fault == "the first particle counts double" && place == 1 {
                                r2 *= 2.0;
                            }
                            of_run += weight * r2 / particles.len() as f64;
                        }
                        pairs_of_run += 1.0;
                    }
                    if fault == "mean of the runs' means" && pairs_of_run > 0.0 {
                        (sum, pairs) = (sum + of_run / pairs_of_run * 7.0, pairs + 7.0);
                    } else {
                        (sum, pairs) = (sum + of_run, pairs + pairs_of_run);
                    }
                }
                values.push(sum / pairs);
                let counted = |run: &Run| {
                    (0..run.frames())
                        .filter(|&i| run.steps().binary_search(&(run.steps()[i] + lag)).is_ok())
                        .count() as f64
                };
                origins.push(runs.iter().map(counted).sum());
            }
            means.push(Mean {
                of,
                particles: Some(particles.len() as f64),
                values,
                origins,
            });
        }
        if fault == "species count alike" {
            let (all, species) = means.split_last_mut().expect("all");
            for (k, x) in all.values.iter_mut().enumerate() {
                *x = species.iter().map(|s| s.values[k]).sum::<f64>() / species.len() as f64;
            }
        }
        means
    })
}

#[test]
fn a_planted_fault_breaks_its_law() {
    assert_eq!(check(&faulty("none")), Ok(()));
    let faults = [
        ("measured from the origin", LAWS[0]),
        ("the first particle counts double", LAWS[1]),
        ("early origins count double", LAWS[2]),
        ("species count alike", LAWS[3]),
        ("mean of the runs' means", LAWS[4]),
    ];
    for (fault, law) in faults {
        assert_eq!(
            check(&faulty(fault)).map_err(|broken| broken.law),
            Err(law),
            "{fault}"
        );
    }
}
