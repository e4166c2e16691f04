//! Vector code over frames: sums over particles and over pairs of frames.

mod density_modes;
mod element;
mod isotropic_sums;
mod neighbour_grid;
mod pair_columns;
mod pair_counts;
mod pair_sums;
mod phases;
mod schedule;
mod sign_polynomial;
mod tile;
mod tile_sums;
mod vector_sums;

pub(crate) use density_modes::{DensityModes, Scratch};
pub(crate) use element::Precision;
pub(crate) use isotropic_sums::add_isotropic;
pub(crate) use neighbour_grid::NeighbourGrid;
pub(crate) use pair_columns::{CLOSE, CLOSE_SQUARED, COLUMNS, FOURTH, PairColumns};
pub(crate) use pair_counts::{CountDistinct, CountPairs};
pub(crate) use pair_sums::{PairSums, SumPairs};
pub(crate) use phases::phase_factors;
pub(crate) use schedule::Schedule;
pub(crate) use sign_polynomial::SignPolynomial;
pub(crate) use tile::Tile;
pub(crate) use tile_sums::{Vectors, add_cosines, add_cosines_of_pairs};
pub(crate) use vector_sums::add_lag_sums;
