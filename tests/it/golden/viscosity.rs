//! The viscosity of the shipped stress against numpy: `tests/data/viscosity/make.py` made the
//! golden values, and the literature.

use crate::common::numbers::numbers;
use msed::io::EnergyReader;
use msed::spectrum::zero_frequency;
use msed::{Lags, Replicas, Resampling, Sampling, ScalarSeries, energy};
use serde_json::Value;

const VOLUME: f64 = 592.276_71;

/// The five components, and the mean temperature.
fn stress() -> (Replicas<ScalarSeries<'static>>, f64) {
    let names = ["Pxx", "Pyy", "Pzz", "Pxy", "Pxz", "Pyz"];
    let reader = EnergyReader::new().energy("Pxx").temperature("Temp");
    let reader = names.iter().fold(reader, |reader, name| reader.keep(name));
    let table = reader.read("data/lennard-jones-stress/stress.dat.gz").unwrap();
    let [xx, yy, zz, xy, xz, yz] = names.map(|name| table.column(name).unwrap());
    let rows = || xx.iter().zip(yy).zip(zz);
    let components = [
        xy.to_vec(),
        xz.to_vec(),
        yz.to_vec(),
        rows().map(|((x, y), _)| 0.5 * (x - y)).collect(),
        rows()
            .map(|((x, y), z)| (x + y - 2.0 * z) / (2.0 * 3_f64.sqrt()))
            .collect(),
    ];
    let sampling = Sampling::new(table.stride, 0.004).unwrap();
    let series = components.map(|samples| ScalarSeries::new(samples, sampling).unwrap());
    let temperatures = table.temperature.unwrap();
    let mean = temperatures.iter().sum::<f64>() / temperatures.len() as f64;
    (Replicas::new(series.into()).unwrap(), mean)
}

#[test]
fn the_viscosity_is_that_of_numpy_and_of_the_literature() {
    let golden: Value = serde_json::from_str(include_str!("../../data/viscosity/golden.json")).unwrap();
    let (stress, temperature) = stress();
    assert!((temperature / golden["temperature"].as_f64().unwrap() - 1.0).abs() < 1e-12);
    let prefactor = VOLUME / temperature;

    let lags = Lags::linear(1).up_to_samples(200).with_zero();
    let correlation = energy::autocorrelation(&stress, &lags, Resampling::Blocks(10)).unwrap();
    let running = correlation.raw.running_integral();
    let expected = numbers(&golden["running"]);
    assert_eq!((running.len(), expected.len()), (201, 201));
    for (found, expected) in running.values().iter().zip(expected) {
        assert!((prefactor * found - expected).abs() < 1e-9, "{found} {expected}");
    }

    let found = zero_frequency(&stress, Resampling::Blocks(10)).unwrap();
    let eta = found
        .value()
        .unwrap()
        .integral
        .map(|integral| prefactor * integral);
    let (value, error) = (eta.value(), eta.standard_error().unwrap());
    println!("eta = {eta}, {:?}", found.value().unwrap().flat_below);
    for fit in golden["fits"].as_array().unwrap() {
        // Another model of the same ordinates, over other bands.
        let [other, of_other] = ["eta", "error"].map(|key| fit[key].as_f64().unwrap());
        assert!((value - other).abs() < error.hypot(of_other), "{eta} {other}");
    }
    assert!(error < 0.06 * value, "{eta}");
    // Ferrario et al. (1991); Viscardy, Servantie and Gaspard (2007).
    for (literature, of_literature) in [(3.24, 0.04), (3.268, 0.055)] {
        assert!(
            (value - literature).abs() < 2.0 * error.hypot(of_literature),
            "{eta}"
        );
    }
    // The plateau of the running integral agrees.
    let plateau = running.at(4.0).unwrap().map(|integral| prefactor * integral);
    let difference = (plateau.value() - value).abs();
    assert!(
        difference < 2.0 * plateau.standard_error().unwrap(),
        "{plateau} {eta}"
    );
}
