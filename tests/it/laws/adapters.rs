//! Sources that change frames on their way: molecules whose centres are known, and orders that do
//! not matter.

use std::ops::ControlFlow;

use msed::online::{CoherentAccumulator, DisplacementAccumulator, feed_frames};
use msed::structure;
use msed::trajectory::{
    Cell, FrameSource, Molecules, Species, Trajectory, Unwrapping, Wrapped, centres_of_mass, selected,
    unwrapped, without_drift,
};
use msed::{Lags, Resampling, Sampling};
use rand::prelude::*;
use rand_distr::StandardNormal;
use rand_pcg::Pcg64;

const MOLECULES: usize = 27;
const FRAMES: usize = 41;
const MASSES: [f64; 3] = [15.9994, 1.008, 1.008];

fn cells() -> [Cell; 2] {
    let tilted = [[9.0, 0.0, 0.0], [2.5, 8.0, 0.0], [-1.5, 2.0, 8.5]];
    [Cell::cubic(9.0).unwrap(), Cell::triclinic(tilted).unwrap()]
}

/// Molecules of water that walk and turn: the unwrapped centres, and the atoms, wrapped, of each
/// frame.
struct Water {
    centres: Trajectory<'static, f64>,
    atoms: Trajectory<'static, f64, Wrapped>,
}

fn unit(rng: &mut Pcg64) -> [f64; 3] {
    let x: [f64; 3] = [0; 3].map(|_| rng.sample(StandardNormal));
    let length = x.iter().map(|x| x * x).sum::<f64>().sqrt();
    x.map(|x| x / length)
}

fn water(cell: Cell, drift: [f64; 3]) -> Water {
    let mut rng = Pcg64::seed_from_u64(5);
    let mut centres: Vec<[f64; 3]> = (0..MOLECULES)
        .map(|_| cell.cartesian([0; 3].map(|_| rng.random())))
        .collect();
    let (mut all, mut atoms) = (Vec::new(), Vec::new());
    let mass: f64 = MASSES.iter().sum();
    for _ in 0..FRAMES {
        for centre in &mut centres {
            for (x, drift) in centre.iter_mut().zip(drift) {
                *x += 0.3 * rng.sample::<f64, _>(StandardNormal) + drift;
            }
            // Two bonds of length 1 in any direction from an oxygen of which the centre is known.
            let bonds = [unit(&mut rng), unit(&mut rng)];
            let oxygen: [f64; 3] = std::array::from_fn(|i| {
                centre[i] - (MASSES[1] * bonds[0][i] + MASSES[2] * bonds[1][i]) / mass
            });
            all.extend(*centre);
            let hydrogen = |bond: [f64; 3]| std::array::from_fn(|i| oxygen[i] + bond[i]);
            for atom in [oxygen, hydrogen(bonds[0]), hydrogen(bonds[1])] {
                atoms.extend(cell.wrap(atom).0);
            }
        }
    }
    let steps: Vec<u64> = (0..FRAMES as u64).map(|i| 10 * i).collect();
    let centres = Trajectory::new(
        all,
        steps.clone(),
        0.002,
        Species::single("water", MOLECULES).unwrap(),
    );
    let species = Species::by_name((0..3 * MOLECULES).map(|p| ["O", "H", "H"][p % 3])).unwrap();
    Water {
        centres: centres.unwrap().with_cell(cell).unwrap(),
        atoms: Trajectory::wrapped(atoms, steps, 0.002, species, [cell]).unwrap(),
    }
}

fn molecules() -> Molecules {
    Molecules::alike(MOLECULES, &MASSES).unwrap()
}

fn one_species() -> Species {
    Species::single("water", MOLECULES).unwrap()
}

fn collect(source: impl FrameSource<f64>) -> Trajectory<'static, f64> {
    let species = Species::single("water", source.particles()).unwrap();
    Trajectory::from_source(source, 0.002, species).unwrap()
}

fn assert_close(found: &[f64], wanted: &[f64], bound: f64) {
    assert_eq!(found.len(), wanted.len());
    for (found, wanted) in found.iter().zip(wanted) {
        assert!(
            (found - wanted).abs() <= bound * wanted.abs().max(1.0),
            "{found} {wanted}"
        );
    }
}

#[test]
fn centres_of_wrapped_molecules_are_those_that_are_known() {
    for cell in cells() {
        let Water { centres, atoms } = water(cell, [0.0; 3]);
        let source = unwrapped(atoms.source(), Unwrapping::continuity());
        let found = collect(centres_of_mass(source, molecules()));
        let lags = Lags::all();
        let msd = |run: &Trajectory<'_, f64>| structure::msd(run, &lags, Resampling::None).unwrap();
        assert_close(
            msd(&found).all().total.values(),
            msd(&centres).all().total.values(),
            1e-12,
        );
        let vectors = centres.sphere(6.0).unwrap();
        let factor = |run| structure::static_structure(run, &vectors, Resampling::None).unwrap();
        assert_close(
            factor(&found).total().values(),
            factor(&centres).total().values(),
            1e-12,
        );
        // The structure of one instant needs no unwrapping.
        let source = centres_of_mass(atoms.source(), molecules());
        let wrapped = Trajectory::<_, Wrapped>::wrapped_from_source(source, 0.002, one_species()).unwrap();
        let factor = structure::static_structure(&wrapped, &vectors, Resampling::None).unwrap();
        let wanted = structure::static_structure(&centres, &vectors, Resampling::None).unwrap();
        assert_close(factor.total().values(), wanted.total().values(), 1e-12);
        // Nor do the centres mind whether they are unwrapped before or after.
        let after = collect(unwrapped(wrapped.source(), Unwrapping::continuity()));
        assert_close(
            msd(&after).all().total.values(),
            msd(&centres).all().total.values(),
            1e-12,
        );
    }
}

#[test]
fn image_flags_of_a_molecule_are_those_of_its_first_particle() {
    let [cell, _] = cells();
    let Water { centres, atoms } = water(cell, [0.0; 3]);
    let flagged = atoms
        .unwrapped(Unwrapping::continuity())
        .unwrap()
        .wrapped_into_cell()
        .unwrap();
    let source = centres_of_mass(flagged.source(), molecules());
    let found = collect(unwrapped(source, Unwrapping::Images));
    let msd = |run: &Trajectory<'_, f64>| structure::msd(run, &Lags::all(), Resampling::None).unwrap();
    assert_close(
        msd(&found).all().total.values(),
        msd(&centres).all().total.values(),
        1e-12,
    );
}

#[test]
fn streams_see_the_same_centres_as_memory() {
    let [cell, _] = cells();
    let Water { atoms, .. } = water(cell, [0.0; 3]);
    let source = || centres_of_mass(unwrapped(atoms.source(), Unwrapping::continuity()), molecules());
    let run = collect(source());
    let atoms_in_memory = atoms.unwrapped(Unwrapping::continuity()).unwrap();
    let in_memory = atoms_in_memory
        .centres_of_mass(molecules(), one_species())
        .unwrap();
    assert_eq!(run, in_memory);
    let (sampling, lags) = (Sampling::new(10, 0.002).unwrap(), Lags::samples([1, 5, 20]));
    let vectors = run.sphere(3.0).unwrap();
    let moved = DisplacementAccumulator::new(sampling, &one_species(), &lags).unwrap();
    let densities = CoherentAccumulator::new(sampling, &one_species(), &vectors, &lags).unwrap();
    let mut live = (moved, densities);
    feed_frames(&mut live, source(), |_| ControlFlow::Continue(())).unwrap();
    let found = live.0.snapshot().unwrap().displacements();
    let wanted = structure::displacements(&run, &lags, 0.3, Resampling::None).unwrap();
    assert_close(
        found.all().msd.total.values(),
        wanted.all().msd.total.values(),
        1e-13,
    );
    let wanted = structure::coherent_isf(&run, &vectors, &lags, Resampling::None).unwrap();
    let found = live.1.snapshot().unwrap().coherent_isf();
    assert_close(found.total().values(), wanted.total().values(), 1e-12);
}

#[test]
fn orders_that_do_not_matter_give_the_same_bits() {
    let [cell, _] = cells();
    let Water { atoms, .. } = water(cell, [0.01, 0.0, -0.02]);
    let continuity = Unwrapping::continuity;
    // Unwrapping treats each particle by itself.
    let oxygen: Vec<usize> = (0..MOLECULES).map(|m| 3 * m).collect();
    let first = collect(selected(unwrapped(atoms.source(), continuity()), oxygen.clone()));
    let second = collect(unwrapped(selected(atoms.source(), oxygen.clone()), continuity()));
    assert_eq!(first, second);
    // An atom is a molecule whose other masses are 0, or one of its own.
    let alone = Molecules::new(oxygen.iter().map(|&p| [(p, 16.0)])).unwrap();
    let third = collect(centres_of_mass(unwrapped(atoms.source(), continuity()), alone));
    assert_eq!(first, third);
    let massless = Molecules::alike(MOLECULES, &[16.0, 0.0, 0.0]).unwrap();
    let fourth = collect(centres_of_mass(unwrapped(atoms.source(), continuity()), massless));
    assert_eq!(first, fourth);
    // Some of the molecules.
    let some = Molecules::new((0..5).map(|m| (0..3).map(move |k| (3 * m + k, MASSES[k])))).unwrap();
    let few = collect(centres_of_mass(unwrapped(atoms.source(), continuity()), some));
    let all = collect(centres_of_mass(
        unwrapped(atoms.source(), continuity()),
        molecules(),
    ));
    let picked = collect(selected(all.source(), [0, 1, 2, 3, 4]));
    assert_eq!(few, picked);
}

#[test]
fn the_drift_may_be_taken_off_before_or_after_the_centres() {
    let [cell, _] = cells();
    let Water { centres, atoms } = water(cell, [0.01, 0.0, -0.02]);
    let masses = MASSES.repeat(MOLECULES);
    let (mut before, mut after, mut known) = (Vec::new(), Vec::new(), Vec::new());
    let source = unwrapped(atoms.source(), Unwrapping::continuity());
    let source = without_drift(source, masses, &mut before).unwrap();
    let first = collect(centres_of_mass(source, molecules()));
    let source = unwrapped(atoms.source(), Unwrapping::continuity());
    let source = centres_of_mass(source, molecules());
    let source = without_drift(source, molecules().masses().to_vec(), &mut after).unwrap();
    let second = collect(source);
    let still = collect(without_drift(centres.source(), molecules().masses().to_vec(), &mut known).unwrap());
    assert_close(before.as_flattened(), known.as_flattened(), 1e-12);
    assert_close(after.as_flattened(), known.as_flattened(), 1e-12);
    // Positions may begin in another image.
    let msd = |run: &Trajectory<'_, f64>| structure::msd(run, &Lags::all(), Resampling::None).unwrap();
    let wanted = msd(&still);
    for found in [first, second] {
        assert_close(
            msd(&found).all().total.values(),
            wanted.all().total.values(),
            1e-12,
        );
    }
}

#[test]
fn a_chain_longer_than_half_a_cell_is_whole_along_its_bonds() {
    // Five beads, 2 apart, in a cell of 6, in a row along x.
    let cell = Cell::cubic(6.0).unwrap();
    let beads: Vec<f64> = (0..5).flat_map(|i| [f64::from(2 * i) % 6.0, 1.0, 1.0]).collect();
    let run = Trajectory::wrapped(beads, [0], 1.0, Species::single("A", 5).unwrap(), [cell]).unwrap();
    let centre = |order: [usize; 5]| {
        let chain = Molecules::new([order.map(|p| (p, 1.0))]).unwrap();
        let source = centres_of_mass(run.source(), chain);
        let one = Species::single("chain", 1).unwrap();
        let centre = Trajectory::<_, Wrapped>::wrapped_from_source(source, 1.0, one).unwrap();
        centre.position(0, 0)[0]
    };
    assert!((centre([0, 1, 2, 3, 4]) - 4.0).abs() < 1e-12);
    assert!((centre([4, 3, 2, 1, 0]) - (2.0 - 4.0)).abs() < 1e-12);
}

#[test]
fn molecules_that_cannot_be_are_refused() {
    let message = |found: Result<Molecules, _>| {
        found
            .err()
            .map(|error: msed::trajectory::TrajectoryError| error.to_string())
    };
    let says = |found, expected: &str| assert_eq!(message(found).as_deref(), Some(expected));
    says(Molecules::alike(0, &MASSES), "0 molecules, expected at least 1");
    says(
        Molecules::alike(2, &[]),
        "molecule 0 has 0 particles, expected at least 1",
    );
    says(
        Molecules::alike(usize::MAX, &MASSES),
        "18446744073709551615 molecules of 3 particles, expected at most 2147483648 particles",
    );
    says(
        Molecules::new([[(4, 1.0), (5, -1.0)]]),
        "particle 5 of molecule 0 has mass -1, expected a finite number that is not negative",
    );
    says(
        Molecules::new([[(0, 0.0), (1, 0.0)]]),
        "the mass of molecule 0 is 0, expected a positive finite number",
    );
    let [cell, _] = cells();
    let Water { atoms, .. } = water(cell, [0.0; 3]);
    let one_more = Molecules::alike(MOLECULES + 1, &MASSES).unwrap();
    let source = unwrapped(atoms.source(), Unwrapping::continuity());
    let source = centres_of_mass(source, one_more);
    let species = Species::single("water", MOLECULES + 1).unwrap();
    let refused = Trajectory::from_source(source, 0.002, species).unwrap_err();
    assert_eq!(
        refused.to_string(),
        "particle 83 in a molecule, expected less than 81"
    );
}
