//! The command line.

use std::ffi::OsString;
use std::path::PathBuf;
use std::str::FromStr;

use crate::simulation::fewest_particles;

pub(crate) const USAGE: &str = "live_md [OPTIONS]

Runs a Kob-Andersen mixture at constant energy and prints its relaxation time while it goes.

  --temperature T     of the liquid before velocities are left alone (1)
  --particles N       (1000)
  --steps N           of production (400000)
  --equilibration N   steps before (20000)
  --report N          prints every so many steps (40000)
  --seed N            of the places of the species and the velocities (1)
  --checkpoint FILE   goes on from FILE if it is there; writes it at every report
  --overhead          measures what measuring costs, and ends";

/// What was asked for.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Arguments {
    pub(crate) temperature: f64,
    pub(crate) particles: usize,
    pub(crate) steps: u64,
    pub(crate) equilibration: u64,
    pub(crate) report: u64,
    pub(crate) seed: u64,
    pub(crate) checkpoint: Option<PathBuf>,
    pub(crate) overhead: bool,
}

impl Arguments {
    /// `None` where help was asked for.
    pub(crate) fn parse(words: impl IntoIterator<Item = OsString>) -> Result<Option<Self>, String> {
        let mut arguments = Self {
            temperature: 1.0,
            particles: 1000,
            steps: 400_000,
            equilibration: 20_000,
            report: 40_000,
            seed: 1,
            checkpoint: None,
            overhead: false,
        };
        let mut words = words.into_iter();
        while let Some(word) = words.next() {
            let option = word.to_string_lossy().into_owned();
            match option.as_str() {
                "--help" | "-h" => return Ok(None),
                "--overhead" => {
                    arguments.overhead = true;
                    continue;
                }
                _ => {}
            }
            let mut value = || {
                words
                    .next()
                    .ok_or_else(|| format!("`{option}`: found nothing after it, expected a value"))
            };
            match option.as_str() {
                "--temperature" => arguments.temperature = number(&option, &value()?)?,
                "--particles" => arguments.particles = number(&option, &value()?)?,
                "--steps" => arguments.steps = number(&option, &value()?)?,
                "--equilibration" => arguments.equilibration = number(&option, &value()?)?,
                "--report" => arguments.report = number(&option, &value()?)?,
                "--seed" => arguments.seed = number(&option, &value()?)?,
                "--checkpoint" => arguments.checkpoint = Some(value()?.into()),
                _ => return Err(format!("found `{option}`, expected an option of --help")),
            }
        }
        arguments.checked().map(Some)
    }

    fn checked(self) -> Result<Self, String> {
        let fewest = fewest_particles();
        if !(self.temperature.is_finite() && self.temperature > 0.0) {
            return Err(format!(
                "`--temperature`: found {}, expected a positive number",
                self.temperature
            ));
        }
        if self.particles < fewest || u32::try_from(self.particles).is_err() {
            return Err(format!(
                "`--particles`: found {}, expected at least {fewest}: the cut-off in a cube of this density",
                self.particles
            ));
        }
        if self.report == 0 {
            return Err("`--report`: found 0, expected at least 1 step".into());
        }
        Ok(self)
    }
}

fn number<T: FromStr>(option: &str, word: &OsString) -> Result<T, String> {
    word.to_str()
        .and_then(|word| word.parse().ok())
        .ok_or_else(|| format!("`{option}`: found `{}`, expected a number", word.display()))
}
