//! Thermodynamics from energy fluctuations. Nothing here knows a trajectory.
//!
//! At one temperature, [`heat_capacity`](heat_capacity()) is the excess heat capacity by the formula of the [`Ensemble`], with its fast and its slow part
//! where a fit has given the [`Plateaus`]. A [`StatePoint`] is that with mean energy and relaxation times; a [`Scan`] of state points has every table over
//! temperature:
//!
//! - [`Scan::heat_capacity_check`]: fluctuations beside d⟨e⟩/dT, which tests equilibrium, ensemble and units at once,
//! - [`Scan::entropy`]: differences of the excess entropy, fast S1, slow S2 and total,
//! - [`Scan::adam_gibbs`]: ln τ over 1/(T S_c), and whether it is straight,
//! - [`Scan::relaxation`]: Arrhenius, Vogel-Fulcher-Tammann, parabolic law and others, compared,
//! - [`Scan::crossover`]: whether Um or τ breaks over temperature.
//!
//! The functions behind them take plain numbers: [`entropy`](entropy()), [`adam_gibbs`](adam_gibbs()), [`fit_relaxation_times`], [`crossover`](crossover()).

mod adam_gibbs;
mod broken_line;
mod crossover;
mod ensemble;
mod entropy;
mod error;
mod heat_capacity;
mod interpolation;
mod scan;
mod slope;
mod state_point;
mod temperature_models;

pub use adam_gibbs::{
    AdamGibbs, AdamGibbsPlotted, AdamGibbsPoint, AdamGibbsVerdict, ReferenceEntropy, adam_gibbs,
};
pub use crossover::{Crossover, crossover, crossover_of_times};
pub use ensemble::{Ensemble, Path};
pub use entropy::{EntropyDifference, entropy, entropy_as_printed};
pub use error::ThermoError;
pub use heat_capacity::{HeatCapacity, Plateaus, Split, heat_capacity};
pub use interpolation::PiecewiseCubic;
pub use scan::{Breaking, Part, Scan};
pub use slope::{Agreement, CheckRow, EnergyPoint, HeatCapacityCheck, heat_capacity_check};
pub use state_point::{Relaxing, StatePoint};
pub use temperature_models::{TemperatureFit, TemperatureModel, TemperatureVerdict, fit_relaxation_times};
