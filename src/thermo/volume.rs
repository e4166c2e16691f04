//! The volume of runs, as their columns have it.

use super::{Contradiction, Ensemble};
use crate::dimensions::Dimensions;
use crate::real::Real;
use crate::series::EnergySeries;
use crate::units::{Conversion, Dimension};

/// Two volumes are one where they differ by no more than this part: a given volume and that of the
/// run's column, and the volumes along an isochore.
pub const SAME_VOLUME: f64 = 1e-3;
/// Largest relative change of a volume that is constant: barostats move it by more. A print of few
/// digits, or in single precision, moves it by less.
pub const CONSTANT_VOLUME: f64 = 1e-5;

/// How the volumes of runs change, as parts of the volume: numbers without a unit.
#[derive(Debug, Clone, Copy, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub(super) struct VolumeChange {
    /// The largest change within a run.
    within: f64,
    /// The largest difference between the means of two runs.
    between: f64,
}

impl VolumeChange {
    /// The mean volume of runs, of which each counts the same, and its changes; `None` for runs
    /// without volumes.
    pub(super) fn of<T: Real>(runs: &[EnergySeries<'_, T>]) -> Option<(f64, Self)> {
        let columns: Option<Vec<&[T]>> = runs.iter().map(EnergySeries::volumes).collect();
        let columns = columns?;
        let spans: Vec<[f64; 2]> = columns
            .iter()
            .map(|column| span(column.iter().map(|v| v.to_f64())))
            .collect();
        let parts = spans.iter().map(|[least, most]| (most - least) / most);
        let within = parts.fold(0.0, f64::max);
        let means: Vec<f64> = columns
            .iter()
            .zip(&spans)
            .map(|(column, [least, _])| mean(column.iter().map(|v| v.to_f64()), *least))
            .collect();
        let [least, most] = span(means.iter().copied());
        let between = (most - least) / most;
        Some((mean(means.iter().copied(), least), Self { within, between }))
    }

    /// The contradiction between volumes that change and an ensemble that keeps them, or between
    /// volumes that are constant and a barostat.
    pub(super) fn contradiction(self, declared: Ensemble) -> Option<Contradiction> {
        let declared = match declared {
            Ensemble::Npt { .. } => {
                let is_constant = self.within <= CONSTANT_VOLUME;
                return is_constant.then_some(Contradiction::ConstantVolume);
            }
            Ensemble::Nve { .. } | Ensemble::Nvt { .. } => declared.name(),
        };
        if self.within > CONSTANT_VOLUME {
            let change = self.within;
            return Some(Contradiction::Volume { declared, change });
        }
        let difference = self.between;
        (difference > CONSTANT_VOLUME).then_some(Contradiction::Volumes { difference })
    }
}

/// The factors of a volume and of a pressure; in two dimensions of an area and of an energy per
/// area.
pub(super) fn volume_and_pressure(conversion: &Conversion, dimensions: Dimensions) -> [f64; 2] {
    let length = conversion.factor(Dimension::LENGTH);
    let volume = length.powf(f64::from(dimensions.count()));
    let of_pressures = conversion.from().pressure_volume() / conversion.to().pressure_volume();
    let pressure = conversion.factor(Dimension::ENERGY) / volume * of_pressures;
    [volume, pressure]
}

fn span(values: impl Iterator<Item = f64>) -> [f64; 2] {
    values.fold([f64::INFINITY, 0.0_f64], |[least, most], v| {
        [least.min(v), most.max(v)]
    })
}

/// The mean of values, as the least of them and the mean of what is above: that of equal values has
/// their bits.
fn mean(values: impl ExactSizeIterator<Item = f64>, least: f64) -> f64 {
    let count = values.len() as f64;
    least + values.map(|v| v - least).sum::<f64>() / count
}
