//! Work spread over ranks of MPI: a door at the side, which nothing inside uses.
//!
//! Replicas, files or ranges of particles are shared out ([`Ranks::share`]), each rank reads and
//! sums its own part, and the sums are merged in the order of the ranks ([`Ranks::reduce`]).
//! [`run`] ends the whole job, with the message, when one rank fails.
//!
//! Needs an MPI library at build time: see the README.

mod ranks;

pub use ranks::{RankError, Ranks, run};
