//! What all runs have in common, as far as the files tell it.

use std::path::Path;

use msed::thermo::SAME_VOLUME;
use msed::trajectory::Dimensions;
use msed::{EnergyKind, Sampling, Units};

use super::evidence::{Evidence, Reading, Times, is_same};
use super::folders::shown;
use super::frames::FrameFile;
use super::run::FoundRun;
use super::settings::{Consensus, Settings, Statement};

/// Runs that are named where they differ.
const LISTED: usize = 4;

/// A value that is known, or what there is to say of one that is not.
#[derive(Debug)]
pub(super) enum Fact<T> {
    /// The value, and what shows it.
    Known(T, String),
    /// What was found: perhaps a likely value, and words.
    Open(Option<T>, String),
}

impl<T> Fact<T> {
    fn open(found: impl Into<String>) -> Self {
        Self::Open(None, found.into())
    }

    pub(super) fn known(&self) -> Option<&T> {
        match self {
            Self::Known(value, _) => Some(value),
            Self::Open(..) => None,
        }
    }
}

impl<T: PartialEq + Clone + std::fmt::Display> Fact<T> {
    fn said(agreed: Consensus<T>) -> Self {
        match agreed {
            Consensus::Nothing => Self::open(""),
            Consensus::One(value, by) => Self::Known(value, by),
            Consensus::Several(words) => Self::open(format!("found {words}")),
        }
    }
}

/// The facts of `[system]`.
pub(super) struct SystemFacts {
    pub(super) units: Fact<Units>,
    pub(super) particles: Fact<usize>,
    pub(super) energy_kind: Fact<EnergyKind>,
    pub(super) ensemble: Fact<&'static str>,
    pub(super) time_step: Fact<f64>,
    pub(super) dimensions: Dimensions,
    /// Degrees of freedom that would fit, where those of atoms do not.
    pub(super) degrees_of_freedom: Option<f64>,
    /// Whether the volumes of the runs differ.
    pub(super) is_not_isochoric: bool,
    /// What each run shows.
    pub(super) evidence: Vec<Option<Evidence>>,
}

impl SystemFacts {
    /// The facts that these runs and settings tell.
    pub(super) fn of(dir: &Path, runs: &[FoundRun], settings: &Settings) -> Self {
        let frames = || runs.iter().flat_map(|run| &run.trajectory);
        let particles = particles(runs, settings);
        let planes = frames().map(|frames| frames.dimensions);
        let dimensions = planes.reduce(|a, b| if a == b { a } else { Dimensions::Three });
        let dimensions = dimensions.unwrap_or(Dimensions::Three);
        let said = units(runs, settings);
        let candidates: Vec<Units> = match &said {
            Fact::Known(units, _) => vec![*units],
            Fact::Open(..) => Units::ALL.to_vec(),
        };
        let evidence = runs.iter().map(|run| {
            let particles = *particles.known()?;
            let freedom = dimensions.degrees_of_freedom(particles);
            Evidence::of(dir, &run.energies, particles, freedom, &candidates)
        });
        let evidence: Vec<Option<Evidence>> = evidence.collect();
        let (units, energy_kind, degrees_of_freedom) = reading(said, runs, &evidence);
        let time_step = time_step(dir, runs, settings, &units);
        let volumes: Vec<f64> = frames().filter_map(|frames| frames.volume).collect();
        Self {
            ensemble: ensemble(&evidence),
            is_not_isochoric: volumes
                .iter()
                .any(|volume| (volume - volumes[0]).abs() > SAME_VOLUME * volumes[0]),
            units,
            particles,
            energy_kind,
            time_step,
            dimensions,
            degrees_of_freedom,
            evidence,
        }
    }
}

/// The number that energy files, logs and trajectories agree on.
fn particles(runs: &[FoundRun], settings: &Settings) -> Fact<usize> {
    let of_energies = runs.iter().flat_map(|run| run.energies.files());
    let of_energies = of_energies.filter_map(|file| said(file.particles?, &file.file));
    let of_frames = runs.iter().flat_map(|run| &run.trajectory);
    let of_frames = of_frames.filter_map(|frames: &FrameFile| said(frames.particles, &frames.file));
    let all: Vec<Statement<usize>> = of_energies
        .chain(of_frames)
        .chain(settings.particles.iter().cloned())
        .collect();
    Fact::said(Consensus::of(&all))
}

fn said<T>(value: T, by: &Path) -> Option<Statement<T>> {
    let by = by.to_owned();
    Some(Statement { value, by })
}

/// The units that energy files or logs name.
fn units(runs: &[FoundRun], settings: &Settings) -> Fact<Units> {
    let has_xyz = runs
        .iter()
        .flat_map(|run| &run.trajectory)
        .any(|frames| frames.is_xyz);
    let of_file = |unit: &str| match unit {
        // XYZ files are in angstrom.
        "kJ/mol" if !has_xyz => Units::GROMACS,
        "kJ/mol" | "kcal/mol" => Units::REAL,
        _ => Units::METAL,
    };
    let files = runs.iter().flat_map(|run| run.energies.files());
    let found: Vec<Statement<String>> = files
        .filter_map(|file| said(file.energy_unit?.to_owned(), &file.file))
        .collect();
    match (Consensus::of(&found), Consensus::of(&settings.units)) {
        (Consensus::One(unit, by), _) => {
            let units = of_file(&unit);
            let why = if units.energy == unit {
                "in"
            } else {
                "and converted, in"
            };
            Fact::Known(units, format!("energies in {unit} {why} {by}"))
        }
        (Consensus::Nothing, Consensus::One(name, by)) => match Units::by_name(&name) {
            Ok(units) => Fact::Known(units, by),
            Err(_) => Fact::open(format!("found `{name}` by {by}")),
        },
        (Consensus::Several(words), _) | (_, Consensus::Several(words)) => {
            Fact::open(format!("found {words}"))
        }
        (Consensus::Nothing, Consensus::Nothing) => Fact::open(""),
    }
}

/// Units and kind of the energies, and degrees of freedom where those of atoms do not fit.
fn reading(
    units: Fact<Units>,
    runs: &[FoundRun],
    evidence: &[Option<Evidence>],
) -> (Fact<Units>, Fact<EnergyKind>, Option<f64>) {
    let known: Vec<&Evidence> = evidence.iter().flatten().collect();
    let files = runs.iter().flat_map(|run| run.energies.files());
    let named: Vec<Statement<&str>> = files
        .filter_map(|file| said(kind_name(file.kind?), &file.file))
        .collect();
    let kind = match Consensus::of(&named) {
        Consensus::One(name, by) => {
            kind_of(name).map(|kind| (kind, format!("the name of the column in {by}")))
        }
        Consensus::Several(words) => return (units, Fact::open(format!("found {words}")), None),
        Consensus::Nothing => None,
    };
    let fits = |found: &Reading| kind.as_ref().is_none_or(|(kind, _)| *kind == found.1);
    let is_everywhere = |found: &&Reading| {
        known
            .iter()
            .all(|run| run.fits.iter().any(|other| is_same(found, other)))
    };
    let first = known.first().map_or(&[][..], |run| &run.fits[..]);
    let common: Vec<Reading> = first.iter().filter(is_everywhere).copied().filter(fits).collect();
    let why = "the fluctuations of energy and temperature agree for this alone".to_owned();
    if let [(found, of_kind)] = common[..] {
        let units = match units {
            Fact::Open(_, words) if words.is_empty() => Fact::Known(found, why.clone()),
            Fact::Open(_, words) => Fact::Open(Some(found), words),
            known => known,
        };
        let kind = kind.map_or_else(|| Fact::Known(of_kind, why), |(kind, why)| Fact::Known(kind, why));
        return (units, kind, None);
    }
    let names = |found: &[Reading]| {
        let each = found
            .iter()
            .map(|(units, kind)| format!("{} with {}", units.name(), kind_name(*kind)));
        each.collect::<Vec<_>>().join(", ")
    };
    let words = match (known.is_empty(), &common[..]) {
        (true, _) => "it takes a column of temperatures and the number of particles to tell".to_owned(),
        (_, []) if known.iter().all(|run| !run.fits.is_empty()) => {
            let each = runs.iter().zip(evidence).filter_map(|(run, evidence)| {
                Some(format!("for {} in {}", names(&evidence.as_ref()?.fits), run.name))
            });
            let each: Vec<String> = each.take(LISTED).collect();
            format!(
                "the fluctuations of energy and temperature agree {}: a scan is of one system",
                each.join(", ")
            )
        }
        (_, []) => {
            "the fluctuations of energy and temperature agree for no units and no kind with the degrees of \
                    freedom of free atoms"
                .to_owned()
        }
        (_, several) => format!(
            "the fluctuations of energy and temperature agree for {}",
            names(several)
        ),
    };
    let mut freedom = None;
    let mut likely = None;
    if common.is_empty()
        && let (Fact::Known(..), Some(run)) = (&units, known.first())
        && let Some((reading, found)) = run.with_freedom.iter().find(|(found, _)| fits(found))
    {
        freedom = Some(*found);
        likely = Some(reading.1);
    }
    let units = match units {
        Fact::Open(likely, found) => {
            let both = [found, words.clone()]
                .into_iter()
                .filter(|words| !words.is_empty());
            Fact::Open(likely, both.collect::<Vec<_>>().join("; "))
        }
        known => known,
    };
    match kind {
        Some((kind, why)) => (units, Fact::Known(kind, why), freedom),
        None => (units, Fact::Open(likely, words), freedom),
    }
}

/// The ensemble of most runs.
fn ensemble(evidence: &[Option<Evidence>]) -> Fact<&'static str> {
    let of = |wanted: &'static str| {
        evidence
            .iter()
            .flatten()
            .filter(move |run| run.ensemble() == Some(wanted))
    };
    // The first of those that are as many.
    let most = ["nve", "nvt", "npt"]
        .into_iter()
        .rev()
        .max_by_key(|wanted| of(wanted).count());
    let first = most.and_then(|most| of(most).next());
    match first.or_else(|| evidence.iter().flatten().next()) {
        None => Fact::open("it takes a column of temperatures and the number of particles to tell"),
        Some(run) => match run.ensemble() {
            Some(name) => Fact::Known(name, run.shown.clone()),
            None => Fact::open(run.shown.clone()),
        },
    }
}

/// The time of one step, which logs, scripts or times beside the energies tell.
fn time_step(dir: &Path, runs: &[FoundRun], settings: &Settings, units: &Fact<Units>) -> Fact<f64> {
    let times = units.known().and_then(|units| {
        let mut runs = runs.iter();
        runs.find_map(|run| Some((Times::of(dir, &run.energies, *units)?, &run.energies.first().file)))
    });
    let has_frames = runs.iter().any(|run| !run.trajectory.is_empty());
    match (
        times,
        Fact::said(Consensus::of(&settings.time_step_in(units.known()))),
    ) {
        (Some((times, file)), _) if !times.in_place_of_steps => {
            Fact::Known(rounded(times.step), format!("steps and times in {}", shown(file)))
        }
        (Some((times, _)), Fact::Known(step, by)) if Sampling::steps_in(times.step, step).is_none() => {
            Fact::open(format!(
                "found {step} by {by}, but rows {} apart",
                rounded(times.step)
            ))
        }
        (_, known @ Fact::Known(..)) => known,
        (Some((times, file)), Fact::Open(_, words)) if words.is_empty() && !has_frames => {
            let why = format!("the time between rows of {}, which has no steps", shown(file));
            Fact::Known(rounded(times.step), why)
        }
        (Some((times, file)), Fact::Open(likely, words)) => {
            let rows = format!(
                "rows of {} are {} apart, a multiple of it",
                shown(file),
                rounded(times.step)
            );
            let words = if words.is_empty() {
                rows
            } else {
                format!("{words}; {rows}")
            };
            Fact::Open(likely, words)
        }
        (None, open) => open,
    }
}

/// A number without the noise of a conversion.
pub(super) fn rounded(number: f64) -> f64 {
    format!("{number:.9e}").parse().unwrap_or(number)
}

/// The value of `energy_kind`.
pub(super) fn kind_name(kind: EnergyKind) -> &'static str {
    match kind {
        EnergyKind::PerParticle => "per_particle",
        _ => "total",
    }
}

fn kind_of(name: &str) -> Option<EnergyKind> {
    let mut kinds = [EnergyKind::Total, EnergyKind::PerParticle].into_iter();
    kinds.find(|kind| kind_name(*kind) == name)
}
