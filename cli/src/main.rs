//! The program `msed` analyses a scan: one glass-forming system at several temperatures, with an
//! energy file and perhaps a trajectory for each.
//!
//! ```text
//! msed init DIR
//! msed scan DIR [--out OUT]
//! msed energy FILE... --units ... [--out OUT]
//! ```
//!
//! `msed init` writes the scan file, as far as the files tell it. `msed scan` reads
//! `DIR/scan.toml`, writes `OUT/results.json`, a CSV file per curve and the figures of the paper,
//! and prints tables. `msed energy` takes the keys of one run as flags. The program uses nothing
//! but the public API of the crate.

mod analysis;
mod command_line;
mod failure;
mod figures;
mod init;
mod input;
mod output;
mod results;
mod scan_file;
mod tables;

use std::io::{self, Write as _};
use std::path::Path;
use std::process::ExitCode;

use indicatif::{ProgressBar, ProgressStyle};
use msed::Resampling;

use crate::analysis::over_temperature::{self, OverTemperature};
use crate::analysis::point::Point;
use crate::command_line::Request;
use crate::failure::Failure;
use crate::input::energies::Energies;
use crate::input::frame_replicas::OtherRuns;
use crate::input::{cells, dimensions, energy_copies, trajectory};
use crate::output::{Earlier, Output};
use crate::scan_file::Scan;

fn main() -> ExitCode {
    let result = Request::parse(std::env::args_os()).and_then(|request| match request {
        Request::Text(text) => say(&text),
        Request::Init { dir } => say(&init::init(&dir)?),
        Request::Scan { dir, out } => analyse(Scan::read(&dir)?, Some(&out)),
        Request::Energy(flags) => analyse(Scan::of_flags(&flags)?, flags.out.as_deref()),
    });
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            // Standard error may be closed; the exit status tells of the failure all the same.
            let _ = writeln!(io::stderr(), "error: {failure}");
            ExitCode::FAILURE
        }
    }
}

/// Writes to standard output. A reader that closes it early, as `head` does, is no failure.
fn say(text: &str) -> Result<(), Failure> {
    let mut stdout = io::stdout().lock();
    match stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(Failure::new(format!("cannot write to standard output: {error}")))
        }
        _ => Ok(()),
    }
}

/// Analyses a scan, writes its results, where there is a place for them, and prints its tables.
fn analyse(mut scan: Scan, out: Option<&Path>) -> Result<(), Failure> {
    scan.dimensions = dimensions::of_scan(&scan)?;
    let scan = &scan;
    let progress = ProgressBar::new(2 * scan.runs.len() as u64);
    let style = ProgressStyle::with_template("{bar:30} {pos}/{len} {msg} {elapsed}");
    progress.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    let points = analyse_points(scan, &progress);
    progress.finish_and_clear();
    let points = points?;
    let over_temperature = OverTemperature::analyse(scan, &points)?;
    let mut report = tables::report(scan, &points, &over_temperature);
    if let Some(out) = out {
        let mut output = Output::default();
        output.add("scan.csv", over_temperature.scan.to_string())?;
        output::add_curves(scan, &points, &mut output)?;
        output::add_susceptibilities(over_temperature.susceptibilities(), &mut output)?;
        let not_drawn = figures::draw(scan, &points, &over_temperature, &mut output)?;
        let results = results::results(scan, &points, &over_temperature, output.names());
        output.add("results.json", format!("{results:#}\n"))?;
        let inputs = scan
            .runs
            .iter()
            .flat_map(|run| run.energy().iter().chain(run.trajectory()));
        output.check_apart(out, inputs.flatten())?;
        let earlier = Earlier::of(out);
        output.write(out)?;
        let removed = earlier.remove_unless_in(&output);
        for note in not_drawn {
            report += &format!("\n{note}\n");
        }
        report += &format!("\nWritten to {}\n{removed}", out.display());
    }
    say(&report)
}

/// Reads all energies before the first point is analysed, so that what is wrong with any is known
/// early.
fn analyse_points<'a>(scan: &'a Scan, progress: &ProgressBar) -> Result<Vec<Point<'a>>, Failure> {
    let resampling = Resampling::default();
    let species = trajectory::species(scan)?;
    let mut energies = Vec::new();
    for run in &scan.runs {
        progress.set_message(format!("reading {}", run.name()));
        energies.push(Energies::load(scan, run, resampling)?);
        progress.inc(1);
    }
    energy_copies::check_runs(scan, &energies)?;
    over_temperature::check_reference(scan, scan.runs.iter().zip(&energies))?;
    cells::common_volume(scan, scan.runs.iter().zip(&energies))?;
    let mut trajectories = OtherRuns::default();
    let mut points = Vec::new();
    for (run, energies) in scan.runs.iter().zip(energies) {
        progress.set_message(format!("analysing {}", run.name()));
        points.push(Point::analyse(
            scan,
            run,
            energies,
            species.as_ref(),
            &mut trajectories,
            resampling,
        )?);
        progress.inc(1);
    }
    Ok(points)
}
