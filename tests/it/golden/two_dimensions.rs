//! The two-dimensional run in tests/data/two_dimensions, against direct sums with numpy.

use std::ops::ControlFlow;

use msed::io::{FrameFormat, FrameReader};
use msed::online::{CoherentAccumulator, DisplacementAccumulator, feed_frames};
use msed::structure::{self, RadialBins, WaveVectors};
use msed::trajectory::{Cell, Dimensions, Particles, Species, Trajectory};
use msed::{Curve, Estimate, Lags, Resampling, Sampling};
use serde_json::Value;

const FOLDER: &str = "tests/data/two_dimensions";
const LAGS: [u64; 4] = [1, 3, 10, 30];

fn reader() -> FrameReader {
    FrameReader::open(format!("{FOLDER}/ka2d.lammpstrj.gz"), FrameFormat::LammpsDump).unwrap()
}

fn species() -> Species {
    let types = reader().types().unwrap().to_vec();
    Species::by_type(&types, [(1, "A"), (2, "B")]).unwrap()
}

fn run() -> Trajectory<'static, f64> {
    Trajectory::from_source(reader(), 0.005, species()).unwrap()
}

fn reference() -> Value {
    let text = std::fs::read_to_string(format!("{FOLDER}/reference.json")).unwrap();
    serde_json::from_str(&text).unwrap()
}

fn numbers(value: &Value) -> Vec<f64> {
    let list = value.as_array().unwrap().iter();
    list.map(|x| x.as_f64().unwrap()).collect()
}

fn assert_close(name: &str, found: &[f64], wanted: &[f64]) {
    assert_eq!(found.len(), wanted.len(), "{name}");
    for (found, wanted) in found.iter().zip(wanted) {
        let scale = wanted.abs().max(0.01);
        assert!((found - wanted).abs() < 1e-11 * scale, "{name}: {found} {wanted}");
    }
}

#[test]
fn the_run_is_found_to_be_two_dimensional() {
    let run = run();
    assert_eq!(run.dimensions(), Dimensions::Xy);
    let area = run.cell(0).unwrap().volume_in(run.dimensions());
    assert!((400.0 / area - 1.2).abs() < 1e-8);
    assert!(run.with_dimensions(Dimensions::Xz).is_err());
}

#[test]
fn displacements_and_self_functions_are_those_of_numpy() {
    let (run, reference) = (run(), reference());
    let (lags, none) = (Lags::samples(LAGS), Resampling::None);
    let ring = run.shell(6.0..=6.5).unwrap();
    assert_eq!(ring.count() as u64, reference["wave_vectors"].as_u64().unwrap());
    let moved = structure::displacements(&run, &lags, 0.3, none).unwrap();
    let squared = structure::msd(&run, &lags, none).unwrap();
    for name in ["A", "B", "all"] {
        let wanted = |quantity: &str| numbers(&reference["by_species"][name][quantity]);
        let particles = if name == "all" {
            Particles::All
        } else {
            name.into()
        };
        let (one, msd) = match name {
            "all" => (moved.all(), squared.all()),
            _ => (moved.of(name).unwrap(), squared.of(name).unwrap()),
        };
        assert_eq!((one.msd.total.dimensions(), msd.total.dimensions()), (2, 2));
        assert_close("msd", one.msd.total.values(), &wanted("msd"));
        assert_close("msd alone", msd.total.values(), &wanted("msd"));
        assert_close("alpha2", one.alpha2.values(), &wanted("alpha2"));
        assert_close("overlap", one.overlap().unwrap().values(), &wanted("overlap"));
        assert_close("chi4", one.chi4().unwrap().values(), &wanted("chi4"));
        let isf = structure::self_isf(&run, particles, &ring, &lags, none).unwrap();
        assert_close("self isf", isf.values(), &wanted("self_isf"));
        let isotropic = structure::isotropic_self_isf(&run, particles, &[6.25], &lags, none).unwrap();
        assert_close("isotropic", isotropic[0].values(), &wanted("isotropic_self_isf"));
    }
    let bins = RadialBins::linear(1.971_234_5, 20).unwrap();
    let van_hove = structure::van_hove(&run, &Lags::samples([10]), &bins, none).unwrap();
    let density: Vec<f64> = van_hove.all()[0].density.iter().map(Estimate::value).collect();
    assert_close("van hove", &density, &numbers(&reference["van_hove"]));
}

#[test]
fn static_structure_is_that_of_numpy() {
    let (run, reference) = (run(), reference());
    let none = Resampling::None;
    let ring = run.shell(6.0..=6.5).unwrap();
    let factors = structure::static_structure(&run, &ring, none).unwrap();
    let g = structure::rdf(&run, &RadialBins::linear(3.971_234_5, 40).unwrap(), none).unwrap();
    for name in ["A-A", "A-B", "B-B", "total"] {
        let (factor, g) = match name.split_once('-') {
            Some((a, b)) => (factors.of(a, b).unwrap(), g.of(a, b).unwrap()),
            None => (factors.total(), g.total()),
        };
        // One ring of many lengths: the mean over its vectors.
        let binned = factor.binned(10.0).unwrap();
        let wanted = reference["static_structure"][name].as_f64().unwrap();
        assert_close(name, binned.values(), &[wanted]);
        let values: Vec<f64> = g.values.iter().map(Estimate::value).collect();
        assert_close(name, &values, &numbers(&reference["rdf"][name]));
    }
}

#[test]
fn a_stream_gives_the_same_in_two_dimensions() {
    let (run, species) = (run(), species());
    let (lags, sampling) = (Lags::samples(LAGS), Sampling::new(125, 0.005).unwrap());
    let ring = run.shell(6.0..=6.5).unwrap();
    let moved = DisplacementAccumulator::new(sampling, &species, &lags).unwrap();
    let moved = moved.with_overlap(0.3).unwrap().with_self_isf(&ring).unwrap();
    let densities = CoherentAccumulator::new(sampling, &species, &ring, &lags).unwrap();
    let mut live = (moved, densities);
    feed_frames(&mut live, run.source(), |_| ControlFlow::Continue(())).unwrap();
    let sums = live.0.snapshot().unwrap();
    assert_eq!(sums.dimensions(), Dimensions::Xy);
    let same =
        |name: &str, found: &Curve, wanted: &Curve| assert_close(name, found.values(), wanted.values());
    let (found, isf) = (sums.displacements(), sums.self_isf(0).unwrap());
    let wanted = structure::displacements(&run, &lags, 0.3, Resampling::None).unwrap();
    for name in ["A", "B"] {
        let (found, wanted) = (found.of(name).unwrap(), wanted.of(name).unwrap());
        assert_eq!(found.msd.total.dimensions(), 2);
        same("msd", &found.msd.total, &wanted.msd.total);
        same("alpha2", &found.alpha2, &wanted.alpha2);
        same("chi4", found.chi4().unwrap(), wanted.chi4().unwrap());
        let wanted = structure::self_isf(&run, name, &ring, &lags, Resampling::None).unwrap();
        same("self isf", isf.of(name).unwrap(), &wanted);
    }
    let wanted = structure::coherent_isf(&run, &ring, &lags, Resampling::None).unwrap();
    same(
        "coherent",
        live.1.snapshot().unwrap().coherent_isf().total(),
        wanted.total(),
    );
}

#[test]
fn vectors_and_cells_of_space_are_refused() {
    let (run, species) = (run(), species());
    let cell = *run.cell(0).unwrap();
    // The cell is 1 high: its first vector across the plane has the length 2 pi.
    let space = WaveVectors::shell(&cell, 6.0..=6.5).unwrap();
    let across = space.integers().iter().position(|n| n[2] != 0).unwrap();
    let expected = format!(
        "wave vector {across} leaves the plane of a run in two dimensions (x and y), in which nothing moves along the third axis: \
         expected vectors in the plane, such as those of `WaveVectors::shell_in` or `Trajectory::shell`"
    );
    let (lags, none) = (Lags::samples(LAGS), Resampling::None);
    let refused = [
        structure::static_structure(&run, &space, none).unwrap_err(),
        structure::coherent_isf(&run, &space, &lags, none).unwrap_err(),
        structure::self_isf(&run, "A", &space, &lags, none).unwrap_err(),
        structure::self_isf_fluctuations(&run, "A", &space, &lags, none).unwrap_err(),
    ];
    for refused in refused {
        assert_eq!(refused.to_string(), expected);
    }
    let sampling = Sampling::new(125, 0.005).unwrap();
    let live = DisplacementAccumulator::new(sampling, &species, &lags).unwrap();
    let mut live = live.with_self_isf(&space).unwrap();
    feed_frames(&mut live, run.source(), |_| ControlFlow::Continue(())).unwrap();
    let refused = live.snapshot().unwrap().self_isf(0).unwrap_err();
    assert_eq!(refused.to_string(), expected);
    let mut live = CoherentAccumulator::new(sampling, &species, &space, &lags).unwrap();
    assert_eq!(live.push(run.frame(0)).unwrap_err().to_string(), expected);
    // A lattice vector that leaves the plane.
    let [a, b, _] = cell.vectors();
    let tilted = Cell::triclinic([a, b, [0.3, 0.0, 1.0]]).unwrap();
    let run = run.with_cell(tilted).unwrap();
    let bins = RadialBins::linear(0.4, 4).unwrap();
    let message = structure::rdf(&run, &bins, none).unwrap_err().to_string();
    assert!(
        message.contains("expected one along the axis without motion and two across it"),
        "{message}"
    );
    assert!(run.shell(6.0..=6.5).is_err());
}
