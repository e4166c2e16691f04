//! Units as figures print them, and numbers as tables do.

use crate::scan_file::UnitsName;

/// Units in the marks of plot labels.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Symbols {
    pub(crate) energy: &'static str,
    pub(crate) time: &'static str,
    pub(crate) length: &'static str,
    pub(crate) temperature: &'static str,
    /// What stands behind a number of temperature; reduced numbers stand alone.
    pub(crate) degree: &'static str,
    /// Of 1/(T S_c), with an entropy per particle.
    pub(crate) adam_gibbs: &'static str,
    /// What the reciprocal temperature is multiplied by, and its name.
    pub(crate) reciprocal: (f64, &'static str),
}

impl Symbols {
    pub(crate) fn of(units: UnitsName) -> Self {
        match units {
            UnitsName::Lj => Self {
                energy: "*{ε}",
                time: "*{τ}_{LJ}",
                length: "*{σ}",
                temperature: "*{ε}/*{k}_{B}",
                degree: "",
                adam_gibbs: "1/*{ε}",
                reciprocal: (1.0, "1/*{T} (*{k}_{B}/*{ε})"),
            },
            UnitsName::Metal => Self {
                energy: "eV",
                time: "ps",
                length: "Å",
                temperature: "K",
                degree: " K",
                adam_gibbs: "1/(*{k}_{B} K)",
                reciprocal: (1000.0, "1000/*{T} (1/K)"),
            },
            UnitsName::Real => Self {
                energy: "kcal/mol",
                time: "fs",
                length: "Å",
                temperature: "K",
                degree: " K",
                adam_gibbs: "1/(*{k}_{B} K)",
                reciprocal: (1000.0, "1000/*{T} (1/K)"),
            },
        }
    }
}

/// A temperature to the digits that tell state points apart.
pub(crate) fn temperature(value: f64) -> String {
    if value >= 100.0 {
        format!("{value:.0}")
    } else {
        format!("{value:.3}")
    }
}

/// A time in four digits at most.
pub(crate) fn time(value: f64) -> String {
    match value {
        x if x >= 100.0 => format!("{x:.0}"),
        x if x >= 10.0 => format!("{x:.1}"),
        x if x >= 1.0 => format!("{x:.2}"),
        x => format!("{x:.3}"),
    }
}
