//! What a restarted job repeats.

/// What becomes of steps that a file holds twice, because a job went on from a restart file that
/// was older than the end of the job before.
///
/// An identical repeated step counts once under either choice, and is no overlap.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Overlap {
    /// Steps that go back are an error, or begin another series.
    #[default]
    Refuse,
    /// The later job replaces the steps of the job before, from its first step on.
    Later,
}
