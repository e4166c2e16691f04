//! Trajectories of molecules, and the drift of the centre of mass.

use std::fmt::Write;

use serde_json::Value;

use crate::program::numbers;
use crate::shipped::dump_frames;
use crate::small_scan::Scan;

const EDGE: f64 = 9.0;
const MOLECULES: usize = 27;
const SPECIES: &str = "species = [ { name = \"A\", count = 800 }, { name = \"B\", count = 200 } ]";

/// Numbers that look random.
struct Random(u64);

impl Random {
    fn next(&mut self) -> f64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 11) as f64 / (1_u64 << 53) as f64
    }

    fn unit(&mut self) -> [f64; 3] {
        let x = [0; 3].map(|_| self.next() - 0.5);
        let length = x.iter().map(|x| x * x).sum::<f64>().sqrt();
        x.map(|x| x / length)
    }
}

/// Frames of molecules of water as LAMMPS dumps them, and of their centres of mass alone.
fn water() -> [String; 2] {
    let masses = [16.0, 1.0, 1.0];
    let mut random = Random(1);
    let mut centres: Vec<[f64; 3]> = (0..MOLECULES)
        .map(|_| [0; 3].map(|_| EDGE * random.next()))
        .collect();
    let [mut atoms, mut points] = [String::new(), String::new()];
    for frame in 0..40 {
        let head = |count: usize| {
            format!(
                "ITEM: TIMESTEP\n{}\nITEM: NUMBER OF ATOMS\n{count}\nITEM: BOX BOUNDS pp pp pp\n0 {EDGE}\n0 {EDGE}\n0 {EDGE}\n\
                 ITEM: ATOMS id type xu yu zu\n",
                100 * frame
            )
        };
        atoms += &head(3 * MOLECULES);
        points += &head(MOLECULES);
        for (molecule, centre) in centres.iter_mut().enumerate() {
            *centre = centre.map(|x| x + 0.4 * (random.next() - 0.5));
            let bonds = [random.unit(), random.unit()];
            let oxygen: [f64; 3] = std::array::from_fn(|i| centre[i] - (bonds[0][i] + bonds[1][i]) / 18.0);
            let [x, y, z] = *centre;
            writeln!(points, "{} 1 {x} {y} {z}", molecule + 1).expect("a string grows");
            let hydrogen = bonds.map(|bond| std::array::from_fn(|i| oxygen[i] + bond[i]));
            for (k, atom) in [oxygen, hydrogen[0], hydrogen[1]].into_iter().enumerate() {
                // An atom starts in any image, and keeps it.
                let [x, y, z] = std::array::from_fn(|i| atom[i] + EDGE * ((molecule + k + i) % 3) as f64);
                writeln!(atoms, "{} {} {x} {y} {z}", 3 * molecule + k + 1, 1 + k.min(1))
                    .expect("a string grows");
            }
            assert_eq!(masses.iter().sum::<f64>(), 18.0);
        }
    }
    [atoms, points]
}

fn scan(species: &str, frames: &str) -> Scan {
    let scan = Scan::small()
        .edit("scan.toml", SPECIES, species)
        .edit("scan.toml", "box = 9.41036028881\n", "q_shell = [2.0, 3.0]\n")
        .edit(
            "scan.toml",
            "energy = \"T0.800.dat\"",
            "energy = \"T0.800.dat\"\ntrajectory = \"a.lammpstrj\"",
        );
    scan.write("a.lammpstrj", frames);
    scan
}

#[test]
fn centres_of_molecules_give_what_the_same_points_give() {
    let [atoms, points] = water();
    let molecules = "species = [ { name = \"water\", count = 27, masses = [16.0, 1.0, 1.0] } ]";
    let energies = |scan: Scan, particles: usize| {
        // The energies are another system's, and are not looked at.
        let scan = scan.edit(
            "scan.toml",
            "particles = 1000",
            &format!("particles = {particles}"),
        );
        for run in ["T0.800", "T0.700"] {
            let name = format!("{run}.dat");
            let text = scan.read(&name);
            let without: Vec<String> = text
                .lines()
                .map(|line| match line.split_once(' ') {
                    Some((step, rest)) if !line.starts_with('#') => {
                        format!("{step} {}", rest.split(' ').next().unwrap_or_default())
                    }
                    _ => line.replace(" v_te", ""),
                })
                .collect();
            scan.write(&name, without.join("\n") + "\n");
        }
        scan.edit(
            "scan.toml",
            "energy = \"T0.800.dat\"",
            "temperature = 0.8\nenergy = \"T0.800.dat\"",
        )
        .edit(
            "scan.toml",
            "energy = \"T0.700.dat\"",
            "temperature = 0.7\nenergy = \"T0.700.dat\"",
        )
        .edit("scan.toml", "ensemble = \"nve\"", "ensemble = \"nvt\"")
    };
    let found = energies(scan(molecules, &atoms), 81).run().results();
    let per_molecule = energies(scan(molecules, &atoms), 27).run().results();
    let wanted = energies(
        scan("species = [ { name = \"water\", count = 27 } ]", &points),
        27,
    )
    .run()
    .results();
    let structure = |results: &Value| results["runs"][0]["structure"].clone();
    assert_eq!(structure(&found)["water"], structure(&per_molecule)["water"]);
    let (found, wanted) = (structure(&found), structure(&wanted));
    for name in ["msd", "self_isf", "overlap"] {
        for (found, wanted) in numbers(&found["water"][name])
            .iter()
            .zip(numbers(&wanted["water"][name]))
        {
            assert!(
                (found - wanted).abs() < 1e-5 * wanted.abs().max(1.0),
                "{name}: {found} {wanted}"
            );
        }
    }
    let factor = |of: &Value| numbers(&of["s_of_q"]["total"]["value"]);
    for (found, wanted) in factor(&found).iter().zip(factor(&wanted)) {
        assert!((found - wanted).abs() < 1e-4, "{found} {wanted}");
    }
}

#[test]
fn molecules_that_do_not_fit_are_refused() {
    let message = |species: &str| scan(species, "").message();
    assert_eq!(
        message("species = [ { name = \"water\", count = 27, masses = [16.0, 1.0, 1.0] } ]"),
        "DIR/scan.toml:9: `species`: found 81 particles in 27 molecules in all, expected `particles` = 1000"
    );
    assert_eq!(
        message("species = [ { name = \"A\", count = 500, masses = [1.0, -1.0] } ]"),
        "DIR/scan.toml:9: `species`: found [1.0, -1.0], expected the mass of each particle of the molecule, of which one is \
         positive and none negative"
    );
    assert_eq!(
        message("species = [ { name = \"A\", count = 500, mass = 1.0, masses = [1.0, 1.0] } ]"),
        "DIR/scan.toml:9: species `A`: found both `mass` and `masses`, expected the `mass` of a particle, or the `masses` of a \
         molecule"
    );
    // 500 dimers, in a file of 999 particles.
    let frames = dump_frames(1)[0].replace("\n1000\nITEM: BOX", "\n999\nITEM: BOX");
    let cut = frames.lines().take(9 + 999).collect::<Vec<_>>().join("\n") + "\n";
    let scan = scan(
        "species = [ { name = \"A\", count = 500, masses = [1.0, 1.0] } ]",
        &cut,
    );
    let message = scan.message();
    assert!(
        message.contains("particle 999 in a molecule, expected less than 999"),
        "{message}"
    );
}

/// The small scan with frames of the shipped trajectory that move along x, by `drift` in each.
fn drifting(drift: f64) -> Scan {
    let frames: Vec<String> = dump_frames(60)
        .iter()
        .enumerate()
        .map(|(k, frame)| {
            let moved = frame.lines().map(|line| {
                let columns: Vec<&str> = line.split(' ').collect();
                match columns[..] {
                    [id, kind, x, y, z] => {
                        let x: f64 = x.parse().expect("a number");
                        format!("{id} {kind} {} {y} {z}\n", x + drift * k as f64)
                    }
                    _ => format!("{line}\n"),
                }
            });
            moved.collect::<String>()
        })
        .collect();
    let scan = Scan::small().edit(
        "scan.toml",
        "energy = \"T0.800.dat\"",
        "energy = \"T0.800.dat\"\ntrajectory = \"a.lammpstrj\"",
    );
    scan.write("a.lammpstrj", frames.concat());
    scan
}

#[test]
fn a_drift_is_told_and_taken_off_on_request() {
    let still = drifting(0.0).run().results();
    let centre = |results: &Value| results["runs"][0]["structure"]["centre_of_mass"].clone();
    let of = |results: &Value, key: &str| centre(results)[key].as_f64().expect("a number");
    assert!(of(&still, "displacement") < 0.01 * of(&still, "expected"));
    assert!(centre(&still)["caution"].is_null() && centre(&still)["removed"] == false);

    let scan = drifting(0.05);
    let outcome = scan.run();
    let moving = outcome.results();
    assert!((of(&moving, "displacement") - 0.05 * 59.0).abs() < 1e-3);
    let caution = centre(&moving)["caution"].as_str().expect("a caution").to_owned();
    assert!(
        outcome.stdout.contains(&format!("T0.800: caution: {caution}")),
        "{}",
        outcome.stdout
    );

    let removed = scan
        .edit("scan.toml", "timestep", "centre_of_mass = \"remove\"\ntimestep")
        .run()
        .results();
    assert!((of(&removed, "displacement") - 0.05 * 59.0).abs() < 1e-3);
    assert!(centre(&removed)["caution"].is_null() && centre(&removed)["removed"] == true);
    let msd = |results: &Value| numbers(&results["runs"][0]["structure"]["A"]["msd"]);
    for ((removed, still), moving) in msd(&removed).iter().zip(msd(&still)).zip(msd(&moving)) {
        assert!(
            (removed - still).abs() < 1e-4 * still.max(0.01),
            "{removed} {still}"
        );
        assert!(still == 0.0 || moving > 1.001 * still);
    }
    // In one run alone.
    let scan = drifting(0.05).edit(
        "scan.toml",
        "trajectory =",
        "centre_of_mass = \"remove\"\ntrajectory =",
    );
    assert_eq!(msd(&scan.run().results()), msd(&removed));
    // In all runs but one.
    let scan = drifting(0.05)
        .edit("scan.toml", "timestep", "centre_of_mass = \"remove\"\ntimestep")
        .edit(
            "scan.toml",
            "trajectory =",
            "centre_of_mass = \"keep\"\ntrajectory =",
        );
    let kept = drifting(0.05).run().results();
    assert_ne!(msd(&kept), msd(&removed));
    assert_eq!(msd(&scan.run().results()), msd(&kept));
}

#[test]
fn a_drift_is_taken_off_by_masses() {
    let scan = drifting(0.05)
        .edit("scan.toml", "timestep", "centre_of_mass = \"remove\"\ntimestep")
        .edit(
            "scan.toml",
            "{ name = \"A\", count = 800 }",
            "{ name = \"A\", count = 800, mass = 2.0 }",
        );
    assert_eq!(
        scan.message(),
        "DIR/scan.toml:7: `centre_of_mass`: found species without a mass, expected a `mass`, or the `masses` of a molecule, for \
         each of `species`"
    );
    let unknown = drifting(0.0).edit("scan.toml", "timestep", "centre_of_mass = \"leave\"\ntimestep");
    assert_eq!(
        unknown.message(),
        "DIR/scan.toml:7: `centre_of_mass`: found `leave`, expected `keep` or `remove`"
    );
}
