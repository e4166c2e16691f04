//! The static structure factor.

use super::frames::{Densities, averages};
use super::groups::Groups;
use super::{Shell, StructureError, StructureFactor, WaveVectors};
use crate::kernels::DensityModes;
use crate::real::Real;
use crate::stats::{ByPair, Resampling};
use crate::trajectory::{Coordinates, TrajectoryRuns};

/// Static structure factors, partial and total, at each shell of a list of wave vectors.
///
/// ```text
/// rho_a(q) = Σ_j∈a exp(i q·r_j)
/// S_ab(q) = <Re rho_a rho_b*> / sqrt(N_a N_b)
/// S(q) = <|rho|²> / N = Σ_ab sqrt(x_a x_b) S_ab        rho the sum over all species, x_a = N_a/N; ab and ba are two terms
/// ```
///
/// averaged over the vectors of a shell ([`WaveVectors::shells`]: equal lengths), `q` and `-q` being one, and over all frames.
///
/// - **Normalisation.** That of Ashcroft and Langreth: S_aa tends to 1 and S_ab to 0 at large q; an ideal gas has 1 and 0 at every q.
///   It is the value of the coherent F(q, t) at t = 0.
/// - **Vectors** must be commensurate: a periodic density has no other components. Where the cell breathes (constant
///   pressure) each frame's density is taken at the same integers in its own cell, and stands at the length that these have in the
///   cell of the vectors.
/// - **Coordinates** wrapped or unwrapped: the result is the same.
/// - **Units.** q in inverse units of length, with the factor of 2 pi; S a number.
/// - **Errors.** Delete-one jackknife over the blocks of `resampling`. Single shells of a small system differ from a smooth
///   curve by more: see [`StructureFactor::binned`].
/// - **Accuracy.** f64 throughout, rho within 1e-11 for a thousand particles, whatever the coordinates are stored in.
/// - **Cost.** Two multiply-adds for each particle and vector where every combination of signs of (h, k, l) is in the list, as it
///   is in shells and spheres: 10^10 particles times vectors a second and thread with AVX2. Eight for a vector alone.
///   [`Trajectory::thinned`](crate::Trajectory::thinned) takes fewer frames. The bits do not depend on the number of threads.
///
/// # Errors
/// [`StructureError::NotCommensurate`], [`StructureError::NoCell`], [`StructureError::OtherCell`] where a lattice vector differs
/// from that of the vectors' cell by more than 5 %; what the blocks refuse.
///
/// ```
/// use msed::{Resampling, structure, structure::WaveVectors, trajectory::{Cell, Species, Trajectory}};
/// // Planes of particles a quarter of the cell apart scatter at multiples of four along x, and nowhere else.
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
    let runs = runs.runs();
    let groups = Groups::new(runs[0].species());
    let densities = Densities::new(runs, &groups, vectors)?;
    let (modes, pairs) = (DensityModes::new(vectors.integers()), groups.pairs());
    let (shells, sizes) = (vectors.shells(), groups.sizes());
    let shape = [pairs.len() + 1, shells.len()];
    let (sums, resamples) = averages(runs, resampling, shape, |run, frame| {
        factors(&densities.at(&modes, run, frame), &pairs, &sizes, &shells)
    })?;
    let q: Vec<f64> = shells.iter().map(Shell::wave_number).collect();
    let counts: Vec<usize> = shells.iter().map(Shell::count).collect();
    let factor = |sums| StructureFactor::from_sums(q.clone(), counts.clone(), sums, resamples);
    Ok(groups.by_pair(&pairs, sums.iter().map(factor).collect()))
}

/// The structure factors of one frame from the densities of each species: shell by shell for each pair of species, and for all
/// particles.
fn factors(densities: &[Vec<[f64; 2]>], pairs: &[[usize; 2]], sizes: &[f64], shells: &[Shell]) -> Vec<f64> {
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

fn mean(shell: &Shell, f: impl Fn(usize) -> f64) -> f64 {
    shell.members().iter().map(|&q| f(q)).sum::<f64>() / shell.count() as f64
}
