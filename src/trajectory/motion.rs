//! Along which axes the particles of a trajectory move.

use super::{Coordinates, Dimensions, Trajectory, TrajectoryError};
use crate::dimensions::{ROUNDING, SINGLE_ROUNDING};
use crate::real::Real;

/// Motion along one axis that is too much for rounding of double precision, and too little for a
/// liquid.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Unclear {
    /// The longest motion along that axis.
    pub(crate) found: f64,
    /// The longest motion along any axis.
    pub(crate) longest: f64,
}

impl<T: Real, C: Coordinates> Trajectory<'_, T, C> {
    /// The dimensions that the particles move in: those [given](Self::with_dimensions), or those
    /// that the positions [show](Dimensions).
    ///
    /// Motion along one axis between 1e-9 and 1e-6 of the longest motion is too much for rounding
    /// of double precision and too little for a liquid. It counts as motion here, and estimators
    /// refuse the run until its dimensions are given.
    ///
    /// Cost: two frames in three dimensions, and one pass in two.
    #[must_use]
    pub fn dimensions(&self) -> Dimensions {
        self.clear_dimensions().unwrap_or(Dimensions::Three)
    }

    /// The same, where they are clear.
    pub(crate) fn clear_dimensions(&self) -> Result<Dimensions, Unclear> {
        if let Some(given) = self.header.dimensions {
            return Ok(given);
        }
        let moved = self.motion();
        if moved == [0.0; 3] {
            return Ok(Dimensions::of_motion(self.spread(), SINGLE_ROUNDING));
        }
        let longest = moved.into_iter().fold(0.0, f64::max);
        let mut unclear = moved
            .into_iter()
            .filter(|&moved| moved > ROUNDING * longest && moved <= SINGLE_ROUNDING * longest);
        match unclear.next() {
            Some(found) => Err(Unclear { found, longest }),
            None => Ok(Dimensions::of_motion(moved, ROUNDING)),
        }
    }

    /// The same trajectory in given dimensions. Estimators then do not look for an axis without
    /// motion.
    ///
    /// ```
    /// use msed::trajectory::{Dimensions, Species, Trajectory};
    /// // A particle in space that happens to have moved along x and y alone.
    /// let run = Trajectory::new(vec![0.0, 0.0, 0.0, 0.3, 0.4, 0.0], [0, 10], 0.005, Species::single("A", 1)?)?;
    /// assert_eq!(run.dimensions(), Dimensions::Xy);
    /// assert_eq!(run.with_dimensions(Dimensions::Three)?.dimensions(), Dimensions::Three);
    /// # Ok::<(), msed::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`TrajectoryError::OutOfPlane`] for two dimensions where a particle moves along the third
    /// axis by more than 1e-6 of the longest motion along another.
    pub fn with_dimensions(mut self, dimensions: Dimensions) -> Result<Self, TrajectoryError> {
        if let Some(normal) = dimensions.normal() {
            let moved = self.motion();
            let longest = moved.into_iter().fold(0.0, f64::max);
            if moved[normal] > SINGLE_ROUNDING * longest {
                return Err(TrajectoryError::OutOfPlane {
                    dimensions,
                    found: moved[normal],
                    longest,
                });
            }
        }
        self.header.dimensions = Some(dimensions);
        Ok(self)
    }

    /// The longest motion of any particle from its place in the first frame, along x, y and z, up
    /// to the first frame at which it is clear that all of them move.
    fn motion(&self) -> [f64; 3] {
        let mut moved = [0.0; 3];
        let (start, _) = self.frame(0).as_chunks::<3>();
        for frame in 1..self.frames() {
            let (points, _) = self.frame(frame).as_chunks::<3>();
            for (point, start) in points.iter().zip(start) {
                for ((moved, x), start) in moved.iter_mut().zip(point).zip(start) {
                    *moved = f64::max(*moved, (x.to_f64() - start.to_f64()).abs());
                }
            }
            let longest = moved.into_iter().fold(0.0, f64::max);
            if longest > 0.0 && moved.iter().all(|&moved| moved > SINGLE_ROUNDING * longest) {
                break;
            }
        }
        moved
    }

    /// The distance between the outermost particles of the first frame along x, y and z.
    fn spread(&self) -> [f64; 3] {
        let points = || self.frame(0).as_chunks::<3>().0.iter();
        std::array::from_fn(|axis| {
            let low = points()
                .map(|point| point[axis].to_f64())
                .fold(f64::INFINITY, f64::min);
            let high = points()
                .map(|point| point[axis].to_f64())
                .fold(f64::NEG_INFINITY, f64::max);
            high - low
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trajectory::Species;

    fn run(x: Vec<f64>, particles: usize) -> Trajectory<'static, f64> {
        let frames = (x.len() / (3 * particles)) as u64;
        let steps: Vec<u64> = (0..frames).collect();
        Trajectory::new(x, steps, 1.0, Species::single("A", particles).unwrap()).unwrap()
    }

    #[test]
    fn one_axis_without_motion_makes_two_dimensions() {
        for (normal, found) in [Dimensions::Yz, Dimensions::Xz, Dimensions::Xy]
            .into_iter()
            .enumerate()
        {
            // Particles of different heights, none of which changes.
            let mut x = vec![0.0, 1.0, 2.0, 5.0, 4.0, 3.0];
            let mut then: Vec<f64> = x.iter().map(|x| x + 0.5).collect();
            then[normal] = x[normal];
            then[3 + normal] = x[3 + normal];
            x.extend(then);
            assert_eq!(run(x.clone(), 2).dimensions(), found);
            assert_eq!((found.normal(), found.count()), (Some(normal), 2));
            // A millionth of the motion of the others makes three.
            x[9 + normal] += 1e-6;
            assert_eq!(run(x.clone(), 2).clear_dimensions(), Ok(Dimensions::Three));
            // What may be rounding of single precision is not clear.
            x[9 + normal] = x[3 + normal] + 1e-7;
            assert!(run(x.clone(), 2).clear_dimensions().is_err());
            // Rounding of double precision does not.
            x[9 + normal] = x[3 + normal] + 1e-15;
            assert_eq!(run(x, 2).clear_dimensions(), Ok(found));
        }
    }

    #[test]
    fn a_late_motion_of_one_particle_makes_three_dimensions() {
        let mut x: Vec<f64> = (0..60_i32)
            .flat_map(|i| [f64::from(i).sin(), f64::from(i).cos(), 0.0])
            .collect();
        assert_eq!(run(x.clone(), 2).dimensions(), Dimensions::Xy);
        let last = x.len() - 1;
        x[last] = 1e-3;
        assert_eq!(run(x, 2).dimensions(), Dimensions::Three);
    }

    #[test]
    fn a_frame_in_a_plane_is_two_dimensional_and_one_along_a_line_is_not() {
        let plane = vec![0.0, 0.0, 0.5, 1.0, 0.0, 0.5, 0.0, 1.0, 0.5];
        assert_eq!(run(plane.clone(), 3).dimensions(), Dimensions::Xy);
        let twice = [plane.clone(), plane].concat();
        assert_eq!(run(twice, 3).dimensions(), Dimensions::Xy);
        assert_eq!(
            run(vec![0.0, 0.0, 0.5, 1.0, 0.0, 0.5], 2).dimensions(),
            Dimensions::Three
        );
        assert_eq!(run(vec![0.0; 3], 1).dimensions(), Dimensions::Three);
        assert_eq!(
            run(vec![0.0, 0.0, 0.0, 1.0, 0.0, 0.0], 1).dimensions(),
            Dimensions::Three
        );
    }

    #[test]
    fn given_dimensions_stay_with_every_part() {
        let flat = run(vec![0.0, 0.0, 0.0, 1.0, 2.0, 0.0, 2.0, 3.0, 0.0], 1);
        let given = flat.with_dimensions(Dimensions::Three).unwrap();
        assert_eq!(given.thinned(2).unwrap().dimensions(), Dimensions::Three);
        assert_eq!(given.slice(1..3).unwrap().dimensions(), Dimensions::Three);
        assert_eq!(given.select(&[0]).unwrap().dimensions(), Dimensions::Three);
        assert_eq!(given.view().dimensions(), Dimensions::Three);
    }

    #[test]
    fn motion_out_of_a_given_plane_is_refused() {
        let message = |height: f64| {
            let run = run(vec![0.0, 0.0, 0.0, 1.0, 2.0, height], 1);
            run.with_dimensions(Dimensions::Xy)
                .map_err(|error| error.to_string())
        };
        assert!(message(1e-7).is_ok());
        assert_eq!(
            message(0.25).unwrap_err(),
            "a particle moves by 0.25 along z, where the longest motion along an axis is 2; expected none in two dimensions \
             (x and y)"
        );
    }
}
