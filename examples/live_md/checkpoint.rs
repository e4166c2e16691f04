//! All that a run goes on from, in one file.

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::arguments::Arguments;
use crate::live::Record;
use crate::simulation::State;

/// Files of another version are refused.
const VERSION: u32 = 1;

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

/// A run at one moment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Checkpoint {
    version: u32,
    beginning: Beginning,
    pub(crate) state: State,
    pub(crate) record: Record,
}

impl Checkpoint {
    pub(crate) fn new(beginning: Beginning, state: State, record: Record) -> Self {
        Self {
            version: VERSION,
            beginning,
            state,
            record,
        }
    }

    /// Reads a file; `None` where there is none.
    pub(crate) fn read(path: &Path, beginning: &Beginning) -> Result<Option<Self>, String> {
        let text = match fs::read(path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(format!("{}: {error}", path.display())),
        };
        let refuse = |message: String| Err(format!("{}: {message}", path.display()));
        // The version first: the rest of another version need not be readable.
        #[derive(Deserialize)]
        struct Head {
            version: u32,
        }
        match serde_json::from_slice::<Head>(&text) {
            Ok(Head { version: VERSION }) => {}
            Ok(Head { version }) => {
                return refuse(format!("found version {version}, expected {VERSION}"));
            }
            Err(error) => return refuse(format!("no checkpoint: {error}")),
        }
        let checkpoint: Self = match serde_json::from_slice(&text) {
            Ok(checkpoint) => checkpoint,
            Err(error) => return refuse(format!("no checkpoint: {error}")),
        };
        if checkpoint.beginning != *beginning {
            return refuse(format!(
                "found a run that began as {:?}, expected {beginning:?}",
                checkpoint.beginning
            ));
        }
        if !checkpoint.state.is_whole(beginning.particles) {
            return refuse(format!("expected {} particles", beginning.particles));
        }
        Ok(Some(checkpoint))
    }

    /// Writes the file whole or not at all: into another one, which then takes its name.
    pub(crate) fn write(&self, path: &Path) -> Result<(), String> {
        let mut beside = path.as_os_str().to_owned();
        beside.push(".new");
        let beside = PathBuf::from(beside);
        let write = || -> std::io::Result<()> {
            let mut file = File::create(&beside)?;
            file.write_all(&serde_json::to_vec(self)?)?;
            file.sync_all()?;
            fs::rename(&beside, path)
        };
        write().map_err(|error| format!("cannot write {}: {error}", path.display()))
    }
}
