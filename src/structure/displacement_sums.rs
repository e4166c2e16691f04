//! Sums over pairs of frames, and the curves that follow from them.

use crate::curve::Curve;
use crate::kernels::pair_sums::MOMENTS;
use crate::online::error::OnlineError;
use crate::sampling::Sampling;
use crate::stats::MergeError;
use crate::stats::pair_table::{self, FrameBlocks};
#[cfg(feature = "serde")]
use crate::stats::runs::are_lags;
use crate::stats::runs::{InBlocks, agree, same_lags, same_sampling};
use crate::trajectory::{Particles, SpeciesError};

/// Some of the particles.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub(crate) struct Group {
    pub(crate) name: String,
    pub(crate) particles: usize,
}

/// What is summed, and over what: the same for all runs that go together.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub(crate) struct FrameSystem {
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

/// The columns of a group: squared displacements along x, y and z, fourth power, close particles, their number squared, and one for each list.
const FOURTH: usize = 3;
const CLOSE: usize = 4;
const CLOSE_SQUARED: usize = MOMENTS;
const LISTS: usize = MOMENTS + 1;

/// Squares the number of close particles of one pair of frames.
pub(crate) fn close_squared(columns: &mut [f64]) {
    columns[CLOSE_SQUARED] = columns[CLOSE] * columns[CLOSE];
}

impl FrameSystem {
    /// Columns of a group.
    pub(crate) fn width(&self) -> usize {
        LISTS + self.lists.len()
    }

    /// Columns of all groups.
    pub(crate) fn columns(&self) -> usize {
        self.groups.len() * self.width()
    }

    /// What a constructor would refuse.
    #[cfg(feature = "serde")]
    pub(crate) fn check(&self) -> Result<(), String> {
        let (all, species) = self.groups.split_last().ok_or("no particles")?;
        let sum = species
            .iter()
            .try_fold(0_usize, |sum, group| sum.checked_add(group.particles));
        if species.is_empty() || species.iter().any(|group| group.particles == 0) {
            return Err("a species without particles".to_owned());
        }
        if sum != Some(all.particles) || all.particles > usize::MAX / 64 {
            return Err("species that do not add up to all particles".to_owned());
        }
        if !are_lags(&self.lags) {
            return Err("lags that do not increase, or reach too far".to_owned());
        }
        if self
            .radius
            .is_some_and(|radius| !(radius.is_finite() && radius > 0.0))
        {
            return Err("an overlap radius that is no length".to_owned());
        }
        let finite = |list: &Vec<[f64; 3]>| list.as_flattened().iter().all(|x| x.is_finite());
        if !self.lists.iter().all(|list| !list.is_empty() && finite(list)) {
            return Err("wave vectors that are none".to_owned());
        }
        Ok(())
    }

    /// What another system has that this one has not; the particles aside.
    pub(crate) fn same(&self, other: &Self) -> Result<(), MergeError> {
        let shown = |system: &Self| {
            [
                ("overlap radius", format!("{:?}", system.radius)),
                ("number of lists of wave vectors", system.lists.len().to_string()),
            ]
        };
        same_sampling(self.sampling, other.sampling)?;
        agree(shown(self), shown(other))?;
        same_lags(&self.lags, &other.lags)?;
        match self.lists.iter().zip(&other.lists).find(|(a, b)| a != b) {
            Some((a, b)) => Err(MergeError::new(
                "a list of wave vectors",
                format!("{} others", b.len()),
                format!("{} vectors", a.len()),
            )),
            None => Ok(()),
        }
    }

    /// Whether the species are the same, and as large.
    pub(crate) fn same_particles(&self, other: &Self) -> Result<(), MergeError> {
        if self.groups == other.groups {
            return Ok(());
        }
        let shown = |system: &Self| {
            let groups = system.groups.iter();
            let each: Vec<String> = groups.map(|g| format!("{} {}", g.particles, g.name)).collect();
            each.join(", ")
        };
        Err(MergeError::new(
            "the number of particles",
            shown(other),
            shown(self),
        ))
    }

    fn find(&self, particles: Particles<'_>) -> Result<usize, OnlineError> {
        let (all, species) = (self.groups.len() - 1, &self.groups[..self.groups.len() - 1]);
        match particles {
            Particles::All => Ok(all),
            Particles::Species(name) => {
                let known = || {
                    let names: Vec<&str> = species.iter().map(|group| group.name.as_str()).collect();
                    names.join(", ")
                };
                species
                    .iter()
                    .position(|group| group.name == name)
                    .ok_or_else(|| {
                        SpeciesError::Unknown {
                            name: name.to_owned(),
                            known: known(),
                        }
                        .into()
                    })
            }
        }
    }
}

/// The sums over the pairs of frames of one run or of several, and the curves that follow from them.
///
/// A curve has the lags that some pair of frames lies apart by; its error bars are those of the delete-one jackknife over the blocks of all
/// runs. Two ways to put sums together: [`merge`](Self::merge) for independent runs, [`merge_particles`](Self::merge_particles) for parts
/// of the particles of the same run.
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(try_from = "State")
)]
pub struct FrameSums {
    system: FrameSystem,
    runs: Vec<FrameBlocks>,
}

impl FrameSums {
    pub(crate) fn new(system: FrameSystem, run: FrameBlocks) -> Self {
        Self {
            system,
            runs: vec![run],
        }
    }

    /// Number of runs.
    #[must_use]
    pub fn runs(&self) -> usize {
        self.runs.len()
    }

    /// Number of blocks, over all runs.
    #[must_use]
    pub fn blocks(&self) -> usize {
        self.runs.iter().map(FrameBlocks::blocks).sum()
    }

    /// Number of particles.
    #[must_use]
    pub fn particles(&self) -> usize {
        self.system.groups[self.system.groups.len() - 1].particles
    }

    /// The sums of independent runs of the same system together: the blocks of `other` after those of `self`. Associative to the last bit.
    ///
    /// # Errors
    /// [`MergeError`] where sampling, species, lags, overlap radius or wave vectors differ.
    pub fn merge(mut self, other: Self) -> Result<Self, MergeError> {
        self.system.same(&other.system)?;
        self.system.same_particles(&other.system)?;
        self.system.whole &= other.system.whole;
        self.runs.extend(other.runs);
        Ok(self)
    }

    /// The sums of two parts of the particles of the same runs, as those of both parts. Species go together by name.
    ///
    /// What is an average over particles is that of all of them, to rounding: mean squared displacement, alpha2, overlap, F_s. chi4 is not one,
    /// and is lost.
    ///
    /// # Errors
    /// [`MergeError`] where sampling, lags, overlap radius, wave vectors, or the frames and blocks of the runs differ.
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
    /// assert_eq!(all.msd("B")?.values(), [9.0]);
    /// assert_eq!(all.msd(msed::trajectory::Particles::All)?.values(), [(3.0 + 9.0) / 4.0]);
    /// # Ok::<(), msed::Error>(())
    /// ```
    pub fn merge_particles(&self, other: &Self) -> Result<Self, MergeError> {
        self.system.same(&other.system)?;
        let pairs = self.runs.iter().zip(&other.runs);
        if self.runs.len() != other.runs.len() || pairs.clone().any(|(a, b)| !a.same_pairs(b)) {
            let shown = |sums: &Self| {
                let frames: Vec<String> = sums.runs.iter().map(|run| run.frames().to_string()).collect();
                format!("{} frames in {} blocks", frames.join(" and "), sums.blocks())
            };
            return Err(MergeError::new("the run", shown(other), shown(self)));
        }
        // Where each group of the result lies in either part: all particles last.
        let position = |of: &Self, name: &str| of.species().iter().position(|group| group.name == name);
        let new = other.species().iter().map(|group| group.name.as_str());
        let new = new.filter(|name| position(self, name).is_none());
        let own = self.species().iter().map(|group| group.name.as_str());
        let mut sources: Vec<[Option<usize>; 2]> = own
            .chain(new)
            .map(|name| [position(self, name), position(other, name)])
            .collect();
        sources.push([Some(self.species().len()), Some(other.species().len())]);
        let groups = sources.iter().map(|&[a, b]| {
            let of = |sums: &Self, at: Option<usize>| at.map(|at| sums.system.groups[at].clone());
            match (of(self, a), of(other, b)) {
                (Some(a), Some(b)) => Group {
                    particles: a.particles + b.particles,
                    ..a
                },
                (a, b) => a.or(b).expect("in one of the two"),
            }
        });
        let width = self.system.width();
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
            system: FrameSystem {
                groups: groups.collect(),
                whole: false,
                ..self.system.clone()
            },
        })
    }

    fn species(&self) -> &[Group] {
        &self.system.groups[..self.system.groups.len() - 1]
    }

    /// The mean squared displacement, as [`structure::msd`](crate::structure::msd()) defines it: squared units of length.
    ///
    /// # Errors
    /// [`SpeciesError::Unknown`], as all that follow.
    pub fn msd<'p>(&self, particles: impl Into<Particles<'p>>) -> Result<Curve, OnlineError> {
        self.curve(particles, [0, 1, 2], |[x, y, z], _| x + y + z)
    }

    /// The non-Gaussian parameter, at the lags at which something has moved: [`SpeciesDisplacement::alpha2`](crate::structure::SpeciesDisplacement::alpha2).
    ///
    /// # Errors
    /// [`SpeciesError::Unknown`].
    pub fn alpha2<'p>(&self, particles: impl Into<Particles<'p>>) -> Result<Curve, OnlineError> {
        let curve = self.curve(particles, [0, 1, 2, FOURTH], |[x, y, z, fourth], _| {
            3.0 * fourth / (5.0 * (x + y + z).powi(2)) - 1.0
        })?;
        Ok(curve.select(|k| curve.values()[k].is_finite()))
    }

    /// The fraction of particles that have moved less than the overlap radius; `None` where no radius was given.
    ///
    /// # Errors
    /// [`SpeciesError::Unknown`].
    pub fn overlap<'p>(&self, particles: impl Into<Particles<'p>>) -> Result<Option<Curve>, OnlineError> {
        let curve = self.curve(particles, [CLOSE], |[close], _| close)?;
        Ok(self.system.radius.map(|_| curve))
    }

    /// N times the variance of that fraction over the origins; `None` where no radius was given, or where parts of the particles were merged.
    ///
    /// # Errors
    /// [`SpeciesError::Unknown`].
    pub fn chi4<'p>(&self, particles: impl Into<Particles<'p>>) -> Result<Option<Curve>, OnlineError> {
        // The second mean is of a square, divided by N once.
        let curve = self.curve(particles, [CLOSE, CLOSE_SQUARED], |[close, squared], n| {
            squared - n * close * close
        })?;
        Ok(self.system.radius.filter(|_| self.system.whole).map(|_| curve))
    }

    /// The self part of the intermediate scattering function over list `list` of the wave vectors, as
    /// [`structure::self_isf`](crate::structure::self_isf()) defines it.
    ///
    /// # Errors
    /// [`SpeciesError::Unknown`], [`OnlineError::List`] where there is no such list.
    pub fn self_isf<'p>(
        &self,
        list: usize,
        particles: impl Into<Particles<'p>>,
    ) -> Result<Curve, OnlineError> {
        let vectors = self.system.lists.get(list).ok_or(OnlineError::List {
            found: list,
            lists: self.system.lists.len(),
        })?;
        let count = vectors.len() as f64;
        self.curve(particles, [LISTS + list], |[sum], _| sum / count)
    }

    /// The curve that `f` makes of the means per particle of some columns, and of the number of particles.
    fn curve<'p, const N: usize>(
        &self,
        particles: impl Into<Particles<'p>>,
        columns: [usize; N],
        f: impl Fn([f64; N], f64) -> f64,
    ) -> Result<Curve, OnlineError> {
        let group = self.system.find(particles.into())?;
        let size = self.system.groups[group].particles as f64;
        let first = group * self.system.width();
        Ok(pair_table::curve(
            &self.runs,
            self.system.sampling,
            &self.system.lags,
            columns.map(|column| first + column),
            size,
            |means| f(means, size),
        ))
    }
}

/// The numbers of sums, which may be wrong.
#[cfg(feature = "serde")]
#[derive(serde::Deserialize)]
struct State {
    system: FrameSystem,
    runs: Vec<FrameBlocks>,
}

#[cfg(feature = "serde")]
impl TryFrom<State> for FrameSums {
    type Error = String;

    fn try_from(State { system, runs }: State) -> Result<Self, String> {
        system.check()?;
        let (lags, width) = (system.lags.len(), system.columns());
        if runs.is_empty() || !runs.iter().all(|run| run.is_sound(lags, width)) {
            return Err("sums of another shape, or not finite".to_owned());
        }
        Ok(Self { system, runs })
    }
}
