//! The program `msed`: analyses a scan, one glass-forming system at several temperatures with an energy file and perhaps a
//! trajectory for each.
//!
//! ```text
//! msed scan DIR [--out OUT]
//! ```
//!
//! Reads `DIR/scan.toml`, writes `OUT/results.json`, a CSV file per curve and the figures of the paper, and prints tables.
//! Everything goes through the public API of the crate.

mod analysis;
mod command_line;
mod decay;
mod energies;
mod failure;
mod figures;
mod files;
mod frames;
mod output;
mod over_temperature;
mod relaxation_times;
mod results;
mod scan_file;
mod spectral;
mod structure;
mod symbols;
mod tables;
mod temperature_entries;
mod temperature_figures;
mod temperature_tables;
mod waves;

use std::io::{self, Write as _};
use std::path::Path;
use std::process::ExitCode;

use indicatif::{ProgressBar, ProgressStyle};
use msed::Resampling;
use msed::plot::Figure;

use crate::analysis::Point;
use crate::command_line::Request;
use crate::failure::Failure;
use crate::output::Output;
use crate::over_temperature::OverTemperature;
use crate::results::{Results, SystemEntry};
use crate::scan_file::{PathName, Scan};

fn main() -> ExitCode {
    let result = Request::parse(std::env::args_os()).and_then(|request| match request {
        Request::Text(text) => say(&text),
        Request::Scan { dir, out } => analyse_scan(&dir, &out),
    });
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            // Where nobody listens, the status says it.
            let _ = writeln!(io::stderr(), "error: {failure}");
            ExitCode::FAILURE
        }
    }
}

/// Writes to standard output. A reader that has seen enough, as `head` has, is no failure.
fn say(text: &str) -> Result<(), Failure> {
    let mut stdout = io::stdout().lock();
    match stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(Failure::new(format!("cannot write to standard output: {error}")))
        }
        _ => Ok(()),
    }
}

fn analyse_scan(dir: &Path, out: &Path) -> Result<(), Failure> {
    let scan = Scan::read(dir)?;
    let progress = ProgressBar::new(2 * scan.runs.len() as u64);
    let style = ProgressStyle::with_template("{bar:30} {pos}/{len} {msg} {elapsed}");
    progress.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    let analysed = analyse(&scan, &progress);
    progress.finish_and_clear();
    let points = analysed?;

    let mut output = Output::default();
    let over_temperature = OverTemperature::analyse(&scan, &points)?;
    let results = Results {
        system: SystemEntry {
            name: scan.system.name.clone(),
            units: scan.system.units.name(),
            particles: scan.system.particles,
            ensemble: scan.system.ensemble.name(),
            path: scan.system.path.unwrap_or(PathName::Isochoric).name(),
        },
        runs: points.iter().map(Point::entry).collect(),
        scan: over_temperature.entry(),
    };
    output.add("scan.csv", over_temperature.scan.to_string())?;
    for point in &points {
        output.add(format!("{}.msed.csv", point.run.name), point.msed.to_string())?;
        if let Some(decay) = point.structure.as_ref().and_then(|found| found.decay.as_ref()) {
            let probe = scan.system.probe.as_deref().unwrap_or_default();
            let species = probe.replace(['/', '\\', '\0', '\n'], "_");
            let file = format!("{}.{species}.self_isf.csv", point.run.name);
            output.add(file, decay.isf.to_string())?;
        }
        let displacements = point.structure.iter().map(|structure| &structure.displacements);
        for one in displacements.flat_map(|found| found.iter().chain([found.all()])) {
            let species = one.name().replace(['/', '\\', '\0', '\n'], "_");
            for (name, curve) in [
                ("msd", one.msd()),
                ("alpha2", one.alpha2()),
                ("overlap", one.overlap()),
                ("chi4", one.chi4()),
            ] {
                let file = format!("{}.{species}.{name}.csv", point.run.name);
                output.add(file, curve.to_string())?;
            }
        }
        for factor in point
            .structure
            .iter()
            .flat_map(|found| found.waves.factors.iter())
        {
            let pair = factor.name().replace(['/', '\\', '\0', '\n'], "_");
            output.add(
                format!("{}.{pair}.s_of_q.csv", point.run.name),
                factor.to_string(),
            )?;
        }
    }
    let draw = |name: &str, figure: &Figure| match figure.to_svg() {
        Ok(svg) => Ok((format!("{name}.svg"), svg)),
        Err(error) => Err(Failure::at(name, error)),
    };
    let figures = [
        ("fig1_distribution", figures::distribution(&scan, &points)),
        ("fig2_msd_msed", figures::msd_msed(&scan, &points)),
        (
            "fig4_landscape",
            Figure::new(temperature_figures::landscape(&scan, &points, &over_temperature)),
        ),
        (
            "heat_capacity_check",
            temperature_figures::heat_capacity_check(&scan, &points, &over_temperature),
        ),
    ];
    // Two temperatures have no slope and one no entropy: what could not be had has no figure.
    let optional = [
        (
            "entropies",
            temperature_figures::entropies(&scan, &over_temperature),
        ),
        (
            "adam_gibbs",
            temperature_figures::adam_gibbs(&scan, &over_temperature),
        ),
        ("msed_rise", figures::rise(&scan, &points)),
        ("structure_factor", figures::structure_factor(&scan, &points)),
        (
            "fig3_relaxation_times",
            relaxation_times::figure(&scan, &points).map(Figure::new),
        ),
    ];
    let optional = optional
        .into_iter()
        .filter_map(|(name, figure)| Some((name, figure?)));
    for (name, figure) in figures.into_iter().chain(optional) {
        let (name, svg) = draw(name, &figure)?;
        output.add(name, svg)?;
    }
    let json = serde_json::to_string_pretty(&results).map_err(|error| Failure::at("results.json", error))?;
    output.add("results.json", json + "\n")?;
    output.write(out)?;
    let report = report(&scan, &points, &over_temperature, &results);
    say(&format!("{report}\nWritten to {}\n", out.display()))
}

/// The tables that are printed.
fn report(scan: &Scan, points: &[Point], over_temperature: &OverTemperature, results: &Results) -> String {
    let tables = [
        Some(tables::energies(scan, points)),
        Some(tables::second_opinions(points)),
        tables::waves(scan, points),
        relaxation_times::table(scan, points),
        tables::displacements(scan, points),
        temperature_tables::heat_capacities(over_temperature),
        temperature_tables::relaxation(over_temperature),
    ];
    let tables = tables.into_iter().flatten().map(|table| table.to_string());
    let mut text = tables.collect::<Vec<_>>().join("\n");
    if !results.scan.notes.is_empty() {
        text += &format!(
            "\nNot to be had over temperature: {}\n",
            results.scan.notes.join("; ")
        );
    }
    text
}

fn analyse<'a>(scan: &'a Scan, progress: &ProgressBar) -> Result<Vec<Point<'a>>, Failure> {
    let resampling = Resampling::default();
    let species = frames::species(scan)?;
    let mut loaded = Vec::new();
    for run in &scan.runs {
        progress.set_message(format!("reading {}", run.name));
        loaded.push(energies::load(scan, run, resampling)?);
        progress.inc(1);
    }
    over_temperature::check_reference(scan, scan.runs.iter().zip(&loaded))?;
    frames::check_volumes(scan)?;
    let mut points = Vec::new();
    for (run, energies) in scan.runs.iter().zip(loaded) {
        progress.set_message(format!("analysing {}", run.name));
        points.push(Point::analyse(scan, run, energies, species.as_ref(), resampling)?);
        progress.inc(1);
    }
    Ok(points)
}
