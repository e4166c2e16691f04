//! The results as text.

use std::fmt::Write;

use msed::Estimate;
use msed::relaxation::{DiffusionVerdict, Peak, PlateauTime};
use msed::structure::MainPeak;

use crate::analysis::Point;
use crate::results::reason;
use crate::scan_file::{Scan, UnitsName};
use crate::spectral::WANTED;
use crate::structure::Structure;
use crate::symbols;

/// Rows of cells as aligned columns: the first to the left, the others to the right.
pub(crate) fn aligned(rows: &[Vec<String>]) -> String {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let width = |column: usize| {
        rows.iter()
            .filter_map(|row| row.get(column))
            .map(|cell| cell.chars().count())
            .max()
    };
    let widths: Vec<usize> = (0..columns).map(|column| width(column).unwrap_or(0)).collect();
    let mut text = String::new();
    for row in rows {
        let cells: Vec<String> = row
            .iter()
            .zip(&widths)
            .enumerate()
            .map(|(k, (cell, &width))| {
                if k == 0 {
                    format!("{cell:<width$}")
                } else {
                    format!("{cell:>width$}")
                }
            })
            .collect();
        let _ = writeln!(text, "{}", cells.join("  ").trim_end());
    }
    text
}

pub(crate) fn cells(text: &[&str]) -> Vec<String> {
    text.iter().map(|&cell| cell.to_owned()).collect()
}

pub(crate) fn shown(estimate: Option<&Estimate>) -> String {
    estimate
        .filter(|e| e.value().is_finite())
        .map_or_else(|| "-".to_owned(), ToString::to_string)
}

/// What energies, times and lengths are counted in.
fn unit_line(scan: &Scan) -> String {
    let [energy, time, length, temperature] = match scan.system.units {
        UnitsName::Lj => ["epsilon", "tau = sigma sqrt(m/epsilon)", "sigma", "epsilon/k"],
        UnitsName::Metal => ["eV", "ps", "angstrom", "K"],
        UnitsName::Real => ["kcal/mol", "fs", "angstrom", "K"],
    };
    format!(
        "Units: energy {energy}, time {time}, length {length}, temperature {temperature}; heat capacities in k per particle; \
         in brackets the standard error of the last digits."
    )
}

/// Energies: relaxation time, landscape and heat capacity of each point.
pub(crate) fn energies(scan: &Scan, points: &[Point<'_>]) -> String {
    let mut rows = vec![cells(&[
        "run", "T", "samples", "<E>/N", "U0", "Um", "tau*", "beta", "C_ex", "C fast", "C slow", "fit",
    ])];
    for point in points {
        let moments = &point.energies.moments;
        let fit = &point.exponential;
        let resolved = fit.verdict().is_resolved();
        let if_resolved = |estimate: &Estimate| {
            if resolved {
                shown(Some(estimate))
            } else {
                "-".to_owned()
            }
        };
        rows.push(vec![
            point.run.name.clone(),
            symbols::temperature(point.energies.temperature),
            moments.samples().to_string(),
            shown(Some(moments.mean())),
            if_resolved(&fit.u0_squared().map(f64::sqrt)),
            if_resolved(&fit.um_squared().map(f64::sqrt)),
            if_resolved(fit.relaxation_time()),
            if point.stretched.verdict().is_resolved() {
                shown(Some(point.stretched.beta()))
            } else {
                "-".to_owned()
            },
            shown(Some(point.heat_capacity.excess())),
            shown(point.heat_capacity.fast()),
            shown(point.heat_capacity.slow()),
            if resolved { "resolved" } else { "unresolved" }.to_owned(),
        ]);
    }
    let system = &scan.system;
    format!(
        "{}: {} particles, {}, units {}\n{}\n\n{}{}",
        system.name,
        system.particles,
        system.ensemble.name(),
        system.units.name(),
        unit_line(scan),
        aligned(&rows),
        remarks(points)
    )
}

/// Relaxation by Eq. (11) beside the spectrum's, and how long to run for a wanted error.
pub(crate) fn second_opinions(points: &[Point<'_>]) -> String {
    let mut rows = vec![cells(&[
        "run",
        "tau* Eq. (11)",
        "by spectrum",
        "Um Eq. (11)",
        "by spectrum",
        "independent",
        "run/tau*",
        "err tau*",
        "err Um^2",
        "err C_ex",
        &format!("run for {:.0} %", 100.0 * WANTED),
    ])];
    for point in points {
        let fit = Some(&point.exponential).filter(|fit| fit.verdict().is_resolved());
        let spectral = point.spectral.resolved();
        let um = |um_squared: &Estimate| um_squared.map(f64::sqrt);
        let mut row = vec![
            point.run.name.clone(),
            shown(fit.map(msed::relaxation::Fit::relaxation_time)),
            shown(spectral.map(msed::spectrum::SpectralFit::relaxation_time)),
            shown(fit.map(|fit| um(fit.um_squared())).as_ref()),
            shown(spectral.map(|fit| um(fit.um_squared())).as_ref()),
            point
                .spectral
                .independent_samples()
                .map_or_else(|| "-".to_owned(), |samples| format!("{samples:.0}")),
        ];
        row.extend(match (spectral, point.spectral.plan()) {
            (Some(fit), Some(plan)) => {
                let percent = |error: f64| format!("{:.1} %", 100.0 * error);
                let heat_capacity = plan.expected.heat_capacity(point.fluctuation_ratio());
                [
                    format!("{:.0}", point.spectral.duration() / fit.relaxation_time().value()),
                    percent(plan.expected.relaxation_time),
                    percent(plan.expected.um_squared),
                    percent(heat_capacity),
                    format!("{:.0}", plan.duration),
                ]
            }
            _ => std::array::from_fn(|_| "-".to_owned()),
        });
        rows.push(row);
    }
    let short: String = points
        .iter()
        .map(|point| (&point.run.name, point.spectral.choice().verdict()))
        .filter(|(_, verdict)| !verdict.is_believable())
        .map(|(name, verdict)| format!("{name}: {verdict}\n"))
        .collect();
    format!(
        "Relaxation by Eq. (11) beside Whittle's likelihood of the spectrum; independent samples of the energy; relative errors that such a \
         run is expected to give, and the length for {:.0} % of tau*.\n\n{}{short}",
        100.0 * WANTED,
        aligned(&rows)
    )
}

/// The main peak of the probe's structure factor, and the shell of wave vectors that relaxation is measured at.
pub(crate) fn waves(scan: &Scan, points: &[Point<'_>]) -> Option<String> {
    let mut rows = vec![cells(&[
        "run", "T", "frames", "q_max", "S(q_max)", "q", "vectors",
    ])];
    let mut reasons = String::new();
    for point in points {
        let Some(structure) = &point.structure else {
            continue;
        };
        let waves = &structure.waves;
        let [position, height] = match &waves.peak {
            MainPeak::Resolved { position, height, .. } => [Some(position), Some(height)],
            _ => [None; 2],
        };
        if let MainPeak::NotResolved(reason) = &waves.peak {
            let _ = writeln!(reasons, "{}: q_max: {reason}", point.run.name);
        }
        let [q, vectors] = match &waves.shell {
            Some(shell) => [format!("{:.4}", shell.mean_modulus()), shell.len().to_string()],
            None => ["-".to_owned(), "-".to_owned()],
        };
        rows.push(vec![
            point.run.name.clone(),
            symbols::temperature(point.energies.temperature),
            waves.factors.total().frames().to_string(),
            shown(position),
            shown(height),
            q,
            vectors,
        ]);
    }
    let probe = scan.system.probe.as_deref().unwrap_or("all particles");
    (rows.len() > 1).then(|| {
        format!(
            "Structure factor of {probe}: its main peak, and the shell of wave vectors at which relaxation is measured.\n\n{}{reasons}",
            aligned(&rows)
        )
    })
}

/// Displacements of each species: diffusion, the time of the plateau, the peaks of alpha2 and chi4. `None` where no run has a
/// trajectory.
pub(crate) fn displacements(scan: &Scan, points: &[Point<'_>]) -> Option<String> {
    let mut rows = vec![cells(&[
        "run",
        "species",
        "D",
        "window",
        "tau_beta max",
        "tau_beta slope",
        "alpha2",
        "at t",
        "chi4",
        "at t",
    ])];
    // Reasons in the order in which they come up, each with the places that it holds for.
    let mut reasons: Vec<(String, Vec<String>)> = Vec::new();
    let mut missing = |what: &str, place: &str, why: &dyn std::fmt::Display| {
        let reason = format!("{what} {why}");
        match reasons.iter_mut().find(|(found, _)| *found == reason) {
            Some((_, places)) => places.push(place.to_owned()),
            None => reasons.push((reason, vec![place.to_owned()])),
        }
    };
    for point in points {
        for one in point.structure.iter().flat_map(Structure::species) {
            let place = format!("{} {}", point.run.name, one.name);
            let [d, window] = match &one.diffusion {
                DiffusionVerdict::Reached(found) => {
                    let [start, end] = found.window().map(symbols::time);
                    [shown(Some(found.coefficient())), format!("{start}-{end}")]
                }
                found => {
                    if let DiffusionVerdict::NotReached(why) = found {
                        missing("D:", &place, why);
                    }
                    ["not reached".to_owned(), "-".to_owned()]
                }
            };
            let mut row = vec![point.run.name.clone(), one.name.clone(), d, window];
            for (what, found) in [
                ("tau_beta by the maximum:", one.tau_beta.msd_maximum()),
                ("tau_beta by the slope:", one.tau_beta.log_slope_minimum()),
            ] {
                if let PlateauTime::NotResolved(why) = found {
                    missing(what, &place, why);
                }
                row.push(
                    found
                        .time()
                        .map_or_else(|| "not resolved".to_owned(), |time| shown(Some(time))),
                );
            }
            for (what, found) in [("alpha2:", &one.alpha2_peak), ("chi4:", &one.chi4_peak)] {
                match found {
                    Peak::Resolved { time, height } => row.extend([shown(Some(height)), shown(Some(time))]),
                    Peak::NotResolved(why) => {
                        missing(what, &place, why);
                        row.extend(["not resolved".to_owned(), "-".to_owned()]);
                    }
                }
            }
            rows.push(row);
        }
    }
    if rows.len() == 1 {
        return None;
    }
    let mut text = format!(
        "Displacements: diffusion coefficient; time of the plateau, by the first maximum of the MSD and by the smallest slope; the \
         largest alpha2 and chi4 of the overlap within {}.\n\n{}",
        scan.system.overlap_radius,
        aligned(&rows)
    );
    for (reason, places) in reasons {
        let _ = writeln!(text, "{}: {reason}", places.join(", "));
    }
    Some(text)
}

/// What a reader of the table must know.
fn remarks(points: &[Point<'_>]) -> String {
    let mut text = String::new();
    for point in points {
        let name = &point.run.name;
        if let Some(reason) = &point.run.exclude {
            let _ = writeln!(text, "{name}: excluded from results over temperature: {reason}");
        }
        if let Some(reason) = reason(point.exponential.verdict()) {
            let _ = writeln!(text, "{name}: the relaxation is not resolved: {reason}");
        }
        for note in &point.energies.notes {
            let _ = writeln!(text, "{name}: {note}");
        }
        if !point.drift.verdict().is_stationary() {
            let over_run = point.drift.over_run();
            let _ = writeln!(
                text,
                "{name}: the energy drifts, by {over_run} standard deviations over the run"
            );
        }
        let fit = &point.exponential;
        let floor = point.resolution.fraction_of(fit.u0_squared().value());
        if fit.verdict().is_resolved() && floor > 0.01 && floor.is_finite() {
            let _ = writeln!(
                text,
                "{name}: the print's last digit makes {:.1} % of U0^2",
                100.0 * floor
            );
        }
    }
    let cautioned: Vec<&str> = points
        .iter()
        .filter(|point| point.exponential.verdict().is_resolved() && !point.exponential.cautions().is_empty())
        .map(|point| point.run.name.as_str())
        .collect();
    if !cautioned.is_empty() {
        let names = cautioned.join(", ");
        let _ = writeln!(
            text,
            "Error bars may be too small, see `cautions` in results.json: {names}"
        );
    }
    text
}
