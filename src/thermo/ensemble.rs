//! What a run held fixed.

/// The ensemble that a run sampled: it decides what an energy fluctuation means, and has no
/// default.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Ensemble {
    /// Constant total energy. The fluctuation of the potential energy is reduced, since the kinetic
    /// energy gives what it takes.
    Nve {
        /// Momenta that fluctuate, per particle: see [`Ensemble::nve`].
        degrees_of_freedom: f64,
    },
    /// Constant temperature, by a thermostat that samples the canonical distribution (Nosé-Hoover
    /// chains, Langevin, stochastic rescaling; not Berendsen's).
    Nvt,
    /// Constant pressure. The enthalpy fluctuates with the volume, and the energy alone gives no
    /// heat capacity: whatever needs one refuses.
    Npt,
}

impl Ensemble {
    /// Constant energy of a run that conserves momentum: (3N-3)/N degrees of freedom per particle,
    /// as LAMMPS counts them in its temperature.
    ///
    /// ```
    /// use msed::Ensemble;
    /// assert_eq!(Ensemble::nve(1000), Ensemble::Nve { degrees_of_freedom: 2.997 });
    /// ```
    #[must_use]
    pub fn nve(particles: usize) -> Self {
        let n = particles as f64;
        Self::Nve {
            degrees_of_freedom: (3.0 * n - 3.0) / n,
        }
    }

    /// `nve`, `nvt` or `npt`.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Nve { .. } => "nve",
            Self::Nvt => "nvt",
            Self::Npt => "npt",
        }
    }
}

/// What the state points of a scan have in common.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub enum Path {
    /// One volume.
    Isochoric,
    /// One pressure, hence a volume each: the slope of the energy is not the heat capacity at
    /// constant volume, and an integral of the latter is not the entropy.
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
