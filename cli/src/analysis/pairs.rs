//! The pair entropy of one state point, and what times and lengths are in its own units.

use msed::structure::{self, PairEntropy, RadialBins};
use msed::trajectory::Cell;
use msed::{Estimate, Resampling};

use super::waves::thinned;
use crate::input::trajectory::Frames;
use crate::scan_file::{Scan, UnitsName};

/// The width of the bins of g(r), in mean distances of the particles.
const WIDTH: f64 = 0.01;
/// The farthest distances, in the same unit: nothing of a liquid's order is left there.
const FARTHEST: f64 = 8.0;
/// Distances between particles of all frames: some seconds.
const DISTANCES: f64 = 2e9;

/// s2 and g(r), from evenly spaced frames.
pub(super) fn pair_entropy(
    scan: &Scan,
    cell: &Cell,
    frames: &Frames,
    resampling: Resampling,
) -> Result<PairEntropy, msed::Error> {
    let particles = frames.runs()[0].particles();
    let spacing = cell.spacing(scan.dimensions, particles);
    let width = WIDTH * spacing;
    let whole = RadialBins::half_cell(frames, width)?;
    let end = whole.edges()[whole.count()];
    let bins = match end > FARTHEST * spacing {
        true => RadialBins::linear(FARTHEST * spacing, (FARTHEST / WIDTH).round() as usize)?,
        false => whole,
    };
    // A particle meets those in the compartments around its own.
    let near = (3.0 * FARTHEST).powf(f64::from(scan.dimensions.count()));
    let of_frame = 0.5 * particles as f64 * near.min(particles as f64);
    let thin = thinned(frames, (DISTANCES / of_frame) as usize)?;
    Ok(structure::pair_entropy(&thin, &bins, resampling)?)
}

/// Times and diffusion in units of the mean distance ρ^(-1/d) and of the thermal velocity
/// sqrt(kT/m), after Rosenfeld (1977, 1999). The mass of a particle is not known; in Lennard-Jones
/// units it is 1.
pub(crate) struct Reduced {
    /// τ_α ρ^(1/d) sqrt(kT/m).
    pub(crate) tau_alpha: Option<Estimate>,
    /// D ρ^(1/d)/sqrt(kT/m) of each species that is diffusive, by name.
    pub(crate) diffusion: Vec<(String, Estimate)>,
}

impl Reduced {
    /// `None` in units in which the mass is not 1.
    pub(super) fn of<'a>(
        scan: &Scan,
        temperature: f64,
        entropy: &PairEntropy,
        tau_alpha: Option<&Estimate>,
        diffusion: impl Iterator<Item = (&'a str, &'a Estimate)>,
    ) -> Option<Self> {
        if scan.system.units != UnitsName::Lj {
            return None;
        }
        let power = 1.0 / f64::from(entropy.dimensions.count());
        let (per_length, velocity) = (entropy.density.powf(power), temperature.sqrt());
        let of_species =
            |(name, d): (&str, &Estimate)| (name.to_owned(), d.map(|d| d * per_length / velocity));
        Some(Self {
            tau_alpha: tau_alpha.map(|time| time.map(|t| t * per_length * velocity)),
            diffusion: diffusion.map(of_species).collect(),
        })
    }
}
