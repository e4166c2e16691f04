//! Runs at constant pressure in the results and the tables, on a model of known fluctuations.

use std::fmt::Write;
use std::process::Command;

use serde_json::Value;

use crate::program::EXECUTABLE;
use crate::small_scan::Scan;

const PARTICLES: f64 = 100.0;
const ROWS: u32 = 6000;
const SYSTEM: &str = "[system]\nname = \"model\"\nunits = \"lj\"\nparticles = 100\nenergy_kind = \"total\"\n\
                      ensemble = \"npt\"\ntimestep = 0.01\ndegrees_of_freedom = 3.0\n";
const TEMPERATURES: [f64; 4] = [0.7, 0.8, 0.9, 1.0];

/// What the model has at a temperature: its volume explains U by a slope of 6/5 and the pressure 2.
#[derive(Clone, Copy)]
struct Model {
    t: f64,
    /// Cov(V, p) over -k T.
    barostat: f64,
    /// Added to the enthalpy per particle, over T².
    wrong: f64,
}

impl Model {
    /// `TimeStep v_pe v_te v_press v_vol`, each a uniform number of known variance.
    fn file(self) -> String {
        let Self { t, barostat, wrong } = self;
        // Scrambled counters: the same on each machine.
        let noise = |i: u32, seed: u32| {
            let x = (i * 8 + seed + (t * 64.0) as u32).wrapping_mul(2_654_435_761);
            let x = (x ^ (x >> 15)).wrapping_mul(2_246_822_519);
            f64::from((x ^ (x >> 13)) >> 8) / f64::from(1 << 23) - 1.0
        };
        // h = (c + a ln T/T + wrong T) T, of which c_p = c + a/T.
        let [c, a] = self.parts();
        let mean = PARTICLES * (c * t + a * t.ln() + wrong * t * t) - 2.0 * 130.0;
        let mut text = "# a model\n# TimeStep v_pe v_te v_press v_vol\n".to_owned();
        for i in 0..ROWS {
            let volume = 5.0 * t.sqrt() * noise(i, 0);
            let energy = mean + 1.2 * volume + 15.0 * t * noise(i, 1);
            let temperature = t * (1.0 + 0.02_f64.sqrt() * noise(i, 2));
            let pressure = 2.0 - barostat * volume / (25.0 / 3.0) + 0.1 * noise(i, 3);
            let _ = writeln!(
                text,
                "{} {energy:.9} {temperature:.9} {pressure:.9} {:.9}",
                10 * i,
                130.0 + volume
            );
        }
        text
    }

    /// The part of c_V that is not kinetic, and c_p - c_V times T.
    fn parts(self) -> [f64; 2] {
        [225.0 / 3.0 / PARTICLES, (5.0_f64 * 3.2).powi(2) / 3.0 / PARTICLES]
    }
}

fn good(t: f64) -> Model {
    Model {
        t,
        barostat: 1.0,
        wrong: 0.0,
    }
}

fn scan_of(models: impl IntoIterator<Item = Model>, keys: &str) -> Scan {
    let scan = Scan::small();
    let mut text = format!("{SYSTEM}{keys}");
    for model in models {
        let _ = write!(
            text,
            "\n[[run]]\nname = \"T{0}\"\nenergy = \"T{0}.dat\"\n",
            model.t
        );
        scan.write(&format!("T{}.dat", model.t), model.file());
    }
    scan.write("scan.toml", text);
    scan
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or_else(|| panic!("{value} is no number"))
}

#[test]
fn heat_capacities_and_their_check_are_those_of_the_model() {
    let scan = scan_of(TEMPERATURES.map(good), "pressure = 2.0\n");
    let outcome = scan.run();
    let results = outcome.results();
    assert_eq!(results["system"]["ensemble"], "npt");
    assert_eq!(results["system"]["path"], "isobaric");
    for (run, t) in results["runs"].as_array().expect("runs").iter().zip(TEMPERATURES) {
        let found = &run["constant_pressure"];
        let [c, a] = good(t).parts();
        let (c_v, c_p) = (1.5 + c, 1.5 + c + a / t);
        // -dV/dp, and T (dp/dT)_V = (dU/dV)_T + p.
        let compressibility = 25.0 / 3.0 / 130.0;
        let coefficient = 3.2 / t;
        for (name, exact) in [
            ("c_V", c_v),
            ("c_p", c_p),
            ("kappa_T", compressibility),
            ("dp_dT", coefficient),
            ("alpha", coefficient * compressibility),
            ("mean_volume", 130.0),
            ("pressure", 2.0),
            ("barostat", 1.0),
            ("mean_enthalpy", (1.5 + c) * t + a * t.ln()),
        ] {
            let value = number(&found[name]["value"]);
            assert!(
                (value - exact).abs() < 0.05 * exact.abs(),
                "{name} {value} {exact}"
            );
        }
        assert!(number(&found["c_V"]["standard_error"]) > 0.0);
        assert_eq!(found["pressure"]["standard_error"], 0.0);
        // What rests on the energy alone is refused, with the reason.
        for fit in [&run["fit"]["exponential"], &run["fit"]["stretched"]] {
            assert_eq!(fit["verdict"], "unresolved");
            let reason = fit["reason"].as_str().expect("a reason");
            assert!(
                reason.contains("at constant pressure the energy follows the volume"),
                "{reason}"
            );
        }
        assert_eq!(run["heat_capacity"]["verdict"], "unresolved");
        assert_eq!(run["heat_capacity"]["ensemble"], "npt");
        assert!(run["heat_capacity"].get("excess").is_none());
        assert_eq!(run["virial"]["verdict"], "unresolved");
        assert_eq!(run["ensemble"]["declared"], "npt");
        assert_eq!(run["ensemble"]["found"], "canonical");
    }
    let check = results["scan"]["enthalpy_check"].as_array().expect("a check");
    assert_eq!(check.len(), 4);
    for row in check {
        assert_eq!(row["verdict"], "agrees", "{row}");
        assert!(number(&row["standard_error"]) > 0.0);
    }
    for absent in ["heat_capacity_check", "entropy", "crossover", "adam_gibbs"] {
        assert!(results["scan"].get(absent).is_none(), "{absent}");
    }
    let notes = results["scan"]["notes"].to_string();
    assert!(
        notes.contains("heat_capacity_check, entropy, crossover, adam_gibbs: at constant pressure"),
        "{notes}"
    );
    for words in ["<H>/N", "kappa_T", "barostat", "d<H>/dT", "npt"] {
        assert!(outcome.stdout.contains(words), "{words}: {}", outcome.stdout);
    }
}

/// An enthalpy that rises faster than it fluctuates is found out.
#[test]
fn a_slope_that_disagrees_is_told() {
    let wrong = TEMPERATURES.map(|t| Model {
        wrong: 1.0,
        ..good(t)
    });
    let results = scan_of(wrong, "").run().results();
    let check = results["scan"]["enthalpy_check"].as_array().expect("a check");
    assert!(check.iter().any(|row| row["verdict"] == "differs"), "{check:?}");
}

#[test]
fn a_barostat_that_does_not_sample_has_no_heat_capacity() {
    let berendsen = Model {
        barostat: 0.0,
        ..good(0.8)
    };
    let results = scan_of([berendsen], "").run().results();
    let found = &results["runs"][0]["constant_pressure"];
    assert_eq!(found["verdict"], "unresolved");
    let reason = found["reason"].as_str().expect("a reason");
    assert!(
        reason.contains("-Cov(V, p) is ") && reason.contains("Berendsen"),
        "{reason}"
    );
    assert!(found.get("c_p").is_none());
    // The time axis in another unit is none of its business, and the volume in another is.
    let text = good(0.8).file();
    let scan = scan_of(
        [good(0.8)],
        "volume_column = \"v_pe\"\nenergy_column = \"v_vol\"\n",
    );
    scan.write("T0.8.dat", text);
    assert!(!scan.message().is_empty());
}

/// The rows of a file, changed by row and column: step, energy, temperature, pressure, volume.
fn changed(text: &str, by: impl Fn(usize, &mut [f64])) -> String {
    let mut rows = 0;
    let mut changed = String::new();
    for line in text.lines() {
        if line.starts_with('#') {
            let _ = writeln!(changed, "{line}");
            continue;
        }
        let mut numbers: Vec<f64> = line
            .split(' ')
            .map(|word| word.parse().expect("a number"))
            .collect();
        by(rows, &mut numbers);
        rows += 1;
        let words: Vec<String> = numbers.iter().map(f64::to_string).collect();
        let _ = writeln!(changed, "{}", words.join(" "));
    }
    changed
}

#[test]
fn a_volume_that_has_not_come_to_rest_has_no_heat_capacity() {
    let entry = |by: fn(usize) -> f64, keys: &str| {
        let energy = "energy = \"T0.8.dat\"\n";
        let scan = scan_of([good(0.8)], "").edit("scan.toml", energy, &format!("{energy}{keys}"));
        scan.write("T0.8.dat", changed(&good(0.8).file(), |k, row| row[4] += by(k)));
        scan.run().results()["runs"][0].clone()
    };
    for by in [|k| if k < 3000 { 0.0 } else { -6.0 }, |k: usize| 2e-3 * k as f64] {
        let found = &entry(by, "")["constant_pressure"];
        assert_eq!(found["verdict"], "unresolved");
        let reason = found["reason"].as_str().expect("a reason");
        assert!(
            reason.starts_with("no heat capacity: the volume drifts or has two levels, by "),
            "{reason}"
        );
    }
    // A smaller one hides what the volume's correlation time is.
    let found = &entry(|k| 1.5e-4 * k as f64, "")["constant_pressure"];
    let reason = found["reason"].as_str().expect("a reason");
    assert!(
        reason.starts_with("no heat capacity: the volume has no correlation time"),
        "{reason}"
    );
    // A start from another volume, at the energy of equilibrium, is left out where that is asked.
    let start = |k: usize| 30.0 * (-(k as f64) / 60.0).exp();
    assert_eq!(entry(start, "")["constant_pressure"]["verdict"], "unresolved");
    let run = entry(start, "discard = \"automatic\"\n");
    let found = &run["constant_pressure"];
    let exact = 1.5 + good(0.8).parts()[0] + good(0.8).parts()[1] / 0.8;
    assert!(
        (number(&found["c_p"]["value"]) - exact).abs() < 0.05 * exact,
        "{found}"
    );
}

#[test]
fn exchanged_columns_have_no_heat_capacity() {
    // Each column with the kinetic part of the true pressure.
    let exchanged = |swap: bool| {
        let scan = scan_of([good(0.8)], "");
        let text = changed(&good(0.8).file(), |_, row| {
            row[3] += PARTICLES * (row[2] - 0.8) / 130.0;
            if swap {
                row.swap(3, 4);
            }
        });
        scan.write("T0.8.dat", text);
        scan.run().results()["runs"][0]["constant_pressure"].clone()
    };
    assert!(exchanged(false)["c_p"]["value"].is_number());
    let found = exchanged(true);
    assert_eq!(found["verdict"], "unresolved");
    let reason = found["reason"].as_str().expect("a reason");
    assert!(
        reason.contains("the columns of pressure and volume are exchanged"),
        "{reason}"
    );
}

#[test]
fn what_is_missing_is_an_error_that_names_it() {
    let one = |keys: &str| scan_of([good(0.8)], keys);
    let cut = |from: &str, columns: &[usize]| {
        let mut text = String::new();
        for line in from.lines() {
            let comment = usize::from(line.starts_with("# TimeStep"));
            let words: Vec<&str> = line.split(' ').collect();
            let kept: Vec<&str> = if line == "# a model" {
                words
            } else {
                let rest = columns.iter().map(|&k| words[k + comment]);
                words[..comment].iter().copied().chain(rest).collect()
            };
            let _ = writeln!(text, "{}", kept.join(" "));
        }
        text
    };
    let whole = good(0.8).file();
    let without = |columns: &[usize], keys: &str| {
        let scan = one(keys);
        scan.write("T0.8.dat", cut(&whole, columns));
        scan
    };
    assert_eq!(
        without(&[0, 1, 2, 3], "").message(),
        "DIR/T0.8.dat: found no column of volumes, expected one or `volume_column`: run `T0.8` is declared `npt`, where the heat \
         capacity follows from enthalpy and volume"
    );
    assert_eq!(
        without(&[0, 1, 2, 4], "").message(),
        "DIR/T0.8.dat: found no column of pressures, expected one, `pressure_column`, or the barostat's `pressure`: run `T0.8` is \
         declared `npt`"
    );
    let results = without(&[0, 1, 2, 4], "pressure = 2\n").run().results();
    let run = &results["runs"][0];
    assert!(run["constant_pressure"].get("barostat").is_none());
    assert!(number(&run["constant_pressure"]["c_p"]["value"]) > 2.0);
    let note =
        "run `T0.8` has no column of pressures: nothing tells whether its barostat samples constant pressure";
    assert!(run["notes"].to_string().contains(note), "{}", run["notes"]);
    // A pressure that is not that of the run.
    let message = one("pressure = 3.5\n").message();
    assert!(
        message.starts_with("DIR/scan.toml:9: `pressure`: run `T0.8`: the pressure column has a mean of "),
        "{message}"
    );
    assert!(message.ends_with("expected the 3.5 that is given"), "{message}");
    // A constant volume.
    let scan = one("");
    let constant: String = whole
        .lines()
        .map(|line| match line.rsplit_once(' ') {
            Some((rest, last)) if last.parse::<f64>().is_ok() => format!("{rest} 130\n"),
            _ => format!("{line}\n"),
        })
        .collect();
    scan.write("T0.8.dat", constant);
    assert_eq!(
        scan.message(),
        "DIR/scan.toml:6: `ensemble`: run `T0.8`: the ensemble is declared npt, and the volume is constant within each run, expected one \
         that changes: the run is at constant volume"
    );
}

#[test]
fn runs_at_constant_pressure_are_a_scan_of_their_own() {
    let two = || scan_of([good(0.8), good(0.9)], "");
    let message = two()
        .edit(
            "scan.toml",
            "energy = \"T0.9.dat\"",
            "energy = \"T0.9.dat\"\nensemble = \"nvt\"",
        )
        .message();
    assert_eq!(
        message,
        "DIR/scan.toml:17: `ensemble`: found constant volume in run `T0.9`, expected `npt` as in run `T0.8`: runs at constant pressure are \
         a scan of their own"
    );
    let scan = two().edit("scan.toml", "timestep", "path = \"isochoric\"\ntimestep");
    assert_eq!(
        scan.message(),
        "DIR/scan.toml:7: `path`: found `isochoric`, expected `isobaric`: the runs are at constant pressure"
    );
    // Two pressures are no isobar.
    let scan = scan_of([0.7, 0.8, 0.9].map(good), "");
    let other: String = good(0.9)
        .file()
        .lines()
        .map(|line| {
            let mut words: Vec<String> = line.split(' ').map(str::to_owned).collect();
            if let Some(Ok(p)) = words.get(3).map(|p| p.parse::<f64>()) {
                words[3] = (p + 0.5).to_string();
            }
            words.join(" ") + "\n"
        })
        .collect();
    scan.write("T0.9.dat", other);
    let message = scan.message();
    assert!(message.contains("has pressure "), "{message}");
    // A key of the barostat where there is none.
    let small = Scan::small()
        .edit("scan.toml", "timestep", "pressure = 1.0\ntimestep")
        .run()
        .results();
    let notes = small["system"]["notes"].to_string();
    assert!(
        notes.contains("`pressure` has no effect: no run is at constant pressure"),
        "{notes}"
    );
}

#[test]
fn flags_say_the_same() {
    let scan = scan_of([good(0.8)], "");
    let output = Command::new(EXECUTABLE)
        .current_dir(scan.dir())
        .args(["energy", "T0.8.dat", "--units", "lj", "--particles", "100"])
        .args([
            "--energy-kind",
            "total",
            "--ensemble",
            "npt",
            "--timestep",
            "0.01",
        ])
        .args(["--degrees-of-freedom", "3", "--pressure", "2"])
        .output()
        .expect("the program runs");
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    assert!(text.contains("c_V") && text.contains("kappa_T"), "{text}");
}
