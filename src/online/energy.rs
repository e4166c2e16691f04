//! The accumulator that a run feeds.

use super::error::{OnlineError, check_even, check_samples};
use super::places::{LevelLags, Progress};
use super::ring::{Ring, Work};
use crate::energy::EnergySums;
use crate::energy::run_sums::RunSums;
use crate::energy::sums::EnergyPairs;
use crate::lag::Lags;
use crate::lag_sums::{BlockSpectra, cheapest_length, mean};
use crate::real::Real;
use crate::sampling::{Lag, Sampling};
use crate::series::EnergySystem;
use crate::stats::doubling_blocks::BLOCKS;
#[cfg(feature = "serde")]
use crate::stats::runs::InBlocks;
use crate::stats::runs::agree;
use crate::stats::sums::Summed;

/// Transforms of shorter segments are not worth their overhead.
const LEAST_SEGMENT: usize = 1024;

/// The energy correlations of a run that is going on: [`push`](Self::push) a sample at every
/// sampling step, and ask for a [`snapshot`](Self::snapshot) at any time.
///
/// **What it sums.** Every pair of samples at each lag, as [`energy::msed`](crate::energy::msed())
/// and [`energy::autocorrelation`](crate::energy::autocorrelation()) do over a whole series: the
/// results are the same except for rounding. The three constructors differ in the lags, and in
/// cost:
///
/// | | lags | a sample costs | memory |
/// |---|---|---|---|
/// | [`ring`](Self::ring) | any, up to m | a multiplication for each lag | 25 bytes a sample of m |
/// | [`block_fft`](Self::block_fft) | any, up to m | the logarithm of m | 1.3 kB a sample of m |
/// | [`multi_tau`](Self::multi_tau) | doubling in spacing, over any number of decades | 1.5 multiplications for each point of a level | 9 kB a level |
///
/// **Blocks.** A snapshot has ten, as [`Resampling::Blocks`](crate::Resampling::Blocks) has by
/// default, unless [`with_blocks`](Self::with_blocks) says otherwise, and the same lags have a
/// standard error: those up to a block. Blocks are made of 30 to 60 pieces of one length, which
/// doubles when there would be more, and end within a sixth of their length of where equal ones
/// would. Apart from these ends, the errors are those of the whole series.
///
/// **Memory** is fixed at construction. Each lag and piece takes 32 bytes more, and of the 1.3 kB
/// of the transforms 16 bytes belong to each of the 60 pieces and 240 to the first samples. Nothing
/// is allocated after construction. The samples wait until some thousands of them, or a segment,
/// are summed together.
///
/// **Other scalars.** A [`Sampling`] in place of a system takes samples as they are: a pressure, a
/// stress, a dipole moment. The sums give what the estimators give of a
/// [`ScalarSeries`](crate::ScalarSeries).
/// ```
/// use msed::online::EnergyAccumulator;
/// use msed::{Lags, Resampling, Sampling, ScalarSeries, energy};
/// let (stress, sampling) = ([0.3, -0.1, 0.2, 0.4], Sampling::new(10, 0.004)?);
/// let mut live = EnergyAccumulator::ring(sampling, &Lags::samples([1, 2]))?;
/// live.push_slice(&stress)?;
/// let whole = ScalarSeries::new(&stress[..], sampling)?;
/// let whole = energy::msed(&whole, &Lags::samples([1, 2]), Resampling::None)?;
/// assert_eq!(live.snapshot()?.msed().values(), whole.values());
/// # Ok::<(), msed::Error>(())
/// ```
///
/// **Pieces of one run**, on restarts or ranks of their own, join without losing a pair:
/// [`starting_at`](Self::starting_at), [`followed_by`](Self::followed_by). Independent runs merge
/// as sums: [`EnergySums::merge`].
#[derive(Debug, Clone)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(try_from = "Unchecked")
)]
pub struct EnergyAccumulator {
    pairs: EnergyPairs,
    pub(super) progress: Progress,
    levels: Vec<Ring>,
    transform: Option<BlockSpectra>,
    sums: RunSums,
    #[cfg_attr(feature = "serde", serde(skip))]
    work: Work,
}

impl EnergyAccumulator {
    /// An accumulator that keeps as many samples as the longest lag reaches over and sums every lag
    /// by its definition: exact, and the fastest for some tens of lags.
    ///
    /// # Errors
    /// [`OnlineError::Lag`] for lags that mean nothing, [`OnlineError::Memory`] for lags that reach
    /// over more samples than there is memory for.
    ///
    /// ```
    /// use msed::online::EnergyAccumulator;
    /// use msed::{EnergyKind, EnergySystem, Lag, Lags, Sampling};
    /// let system = EnergySystem::new(Sampling::new(10, 0.005)?, 1, EnergyKind::Total)?;
    /// let mut live = EnergyAccumulator::ring(system, &Lags::samples([1, 2]))?;
    /// live.push_slice(&[1.0, 2.0, 4.0, 7.0])?;
    /// let msed = live.snapshot()?.msed();
    /// assert_eq!(msed.lags(), [10, 20].map(Lag::from_steps));
    /// assert_eq!(msed.values(), [(1.0 + 4.0 + 9.0) / 3.0, (9.0 + 25.0) / 2.0]);
    /// # Ok::<(), msed::Error>(())
    /// ```
    pub fn ring(system: impl Into<EnergySystem>, lags: &Lags) -> Result<Self, OnlineError> {
        let system = system.into();
        let lags = lags.in_planned_samples(&system.sampling())?;
        let ring = Ring::new(LevelLags::single(&lags))?;
        Self::of(EnergyPairs { system, lags }, vec![ring], None, 1)
    }

    /// An accumulator that sums lags from 16 on through Fourier transforms of segments somewhat
    /// longer than the longest lag: exact to rounding, at a cost that hardly depends on how many
    /// lags there are or how long they are.
    ///
    /// Pieces of blocks are whole segments. The first three segments for each block, 30, are kept
    /// as they are. While the run is no longer, a snapshot divides and sums them as a whole series
    /// is divided and summed. Rounding is relative to the variance, about 10^-15 of it.
    ///
    /// # Errors
    /// As [`ring`](Self::ring).
    ///
    /// ```
    /// use msed::online::EnergyAccumulator;
    /// use msed::{EnergyKind, EnergySystem, Lags, Sampling};
    /// let system = EnergySystem::new(Sampling::new(1, 1.0)?, 1, EnergyKind::Total)?;
    /// let mut live = EnergyAccumulator::block_fft(system, &Lags::all().up_to_samples(1000))?;
    /// for i in 0..20_000 {
    ///     live.push((0.02 * f64::from(i)).cos())?;
    /// }
    /// let msed = live.snapshot()?.msed();
    /// assert!((msed.values()[1000] - (1.0 - 20.0_f64.cos())).abs() < 0.01);
    /// # Ok::<(), msed::Error>(())
    /// ```
    pub fn block_fft(system: impl Into<EnergySystem>, lags: &Lags) -> Result<Self, OnlineError> {
        let system = system.into();
        let lags = lags.in_planned_samples(&system.sampling())?;
        let level = LevelLags::single(&lags);
        // The cut is far beyond any memory, and keeps the search for a length within what integers
        // hold.
        let longest = level.reach().min(usize::MAX >> 8);
        let segment = cheapest_length((longest + 1).max(LEAST_SEGMENT));
        let ring = Ring::of_segments(segment, 1, level)?;
        let pairs = EnergyPairs { system, lags };
        Self::of(pairs, vec![ring], None, segment as u64)?.with_transform(segment)
    }

    /// An accumulator for lags over many decades: 1, 2, ... `points`, and from there `points/2` in
    /// each doubling, up to `longest` samples or the next lag above.
    ///
    /// Level l keeps every 2^l-th sample and gives the lags j 2^l, j = points/2 + 1 ... points, by
    /// their definition over the first samples at multiples of 2^l. Nothing is averaged, so that
    /// there is no bias: averages over blocks of samples, the usual multi-tau scheme, lose the
    /// variance inside of the blocks, which is a fifth of a plateau where a block is 0.64
    /// relaxation times long.
    ///
    /// **The price is fewer time origins.** Neighbouring origins are nearly redundant for slow
    /// dynamics, but not for the fast part of an energy, whose noise is new at each sample: at
    /// level l its share of the error is 2^(l/2) times what all origins would give. In a glass
    /// former the fast part is most of the MSED, and errors at long lags come out several times
    /// larger. Do not fit τ* to 16 points a level: of the shipped run at T = 0.700 they give
    /// 2.06(52) and call it resolved, where 64 points give 4.55(72) and the spectrum 5.26(71). Take
    /// 64 points, or [`block_fft`](Self::block_fft) wherever the longest lag fits into memory.
    ///
    /// # Errors
    /// [`OnlineError::NotEven`] for an odd number of points, none or more than 65536.
    ///
    /// ```
    /// use msed::online::EnergyAccumulator;
    /// use msed::{EnergyKind, EnergySystem, Lag, Sampling};
    /// let system = EnergySystem::new(Sampling::new(1, 1.0)?, 1, EnergyKind::Total)?;
    /// let mut live = EnergyAccumulator::multi_tau(system, 4, Lag::from_steps(16))?;
    /// assert!(live.lags().eq([1, 2, 3, 4, 6, 8, 12, 16].map(Lag::from_steps)));
    /// live.push_slice(&[0.0, 1.0, 4.0, 9.0, 16.0, 25.0, 36.0, 49.0, 64.0])?;
    /// let msed = live.snapshot()?.msed();
    /// // Lag 6: first samples 0 and 2.
    /// assert_eq!((msed.values()[4], msed.origins()[4]), ((36.0 * 36.0 + 60.0 * 60.0) / 2.0, 2));
    /// # Ok::<(), msed::Error>(())
    /// ```
    pub fn multi_tau(
        system: impl Into<EnergySystem>,
        points: usize,
        longest: Lag,
    ) -> Result<Self, OnlineError> {
        let system = system.into();
        let (levels, lags) =
            LevelLags::doubling(1, points, longest.steps().div_ceil(system.sampling().stride()))?;
        let rings = levels.into_iter().map(Ring::new).collect::<Result<_, _>>()?;
        Self::of(EnergyPairs { system, lags }, rings, None, 1)
    }

    fn of(
        pairs: EnergyPairs,
        levels: Vec<Ring>,
        transform: Option<BlockSpectra>,
        length: u64,
    ) -> Result<Self, OnlineError> {
        Ok(Self {
            work: Work::new(&levels),
            sums: RunSums::new(pairs.lags.len(), BLOCKS, length)?,
            progress: Progress::default(),
            pairs,
            levels,
            transform,
        })
    }

    /// Before the first sample: sums long lags through transforms of segments of this length, in
    /// the pieces of the run's sums.
    fn with_transform(mut self, segment: usize) -> Result<Self, OnlineError> {
        let of = self.levels[0].of.clone();
        self.levels[0] = Ring::of_segments(segment, kept_segments(&self.sums), of)?;
        self.transform = Some(BlockSpectra::new(segment, self.sums.blocks.most())?);
        Ok(self)
    }

    /// Sets the number of blocks in a snapshot, which must be even. Six times as many pieces are
    /// kept.
    ///
    /// # Errors
    /// [`OnlineError::NotEven`] for fewer than two, more than 65536, or an odd number,
    /// [`OnlineError::Running`] after the first sample.
    pub fn with_blocks(mut self, blocks: usize) -> Result<Self, OnlineError> {
        check_even("blocks", blocks)?;
        self.progress.not_running()?;
        self.sums = self.sums.with_blocks(blocks)?;
        match self.transform.as_ref().map(BlockSpectra::segment) {
            Some(segment) => self.with_transform(segment),
            None => Ok(self),
        }
    }

    /// For a piece of a run: the samples begin with sample `sample` of the run, counted from 0. See
    /// [`followed_by`](Self::followed_by).
    ///
    /// # Errors
    /// [`OnlineError::Running`] after the first sample, [`OnlineError::Start`] for a sample beyond
    /// 2^62.
    pub fn starting_at(mut self, sample: u64) -> Result<Self, OnlineError> {
        self.progress = self.progress.starting_at(sample)?;
        for level in &mut self.levels {
            level.begin_at(sample);
        }
        Ok(self)
    }

    /// Takes in the next sample, in the kind of the system.
    ///
    /// # Errors
    /// [`OnlineError::NotFinite`] for a NaN, an infinity or a number above 1e60 in size, which is
    /// not taken in.
    #[inline]
    pub fn push<T: Real>(&mut self, sample: T) -> Result<(), OnlineError> {
        self.push_slice(std::slice::from_ref(&sample))
    }

    /// Takes in the next samples: the same sums, to the last bit, as one by one.
    ///
    /// # Errors
    /// [`OnlineError::NotFinite`] for a NaN, an infinity or a number above 1e60 in size, in which
    /// case none is taken in.
    pub fn push_slice<T: Real>(&mut self, samples: &[T]) -> Result<(), OnlineError> {
        check_samples(samples, self.progress.next())?;
        self.add(samples);
        Ok(())
    }

    /// Takes in samples that can be computed with.
    pub(super) fn add<T: Real>(&mut self, samples: &[T]) {
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
            self.progress.count += taken as u64;
            rest = later;
        }
    }

    /// Sums what has all its partners in the first level.
    fn advance(&mut self) {
        let ring = &mut self.levels[0];
        let Some(transform) = &mut self.transform else {
            ring.advance(&mut self.sums, &mut self.work);
            return;
        };
        let centre = *self.sums.centre.get_or_insert_with(|| mean(&ring.buffer));
        self.sums.blocks.open(ring.base);
        let blocks = &self.sums.blocks;
        transform.add(&ring.buffer, centre, blocks.live(), blocks.length());
        ring.advance(&mut self.sums, &mut self.work);
    }

    /// Hands the samples that just came to the levels above the first, each those at multiples of
    /// its stride.
    fn decimate<T: Real>(&mut self, samples: &[T]) {
        let first = self.progress.next();
        let odd = (first % 2) as usize;
        for (i, x) in samples.iter().enumerate().skip(odd).step_by(2) {
            let place = first + i as u64;
            for (l, level) in self.levels.iter_mut().enumerate().skip(1) {
                if !place.is_multiple_of(1 << l) {
                    break;
                }
                // A call for a slice of one sample would cost more than its sums.
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
        self.progress.count
    }

    /// The time axis.
    #[must_use]
    pub fn sampling(&self) -> Sampling {
        self.pairs.system.sampling()
    }

    /// What the energies are of.
    #[must_use]
    pub fn system(&self) -> EnergySystem {
        self.pairs.system
    }

    /// The lags, strictly increasing.
    #[must_use]
    pub fn lags(&self) -> impl ExactSizeIterator<Item = Lag> {
        let EnergyPairs { system, lags } = &self.pairs;
        lags.iter().map(|&m| system.sampling().lag(m))
    }

    /// The sums over all samples so far; the stream goes on as if it had not been asked.
    ///
    /// **Cost.** The work of the samples that wait, at most twice the longest lag of them. Where
    /// there are transforms, an inverse one for each piece, or the work of the whole run where it
    /// is kept. Allocates the sums that it returns.
    ///
    /// # Errors
    /// [`OnlineError::TooFewSamples`] before the second sample.
    pub fn snapshot(&self) -> Result<EnergySums, OnlineError> {
        self.progress.has_a_pair()?;
        let mut work = Work::new(&self.levels);
        let first = &self.levels[0];
        if self.transform.is_some() && first.head.len() as u64 == self.progress.count {
            let mut sums = self.sums.divided(self.progress.count);
            first.sum_head(&mut sums, &mut work)?;
            return Ok(EnergySums::new(self.pairs.clone(), sums));
        }
        let mut sums = self.closed_sums();
        for level in &self.levels {
            level.sum_with(&[], &mut sums, &mut work)?;
        }
        sums.blocks.finish(self.progress.count);
        Ok(EnergySums::new(self.pairs.clone(), sums))
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

    /// This piece of a run and the one that follows it, as one accumulator, which goes on where
    /// `later` is. No pair is lost: the earlier piece has kept its last samples, the later one its
    /// first.
    ///
    /// The result is the same as for the undivided run, except for rounding and for where its
    /// blocks begin; joining is associative in the same sense.
    ///
    /// # Errors
    /// [`OnlineError::NotConsecutive`] where `later` does not begin with the sample after the last
    /// one here, [`OnlineError::Merge`] where sampling, particles, kind, temperature, lags or
    /// method differ.
    ///
    /// ```
    /// use msed::online::EnergyAccumulator;
    /// use msed::{EnergyKind, EnergySystem, Lags, Sampling};
    /// let system = EnergySystem::new(Sampling::new(1, 1.0)?, 1, EnergyKind::Total)?;
    /// let piece = |first, samples: &[f64]| {
    ///     let mut live = EnergyAccumulator::ring(system, &Lags::samples([1, 2]))?.starting_at(first)?;
    ///     live.push_slice(samples)?;
    ///     Ok::<_, msed::Error>(live)
    /// };
    /// let run = piece(0, &[1.0, 2.0])?.followed_by(&piece(2, &[4.0, 7.0])?)?;
    /// assert_eq!(run.snapshot()?.msed().values(), [(1.0 + 4.0 + 9.0) / 3.0, (9.0 + 25.0) / 2.0]);
    /// # Ok::<(), msed::Error>(())
    /// ```
    pub fn followed_by(mut self, later: &Self) -> Result<Self, OnlineError> {
        self.pairs.same(&later.pairs)?;
        let method = |a: &Self| {
            let name = match (&a.transform, a.levels.len()) {
                (Some(_), _) => "block transforms",
                (None, 1) => "a ring",
                (None, _) => "multi-tau",
            };
            [("the method", name.to_owned())]
        };
        agree(method(&self), method(later))?;
        self.progress.is_followed_by(later.progress)?;
        if !later.levels[0].is_past_head() {
            self.add(&later.levels[0].buffer);
            return Ok(self);
        }
        let samples = self.progress.count;
        self.sums = self.closed_sums();
        for (level, next) in self.levels.iter().zip(&later.levels) {
            if next.is_past_head() {
                level.sum_with(&next.head, &mut self.sums, &mut self.work)?;
            }
        }
        self.sums
            .followed_by(samples, later.closed_sums(), later.levels[0].base)?;
        for (level, next) in self.levels.iter_mut().zip(&later.levels) {
            if next.is_past_head() {
                level.go_on_as(next, samples);
            } else {
                level.push(&next.buffer, &mut self.sums, &mut self.work);
            }
        }
        if let Some(transform) = &mut self.transform {
            transform.clear(self.sums.blocks.length());
        }
        self.progress.count += later.progress.count;
        Ok(self)
    }
}

/// How many of the first segments are kept: half of the most pieces. Blocks of fewer segments would
/// be cut too coarsely.
fn kept_segments(sums: &RunSums) -> usize {
    sums.blocks.most() / 2
}

/// The numbers of an accumulator before they are checked.
#[cfg(feature = "serde")]
#[derive(serde::Deserialize)]
struct Unchecked {
    pairs: EnergyPairs,
    progress: Progress,
    levels: Vec<Ring>,
    /// Spectra of the blocks that are not sealed.
    transform: Option<Vec<[f64; 2]>>,
    sums: RunSums,
}

#[cfg(feature = "serde")]
impl TryFrom<Unchecked> for EnergyAccumulator {
    type Error = Box<dyn std::error::Error>;

    fn try_from(state: Unchecked) -> Result<Self, Self::Error> {
        let expect = |holds: bool, what: &'static str| if holds { Ok(()) } else { Err(what) };
        let (pairs, progress, mut sums) = (state.pairs, state.progress, state.sums);
        pairs.check()?;
        expect(progress.is_sound(), "samples beyond all counting")?;
        let of_blocks = sums.is_sound(pairs.lags.len(), pairs.columns());
        expect(of_blocks, "sums of other blocks or lags")?;
        let of_lags = LevelLags::are_of(state.levels.iter().map(|ring| &ring.of), &pairs.lags);
        expect(of_lags, "levels that are not those of the lags")?;
        let kept = kept_segments(&sums);
        let segments = state.transform.as_ref().map(|_| [state.levels[0].reach, kept]);
        if let Some([segment, _]) = segments {
            let longest = state.levels[0].of.reach();
            let most = longest.max(LEAST_SEGMENT).saturating_mul(2);
            let fits = segment > longest && segment <= most && state.levels.len() == 1;
            expect(fits, "segments that do not fit the lags")?;
        }
        let mut levels = Vec::with_capacity(state.levels.len());
        for ring in state.levels {
            let restored = ring.restored(segments, progress)?;
            levels.push(restored.ok_or("samples that are not those of the level")?);
        }
        let (most, live, length) = (sums.blocks.most(), sums.blocks.live(), sums.blocks.length());
        let restored = |products: Vec<[f64; 2]>| {
            let mut spectra = BlockSpectra::new(levels[0].reach, most)?;
            let restored = spectra.restore(&products, live, length);
            expect(restored, "spectra of another length")?;
            Ok::<_, Self::Error>(spectra)
        };
        let transform = state.transform.map(restored).transpose()?;
        sums.blocks.reserve()?;
        Ok(Self {
            work: Work::new(&levels),
            pairs,
            progress,
            levels,
            transform,
            sums,
        })
    }
}
