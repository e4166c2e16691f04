//! Vectors of one length.

/// The vectors of one length.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Shell {
    pub(super) modulus: f64,
    pub(super) members: Vec<usize>,
}

impl Shell {
    /// Mean length of the vectors.
    #[must_use]
    pub fn modulus(&self) -> f64 {
        self.modulus
    }

    /// Their positions in the list, increasing.
    #[must_use]
    pub fn members(&self) -> &[usize] {
        &self.members
    }

    /// How many there are, `q` and `-q` counted once.
    #[must_use]
    #[allow(clippy::len_without_is_empty, reason = "a shell has a vector")]
    pub fn len(&self) -> usize {
        self.members.len()
    }
}
