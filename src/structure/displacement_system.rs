//! What displacements are summed of while frames go by.

use std::ops::Range;

use super::groups::Groups;
use crate::kernels::{COLUMNS, PairColumns};
use crate::sampling::Sampling;
use crate::stats::MergeError;
use crate::stats::pair_table::FrameBlocks;
#[cfg(feature = "serde")]
use crate::stats::runs::are_lags;
use crate::stats::runs::{agree, same_lags, same_sampling};
use crate::stats::sums::Summed;

/// Some of the particles.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub(crate) struct Group {
    pub(crate) name: String,
    pub(crate) particles: usize,
}

/// The particles, lags and quantities that displacements are summed over: the same for all runs that go together.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct DisplacementSystem {
    pub(crate) sampling: Sampling,
    /// The species and, last, all particles.
    pub(crate) groups: Vec<Group>,
    /// In frames.
    pub(crate) lags: Vec<u64>,
    /// Of the overlap.
    pub(crate) radius: Option<f64>,
    /// Wave vectors over 2 pi.
    pub(crate) lists: Vec<Vec<[f64; 3]>>,
    /// Whether each pair of frames saw all particles at once.
    pub(crate) whole: bool,
}

impl DisplacementSystem {
    /// Of these particles at these lags, in frames; no overlap, and no wave vectors.
    pub(crate) fn new(sampling: Sampling, species: &Groups, lags: Vec<u64>) -> Self {
        let group = |(name, range): (&String, &Range<usize>)| Group {
            name: name.clone(),
            particles: range.len(),
        };
        let all = Group {
            name: "all".to_owned(),
            particles: species.order().len(),
        };
        let each = species.names().iter().zip(species.ranges()).map(group);
        Self {
            sampling,
            groups: each.chain([all]).collect(),
            lags,
            radius: None,
            lists: Vec::new(),
            whole: true,
        }
    }

    /// Room for the columns of a pair of frames.
    pub(crate) fn pair_columns(&self) -> PairColumns {
        let sizes = self.species().iter().map(|group| group.particles);
        PairColumns::new(sizes, self.lists.len())
    }

    /// Adds the columns of two frames, each of which has x of all particles, species by species, then y, then z.
    pub(crate) fn add_pair(&self, frames: [&[f64]; 2], room: &mut PairColumns, sums: &mut [f64]) {
        room.add(frames, self.radius, &self.lists, sums);
    }

    /// Columns of a group: those of its displacements, and one for each list of wave vectors.
    pub(super) fn width(&self) -> usize {
        COLUMNS + self.lists.len()
    }

    /// The species.
    pub(crate) fn species(&self) -> &[Group] {
        &self.groups[..self.groups.len() - 1]
    }

    /// Number of particles.
    pub(crate) fn particles(&self) -> usize {
        self.groups[self.groups.len() - 1].particles
    }

    /// What another system has that this one has not, the particles aside.
    pub(super) fn same_quantities(&self, other: &Self) -> Result<(), MergeError> {
        let shown = |system: &Self| {
            [
                ("overlap radius", format!("{:?}", system.radius)),
                ("number of lists of wave vectors", system.lists.len().to_string()),
            ]
        };
        same_sampling(self.sampling, other.sampling)?;
        agree(shown(self), shown(other))?;
        same_lags(&self.lags, &other.lags)?;
        let different = self.lists.iter().zip(&other.lists).find(|(a, b)| a != b);
        different.map_or(Ok(()), |(a, b)| {
            let what = "a list of wave vectors";
            agree(
                [(what, format!("{} vectors", a.len()))],
                [(what, format!("{} others", b.len()))],
            )
        })
    }
}

impl Summed for DisplacementSystem {
    type Run = FrameBlocks;

    fn sampling(&self) -> Sampling {
        self.sampling
    }

    fn lags(&self) -> &[u64] {
        &self.lags
    }

    /// Columns of all groups.
    fn columns(&self) -> usize {
        self.groups.len() * self.width()
    }

    fn same(&self, other: &Self) -> Result<(), MergeError> {
        self.same_quantities(other)?;
        let shown = |system: &Self| {
            let groups = system.groups.iter();
            let each: Vec<String> = groups.map(|g| format!("{} {}", g.particles, g.name)).collect();
            [("the number of particles", each.join(", "))]
        };
        agree(shown(self), shown(other))
    }

    fn join(&mut self, other: &Self) {
        self.whole &= other.whole;
    }

    #[cfg(feature = "serde")]
    fn check(&self) -> Result<(), &'static str> {
        let (all, species) = self.groups.split_last().ok_or("no particles")?;
        let sum = species
            .iter()
            .try_fold(0_usize, |sum, group| sum.checked_add(group.particles));
        if species.is_empty() || species.iter().any(|group| group.particles == 0) {
            return Err("a species without particles");
        }
        if sum != Some(all.particles) || all.particles > usize::MAX / 64 {
            return Err("species that do not add up to all particles");
        }
        if !are_lags(&self.lags) {
            return Err("lags that do not increase, or reach too far");
        }
        let length = |radius: f64| radius.is_finite() && radius > 0.0;
        if !self.radius.is_none_or(length) {
            return Err("an overlap radius that is no length");
        }
        let finite = |list: &Vec<[f64; 3]>| list.as_flattened().iter().all(|x| x.is_finite());
        if !self.lists.iter().all(|list| !list.is_empty() && finite(list)) {
            return Err("wave vectors that are none");
        }
        Ok(())
    }
}
