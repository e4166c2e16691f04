//! What the particles of one state point do.

use std::collections::BTreeMap;

use msed::curve::Window;
use msed::structure::{self, DiffusionVerdict, Displacements, PlateauTime, TauBeta};
use msed::{Curve, Estimate, Lags, Resampling};

use crate::analysis::LAGS_PER_DECADE;
use crate::failure::Failure;
use crate::frames::Frames;
use crate::results::{CorrelationsEntry, NumberEntry, StructureEntry};
use crate::scan_file::{Run, Scan};

/// The longest lag as a fraction of the run. Beyond a tenth there are values without errors: relaxation may be that slow.
const LONGEST: f64 = 0.5;

/// Correlations of a run's frames.
pub(crate) struct Structure {
    pub(crate) displacements: Displacements,
    /// Of each species, in their order.
    pub(crate) diffusion: Vec<(String, DiffusionVerdict)>,
    /// Of the probe.
    pub(crate) tau_beta: TauBeta,
    probe: String,
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
        let diffusion = displacements
            .iter()
            .map(|one| {
                let found = structure::diffusion(one.msd(), 3, Window::Automatic);
                found
                    .map(|found| (one.name().to_owned(), found))
                    .map_err(|error| failed(error.into()))
            })
            .collect::<Result<_, _>>()?;
        let probe = scan.system.probe.clone().unwrap_or_default();
        let msd = displacements
            .species(&probe)
            .unwrap_or_else(|| displacements.all())
            .msd();
        let tau_beta = structure::tau_beta(&msd.without_zero());
        Ok(Self {
            displacements,
            diffusion,
            tau_beta,
            probe,
        })
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
        None
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
            species.insert(one.name().to_owned(), entry);
        }
        StructureEntry {
            q: None,
            wave_vectors: None,
            q_max: None,
            s_of_q: BTreeMap::new(),
            species,
            tau_alpha: None,
            tau_beta: BTreeMap::from([
                ("msd_maximum", plateau_time(self.tau_beta.msd_maximum())),
                (
                    "log_slope_minimum",
                    plateau_time(self.tau_beta.log_slope_minimum()),
                ),
            ]),
            diffusion: self
                .diffusion
                .iter()
                .map(|(name, found)| (name.clone(), coefficient(found)))
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
