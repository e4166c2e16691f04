//! What the trajectory of each point tells. There is no table where no run has a trajectory.

use std::fmt::Write;

use msed::relaxation::{NotReached, Relaxation};
use msed::stats::{Outcome, short};
use msed::structure::WaveVectors;

use super::reasons::Reasons;
use super::table::{Table, or_dash, shown, temperature, time};
use crate::analysis::point::Point;
use crate::analysis::structure::{Motion, Structure};
use crate::results::reason;
use crate::scan_file::Scan;

/// The main peak of the probe's structure factor, and the shell of wave vectors that relaxation is
/// measured at.
pub(super) fn waves(scan: &Scan, points: &[Point<'_>]) -> Option<String> {
    let mut table = Table::new("run | T | frames | q_max | S(q_max) | q | vectors");
    let mut reasons = String::new();
    for point in points {
        let Some(structure) = &point.structure else {
            continue;
        };
        let waves = &structure.waves;
        let shell = waves.shell.as_ref();
        if let Some(why) = waves.peak.why() {
            let _ = writeln!(reasons, "{}: q_max: {why}", point.name());
        }
        let peak = waves.peak.value();
        table.add([
            point.name().to_owned(),
            temperature(point.temperature()),
            waves.factors.total().frames().to_string(),
            shown(peak.map(|peak| &peak.position)),
            shown(peak.map(|peak| &peak.height)),
            or_dash(shell.map(|shell| format!("{:.4}", shell.mean_wave_number()))),
            or_dash(shell.map(WaveVectors::count)),
        ]);
    }
    let probe = scan.probe.as_deref().unwrap_or("all particles");
    (!table.is_empty()).then(|| {
        format!(
            "Structure factor of {probe}: its main peak, and the shell of wave vectors at which relaxation is \
             measured.\n\n{table}{reasons}"
        )
    })
}

/// Relaxation of the structure beside that of the energy.
pub(super) fn relaxation_times(scan: &Scan, points: &[Point<'_>]) -> Option<String> {
    let probe = scan.probe.as_deref()?;
    let mut table = Table::new(
        "run | T | q | tau_alpha | f_q | KWW tau | KWW beta | tail | tau* Eq. (11) | by spectrum | tau_E | tau_T",
    );
    let mut reasons = String::new();
    let mut cautions = Reasons::default();
    for point in points {
        let Some(decay) = point.decay() else {
            continue;
        };
        let tail = decay.resolved_tail();
        let dynamic = point.dynamic.value().map(|dynamic| &dynamic.found);
        table.add([
            point.name().to_owned(),
            temperature(point.temperature()),
            format!("{:.3}", decay.q),
            match &decay.tau_alpha {
                Outcome::Unresolved(NotReached::AtLastLag { lower_bound, .. }) => {
                    format!("> {}", time(*lower_bound))
                }
                Outcome::Unresolved(NotReached::BeforeFirstLag { upper_bound }) => {
                    format!("< {}", time(*upper_bound))
                }
                reached => shown(reached.value()),
            },
            shown(tail.map(Relaxation::amplitude)),
            shown(tail.map(|fit| &fit.relaxation_time)),
            shown(tail.map(|fit| &fit.beta)),
            match tail {
                Some(fit) if fit.cautions.is_empty() => "resolved",
                Some(_) => "caution",
                None => "unresolved",
            }
            .to_owned(),
            shown(point.relaxation().map(|fit| &fit.relaxation_time)),
            shown(point.spectral.relaxation().map(|fit| &fit.relaxation_time)),
            shown(dynamic.map(|dynamic| &dynamic.adiabatic_time)),
            shown(dynamic.map(|dynamic| &dynamic.isothermal_time)),
        ]);
        cautions.add_cautions("tail", tail, point.name());
        let why = match &decay.tail {
            Ok(tail) => reason(tail),
            Err(error) => Some(error.clone()),
        };
        if let Some(why) = why {
            let _ = writeln!(
                reasons,
                "{}: the tail of F_s is not resolved: {why}",
                point.name()
            );
        }
    }
    (!table.is_empty()).then(|| {
        format!(
            "Relaxation of the structure, by F_s of {probe} at q: where it is 1/e, and its tail f_q exp(-(t/tau)^beta); beside that of the \
             energy: tau*, and by Eq. (11) its mean times at constant energy, tau_E, and at constant temperature, tau_T.\n\n{table}{reasons}{cautions}"
        )
    })
}

/// The pair entropy, and the times that scale with it.
pub(super) fn pair_entropies(scan: &Scan, points: &[Point<'_>]) -> Option<String> {
    let probe = scan.probe.as_deref().unwrap_or_default();
    let mut table = Table::new(&format!(
        "run | T | s2 | outer half | r up to | frames | tau_alpha reduced | D_{probe} reduced"
    ));
    for point in points {
        let Some(structure) = &point.structure else {
            continue;
        };
        let (found, reduced) = (&structure.pair_entropy, structure.reduced.as_ref());
        let g = found.g.total();
        let of_probe = reduced.and_then(|reduced| {
            let mut species = reduced.diffusion.iter();
            species.find(|(name, _)| name == probe)
        });
        table.add([
            point.name().to_owned(),
            temperature(point.temperature()),
            found.value.to_string(),
            found.tail.to_string(),
            short(g.bins.edges()[g.bins.count()], 4),
            g.frames.to_string(),
            shown(reduced.and_then(|reduced| reduced.tau_alpha.as_ref())),
            shown(of_probe.map(|(_, d)| d)),
        ]);
    }
    (!table.is_empty()).then(|| {
        format!(
            "Pair entropy s2 in k per particle, with the part of the outer half of the distances; tau_alpha and D in units of the mean \
             distance of the particles and of sqrt(kT/m), in Lennard-Jones units with m = 1.\n\n{table}"
        )
    })
}

/// Displacements of each species: diffusion, the time of the plateau, the peaks of alpha2 and chi4.
pub(super) fn displacements(scan: &Scan, points: &[Point<'_>]) -> Option<String> {
    let mut table = Table::new(
        "run | species | D | window | tau_beta max | tau_beta slope | alpha2 | at t | chi4 | at t",
    );
    let mut reasons = Reasons::default();
    let mut cautions = String::new();
    for point in points {
        let centre = point
            .structure
            .as_ref()
            .and_then(|structure| structure.centre_of_mass);
        if let Some(caution) = centre.and_then(|centre| centre.caution()) {
            let _ = writeln!(cautions, "{}: caution: {caution}", point.name());
        }
        for one in point.structure.iter().flat_map(Structure::species) {
            table.add(row(point.name(), one, &mut reasons));
        }
    }
    (!table.is_empty()).then(|| {
        format!(
            "Displacements: diffusion coefficient; time of the plateau, by the first maximum of the MSD and by the smallest slope; the \
             largest alpha2 and chi4 of the overlap within {}.\n\n{table}{reasons}{cautions}",
            scan.system.overlap_radius()
        )
    })
}

fn row(run: &str, one: &Motion, reasons: &mut Reasons) -> Vec<String> {
    let place = format!("{run} {}", one.name);
    let diffusion = &one.diffusion;
    let window = diffusion.value().map(|found| {
        let [start, end] = found.window.map(time);
        format!("{start}-{end}")
    });
    let coefficient = reasons.cell("D:", diffusion, "not reached", &place, |found| &found.coefficient);
    let mut row = vec![run.to_owned(), one.name.clone(), coefficient, or_dash(window)];
    for (what, found) in [
        ("tau_beta by the maximum:", &one.tau_beta.msd_maximum),
        ("tau_beta by the slope:", &one.tau_beta.log_slope_minimum),
    ] {
        row.push(reasons.cell(what, found, "not resolved", &place, |found| &found.time));
    }
    for (what, peak) in [("alpha2:", &one.alpha2_peak), ("chi4:", &one.chi4_peak)] {
        row.push(reasons.cell(what, peak, "not resolved", &place, |peak| &peak.value));
        row.push(shown(peak.value().map(|peak| &peak.time)));
    }
    row
}
