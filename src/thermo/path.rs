//! The path of a temperature scan.

/// What the state points of a scan have in common.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Path {
    /// One volume.
    Isochoric,
    /// One pressure, hence a volume each: the slope of the energy is not the heat capacity at constant volume, and an
    /// integral of the latter is not the entropy.
    Isobaric,
}

impl Path {
    /// `isochoric` or `isobaric`.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Isochoric => "isochoric",
            Self::Isobaric => "isobaric",
        }
    }

    /// What the integral of C_V/T leaves out of the entropy along this path.
    #[must_use]
    pub fn left_out(&self) -> Option<&'static str> {
        match self {
            Self::Isochoric => None,
            Self::Isobaric => Some("the expansion's part, the integral of (dp_ex/dT)_V dV"),
        }
    }
}
