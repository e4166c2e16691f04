//! The pair entropy of each run, and the times and diffusion coefficients that scale with it.

use msed::structure::{self, RadialBins};
use msed::trajectory::{Species, Trajectory};
use msed::{Resampling, Units};

use crate::program::run;
use crate::shipped::data;

#[test]
fn every_trajectory_has_its_pair_entropy_and_its_reduced_times() {
    let directory = tempfile::tempdir().expect("a directory");
    let outcome = run(&[&data("kob-andersen")], &directory.path().join("out"));
    let results = outcome.results();
    let runs = results["runs"].as_array().expect("runs");
    let mut found = Vec::new();
    for run in runs.iter().filter(|run| !run["structure"].is_null()) {
        let (name, structure) = (run["name"].as_str().expect("a name"), &run["structure"]);
        let entropy = &structure["pair_entropy"];
        let number = |key: &str| entropy[key].as_f64().expect(key);
        let parts = entropy["parts"].as_object().expect("parts");
        assert_eq!(parts.keys().collect::<Vec<_>>(), ["A-A", "A-B", "B-B"]);
        let sum: f64 = parts
            .values()
            .map(|part| part["value"].as_f64().expect("a part"))
            .sum();
        assert!((sum - number("value")).abs() < 1e-12, "{name}: {sum}");
        assert!(number("standard_error") > 1e-3 && number("standard_error") < 0.02);
        let tail = entropy["tail"]["value"].as_f64().expect("a tail");
        assert!(tail < 0.0 && tail > 0.1 * number("value"));
        assert!(number("noise") < 0.0 && number("noise") > -2e-3);
        assert!(number("binning") < 0.0 && number("binning") > -0.02);
        assert!((number("density") - 1.2).abs() < 1e-6);
        // The end of the integral.
        let file = outcome.out.join(format!("{name}.all.pair_entropy.csv"));
        let text = std::fs::read_to_string(file).expect("the integral");
        let last = text.lines().last().expect("a line").split(',');
        let last: Vec<f64> = last.map(|x| x.parse().expect("a number")).collect();
        assert_eq!(last[1..], [number("value"), number("standard_error")]);
        assert!((last[0] - number("range")).abs() < 1e-12);
        for pair in ["A-A", "A-B", "B-B"] {
            assert!(outcome.out.join(format!("{name}.{pair}.g_of_r.csv")).exists());
        }
        // In units of the mean distance and of the thermal velocity.
        let t = run["temperature"].as_f64().expect("a temperature");
        let (per_length, velocity) = (number("density").cbrt(), t.sqrt());
        let value = |of: &serde_json::Value| of["value"].as_f64();
        let tau = value(&structure["tau_alpha"]).expect("a time") * per_length * velocity;
        let reduced = value(&structure["reduced"]["tau_alpha"]).expect("a time");
        assert!((reduced / tau - 1.0).abs() < 1e-12, "{name}: {reduced} {tau}");
        for species in ["A", "B"] {
            let wanted = value(&structure["diffusion"][species]).map(|d| d * per_length / velocity);
            let found = value(&structure["reduced"]["diffusion"][species]);
            assert_eq!(found.is_some(), wanted.is_some(), "{name} {species}");
            assert!(found.zip(wanted).is_none_or(|(x, y)| (x / y - 1.0).abs() < 1e-12));
        }
        found.push((t, number("value"), reduced));
    }
    // Colder is more ordered, and slower.
    found.sort_by(|a, b| a.0.total_cmp(&b.0));
    assert_eq!(found.len(), 3);
    assert!(
        found
            .windows(2)
            .all(|w| w[0].1 < w[1].1 - 0.3 && w[0].2 > 2.0 * w[1].2)
    );
    assert!(outcome.stdout.contains("Pair entropy s2 in k per particle"));
    let figure = std::fs::read_to_string(outcome.out.join("pair_entropy.svg")).expect("the figure");
    assert!(figure.contains("excess entropy"));

    // By the library, from all frames.
    let file = data("kob-andersen").join("T0.700/trajectory.xtc");
    let species = Species::by_count([("A", 800), ("B", 200)]).expect("species");
    let all: Trajectory<'_, f32> =
        msed::io::trajectory(file, Units::LJ, 0.005, species).expect("the trajectory");
    let thin = all.thinned(10).expect("frames");
    let bins = RadialBins::half_cell(&thin, 0.01 * 1.2_f64.powf(-1.0 / 3.0)).expect("bins");
    let s2 = structure::pair_entropy(&thin, &bins, Resampling::Blocks(10)).expect("s2");
    let difference = s2.value.value() - found[1].1;
    let error = s2.value.standard_error().expect("an error");
    assert!(difference.abs() < 4.0 * error, "{} {}", s2.value, found[1].1);
}
