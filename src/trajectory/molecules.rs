//! Molecules: one point for several particles.

use super::source::changed;
use super::{Cell, Coordinates, Frame, FrameSource, Species, Trajectory, TrajectoryError};
use crate::real::{Invalid, Real};

/// Molecules of a system: which particles belong to each, in the order of a walk along its bonds,
/// and their masses.
///
/// Particles that belong to no molecule are left out of the [centres](centres_of_mass), and a
/// particle may belong to several. A molecule may be a single particle, so that a mixture of
/// molecules and atoms is a list like any other. A list of one atom for each molecule, or masses of
/// 0 for all others, gives the motion of that atom.
///
/// ```
/// use msed::trajectory::Molecules;
/// // Two molecules of water: oxygen, hydrogen, hydrogen.
/// let water = Molecules::alike(2, &[15.9994, 1.008, 1.008])?;
/// assert_eq!(water.count(), 2);
/// assert_eq!(water.particles_of(1), [3, 4, 5]);
/// assert!((water.masses()[1] - 18.0154).abs() < 1e-12);
/// # Ok::<(), msed::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Molecules {
    /// Of all molecules, one after the other: the particle, and its part of the mass.
    members: Vec<(usize, f64)>,
    /// Where each molecule ends.
    ends: Vec<usize>,
    /// Of each molecule.
    masses: Vec<f64>,
}

impl Molecules {
    /// `count` molecules of consecutive particles with these masses, the first one from particle 0
    /// on.
    ///
    /// # Errors
    /// As [`new`](Self::new).
    pub fn alike(count: usize, masses: &[f64]) -> Result<Self, TrajectoryError> {
        let size = masses.len();
        let last = count.checked_mul(size);
        if last.is_none_or(|last| last > MOST_PARTICLES) {
            let many =
                format!("{count} molecules of {size} particles, expected at most {MOST_PARTICLES} particles");
            return Err(TrajectoryError::Shape(many));
        }
        Self::new((0..count).map(|molecule| {
            let particle = move |(k, &mass): (usize, &f64)| (molecule * size + k, mass);
            masses.iter().enumerate().map(particle)
        }))
    }

    /// Each molecule as a list of its particles, counted from 0, with their masses in any unit.
    ///
    /// ```
    /// use msed::trajectory::Molecules;
    /// let dimer_and_ion = Molecules::new([vec![(0, 1.0), (1, 3.0)], vec![(2, 23.0)]])?;
    /// assert_eq!(dimer_and_ion.masses(), [4.0, 23.0]);
    /// # Ok::<(), msed::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`TrajectoryError::Shape`] for no molecule, or one without particles;
    /// [`TrajectoryError::Invalid`] for a mass that is negative or not finite, and for a molecule
    /// whose masses are all 0.
    pub fn new<M: IntoIterator<Item = (usize, f64)>>(
        molecules: impl IntoIterator<Item = M>,
    ) -> Result<Self, TrajectoryError> {
        let mut all = Self {
            members: Vec::new(),
            ends: Vec::new(),
            masses: Vec::new(),
        };
        for (molecule, members) in molecules.into_iter().enumerate() {
            let start = all.members.len();
            all.members.extend(members);
            let members = &mut all.members[start..];
            if members.is_empty() {
                let empty = format!("molecule {molecule} has 0 particles, expected at least 1");
                return Err(TrajectoryError::Shape(empty));
            }
            if let Some((particle, mass)) = members
                .iter()
                .find(|(_, mass)| !(mass.is_finite() && *mass >= 0.0))
            {
                let what = format!("particle {particle} of molecule {molecule} has mass");
                return Err(Invalid::new(what, *mass, "a finite number that is not negative").into());
            }
            let mass: f64 = members.iter().map(|(_, mass)| mass).sum();
            let mass = Invalid::unless_positive(&format!("the mass of molecule {molecule} is"), mass)?;
            members.iter_mut().for_each(|(_, part)| *part /= mass);
            all.ends.push(all.members.len());
            all.masses.push(mass);
        }
        if all.ends.is_empty() {
            return Err(TrajectoryError::Shape(
                "0 molecules, expected at least 1".to_owned(),
            ));
        }
        Ok(all)
    }

    /// Number of molecules; at least one.
    #[must_use]
    pub fn count(&self) -> usize {
        self.ends.len()
    }

    /// The mass of each molecule: what the centres need where the drift of the whole system is
    /// taken off by [`without_drift`](super::without_drift()).
    #[must_use]
    pub fn masses(&self) -> &[f64] {
        &self.masses
    }

    /// The particles of a molecule.
    ///
    /// # Panics
    /// If there is no such molecule.
    #[must_use]
    pub fn particles_of(&self, molecule: usize) -> Vec<usize> {
        self.members(molecule)
            .iter()
            .map(|&(particle, _)| particle)
            .collect()
    }

    fn members(&self, molecule: usize) -> &[(usize, f64)] {
        let start = molecule.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.members[start..self.ends[molecule]]
    }

    /// The centre of mass of a molecule, next to its first particle.
    fn centre<T: Real>(&self, molecule: usize, points: &[[T; 3]], cell: Option<&Cell>) -> [f64; 3] {
        let members = self.members(molecule);
        let first = points[members[0].0].map(T::to_f64);
        // From the first particle to the one before, made whole, and to the centre.
        let (mut before, mut centre) = (first, [0.0; 3]);
        let mut offset = [0.0; 3];
        for &(particle, part) in members {
            let point = points[particle].map(T::to_f64);
            let bond = std::array::from_fn(|i| point[i] - before[i]);
            let bond = cell.map_or(bond, |cell| cell.minimum_image(bond));
            for i in 0..3 {
                offset[i] += bond[i];
                centre[i] += part * offset[i];
            }
            before = point;
        }
        std::array::from_fn(|i| first[i] + centre[i])
    }
}

/// More particles than this are a mistake.
const MOST_PARTICLES: usize = 1 << 31;

/// The centres of mass of molecules, as the particles of a source: frame by frame one point for
/// each molecule, in their order.
///
/// **Whole.** A molecule that lies across a face of the cell is made whole along its list: each
/// particle is taken in the image that is nearest to the particle before. The bonds between
/// neighbours in the list must be shorter than half of the cell's smallest width; the molecule
/// itself may be longer. An order that jumps over more than half a cell gives a wrong centre, which
/// cannot be recognised. A source without cells must have whole molecules.
///
/// **Coordinates.** The centre lies in the image of the first particle of the list, so that it has
/// the convention of the source and the image flags of that particle: centres of unwrapped
/// coordinates are unwrapped, and those of wrapped ones are wrapped (and may lie outside of the
/// cell by the size of a molecule, which serves for S(q) and g(r)). Where displacements are wanted,
/// unwrap first and take centres then. Where the drift of the whole system is taken off, either may
/// come first: with the masses of all particles before, or with the
/// [masses of the molecules](Molecules::masses) after, if these hold all particles.
///
/// **Species** are those of the molecules, not of their particles.
///
/// **Cost.** A few ns a particle. No memory is allocated after the first frame.
///
/// ```
/// use msed::trajectory::{Cell, Frame, FrameSource, Molecules, Species, Trajectory, Unwrapping, centres_of_mass, unwrapped};
/// // A dumbbell that moves through the face of the cell at x = 10.
/// let x = vec![8.5, 5.0, 5.0, 9.5, 5.0, 5.0, /* next frame */ 9.5, 5.0, 5.0, 0.5, 5.0, 5.0];
/// let two = Species::single("atoms", 2)?;
/// let wrapped = Trajectory::wrapped(x, [0, 10], 0.005, two, [Cell::cubic(10.0)?])?;
/// let dumbbell = Molecules::alike(1, &[1.0, 3.0])?;
/// let source = unwrapped(wrapped.source(), Unwrapping::continuity());
/// let centres = centres_of_mass(source, dumbbell);
/// let centres = Trajectory::from_source(centres, 0.005, Species::single("dumbbells", 1)?)?;
/// assert_eq!(centres.positions(), [9.25, 5.0, 5.0, 10.25, 5.0, 5.0]);
/// # Ok::<(), msed::Error>(())
/// ```
///
/// # Errors
/// Frames fail with [`TrajectoryError::Species`] for a particle that does not exist.
pub fn centres_of_mass<T: Real>(source: impl FrameSource<T>, molecules: Molecules) -> impl FrameSource<T> {
    let (count, convention) = (molecules.count(), source.convention());
    let last = molecules.members.iter().map(|&(particle, _)| particle).max();
    let mut centres: Vec<[f64; 3]> = Vec::with_capacity(count);
    let mut images = Vec::new();
    let take = move |frame: &mut Frame<T>| {
        let (points, _) = frame.positions.as_chunks::<3>();
        if let Some(last) = last.filter(|&last| last >= points.len()) {
            let expected = format!("expected less than {}", points.len());
            return Err(TrajectoryError::Species(format!(
                "particle {last} in a molecule, {expected}"
            )));
        }
        let cell = frame.cell.as_ref();
        centres.clear();
        centres.extend((0..count).map(|molecule| molecules.centre(molecule, points, cell)));
        images.clear();
        if frame.images.len() == points.len() {
            images.extend((0..count).map(|molecule| frame.images[molecules.members(molecule)[0].0]));
        }
        std::mem::swap(&mut frame.images, &mut images);
        frame.positions.clear();
        frame
            .positions
            .extend(centres.iter().flatten().map(|&x| T::from_f64(x)));
        Ok(())
    };
    changed(source, count, convention, take)
}

impl<T: Real, C: Coordinates> Trajectory<'_, T, C> {
    /// The centres of mass of molecules, copied; `species` are those of the molecules. See
    /// [`centres_of_mass`](centres_of_mass()).
    ///
    /// ```
    /// use msed::trajectory::{Molecules, Species, Trajectory};
    /// let x = vec![0.0, 0.0, 0.0, 1.0, 0.0, 0.0, /* next frame */ 0.0, 2.0, 0.0, 0.0, 3.0, 0.0];
    /// let atoms = Trajectory::new(x, [0, 10], 0.005, Species::single("atoms", 2)?)?;
    /// let dumbbell = Molecules::alike(1, &[1.0, 3.0])?;
    /// let centres = atoms.centres_of_mass(dumbbell, Species::single("dumbbells", 1)?)?;
    /// assert_eq!(centres.positions(), [0.75, 0.0, 0.0, 0.0, 2.75, 0.0]);
    /// # Ok::<(), msed::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`TrajectoryError::Species`] for a particle that does not exist,
    /// [`TrajectoryError::Particles`] for species of another number than the molecules.
    pub fn centres_of_mass(
        &self,
        molecules: Molecules,
        species: Species,
    ) -> Result<Trajectory<'static, T, C>, TrajectoryError> {
        self.collected(centres_of_mass(self.source(), molecules), species)
    }
}
