//! Sums of displacements of one run or of several, and the curves that follow from them.

use super::group_sums::GroupSums;
#[cfg(feature = "serde")]
use super::groups::checked_number;
use super::groups::{Group, Groups, numbers};
use super::origins::Axis;
use super::plane::check_vectors;
use super::{Displacements, StructureError};
use crate::curve::Curve;
use crate::kernels::COLUMNS;
use crate::sampling::Sampling;
use crate::stats::frame_blocks::FrameBlocks;
#[cfg(feature = "serde")]
use crate::stats::runs::are_lags;
use crate::stats::runs::{agree, same_lags, same_sampling};
use crate::stats::sums::Summed;
use crate::stats::{BySpecies, MergeError, Sums};
use crate::trajectory::{Dimensions, SINGLE_ROUNDING};

/// The particles, lags and quantities that displacements are summed over: the same for all runs
/// that go together.
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
        let mut groups = species.species();
        groups.push(Group {
            name: "all".to_owned(),
            particles: species.order.len(),
        });
        Self {
            sampling,
            groups,
            lags,
            radius: None,
            lists: Vec::new(),
            whole: true,
        }
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
        agree([numbers(&self.groups)], [numbers(&other.groups)])
    }

    fn join(&mut self, other: &Self) {
        self.whole &= other.whole;
    }

    #[cfg(feature = "serde")]
    fn check(&self) -> Result<(), &'static str> {
        let (all, species) = self.groups.split_last().ok_or("no particles")?;
        if checked_number(species)? != all.particles {
            return Err("species that do not add up to all particles");
        }
        if !are_lags(&self.lags) {
            return Err("lags that do not increase, or reach too far");
        }
        let length = |radius: f64| radius.is_finite() && radius > 0.0;
        if !self.radius.is_none_or(length) {
            return Err("an overlap radius that is not positive and finite");
        }
        let finite = |list: &Vec<[f64; 3]>| list.as_flattened().iter().all(|x| x.is_finite());
        if !self.lists.iter().all(|list| !list.is_empty() && finite(list)) {
            return Err("a list of wave vectors that is empty or not finite");
        }
        Ok(())
    }
}

/// Sums over the pairs of frames of one run or of several, and the curves that follow from them.
///
/// A curve has the lags that some pair of frames lies apart by; its error bars are those of the
/// delete-one jackknife over the blocks of all runs. Two ways to put sums together:
/// [`merge`](Self::merge) for independent runs, [`merge_particles`](Self::merge_particles) for
/// parts of the particles of the same run.
pub type DisplacementSums = Sums<DisplacementSystem>;

impl DisplacementSums {
    /// Number of particles.
    #[must_use]
    pub fn particles(&self) -> usize {
        self.over.particles()
    }

    /// Mean squared displacement, non-Gaussian parameter, overlap and its susceptibility, of each
    /// species and of all particles: what [`structure::displacements`](super::displacements())
    /// gives of whole trajectories.
    #[must_use]
    pub fn displacements(&self) -> BySpecies<Displacements> {
        let (system, axis, dimensions) = (&self.over, self.axis(), self.dimensions());
        self.by_species(|first, group| {
            let (mut sums, particles) = (GroupSums::new(&axis), group.particles as f64);
            axis.for_each(&self.runs, |block, lag, columns, pairs| {
                let columns = &columns[first..][..COLUMNS];
                sums.add(block, lag, columns, pairs, particles);
            });
            let radius = system.radius;
            Displacements::from_sums(&sums, &axis, group.particles, radius, dimensions, system.whole)
        })
    }

    /// The dimensions that the particles have moved in so far: [two](Dimensions) where none has
    /// moved along exactly one axis. Root mean squared motion below 1e-6 of that along another axis
    /// is rounding.
    ///
    /// ```
    /// use msed::online::DisplacementAccumulator;
    /// use msed::trajectory::{Dimensions, Species};
    /// use msed::{Lags, Sampling};
    /// let species = Species::single("A", 1)?;
    /// let mut live = DisplacementAccumulator::new(Sampling::new(1, 1.0)?, &species, &Lags::samples([1]))?;
    /// live.push(&[0.0, 0.0, 0.5])?;
    /// live.push(&[0.3, 0.4, 0.5])?;
    /// assert_eq!(live.snapshot()?.dimensions(), Dimensions::Xy);
    /// live.push(&[0.3, 0.4, 0.6])?;
    /// assert_eq!(live.snapshot()?.dimensions(), Dimensions::Three);
    /// # Ok::<(), msed::Error>(())
    /// ```
    #[must_use]
    pub fn dimensions(&self) -> Dimensions {
        let (axis, all) = (self.axis(), self.over.species().len() * self.over.width());
        let mut squares = [0.0; 3];
        axis.for_each(&self.runs, |_, _, columns, _| {
            for (square, x) in squares.iter_mut().zip(&columns[all..]) {
                *square += x;
            }
        });
        Dimensions::of_motion(squares.map(f64::sqrt), SINGLE_ROUNDING)
    }

    /// The self part of the intermediate scattering function over list `list` of the wave vectors,
    /// of each species and of all particles, as [`structure::self_isf`](super::self_isf()) defines
    /// it.
    ///
    /// # Errors
    /// [`StructureError::NoList`] where there is no such list, [`StructureError::OutOfPlane`] where
    /// its vectors leave the plane of a two-dimensional run.
    pub fn self_isf(&self, list: usize) -> Result<BySpecies<Curve>, StructureError> {
        let lists = &self.over.lists;
        let vectors = lists.get(list).ok_or(StructureError::NoList {
            found: list,
            lists: lists.len(),
        })?;
        check_vectors(self.dimensions(), vectors)?;
        let axis = self.axis();
        Ok(self.by_species(|first, group| {
            let (mut sums, terms) = (axis.sums(), (group.particles * vectors.len()) as f64);
            axis.for_each(&self.runs, |block, lag, columns, pairs| {
                sums.add(block, lag, columns[first + COLUMNS + list] / terms, pairs);
            });
            axis.mean(&sums)
        }))
    }

    fn axis(&self) -> Axis {
        Axis::of_tables(&self.runs, self.over.sampling, &self.over.lags)
    }

    /// What `f` makes of the first column of each group, and of the group.
    fn by_species<T>(&self, f: impl Fn(usize, &Group) -> T) -> BySpecies<T> {
        let system = &self.over;
        let mut results = (0..)
            .step_by(system.width())
            .zip(&system.groups)
            .map(|(first, group)| (group.name.clone(), f(first, group)));
        let species: Vec<(String, T)> = results.by_ref().take(system.species().len()).collect();
        let (_, all) = results.next().expect("all particles come last");
        BySpecies::new(all, species)
    }

    /// The sums of two parts of the particles of the same runs, as those of both parts. Species go
    /// together by name.
    ///
    /// What is an average over particles is that of all of them, to rounding: mean squared
    /// displacement, alpha2, overlap, F_s. chi4 is not one, and is lost.
    ///
    /// # Errors
    /// [`MergeError`] where sampling, lags, overlap radius, wave vectors, or the frames and blocks
    /// of the runs differ.
    ///
    /// ```
    /// use msed::online::DisplacementAccumulator;
    /// use msed::trajectory::Species;
    /// use msed::{Lags, Sampling};
    /// // Each part of the particles is accumulated apart: here, by its step along x.
    /// let part = |name, particles, step: f64| {
    ///     let species = Species::single(name, particles)?;
    ///     let mut live = DisplacementAccumulator::new(Sampling::new(1, 1.0)?, &species, &Lags::samples([1]))?;
    ///     live.push(&vec![0.0; 3 * particles])?;
    ///     live.push(&[step, 0.0, 0.0].repeat(particles))?;
    ///     Ok::<_, msed::Error>(live.snapshot()?)
    /// };
    /// let all = part("A", 3, 1.0)?.merge_particles(&part("B", 1, 3.0)?)?;
    /// let moved = all.displacements();
    /// assert_eq!(moved.of("B")?.msd.total.values(), [9.0]);
    /// assert_eq!(moved.all().msd.total.values(), [(3.0 + 9.0) / 4.0]);
    /// # Ok::<(), msed::Error>(())
    /// ```
    pub fn merge_particles(&self, other: &Self) -> Result<Self, MergeError> {
        self.over.same_quantities(&other.over)?;
        let pairs = self.runs.iter().zip(&other.runs);
        if self.runs.len() != other.runs.len() || pairs.clone().any(|(a, b)| !a.same_pairs(b)) {
            let shown = |sums: &Self| {
                let frames: Vec<String> = sums.runs.iter().map(|run| run.blocks.end().to_string()).collect();
                let shown = format!("{} frames in {} blocks", frames.join(" and "), sums.blocks());
                [("the run", shown)]
            };
            agree(shown(self), shown(other))?;
        }
        // Where each group of the result lies in either part: all particles last.
        let position = |of: &Self, name: &str| of.over.species().iter().position(|group| group.name == name);
        let new = other.over.species().iter().map(|group| group.name.as_str());
        let new = new.filter(|name| position(self, name).is_none());
        let own = self.over.species().iter().map(|group| group.name.as_str());
        let mut sources: Vec<[Option<usize>; 2]> = own
            .chain(new)
            .map(|name| [position(self, name), position(other, name)])
            .collect();
        sources.push([Some(self.over.species().len()), Some(other.over.species().len())]);
        let groups = sources.iter().map(|&[a, b]| {
            let of = |sums: &Self, at: Option<usize>| at.map(|at| sums.over.groups[at].clone());
            match (of(self, a), of(other, b)) {
                (Some(a), Some(b)) => Group {
                    particles: a.particles + b.particles,
                    ..a
                },
                (a, b) => a.or(b).expect("in one of the two"),
            }
        });
        let width = self.over.width();
        let runs = pairs.map(|(a, b)| {
            a.map(sources.len() * width, |block, lag, columns| {
                for (columns, source) in columns.chunks_exact_mut(width).zip(&sources) {
                    for (run, at) in [a, b].into_iter().zip(source) {
                        if let Some(at) = at {
                            let added = &run.sums(block, lag)[at * width..][..width];
                            columns.iter_mut().zip(added).for_each(|(sum, x)| *sum += x);
                        }
                    }
                }
            })
        });
        Ok(Self {
            runs: runs.collect(),
            over: DisplacementSystem {
                groups: groups.collect(),
                whole: false,
                ..self.over.clone()
            },
        })
    }
}
