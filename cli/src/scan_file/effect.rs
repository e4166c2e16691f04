//! Keys without effect. One rule holds for all of them: a value in a `[[run]]` that can have no
//! effect on that run is an error, and one in `[system]` that has none on any run is noted.

use super::keys::{KEYS, Key, Needs};
use super::run::Run;
use super::source::Source;
use super::system::System;
use crate::failure::Failure;

/// Applies the rule to what each key [needs](Needs). Returns the notes.
pub(super) fn check(source: &Source, system: &System, runs: &[Run]) -> Result<Vec<String>, Failure> {
    for run in runs {
        let mut given = run.keys.iter();
        let idle = given.find(|(name, _)| key(name).is_some_and(|key| !can_use(run, key.needs)));
        if let Some((name, line)) = idle {
            let lacks = match key(name).map(|key| key.needs) {
                Some(Needs::Barostat) => "is not at constant pressure: expected `ensemble = \"npt\"`",
                _ => "has no `trajectory`: expected one",
            };
            let message = format!(
                "`{name}`: can have no effect on run `{}`, which {lacks}, or no such key",
                run.name()
            );
            return Err(Failure::at(source.place(line), message));
        }
    }
    let given = system
        .keys
        .iter()
        .filter_map(|(name, line)| Some((key(name)?, line)));
    let notes = given.filter_map(|(key, line)| Some((key, line, idle(runs, key)?)));
    let notes =
        notes.map(|(key, line, why)| format!("{}: `{}` has no effect: {why}", source.place(line), key.name));
    Ok(notes.collect())
}

fn key(name: &str) -> Option<&'static Key> {
    KEYS.iter().find(|key| key.name == name)
}

/// Whether a run has what a key of its own needs.
fn can_use(run: &Run, needs: Needs) -> bool {
    match needs {
        Needs::Energies => true,
        Needs::Frames => !run.trajectory().is_empty(),
        Needs::Barostat => run.is_at_constant_pressure(),
    }
}

/// Why a key of the system has an effect on no run; `None` where it has.
fn idle(runs: &[Run], key: &Key) -> Option<&'static str> {
    let mut using = runs.iter().filter(|run| can_use(run, key.needs));
    if using.clone().next().is_none() {
        return Some(match key.needs {
            Needs::Barostat => "no run is at constant pressure, `ensemble = \"npt\"`",
            _ => "no run has a `trajectory`",
        });
    }
    let is_own = |run: &Run| run.keys.line(key.name).is_some();
    let is_replaced = !key.is_required && using.all(is_own);
    is_replaced.then_some("each run that could use it has its own")
}
