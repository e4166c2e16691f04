//! The coherent intermediate scattering function from frames as they come, beside that of whole trajectories.

use msed::online::{CoherentAccumulator, CoherentSums, OnlineError, checkpoint};
use msed::structure::{self, WaveVectors};
use msed::trajectory::{Cell, Species, Trajectory};
use msed::{Curve, Lags, Replicas, Resampling, Sampling};
use rand::prelude::*;
use rand_distr::StandardNormal;
use rand_pcg::Pcg64;

const SIDE: f64 = 6.0;

fn species() -> Species {
    // 13 and 8 particles, not in order: one species fills its columns, the other does not.
    Species::by_name((0..21).map(|p| if p % 5 < 3 { "A" } else { "B" })).unwrap()
}

fn walk(seed: u64, frames: usize) -> Vec<f64> {
    let mut random = Pcg64::seed_from_u64(seed);
    let mut now: Vec<f64> = (0..63).map(|_| SIDE * random.random::<f64>()).collect();
    let mut all = Vec::new();
    for _ in 0..frames {
        for x in &mut now {
            *x += 0.05 * random.sample::<f64, _>(StandardNormal);
        }
        all.extend_from_slice(&now);
    }
    all
}

fn trajectory(positions: &[f64]) -> Trajectory<'static, f64> {
    let steps = (0..positions.len() as u64 / 63)
        .map(|i| 10 * i)
        .collect::<Vec<_>>();
    let run = Trajectory::new(positions.to_vec(), steps, 0.005, species()).unwrap();
    run.with_cell(Cell::cubic(SIDE).unwrap()).unwrap()
}

fn vectors() -> WaveVectors {
    WaveVectors::shell(&Cell::cubic(SIDE).unwrap(), 2.0..=2.6).unwrap()
}

fn lags() -> Lags {
    Lags::logarithmic(8).up_to_samples(30).with_zero()
}

fn new() -> CoherentAccumulator {
    let sampling = Sampling::new(10, 0.005).unwrap();
    CoherentAccumulator::new(sampling, &species(), &vectors(), &lags(), 1000).unwrap()
}

fn sums(positions: &[f64]) -> CoherentSums {
    let mut live = new();
    for frame in positions.chunks_exact(63) {
        // Wrapped coordinates are as good.
        let wrapped: Vec<f64> = frame.iter().map(|x| x.rem_euclid(SIDE)).collect();
        live.push(&wrapped).unwrap();
        if live.frames() > 1 {
            let _ = live.snapshot().unwrap();
        }
    }
    live.snapshot().unwrap()
}

fn same(found: &Curve, expected: &Curve) {
    assert_eq!(found.lags(), expected.lags());
    assert_eq!(found.origins(), expected.origins());
    let mut errors = 0;
    for k in 0..found.len() {
        let (x, y) = (found.values()[k], expected.values()[k]);
        assert!((x - y).abs() < 1e-10, "{x} is not {y} at {k}");
        if let (Some(x), Some(y)) = (found.standard_errors()[k], expected.standard_errors()[k]) {
            assert!((x - y).abs() < 1e-8, "error {x} is not {y} at {k}");
            errors += 1;
        }
    }
    assert!(errors > 5);
}

#[test]
fn frames_one_by_one_give_the_batch_with_its_errors() {
    // 13 blocks of 16 frames, 20 of 16, 20 of 32.
    for (frames, blocks) in [(208, 13), (320, 20), (640, 20)] {
        let positions = walk(1, frames);
        let run = trajectory(&positions);
        let batch = structure::coherent_isf(&run, &vectors(), &lags(), Resampling::Blocks(blocks)).unwrap();
        let now = sums(&positions);
        same(&now.total(), batch.total());
        for (a, b) in [("A", "A"), ("A", "B"), ("B", "B"), ("B", "A")] {
            same(&now.partial(a, b).unwrap(), batch.partial(a, b).unwrap());
        }
        assert_eq!(
            now.partial("A", "C").unwrap_err().to_string(),
            "no species `C`, expected one of: A, B"
        );
        assert_eq!((now.runs(), now.blocks()), (1, blocks));
    }
}

#[test]
fn replicas_merge_and_a_resumed_run_has_the_same_bits() {
    let [a, b] = [walk(2, 320), walk(3, 320)];
    let runs = Replicas::new(vec![trajectory(&a), trajectory(&b)]).unwrap();
    let batch = structure::coherent_isf(&runs, &vectors(), &lags(), Resampling::Blocks(20)).unwrap();
    let both = sums(&a).merge(sums(&b)).unwrap();
    same(&both.total(), batch.total());
    let [first, second, third] = [&a, &b, &a[..6300]].map(sums);
    let left = first
        .clone()
        .merge(second.clone())
        .unwrap()
        .merge(third.clone())
        .unwrap();
    let right = first.merge(second.merge(third).unwrap()).unwrap();
    assert!(left == right, "merging is associative");
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("coherent.msed");
    checkpoint::save(&both, &file).unwrap();
    assert!(checkpoint::load::<CoherentSums>(&file).unwrap() == both);
    for (new, stop) in [new, decimated]
        .into_iter()
        .flat_map(|new| [0, 1, 17, 200].map(|stop| (new, stop)))
    {
        let (before, after) = a.split_at(63 * stop);
        let mut live = new();
        before
            .chunks_exact(63)
            .for_each(|frame| live.push(frame).unwrap());
        checkpoint::save(&live, &file).unwrap();
        let mut live: CoherentAccumulator = checkpoint::load(&file).unwrap();
        after.chunks_exact(63).for_each(|frame| live.push(frame).unwrap());
        let mut whole = new();
        a.chunks_exact(63).for_each(|frame| whole.push(frame).unwrap());
        assert!(
            live.snapshot().unwrap() == whole.snapshot().unwrap(),
            "stopped at {stop}"
        );
    }
}

fn decimated() -> CoherentAccumulator {
    let sampling = Sampling::new(10, 0.005).unwrap();
    CoherentAccumulator::multi_tau(sampling, &species(), &vectors(), 8, 48).unwrap()
}

/// Level l sums the first frames at multiples of 2^l: the batch over the same origins, and without a bias.
#[test]
fn decimation_gives_the_batch_over_the_same_origins() {
    let positions = walk(5, 300);
    let mut live = decimated();
    for frame in positions.chunks_exact(63) {
        live.push(frame).unwrap();
    }
    let found = live.snapshot().unwrap().total();
    let run = trajectory(&positions);
    for (k, &lag) in live.lags().iter().enumerate() {
        // Lags below 9 have stride 1, below 17 stride 2, and so on.
        let stride = lag.div_ceil(8).next_power_of_two().max(1);
        let thinned = run.thinned(stride as usize).unwrap();
        let one = Lags::explicit([lag / stride]);
        let batch = structure::coherent_isf(&thinned, &vectors(), &one, Resampling::None).unwrap();
        let (x, y) = (found.values()[k], batch.total().values()[0]);
        assert!((x - y).abs() < 1e-10, "{x} {y} at lag {lag}");
        assert_eq!(found.origins()[k], batch.total().origins()[0]);
    }
    assert_eq!(found.lags()[0], 0);
}

#[test]
fn pieces_of_a_run_joined_in_any_order_are_the_whole_run() {
    pieces(new);
    pieces(decimated);
    let refused = new().followed_by(&new().starting_at(3).unwrap()).unwrap_err();
    assert!(matches!(
        refused,
        OnlineError::NotConsecutive {
            found: 3,
            expected: 0
        }
    ));
}

fn pieces(new: impl Fn() -> CoherentAccumulator) {
    let positions = walk(4, 200);
    // The longest lag is 30.
    for cuts in [[1, 2, 40], [15, 29, 45], [30, 61, 92], [70, 150, 195]] {
        let of = |from: usize, to: usize| {
            let mut live = new().starting_at(from as u64).unwrap();
            let frames = positions[63 * from..63 * to].chunks_exact(63);
            frames.for_each(|frame| live.push(frame).unwrap());
            live
        };
        let [a, b, c] = cuts;
        let whole = of(0, 200).snapshot().unwrap();
        let left = of(0, a).followed_by(&of(a, b)).unwrap();
        let left = left.followed_by(&of(b, c)).unwrap();
        let left = left.followed_by(&of(c, 200)).unwrap();
        let right = of(b, c).followed_by(&of(c, 200)).unwrap();
        let right = of(0, a)
            .followed_by(&of(a, b).followed_by(&right).unwrap())
            .unwrap();
        for joined in [left, right] {
            assert_eq!(joined.frames(), 200);
            let joined = joined.snapshot().unwrap();
            let curves = |sums: &CoherentSums| [sums.total(), sums.partial("A", "B").unwrap()];
            for (found, expected) in curves(&joined).iter().zip(&curves(&whole)) {
                assert_eq!(found.origins(), expected.origins());
                for (x, y) in found.values().iter().zip(expected.values()) {
                    assert!((x - y).abs() < 1e-11, "{x} {y}, {cuts:?}");
                }
            }
        }
    }
}

#[test]
fn what_has_no_densities_is_refused() {
    let sampling = Sampling::new(10, 0.005).unwrap();
    let free = WaveVectors::from_vectors(&[[7.2, 0.0, 0.0]]).unwrap();
    let refused = CoherentAccumulator::new(sampling, &species(), &free, &lags(), 1000).unwrap_err();
    assert!(matches!(refused, msed::Error::WaveVector(_)), "{refused}");
    let mut live = new();
    assert_eq!(
        live.push(&[1.0_f32; 62]).unwrap_err().to_string(),
        "62 coordinates, expected 63, three for each particle"
    );
    assert!(live.push(&[f64::NAN; 63]).is_err());
    assert_eq!(live.frames(), 0);
    live.push(&[1.0_f32; 63]).unwrap();
    assert!(live.snapshot().is_err());
}
