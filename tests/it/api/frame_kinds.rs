//! Kinds of files that users meet: jobs that were restarted, types that change, keys in other
//! cases, other encodings and compressions, and files without an end.

use std::fs;

use msed::io::{
    EnergyReader, Fault, FrameFormat, FrameReader, Overlap, ReadError, energies, frames, joined, trajectory,
};
use msed::trajectory::{Convention, Frame, FrameSource, Species, Trajectory, TrajectoryError};
use msed::{Lags, Resampling, Units, structure};

const XYZ: FrameFormat = FrameFormat::ExtXyz { stride: None };

fn path(name: &str) -> String {
    format!("tests/data/frames/{name}")
}

fn one(particles: usize) -> Species {
    Species::single("A", particles).unwrap()
}

/// The mean squared displacement at each of the first lags, counted in the smallest spacing.
fn msd(run: &Trajectory<'_, f64>, lags: usize) -> Vec<f64> {
    let spacing = run.steps()[1] - run.steps()[0];
    let lags = Lags::explicit((1..=lags as u64).map(|lag| msed::Lag::from_steps(lag * spacing)));
    let msd = structure::msd(run, &lags, Resampling::Blocks(2)).unwrap();
    msd.all().total.values().to_vec()
}

#[track_caller]
fn near(found: &[f64], expected: &[f64]) {
    let near = found.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-12);
    assert!(
        near && found.len() == expected.len(),
        "{found:?} and {expected:?}"
    );
}

fn read(text: &str, format: FrameFormat) -> Result<FrameReader<&[u8]>, ReadError> {
    FrameReader::new(text.as_bytes(), "x", format)
}

/// All frames, or the error.
fn all(source: Result<impl FrameSource<f64>, impl Into<TrajectoryError>>) -> Result<Vec<Frame<f64>>, String> {
    let mut source = source.map_err(|error| error.into().to_string())?;
    let (mut frames, mut frame) = (Vec::new(), Frame::new());
    while source.next_frame(&mut frame).map_err(|error| error.to_string())? {
        frames.push(frame.clone());
    }
    Ok(frames)
}

#[test]
fn a_frame_that_a_restarted_job_repeats_counts_once() {
    let run = trajectory::<f64>(path("restart_duplicate.lammpstrj"), Units::LJ, 0.005, one(3)).unwrap();
    assert_eq!(run.repeated_frames(), 1);
    let mut steps = run.steps().to_vec();
    steps.dedup();
    assert_eq!(steps, run.steps());
    near(&msd(&run, 1), &[0.01]);
    // One digit that differs is another frame.
    let text = fs::read_to_string(path("restart_duplicate.lammpstrj")).unwrap();
    let at = text.rfind("ITEM: TIMESTEP\n300").unwrap();
    let other = format!("{}{}", &text[..at], text[at..].replacen("3.300", "3.301", 1));
    assert_ne!(other, text);
    let reader = read(&other, FrameFormat::LammpsDump).unwrap();
    let error = Trajectory::<f64>::from_source(reader, 0.005, one(3)).unwrap_err();
    assert!(
        matches!(
            error,
            TrajectoryError::StepOrder {
                found: 300,
                before: 300,
                ..
            }
        ),
        "{error}"
    );
}

#[test]
fn a_later_job_replaces_what_the_one_before_wrote() {
    let file = path("restart_overlap.lammpstrj");
    let open = |_| frames(&file, Units::LJ).map_err(TrajectoryError::from);
    let refused = joined(1, open, Overlap::Refuse).unwrap();
    let error = Trajectory::<f64>::from_source(refused, 0.005, one(3)).unwrap_err();
    assert!(matches!(error, TrajectoryError::StepOrder { .. }), "{error}");
    let run = joined(1, open, Overlap::Later).unwrap();
    let run = Trajectory::<f64>::from_source(run, 0.005, one(3)).unwrap();
    near(&msd(&run, 1), &[0.01]);

    // The same run, one file for each job.
    let text = fs::read_to_string(&file).unwrap();
    let steps: Vec<&str> = text.split_inclusive("ITEM: TIMESTEP\n").collect();
    let step = |text: &str| text.lines().next().and_then(|line| line.parse::<u64>().ok());
    let back = steps
        .windows(2)
        .position(|pair| step(pair[1]) <= step(pair[0]) && step(pair[0]).is_some());
    let cut: usize = steps[..=back.unwrap()]
        .iter()
        .map(|piece| piece.len())
        .sum::<usize>()
        - "ITEM: TIMESTEP\n".len();
    let jobs = [&text[..cut], &text[cut..]];
    let open = |place: usize| read(jobs[place], FrameFormat::LammpsDump).map_err(TrajectoryError::from);
    let pieces = joined(2, open, Overlap::Later).unwrap();
    assert_eq!(
        Trajectory::<f64>::from_source(pieces, 0.005, one(3)).unwrap(),
        run
    );
    let error = all(joined::<f64, _>(2, open, Overlap::Refuse)).map(|frames| frames.len());
    assert!(error.unwrap() > run.frames());
}

#[test]
fn a_feed_takes_a_repeated_frame_once() {
    use msed::Sampling;
    use msed::online::{DisplacementAccumulator, feed_frames};
    let source = frames(path("restart_duplicate.lammpstrj"), Units::LJ).unwrap();
    let sampling = Sampling::new(100, 0.005).unwrap();
    let mut live = DisplacementAccumulator::new(sampling, &one(3), &Lags::samples([1])).unwrap();
    let go_on = |_: &DisplacementAccumulator| std::ops::ControlFlow::Continue(());
    assert!(feed_frames::<_, f64>(&mut live, source, go_on).unwrap());
    near(
        live.snapshot().unwrap().displacements().all().msd.total.values(),
        &[0.01],
    );
}

#[test]
fn an_accumulator_that_knows_the_cell_refuses_positions_that_jump_from_face_to_face() {
    use msed::Sampling;
    use msed::online::{DisplacementAccumulator, OnlineError, Sink};
    use msed::structure::WaveVectors;
    use msed::trajectory::Cell;
    let cell = Cell::cubic(10.0).unwrap();
    fn path(frame: u32) -> [f64; 6] {
        [0.75 * f64::from(frame), 5.0, 5.0, 1.0, 1.0, 9.0]
    }
    fn wrapped(frame: u32) -> [f64; 6] {
        path(frame).map(|x| x - 10.0 * (x / 10.0).floor())
    }
    let fresh = || {
        let sampling = Sampling::new(10, 0.005).unwrap();
        DisplacementAccumulator::new(sampling, &one(2), &Lags::samples([1, 2])).unwrap()
    };
    let shell = WaveVectors::from_integers(&cell, &[[1, 0, 0]]).unwrap();
    let knows = || fresh().with_self_isf(&shell).unwrap();
    let refused = |live: &mut DisplacementAccumulator, frame: u32, error: OnlineError| {
        assert_eq!(live.frames(), u64::from(frame));
        let OnlineError::LooksWrapped {
            frame: at,
            particle,
            axis,
            found,
        } = error
        else {
            panic!("{error}");
        };
        assert_eq!((at, particle, axis), (u64::from(frame), 0, 0));
        assert!((found - 0.925).abs() < 1e-12);
    };
    let mut live = knows();
    for frame in 0..30 {
        if let Err(error) = live.push(&wrapped(frame)) {
            assert_eq!(frame, 14);
            refused(&mut live, frame, error);
            break;
        }
        assert!(frame < 14);
    }
    let mut live = fresh();
    let mut frames = (0..30_u32).map(|frame| {
        let mut next = Frame::new();
        next.fill(
            10 * u64::from(frame),
            Some(cell),
            wrapped(frame).as_chunks().0.iter().copied(),
        );
        (frame, next)
    });
    let (frame, error) = frames
        .find_map(|(frame, next)| Some((frame, live.take(&next).err()?)))
        .unwrap();
    refused(&mut live, frame, error);
    // Unwrapped positions pass, and so do positions without a cell, which nobody can judge.
    for (mut live, at) in [(knows(), path as fn(u32) -> [f64; 6]), (fresh(), wrapped)] {
        for frame in 0..30 {
            live.push(&at(frame)).unwrap();
        }
    }
}

#[test]
fn pieces_of_one_run_must_fit_together() {
    let piece = |step: u64, count: usize| {
        let rows = "A 1 2 3\n".repeat(count);
        format!("{count}\nstep={step}\n{rows}")
    };
    let texts = [piece(0, 1), piece(10, 2)];
    let open = |place: usize| read(&texts[place], XYZ).map_err(TrajectoryError::from);
    let error = all(joined::<f64, _>(2, open, Overlap::Refuse)).unwrap_err();
    assert_eq!(error, "frame 1 has 2 particles, expected 1");
    assert!(joined::<f64, _>(0, open, Overlap::Refuse).is_err());
}

#[test]
fn types_that_change_are_named_unless_they_are_not_wanted() {
    let file = path("swap_types.lammpstrj");
    let error = all(frames(&file, Units::LJ)).unwrap_err();
    assert!(
        error.contains("frame ") && error.contains(": particle id ") && error.contains(" has the type "),
        "{error}"
    );
    let reader = || frames(&file, Units::LJ).unwrap();
    let mut damaged = reader();
    let error = loop {
        match damaged.next_frame(&mut Frame::<f64>::new()) {
            Ok(found) => assert!(found),
            Err(TrajectoryError::Reader(error)) => break error.downcast::<ReadError>().unwrap(),
            Err(error) => panic!("{error}"),
        }
    };
    assert!(matches!(error.fault, Fault::Types(_)));
    assert_eq!(all(Ok::<_, ReadError>(reader().ignore_types())).unwrap().len(), 5);

    let xyz = "2\nstep=0\nA 0 0 0\nB 1 1 1\n2\nstep=10\nA 0 0 0\nC 1 1 1\n";
    assert_eq!(
        all(read(xyz, XYZ)).unwrap_err(),
        "x, frame 1, line 8: particle 1 has the name C, expected B as in the first frame, unless types are to be ignored"
    );
    let ignored = read(xyz, XYZ).map(FrameReader::ignore_types);
    assert_eq!(all(ignored).unwrap().len(), 2);
}

#[test]
fn keys_of_extended_xyz_match_in_any_case() {
    for name in ["lower_vel_first.xyz", "propcase.xyz", "upper_vel_first.xyz"] {
        let reader = frames(path(name), Units::METAL).unwrap();
        assert_eq!(reader.names(), ["Li", "F"]);
        let run = Trajectory::<f64>::from_source(reader, 0.001, one(2)).unwrap();
        assert_eq!(run.frame(0), [0.0, 0.0, 0.0, 1.0, 1.0, 1.0], "{name}");
        assert_eq!(run.cell(0).unwrap().lengths(), [9.0; 3]);
        near(&msd(&run, 2), &[0.005, 0.02]);
    }
}

#[test]
fn extended_xyz_with_ids_is_sorted_by_them() {
    let text = "3\nstep=0 Properties=species:S:1:pos:R:3:ID:I:1\nB 3 0 0 7\nA 1 0 0 1\nA 2 0 0 4\n\
                3\nstep=5 Properties=species:S:1:pos:R:3:ID:I:1\nA 2.5 0 0 4\nB 3.5 0 0 7\nA 1.5 0 0 1\n";
    let reader = read(text, XYZ).unwrap();
    assert_eq!(
        (reader.ids(), reader.names().join(" ").as_str()),
        (&[1, 4, 7][..], "A A B")
    );
    let frames = all(Ok::<_, ReadError>(reader)).unwrap();
    assert_eq!(frames[0].positions, [1.0, 0.0, 0.0, 2.0, 0.0, 0.0, 3.0, 0.0, 0.0]);
    assert_eq!(frames[1].positions, [1.5, 0.0, 0.0, 2.5, 0.0, 0.0, 3.5, 0.0, 0.0]);
    let error = all(read(&text.replace("2.5 0 0 4", "2.5 0 0 1"), XYZ)).unwrap_err();
    assert!(error.contains("particle id 1 is there twice"), "{error}");
    let error = all(read(&text.replace("3.5 0 0 7", "3.5 0 0 x"), XYZ)).unwrap_err();
    assert!(error.contains("an id is `x`"), "{error}");
    let without = text.replacen(":ID:I:1\nA", ":vx:R:1\nA", 1);
    assert!(all(read(&without, XYZ)).unwrap_err().contains("other properties"));
}

#[test]
fn unwrapped_positions_are_taken_where_a_file_has_both() {
    let text = "1\nstep=0 Properties=species:S:1:pos:R:3:unwrapped_position:R:3\nA 1 2 3 11 2 3\n";
    let reader = read(text, XYZ).unwrap();
    assert_eq!(reader.convention(), Convention::Unwrapped);
    assert_eq!(
        all(Ok::<_, ReadError>(reader)).unwrap()[0].positions,
        [11.0, 2.0, 3.0]
    );
}

#[test]
fn the_xyz_of_lammps_has_its_steps() {
    let run = trajectory::<f64>(path("lmp.xyz"), Units::LJ, 0.005, one(2)).unwrap();
    assert_eq!(run.steps(), [0, 10, 20]);
    assert_eq!(run.position(2, 0), [1.2, 2.0, 3.0]);
    let plain = "1\nmade by hand\nA 1 2 3\n";
    let error = read(plain, XYZ).err().unwrap();
    assert!(matches!(error.fault, Fault::Steps(_)));
    assert!(
        error.to_string().ends_with("or a stride from the caller"),
        "{error}"
    );
    assert!(read(plain, FrameFormat::ExtXyz { stride: Some(10) }).is_ok());
}

#[test]
fn a_last_line_without_an_end_is_named_and_its_frame_can_be_left_out() {
    let file = path("nonewline.xyz");
    let error = all(frames(&file, Units::REAL)).unwrap_err();
    assert_eq!(
        error,
        format!(
            "{file}, frame 2, line 15: the file ends after 2 of 3 lines of particles: line 15 has no line end, and may be \
             cut off within its last number"
        )
    );
    let mut reader = frames(&file, Units::REAL).unwrap().allow_cut_off();
    let (mut steps, mut frame) = (Vec::new(), Frame::<f64>::new());
    while reader.next_frame(&mut frame).unwrap() {
        steps.push(frame.step);
    }
    assert_eq!(steps, [0, 10]);
    assert_eq!(reader.left_out().unwrap().to_string(), error);
    // Any other damage remains an error.
    let damaged = fs::read_to_string(&file).unwrap().replace("0.06 0.2", "0.06 x");
    let reader = read(&damaged, XYZ).map(FrameReader::allow_cut_off);
    assert!(all(reader).unwrap_err().contains("a coordinate is `x`"));
}

#[test]
fn a_byte_order_mark_is_passed_over_and_utf_16_is_named() {
    assert_eq!(all(frames(path("bom.lammpstrj"), Units::LJ)).unwrap().len(), 4);
    assert_eq!(energies(path("bom.dat")).unwrap().len(), 101);
    let named = |error: String, name: &str| {
        assert!(
            error.contains(name) && error.contains("UTF-16") && error.contains("iconv"),
            "{error}"
        );
    };
    named(
        energies(path("utf16.dat")).unwrap_err().to_string(),
        "utf16.dat: the text",
    );
    let wide = b"\xff\xfe\0\0#\0\0\0".as_slice();
    let error = EnergyReader::new().read_from(wide, "x").unwrap_err().to_string();
    assert!(error.starts_with("x: the text is UTF-32, "), "{error}");
    let text = fs::read_to_string(path("lmp.xyz")).unwrap();
    for (mark, big) in [(true, false), (true, true), (false, false), (false, true)] {
        let mark = if mark { "\u{feff}" } else { "" };
        let units = mark.encode_utf16().chain(text.trim_start().encode_utf16());
        let bytes: Vec<u8> = units
            .flat_map(|unit| {
                if big {
                    unit.to_be_bytes()
                } else {
                    unit.to_le_bytes()
                }
            })
            .collect();
        let file = tempfile::NamedTempFile::new().unwrap();
        fs::write(file.path(), bytes).unwrap();
        named(all(frames(file.path(), Units::LJ)).unwrap_err(), "");
    }
}

#[test]
fn dumps_without_ids_are_read_in_the_order_of_the_file_on_request() {
    let frame = |step: u32, x: f64| {
        format!(
            "ITEM: TIMESTEP\n{step}\nITEM: NUMBER OF ATOMS\n2\nITEM: BOX BOUNDS pp pp pp\n0 9\n0 9\n0 9\n\
             ITEM: ATOMS type xu yu zu\n2 {x} 0 0\n1 3 0 0\n"
        )
    };
    let text = frame(0, 1.0) + &frame(10, 1.5);
    let error = all(read(&text, FrameFormat::LammpsDump)).unwrap_err();
    assert!(
        error.contains("no column `id`") && error.contains("in the order of the file"),
        "{error}"
    );
    let reader = read(&text, FrameFormat::LammpsDumpInOrder).unwrap();
    assert_eq!((reader.ids(), reader.types()), (&[][..], Some(&[2, 1][..])));
    let frames = all(Ok::<_, ReadError>(reader)).unwrap();
    assert_eq!(frames[1].positions, [1.5, 0.0, 0.0, 3.0, 0.0, 0.0]);
    let swapped = text.replace("2 1.5 0 0\n1 3 0 0", "1 3 0 0\n2 1.5 0 0");
    let error = all(read(&swapped, FrameFormat::LammpsDumpInOrder)).unwrap_err();
    assert!(
        error.contains("line 21: particle 0 has the type 1, expected 2"),
        "{error}"
    );
}

#[test]
fn types_may_be_words() {
    let frame = |columns: &str, rows: [&str; 2]| {
        let [a, b] = rows;
        format!(
            "ITEM: TIMESTEP\n0\nITEM: NUMBER OF ATOMS\n2\nITEM: BOX BOUNDS pp pp pp\n0 9\n0 9\n0 9\n\
             ITEM: ATOMS {columns}\n{a}\n{b}\n"
        )
    };
    let labels = frame("id type xu yu zu", ["2 Zr 1 0 0", "1 Cu 3 0 0"]);
    let elements = frame("id type element xu yu zu", ["2 2 Zr 1 0 0", "1 1 Cu 3 0 0"]);
    let both = frame("id type element xu yu zu", ["2 big Zr 1 0 0", "1 small Cu 3 0 0"]);
    for (text, types) in [(&labels, None), (&elements, Some(&[1, 2][..])), (&both, None)] {
        let reader = read(text, FrameFormat::LammpsDump).unwrap();
        assert_eq!(
            (reader.names().join(" ").as_str(), reader.types()),
            ("Cu Zr", types)
        );
    }
    let later = labels.replace("TIMESTEP\n0", "TIMESTEP\n10").replace("Zr", "Cu");
    let text = format!("{labels}{later}");
    let error = all(read(&text, FrameFormat::LammpsDump)).unwrap_err();
    assert!(
        error.contains("line 21: particle id 2 has the name Cu, expected Zr"),
        "{error}"
    );
    let text = text.replace("Cu 1 0 0", "Nb 1 0 0");
    let error = all(read(&text, FrameFormat::LammpsDump)).unwrap_err();
    assert!(
        error.contains("has the name one that is new, expected Zr"),
        "{error}"
    );
    let ignored = read(&text, FrameFormat::LammpsDump).map(FrameReader::ignore_types);
    assert_eq!(all(ignored).unwrap().len(), 2);
}

#[test]
fn compressions_are_read_or_named_by_their_first_bytes() {
    let plain = energies(path("a.dat.bz2")).unwrap();
    assert!(plain.len() > 10);
    let error = energies(path("a.dat.xz")).unwrap_err().to_string();
    assert_eq!(
        error,
        "tests/data/frames/a.dat.xz: the file is compressed with xz, expected an uncompressed file, gzip, zstd or bzip2: \
         decompress it first, as with `xz -d`"
    );
    for (head, name) in [
        (&b"\x04\x22\x4d\x18...."[..], "lz4"),
        (b"PK\x03\x04....", "zip"),
        (b"\x5d\0\0\x80\0....", "lzma"),
        (b"\x1f\x9d\x90....", "compress"),
    ] {
        let error = EnergyReader::new().read_from(head, "x").unwrap_err().to_string();
        assert!(error.contains(&format!("compressed with {name},")), "{error}");
        assert!(FrameReader::new(head, "x", XYZ).is_err());
    }
    // Two frames of zstd with one that is skipped in between, and a checksum that is wrong.
    let text = fs::read(path("lmp.xyz")).unwrap();
    let half = text.len() / 2;
    let level = ruzstd::encoding::CompressionLevel::Fastest;
    let pack = |text: &[u8]| ruzstd::encoding::compress_to_vec(text, level);
    let skipped = [&0x184d_2a50_u32.to_le_bytes()[..], &3_u32.to_le_bytes(), b"abc"].concat();
    let packed = [pack(&text[..half]), skipped, pack(&text[half..])].concat();
    let expected = all(frames(path("lmp.xyz"), Units::LJ)).unwrap();
    assert_eq!(all(FrameReader::new(&packed[..], "x", XYZ)).unwrap(), expected);
    for cut in [packed.len() - 1, half / 2, 5] {
        let error = all(FrameReader::new(&packed[..cut], "x", XYZ)).unwrap_err();
        assert!(error.contains("zstd data is cut off or damaged"), "{error}");
    }
    let mut encoder = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::fast());
    std::io::Write::write_all(&mut encoder, &text).unwrap();
    let packed = encoder.finish().unwrap();
    assert_eq!(all(FrameReader::new(&packed[..], "x", XYZ)).unwrap(), expected);
    let error = all(FrameReader::new(&packed[..packed.len() - 9], "x", XYZ)).unwrap_err();
    assert!(error.contains("bzip2 data is cut off or damaged"), "{error}");
}

#[test]
fn positions_that_no_storage_holds_are_refused_with_file_and_frame() {
    let text = "1\nstep=0\nA 1 2 3\n1\nstep=5\nA 1 1e39 3\n";
    let (mut reader, mut frame) = (read(text, XYZ).unwrap(), Frame::<f32>::new());
    assert!(reader.next_frame(&mut frame).unwrap());
    assert_eq!(
        reader.next_frame(&mut frame).unwrap_err().to_string(),
        "x, frame 1, line 6: a coordinate of particle 0 is `inf`, expected a finite number of at most 1e60 in size"
    );
    assert_eq!(all(read(text, XYZ)).unwrap().len(), 2);
    let error = all(read(&text.replace("1e39", "1e61"), XYZ)).unwrap_err();
    assert!(
        error.contains("frame 1, line 6: a coordinate of particle 0 is `1e61`, expected"),
        "{error}"
    );
}

#[test]
fn steps_of_xtc_go_on_past_thirty_two_bits() {
    let mut bytes = Vec::new();
    let mut writer = molly::XTCWriter::new(&mut bytes);
    for (index, step) in [2_147_483_000_u32, 2_147_483_500, 2_147_484_000]
        .into_iter()
        .enumerate()
    {
        let frame = molly::Frame {
            step,
            time: index as f32,
            boxvec: [9.0, 0.0, 0.0, 0.0, 9.0, 0.0, 0.0, 0.0, 9.0],
            precision: 1000.0,
            positions: vec![1.0; 36],
        };
        writer.write_frame(&frame).unwrap();
    }
    let found = all(FrameReader::new(
        &bytes[..],
        "x.xtc",
        FrameFormat::Xtc { scale: 1.0 },
    ))
    .unwrap();
    let steps: Vec<u64> = found.iter().map(|frame| frame.step).collect();
    assert_eq!(steps, [2_147_483_000, 2_147_483_500, 2_147_484_000]);
}
