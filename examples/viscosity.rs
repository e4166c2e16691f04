//! The shear viscosity from the stress that a run at equilibrium writes, by Green and Kubo:
//! `eta = V/(kT) int_0^inf <P(0) P(t)> dt`.
//!
//! A liquid has five independent components of the stress with one correlation: the three off the
//! diagonal and two differences on it, `(Pxx - Pyy)/2` and `(Pxx + Pyy - 2 Pzz)/(2 sqrt(3))`.
//! `(Pyy - Pzz)/2` has the same correlation too, but is itself correlated with the first.
#![allow(clippy::print_stdout, reason = "an example shows what it found")]

use msed::io::EnergyReader;
use msed::spectrum::zero_frequency;
use msed::{Lags, Replicas, Resampling, Sampling, ScalarSeries, energy};

/// Of 500 Lennard-Jones particles at density 0.8442.
const VOLUME: f64 = 592.276_71;

fn main() -> Result<(), msed::Error> {
    let columns = ["Pxx", "Pyy", "Pzz", "Pxy", "Pxz", "Pyz"];
    // Any column may stand in the place of the energy.
    let reader = EnergyReader::new().energy("Pxx").temperature("Temp");
    let reader = columns.iter().fold(reader, |reader, name| reader.keep(name));
    let table = reader.read("data/lennard-jones-stress/stress.dat.gz")?;
    let [xx, yy, zz, xy, xz, yz] = columns.map(|name| table.column(name).unwrap_or_default());
    let of_diagonal = |f: &dyn Fn(f64, f64, f64) -> f64| -> Vec<f64> {
        let rows = xx.iter().zip(yy).zip(zz);
        rows.map(|((x, y), z)| f(*x, *y, *z)).collect()
    };
    let components = [
        xy.to_vec(),
        xz.to_vec(),
        yz.to_vec(),
        of_diagonal(&|x, y, _| 0.5 * (x - y)),
        of_diagonal(&|x, y, z| (x + y - 2.0 * z) / (2.0 * 3_f64.sqrt())),
    ];
    let sampling = Sampling::new(table.stride, 0.004)?;
    let series = components.map(|samples| ScalarSeries::new(samples, sampling));
    let stress = Replicas::new(series.into_iter().collect::<Result<_, _>>()?)?;

    let temperatures = table.temperature.as_deref().unwrap_or_default();
    let temperature = temperatures.iter().sum::<f64>() / temperatures.len() as f64;
    let prefactor = VOLUME / temperature;

    let found = zero_frequency(&stress, Resampling::Blocks(10))?.into_result()?;
    println!("eta = {}", found.integral.map(|integral| prefactor * integral));

    // The same as a function of time: it should be flat where the correlation has decayed, and
    // its error grows from there.
    let lags = Lags::linear(1).up_to_samples(200).with_zero();
    let correlation = energy::autocorrelation(&stress, &lags, Resampling::Blocks(10))?.raw;
    let running = correlation
        .running_integral()
        .map(|_, integral| prefactor * integral);
    for time in [0.2, 0.4, 1.0, 2.0, 4.0, 8.0] {
        if let Some(eta) = running.at(time) {
            println!("up to {time}: {eta}");
        }
    }
    Ok(())
}
