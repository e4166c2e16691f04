//! Compares two files `results.json` of one scan number by number and text by text.
//!
//! ```text
//! cargo run --release -p msed-cli --example compare_results -- A/results.json B/results.json
//! ```
//!
//! A directory stands for the `results.json` in it. Sums over the data must agree to a relative
//! 1e-12. Numbers that a search found, and numbers that rest on these, must agree to 1e-7. Texts
//! must be equal. The program prints each difference that is too large, and the largest difference
//! of each kind; its exit status is 1 if there is a difference that is too large.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;
use std::process::ExitCode;

use serde_json::Value;

/// Largest relative difference of sums.
const SUMS: f64 = 1e-12;
/// Largest relative difference of what a search found.
const SEARCHES: f64 = 1e-7;
/// Differences of rounding, relative to the largest number of a list.
const ROUNDING: f64 = 1e-15;
/// Keys of the file whose numbers a search found.
const SEARCHED: [&str; 11] = [
    "fit",
    "spectral",
    "heat_capacity",
    "q_max",
    "q",
    "kww",
    "tau_alpha",
    "tau_beta",
    "diffusion",
    "alpha2_peak",
    "chi4_peak",
];

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let outcome = match &arguments[..] {
        [first, second] => read(first).and_then(|a| Ok(Comparison::of(&a, &read(second)?))),
        _ => Err("expected two files results.json, or their directories".to_owned()),
    };
    let (text, agree) = match outcome {
        Ok(comparison) => (comparison.report(), comparison.differences.is_empty()),
        Err(message) => (format!("error: {message}\n"), false),
    };
    let _ = std::io::stdout().write_all(text.as_bytes());
    if agree {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

fn read(path: &str) -> Result<Value, String> {
    let path = Path::new(path);
    let file = if path.is_dir() {
        path.join("results.json")
    } else {
        path.to_owned()
    };
    let text = std::fs::read_to_string(&file).map_err(|error| format!("{}: {error}", file.display()))?;
    serde_json::from_str(&text).map_err(|error| format!("{}: {error}", file.display()))
}

/// What two files have in common and what not.
#[derive(Default)]
struct Comparison {
    differences: Vec<String>,
    /// How many numbers were compared and the largest relative difference: of sums, and of what a
    /// search found.
    numbers: [(usize, f64); 2],
    texts: usize,
}

impl Comparison {
    fn of(a: &Value, b: &Value) -> Self {
        let mut comparison = Self::default();
        comparison.values("", a, b, 0.0);
        comparison
    }

    /// `scale` is the largest number of the list that both are in.
    fn values(&mut self, place: &str, a: &Value, b: &Value, scale: f64) {
        match (a, b) {
            (Value::Object(of_a), Value::Object(of_b)) => {
                for (key, value) in of_a {
                    let place = format!("{place}/{key}");
                    match of_b.get(key) {
                        Some(other) => self.values(&place, value, other, 0.0),
                        None => self.differences.push(format!("{place}: only in the first")),
                    }
                }
                let added = of_b.keys().filter(|key| !of_a.contains_key(*key));
                let added = added.map(|key| format!("{place}/{key}: only in the second"));
                self.differences.extend(added);
            }
            (Value::Array(of_a), Value::Array(of_b)) => {
                if of_a.len() != of_b.len() {
                    let (of_a, of_b) = (of_a.len(), of_b.len());
                    self.differences
                        .push(format!("{place}: {of_a} and {of_b} elements"));
                    return;
                }
                let sizes = of_a.iter().filter_map(Value::as_f64).map(f64::abs);
                let scale = sizes.fold(0.0, f64::max);
                for (k, (value, other)) in of_a.iter().zip(of_b).enumerate() {
                    self.values(&format!("{place}/{k}"), value, other, scale);
                }
            }
            (Value::Number(x), Value::Number(y)) => {
                self.number(
                    place,
                    x.as_f64().unwrap_or(f64::NAN),
                    y.as_f64().unwrap_or(f64::NAN),
                    scale,
                );
            }
            _ => {
                self.texts += 1;
                if a != b {
                    self.differences.push(format!("{place}: {a} and {b}"));
                }
            }
        }
    }

    fn number(&mut self, place: &str, x: f64, y: f64, scale: f64) {
        let searched = place.starts_with("/scan") || place.split('/').any(|part| SEARCHED.contains(&part));
        let allowed = if searched { SEARCHES } else { SUMS };
        let (difference, size) = ((x - y).abs(), x.abs().max(y.abs()));
        let kind = &mut self.numbers[usize::from(searched)];
        kind.0 += 1;
        if difference <= ROUNDING * scale {
            return;
        }
        let relative = difference / size;
        kind.1 = kind.1.max(relative);
        if !(relative <= allowed) {
            let message = format!("{place}: {x} and {y}, off by {relative:.1e} of {allowed:.0e} allowed");
            self.differences.push(message);
        }
    }

    fn report(&self) -> String {
        let mut text = String::new();
        for difference in &self.differences {
            let _ = writeln!(text, "{difference}");
        }
        let [(sums, of_sums), (searches, of_searches)] = self.numbers;
        let _ = writeln!(
            text,
            "{sums} numbers of sums, at most {of_sums:.1e} apart; {searches} numbers that a search found, at most {of_searches:.1e} \
             apart; {} texts; {} differences",
            self.texts,
            self.differences.len()
        );
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn results(value: f64, tau: f64, reason: &str) -> Value {
        json!({ "runs": [{
            "name": "T1.000",
            "msed": { "value": [0.0, value, null], "blocks": 10 },
            "fit": { "exponential": { "relaxation_time": tau, "verdict": "unresolved", "reason": reason } },
        }] })
    }

    fn differences(b: &Value) -> Vec<String> {
        Comparison::of(&results(1.0, 2.0, "short"), b).differences
    }

    #[test]
    fn sums_are_held_tighter_than_searches() {
        assert!(differences(&results(1.0 + 5e-13, 2.0 * (1.0 + 5e-8), "short")).is_empty());
        let found = differences(&results(1.0 + 5e-12, 2.0 * (1.0 + 5e-7), "short"));
        assert_eq!(found.len(), 2, "{found:?}");
        assert!(
            found[0].starts_with("/runs/0/msed/value/1: 1 and 1.0"),
            "{found:?}"
        );
        assert!(
            found[1].starts_with("/runs/0/fit/exponential/relaxation_time: 2 and 2.0"),
            "{found:?}"
        );
    }

    #[test]
    fn texts_keys_and_lengths_are_compared() {
        assert_eq!(
            differences(&results(1.0, 2.0, "noisy")),
            [r#"/runs/0/fit/exponential/reason: "short" and "noisy""#]
        );
        let mut other = results(1.0, 2.0, "short");
        other["runs"][0]["msed"]["value"] = json!([0.0, 1.0]);
        other["runs"][0]["drift"] = json!({});
        assert_eq!(
            differences(&other),
            [
                "/runs/0/msed/value: 3 and 2 elements",
                "/runs/0/drift: only in the second"
            ]
        );
        other["runs"][0] = json!({ "name": null });
        assert!(differences(&other).contains(&"/runs/0/msed: only in the first".to_owned()));
    }
}
