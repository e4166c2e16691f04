//! Where the particles are and how far they go: structural relaxation beside that of the energy.
//!
//! | quantity | function |
//! |---|---|
//! | MSD, α₂, overlap Q, χ₄ in one pass | [`displacements`] |
//! | MSD alone, at many lags | [`msd`](msd()) |
//! | S(q), partial and total; its main peak | [`static_structure`], [`main_peak`](main_peak()) |
//! | wave vectors of a shell | [`WaveVectors`] |
//! | F_s(q,t); its isotropic average; its χ₄ | [`self_isf`](self_isf()), [`isotropic_self_isf`], [`self_isf_fluctuations`] |
//! | F(q,t), partial and total | [`coherent_isf`](coherent_isf()) |
//! | g(r) and coordination numbers | [`rdf`](rdf()) |
//! | van Hove function, self part | [`van_hove`](van_hove()) |
//! | D, τ_β, the slope d ln MSD/d ln t | [`diffusion`](diffusion()), [`tau_beta`](tau_beta()), [`log_slope`](log_slope()) |
//!
//! τ_α is where F_s passes 1/e: [`relaxation::first_crossing`](crate::relaxation::first_crossing); its stretched tail
//! [`relaxation::fit_decay`](crate::relaxation::fit_decay); the peaks of α₂ and χ₄ [`relaxation::peak`](crate::relaxation::peak()).
//!
//! Estimators take one [`Trajectory`](crate::Trajectory) of unwrapped coordinates or several independent
//! [`Trajectories`](crate::trajectory::Trajectories), and return [`Curve`](crate::Curve)s with standard errors, for each
//! species and for all particles. Frames may be spaced in any way: they are paired by their integer steps.

mod coherent_isf;
mod column_products;
mod density_modes;
mod diffusion;
mod direct_sums;
mod displacement;
mod error;
mod frame_averages;
mod groups;
mod isf_fluctuations;
mod isotropic_isf;
mod log_slope;
mod main_peak;
mod msd;
mod origins;
mod pair_counts;
mod pair_sums;
mod phase_sums;
mod rdf;
mod schedule;
mod self_isf;
mod sign_sums;
mod spectral_sums;
mod static_structure;
mod structure_factor;
mod tau_beta;
mod turns;
mod van_hove;
mod wave_vectors;

pub use coherent_isf::{CoherentIsf, coherent_isf, coherent_isf_each};
pub(crate) use density_modes::{DensityModes, SumModes, Tables};
pub use diffusion::{Diffusion, DiffusionVerdict, NotDiffusive, diffusion};
pub use displacement::{Displacements, SpeciesDisplacement, displacements};
pub use error::StructureError;
pub use isf_fluctuations::{IsfFluctuations, self_isf_fluctuations};
pub use isotropic_isf::isotropic_self_isf;
pub use log_slope::{LogSlope, log_slope};
pub use main_peak::{MainPeak, NoMainPeak, PeakWindow, main_peak};
pub use msd::{Msd, MsdMethod, SpeciesMsd, msd};
pub use rdf::{RadialDistribution, Rdf, rdf};
pub use self_isf::{Particles, self_isf, self_isf_each};
pub use static_structure::{StaticStructure, static_structure};
pub use structure_factor::StructureFactor;
pub use tau_beta::{NotResolved, PlateauTime, TauBeta, tau_beta};
pub(crate) use turns::sin_cos;
pub use van_hove::{DistanceDistribution, RadialBins, SpeciesVanHove, VanHove, van_hove};
pub use wave_vectors::{Shell, WaveVectorError, WaveVectors};
