//! The Adam-Gibbs plot: the logarithm of the relaxation time against 1/(T S_c).
#![allow(clippy::print_stdout, reason = "an example shows what it found")]

use msed::plot::{Axis, Figure, Panel, Series};
use msed::relaxation::Window;
use msed::thermo::{Path, ReferenceEntropy, Relaxing, Scan, StatePoint};
use msed::{EnergyKind, Ensemble, Resampling, Units, io};

fn main() -> Result<(), msed::Error> {
    let mut points = Vec::new();
    for name in ["T0.500", "T0.550", "T0.600", "T0.700", "T0.800", "T1.000"] {
        let table = io::energies(format!("data/kob-andersen/{name}/energy.dat.gz"))?;
        let run = table.into_series(0.005, 1000, EnergyKind::Total)?;
        let (nve, window, blocks) = (Ensemble::nve(1000), Window::Automatic, Resampling::default());
        let point = StatePoint::from_energies(name, &run, Units::LJ, nve, window, blocks)?;
        points.push(point);
    }
    let scan = Scan::new(points, Path::Isochoric)?;
    let fit = scan.adam_gibbs(Relaxing::Energy, ReferenceEntropy::Fitted)?;
    println!(
        "S_c({:.3}) = {} k, {}",
        fit.reference_temperature(),
        fit.s_c_reference(),
        fit.verdict()
    );
    let plotted = fit.points().iter().map(|p| (p.reciprocal, p.ln_tau.clone()));
    let (x, y): (Vec<f64>, Vec<_>) = plotted.unzip();
    let line = |x: f64| fit.ln_tau_inf().value() + fit.a().value() * x;
    let panel = Panel::new(
        Axis::linear("1/(*{T} *{S}_{c}) (1/*{ε})"),
        Axis::linear("ln(*{τ}^{*}/*{τ}_{LJ}) (dimensionless)"),
    )
    .with(Series::estimates(&x, &y))
    .with(Series::function([x[5], x[0]], line));
    Ok(Figure::new(panel).save("target/adam_gibbs.svg")?)
}
