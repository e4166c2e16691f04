//! The heat capacity of one state point over frequency.

use msed::Curve;
use msed::relaxation::Relaxation;
use msed::stats::Outcome;
use msed::thermo::{
    self, DynamicHeatCapacity, HeatCapacity, HeatCapacitySpectrum, ThermoError, Undetermined,
};

/// The heat capacity over frequency, by the model of Eq. (11) and by the curve itself.
pub(crate) struct Dynamic {
    pub(crate) found: DynamicHeatCapacity,
    pub(crate) model: HeatCapacitySpectrum,
    pub(crate) measured: Outcome<HeatCapacitySpectrum, Undetermined>,
}

impl Dynamic {
    pub(super) fn of(
        heat_capacity: &HeatCapacity,
        fit: &Relaxation,
        msed: &Curve,
    ) -> Result<Outcome<Self, Undetermined>, ThermoError> {
        let found = match thermo::dynamic_heat_capacity(heat_capacity, fit)? {
            Outcome::Resolved(found) => found,
            Outcome::Unresolved(why) => return Ok(Outcome::Unresolved(why)),
        };
        let frequencies = found.frequencies();
        Ok(Outcome::Resolved(Self {
            model: found.at(&frequencies)?,
            measured: found.measured(msed, &frequencies)?,
            found,
        }))
    }
}
