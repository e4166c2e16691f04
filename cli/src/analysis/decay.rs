//! The decay of the probe's structure: F_s, where it reaches 1/e, and its tail.

use msed::relaxation::{self, Crossing, Direction, Weighting, Window};
use msed::structure::{self, WaveVectors};
use msed::{Curve, Estimate, Lags, Resampling};

use crate::input::trajectory::Frames;

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
    pub(super) fn analyse(
        frames: &Frames,
        probe: &str,
        shell: &WaveVectors,
        lags: &Lags,
        resampling: Resampling,
    ) -> Result<Self, msed::Error> {
        let isf = structure::self_isf(frames, probe, shell, lags, resampling)?;
        let tail = relaxation::fit_decay(&isf, Window::Automatic, Weighting::StandardErrors);
        Ok(Self {
            q: shell.mean_modulus(),
            crossing: relaxation::first_crossing(&isf, (-1.0_f64).exp(), Direction::Falling)?,
            tail: tail.map_err(|error| error.to_string()),
            isf,
        })
    }

    /// tau_alpha, where F_s reaches 1/e.
    pub(crate) fn tau_alpha(&self) -> Option<&Estimate> {
        self.crossing.time()
    }

    /// The tail, where it is resolved.
    pub(crate) fn resolved_tail(&self) -> Option<&relaxation::Decay> {
        let tail = self.tail.as_ref().ok()?;
        Some(tail).filter(|tail| tail.verdict().is_resolved())
    }
}
