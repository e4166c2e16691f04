//! Sums over the particles of a run of what each of them gives on its own.

use std::ops::Range;

use super::WaveVectors;
use super::origins::Origins;
use super::totals::{Totals, add_up};
use crate::curve::Curve;
use crate::kernels::{
    Precision, Schedule, SignPolynomial, Tile, Vectors, add_cosines, add_cosines_of_pairs, add_isotropic,
    phase_factors,
};
use crate::lag_sums::{ColumnProducts, Spectra};
use crate::real::Real;
use crate::trajectory::{Dimensions, Trajectory};

/// Results that may wait, in numbers.
const WAITING: usize = 1 << 21;
/// Spectra that may wait.
const WAITING_SPECTRA: usize = 8;

/// What is summed over the pairs of frames, and how.
pub(super) enum Terms<'a> {
    /// `cos q . d` over a list of wave vectors.
    Cosines(Vectors),
    /// The same of all lags at once by transforms, vector by vector.
    Transforms {
        /// The vectors over 2 pi.
        turns: Vec<[f64; 3]>,
        plan: ColumnProducts,
    },
    /// The average over directions in these dimensions, at each of these wave numbers.
    Isotropic(Dimensions, &'a [f64]),
}

impl Terms<'_> {
    /// The cosines in the cheapest way.
    pub(super) fn cheapest(vectors: &WaveVectors, schedule: &Schedule, precision: Precision) -> Self {
        let [direct, transforms] = schedule.costs(vectors.count());
        let transforms = match precision {
            // Twice as many products go through an instruction; transforms stay as they are.
            Precision::Single => 2.0 * transforms,
            Precision::Double => transforms,
        };
        match signs(vectors) {
            Some((cost, signs)) if cost * (schedule.all_pairs() as f64) < direct.min(transforms) => {
                Self::Cosines(signs)
            }
            _ if direct <= transforms => Self::Cosines(Vectors::Listed(vectors.turns())),
            _ => Self::Transforms {
                turns: vectors.turns(),
                plan: ColumnProducts::new(schedule.uniform_blocks().to_vec()),
            },
        }
    }

    /// Numbers at each block and lag.
    fn width(&self) -> usize {
        match self {
            Self::Cosines(_) | Self::Transforms { .. } => 1,
            Self::Isotropic(_, wave_numbers) => wave_numbers.len(),
        }
    }

    /// The sums over a tile, of which the cosines are multiplied in this precision.
    fn totals(&self, tile: &Tile, schedule: &Schedule, precision: Precision) -> Totals {
        let mut sums = vec![0.0; self.width() * schedule.places()];
        let mut spectra = None;
        match self {
            Self::Cosines(vectors) => add_cosines(tile, vectors, schedule, precision, &mut sums),
            Self::Isotropic(dimensions, wave_numbers) => {
                add_isotropic(tile, *dimensions, wave_numbers, schedule, &mut sums);
            }
            Self::Transforms { turns, plan } => spectra = Some(transform(tile, turns, plan)),
        }
        Totals { sums, spectra }
    }

    fn plan(&self) -> Option<&ColumnProducts> {
        match self {
            Self::Transforms { plan, .. } => Some(plan),
            Self::Cosines(_) | Self::Isotropic(..) => None,
        }
    }
}

/// The sum over all signs as a polynomial, if every combination of signs is in the list, and its
/// cost at each pair of frames.
fn signs(vectors: &WaveVectors) -> Option<(f64, Vectors)> {
    let polynomial = SignPolynomial::new(&vectors.sign_classes()?);
    let turns = vectors.cell()?.lengths().map(f64::recip);
    Some((polynomial.cost() as f64, Vectors::Signs { turns, polynomial }))
}

/// The cosines in the way that is cheapest where their value at each pair of frames is wanted.
pub(super) fn vectors_for_each_pair(vectors: &WaveVectors) -> Vectors {
    match signs(vectors) {
        Some((cost, signs)) if cost < 4.0 * vectors.count() as f64 => signs,
        _ => Vectors::Listed(vectors.turns()),
    }
}

fn transform(tile: &Tile, turns: &[[f64; 3]], plan: &ColumnProducts) -> Spectra {
    let (mut spectra, mut scratch) = (plan.spectra(), plan.scratch());
    let (mut cosine, mut sine) = (vec![0.0; tile.frames], vec![0.0; tile.frames]);
    for r in tile.columns() {
        for &turns in turns {
            phase_factors(r, turns, &mut cosine, &mut sine);
            plan.push(&cosine, &sine, &mut spectra, &mut scratch);
        }
    }
    plan.flush(&mut spectra, &mut scratch);
    spectra
}

/// Curves of means over some particles, of which each gives so many terms at a pair of frames.
pub(super) fn curves<'a, T: Real>(
    runs: &[Trajectory<'_, T>],
    particles: &[usize],
    origins: &Origins,
    terms_of_each: &[usize],
    terms: impl Fn(&Schedule) -> Vec<Terms<'a>>,
) -> Vec<Curve> {
    let mut sums = vec![origins.axis.sums(); terms_of_each.len()];
    for (r, run) in runs.iter().enumerate() {
        let schedule = origins.schedule(r);
        let found = run_sums(run, particles, &terms(&schedule), &schedule);
        let found = found
            .iter()
            .flat_map(|found| found.chunks_exact(schedule.places()));
        for ((sums, found), &of_each) in sums.iter_mut().zip(found).zip(terms_of_each) {
            let terms = particles.len() as f64 * of_each as f64;
            origins.add(r, &schedule, found, terms, 1.0, sums);
        }
    }
    sums.iter().map(|sums| origins.axis.mean(sums)).collect()
}

/// Sums over particles of one run for each of the terms: number by number, block by block and lag
/// by lag.
fn run_sums<T: Real>(
    run: &Trajectory<'_, T>,
    particles: &[usize],
    terms: &[Terms<'_>],
    schedule: &Schedule,
) -> Vec<Vec<f64>> {
    let waiting = if terms.iter().any(|terms| terms.plan().is_some()) {
        WAITING_SPECTRA
    } else {
        let numbers: usize = terms.iter().map(Terms::width).sum();
        (WAITING / (numbers * schedule.places()).max(1)).clamp(2, 64)
    };
    let pieces: Vec<&[usize]> = particles.chunks(Tile::particles(run.frames())).collect();
    let mut totals = Vec::new();
    add_up(&mut totals, &pieces, waiting, |particles| {
        let tile = Tile::of(run, particles);
        let totals = |terms: &Terms<'_>| terms.totals(&tile, schedule, Precision::of::<T>());
        terms.iter().map(totals).collect()
    });
    let sums = totals.into_iter().zip(terms);
    sums.map(|(totals, terms)| totals.into_sums(terms.plan(), schedule))
        .collect()
}

/// Sums of cosines over particles at each pair of frames of some lags, as of one block.
pub(super) fn each_pair<T: Real>(
    run: &Trajectory<'_, T>,
    particles: &[usize],
    vectors: &Vectors,
    schedule: &Schedule,
    lags: Range<usize>,
) -> Vec<Vec<f64>> {
    let zeros = |lag| vec![0.0; schedule.pairs(0, lag).len()];
    let mut sums: Vec<Vec<f64>> = lags.clone().map(zeros).collect();
    for particles in particles.chunks(Tile::particles(run.frames())) {
        add_cosines_of_pairs(
            &Tile::of(run, particles),
            vectors,
            schedule,
            lags.start,
            &mut sums,
        );
    }
    sums
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lag::Lags;
    use crate::stats::Resampling;
    use crate::trajectory::{Cell, Species};

    fn schedule(steps: Vec<u64>, lags: &Lags) -> Schedule {
        let (species, positions) = (Species::single("A", 1).unwrap(), vec![0.0; 3 * steps.len()]);
        let run = Trajectory::<f64>::new(positions, steps, 1.0, species).unwrap();
        Origins::new(&run, lags, Resampling::Blocks(10))
            .unwrap()
            .schedule(0)
    }

    #[derive(Debug, PartialEq)]
    enum Way {
        Signs,
        Vectors,
        Transforms,
    }

    fn way(vectors: &WaveVectors, schedule: &Schedule) -> Way {
        match Terms::cheapest(vectors, schedule, Precision::Double) {
            Terms::Cosines(Vectors::Signs { .. }) => Way::Signs,
            Terms::Cosines(_) => Way::Vectors,
            _ => Way::Transforms,
        }
    }

    /// Nothing but the clock would tell that a slower way was taken.
    #[test]
    fn the_cheapest_way_is_taken() {
        let cell = Cell::cubic(9.41).unwrap();
        let shell = WaveVectors::shell(&cell, 7.15..=7.35).unwrap();
        let one = WaveVectors::from_integers(&cell, &[[1, 2, 3]]).unwrap();
        let free = WaveVectors::from_vectors(&[[0.1, 0.2, 0.3]; 1]).unwrap();
        let (few, all) = (Lags::logarithmic(5), Lags::all());
        let uniform = |lags: &Lags| schedule((0..3000).collect(), lags);
        // A shell has all signs, which cost less than its vectors, and of many lags less than all
        // its transforms.
        assert_eq!(way(&shell, &uniform(&few)), Way::Signs);
        for vectors in [&one, &free] {
            assert_eq!(way(vectors, &uniform(&few)), Way::Vectors);
            assert_eq!(way(vectors, &uniform(&all)), Way::Transforms);
        }
        assert_eq!(way(&shell, &uniform(&all)), Way::Transforms);
        // Transforms begin to pay at some tens of lags, and need frames that are uniform.
        let spread = |lags: u64| Lags::samples((1..=lags).map(|k| k * 1500 / lags).collect::<Vec<u64>>());
        assert_eq!(way(&one, &uniform(&spread(12))), Way::Vectors);
        assert_eq!(way(&one, &uniform(&spread(200))), Way::Transforms);
        let blocks = (0..300)
            .flat_map(|b| [0, 1, 2, 4, 8].map(|offset| 16 * b + offset))
            .collect();
        assert_eq!(way(&one, &schedule(blocks, &all)), Way::Vectors);
        // Where each pair is wanted: the polynomial costs less than all vectors of a shell, and not
        // less than one.
        assert!(matches!(vectors_for_each_pair(&shell), Vectors::Signs { .. }));
        assert!(matches!(vectors_for_each_pair(&one), Vectors::Listed(_)));
    }
}
