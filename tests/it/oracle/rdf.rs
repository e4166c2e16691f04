//! The radial distribution function against its definition, and the relations that hold exactly.

use std::f64::consts::PI;

use crate::common::by_name::by_pair;
use crate::common::gas::gas;
use msed::stats::ByPair;
use msed::structure::{self, RadialBins, RadialDistribution};
use msed::trajectory::{Cell, Coordinates, Species, Trajectory, Wrapped};
use msed::{Replicas, Resampling};

pub(super) fn skewed() -> Cell {
    Cell::triclinic([[4.0, 0.0, 0.0], [1.9, 3.5, 0.0], [-1.7, 0.7, 3.8]]).expect("a cell")
}

pub(super) fn half_width(cell: &Cell) -> f64 {
    0.5 * cell.widths().into_iter().fold(f64::INFINITY, f64::min)
}

fn of<C: Coordinates>(run: &Trajectory<'_, f64, C>, bins: &RadialBins) -> ByPair<RadialDistribution> {
    structure::rdf(run, bins, Resampling::None).expect("g(r)")
}

/// Pairs of a particle in one frame and another one in a second frame in each bin, over all images.
pub(super) fn counted(
    run: &Trajectory<'_, f64>,
    [first, second]: [usize; 2],
    cell: &Cell,
    [a, b]: [&[usize]; 2],
    edges: &[f64],
) -> Vec<f64> {
    let mut counts = vec![0.0; edges.len() - 1];
    for &i in a {
        for &j in b.iter().filter(|&&j| j != i) {
            let (r, s) = (run.position(first, i), run.position(second, j));
            // The particles are up to three cells apart.
            for image in 0..9 * 9 * 9 {
                let shift = [image / 81, image / 9 % 9, image % 9].map(|n| f64::from(n) - 4.0);
                let shift = cell.cartesian(shift);
                let d: f64 = (0..3)
                    .map(|k| (s[k] + shift[k] - r[k]).powi(2))
                    .sum::<f64>()
                    .sqrt();
                if let Some(bin) = edges.windows(2).position(|w| d >= w[0] && d < w[1]) {
                    counts[bin] += 1.0;
                }
            }
        }
    }
    counts
}

#[test]
fn every_bin_equals_the_count_of_the_definition_and_its_jackknife() {
    for cell in [Cell::orthorhombic([3.0, 4.0, 5.0]).expect("a cell"), skewed()] {
        let runs = [gas(4, 22, cell, 1), gas(3, 22, cell, 2)];
        let both = Replicas::new(runs.iter().map(Trajectory::view).collect()).expect("runs");
        for bins in [
            RadialBins::linear(half_width(&cell), 9).expect("bins"),
            // A grid of compartments.
            RadialBins::linear(0.9, 5).expect("bins"),
            RadialBins::logarithmic(0.4, 1.3, 5).expect("bins"),
        ] {
            let edges = bins.edges();
            let found = structure::rdf(&both, &bins, Resampling::Blocks(2)).expect("g(r)");
            let who = |name: &str| runs[0].species().indices(name).expect("species");
            let (a, b, all): (_, _, Vec<usize>) = (who("A"), who("B"), (0..22).collect());
            let groups = [(&a, &a, 1.0), (&a, &b, 0.0), (&b, &b, 1.0), (&all, &all, 1.0)];
            for ((name, g), (first, second, equal)) in by_pair(&found).into_iter().zip(groups) {
                assert_eq!((g.frames, g.values.len()), (7, bins.count()));
                let count = |run: &Trajectory<'_, f64>, frame| {
                    counted(run, [frame; 2], &cell, [first, second], edges)
                };
                let frames: Vec<Vec<f64>> = (0..4)
                    .map(|frame| count(&runs[0], frame))
                    .chain((0..3).map(|frame| count(&runs[1], frame)))
                    .collect();
                let blocks = [0..2, 2..4, 4..5, 5..7];
                let (n, m) = (first.len() as f64, second.len() as f64);
                let mut within = 0.0;
                for bin in 0..bins.count() {
                    let shell = 4.0 / 3.0 * PI * (edges[bin + 1].powi(3) - edges[bin].powi(3));
                    let scale = cell.volume() / (n * (m - equal) * shell);
                    let mean = |kept: &dyn Fn(usize) -> bool| {
                        let kept: Vec<f64> = (0..7).filter(|&i| kept(i)).map(|i| frames[i][bin]).collect();
                        kept.iter().sum::<f64>() / kept.len() as f64
                    };
                    let replicates = blocks.clone().map(|block| scale * mean(&|i| !block.contains(&i)));
                    let centre = replicates.iter().sum::<f64>() / 4.0;
                    let error = (0.75 * replicates.iter().map(|x| (x - centre).powi(2)).sum::<f64>()).sqrt();
                    let value = &g.values[bin];
                    let at = format!("{name} bin {bin}");
                    assert!(
                        (value.value() - scale * mean(&|_| true)).abs() < 1e-11,
                        "{at}: {value}"
                    );
                    let found = value.standard_error().expect("an error");
                    assert!((found - error).abs() < 1e-11, "{at}: {found} {error}");
                    within += mean(&|_| true) / n;
                    let neighbours = g.neighbours[bin].value();
                    assert!((neighbours - within).abs() < 1e-11, "{at}: {neighbours} {within}");
                }
                assert!(within > 0.0);
            }
        }
    }
}

#[test]
fn an_ideal_gas_has_one_everywhere_and_its_density_around_each_particle() {
    let cell = skewed();
    let run = gas(300, 60, cell, 3);
    let end = half_width(&cell);
    let bins = RadialBins::linear(end, 8).expect("bins");
    let found = structure::rdf(&run, &bins, Resampling::default()).expect("g(r)");
    for (name, g) in by_pair(&found) {
        for (bin, value) in g.values.iter().enumerate() {
            let off = (value.value() - 1.0) / value.standard_error().expect("an error");
            assert!(off.abs() < 4.0, "{name} bin {bin}: {value}");
        }
        let others = match name.as_str() {
            "A-A" => 39.0,
            "A-B" => 20.0,
            "B-B" => 19.0,
            _ => 59.0,
        };
        let expected = others / cell.volume() * 4.0 / 3.0 * PI * end.powi(3);
        let neighbours = &g.neighbours[7];
        let off = (neighbours.value() - expected) / neighbours.standard_error().expect("an error");
        assert!(off.abs() < 4.0, "{name}: {neighbours} {expected}");
    }
}

#[test]
fn partials_add_up_to_the_total() {
    let run = gas(5, 40, skewed(), 4);
    let bins = RadialBins::linear(1.5, 12).expect("bins");
    let found = of(&run, &bins);
    let [a, b] = ["A", "B"].map(|name| run.species().count(name).expect("species") as f64);
    let of = |x: &str, y: &str| &found.of(x, y).expect("the partial").values;
    let [aa, ab, bb] = [of("A", "A"), of("B", "A"), of("B", "B")];
    for (bin, total) in found.total().values.iter().enumerate() {
        let value = |g: &[msed::Estimate]| g[bin].value();
        let sum = a * (a - 1.0) * value(aa) + 2.0 * a * b * value(ab) + b * (b - 1.0) * value(bb);
        let difference = sum / (40.0 * 39.0) - total.value();
        assert!(difference.abs() < 1e-12, "bin {bin}: {difference:e}");
    }
}

#[test]
fn wrapped_and_shifted_coordinates_have_the_same_pairs() {
    let cell = skewed();
    let run = gas(4, 50, cell, 5);
    let bins = RadialBins::linear(half_width(&cell), 10).expect("bins");
    let points = (0..run.frames()).flat_map(|frame| (0..50).map(move |p| (frame, p)));
    let positions: Vec<f64> = points
        .flat_map(|(frame, p)| {
            let [x, y, z] = run.position(frame, p);
            cell.wrap([x + 0.7, y - 0.2, z + 11.0]).0
        })
        .collect();
    let species = run.species().clone();
    let wrapped = Trajectory::<f64, Wrapped>::wrapped(positions, run.steps(), 0.005, species, [cell]);
    let wrapped = of(&wrapped.expect("a trajectory"), &bins);
    for ((name, a), (_, b)) in by_pair(&of(&run, &bins)).into_iter().zip(by_pair(&wrapped)) {
        let numbers = |g: &RadialDistribution| -> Vec<(f64, Vec<f64>)> {
            let values = g.values.iter();
            values.map(|x| (x.value(), x.replicates().to_vec())).collect()
        };
        assert_eq!(numbers(a), numbers(b), "{name}");
    }
}

#[test]
fn bits_do_not_depend_on_the_number_of_threads() {
    let run = gas(70, 50, skewed(), 6);
    let bins = RadialBins::linear(1.5, 30).expect("bins");
    let with = |threads| {
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .build()
            .expect("threads");
        pool.install(|| structure::rdf(&run, &bins, Resampling::default()).expect("g(r)"))
    };
    assert_eq!(with(1), with(2));
    assert_eq!(with(1), with(3));
}

#[test]
fn a_species_of_one_particle_has_no_pair_of_its_own() {
    let species = Species::by_count([("A", 1), ("B", 2)]).expect("species");
    let positions = vec![0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0, 0.0];
    let run = Trajectory::new(positions, [0], 0.005, species)
        .and_then(|run| run.with_cell(Cell::cubic(4.0).expect("a cell")))
        .expect("a trajectory");
    let found = of(&run, &RadialBins::linear(2.0, 4).expect("bins"));
    assert_eq!(
        found.of("A", "A").unwrap_err().to_string(),
        "no pair of particles `A-A`, expected one of: A-B, B-B"
    );
    let neighbours = |a: &str, b: &str| found.of(a, b).expect("the pair").neighbours[3].value();
    assert_eq!([neighbours("A", "B"), neighbours("B", "B")], [2.0, 1.0]);
    let text = found.total().to_string();
    assert!(
        text.starts_with("r,value,standard_error,neighbours\n2.5e-1,0e0,,0e0\n"),
        "{text}"
    );
}

#[test]
fn distances_beyond_half_of_the_cell_are_refused() {
    let cell = Cell::orthorhombic([3.0, 4.0, 5.0]).expect("a cell");
    let run = gas(2, 10, cell, 7);
    let refusal = |run: &Trajectory<'_, f64>| {
        let bins = RadialBins::linear(1.6, 4).expect("bins");
        match structure::rdf(run, &bins, Resampling::None) {
            Err(refusal) => refusal,
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(
        refusal(&run).to_string(),
        "distances up to 1.6, expected no more than 1.5, half of the smallest distance between opposite faces of the cell of run 0"
    );
    let without = Trajectory::new(run.positions(), run.steps(), 0.005, run.species().clone()).expect("a run");
    assert_eq!(
        refusal(&without).to_string(),
        "run 0 has no periodic cell, expected one for the density"
    );
}
