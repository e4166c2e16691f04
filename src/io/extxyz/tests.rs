use super::*;
use crate::io::{FrameFormat, FrameReader};
use crate::trajectory::{FrameSource, Species, Trajectory};

/// Steps as they are written, or a stride.
fn reader(text: &[u8], stride: Option<u64>) -> Result<FrameReader<&[u8]>, crate::io::ReadError> {
    FrameReader::new(text, "x.xyz", FrameFormat::ExtXyz { stride })
}

fn two_frames() -> String {
    let frame = |step: u32, x: f64| {
        format!(
            "3\nLattice=\"9 0 0 1 8 0 0 0 7\" Properties=species:S:1:pos:R:3:forces:R:3 energy=-3.5 step={step}\n\
             A {x} 1 2 0 0 0\nB 3 4 5 0 0 0\nA 6 7 8 0 0 0\n"
        )
    };
    frame(0, 0.5) + &frame(20, 1.5)
}

fn frames(text: &[u8], stride: Option<u64>) -> (Vec<Frame<f32>>, Option<String>) {
    let mut reader = match reader(text, stride) {
        Ok(reader) => reader,
        Err(error) => return (Vec::new(), Some(error.to_string())),
    };
    let mut frames = Vec::new();
    let mut frame = Frame::new();
    loop {
        match reader.next_frame(&mut frame) {
            Ok(true) => frames.push(frame.clone()),
            Ok(false) => return (frames, None),
            Err(error) => return (frames, Some(error.to_string())),
        }
    }
}

#[test]
fn frames_with_their_cells_steps_and_names() {
    let text = two_frames();
    let reader = reader(text.as_bytes(), None).unwrap();
    assert_eq!(
        (reader.names().join(" ").as_str(), reader.particles()),
        ("A B A", 3)
    );
    let species = Species::by_name(reader.names().iter().map(String::as_str)).unwrap();
    let trajectory = Trajectory::<f64>::from_source(reader, 0.1, species).unwrap();
    assert_eq!(trajectory.steps(), [0, 20]);
    assert_eq!(trajectory.frame(1), [1.5, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0]);
    let cell = Cell::triclinic([[9.0, 0.0, 0.0], [1.0, 8.0, 0.0], [0.0, 0.0, 7.0]]).unwrap();
    assert_eq!(trajectory.constant_cell(), Some(&cell));
    let (frames, error) = frames(text.as_bytes(), Some(7));
    assert_eq!((frames[1].step, error), (7, None));
}

#[test]
fn plain_xyz_needs_a_stride() {
    let text = "1\nmade by hand\nAr 1 2 3\n1\n\nAr 4 5 6 extra\n";
    let (found, error) = frames(text.as_bytes(), Some(10));
    assert_eq!(error, None);
    assert_eq!((found[1].step, found[1].cell), (10, None));
    assert_eq!(found[1].positions, [4.0, 5.0, 6.0]);
    assert_eq!(
        frames(text.as_bytes(), None).1.unwrap(),
        "x.xyz, frame 0, line 2: the comment is `made by hand`, expected a key `step` with an integer of 0 or more, or a stride from the caller"
    );
}

#[test]
fn names_and_particles_outlive_a_damaged_frame() {
    let damaged = two_frames()
        .replacen("B 3 4 5", "B 3 none 5", 2)
        .replacen("none", "4", 1);
    let mut reader = reader(damaged.as_bytes(), Some(1)).unwrap();
    let names = reader.names().to_vec();
    let mut frame = Frame::<f64>::new();
    while let Ok(true) = reader.next_frame(&mut frame) {}
    assert_eq!((reader.names(), reader.particles()), (&names[..], names.len()));
    assert!(!names.is_empty());
}
