use super::*;
use crate::trajectory::{Cell, Species, Trajectory, Unwrapping, selected, unwrapped, without_drift};

/// Frames in memory, and an error at the end where there is one.
struct Memory {
    frames: Vec<Frame<f64>>,
    next: usize,
    convention: Convention,
    error: Option<&'static str>,
}

impl FrameSource<f64> for Memory {
    fn particles(&self) -> usize {
        2
    }

    fn convention(&self) -> Convention {
        self.convention
    }

    fn next_frame(&mut self, frame: &mut Frame<f64>) -> Result<bool, TrajectoryError> {
        match (self.frames.get(self.next), self.error) {
            (Some(next), _) => {
                frame.clone_from(next);
                self.next += 1;
                Ok(true)
            }
            (None, Some(error)) => Err(TrajectoryError::reader(error)),
            (None, None) => Ok(false),
        }
    }
}

/// Two particles that fly apart through a cell of 10, wrapped, with flags.
fn wrapped() -> Memory {
    let cell = Cell::cubic(10.0).unwrap();
    let frames = (0..30_u32)
        .map(|i| {
            let x = f64::from(i);
            let [(a, n), (b, m)] = [[1.5 * x, 5.0, 5.0], [-x, 5.0, 1.0]].map(|p| cell.wrap(p));
            Frame {
                step: u64::from(10 * i),
                time: None,
                cell: Some(cell),
                positions: [a, b].concat(),
                images: vec![n, m],
            }
        })
        .collect();
    Memory {
        frames,
        next: 0,
        convention: Convention::Wrapped,
        error: None,
    }
}

fn species() -> Species {
    Species::by_count([("A", 1), ("B", 1)]).unwrap()
}

#[test]
fn a_stream_and_its_adapters_equal_the_batch_methods() {
    let batch = Trajectory::wrapped_from_source(wrapped(), 0.1, species()).unwrap();
    assert_eq!(batch.cells().len(), 1);
    for method in [
        Unwrapping::Images,
        Unwrapping::continuity(),
        Unwrapping::toroidal(),
    ] {
        let stream = Trajectory::from_source(unwrapped(wrapped(), method), 0.1, species()).unwrap();
        assert_eq!(stream, batch.clone().unwrapped(method).unwrap());
        assert_eq!(stream.position(29, 0), [43.5, 5.0, 5.0]);
    }
    let far = batch.unwrapped(Unwrapping::Images).unwrap();
    let masses = [1.0, 4.0];
    let (still, drift) = far.clone().without_drift(&masses).unwrap();
    let mut path = Vec::new();
    let source = without_drift(unwrapped(wrapped(), Unwrapping::Images), masses, &mut path).unwrap();
    let stream = Trajectory::from_source(source, 0.1, species()).unwrap();
    assert_eq!(stream, still);
    assert_eq!(path, drift);

    let source = selected(unwrapped(wrapped(), Unwrapping::Images), [1]);
    let boxed: Box<dyn FrameSource<f64>> = Box::new(source);
    let b = Trajectory::from_source(boxed, 0.1, Species::single("B", 1).unwrap()).unwrap();
    assert_eq!(b, far.select(&[1]).unwrap());
    let swapped = Trajectory::wrapped_from_source(selected(wrapped(), [1, 0]), 0.1, species()).unwrap();
    assert_eq!(swapped.images(29), Some(&[[-3, 0, 0], [4, 0, 0]][..]));
}

#[test]
fn what_was_read_before_an_error_is_kept() {
    let mut source = wrapped();
    source.error = Some("the disk is gone");
    let source = unwrapped(source, Unwrapping::Images);
    let (run, error) = Trajectory::<f64>::up_to_error(source, 0.1, species()).unwrap();
    assert_eq!(error.unwrap().to_string(), "the disk is gone");
    assert_eq!(run.frames(), 30);

    let mut source = wrapped();
    source.frames[7].step = 60;
    let (run, error) = Trajectory::<f64, Wrapped>::up_to_error(source, 0.1, species()).unwrap();
    assert_eq!(
        error.unwrap().to_string(),
        "frame 7 has step 60 after 60, expected strictly increasing steps"
    );
    assert_eq!(run.frames(), 7);

    let mut source = wrapped();
    source.frames[3].positions[4] = f64::NAN;
    let (run, error) = Trajectory::<f64, Wrapped>::up_to_error(source, 0.1, species()).unwrap();
    assert!(matches!(
        error,
        Some(TrajectoryError::NotFinite {
            frame: 3,
            particle: 1,
            ..
        })
    ));
    assert_eq!(run.frames(), 3);
}

#[test]
fn refusals_name_what_was_found() {
    let message = |source: Memory| {
        Trajectory::from_source(source, 0.1, species())
            .unwrap_err()
            .to_string()
    };
    assert_eq!(
        message(wrapped()),
        "the source has wrapped coordinates, expected unwrapped ones: unwrap them by image flags or by continuity"
    );
    let mut silent = wrapped();
    silent.convention = Convention::Unknown;
    assert!(message(silent).starts_with("the coordinates look wrapped: along lattice vector 0"));
    let mut source = wrapped();
    source.convention = Convention::Unwrapped;
    source.frames.clear();
    assert_eq!(
        message(source),
        "the trajectory has 0 frames, expected at least 1"
    );
    let error = Trajectory::from_source(wrapped(), 0.1, Species::single("A", 3).unwrap());
    assert!(error.is_err());
    let three = Species::single("A", 3).unwrap();
    assert_eq!(
        Trajectory::wrapped_from_source(wrapped(), 0.1, three)
            .unwrap_err()
            .to_string(),
        "frame 0 has 2 particles, expected 3"
    );
    let mut source = wrapped();
    source.frames[2].positions.pop();
    source.frames[2].positions.truncate(3);
    assert_eq!(
        Trajectory::wrapped_from_source(source, 0.1, species())
            .unwrap_err()
            .to_string(),
        "frame 2 has 1 particles, expected 2"
    );
    let mut source = wrapped();
    source.frames[5].cell = None;
    assert_eq!(
        Trajectory::wrapped_from_source(source, 0.1, species())
            .unwrap_err()
            .to_string(),
        "frame 5 has no cell, expected one"
    );
    let mut path = Vec::new();
    let error = without_drift(wrapped(), [1.0, 1.0], &mut path).err();
    assert!(matches!(error, Some(TrajectoryError::Convention)));
    let source = unwrapped(wrapped(), Unwrapping::Images);
    let mut of_three = without_drift(source, [1.0; 3], &mut path).unwrap();
    let error = of_three.next_frame(&mut Frame::default()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "3 masses for 2 particles, expected one for each particle of the whole system"
    );
    let one = Species::single("A", 1).unwrap();
    let selected = Trajectory::wrapped_from_source(selected(wrapped(), [2]), 0.1, one);
    assert_eq!(
        selected.unwrap_err().to_string(),
        "particle 2 selected, expected less than 2"
    );
}

/// A point of another linear algebra.
#[derive(Clone, Copy)]
struct Point {
    x: f64,
    y: f64,
    z: f64,
}

impl From<Point> for [f64; 3] {
    fn from(Point { x, y, z }: Point) -> Self {
        [x, y, z]
    }
}

#[test]
fn points_of_any_kind_make_the_same_trajectory() {
    let points: Vec<Point> = (0..8_u8)
        .map(|i| Point {
            x: f64::from(i),
            y: 0.5,
            z: -f64::from(i),
        })
        .collect();
    let arrays: Vec<[f64; 3]> = points.iter().map(|&point| point.into()).collect();
    let steps = [0, 5, 7, 20];
    let of_points = Trajectory::from_vectors(points.iter().copied(), steps, 0.1, species()).unwrap();
    let of_arrays = Trajectory::from_points(&arrays, steps, 0.1, species()).unwrap();
    assert_eq!(of_points, of_arrays);
    let mut frame = Frame::new();
    frame.fill(20, None, points[6..].iter().copied());
    assert_eq!((frame.step, &frame.positions[..]), (20, of_points.frame(3)));
}

#[test]
fn a_trajectory_in_memory_is_a_source_of_its_frames() {
    let batch = Trajectory::wrapped_from_source(wrapped(), 0.1, species()).unwrap();
    assert_eq!(
        Trajectory::wrapped_from_source(batch.source(), 0.1, species()).unwrap(),
        batch
    );
    let thin = batch.thinned(7).unwrap();
    assert_eq!(thin.steps(), [0, 70, 140, 210, 280]);
    assert_eq!(
        (thin.frame(2), thin.images(2)),
        (batch.frame(14), batch.images(14))
    );
}
