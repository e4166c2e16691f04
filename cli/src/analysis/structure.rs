//! What the particles of one state point do.

use msed::relaxation::{
    self, Diffusion, Extremum, Fit, NoExtremum, NotDiffusive, NotReached, Relaxation, TauBeta,
};
use msed::stats::{BySpecies, Outcome, short};
use msed::structure::{self, Displacements, PairEntropy, WaveVectors};
use msed::{Curve, Estimate, Lags, Resampling};

use super::pairs::{self, Reduced};
use super::point::LAGS_PER_DECADE;
use super::waves::Waves;
use crate::failure::Failure;
use crate::input::cells::mean_cell;
use crate::input::centre_of_mass::CentreOfMass;
use crate::input::trajectory::{Frames, Loaded};
use crate::scan_file::{Run, Scan};

/// The longest lag as a fraction of the run. Values beyond a tenth of the run have no errors, but
/// relaxation may be that slow.
const LONGEST: f64 = 0.5;

/// Correlations of a run's frames.
pub(crate) struct Structure {
    displacements: BySpecies<Displacements>,
    /// Of each species, in their order, and of all particles.
    motion: Vec<Motion>,
    pub(crate) waves: Waves,
    /// Of the probe; `None` without a shell.
    pub(crate) decay: Option<Decay>,
    pub(crate) pair_entropy: PairEntropy,
    /// `None` in units in which the mass of a particle is not 1.
    pub(crate) reduced: Option<Reduced>,
    probe: String,
    pub(crate) centre_of_mass: Option<CentreOfMass>,
}

/// Numbers from the displacements of one species, or of all particles.
pub(crate) struct Motion {
    pub(crate) name: String,
    pub(crate) diffusion: Outcome<Diffusion, NotDiffusive>,
    pub(crate) tau_beta: TauBeta,
    pub(crate) alpha2_peak: Outcome<Extremum, NoExtremum>,
    pub(crate) chi4_peak: Outcome<Extremum, NoExtremum>,
}

impl Motion {
    fn of((name, one): (&str, &Displacements)) -> Result<Self, msed::Error> {
        let msd = &one.msd.total;
        Ok(Self {
            name: name.to_owned(),
            diffusion: relaxation::diffusion(msd),
            tau_beta: relaxation::tau_beta(&msd.without_zero()),
            alpha2_peak: relaxation::peak(&one.alpha2)?,
            chi4_peak: relaxation::peak(one.chi4()?)?,
        })
    }
}

/// The overlap radius must be less than half the smallest width of the cell, of those across the
/// plane in two dimensions: beyond it a particle meets its own image.
fn check_radius(scan: &Scan, run: &Run, frames: &Frames) -> Result<(), Failure> {
    let radius = scan.system.overlap_radius();
    let Some(cell) = frames.runs()[0].cell(0) else {
        return Ok(());
    };
    let widths = cell.widths().into_iter().enumerate();
    let widths = widths.filter(|&(axis, _)| Some(axis) != scan.dimensions.normal());
    let half = widths.fold(f64::INFINITY, |least, (_, width)| least.min(0.5 * width));
    if radius < half {
        return Ok(());
    }
    let [radius, half] = [radius, half].map(|length| short(length, 6));
    let message = format!("found {radius}, expected less than half the smallest width of the cell, {half}");
    Err(scan.key_failure(run, "overlap_radius", message))
}

impl Structure {
    pub(crate) fn analyse(
        scan: &Scan,
        run: &Run,
        loaded: &Loaded,
        temperature: f64,
        resampling: Resampling,
    ) -> Result<Self, Failure> {
        check_radius(scan, run, &loaded.frames)?;
        let waves = Waves::analyse(scan, run, &loaded.frames, resampling)?;
        let entropy = mean_cell(run, &loaded.frames)
            .and_then(|cell| pairs::pair_entropy(scan, &cell, &loaded.frames, resampling));
        entropy
            .and_then(|entropy| Self::of(scan, loaded, temperature, waves, entropy, resampling))
            .map_err(|error| scan.run_failure(run, error))
    }

    fn of(
        scan: &Scan,
        loaded: &Loaded,
        temperature: f64,
        waves: Waves,
        pair_entropy: PairEntropy,
        resampling: Resampling,
    ) -> Result<Self, msed::Error> {
        let frames = &loaded.frames;
        let lags = Lags::logarithmic(LAGS_PER_DECADE);
        let lags = lags.up_to_fraction(LONGEST).with_zero();
        let displacements =
            structure::displacements(frames, &lags, scan.system.overlap_radius(), resampling)?;
        let probe = scan.probe.clone().unwrap_or_default();
        let shell = waves.shell.as_ref();
        let decay = shell.map(|shell| Decay::analyse(frames, &probe, shell, &lags, resampling));
        let decay = decay.transpose()?;
        let motion: Vec<Motion> = each(&displacements).map(Motion::of).collect::<Result<_, _>>()?;
        let tau_alpha = decay.as_ref().and_then(|decay| decay.tau_alpha.value());
        let diffusion = motion[..motion.len() - 1].iter().filter_map(|one| {
            let found = one.diffusion.value()?;
            Some((one.name.as_str(), &found.coefficient))
        });
        Ok(Self {
            reduced: Reduced::of(scan, temperature, &pair_entropy, tau_alpha, diffusion),
            motion,
            decay,
            pair_entropy,
            displacements,
            waves,
            probe,
            centre_of_mass: loaded.centre_of_mass,
        })
    }

    /// Each species.
    pub(crate) fn species(&self) -> &[Motion] {
        &self.motion[..self.motion.len() - 1]
    }

    /// The displacements of each species and of all particles, with the numbers from them.
    pub(crate) fn displacements(&self) -> impl Iterator<Item = (&Displacements, &Motion)> {
        each(&self.displacements).map(|(_, one)| one).zip(&self.motion)
    }

    /// The probe, or all particles where there is none.
    pub(crate) fn probe(&self) -> (&Displacements, &Motion) {
        let mut species = self.displacements();
        species
            .find(|(_, motion)| motion.name == self.probe)
            .unwrap_or_else(|| (self.displacements.all(), &self.motion[self.motion.len() - 1]))
    }

    /// F_s, where it is that of this species.
    pub(crate) fn isf_of(&self, species: &str) -> Option<&Curve> {
        let decay = self.decay.as_ref().filter(|_| species == self.probe)?;
        Some(&decay.isf)
    }
}

/// The curves of displacements over lag time, by name.
pub(crate) fn curves(one: &Displacements) -> Vec<(&'static str, &Curve)> {
    let moved = [("msd", &*one.msd.total), ("alpha2", &one.alpha2)];
    let overlap = one.overlap().ok().map(|overlap| ("overlap", overlap));
    let chi4 = one.chi4().ok().map(|chi4| ("chi4", chi4));
    moved.into_iter().chain(overlap).chain(chi4).collect()
}

/// Each species with its name, and all particles as `all`.
fn each<T>(found: &BySpecies<T>) -> impl Iterator<Item = (&str, &T)> {
    found.species().chain([("all", found.all())])
}

/// F_s of the probe on a shell of wave vectors, and its times.
pub(crate) struct Decay {
    pub(crate) isf: Curve,
    /// Mean length of the vectors.
    pub(crate) q: f64,
    /// Where F_s has fallen to 1/e.
    pub(crate) tau_alpha: Outcome<Estimate, NotReached>,
    /// The stretched exponential of the tail, a second definition of tau_alpha; or why there is
    /// none.
    pub(crate) tail: Result<Relaxation, String>,
}

impl Decay {
    pub(super) fn analyse(
        frames: &Frames,
        probe: &str,
        shell: &WaveVectors,
        lags: &Lags,
        resampling: Resampling,
    ) -> Result<Self, msed::Error> {
        let isf = structure::self_isf(frames, probe, shell, lags, resampling)?;
        let tail = Fit::decay().to(&isf);
        Ok(Self {
            q: shell.mean_wave_number(),
            tau_alpha: relaxation::tau_alpha(&isf)?,
            tail: tail.map_err(|error| error.to_string()),
            isf,
        })
    }

    /// The tail, where it is resolved.
    pub(crate) fn resolved_tail(&self) -> Option<&Relaxation> {
        let tail = self.tail.as_ref().ok()?;
        Some(tail).filter(|tail| tail.verdict.is_resolved())
    }
}
