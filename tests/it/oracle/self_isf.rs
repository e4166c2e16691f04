//! The self part of the intermediate scattering function against its definition, known motion, and
//! reference values.

use std::f64::consts::TAU;

use crate::common::closeness::assert_close;
use crate::common::walk::{self, spacings};
use msed::structure::{self, WaveVectors};
use msed::trajectory::{Cell, Particles, Species, Trajectory};
use msed::{Lags, Replicas, Resampling};

/// Random walks of mixed species.
fn walk(steps: Vec<u64>, particles: usize, step: f64, cell: Cell) -> Trajectory<'static, f64> {
    let species = Species::by_name((0..particles).map(|p| ["A", "B", "A"][p % 3])).expect("species");
    walk::walk(steps, species, step, cell)
}

/// `(1/N) sum_j <cos q.(r_j(second) - r_j(first))>` over the vectors.
fn instant(
    run: &Trajectory<'_, f64>,
    who: &[usize],
    vectors: &WaveVectors,
    first: usize,
    second: usize,
) -> f64 {
    let mut sum = 0.0;
    for &p in who {
        let (from, to) = (run.position(first, p), run.position(second, p));
        for q in vectors.vectors() {
            sum += (0..3).map(|i| q[i] * (to[i] - from[i])).sum::<f64>().cos();
        }
    }
    sum / (who.len() * vectors.count()) as f64
}

#[test]
fn values_fluctuations_and_replicates_are_their_definitions_for_every_list_and_spacing() {
    let cubic = Cell::cubic(9.0).unwrap();
    let orthorhombic = Cell::orthorhombic([9.0, 8.0, 7.0]).unwrap();
    let triclinic = Cell::triclinic([[9.0, 0.0, 0.0], [2.0, 8.0, 0.0], [-1.0, 3.0, 7.0]]).unwrap();
    for steps in spacings() {
        for cell in [cubic, orthorhombic, triclinic] {
            let run = walk(steps.clone(), 20, 0.02, cell);
            let who = run.species().indices("A").unwrap();
            let shell = WaveVectors::shell(&cell, 3.0..=3.3).unwrap();
            let lists = [
                shell.subset(5, 1).unwrap(),
                shell,
                WaveVectors::axes(&cell, 2.0..=4.0).unwrap(),
                WaveVectors::from_vectors(&[[0.1, -0.7, 2.3]]).unwrap(),
            ];
            let lags = Lags::all();
            let blocks = Resampling::Blocks(3);
            let found = structure::self_isf_each(&run, "A", &lists, &lags, blocks).unwrap();
            for (list, found) in lists.iter().zip(&found) {
                let fluctuations = structure::self_isf_fluctuations(&run, "A", list, &lags, blocks).unwrap();
                for (k, &lag) in found.lags().iter().enumerate() {
                    // Sums of f and f^2 and pairs, by the block of the first frame.
                    let mut sums = [[0.0; 3]; 3];
                    for i in 0..run.frames() {
                        let Ok(j) = run.steps().binary_search(&(run.steps()[i] + lag.steps())) else {
                            continue;
                        };
                        let f = instant(&run, &who, list, i, j);
                        let block = (0..3).find(|b| i < run.frames() * (b + 1) / 3).unwrap();
                        for (sum, x) in sums[block].iter_mut().zip([f, f * f, 1.0]) {
                            *sum += x;
                        }
                    }
                    let mean = |without: Option<usize>| {
                        let kept = (0..3).filter(|&b| Some(b) != without);
                        let sum = kept.fold([0.0; 3], |s, b| std::array::from_fn(|i| s[i] + sums[b][i]));
                        let [f, f2] = [sum[0] / sum[2], sum[1] / sum[2]];
                        [f, who.len() as f64 * (f2 - f * f), sum[2]]
                    };
                    let at = format!("{} vectors, lag {lag}", list.count());
                    let [isf, chi4, origins] = mean(None);
                    assert_eq!(found.origins()[k] as f64, origins, "{at}");
                    assert_close(&at, found.values()[k], isf, 1e-12);
                    assert_close(&at, fluctuations.isf.values()[k], isf, 1e-12);
                    assert_close(&at, fluctuations.chi4.values()[k], chi4, 1e-11);
                    for b in 0..3 {
                        let [isf, chi4, origins] = mean(Some(b));
                        if origins > 0.0 {
                            assert_close(&at, found.replicate(b)[k], isf, 1e-12);
                            assert_close(&at, fluctuations.chi4.replicate(b)[k], chi4, 1e-11);
                        }
                    }
                }
            }
        }
    }
}

#[test]
fn transforms_give_what_the_sums_over_pairs_give() {
    // So many lags that transforms are cheaper, and few of the same.
    let run = walk((0..3000).collect(), 5, 0.02, Cell::cubic(9.0).unwrap());
    let list = WaveVectors::from_vectors(&[[1.0, 2.0, -0.5], [0.1, 0.2, 3.0]]).unwrap();
    let all = structure::self_isf(&run, Particles::All, &list, &Lags::all(), Resampling::default()).unwrap();
    let few = Lags::samples([1, 2, 17, 299, 1500, 2999]).with_zero();
    let direct = structure::self_isf(&run, Particles::All, &list, &few, Resampling::default()).unwrap();
    assert_eq!(all.len(), 3000);
    for (k, &lag) in direct.lags().iter().enumerate() {
        // Rounding of a transform counts against the whole power; the last lag rests on one origin.
        let bound = 1e-13 * 3000.0 / (3000 - lag.steps()) as f64;
        let at = format!("lag {lag}");
        assert_close(&at, all.values()[lag.steps() as usize], direct.values()[k], bound);
        assert_eq!(all.origins()[lag.steps() as usize], direct.origins()[k]);
        for b in 0..10 {
            let (a, b) = (all.replicate(b)[lag.steps() as usize], direct.replicate(b)[k]);
            assert!(
                (a - b).abs() <= 10.0 * bound || (a.is_nan() && b.is_nan()),
                "{at}: {a} {b}"
            );
        }
    }
}

#[test]
fn a_gaussian_walk_decays_with_its_mean_squared_displacement() {
    let cell = Cell::cubic(6.0).unwrap();
    let run = walk((0..400).collect(), 600, 0.04, cell);
    let lags = Lags::samples([0, 1, 5, 25, 100]);
    let shell = WaveVectors::shell(&cell, 3.9..=4.3).unwrap();
    let isf = structure::self_isf(&run, Particles::All, &shell, &lags, Resampling::default()).unwrap();
    let sinc = structure::isotropic_self_isf(
        &run,
        Particles::All,
        &[shell.mean_wave_number()],
        &lags,
        Resampling::default(),
    )
    .unwrap();
    assert_close("lag 0", isf.values()[0], 1.0, 1e-14);
    assert_close("lag 0", sinc[0].values()[0], 1.0, 1e-14);
    for k in 1..5 {
        let variance = 0.04 * 0.04 * isf.lags()[k].steps() as f64;
        let wanted = |q: f64| (-0.5 * q * q * variance).exp();
        let over_shell = shell.wave_numbers().iter().map(|&q| wanted(q)).sum::<f64>() / shell.count() as f64;
        let check = |curve: &msed::Curve, wanted: f64| {
            let error = curve.standard_errors()[k].unwrap_or(0.02);
            assert_close(
                &format!("lag {}", curve.lags()[k]),
                curve.values()[k],
                wanted,
                5.0 * error,
            );
            assert!(error < 0.03);
        };
        check(&isf, over_shell);
        check(&sinc[0], wanted(shell.mean_wave_number()));
    }
}

#[test]
fn the_isotropic_average_is_that_over_many_directions() {
    for steps in spacings() {
        // Displacements of up to about two wavelengths.
        let step = 1.5 / (steps[steps.len() - 1] as f64).sqrt();
        let run = walk(steps, 9, step, Cell::cubic(9.0).unwrap());
        // A spherical design by Fibonacci's lattice: its error falls as one over the number of
        // vectors.
        let count = 4000;
        let golden = (5.0_f64.sqrt() - 1.0) / 2.0;
        let q = 2.5;
        let directions: Vec<[f64; 3]> = (0..count)
            .map(|i| {
                let z = 1.0 - (2 * i + 1) as f64 / count as f64;
                let (sine, cosine) = (TAU * golden * i as f64).sin_cos();
                let radius = (1.0 - z * z).sqrt();
                [q * radius * cosine, q * radius * sine, q * z]
            })
            .collect();
        let many = WaveVectors::from_vectors(&directions).unwrap();
        let lags = Lags::logarithmic(3).with_zero();
        let over_many = structure::self_isf(&run, "B", &many, &lags, Resampling::None).unwrap();
        let isotropic = structure::isotropic_self_isf(&run, "B", &[1.0, q], &lags, Resampling::None).unwrap();
        assert_eq!(isotropic[1].lags(), over_many.lags());
        for (a, b) in isotropic[1].values().iter().zip(over_many.values()) {
            assert_close("isotropic", *a, *b, 2e-4);
        }
        assert_ne!(isotropic[0].values()[1], isotropic[1].values()[1]);
    }
}

#[test]
fn storage_replicas_and_threads_do_not_matter() {
    let cell = Cell::cubic(9.0).unwrap();
    let run = walk((0..200).map(|i| 3 * i).collect(), 50, 0.02, cell);
    let single: Vec<f32> = run.positions().iter().map(|&x| x as f32).collect();
    let widened: Vec<f64> = single.iter().map(|&x| f64::from(x)).collect();
    let with = |positions: Vec<f64>| {
        Trajectory::new(positions, run.steps(), 0.005, run.species().clone())
            .unwrap()
            .with_cell(cell)
            .unwrap()
    };
    let narrow = Trajectory::new(single, run.steps(), 0.005, run.species().clone()).unwrap();
    let wide = with(widened);
    let shell = WaveVectors::shell(&cell, 3.0..=3.3).unwrap();
    let lags = Lags::logarithmic(10);
    let isf =
        |run: &Trajectory<'_, f64>| structure::self_isf(run, "A", &shell, &lags, Resampling::None).unwrap();
    assert_eq!(isf(&narrow.widened()), isf(&wide));
    for resampling in [Resampling::None, Resampling::Blocks(3)] {
        hold_single(&narrow, &wide, &cell, resampling);
    }

    let second = walk((0..150).map(|i| 3 * i).collect(), 50, 0.05, cell);
    let both = Replicas::new(vec![run.clone(), second.clone()]).unwrap();
    let pooled = structure::self_isf(&both, "A", &shell, &lags, Resampling::Replicas).unwrap();
    let (a, b) = (isf(&run), isf(&second));
    for k in 0..b.len() {
        let (m, n) = (a.origins()[k] as f64, b.origins()[k] as f64);
        let wanted = (m * a.values()[k] + n * b.values()[k]) / (m + n);
        assert_close("pooled", pooled.values()[k], wanted, 1e-14);
        assert_close("without the first", pooled.replicate(0)[k], b.values()[k], 1e-14);
    }
    let pool = |threads: usize| {
        rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .build()
            .unwrap()
    };
    let one = pool(1).install(|| isf(&run));
    let two = pool(2).install(|| isf(&run));
    assert_eq!(one, two);
}

/// Products in single precision, to the bounds of docs/conventions.md.
fn hold_single(
    narrow: &Trajectory<'_, f32>,
    wide: &Trajectory<'_, f64>,
    cell: &Cell,
    resampling: Resampling,
) {
    let shell = WaveVectors::shell(cell, 3.0..=3.3).unwrap();
    let squares = shell
        .integers()
        .iter()
        .map(|n| n.iter().map(|n| n * n).sum::<i32>());
    let signs = 6e-6 + 3e-7 * f64::from(squares.max().unwrap());
    let listed = WaveVectors::from_integers(cell, &shell.integers()[1..]).unwrap();
    let lags = Lags::logarithmic(10).with_zero();
    for (vectors, bound) in [(&shell, signs), (&listed, 3e-6)] {
        let single = structure::self_isf(narrow, "A", vectors, &lags, resampling).unwrap();
        let double = structure::self_isf(wide, "A", vectors, &lags, resampling).unwrap();
        assert_eq!(single.lags(), double.lags());
        assert_eq!(single.values()[0], 1.0);
        let mut largest = 0.0_f64;
        for (found, wanted) in single.values().iter().zip(double.values()) {
            assert!((found - wanted).abs() < bound, "{found} {wanted}");
            largest = largest.max((found - wanted).abs());
        }
        // An average over 34 particles and up to 199 origins; and not in double precision.
        assert!((1e-12..2e-7).contains(&largest), "{largest:e}");
        let blocks = if resampling == Resampling::None { 0 } else { 3 };
        for block in 0..blocks {
            for (found, wanted) in single.replicate(block).iter().zip(double.replicate(block)) {
                assert!(
                    (found - wanted).abs() < bound || (found.is_nan() && wanted.is_nan()),
                    "{found} {wanted}"
                );
            }
        }
        // The value at each pair of frames, of which variances are made, is in double precision. As
        // text, since a replicate without pairs is not a number.
        let of_each = structure::self_isf_fluctuations(narrow, "A", vectors, &lags, resampling).unwrap();
        let wanted = structure::self_isf_fluctuations(wide, "A", vectors, &lags, resampling).unwrap();
        assert_eq!(format!("{of_each:?}"), format!("{wanted:?}"));
        let pool = |threads: usize| {
            rayon::ThreadPoolBuilder::new()
                .num_threads(threads)
                .build()
                .unwrap()
        };
        let again = || structure::self_isf(narrow, "A", vectors, &lags, resampling).unwrap();
        let bits = |threads| format!("{:?}", pool(threads).install(again));
        assert_eq!(bits(1), bits(3));
    }
}

#[test]
fn questions_without_an_answer_are_refused() {
    let cell = Cell::cubic(9.0).unwrap();
    let run = walk((0..20).collect(), 3, 0.02, cell);
    let shell = WaveVectors::shell(&cell, 3.0..=3.3).unwrap();
    let error = structure::self_isf(&run, "C", &shell, &Lags::all(), Resampling::None).unwrap_err();
    assert_eq!(error.to_string(), "no species `C`, expected one of: A, B");
    let error = structure::isotropic_self_isf(&run, "A", &[1.0, -2.0], &Lags::all(), Resampling::None);
    assert_eq!(
        error.unwrap_err().to_string(),
        "wave number 1 is -2, expected a positive finite number"
    );
}
