//! Laws of the scattering functions, as one checker for the crate's and for faulty ones: F_s(q,0) = 1; F(q,0) = S(q); partials sum
//! to the total; the average over a shell does not change when the configuration is turned by a symmetry of the lattice; the
//! isotropic average is that over many directions; a Gaussian walk has F_s = exp(-q^2 MSD/6). Each law must reject its fault.

use std::f64::consts::TAU;

use msed::structure::{self, WaveVectors};
use msed::trajectory::{Cell, Particles, Species, Trajectory};
use msed::{Curve, Lags, Resampling};
use rand::prelude::*;
use rand_distr::StandardNormal;
use rand_pcg::Pcg64;

type Run = Trajectory<'static, f64>;

const LAWS: [&str; 6] = [
    "F_s(q,0) = 1",
    "F(q,0) = S(q)",
    "partials sum to the total",
    "a symmetry of the lattice changes no shell",
    "the isotropic average is that over directions",
    "a Gaussian walk decays with its mean squared displacement",
];

/// F_ab, each with sqrt(x_a x_b) times the number of its orders, and the total.
struct Coherent {
    partials: Vec<(f64, Curve)>,
    total: Curve,
}

/// Scattering functions: those of the crate, unless a fault is planted.
trait Scattering {
    fn self_isf(&self, run: &Run, vectors: &WaveVectors, lags: &Lags) -> Curve {
        structure::self_isf(run, Particles::All, vectors, lags, Resampling::default()).expect("F_s")
    }

    fn isotropic(&self, run: &Run, q: f64, lags: &Lags) -> Curve {
        let found =
            structure::isotropic_self_isf(run, Particles::All, &[q], lags, Resampling::None).expect("F_s");
        found.into_iter().next().expect("one length")
    }

    fn coherent(&self, run: &Run, vectors: &WaveVectors, lags: &Lags) -> Coherent {
        let isf = structure::coherent_isf(run, vectors, lags, Resampling::None).expect("F(q,t)");
        let fraction = |name: &str| {
            let count = run.species().count(name).expect("a species");
            count as f64 / run.particles() as f64
        };
        let weighted = |([a, b], curve): ([&str; 2], &Curve)| {
            let orders = if a == b { 1.0 } else { 2.0 };
            (orders * (fraction(a) * fraction(b)).sqrt(), curve.clone())
        };
        Coherent {
            partials: isf.pairs().map(weighted).collect(),
            total: isf.total().clone(),
        }
    }

    /// S(q) averaged over the vectors.
    fn structure_factor(&self, run: &Run, vectors: &WaveVectors) -> f64 {
        let found = structure::static_structure(run, vectors, Resampling::None).expect("S(q)");
        let total = found.total();
        let weighted = total.values().iter().zip(total.wave_vectors());
        weighted.map(|(s, &n)| s * n as f64).sum::<f64>() / vectors.count() as f64
    }
}

struct Sound;

impl Scattering for Sound {}

#[derive(Debug, PartialEq)]
struct Broken {
    law: &'static str,
    at: String,
}

fn hold(law: &'static str, at: &str, found: f64, wanted: f64, bound: f64) -> Result<(), Broken> {
    let close = found.is_finite() && wanted.is_finite() && (found - wanted).abs() <= bound;
    close.then_some(()).ok_or_else(|| Broken {
        law,
        at: format!("{at}: {found} {wanted}"),
    })
}

fn hold_curves(law: &'static str, at: &str, found: &Curve, wanted: &Curve, bound: f64) -> Result<(), Broken> {
    assert_eq!(found.lags(), wanted.lags());
    let pairs = found.values().iter().zip(wanted.values()).zip(found.lags());
    for ((&found, &wanted), lag) in pairs {
        hold(law, &format!("{at}, lag {lag}"), found, wanted, bound)?;
    }
    Ok(())
}

/// Holds scattering functions against all laws on every spacing of frames and shape of the cell.
fn check(functions: &dyn Scattering) -> Result<(), Broken> {
    for (name, run) in systems() {
        let cell = *run.cell(0).expect("a cell");
        let shell = WaveVectors::shell(&cell, 2.0..=2.6).expect("a shell");
        let lags = Lags::all().with_zero();
        let isf = functions.self_isf(&run, &shell, &lags);
        hold(LAWS[0], &name, isf.values()[0], 1.0, 1e-13)?;
        let isotropic = functions.isotropic(&run, 2.3, &lags);
        hold(LAWS[0], &name, isotropic.values()[0], 1.0, 1e-13)?;

        let coherent = functions.coherent(&run, &shell, &lags);
        let s = functions.structure_factor(&run, &shell);
        hold(LAWS[1], &name, coherent.total.values()[0], s, 1e-12)?;
        for (k, &total) in coherent.total.values().iter().enumerate() {
            let sum = coherent
                .partials
                .iter()
                .map(|(weight, f)| weight * f.values()[k])
                .sum();
            hold(LAWS[2], &name, sum, total, 1e-12)?;
        }

        for (turn, turned) in symmetries(&run, &cell) {
            let at = format!("{name}, {turn}");
            hold_curves(
                LAWS[3],
                &at,
                &functions.self_isf(&turned, &shell, &lags),
                &isf,
                1e-11,
            )?;
            let again = functions.coherent(&turned, &shell, &lags);
            hold_curves(LAWS[3], &at, &again.total, &coherent.total, 1e-11)?;
            for ((_, again), (_, f)) in again.partials.iter().zip(&coherent.partials) {
                hold_curves(LAWS[3], &at, again, f, 1e-11)?;
            }
            hold_curves(
                LAWS[3],
                &at,
                &functions.isotropic(&turned, 2.3, &lags),
                &isotropic,
                1e-12,
            )?;
        }

        let few = Lags::logarithmic(3);
        let over_directions = functions.self_isf(&run, &sphere(2.3, 3000), &few);
        hold_curves(
            LAWS[4],
            &name,
            &functions.isotropic(&run, 2.3, &few),
            &over_directions,
            1e-3,
        )?;
    }
    gaussian_walk(functions)
}

fn gaussian_walk(functions: &dyn Scattering) -> Result<(), Broken> {
    let cell = Cell::cubic(6.0).expect("a cell");
    let run = walk((0..400).collect(), 300, 0.06, 0.0, cell);
    let lags = Lags::explicit([1, 5, 20, 60]);
    let shell = WaveVectors::shell(&cell, 3.9..=4.3).expect("a shell");
    let isf = functions.self_isf(&run, &shell, &lags);
    let msd = structure::msd(&run, &lags, Resampling::None).expect("msd");
    for k in 0..isf.len() {
        let decay = |q: &f64| (-q * q * msd.all().total().values()[k] / 6.0).exp();
        let wanted = shell.wave_numbers().iter().map(decay).sum::<f64>() / shell.count() as f64;
        let error = isf.standard_errors()[k].unwrap_or(0.01);
        assert!(error < 0.02, "{error}");
        let at = format!("lag {}", isf.lags()[k]);
        hold(LAWS[5], &at, isf.values()[k], wanted, 5.0 * error)?;
    }
    Ok(())
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

fn systems() -> Vec<(String, Run)> {
    let cubic = Cell::cubic(9.0).expect("a cell");
    let orthorhombic = Cell::orthorhombic([9.0, 8.0, 7.0]).expect("a cell");
    let triclinic = Cell::triclinic([[9.0, 0.0, 0.0], [2.0, 8.0, 0.0], [-1.0, 3.0, 7.0]]).expect("a cell");
    let uniform: Vec<u64> = (0..40).map(|i| 40 + 20 * i).collect();
    let logarithmic: Vec<u64> = [0].into_iter().chain((0..16).map(|i| 1 << i)).collect();
    let blocks = (0..12)
        .flat_map(|b| [0, 1, 2, 4].map(|offset| 10 * (8 * b + offset)))
        .collect();
    [
        ("uniform", uniform.clone(), cubic),
        ("orthorhombic", uniform.clone(), orthorhombic),
        ("triclinic", uniform, triclinic),
        ("log-spaced", logarithmic, cubic),
        ("block-spaced", blocks, cubic),
    ]
    .into_iter()
    .map(|(name, steps, cell)| (name.to_owned(), walk(steps, 20, 0.15, 0.03, cell)))
    .collect()
}

/// Gaussian steps, with a drift along x.
fn walk(steps: Vec<u64>, particles: usize, step: f64, drift: f64, cell: Cell) -> Run {
    let mut rng = Pcg64::seed_from_u64(steps.len() as u64);
    let mut frame: Vec<f64> = (0..3 * particles).map(|_| 9.0 * rng.random::<f64>()).collect();
    let mut positions = frame.clone();
    for _ in 1..steps.len() {
        for (i, x) in frame.iter_mut().enumerate() {
            let noise: f64 = rng.sample(StandardNormal);
            *x += step * noise + if i % 3 == 0 { drift } else { 0.0 };
        }
        positions.extend_from_slice(&frame);
    }
    let species = Species::by_name((0..particles).map(|p| ["A", "B", "A"][p % 3])).expect("species");
    let run = Trajectory::new(positions, steps, 0.005, species).expect("a trajectory");
    run.with_cell(cell).expect("unwrapped")
}

/// The run as symmetries of its cell turn it.
fn symmetries(run: &Run, cell: &Cell) -> Vec<(&'static str, Run)> {
    let turned = |f: &dyn Fn([f64; 3]) -> [f64; 3]| -> Run {
        let positions: Vec<f64> = run.positions().as_chunks().0.iter().flat_map(|&r| f(r)).collect();
        let run = Trajectory::new(positions, run.steps(), 0.005, run.species().clone()).expect("a run");
        run.with_cell(*cell).expect("unwrapped")
    };
    let mut found = vec![("inverted", turned(&|[x, y, z]| [-x, -y, -z]))];
    if cell.is_orthorhombic() {
        found.push(("mirrored", turned(&|[x, y, z]| [-x, y, z])));
        found.push(("half a turn", turned(&|[x, y, z]| [x, -y, -z])));
    }
    if cell.is_cubic() {
        found.push(("a third of a turn", turned(&|[x, y, z]| [y, z, x])));
        found.push(("a quarter of a turn", turned(&|[x, y, z]| [-y, x, z])));
    }
    found
}

#[test]
fn the_scattering_functions_obey_every_law() {
    assert_eq!(check(&Sound), Ok(()));
}

/// A law, and functions that break it.
struct Fault(&'static str);

impl Scattering for Fault {
    fn self_isf(&self, run: &Run, vectors: &WaveVectors, lags: &Lags) -> Curve {
        match self.0 {
            "divided by N - 1" => {
                let n = run.particles() as f64;
                Sound.self_isf(run, vectors, lags).map(|_, f| f * n / (n - 1.0))
            }
            // In the order of a listing the first half of a shell has its vectors on one side.
            "half of the shell" if vectors.cell().is_some() => {
                let half = WaveVectors::from_integers(
                    vectors.cell().expect("a cell"),
                    &vectors.integers()[..vectors.count() / 2],
                );
                Sound.self_isf(run, &half.expect("vectors"), lags)
            }
            "the square of F_s" if vectors.cell().is_some() => {
                Sound.self_isf(run, vectors, lags).map(|_, f| f * f.abs())
            }
            _ => Sound.self_isf(run, vectors, lags),
        }
    }

    fn isotropic(&self, run: &Run, q: f64, lags: &Lags) -> Curve {
        if self.0 == "along the axes" {
            let axes = WaveVectors::from_vectors(&[[q, 0.0, 0.0], [0.0, q, 0.0], [0.0, 0.0, q]]);
            return Sound.self_isf(run, &axes.expect("vectors"), lags);
        }
        Sound.isotropic(run, q, lags)
    }

    fn coherent(&self, run: &Run, vectors: &WaveVectors, lags: &Lags) -> Coherent {
        let mut found = Sound.coherent(run, vectors, lags);
        if self.0 == "AB counted once" {
            found.partials[1].0 *= 0.5;
        }
        found
    }

    fn structure_factor(&self, run: &Run, vectors: &WaveVectors) -> f64 {
        if self.0 == "the first half of the run" {
            let half = run.slice(0..run.frames() / 2).expect("frames").into_owned();
            return Sound.structure_factor(&half, vectors);
        }
        Sound.structure_factor(run, vectors)
    }
}

#[test]
fn a_planted_fault_breaks_its_law() {
    let faults = [
        ("divided by N - 1", LAWS[0]),
        ("the first half of the run", LAWS[1]),
        ("AB counted once", LAWS[2]),
        ("half of the shell", LAWS[3]),
        ("along the axes", LAWS[4]),
        ("the square of F_s", LAWS[5]),
    ];
    for (fault, law) in faults {
        let found = check(&Fault(fault)).map_err(|broken| broken.law);
        assert_eq!(found, Err(law), "{fault}");
    }
    assert_eq!(check(&Fault("none")), Ok(()));
}
