use super::*;
use crate::trajectory::Species;

fn noise(seed: u64) -> impl FnMut() -> f64 {
    let mut state = seed;
    move || {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as f64 / f64::from(1_u32 << 31) - 0.5
    }
}

fn steps(frames: usize) -> Vec<u64> {
    (0..frames as u64).map(|i| 10 * i).collect()
}

/// A random walk of 20 particles in fractional coordinates of the cells given, and its true
/// positions by the definition: increments in the lattice vectors of the later frame.
fn walk(cells: &[Cell]) -> Vec<f64> {
    let mut noise = noise(7);
    let mut positions: Vec<[f64; 3]> = (0..20)
        .map(|_| cells[0].cartesian([noise() + 0.5, noise() + 0.5, noise() + 0.5]))
        .collect();
    let mut all = positions.as_flattened().to_vec();
    for cell in &cells[1..] {
        for position in &mut positions {
            let step = cell.cartesian([noise() * 0.3, noise() * 0.3, noise() * 0.3]);
            *position = std::array::from_fn(|i| position[i] + step[i]);
        }
        all.extend(positions.as_flattened());
    }
    all
}

/// The flags of particles that are wrapped at each frame.
fn wrapped<T: Real>(positions: &[T], cells: &[Cell], flags: bool) -> Trajectory<'static, T, Wrapped> {
    let mut coordinates = Vec::new();
    let mut images = Vec::new();
    for (points, cell) in positions.chunks_exact(60).zip(cells) {
        for point in points.as_chunks::<3>().0 {
            let (image, n) = cell.wrap(point.map(Real::to_f64));
            coordinates.extend(image.map(T::from_f64));
            images.push(n);
        }
    }
    let species = Species::single("A", 20).unwrap();
    let trajectory =
        Trajectory::wrapped(coordinates, steps(cells.len()), 0.01, species, cells.to_vec()).unwrap();
    if flags {
        trajectory.with_images(images).unwrap()
    } else {
        trajectory
    }
}

#[track_caller]
fn assert_close(found: &[f64], expected: &[f64], bound: f64) {
    assert_eq!(found.len(), expected.len());
    for (i, (a, b)) in found.iter().zip(expected).enumerate() {
        assert!((a - b).abs() <= bound, "coordinate {i}: {a}, expected {b}");
    }
}

fn skewed() -> Cell {
    Cell::triclinic([[9.0, 0.0, 0.0], [4.0, 8.0, 0.0], [-3.0, 3.5, 7.0]]).unwrap()
}

#[test]
fn flags_and_continuity_lead_back_to_the_same_walk_in_constant_cells() {
    for cell in [Cell::orthorhombic([9.0, 10.0, 11.0]).unwrap(), skewed()] {
        let cells = vec![cell; 400];
        let truth = walk(&cells);
        let far = truth.iter().copied().fold(0.0, f64::max);
        assert!(far > 20.0, "the walk leaves the cell: {far}");
        let methods = [
            Unwrapping::Images,
            Unwrapping::continuity(),
            Unwrapping::toroidal(),
        ];
        for method in methods {
            let unwrapped = wrapped(&truth, &cells, true).unwrapped(method).unwrap();
            assert_close(unwrapped.positions(), &truth, 1e-11);
        }
    }
}

#[test]
fn single_precision_loses_one_rounding_and_no_more() {
    let cells = vec![Cell::cubic(9.0).unwrap(); 2000];
    let truth: Vec<f32> = walk(&cells).iter().map(|&x| x as f32).collect();
    let unwrapped = wrapped(&truth, &cells, false)
        .unwrapped(Unwrapping::continuity())
        .unwrap();
    let widened: Vec<f64> = truth.iter().map(|&x| f64::from(x)).collect();
    let found: Vec<f64> = unwrapped.positions().iter().map(|&x| f64::from(x)).collect();
    let far = widened.iter().fold(0.0, |m: f64, x| m.max(x.abs()));
    // One rounding of a wrapped coordinate (below 9) and one of the unwrapped one.
    assert_close(&found, &widened, f64::from(f32::EPSILON) * 0.5 * (far + 16.0));
}

#[test]
fn a_walk_in_a_fluctuating_cell_is_recovered_by_the_toroidal_scheme_and_by_flags() {
    let mut noise = noise(3);
    for shape in [Cell::orthorhombic([9.0, 10.0, 11.0]).unwrap(), skewed()] {
        let cells: Vec<Cell> = (0..500)
            .map(|_| {
                let factor = 1.0 + 0.02 * noise();
                Cell::triclinic(shape.vectors().map(|v| v.map(|x| x * factor))).unwrap()
            })
            .collect();
        let truth = walk(&cells);
        // The walk is wrapped as a simulation does it: by the faces of the cell at each frame, so
        // that the true walk's image in the cell is followed.
        let toroidal = torus(&truth, &cells);
        let by_nearest = toroidal.clone().unwrapped(Unwrapping::toroidal()).unwrap();
        let by_flags = toroidal.clone().unwrapped(Unwrapping::Images).unwrap();
        assert_close(by_nearest.positions(), &truth, 1e-9);
        assert_close(by_flags.positions(), &truth, 1e-9);
        let refused = toroidal.unwrapped(Unwrapping::continuity()).unwrap_err();
        assert!(
            matches!(refused, TrajectoryError::ChangingCell { frame: 1, .. }),
            "{refused}"
        );
    }
}

/// Wraps a walk step by step: the wrapped position moves as the walk does and is then put back into
/// the present cell.
fn torus(truth: &[f64], cells: &[Cell]) -> Trajectory<'static, f64, Wrapped> {
    let mut current: Vec<([f64; 3], [i32; 3])> = Vec::new();
    let mut coordinates = Vec::new();
    let mut images = Vec::new();
    for (frame, (points, cell)) in truth.chunks_exact(60).zip(cells).enumerate() {
        for (i, point) in points.as_chunks::<3>().0.iter().enumerate() {
            if frame == 0 {
                current.push((*point, [0; 3]));
            } else {
                let before = &truth[60 * (frame - 1) + 3 * i..];
                current[i].0 = std::array::from_fn(|x| current[i].0[x] + point[x] - before[x]);
            }
            let (image, n) = cell.wrap(current[i].0);
            let total = std::array::from_fn(|x| current[i].1[x] + n[x]);
            current[i] = (image, total);
            coordinates.extend(image);
            images.push(total);
        }
    }
    let species = Species::single("A", 20).unwrap();
    Trajectory::wrapped(coordinates, steps(cells.len()), 0.01, species, cells.to_vec())
        .unwrap()
        .with_images(images)
        .unwrap()
}

#[test]
fn adding_all_crossings_in_the_present_cell_is_not_the_toroidal_scheme() {
    // One particle goes round the cell 50 times and then rests while the cell breathes by 1 %: at
    // rest means at rest.
    let cells: Vec<Cell> = (0..200_i32)
        .map(|i| Cell::cubic(if i >= 150 && i % 2 == 1 { 10.1 } else { 10.0 }).unwrap())
        .collect();
    let path: Vec<[f64; 3]> = (0..200)
        .map(|i| [f64::from(i.min(149)) * 3.4, 5.0, 5.0])
        .collect();
    let mut coordinates = Vec::new();
    let mut images = Vec::new();
    for point in &path {
        let (image, n) = cells[0].wrap(*point);
        coordinates.extend(image);
        images.push(n);
    }
    let species = Species::single("A", 1).unwrap();
    let wrapped = Trajectory::wrapped(coordinates.clone(), steps(200), 0.01, species, cells.clone())
        .unwrap()
        .with_images(images.clone())
        .unwrap();
    for method in [Unwrapping::Images, Unwrapping::toroidal()] {
        let unwrapped = wrapped.clone().unwrapped(method).unwrap();
        assert_close(unwrapped.positions(), path.as_flattened(), 1e-9);
    }
    let naive =
        |frame: usize| coordinates[3 * frame] + f64::from(images[frame][0]) * cells[frame].lengths()[0];
    assert!((naive(199) - naive(198)).abs() > 4.0, "the fault that is avoided");
}

#[test]
fn past_the_limit_the_particle_and_the_frame_are_named() {
    let cell = Cell::orthorhombic([10.0, 20.0, 20.0]).unwrap();
    let build = |x: f64| {
        let species = Species::single("A", 2).unwrap();
        let positions = vec![1.0, 1.0, 1.0, 2.0, 2.0, 2.0, 1.0, 1.0, 1.0, 2.0 + x, 2.0, 2.0];
        Trajectory::wrapped(positions, [100, 250], 0.01, species, [cell]).unwrap()
    };
    let refusal = build(5.0).unwrapped(Unwrapping::continuity()).unwrap_err();
    assert_eq!(
        refusal.to_string(),
        "particle 1 moves by 0.500 of the cell's width along direction 0 from step 100 to 250 (frame 1), expected less than \
         0.4: towards half a cell the nearest image is a guess; use image flags, or frames that are closer together"
    );
    assert!(build(4.5).unwrapped(Unwrapping::continuity()).is_err());
    assert!(
        build(4.5)
            .unwrapped(Unwrapping::Continuity { limit: 0.5 })
            .is_ok()
    );
    assert!(
        build(0.0)
            .unwrapped(Unwrapping::Continuity { limit: f64::NAN })
            .is_err()
    );
    assert_eq!(
        build(1.0).unwrapped(Unwrapping::Images).unwrap_err().to_string(),
        "frame 0 has 0 image flags, expected 2, one for each particle: write them, or unwrap by continuity"
    );
}

#[test]
fn wrapped_coordinates_are_not_taken_for_unwrapped_ones() {
    let cells = vec![Cell::orthorhombic([9.0, 10.0, 11.0]).unwrap(); 50];
    let truth = walk(&cells);
    let given = |positions: &[f64]| {
        Trajectory::new(
            positions.to_vec(),
            steps(50),
            0.01,
            Species::single("A", 20).unwrap(),
        )
        .unwrap()
        .with_cell(cells[0])
    };
    assert!(given(&truth).is_ok());
    let refusal = given(wrapped(&truth, &cells, false).positions()).unwrap_err();
    assert!(
        matches!(refusal, TrajectoryError::LooksWrapped { .. }),
        "{refusal}"
    );
    // A constant shift does not hide it.
    let shifted: Vec<f64> = wrapped(&truth, &cells, false)
        .positions()
        .iter()
        .map(|x| x - 4.5)
        .collect();
    assert!(given(&shifted).is_err());
}

#[test]
fn into_the_cell_and_back() {
    let cells = vec![skewed(); 30];
    let truth = walk(&cells);
    let trajectory = Trajectory::new(&truth, steps(30), 0.01, Species::single("A", 20).unwrap()).unwrap();
    assert!(matches!(
        trajectory.wrapped_into_cell(),
        Err(TrajectoryError::NoCell { .. })
    ));
    let wrapped = trajectory
        .with_cell(skewed())
        .unwrap()
        .wrapped_into_cell()
        .unwrap();
    assert!(wrapped.images(29).unwrap().iter().any(|n| *n != [0; 3]));
    let back = wrapped.unwrapped(Unwrapping::Images).unwrap();
    assert_close(back.positions(), &truth, 1e-12);
}

#[test]
fn a_changed_number_of_particles_is_refused() {
    let cell = Cell::cubic(10.0).unwrap();
    let mut unwrapper = Unwrapper::new(Unwrapping::continuity());
    let mut frame = Frame::new();
    frame.fill(0, Some(cell), [[1.0; 3]; 2]);
    unwrapper.unwrap(&mut frame).unwrap();
    frame.fill(1, Some(cell), [[1.0; 3]]);
    let refusal = unwrapper.unwrap(&mut frame).unwrap_err();
    assert_eq!(refusal.to_string(), "frame 1 has 1 particles, expected 2");
}

/// Frames of no cell that end in an error make no wrapped trajectory: nothing is handed out that
/// could not be unwrapped.
#[test]
fn an_error_after_frames_without_cells_leaves_no_wrapped_trajectory() {
    struct Broken(u64);
    impl FrameSource<f64> for Broken {
        fn particles(&self) -> usize {
            1
        }
        fn convention(&self) -> Convention {
            Convention::Wrapped
        }
        fn next_frame(&mut self, frame: &mut Frame<f64>) -> Result<bool, TrajectoryError> {
            self.0 += 1;
            (frame.step, frame.positions) = (self.0, vec![0.0; 3]);
            if self.0 < 3 {
                Ok(true)
            } else {
                Err(TrajectoryError::reader("the disk is gone"))
            }
        }
    }
    let species = Species::single("A", 1).unwrap();
    let refusal = Trajectory::<f64, Wrapped>::up_to_error(Broken(0), 0.005, species).unwrap_err();
    assert!(refusal.to_string().contains("the disk is gone"), "{refusal}");
}
