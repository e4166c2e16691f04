//! Energies that are not what they are declared to be.

use thiserror::Error;

use crate::real::short;

/// Factors that another number of particles, or other degrees of freedom, can explain.
const EXPLAINED: std::ops::RangeInclusive<f64> = 0.2..=5.0;
/// A temperature counts as constant below this part of the canonical variance.
pub(super) const CONSTANT: f64 = 1e-4;

/// What energies are declared to be and what their temperatures say, where the two cannot both be
/// right.
#[derive(Debug, Clone, PartialEq, Error)]
#[non_exhaustive]
pub enum Contradiction {
    /// Totals are declared as energies per particle, or the reverse.
    #[error(
        "std(E)/std(T) is {} of what {declared} energies have, expected {expected}: the energies look like {other}",
        short(*.ratio, 4)
    )]
    Kind {
        /// std(E) over (g/2) k std(T) at constant energy, else over the canonical standard
        /// deviation of the kinetic energy.
        ratio: f64,
        /// What was expected.
        expected: &'static str,
        /// The kind declared.
        declared: &'static str,
        /// The kind that fits, as a phrase.
        other: &'static str,
    },
    /// Another unit of energy or temperature, another particle number, or other degrees of freedom.
    #[error(
        "std(E)/std(T) is {} of what {declared} energies have, expected {expected}: {}",
        short(*.ratio, 4), suspects(*.ratio, *.degrees_of_freedom)
    )]
    Scale {
        /// std(E) over (g/2) k std(T) at constant energy, else over the canonical standard
        /// deviation of the kinetic energy.
        ratio: f64,
        /// What was expected.
        expected: &'static str,
        /// The kind declared.
        declared: &'static str,
        /// The degrees of freedom per particle declared.
        degrees_of_freedom: f64,
    },
    /// The kinetic energy that the total energy has beyond the potential energy is not that of the
    /// declared number of particles and degrees of freedom at the temperature of the column.
    #[error(
        "E_tot - E is {} times k T/2 per particle, expected {} as declared: {}",
        short(*.found, 4), short(*.declared, 4), suspects_of_kinetic([*.found, *.declared], *.particles, *.fitting_particles, *.other)
    )]
    Freedom {
        /// The degrees of freedom per particle found, 2 (E_tot - E)/(N k T).
        found: f64,
        /// Those declared.
        declared: f64,
        /// The particles declared.
        particles: usize,
        /// The number of particles that would fit, where the energies are totals.
        fitting_particles: Option<f64>,
        /// The kind of energies that would fit, as a phrase, where it is the other one.
        other: Option<&'static str>,
    },
    /// The volume changes where the declared ensemble keeps it.
    #[error(
        "the ensemble is declared {declared}, and the volume changes by {} % within a run, expected a constant one: \
         the run is at constant pressure",
        short(100.0 * .change, 2)
    )]
    Volume {
        /// The ensemble declared.
        declared: &'static str,
        /// The largest change within a run, as a part of the volume.
        change: f64,
    },
    /// The volume is constant where the declared ensemble moves it.
    #[error(
        "the ensemble is declared npt, and the volume is constant within each run, expected one that changes: \
         the run is at constant volume"
    )]
    ConstantVolume,
    /// Runs of one system at constant volume have different volumes.
    #[error(
        "the volumes of the runs differ by {} %, expected one volume: \
         runs of other volumes are other state points",
        short(100.0 * .difference, 2)
    )]
    Volumes {
        /// The largest difference between the mean volumes of two runs, as a part of the volume.
        difference: f64,
    },
    /// The energies are of another ensemble.
    #[error(
        "the ensemble is declared {declared}, the data are {found}: corr(E, T) is {}, expected -1 at constant energy and 0 in the \
         canonical ensemble; Var(T) is {} of 2 T^2/(gN), expected 1 in the canonical ensemble{}{}",
        of_columns(*.correlation, *.temperature_variance), short(*.temperature_variance, 3), of_total(*.total_variance),
        or_freedom(*.canonical_freedom)
    )]
    Ensemble {
        /// The ensemble declared.
        declared: &'static str,
        /// The ensemble found.
        found: &'static str,
        /// The correlation of energy and temperature.
        correlation: f64,
        /// Var(T) over 2 T²/(g N).
        temperature_variance: f64,
        /// Var(E_tot) over Var(E), where there are total energies.
        total_variance: Option<f64>,
        /// The degrees of freedom per particle with which the data would be canonical, where energy
        /// and temperature are uncorrelated as they are there.
        canonical_freedom: Option<f64>,
    },
}

/// A correlation in words, where one of the columns is constant and there is none.
pub(super) fn of_columns(correlation: f64, temperature_variance: f64) -> String {
    let constant = if temperature_variance < CONSTANT {
        "temperature"
    } else {
        "energy"
    };
    if correlation.is_nan() {
        format!("none, since the {constant} is constant")
    } else {
        short(correlation, 3)
    }
}

/// The other degrees of freedom that would explain the fluctuations of a temperature.
pub(super) fn or_freedom(canonical_freedom: Option<f64>) -> String {
    let Some(freedom) = canonical_freedom else {
        return String::new();
    };
    let freedom = short(freedom, 3);
    format!("; {freedom} degrees of freedom per particle would make it canonical")
}

/// What the total energies say of the ensemble.
fn of_total(variance: Option<f64>) -> String {
    let Some(variance) = variance else {
        return String::new();
    };
    let variance = short(variance, 3);
    format!("; Var(E_tot) is {variance} of Var(E), expected 0 at constant energy")
}

/// What may be wrong where the kinetic energy is another one.
fn suspects_of_kinetic(of: [f64; 2], particles: usize, fitting: Option<f64>, other: Option<&str>) -> String {
    let [found, declared] = of;
    if let Some(other) = other {
        return format!("the energies look like {other}");
    }
    if !EXPLAINED.contains(&(found / declared)) {
        return "units, particle number or a column are wrong".to_owned();
    }
    let of_particles = fitting.map_or_else(String::new, |fitting| {
        format!("or the {particles} particles are, and {fitting:.0} would fit, ")
    });
    let (declared, found) = (short(declared, 4), short(found, 4));
    format!(
        "units or a column are wrong, {of_particles}or the {declared} degrees of freedom per particle are, and {found} would fit"
    )
}

/// What may be wrong where the scale is.
fn suspects(ratio: f64, degrees_of_freedom: f64) -> String {
    let units = "units or particle number are wrong";
    if !EXPLAINED.contains(&ratio) {
        return units.to_owned();
    }
    let (declared, fitting) = (degrees_of_freedom, ratio * degrees_of_freedom);
    format!(
        "{units}, or the {} degrees of freedom per particle are, and {} would fit",
        short(declared, 4),
        short(fitting, 4)
    )
}
