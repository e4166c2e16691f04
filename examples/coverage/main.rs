//! How often one-sigma intervals hold the truth, and how much less simulation the efficient
//! estimator needs.
//!
//! `cargo run --release --example coverage -- 500 500` prints the tables of docs/errors.md: 500
//! seeded runs of each source and length, and 500 of each liquid.
#![allow(clippy::print_stdout, reason = "a program")]

mod bound;
mod energies;
mod estimators;
#[path = "../../tests/it/common/liquid.rs"]
mod liquid;
mod liquids;
mod motion;
#[allow(dead_code, reason = "shared with the tests")]
#[path = "../../tests/it/common/synthetic.rs"]
mod synthetic;
mod tally;

use bound::Bound;
use energies::{
    EQ11, FISHER, GENERALISED, HALF, HEAT_CAPACITY, LEAST_SQUARES, Outcome, RISE, Source, Study, TAU, TIME,
    UNIFORM, VARIANCE, WHITTLE,
};
use msed::Resampling;
use msed::spectrum::GaussianModel;

/// Length of a run in relaxation times, and blocks: of 6, 16.7 and 15 relaxation times.
const PLANS: [(usize, usize); 3] = [(30, 5), (100, 6), (300, 20)];
const ESTIMATORS: [&str; 6] = [EQ11, LEAST_SQUARES, UNIFORM, WHITTLE, FISHER, GENERALISED];

fn main() {
    let number = |place, default| {
        std::env::args()
            .nth(place)
            .map_or(Ok(default), |runs| runs.parse())
    };
    let (Ok(runs), Ok(of_liquids)) = (number(1, 500), number(2, 100)) else {
        println!("coverage [RUNS] [RUNS OF LIQUIDS]: expected numbers of runs, such as 500 100");
        return;
    };
    println!("Coverage of tau*, Um^2 in per cent of {runs} runs; 68.3 expected.\n");
    let head = ["source, run/tau*, blocks"].into_iter().chain(ESTIMATORS);
    let head = head.chain(["C_ex", "Eq. (11) resolved", "Eq. (11), spectrum warn"]);
    row(&head.map(String::from).collect::<Vec<_>>());
    let mut gaussian = Vec::new();
    for source in [Source::gaussian(), Source::telegraph(), Source::mixture()] {
        for (length, blocks) in PLANS {
            let study = Study {
                source: source.clone(),
                length,
                resampling: Resampling::Blocks(blocks),
                runs,
            };
            let outcome = study.run();
            let mut cells = vec![format!("{}, {length}, {blocks}", source.name)];
            cells.extend(ESTIMATORS.iter().map(|&by| {
                // The spectrum may take the faster time of the mixture for a fast relaxation.
                if !source.exact && [WHITTLE, FISHER].contains(&by) {
                    return "-".to_owned();
                }
                let [time, rise] = [TIME, RISE].map(|of| outcome.tally((by, of)));
                let missing = time.of() - time.with_error();
                let note = if missing > 0 {
                    format!(" ({missing} without)")
                } else {
                    String::new()
                };
                format!(
                    "{:.1}, {:.1}{note}",
                    100.0 * time.coverage(),
                    100.0 * rise.coverage()
                )
            }));
            let c = outcome.tally((VARIANCE, HEAT_CAPACITY));
            cells.push(format!("{:.1}", 100.0 * c.coverage()));
            cells.push(outcome.resolved.to_string());
            cells.push(format!("{}, {}", outcome.warned[0], outcome.warned[1]));
            row(&cells);
            if source.name == Source::gaussian().name {
                gaussian.push((length, outcome));
            }
        }
    }
    efficiency(&gaussian);
    of_each_liquid(of_liquids);
    println!("\nBrownian motion, 62 tau_alpha, ten blocks: coverage in per cent, spread of the logarithm.\n");
    row(&["number", "coverage", "spread"].map(String::from));
    for (name, tally) in motion::study(runs) {
        row(&[
            format!("{name} ({} of {})", tally.with_error(), tally.of()),
            format!("{:.1}", 100.0 * tally.coverage()),
            format!("{:.4}", tally.log_spread()),
        ]);
    }
}

/// A table for each estimator, of the same runs.
fn of_each_liquid(runs: u64) {
    let found = liquids::LIQUIDS.map(|liquid| liquid.study(runs, &estimators::ESTIMATORS));
    let bounds = liquids::LIQUIDS.map(|liquid| Bound::of(&liquid));
    for (k, estimator) in estimators::ESTIMATORS.iter().enumerate() {
        println!(
            "\nSeries that look like a liquid's, by the {} with every default: {runs} runs, per cent of \
             resolved ones; spread of ln over the Cramer-Rao bound with beta known, and free.\n",
            estimator.name
        );
        let head = [
            "series",
            "resolved",
            "tau*, Um^2, U0^2, <tau> covered",
            "further than three errors",
            "mean of ln(found/true)",
            "spread of ln tau* / bound",
            "of ln Um^2",
        ];
        row(&head.map(String::from));
        for ((liquid, found), bound) in liquids::LIQUIDS.iter().zip(&found).zip(&bounds) {
            let found = &found[k];
            let each = |of: [f64; 4], text: &dyn Fn(f64) -> String| {
                of.map(|x| if x.is_nan() { "-".to_owned() } else { text(x) })
                    .join(", ")
            };
            let percent = |of: [f64; 4]| each(of, &|x| format!("{:.0}", 100.0 * x));
            let [time, rise, ..] = found.spread();
            let over = |spread: f64, of: usize| {
                let over = |bound: [f64; 2]| spread / bound[of];
                bound.filter(|_| spread.is_finite()).map_or("-".to_owned(), |b| {
                    format!("{:.2}, {:.2}", over(b.known), over(b.free))
                })
            };
            row(&[
                liquid.name(),
                format!("{:.0}", 100.0 * found.resolved as f64 / found.runs as f64),
                percent(found.coverage()),
                percent(found.far_wrong()),
                each(found.bias(), &|x| format!("{x:.2}")),
                over(time, 0),
                over(rise, 1),
            ]);
        }
    }
}

/// Spreads beside the bound, and beside what the model says that they should be.
fn efficiency(outcomes: &[(usize, Outcome)]) {
    println!("\nSpread of ln tau* over the Cramer-Rao bound, Gaussian source.\n");
    row(&[
        "run/tau*",
        "bound",
        "Whittle",
        "generalised",
        "Eq. (11)",
        "uniform",
        "simulation for the same error",
    ]
    .map(String::from));
    let model = GaussianModel::new(2.0 * HALF, 2.0 * HALF, TAU, 1.0).expect("a model");
    let expected = |length: usize| {
        model
            .expected_errors(1.0, TAU * length as f64)
            .expect("a long run")
    };
    for (length, outcome) in outcomes {
        let bound = expected(*length).relaxation_time;
        let ratio = |by| outcome.tally((by, TIME)).log_spread() / bound;
        let mut cells = vec![length.to_string(), format!("{bound:.4}")];
        cells.extend([WHITTLE, GENERALISED, EQ11, UNIFORM].map(|by| format!("{:.3}", ratio(by))));
        cells.push(format!("{:.2}", (ratio(WHITTLE) / ratio(EQ11)).powi(2)));
        row(&cells);
    }
    println!(
        "\nRelative errors expected by `GaussianModel::expected_errors`, and measured (spreads of logarithms).\n"
    );
    row(&[
        "run/tau*",
        "tau* expected",
        "measured",
        "Um^2 expected",
        "measured",
        "C_ex expected",
        "measured",
    ]
    .map(String::from));
    for (length, outcome) in outcomes {
        let errors = expected(*length);
        let pairs = [
            (errors.relaxation_time, (WHITTLE, TIME)),
            (errors.um_squared, (WHITTLE, RISE)),
            (errors.heat_capacity(0.0), (VARIANCE, HEAT_CAPACITY)),
        ];
        let mut cells = vec![length.to_string()];
        cells.extend(pairs.iter().flat_map(|&(expected, label)| {
            [expected, outcome.tally(label).log_spread()].map(|x| format!("{x:.4}"))
        }));
        row(&cells);
    }
}

fn row(cells: &[String]) {
    println!("| {} |", cells.join(" | "));
}
