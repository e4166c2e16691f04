//! The two-body part of the excess entropy, from the radial distribution functions.

use std::fmt;

use super::groups::Groups;
use super::rdf::{RadialBins, RadialDistribution, rdf};
use super::{StructureError, plane};
use crate::real::Real;
use crate::stats::{ByPair, Estimate, Resampling};
use crate::trajectory::{Coordinates, Dimensions, Trajectory, TrajectoryRuns};

/// The pair entropy s2 in k per particle: see [`pair_entropy`].
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct PairEntropy {
    /// s2/k, the integral up to the end of the bins: negative, and 0 for an ideal gas.
    pub value: Estimate,
    /// The integral up to the upper edge of each bin.
    pub running: Vec<Estimate>,
    /// What each pair of species adds, AB and BA together; the total is
    /// [`value`](Self::value).
    pub parts: ByPair<Estimate>,
    /// What the outer half of the distances adds to the value. An integral that has converged has a
    /// tail that is small beside the value: the correlations that it lacks, beyond the last bin,
    /// are weaker than those of the tail.
    pub tail: Estimate,
    /// How much the noise of g would add to the value, which is corrected for it; 0 without error
    /// bars, where it is not known.
    pub noise: f64,
    /// The value minus that of bins of twice the width: what the width costs is about a third of
    /// it.
    pub binning: f64,
    /// The mean number of particles per volume, or per area.
    pub density: f64,
    /// g(r) of each pair of species.
    pub g: ByPair<RadialDistribution>,
    /// The dimensions of the runs.
    pub dimensions: Dimensions,
}

impl fmt::Display for PairEntropy {
    /// Comma-separated values with a header: `r,value,standard_error`, the integral up to the upper
    /// edge r of each bin, an empty field where there is no standard error.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "r,value,standard_error")?;
        let edges = &self.g.total().bins.edges()[1..];
        for (r, value) in edges.iter().zip(&self.running) {
            write!(f, "{r:e},{:e},", value.value())?;
            match value.standard_error() {
                Some(error) => writeln!(f, "{error:e}")?,
                None => writeln!(f)?,
            }
        }
        Ok(())
    }
}

/// The pair entropy: the two-body part of the excess entropy.
///
/// ```text
/// s2/k = -(ρ/2) Σ_ab x_a x_b ∫ [g_ab ln g_ab - g_ab + 1] dr
/// ```
///
/// over volumes, or areas in two dimensions, up to the end of the bins, with x_a the fraction of
/// the particles of species a and ρ the mean density of all particles. It is 0 for an ideal gas.
/// The whole excess entropy has parts of three and more particles beside it. s2 needs the structure
/// at one temperature; the entropies S1 and S2 of the fast and slow parts of a heat capacity
/// ([`Part`](crate::thermo::Part)) are other numbers, and integrals over a scan.
///
/// - **Range.** Up to half of the smallest width of the cell, by [`RadialBins::half_cell`].
///   [`tail`](PairEntropy::tail) tells whether the integral has converged there.
/// - **Normalisation.** g is that of [`rdf`](rdf()), which counts the pairs of a finite system: an
///   ideal gas has 1 at every r. It needs no factor of 1 - 1/N, and would add -1/(4N) with one. The
///   integrand has its minimum at g = 1, so that the 1/N that the compressibility leaves at large r
///   in a closed system adds no more than that either.
/// - **Noise.** The integrand is convex, and the noise of g makes -s2 too large by
///   `(ρ/4) Σ_ab x_a x_b ∫ σ²/g dr`. The value is corrected for it, with σ from the blocks.
/// - **Bins.** In each bin g is its mean, which makes -s2 too small by a part that falls as the
///   square of the width; [`binning`](PairEntropy::binning) shows it. Fiftieths of a particle's
///   diameter are narrow enough for liquids.
/// - **Small species.** A species of one particle has no pair with itself, and its part of 1/N² is
///   left out.
/// - **Errors.** Those of `resampling`, of frames: s2 on each resample is that of its g.
/// - **Cost.** That of [`rdf`](rdf()).
///
/// # Errors
/// Those of [`rdf`](rdf()); [`StructureError::NotFromZero`] for bins that do not begin at 0, since
/// the core inside of which no particle comes is a part of the integral.
///
/// ```
/// use msed::structure::{self, RadialBins};
/// use msed::trajectory::{Cell, Species, Trajectory};
/// use msed::Resampling;
/// // Two particles that are always at a distance of 2.05 in a plane of area 100.
/// let along = |i: u32| f64::from(i).sin_cos();
/// let frame = |i: u32| [5.0, 5.0, 0.0, 5.0 + 2.05 * along(i).0, 5.0 + 2.05 * along(i).1, 0.0];
/// let positions: Vec<f64> = (0..400).flat_map(frame).collect();
/// let steps: Vec<u64> = (0..400).collect();
/// let run = Trajectory::new(positions, steps, 0.005, Species::single("A", 2)?)?;
/// let run = run.with_cell(Cell::cubic(10.0)?)?;
/// let bins = RadialBins::half_cell(&run, 0.1)?;
/// let s2 = structure::pair_entropy(&run, &bins, Resampling::Blocks(10))?;
/// // g is 0 but in one ring, where its integral is the whole area: -(1/A) [A ln g - A + π 5²].
/// let ring = std::f64::consts::PI * (2.1 * 2.1 - 4.0);
/// let exact = -((100.0 / ring).ln() - 1.0 + std::f64::consts::PI * 0.25);
/// assert!((s2.value.value() - exact).abs() < 1e-9);
/// # Ok::<(), msed::Error>(())
/// ```
///
/// References: R. E. Nettleton and M. S. Green, J. Chem. Phys. 29, 1365 (1958); A. Baranyai and
/// D. J. Evans, Phys. Rev. A 40, 3817 (1989); of mixtures B. B. Laird and A. D. J. Haymet, J. Chem.
/// Phys. 97, 2153 (1992).
pub fn pair_entropy<T: Real, C: Coordinates>(
    runs: &impl TrajectoryRuns<T, C>,
    bins: &RadialBins,
    resampling: Resampling,
) -> Result<PairEntropy, StructureError> {
    let start = bins.edges()[0];
    if start != 0.0 {
        return Err(StructureError::NotFromZero { found: start });
    }
    let trajectories = runs.runs();
    let dimensions = plane::dimensions(trajectories)?;
    let g = rdf(runs, bins, resampling)?;
    let groups = Groups::new(trajectories[0].species());
    let particles = groups.order.len() as f64;
    let density = particles * mean_inverse_volume(trajectories, dimensions);
    let fraction = |name: &str| {
        let of_species = groups.names.iter().zip(&groups.ranges);
        let sizes = of_species.filter(|(other, _)| *other == name);
        sizes.map(|(_, range)| range.len() as f64).sum::<f64>() / particles
    };
    let shells: Vec<f64> = bins.volumes(dimensions).collect();
    let scaled = g.pairs().map(|([a, b], g)| {
        let both = if a == b { 1.0 } else { 2.0 };
        (0.5 * density * both * fraction(a) * fraction(b), &g.values[..])
    });
    let scaled: Vec<(f64, &[Estimate])> = scaled.collect();
    let of_bins = |width: usize| -> Vec<Integral> {
        let integral = |&(scale, g): &(f64, &[Estimate])| Integral::of(g, &shells, width, scale);
        scaled.iter().map(integral).collect()
    };
    let (integrals, wider) = (of_bins(1), of_bins(2));
    let zero = || Estimate::exact(0.0);
    let sum = |numbers: &mut dyn Iterator<Item = &Estimate>| numbers.fold(zero(), |sum, x| sum + x);
    let running: Vec<Estimate> = (0..bins.count())
        .map(|k| sum(&mut integrals.iter().map(|of| &of.running[k])))
        .collect();
    let last = |of: &'_ Integral| of.running.last().cloned().unwrap_or_else(zero);
    let value = running.last().cloned().unwrap_or_else(zero);
    let half = bins
        .edges()
        .partition_point(|&r| r <= 0.5 * bins.edges()[bins.count()]);
    // The edge below half of the end is the upper one of the bin before.
    let inner = half.checked_sub(2).and_then(|k| running.get(k));
    let tail = &value - inner.unwrap_or(&zero());
    let coarse: f64 = wider.iter().map(|of| last(of).value()).sum();
    let names: Vec<[&str; 2]> = g.pairs().map(|(names, _)| names).collect();
    let parts = names.iter().zip(&integrals).map(|(&[a, b], of)| (a, b, last(of)));
    Ok(PairEntropy {
        binning: value.value() - coarse,
        parts: ByPair::new(value.clone(), parts),
        noise: integrals.iter().map(|of| of.noise).sum(),
        value,
        running,
        tail,
        density,
        dimensions,
        g,
    })
}

/// The mean of 1/V over all frames.
fn mean_inverse_volume<T: Real, C: Coordinates>(
    runs: &[Trajectory<'_, T, C>],
    dimensions: Dimensions,
) -> f64 {
    let (mut sum, mut frames) = (0.0, 0);
    for run in runs {
        frames += run.frames();
        let of_frames = (0..run.frames()).filter_map(|frame| run.cell(frame));
        sum += of_frames
            .map(|cell| cell.volume_in(dimensions).recip())
            .sum::<f64>();
    }
    sum / frames as f64
}

/// What one pair of species adds.
struct Integral {
    running: Vec<Estimate>,
    noise: f64,
}

impl Integral {
    /// `-scale ∫ [g ln g - g + 1] dr` over bins of `width` of the given ones.
    fn of(g: &[Estimate], shells: &[f64], width: usize, scale: f64) -> Self {
        let (mut so_far, mut noise) = (Estimate::exact(0.0), 0.0);
        let mut running = Vec::with_capacity(g.len());
        for (g, shells) in g.chunks(width).zip(shells.chunks(width)) {
            let shell: f64 = shells.iter().sum();
            let of_bins = g.iter().zip(shells).map(|(g, part)| g * (part / shell));
            let Some(g) = of_bins.reduce(|sum, x| sum + x) else {
                continue;
            };
            let variance = g.standard_error().map_or(0.0, |error| error * error);
            let of_noise = match g.value() > 0.0 {
                true => -scale * shell * 0.5 * variance / g.value(),
                false => 0.0,
            };
            noise += of_noise;
            so_far = so_far + g.map(|g| -scale * shell * excess(g)) - of_noise;
            running.push(so_far.clone());
        }
        Self { running, noise }
    }
}

/// g ln g - g + 1, which is 1 where no pair comes and has its minimum of 0 at g = 1.
fn excess(g: f64) -> f64 {
    if g > 0.0 { g * g.ln() - g + 1.0 } else { 1.0 }
}

#[cfg(test)]
mod tests {
    use std::f64::consts::PI;

    use super::*;

    /// The integral over g in so many equal bins up to `end`.
    fn integral(g: &dyn Fn(f64) -> f64, end: f64, count: usize, dimensions: Dimensions) -> f64 {
        let bins = RadialBins::linear(end, count).unwrap();
        let shells: Vec<f64> = bins.volumes(dimensions).collect();
        let values: Vec<Estimate> = bins
            .centres()
            .into_iter()
            .map(|r| Estimate::exact(g(r)))
            .collect();
        let found = Integral::of(&values, &shells, 1, 1.0);
        assert_eq!(found.noise, 0.0);
        found.running[count - 1].value()
    }

    #[test]
    fn steps_have_the_volumes_of_their_shells() {
        // A hard core of diameter 1, and a well of depth 0.7 up to 1.5 beyond it.
        let depth = 0.7_f64;
        let step = |r: f64| match r {
            r if r < 1.0 => 0.0,
            r if r < 1.5 => depth.exp(),
            _ => 1.0,
        };
        let well = depth.exp() * depth - depth.exp() + 1.0;
        let three = -4.0 / 3.0 * PI * (1.0 + well * (1.5_f64.powi(3) - 1.0));
        let found = integral(&step, 3.0, 300, Dimensions::Three);
        assert!((found / three - 1.0).abs() < 1e-12, "{found} {three}");
        let plane = Dimensions::Xy;
        let two = -PI * (1.0 + well * (1.5_f64.powi(2) - 1.0));
        let found = integral(&step, 3.0, 300, plane);
        assert!((found / two - 1.0).abs() < 1e-12, "{found} {two}");
        assert_eq!(integral(&|_| 1.0, 3.0, 7, plane), 0.0);
    }

    #[test]
    fn the_width_of_the_bins_costs_its_square() {
        // ln g = exp(-r²): ∫ 4π r² [g ln g - g + 1] dr by a fine sum.
        let g = |r: f64| (-r * r).exp().exp();
        let exact = integral(&g, 6.0, 100_000, Dimensions::Three);
        let [wide, narrow] = [40, 80].map(|count| integral(&g, 6.0, count, Dimensions::Three) - exact);
        assert!((wide / narrow - 4.0).abs() < 0.3, "{wide} {narrow}");
    }
}
