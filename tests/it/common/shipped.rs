//! The trajectories that the repository ships, and the reference values beside them.

use std::io::Read;

use msed::Real;
use msed::io::{FrameFormat, FrameReader};
use msed::trajectory::{Species, Trajectory};
use serde_json::Value;

fn read<T: Real>(path: &str, time_step: f64, scale: f64, species: Species) -> Trajectory<'static, T> {
    let reader = FrameReader::open(path, FrameFormat::Xtc { scale }).expect("the file");
    Trajectory::from_source(reader, time_step, species).expect("a trajectory")
}

pub(crate) fn kob_andersen<T: Real>(path: &str) -> Trajectory<'static, T> {
    let species = Species::by_count([("A", 800), ("B", 200)]).expect("species");
    read(&format!("data/kob-andersen/{path}"), 0.005, 1.0, species)
}

pub(crate) fn metallic_glass<T: Real>() -> Trajectory<'static, T> {
    let mut text = String::new();
    let file = std::fs::File::open("data/cuzr/types.lammpstrj.gz").expect("the types");
    let mut decoder = flate2::read::GzDecoder::new(file);
    decoder.read_to_string(&mut text).expect("text");
    let kind = |line: &str| {
        line.split(' ')
            .nth(1)
            .expect("a type")
            .parse()
            .expect("an integer")
    };
    let types: Vec<u32> = text.lines().skip(9).map(kind).collect();
    let species = Species::by_type(&types, [(1, "Cu"), (2, "Zr")]).expect("species");
    read("data/cuzr/T1600/trajectory.xtc", 0.002, 10.0, species)
}

/// The reference of one run.
pub(crate) fn reference(file: &str, run: &str) -> Value {
    let text = std::fs::read_to_string(file).expect("the reference");
    let all: Value = serde_json::from_str(&text).expect("JSON");
    let runs = all["runs"].as_array().expect("runs");
    runs.iter().find(|r| r["name"] == run).expect("the run").clone()
}
