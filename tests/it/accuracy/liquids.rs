//! The spectrum on series that look like a liquid's. docs/errors.md has the figures of more runs,
//! by the same code: `cargo run --release --example coverage -- 500 100`.

#[path = "../../../examples/coverage/liquids.rs"]
pub(crate) mod study;

use study::LIQUIDS;

use crate::common::liquid;

const RUNS: u64 = 60;

/// 60 runs determine a coverage of 65 % to 6 %: the bounds are 2.5 of these away from 55 to 76 %.
#[test]
fn a_resolved_relaxation_is_the_slow_one_and_its_errors_hold() {
    let (mut resolved, mut far) = (0, 0);
    for liquid in LIQUIDS {
        let found = liquid.study(RUNS);
        let (name, coverage) = (liquid.name(), found.coverage());
        println!("{name}: {found:?} {:?}", found.bias());
        if liquid.length >= 300.0 && (liquid.fast == 0.0 || liquid.ratio >= 50.0) {
            assert!(10 * found.resolved >= 9 * found.runs, "{name}: {found:?}");
        }
        if liquid.length < 300.0 || (liquid.fast > 0.0 && liquid.ratio < 20.0) {
            // Where two processes are hard to tell apart the rule is to say so.
            continue;
        }
        resolved += found.resolved;
        far += found.far.iter().sum::<usize>();
        assert!((0.4..0.92).contains(&coverage[0]), "{name}: tau* {found:?}");
        assert!((0.4..0.92).contains(&coverage[1]), "{name}: Um² {found:?}");
        assert!(coverage[2] > 0.3, "{name}: U0² {found:?}");
    }
    println!("{far} of {resolved} times three numbers further than three errors");
    assert!(100 * far <= 4 * 3 * resolved, "{far} of 3 times {resolved}");
}
