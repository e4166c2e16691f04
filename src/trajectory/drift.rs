//! The drift of the centre of mass, and its removal.

use std::borrow::Cow;

use thiserror::Error;

use super::{Trajectory, Unwrapped};
use crate::real::Real;

/// How far the centre of mass of the whole system had moved at each frame since the first.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Drift {
    displacements: Vec<[f64; 3]>,
}

impl Drift {
    /// Displacement of the centre of mass at each frame, in the trajectory's unit of length; zero at the first.
    #[must_use]
    pub fn displacements(&self) -> &[[f64; 3]] {
        &self.displacements
    }

    /// The greatest distance of the centre of mass from where it was at the first frame.
    #[must_use]
    pub fn largest(&self) -> f64 {
        self.displacements
            .iter()
            .map(|[x, y, z]| (x * x + y * y + z * z).sqrt())
            .fold(0.0, f64::max)
    }
}

/// Takes the drift of the centre of mass off one frame after the other.
#[derive(Debug, Clone)]
pub struct DriftRemoval {
    masses: Vec<f64>,
    total: f64,
    start: Option<[f64; 3]>,
}

impl DriftRemoval {
    /// With the mass of each particle, in any unit.
    ///
    /// # Errors
    /// [`DriftError::Mass`] for a mass that is negative or not finite, or where all are zero.
    pub fn new(masses: impl Into<Vec<f64>>) -> Result<Self, DriftError> {
        let masses = masses.into();
        if let Some(particle) = masses.iter().position(|m| !(m.is_finite() && *m >= 0.0)) {
            return Err(DriftError::Mass {
                particle,
                found: masses[particle],
            });
        }
        let total: f64 = masses.iter().sum();
        if total <= 0.0 {
            return Err(DriftError::NoMass {
                particles: masses.len(),
            });
        }
        Ok(Self {
            masses,
            total,
            start: None,
        })
    }

    /// Shifts all particles of a frame, so that the centre of mass is where it was in the first frame; returns how far
    /// it had moved.
    ///
    /// # Errors
    /// [`DriftError::Particles`] for another number of particles than masses.
    pub fn push<T: Real>(&mut self, positions: &mut [T]) -> Result<[f64; 3], DriftError> {
        let (points, _) = positions.as_chunks_mut::<3>();
        if points.len() != self.masses.len() {
            return Err(DriftError::Particles {
                found: points.len(),
                masses: self.masses.len(),
            });
        }
        let mut moment = [0.0; 3];
        for (point, mass) in points.iter().zip(&self.masses) {
            for i in 0..3 {
                moment[i] += mass * point[i].to_f64();
            }
        }
        let centre = moment.map(|m| m / self.total);
        let start = *self.start.get_or_insert(centre);
        let drift: [f64; 3] = std::array::from_fn(|i| centre[i] - start[i]);
        for point in points {
            *point = std::array::from_fn(|i| T::from_f64(point[i].to_f64() - drift[i]));
        }
        Ok(drift)
    }
}

impl<T: Real> Trajectory<'_, T, Unwrapped> {
    /// The same trajectory with the centre of mass at rest, and how far it had moved at each frame.
    ///
    /// `masses` are those of all particles of the *whole* system, one each ([`Species::masses`](super::Species::masses)
    /// makes them from those of the species): the centre of mass of one species moves, and that is physics. Take the drift
    /// off before a part of the particles is selected. A system that conserves momentum has no drift beyond rounding; with a
    /// Langevin thermostat or Monte Carlo moves the centre of mass diffuses. A single particle is left without motion.
    ///
    /// ```
    /// use msed::trajectory::{Species, Trajectory};
    /// let species = Species::by_count([("A", 1), ("B", 1)])?;
    /// let x = vec![0.0, 0.0, 0.0, 3.0, 0.0, 0.0, /* next frame */ 1.0, 0.0, 0.0, 5.0, 0.0, 0.0];
    /// let masses = species.masses([("A", 1.0), ("B", 3.0)])?;
    /// let (still, drift) = Trajectory::new(x, [0, 10], 0.005, species)?.without_drift(&masses)?;
    /// assert_eq!(drift.displacements()[1], [1.75, 0.0, 0.0]);
    /// assert_eq!(still.frame(1), [-0.75, 0.0, 0.0, 3.25, 0.0, 0.0]);
    /// # Ok::<(), msed::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`DriftError`] for masses that do not fit.
    pub fn without_drift(
        self,
        masses: &[f64],
    ) -> Result<(Trajectory<'static, T, Unwrapped>, Drift), DriftError> {
        let mut removal = DriftRemoval::new(masses)?;
        let length = 3 * self.particles();
        let mut trajectory = self.into_owned();
        let mut positions = trajectory.positions.into_owned();
        let displacements = positions
            .chunks_exact_mut(length)
            .map(|frame| removal.push(frame))
            .collect::<Result<_, _>>()?;
        trajectory.positions = Cow::Owned(positions);
        Ok((trajectory, Drift { displacements }))
    }
}

/// Masses that do not fit.
#[derive(Debug, Clone, PartialEq, Error)]
#[non_exhaustive]
pub enum DriftError {
    /// A mass that is none.
    #[error("particle {particle} has mass {found}, expected a finite number that is not negative")]
    Mass {
        /// The particle, from 0.
        particle: usize,
        /// Its mass.
        found: f64,
    },
    /// No mass at all.
    #[error("the mass of all {particles} particles is 0, expected a positive one")]
    NoMass {
        /// Particles.
        particles: usize,
    },
    /// A number of masses that does not match.
    #[error("{masses} masses for {found} particles, expected one for each particle of the whole system")]
    Particles {
        /// Particles of the frame.
        found: usize,
        /// Masses given.
        masses: usize,
    },
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trajectory::Species;

    #[test]
    fn a_common_motion_is_taken_off_and_reported_and_nothing_else() {
        let species = Species::by_count([("A", 2), ("B", 1)]).unwrap();
        let masses = species.masses([("A", 1.0), ("B", 2.5)]).unwrap();
        let rest = |i: f64| [i.sin(), 0.1 * i, 3.0, -i.sin(), -0.1 * i, 2.0, 5.0, 5.0, 5.0];
        let moving: Vec<f64> = (0..20_i32)
            .map(f64::from)
            .flat_map(|i| {
                let shift = [0.3 * i, -0.05 * i * i, 0.0];
                let mut frame = rest(i);
                for (k, x) in frame.iter_mut().enumerate() {
                    *x += shift[k % 3];
                }
                frame
            })
            .collect();
        let steps: Vec<u64> = (0..20).collect();
        let trajectory = Trajectory::new(moving, steps, 1.0, species).unwrap();
        let (still, drift) = trajectory.without_drift(&masses).unwrap();
        for i in 0..20_i32 {
            let expected = rest(f64::from(i));
            let frame = still.frame(i as usize);
            assert!(frame.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-13));
        }
        let far = drift.displacements()[19];
        assert!((far[0] - 5.7).abs() < 1e-12 && (far[1] + 18.05).abs() < 1e-12);
        assert!((drift.largest() - far[0].hypot(far[1])).abs() < 1e-13);
    }

    #[test]
    fn refusals_name_what_was_found() {
        let message = |masses: &[f64]| {
            Trajectory::new(vec![0.0; 6], [0], 1.0, Species::single("A", 2).unwrap())
                .unwrap()
                .without_drift(masses)
                .unwrap_err()
                .to_string()
        };
        assert_eq!(
            message(&[1.0, -1.0]),
            "particle 1 has mass -1, expected a finite number that is not negative"
        );
        assert_eq!(
            message(&[0.0, 0.0]),
            "the mass of all 2 particles is 0, expected a positive one"
        );
        assert_eq!(
            message(&[1.0]),
            "1 masses for 2 particles, expected one for each particle of the whole system"
        );
    }
}
