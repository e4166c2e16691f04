//! Sums over all pairs of samples a lag apart: the engine under the energy correlations, and what a
//! method developer calls on plain slices.
//!
//! A [`LagPlanner`] makes a [`LagPlan`] for a length and a list of lags; the plan is immutable,
//! says which [`Method`] it takes for which lags, and computes many series with memory lent by the
//! caller ([`Scratch`]). Results are the sums over all time origins that the definition asks for,
//! whatever the method, and the same bits for any number of threads.

mod block_spectra;
mod column_differences;
mod columns;
mod direct;
mod method;
mod plan;
mod planner;
mod segment;
mod segments;
mod squares;
mod total;

pub(crate) use block_spectra::BlockSpectra;
pub(crate) use column_differences::ColumnDifferences;
pub(crate) use columns::{ColumnProducts, Spectra};
pub(crate) use direct::{LagSums, Term};
pub use method::Method;
pub(crate) use method::cheapest_length;
pub use plan::{LagPlan, Scratch};
pub use planner::LagPlanner;
pub(crate) use total::{Total, mean, sum_of};

#[cfg(test)]
mod tests;
