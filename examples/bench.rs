#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a program that reports")]
//! Timings of the crate on the workloads of its benchmark record.
//!
//! `bench WORKLOAD --size SIZE --data DIR --threads T --reps R [--out FILE]` runs one workload on
//! the arrays in DIR and prints one JSON line:
//! `{"version", "threads", "median_s", "min_s", "all_s", "peak_mb", "what"}`. A call shorter than
//! 0.1 s is repeated within a sample; one call before is not timed. Reading the input is not timed
//! either. Exit status 2 for a workload that is not here.
//!
//! | workload | input | result |
//! |---|---|---|
//! | W1 | `walk_SIZE.f64`, raw little-endian | mean-squared difference at all lags |
//! | W1b | the same, and `lags_SIZE.txt` | the same at those lags |
//! | W2 | `traj.f64`: 8000 frames of 1000 particles | mean squared displacement at all lags |
//! | W2blocks | the same | the same with the errors of ten blocks |
//! | W2f32 | `traj.f32` | the same from single precision |
//! | W4 | `sq.f64`: 200 wrapped frames of 1000 particles, `manifest.json` with `box` and `qmax` | structure factor in bins of 0.2 |
//! | W4blocks | the same | the same with the errors of ten blocks |
//! | W3 | `traj.f64`, vectors of `w3_30.txt`, lags of `w3_lags.txt` | F_s of all particles |
//! | W3shell | the same, all vectors of `w3_shell.txt` | the same |
//! | W3sixty | the same, 60 of these vectors without symmetry | the same |
//! | W3f32, W3shellf32 | `traj.f32` | the same from single precision |
//! | W5xtc | `traj.xtc` | its coordinates, single precision |
//! | W5dump | `traj.lammpstrj`: sorted or not, any columns of coordinates | its coordinates, double precision |
//! | W5energy | `energy.dat`: `# TimeStep v_pe v_te v_e` and rows, whose steps may begin again | all four columns, row by row |

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

use msed::io::{self, EnergyReader};
use msed::lag_sums::{LagPlan, LagPlanner, Scratch};
use msed::structure::WaveVectors;
use msed::trajectory::{Cell, Species, Trajectory, Wrapped};
use msed::{Lags, Real, Resampling, Units, structure};

type Failure = Box<dyn std::error::Error + Send + Sync>;

struct Options {
    workload: String,
    size: String,
    data: PathBuf,
    threads: usize,
    reps: usize,
    out: Option<PathBuf>,
}

impl Options {
    fn parse() -> Result<Self, Failure> {
        let mut words = std::env::args().skip(1);
        let mut options = Self {
            workload: words
                .next()
                .ok_or("usage: bench WORKLOAD --data DIR [--size SIZE] ...")?,
            size: "1e6".into(),
            data: PathBuf::from("."),
            threads: 1,
            reps: 3,
            out: None,
        };
        while let Some(word) = words.next() {
            let value = words.next().ok_or_else(|| format!("{word} without a value"))?;
            match word.as_str() {
                "--size" => options.size = value,
                "--data" => options.data = value.into(),
                "--threads" => options.threads = value.parse()?,
                "--reps" => options.reps = value.parse()?,
                "--out" => options.out = Some(value.into()),
                _ => return Err(format!("{word}: no such option").into()),
            }
        }
        Ok(options)
    }
}

fn main() -> ExitCode {
    match Options::parse().and_then(|options| run(&options)) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(2),
        Err(failure) => {
            eprintln!("bench: {failure}");
            ExitCode::FAILURE
        }
    }
}

/// Whether there is such a workload.
fn run(options: &Options) -> Result<bool, Failure> {
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(options.threads)
        .build()?;
    pool.install(|| {
        match options.workload.as_str() {
            "W1" => all_lags(options),
            "W1b" => some_lags(options),
            "W2" => displacements::<f64>(options, "traj.f64", Resampling::None),
            "W2blocks" => displacements::<f64>(options, "traj.f64", Resampling::default()),
            "W2f32" => displacements::<f32>(options, "traj.f32", Resampling::None),
            "W4" => structure_factor(options, Resampling::None),
            "W4blocks" => structure_factor(options, Resampling::default()),
            "W3" => scattering::<f64>(options, "traj.f64", "w3_30.txt", None),
            "W3shell" => scattering::<f64>(options, "traj.f64", "w3_shell.txt", None),
            "W3sixty" => scattering::<f64>(options, "traj.f64", "w3_shell.txt", Some(60)),
            "W3f32" => scattering::<f32>(options, "traj.f32", "w3_30.txt", None),
            "W3shellf32" => scattering::<f32>(options, "traj.f32", "w3_shell.txt", None),
            "W5xtc" => read_frames::<f32>(options, "traj.xtc"),
            "W5dump" => read_frames::<f64>(options, "traj.lammpstrj"),
            "W5energy" => read_energies(options),
            _ => return Ok(false),
        }
        .map(|()| true)
    })
}

fn all_lags(options: &Options) -> Result<(), Failure> {
    let samples = read_f64(&options.data.join(format!("walk_{}.f64", options.size)))?;
    let plan = LagPlanner::new().plan_every(samples.len(), 0..samples.len())?;
    let values = lag_sums(options, &plan, &samples);
    write_f64(options.out.as_deref(), &values)
}

fn some_lags(options: &Options) -> Result<(), Failure> {
    let samples = read_f64(&options.data.join(format!("walk_{}.f64", options.size)))?;
    let lags = fs::read_to_string(options.data.join(format!("lags_{}.txt", options.size)))?;
    let lags = lags
        .split_ascii_whitespace()
        .map(str::parse)
        .collect::<Result<Vec<u64>, _>>()?;
    let plan = LagPlanner::new().plan(samples.len(), &lags)?;
    let values = lag_sums(options, &plan, &samples);
    write_pairs(
        options.out.as_deref(),
        lags.iter().map(|&lag| lag as f64),
        &values,
    )
}

fn read_energies(options: &Options) -> Result<(), Failure> {
    let path = options.data.join("energy.dat");
    // As numbers: the rows of the file are repeated to make it long enough.
    let reader = EnergyReader::new().without_steps().keep("TimeStep").keep("v_e");
    let mut table = reader.read(&path)?;
    let mut failure = None;
    report(
        options,
        "EnergyReader::read, every number checked, into columns",
        || match reader.read(&path) {
            Ok(again) => table = again,
            Err(error) => failure = Some(error),
        },
    );
    if let Some(error) = failure {
        return Err(error.into());
    }
    let missing = || format!("{}: no temperature", path.display());
    let columns = [
        table.column("TimeStep").unwrap_or_default(),
        &table.potential,
        table.temperature.as_deref().ok_or_else(missing)?,
        table.column("v_e").unwrap_or_default(),
    ];
    let rows: Vec<f64> = (0..table.len())
        .flat_map(|row| columns.map(|column| column[row]))
        .collect();
    write_f64(options.out.as_deref(), &rows)
}

/// A file of frames as one array.
fn read_frames<T: Stored>(options: &Options, file: &str) -> Result<(), Failure> {
    let path = options.data.join(file);
    let read = || -> Result<_, Failure> {
        let source = io::frames(&path, Units::LJ)?;
        let species = Species::single("A", source.particles())?;
        Ok(Trajectory::<T>::from_source(source, 1.0, species)?)
    };
    let mut run = read()?;
    let mut failure = None;
    report(
        options,
        "Trajectory::from_source, every frame checked, into one array",
        || match read() {
            Ok(again) => run = again,
            Err(error) => failure = Some(error),
        },
    );
    if let Some(error) = failure {
        return Err(error);
    }
    let coordinates: Vec<f64> = run.positions().iter().copied().map(Real::to_f64).collect();
    write_f64(options.out.as_deref(), &coordinates)
}

fn lag_sums(options: &Options, plan: &LagPlan, samples: &[f64]) -> Vec<f64> {
    let mut values = vec![0.0; plan.len()];
    let mut scratch = Scratch::default();
    let methods: Vec<String> = plan
        .methods()
        .iter()
        .map(|(_, method)| format!("{method:?}"))
        .collect();
    let what = format!("f64, {}", methods.join(" then "));
    report(options, &what, || {
        plan.msed_into(samples, &mut values, &mut scratch);
    });
    values
}

/// Mean squared displacement of 1000 particles at all lags.
fn displacements<T: Stored>(options: &Options, file: &str, resampling: Resampling) -> Result<(), Failure> {
    let particles = 1000;
    let positions: Vec<T> = read_numbers(&options.data.join(file))?;
    let frames = positions.len() / (3 * particles);
    let steps: Vec<u64> = (0..frames as u64).collect();
    let run = Trajectory::new(positions, steps, 1.0, Species::single("A", particles)?)?;
    let mut found = None;
    report(options, "spectra of blocks summed over columns, f64 sums", || {
        found = Some(structure::msd(&run, &Lags::all(), resampling));
    });
    match found {
        Some(msd) => write_f64(options.out.as_deref(), msd?.all().total.values()),
        None => Ok(()),
    }
}

/// Structure factor of all vectors up to `qmax`, in bins.
fn structure_factor(options: &Options, resampling: Resampling) -> Result<(), Failure> {
    let (particles, width) = (1000, 0.2);
    let manifest: serde_json::Value =
        serde_json::from_str(&fs::read_to_string(options.data.join("manifest.json"))?)?;
    let number = |key: &str| {
        manifest[key]
            .as_f64()
            .ok_or(format!("manifest.json: no number `{key}`"))
    };
    let (cell, longest) = (Cell::cubic(number("box")?)?, number("qmax")?);
    let positions: Vec<f64> = read_numbers(&options.data.join("sq.f64"))?;
    let steps: Vec<u64> = (0..(positions.len() / (3 * particles)) as u64).collect();
    let species = Species::single("A", particles)?;
    let run = Trajectory::<f64, Wrapped>::wrapped(positions, steps, 1.0, species, [cell])?;
    let vectors = WaveVectors::sphere(&cell, longest)?;
    let mut found = None;
    report(options, "sums shared by the signs of (h, k, l), f64", || {
        found = Some(structure::static_structure(&run, &vectors, resampling));
    });
    let Some(found) = found else { return Ok(()) };
    let bins = found?.total().binned(width)?;
    let centres = bins.q().iter().map(|q| ((q / width).floor() + 0.5) * width);
    write_pairs(options.out.as_deref(), centres, bins.values())
}

/// F_s of 1000 particles in a cube of 9.41036 at listed vectors and lags.
fn scattering<T: Stored>(
    options: &Options,
    file: &str,
    vectors: &str,
    subset: Option<usize>,
) -> Result<(), Failure> {
    let particles = 1000;
    let positions: Vec<T> = read_numbers(&options.data.join(file))?;
    let frames = positions.len() / (3 * particles);
    let steps: Vec<u64> = (0..frames as u64).collect();
    let cell = Cell::cubic(9.41036)?;
    let run = Trajectory::new(positions, steps, 1.0, Species::single("A", particles)?)?.with_cell(cell)?;
    let integers: Vec<i32> = read_words(&options.data.join(vectors))?;
    let mut vectors = WaveVectors::from_integers(&cell, integers.as_chunks().0)?;
    if let Some(count) = subset {
        vectors = vectors.subset(count, 1)?;
    }
    let lags: Vec<u64> = read_words(&options.data.join("w3_lags.txt"))?;
    let request = Lags::samples(lags.clone());
    let what = format!("{} vectors, f64 sums, blocks of one", vectors.count());
    let mut found = None;
    report(options, &what, || {
        found = Some(structure::self_isf(
            &run,
            "A",
            &vectors,
            &request,
            Resampling::None,
        ));
    });
    match found {
        Some(isf) => write_pairs(
            options.out.as_deref(),
            lags.iter().map(|&lag| lag as f64),
            isf?.values(),
        ),
        None => Ok(()),
    }
}

fn read_words<N: std::str::FromStr>(path: &Path) -> Result<Vec<N>, Failure>
where
    N::Err: std::error::Error + Send + Sync + 'static,
{
    let text = fs::read_to_string(path).map_err(|e| format!("{}: {e}", path.display()))?;
    let words = text.split_ascii_whitespace().map(str::parse);
    Ok(words.collect::<Result<_, _>>()?)
}

/// A storage type that files hold.
trait Stored: Real {
    const BYTES: usize;
    fn from_bytes(bytes: &[u8]) -> Self;
}

impl Stored for f64 {
    const BYTES: usize = 8;
    fn from_bytes(bytes: &[u8]) -> Self {
        Self::from_le_bytes(std::array::from_fn(|i| bytes[i]))
    }
}

impl Stored for f32 {
    const BYTES: usize = 4;
    fn from_bytes(bytes: &[u8]) -> Self {
        Self::from_le_bytes(std::array::from_fn(|i| bytes[i]))
    }
}

/// Times a call as the protocol asks, and prints the line.
fn report(options: &Options, what: &str, mut call: impl FnMut()) {
    call();
    let start = Instant::now();
    call();
    let repeats = (0.1 / start.elapsed().as_secs_f64()).ceil().clamp(1.0, 1e6) as u32;
    let mut times: Vec<f64> = (0..options.reps.max(1))
        .map(|_| {
            let start = Instant::now();
            for _ in 0..repeats {
                call();
            }
            start.elapsed().as_secs_f64() / f64::from(repeats)
        })
        .collect();
    let all: Vec<String> = times.iter().map(|t| format!("{t:.6e}")).collect();
    times.sort_by(f64::total_cmp);
    let median = 0.5 * (times[times.len() / 2] + times[(times.len() - 1) / 2]);
    println!(
        r#"{{"version": "msed {}", "threads": {}, "median_s": {median:.6e}, "min_s": {:.6e}, "all_s": [{}], "peak_mb": {:.1}, "what": "{what}"}}"#,
        env!("CARGO_PKG_VERSION"),
        options.threads,
        times[0],
        all.join(", "),
        peak_mb(),
    );
}

/// The largest resident size of the process so far.
fn peak_mb() -> f64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kib = line.and_then(|line| line.trim().trim_end_matches("kB").trim().parse::<f64>().ok());
    kib.map_or(0.0, |kib| kib * 1024.0 / 1e6)
}

fn read_f64(path: &Path) -> Result<Vec<f64>, Failure> {
    read_numbers(path)
}

fn read_numbers<T: Stored>(path: &Path) -> Result<Vec<T>, Failure> {
    use std::io::Read;
    let file = fs::File::open(path).map_err(|e| format!("{}: {e}", path.display()))?;
    let mut values = Vec::with_capacity(file.metadata()?.len() as usize / T::BYTES);
    let mut reader = std::io::BufReader::with_capacity(1 << 20, file);
    let mut word = [0; 8];
    while values.len() < values.capacity() {
        reader.read_exact(&mut word[..T::BYTES])?;
        values.push(T::from_bytes(&word[..T::BYTES]));
    }
    Ok(values)
}

fn write_f64(path: Option<&Path>, values: &[f64]) -> Result<(), Failure> {
    use std::io::Write;
    let Some(path) = path else { return Ok(()) };
    let mut file = std::io::BufWriter::new(fs::File::create(path)?);
    for value in values {
        file.write_all(&value.to_le_bytes())?;
    }
    Ok(file.flush()?)
}

fn write_pairs(path: Option<&Path>, x: impl Iterator<Item = f64>, y: &[f64]) -> Result<(), Failure> {
    let Some(path) = path else { return Ok(()) };
    let lines: Vec<String> = x.zip(y).map(|(x, y)| format!("{x} {y:e}\n")).collect();
    Ok(fs::write(path, lines.concat())?)
}
