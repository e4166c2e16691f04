//! The parts of a spectrum, their parameters, and how probable these are.

use nalgebra::{DMatrix, DVector};

use crate::relaxation::Model;

/// The least ratio of the slow time to a fast one, and of two fast ones: relaxations that are
/// nearer are one.
const LEAST_RATIO: [f64; 2] = [4.0, 2.7];
/// A slow part whose time is less than this multiple of a fast one's ...
const TAIL_RATIO: f64 = 12.0;
/// ... and whose variance is less than this part of the two is the tail of that relaxation: no
/// relaxation is exactly exponential or stretched, and a long run shows it.
const TAIL_SHARE: f64 = 0.12;
/// The shortest time of a fast relaxation, in samples: neighbouring samples of a shorter one are
/// correlated by less than 0.05, and it is a part of the level.
const SHORTEST: f64 = 0.33;

/// ln B, ln (Um²/2), ln τ in samples and, for the stretched form, ln (β/(2 - β)); then ln of the
/// variance and ln of the time in samples of each fast relaxation.
pub(super) type Parameters = DVector<f64>;

/// The parts of a spectrum beside the level.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Shape {
    pub(super) model: Model,
    /// Number of fast relaxations, which are exponential.
    pub(super) fast: usize,
}

impl Shape {
    /// Number of free parameters.
    pub(super) fn parameters(self) -> usize {
        self.model.parameters() + 2 * self.fast
    }

    /// The stretching exponent, in (0, 2).
    pub(super) fn beta(self, parameters: &Parameters) -> f64 {
        match self.model {
            Model::Exponential => 1.0,
            Model::Stretched => 2.0 / (1.0 + (-parameters[3]).exp()),
        }
    }

    /// The place of ln of the time of a fast relaxation; ln of its variance stands before it.
    pub(super) fn fast_time(self, fast: usize) -> usize {
        self.model.parameters() + 2 * fast + 1
    }

    /// Whether its relaxations are apart from each other and from the level, and the slow one is no
    /// tail of a faster one.
    pub(super) fn is_apart(self, parameters: &Parameters) -> bool {
        let [variance, time] = [1, 2].map(|place| parameters[place].exp());
        let is_tail = |[of_fast, fast]: [f64; 2]| {
            time < TAIL_RATIO * fast && variance < TAIL_SHARE * (variance + of_fast)
        };
        let times: Vec<f64> = (0..self.fast).map(|k| parameters[self.fast_time(k)]).collect();
        let [slow, fast] = LEAST_RATIO.map(f64::ln);
        times
            .iter()
            .all(|time| parameters[2] - time > slow && *time > SHORTEST.ln())
            && !self.fast_parts(parameters).any(is_tail)
            && times.windows(2).all(|pair| (pair[0] - pair[1]).abs() > fast)
    }

    /// Variance and time in samples of each fast relaxation.
    pub(super) fn fast_parts(self, parameters: &Parameters) -> impl Iterator<Item = [f64; 2]> + '_ {
        let places = (0..self.fast).map(move |k| self.fast_time(k));
        places.map(|place| [parameters[place - 1].exp(), parameters[place].exp()])
    }
}

/// A likelihood, or a posterior, at some parameters.
pub(super) struct Point {
    /// `sum ln S + I/S`, over all ordinates: the negative of the log likelihood, to a constant.
    pub(super) objective: f64,
    pub(super) gradient: DVector<f64>,
    /// The Fisher information, whatever the power.
    pub(super) information: DMatrix<f64>,
}
