use super::*;
use crate::trajectory::{Cell, Species, Wrapped};

fn species() -> Species {
    Species::by_count([("A", 1), ("B", 1)]).unwrap()
}

fn trajectory() -> Trajectory<'static, f32> {
    let positions: Vec<f32> = (0..18_u8).map(f32::from).collect();
    Trajectory::new(positions, [5, 10, 20], 0.5, species()).unwrap()
}

#[test]
fn borrowed_and_owned_points_are_the_same_trajectory() {
    let owned = trajectory();
    let (points, _) = owned.positions().as_chunks::<3>();
    let borrowed = Trajectory::from_points(points, [5, 10, 20], 0.5, species()).unwrap();
    assert_eq!(borrowed, owned);
    assert!(std::ptr::eq(borrowed.positions(), owned.positions()));
    assert_eq!(borrowed.view().into_owned(), owned);
    assert_eq!(owned.frame(1), [6.0, 7.0, 8.0, 9.0, 10.0, 11.0]);
    assert_eq!(owned.position(2, 1), [15.0, 16.0, 17.0]);
    assert_eq!(owned.sampling(), None);
}

#[test]
fn parts_keep_steps_cells_species_and_flags_together() {
    let cells: Vec<Cell> = [30.0, 31.0, 32.0].map(|l| Cell::cubic(l).unwrap()).into();
    let all = trajectory();
    let images: Vec<[i32; 3]> = (0..6).map(|n| [n; 3]).collect();
    let wrapped = Trajectory::wrapped(all.positions(), [5, 10, 20], 0.5, species(), cells.clone())
        .unwrap()
        .with_images(images)
        .unwrap();
    let tail = wrapped.slice(1..3).unwrap();
    assert_eq!(
        (tail.steps(), tail.frame(0)),
        (&[10_u64, 20][..], wrapped.frame(1))
    );
    assert_eq!(
        (tail.cell(1), tail.images(1)),
        (Some(&cells[2]), wrapped.images(2))
    );
    assert_eq!(tail.constant_cell(), None);
    assert_eq!(tail.sampling().unwrap().stride(), 10);
    let b = wrapped.select(&[1]).unwrap();
    assert_eq!(
        (b.frame(2), b.images(2)),
        (&[15.0, 16.0, 17.0][..], Some(&[[5; 3]][..]))
    );
    assert_eq!(b.species().names(), ["B"]);
}

#[test]
fn refusals_name_what_was_found() {
    let new = |positions: Vec<f64>, steps: &[u64]| {
        Trajectory::new(positions, steps, 0.5, species())
            .unwrap_err()
            .to_string()
    };
    assert_eq!(
        new(vec![], &[]),
        "the trajectory has 0 frames, expected at least 1"
    );
    assert_eq!(
        new(vec![0.0; 11], &[0, 1]),
        "11 coordinates, expected 2 frames x 2 particles x 3"
    );
    assert_eq!(
        new(vec![0.0; 12], &[4, 4]),
        "frame 1 has step 4 after 4, expected strictly increasing steps"
    );
    let mut positions = vec![0.0; 12];
    positions[10] = f64::INFINITY;
    assert_eq!(
        new(positions, &[0, 7]),
        "a coordinate of particle 1 is inf in frame 1 (step 7), expected a finite number of at most 1e60 in size"
    );
    let error = Trajectory::new(vec![0.0; 6], [0], -1.0, species()).unwrap_err();
    assert!(matches!(error, TrajectoryError::Invalid(_)));
    let cells = vec![Cell::cubic(1.0).unwrap(); 2];
    assert_eq!(
        trajectory().with_cells(cells).unwrap_err().to_string(),
        "2 cells, expected 1 for all frames or 3, one for each"
    );
    assert_eq!(
        trajectory().slice(2..4).unwrap_err().to_string(),
        "frames 2..4 wanted, expected a range that is not empty inside of 0..3"
    );
    assert_eq!(
        trajectory()
            .with_species(Species::single("A", 3).unwrap())
            .unwrap_err()
            .to_string(),
        "species for 3 particles, expected 2"
    );
    let cell = Cell::cubic(50.0).unwrap();
    let wrapped = Trajectory::wrapped(vec![0.0; 6], [0], 1.0, species(), [cell]).unwrap();
    assert_eq!(
        wrapped.with_images([[0; 3]]).unwrap_err().to_string(),
        "1 image flags, expected 2: one for each particle and frame"
    );
    let none: Vec<Cell> = Vec::new();
    assert!(Trajectory::wrapped(vec![0.0; 6], [0], 1.0, species(), none).is_err());
}

#[test]
fn cells_and_images_go_with_their_frames() {
    let cells: Vec<Cell> = [4.0, 5.0, 6.0].map(|l| Cell::cubic(l).unwrap()).to_vec();
    let positions: Vec<f64> = (0..18).map(f64::from).collect();
    let images: Vec<[i32; 3]> = (0..6).map(|i| [i; 3]).collect();
    let species = Species::single("A", 2).unwrap();
    let run = Trajectory::<f64, Wrapped>::wrapped(positions, vec![0, 1, 2], 1.0, species, cells)
        .and_then(|run| run.with_images(images))
        .unwrap();
    let thin = run.thinned(2).unwrap();
    assert_eq!(thin.frame(1), run.frame(2));
    assert_eq!((thin.cell(1), thin.images(1)), (run.cell(2), run.images(2)));
    assert_eq!(thin.frames(), 2);
    assert_eq!(
        run.thinned(0).unwrap_err().to_string(),
        "every 0th frame, expected a stride of at least 1"
    );
}

#[test]
fn runs_of_another_system_are_refused() {
    let run = |name, time_step| {
        Trajectory::new(
            vec![0.0; 6],
            vec![0, 10],
            time_step,
            Species::single(name, 1).unwrap(),
        )
        .unwrap()
    };
    let message = |other| Replicas::new(vec![run("A", 0.5), other]).unwrap_err().to_string();
    assert_eq!(
        message(run("B", 0.5)),
        "replica 1 has species `B` for particle 0, expected `A` as in the first"
    );
    assert_eq!(
        message(run("A", 0.25)),
        "replica 1 has time step 0.25, expected 0.5 as in the first"
    );
    let none: Vec<Trajectory<'_, f64>> = Vec::new();
    assert_eq!(
        Replicas::new(none).unwrap_err().to_string(),
        "0 replicas, expected at least 1"
    );
}
