//! The static structure factor over shells of wave vectors.

use std::fmt;

use super::frames::{Densities, averages};
use super::groups::Groups;
use super::{StructureError, WaveVectors};
use crate::curve::csv_row;
use crate::kernels::DensityModes;
use crate::real::Real;
use crate::stats::{BlockSums, ByPair, Estimate, Invalid, Resamples, Resampling};
use crate::trajectory::{Coordinates, TrajectoryRuns};

/// One structure factor, shell by shell: length of the wave vectors, value, standard error and
/// number of vectors of each, and the whole function on each resample.
///
/// Whatever is computed from it, such as the position of its peak, is computed on each
/// [`replicate`](StructureFactor::replicate) too: its error carries the correlation between shells.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct StructureFactor {
    pub(super) q: Vec<f64>,
    pub(super) wave_vectors: Vec<usize>,
    pub(super) values: Vec<f64>,
    standard_errors: Vec<Option<f64>>,
    replicates: Vec<Vec<f64>>,
    resamples: Resamples,
    frames: u64,
}

impl StructureFactor {
    /// From sums over frames, a point for each shell.
    pub(super) fn from_sums(
        q: Vec<f64>,
        wave_vectors: Vec<usize>,
        sums: &BlockSums,
        resamples: Resamples,
    ) -> Self {
        let all = |mean: &dyn Fn(usize) -> f64| -> Vec<f64> { (0..q.len()).map(mean).collect() };
        let values = all(&|shell| sums.mean(shell));
        let replicates = (0..resamples.len())
            .map(|r| {
                let weights = resamples.weights(r);
                all(&|shell| sums.weighted_mean(shell, &weights))
            })
            .collect();
        let frames = sums.weight(0).round() as u64;
        Self::new(q, wave_vectors, values, replicates, resamples, frames)
    }

    fn new(
        q: Vec<f64>,
        wave_vectors: Vec<usize>,
        values: Vec<f64>,
        replicates: Vec<Vec<f64>>,
        resamples: Resamples,
        frames: u64,
    ) -> Self {
        let standard_errors = (0..q.len())
            .map(|k| resamples.standard_error(replicates.iter().map(|r| r[k])))
            .collect();
        Self {
            q,
            wave_vectors,
            values,
            standard_errors,
            replicates,
            resamples,
            frames,
        }
    }

    /// Mean length of the wave vectors of each shell, increasing; at least one.
    #[must_use]
    pub fn q(&self) -> &[f64] {
        &self.q
    }

    /// Number of wave vectors of each shell, `q` and `-q` counted once.
    #[must_use]
    pub fn wave_vectors(&self) -> &[usize] {
        &self.wave_vectors
    }

    /// Values.
    #[must_use]
    pub fn values(&self) -> &[f64] {
        &self.values
    }

    /// Standard errors; `None` where the blocks give none.
    #[must_use]
    pub fn standard_errors(&self) -> &[Option<f64>] {
        &self.standard_errors
    }

    /// The resamples.
    #[must_use]
    pub fn resamples(&self) -> Resamples {
        self.resamples
    }

    /// Number of frames, over all blocks and runs.
    #[must_use]
    pub fn frames(&self) -> u64 {
        self.frames
    }

    /// The values on resample `index`.
    #[must_use]
    pub fn replicate(&self, index: usize) -> &[f64] {
        &self.replicates[index]
    }

    /// The number at one shell.
    #[must_use]
    pub fn point(&self, index: usize) -> Estimate {
        let replicates = self.replicates.iter().map(|r| r[index]).collect();
        Estimate::new(self.values[index], replicates, self.resamples)
    }

    /// A number computed from the values, on the whole and on each resample; NaN where `f` has
    /// none.
    #[must_use]
    pub fn evaluate(&self, f: impl Fn(&[f64]) -> f64) -> Estimate {
        let replicates = self.replicates.iter().map(|r| f(r)).collect();
        Estimate::new(f(&self.values), replicates, self.resamples)
    }

    /// The same in bins of `width` from 0 on, each with its lower edge: single shells of a small
    /// system scatter by tens of per cent, since few vectors have one length. Every vector counts
    /// the same; bins without one are left out; q is the mean length of the bin's vectors.
    ///
    /// # Errors
    /// [`StructureError::Invalid`] for a width that is not positive and finite.
    pub fn binned(&self, width: f64) -> Result<Self, StructureError> {
        if !(width.is_finite() && width > 0.0) {
            return Err(Invalid::new("bins of width", width, "a positive finite length").into());
        }
        Ok(self.in_bins(width))
    }

    pub(super) fn in_bins(&self, width: f64) -> Self {
        let bin = |q: f64| (q / width).floor();
        let mut q = Vec::new();
        let mut wave_vectors = Vec::new();
        let mut members = Vec::new();
        let mut start = 0;
        for shells in self.q.chunk_by(|&a, &b| bin(a) == bin(b)) {
            let range = start..start + shells.len();
            start = range.end;
            q.push(self.mean_over(&self.q, range.clone()));
            wave_vectors.push(self.wave_vectors[range.clone()].iter().sum());
            members.push(range);
        }
        let merge = |values: &[f64]| -> Vec<f64> {
            members
                .iter()
                .map(|range| self.mean_over(values, range.clone()))
                .collect()
        };
        Self::new(
            q,
            wave_vectors,
            merge(&self.values),
            self.replicates.iter().map(|r| merge(r)).collect(),
            self.resamples,
            self.frames,
        )
    }

    fn mean_over(&self, values: &[f64], shells: std::ops::Range<usize>) -> f64 {
        let weights = self.wave_vectors[shells.clone()].iter().map(|&n| n as f64);
        let (sum, weight) = values[shells]
            .iter()
            .zip(weights)
            .fold((0.0, 0.0), |(sum, weight), (x, n)| (sum + n * x, weight + n));
        sum / weight
    }
}

impl fmt::Display for StructureFactor {
    /// Comma-separated values with a header: `q,value,standard_error,wave_vectors`, an empty field
    /// where there is no standard error. Numbers read back to the same bits.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "q,value,standard_error,wave_vectors")?;
        for k in 0..self.q.len() {
            let (q, vectors) = (format_args!("{:e}", self.q[k]), self.wave_vectors[k]);
            csv_row(f, q, self.values[k], self.standard_errors[k], vectors)?;
        }
        Ok(())
    }
}

/// Static structure factors, partial and total, at each shell of a list of wave vectors.
///
/// ```text
/// rho_a(q) = Σ_j∈a exp(i q·r_j)
/// S_ab(q) = <Re rho_a rho_b*> / sqrt(N_a N_b)
/// S(q) = <|rho|²> / N = Σ_ab sqrt(x_a x_b) S_ab        rho the sum over all species, x_a = N_a/N; ab and ba are two terms
/// ```
///
/// averaged over the vectors of a shell ([`WaveVectors::shells`]: equal lengths), `q` and `-q`
/// being one, and over all frames.
///
/// - **Normalisation.** That of Ashcroft and Langreth: S_aa tends to 1 and S_ab to 0 at large q; an
///   ideal gas has 1 and 0 at every q. It is the value of the coherent F(q, t) at t = 0.
/// - **Vectors** must be commensurate: a periodic density has no other components. Where the cell
///   breathes (constant pressure) each frame's density is taken at the same integers in its own
///   cell, and stands at the length that these have in the cell of the vectors.
/// - **Coordinates** wrapped or unwrapped: the result is the same.
/// - **Units.** q in inverse units of length, with the factor of 2 pi; S a number.
/// - **Errors.** Delete-one jackknife over the blocks of `resampling`. Single shells of a small
///   system differ from a smooth curve by more: see [`StructureFactor::binned`].
/// - **Accuracy.** f64 throughout, rho within 1e-11 for a thousand particles, whatever the
///   coordinates are stored in.
/// - **Cost.** Two multiply-adds for each particle and vector where every combination of signs of
///   (h, k, l) is in the list, as it is in shells and spheres: 10^10 particles times vectors a
///   second and thread with AVX2. Eight for a vector alone.
///   [`Trajectory::thinned`](crate::Trajectory::thinned) takes fewer frames. The bits do not depend
///   on the number of threads.
///
/// # Errors
/// [`StructureError::NotCommensurate`], [`StructureError::NoCell`], [`StructureError::OtherCell`]
/// where a lattice vector differs from that of the vectors' cell by more than 5 %; what the blocks
/// refuse.
///
/// ```
/// use msed::{Resampling, structure, structure::WaveVectors, trajectory::{Cell, Species, Trajectory}};
/// // Planes of particles a quarter of the cell apart scatter at multiples of four along x, and
/// // nowhere else.
/// let cell = Cell::cubic(4.0)?;
/// let positions: Vec<f64> = (0..4).flat_map(|i| [f64::from(i), 0.3, 0.7]).collect();
/// let run = Trajectory::new(positions, vec![0], 0.005, Species::single("A", 4)?)?.with_cell(cell)?;
/// let vectors = WaveVectors::from_integers(&cell, &[[1, 0, 0], [4, 0, 0]])?;
/// let s = structure::static_structure(&run, &vectors, Resampling::None)?;
/// assert!(s.total().values()[0].abs() < 1e-14);
/// assert!((s.total().values()[1] - 4.0).abs() < 1e-13);
/// # Ok::<(), msed::Error>(())
/// ```
///
/// Reference: N. W. Ashcroft and D. C. Langreth, Phys. Rev. 156, 685 (1967), equation (4).
pub fn static_structure<T: Real, C: Coordinates>(
    runs: &impl TrajectoryRuns<T, C>,
    vectors: &WaveVectors,
    resampling: Resampling,
) -> Result<ByPair<StructureFactor>, StructureError> {
    let trajectories = runs.runs();
    let groups = Groups::new(trajectories[0].species());
    let densities = Densities::new(trajectories, &groups, vectors)?;
    let (modes, pairs) = (DensityModes::new(vectors.integers()), groups.pairs());
    let (shells, members, sizes) = (vectors.shells(), vectors.shell_members(), groups.sizes());
    let shape = [pairs.len() + 1, shells.len()];
    let (sums, resamples) = averages(runs, resampling, shape, |run, frame| {
        factors(&densities.at(&modes, run, frame), &pairs, &sizes, &members)
    })?;
    let q: Vec<f64> = shells.iter().map(WaveVectors::mean_wave_number).collect();
    let counts: Vec<usize> = shells.iter().map(WaveVectors::count).collect();
    let factor = |sums| StructureFactor::from_sums(q.clone(), counts.clone(), sums, resamples);
    Ok(groups.by_pair(&pairs, sums.iter().map(factor).collect()))
}

/// The structure factors of one frame from the densities of each species: shell by shell for each
/// pair of species, and for all particles.
fn factors(
    densities: &[Vec<[f64; 2]>],
    pairs: &[[usize; 2]],
    sizes: &[f64],
    shells: &[Vec<usize>],
) -> Vec<f64> {
    let mut found = Vec::with_capacity((pairs.len() + 1) * shells.len());
    for &[a, b] in pairs {
        let scale = (sizes[a] * sizes[b]).sqrt();
        let product = |q: usize| {
            let (a, b) = (densities[a][q], densities[b][q]);
            a[0] * b[0] + a[1] * b[1]
        };
        found.extend(shells.iter().map(|shell| mean(shell, product) / scale));
    }
    let whole = |q: usize| {
        let [re, im] = densities
            .iter()
            .fold([0.0, 0.0], |[re, im], d| [re + d[q][0], im + d[q][1]]);
        re * re + im * im
    };
    let particles = sizes[sizes.len() - 1];
    found.extend(shells.iter().map(|shell| mean(shell, whole) / particles));
    found
}

fn mean(shell: &[usize], f: impl Fn(usize) -> f64) -> f64 {
    shell.iter().map(|&q| f(q)).sum::<f64>() / shell.len() as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stats::RunId;

    /// Four shells, two blocks of two frames each.
    fn factor() -> StructureFactor {
        let mut sums = BlockSums::new(2, 4);
        for block in 0..2 {
            for shell in 0..4 {
                sums.add(block, shell, (2 * (shell + block)) as f64, 2.0);
            }
        }
        let resamples = Resamples::new(RunId::named("run"), Resampling::Blocks(2), 2);
        let q = vec![0.5, 1.0, 1.2, 1.9];
        StructureFactor::from_sums(q, vec![3, 6, 4, 2], &sums, resamples)
    }

    #[test]
    fn bins_have_a_width() {
        for width in [0.0, -1.0, f64::NAN] {
            let message = factor().binned(width).unwrap_err().to_string();
            assert_eq!(
                message,
                format!("bins of width {width}, expected a positive finite length")
            );
            assert!(crate::structure::PeakWindow::new(width, 0.5).is_err());
            assert!(crate::structure::PeakWindow::new(0.2, width).is_err());
        }
    }

    #[test]
    fn bins_weigh_shells_by_their_vectors() {
        let binned = factor().binned(1.0).unwrap();
        assert_eq!(binned.wave_vectors, [3, 12]);
        let mean = |x: [f64; 3]| (6.0 * x[0] + 4.0 * x[1] + 2.0 * x[2]) / 12.0;
        assert_eq!(binned.q, [0.5, mean([1.0, 1.2, 1.9])]);
        assert_eq!(binned.values, [0.5, mean([1.5, 2.5, 3.5])]);
        assert_eq!(binned.replicate(0)[1], mean([2.0, 3.0, 4.0]));
        assert_eq!(binned.frames, 4);
    }

    #[test]
    fn prints_as_csv() {
        let text = factor().binned(1.5).unwrap().to_string();
        let mut lines = text.lines();
        assert_eq!(lines.next(), Some("q,value,standard_error,wave_vectors"));
        let second = lines.nth(1).unwrap();
        assert_eq!(second, "1.9e0,3.5e0,5e-1,2");
    }
}
