//! The figures.

mod adam_gibbs;
mod distribution;
mod entropies;
mod heat_capacity_check;
mod landscape;
mod look;
mod msd_msed;
mod relaxation_times;
mod structure_factor;
mod symbols;

use msed::plot::Figure;

use crate::analysis::over_temperature::OverTemperature;
use crate::analysis::point::Point;
use crate::failure::Failure;
use crate::output::Output;
use crate::scan_file::Scan;

/// Draws all figures. Two temperatures have no slope and one no entropy: what could not be had has no figure.
pub(crate) fn draw(
    scan: &Scan,
    points: &[Point<'_>],
    over_temperature: &OverTemperature,
    output: &mut Output,
) -> Result<(), Failure> {
    let figures: [(&str, Option<Figure>); 8] = [
        ("fig1_distribution", Some(distribution::figure(scan, points))),
        ("fig2_msd_msed", Some(msd_msed::figure(scan, points))),
        ("fig3_relaxation_times", relaxation_times::figure(scan, points)),
        (
            "fig4_landscape",
            Some(landscape::figure(scan, points, over_temperature)),
        ),
        (
            "heat_capacity_check",
            Some(heat_capacity_check::figure(scan, points, over_temperature)),
        ),
        ("entropies", entropies::figure(scan, over_temperature)),
        ("adam_gibbs", adam_gibbs::figure(over_temperature)),
        ("structure_factor", structure_factor::figure(scan, points)),
    ];
    for (name, figure) in figures {
        if let Some(figure) = figure {
            let svg = figure.to_svg().map_err(|error| Failure::at(name, error))?;
            output.add(format!("{name}.svg"), svg)?;
        }
    }
    Ok(())
}
