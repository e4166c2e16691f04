//! Unit systems, and conversions between them.
//!
//! All computation is in the units of the run. A [`Units`] provides Boltzmann's constant, the names
//! of the units, and the factor of lengths in XTC files. A [`Conversion`] converts whole results
//! from one system to another.

mod conversion;
mod system;

pub use conversion::{Conversion, Dimension, LennardJones};
pub(crate) use system::time_in_si;
pub use system::{ATOMIC_MASS, AVOGADRO, BOLTZMANN, CALORIE, ELEMENTARY_CHARGE, HARTREE, Units, UnitsError};
#[cfg(feature = "io")]
pub(crate) use system::{UNNAMED_TEMPERATURE, energy_in_si, length_in_si, pressure_in_si};
