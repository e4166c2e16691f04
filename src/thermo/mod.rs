//! Thermodynamics from energy fluctuations. Nothing here knows a trajectory.
//!
//! [`ensemble_check`](ensemble_check()) finds which ensemble a run has sampled, whether kind and
//! units of its energies are right, and the time of its thermostat.
//!
//! At one temperature, [`heat_capacity`](heat_capacity()) is the excess heat capacity by the
//! formula of the [`Ensemble`]. [`HeatCapacity::split`] divides it into a fast and a slow part.
//! [`constant_pressure`](constant_pressure()) has c_p and C_V of a run under a barostat.
//! [`virial`](virial()) is the correlation of the virial with the energy.
//! [`dynamic_heat_capacity`](dynamic_heat_capacity()) is its dependence on frequency. A
//! [`StatePoint`] holds it with the mean energy and the relaxation times. A [`Scan`] of state
//! points has every table over temperature:
//!
//! - [`Scan::heat_capacity_check`]: fluctuations beside d⟨e⟩/dT, which tests equilibrium, ensemble
//!   and units at once,
//! - [`Scan::enthalpy_check`]: the same at constant pressure, c_p beside d⟨H⟩/dT,
//! - [`Scan::pressure_check`]: the pressure's rise from fluctuations beside d⟨p⟩/dT,
//! - [`Scan::entropy`]: differences of the excess entropy, fast S1, slow S2 and total,
//! - [`Scan::entropy_along_path`]: the same with the part of the expansion,
//! - [`Scan::adam_gibbs`]: ln τ over 1/(T S_c), and whether it is straight,
//! - [`Scan::relaxation`]: Arrhenius, Vogel-Fulcher-Tammann, parabolic law and others, compared,
//! - [`Scan::crossover_of_um`]: whether Um or τ breaks over temperature.
//!
//! [`temperature_derivatives`] are those of a correlation such as an overlap, lag by lag. With a
//! heat capacity they bound its susceptibility χ₄ ([`TemperatureDerivative::bound`]) and complete
//! the one that was measured at constant energy ([`SusceptibilityBound::complete`]).
//!
//! The functions behind them take a [`Point`] for each temperature: [`entropy`](entropy()),
//! [`adam_gibbs`](adam_gibbs()), [`fit_relaxation_times`], [`crossover`](crossover()).

mod adam_gibbs;
mod broken_line;
mod constant_pressure;
mod contradiction;
mod crossover;
mod dynamic_heat_capacity;
mod energy_columns;
mod energy_curve;
mod ensemble_check;
mod enthalpy_check;
mod entropy;
mod error;
mod heat_capacity;
mod interpolation;
mod isobaric_columns;
mod isobaric_rest;
mod knots;
mod point;
mod pressure_check;
mod scan;
mod slope;
mod state_point;
mod susceptibility;
mod temperature_derivative;
mod temperature_models;
mod thermostat_time;
mod total_energy;
mod virial;
mod volume;

pub use adam_gibbs::{AdamGibbs, ReferenceEntropy, adam_gibbs};
pub use constant_pressure::{ConstantPressure, constant_pressure};
pub use contradiction::Contradiction;
pub use crossover::{Crossover, NoCrossover, crossover, crossover_of_times};
pub use dynamic_heat_capacity::{DynamicHeatCapacity, HeatCapacitySpectrum, LossPeak, dynamic_heat_capacity};
pub use energy_curve::EnergyCurve;
pub use ensemble_check::{EnsembleCheck, Sampled, UnknownEnsemble, ensemble_check};
pub use enthalpy_check::EnthalpyCheck;
pub use entropy::{EntropyDifference, Part, TemperatureIntegral, entropy, entropy_as_printed};
pub use error::{ThermoError, Undetermined};
pub use heat_capacity::{Ensemble, HeatCapacity, heat_capacity};
pub use interpolation::PiecewiseCubic;
pub use point::{Path, Point};
pub use pressure_check::PressureCheck;
pub use scan::{Scan, ScanBuilder};
pub use slope::{HeatCapacityCheck, heat_capacity_check};
pub use state_point::{StatePoint, TimeOf};
pub use susceptibility::{CompletedSusceptibility, SusceptibilityBound};
pub use temperature_derivative::{TemperatureDerivative, temperature_derivatives, temperature_response};
pub use temperature_models::{TemperatureFit, TemperatureModel, fit_relaxation_times};
pub use thermostat_time::NoThermostatTime;
pub use virial::{Virial, virial};
pub use volume::{CONSTANT_VOLUME, SAME_VOLUME};
