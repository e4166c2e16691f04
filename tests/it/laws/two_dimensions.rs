//! What holds for particles in a plane whose motion is known.

use std::ops::ControlFlow;

use msed::online::{DisplacementAccumulator, feed_frames};
use msed::relaxation::{SquaredDisplacement, diffusion_within};
use msed::structure::{self, RadialBins, WaveVectors};
use msed::trajectory::{Cell, Dimensions, Particles, Species, Trajectory};
use msed::{Lags, Resampling, Sampling};
use rand::prelude::*;
use rand_distr::StandardNormal;
use rand_pcg::Pcg64;

const EDGE: f64 = 15.0;
/// Of the steps along each axis in the plane, squared.
const STEP: f64 = 0.01;

/// The axes of a plane, the first two of these, and its normal.
const PLANES: [([usize; 3], Dimensions); 3] = [
    ([0, 1, 2], Dimensions::Xy),
    ([0, 2, 1], Dimensions::Xz),
    ([1, 2, 0], Dimensions::Yz),
];

/// Gaussian walkers in a plane, that begin anywhere in a cell of height 1.
fn walkers(
    [a, b, normal]: [usize; 3],
    frames: usize,
    particles: usize,
    seed: u64,
) -> Trajectory<'static, f64> {
    let mut rng = Pcg64::seed_from_u64(seed);
    let mut positions = Vec::new();
    for _ in 0..particles {
        let mut x = [0.25; 3];
        [x[a], x[b]] = [0; 2].map(|_| EDGE * rng.random::<f64>());
        positions.extend(x);
    }
    for frame in 1..frames {
        for p in 0..particles {
            let mut x: [f64; 3] = std::array::from_fn(|i| positions[3 * ((frame - 1) * particles + p) + i]);
            for axis in [a, b] {
                x[axis] += STEP.sqrt() * rng.sample::<f64, _>(StandardNormal);
            }
            positions.extend(x);
        }
    }
    let mut edges = [EDGE; 3];
    edges[normal] = 1.0;
    let steps: Vec<u64> = (0..frames as u64).collect();
    let run = Trajectory::new(positions, steps, 1.0, Species::single("A", particles).unwrap()).unwrap();
    run.with_cell(Cell::orthorhombic(edges).unwrap()).unwrap()
}

#[test]
fn gaussian_walkers_have_no_alpha2_and_a_gaussian_self_function() {
    for (axes, dimensions) in PLANES {
        let run = walkers(axes, 101, 2000, 1);
        assert_eq!(run.dimensions(), dimensions);
        let lags = Lags::samples([1, 10, 25]);
        let moved = structure::displacements(&run, &lags, 0.3, Resampling::Blocks(4)).unwrap();
        let (one, q) = (moved.all(), 1.5);
        for k in 0..3 {
            let msd = one.msd.total.values()[k];
            let expected = 2.0 * STEP * one.msd.total.lag_time(k);
            assert!((msd / expected - 1.0).abs() < 0.02, "{msd} {expected}");
            assert!(one.alpha2.values()[k].abs() < 0.03, "{}", one.alpha2.values()[k]);
            // Q of a Gaussian in the plane.
            let overlap = 1.0 - (-0.09 / expected).exp();
            assert!((one.overlap().unwrap().values()[k] - overlap).abs() < 0.01);
        }
        let isf = structure::isotropic_self_isf(&run, Particles::All, &[q], &lags, Resampling::None).unwrap();
        let ring = run.shell(1.45..=1.55).unwrap();
        let over_ring = structure::self_isf(&run, Particles::All, &ring, &lags, Resampling::None).unwrap();
        for k in 0..3 {
            let gaussian = |q: f64| (-q * q * one.msd.total.values()[k] / 4.0).exp();
            assert!((isf[0].values()[k] - gaussian(q)).abs() < 0.005);
            assert!((over_ring.values()[k] - gaussian(ring.mean_wave_number())).abs() < 0.005);
        }
        // D = MSD/(4 t).
        let found = diffusion_within(&one.msd.total, 1.0..=25.0).unwrap();
        assert!((found.coefficient.value() / (STEP / 2.0) - 1.0).abs() < 0.02);
        // Van Hove's function adds up to 1 over the plane, and is that of the Gaussian.
        let bins = RadialBins::linear(2.0, 40).unwrap();
        let van_hove = structure::van_hove(&run, &Lags::samples([10]), &bins, Resampling::None).unwrap();
        let of = &van_hove.all()[0];
        assert_eq!(of.dimensions, dimensions);
        let rings = bins
            .edges()
            .windows(2)
            .map(|w| std::f64::consts::PI * (w[1] * w[1] - w[0] * w[0]));
        let whole: f64 = of
            .density
            .iter()
            .zip(rings)
            .map(|(g, ring)| g.value() * ring)
            .sum();
        assert!((whole + of.outside[1].value() - 1.0).abs() < 1e-12);
        for (g, r) in of.density.iter().zip(bins.centres()).take(20) {
            assert!(
                (g.value() - of.gaussian(r)).abs() < 0.06,
                "{r}: {} {}",
                g.value(),
                of.gaussian(r)
            );
        }
    }
}

#[test]
fn the_bessel_function_is_the_average_over_directions() {
    let run = walkers([0, 1, 2], 11, 50, 2);
    let (lags, q) = (Lags::all().with_zero(), 3.0);
    let isotropic = structure::isotropic_self_isf(&run, "A", &[q], &lags, Resampling::None).unwrap();
    let directions: Vec<[f64; 3]> = (0..64)
        .map(|k| (std::f64::consts::PI * f64::from(k) / 64.0).sin_cos())
        .map(|(sine, cosine)| [q * cosine, q * sine, 0.0])
        .collect();
    let vectors = WaveVectors::from_vectors(&directions).unwrap();
    let average = structure::self_isf(&run, "A", &vectors, &lags, Resampling::None).unwrap();
    for (found, wanted) in isotropic[0].values().iter().zip(average.values()) {
        assert!((found - wanted).abs() < 1e-13, "{found} {wanted}");
    }
}

#[test]
fn an_ideal_gas_in_a_plane_has_neither_structure_nor_order() {
    for (axes, dimensions) in PLANES {
        // Far apart in time: every frame is a new gas.
        let frames = (0..200).map(|seed| walkers(axes, 1, 300, 100 + seed));
        let cell = *walkers(axes, 1, 1, 0).cell(0).unwrap();
        let positions: Vec<f64> = frames.flat_map(|frame| frame.positions().to_vec()).collect();
        let steps: Vec<u64> = (0..200).collect();
        let gas =
            Trajectory::wrapped(positions, steps, 1.0, Species::single("A", 300).unwrap(), [cell]).unwrap();
        assert_eq!(gas.dimensions(), dimensions);
        let vectors = gas.sphere(6.0).unwrap();
        let factor = structure::static_structure(&gas, &vectors, Resampling::None).unwrap();
        let factor = factor.total().binned(1.0).unwrap();
        for (q, s) in factor.q().iter().zip(factor.values()) {
            assert!((s - 1.0).abs() < 0.05, "{dimensions}: S({q}) = {s}");
        }
        let bins = RadialBins::linear(EDGE / 2.0, 15).unwrap();
        let g = structure::rdf(&gas, &bins, Resampling::None).unwrap();
        for (r, g) in bins.centres().iter().zip(&g.total().values) {
            assert!(
                (g.value() - 1.0).abs() < 0.05,
                "{dimensions}: g({r}) = {}",
                g.value()
            );
        }
        // As many neighbours as the density has: N pi r^2 / A.
        let all = g.total().neighbours[14].value();
        let expected = 299.0 * std::f64::consts::PI / 4.0;
        assert!((all / expected - 1.0).abs() < 0.01, "{all} {expected}");
    }
}

#[test]
fn a_tilted_cell_in_the_plane_has_the_area_of_its_two_vectors() {
    let cell = Cell::triclinic([[EDGE, 0.0, 0.0], [4.0, 14.0, 0.0], [0.0, 0.0, 0.7]]).unwrap();
    assert!((cell.volume_in(Dimensions::Xy) / (14.0 * EDGE) - 1.0).abs() < 1e-14);
    assert!(cell.lies_in(Dimensions::Xy) && !cell.lies_in(Dimensions::Xz));
    let mut rng = Pcg64::seed_from_u64(8);
    let positions: Vec<f64> = (0..200 * 300)
        .flat_map(|_| cell.cartesian([rng.random(), rng.random(), 0.25]))
        .collect();
    let steps: Vec<u64> = (0..200).collect();
    let gas = Trajectory::wrapped(positions, steps, 1.0, Species::single("A", 300).unwrap(), [cell]).unwrap();
    let vectors = gas.sphere(4.0).unwrap();
    assert!(vectors.integers().iter().all(|n| n[2] == 0));
    let factor = structure::static_structure(&gas, &vectors, Resampling::None).unwrap();
    let factor = factor.total().binned(1.0).unwrap();
    assert!(
        factor.values().iter().all(|s| (s - 1.0).abs() < 0.05),
        "{:?}",
        factor.values()
    );
    let bins = RadialBins::linear(6.7, 10).unwrap();
    let g = structure::rdf(&gas, &bins, Resampling::None).unwrap();
    assert!(
        g.total().values.iter().all(|g| (g.value() - 1.0).abs() < 0.05),
        "{:?}",
        g.total().values
    );
}

#[test]
fn a_thin_slab_is_not_a_plane() {
    let flat = walkers([0, 1, 2], 21, 100, 3);
    let mut positions = flat.positions().to_vec();
    // One particle moves by a ten-thousandth of what the others do, once.
    positions[3 * 100 * 12 + 2] += 1e-5;
    let steps: Vec<u64> = (0..21).collect();
    let slab = Trajectory::new(positions, steps, 1.0, Species::single("A", 100).unwrap()).unwrap();
    assert_eq!(slab.dimensions(), Dimensions::Three);
    let mut live = DisplacementAccumulator::new(
        Sampling::new(1, 1.0).unwrap(),
        slab.species(),
        &Lags::samples([1, 2]),
    )
    .unwrap();
    feed_frames(&mut live, slab.source(), |_| ControlFlow::Continue(())).unwrap();
    let sums = live.snapshot().unwrap();
    assert_eq!(sums.dimensions(), Dimensions::Three);
    assert_eq!(sums.displacements().all().msd.total.dimensions(), 3);
    // Given, the plane is refused.
    assert!(slab.with_dimensions(Dimensions::Xy).is_err());
}

#[test]
fn motion_that_may_be_rounding_is_refused_until_the_caller_says_what_it_is() {
    let flat = walkers([0, 1, 2], 21, 100, 3);
    let mut positions = flat.positions().to_vec();
    positions[3 * 100 * 12 + 2] += 1e-7;
    let steps: Vec<u64> = (0..21).collect();
    let run = Trajectory::new(positions, steps, 1.0, Species::single("A", 100).unwrap()).unwrap();
    let refused = structure::msd(&run, &Lags::all(), Resampling::None).unwrap_err();
    let message = refused.to_string();
    assert!(
        message.starts_with("particles of run 0 move by 1e-7 along one axis and by "),
        "{message}"
    );
    for (given, count) in [(Dimensions::Xy, 2), (Dimensions::Three, 3)] {
        let run = run.view().with_dimensions(given).unwrap();
        let msd = structure::msd(&run, &Lags::all(), Resampling::None).unwrap();
        assert_eq!(msd.all().total.dimensions(), count);
    }
}

#[test]
fn runs_of_different_dimensions_do_not_go_together() {
    let plane = walkers([0, 1, 2], 11, 10, 4);
    let mut positions = plane.positions().to_vec();
    positions[3 * 10 + 2] += 0.5;
    let steps: Vec<u64> = (0..11).collect();
    let space = Trajectory::new(positions, steps, 1.0, plane.species().clone()).unwrap();
    let space = space.with_cell(*plane.cell(0).unwrap()).unwrap();
    let runs = msed::Replicas::new(vec![plane, space]).unwrap();
    let message = structure::msd(&runs, &Lags::all(), Resampling::None)
        .unwrap_err()
        .to_string();
    assert_eq!(
        message,
        "run 1 has three dimensions, run 0 has two dimensions (x and y): expected the same for all; where a run is too short to \
         tell, `Trajectory::with_dimensions` says it"
    );
}

#[test]
fn the_local_slope_and_the_coefficient_know_the_plane() {
    let curve = |d: f64| {
        let lags: Vec<msed::Lag> = (0..10).map(|k| msed::Lag::from_steps(1 << k)).collect();
        let values = lags.iter().map(|lag| 2.0 * d * 0.02 * lag.time(1.0)).collect();
        SquaredDisplacement::new(msed::Curve::from_values(lags, 1.0, values), d as u32).unwrap()
    };
    for d in [2.0, 3.0] {
        let found = msed::relaxation::diffusion(&curve(d));
        assert!((found.value().unwrap().coefficient.value() - 0.02).abs() < 1e-14);
    }
}
