//! The self part of the intermediate scattering function, averaged over all directions.

use pulp::{Arch, Simd, WithSimd};

use super::StructureError;
use super::origins::Origins;
use super::self_isf::tile_particles;
use crate::curve::Curve;
use crate::kernels::schedule::{Pairs, Schedule, count};
use crate::kernels::sin_cos::sin_cos;
use crate::lag::Lags;
use crate::lag_sums::displacements::gather;
use crate::stats::{BlockSums, Resampling};
use crate::trajectory::{Particles, TrajectoryRuns};
use crate::{Error, Real, threads};

/// Pairs whose distances are held at once.
const PAIRS: usize = 256;
/// Pieces whose sums may wait.
const WAITING: usize = 64;
/// A squared distance that stands for 0: `sin(x)/x` is 1 for it, to the last bit.
const NEAREST: f64 = 1e-280;

/// Self part of the intermediate scattering function, averaged over all directions of the wave vector.
///
/// ```text
/// F_s(q,t) = < (1/N) Σ_j sin(q r)/(q r) >,    r = |r_j(t0+t) − r_j(t0)|
/// ```
///
/// at each length in `moduli`: a curve for each. Unwrapped displacements allow any q; this is the average over infinitely many
/// vectors of that length, where [`self_isf`](super::self_isf()) takes the commensurate ones. The two differ by the anisotropy
/// of the periodic cell, and by the width of the shell.
///
/// - **Normalisation.** F_s(q,0) = 1.
/// - **Errors.** Delete-one jackknife over the blocks of `resampling`.
/// - **Accuracy.** f64 throughout: within 1e-13.
/// - **Cost.** One square root for each pair of frames and particle, and one sine for each of the lengths.
///
/// # Errors
/// [`StructureError::WaveNumber`] for a length that is not positive and finite; a species that is not there; what the lags
/// and the blocks refuse.
///
/// ```
/// use msed::{Lags, Resampling, structure};
/// use msed::trajectory::{Particles, Species, Trajectory};
/// let positions = vec![0.0, 0.0, 0.0, 0.3, 0.4, 0.0];
/// let run = Trajectory::new(positions, vec![0, 10], 0.005, Species::single("A", 1)?)?;
/// let isf = structure::isotropic_self_isf(&run, Particles::All, &[2.0], &Lags::all(), Resampling::None)?;
/// assert!((isf[0].values()[1] - 1.0_f64.sin()).abs() < 1e-15);
/// # Ok::<(), msed::Error>(())
/// ```
pub fn isotropic_self_isf<'p, T: Real>(
    runs: &impl TrajectoryRuns<T>,
    particles: impl Into<Particles<'p>>,
    moduli: &[f64],
    lags: &Lags,
    resampling: Resampling,
) -> Result<Vec<Curve>, Error> {
    if let Some(index) = moduli.iter().position(|&q| !(q > 0.0 && q.is_finite())) {
        let found = moduli[index];
        return Err(StructureError::WaveNumber { index, found }.into());
    }
    let runs = runs.runs();
    let particles = particles.into().of(&runs[0])?;
    let origins = Origins::new(runs, lags, resampling)?;
    let mut sums: Vec<BlockSums> = moduli.iter().map(|_| origins.sums()).collect();
    let arch = Arch::new();
    for (r, run) in runs.iter().enumerate() {
        let blocks = origins.blocks_of(r);
        let ranges: Vec<_> = blocks.iter().map(|(_, frames)| frames.clone()).collect();
        let (frames, schedule) = (run.frames(), Schedule::new(&origins, r, run.frames(), &ranges));
        let points = schedule.blocks() * schedule.lags();
        let pieces: Vec<&[usize]> = particles.chunks(tile_particles(frames)).collect();
        let work = |particles: &&[usize]| {
            let mut tile = vec![0.0; 3 * particles.len() * frames];
            gather(run, particles, &mut tile);
            let mut sums = vec![0.0; points * moduli.len()];
            arch.dispatch(SincSums {
                frames,
                tile: &tile,
                moduli,
                schedule: &schedule,
                sums: &mut sums,
            });
            sums
        };
        let mut totals = vec![0.0; points * moduli.len()];
        threads::in_order(&pieces, WAITING, work, |_, found| {
            for (total, x) in totals.iter_mut().zip(found) {
                *total += x;
            }
        });
        for (b, (block, _)) in blocks.iter().enumerate() {
            for k in 0..schedule.lags() {
                let pairs = count(schedule.pairs(b, k).len());
                let totals = &totals[(b * schedule.lags() + k) * moduli.len()..];
                for (sums, total) in sums.iter_mut().zip(totals) {
                    sums.add(*block, k, total / count(particles.len()), pairs);
                }
            }
        }
    }
    Ok(sums
        .iter()
        .map(|sums| origins.curve([sums], |[mean]| mean))
        .collect())
}

/// Adds `sum sin(q r)/(q r)` over the particles of a tile to `sums[(block * lags + lag) * moduli + q]`.
struct SincSums<'a> {
    frames: usize,
    tile: &'a [f64],
    moduli: &'a [f64],
    schedule: &'a Schedule,
    sums: &'a mut [f64],
}

impl WithSimd for SincSums<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Self {
            frames,
            tile,
            moduli,
            schedule,
            sums,
        } = self;
        let mut distances = [0.0; PAIRS];
        for r in tile.chunks_exact(3 * frames) {
            for block in 0..schedule.blocks() {
                for lag in 0..schedule.lags() {
                    let pairs = schedule.pairs(block, lag);
                    let at = (block * schedule.lags() + lag) * moduli.len();
                    let mut start = 0;
                    while start < pairs.len() {
                        let distances = &mut distances[..PAIRS.min(pairs.len() - start)];
                        squares(r, frames, &pairs, start, distances);
                        for (&q, sum) in moduli.iter().zip(&mut sums[at..]) {
                            *sum += sincs(simd, q, distances);
                        }
                        start += distances.len();
                    }
                }
            }
        }
    }
}

/// Squared distances of consecutive pairs.
#[inline(always)]
fn squares(r: &[f64], frames: usize, pairs: &Pairs<'_>, start: usize, out: &mut [f64]) {
    out.fill(NEAREST);
    for axis in 0..3 {
        let x = &r[axis * frames..(axis + 1) * frames];
        match pairs {
            Pairs::Shifted { origins, lag } => {
                let from = &x[origins.start + start..][..out.len()];
                let to = &x[origins.start + start + lag..][..out.len()];
                for ((out, from), to) in out.iter_mut().zip(from).zip(to) {
                    *out += (to - from) * (to - from);
                }
            }
            Pairs::Listed(pairs) => {
                for (out, &[i, j]) in out.iter_mut().zip(&pairs[start..]) {
                    let d = x[j as usize] - x[i as usize];
                    *out += d * d;
                }
            }
        }
    }
}

#[inline(always)]
fn sincs<S: Simd>(simd: S, q: f64, squares: &[f64]) -> f64 {
    let (whole, rest) = S::as_simd_f64s(squares);
    let mut total = simd.splat_f64s(0.0);
    for &square in whole {
        total = simd.add_f64s(total, sinc(simd, q, square));
    }
    let mut sum = simd.reduce_sum_f64s(total);
    if !rest.is_empty() {
        let mut lanes = simd.splat_f64s(NEAREST);
        pulp::bytemuck::cast_slice_mut::<_, f64>(std::slice::from_mut(&mut lanes))[..rest.len()]
            .copy_from_slice(rest);
        let values = sinc(simd, q, lanes);
        let values: &[f64] = pulp::bytemuck::cast_slice(std::slice::from_ref(&values));
        sum += values[..rest.len()].iter().sum::<f64>();
    }
    sum
}

#[inline(always)]
fn sinc<S: Simd>(simd: S, q: f64, square: S::f64s) -> S::f64s {
    let r = simd.sqrt_f64s(square);
    let (sine, _) = sin_cos(simd, simd.mul_f64s(simd.splat_f64s(q / std::f64::consts::TAU), r));
    simd.div_f64s(sine, simd.mul_f64s(simd.splat_f64s(q), r))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_instruction_set_finds_the_sum_of_the_definition() {
        const FRAMES: usize = 61;
        let at = |i: u32| 3.0 * (0.37 * f64::from(i)).sin() + 2.0 * (0.011 * f64::from(i * i)).cos();
        let tile: Vec<f64> = (0..6 * FRAMES as u32).map(at).collect();
        let (lags, moduli) = ([0, 1, 7, 60], [0.3, 7.25]);
        let schedule = Schedule::Uniform {
            frames: FRAMES,
            lags: lags.to_vec(),
            blocks: std::iter::once(0..FRAMES).collect(),
        };
        let wanted = lags.iter().flat_map(|&lag| moduli.map(|q| [lag as f64, q]));
        let wanted: Vec<f64> = wanted
            .map(|[lag, q]| {
                let lag = lag as usize;
                let mut sum = 0.0;
                for r in tile.chunks_exact(3 * FRAMES) {
                    for i in 0..FRAMES - lag {
                        let d = |axis: usize| r[axis * FRAMES + i + lag] - r[axis * FRAMES + i];
                        let x = q * (d(0) * d(0) + d(1) * d(1) + d(2) * d(2)).sqrt();
                        sum += if x == 0.0 { 1.0 } else { x.sin() / x };
                    }
                }
                sum
            })
            .collect();
        let hold = |of: &str, sums: &dyn Fn(SincSums<'_>)| {
            let mut found = vec![0.0; wanted.len()];
            sums(SincSums {
                frames: FRAMES,
                tile: &tile,
                moduli: &moduli,
                schedule: &schedule,
                sums: &mut found,
            });
            for (found, wanted) in found.iter().zip(&wanted) {
                // 122 terms within 1e-13 each.
                assert!((found - wanted).abs() < 1.3e-11, "{of}: {found} {wanted}");
            }
        };
        hold("scalar", &|sums| pulp::Scalar.vectorize(sums));
        hold("dispatched", &|sums| Arch::new().dispatch(sums));
        #[cfg(target_arch = "x86_64")]
        if let Some(v3) = pulp::x86::V3::try_new() {
            hold("AVX2 and FMA", &|sums| Simd::vectorize(v3, sums));
        }
    }
}
