//! The lines below a table: reasons and cautions, each once with the runs that share it.

use std::fmt::{self, Display};

use msed::Estimate;
use msed::relaxation::thresholds::{BLOCK, BLOCK_IN_LAGS, LONG_RUN, PLATEAU, SPECTRAL_BLOCK};
use msed::relaxation::{Caution, Relaxation};
use msed::stats::Outcome;

use super::table::shown;

/// The reasons of a table in the order in which they come up, each with the places that share it.
#[derive(Default)]
pub(super) struct Reasons(Vec<(String, Vec<String>)>);

impl Reasons {
    /// The text of a cell: a number of what was found, or else the verdict. The reason is kept for
    /// the lines below the table.
    pub(super) fn cell<T, Why: Display>(
        &mut self,
        what: &str,
        outcome: &Outcome<T, Why>,
        verdict: &str,
        place: &str,
        number: impl Fn(&T) -> &Estimate,
    ) -> String {
        let why = match outcome {
            Outcome::Resolved(found) => return shown(Some(number(found))),
            Outcome::Unresolved(why) => why,
        };
        self.add(format!("{what} {why}"), place);
        verdict.to_owned()
    }

    /// Keeps what a reader should know about the error bars of a fit: kinds of cautions, whose
    /// numbers stand in `results.json`.
    pub(super) fn add_cautions(&mut self, what: &str, fit: Option<&Relaxation>, place: &str) {
        for caution in fit.iter().flat_map(|fit| &fit.cautions) {
            self.add(format!("{what}: {}", in_short(caution)), place);
        }
    }

    fn add(&mut self, reason: String, place: &str) {
        match self.0.iter_mut().find(|(found, _)| *found == reason) {
            Some((_, places)) => places.push(place.to_owned()),
            None => self.0.push((reason, vec![place.to_owned()])),
        }
    }
}

impl Display for Reasons {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lines = self.0.iter();
        lines
            .map(|(reason, places)| format!("{}: {reason}\n", places.join(", ")))
            .try_for_each(|line| f.write_str(&line))
    }
}

/// A caution without the numbers of its run.
fn in_short(caution: &Caution) -> String {
    let short = |blocks: String| format!("error bars may be too small, blocks are shorter than {blocks}");
    match caution {
        Caution::ShortBlocks { .. } => short(format!("{BLOCK} mean relaxation times")),
        Caution::LongLags { .. } => short(format!("{BLOCK_IN_LAGS} times the longest fitted lag")),
        Caution::ShortSpectralBlocks { .. } => short(format!("{SPECTRAL_BLOCK} mean relaxation times")),
        Caution::ShortRun { .. } => {
            format!("errors are uncertain, the run is shorter than {LONG_RUN} mean relaxation times")
        }
        Caution::ExtrapolatedPlateau { .. } => {
            format!("the plateau is extrapolated from lags below {PLATEAU} mean relaxation times")
        }
        other => other.to_string(),
    }
}
