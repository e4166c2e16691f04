//! tau_alpha of frames on a logarithmic grid of steps, beside that of all frames of the same run.

use msed::relaxation::tau_alpha;
use msed::structure;
use msed::trajectory::Trajectory;
use msed::{Curve, Estimate, Lags, Resampling};

use crate::common::shipped;

/// The frames at these places of the run.
fn kept(run: &Trajectory<'_, f32>, places: &[usize]) -> Trajectory<'static, f32> {
    let positions = places
        .iter()
        .flat_map(|&k| run.frame(k).to_vec())
        .collect::<Vec<f32>>();
    let steps: Vec<u64> = places.iter().map(|&k| run.steps()[k]).collect();
    let cell = *run.constant_cell().expect("a constant cell");
    let kept = Trajectory::new(positions, steps, run.time_step(), run.species().clone()).expect("frames");
    kept.with_cell(cell).expect("a cell")
}

/// Places 0, 1, 2, 4, ... below `cycle` in each cycle of so many frames.
fn logarithmic(frames: usize, cycle: usize) -> Vec<usize> {
    let in_cycle: Vec<usize> = std::iter::once(0)
        .chain((0..).map(|k| 1 << k).take_while(|&k| k < cycle))
        .collect();
    let starts = (0..frames).step_by(cycle);
    starts
        .flat_map(|start| in_cycle.iter().map(move |k| start + k))
        .filter(|&k| k < frames)
        .collect()
}

fn isf(run: &Trajectory<'_, f32>, lags: &Lags, resampling: Resampling) -> Curve {
    let shell = run.shell(7.24..=7.26).expect("vectors");
    structure::self_isf(run, "A", &shell, lags, resampling).expect("a curve")
}

fn tau(isf: &Curve) -> Option<Estimate> {
    tau_alpha(isf).expect("lags").into_value()
}

#[test]
fn tau_alpha_of_logarithmic_frames_agrees_or_has_no_error() {
    let lags = Lags::logarithmic(20).up_to_fraction(0.5);
    let (mut with_error, mut without) = (0, 0);
    for name in ["T1.000", "T0.700", "T0.600"] {
        let run = shipped::kob_andersen::<f32>(&format!("{name}/trajectory.xtc"));
        let linear = tau(&isf(&run, &lags, Resampling::Blocks(10))).expect("reached");
        assert!(linear.standard_error().is_some(), "{name}: {linear}");
        for cycle in [8, 16, 32, 64, 128, 256, 512, 1024] {
            let frames = kept(&run, &logarithmic(run.frames(), cycle));
            for blocks in [2, 5, 10] {
                let isf = isf(&frames, &lags, Resampling::Blocks(blocks));
                let Some(found) = tau(&isf) else { continue };
                println!("{name}, cycles of {cycle}, {blocks} blocks: {found}, all frames {linear}");
                let Some(error) = found.standard_error() else {
                    without += 1;
                    assert!(found.to_string().ends_with(" (no error)"), "{found}");
                    continue;
                };
                with_error += 1;
                // Ten blocks leave nine degrees of freedom, two blocks one.
                let [low, high] = found.interval(0.99).expect("an interval");
                let linear = linear.value();
                assert!(
                    low <= linear && linear <= high,
                    "{name}, cycles of {cycle}, {blocks} blocks: {found}, all frames {linear}"
                );
                // Two blocks can agree by chance; that is what their one degree of freedom allows
                // for.
                assert!(blocks == 2 || error > 0.002 * linear, "{found}");
            }
        }
    }
    println!("{with_error} with an error, {without} without");
    assert!(with_error >= 10 && without >= 10);
}
