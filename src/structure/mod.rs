//! Where the particles are and how far they go: structural relaxation beside that of the energy.
//!
//! | quantity | function |
//! |---|---|
//! | MSD, α₂, overlap Q, χ₄ in one pass | [`displacements`] |
//! | MSD alone, at many lags | [`msd`](msd()) |
//! | S(q), partial and total; its main peak | [`static_structure`], [`main_peak`](main_peak()) |
//! | wave vectors of a shell | [`WaveVectors`] |
//! | F_s(q,t); its isotropic average; its χ₄ | [`self_isf`](self_isf()), [`isotropic_self_isf`], [`self_isf_fluctuations`] |
//! | covariance of Q(t) or F_s(q,t) with a number of each origin | [`overlap_covariance`], [`self_isf_covariance`] |
//! | F(q,t), partial and total | [`coherent_isf`](coherent_isf()) |
//! | g(r) and coordination numbers | [`rdf`](rdf()) |
//! | pair entropy s2 | [`pair_entropy`](pair_entropy()) |
//! | van Hove function, self part | [`van_hove`](van_hove()) |
//! | van Hove function, distinct part | [`distinct_van_hove`](distinct_van_hove()) |
//!
//! The diffusion coefficient, τ_β and the slope d ln MSD/d ln t of a mean squared displacement are
//! in [`relaxation`](crate::relaxation). τ_α is where F_s passes 1/e:
//! [`relaxation::tau_alpha`](crate::relaxation::tau_alpha); its stretched tail
//! [`Fit::decay`](crate::relaxation::Fit::decay); the peaks of α₂ and χ₄
//! [`relaxation::peak`](crate::relaxation::peak()).
//!
//! All of them know how many [`Dimensions`](crate::trajectory::Dimensions) a run has, which they
//! find from its positions.
//!
//! Estimators take one [`Trajectory`](crate::Trajectory) of unwrapped coordinates or several
//! independent [`Replicas`](crate::Replicas), and return [`Curve`](crate::Curve)s with standard
//! errors, for each species and for all particles. Frames may be spaced in any way: they are paired
//! by their integer steps.

mod coherent_isf;
mod coherent_sums;
mod displacement_sums;
mod displacements;
mod distinct_van_hove;
mod error;
mod frames;
mod group_sums;
mod groups;
mod main_peak;
mod msd;
mod origin_covariance;
mod origins;
mod pair_entropy;
mod plane;
mod rdf;
mod self_isf;
mod self_sums;
mod structure_factor;
mod totals;
mod van_hove;
mod wave_vectors;

pub use coherent_isf::{coherent_isf, coherent_isf_each};
pub use coherent_sums::CoherentSums;
pub(crate) use coherent_sums::CoherentSystem;
pub use displacement_sums::DisplacementSums;
pub(crate) use displacement_sums::DisplacementSystem;
pub(crate) use displacements::check_radius;
pub use displacements::{Displacements, displacements};
pub use distinct_van_hove::{DistinctVanHove, distinct_van_hove};
pub use error::StructureError;
pub(crate) use groups::Groups;
pub use main_peak::{MainPeak, NoMainPeak, PeakWindow, main_peak};
pub use msd::{Msd, msd};
pub use origin_covariance::{overlap_covariance, self_isf_covariance};
pub use pair_entropy::{PairEntropy, pair_entropy};
pub(crate) use plane::check_vectors;
pub use rdf::{RadialBins, RadialDistribution, rdf};
pub use self_isf::{IsfFluctuations, isotropic_self_isf, self_isf, self_isf_each, self_isf_fluctuations};
pub use structure_factor::{StructureFactor, static_structure};
pub use van_hove::{VanHove, van_hove};
pub use wave_vectors::WaveVectors;
