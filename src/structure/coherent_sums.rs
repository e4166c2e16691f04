//! Products of densities of one run or of several, and the curves that follow from them.

use super::axis::Axis;
use super::coherent_isf::curves;
use super::coherent_system::CoherentSystem;
use crate::curve::Curve;
use crate::stats::sums::Summed;
use crate::stats::{ByPair, Sums};

/// The products of the densities of one run or of several, and the coherent intermediate scattering
/// functions that follow from them.
pub type CoherentSums = Sums<CoherentSystem>;

impl CoherentSums {
    /// F(q,t) of each pair of species and of all particles: what
    /// [`structure::coherent_isf`](super::coherent_isf()) gives of whole trajectories.
    #[must_use]
    pub fn coherent_isf(&self) -> ByPair<Curve> {
        let system = &self.over;
        let axis = Axis::of_tables(&self.runs, system.sampling, &system.lags);
        let mut sums = vec![axis.sums(); system.columns()];
        let vectors = system.integers.len() as f64;
        axis.for_each(&self.runs, |block, lag, columns, pairs| {
            for (sums, x) in sums.iter_mut().zip(columns) {
                sums.add(block, lag, x / vectors, pairs);
            }
        });
        let kinds = system.species.len();
        let pairs: Vec<[usize; 2]> = (0..kinds).flat_map(|a| (a..kinds).map(move |b| [a, b])).collect();
        let mut sizes: Vec<f64> = system.species.iter().map(|(_, count)| *count as f64).collect();
        sizes.push(sizes.iter().sum());
        let mut curves = curves(&axis, &sums, &pairs, &sizes);
        let total = curves.pop().expect("all particles come last");
        let name = |s: usize| system.species[s].0.clone();
        let named = pairs.iter().zip(curves);
        ByPair::new(total, named.map(|(&[a, b], curve)| (name(a), name(b), curve)))
    }
}
