//! Mistakes in `scan.toml`, and the sentence that each is answered with.

use crate::program::run;
use crate::small_scan::{SMALL, Scan};

/// The message after an edit of the scan file.
fn after(old: &str, new: &str) -> String {
    Scan::small().edit("scan.toml", old, new).message()
}

#[test]
fn missing_keys() {
    for (old, expected) in [
        ("name = \"cut\"\n", "1: no key `name`, expected a name"),
        (
            "units = \"lj\"\n",
            "1: no key `units`, expected one of `lj`, `metal`, `real`, `gromacs`",
        ),
        (
            "particles = 1000\n",
            "1: no key `particles`, expected the number of particles",
        ),
        (
            "energy_kind = \"total\"\n",
            "1: no key `energy_kind`, expected one of `total`, `per_particle` (LAMMPS prints the energy per particle under \
             `units lj` unless `thermo_modify norm no`)",
        ),
        (
            "ensemble = \"nve\"\n",
            "1: no key `ensemble`, expected one of `nve`, `nvt`, `npt`",
        ),
        (
            "timestep = 0.005\n",
            "1: no key `timestep`, expected the time units of one MD step",
        ),
        ("name = \"T0.800\"\n", "11: no key `name`, expected a name"),
        (
            "energy = \"T0.800.dat\"\n",
            "11: no key `energy`, expected a file name or a list of file names",
        ),
    ] {
        assert_eq!(after(old, ""), format!("DIR/scan.toml:{expected}"));
    }
    let system = &SMALL[..SMALL.find("[[run]]").unwrap()];
    let scan = Scan::small();
    scan.write("scan.toml", system);
    assert_eq!(
        scan.message(),
        "DIR/scan.toml:1: no key `run`, expected a table [[run]] for each state point"
    );
    scan.write("scan.toml", format!("run = []\n{system}"));
    assert_eq!(
        scan.message(),
        "DIR/scan.toml:1: `run`: found no run, expected a table [[run]] for each state point"
    );
    scan.write("scan.toml", "");
    assert_eq!(
        scan.message(),
        "DIR/scan.toml:1: no key `system`, expected a table [system]"
    );
}

#[test]
fn a_file_of_two_runs() {
    assert_eq!(
        after("energy = \"T0.700.dat\"", "energy = \"T0.800.dat\""),
        "DIR/scan.toml:18: `energy`: found a file of run `T0.800`, expected the files of another run"
    );
    assert_eq!(
        after(
            "[0.5, 15.0]\n\n[[run]]",
            "[0.5, 15.0]\ntrajectory = \"a.xtc\"\n\n[[run]]\ntrajectory = \"a.xtc\""
        ),
        "DIR/scan.toml:18: `trajectory`: found a file of run `T0.800`, expected the files of another run"
    );
}

#[test]
fn unknown_keys() {
    assert_eq!(
        after("ensemble =", "ensembel ="),
        "DIR/scan.toml:6: unknown key `ensembel`, expected one of `name`, `units`, `particles`, `energy_kind`, `ensemble`, \
         `degrees_of_freedom`, `path`, `pressure`, `timestep`, `box`, `species`, `types`, `dimensions`, `centre_of_mass`, \
         `probe`, `q_shell`, `overlap_radius`, `reference_temperature`, `step_column`, `energy_column`, `temperature_column`, `pressure_column`, `volume_column`, `total_energy_column`, `log_run`, `model`, `types_change`, `frame_times`, `overlap`, `unwrap`, `cut_off`, `particle_order`"
    );
    assert_eq!(
        after("fit_window", "fit_windows"),
        "DIR/scan.toml:14: unknown key `fit_windows`, expected one of `name`, `energy`, `step_column`, `energy_column`, \
         `temperature_column`, `pressure_column`, `volume_column`, `total_energy_column`, `log_run`, `temperature`, `trajectory`, `box`, `energy_interval`, `ensemble`, \
         `pressure`, `degrees_of_freedom`, `frame_interval`, `dimensions`, `centre_of_mass`, `model`, `fit_window`, `discard`, `exclude`, `types_change`, `frame_times`, \
         `overlap`, `unwrap`, `cut_off`, `particle_order`"
    );
    assert_eq!(
        after("count = 800", "number = 800"),
        "DIR/scan.toml:9: unknown key `number`, expected one of `name`, `count`, `type`, `mass`, `masses`"
    );
    assert_eq!(
        after("[system]", "[sistem]"),
        "DIR/scan.toml:1: unknown key `sistem`, expected `system` or `run`"
    );
}

#[test]
fn values_that_mean_nothing() {
    for (old, new, expected) in [
        (
            "\"lj\"",
            "\"si\"",
            "3: `units`: found `si`, expected one of `lj`, `metal`, `real`, `gromacs`",
        ),
        (
            "\"nve\"",
            "\"nph\"",
            "6: `ensemble`: found `nph`, expected one of `nve`, `nvt`, `npt`",
        ),
        (
            "\"total\"",
            "\"mean\"",
            "5: `energy_kind`: found `mean`, expected `total` or `per_particle`",
        ),
        (
            "units = \"lj\"",
            "units = \"lj\"\npath = \"adiabatic\"",
            "4: `path`: found `adiabatic`, expected `isochoric` or `isobaric`",
        ),
        (
            "particles = 1000",
            "particles = 0",
            "4: `particles`: found 0, expected at least 1",
        ),
        (
            "particles = 1000",
            "particles = -5",
            "4: `particles`: found -5, expected at least 1",
        ),
        (
            "particles = 1000",
            "particles = 4294967295",
            "4: `particles`: found 4294967295, expected at most 1000000000",
        ),
        (
            "particles = 1000",
            "particles = 1e3",
            "4: `particles`: found floating point `1000.0`, expected a whole number",
        ),
        (
            "particles = 1000",
            "particles = \"all\"",
            "4: `particles`: found string \"all\", expected a whole number",
        ),
        (
            "timestep = 0.005",
            "timestep = 0",
            "7: `timestep`: found 0, expected a positive number",
        ),
        (
            "timestep = 0.005",
            "timestep = nan",
            "7: `timestep`: found NaN, expected a positive number",
        ),
        (
            "box = 9.41036028881",
            "box = [9.0, 9.0]",
            "8: `box`: found `[9.0, 9.0]`, expected a length, a list of three lengths, or \"automatic\"",
        ),
        (
            "box = 9.41036028881",
            "box = [9.0, 9.0, 0.0]",
            "8: `box`: found 0, expected positive lengths",
        ),
        (
            "count = 800",
            "count = 801",
            "9: `species`: found 1001 particles in all, expected `particles` = 1000",
        ),
        (
            "count = 800",
            "count = 0",
            "9: `count` of species `A`: found 0, expected at least 1",
        ),
        (
            "\"B\"",
            "\"A\"",
            "9: `species`: found `A` twice, expected different names",
        ),
        (
            "\"B\"",
            "\"all\"",
            "9: `species`: found the name `all`, expected one that is no key of the results (q, wave_vectors, q_max, s_of_q, \
             all, tau_alpha, kww, tau_beta, diffusion, centre_of_mass)",
        ),
        (
            "count = 800",
            "type = 1",
            "9: species `A`: expected a `count`, or a `type` for each species and `types`",
        ),
        (
            "species = [",
            "probe = \"C\"\nspecies = [",
            "9: `probe`: found `C`, expected one of `A`, `B`",
        ),
        (
            "species = [",
            "q_shell = [7.35, 7.15]\nspecies = [",
            "9: `q_shell`: found [7.35, 7.15], expected two positive numbers in rising order",
        ),
        (
            "species = [",
            "overlap_radius = -0.3\nspecies = [",
            "9: `overlap_radius`: found -0.3, expected a positive number",
        ),
        (
            "[0.5, 15.0]",
            "[0.5]",
            "14: `fit_window`: found a list of length 1, expected a list of length 2",
        ),
        (
            "[0.5, 15.0]",
            "[0.0, 15.0]",
            "14: `fit_window`: found [0, 15], expected two positive numbers in rising order",
        ),
        (
            "\"T0.800.dat\"",
            "3",
            "13: `energy`: found `3`, expected a file name, a list of file names, or a list of lists of them",
        ),
        (
            "\"T0.800.dat\"",
            "[]",
            "13: `energy`: found an empty list or name, expected a file name",
        ),
        (
            "\"T0.800.dat\"",
            "[\"T0.800.dat\", \"T0.800.dat\"]",
            "13: `energy`: found T0.800.dat twice, expected different files",
        ),
        (
            "name = \"T0.700\"",
            "name = \"T0.800\"",
            "17: found a second run `T0.800`, expected different names",
        ),
        (
            "name = \"T0.700\"",
            "name = \"T/0.7\"",
            "17: `name`: found `T/0.7`, expected a name that a file can have",
        ),
        (
            "fit_window = [0.5, 15.0]",
            "discard = \"auto\"",
            "14: `discard`: found `\"auto\"`, expected a time, 0 or more, or \"automatic\"",
        ),
        (
            "fit_window = [0.5, 15.0]",
            "discard = -1.0",
            "14: `discard`: found -1, expected a time, 0 or more",
        ),
        (
            "fit_window = [0.5, 15.0]",
            "exclude = \"\"",
            "14: `exclude`: found no text, expected the reason",
        ),
        (
            "fit_window = [0.5, 15.0]",
            "degrees_of_freedom = \"none\"",
            "14: `degrees_of_freedom`: found `\"none\"`, expected degrees of freedom per particle, or \"automatic\" for those of free \
             atoms",
        ),
        (
            "fit_window = [0.5, 15.0]",
            "frame_interval = 0.0",
            "14: `frame_interval`: found 0, expected a positive number",
        ),
        (
            "fit_window = [0.5, 15.0]",
            "temperature = inf",
            "14: `temperature`: found inf, expected a positive number",
        ),
        (
            "fit_window = [0.5, 15.0]",
            "name = \"again\"",
            "14: found `name` a second time, expected each key once",
        ),
        (
            "units = \"lj\"",
            "units = \"lj",
            "3: `units`: invalid basic string, expected `\"`",
        ),
    ] {
        assert_eq!(after(old, new), format!("DIR/scan.toml:{expected}"));
    }
}

/// Species by the types of a dump, which `types` names.
#[test]
fn species_by_type() {
    let counts = "species = [ { name = \"A\", count = 800 }, { name = \"B\", count = 200 } ]";
    for (new, expected) in [
        (
            "types = \"types.lammpstrj\"",
            "9: found `types` alone, expected `species` with a `type` each",
        ),
        (
            "types = \"types.lammpstrj\"\nspecies = [ { name = \"A\", type = 1, count = 800 }, { name = \"B\", type = 2 } ]",
            "10: species `A`: expected a `type` and no `count` beside `types`",
        ),
        (
            "types = \"types.lammpstrj\"\nspecies = [ { name = \"A\", type = 1 }, { name = \"B\", type = 1 } ]",
            "10: `species`: found type 1 twice, expected different types",
        ),
        (
            "types = \"types.lammpstrj\"\nspecies = [ { name = \"A\", type = 0 }, { name = \"B\", type = 1 } ]",
            "10: `type` of species `A`: found 0, expected at least 1",
        ),
        ("species = []", "9: `species`: found none, expected at least one"),
        (
            "species = [ { name = \"\", count = 1000 } ]",
            "9: `species`: found the name ``, expected one that is no key of the results (q, wave_vectors, q_max, s_of_q, \
             all, tau_alpha, kww, tau_beta, diffusion, centre_of_mass)",
        ),
        (
            "probe = \"A\"",
            "9: `probe`: found `A`, expected `species` with it",
        ),
    ] {
        assert_eq!(after(counts, new), format!("DIR/scan.toml:{expected}"));
    }
    let scan = Scan::small().edit("scan.toml", counts, "").edit(
        "scan.toml",
        "fit_window = [0.5, 15.0]",
        "trajectory = \"a.xtc\"",
    );
    assert_eq!(
        scan.message(),
        "DIR/scan.toml:14: found a `trajectory` without species, expected `species` in [system]"
    );
}

#[test]
fn values_of_a_run() {
    for (new, expected) in [
        ("box = -9.0", "14: `box`: found -9, expected positive lengths"),
        (
            "trajectory = \"\"",
            "14: `trajectory`: found an empty list or name, expected a file name",
        ),
        (
            "fit_window = [15.0, 0.5]",
            "14: `fit_window`: found [15, 0.5], expected two positive numbers in rising order",
        ),
        (
            "temperature = \"cold\"",
            "14: `temperature`: found string \"cold\", expected a number",
        ),
        (
            "discard = nan",
            "14: `discard`: found NaN, expected a time, 0 or more",
        ),
    ] {
        assert_eq!(
            after("fit_window = [0.5, 15.0]", new),
            format!("DIR/scan.toml:{expected}")
        );
    }
}

/// The key is the one that the value belongs to, on whatever line that begins.
#[test]
fn values_over_several_lines() {
    for (old, new, expected) in [
        (
            "[0.5, 15.0]",
            "[\n  0.5,\n  \"15\",\n]",
            "16: `fit_window`: found string \"15\", expected a number",
        ),
        (
            "{ name = \"A\", count = 800 }",
            "\n  { name = \"A\", count = 800 }, # most\n  { name = \"q\", count = 1 }",
            "11: `species`: found the name `q`, expected one that is no key of the results (q, wave_vectors, q_max, s_of_q, all, \
             tau_alpha, kww, tau_beta, diffusion, centre_of_mass)",
        ),
        (
            "energy = \"T0.800.dat\"",
            "energy = [\n  # two replicas\n  \"T0.800.dat\",\n  [[\"b = 1.dat\"]],\n]",
            "13: `energy`: found `[\n  # two replicas\n  \"T0.800.dat\",\n  [[\"b = 1.dat\"]],\n]`, expected a file name, a list of file names, or a list of lists of them",
        ),
    ] {
        let expected = expected.lines().map(str::trim).collect::<Vec<_>>().join("; ");
        assert_eq!(after(old, new), format!("DIR/scan.toml:{expected}"));
    }
    let one_run = after("[[run]]\nname = \"T0.800\"", "[run] # coldest\nname = \"T0.800\"");
    assert!(one_run.starts_with("DIR/scan.toml:"), "{one_run}");
}

/// The reference of entropies lies within the scan.
#[test]
fn a_reference_temperature_outside_the_scan() {
    for (found, expected) in [
        (
            "1.2",
            "9: `reference_temperature`: found 1.2, expected one between the scan's lowest, 0.716885, and highest, 0.80226",
        ),
        (
            "0.1",
            "9: `reference_temperature`: found 0.1, expected one between the scan's lowest, 0.716885, and highest, 0.80226",
        ),
        (
            "-0.8",
            "9: `reference_temperature`: found -0.8, expected a positive number",
        ),
    ] {
        let message = after(
            "species = [",
            &format!("reference_temperature = {found}\nspecies = ["),
        );
        assert_eq!(message, format!("DIR/scan.toml:{expected}"));
    }
}

/// A window that no lag lies in.
#[test]
fn a_window_without_lags() {
    assert_eq!(
        after("[0.5, 15.0]", "[500.0, 1500.0]"),
        "DIR/scan.toml:14: `fit_window`: run `T0.800`: 0 lags in the fit window from 500 to 1500, expected at least 3: as many as there are parameters; the curve reaches from 0.05 to 14.1"
    );
}

#[test]
fn no_scan_file_or_no_text() {
    let scan = Scan::small();
    std::fs::remove_file(scan.dir().join("scan.toml")).unwrap();
    assert_eq!(
        scan.message(),
        "cannot open DIR/scan.toml: No such file or directory (os error 2)"
    );
    scan.write("scan.toml", b"[system]\nname = \"\xff\"\n");
    assert_eq!(
        scan.message(),
        "DIR/scan.toml:2: found bytes that are not UTF-8, expected TOML text"
    );
}

#[test]
fn arguments() {
    let scan = Scan::small();
    let out = scan.dir().join("out");
    let message = |arguments: &[&str]| {
        let paths: Vec<&std::path::Path> = arguments.iter().map(std::path::Path::new).collect();
        run(&paths, &out).message().to_owned()
    };
    for (arguments, expected) in [
        (&["a", "--force"][..], "unexpected argument '--force' found; "),
        (&["a", "b"], "unexpected argument 'b' found; "),
        (
            &["a", "--out", "x"],
            "the argument '--out <OUT>' cannot be used multiple times; ",
        ),
        (&[], "the following required arguments were not provided: <DIR>; "),
    ] {
        let found = message(arguments);
        assert!(
            found.starts_with(expected) && found.contains("Usage: msed scan"),
            "{found}"
        );
    }
}
