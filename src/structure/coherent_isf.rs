//! The coherent intermediate scattering function.

use super::frames::Densities;
use super::groups::Groups;
use super::origins::{Axis, Origins};
use super::totals::{Totals, add_up};
use super::{StructureError, WaveVectors};
use crate::curve::Curve;
use crate::kernels::{DensityModes, Schedule, add_lag_sums};
use crate::lag::Lags;
use crate::lag_sums::ColumnProducts;
use crate::real::Real;
use crate::stats::{BlockSums, ByPair, Resampling};
use crate::threads;
use crate::trajectory::{Coordinates, TrajectoryRuns};

/// Numbers of the densities that are held at once...
const NUMBERS: usize = 1 << 22;
/// ...and vectors whose lags are summed in one piece of the work.
const VECTORS: usize = 8;
/// Frames, and pieces, whose results may wait.
const WAITING: usize = 64;
const WAITING_SPECTRA: usize = 4;

/// Coherent intermediate scattering function, partial and total, averaged over a list of wave
/// vectors.
///
/// ```text
/// rho_a(q,t) = Σ_j∈a exp(i q·r_j(t))
/// F_ab(q,t) = < Re [rho_a(q,t0+t) rho_b*(q,t0) + rho_b(q,t0+t) rho_a*(q,t0)] > / (2 sqrt(N_a N_b))
/// F(q,t) = < Re rho(q,t0+t) rho*(q,t0) > / N = Σ_ab sqrt(x_a x_b) F_ab        x_a = N_a/N; ab and ba are two terms
/// ```
///
/// over the vectors and all time origins `t0`.
///
/// - **Normalisation.** That of Ashcroft and Langreth, as of
///   [`static_structure`](super::static_structure()): F(q,0) = S(q). F(q,t)/S(q) is
///   [`Curve::over_zero`]. Every vector counts the same, `q` and `-q` once.
/// - **Vectors** must be commensurate, and coordinates may be wrapped or not; where the cell
///   breathes the integers stay.
/// - **Errors.** Delete-one jackknife over the blocks of `resampling`; each pair of frames belongs
///   to the block of its first one. A lag longer than a block has none. One vector is one Gaussian
///   number at each time: the coherent function is noisier than the self part by about the square
///   root of the number of particles.
/// - **Accuracy.** f64 throughout: within 1e-12 of the largest of the S_ab.
/// - **Cost.** The densities, as in [`static_structure`](super::static_structure()) at every frame,
///   then two multiply-adds for each pair of frames, vector and pair of species, or transforms
///   where the lags are very many. Memory beyond the trajectory: 32 MB. The bits do not depend on
///   the number of threads.
///
/// # Errors
/// [`StructureError::NotCommensurate`], [`StructureError::NoCell`], [`StructureError::OtherCell`];
/// what the lags and the blocks refuse.
///
/// ```
/// use msed::{Lags, Resampling, structure, structure::WaveVectors, trajectory::{Cell, Species, Trajectory}};
/// // Two particles that move together by a twentieth of the cell in each frame: the density turns,
/// // and keeps its size.
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
/// Reference: J.-P. Hansen and I. R. McDonald, Theory of Simple Liquids, 4th edition (2013),
/// section 7.4; W. Kob and H. C. Andersen, Phys. Rev. E 52, 4134 (1995).
pub fn coherent_isf<T: Real, C: Coordinates>(
    runs: &impl TrajectoryRuns<T, C>,
    vectors: &WaveVectors,
    lags: &Lags,
    resampling: Resampling,
) -> Result<ByPair<Curve>, StructureError> {
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
) -> Result<Vec<ByPair<Curve>>, StructureError> {
    let origins = Origins::new(runs, lags, resampling)?;
    let runs = runs.runs();
    let groups = Groups::new(runs[0].species());
    let (pairs, sizes) = (groups.pairs(), groups.sizes());
    let of_list = |vectors: &WaveVectors| {
        let densities = Densities::new(runs, &groups, vectors)?;
        let mut sums = vec![origins.axis.sums(); pairs.len() + 1];
        for (r, run) in runs.iter().enumerate() {
            let schedule = origins.schedule(r);
            let correlation = Correlation::new(run.frames(), &pairs, vectors.count(), &schedule);
            let found = correlation.sums(vectors, &|modes, frame| densities.at(modes, r, frame));
            for (sums, found) in sums.iter_mut().zip(by_pair(&found, &pairs)) {
                origins.add(r, &schedule, &found, vectors.count() as f64, 1.0, sums);
            }
        }
        Ok(groups.by_pair(&pairs, curves(&origins.axis, &sums, &pairs, &sizes)))
    };
    lists.iter().map(of_list).collect()
}

/// The densities of each species at some vectors, real and imaginary part, at a frame.
type OfFrame<'a> = dyn Fn(&DensityModes, usize) -> Vec<Vec<[f64; 2]>> + Sync + 'a;

/// The functions of each pair of species and, last, of all particles, from the products of
/// densities at one vector.
pub(super) fn curves(axis: &Axis, sums: &[BlockSums], pairs: &[[usize; 2]], sizes: &[f64]) -> Vec<Curve> {
    let of_pairs = pairs.iter().map(|&[a, b]| (sizes[a] * sizes[b]).sqrt());
    let scales = of_pairs.chain(sizes.last().copied());
    let curve = |(sums, scale): (&BlockSums, f64)| axis.curve([sums], |[mean]| mean / scale);
    sums.iter().zip(scales).map(curve).collect()
}

/// From the sums of the unions of a [`Correlation`] to those of each pair of species and, last, of
/// all particles. What two species have in common is what both together have beyond each alone.
fn by_pair(found: &[Vec<f64>], pairs: &[[usize; 2]]) -> Vec<Vec<f64>> {
    let kinds = pairs.iter().filter(|[a, b]| a == b).count();
    let mut both = kinds..;
    let of_pair = |&[a, b]: &[usize; 2]| -> Vec<f64> {
        if a == b {
            return found[a].clone();
        }
        let both = both.next().map_or(&[][..], |both| &found[both]);
        let alone = found[a].iter().zip(&found[b]);
        both.iter()
            .zip(alone)
            .map(|(both, (a, b))| 0.5 * (both - a - b))
            .collect()
    };
    let mut sums: Vec<Vec<f64>> = pairs.iter().map(of_pair).collect();
    sums.extend(found.last().cloned());
    sums
}

/// How the densities of one run are correlated.
struct Correlation<'a> {
    frames: usize,
    /// Number of species.
    kinds: usize,
    /// The sets of species whose densities are added before they are correlated with themselves:
    /// each alone, each two, and all.
    unions: Vec<Vec<usize>>,
    schedule: &'a Schedule,
    /// Where transforms are cheaper than products at each pair of frames.
    plan: Option<ColumnProducts>,
}

impl<'a> Correlation<'a> {
    fn new(frames: usize, pairs: &[[usize; 2]], vectors: usize, schedule: &'a Schedule) -> Self {
        let (alone, two): (Vec<[usize; 2]>, Vec<_>) = pairs.iter().partition(|[a, b]| a == b);
        let kinds = alone.len();
        let mut unions: Vec<Vec<usize>> = (0..kinds).map(|a| vec![a]).collect();
        unions.extend(two.iter().map(|pair| pair.to_vec()));
        if kinds > 2 {
            unions.push((0..kinds).collect());
        }
        let [direct, transforms] = schedule.costs(vectors);
        Self {
            frames,
            kinds,
            unions,
            schedule,
            plan: (transforms < direct).then(|| ColumnProducts::new(schedule.uniform_blocks().to_vec())),
        }
    }

    /// Sums over the vectors for each union, by block and lag, from the densities of each species
    /// at a frame.
    fn sums(&self, vectors: &WaveVectors, densities: &OfFrame<'_>) -> Vec<Vec<f64>> {
        // Vectors that differ in signs alone share their sums over particles, and belong into one
        // tile.
        let mut integers = vectors.integers().to_vec();
        integers.sort_by_key(|n| n.map(i32::unsigned_abs));
        let numbers = 2 * self.kinds * self.frames;
        let waiting = if self.plan.is_some() {
            WAITING_SPECTRA
        } else {
            WAITING
        };
        let mut totals = Vec::new();
        for vectors in integers.chunks((NUMBERS / numbers).max(1)) {
            let series = self.series(vectors, densities);
            let pieces: Vec<&[f64]> = series.chunks(VECTORS * numbers).collect();
            add_up(&mut totals, &pieces, waiting, |piece| self.correlate(piece));
        }
        let sums = totals.into_iter();
        sums.map(|totals| totals.into_sums(self.plan.as_ref(), self.schedule))
            .collect()
    }

    /// Densities over the frames: vector by vector, species by species, real and imaginary part.
    fn series(&self, vectors: &[[i32; 3]], densities: &OfFrame<'_>) -> Vec<f64> {
        let (frames, kinds) = (self.frames, self.kinds);
        let modes = DensityModes::new(vectors);
        let mut series = vec![0.0; vectors.len() * kinds * 2 * frames];
        let all: Vec<usize> = (0..frames).collect();
        let work = |&frame: &usize| densities(&modes, frame);
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
    fn correlate(&self, series: &[f64]) -> Vec<Totals> {
        let frames = self.frames;
        let mut whole = vec![0.0; 2 * frames];
        let mut scratch = self.plan.as_ref().map(ColumnProducts::scratch);
        let of_union = |union: &Vec<usize>| {
            let mut totals = Totals {
                sums: vec![0.0; self.schedule.places()],
                spectra: self.plan.as_ref().map(ColumnProducts::spectra),
            };
            let mut transforms = self.plan.as_ref().zip(scratch.as_mut());
            for vector in series.chunks_exact(2 * self.kinds * frames) {
                whole.fill(0.0);
                for &s in union {
                    let of_species = &vector[2 * s * frames..][..2 * frames];
                    whole.iter_mut().zip(of_species).for_each(|(sum, x)| *sum += x);
                }
                let (re, im) = whole.split_at(frames);
                match (&mut transforms, &mut totals.spectra) {
                    (Some((plan, scratch)), Some(spectra)) => plan.push(re, im, spectra, scratch),
                    _ => add_lag_sums(re, im, self.schedule, &mut totals.sums),
                }
            }
            if let (Some((plan, scratch)), Some(spectra)) = (transforms, &mut totals.spectra) {
                plan.flush(spectra, scratch);
            }
            totals
        };
        self.unions.iter().map(of_union).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trajectory::{Species, Trajectory};

    /// Nothing but the clock would tell that a slower way was taken.
    #[test]
    fn the_cheaper_way_is_taken() {
        let transforms = |steps: Vec<u64>, lags: &Lags| {
            let (species, positions) = (Species::single("A", 1).unwrap(), vec![0.0; 3 * steps.len()]);
            let run = Trajectory::<f64>::new(positions, steps, 1.0, species).unwrap();
            let frames = run.frames();
            let schedule = Origins::new(&run, lags, Resampling::Blocks(10))
                .unwrap()
                .schedule(0);
            Correlation::new(frames, &[[0, 0]], 50, &schedule).plan.is_some()
        };
        let uniform = || (0..3000).collect::<Vec<u64>>();
        assert!(!transforms(uniform(), &Lags::logarithmic(5)));
        assert!(transforms(uniform(), &Lags::all()));
        // Transforms begin to pay at some tens of lags, and need frames that are uniform.
        let spread = |lags: u64| Lags::samples((1..=lags).map(|k| k * 1500 / lags).collect::<Vec<u64>>());
        assert!(!transforms(uniform(), &spread(12)));
        assert!(transforms(uniform(), &spread(200)));
        let blocks = (0..300)
            .flat_map(|b| [0, 1, 2, 4, 8].map(|offset| 16 * b + offset))
            .collect();
        assert!(!transforms(blocks, &Lags::all()));
    }
}
