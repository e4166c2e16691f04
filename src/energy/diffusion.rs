//! Diffusion in energy.

use crate::curve::Curve;

/// The energy diffusion coefficient over lag time, from a mean-squared energy difference:
///
/// ```text
/// D_E(t) = MSED(t) / (2 t)
/// ```
///
/// Eqs. (6)-(8) of Zhang, Sun, Gong, Chin. Phys. Lett. 42, 056301 (2025). Energy² per particle² and time; lag 0 is left out.
/// Energies are bounded, so that it is no constant at long times: it falls off as 1/t once the plateau is reached.
///
/// ```
/// use msed::{Curve, Resampling, energy, stats::{BlockSums, Resamples}};
/// let mut sums = BlockSums::new(2, 2);
/// for block in 0..2 {
///     sums.add(block, 1, 6.0, 2.0);
/// }
/// let resamples = Resamples::new(Resampling::Blocks(2), 2);
/// let msed = Curve::from_sums(vec![0, 10], 0.5, [&sums], resamples, 10, |[x]| x);
/// let diffusion = energy::diffusion(&msed);
/// assert_eq!((diffusion.lags(), diffusion.values()), (&[10_u64][..], &[0.3][..]));
/// ```
#[must_use]
pub fn diffusion(msed: &Curve) -> Curve {
    msed.without_zero().map(|time, value| value / (2.0 * time))
}
