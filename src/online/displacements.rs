//! The displacements of a run that is going on.

use super::accumulator::{Accumulator, Pairs};
use super::error::OnlineError;
use super::frames::FramePairs;
use super::places::LevelLags;
use super::wrapping::Wrapping;
use crate::kernels::PairColumns;
use crate::lag::Lags;
use crate::sampling::{Lag, Sampling};
use crate::structure::{DisplacementSystem, Groups, WaveVectors, check_radius};
use crate::trajectory::Species;

/// The displacements of a run that is going on: [`push`](Self::push) the unwrapped positions at
/// every sampling step, and ask for a [`snapshot`](Self::snapshot) at any time.
///
/// **What it sums.** Every pair of frames at each lag, as
/// [`structure::displacements`](crate::structure::displacements) and
/// [`structure::self_isf`](crate::structure::self_isf) do over a whole trajectory: the results are
/// the same except for rounding.
///
/// **Memory.** 24 bytes for each particle and frame that the longest lag reaches over, or that a
/// level of [`multi_tau`](Self::multi_tau) keeps, and 8 bytes for each block, lag, group of
/// particles and quantity. **Cost.** About 1 ns for each particle, lag and wave vector, and a few
/// for each particle and lag.
///
/// Blocks, pieces of one run and allocation are as for every [`Accumulator`].
///
/// ```
/// use msed::online::DisplacementAccumulator;
/// use msed::trajectory::Species;
/// use msed::{Lag, Lags, Sampling};
/// // Two particles; the second one moves by 0.5 along x in each frame.
/// let species = Species::single("A", 2)?;
/// let mut live = DisplacementAccumulator::new(Sampling::new(100, 0.005)?, &species, &Lags::samples([1, 2]))?;
/// for frame in 0..4 {
///     live.push(&[0.0, 0.0, 0.0, 0.5 * f64::from(frame), 1.0, 1.0])?;
/// }
/// let moved = live.snapshot()?.displacements();
/// let msd = &moved.of("A")?.msd.total;
/// assert_eq!(msd.lags(), [100, 200].map(Lag::from_steps));
/// assert_eq!(msd.values(), [0.125, 0.5]);
/// # Ok::<(), msed::Error>(())
/// ```
pub type DisplacementAccumulator = Accumulator<DisplacementSystem>;

/// A row has x of all particles, then y, then z.
impl Pairs for DisplacementSystem {
    type Work = PairColumns;

    fn work(&self) -> PairColumns {
        PairColumns::new(Pairs::particles(self), self.lists.len())
    }

    fn width(&self) -> usize {
        3 * DisplacementSystem::particles(self)
    }

    fn particles(&self) -> Vec<usize> {
        self.species().iter().map(|group| group.particles).collect()
    }

    fn add(&self, work: &mut PairColumns, then: &[f64], now: &[f64], sums: &mut [f64]) {
        work.add([then, now], self.radius, &self.lists, sums);
    }
}

impl FramePairs for DisplacementSystem {
    const UNWRAPPED: Option<fn(&[f64], usize) -> [f64; 3]> = Some(|row, place| {
        let particles = row.len() / 3;
        std::array::from_fn(|axis| row[axis * particles + place])
    });

    #[inline]
    fn place(&self, _: &mut PairColumns, row: &mut [f64], place: usize, [x, y, z]: [f64; 3]) {
        let particles = row.len() / 3;
        row[place] = x;
        row[particles + place] = y;
        row[2 * particles + place] = z;
    }
}

impl DisplacementAccumulator {
    /// An accumulator of the displacements of these particles at these lags, counted in frames.
    ///
    /// # Errors
    /// [`OnlineError::Lag`] for lags that mean nothing, [`OnlineError::Memory`] for lags that reach
    /// over more frames than there is memory for.
    pub fn new(sampling: Sampling, species: &Species, lags: &Lags) -> Result<Self, OnlineError> {
        let lags = lags.in_planned_samples(&sampling)?;
        Self::over(sampling, species, vec![LevelLags::single(&lags)], lags)
    }

    /// An accumulator for lags over many decades: 1, 2, ... `points`, and from there `points/2` in
    /// each doubling, up to `longest` frames or the next lag above.
    ///
    /// Level l keeps every 2^l-th frame, `points` + 1 of them, so that memory grows with the
    /// logarithm of the longest lag. The lags j 2^l, j = points/2 + 1 ... points, are summed by
    /// their definition over the first frames at multiples of 2^l. Nothing is averaged, so that
    /// there is no bias: displacements of averaged positions would lack what moves inside of the
    /// average. The price is fewer time origins. Neighbouring origins are nearly redundant for
    /// displacements, and less so for chi4.
    ///
    /// # Errors
    /// [`OnlineError::NotEven`] for an odd number of points, none or more than 65536.
    ///
    /// ```
    /// use msed::online::DisplacementAccumulator;
    /// use msed::trajectory::Species;
    /// use msed::{Lag, Sampling};
    /// let (sampling, species) = (Sampling::new(1, 0.005)?, Species::single("A", 1)?);
    /// let mut live = DisplacementAccumulator::multi_tau(sampling, &species, 4, Lag::from_steps(16))?;
    /// assert!(live.lags().eq([1, 2, 3, 4, 6, 8, 12, 16].map(Lag::from_steps)));
    /// for frame in 0..9 {
    ///     live.push(&[f64::from(frame * frame), 0.0, 0.0])?;
    /// }
    /// let moved = live.snapshot()?.displacements();
    /// let msd = &moved.of("A")?.msd.total;
    /// // Lag 6: first frames 0 and 2.
    /// assert_eq!((msd.values()[4], msd.origins()[4]), ((36.0 * 36.0 + 60.0 * 60.0) / 2.0, 2));
    /// # Ok::<(), msed::Error>(())
    /// ```
    pub fn multi_tau(
        sampling: Sampling,
        species: &Species,
        points: usize,
        longest: Lag,
    ) -> Result<Self, OnlineError> {
        let (levels, lags) = LevelLags::doubling(1, points, longest.steps().div_ceil(sampling.stride()))?;
        Self::over(sampling, species, levels, lags)
    }

    fn over(
        sampling: Sampling,
        species: &Species,
        levels: Vec<LevelLags>,
        lags: Vec<u64>,
    ) -> Result<Self, OnlineError> {
        let system = DisplacementSystem::new(sampling, &Groups::new(species), lags);
        let mut live = Self::of(system, species.of_particles(), levels)?;
        live.wrapping = Wrapping::of(species.len());
        Ok(live)
    }

    /// With the overlap and chi4: a particle that has moved less than `radius` counts as not moved.
    ///
    /// # Errors
    /// [`OnlineError::Structure`] unless positive and finite, [`OnlineError::Running`] after the
    /// first frame.
    pub fn with_overlap(mut self, radius: f64) -> Result<Self, OnlineError> {
        self.stream.progress.not_running()?;
        self.over.radius = Some(check_radius(radius)?);
        Ok(self)
    }

    /// With the self part of the intermediate scattering function over a list of wave vectors;
    /// called again, over further lists. Positions are then known to be in the cell of the vectors,
    /// where these have one, and are refused where they look wrapped.
    ///
    /// # Errors
    /// [`OnlineError::Running`] after the first frame.
    pub fn with_self_isf(mut self, vectors: &WaveVectors) -> Result<Self, OnlineError> {
        self.wrapping.set_cell(vectors.cell());
        let mut over = self.over.clone();
        over.lists.push(vectors.turns());
        let blocks = self.stream.sums.blocks.wanted();
        self.with_sums(over, blocks)
    }
}
