//! What the particles of one state point do.

use std::collections::BTreeMap;

use msed::relaxation::{self, DiffusionVerdict, NoPeak, Peak, PlateauTime, TauBeta, Window};
use msed::structure::{self, Displacements, SpeciesDisplacement, WaveVectors};
use msed::{Curve, Estimate, Lags, Resampling};

use crate::analysis::LAGS_PER_DECADE;
use crate::decay::Decay;
use crate::failure::Failure;
use crate::frames::Frames;
use crate::results::{CorrelationsEntry, NumberEntry, PeakEntry, StructureEntry};
use crate::scan_file::{Run, Scan};
use crate::waves::Waves;

/// The longest lag as a fraction of the run. Beyond a tenth there are values without errors: relaxation may be that slow.
const LONGEST: f64 = 0.5;

/// Correlations of a run's frames.
pub(crate) struct Structure {
    pub(crate) displacements: Displacements,
    /// Of each species, in their order, and of all particles.
    pub(crate) motion: Vec<Motion>,
    pub(crate) waves: Waves,
    /// Of the probe; `None` without a shell.
    pub(crate) decay: Option<Decay>,
    probe: String,
}

/// Numbers from the displacements of one species, or of all particles.
pub(crate) struct Motion {
    pub(crate) name: String,
    pub(crate) diffusion: DiffusionVerdict,
    pub(crate) tau_beta: TauBeta,
    pub(crate) alpha2_peak: Peak,
    pub(crate) chi4_peak: Peak,
}

impl Motion {
    fn of(one: &SpeciesDisplacement) -> Result<Self, msed::Error> {
        Ok(Self {
            name: one.name().to_owned(),
            diffusion: relaxation::diffusion(one.msd(), 3, Window::Automatic)?,
            tau_beta: relaxation::tau_beta(&one.msd().without_zero()),
            alpha2_peak: relaxation::peak(one.alpha2())?,
            chi4_peak: relaxation::peak(one.chi4())?,
        })
    }
}

impl Structure {
    pub(crate) fn analyse(
        scan: &Scan,
        run: &Run,
        frames: &Frames,
        resampling: Resampling,
    ) -> Result<Self, Failure> {
        let place = format!("{}:{}: run `{}`", scan.file.display(), run.line, run.name);
        let failed = |error: msed::Error| Failure::at(&place, error);
        let lags = Lags::logarithmic(LAGS_PER_DECADE)
            .up_to_fraction(LONGEST)
            .with_zero();
        let displacements = structure::displacements(frames, &lags, scan.system.overlap_radius, resampling)
            .map_err(failed)?;
        let motion = displacements
            .iter()
            .chain([displacements.all()])
            .map(|one| Motion::of(one).map_err(failed))
            .collect::<Result<_, _>>()?;
        let probe = scan.system.probe.clone().unwrap_or_default();
        let waves = Waves::analyse(scan, run, frames, resampling)?;
        let decay = waves
            .shell
            .as_ref()
            .map(|shell| Decay::analyse(frames, &probe, shell, &lags, resampling))
            .transpose()
            .map_err(failed)?;
        Ok(Self {
            displacements,
            motion,
            waves,
            decay,
            probe,
        })
    }

    /// Each species.
    pub(crate) fn species(&self) -> &[Motion] {
        &self.motion[..self.motion.len() - 1]
    }

    /// The probe, or all particles where there is none.
    fn probe(&self) -> &Motion {
        let all = &self.motion[self.motion.len() - 1];
        self.motion
            .iter()
            .find(|one| one.name == self.probe)
            .unwrap_or(all)
    }

    /// Mean squared displacement of the probe.
    pub(crate) fn probe_msd(&self) -> &Curve {
        self.displacements
            .species(&self.probe)
            .unwrap_or_else(|| self.displacements.all())
            .msd()
    }

    /// Where F_s of the probe reaches 1/e.
    pub(crate) fn tau_alpha(&self) -> Option<&Estimate> {
        self.decay.as_ref()?.crossing.time()
    }

    /// This run's `structure` in `results.json`.
    pub(crate) fn entry(&self) -> StructureEntry {
        let mut species = BTreeMap::new();
        for one in self.displacements.iter().chain([self.displacements.all()]) {
            let mut entry = CorrelationsEntry::over(one.msd());
            for (name, curve) in [
                ("msd", one.msd()),
                ("alpha2", one.alpha2()),
                ("overlap", one.overlap()),
                ("chi4", one.chi4()),
            ] {
                entry.insert(name, curve);
            }
            if let Some(motion) = self.motion.iter().find(|motion| motion.name == one.name()) {
                entry.alpha2_peak = Some(peak(&motion.alpha2_peak));
                entry.chi4_peak = Some(peak(&motion.chi4_peak));
            }
            if let Some(decay) = self.decay.as_ref().filter(|_| one.name() == self.probe) {
                entry.insert("self_isf", &decay.isf);
            }
            species.insert(one.name().to_owned(), entry);
        }
        let tau_beta = &self.probe().tau_beta;
        StructureEntry {
            q: self.waves.shell.as_ref().map(WaveVectors::mean_modulus),
            wave_vectors: self.waves.shell.as_ref().map(WaveVectors::len),
            q_max: Some(self.waves.q_max()),
            s_of_q: self.waves.s_of_q(),
            species,
            tau_alpha: Some(match &self.decay {
                Some(decay) => decay.tau_alpha(),
                None => {
                    let reason = "no `q_shell` is given, and q_max is not resolved";
                    NumberEntry::missing("no shell", reason, None)
                }
            }),
            kww: self.decay.as_ref().map(Decay::tail),
            tau_beta: BTreeMap::from([
                ("msd_maximum", plateau_time(tau_beta.msd_maximum())),
                ("log_slope_minimum", plateau_time(tau_beta.log_slope_minimum())),
            ]),
            diffusion: self
                .species()
                .iter()
                .map(|one| (one.name.clone(), coefficient(&one.diffusion)))
                .collect(),
        }
    }
}

fn plateau_time(found: &PlateauTime) -> NumberEntry {
    match found {
        PlateauTime::Resolved { time, .. } => NumberEntry::from(time),
        PlateauTime::NotResolved(reason) => NumberEntry::missing("not resolved", reason.to_string(), None),
        _ => NumberEntry::missing("not resolved", "for a reason unknown to this program", None),
    }
}

fn coefficient(found: &DiffusionVerdict) -> NumberEntry {
    match found {
        DiffusionVerdict::Reached(diffusion) => NumberEntry {
            window: Some(diffusion.window()),
            ..NumberEntry::from(diffusion.coefficient())
        },
        DiffusionVerdict::NotReached(reason) => NumberEntry::missing("not reached", reason.to_string(), None),
        _ => NumberEntry::missing("not reached", "for a reason unknown to this program", None),
    }
}

fn peak(found: &Peak) -> PeakEntry {
    match found {
        Peak::Resolved { time, height } => PeakEntry {
            time: NumberEntry::from(time),
            height: NumberEntry::from(height),
        },
        Peak::NotResolved(reason) => {
            let missing = |bound| NumberEntry::missing("not resolved", reason.to_string(), bound);
            let [time, height] = match reason {
                NoPeak::AtLongestLag { time, value } => [Some(*time), Some(value.value())],
                _ => [None; 2],
            };
            PeakEntry {
                time: missing(time),
                height: missing(height),
            }
        }
    }
}
