//! Structure factors of one state point, and the shell of wave vectors that relaxation is measured
//! at.

use std::f64::consts::PI;

use msed::stats::{ByPair, Outcome, short};
use msed::structure::{self, MainPeak, NoMainPeak, PeakWindow, StructureFactor, WaveVectors};
use msed::trajectory::{Cell, Dimensions};
use msed::{Replicas, Resampling};

use crate::failure::Failure;
use crate::input::cells::mean_cell;
use crate::input::trajectory::Frames;
use crate::scan_file::{Run, Scan, UnitsName};

/// The longest wave vector times (V/N)^(1/3): 12.5 at the density 1.2, beyond the main peak and the
/// dip after it.
const LONGEST: f64 = 11.76;
/// Half the width of the shell around the main peak, relative.
const HALF_WIDTH: f64 = 0.014;
/// Frames that are enough for a smooth curve.
const FRAMES: usize = 400;
/// Frames that blocks need.
const FEWEST: usize = 10;
/// Particles times vectors times frames, of all replicas: some seconds.
const WORK: usize = 10_000_000_000;
/// Most vectors of a structure factor. Large cells have more, of which so many are drawn at random.
const VECTORS: usize = 50_000;
/// Fewest vectors that are drawn, however many the particles.
const FEWEST_VECTORS: usize = 2_000;
/// Most vectors of `q_shell`: a shell around the main peak has some hundred.
const SHELL: f64 = 1e5;

/// Structure factors, the main peak of the probe, and the shell.
pub(crate) struct Waves {
    pub(crate) factors: ByPair<StructureFactor>,
    pub(crate) peak: Outcome<MainPeak, NoMainPeak>,
    /// The shell of the scan file, or else the one around the main peak.
    pub(crate) shell: Option<WaveVectors>,
}

impl Waves {
    /// S(q) of each pair of species and, last, of all particles, with their names.
    pub(crate) fn named(&self) -> impl Iterator<Item = (String, &StructureFactor)> {
        let pairs = self
            .factors
            .pairs()
            .map(|([a, b], factor)| (format!("{a}-{b}"), factor));
        pairs.chain([("total".to_owned(), self.factors.total())])
    }

    pub(super) fn analyse(
        scan: &Scan,
        run: &Run,
        frames: &Frames,
        resampling: Resampling,
    ) -> Result<Self, Failure> {
        let cell = mean_cell(run, frames).map_err(|error| scan.run_failure(run, error))?;
        if let Some([low, high]) = scan.system.q_shell {
            // Each wave vector takes (2 pi)^3 / V, or (2 pi)^2 / A in two dimensions, and one of
            // each pair +q, -q counts.
            let volume = cell.volume_in(scan.dimensions);
            let found = match scan.dimensions {
                Dimensions::Three => (high.powi(3) - low.powi(3)) * volume / (12.0 * PI * PI),
                _ => (high * high - low * low) * volume / (8.0 * PI),
            };
            if found > SHELL {
                let [low, high] = [low, high].map(|q| short(q, 6));
                let message = format!(
                    "run `{}`: found about {found:.1e} wave vectors of length {low} to {high}, expected {SHELL:.0e} at most",
                    run.name()
                );
                return Err(scan.key_failure(run, "q_shell", message));
            }
        }
        Self::of(scan, &cell, frames, resampling).map_err(|error| scan.run_failure(run, error))
    }

    fn of(scan: &Scan, cell: &Cell, frames: &Frames, resampling: Resampling) -> Result<Self, msed::Error> {
        let (dimensions, particles) = (scan.dimensions, frames.runs()[0].particles());
        let spacing = cell.spacing(dimensions, particles);
        let mut vectors = WaveVectors::shell_in(cell, dimensions, 0.0..=LONGEST / spacing)?;
        let most = (WORK / (FEWEST * particles)).clamp(FEWEST_VECTORS, VECTORS);
        if vectors.count() > most {
            vectors = vectors.subset(most, 1)?;
        }
        let thin = thinned(frames, WORK / (particles * vectors.count()))?;
        let factors = structure::static_structure(&thin, &vectors, resampling)?;
        let probe = scan.probe.as_deref().unwrap_or_default();
        let window = match scan.system.units {
            UnitsName::Lj => PeakWindow::LENNARD_JONES,
            UnitsName::Metal | UnitsName::Real | UnitsName::Gromacs => {
                PeakWindow::for_density(cell, dimensions, particles)
            }
        };
        let of_probe = factors.of(probe, probe).unwrap_or(factors.total());
        let peak = structure::main_peak(of_probe, window);
        let shell = match (scan.system.q_shell, peak.value()) {
            (Some([low, high]), _) => Some(WaveVectors::shell_in(cell, dimensions, low..=high)?),
            (None, Some(peak)) => {
                let [low, high] =
                    [1.0 - HALF_WIDTH, 1.0 + HALF_WIDTH].map(|factor| factor * peak.position.value());
                WaveVectors::shell_in(cell, dimensions, low..=high).ok()
            }
            (None, None) => None,
        };
        Ok(Self { factors, peak, shell })
    }
}

/// Evenly spaced frames of each replica, as many as the work allows.
pub(super) fn thinned(frames: &Frames, affordable: usize) -> Result<Frames, msed::Error> {
    let replicas = frames.runs();
    let wanted = (affordable.min(FRAMES) / replicas.len()).max(FEWEST);
    let thin = replicas
        .iter()
        .map(|run| run.thinned((run.frames() / wanted).max(1)));
    Ok(Replicas::new(thin.collect::<Result<_, _>>()?)?)
}
