use super::*;
use crate::stats::{Resamples, Resampling, RunId};
use rand::{RngExt, SeedableRng};

const TEMPERATURES: [f64; 7] = [0.5, 0.54, 0.6, 0.66, 0.75, 0.85, 1.0];

fn fit(model: TemperatureModel, units: Units, scale: f64, ln_time: impl Fn(f64) -> f64) -> TemperatureFit {
    let times = TEMPERATURES.map(|t| Point::new(t * scale, ln_time(t * scale).exp()));
    fit_relaxation_times(&times, model, units).unwrap()
}

fn close(found: &Estimate, expected: f64) {
    assert!(
        (found.value() / expected - 1.0).abs() < 1e-5,
        "{found} against {expected}"
    );
}

#[test]
fn each_law_is_recovered_in_each_unit_system() {
    for (units, scale) in [(Units::LJ, 1.0), (Units::METAL, 1000.0), (Units::REAL, 300.0)] {
        let k = units.boltzmann;
        let known: [(TemperatureModel, [f64; 3]); 4] = [
            (TemperatureModel::Arrhenius, [-1.0, 4.0 * k * scale, 0.0]),
            (TemperatureModel::Vft, [-1.2, 5.0, 0.31 * scale]),
            (TemperatureModel::ModeCoupling, [0.4, 2.3, 0.435 * scale]),
            (TemperatureModel::Parabolic, [0.1, 3.2 * k * scale, 1.3 * scale]),
        ];
        for (model, parameters) in known {
            let fitted = fit(model, units, scale, |t| model.ln_time(&parameters, k, t).0);
            assert!(
                fitted.undetermined.is_none(),
                "{model:?} {:?}",
                fitted.undetermined
            );
            for ((_, found), expected) in fitted.parameters().zip(parameters) {
                close(found, expected);
            }
            assert!(fitted.chi_squared < 1e-10);
            let t = 0.47 * scale;
            let (ln_time, slope) = model.ln_time(&parameters, k, t);
            close(&fitted.time_at(t).unwrap(), ln_time.exp());
            close(
                &fitted.fragility_at(t).unwrap(),
                -t * slope / std::f64::consts::LN_10,
            );
            close(&fitted.temperature_of(ln_time.exp()).unwrap(), t);
            // The analytic slope against finite differences.
            let h = 1e-6 * t;
            let difference =
                (model.ln_time(&parameters, k, t + h).0 - model.ln_time(&parameters, k, t - h).0) / (2.0 * h);
            assert!((difference / slope - 1.0).abs() < 1e-6);
        }
    }
}

#[test]
fn degenerate_fits_say_so() {
    // Arrhenius data: VFT goes to t_0 = 0, and there is no parabola but one of infinite onset or no
    // curvature.
    let arrhenius = |t: f64| -1.0 + 4.0 / t;
    let vft = fit(TemperatureModel::Vft, Units::LJ, 1.0, arrhenius);
    assert!(
        matches!(
            vft.undetermined,
            Some(Undetermined::AtBound { parameter: "t_0", .. })
        ),
        "{:?}",
        vft.undetermined
    );
    // Downward curvature.
    let down = fit(TemperatureModel::Parabolic, Units::LJ, 1.0, |t| {
        4.0 / t - 1.0 / (t * t)
    });
    assert!(
        matches!(down.undetermined, Some(Undetermined::NotConvex { curvature }) if (curvature + 1.0).abs() < 1e-9)
    );
    assert_eq!(down.parameters().count(), 0);
    assert!(down.time_at(0.5).is_none() && down.aic().is_finite());
    // An onset among the points.
    let inside = fit(TemperatureModel::Parabolic, Units::LJ, 1.0, |t| {
        5.0 * (1.0 / t - 1.0 / 0.8).powi(2)
    });
    assert!(
        matches!(inside.undetermined, Some(Undetermined::OnsetInside { onset, highest: 1.0 }) if (onset - 0.8).abs() < 1e-9)
    );
    assert!(inside.time_at(0.9).is_none());
}

#[test]
fn the_true_law_wins_by_the_information_criteria_and_its_errors_cover() {
    let truth = [-1.2, 5.0, 0.31];
    let mut random = rand_pcg::Pcg64Mcg::seed_from_u64(11);
    let (mut wins, mut inside, mut best) = (0, 0, 0);
    let seeds = 200;
    for _ in 0..seeds {
        // Ten blocks whose mean is the time, with 5 % of error in the mean.
        let times = TEMPERATURES.map(|t| {
            let exact = TemperatureModel::Vft.ln_time(&truth, 1.0, t).0.exp();
            let blocks: Vec<f64> = (0..10)
                .map(|_| {
                    exact * (1.0 + 0.05 * 10_f64.sqrt() * random.sample::<f64, _>(rand_distr::StandardNormal))
                })
                .collect();
            let mean = blocks.iter().sum::<f64>() / 10.0;
            let left = blocks.iter().map(|x| (10.0 * mean - x) / 9.0).collect();
            let resamples = Resamples::new(RunId::named(&format!("T{t}")), Resampling::Blocks(10), 10);
            Point::new(t, Estimate::new(mean, left, resamples))
        });
        let fit = |model| fit_relaxation_times(&times, model, Units::LJ).unwrap();
        let (vft, arrhenius) = (fit(TemperatureModel::Vft), fit(TemperatureModel::Arrhenius));
        wins += usize::from(vft.aic() < arrhenius.aic() && vft.bic() < arrhenius.bic());
        best += usize::from(vft.corrected_aic().unwrap() < arrhenius.corrected_aic().unwrap());
        let [low, high] = vft.parameter("t_0").unwrap().interval(0.6827).unwrap();
        inside += usize::from(low < 0.31 && 0.31 < high);
        assert!(vft.weighted && vft.reduced_chi_squared() > 0.0);
    }
    assert!(wins >= 198 && best >= 198, "{wins} {best} of {seeds}");
    // 68 % with a binomial error of 3.3 %.
    assert!((116..=156).contains(&inside), "{inside} of {seeds}");
}

#[test]
fn parameters_without_an_error_are_not_determined() {
    let times = |spoilt: f64| {
        TEMPERATURES.map(|t| {
            let time = (4.0 / t).exp();
            let mut left: Vec<f64> = (0..10).map(|r| time * (1.0 + 0.01 * f64::from(r % 3))).collect();
            if t < 0.6 {
                left[3] *= spoilt;
            }
            let resamples = Resamples::new(RunId::named(&format!("T{t}")), Resampling::Blocks(10), 10);
            Point::new(t, Estimate::new(time, left, resamples))
        })
    };
    let fit = |spoilt| fit_relaxation_times(&times(spoilt), TemperatureModel::Arrhenius, Units::LJ).unwrap();
    assert_eq!(fit(1.0).undetermined, None);
    let spoilt = fit(f64::NAN);
    assert!(spoilt.parameters().all(|(_, x)| x.standard_error().is_none()));
    // Two temperatures have one such resample each.
    assert_eq!(
        spoilt.undetermined,
        Some(Undetermined::Resamples {
            quantity: "relaxation times",
            without: 2,
            of: 70
        })
    );
    assert_eq!(
        spoilt.undetermined.unwrap().to_string(),
        "no standard errors: 2 of 70 resamples of the relaxation times have no such parameters"
    );
}

#[test]
fn without_errors_all_points_count_equally() {
    let none = |x: f64| {
        Estimate::new(
            x,
            vec![],
            Resamples::new(RunId::named("run"), Resampling::None, 1),
        )
    };
    let times = TEMPERATURES.map(|t| Point::new(t, none((4.0 / t + 0.01 * (37.0 * t).sin()).exp())));
    let fitted = fit_relaxation_times(&times, TemperatureModel::Arrhenius, Units::LJ).unwrap();
    assert!(!fitted.weighted);
    assert_eq!(
        fitted.parameter("activation_energy").unwrap().standard_error(),
        None
    );
    let n = 7.0;
    let expected = n * (fitted.chi_squared / n).ln() + 2.0 * 3.0;
    assert!((fitted.aic() - expected).abs() < 1e-12);
}

#[test]
fn refusals_name_the_point() {
    let points = [(1.0, 1.0), (0.8, 2.0), (0.6, -3.0)].map(|(t, time)| Point::new(t, time));
    let message = |points: &[Point], model| {
        fit_relaxation_times(points, model, Units::LJ)
            .unwrap_err()
            .to_string()
    };
    assert_eq!(
        message(&points, TemperatureModel::Arrhenius),
        "-3 at temperature 0.6, expected positive finite temperatures and relaxation times"
    );
    assert_eq!(
        message(&points, TemperatureModel::Vft),
        "relaxation times over 3 temperatures, expected at least 4"
    );
    // However many runs there are of each, two temperatures do not test an activation energy.
    let repeated = [1.0, 0.8, 1.0, 0.8, 1.0].map(|t| Point::new(t, 1.0));
    assert_eq!(
        message(&repeated, TemperatureModel::Arrhenius),
        "relaxation times over 2 temperatures, expected at least 3"
    );
}

#[test]
fn minima_are_found_inside_and_at_the_ends() {
    let grid: Vec<f64> = (0..=20).map(f64::from).collect();
    let (x, inside) = minimum(&grid, |x| (x - 7.3).powi(2));
    assert!((x - 7.3).abs() < 1e-7 && inside);
    assert_eq!(minimum(&grid, |x| x), (0.0, false));
    let (x, inside) = minimum(&grid, |x| -x);
    assert!((x - 20.0).abs() < 1e-9 && !inside);
}
