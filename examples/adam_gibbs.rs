//! The Adam-Gibbs plot: the logarithm of the relaxation time against 1/(T S_c).
#![allow(clippy::print_stdout, reason = "an example shows what it found")]

use msed::plot::{Axis, Figure, Panel, Series};
use msed::thermo::{ReferenceEntropy, Scan, TimeOf};
use msed::{EnergyKind, Ensemble, Units, io};

fn main() -> Result<(), msed::Error> {
    let mut scan = Scan::builder(Units::LJ, Ensemble::nve(1000));
    for name in ["T0.500", "T0.550", "T0.600", "T0.700", "T0.800", "T1.000"] {
        let file = format!("data/kob-andersen/{name}/energy.dat.gz");
        scan.add(
            name,
            &io::energies(file)?.into_series(0.005, 1000, EnergyKind::Total)?,
        )?;
    }
    let scan = scan.build()?;
    let fit = scan.adam_gibbs(TimeOf::Energy, ReferenceEntropy::Fitted)?;
    println!(
        "S_c({:.3}) = {} k, curvature {}",
        fit.reference_temperature, fit.s_c_reference, fit.curvature
    );
    let x = &fit.reciprocals;
    let line = |x: f64| fit.ln_tau_inf.value() + fit.a.value() * x;
    let panel = Panel::new(
        Axis::linear("1/(*{T} *{S}_{c}) (1/*{ε})"),
        Axis::linear("ln(*{τ}^{*}/*{τ}_{LJ}) (dimensionless)"),
    )
    .with(Series::estimates(x, &fit.ln_tau))
    .with(Series::function([x[x.len() - 1], x[0]], line));
    Ok(Figure::new(panel).save("target/adam_gibbs.svg")?)
}
