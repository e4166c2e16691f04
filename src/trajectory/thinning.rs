//! Fewer frames.

use std::borrow::Cow;
use std::marker::PhantomData;

use super::coordinates::Coordinates;
use super::{Trajectory, TrajectoryError};
use crate::real::Real;

impl<T: Real, C: Coordinates> Trajectory<'_, T, C> {
    /// Frame 0 and every `every`-th after it, copied.
    ///
    /// Frames that are closer together than the structure takes to change say the same again: for averages at one instant a
    /// part of them is as good as all.
    ///
    /// # Errors
    /// [`TrajectoryError::Thinning`] for `every` = 0.
    ///
    /// ```
    /// use msed::trajectory::{Species, Trajectory};
    /// let run = Trajectory::new(vec![0.0; 15], [0, 10, 20, 30, 40], 0.005, Species::single("A", 1)?)?;
    /// assert_eq!(run.thinned(3)?.steps(), [0, 30]);
    /// # Ok::<(), msed::Error>(())
    /// ```
    pub fn thinned(&self, every: usize) -> Result<Trajectory<'static, T, C>, TrajectoryError> {
        if every == 0 {
            return Err(TrajectoryError::Thinning);
        }
        let kept = || (0..self.frames()).step_by(every);
        let particles = self.particles();
        Ok(Trajectory {
            positions: Cow::Owned(kept().flat_map(|i| self.frame(i)).copied().collect()),
            steps: kept().map(|i| self.steps[i]).collect(),
            time_step: self.time_step,
            species: self.species.clone(),
            cells: if self.cells.len() == self.frames() {
                kept().map(|i| self.cells[i]).collect()
            } else {
                self.cells.clone()
            },
            images: if self.images.is_empty() {
                Vec::new()
            } else {
                kept()
                    .flat_map(|i| &self.images[i * particles..(i + 1) * particles])
                    .copied()
                    .collect()
            },
            coordinates: PhantomData,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trajectory::{Cell, Species, Wrapped};

    #[test]
    fn cells_and_images_go_with_their_frames() {
        let cells: Vec<Cell> = [4.0, 5.0, 6.0].map(|l| Cell::cubic(l).unwrap()).to_vec();
        let positions: Vec<f64> = (0..18).map(f64::from).collect();
        let images: Vec<[i32; 3]> = (0..6).map(|i| [i; 3]).collect();
        let species = Species::single("A", 2).unwrap();
        let run = Trajectory::<f64, Wrapped>::wrapped(positions, vec![0, 1, 2], 1.0, species, cells)
            .and_then(|run| run.with_images(images))
            .unwrap();
        let thin = run.thinned(2).unwrap();
        assert_eq!(thin.frame(1), run.frame(2));
        assert_eq!((thin.cell(1), thin.images(1)), (run.cell(2), run.images(2)));
        assert_eq!(thin.frames(), 2);
        assert_eq!(
            run.thinned(0).unwrap_err().to_string(),
            "every 0th frame, expected a stride of at least 1"
        );
    }
}
