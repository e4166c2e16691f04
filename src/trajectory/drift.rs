//! The drift of the centre of mass, and its removal.

use super::source::changed;
use super::{Convention, Frame, FrameSource, Trajectory, TrajectoryError, Unwrapped};
use crate::real::{Invalid, Real};

/// The frames of a source with the centre of mass at rest: all particles of a frame are shifted so
/// that it is where it was in the first frame. There is one mass for each particle, in any unit.
///
/// The displacement of the centre of mass since the first frame is appended to `path` at each
/// frame. It takes 24 bytes for each.
///
/// # Errors
/// [`TrajectoryError::Invalid`] for a mass that is negative or not finite, and where all are zero;
/// [`TrajectoryError::Convention`] for a source of wrapped coordinates. Frames fail with
/// [`TrajectoryError::Shape`] where there is not one mass for each particle.
pub fn without_drift<T: Real>(
    source: impl FrameSource<T>,
    masses: impl Into<Vec<f64>>,
    path: &mut Vec<[f64; 3]>,
) -> Result<impl FrameSource<T>, TrajectoryError> {
    let masses = masses.into();
    if let Some(particle) = masses.iter().position(|m| !(m.is_finite() && *m >= 0.0)) {
        let what = format!("particle {particle} has mass");
        return Err(Invalid::new(what, masses[particle], "a finite number that is not negative").into());
    }
    let total: f64 = masses.iter().sum();
    if total <= 0.0 {
        let what = format!("the mass of all {} particles is", masses.len());
        return Err(Invalid::new(what, total, "a positive one").into());
    }
    let (particles, convention) = (source.particles(), source.convention());
    if convention == Convention::Wrapped {
        return Err(TrajectoryError::Convention);
    }
    let mut start = None;
    let shift = move |frame: &mut Frame<T>| {
        let (points, _) = frame.positions.as_chunks_mut::<3>();
        if points.len() != masses.len() {
            let found = format!("{} masses for {} particles", masses.len(), points.len());
            let expected = "expected one for each particle of the whole system";
            return Err(TrajectoryError::Shape(format!("{found}, {expected}")));
        }
        let mut moment = [0.0; 3];
        for (point, mass) in points.iter().zip(&masses) {
            for i in 0..3 {
                moment[i] += mass * point[i].to_f64();
            }
        }
        let centre = moment.map(|m| m / total);
        let start = *start.get_or_insert(centre);
        let drift: [f64; 3] = std::array::from_fn(|i| centre[i] - start[i]);
        for point in points {
            *point = std::array::from_fn(|i| T::from_f64(point[i].to_f64() - drift[i]));
        }
        path.push(drift);
        Ok(())
    };
    Ok(changed(source, particles, convention, shift))
}

/// The path of a centre of mass, frame by frame.
type CentrePath = Vec<[f64; 3]>;

impl<T: Real> Trajectory<'_, T, Unwrapped> {
    /// A copy of the trajectory with the centre of mass at rest, and the displacement of the centre
    /// of mass at each frame since the first.
    ///
    /// `masses` lists the mass of each particle of the *whole* system
    /// ([`Species::masses`](super::Species::masses) lists them from the masses of the species). The
    /// centre of mass of one species moves physically, so remove the drift before a part of the
    /// particles is selected. A system that conserves momentum has no drift beyond rounding; with a
    /// Langevin thermostat or Monte Carlo moves the centre of mass diffuses. A single particle is
    /// left without motion.
    ///
    /// ```
    /// use msed::trajectory::{Species, Trajectory};
    /// let species = Species::by_count([("A", 1), ("B", 1)])?;
    /// let x = vec![0.0, 0.0, 0.0, 3.0, 0.0, 0.0, /* next frame */ 1.0, 0.0, 0.0, 5.0, 0.0, 0.0];
    /// let masses = species.masses([("A", 1.0), ("B", 3.0)])?;
    /// let (still, drift) = Trajectory::new(x, [0, 10], 0.005, species)?.without_drift(&masses)?;
    /// assert_eq!(drift[1], [1.75, 0.0, 0.0]);
    /// assert_eq!(still.frame(1), [-0.75, 0.0, 0.0, 3.25, 0.0, 0.0]);
    /// # Ok::<(), msed::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`without_drift`](without_drift()).
    pub fn without_drift(
        &self,
        masses: &[f64],
    ) -> Result<(Trajectory<'static, T>, CentrePath), TrajectoryError> {
        let mut path = CentrePath::new();
        let source = without_drift(self.source(), masses, &mut path)?;
        let still = self.collected(source, self.species().clone())?;
        Ok((still, path))
    }
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
        let far = drift[19];
        assert!((far[0] - 5.7).abs() < 1e-12 && (far[1] + 18.05).abs() < 1e-12);
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
