//! Ranks of MPI: this program starts itself under `mpirun` and looks at what comes out.
//!
//! `cargo test --release --features mpi --test ranks`. The launcher is `mpirun.openmpi`, or what
//! `MPIRUN` names: that of Open MPI, where it has another name.
#![allow(
    clippy::print_stdout,
    clippy::cast_precision_loss,
    reason = "a program that talks to its parent"
)]

use std::io::{Read, Seek};
use std::path::Path;
use std::process::{Command, Output};
use std::thread;
use std::time::{Duration, Instant};

use msed::energy::EnergySums;
use msed::mpi::{self, Ranks};
use msed::online::{CoherentAccumulator, DisplacementAccumulator, EnergyAccumulator};
use msed::stats::{BlockSums, Resamples, RunId};
use msed::structure::WaveVectors;
use msed::trajectory::{Species, Trajectory};
use msed::{
    Curve, EnergyKind, EnergySeries, EnergySystem, Error, Lag, Lags, Replicas, Resampling, Sampling, energy,
    io, structure,
};

type Scenario = fn(&Ranks) -> Result<(), Error>;

/// What a rank does, by name.
const SCENARIOS: [(&str, Scenario); 9] = [
    ("replicas", print_replicas),
    ("accumulators", print_accumulators),
    ("particles", print_particles),
    ("pieces", print_pieces),
    ("order", print_order),
    ("groups", print_groups),
    ("large", send_much),
    ("failure", fail),
    ("panic", panic),
];

const TESTS: [(&str, fn()); 9] = [
    (
        "replicas on any number of ranks have the curve of one process",
        replicas,
    ),
    (
        "accumulators on any number of ranks have the curve of one process",
        accumulators,
    ),
    (
        "parts of the particles on several ranks have the curves of all of them",
        particles,
    ),
    (
        "pieces of the time on several ranks have the curves of the whole run",
        pieces,
    ),
    ("values are merged in the order of the ranks", order),
    ("groups merge and broadcast apart from each other", groups),
    ("a message may be longer than a piece", large),
    ("a rank that fails ends the job with its message", failure),
    ("a rank that panics ends the job", panics),
];

fn main() {
    let scenario = std::env::var("MSED_RANKS_SCENARIO");
    if let Some((_, body)) = SCENARIOS.iter().find(|(name, _)| scenario.as_deref() == Ok(name)) {
        mpi::run(body).expect("MPI starts");
        return;
    }
    println!("\nrunning {} tests", TESTS.len());
    for (name, test) in TESTS {
        // A test that fails panics, and ends this program.
        test();
        println!("test {name} ... ok");
    }
    println!("\ntest result: ok. {} passed; 0 failed", TESTS.len());
}

/// The longest that a job may take.
const LIMIT: Duration = Duration::from_secs(60);

/// This program on so many ranks.
fn job(scenario: &str, ranks: usize) -> Output {
    let launcher = std::env::var("MPIRUN").unwrap_or_else(|_| "mpirun.openmpi".into());
    let mut command = Command::new(&launcher);
    command.args(["--oversubscribe", "--allow-run-as-root", "-n", &ranks.to_string()]);
    command.arg(std::env::current_exe().expect("this program"));
    command.env("MSED_RANKS_SCENARIO", scenario);
    // Ranks outnumber the cores: threads of their own would only wait for each other.
    command.env("RAYON_NUM_THREADS", "1");
    // Into files, which hold what came out when a job that hangs is ended.
    let [mut out, mut err] = [(); 2].map(|()| tempfile::tempfile().expect("a file"));
    command.stdout(out.try_clone().expect("a handle"));
    command.stderr(err.try_clone().expect("a handle"));
    let mut child = command
        .spawn()
        .unwrap_or_else(|error| panic!("{launcher}: {error}"));
    let start = Instant::now();
    let status = loop {
        if let Some(status) = child.try_wait().expect("a child") {
            break Some(status);
        }
        if start.elapsed() > LIMIT {
            child.kill().expect("a child");
            break None;
        }
        thread::sleep(Duration::from_millis(5));
    };
    let [stdout, stderr] = [&mut out, &mut err].map(|file| {
        let mut text = Vec::new();
        file.rewind().expect("a file");
        file.read_to_end(&mut text).expect("a file");
        text
    });
    let status = status.unwrap_or_else(|| {
        let message = String::from_utf8_lossy(&stderr);
        panic!("{scenario} on {ranks} ranks has not ended after {LIMIT:?}: {message}")
    });
    Output {
        status,
        stdout,
        stderr,
    }
}

fn stdout(scenario: &str, ranks: usize) -> String {
    let output = job(scenario, ranks);
    assert!(
        output.status.success(),
        "{scenario} on {ranks} ranks: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).expect("text")
}

const REPLICAS: usize = 6;

fn lags() -> Lags {
    Lags::logarithmic(20).up_to_samples(500)
}

/// A sixth of a shipped run, as if it were a run of its own: the rows of the others are read over,
/// and not kept.
fn replica(index: usize) -> Result<EnergySeries<'static>, Error> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("data/kob-andersen/T0.800/energy.dat.gz");
    let series = io::energies(path)?.into_series(0.005, 1000, EnergyKind::Total)?;
    let length = series.len() / REPLICAS;
    let samples = series.samples()[index * length..(index + 1) * length].to_vec();
    Ok(EnergySeries::new(
        samples,
        series.sampling(),
        1000,
        EnergyKind::Total,
    )?)
}

/// Sums of squared differences, by the definition; each replica a block.
fn sums(replica: &EnergySeries<'_>, lags: &[u64]) -> BlockSums {
    let mut sums = BlockSums::new(1, lags.len());
    for (point, &lag) in lags.iter().enumerate() {
        let (x, lag) = (replica.samples(), lag as usize);
        let squares: f64 = (lag..x.len())
            .map(|i| ((x[i] - x[i - lag]) / 1000.0).powi(2))
            .sum();
        sums.add(0, point, squares, (x.len() - lag) as f64);
    }
    sums
}

/// Each rank reads its replicas; rank 0 prints the curve and the errors over the replicas.
fn print_replicas(ranks: &Ranks) -> Result<(), Error> {
    let sampling = Sampling::new(10, 0.005)?;
    let steps = lags().resolve(usize::MAX, &sampling)?;
    let whole = steps.iter().map(|&lag| sampling.samples_in(lag));
    let in_samples: Vec<u64> = whole.map(|samples| samples.expect("whole samples")).collect();
    let mut own = BlockSums::new(0, in_samples.len());
    for index in ranks.share(REPLICAS) {
        own = own.merge(&sums(&replica(index)?, &in_samples));
    }
    if let Some(all) = ranks.reduce(own, |a, b| Ok::<_, Error>(a.merge(&b)))? {
        let resamples = Resamples::new(RunId::named("replicas"), Resampling::Replicas, all.blocks());
        let longest = Lag::from_steps(u64::MAX);
        let curve = Curve::from_sums(steps, 0.005, [&all], resamples, longest, |[mean]| mean);
        print!("{curve}");
    }
    Ok(())
}

fn replicas() {
    let all = (0..REPLICAS)
        .map(|index| replica(index).expect("shipped"))
        .collect();
    let all = Replicas::new(all).expect("one state point");
    let serial = energy::msed(&all, &lags(), Resampling::Replicas).expect("a curve");
    let one = stdout("replicas", 1);
    let rows: Vec<Vec<f64>> = one
        .lines()
        .skip(1)
        .map(|row| row.split(',').map(|x| x.parse().expect("a number")).collect())
        .collect();
    assert_eq!(rows.len(), serial.len());
    for (k, row) in rows.iter().enumerate() {
        let error = serial.standard_errors()[k].expect("six replicas");
        assert_eq!(row[0], serial.lag_time(k));
        assert!(
            (row[1] / serial.values()[k] - 1.0).abs() < 1e-10,
            "{row:?} {}",
            serial.values()[k]
        );
        assert!((row[2] / error - 1.0).abs() < 1e-7, "{row:?} {error}");
        assert_eq!(row[3], serial.origins()[k] as f64);
    }
    // Numbers are printed so that they read back to the same bits; eight ranks are more than there
    // are replicas.
    for ranks in [2, 3, 4, 8] {
        assert_eq!(stdout("replicas", ranks), one, "{ranks} ranks");
    }
}

/// Each rank accumulates its replicas; rank 0 prints the curve.
fn print_accumulators(ranks: &Ranks) -> Result<(), Error> {
    let mut own: Option<EnergySums> = None;
    for index in ranks.share(REPLICAS) {
        let run = replica(index)?;
        let system = EnergySystem::new(run.sampling(), 1000, EnergyKind::Total)?;
        let mut live = EnergyAccumulator::block_fft(system, &lags())?;
        live.push_slice(run.samples())?;
        let sums = live.snapshot()?;
        own = Some(match own {
            Some(own) => own.merge(sums)?,
            None => sums,
        });
    }
    // A rank may have no replica.
    let all = ranks.reduce(own, |a, b| match (a, b) {
        (Some(a), Some(b)) => Ok::<_, Error>(Some(a.merge(b)?)),
        (a, b) => Ok(a.or(b)),
    })?;
    if let Some(all) = all.flatten() {
        print!("{}", all.msed());
    }
    Ok(())
}

/// The columns of a printed curve; 0 for a standard error that is not there.
fn rows(text: &str) -> Vec<Vec<f64>> {
    let number = |x: &str| {
        if x.is_empty() {
            0.0
        } else {
            x.parse().expect("a number")
        }
    };
    let row = |line: &str| line.split(',').map(number).collect();
    text.lines().skip(1).map(row).collect()
}

fn accumulators() {
    let all = (0..REPLICAS)
        .map(|index| replica(index).expect("shipped"))
        .collect();
    let all = Replicas::new(all).expect("one state point");
    let serial = energy::msed(&all, &lags(), Resampling::default()).expect("a curve");
    let one = stdout("accumulators", 1);
    let found = rows(&one);
    assert_eq!(found.len(), serial.len());
    for (row, value) in found.iter().zip(serial.values()) {
        assert!((row[1] / value - 1.0).abs() < 1e-10, "{row:?} {value}");
    }
    for ranks in [2, 4, 8] {
        assert_eq!(stdout("accumulators", ranks), one, "{ranks} ranks");
    }
}

const FRAMES: usize = 200;

/// Of the shipped trajectory.
fn frames() -> Result<Trajectory<'static, f64>, Error> {
    let path = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/data/kob-andersen/T0.600/trajectory.xtc"
    );
    let species = Species::by_count([("A", 800), ("B", 200)])?;
    let whole = Trajectory::from_source(io::frames(path, msed::Units::LJ)?, 0.005, species)?;
    Ok(whole.slice(0..FRAMES)?.into_owned())
}

/// Each rank accumulates its part of the particles; rank 0 prints a curve of all and one of a
/// species.
fn print_particles(ranks: &Ranks) -> Result<(), Error> {
    let run = frames()?;
    let own = run.select(&ranks.share(run.particles()).collect::<Vec<_>>())?;
    let sampling = run.sampling().expect("uniform frames");
    let mut live = DisplacementAccumulator::new(sampling, own.species(), &lags().up_to_samples(50))?
        .with_self_isf(&WaveVectors::from_vectors(&[[7.25, 0.0, 0.0]])?)?;
    for frame in 0..own.frames() {
        live.push(own.frame(frame))?;
    }
    let sums = ranks.reduce(live.snapshot()?, |a, b| Ok::<_, Error>(a.merge_particles(&b)?))?;
    if let Some(sums) = sums {
        let (moved, isf) = (sums.displacements(), sums.self_isf(0)?);
        print!("{}{}", *moved.all().msd.total, isf.of("B")?);
    }
    Ok(())
}

fn particles() {
    let run = frames().expect("shipped");
    let lags = lags().up_to_samples(50);
    let vectors = WaveVectors::from_vectors(&[[7.25, 0.0, 0.0]]).expect("a vector");
    let msd = structure::msd(&run, &lags, Resampling::None).expect("a curve");
    let isf = structure::self_isf(&run, "B", &vectors, &lags, Resampling::None).expect("a curve");
    let curves: [&Curve; 2] = [&msd.all().total, &isf];
    let expected: Vec<f64> = curves
        .into_iter()
        .flat_map(|curve| curve.values().to_vec())
        .collect();
    same_on_ranks("particles", &expected);
}

/// Curves that ranks print together have these values, and the same bits every time.
fn same_on_ranks(scenario: &str, expected: &[f64]) {
    let scale = expected.iter().fold(1.0, |scale: f64, x| scale.max(x.abs()));
    for ranks in [1, 3, 4] {
        let printed = stdout(scenario, ranks);
        // Each curve has a header of its own.
        let text: Vec<&str> = printed
            .lines()
            .filter(|line| !line.starts_with("lag_time"))
            .collect();
        let found = rows(&format!("header\n{}", text.join("\n")));
        assert_eq!(found.len(), expected.len());
        for (row, expected) in found.iter().zip(expected) {
            assert!(
                (row[1] - expected).abs() < 1e-11 * scale,
                "{ranks} ranks: {row:?} {expected}"
            );
        }
        assert_eq!(stdout(scenario, ranks), printed, "the same bits");
    }
}

/// The vectors of a shell in the cell of the shipped run.
fn shell(run: &Trajectory<'_, f64>) -> Result<WaveVectors, Error> {
    let cell = run.cell(0).expect("a periodic cell");
    Ok(WaveVectors::shell(cell, 7.1..=7.4)?)
}

/// Each rank accumulates its piece of the time, with what is no sum over particles: chi4 and
/// F(q,t).
fn print_pieces(ranks: &Ranks) -> Result<(), Error> {
    let run = frames()?;
    let own = ranks.share(run.frames());
    let (sampling, lags) = (run.sampling().expect("uniform frames"), lags().up_to_samples(50));
    let mut moved = DisplacementAccumulator::new(sampling, run.species(), &lags)?
        .with_overlap(0.3)?
        .starting_at(own.start as u64)?;
    let mut waves = CoherentAccumulator::new(sampling, run.species(), &shell(&run)?, &lags)?
        .starting_at(own.start as u64)?;
    for frame in own {
        moved.push(run.frame(frame))?;
        waves.push(run.frame(frame))?;
    }
    let moved = ranks.reduce(moved, |a, b| Ok::<_, Error>(a.followed_by(&b)?))?;
    let waves = ranks.reduce(waves, |a, b| Ok::<_, Error>(a.followed_by(&b)?))?;
    if let (Some(moved), Some(waves)) = (moved, waves) {
        let (moved, isf) = (
            moved.snapshot()?.displacements(),
            waves.snapshot()?.coherent_isf(),
        );
        let moved = moved.of("A")?;
        print!("{}{}{}", *moved.msd.total, moved.chi4()?, isf.total());
    }
    Ok(())
}

fn pieces() {
    let run = frames().expect("shipped");
    let (lags, vectors) = (lags().up_to_samples(50), shell(&run).expect("a shell"));
    let moved = structure::displacements(&run, &lags, 0.3, Resampling::None).expect("curves");
    let moved = moved.of("A").expect("the species");
    let waves = structure::coherent_isf(&run, &vectors, &lags, Resampling::None).expect("curves");
    let curves: [&Curve; 3] = [&moved.msd.total, moved.chi4().expect("a radius"), waves.total()];
    let expected: Vec<f64> = curves
        .into_iter()
        .flat_map(|curve| curve.values().to_vec())
        .collect();
    same_on_ranks("pieces", &expected);
}

fn join(mut a: Vec<usize>, b: Vec<usize>) -> Result<Vec<usize>, Error> {
    a.extend(b);
    Ok(a)
}

fn print_order(ranks: &Ranks) -> Result<(), Error> {
    let merged = ranks.reduce(vec![ranks.rank()], join)?;
    assert_eq!(merged.is_some(), ranks.rank() == 0);
    let everywhere = ranks.broadcast(merged)?;
    let own: Vec<usize> = ranks.share(100).collect();
    let shares = ranks.reduce(own, join)?;
    if let Some(shares) = shares {
        assert_eq!(shares, (0..100).collect::<Vec<_>>());
        println!("{everywhere:?}");
    }
    // Whoever has another value than rank 0 says so.
    assert_eq!(everywhere, (0..ranks.count()).collect::<Vec<_>>());
    Ok(())
}

fn order() {
    for ranks in [1, 2, 5, 8] {
        let expected: Vec<usize> = (0..ranks).collect();
        assert_eq!(stdout("order", ranks), format!("{expected:?}\n"));
    }
}

fn print_groups(ranks: &Ranks) -> Result<(), Error> {
    let group = ranks.group(ranks.rank() % 2)?;
    let merged = group.reduce(vec![ranks.rank()], join)?;
    let members = group.broadcast(merged)?;
    let all = ranks.reduce(vec![members], |mut a, b| {
        a.extend(b);
        Ok::<_, Error>(a)
    })?;
    if let Some(all) = all {
        println!("{all:?}");
    }
    Ok(())
}

fn groups() {
    assert_eq!(
        stdout("groups", 5),
        "[[0, 2, 4], [1, 3], [0, 2, 4], [1, 3], [0, 2, 4]]\n"
    );
}

/// 120 MB from rank 1, twice what one message holds.
fn send_much(ranks: &Ranks) -> Result<(), Error> {
    let count = 15_000_000;
    let own: Vec<f64> = (0..count).map(|i| f64::from(i) + ranks.rank() as f64).collect();
    let sum = ranks.reduce(own, |mut a, b| {
        a.iter_mut().zip(&b).for_each(|(a, b)| *a += b);
        Ok::<_, Error>(a)
    })?;
    if let Some(sum) = sum {
        assert!((0..count).all(|i| sum[i as usize] == 2.0 * f64::from(i) + 1.0));
        println!("{}", sum.len());
    }
    Ok(())
}

fn large() {
    assert_eq!(stdout("large", 2), "15000000\n");
}

/// Rank 2 finds no file, while the others wait for what it should send.
fn fail(ranks: &Ranks) -> Result<(), Error> {
    if ranks.rank() == 2 {
        io::energies("no/such/energy.dat")?;
    }
    ranks.reduce(vec![ranks.rank()], join)?;
    Ok(())
}

fn panic(ranks: &Ranks) -> Result<(), Error> {
    assert_ne!(ranks.rank(), 3, "a bug on rank 3");
    ranks.reduce(vec![ranks.rank()], join)?;
    Ok(())
}

/// A job that must end badly.
fn ends_badly(scenario: &str) -> String {
    let output = job(scenario, 4);
    assert!(!output.status.success());
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn failure() {
    let message = ends_badly("failure");
    assert!(message.contains("rank 2: "), "{message}");
    assert!(message.contains("no/such/energy.dat"), "{message}");
}

fn panics() {
    let message = ends_badly("panic");
    assert!(
        message.contains("a bug on rank 3") && message.contains("rank 3: panicked"),
        "{message}"
    );
}
