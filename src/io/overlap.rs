//! Steps that a file has twice, with different values.

/// What a reader does where steps go back and come a second time, as they do where a job was
/// killed after its last restart file, and the next job computed the same steps again.
///
/// A step that is repeated with equal values counts once in either case.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Overlap {
    /// The file is refused: nothing says which of the two is right.
    #[default]
    Refuse,
    /// The later job replaces what earlier ones wrote from its first step on.
    Later,
}
