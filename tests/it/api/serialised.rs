//! Results are read back to the bits that were written, and numbers that no result has are refused.

use msed::online::checkpoint;
use msed::relaxation::{self, Fit, Model, Relaxation, SquaredDisplacement, Weighting, diffusion_within};
use msed::stats::{Resamples, RunId};
use msed::trajectory::Species;
use msed::units::LennardJones;
use msed::{Curve, EnergyKind, Estimate, Lag, Lags, Resampling, Trajectory, energy, io, structure};
use serde::Serialize;
use serde::de::DeserializeOwned;

fn through_json<T: Serialize + DeserializeOwned>(result: &T) -> T {
    let text = serde_json::to_string(result).expect("written");
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

fn through_bytes<T: Serialize + DeserializeOwned>(result: &T) -> T {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("result");
    checkpoint::save(result, &file).expect("written");
    checkpoint::load(&file).expect("read")
}

/// The same bits, of numbers that are not finite too.
fn same<T: Serialize + DeserializeOwned + std::fmt::Debug>(result: &T) {
    for read in [through_json(result), through_bytes(result)] {
        assert_eq!(format!("{read:?}"), format!("{result:?}"));
    }
}

fn shipped(run: &str, resampling: Resampling) -> Curve {
    let table = io::energies(format!("data/kob-andersen/{run}/energy.dat.gz")).unwrap();
    let run = table.into_series(0.005, 1000, EnergyKind::Total).unwrap();
    energy::msed(&run, &Lags::logarithmic(20).up_to_fraction(0.3), resampling).unwrap()
}

#[test]
fn curves_estimates_and_fits_read_back_to_the_same_bits() {
    let bootstrap = Resampling::Bootstrap {
        blocks: 10,
        draws: 20,
        seed: 3,
    };
    for resampling in [Resampling::default(), bootstrap, Resampling::None] {
        let curve = shipped("T0.700", resampling);
        assert_eq!(through_json(&curve), curve);
        same(&curve);
        same(&curve.point(3));
        same(&curve.resamples());
        // Of two runs, and without any.
        same(&(curve.point(3) / shipped("T0.800", resampling).point(4)));
        same(&Estimate::exact(0.1));
    }
    // A replicate that could not be had, and a value that is not finite.
    let lag = Lag::from_steps;
    let two = Resamples::new(RunId::named("run"), Resampling::Blocks(2), 2);
    let missing = Estimate::new(f64::INFINITY, vec![f64::NAN, f64::NEG_INFINITY], two);
    same(&missing);
    let (values, replicates) = (vec![1.0, f64::NAN], vec![vec![0.1, f64::NAN], vec![0.2, 3.0]]);
    let lags = vec![lag(1), lag(1 << 60)];
    same(&Curve::from_replicates(
        lags,
        0.1,
        values,
        vec![5, 4],
        replicates,
        two,
        lag(7),
    ));
}

#[test]
fn fits_read_back_with_their_verdicts() {
    let fit = |curve: &Curve, model, window| -> Relaxation {
        let fit = Fit::new(model)
            .window(window)
            .weighting(Weighting::StandardErrors);
        fit.to(curve).unwrap()
    };
    let curve = shipped("T0.700", Resampling::default());
    let resolved = fit(&curve, Model::Exponential, None);
    assert!(resolved.verdict.is_resolved());
    same(&resolved);
    // Far from a plateau, with numbers in its reasons that are not finite.
    let unresolved = fit(&curve, Model::Stretched, Some([0.05, 1.0]));
    assert!(!unresolved.verdict.is_resolved());
    same(&unresolved);
}

#[test]
fn numbers_that_no_result_has_are_refused() {
    let run = Resamples::new(RunId::named("run"), Resampling::Blocks(2), 2);
    let estimate = Estimate::new(1.0, vec![0.5, 1.5], run);
    let refused = |replace: &str, by: &str| {
        let text = serde_json::to_string(&estimate).unwrap();
        assert!(text.contains(replace), "{text}");
        let text = text.replace(replace, by);
        serde_json::from_str::<Estimate>(&text).unwrap_err().to_string()
    };
    assert_eq!(
        refused("[0.5,1.5]", "[0.5]"),
        "an estimate that has not one replicate per resample"
    );
    assert!(refused("1.0", "\"many\"").contains("invalid value: string \"many\""));
    let text = serde_json::to_string(&estimate).unwrap();
    let (before, run) = text.split_once("\"runs\":[").unwrap();
    let run = run.strip_suffix("]}").unwrap();
    let twice = format!("{before}\"runs\":[{run},{run}]}}");
    let message = serde_json::from_str::<Estimate>(&twice).unwrap_err().to_string();
    assert_eq!(message, "an estimate that has one run twice");

    let curve = Curve::from_values([0, 10].map(Lag::from_steps), 0.5, vec![2.0, 3.0]);
    let refused = |replace: &str, by: &str| {
        let text = serde_json::to_string(&curve).unwrap();
        assert!(text.contains(replace), "{text}");
        let text = text.replace(replace, by);
        serde_json::from_str::<Curve>(&text).unwrap_err().to_string()
    };
    assert_eq!(
        refused("\"time_step\":0.5", "\"time_step\":0.0"),
        "a curve whose time step is not positive and finite"
    );
    assert_eq!(refused("[0,10]", "[10,10]"), "a curve whose lags do not increase");
    assert_eq!(
        refused("[2.0,3.0]", "[2.0]"),
        "a curve that has not one value and one number of origins per lag"
    );
    assert_eq!(
        refused("\"replicates\":[]", "\"replicates\":[[1.0,2.0]]"),
        "a curve that has not one replicate per resample and lag"
    );
}

#[test]
fn outcomes_read_back_whether_they_are_resolved_or_not() {
    let curve = shipped("T0.700", Resampling::default());
    same(&relaxation::tau_alpha(&curve).unwrap());
    same(&relaxation::tau_alpha(&curve.map(|t, _| (-t / 5.0).exp())).unwrap());
    same(&relaxation::peak(&curve).unwrap());
    let peaked = curve.map(|t, msed| msed * t * (-t / 5.0).exp());
    assert!(relaxation::peak(&peaked).unwrap().is_resolved());
    same(&relaxation::peak(&peaked).unwrap());
    same(&relaxation::tau_beta(&curve));
    same(&relaxation::log_slope(&curve, 1.25));
    let msd = SquaredDisplacement::new(curve, 3).unwrap();
    same(&msd);
    same(&relaxation::diffusion(&msd));
    same(&diffusion_within(&msd, 5.0..=20.0).unwrap());
}

#[test]
fn records_read_back() {
    let table = io::energies("data/kob-andersen/T1.000/energy.dat.gz").unwrap();
    let run = table.into_series(0.005, 1000, EnergyKind::Total).unwrap();
    let (lags, resampling) = (Lags::logarithmic(5).up_to_fraction(0.01), Resampling::default());
    let correlation = energy::autocorrelation(&run, &lags, resampling).unwrap();
    let lag = correlation.raw.lags()[1];
    same(&correlation);
    same(&energy::distribution(&run, lag, energy::Bins::Count(9), resampling).unwrap());
    same(&energy::integrated_time(&run, resampling).unwrap());
    same(&energy::resolution(&run));
    same(&LennardJones::NI80P20);

    let positions: Vec<f64> = (0..600_u32).map(|k| f64::from(k * k % 11)).collect();
    let steps: Vec<u64> = (0..200).map(|k| 10 * k).collect();
    let walk = Trajectory::new(positions, steps, 0.005, Species::single("A", 1).unwrap()).unwrap();
    let msd = structure::msd(&walk, &Lags::samples([1, 2, 5]), resampling).unwrap();
    same(msd.all());
}
