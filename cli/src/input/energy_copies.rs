//! Series of energies that are the same data: copies, whether altered or not, and pieces.

use std::path::Path;

use msed::{EnergySeries, energy};

use super::alike::{self, Order};
use super::shared_samples;
use super::{about, energies::Energies};
use crate::failure::Failure;
use crate::scan_file::{Run, Scan};

/// Changes of the energy count as equal to this part of their size where no print rounds them.
const EQUAL: f64 = 1e-6;

/// Refuses replicas of a run that share samples.
pub(super) fn check_replicas(replicas: &[(&Path, EnergySeries<'static>)]) -> Result<(), Failure> {
    refuse(replicas, Duplicate::exact)
}

/// Refuses replicas of a run of which one is made from another.
pub(super) fn check_altered(replicas: &[(&Path, EnergySeries<'static>)]) -> Result<(), Failure> {
    refuse(replicas, |series| {
        Duplicate::altered(series).or_else(|| Duplicate::alike(series))
    })
}

fn refuse(
    replicas: &[(&Path, EnergySeries<'static>)],
    find: impl Fn(&[&EnergySeries<'_>]) -> Option<Duplicate>,
) -> Result<(), Failure> {
    let series: Vec<&EnergySeries<'_>> = replicas.iter().map(|(_, series)| series).collect();
    let Some(duplicate) = find(&series) else {
        return Ok(());
    };
    let ([file, other], expected) = (
        [duplicate.series, duplicate.other].map(|k| replicas[k].0),
        duplicate.kind.expected(),
    );
    let found = duplicate.kind.found(&other.display().to_string());
    Err(about(file, format!("found {found}, expected {expected}")))
}

/// Refuses runs of a scan that count and share samples, whatever their files are called.
pub(crate) fn check_runs(scan: &Scan, energies: &[Energies]) -> Result<(), Failure> {
    let runs = scan.runs.iter().zip(energies);
    let runs = runs.filter(|(run, _)| run.exclude.is_none());
    let all = runs.flat_map(|(run, energies)| {
        run.energy()
            .iter()
            .zip(energies.replicas.runs())
            .map(move |(files, series)| (run, files[0].as_path(), series))
    });
    let all: Vec<(&Run, &Path, &EnergySeries<'_>)> = all.collect();
    let series: Vec<&EnergySeries<'_>> = all.iter().map(|(_, _, series)| *series).collect();
    // Nobody alters the data of a run to have another one by mistake.
    let Some(duplicate) = Duplicate::exact(&series) else {
        return Ok(());
    };
    let [(run, file, _), (other, other_file, _)] = [duplicate.series, duplicate.other].map(|k| all[k]);
    let what = duplicate
        .kind
        .found(&format!("{} of run `{}`", other_file.display(), other.name()));
    let message = format!(
        "run `{}`: found {what} in {}, expected energies of another run: data that a scan has twice would count twice",
        run.name(),
        file.display()
    );
    Err(scan.key_failure(run, "energy", message))
}

/// Two series that are not independent.
struct Duplicate {
    other: usize,
    series: usize,
    kind: Kind,
}

/// What they have in common.
enum Kind {
    /// All samples.
    Whole,
    /// So many samples, from this one of the other on.
    Part { length: usize, from: usize },
    /// So many changes of the energy in a row.
    Altered {
        length: usize,
        from: usize,
        order: Order,
    },
    /// The changes of this quantity.
    Alike { quantity: &'static str, order: Order },
}

impl Kind {
    fn found(&self, of: &str) -> String {
        match self {
            Self::Whole => format!("the energies of {of}"),
            Self::Part { length, from } => format!("{length} samples of {of} (sample {from} on)"),
            Self::Altered { length, from, order } => format!(
                "energies that change {length} times in a row as those of {of} do{} (sample {from} on)",
                order.backwards()
            ),
            Self::Alike { quantity, order } => format!(
                "{quantity} that follow those of {of}{}, as those of a copy with an offset or fewer digits do",
                order.backwards()
            ),
        }
    }

    fn expected(&self) -> &'static str {
        match self {
            Self::Whole => "another run",
            Self::Part { .. } => "an independent run: the pieces of one run are a list in the list `energy`",
            _ => "an independent run",
        }
    }
}

impl Duplicate {
    /// The first two of the series that share samples.
    fn exact(series: &[&EnergySeries<'_>]) -> Option<Self> {
        let samples: Vec<&[f64]> = series.iter().map(|series| series.samples()).collect();
        for (k, found) in samples.iter().enumerate() {
            if let Some(other) = samples[..k].iter().position(|other| other == found) {
                let kind = Kind::Whole;
                return Some(Self {
                    other,
                    series: k,
                    kind,
                });
            }
        }
        let shared = shared_samples::find(&samples)?;
        let (length, from) = (shared.length, shared.other_row);
        Some(Self {
            other: shared.other,
            series: shared.series,
            kind: Kind::Part { length, from },
        })
    }

    /// Energies that change alike in a part of two series, wherever it is, one of which may have an
    /// offset, fewer digits or the opposite order.
    ///
    /// Cost: a few passes over all samples.
    fn altered(series: &[&EnergySeries<'_>]) -> Option<Self> {
        let samples: Vec<&[f64]> = series.iter().map(|series| series.samples()).collect();
        let quanta = series
            .iter()
            .filter_map(|series| energy::resolution(*series).quantum);
        let quantum = quanta.fold(0.0, f64::max);
        let size = samples
            .iter()
            .map(|samples| mean_change(samples))
            .fold(f64::INFINITY, f64::min);
        let unit = if quantum > EQUAL * size {
            quantum
        } else {
            EQUAL * size
        };
        if !(unit > 0.0 && unit.is_finite()) {
            return None;
        }
        let round = |x: f64| {
            if quantum > EQUAL * size {
                (x / quantum).round() * quantum
            } else {
                x
            }
        };
        // Zeros are positive: bits are compared.
        let change = |a: f64, b: f64| ((round(b) - round(a)) / unit).round() + 0.0;
        let forwards = samples
            .iter()
            .map(|samples| -> Vec<f64> { samples.windows(2).map(|pair| change(pair[0], pair[1])).collect() });
        let mut all: Vec<Vec<f64>> = forwards.collect();
        let backwards = samples[1..].iter().map(|samples| -> Vec<f64> {
            samples
                .windows(2)
                .rev()
                .map(|pair| change(pair[1], pair[0]))
                .collect()
        });
        let backwards: Vec<Vec<f64>> = backwards.collect();
        all.extend(backwards);
        let all: Vec<&[f64]> = all.iter().map(Vec::as_slice).collect();
        let shared = shared_samples::find(&all)?;
        let count = samples.len();
        let is_reversed = shared.series >= count;
        let series = if is_reversed {
            shared.series - count + 1
        } else {
            shared.series
        };
        let order = if is_reversed { Order::Reversed } else { Order::Same };
        // A series that is its own mirror image is no copy.
        (series != shared.other && shared.other < count).then_some(Self {
            other: shared.other,
            series,
            kind: Kind::Altered {
                length: shared.length,
                from: shared.other_row,
                order,
            },
        })
    }

    /// Series of which the energies, the temperatures or the pressures go up and down together.
    ///
    /// Cost: one pass over the first samples of each pair of series.
    fn alike(series: &[&EnergySeries<'_>]) -> Option<Self> {
        for (k, found) in series.iter().enumerate() {
            for (other, before) in series[..k].iter().enumerate() {
                let columns = [
                    ("energies", Some(found.samples()), Some(before.samples())),
                    ("temperatures", found.temperatures(), before.temperatures()),
                    ("pressures", found.pressures(), before.pressures()),
                ];
                for (quantity, column, others) in columns {
                    let order = column
                        .zip(others)
                        .and_then(|(column, others)| alike::find(others, column));
                    if let Some(order) = order {
                        let kind = Kind::Alike { quantity, order };
                        return Some(Self {
                            other,
                            series: k,
                            kind,
                        });
                    }
                }
            }
        }
        None
    }
}

/// The mean size of a change from sample to sample.
pub(super) fn mean_change(samples: &[f64]) -> f64 {
    let changes = samples.windows(2).map(|pair| (pair[1] - pair[0]).abs());
    changes.sum::<f64>() / samples.len().saturating_sub(1).max(1) as f64
}
