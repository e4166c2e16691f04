//! Which particles are near to which: a Verlet list, built from cells.

/// How far beyond the cut-off the list looks. It is good until a particle has moved by half of
/// this.
pub(crate) const SKIN: f64 = 0.4;

/// For each particle the later ones within reach, at the positions that the list was built from.
///
/// Everything in here follows from those positions: a list that is built again from them is the
/// same to the last bit, and so are the forces that are summed along it.
#[derive(Debug, Clone)]
pub(crate) struct Neighbours {
    /// Where the particles were.
    built_at: Vec<[f64; 3]>,
    /// How far each is from its image in the cell around the origin.
    offsets: Vec<[f64; 3]>,
    /// The images.
    local: Vec<[f64; 3]>,
    starts: Vec<usize>,
    later: Vec<u32>,
    /// Cells: the first particle of each, and the next one after each particle.
    heads: Vec<u32>,
    links: Vec<u32>,
}

const NONE: u32 = u32::MAX;

impl Neighbours {
    /// The shortest side that a periodic cube may have for a cut-off.
    pub(crate) fn shortest_side(cutoff: f64) -> f64 {
        2.0 * (cutoff + SKIN)
    }

    /// The list at some positions in a periodic cube.
    pub(crate) fn new(positions: &[[f64; 3]], side: f64, cutoff: f64) -> Self {
        let mut list = Self {
            built_at: Vec::new(),
            offsets: Vec::new(),
            local: Vec::new(),
            starts: Vec::new(),
            later: Vec::new(),
            heads: Vec::new(),
            links: Vec::new(),
        };
        list.rebuild(positions, side, cutoff);
        list
    }

    pub(crate) fn built_at(&self) -> &[[f64; 3]] {
        &self.built_at
    }

    pub(crate) fn offsets(&self) -> &[[f64; 3]] {
        &self.offsets
    }

    /// The later neighbours of a particle.
    pub(crate) fn after(&self, particle: usize) -> &[u32] {
        &self.later[self.starts[particle]..self.starts[particle + 1]]
    }

    /// Whether the particles have moved too far for this list.
    pub(crate) fn is_stale(&self, positions: &[[f64; 3]]) -> bool {
        let moved = |(now, then): (&[f64; 3], &[f64; 3])| -> f64 {
            (0..3).map(|i| (now[i] - then[i]).powi(2)).sum::<f64>()
        };
        let limit = (0.5 * SKIN).powi(2);
        positions
            .iter()
            .zip(&self.built_at)
            .map(moved)
            .fold(0.0, f64::max)
            > limit
    }

    /// Builds the list anew.
    pub(crate) fn rebuild(&mut self, positions: &[[f64; 3]], side: f64, cutoff: f64) {
        let reach = cutoff + SKIN;
        self.built_at.clear();
        self.built_at.extend_from_slice(positions);
        self.offsets.clear();
        self.offsets
            .extend(positions.iter().map(|r| r.map(|x| side * (x / side).floor())));

        // With fewer than three cells along an edge a cell would meet a neighbour twice: then all
        // particles are in one.
        let cells = match (side / reach) as usize {
            0..=2 => 1,
            cells => cells,
        };
        let index = |x: f64| ((x / side * cells as f64) as usize).min(cells - 1);
        self.local.clear();
        self.local.extend(
            positions
                .iter()
                .zip(&self.offsets)
                .map(|(r, offset)| std::array::from_fn(|axis| r[axis] - offset[axis])),
        );
        self.heads.clear();
        self.heads.resize(cells.pow(3), NONE);
        self.links.clear();
        self.links.resize(positions.len(), NONE);
        for i in (0..positions.len()).rev() {
            let [x, y, z] = self.local[i].map(index);
            let head = &mut self.heads[(x * cells + y) * cells + z];
            self.links[i] = std::mem::replace(head, i as u32);
        }

        self.starts.clear();
        self.later.clear();
        let around: &[usize] = if cells == 1 { &[0] } else { &[cells - 1, 0, 1] };
        for i in 0..positions.len() {
            self.starts.push(self.later.len());
            let here = self.local[i];
            let [x, y, z] = here.map(index);
            for (dx, dy, dz) in around
                .iter()
                .flat_map(|dx| around.iter().map(move |dy| (dx, dy)))
                .flat_map(|(dx, dy)| around.iter().map(move |dz| (dx, dy, dz)))
            {
                let cell = ((x + dx) % cells * cells + (y + dy) % cells) * cells + (z + dz) % cells;
                let mut next = self.heads[cell];
                while next != NONE {
                    let j = next as usize;
                    next = self.links[j];
                    if j > i {
                        let there = self.local[j];
                        let squared: f64 = (0..3)
                            .map(|axis| nearest(there[axis] - here[axis], side).powi(2))
                            .sum();
                        if squared < reach * reach {
                            self.later.push(j as u32);
                        }
                    }
                }
            }
        }
        self.starts.push(self.later.len());
    }
}

/// The shortest periodic image of a difference of two coordinates that are less than a side and a
/// half apart.
pub(crate) fn nearest(difference: f64, side: f64) -> f64 {
    let half = 0.5 * side;
    // Two selections, which are faster here than branches that no processor can predict.
    let above = if difference > half { side } else { 0.0 };
    let below = if difference < -half { side } else { 0.0 };
    difference - above + below
}
