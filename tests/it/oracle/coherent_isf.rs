//! The coherent intermediate scattering function against its definition, the static structure
//! factor, and known motion.

use std::f64::consts::TAU;

use crate::common::closeness::assert_close;
use crate::common::walk::{self, spacings};
use msed::stats::ByPair;
use msed::structure::{self, WaveVectors};
use msed::trajectory::{Cell, Species, Trajectory, Unwrapped};
use msed::{Lags, Replicas, Resampling};

type Run = Trajectory<'static, f64, Unwrapped>;

/// Random walks of mixed species.
fn walk(steps: Vec<u64>, names: &[&str], particles: usize, step: f64, cell: Cell) -> Run {
    let species = Species::by_name((0..particles).map(|p| names[p * p % names.len()])).expect("species");
    walk::walk(steps, species, step, cell)
}

fn density(run: &Run, who: &[usize], q: [f64; 3], frame: usize) -> [f64; 2] {
    who.iter().fold([0.0, 0.0], |[re, im], &p| {
        let r = run.position(frame, p);
        let angle = q[0] * r[0] + q[1] * r[1] + q[2] * r[2];
        [re + angle.cos(), im + angle.sin()]
    })
}

/// The definition at one pair of frames, for two groups of particles.
fn instant(run: &Run, [a, b]: [&[usize]; 2], vectors: &WaveVectors, first: usize, second: usize) -> f64 {
    let mut sum = 0.0;
    for &q in vectors.vectors() {
        for [to, from] in [[a, b], [b, a]] {
            let (x, y) = (density(run, to, q, second), density(run, from, q, first));
            sum += x[0] * y[0] + x[1] * y[1];
        }
    }
    sum / (2.0 * ((a.len() * b.len()) as f64).sqrt() * vectors.count() as f64)
}

fn hold_against_the_definition(run: &Run, list: &WaveVectors, found: &ByPair<msed::Curve>) {
    let names = run.species().names();
    let who: Vec<Vec<usize>> = names
        .iter()
        .map(|n| run.species().indices(n).expect("a species"))
        .collect();
    let all: Vec<usize> = (0..run.particles()).collect();
    let mut held: Vec<([&[usize]; 2], &msed::Curve)> = vec![([&all[..], &all[..]], found.total())];
    for a in 0..names.len() {
        for b in a..names.len() {
            let curve = found.of(&names[b], &names[a]).expect("a pair");
            held.push(([&who[a][..], &who[b][..]], curve));
        }
    }
    assert_eq!(held.len(), found.pairs().len() + 1);
    for (groups, curve) in held {
        for (k, &lag) in curve.lags().iter().enumerate() {
            let mut sums = [[0.0; 2]; 3];
            for i in 0..run.frames() {
                let Ok(j) = run.steps().binary_search(&(run.steps()[i] + lag.steps())) else {
                    continue;
                };
                let block = (0..3).find(|b| i < run.frames() * (b + 1) / 3).expect("a block");
                sums[block][0] += instant(run, groups, list, i, j);
                sums[block][1] += 1.0;
            }
            let mean = |without: Option<usize>| {
                let kept = (0..3).filter(|&b| Some(b) != without);
                let [sum, n] = kept.fold([0.0; 2], |s, b| [s[0] + sums[b][0], s[1] + sums[b][1]]);
                (sum / n, n)
            };
            let at = format!("{} vectors, lag {lag}", list.count());
            assert_eq!(curve.origins()[k] as f64, mean(None).1, "{at}");
            assert_close(&at, curve.values()[k], mean(None).0, 1e-11);
            for b in 0..3 {
                let (value, origins) = mean(Some(b));
                if origins > 0.0 {
                    assert_close(&at, curve.replicate(b)[k], value, 1e-11);
                }
            }
        }
    }
}

#[test]
fn partials_and_total_are_their_definitions_for_every_spacing_cell_and_number_of_species() {
    let cubic = Cell::cubic(9.0).unwrap();
    let orthorhombic = Cell::orthorhombic([9.0, 8.0, 7.0]).unwrap();
    let triclinic = Cell::triclinic([[9.0, 0.0, 0.0], [2.0, 8.0, 0.0], [-1.0, 3.0, 7.0]]).unwrap();
    let kinds: [&[&str]; 3] = [&["A"], &["A", "B"], &["A", "B", "C", "D", "E"]];
    for (steps, names) in spacings().into_iter().zip(kinds) {
        for cell in [cubic, orthorhombic, triclinic] {
            let run = walk(steps.clone(), names, 20, 0.02, cell);
            let shell = WaveVectors::shell(&cell, 2.0..=2.3).unwrap();
            let lists = [shell.subset(3, 1).unwrap(), shell];
            let found =
                structure::coherent_isf_each(&run, &lists, &Lags::all().with_zero(), Resampling::Blocks(3))
                    .unwrap();
            for (list, found) in lists.iter().zip(&found) {
                hold_against_the_definition(&run, list, found);
            }
            assert!(found[0].of("A", "Z").is_err());
        }
    }
}

#[test]
fn at_lag_zero_it_is_the_static_structure_factor() {
    let cell = Cell::orthorhombic([9.0, 8.0, 7.0]).unwrap();
    let run = walk((0..40).collect(), &["A", "B", "A"], 60, 0.1, cell);
    let vectors = WaveVectors::shell(&cell, 3.0..=3.3).unwrap();
    let s = structure::static_structure(&run, &vectors, Resampling::default()).unwrap();
    let f = structure::coherent_isf(
        &run,
        &vectors,
        &Lags::samples([1]).with_zero(),
        Resampling::default(),
    )
    .unwrap();
    let hold = |name: &str, s: &structure::StructureFactor, f: &msed::Curve| {
        let mean = |values: &[f64]| {
            let weighted = values.iter().zip(s.wave_vectors()).map(|(x, &n)| x * n as f64);
            weighted.sum::<f64>() / vectors.count() as f64
        };
        assert_close(name, f.values()[0], mean(s.values()), 1e-12);
        for r in 0..s.resamples().len() {
            assert_close(name, f.replicate(r)[0], mean(s.replicate(r)), 1e-12);
        }
    };
    hold("total", s.total(), f.total());
    for ([a, b], f) in f.pairs() {
        hold(&format!("{a}-{b}"), s.of(a, b).unwrap(), f);
    }
}

#[test]
fn transforms_give_what_the_sums_over_pairs_give() {
    let cell = Cell::cubic(9.0).unwrap();
    let run = walk((0..3000).collect(), &["A", "B"], 10, 0.02, cell);
    let list = WaveVectors::from_integers(&cell, &[[1, 2, -1], [0, 0, 3]]).unwrap();
    let all = structure::coherent_isf(&run, &list, &Lags::all().with_zero(), Resampling::default()).unwrap();
    let few = Lags::samples([1, 2, 17, 299, 1500, 2999]).with_zero();
    let direct = structure::coherent_isf(&run, &list, &few, Resampling::default()).unwrap();
    assert_eq!(all.total().len(), 3000);
    let curves = |isf: &ByPair<msed::Curve>| -> Vec<msed::Curve> {
        isf.pairs()
            .map(|(_, curve)| curve.clone())
            .chain([isf.total().clone()])
            .collect()
    };
    for (all, direct) in curves(&all).iter().zip(&curves(&direct)) {
        for (k, &lag) in direct.lags().iter().enumerate() {
            let bound = 1e-12 * 3000.0 / (3000 - lag.steps()) as f64;
            assert_close(
                &format!("lag {lag}"),
                all.values()[lag.steps() as usize],
                direct.values()[k],
                bound,
            );
            assert_eq!(all.origins()[lag.steps() as usize], direct.origins()[k]);
            for b in 0..10 {
                let (a, b) = (all.replicate(b)[lag.steps() as usize], direct.replicate(b)[k]);
                assert!(
                    (a - b).abs() <= 10.0 * bound || (a.is_nan() && b.is_nan()),
                    "{lag}: {a} {b}"
                );
            }
        }
    }
}

#[test]
fn particles_without_correlation_give_the_self_part() {
    let cell = Cell::cubic(6.0).unwrap();
    let run = walk((0..2000).collect(), &["A", "B"], 100, 0.04, cell);
    let lags = Lags::samples([1, 5, 25, 100]).with_zero();
    let shell = WaveVectors::shell(&cell, 3.9..=4.3).unwrap();
    let coherent = structure::coherent_isf(&run, &shell, &lags, Resampling::default()).unwrap();
    for k in 0..5 {
        let variance = 0.04 * 0.04 * coherent.total().lags()[k].steps() as f64;
        let wanted = shell
            .wave_numbers()
            .iter()
            .map(|q| (-0.5 * q * q * variance).exp())
            .sum::<f64>()
            / shell.count() as f64;
        for (curve, wanted) in [
            (coherent.total(), wanted),
            (coherent.of("A", "A").unwrap(), wanted),
            (coherent.of("A", "B").unwrap(), 0.0),
        ] {
            let error = curve.standard_errors()[k].unwrap();
            assert!(error < 0.1, "{error}");
            assert_close(&format!("lag {k}"), curve.values()[k], wanted, 4.5 * error);
        }
    }
}

#[test]
fn wrapping_storage_replicas_and_threads_do_not_matter() {
    let cell = Cell::cubic(9.0).unwrap();
    let run = walk((0..200).map(|i| 3 * i).collect(), &["A", "B"], 50, 0.05, cell);
    let shell = WaveVectors::shell(&cell, 3.0..=3.3).unwrap();
    let lags = Lags::logarithmic(10).with_zero();
    let isf = |run: &Run| structure::coherent_isf(run, &shell, &lags, Resampling::None).unwrap();
    let plain = isf(&run);

    let wrapped: Vec<f64> = run
        .positions()
        .as_chunks::<3>()
        .0
        .iter()
        .flat_map(|&r| cell.wrap(r).0)
        .collect();
    let wrapped = Trajectory::wrapped(wrapped, run.steps(), 0.005, run.species().clone(), [cell]).unwrap();
    let wrapped = structure::coherent_isf(&wrapped, &shell, &lags, Resampling::None).unwrap();
    for (a, b) in wrapped.total().values().iter().zip(plain.total().values()) {
        assert_close("wrapped", *a, *b, 1e-12);
    }

    let second = walk((0..150).map(|i| 3 * i).collect(), &["A", "B"], 50, 0.02, cell);
    let both = Replicas::new(vec![run.clone(), second.clone()]).unwrap();
    let pooled = structure::coherent_isf(&both, &shell, &lags, Resampling::Replicas).unwrap();
    let b = isf(&second);
    for k in 0..b.total().len() {
        let (m, n) = (plain.total().origins()[k] as f64, b.total().origins()[k] as f64);
        let wanted = (m * plain.total().values()[k] + n * b.total().values()[k]) / (m + n);
        assert_close("pooled", pooled.total().values()[k], wanted, 1e-13);
        assert_close(
            "without the first",
            pooled.total().replicate(0)[k],
            b.total().values()[k],
            1e-13,
        );
    }
    for lags in [lags.clone(), Lags::all()] {
        let pool = |threads: usize| {
            let pool = rayon::ThreadPoolBuilder::new()
                .num_threads(threads)
                .build()
                .unwrap();
            pool.install(|| structure::coherent_isf(&run, &shell, &lags, Resampling::default()).unwrap())
        };
        // As text, which tells all bits apart, and where NaN equals itself.
        assert!(format!("{:?}", pool(1)) == format!("{:?}", pool(2)));
    }
}

#[test]
fn a_breathing_cell_keeps_the_integers() {
    // Particles on fixed fractions of a cell that breathes by 1 %: the density at given integers
    // does not change.
    let mut positions = Vec::new();
    let mut cells = Vec::new();
    for i in 0..12 {
        let edge = 5.0 * (1.0 + 0.01 * (TAU * f64::from(i) / 12.0).sin());
        cells.push(Cell::cubic(edge).unwrap());
        positions.extend([0.1, 0.2, 0.3, 0.45, 0.8, 0.6, 0.5, 0.35, 0.05].map(|x| x * edge));
    }
    let steps: Vec<u64> = (0..12).collect();
    let run = Trajectory::new(positions, steps, 0.005, Species::single("A", 3).unwrap())
        .unwrap()
        .with_cells(cells)
        .unwrap();
    let vectors = WaveVectors::from_integers(&Cell::cubic(5.0).unwrap(), &[[1, 1, 0], [2, 0, -1]]).unwrap();
    let isf = structure::coherent_isf(&run, &vectors, &Lags::all().with_zero(), Resampling::None).unwrap();
    for value in isf.total().values() {
        assert_close("constant", *value, isf.total().values()[0], 1e-13);
    }
    assert_eq!(isf.total().over_zero().unwrap().values()[0], 1.0);
}

#[test]
fn what_has_no_fourier_component_is_refused() {
    let cell = Cell::cubic(9.0).unwrap();
    let run = walk((0..20).collect(), &["A"], 4, 0.05, cell);
    let refused = |vectors: &WaveVectors| {
        structure::coherent_isf(&run, vectors, &Lags::all(), Resampling::None)
            .unwrap_err()
            .to_string()
    };
    let free = WaveVectors::from_vectors(&[[1.0, 0.0, 0.0]]).unwrap();
    assert!(refused(&free).contains("commensurate"), "{}", refused(&free));
    let other = WaveVectors::from_integers(&Cell::cubic(7.0).unwrap(), &[[1, 0, 0]]).unwrap();
    assert!(
        refused(&other).contains("belong to a cell"),
        "{}",
        refused(&other)
    );
}
