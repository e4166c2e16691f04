//! The container: positions of all particles at all frames.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;
use std::ops::Range;

use super::{Cell, Convention, Dimensions, LagTable, Species, TrajectoryError, WrapCheck};
use crate::lag::{LagError, Lags};
use crate::real::{Real, apart, first_unfit};
use crate::replicas::Replicas;
use crate::replicas::sealed::{Replica, Sealed};
use crate::sampling::Sampling;
use crate::stats::RunId;

mod sealed {
    pub trait Sealed: Copy + std::fmt::Debug + Send + Sync + 'static {
        const CONVENTION: super::Convention;
    }
    impl Sealed for super::Unwrapped {
        const CONVENTION: super::Convention = super::Convention::Unwrapped;
    }
    impl Sealed for super::Wrapped {
        const CONVENTION: super::Convention = super::Convention::Wrapped;
    }
}

/// How coordinates treat the cell's faces: [`Unwrapped`] or [`Wrapped`].
pub trait Coordinates: sealed::Sealed {}

/// Coordinates that follow each particle through the cell's faces: their differences over time are
/// displacements.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unwrapped;

/// Coordinates with which particles re-enter the cell. They serve for the structure at one instant,
/// but not for displacements.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wrapped;

impl Coordinates for Unwrapped {}
impl Coordinates for Wrapped {}

/// Positions of all particles at all frames, with the molecular-dynamics step of each frame, the
/// cell and the species.
///
/// Positions are contiguous, frame by frame, particle by particle, x y z, and may be borrowed from
/// the code that holds them. Steps increase strictly and need not be uniform: log-spaced frames and
/// blocks of them are trajectories like any other. The unit of length is the caller's.
///
/// Only a `Trajectory<T, Unwrapped>`, which is what `Trajectory<T>` means, has displacements;
/// wrapped coordinates become unwrapped by [`unwrapped`](Trajectory::unwrapped), which names the
/// method.
///
/// ```
/// use msed::trajectory::{Cell, Species, Trajectory};
/// // Two particles at three frames, 10 steps of 0.005 apart, in a buffer of the simulation code.
/// let frames = [
///     [[0.0_f32, 0.0, 0.0], [1.0, 1.0, 1.0]],
///     [[0.1, 0.0, 0.0], [1.0, 1.2, 1.0]],
///     [[0.3, 0.0, 0.0], [1.0, 1.1, 1.0]],
/// ];
/// let (points, species) = (frames.as_flattened(), Species::single("A", 2)?);
/// let trajectory = Trajectory::from_points(points, [0, 10, 20], 0.005, species)?
///     .with_cell(Cell::cubic(5.0)?)?;
/// assert_eq!((trajectory.frames(), trajectory.particles()), (3, 2));
/// assert_eq!(trajectory.frame(2), [0.3, 0.0, 0.0, 1.0, 1.1, 1.0]);
/// assert_eq!(trajectory.sampling().unwrap().interval(), 0.05);
/// # Ok::<(), msed::Error>(())
/// ```
///
/// Wrapped coordinates do not compile where displacements are meant:
/// ```compile_fail
/// # use msed::trajectory::{Trajectory, Wrapped, Unwrapped};
/// fn displacements(_: &Trajectory<'_, f32, Unwrapped>) {}
/// fn misuse(wrapped: &Trajectory<'_, f32, Wrapped>) { displacements(wrapped) }
/// ```
#[derive(Clone, PartialEq)]
pub struct Trajectory<'a, T: Real, C: Coordinates = Unwrapped> {
    pub(super) header: Header,
    pub(super) positions: Cow<'a, [T]>,
    /// One for each particle and frame, or none.
    pub(super) images: Vec<[i32; 3]>,
    pub(super) coordinates: PhantomData<C>,
}

/// What a trajectory is of.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Header {
    pub(super) steps: Vec<u64>,
    pub(super) time_step: f64,
    pub(super) species: Species,
    /// None, one for all frames, or one for each.
    pub(super) cells: Vec<Cell>,
    /// Frames that the source repeated, which count once.
    pub(super) repeated: usize,
    /// Where they were given.
    pub(super) dimensions: Option<Dimensions>,
}

impl Header {
    fn check_cells(&self) -> Result<(), TrajectoryError> {
        let (found, frames) = (self.cells.len(), self.steps.len());
        if found == 1 || found == frames {
            return Ok(());
        }
        let expected = format!("expected 1 for all frames or {frames}, one for each");
        Err(TrajectoryError::Shape(format!("{found} cells, {expected}")))
    }

    fn slice(&self, frames: Range<usize>) -> Self {
        let changing = self.cells.len() == self.steps.len();
        let cells = if changing {
            &self.cells[frames.clone()]
        } else {
            &self.cells
        };
        Self {
            cells: cells.to_vec(),
            steps: self.steps[frames].to_vec(),
            time_step: self.time_step,
            species: self.species.clone(),
            repeated: 0,
            dimensions: self.dimensions,
        }
    }
}

impl<'a, T: Real> Trajectory<'a, T, Unwrapped> {
    /// A trajectory of unwrapped coordinates: `positions` frame by frame, particle by particle, x y
    /// z, borrowed or owned; one step for each frame, of `time_step` time units each.
    ///
    /// `species` gives the number of particles.
    ///
    /// # Errors
    /// [`TrajectoryError`] where there is no frame, the length of `positions` is not frames x
    /// particles x 3, a coordinate is not finite or above 1e60 in size, steps do not increase, or
    /// the time step is not positive and finite.
    pub fn new(
        positions: impl Into<Cow<'a, [T]>>,
        steps: impl Into<Vec<u64>>,
        time_step: f64,
        species: Species,
    ) -> Result<Self, TrajectoryError> {
        Self::checked(positions.into(), steps.into(), time_step, species)
    }

    /// The same from a slice of points, borrowed.
    ///
    /// # Errors
    /// As [`new`](Trajectory::new).
    pub fn from_points(
        points: &'a [[T; 3]],
        steps: impl Into<Vec<u64>>,
        time_step: f64,
        species: Species,
    ) -> Result<Self, TrajectoryError> {
        Self::new(points.as_flattened(), steps, time_step, species)
    }

    /// The same from vectors of any linear algebra that can be converted into `[T; 3]`, such as the
    /// vectors of nalgebra and glam. They are copied once.
    ///
    /// ```
    /// use msed::trajectory::{Species, Trajectory};
    /// use nalgebra::Vector3;
    /// let frames = [vec![Vector3::new(0.0, 0.0, 0.0)], vec![Vector3::new(0.5, 0.0, 0.0)]];
    /// let points = frames.iter().flatten().copied();
    /// let run = Trajectory::from_vectors(points, [0, 10], 0.005, Species::single("A", 1)?)?;
    /// assert_eq!(run.positions(), [0.0, 0.0, 0.0, 0.5, 0.0, 0.0]);
    /// # Ok::<(), msed::Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`new`](Trajectory::new).
    pub fn from_vectors<V: Into<[T; 3]>>(
        vectors: impl IntoIterator<Item = V>,
        steps: impl Into<Vec<u64>>,
        time_step: f64,
        species: Species,
    ) -> Result<Self, TrajectoryError> {
        let positions: Vec<T> = vectors.into_iter().flat_map(V::into).collect();
        Self::new(positions, steps, time_step, species)
    }

    /// With one cell for all frames.
    ///
    /// # Errors
    /// [`TrajectoryError::LooksWrapped`], see [`check_unwrapped`](Trajectory::check_unwrapped).
    pub fn with_cell(self, cell: Cell) -> Result<Self, TrajectoryError> {
        self.with_cells([cell])
    }

    /// With one cell for all frames, or one for each frame.
    ///
    /// # Errors
    /// [`TrajectoryError::Shape`] for any other number of cells, and
    /// [`TrajectoryError::LooksWrapped`], see [`check_unwrapped`](Trajectory::check_unwrapped).
    pub fn with_cells(mut self, cells: impl Into<Vec<Cell>>) -> Result<Self, TrajectoryError> {
        self.header.cells = cells.into();
        self.header.check_cells()?;
        self.check_unwrapped()?;
        Ok(self)
    }
}

impl<'a, T: Real> Trajectory<'a, T, Wrapped> {
    /// A trajectory of wrapped coordinates: as [`new`](Trajectory::new), with one cell for all
    /// frames or one for each.
    ///
    /// # Errors
    /// As [`new`](Trajectory::new), and [`TrajectoryError::Shape`] for another number of cells or
    /// none.
    pub fn wrapped(
        positions: impl Into<Cow<'a, [T]>>,
        steps: impl Into<Vec<u64>>,
        time_step: f64,
        species: Species,
        cells: impl Into<Vec<Cell>>,
    ) -> Result<Self, TrajectoryError> {
        let mut trajectory = Self::checked(positions.into(), steps.into(), time_step, species)?;
        trajectory.header.cells = cells.into();
        trajectory.header.check_cells()?;
        Ok(trajectory)
    }

    /// With image flags: how many of each lattice vector to add to a position, one triple for each
    /// particle and frame, in the order of the positions.
    ///
    /// # Errors
    /// [`TrajectoryError::Shape`] for another number.
    pub fn with_images(mut self, images: impl Into<Vec<[i32; 3]>>) -> Result<Self, TrajectoryError> {
        self.images = images.into();
        let (found, expected) = (self.images.len(), self.frames() * self.particles());
        if found != expected {
            let expected = format!("expected {expected}: one for each particle and frame");
            return Err(TrajectoryError::Shape(format!("{found} image flags, {expected}")));
        }
        Ok(self)
    }
}

impl<'a, T: Real, C: Coordinates> Trajectory<'a, T, C> {
    fn checked(
        positions: Cow<'a, [T]>,
        steps: Vec<u64>,
        time_step: f64,
        species: Species,
    ) -> Result<Self, TrajectoryError> {
        Sampling::new(1, time_step)?;
        if steps.is_empty() {
            return Err(TrajectoryError::no_frames());
        }
        let (frames, particles) = (steps.len(), species.len());
        let expected = particles.checked_mul(3).and_then(|n| n.checked_mul(frames));
        if expected != Some(positions.len()) {
            let expected = format!("expected {frames} frames x {particles} particles x 3");
            let found = positions.len();
            return Err(TrajectoryError::Shape(format!("{found} coordinates, {expected}")));
        }
        for (index, points) in positions.chunks_exact(3 * particles).enumerate() {
            check_frame(&steps[..index], steps[index], points)?;
        }
        let header = Header {
            steps,
            time_step,
            species,
            cells: Vec::new(),
            repeated: 0,
            dimensions: None,
        };
        Ok(Self::of(header, positions, Vec::new()))
    }

    /// Checks whether the coordinates can be unwrapped ones.
    ///
    /// Coordinates are taken for wrapped where, along a lattice vector, they never spread over more
    /// than one cell and yet a particle jumps by more than half a cell between two frames: a
    /// particle that truly moved so would have left the cell. Wrapped particles that never meet a
    /// face, as in short runs, cannot be told from unwrapped ones, and have the same displacements.
    /// Without a cell the check passes.
    ///
    /// Cost: one pass, done when cells are given.
    ///
    /// # Errors
    /// [`TrajectoryError::LooksWrapped`] with the first jump.
    pub fn check_unwrapped(&self) -> Result<(), TrajectoryError> {
        let mut seen = WrapCheck::new();
        for frame in 0..self.frames() {
            let Some(cell) = self.cell(frame) else {
                return Ok(());
            };
            seen.add(cell, self.frame(frame));
            if seen.is_spread() {
                return Ok(());
            }
        }
        seen.verdict()
    }

    pub(super) fn of(header: Header, positions: Cow<'a, [T]>, images: Vec<[i32; 3]>) -> Self {
        Self {
            header,
            positions,
            images,
            coordinates: PhantomData,
        }
    }

    /// Image flags of frame `index`, where there are any: never for unwrapped coordinates.
    #[must_use]
    pub fn images(&self, index: usize) -> Option<&[[i32; 3]]> {
        let particles = self.particles();
        self.images.get(index * particles..(index + 1) * particles)
    }

    /// All coordinates: frame by frame, particle by particle, x y z.
    #[must_use]
    pub fn positions(&self) -> &[T] {
        &self.positions
    }

    /// The coordinates of frame `index`, particle by particle, x y z.
    ///
    /// # Panics
    /// If there is no such frame.
    #[must_use]
    pub fn frame(&self, index: usize) -> &[T] {
        let length = 3 * self.particles();
        &self.positions[index * length..(index + 1) * length]
    }

    /// The position of one particle at one frame, widened.
    ///
    /// # Panics
    /// If there is no such frame or particle.
    #[must_use]
    pub fn position(&self, frame: usize, particle: usize) -> [f64; 3] {
        let frame = self.frame(frame);
        std::array::from_fn(|i| frame[3 * particle + i].to_f64())
    }

    /// Which run this is: equal positions are one run.
    #[must_use]
    pub fn run(&self) -> RunId {
        RunId::of(&self.positions)
    }

    /// Number of frames.
    #[must_use]
    pub fn frames(&self) -> usize {
        self.header.steps.len()
    }

    /// Number of particles.
    #[must_use]
    pub fn particles(&self) -> usize {
        self.header.species.len()
    }

    /// The molecular-dynamics step of each frame, strictly increasing.
    #[must_use]
    pub fn steps(&self) -> &[u64] {
        &self.header.steps
    }

    /// Time units per step.
    #[must_use]
    pub fn time_step(&self) -> f64 {
        self.header.time_step
    }

    /// The frames as a uniform time axis, where they are two or more and equally far apart, by 2^32
    /// steps at most.
    #[must_use]
    pub fn sampling(&self) -> Option<Sampling> {
        let stride = super::pairs::uniform_stride(self.steps())?;
        Sampling::new(stride, self.time_step()).ok()
    }

    /// The lags of a request that these frames hold, and the pairs of frames for each.
    ///
    /// # Errors
    /// As [`LagTable::new`].
    pub fn lag_table(&self, lags: &Lags) -> Result<LagTable, LagError> {
        LagTable::new(self.steps(), self.time_step(), lags)
    }

    /// The cell of frame `index`; `None` where no cell is known.
    #[must_use]
    pub fn cell(&self, index: usize) -> Option<&Cell> {
        let constant = self.cells().len() == 1;
        self.cells().get(if constant { 0 } else { index })
    }

    /// The cells: none, one for all frames, or one for each frame.
    #[must_use]
    pub fn cells(&self) -> &[Cell] {
        &self.header.cells
    }

    /// The cell, where it is known and the same at all frames.
    #[must_use]
    pub fn constant_cell(&self) -> Option<&Cell> {
        let first = self.cells().first()?;
        self.cells().iter().all(|cell| cell == first).then_some(first)
    }

    /// How many frames the source gave twice, one after the other, with the same step, cell and
    /// positions: a restarted job writes the frame with which it begins again. Each counts once.
    #[must_use]
    pub fn repeated_frames(&self) -> usize {
        self.header.repeated
    }

    /// The species of the particles.
    #[must_use]
    pub fn species(&self) -> &Species {
        &self.header.species
    }

    /// With another assignment of species.
    ///
    /// # Errors
    /// [`TrajectoryError::Shape`] for another number of particles.
    pub fn with_species(mut self, species: Species) -> Result<Self, TrajectoryError> {
        let (found, expected) = (species.len(), self.particles());
        if found != expected {
            let species = format!("species for {found} particles, expected {expected}");
            return Err(TrajectoryError::Shape(species));
        }
        self.header.species = species;
        Ok(self)
    }

    /// A view that borrows the positions.
    #[must_use]
    pub fn view(&self) -> Trajectory<'_, T, C> {
        let positions = Cow::Borrowed(&*self.positions);
        Trajectory::of(self.header.clone(), positions, self.images.clone())
    }

    /// The same with positions of its own.
    #[must_use]
    pub fn into_owned(self) -> Trajectory<'static, T, C> {
        let positions = Cow::Owned(self.positions.into_owned());
        Trajectory::of(self.header, positions, self.images)
    }

    /// A copy with coordinates in double precision, each exactly as it is: for functions that
    /// multiply in the precision of the coordinates ([`Real`]), where single precision is not
    /// enough.
    ///
    /// ```
    /// use msed::structure::{self, WaveVectors};
    /// use msed::trajectory::{Species, Trajectory};
    /// use msed::{Lags, Resampling};
    /// let positions = vec![0.0_f32, 0.0, 0.0, 0.1, 0.2, 0.3];
    /// let run = Trajectory::new(positions, vec![0, 10], 0.005, Species::single("A", 1)?)?;
    /// let wide = run.widened();
    /// assert_eq!(wide.run(), run.run());
    /// let q = WaveVectors::from_vectors(&[[7.0, 0.0, 0.0]])?;
    /// let exact = structure::self_isf(&wide, "A", &q, &Lags::all(), Resampling::None)?;
    /// assert!((exact.values()[1] - (7.0 * f64::from(0.1_f32)).cos()).abs() < 1e-14);
    /// let single = structure::self_isf(&run, "A", &q, &Lags::all(), Resampling::None)?;
    /// assert!((exact.values()[1] - single.values()[1]).abs() < 3e-6);
    /// # Ok::<(), msed::Error>(())
    /// ```
    #[must_use]
    pub fn widened(&self) -> Trajectory<'static, f64, C> {
        let positions = self.positions.iter().map(|x| x.to_f64()).collect();
        Trajectory::of(self.header.clone(), Cow::Owned(positions), self.images.clone())
    }

    /// A view of some consecutive frames.
    ///
    /// # Errors
    /// [`TrajectoryError::Shape`] where the range is empty or goes past the end.
    pub fn slice(&self, frames: Range<usize>) -> Result<Trajectory<'_, T, C>, TrajectoryError> {
        if frames.is_empty() || frames.end > self.frames() {
            let expected = "expected a range that is not empty inside of";
            let wanted = format!("frames {frames:?} wanted, {expected} 0..{}", self.frames());
            return Err(TrajectoryError::Shape(wanted));
        }
        let particles = self.particles();
        let of_particles = frames.start * particles..frames.end * particles;
        let positions = &self.positions[3 * of_particles.start..3 * of_particles.end];
        let images = self.images.get(of_particles).unwrap_or_default();
        let header = self.header.slice(frames);
        Ok(Trajectory::of(header, Cow::Borrowed(positions), images.to_vec()))
    }
}

impl<T: Real, C: Coordinates> Replica for Trajectory<'_, T, C> {
    fn difference(&self, first: &Self) -> Option<String> {
        let (found, expected) = (self.time_step(), first.time_step());
        let differs = found.to_bits() != expected.to_bits();
        let time_step = || {
            let [found, expected] = apart(found, expected);
            format!("time step {found}, expected {expected} as in the first")
        };
        let species = self.species().difference(first.species());
        species.or_else(|| differs.then(time_step))
    }
}

/// One run or several, as estimators take them. Implemented for [`Trajectory`] and [`Replicas`];
/// sealed, because the runs must agree with each other.
pub trait TrajectoryRuns<T: Real, C: Coordinates = Unwrapped>: Sealed {
    /// The runs: at least one, all of the same species and time step.
    fn runs(&self) -> &[Trajectory<'_, T, C>];

    /// The identity of the run, or of the replicas as one.
    fn run(&self) -> RunId {
        RunId::merged(self.runs().iter().map(Trajectory::run))
    }
}

impl<T: Real, C: Coordinates> TrajectoryRuns<T, C> for Trajectory<'_, T, C> {
    fn runs(&self) -> &[Trajectory<'_, T, C>] {
        std::slice::from_ref(self)
    }
}

impl<T: Real, C: Coordinates> TrajectoryRuns<T, C> for Replicas<Trajectory<'_, T, C>> {
    fn runs(&self) -> &[Trajectory<'_, T, C>] {
        self.runs()
    }
}

impl<T: Real, C: Coordinates> fmt::Debug for Trajectory<'_, T, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Trajectory")
            .field("coordinates", &self.coordinates)
            .field("frames", &self.frames())
            .field("particles", &self.particles())
            .field("time_step", &self.time_step())
            .field("species", &self.species().names())
            .field("cells", &self.cells().len())
            .finish_non_exhaustive()
    }
}

/// Checks whether a frame can follow the frames at the steps `before`.
pub(super) fn check_frame<T: Real>(
    before: &[u64],
    step: u64,
    positions: &[T],
) -> Result<(), TrajectoryError> {
    let frame = before.len();
    if let Some(at) = first_unfit(positions) {
        return Err(TrajectoryError::NotFinite {
            frame,
            step,
            particle: at / 3,
            found: positions[at].to_f64(),
        });
    }
    match before.last() {
        Some(&before) if step <= before => Err(TrajectoryError::StepOrder {
            frame,
            found: step,
            before,
        }),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests;
