//! The coherent intermediate scattering function.

use pulp::{Arch, Simd, WithSimd};

use super::WaveVectors;
use super::origins::{Groups, Origins};
use super::static_structure::{Cells, density};
use crate::curve::Curve;
use crate::kernels::density_modes::DensityModes;
use crate::kernels::schedule::{Schedule, count, prefers_transforms, read_lags};
use crate::kernels::vector_sums::lag_sums;
use crate::lag::Lags;
use crate::lag_sums::columns::{ColumnProducts, Spectra};
use crate::stats::{BlockSums, Resampling};
use crate::trajectory::{Coordinates, Trajectory, TrajectoryRuns};
use crate::{Error, Real, threads};

/// Numbers of the densities that are held at once...
const NUMBERS: usize = 1 << 22;
/// ...and vectors whose lags are summed in one piece of the work.
const VECTORS: usize = 8;
/// Frames, and pieces, whose results may wait.
const WAITING: usize = 64;
const WAITING_SPECTRA: usize = 4;

/// Partial and total coherent intermediate scattering functions: see [`coherent_isf`].
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct CoherentIsf {
    partials: Vec<([String; 2], Curve)>,
    total: Curve,
}

impl CoherentIsf {
    /// F_ab of two species, in either order; `None` where there is no such species.
    #[must_use]
    pub fn partial(&self, a: &str, b: &str) -> Option<&Curve> {
        self.partials()
            .find_map(|(pair, curve)| (pair == [a, b] || pair == [b, a]).then_some(curve))
    }

    /// Every pair of species, in their order: AA, AB, ..., BB, ...
    #[must_use]
    pub fn partials(&self) -> impl ExactSizeIterator<Item = ([&str; 2], &Curve)> {
        self.partials
            .iter()
            .map(|([a, b], curve)| ([a.as_str(), b.as_str()], curve))
    }

    /// Of all particles.
    #[must_use]
    pub fn total(&self) -> &Curve {
        &self.total
    }
}

/// Coherent intermediate scattering function, partial and total, averaged over a list of wave vectors.
///
/// ```text
/// rho_a(q,t) = Σ_j∈a exp(i q·r_j(t))
/// F_ab(q,t) = < Re [rho_a(q,t0+t) rho_b*(q,t0) + rho_b(q,t0+t) rho_a*(q,t0)] > / (2 sqrt(N_a N_b))
/// F(q,t) = < Re rho(q,t0+t) rho*(q,t0) > / N = Σ_ab sqrt(x_a x_b) F_ab        x_a = N_a/N; ab and ba are two terms
/// ```
///
/// over the vectors and all time origins `t0`.
///
/// - **Normalisation.** That of Ashcroft and Langreth, as of [`static_structure`](super::static_structure()): F(q,0) = S(q).
///   F(q,t)/S(q) is [`Curve::over_zero`]. Every vector counts the same, `q` and `-q` once.
/// - **Vectors** must be commensurate, and coordinates may be wrapped or not; where the cell breathes the integers stay.
/// - **Errors.** Delete-one jackknife over the blocks of `resampling`; each pair of frames belongs to the block of its first
///   one. A lag longer than a block has none. One vector is one Gaussian number at each time: the coherent function is noisier
///   than the self part by about the square root of the number of particles.
/// - **Accuracy.** f64 throughout: within 1e-12 of the largest of the S_ab.
/// - **Cost.** The densities, as in [`static_structure`](super::static_structure()) at every frame, then two multiply-adds for each
///   pair of frames, vector and pair of species, or transforms where the lags are very many. Memory beyond the trajectory:
///   32 MB. The bits do not depend on the number of threads.
///
/// # Errors
/// [`WaveVectorError::NotCommensurate`](super::WaveVectorError::NotCommensurate),
/// [`WaveVectorError::NoCell`](super::WaveVectorError::NoCell), [`WaveVectorError::OtherCell`](super::WaveVectorError::OtherCell);
/// what the lags and the blocks refuse.
///
/// ```
/// use msed::{Lags, Resampling, structure, structure::WaveVectors, trajectory::{Cell, Species, Trajectory}};
/// // Two particles that move together by a twentieth of the cell in each frame: the density turns, and keeps its size.
/// let cell = Cell::cubic(2.0)?;
/// let positions: Vec<f64> = (0..21).flat_map(|i| [0.1 * f64::from(i), 0.0, 0.0, 0.1 * f64::from(i), 0.7, 0.0]).collect();
/// let steps: Vec<u64> = (0..21).collect();
/// let run = Trajectory::new(positions, steps, 0.005, Species::single("A", 2)?)?.with_cell(cell)?;
/// let q = WaveVectors::from_integers(&cell, &[[1, 0, 0]])?;
/// let isf = structure::coherent_isf(&run, &q, &Lags::samples([5, 10]).with_zero(), Resampling::None)?;
/// let values = isf.total().values();
/// assert!((values[0] - 2.0).abs() < 1e-13 && values[1].abs() < 1e-13 && (values[2] + 2.0).abs() < 1e-13);
/// # Ok::<(), msed::Error>(())
/// ```
///
/// Reference: J.-P. Hansen and I. R. McDonald, Theory of Simple Liquids, 4th edition (2013), section 7.4; W. Kob and H. C. Andersen,
/// Phys. Rev. E 52, 4134 (1995).
pub fn coherent_isf<T: Real, C: Coordinates>(
    runs: &impl TrajectoryRuns<T, C>,
    vectors: &WaveVectors,
    lags: &Lags,
    resampling: Resampling,
) -> Result<CoherentIsf, Error> {
    let mut found = coherent_isf_each(runs, std::slice::from_ref(vectors), lags, resampling)?;
    Ok(found.pop().expect("one for one list"))
}

/// [`coherent_isf`] at several lists of vectors, such as shells: one for each list.
///
/// # Errors
/// As [`coherent_isf`].
pub fn coherent_isf_each<T: Real, C: Coordinates>(
    runs: &impl TrajectoryRuns<T, C>,
    lists: &[WaveVectors],
    lags: &Lags,
    resampling: Resampling,
) -> Result<Vec<CoherentIsf>, Error> {
    let runs = runs.runs();
    let origins = Origins::new(runs, lags, resampling)?;
    let species = runs[0].species();
    let groups = Groups::new(species);
    let unions = Unions::new(species.names().len());
    let work = Work {
        arch: Arch::new(),
        groups,
        unions,
    };
    lists
        .iter()
        .map(|vectors| {
            let cells = Cells::new(runs, vectors)?;
            let mut sums: Vec<BlockSums> = work.unions.0.iter().map(|_| origins.sums()).collect();
            for (r, run) in runs.iter().enumerate() {
                let blocks = origins.blocks_of(r);
                let ranges: Vec<_> = blocks.iter().map(|(_, frames)| frames.clone()).collect();
                let schedule = Schedule::new(&origins, r, run.frames(), &ranges);
                let plan = prefers_transforms(vectors.len(), &schedule).then(|| ColumnProducts::new(ranges));
                let found = work.run_sums(
                    run,
                    &|frame| cells.of(r, frame),
                    vectors,
                    &schedule,
                    plan.as_ref(),
                );
                for (sums, found) in sums.iter_mut().zip(found) {
                    for (b, (block, _)) in blocks.iter().enumerate() {
                        for k in 0..schedule.lags() {
                            let pairs = count(schedule.pairs(b, k).len());
                            let sum = found[b * schedule.lags() + k] / count(vectors.len());
                            sums.add(*block, k, sum, pairs);
                        }
                    }
                }
            }
            Ok(work.functions(&origins, species.names(), &sums))
        })
        .collect()
}

/// The sets of species whose densities are added before they are correlated with themselves: each alone, each two, and all. What two
/// species have in common is what both together have beyond each alone.
struct Unions(Vec<Vec<usize>>);

impl Unions {
    fn new(kinds: usize) -> Self {
        let alone = (0..kinds).map(|a| vec![a]);
        let two = (0..kinds).flat_map(|a| (a + 1..kinds).map(move |b| vec![a, b]));
        let mut unions: Vec<Vec<usize>> = alone.chain(two).collect();
        if kinds > 2 {
            unions.push((0..kinds).collect());
        }
        Self(unions)
    }

    fn place(&self, of: &[usize]) -> usize {
        self.0
            .iter()
            .position(|union| union == of)
            .expect("every pair is there")
    }
}

struct Work {
    arch: Arch,
    groups: Groups,
    unions: Unions,
}

impl Work {
    /// Sums over the vectors by union, then by block and lag, of one run.
    fn run_sums<T: Real, C: Coordinates>(
        &self,
        run: &Trajectory<'_, T, C>,
        cell: &(impl Fn(usize) -> crate::trajectory::Cell + Sync),
        vectors: &WaveVectors,
        schedule: &Schedule,
        plan: Option<&ColumnProducts>,
    ) -> Vec<Vec<f64>> {
        let (frames, kinds) = (run.frames(), self.groups.particles().len());
        let mut sums = vec![vec![0.0; schedule.blocks() * schedule.lags()]; self.unions.0.len()];
        let mut spectra: Vec<Option<Spectra>> = self.unions.0.iter().map(|_| None).collect();
        // Vectors that differ in signs alone share their sums over particles, and belong into one tile.
        let mut integers = vectors.integers().to_vec();
        integers.sort_by_key(|n| n.map(i32::unsigned_abs));
        let tile = (NUMBERS / (2 * kinds * frames)).max(1);
        for vectors in integers.chunks(tile) {
            let series = self.series(run, cell, vectors);
            let pieces: Vec<&[f64]> = series.chunks(VECTORS * 2 * kinds * frames).collect();
            let work = |piece: &&[f64]| self.correlate(piece, frames, schedule, plan);
            let waiting = if plan.is_some() { WAITING_SPECTRA } else { WAITING };
            threads::in_order(&pieces, waiting, work, |_, found| {
                for (u, (found_sums, found_spectra)) in found.into_iter().enumerate() {
                    for (sum, x) in sums[u].iter_mut().zip(found_sums) {
                        *sum += x;
                    }
                    match (&mut spectra[u], found_spectra) {
                        (Some(total), Some(found)) => total.add(&found),
                        (total, found) => *total = found,
                    }
                }
            });
        }
        if let Some(plan) = plan {
            for (sums, spectra) in sums.iter_mut().zip(spectra.iter().flatten()) {
                read_lags(plan, spectra, schedule, sums);
            }
        }
        sums
    }

    /// Densities over the frames: vector by vector, species by species, real and imaginary part.
    fn series<T: Real, C: Coordinates>(
        &self,
        run: &Trajectory<'_, T, C>,
        cell: &(impl Fn(usize) -> crate::trajectory::Cell + Sync),
        vectors: &[[i32; 3]],
    ) -> Vec<f64> {
        let (frames, kinds) = (run.frames(), self.groups.particles().len());
        let modes = DensityModes::new(vectors);
        let mut series = vec![0.0; vectors.len() * kinds * 2 * frames];
        let all: Vec<usize> = (0..frames).collect();
        let work = |&frame: &usize| -> Vec<Vec<[f64; 2]>> {
            let of = |particles| density(self.arch, &modes, run, frame, &cell(frame), particles);
            self.groups.particles().map(of).collect()
        };
        threads::in_order(&all, WAITING, work, |&frame, densities| {
            for (s, density) in densities.iter().enumerate() {
                for (v, parts) in density.iter().enumerate() {
                    for (part, &x) in parts.iter().enumerate() {
                        series[((v * kinds + s) * 2 + part) * frames + frame] = x;
                    }
                }
            }
        });
        series
    }

    /// Lag sums, or spectra, of some vectors for each union.
    fn correlate(
        &self,
        series: &[f64],
        frames: usize,
        schedule: &Schedule,
        plan: Option<&ColumnProducts>,
    ) -> Vec<(Vec<f64>, Option<Spectra>)> {
        let kinds = self.groups.particles().len();
        let (mut re, mut im) = (vec![0.0; frames], vec![0.0; frames]);
        let mut scratch = plan.map(ColumnProducts::scratch);
        let union = |union: &Vec<usize>| {
            let mut sums = vec![0.0; schedule.blocks() * schedule.lags()];
            let mut spectra = plan.map(ColumnProducts::spectra);
            for vector in series.chunks_exact(2 * kinds * frames) {
                re.fill(0.0);
                im.fill(0.0);
                for &s in union {
                    let (of_re, of_im) = vector[2 * s * frames..2 * (s + 1) * frames].split_at(frames);
                    for (sum, x) in re.iter_mut().zip(of_re).chain(im.iter_mut().zip(of_im)) {
                        *sum += x;
                    }
                }
                match (plan, &mut spectra, &mut scratch) {
                    (Some(plan), Some(spectra), Some(scratch)) => plan.push(&re, &im, spectra, scratch),
                    _ => self.arch.dispatch(LagSums {
                        re: &re,
                        im: &im,
                        schedule,
                        sums: &mut sums,
                    }),
                }
            }
            if let (Some(plan), Some(spectra), Some(scratch)) = (plan, &mut spectra, &mut scratch) {
                plan.flush(spectra, scratch);
            }
            (sums, spectra)
        };
        self.unions.0.iter().map(union).collect()
    }

    /// The curves from the sums of the unions.
    fn functions(&self, origins: &Origins, names: &[String], sums: &[BlockSums]) -> CoherentIsf {
        let (sizes, kinds) = (self.groups.sizes(), names.len());
        let of = |union: &[usize]| &sums[self.unions.place(union)];
        let partials = (self.groups.pairs())
            .map(|[a, b]| {
                let curve = if a == b {
                    origins.curve([of(&[a])], |[sum]| sum / sizes[a])
                } else {
                    let scale = 0.5 / (sizes[a] * sizes[b]).sqrt();
                    origins.curve([of(&[a, b]), of(&[a]), of(&[b])], |[both, a, b]| {
                        scale * (both - a - b)
                    })
                };
                ([names[a].clone(), names[b].clone()], curve)
            })
            .collect();
        let all: Vec<usize> = (0..kinds).collect();
        CoherentIsf {
            partials,
            total: origins.curve([of(&all)], |[sum]| sum / sizes[kinds]),
        }
    }
}

/// Adds `sum Re z(t0)* z(t0 + t)` of one series to `sums`, by block and lag.
struct LagSums<'a> {
    re: &'a [f64],
    im: &'a [f64],
    schedule: &'a Schedule,
    sums: &'a mut [f64],
}

impl WithSimd for LagSums<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        lag_sums(simd, self.re, self.im, self.schedule, self.sums);
    }
}
