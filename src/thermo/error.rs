//! What thermodynamics refuses, and what the data do not tell.

use thiserror::Error;

use super::contradiction::{Contradiction, of_columns, or_freedom};
use crate::real::{Invalid, short};
use crate::relaxation::{NoRise, Verdict};
use crate::stats::{Estimate, Mixture};
use crate::units::UnitsError;

/// Input from which a heat capacity, or what follows from it, cannot be had.
#[derive(Debug, Clone, PartialEq, Error)]
#[non_exhaustive]
pub enum ThermoError {
    /// Constant pressure: the energy alone gives neither C_V nor C_p. With the volume it does, by
    /// [`constant_pressure`](super::constant_pressure()).
    #[error(
        "at constant pressure the enthalpy fluctuates, and the energy alone gives no heat capacity: \
         expected a run in nve or nvt, or its volumes and pressures beside the energies"
    )]
    ConstantPressure,
    /// No temperature with the energies.
    #[error("the energies have no temperature, expected a given one or the temperature column of the run")]
    NoTemperature,
    /// Runs without temperatures at their samples where these are needed.
    #[error("the energies have no temperature column, expected a kinetic temperature at each sample")]
    NoTemperatures,
    /// Runs without pressures at their samples where these are needed.
    #[error("the energies have no pressure column, expected a pressure at each sample")]
    NoPressures,
    /// Runs without volumes at their samples where these are needed.
    #[error("the energies have no volume column, expected a volume at each sample")]
    NoVolumes,
    /// A given pressure that is not that of the pressure column.
    #[error("the pressure column has a mean of {found}, expected the {} that is given", short(*.expected, 8))]
    Pressure {
        /// The mean of the column with its error, as text.
        found: String,
        /// The pressure given.
        expected: f64,
    },
    /// No volume where one is needed.
    #[error("the volume is not known, expected a given one or the volume column of the run")]
    NoVolume,
    /// A given volume that is not that of the volume column.
    #[error("the volume column has {}, expected the {} that is given", short(*.found, 8), short(*.expected, 8))]
    Volume {
        /// The volume of the column.
        found: f64,
        /// The volume given.
        expected: f64,
    },
    /// Energies that are not what they are declared to be.
    #[error(transparent)]
    Contradiction(#[from] Contradiction),
    /// A fluctuation that no microcanonical run has.
    #[error(
        "2 v/(g k^2 T^2) is {}, expected less than 1 at constant energy: \
         is the run canonical, or are the energies of another kind or unit?",
        short(*.y, 6)
    )]
    TooLargeFluctuation {
        /// The ratio found.
        y: f64,
    },
    /// Points that cannot be interpolated.
    #[error("{}", knots(*.positions, *.values, *.disorder))]
    Knots {
        /// Positions given.
        positions: usize,
        /// Values given.
        values: usize,
        /// The first position that is not above the one before it.
        disorder: Option<usize>,
    },
    /// A scan with too few temperatures for what is asked.
    #[error("{quantity} over {found} temperature{}, expected at least {expected}", if *.found == 1 { "" } else { "s" })]
    TooFewTemperatures {
        /// What was asked.
        quantity: &'static str,
        /// Temperatures that have what it needs.
        found: usize,
        /// Temperatures needed.
        expected: usize,
    },
    /// State points that are not of one system.
    #[error(
        "`{name}` has {quantity} {found}, the scan {expected}: expected one system in one system of units"
    )]
    Mixed {
        /// What differs.
        quantity: &'static str,
        /// The name of the point.
        name: String,
        /// What it has.
        found: String,
        /// What the first point has.
        expected: String,
    },
    /// A reference temperature that the scan does not reach.
    #[error(
        "reference temperature {found}, expected one between {} and {}, where the scan has been",
        short(*.lowest, 6), short(*.highest, 6)
    )]
    Reference {
        /// The temperature given.
        found: f64,
        /// Lowest temperature of the scan.
        lowest: f64,
        /// Highest temperature of the scan.
        highest: f64,
    },
    /// No particles, or more than the system of the heat capacity has.
    #[error("{found} particles, expected 1 to {expected}, the particles of the heat capacity")]
    Particles {
        /// The number given.
        found: usize,
        /// The particles of the heat capacity.
        expected: usize,
    },
    /// A susceptibility of another time step than the derivative of its correlation.
    #[error("the time step of chi4 is {}, expected {} as of the derivative", short(*.found, 12), short(*.expected, 12))]
    OtherTimeStep {
        /// Time step of the susceptibility.
        found: f64,
        /// Time step of the derivative.
        expected: f64,
    },
    /// A temperature or a number of degrees of freedom that is not positive and finite.
    #[error(transparent)]
    Invalid(#[from] Invalid),
    /// A value over temperature that is not finite, or a relaxation time that has no logarithm.
    #[error("{} at temperature {}, expected {expected}", short(*.found, 6), short(*.temperature, 6))]
    Value {
        /// The value given.
        found: f64,
        /// The temperature of the point.
        temperature: f64,
        /// What was expected.
        expected: &'static str,
    },
    /// An entropy of another part than the slow one.
    #[error("an Adam-Gibbs plot over the {found} entropy, expected the slow one")]
    OtherPart {
        /// The part given.
        found: &'static str,
    },
    /// Two lists of points of different length where each temperature has one point in both.
    #[error("{found} points beside {expected}, expected the same temperatures in both")]
    Unpaired {
        /// Points in the second list.
        found: usize,
        /// Points in the first list.
        expected: usize,
    },
    /// A point whose temperature the other list does not have.
    #[error(
        "a point at temperature {found} beside one at {expected}, expected the same temperatures in both"
    )]
    OtherTemperature {
        /// Temperature of the point in the second list.
        found: f64,
        /// Temperature of its counterpart in the first list.
        expected: f64,
    },
    /// A scan along another path than the one needed.
    #[error("{quantity} along an {found} path, expected an {expected} one")]
    OtherPath {
        /// What was asked.
        quantity: &'static str,
        /// The path of the scan.
        found: &'static str,
        /// The path needed.
        expected: &'static str,
    },
    /// A run in another ensemble than the one needed.
    #[error("{quantity} of a run in {found}, expected one in {expected}")]
    OtherEnsemble {
        /// What was asked.
        quantity: &'static str,
        /// The ensemble of the run.
        found: &'static str,
        /// The ensemble needed.
        expected: &'static str,
    },
    /// A configurational entropy that would be negative within the scan.
    #[error(
        "S_c of {} at the reference temperature leaves {} at {}, expected more than 0",
        short(*.found, 6), short(*.entropy, 6), short(*.temperature, 6)
    )]
    ReferenceEntropy {
        /// S_c(T_ref) given, in k per particle.
        found: f64,
        /// The temperature where it fails.
        temperature: f64,
        /// S_c there.
        entropy: f64,
    },
    /// A conversion of a result that is in other units.
    #[error(transparent)]
    Units(#[from] UnitsError),
    /// Energies that give no moments or no curve.
    #[error(transparent)]
    Energy(#[from] crate::energy::EnergyError),
    /// A curve that cannot be fitted.
    #[error(transparent)]
    Fit(#[from] crate::relaxation::FitError),
    /// Numbers of two runs where one run is meant.
    #[error("the {quantity} is of another run than the moments, expected both from the same energies")]
    OtherRun {
        /// What does not go with the moments.
        quantity: &'static str,
    },
    /// Numbers of one run that went through different resamples.
    #[error(transparent)]
    Mixture(#[from] Mixture),
    /// A point without an error bar where one is needed.
    #[error("no error bar at {}, expected one at each point", short(*.at, 6))]
    NoErrors {
        /// Position of the point.
        at: f64,
    },
}

impl ThermoError {
    pub(super) fn enough_temperatures(
        quantity: &'static str,
        found: usize,
        expected: usize,
    ) -> Result<(), Self> {
        if found < expected {
            return Err(Self::TooFewTemperatures {
                quantity,
                found,
                expected,
            });
        }
        Ok(())
    }

    /// Whether a number is of the run that the moments are of, and went through the same resamples.
    /// An exact number goes with any run.
    pub(super) fn unless_of_run(
        quantity: &'static str,
        found: &Estimate,
        moments: &Estimate,
    ) -> Result<(), Self> {
        for found in found.runs().map(|(resamples, _)| resamples) {
            let mut known = moments.runs().map(|(resamples, _)| resamples);
            let expected = known
                .find(|known| known.run == found.run)
                .ok_or(Self::OtherRun { quantity })?;
            if found != expected {
                let (first, other) = (expected, found);
                return Err(Mixture { first, other }.into());
            }
        }
        Ok(())
    }

    /// Points whose temperatures and values have a meaning.
    pub(super) fn check_points(points: impl IntoIterator<Item = (f64, f64)>) -> Result<(), Self> {
        for (temperature, found) in points {
            Invalid::unless_positive("temperature", temperature)?;
            if !found.is_finite() {
                return Err(Self::Value {
                    found,
                    temperature,
                    expected: "a finite number",
                });
            }
        }
        Ok(())
    }
}

/// Largest share of a variance that may come from rounding. Half of it is the relative error of a
/// correlation coefficient.
const ROUNDING: f64 = 0.01;

/// Why the data do not tell what was asked of them.
#[derive(Debug, Clone, PartialEq, Error)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub enum Undetermined {
    /// The fit did not resolve a relaxation: the heat capacity has no parts.
    #[error("{0}")]
    Unresolved(Verdict),
    /// The fast plateau alone is more than a microcanonical run can have: the heat capacity has no
    /// parts.
    #[error(
        "the fast plateau alone is too large for constant energy: N U0^2/(g k^2 T^2) is {y:.3}, expected below 1"
    )]
    TooLarge {
        /// N U0²/(g k² T²), expected below 1.
        y: f64,
    },
    /// The slow part of the heat capacity is not above 0 on the whole and on each resample: there
    /// is no dispersion.
    #[error(
        "no dispersion: the slow part of the heat capacity is {slow}, expected above 0 on the whole and on each resample"
    )]
    NoSlowPart {
        /// The slow part with its error.
        slow: Estimate,
    },
    /// A mean-squared difference that cannot be transformed up to three relaxation times.
    #[error("{0}")]
    Curve(NoRise),
    /// The loss of the fitted form has no maximum on the whole or on a resample.
    #[error(
        "the loss has no maximum between the angular frequencies {} and {} on the whole and on each resample",
        short(*.lowest, 4), short(*.highest, 4)
    )]
    NoLossPeak {
        /// The lowest angular frequency of the search.
        lowest: f64,
        /// The highest one.
        highest: f64,
    },
    /// The place of the loss peak is not known to within a factor of about 1.6.
    #[error("the place of the loss peak is known to a factor exp({}) only", short(*.log_error, 2))]
    VagueLossPeak {
        /// The standard error of the frequency's logarithm.
        log_error: f64,
    },
    /// The loss does not fall to half of its height where it was searched.
    #[error(
        "the loss does not fall to half of its height between the angular frequencies {} and {}",
        short(*.lowest, 4), short(*.highest, 4)
    )]
    NoLossWidth {
        /// The lowest angular frequency of the search.
        lowest: f64,
        /// The highest one.
        highest: f64,
    },
    /// The run sampled neither the microcanonical nor the canonical ensemble: no fluctuation
    /// formula holds, and there is no heat capacity.
    #[error(
        "no heat capacity: the run sampled neither ensemble, corr(E, T) is {}, expected -1 at constant energy or 0 in the canonical \
         ensemble, and Var(T) {} of 2 T^2/(gN), expected 1 in the canonical ensemble{}",
        of_columns(*.correlation, *.temperature_variance), short(*.temperature_variance, 3), or_freedom(*.canonical_freedom)
    )]
    NotSampled {
        /// The correlation of energy and temperature.
        #[cfg_attr(feature = "serde", serde(with = "crate::stats::number"))]
        correlation: f64,
        /// Var(T) over 2 T²/(g N).
        temperature_variance: f64,
        /// The degrees of freedom per particle with which the run would be canonical, where energy
        /// and temperature are uncorrelated as they are there.
        canonical_freedom: Option<f64>,
    },
    /// The run is at constant pressure: the energy alone gives no heat capacity at constant volume.
    #[error(
        "no C_ex from the energy alone at constant pressure: the fluctuations of enthalpy and volume give c_p and c_V"
    )]
    ConstantPressure,
    /// Volume and pressure do not fluctuate as at constant pressure: no fluctuation formula holds.
    #[error(
        "no heat capacity: -Cov(V, p) is {part} of k T, expected 1 where a barostat samples constant pressure: it is 0 under \
         Berendsen's barostat, and another number in other units of pressure or volume"
    )]
    NotConstantPressure {
        /// -Cov(V, p)/(k T).
        part: Estimate,
    },
    /// The volume fluctuates with the temperature as a pressure does, and the pressure does not:
    /// the columns are exchanged.
    #[error(
        "no heat capacity: the volume has {part} of the covariance with the temperature that the kinetic part of a pressure has, \
         expected 0, and the pressure lacks it: the columns of pressure and volume are exchanged"
    )]
    Exchanged {
        /// Cov(V, T) over (g/d) N k Var(T)/p.
        part: Estimate,
    },
    /// Enthalpy or volume drift, or have two levels, by more than their standard deviation: the run
    /// is not in equilibrium.
    #[error(
        "no heat capacity: the {quantity} drifts or has two levels, by {} of its standard deviations within a run, expected at most 1 in \
         a run that fluctuates about its equilibrium: leave out its start or take a longer run",
        short(*.size, 2)
    )]
    Drifts {
        /// Enthalpy or volume.
        quantity: &'static str,
        /// The change of its mean over the standard deviation beside it.
        size: f64,
    },
    /// The correlation time of enthalpy or volume cannot be told.
    #[error(
        "no heat capacity: the {quantity} has no correlation time that can be told, its spectrum shows no relaxation and the error of \
         its mean no plateau: expected a longer run"
    )]
    NoCorrelationTime {
        /// Enthalpy or volume.
        quantity: &'static str,
    },
    /// The run is too short to tell whether its barostat samples constant pressure.
    #[error(
        "no heat capacity: -Cov(V, p) is {part} of k T, too uncertain to tell 1, a barostat that samples constant pressure, from 0, one \
         that does not"
    )]
    UnknownBarostat {
        /// -Cov(V, p)/(k T).
        part: Estimate,
    },
    /// The run holds too few correlation times for its fluctuations to be those of its ensemble.
    #[error(
        "no heat capacity: the run holds {} correlation times of enthalpy and volume, expected at least {expected}",
        short(*.found, 2)
    )]
    TooShort {
        /// Correlation times of the slower one in all runs.
        found: f64,
        /// The fewest.
        expected: f64,
    },
    /// Energy or virial do not fluctuate, and have no correlation.
    #[error("energy or virial are constant, and have no correlation")]
    NoFluctuation,
    /// The print of the energies, of the volumes, or of the pressures and temperatures, is too
    /// coarse for their variances.
    #[error(
        "the print's last digits make {} % of the variance of the {quantity}, expected at most {} %: print more digits",
        short(100.0 * .part, 2), short(100.0 * .expected, 2)
    )]
    CoarsePrint {
        /// Potential energy, volume or virial.
        quantity: &'static str,
        /// The part of the variance that the rounding makes.
        part: f64,
        /// The largest part that is accepted.
        expected: f64,
    },
    /// The kinetic part of the pressure does not fluctuate as the temperature does: pressure,
    /// volume and degrees of freedom do not belong together.
    #[error(
        "the kinetic part of p V is {part} of (g/d) N k T in the canonical ensemble, expected 1: \
         the volume, the unit of the pressure or the degrees of freedom are others"
    )]
    NotKinetic {
        /// What the kinetic part is of (g/d) N k T.
        part: Estimate,
    },
    /// The pressure times the volume fluctuates far less than the kinetic part that it contains:
    /// its unit or the volume is another one.
    #[error(
        "p V fluctuates with {part:.2e} of the variance of its kinetic part, expected at least {expected:.0e}: \
         the unit of the pressure or the volume is another one"
    )]
    FaintPressure {
        /// The variance of p V by that of its kinetic part.
        part: f64,
        /// The smallest ratio that is accepted.
        expected: f64,
    },
    /// The best value of a parameter lies at the end of what is possible: the model degenerates
    /// (VFT at t_0 = 0 is Arrhenius's law).
    #[error("{parameter} {}", at_bound(*.value))]
    AtBound {
        /// The parameter's name.
        parameter: &'static str,
        /// Its value there.
        value: f64,
    },
    /// ln tau does not curve upwards over 1/T: there is no parabola with a real j.
    #[error("ln tau does not curve upwards over 1/T: the coefficient of 1/T^2 is {curvature:.4}")]
    NotConvex {
        /// The coefficient of 1/T² found, in temperature².
        curvature: f64,
    },
    /// The onset lies inside the scan: points above it are on the parabola's wrong branch, and
    /// belong left out.
    #[error("the onset {onset:.4} lies below the highest temperature {highest:.4}")]
    OnsetInside {
        /// The onset found.
        onset: f64,
        /// The highest temperature of the scan.
        highest: f64,
    },
    /// Some resamples have no such parameters, or not the numbers that these are fitted to: the
    /// parameters have no standard errors.
    #[error("no standard errors: {without} of {of} resamples of the {quantity} have no such parameters")]
    Resamples {
        /// What the parameters are fitted to.
        quantity: &'static str,
        /// Resamples without them.
        without: usize,
        /// All of them.
        of: usize,
    },
    /// Along an isobar the slope of the energy holds the expansion too, and is not compared with
    /// the fluctuations.
    #[error("not comparable: the slope along an isobar holds the expansion too")]
    NotComparable,
    /// The exponent of the mean energy is hardly known: the temperatures are too few or too close.
    #[error("exponent is known to within {} only, expected 1 at most", short(*.error, 2))]
    VagueExponent {
        /// Its standard error.
        error: f64,
    },
    /// The two sides are not known well enough to say that they agree.
    #[error(
        "the error of the difference, {}, exceeds half of the {} compared",
        short(*.error, 2), short(*.compared, 4)
    )]
    VagueDifference {
        /// The standard error of the difference.
        error: f64,
        /// The side from fluctuations.
        compared: f64,
    },
    /// A deviation cannot be told from chance.
    #[error("no error bars, or no spare point")]
    NoErrors,
}

impl Undetermined {
    /// The first quantity of which the print is too coarse, from what rounding adds to its variance
    /// and the variance itself. A constant quantity does not count as rounded.
    pub(super) fn coarse_print<const N: usize>(of: [(&'static str, f64, f64); N]) -> Option<Self> {
        of.into_iter()
            .filter(|(.., variance)| *variance > 0.0)
            .map(|(quantity, rounding, variance)| Self::CoarsePrint {
                quantity,
                part: rounding / variance,
                expected: ROUNDING,
            })
            .find(|why| matches!(why, Self::CoarsePrint { part, .. } if *part > ROUNDING))
    }
}

fn at_bound(value: f64) -> String {
    if value == f64::INFINITY {
        "is beyond infinite temperature".to_owned()
    } else {
        format!("is at the end of its range, {}", short(value, 6))
    }
}

fn knots(positions: usize, values: usize, disorder: Option<usize>) -> String {
    match disorder {
        Some(index) if positions == values => {
            format!("position {index} is not above the one before it, expected strictly increasing positions")
        }
        _ => format!("{positions} positions and {values} values, expected as many of both and at least 2"),
    }
}
