//! How often the error of the energy's slope over temperature holds the truth, where a liquid has
//! the exponent 3/5 and where it has another.

use msed::stats::{Estimate, Resamples, RunId};
use msed::thermo::{self, EnergyCurve, HeatCapacityCheck, Path, Point};
use msed::{Resampling, Units};
use rand::{RngExt, SeedableRng};
use rand_distr::StandardNormal;
use rand_pcg::Pcg64;

const TEMPERATURES: [f64; 6] = [0.5, 0.55, 0.6, 0.7, 0.8, 1.0];
/// Those of the slope that are looked at: both ends and the middle.
const LOOKED_AT: [usize; 3] = [0, 3, 5];
/// The slope at T = 1.
const SLOPE: f64 = 1.6;
const BLOCKS: usize = 10;

/// The means of a run's blocks about a value with such an error, left out in turn.
fn measured(run: RunId, value: f64, error: f64, random: &mut Pcg64) -> Estimate {
    let of_block = error * (BLOCKS as f64).sqrt();
    let blocks: Vec<f64> = (0..BLOCKS)
        .map(|_| value + of_block * random.sample::<f64, _>(StandardNormal))
        .collect();
    let total: f64 = blocks.iter().sum();
    let without = blocks.iter().map(|x| (total - x) / (BLOCKS - 1) as f64);
    let resamples = Resamples::new(run, Resampling::Blocks(BLOCKS), BLOCKS);
    Estimate::new(total / BLOCKS as f64, without.collect(), resamples)
}

/// A scan whose energy is a power of the temperature with this exponent.
fn scan(exponent: f64, error: f64, seed: u64) -> HeatCapacityCheck {
    let mut random = Pcg64::seed_from_u64(seed);
    let (mut energies, mut capacities) = (Vec::new(), Vec::new());
    for t in TEMPERATURES {
        let run = RunId::named(&format!("{seed} {t}"));
        let energy = -8.7 + SLOPE / exponent * t.powf(exponent);
        energies.push(Point::new(t, measured(run, energy, error, &mut random)));
        let capacity = SLOPE * t.powf(exponent - 1.0);
        capacities.push(Point::new(t, measured(run, capacity, 0.02, &mut random)));
    }
    thermo::heat_capacity_check(&energies, &capacities, Units::LJ, Path::Isochoric).unwrap()
}

/// How often the 68 % interval of each slope holds the truth.
fn coverage(
    exponent: f64,
    checks: &[HeatCapacityCheck],
    curve: fn(&HeatCapacityCheck) -> &EnergyCurve,
) -> f64 {
    let mut held = 0;
    for check in checks {
        for t in LOOKED_AT.map(|k| TEMPERATURES[k]) {
            let exact = SLOPE * t.powf(exponent - 1.0);
            let [low, high] = curve(check).heat_capacity_at(t).interval(0.6827).unwrap();
            held += usize::from(low < exact && exact < high);
        }
    }
    held as f64 / (checks.len() * LOOKED_AT.len()) as f64
}

#[test]
fn the_error_of_the_slope_holds_the_error_of_the_exponent() {
    const SEEDS: u64 = 300;
    for exponent in [0.6, 0.45] {
        // The exponent is known to 0.004 and to 0.04; from the shipped runs it is to 0.016.
        for error in [3e-4, 3e-3] {
            let checks: Vec<_> = (0..SEEDS).map(|seed| scan(exponent, error, seed)).collect();
            let free = coverage(exponent, &checks, HeatCapacityCheck::energy_curve);
            let fixed = coverage(exponent, &checks, |check| &check.rosenfeld_tarazona);
            let mean = |of: &dyn Fn(&HeatCapacityCheck) -> f64| {
                checks.iter().map(of).sum::<f64>() / checks.len() as f64
            };
            let m = |check: &HeatCapacityCheck| check.energy_curve().exponent.clone();
            let found = mean(&|check| m(check).value());
            let spread = mean(&|check| (m(check).value() - found).powi(2)).sqrt();
            let said = mean(&|check| m(check).standard_error().unwrap().powi(2)).sqrt();
            let z2 = mean(&|check| check.mean_square_z().unwrap());
            println!(
                "exponent {exponent}, error {error:e}: coverage {free:.3}, with 3/5 {fixed:.3}; exponent {found:.4}, spread \
                 {spread:.4}, error {said:.4}; mean z^2 {z2:.2}"
            );
            // 900 slopes, of which those of a scan go together: known to 0.02 or so. The weights
            // come from ten blocks each, which costs 0.03, with 3/5 as with a free exponent.
            assert!((0.62..0.75).contains(&free), "{free}");
            assert!((found - exponent).abs() < 4.0 * spread / (SEEDS as f64).sqrt() + 0.1 * spread);
            assert!((0.8..1.3).contains(&(said / spread)), "{said} {spread}");
            // t with nine degrees of freedom has 9/7.
            assert!((1.0..1.6).contains(&z2), "{z2}");
            match exponent == 0.6 {
                true => assert!((0.62..0.75).contains(&fixed), "{fixed}"),
                false if error < 1e-3 => assert!(fixed < 0.1, "{fixed}"),
                false => {}
            }
        }
    }
}
