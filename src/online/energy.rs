//! The accumulator that a run feeds.

use super::error::OnlineError;
use super::levels::LevelLags;
use super::ring::{Ring, Work};
use crate::energy::run_sums::RunSums;
use crate::energy::sums::{EnergySums, System};
use crate::lag::Lags;
use crate::lag_sums::{BlockSpectra, cheapest_length, mean};
use crate::real::Real;
use crate::sampling::Sampling;
use crate::series::{EnergyKind, check_temperature};
use crate::stats::doubling_blocks::{BLOCKS, check_most, check_start};
use crate::stats::runs::{agree, check_samples};

/// Transforms of shorter segments are not worth their overhead.
const LEAST_SEGMENT: usize = 1024;

/// The energy correlations of a run that is going on: [`push`](Self::push) a sample at every sampling step, and ask for a
/// [`snapshot`](Self::snapshot) at any time.
///
/// **What it sums.** Every pair of samples at each lag, as [`energy::msed`](crate::energy::msed()) and
/// [`energy::autocorrelation`](crate::energy::autocorrelation()) do over a whole series: the results are theirs to rounding. The three
/// constructors differ in the lags, and in cost:
///
/// | | lags | a sample costs | memory |
/// |---|---|---|---|
/// | [`ring`](Self::ring) | any, up to m | a multiplication for each lag | 25 bytes a sample of m |
/// | [`block_fft`](Self::block_fft) | any, up to m | the logarithm of m | 460 bytes a sample of m |
/// | [`multi_tau`](Self::multi_tau) | doubling in spacing, over any number of decades | 1.5 multiplications for each point of a level | 9 kB a level |
///
/// **Blocks.** Their number is bounded and their length is not: when there would be more than [`with_blocks`](Self::with_blocks)
/// says, 20 unless said, neighbours are joined. A run of n samples has between 10 and 20 blocks of between n/20 and n/10 samples, and a
/// lag longer than a block has no standard error.
///
/// **Memory** is fixed at construction, with 32 bytes for each lag and block besides; of that of transforms, 16 bytes a sample are for each of the
/// 20 blocks. Nothing is allocated after construction, and the work of a sample is done when some thousands, or a segment, have come together.
///
/// **Pieces of one run**, on restarts or ranks of their own, join without losing a pair: [`starting_at`](Self::starting_at),
/// [`followed_by`](Self::followed_by). Independent runs merge as sums: [`EnergySums::merge`].
#[derive(Debug, Clone)]
pub struct EnergyAccumulator {
    pub(super) system: System,
    /// Sample of the run that was the first here.
    pub(super) first: u64,
    pub(super) samples: u64,
    /// Molecular-dynamics step of the first sample here, where a feed has said.
    pub(super) first_step: Option<u64>,
    pub(super) levels: Vec<Ring>,
    pub(super) transform: Option<BlockSpectra>,
    pub(super) sums: RunSums,
    pub(super) work: Work,
}

impl EnergyAccumulator {
    /// An accumulator that keeps as many samples as the longest lag reaches over and sums every lag by its definition: exact, and the
    /// fastest for some tens of lags.
    ///
    /// `samples` is the planned length of the run. It only says which lags there are, as in [`Lags::up_to_fraction`]: the run may be
    /// shorter, or go on.
    ///
    /// # Errors
    /// [`OnlineError::Lag`] for lags that a run of `samples` samples does not have, [`OnlineError::Memory`] for those that reach over more than
    /// there is memory for, [`OnlineError::Series`] for no particles.
    ///
    /// ```
    /// use msed::online::EnergyAccumulator;
    /// use msed::{EnergyKind, Lags, Sampling};
    /// let lags = Lags::explicit([1, 2]);
    /// let mut live = EnergyAccumulator::ring(Sampling::new(10, 0.005)?, 1, EnergyKind::Total, &lags, 100)?;
    /// live.push_slice(&[1.0, 2.0, 4.0, 7.0])?;
    /// let msed = live.snapshot()?.msed();
    /// assert_eq!(msed.lags(), [10, 20]);
    /// assert_eq!(msed.values(), [(1.0 + 4.0 + 9.0) / 3.0, (9.0 + 25.0) / 2.0]);
    /// # Ok::<(), msed::Error>(())
    /// ```
    pub fn ring(
        sampling: Sampling,
        particles: usize,
        kind: EnergyKind,
        lags: &Lags,
        samples: usize,
    ) -> Result<Self, OnlineError> {
        let lags = lags.resolve(samples, sampling.interval())?;
        let ring = Ring::new(1, places(&lags), 0)?;
        let system = System::new(sampling, particles, kind, lags)?;
        Self::of(system, vec![ring], None, 1)
    }

    /// An accumulator that sums lags from 16 on through Fourier transforms of segments somewhat longer than the longest lag: exact to
    /// rounding, at a cost that hardly depends on how many lags there are or how long they are.
    ///
    /// Blocks are whole segments, so that there are no error bars before four segments. Rounding is relative to the variance,
    /// about 10^-15 of it.
    ///
    /// # Errors
    /// As [`ring`](Self::ring).
    ///
    /// ```
    /// use msed::online::EnergyAccumulator;
    /// use msed::{EnergyKind, Lags, Sampling};
    /// let lags = Lags::all().up_to_samples(1000);
    /// let mut live = EnergyAccumulator::block_fft(Sampling::new(1, 1.0)?, 1, EnergyKind::Total, &lags, 100_000)?;
    /// for i in 0..20_000 {
    ///     live.push((0.02 * f64::from(i)).cos())?;
    /// }
    /// let msed = live.snapshot()?.msed();
    /// assert!((msed.values()[1000] - (1.0 - 20.0_f64.cos())).abs() < 0.01);
    /// # Ok::<(), msed::Error>(())
    /// ```
    pub fn block_fft(
        sampling: Sampling,
        particles: usize,
        kind: EnergyKind,
        lags: &Lags,
        samples: usize,
    ) -> Result<Self, OnlineError> {
        let lags = lags.resolve(samples, sampling.interval())?;
        let in_ring = places(&lags);
        // The cut is far beyond any memory, and keeps the search for a length within what integers hold.
        let longest = in_ring.last().map_or(0, |&lag| lag.min(usize::MAX >> 8));
        let segment = cheapest_length((longest + 1).max(LEAST_SEGMENT));
        let ring = Ring::of_segments(segment, in_ring)?;
        let system = System::new(sampling, particles, kind, lags)?;
        let transform = BlockSpectra::new(segment, BLOCKS)?;
        Self::of(system, vec![ring], Some(transform), segment as u64)
    }

    /// An accumulator for lags over many decades: 1, 2, ... `points`, and from there `points/2` in each doubling, up to `longest` or the
    /// next lag above.
    ///
    /// Level l keeps every 2^l-th sample and gives the lags j 2^l, j = points/2 + 1 ... points, by their definition over the first samples at
    /// multiples of 2^l. Nothing is averaged, so that there is no bias: averages over blocks of samples, the usual multi-tau scheme, lose
    /// the variance inside of the blocks, which is a fifth of a plateau where a block is 0.64 relaxation times long.
    ///
    /// **What is lost is origins.** Neighbouring ones say nearly the same of what is slow, but not of the fast part of an energy, whose noise is new at
    /// each sample: at level l its share of the error is 2^(l/2) times what all origins would give. In a glass former the fast part is most of the
    /// MSED, and errors at long lags come out several times larger; take more points, or [`block_fft`](Self::block_fft) wherever the longest lag fits into
    /// memory.
    ///
    /// # Errors
    /// [`OnlineError::Points`] for an odd number of points, none or more than 65536, [`OnlineError::Series`] for no particles.
    ///
    /// ```
    /// use msed::online::EnergyAccumulator;
    /// use msed::{EnergyKind, Sampling};
    /// let mut live = EnergyAccumulator::multi_tau(Sampling::new(1, 1.0)?, 1, EnergyKind::Total, 4, 16)?;
    /// assert_eq!(live.lags(), [1, 2, 3, 4, 6, 8, 12, 16]);
    /// live.push_slice(&[0.0, 1.0, 4.0, 9.0, 16.0, 25.0, 36.0, 49.0, 64.0])?;
    /// let msed = live.snapshot()?.msed();
    /// // Lag 6: first samples 0 and 2.
    /// assert_eq!((msed.values()[4], msed.origins()[4]), ((36.0 * 36.0 + 60.0 * 60.0) / 2.0, 2));
    /// # Ok::<(), msed::Error>(())
    /// ```
    pub fn multi_tau(
        sampling: Sampling,
        particles: usize,
        kind: EnergyKind,
        points: usize,
        longest: u64,
    ) -> Result<Self, OnlineError> {
        let (levels, lags) = LevelLags::doubling(1, points, longest)?;
        let system = System::new(sampling, particles, kind, lags)?;
        Self::of(system, Self::rings_of(levels)?, None, 1)
    }

    pub(super) fn rings_of(levels: Vec<LevelLags>) -> Result<Vec<Ring>, OnlineError> {
        let ring = |of: LevelLags| Ring::new(of.stride, of.lags, of.first_point);
        levels.into_iter().map(ring).collect()
    }

    fn of(
        system: System,
        levels: Vec<Ring>,
        transform: Option<BlockSpectra>,
        length: u64,
    ) -> Result<Self, OnlineError> {
        Ok(Self {
            work: Work::new(&levels),
            sums: RunSums::new(system.lags.len(), BLOCKS, length)?,
            first: 0,
            samples: 0,
            first_step: None,
            system,
            levels,
            transform,
        })
    }

    /// At most `most` blocks, an even number.
    ///
    /// # Errors
    /// [`OnlineError::Blocks`] for fewer than two, more than 65536, or an odd number, [`OnlineError::Running`] after the first sample.
    pub fn with_blocks(mut self, most: usize) -> Result<Self, OnlineError> {
        self.not_running()?;
        self.sums = self.sums.with_most(check_most(most)?)?;
        if let Some(transform) = &mut self.transform {
            *transform = BlockSpectra::new(transform.segment(), most)?;
        }
        Ok(self)
    }

    /// The temperature of the run, which [`EnergySums::moments`] hands on, and which sums that merge must share. One that is known at the end only, or
    /// that differs between replicas, is given there: [`Moments::with_temperature`](crate::energy::Moments::with_temperature).
    ///
    /// # Errors
    /// [`SeriesError::Temperature`](crate::series::SeriesError::Temperature) unless positive and finite.
    pub fn with_temperature(mut self, temperature: f64) -> Result<Self, OnlineError> {
        self.system.temperature = Some(check_temperature(temperature)?);
        Ok(self)
    }

    /// For a piece of a run: the samples begin with sample `sample` of the run, counted from 0. See [`followed_by`](Self::followed_by).
    ///
    /// # Errors
    /// [`OnlineError::Running`] after the first sample, [`OnlineError::Start`] for a sample beyond 2^62.
    pub fn starting_at(mut self, sample: u64) -> Result<Self, OnlineError> {
        self.not_running()?;
        check_start(sample)?;
        self.first = sample;
        for level in &mut self.levels {
            level.begin_at(sample);
        }
        Ok(self)
    }

    fn not_running(&self) -> Result<(), OnlineError> {
        match self.samples {
            0 => Ok(()),
            found => Err(OnlineError::Running { found }),
        }
    }

    /// Takes in the next sample, in the kind given at construction.
    ///
    /// # Errors
    /// [`OnlineError::NotFinite`] for a NaN, an infinity or a number above 1e60 in size, which is not taken in.
    #[inline]
    pub fn push<T: Real>(&mut self, sample: T) -> Result<(), OnlineError> {
        self.push_slice(std::slice::from_ref(&sample))
    }

    /// Takes in the next samples: the same sums, to the last bit, as one by one.
    ///
    /// # Errors
    /// [`OnlineError::NotFinite`] for a NaN, an infinity or a number above 1e60 in size, in which case none is taken in.
    pub fn push_slice<T: Real>(&mut self, samples: &[T]) -> Result<(), OnlineError> {
        check_samples(samples, self.first + self.samples)?;
        let mut rest = samples;
        while !rest.is_empty() {
            let taken = self.levels[0].fill(rest.iter().map(|&x| Real::to_f64(x)));
            let (now, later) = rest.split_at(taken);
            if self.levels.len() > 1 {
                self.decimate(now);
            }
            if self.levels[0].is_full() {
                self.advance();
            }
            self.samples += taken as u64;
            rest = later;
        }
        Ok(())
    }

    /// Sums what has all its partners in the first level.
    fn advance(&mut self) {
        let ring = &mut self.levels[0];
        let Some(transform) = &mut self.transform else {
            ring.advance(&mut self.sums, &mut self.work);
            return;
        };
        let centre = *self.sums.centre.get_or_insert_with(|| mean(ring.buffer()));
        self.sums.blocks.open(ring.base());
        let blocks = &self.sums.blocks;
        transform.add(ring.buffer(), centre, blocks.live(), blocks.length());
        ring.advance(&mut self.sums, &mut self.work);
    }

    /// Hands the samples that just came to the levels above the first, each those at multiples of its stride.
    fn decimate<T: Real>(&mut self, samples: &[T]) {
        let first = self.first + self.samples;
        let odd = (first % 2) as usize;
        for (i, x) in samples.iter().enumerate().skip(odd).step_by(2) {
            let place = first + i as u64;
            for (l, level) in self.levels.iter_mut().enumerate().skip(1) {
                if !place.is_multiple_of(1 << l) {
                    break;
                }
                level.fill(std::iter::once(Real::to_f64(*x)));
                if level.is_full() {
                    level.advance(&mut self.sums, &mut self.work);
                }
            }
        }
    }

    /// Number of samples taken in.
    #[must_use]
    pub fn samples(&self) -> u64 {
        self.samples
    }

    /// The time axis.
    #[must_use]
    pub fn sampling(&self) -> Sampling {
        self.system.sampling
    }

    /// Number of particles.
    #[must_use]
    pub fn particles(&self) -> usize {
        self.system.particles.get()
    }

    /// The lags, in samples.
    #[must_use]
    pub fn lags(&self) -> &[u64] {
        &self.system.lags
    }

    /// The sums over all samples so far; the stream goes on as if it had not been asked.
    ///
    /// **Cost.** The work of the samples that wait, at most twice the longest lag of them, and an inverse transform for each block where there
    /// are transforms. Allocates the sums that it returns.
    ///
    /// # Errors
    /// [`OnlineError::TooFewSamples`] before the second sample.
    pub fn snapshot(&self) -> Result<EnergySums, OnlineError> {
        if self.samples < 2 {
            return Err(OnlineError::TooFewSamples { found: self.samples });
        }
        let mut sums = self.closed_sums();
        let mut work = Work::new(&self.levels);
        for level in &self.levels {
            level.sum_with(&[], &mut sums, &mut work)?;
        }
        sums.blocks.finish(self.samples);
        Ok(EnergySums::new(self.system.clone(), sums))
    }

    /// The sums of all that has been summed, through transforms too.
    fn closed_sums(&self) -> RunSums {
        let mut sums = self.sums.clone();
        if let Some(transform) = &self.transform {
            let (lags, first) = self.levels[0].long_lags();
            let sealed = sums.blocks.count() - sums.blocks.live();
            transform.for_each_block(|block, products| {
                for (k, &lag) in lags.iter().enumerate() {
                    sums.pairs_mut(sealed + block, first + k).differences -= 2.0 * products[lag];
                }
            });
        }
        sums
    }

    /// This piece of a run and the one that follows it, as one accumulator, which goes on where `later` is. No pair is lost: the
    /// earlier piece has kept its last samples, the later one its first.
    ///
    /// The result is that of the undivided run, but for rounding and for where its blocks begin. Associative in the same sense.
    ///
    /// # Errors
    /// [`OnlineError::NotConsecutive`] where `later` does not begin with the sample after the last one here,
    /// [`OnlineError::Mismatch`] where sampling, particles, kind, temperature, lags or method differ.
    ///
    /// ```
    /// use msed::online::EnergyAccumulator;
    /// use msed::{EnergyKind, Lags, Sampling};
    /// let piece = |first, samples: &[f64]| {
    ///     let sampling = Sampling::new(1, 1.0)?;
    ///     let lags = Lags::explicit([1, 2]);
    ///     let mut live = EnergyAccumulator::ring(sampling, 1, EnergyKind::Total, &lags, 10)?.starting_at(first)?;
    ///     live.push_slice(samples)?;
    ///     Ok::<_, msed::Error>(live)
    /// };
    /// let run = piece(0, &[1.0, 2.0])?.followed_by(&piece(2, &[4.0, 7.0])?)?;
    /// assert_eq!(run.snapshot()?.msed().values(), [(1.0 + 4.0 + 9.0) / 3.0, (9.0 + 25.0) / 2.0]);
    /// # Ok::<(), msed::Error>(())
    /// ```
    pub fn followed_by(mut self, later: &Self) -> Result<Self, OnlineError> {
        self.system.same(&later.system)?;
        let method = |a: &Self| {
            let name = match (&a.transform, a.levels.len()) {
                (Some(_), _) => "block transforms",
                (None, 1) => "a ring",
                (None, _) => "multi-tau",
            };
            [("the method", name.to_owned())]
        };
        agree(method(&self), method(later))?;
        if later.first != self.first + self.samples {
            return Err(OnlineError::NotConsecutive {
                found: later.first,
                expected: self.first + self.samples,
            });
        }
        if !later.levels[0].is_past_head() {
            self.push_slice(later.levels[0].buffer())?;
            return Ok(self);
        }
        let samples = self.samples;
        self.sums = self.closed_sums();
        for (level, next) in self.levels.iter().zip(&later.levels) {
            if next.is_past_head() {
                level.sum_with(next.head(), &mut self.sums, &mut self.work)?;
            }
        }
        self.sums
            .followed_by(samples, later.closed_sums(), later.levels[0].base())?;
        for (level, next) in self.levels.iter_mut().zip(&later.levels) {
            if next.is_past_head() {
                level.go_on_as(next, samples);
            } else {
                let mut rest = next.buffer();
                while !rest.is_empty() {
                    let taken = level.fill(rest.iter().copied());
                    rest = &rest[taken..];
                    if level.is_full() {
                        level.advance(&mut self.sums, &mut self.work);
                    }
                }
            }
        }
        if let Some(transform) = &mut self.transform {
            transform.clear(self.sums.blocks.length());
        }
        self.samples += later.samples;
        Ok(self)
    }
}

fn places(lags: &[u64]) -> Vec<usize> {
    lags.iter().map(|&lag| lag as usize).collect()
}
