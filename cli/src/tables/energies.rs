//! What the energies of each point tell.

use std::fmt::Write;

use msed::Estimate;
use msed::relaxation::Model;
use msed::stats::Outcome;
use msed::thermo::HeatCapacity;

use super::reasons::Reasons;
use super::table::{Table, or_dash, shown, temperature, time};
use crate::analysis::point::Point;
use crate::analysis::spectral::{Read, WANTED};
use crate::results::reason;
use crate::scan_file::{Discard, Scan, UnitsName};

/// Relaxation time, landscape and heat capacity of each point.
pub(super) fn landscape(scan: &Scan, points: &[Point<'_>]) -> String {
    let mut table =
        Table::new("run | T | samples | <E>/N | U0 | Um | tau* | beta | C_ex | C fast | C slow | fit");
    for point in points {
        let moments = &point.energies.moments;
        let relaxation = point.relaxation();
        let root = |squared: &Estimate| squared.map(f64::sqrt);
        let stretched = relaxation.filter(|fit| fit.model == Model::Stretched);
        let heat_capacity = point.counted_heat_capacity();
        table.add([
            point.name().to_owned(),
            temperature(point.temperature()),
            moments.samples.to_string(),
            shown(Some(&moments.mean)),
            shown(relaxation.map(|fit| root(&fit.u0_squared)).as_ref()),
            shown(relaxation.map(|fit| root(&fit.um_squared)).as_ref()),
            shown(relaxation.map(|fit| &fit.relaxation_time)),
            shown(stretched.map(|fit| &fit.beta)),
            shown(heat_capacity.map(|c| &c.excess)),
            shown(heat_capacity.and_then(HeatCapacity::fast)),
            shown(heat_capacity.and_then(HeatCapacity::slow)),
            if relaxation.is_some() {
                "resolved"
            } else {
                "unresolved"
            }
            .to_owned(),
        ]);
    }
    let system = &scan.system;
    let particles = system.particles;
    format!(
        "{}: {particles} particles, {}, units {}\n{}\n\n{table}{}",
        system.name,
        ensembles(points),
        system.units.units().name(),
        units(scan),
        remarks(scan, points)
    )
}

/// The ensembles that the runs are declared to be of.
fn ensembles(points: &[Point<'_>]) -> String {
    let mut names: Vec<&str> = Vec::new();
    for point in points {
        let name = point.ensemble.name();
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names.join(" and ")
}

/// The units of energies, times and lengths.
fn units(scan: &Scan) -> String {
    let units = scan.system.units.units();
    let time = match scan.system.units {
        UnitsName::Lj => "tau = sigma sqrt(m/epsilon)",
        UnitsName::Metal | UnitsName::Real | UnitsName::Gromacs => units.time,
    };
    format!(
        "Units: energy {}, time {time}, length {}, temperature {}; heat capacities in k per particle; in brackets the standard \
         error of the last digits.",
        units.energy, units.length, units.temperature
    )
}

/// What a reader of the table must know.
fn remarks(scan: &Scan, points: &[Point<'_>]) -> String {
    let mut text: String = scan.notes.iter().map(|note| format!("{note}\n")).collect();
    for point in points {
        let name = point.name();
        if let Some(reason) = &point.run.exclude {
            let _ = writeln!(text, "{name}: excluded from results over temperature: {reason}");
        }
        if let Some(reason) = reason(point.fit()) {
            let _ = writeln!(text, "{name}: the relaxation is not resolved: {reason}");
        }
        if let Some(reason) = point.no_heat_capacity() {
            let _ = writeln!(text, "{name}: {reason}");
        }
        let ensemble = point.energies.ensemble.as_ref();
        if let Some(Outcome::Unresolved(why)) = ensemble.map(|check| &check.sampled) {
            let _ = writeln!(text, "{name}: {why}");
        }
        for note in &point.energies.notes {
            let _ = writeln!(text, "{name}: {note}");
        }
        if point.drift.is_stationary() != Some(true) {
            let _ = writeln!(text, "{name}: {}", point.drift);
        }
        text += &equilibration(point);
        let floor = point
            .relaxation()
            .map_or(0.0, |fit| point.resolution.fraction_of(fit.u0_squared.value()));
        if floor > 0.01 && floor.is_finite() {
            let percent = 100.0 * floor;
            let _ = writeln!(
                text,
                "{name}: the print's last digit makes {percent:.1} % of U0^2"
            );
        }
    }
    let mut cautions = Reasons::default();
    for point in points {
        cautions.add_cautions("tau*", point.relaxation(), point.name());
    }
    text + &cautions.to_string()
}

/// What was discarded at the start of a point, and what remains to be discarded.
fn equilibration(point: &Point<'_>) -> String {
    let (name, energies) = (point.name(), &point.energies);
    let mut text = String::new();
    if let Discard::Automatic = point.run.discard {
        let _ = writeln!(
            text,
            "{name}: the first {} are discarded, which keeps the most independent samples",
            time(energies.discarded)
        );
    }
    match &energies.equilibration {
        Outcome::Resolved(found) if found.samples == 0 => {}
        Outcome::Resolved(found) => {
            let _ = writeln!(
                text,
                "{name}: a later start keeps more independent samples: {found}"
            );
        }
        Outcome::Unresolved(why) => {
            let _ = writeln!(text, "{name}: {why}");
        }
    }
    text
}

/// A time that was read from the curve.
fn read<T>(time: &Read<T>) -> Option<&T> {
    time.as_ref().ok()?.value()
}

/// Relaxation by Eq. (11) beside the spectrum's, and how long to run for a wanted error.
pub(super) fn second_opinions(points: &[Point<'_>]) -> String {
    let wanted = 100.0 * WANTED;
    let mut table = Table::new(&format!(
        "run | tau* Eq. (11) | by spectrum | tau_e | <tau> | Um Eq. (11) | by spectrum | independent | \
         run/tau* | err tau* | err Um^2 | err C_ex | run for {wanted:.0} %"
    ));
    for point in points {
        let (by_lags, by_spectrum) = (point.relaxation(), point.spectral.relaxation());
        let um = |um_squared: &Estimate| um_squared.map(f64::sqrt);
        let independent = point.spectral.independent_samples();
        let plan = by_spectrum.zip(point.spectral.plan());
        let of_plan = match plan {
            Some((fit, plan)) => {
                let percent = |error: f64| format!("{:.1} %", 100.0 * error);
                let heat_capacity = plan.expected.heat_capacity(point.fluctuation_ratio());
                [
                    format!("{:.0}", point.spectral.duration / fit.relaxation_time.value()),
                    percent(plan.expected.relaxation_time),
                    percent(plan.expected.um_squared),
                    percent(heat_capacity),
                    format!("{:.0}", plan.duration),
                ]
            }
            None => std::array::from_fn(|_| "-".to_owned()),
        };
        let numbers = [
            point.name().to_owned(),
            shown(by_lags.map(|fit| &fit.relaxation_time)),
            shown(by_spectrum.map(|fit| &fit.relaxation_time)),
            shown(read(&point.spectral.rise_time)),
            shown(read(&point.spectral.integral_time).map(|integral| &integral.time)),
            shown(by_lags.map(|fit| um(&fit.um_squared)).as_ref()),
            shown(by_spectrum.map(|fit| um(&fit.um_squared)).as_ref()),
            or_dash(independent.map(|samples| format!("{samples:.0}"))),
        ];
        table.add([&numbers[..], &of_plan].concat());
    }
    let mut cautions = Reasons::default();
    for point in points {
        cautions.add_cautions("tau* by spectrum", point.spectral.relaxation(), point.name());
    }
    let caution = |point: &Point<'_>| {
        let caution = point.spectral.choice.caution.as_ref()?;
        Some(format!("{}: {caution}\n", point.name()))
    };
    let short: String = points.iter().filter_map(caution).collect();
    format!(
        "Relaxation by Eq. (11) beside Whittle's likelihood of the spectrum. Two times are read from the curve between the spectrum's \
         plateaus: tau_e of a rise by (1 - 1/e) Um^2, to compare with tau*, and the integral <tau>. Then come the independent samples of the \
         energy, the relative errors that such a run is expected to give, and the length for {wanted:.0} % of tau*.\n\n{table}{cautions}{short}"
    )
}
