//! Which particles of a frame can be neighbours.

use std::ops::Range;

use crate::trajectory::Cell;

/// The particles of one frame in the cells of a grid. Two particles within a distance lie in the
/// same cell or in neighbours.
///
/// The grid cuts the periodic cell parallel to its faces into cells no thinner than the distance.
/// An axis that has no room for three of them is not cut.
#[derive(Debug)]
pub(crate) struct NeighbourGrid {
    pub(super) periodic: Cell,
    cuts: [usize; 3],
    /// Coordinates along the lattice vectors in units of them, x y z, by species and cell.
    pub(super) coordinates: [Vec<f64>; 3],
    /// The particle of each place among the coordinates.
    pub(super) order: Vec<usize>,
    /// Where each cell of each species begins, and the end.
    starts: Vec<usize>,
    /// The offsets of a cell's neighbours, itself in the middle.
    pub(super) offsets: Vec<[isize; 3]>,
}

impl NeighbourGrid {
    /// The particles of each species, by their positions.
    pub(crate) fn new<'p>(
        periodic: &Cell,
        distance: f64,
        species: impl Iterator<Item = &'p [usize]>,
        position: impl Fn(usize) -> [f64; 3],
    ) -> Self {
        let species: Vec<&[usize]> = species.collect();
        let particles: usize = species.iter().map(|s| s.len()).sum();
        let cuts = cuts(periodic, distance, particles);
        let cells = cuts.iter().product::<usize>();
        let mut placed: Vec<(usize, usize, [f64; 3])> = Vec::with_capacity(particles);
        for (s, particles) in species.iter().enumerate() {
            for &p in *particles {
                let inside = periodic.fractional(position(p)).map(|x| x - x.floor());
                placed.push((s * cells + cell(inside, cuts), p, inside));
            }
        }
        placed.sort_by_key(|&(place, ..)| place);
        let starts = (0..=species.len() * cells)
            .map(|place| placed.partition_point(|&(at, ..)| at < place))
            .collect();
        let along = |cuts: usize| if cuts == 1 { 0..=0 } else { -1..=1 };
        let offsets = along(cuts[0])
            .flat_map(|x| along(cuts[1]).map(move |y| [x, y]))
            .flat_map(|[x, y]| along(cuts[2]).map(move |z| [x, y, z]))
            .collect();
        Self {
            periodic: *periodic,
            cuts,
            coordinates: std::array::from_fn(|i| placed.iter().map(|(.., r)| r[i]).collect()),
            order: placed.iter().map(|&(_, p, _)| p).collect(),
            starts,
            offsets,
        }
    }

    /// Number of cells.
    pub(super) fn cells(&self) -> usize {
        self.cuts.iter().product()
    }

    /// The particles of a species in a cell: their places among the coordinates.
    pub(super) fn particles(&self, species: usize, cell: usize) -> Range<usize> {
        let place = species * self.cells() + cell;
        self.starts[place]..self.starts[place + 1]
    }

    /// All particles of a species: their places among the coordinates.
    pub(super) fn species(&self, species: usize) -> Range<usize> {
        self.starts[species * self.cells()]..self.starts[(species + 1) * self.cells()]
    }

    /// The cell at an offset from another one.
    pub(super) fn neighbour(&self, cell: usize, offset: [isize; 3]) -> usize {
        let [_, b, c] = self.cuts;
        let at = [cell / (b * c), cell / c % b, cell % c];
        let moved: [usize; 3] = std::array::from_fn(|i| {
            // One below the first is the last.
            (at[i] + self.cuts[i]).wrapping_add_signed(offset[i]) % self.cuts[i]
        });
        (moved[0] * b + moved[1]) * c + moved[2]
    }
}

/// Cells along each axis, no more in all than about the particles.
fn cuts(periodic: &Cell, distance: f64, particles: usize) -> [usize; 3] {
    let most = (particles as f64).cbrt().ceil();
    periodic.widths().map(|width| {
        // A hair less, so that rounding never makes them too thin.
        let room = (width / distance * (1.0 - 1e-12)).floor().min(most);
        if room >= 3.0 { room as usize } else { 1 }
    })
}

/// The cell of a particle.
fn cell(inside: [f64; 3], cuts: [usize; 3]) -> usize {
    let along = |i: usize| ((inside[i] * cuts[i] as f64) as usize).min(cuts[i] - 1);
    (along(0) * cuts[1] + along(1)) * cuts[2] + along(2)
}
