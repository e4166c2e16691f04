//! Vector code over frames: sums over particles and over pairs of frames.

pub(crate) mod density_modes;
pub(crate) mod displacement_sums;
pub(crate) mod pair_counts;
pub(crate) mod pair_sums;
pub(crate) mod schedule;
pub(crate) mod sign_sums;
pub(crate) mod sin_cos;
pub(crate) mod vector_sums;
