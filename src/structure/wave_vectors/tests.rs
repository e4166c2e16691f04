use std::f64::consts::TAU;

use super::*;

fn skewed() -> Cell {
    Cell::triclinic([[4.0, 0.0, 0.0], [1.3, 3.0, 0.0], [-1.1, 0.7, 3.5]]).unwrap()
}

#[test]
fn a_shell_holds_each_vector_and_not_its_negative() {
    for cell in [
        Cell::cubic(5.0).unwrap(),
        Cell::orthorhombic([4.0, 5.0, 6.0]).unwrap(),
        skewed(),
    ] {
        let shell = WaveVectors::shell(&cell, 3.0..=6.0).unwrap();
        let mut expected = 0;
        for h in -12..=12 {
            for k in -12..=12 {
                for l in -12..=12 {
                    let q = norm(cell.wave_vector([h, k, l]));
                    if (3.0..=6.0).contains(&q) {
                        expected += 1;
                        let found = |n: [i32; 3]| usize::from(shell.integers().contains(&n));
                        assert_eq!(found([h, k, l]) + found([-h, -k, -l]), 1);
                    }
                }
            }
        }
        assert_eq!(2 * shell.count(), expected);
        assert!(shell.integers().is_sorted());
        for (q, n) in shell.vectors().iter().zip(shell.integers()) {
            for a in cell.vectors() {
                let turns = (0..3).map(|i| q[i] * a[i]).sum::<f64>() / TAU;
                assert!((turns - turns.round()).abs() < 1e-13, "{n:?}");
            }
        }
    }
}

#[test]
fn shells_of_a_cube_have_equal_sums_of_squares() {
    let vectors = WaveVectors::sphere(&Cell::cubic(TAU).unwrap(), 3.0).unwrap();
    let shells = vectors.shells();
    let found: Vec<(f64, usize)> = shells
        .iter()
        .map(|s| (s.mean_wave_number().powi(2).round(), s.count()))
        .collect();
    // Half of the numbers of ways to write n as a sum of three squares (OEIS A005875).
    let ways = [
        (1, 6),
        (2, 12),
        (3, 8),
        (4, 6),
        (5, 24),
        (6, 24),
        (8, 12),
        (9, 30),
    ];
    assert_eq!(found, ways.map(|(n, r)| (f64::from(n), r / 2)));
    let members: usize = shells.iter().map(WaveVectors::count).sum();
    assert_eq!(members, vectors.count());
}

#[test]
fn shells_of_a_cell_doubled_along_x() {
    let vectors = WaveVectors::sphere(&Cell::orthorhombic([2.0 * TAU, TAU, TAU]).unwrap(), 1.2).unwrap();
    let found: Vec<(f64, usize)> = vectors
        .shells()
        .iter()
        .map(|s| (s.mean_wave_number(), s.count()))
        .collect();
    assert_eq!(found[0], (0.5, 1));
    // (2 0 0), (0 1 0) and (0 0 1) are one shell.
    assert_eq!(found[1], (1.0, 3));
    assert!((found[2].0 - 1.25_f64.sqrt()).abs() < 1e-12 && found[2].1 == 4);
}

#[test]
fn axes_have_two_zeros() {
    let axes = WaveVectors::axes(&Cell::cubic(TAU).unwrap(), 2.0..=3.0).unwrap();
    assert_eq!(
        axes.integers(),
        [[0, 0, 2], [0, 0, 3], [0, 2, 0], [0, 3, 0], [2, 0, 0], [3, 0, 0]]
    );
}

#[test]
fn subsets_follow_from_their_seed() {
    let all = WaveVectors::sphere(&Cell::cubic(TAU).unwrap(), 4.0).unwrap();
    let (a, b) = (all.subset(20, 1).unwrap(), all.subset(20, 2).unwrap());
    assert_ne!(a, b);
    assert_eq!((a.count(), a.integers().is_sorted()), (20, true));
    assert_eq!(all.subset(all.count(), 3).unwrap(), all);
    // Frozen: the same on every machine and with every version of this crate.
    assert_eq!(
        all.subset(3, 7).unwrap().integers(),
        [[0, 2, 1], [1, 3, 0], [2, -3, 0]]
    );
    // Each vector is as likely as the others: 40 000 draws over 128 vectors, five standard
    // deviations.
    let mut counts = vec![0_u32; all.count()];
    for seed in 0..2000 {
        for n in all.subset(20, seed).unwrap().integers() {
            counts[all.integers().binary_search(n).unwrap()] += 1;
        }
    }
    let expected = 40_000.0 / f64::from(u32::try_from(all.count()).unwrap());
    assert!(
        counts
            .iter()
            .all(|&c| (f64::from(c) - expected).abs() < 5.0 * expected.sqrt())
    );
}

#[test]
fn complete_sets_of_signs_are_found_in_orthorhombic_cells_alone() {
    let cube = Cell::cubic(9.41036).unwrap();
    let shell = WaveVectors::shell(&cube, 7.15..=7.35).unwrap();
    assert_eq!(shell.sign_classes().unwrap().len(), 63);
    assert_eq!(shell.subset(218, 1).unwrap().sign_classes(), None);
    let skewed = WaveVectors::sphere(&skewed(), 4.0).unwrap();
    assert_eq!(skewed.sign_classes(), None);
    assert_eq!(
        WaveVectors::from_vectors(&[[1.0, 0.0, 0.0]])
            .unwrap()
            .sign_classes(),
        None
    );
}

#[test]
fn integers_are_turned_to_the_positive_half() {
    let cube = Cell::cubic(TAU).unwrap();
    let given = WaveVectors::from_integers(&cube, &[[0, -2, 1], [1, -1, 0]]).unwrap();
    assert_eq!(given.integers(), [[0, 2, -1], [1, -1, 0]]);
    assert_eq!(given.to_string().lines().count(), 3);
    assert!(
        given
            .to_string()
            .starts_with("h,k,l,qx,qy,qz,q\n0,2,-1,0e0,2e0,-1e0,")
    );
}

#[test]
fn thin_cells_are_refused_before_their_integers_are_looked_through() {
    let message = |result: Result<WaveVectors, StructureError>| result.unwrap_err().to_string();
    // So long that its vectors alone fill the memory, though the volume is small.
    let needle = Cell::orthorhombic([1e-3, 1e-3, 1e9]).unwrap();
    assert_eq!(
        message(WaveVectors::shell(&needle, 0.0..=1.0)),
        "about 3.2e8 wave vectors to look through, expected less than 1e8: is q in inverse units of the cell?"
    );
    // The nearest vectors of a flat one are 6e8 long, and have integers up to 1e8.
    let flat = Cell::triclinic([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [1.0, 1.0, 1e-8]]).unwrap();
    assert_eq!(
        message(WaveVectors::shell(&flat, 1e-9..=1e-8)),
        "no commensurate wave vector of length 1e-9 to 1e-8, and none near"
    );
    assert!(matches!(
        WaveVectors::sphere(&flat, f64::MAX),
        Err(StructureError::TooManyWaveVectors { .. })
    ));
}

#[test]
fn the_largest_integers_keep_their_place() {
    let cube = Cell::cubic(TAU).unwrap();
    let found = WaveVectors::from_integers(&cube, &[[i32::MIN, 0, 1]]);
    assert_eq!(
        found.unwrap_err().to_string(),
        "wave vector 0 has the integers [-2147483648, 0, 1], expected none below -2147483647"
    );
    let far = WaveVectors::from_integers(&cube, &[[i32::MAX; 3], [-i32::MAX, 0, 1]]).unwrap();
    assert_eq!(far.integers(), [[i32::MAX; 3], [i32::MAX, 0, -1]]);
    assert_eq!(far.shell_members()[1], [0]);
}

#[test]
fn refusals_name_what_was_found() {
    let cube = Cell::cubic(TAU).unwrap();
    let message = |result: Result<WaveVectors, StructureError>| result.unwrap_err().to_string();
    assert_eq!(
        message(WaveVectors::shell(&cube, 2.5..=2.8)),
        "no commensurate wave vector of length 2.5 to 2.8, the nearest have 2.44949 and 2.82843"
    );
    assert_eq!(
        message(WaveVectors::sphere(&cube, 0.5)),
        "no commensurate wave vector of length 0 to 0.5, the nearest have 1"
    );
    #[allow(clippy::reversed_empty_ranges, reason = "what is refused")]
    let reversed = WaveVectors::shell(&cube, 3.0..=2.0);
    assert_eq!(
        message(reversed),
        "wave vectors of length 3 to 2, expected 0 <= low <= high, finite, and high above 0"
    );
    assert!(message(WaveVectors::sphere(&cube, f64::NAN)).contains("NaN"));
    assert_eq!(
        message(WaveVectors::sphere(&cube, 1e4)),
        "about 4.0e12 wave vectors to look through, expected less than 1e8: is q in inverse units of the cell?"
    );
    assert_eq!(
        message(WaveVectors::from_integers(&cube, &[[1, 0, 0], [0, 0, 0]])),
        "wave vector 1 is zero, expected a direction"
    );
    assert_eq!(
        message(WaveVectors::from_integers(
            &cube,
            &[[1, 0, 0], [0, 1, 0], [-1, 0, 0]]
        )),
        "wave vector 2 is wave vector 0 or its negative, expected each once"
    );
    assert_eq!(
        message(WaveVectors::from_integers(&cube, &[])),
        "0 wave vectors, expected at least 1"
    );
    assert_eq!(
        message(WaveVectors::from_vectors(&[[0.0, f64::INFINITY, 1.0]])),
        "wave vector 0 is [0.0, inf, 1.0], expected finite components"
    );
    let shell = WaveVectors::sphere(&cube, 1.0).unwrap();
    assert_eq!(
        message(shell.subset(4, 0)),
        "a subset of 4 wave vectors, expected 1 to 3"
    );
}
