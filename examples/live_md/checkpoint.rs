//! All that a run goes on from, in one file.

use std::path::Path;

use msed::online::checkpoint;
use serde::{Deserialize, Serialize};

use crate::arguments::Arguments;
use crate::live::Live;
use crate::simulation::{Simulation, State};

/// How the run began: a run that began otherwise does not go on from this file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Beginning {
    temperature: f64,
    particles: usize,
    equilibration: u64,
    seed: u64,
}

impl From<&Arguments> for Beginning {
    fn from(arguments: &Arguments) -> Self {
        Self {
            temperature: arguments.temperature,
            particles: arguments.particles,
            equilibration: arguments.equilibration,
            seed: arguments.seed,
        }
    }
}

/// Writes the file whole or not at all.
pub(crate) fn write(path: &Path, beginning: &Beginning, run: &Simulation, live: &Live) -> Result<(), String> {
    checkpoint::save(&(beginning, run.state(), live), path).map_err(|error| error.to_string())
}

/// Reads a file; `None` where there is none.
pub(crate) fn read(path: &Path, beginning: &Beginning) -> Result<Option<(Simulation, Live)>, String> {
    if !path.exists() {
        return Ok(None);
    }
    let (found, state, live): (Beginning, State, Live) =
        checkpoint::load(path).map_err(|error| error.to_string())?;
    if found != *beginning {
        return Err(format!(
            "{}: found a run that began as {found:?}, expected {beginning:?}",
            path.display()
        ));
    }
    if !state.is_whole(beginning.particles) {
        return Err(format!(
            "{}: expected {} particles",
            path.display(),
            beginning.particles
        ));
    }
    Ok(Some((Simulation::resume(state), live)))
}
