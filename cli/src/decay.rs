//! The decay of the probe's structure: F_s, where it reaches 1/e, and its tail.

use msed::relaxation::{self, Crossing, Direction, Weighting, Window};
use msed::structure::{self, WaveVectors};
use msed::{Curve, Lags, Resampling};

use crate::frames::Frames;
use crate::results::{FitQuality, NumberEntry, TailEntry, value};

/// F_s of the probe on a shell of wave vectors, and its times.
pub(crate) struct Decay {
    pub(crate) isf: Curve,
    /// Mean length of the vectors.
    pub(crate) q: f64,
    /// Where F_s has fallen to 1/e: tau_alpha.
    pub(crate) crossing: Crossing,
    /// The stretched exponential of the tail, a second definition of tau_alpha; or why there is none.
    pub(crate) tail: Result<relaxation::Decay, String>,
}

impl Decay {
    pub(crate) fn analyse(
        frames: &Frames,
        probe: &str,
        shell: &WaveVectors,
        lags: &Lags,
        resampling: Resampling,
    ) -> Result<Self, msed::Error> {
        let isf = structure::self_isf(frames, probe, shell, lags, resampling)?;
        let crossing = relaxation::first_crossing(&isf, (-1.0_f64).exp(), Direction::Falling)?;
        let tail = relaxation::fit_decay(&isf, Window::Automatic, Weighting::StandardErrors)
            .map_err(|error| error.to_string());
        Ok(Self {
            q: shell.mean_modulus(),
            isf,
            crossing,
            tail,
        })
    }

    /// `tau_alpha` of `results.json`.
    pub(crate) fn tau_alpha(&self) -> NumberEntry {
        let reason = || format!("F_s = 1/e {}", self.crossing);
        match &self.crossing {
            Crossing::Reached { time } => NumberEntry::from(time),
            Crossing::NotReached { lower_bound, .. } => {
                NumberEntry::missing("not reached", reason(), Some(*lower_bound))
            }
            Crossing::BeforeFirstLag { .. } => NumberEntry::missing("too fast", reason(), None),
        }
    }

    /// `kww` of `results.json`.
    pub(crate) fn tail(&self) -> TailEntry {
        let tail = match &self.tail {
            Ok(tail) => tail,
            Err(error) => {
                return TailEntry {
                    quality: FitQuality::missing(error),
                    ..TailEntry::default()
                };
            }
        };
        TailEntry {
            window: Some(tail.window()),
            f_q: value(tail.amplitude()),
            tau: value(tail.relaxation_time()),
            beta: value(tail.beta()),
            mean_tau: value(tail.mean_relaxation_time()),
            quality: FitQuality::new(
                &[
                    ("f_q", tail.amplitude()),
                    ("tau", tail.relaxation_time()),
                    ("beta", tail.beta()),
                    ("mean_tau", tail.mean_relaxation_time()),
                ],
                tail.reduced_chi_squared(),
                tail.verdict(),
                tail.cautions(),
            ),
        }
    }
}
