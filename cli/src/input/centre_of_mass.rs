//! The drift of the centre of mass of a run.

use msed::Trajectory;

/// A centre of mass that moves this much farther than independent particles let it has a velocity
/// of its own: by chance it does so once in a hundred runs.
const TOO_FAR: f64 = 2.0;

/// How far the centre of mass of all particles has moved from the first frame to the last, of the
/// replica where it is farthest.
#[derive(Debug, Clone, Copy)]
pub(crate) struct CentreOfMass {
    /// Length of its displacement.
    pub(crate) displacement: f64,
    /// What independent particles give: sqrt(MSD/N) over the same time.
    pub(crate) expected: f64,
    /// Whether it was taken off.
    pub(crate) removed: bool,
}

impl CentreOfMass {
    /// Of a replica with the masses of its particles, and the displacement that was taken off, if
    /// it was.
    pub(super) fn of(run: &Trajectory<'_, f32>, masses: &[f64], taken_off: Option<[f64; 3]>) -> Self {
        let (displacement, msd) = moved(run, masses);
        let displacement = taken_off.unwrap_or(displacement);
        Self {
            displacement: displacement.iter().map(|x| x * x).sum::<f64>().sqrt(),
            expected: (msd / masses.len() as f64).sqrt(),
            removed: taken_off.is_some(),
        }
    }

    /// Of several replicas the one whose centre is farthest beyond chance.
    pub(super) fn farthest(each: Vec<Self>) -> Option<Self> {
        each.into_iter()
            .reduce(|a, b| if b.ratio() > a.ratio() { b } else { a })
    }

    fn ratio(&self) -> f64 {
        self.displacement / self.expected
    }

    /// What to beware of; `None` where the drift is taken off, or no larger than by chance.
    pub(crate) fn caution(&self) -> Option<String> {
        (!self.removed && self.displacement > TOO_FAR * self.expected).then(|| {
            format!(
                "the centre of mass moves by {:.3}, {:.1} times the {:.3} of independent particles, and displacements contain \
                 that motion: `centre_of_mass = \"remove\"` in [system] takes it off",
                self.displacement,
                self.ratio(),
                self.expected
            )
        })
    }
}

/// The displacement of the centre of mass, and the mean squared displacement of the particles, from
/// the first frame to the last.
fn moved(run: &Trajectory<'_, f32>, masses: &[f64]) -> ([f64; 3], f64) {
    let (first, _) = run.frame(0).as_chunks::<3>();
    let (last, _) = run.frame(run.frames() - 1).as_chunks::<3>();
    let (mut moment, mut squares) = ([0.0; 3], 0.0);
    for ((from, to), mass) in first.iter().zip(last).zip(masses) {
        for i in 0..3 {
            let moved = f64::from(to[i]) - f64::from(from[i]);
            moment[i] += mass * moved;
            squares += moved * moved;
        }
    }
    let mass: f64 = masses.iter().sum();
    (moment.map(|x| x / mass), squares / masses.len() as f64)
}
