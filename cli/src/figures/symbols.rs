//! Units as figures print them.

use crate::scan_file::{Scan, UnitsName};

/// Units in the marks of plot labels.
#[derive(Debug, Clone, Copy)]
pub(super) struct Symbols {
    pub(super) energy: &'static str,
    pub(super) time: &'static str,
    pub(super) length: &'static str,
    pub(super) temperature: &'static str,
    /// What the reciprocal temperature is multiplied by, and its name.
    pub(super) reciprocal: (f64, &'static str),
}

impl Symbols {
    pub(super) fn of(scan: &Scan) -> Self {
        match scan.system.units {
            UnitsName::Lj => Self {
                energy: "*{ε}",
                time: "*{τ}_{LJ}",
                length: "*{σ}",
                temperature: "*{ε}/*{k}_{B}",
                reciprocal: (1.0, "1/*{T} (*{k}_{B}/*{ε})"),
            },
            UnitsName::Metal => Self {
                energy: "eV",
                time: "ps",
                length: "Å",
                temperature: "K",
                reciprocal: (1000.0, "1000/*{T} (1/K)"),
            },
            UnitsName::Real => Self {
                energy: "kcal/mol",
                time: "fs",
                length: "Å",
                temperature: "K",
                reciprocal: (1000.0, "1000/*{T} (1/K)"),
            },
        }
    }
}
