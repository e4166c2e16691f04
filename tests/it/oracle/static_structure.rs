//! The static structure factor against its definition, and the relations that hold exactly.

use crate::common::by_name::by_pair;
use crate::common::gas::gas;
use msed::stats::ByPair;
use msed::structure::{self, StructureError, StructureFactor, WaveVectors};
use msed::trajectory::{Cell, Coordinates, Trajectory, Unwrapped, Wrapped};
use msed::{Replicas, Resampling};

fn skewed() -> Cell {
    Cell::triclinic([[4.0, 0.0, 0.0], [1.3, 3.5, 0.0], [-1.1, 0.7, 3.8]]).expect("a cell")
}

fn of<C: Coordinates>(run: &Trajectory<'_, f64, C>, vectors: &WaveVectors) -> ByPair<StructureFactor> {
    structure::static_structure(run, vectors, Resampling::None).expect("S(q)")
}

/// S_ab of one frame at one vector by its definition.
fn by_definition(run: &Trajectory<'_, f64>, frame: usize, q: [f64; 3], a: &[usize], b: &[usize]) -> f64 {
    let rho = |who: &[usize]| {
        who.iter().fold([0.0, 0.0], |[c, s], &p| {
            let r = run.position(frame, p);
            let angle = q[0] * r[0] + q[1] * r[1] + q[2] * r[2];
            [c + angle.cos(), s + angle.sin()]
        })
    };
    let (x, y) = (rho(a), rho(b));
    (x[0] * y[0] + x[1] * y[1]) / ((a.len() * b.len()) as f64).sqrt()
}

#[test]
fn every_shell_equals_the_sum_of_the_definition_and_its_jackknife() {
    for cell in [
        Cell::cubic(4.0).expect("a cell"),
        Cell::orthorhombic([3.0, 4.0, 5.0]).expect("a cell"),
        skewed(),
    ] {
        let runs = [gas(7, 31, cell, 1), gas(5, 31, cell, 2)];
        let all = WaveVectors::sphere(&cell, 6.0).expect("vectors");
        // A list that lacks some signs.
        let some = all.subset(all.count() / 3, 5).expect("a subset");
        let both = Replicas::new(runs.iter().map(Trajectory::view).collect()).expect("runs");
        for vectors in [&all, &some] {
            let found = structure::static_structure(&both, vectors, Resampling::Blocks(2)).expect("S(q)");
            let who = |name: &str| runs[0].species().indices(name).expect("species");
            let everybody: Vec<usize> = (0..31).collect();
            let groups = [
                [who("A"), who("A")],
                [who("A"), who("B")],
                [who("B"), who("B")],
                [everybody.clone(), everybody],
            ];
            for ((name, factor), [a, b]) in by_pair(&found).into_iter().zip(groups) {
                assert_eq!((factor.frames(), factor.q().len()), (12, vectors.shells().len()));
                for (k, shell) in vectors.shells().iter().enumerate() {
                    assert_eq!(factor.q()[k], shell.mean_wave_number());
                    assert_eq!(factor.wave_vectors()[k], shell.count());
                    let mean = |run: &Trajectory<'_, f64>, frame: usize| {
                        let at = |&q: &[f64; 3]| by_definition(run, frame, q, &a, &b);
                        shell.vectors().iter().map(at).sum::<f64>() / shell.count() as f64
                    };
                    // Blocks of 3, 4, 2, 3 frames.
                    let blocks: [Vec<f64>; 4] = [
                        (0..3).map(|i| mean(&runs[0], i)).collect(),
                        (3..7).map(|i| mean(&runs[0], i)).collect(),
                        (0..2).map(|i| mean(&runs[1], i)).collect(),
                        (2..5).map(|i| mean(&runs[1], i)).collect(),
                    ];
                    let without = |b: usize| {
                        let kept: Vec<f64> = (0..4)
                            .filter(|&i| i != b)
                            .flat_map(|i| blocks[i].clone())
                            .collect();
                        kept.iter().sum::<f64>() / kept.len() as f64
                    };
                    let replicates = [without(0), without(1), without(2), without(3)];
                    let centre = replicates.iter().sum::<f64>() / 4.0;
                    let error = (0.75 * replicates.iter().map(|x| (x - centre).powi(2)).sum::<f64>()).sqrt();
                    let value = blocks.concat().iter().sum::<f64>() / 12.0;
                    let at = format!("{name} shell {k}");
                    assert!((factor.values()[k] - value).abs() < 1e-11, "{at}: {value}");
                    let found = factor.standard_errors()[k].expect("an error");
                    assert!((found - error).abs() < 1e-11, "{at}: {found} {error}");
                    assert!((factor.replicate(2)[k] - replicates[2]).abs() < 1e-11, "{at}");
                }
            }
        }
    }
}

/// The largest difference of two results over shells and pairs.
fn difference(a: &ByPair<StructureFactor>, b: &ByPair<StructureFactor>) -> f64 {
    let pairs = by_pair(a).into_iter().zip(by_pair(b));
    let values =
        pairs.flat_map(|((_, a), (_, b))| a.values().iter().zip(b.values()).map(|(x, y)| (x - y).abs()));
    values.fold(0.0, f64::max)
}

fn moved<C: Coordinates>(
    run: &Trajectory<'_, f64, C>,
    motion: impl Fn([f64; 3]) -> [f64; 3],
) -> Trajectory<'static, f64> {
    let points = (0..run.frames()).flat_map(|frame| (0..run.particles()).map(move |p| (frame, p)));
    let positions: Vec<f64> = points
        .flat_map(|(frame, p)| motion(run.position(frame, p)))
        .collect();
    Trajectory::new(positions, run.steps(), run.time_step(), run.species().clone()).expect("a trajectory")
}

#[test]
fn partials_add_up_to_the_total() {
    let run = gas(6, 40, skewed(), 3);
    let found = of(&run, &WaveVectors::sphere(&skewed(), 7.0).expect("vectors"));
    let share = |name: &str| run.species().count(name).expect("species") as f64 / 40.0;
    let of = |a: &str, b: &str| found.of(a, b).expect("the partial").values();
    for (k, total) in found.total().values().iter().enumerate() {
        let mixed = (share("A") * share("B")).sqrt() * (of("A", "B")[k] + of("B", "A")[k]);
        let sum = share("A") * of("A", "A")[k] + share("B") * of("B", "B")[k] + mixed;
        assert!((sum - total).abs() < 1e-12, "shell {k}: {sum} {total}");
    }
    assert!(found.of("A", "C").is_err());
}

#[test]
fn a_translation_changes_nothing() {
    let cell = skewed();
    let run = gas(3, 30, cell, 4);
    let vectors = WaveVectors::sphere(&cell, 8.0).expect("vectors");
    let shifted = moved(&run, |[x, y, z]| [x + 0.3, y - 17.1, z + 2.9])
        .with_cell(cell)
        .expect("unwrapped");
    assert!(difference(&of(&run, &vectors), &of(&shifted, &vectors)) < 1e-11);
}

#[test]
fn a_symmetry_of_the_cubic_lattice_changes_no_shell() {
    let cell = Cell::cubic(4.2).expect("a cell");
    let run = gas(3, 30, cell, 5);
    let vectors = WaveVectors::sphere(&cell, 8.0).expect("vectors");
    let before = of(&run, &vectors);
    for turned in [
        moved(&run, |[x, y, z]| [-y, x, z]),
        moved(&run, |[x, y, z]| [y, z, x]),
        moved(&run, |[x, y, z]| [-x, -y, -z]),
        moved(&run, |[x, y, z]| [z, y, -x]),
    ] {
        let turned = turned.with_cell(cell).expect("unwrapped");
        assert!(difference(&before, &of(&turned, &vectors)) < 1e-11);
    }
    // What is none does.
    let skewed = moved(&run, |[x, y, z]| [x, y + 0.3 * x, z])
        .with_cell(cell)
        .expect("unwrapped");
    assert!(difference(&before, &of(&skewed, &vectors)) > 0.1);
}

#[test]
fn wrapped_coordinates_have_the_same_structure() {
    let cell = skewed();
    let run = gas(3, 30, cell, 6);
    let vectors = WaveVectors::sphere(&cell, 8.0).expect("vectors");
    let inside = moved(&run, |r| cell.wrap(r).0);
    let wrapped = Trajectory::<f64, Wrapped>::wrapped(
        inside.positions(),
        run.steps(),
        run.time_step(),
        run.species().clone(),
        [cell],
    )
    .expect("a trajectory");
    assert!(difference(&of(&run, &vectors), &of(&wrapped, &vectors)) < 1e-11);
}

#[test]
fn a_breathing_cell_keeps_its_integers() {
    let cell = Cell::cubic(5.0).expect("a cell");
    let run = gas(3, 30, cell, 7);
    let vectors = WaveVectors::sphere(&cell, 8.0).expect("vectors");
    let factors = [0.99, 1.0, 1.02];
    let mut positions = Vec::new();
    for (frame, factor) in factors.iter().enumerate() {
        positions.extend(run.frame(frame).iter().map(|x| factor * x));
    }
    let cells = factors.map(|factor| Cell::cubic(5.0 * factor).expect("a cell"));
    let breathing = Trajectory::<f64, Unwrapped>::new(positions, run.steps(), 0.005, run.species().clone())
        .and_then(|run| run.with_cells(cells))
        .expect("a trajectory");
    assert!(difference(&of(&run, &vectors), &of(&breathing, &vectors)) < 1e-11);
}

#[test]
fn an_ideal_gas_scatters_as_its_particles_do() {
    let cell = Cell::cubic(6.0).expect("a cell");
    let run = gas(200, 300, cell, 8);
    let vectors = WaveVectors::shell(&cell, 4.0..=5.0).expect("vectors");
    let found = structure::static_structure(&run, &vectors, Resampling::default()).expect("S(q)");
    for (name, factor) in by_pair(&found) {
        let expected = if name == "A-B" { 0.0 } else { 1.0 };
        let mean = factor.binned(10.0).unwrap().point(0);
        let off = (mean.value() - expected) / mean.standard_error().expect("an error");
        assert!(off.abs() < 3.5, "{name}: {mean}");
    }
}

#[test]
fn bits_do_not_depend_on_the_number_of_threads() {
    let cell = skewed();
    let run = gas(70, 50, cell, 9);
    let vectors = WaveVectors::sphere(&cell, 6.0).expect("vectors");
    let with = |threads| {
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .build()
            .expect("threads");
        pool.install(|| structure::static_structure(&run, &vectors, Resampling::default()).expect("S(q)"))
    };
    assert_eq!(with(1), with(2));
    assert_eq!(with(1), with(3));
}

#[test]
fn vectors_that_the_cell_does_not_have_are_refused() {
    let cell = Cell::cubic(4.0).expect("a cell");
    let run = gas(3, 30, cell, 10);
    let refusal = |run: &Trajectory<'_, f64>, vectors: &WaveVectors| match structure::static_structure(
        run,
        vectors,
        Resampling::None,
    ) {
        Err(refusal) => refusal,
        other => panic!("{other:?}"),
    };
    let free = WaveVectors::from_vectors(&[[1.0, 2.0, 0.5]]).expect("a vector");
    assert_eq!(refusal(&run, &free), StructureError::NotCommensurate);
    let without = Trajectory::new(run.positions(), run.steps(), 0.005, run.species().clone()).expect("a run");
    let vectors = WaveVectors::sphere(&cell, 4.0).expect("vectors");
    assert_eq!(
        refusal(&without, &vectors).to_string(),
        "run 0 has no periodic cell, expected one for commensurate wave vectors"
    );
    // A mistake in the unit.
    let other = WaveVectors::sphere(&Cell::cubic(0.4).expect("a cell"), 40.0).expect("vectors");
    assert_eq!(
        refusal(&run, &other).to_string(),
        "the wave vectors belong to a cell with edges [0.4, 0.4, 0.4], but that of run 0 has [4, 4, 4]: commensurate \
         vectors are made from the trajectory's own cell"
    );
    assert!(structure::static_structure(&run, &vectors, Resampling::Blocks(4)).is_err());
}
