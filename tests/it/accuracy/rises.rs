//! Eq. (11) beside the spectrum, and times that are read from the curve, on series that look like a
//! liquid's: by the code that prints the figures of more runs.

use super::liquids::estimators::{BESIDE, INTEGRAL_TIME, RISE_TIME};
use super::liquids::study::LIQUIDS;

const RUNS: u64 = 60;

/// 60 runs determine a coverage of 68 % to 6 %: the bounds are 2 to 3 of these away from 55 and
/// 86 %.
#[test]
fn fits_and_times_beside_the_spectrum_are_right_as_often_as_they_say() {
    let estimators = [BESIDE, RISE_TIME, INTEGRAL_TIME];
    // tau*, Um², U0² and the mean time, of those that the estimator gives.
    let given = [&[0, 1, 2, 3][..], &[0], &[3]];
    let (mut resolved, mut far) = ([0; 3], [0; 3]);
    for row in [0, 1, 3, 5, 7, 9] {
        let liquid = LIQUIDS[row];
        let studies = liquid.study(RUNS, &estimators);
        for (by, (found, estimator)) in studies.iter().zip(&estimators).enumerate() {
            let name = format!("{}, {}", liquid.name(), estimator.name);
            println!("{name}: {found:?} {:?}", found.bias());
            for &k in given[by] {
                let coverage = found.coverage()[k];
                assert!((0.42..0.98).contains(&coverage), "{name}, number {k}: {found:?}");
                assert!(found.bias()[k].abs() < 0.1, "{name}, number {k}: {found:?}");
                resolved[by] += found.resolved;
                far[by] += found.far[k];
            }
            // Where the fast relaxation is a hundred times faster, the noise alone limits them.
            if liquid.ratio != 20.0 {
                assert!(10 * found.resolved >= 8 * found.runs, "{name}: {found:?}");
            }
        }
    }
    for by in 0..estimators.len() {
        assert!(100 * far[by] <= 4 * resolved[by], "{far:?} of {resolved:?}");
    }
}
