//! Correlations of particles.

use std::f64::consts::TAU;

use crate::common::by_name::{by_pair, by_species};
use msed::structure::{self, Displacements, RadialBins, RadialDistribution, StructureFactor, WaveVectors};
use msed::trajectory::{Cell, LagTable, Particles, Species, Trajectory};
use msed::{Curve, Lag, Lags, Replicas, Resampling};
use rand::prelude::*;
use rand_distr::StandardNormal;
use rand_pcg::Pcg64;

use super::{ANOTHER_WAY, Correlator, GAUSSIAN_WALK, Known, Mean, Run};

type Walk = Trajectory<'static, f64>;

impl Run for Walk {
    fn shifted(&self) -> Self {
        mapped(self, |[x, y, z]| [x + 3.25, y - 17.5, z + 1e3])
    }

    /// Names keep their order: the first particle stays the first of its species.
    fn renumbered(&self) -> Option<Self> {
        let mut order: Vec<usize> = (0..self.particles()).collect();
        order.shuffle(&mut Pcg64::seed_from_u64(1));
        let first = order.iter().position(|&p| p == 0).expect("particle 0");
        order.swap(0, first);
        Some(self.select(&order).expect("all particles"))
    }

    fn reversed(&self) -> Self {
        let last = self.steps()[self.frames() - 1];
        let steps = self.steps().iter().rev().map(|step| last - step).collect();
        let frames = (0..self.frames()).rev().flat_map(|i| self.frame(i).to_vec());
        with(frames.collect(), steps, self.species().clone(), cell(self))
    }

    fn turned(&self) -> Vec<(&'static str, Self)> {
        let turned = |f: fn([f64; 3]) -> [f64; 3]| mapped(self, f);
        let mut found = vec![("inverted", turned(|[x, y, z]| [-x, -y, -z]))];
        if cell(self).is_orthorhombic() {
            found.push(("mirrored", turned(|[x, y, z]| [-x, y, z])));
            found.push(("half a turn", turned(|[x, y, z]| [x, -y, -z])));
        }
        if cell(self).is_cubic() {
            found.push(("a third of a turn", turned(|[x, y, z]| [y, z, x])));
            found.push(("a quarter of a turn", turned(|[x, y, z]| [-y, x, z])));
        }
        found
    }

    fn scaled(&self, by: f64) -> Self {
        mapped(self, |r| r.map(|x| by * x))
    }

    fn another(&self) -> Self {
        let short = self.slice(0..self.frames() / 2).expect("frames").into_owned();
        let uniform = self.sampling().is_some();
        let other = if uniform {
            short
        } else {
            mapped(self, |r| r.map(|x| x + 0.5))
        };
        other.scaled(1.5)
    }
}

fn cell(run: &Walk) -> Cell {
    *run.cell(0).expect("a cell")
}

fn with(positions: Vec<f64>, steps: Vec<u64>, species: Species, cell: Cell) -> Walk {
    let run = Trajectory::new(positions, steps, 0.005, species).expect("a trajectory");
    run.with_cell(cell).expect("unwrapped")
}

fn mapped(run: &Walk, f: impl Fn([f64; 3]) -> [f64; 3]) -> Walk {
    let positions = run.positions().as_chunks().0.iter().flat_map(|&r| f(r)).collect();
    with(positions, run.steps().to_vec(), run.species().clone(), cell(run))
}

/// Random walks of two mixed species with long steps now and then and a drift along x, in every
/// spacing of frames and shape of the cell.
fn systems() -> Vec<(String, Walk)> {
    let cubic = Cell::cubic(9.0).expect("a cell");
    let orthorhombic = Cell::orthorhombic([9.0, 8.0, 7.0]).expect("a cell");
    let triclinic = Cell::triclinic([[9.0, 0.0, 0.0], [2.0, 8.0, 0.0], [-1.0, 3.0, 7.0]]).expect("a cell");
    let uniform: Vec<u64> = (0..48).map(|i| 40 + 20 * i).collect();
    let logarithmic: Vec<u64> = [0].into_iter().chain((0..20).map(|i| 1 << i)).collect();
    let blocks = (0..6)
        .flat_map(|b| [0, 1, 2, 4, 8].map(|offset| 10 * (16 * b + offset)))
        .collect();
    [
        ("uniform", uniform.clone(), cubic),
        ("orthorhombic", uniform.clone(), orthorhombic),
        ("triclinic", uniform, triclinic),
        ("log-spaced", logarithmic, cubic),
        ("block-spaced", blocks, cubic),
    ]
    .into_iter()
    .map(|(name, steps, cell)| (name.to_owned(), walk(steps, 21, [0.1, 1.0], 0.05, cell)))
    .collect()
}

/// Gaussian steps, one in ten of them of the second size, with a drift along x.
fn walk(steps: Vec<u64>, particles: usize, sizes: [f64; 2], drift: f64, cell: Cell) -> Walk {
    let mut rng = Pcg64::seed_from_u64(steps.len() as u64);
    let mut frame: Vec<f64> = (0..3 * particles).map(|_| 9.0 * rng.random::<f64>()).collect();
    let mut positions = frame.clone();
    for _ in 1..steps.len() {
        for (i, x) in frame.iter_mut().enumerate() {
            let size = sizes[usize::from(rng.random::<f64>() < 0.1)];
            let noise: f64 = rng.sample(StandardNormal);
            *x += size * noise + if i % 3 == 0 { drift } else { 0.0 };
        }
        positions.extend_from_slice(&frame);
    }
    let species = Species::by_name((0..particles).map(|p| ["A", "B", "A"][p % 3])).expect("species");
    with(positions, steps, species, cell)
}

fn all_of(runs: &[Walk]) -> Replicas<Trajectory<'static, f64>> {
    Replicas::new(runs.to_vec()).expect("runs of one system")
}

/// Each species by its name and number, and all particles.
fn groups(run: &Walk) -> Vec<(String, f64)> {
    let species = run.species();
    let count = |name: &String| species.count(name).expect("a species") as f64;
    let each = species.names().iter().map(|name| (name.clone(), count(name)));
    each.chain([("all".to_owned(), species.len() as f64)]).collect()
}

fn displacements(runs: &[Walk], f: impl Fn(&str, &Displacements, f64) -> Mean) -> Vec<Mean> {
    let moved =
        structure::displacements(&all_of(runs), &Lags::all(), 0.3, Resampling::None).expect("displacements");
    let each = by_species(&moved).into_iter().zip(groups(&runs[0]));
    each.map(|((name, s), (_, n))| f(name, s, n)).collect()
}

/// A curve of each species and of all particles.
fn each_species(
    runs: &[Walk],
    curve: impl Fn(&Replicas<Trajectory<'static, f64>>, Particles<'_>) -> Curve,
) -> Vec<Mean> {
    let all = all_of(runs);
    let of = |(name, n): (String, f64)| {
        let which = if name == "all" {
            Particles::All
        } else {
            Particles::Species(&name)
        };
        let found = curve(&all, which);
        Mean::of_curve(name, Some(n), &found)
    };
    groups(&runs[0]).into_iter().map(of).collect()
}

/// Pairs of species, which do not add up to all in proportion to their particles; each frame is an
/// origin.
fn over_frames(of: String, values: Vec<f64>, frames: u64) -> Mean {
    Mean {
        of,
        share: None,
        origins: vec![frames as f64; values.len()],
        values,
    }
}

/// Wave vectors that take every path of the sums: several signs of one orbit, and axes.
pub(super) fn shell(run: &Walk) -> WaveVectors {
    WaveVectors::shell(run.cell(0).expect("a cell"), 1.5..=2.6).expect("vectors")
}

/// Directions by Fibonacci's lattice.
fn sphere(q: f64, count: usize) -> WaveVectors {
    let golden = (5.0_f64.sqrt() - 1.0) / 2.0;
    let direction = |i: usize| {
        let z = 1.0 - (2 * i + 1) as f64 / count as f64;
        let (sine, cosine) = (TAU * golden * i as f64).sin_cos();
        let radius = (1.0 - z * z).sqrt();
        [q * radius * cosine, q * radius * sine, q * z]
    };
    let directions: Vec<[f64; 3]> = (0..count).map(direction).collect();
    WaveVectors::from_vectors(&directions).expect("vectors")
}

pub(super) fn self_isf(vectors: impl Fn(&Walk) -> WaveVectors + 'static) -> Correlator<Walk> {
    Correlator::new("F_s on a shell", systems(), move |runs| {
        let vectors = vectors(&runs[0]);
        each_species(runs, |runs, which| {
            structure::self_isf(runs, which, &vectors, &Lags::all(), Resampling::None).expect("F_s")
        })
    })
    .at_zero(3, 1.0)
    .turns(1e-11)
}

/// F_s averaged over all directions, by the definition beside the crate's where it is given other
/// vectors.
pub(super) fn isotropic(vectors: Option<fn(f64) -> WaveVectors>) -> Correlator<Walk> {
    const Q: f64 = 2.3;
    Correlator::new("F_s averaged over all directions", systems(), move |runs| {
        each_species(runs, |runs, which| match vectors {
            Some(vectors) => {
                structure::self_isf(runs, which, &vectors(Q), &Lags::all(), Resampling::None).expect("F_s")
            }
            None => structure::isotropic_self_isf(runs, which, &[Q], &Lags::all(), Resampling::None)
                .expect("F_s")
                .remove(0),
        })
    })
    .at_zero(3, 1.0)
    .knows(ANOTHER_WAY, |run| {
        let all = LagTable::new(run.steps(), 0.005, &Lags::all()).expect("lags");
        let few = Lags::logarithmic(3);
        let found = structure::self_isf(run, Particles::All, &sphere(Q, 3000), &few, Resampling::None);
        let found = found.expect("F_s");
        let known = |(&lag, &value): (&Lag, &f64)| Known {
            mean: 2,
            point: all.lags().binary_search(&lag).expect("a lag"),
            value,
            within: 1e-3,
        };
        found.lags().iter().zip(found.values()).map(known).collect()
    })
    .turns(1e-12)
}

/// F_ab with their shares in the total: sqrt(x_a x_b), for each of their orders.
pub(super) fn coherent(orders: f64, first_frames: fn(usize) -> usize) -> Correlator<Walk> {
    let mut correlator = Correlator::new("F(q,t)", systems(), move |runs| {
        let vectors = shell(&runs[0]);
        let isf = structure::coherent_isf(&all_of(runs), &vectors, &Lags::all(), Resampling::None);
        let isf = isf.expect("F(q,t)");
        let species = runs[0].species();
        let fraction = |name: &str| species.count(name).expect("a species") as f64 / species.len() as f64;
        let partial = |([a, b], curve): ([&str; 2], &Curve)| {
            let orders = if a == b { 1.0 } else { orders };
            let share = orders * (fraction(a) * fraction(b)).sqrt();
            Mean::of_curve(format!("{a}-{b}"), Some(share), curve)
        };
        let total = Mean::of_curve("total", Some(1.0), isf.total());
        isf.pairs().map(partial).chain([total]).collect()
    })
    .knows(ANOTHER_WAY, move |run| {
        // At lag 0, S(q) averaged over the vectors.
        let run = run
            .slice(0..first_frames(run.frames()))
            .expect("frames")
            .into_owned();
        let vectors = shell(&run);
        let found = structure::static_structure(&run, &vectors, Resampling::None).expect("S(q)");
        let total = found.total();
        let weighted = total
            .values()
            .iter()
            .zip(total.wave_vectors())
            .map(|(s, &n)| s * n as f64);
        vec![Known {
            mean: 3,
            point: 0,
            value: weighted.sum::<f64>() / vectors.count() as f64,
            within: 1e-12,
        }]
    })
    .turns(5e-12);
    correlator.sum_within = [0.0, 1e-12];
    correlator
}

/// The mean over all particles, as it is or squared.
pub(super) fn of_a_gaussian_walk(squared: bool) -> Correlator<Walk> {
    let cell = Cell::cubic(6.0).expect("a cell");
    let system = walk((0..400).collect(), 300, [0.06; 2], 0.0, cell);
    let lags = || Lags::samples([1, 5, 20, 60]).with_zero();
    let shell = WaveVectors::shell(&cell, 3.9..=4.3).expect("a shell");
    let of = shell.clone();
    Correlator::new("F_s", vec![("a Gaussian walk".to_owned(), system)], move |runs| {
        let isf = structure::self_isf(&all_of(runs), Particles::All, &of, &lags(), Resampling::None);
        let isf = isf
            .expect("F_s")
            .map(|_, f| if squared { f * f.abs() } else { f });
        vec![Mean::of_curve("all", None, &isf)]
    })
    .at_zero(1, 1.0)
    .knows(GAUSSIAN_WALK, move |run| {
        let isf = structure::self_isf(run, Particles::All, &shell, &lags(), Resampling::default());
        let isf = isf.expect("F_s");
        let msd = structure::msd(run, &lags(), Resampling::None).expect("msd");
        let known = |point: usize| {
            let decay = |q: &f64| (-q * q * msd.all().total.values()[point] / 6.0).exp();
            let error = isf.standard_errors()[point].unwrap_or(0.01);
            assert!(error < 0.02, "{error}");
            Known {
                mean: 0,
                point,
                value: shell.wave_numbers().iter().map(decay).sum::<f64>() / shell.count() as f64,
                within: 5.0 * error,
            }
        };
        (1..isf.len()).map(known).collect()
    })
    .turns(1e-11)
}

fn correlators() -> Vec<Correlator<Walk>> {
    let moved = |name: &str, f: fn(&str, &Displacements, f64) -> Mean| {
        Correlator::new(name, systems(), move |runs| displacements(runs, f))
    };
    vec![
        moved("msd", |name, s, n| Mean::of_curve(name, Some(n), &s.msd.total))
            .at_zero(3, 0.0)
            .turns(1e-11)
            .degree(2),
        moved("msd along y", |name, s, n| {
            Mean::of_curve(name, Some(n), &s.msd.components[1])
        })
        .at_zero(3, 0.0)
        .degree(2),
        moved("overlap", |name, s, n| {
            Mean::of_curve(name, Some(n), s.overlap().expect("a radius"))
        })
        .at_zero(3, 1.0)
        .turns(1e-11),
        // The mean that makes alpha2 of the mean squared displacement: <r^4> = (1 + alpha2) 5/3
        // <r^2>^2.
        moved("fourth moment", |name, s, n| {
            let msd = s.msd.total.without_zero();
            let mut mean = Mean::of_curve(name, Some(n), &s.alpha2);
            assert_eq!(msd.lags(), s.alpha2.lags());
            for (x, r2) in mean.values.iter_mut().zip(msd.values()) {
                *x = (1.0 + *x) * 5.0 / 3.0 * r2 * r2;
            }
            mean
        })
        .turns(1e-11)
        .degree(4),
        // <Q^2> = chi4 / N + <Q>^2: a mean over origins, and no sum over species.
        moved("squared overlap", |name, s, n| {
            let mut mean = Mean::of_curve(name, None, s.chi4().expect("a radius"));
            let overlap = s.overlap().expect("a radius");
            for (x, q) in mean.values.iter_mut().zip(overlap.values()) {
                *x = *x / n + q * q;
            }
            mean
        })
        .at_zero(3, 1.0)
        .turns(1e-11),
        Correlator::new("msd of many lags", systems(), |runs| {
            let msd = structure::msd(&all_of(runs), &Lags::all(), Resampling::None).expect("msd");
            let species = by_species(&msd).into_iter().zip(groups(&runs[0]));
            species
                .map(|((_, s), (name, n))| Mean::of_curve(name, Some(n), &s.total))
                .collect()
        })
        .at_zero(3, 0.0)
        .turns(1e-9)
        .degree(2),
        Correlator::new("distances", systems(), |runs| {
            let bins = RadialBins::linear(3.0, 8).expect("bins");
            let found = structure::van_hove(&all_of(runs), &Lags::samples([1]), &bins, Resampling::None);
            let found = found.expect("van Hove");
            let species = by_species(&found).into_iter().zip(groups(&runs[0]));
            let mean = |((_, s), (of, n)): ((&str, &Vec<structure::VanHove>), (String, f64))| {
                let at = &s[0];
                let fractions = at.fractions.iter().chain(&at.outside);
                let values: Vec<f64> = fractions.map(msed::Estimate::value).collect();
                Mean {
                    of,
                    share: Some(n),
                    origins: vec![at.origins as f64; values.len()],
                    values,
                }
            };
            species.map(mean).collect()
        })
        .turns(1e-11),
        self_isf(shell),
        isotropic(None),
        of_a_gaussian_walk(false),
        coherent(2.0, |frames| frames),
        Correlator::new("S(q)", systems(), |runs| {
            let vectors = shell(&runs[0]);
            let found = structure::static_structure(&all_of(runs), &vectors, Resampling::None).expect("S(q)");
            let mean =
                |(name, s): (String, &StructureFactor)| over_frames(name, s.values().to_vec(), s.frames());
            by_pair(&found).into_iter().map(mean).collect()
        })
        .turns(1e-11),
        Correlator::new("g(r)", systems(), |runs| {
            let bins = RadialBins::linear(3.0, 8).expect("bins");
            let found = structure::rdf(&all_of(runs), &bins, Resampling::None).expect("g(r)");
            let values = |g: &RadialDistribution| g.values.iter().map(msed::Estimate::value).collect();
            by_pair(&found)
                .into_iter()
                .map(|(name, g)| over_frames(name, values(g), g.frames))
                .collect()
        })
        .turns(1e-11),
    ]
}

#[test]
fn correlations_of_particles_obey_every_law() {
    for correlator in correlators() {
        assert_eq!(correlator.check(), Ok(()));
    }
}

/// A mean squared displacement by its definition, with a fault.
pub(super) fn faulty(fault: &'static str) -> Correlator<Walk> {
    Correlator::new(fault, systems(), move |runs| {
        let table = LagTable::new(runs[0].steps(), 0.005, &Lags::all()).expect("lags");
        let mut means: Vec<Mean> = Vec::new();
        for (of, n) in groups(&runs[0]) {
            let particles = match runs[0].species().indices(&of) {
                Ok(particles) => particles,
                Err(_) => (0..runs[0].particles()).collect(),
            };
            let (mut values, mut origins) = (Vec::new(), Vec::new());
            for &lag in table.lags() {
                let (mut sum, mut pairs, mut counted) = (0.0, 0.0, 0.0);
                for run in runs {
                    let (mut of_run, mut pairs_of_run) = (0.0, 0.0);
                    for i in 0..run.frames() {
                        let Ok(j) = run.steps().binary_search(&(run.steps()[i] + lag.steps())) else {
                            continue;
                        };
                        let double = fault == "early origins count double" && i == 0;
                        let weight = if double { 2.0 } else { 1.0 };
                        for (place, &p) in particles.iter().enumerate() {
                            let (a, b) = (run.position(i, p), run.position(j, p));
                            let mut r2: f64 = (0..3).map(|c| (b[c] - a[c]).powi(2)).sum();
                            if fault == "measured from the origin" {
                                r2 += 1e-3 * (b[0] * b[0] - a[0] * a[0]).abs();
                            }
                            if fault == "the first particle counts double" && place == 1 {
                                r2 *= 2.0;
                            }
                            of_run += weight * r2 / n;
                        }
                        pairs_of_run += 1.0;
                    }
                    counted += pairs_of_run;
                    if fault == "mean of the runs' means" && pairs_of_run > 0.0 {
                        (sum, pairs) = (sum + of_run / pairs_of_run * 7.0, pairs + 7.0);
                    } else {
                        (sum, pairs) = (sum + of_run, pairs + pairs_of_run);
                    }
                }
                values.push(sum / pairs);
                origins.push(counted);
            }
            let share = Some(n);
            means.push(Mean {
                of,
                share,
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
    .at_zero(3, 0.0)
    .turns(1e-11)
    .degree(2)
}
