//! The Kob-Andersen mixture: four A to one B, Lennard-Jones units, mass 1.
//!
//! Phys. Rev. E 51, 4626 (1995). The potential is cut at 2.5 sigma of the pair, and a term in r²
//! takes value and force to zero there, so that the total energy is conserved; a potential that is
//! only shifted leaves a step in the force. Temperatures are therefore not quite those of runs with
//! the latter.

/// Particles per volume.
pub(crate) const DENSITY: f64 = 1.2;

/// The longest cut-off, that of two A.
pub(crate) const LONGEST: f64 = 2.5;

/// One kind of pair. In `s = (r/sigma)²`:
/// ```text
/// u(r) = 4 epsilon [s⁻⁶ - s⁻³ + c₀ + c₂ s]   for r < 2.5 sigma
/// ```
#[derive(Debug, Clone, Copy)]
pub(crate) struct Pair {
    four_epsilon: f64,
    inverse_sigma_squared: f64,
    /// The cut-off, squared.
    pub(crate) reach_squared: f64,
}

/// (2.5)², and the two coefficients that make value and derivative by s zero there.
const S_CUT: f64 = 6.25;
const C2: f64 = 6.0 / power(S_CUT, 7) - 3.0 / power(S_CUT, 4);
const C0: f64 = 1.0 / power(S_CUT, 3) - 1.0 / power(S_CUT, 6) - C2 * S_CUT;

const fn power(x: f64, n: u32) -> f64 {
    if n == 0 { 1.0 } else { x * power(x, n - 1) }
}

impl Pair {
    const fn new(epsilon: f64, sigma: f64) -> Self {
        Self {
            four_epsilon: 4.0 * epsilon,
            inverse_sigma_squared: 1.0 / (sigma * sigma),
            reach_squared: S_CUT * sigma * sigma,
        }
    }

    /// Energy, and force divided by distance, of two particles a squared distance apart that is
    /// inside of the cut-off.
    pub(crate) fn at(&self, distance_squared: f64) -> (f64, f64) {
        let s = distance_squared * self.inverse_sigma_squared;
        let inverse = 1.0 / s;
        let cube = inverse * inverse * inverse;
        let energy = self.four_epsilon * (cube * (cube - 1.0) + C0 + C2 * s);
        let slope = self.four_epsilon * (cube * inverse * (3.0 - 6.0 * cube) + C2);
        (energy, -2.0 * self.inverse_sigma_squared * slope)
    }
}

/// The pairs, at `2 * (is B) + (is B)`.
pub(crate) const PAIRS: [Pair; 4] = [
    Pair::new(1.0, 1.0),
    Pair::new(1.5, 0.8),
    Pair::new(1.5, 0.8),
    Pair::new(0.5, 0.88),
];

/// How many of so many particles are A: they come first.
pub(crate) fn count_of_a(particles: usize) -> usize {
    particles - particles / 5
}
