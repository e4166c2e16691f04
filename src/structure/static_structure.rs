//! The static structure factor.

use pulp::Arch;

use super::origins::{Groups, frame_averages};
use super::{StructureFactor, WaveVectorError, WaveVectors};
use crate::kernels::density_modes::{DensityModes, SumModes};
use crate::stats::{BlockSums, Resampling};
use crate::trajectory::{Cell, Coordinates, Trajectory, TrajectoryRuns};
use crate::{Error, Real};

/// Cells that differ by less than this, relative to the longest lattice vector, are equal: what single precision leaves.
const SAME: f64 = 1e-6;
/// A cell that changes by more than this is another one.
const BREATHES: f64 = 0.05;

/// Partial and total structure factors: see [`static_structure`].
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct StaticStructure {
    partials: Vec<StructureFactor>,
    total: StructureFactor,
}

impl StaticStructure {
    /// S_ab of two species, in either order; `None` where there is no such species.
    #[must_use]
    pub fn partial(&self, a: &str, b: &str) -> Option<&StructureFactor> {
        self.partials
            .iter()
            .find(|s| s.species() == Some([a, b]) || s.species() == Some([b, a]))
    }

    /// Every pair of species, in their order: AA, AB, ..., BB, ...
    #[must_use]
    pub fn partials(&self) -> &[StructureFactor] {
        &self.partials
    }

    /// Of all particles.
    #[must_use]
    pub fn total(&self) -> &StructureFactor {
        &self.total
    }

    /// The partials, and the total last.
    pub fn iter(&self) -> impl Iterator<Item = &StructureFactor> {
        self.partials.iter().chain([&self.total])
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
///   [`Trajectory::thinned`] takes fewer frames. The bits do not depend on the number of threads.
///
/// # Errors
/// [`WaveVectorError::NotCommensurate`], [`WaveVectorError::NoCell`], [`WaveVectorError::OtherCell`] where a lattice vector differs
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
) -> Result<StaticStructure, Error> {
    let runs = runs.runs();
    let cells = Cells::new(runs, vectors)?;
    let plan = Plan::new(runs[0].species(), vectors);
    let shape = [plan.pairs.len() + 1, plan.shells.len()];
    let (sums, resamples) = frame_averages(runs, resampling, shape, |run, frame| {
        plan.frame(&runs[run], frame, cells.of(run, frame))
    })?;
    let shells = vectors.shells();
    let q: Vec<f64> = shells.iter().map(super::Shell::modulus).collect();
    let counts: Vec<usize> = shells.iter().map(super::Shell::len).collect();
    let names = runs[0].species().names();
    let species = plan.pairs.iter().map(|pair| Some(pair.map(|s| names[s].clone())));
    let factor = |(species, sums): (Option<[String; 2]>, &BlockSums)| {
        StructureFactor::from_sums(species, q.clone(), counts.clone(), sums, resamples)
    };
    let mut partials: Vec<StructureFactor> = species.chain([None]).zip(&sums).map(factor).collect();
    let total = partials.pop().expect("the total comes last");
    Ok(StaticStructure { partials, total })
}

/// The cell that the phases of each frame are taken in.
pub(super) struct Cells<'a, 'r, T: Real, C: Coordinates> {
    runs: &'a [Trajectory<'r, T, C>],
    given: Cell,
    /// All frames of all runs have the vectors' cell but for rounding.
    constant: bool,
}

impl<'a, 'r, T: Real, C: Coordinates> Cells<'a, 'r, T, C> {
    pub(super) fn new(
        runs: &'a [Trajectory<'r, T, C>],
        vectors: &WaveVectors,
    ) -> Result<Self, WaveVectorError> {
        let given = *vectors.cell().ok_or(WaveVectorError::NotCommensurate)?;
        let scale = given.lengths().into_iter().fold(0.0, f64::max);
        let mut constant = true;
        for (run, trajectory) in runs.iter().enumerate() {
            if trajectory.cells().is_empty() {
                return Err(WaveVectorError::NoCell { run });
            }
            for cell in trajectory.cells() {
                let parts = cell.vectors().into_iter().zip(given.vectors());
                let largest = parts
                    .flat_map(|(a, b)| [a[0] - b[0], a[1] - b[1], a[2] - b[2]])
                    .fold(0.0, |largest: f64, x| largest.max(x.abs()));
                if largest > BREATHES * scale {
                    return Err(WaveVectorError::OtherCell {
                        run,
                        found: cell.lengths(),
                        expected: given.lengths(),
                    });
                }
                constant &= largest <= SAME * scale;
            }
        }
        Ok(Self {
            runs,
            given,
            constant,
        })
    }

    pub(super) fn of(&self, run: usize, frame: usize) -> Cell {
        let own = self.runs[run].cell(frame).filter(|_| !self.constant);
        own.copied().unwrap_or(self.given)
    }
}

/// What is the same for all frames.
struct Plan {
    arch: Arch,
    modes: DensityModes,
    groups: Groups,
    pairs: Vec<[usize; 2]>,
    /// Positions of the vectors of each shell.
    shells: Vec<Vec<usize>>,
}

impl Plan {
    fn new(species: &crate::trajectory::Species, vectors: &WaveVectors) -> Self {
        let groups = Groups::new(species);
        Self {
            arch: Arch::new(),
            modes: DensityModes::new(vectors.integers()),
            pairs: groups.pairs().collect(),
            groups,
            shells: vectors.shells().iter().map(|s| s.members().to_vec()).collect(),
        }
    }

    /// The structure factors of one frame: shell by shell for each pair of species, and for all particles.
    fn frame<T: Real, C: Coordinates>(
        &self,
        run: &Trajectory<'_, T, C>,
        frame: usize,
        cell: Cell,
    ) -> Vec<f64> {
        let densities: Vec<Vec<[f64; 2]>> = (self.groups.particles())
            .map(|particles| density(self.arch, &self.modes, run, frame, &cell, particles))
            .collect();
        let sizes = self.groups.sizes();
        let mut found = Vec::with_capacity((self.pairs.len() + 1) * self.shells.len());
        for &[a, b] in &self.pairs {
            let scale = (sizes[a] * sizes[b]).sqrt();
            let product = |q: usize| {
                let (a, b) = (densities[a][q], densities[b][q]);
                a[0] * b[0] + a[1] * b[1]
            };
            found.extend(self.shells.iter().map(|shell| mean(shell, product) / scale));
        }
        let whole = |q: usize| {
            let [re, im] = densities
                .iter()
                .fold([0.0, 0.0], |[re, im], d| [re + d[q][0], im + d[q][1]]);
            re * re + im * im
        };
        let particles = sizes[sizes.len() - 1];
        found.extend(self.shells.iter().map(|shell| mean(shell, whole) / particles));
        found
    }
}

/// Fourier components of the density of some particles at one frame.
pub(super) fn density<T: Real, C: Coordinates>(
    arch: Arch,
    modes: &DensityModes,
    run: &Trajectory<'_, T, C>,
    frame: usize,
    cell: &Cell,
    particles: &[usize],
) -> Vec<[f64; 2]> {
    let positions: Vec<[f64; 3]> = particles
        .iter()
        .map(|&p| cell.fractional(run.position(frame, p)))
        .collect();
    let mut sums = vec![0.0; modes.sums()];
    arch.dispatch(SumModes {
        modes,
        positions: &positions,
        sums: &mut sums,
        tables: &mut modes.tables(),
    });
    modes.components(&sums).collect()
}

fn mean(shell: &[usize], f: impl Fn(usize) -> f64) -> f64 {
    shell.iter().map(|&q| f(q)).sum::<f64>() / shell.len() as f64
}
