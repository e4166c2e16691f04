//! What can go wrong between ranks.

use thiserror::Error;

/// Why values of the ranks were not merged into one.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum ReduceError<E> {
    /// Two values do not merge.
    #[error(transparent)]
    Merge(E),
    /// A failure of the exchange between ranks.
    #[error(transparent)]
    Rank(#[from] RankError),
}

/// A failure of the exchange between ranks.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum RankError {
    /// MPI can be started once in a process, and not again after it has ended.
    #[error("MPI has ended in this process, expected it not started or running")]
    Finalized,
    /// A group number that MPI cannot take.
    #[error("group {found}, expected at most {most}")]
    Group {
        /// The number given.
        found: usize,
        /// The largest.
        most: usize,
    },
    /// A value that cannot be written as a message.
    #[error("rank {rank} cannot send: {message}")]
    Send {
        /// This rank.
        rank: usize,
        /// What the encoder says.
        message: String,
    },
    /// A message that is not the value expected.
    #[error("rank {rank} cannot read the message of rank {from}: {message}")]
    Receive {
        /// This rank.
        rank: usize,
        /// The sender.
        from: usize,
        /// What the decoder says.
        message: String,
    },
}
