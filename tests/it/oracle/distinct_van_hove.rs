//! The distinct part of van Hove's function against its definition, and the relations that hold
//! exactly.

use std::f64::consts::PI;

use super::rdf::{counted, half_width, skewed};
use crate::common::by_name::by_pair;
use crate::common::gas::gas;
use msed::stats::ByPair;
use msed::structure::{self, DistinctVanHove, RadialBins};
use msed::trajectory::{Cell, Coordinates, Dimensions, Species, Trajectory};
use msed::{Lag, Lags, Replicas, Resampling};

fn of<C: Coordinates>(
    run: &Trajectory<'_, f64, C>,
    lags: &[u64],
    bins: &RadialBins,
) -> ByPair<Vec<DistinctVanHove>> {
    let lags = Lags::samples(lags.iter().copied());
    structure::distinct_van_hove(run, &lags, bins, Resampling::None).expect("G_d")
}

#[test]
fn every_bin_equals_the_count_of_the_definition_and_its_jackknife() {
    for cell in [Cell::orthorhombic([3.0, 4.0, 5.0]).expect("a cell"), skewed()] {
        let runs = [gas(5, 22, cell, 1), gas(4, 22, cell, 2)];
        let both = Replicas::new(runs.iter().map(Trajectory::view).collect()).expect("runs");
        for bins in [
            RadialBins::linear(half_width(&cell), 9).expect("bins"),
            // A grid of compartments.
            RadialBins::linear(0.9, 5).expect("bins"),
            RadialBins::logarithmic(0.4, 1.3, 5).expect("bins"),
        ] {
            let edges = bins.edges();
            // Frames stand at steps 0, 10, 40, 90, 160: lag 10 has the pair 0-1, lag 40 the pair
            // 0-2.
            let lags = Lags::explicit([0, 10, 40].map(Lag::from_steps));
            let found = structure::distinct_van_hove(&both, &lags, &bins, Resampling::Replicas).expect("G_d");
            let who = |name: &str| runs[0].species().indices(name).expect("species");
            let (a, b, all): (_, _, Vec<usize>) = (who("A"), who("B"), (0..22).collect());
            let groups = [(&a, &a, 1.0), (&a, &b, 0.0), (&b, &b, 1.0), (&all, &all, 1.0)];
            for ((name, found), (first, second, own)) in by_pair(&found).into_iter().zip(groups) {
                for (k, found) in found.iter().enumerate() {
                    let of_run = |run: &Trajectory<'_, f64>, frames: usize| -> (Vec<f64>, f64) {
                        let origins = if k == 0 { frames } else { 1 };
                        let mut sum = vec![0.0; bins.count()];
                        for from in 0..origins {
                            let frames = [from, from + k];
                            let one = counted(run, frames, &cell, [first, second], edges);
                            let other = counted(run, frames, &cell, [second, first], edges);
                            for (sum, (x, y)) in sum.iter_mut().zip(one.iter().zip(other)) {
                                *sum += 0.5 * (x + y);
                            }
                        }
                        (sum, origins as f64)
                    };
                    let ((x, nx), (y, ny)) = (of_run(&runs[0], 5), of_run(&runs[1], 4));
                    assert_eq!(found.origins, (nx + ny) as u64, "{name} {k}");
                    let (n, m) = (first.len() as f64, second.len() as f64 - own);
                    for bin in 0..bins.count() {
                        let shell = 4.0 / 3.0 * PI * (edges[bin + 1].powi(3) - edges[bin].powi(3));
                        let mean = (x[bin] + y[bin]) / (nx + ny);
                        let g = mean * cell.volume() / shell / (n * m);
                        assert!(
                            (found.g[bin].value() - g).abs() < 1e-12 * g.max(1.0),
                            "{name} {k}"
                        );
                        let density = found.density[bin].value();
                        assert!((density - m / cell.volume() * g).abs() < 1e-12 * density.max(1.0));
                        // Two runs left out in turn.
                        let each = [x[bin] / nx, y[bin] / ny].map(|x| x * cell.volume() / shell / (n * m));
                        let error = 0.5 * (each[0] - each[1]).abs();
                        let found = found.g[bin].standard_error().expect("an error");
                        assert!((found - error).abs() < 1e-12 * error.max(1.0), "{found} {error}");
                    }
                }
            }
        }
    }
}

#[test]
fn at_lag_zero_it_is_the_radial_distribution_function_to_the_last_bit() {
    let run = gas(11, 60, skewed(), 3);
    for bins in [
        RadialBins::linear(half_width(&skewed()), 20).expect("bins"),
        RadialBins::linear(0.9, 7).expect("bins"),
    ] {
        for resampling in [Resampling::Blocks(3), Resampling::None] {
            let g = structure::rdf(&run, &bins, resampling).expect("g(r)");
            let lags = Lags::samples([0]);
            let found = structure::distinct_van_hove(&run, &lags, &bins, resampling).expect("G_d");
            for ((name, g), (_, found)) in by_pair(&g).into_iter().zip(by_pair(&found)) {
                assert_eq!(found[0].origins, g.frames);
                for (x, y) in g.values.iter().zip(&found[0].g) {
                    assert_eq!(x.value().to_bits(), y.value().to_bits(), "{name}");
                    assert_eq!(x.standard_error(), y.standard_error(), "{name}");
                }
            }
        }
    }
}

#[test]
fn particles_that_know_nothing_of_each_other_have_a_flat_one() {
    let cell = Cell::cubic(4.0).expect("a cell");
    // Every frame is new: at any lag there is no correlation, and at lag 0 none either.
    let gas = gas(200, 40, cell, 4);
    let steps: Vec<u64> = (0..200).collect();
    let run = Trajectory::new(gas.positions().to_vec(), steps, 0.005, gas.species().clone())
        .and_then(|run| run.with_cell(cell))
        .expect("a trajectory");
    let bins = RadialBins::linear(2.0, 10).expect("bins");
    let lags = Lags::samples([0, 1, 7]);
    let found = structure::distinct_van_hove(&run, &lags, &bins, Resampling::Blocks(10)).expect("G_d");
    for (name, of_pair) in by_pair(&found) {
        for at in of_pair {
            for g in &at.g {
                let z = (g.value() - 1.0) / g.standard_error().expect("an error");
                assert!(z.abs() < 5.5, "{name}: {g}");
            }
        }
    }
    // 39 others in a volume of 64, whatever the pairs of species are.
    let far = found.total()[1].density[9].value();
    assert!((far - 39.0 / 64.0).abs() < 0.01, "{far}");
}

#[test]
fn what_moves_as_one_body_shows_its_distances_moved() {
    let cell = skewed();
    let first = gas(1, 50, cell, 5);
    let run = |by: [f64; 3]| {
        let moved = (0..50).flat_map(|p| {
            let r = first.position(0, p);
            [0, 1, 2].map(|k| r[k] + by[k])
        });
        let positions: Vec<f64> = (0..50).flat_map(|p| first.position(0, p)).chain(moved).collect();
        Trajectory::new(positions, [0, 10], 0.005, first.species().clone())
            .and_then(|run| run.with_cell(cell))
            .and_then(|run| run.with_dimensions(Dimensions::Three))
            .expect("a trajectory")
    };
    let bins = RadialBins::linear(half_width(&cell), 12).expect("bins");
    let same = |x: &DistinctVanHove, y: &DistinctVanHove| {
        x.g.iter()
            .zip(&y.g)
            .all(|(x, y)| (x.value() - y.value()).abs() < 1e-12)
    };
    // By a vector of the lattice, or not at all: nothing has moved.
    for by in [[0.0; 3], cell.vectors()[2]] {
        let found = of(&run(by), &[0, 1], &bins);
        for (name, found) in by_pair(&found) {
            assert!(same(&found[0], &found[1]), "{name}");
        }
    }
    // By another one: the distances of r_ij + d, in either order of the two.
    let by = [0.31, -0.2, 0.12];
    let run = run(by);
    let found = of(&run, &[1], &bins);
    let everyone: Vec<usize> = (0..50).collect();
    let counts = counted(&run, [0, 1], &cell, [&everyone, &everyone], bins.edges());
    let g = &found.total()[0].g;
    assert!(
        g.iter()
            .zip(&counts)
            .all(|(g, &n)| (g.value() == 0.0) == (n == 0.0))
    );
    assert!(!same(&found.total()[0], &of(&run, &[0], &bins).total()[0]));
}

#[test]
fn wrapped_coordinates_and_changing_cells_are_taken_as_they_are() {
    let cell = skewed();
    let run = gas(6, 30, cell, 6);
    let bins = RadialBins::linear(0.9, 6).expect("bins");
    let wrapped = run.wrapped_into_cell().expect("wrapped");
    let (found, expected) = (of(&wrapped, &[0, 1], &bins), of(&run, &[0, 1], &bins));
    for ((name, x), (_, y)) in by_pair(&found).into_iter().zip(by_pair(&expected)) {
        for (x, y) in x.iter().zip(y) {
            for (x, y) in x.g.iter().zip(&y.g) {
                assert!((x.value() - y.value()).abs() < 1e-12, "{name}");
            }
        }
    }
    // Frames that are one frame in a cell that breathes: at every lag the g of the first cell.
    let scales = [1.0, 1.05, 0.98];
    let first = gas(1, 30, Cell::cubic(4.0).expect("a cell"), 7);
    let positions: Vec<f64> = scales
        .iter()
        .flat_map(|s| first.positions().iter().map(move |x| s * x))
        .collect();
    let cells: Vec<Cell> = scales
        .iter()
        .map(|s| Cell::cubic(4.0 * s).expect("a cell"))
        .collect();
    let run = Trajectory::new(positions, [0, 10, 20], 0.005, first.species().clone())
        .and_then(|run| run.with_cells(cells))
        .expect("a trajectory");
    let bins = RadialBins::linear(1.9, 8).expect("bins");
    let found = of(&run.slice(0..2).expect("frames"), &[0, 1], &bins);
    let alone = of(&run.slice(0..1).expect("a frame"), &[0], &bins);
    for (x, y) in found.total()[1].g.iter().zip(&alone.total()[0].g) {
        assert!((x.value() - y.value()).abs() < 1e-9, "{x} {y}");
    }
}

#[test]
fn in_a_plane_densities_are_those_of_rings() {
    let cell = Cell::orthorhombic([5.0, 5.0, 1.0]).expect("a cell");
    let along = |p: usize, k: usize| 5.0 * (0.37 * (3 * p + k) as f64 * (1.0 + 0.01 * p as f64)).sin();
    let positions: Vec<f64> = (0..90).flat_map(|p| [along(p, 0), along(p, 1), 0.25]).collect();
    let run = Trajectory::new(
        positions,
        [0, 1, 2],
        0.005,
        Species::single("A", 30).expect("one"),
    )
    .and_then(|run| run.with_cell(cell))
    .expect("a trajectory");
    let bins = RadialBins::linear(2.5, 5).expect("bins");
    let found = &of(&run, &[1], &bins).total()[0].clone();
    let everyone: Vec<usize> = (0..30).collect();
    let edges = bins.edges();
    let counts = |k| counted(&run, [k, k + 1], &flat(&cell), [&everyone, &everyone], edges);
    let (x, y) = (counts(0), counts(1));
    for bin in 0..5 {
        let ring = PI * (edges[bin + 1].powi(2) - edges[bin].powi(2));
        let density = 0.5 * (x[bin] + y[bin]) / 30.0 / ring;
        assert!((found.density[bin].value() - density).abs() < 1e-12, "{bin}");
        assert!(
            (found.g[bin].value() - density * 25.0 / 29.0).abs() < 1e-12,
            "{bin}"
        );
    }
}

/// The same cell so high that images across the plane are far.
fn flat(cell: &Cell) -> Cell {
    let [a, b, _] = cell.lengths();
    Cell::orthorhombic([a, b, 100.0]).expect("a cell")
}
