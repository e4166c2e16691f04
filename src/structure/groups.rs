//! The particles of each species, side by side.

use std::borrow::Cow;
use std::ops::Range;

use crate::real::Real;
use crate::stats::{ByPair, BySpecies, pairs_of};
use crate::trajectory::{Species, Trajectory};

/// Some of the particles.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub(crate) struct Group {
    pub(crate) name: String,
    pub(crate) particles: usize,
}

/// What sums over particles must have in common before they merge.
pub(super) fn numbers(groups: &[Group]) -> (&'static str, String) {
    let of_group = |group: &Group| format!("{} {}", group.particles, group.name);
    let numbers: Vec<String> = groups.iter().map(of_group).collect();
    ("the number of particles", numbers.join(", "))
}

/// The number of all particles, of species that have been read.
#[cfg(feature = "serde")]
pub(super) fn checked_number(species: &[Group]) -> Result<usize, &'static str> {
    if species.is_empty() || species.iter().any(|group| group.particles == 0) {
        return Err("a species without particles");
    }
    let add = |all: usize, group: &Group| all.checked_add(group.particles);
    let all = species
        .iter()
        .try_fold(0, add)
        .filter(|&all| all <= usize::MAX / 64);
    all.ok_or("more particles than can be counted")
}

/// The particles species by species: kernels then see each species as one range.
pub(crate) struct Groups {
    /// Names of the species.
    pub(super) names: Vec<String>,
    /// All particles, species by species.
    pub(crate) order: Vec<usize>,
    /// The range of each species in that order.
    pub(super) ranges: Vec<Range<usize>>,
}

impl Groups {
    pub(crate) fn new(species: &Species) -> Self {
        let of_particles = species.of_particles();
        let mut order: Vec<usize> = (0..of_particles.len()).collect();
        order.sort_by_key(|&p| of_particles[p]);
        let start = |s: usize| order.partition_point(|&p| (of_particles[p] as usize) < s);
        let names = species.names().to_vec();
        let ranges = (0..names.len()).map(|s| start(s)..start(s + 1)).collect();
        Self { names, order, ranges }
    }

    /// The particles of each species.
    pub(super) fn particles(&self) -> impl ExactSizeIterator<Item = &[usize]> {
        self.ranges.iter().map(|range| &self.order[range.clone()])
    }

    /// Each species with its number of particles.
    pub(crate) fn species(&self) -> Vec<Group> {
        let of_species = |(name, range): (&String, &Range<usize>)| Group {
            name: name.clone(),
            particles: range.len(),
        };
        self.names.iter().zip(&self.ranges).map(of_species).collect()
    }

    /// Each two species, and each with itself.
    pub(super) fn pairs(&self) -> Vec<[usize; 2]> {
        pairs_of(self.names.len()).collect()
    }

    /// Each two species that have a pair of particles: a single particle has no distance from
    /// another of its kind.
    pub(super) fn pairs_apart(&self) -> Vec<[usize; 2]> {
        let mut pairs = self.pairs();
        pairs.retain(|&[a, b]| a != b || self.ranges[a].len() > 1);
        pairs
    }

    /// How many particles of two species are at the origin, and how many others around each.
    pub(super) fn around(&self, [a, b]: [usize; 2]) -> [f64; 2] {
        let [at_origin, others] = [a, b].map(|species| self.ranges[species].len() as f64);
        [at_origin, if a == b { others - 1.0 } else { others }]
    }

    /// Number of particles of each species and, last, of all.
    pub(super) fn sizes(&self) -> Vec<f64> {
        let species = self.ranges.iter().map(Range::len);
        species.chain([self.order.len()]).map(|n| n as f64).collect()
    }

    /// Results of each species and, last, of all particles, by name.
    pub(super) fn by_species<T>(&self, mut results: Vec<T>) -> BySpecies<T> {
        let all = results.pop().expect("all particles come last");
        BySpecies::new(all, self.names.iter().cloned().zip(results))
    }

    /// Results of each of these pairs and, last, of all particles, by name.
    pub(super) fn by_pair<T>(&self, pairs: &[[usize; 2]], results: Vec<T>) -> ByPair<T> {
        by_pair(&self.names, pairs, results)
    }

    /// Positions in which each species is one range: borrowed where they are so already, else a
    /// copy.
    pub(super) fn arrange<'a, T: Real>(&self, trajectory: &'a Trajectory<'_, T>) -> Cow<'a, [T]> {
        let positions = trajectory.positions();
        if self.order.iter().enumerate().all(|(i, &p)| i == p) {
            return Cow::Borrowed(positions);
        }
        let mut arranged = Vec::with_capacity(positions.len());
        for frame in positions.chunks_exact(3 * self.order.len()) {
            for &p in &self.order {
                arranged.extend_from_slice(&frame[3 * p..3 * p + 3]);
            }
        }
        Cow::Owned(arranged)
    }
}

/// Results of each of these pairs and, last, of all particles, by the names of the species.
pub(super) fn by_pair<T>(names: &[String], pairs: &[[usize; 2]], mut results: Vec<T>) -> ByPair<T> {
    let total = results.pop().expect("all particles come last");
    let named = pairs.iter().zip(results);
    ByPair::new(
        total,
        named.map(|(&[a, b], result)| (names[a].as_str(), names[b].as_str(), result)),
    )
}
