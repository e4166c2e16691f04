use super::*;
use crate::trajectory::{Species, Trajectory};

fn two_frames() -> String {
    let frame = |step: u32, x: f64| {
        format!(
            "3\nLattice=\"9 0 0 1 8 0 0 0 7\" Properties=species:S:1:pos:R:3:forces:R:3 energy=-3.5 step={step}\n\
             A {x} 1 2 0 0 0\nB 3 4 5 0 0 0\nA 6 7 8 0 0 0\n"
        )
    };
    frame(0, 0.5) + &frame(20, 1.5)
}

fn frames(text: &[u8], steps: XyzSteps) -> (Vec<Frame<f32>>, Option<String>) {
    let mut reader = match ExtXyzReader::new(text, "x.xyz", steps) {
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
    let reader = ExtXyzReader::new(text.as_bytes(), "x.xyz", XyzSteps::Written).unwrap();
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
    let (frames, error) = frames(text.as_bytes(), XyzSteps::Every(7));
    assert_eq!((frames[1].step, error), (7, None));
}

#[test]
fn plain_xyz_needs_a_stride() {
    let text = "1\nmade by hand\nAr 1 2 3\n1\n\nAr 4 5 6 extra\n";
    let (found, error) = frames(text.as_bytes(), XyzSteps::Every(10));
    assert_eq!(error, None);
    assert_eq!((found[1].step, found[1].cell), (10, None));
    assert_eq!(found[1].positions, [4.0, 5.0, 6.0]);
    assert_eq!(
        frames(text.as_bytes(), XyzSteps::Written).1.unwrap(),
        "x.xyz, frame 0, line 2: the comment is `made by hand`, expected a key `step` with an integer of 0 or more, or a stride from the caller"
    );
}

#[test]
fn a_text_cut_at_any_byte_gives_its_whole_frames_and_an_error() {
    let text = two_frames();
    let end = text.rfind("3\nLattice").unwrap();
    for cut in 0..=text.len() {
        let (found, error) = frames(&text.as_bytes()[..cut], XyzSteps::Written);
        let whole = usize::from(cut >= end) + usize::from(cut == text.len());
        assert_eq!(found.len(), whole, "{cut}");
        assert_eq!(
            error.is_none(),
            cut == end || cut == text.len(),
            "{cut}: {error:?}"
        );
    }
    assert_eq!(
        frames(text.trim_end().as_bytes(), XyzSteps::Written).1.unwrap(),
        "x.xyz, frame 1, line 10: the file ends after 2 of 3 lines of particles"
    );
}

#[test]
fn damaged_text_is_an_error_with_frame_and_line() {
    let good = two_frames();
    for (from, to, expected) in [
        (
            "3\nLat",
            "4\nLat",
            "line 7: 4 particles, expected 3 as in the first frame",
        ),
        (
            "3\nLat",
            "-3\nLat",
            "line 6: the number of particles is `-3`, expected an integer of 1 or more",
        ),
        (
            "9 0 0 1",
            "9 0 0",
            "line 7: the lattice is `9 0 0 8 0 0 0 7`, expected nine finite numbers",
        ),
        (
            "9 0 0 1 8 0",
            "9 0 0 18 0 0",
            "line 7: the lattice vectors span a volume of 0, the product of their lengths is 1134: expected three independent vectors, whose volume is finite and above 1e-9 of the product",
        ),
        (
            "pos:R:3",
            "pos:R:2",
            "line 7: the list of properties is `species:S:1:pos:R:2:forces:R:3`, expected name:type:columns for each property, and among them pos:R:3",
        ),
        (
            "step=20",
            "step=-2",
            "line 7: the step is `-2`, expected a key `step` with an integer of 0 or more, or a stride from the caller",
        ),
        (
            "1.5 1 2",
            "1.5 inf 2",
            "line 8: a coordinate is `inf`, expected a finite number",
        ),
        (
            "1.5 1 2",
            "1.5 1",
            "line 8: the line of a particle is `A 1.5 1 0 0 0`, expected a value for each column",
        ),
        (
            "B 3",
            "C 3",
            "line 9: the name of a particle is `C`, expected that of the first frame",
        ),
    ] {
        let at = good.rfind(from).unwrap();
        let text = format!("{}{to}{}", &good[..at], &good[at + from.len()..]);
        let (found, error) = frames(text.as_bytes(), XyzSteps::Written);
        assert_eq!(found.len(), 1);
        assert_eq!(error.unwrap(), format!("x.xyz, frame 1, {expected}"));
    }
    assert_eq!(
        frames(b"", XyzSteps::Written).1.unwrap(),
        "x.xyz: no frame, expected at least 1"
    );
    assert!(ExtXyzReader::open("no/such.xyz", XyzSteps::Written).is_err());
}

#[test]
fn any_change_of_bytes_ends_in_frames_or_an_error() {
    let good = two_frames().into_bytes();
    let mut state = 5_u64;
    for _ in 0..20_000 {
        let mut damaged = good.clone();
        for _ in 0..3 {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            let at = (state >> 33) as usize % damaged.len();
            damaged[at] = (state >> 25) as u8;
        }
        let (found, _) = frames(&damaged, XyzSteps::Written);
        assert!(found.len() <= 3);
        assert!(
            found
                .iter()
                .all(|frame| frame.positions.iter().all(|x| x.is_finite()))
        );
    }
}

#[test]
fn names_and_particles_outlive_a_damaged_frame() {
    let damaged = two_frames()
        .replacen("B 3 4 5", "B 3 none 5", 2)
        .replacen("none", "4", 1);
    let mut reader = ExtXyzReader::new(damaged.as_bytes(), "x.xyz", XyzSteps::Every(1)).unwrap();
    let names = reader.names().to_vec();
    let mut frame = Frame::<f64>::new();
    while let Ok(true) = reader.next_frame(&mut frame) {}
    assert_eq!((reader.names(), reader.particles()), (&names[..], names.len()));
    assert!(!names.is_empty());
}
