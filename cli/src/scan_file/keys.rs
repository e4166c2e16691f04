//! The keys of a scan file and what each holds, for messages, for the help and for `msed init`.

/// Where a key may stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Table {
    System,
    Run,
    /// In `[system]` for all runs, or in a `[[run]]`.
    Either,
}

/// What a run must have for a key to have an effect on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Needs {
    Energies,
    /// A `trajectory`.
    Frames,
    /// The `ensemble` `npt`.
    Barostat,
}

/// A key of a scan file.
#[derive(Debug)]
pub(crate) struct Key {
    pub(crate) name: &'static str,
    pub(crate) table: Table,
    pub(crate) is_required: bool,
    pub(crate) needs: Needs,
    /// A value as it may stand in the file.
    pub(crate) example: &'static str,
    /// What its value is, as a phrase.
    pub(crate) meaning: &'static str,
}

const fn required(name: &'static str, table: Table, example: &'static str, meaning: &'static str) -> Key {
    Key {
        name,
        table,
        is_required: true,
        needs: Needs::Energies,
        example,
        meaning,
    }
}

const fn optional(name: &'static str, table: Table, example: &'static str, meaning: &'static str) -> Key {
    Key {
        name,
        table,
        is_required: false,
        needs: Needs::Energies,
        example,
        meaning,
    }
}

impl Key {
    /// A key that needs more than energies.
    const fn needing(mut self, needs: Needs) -> Self {
        self.needs = needs;
        self
    }
}

use Needs::{Barostat, Frames};
use Table::{Either, Run, System};

/// All keys, those of `[system]` first. `name` and `ensemble` are keys of both tables.
pub(crate) const KEYS: [Key; 42] = [
    required("name", System, "\"a name\"", "a name"),
    required(
        "units",
        System,
        "\"lj\"",
        "one of `lj`, `metal`, `real`, `gromacs`",
    ),
    required("particles", System, "1000", "the number of particles"),
    required(
        "energy_kind",
        System,
        "\"total\"",
        "one of `total`, `per_particle` (LAMMPS prints the energy per particle under `units lj` unless \
         `thermo_modify norm no`)",
    ),
    required("ensemble", System, "\"nve\"", "one of `nve`, `nvt`, `npt`"),
    required("timestep", System, "0.005", "the time units of one MD step"),
    optional(
        "path",
        System,
        "\"isochoric\"",
        "`isochoric` or `isobaric`; required where volumes differ",
    ),
    optional(
        "species",
        System,
        "[ { name = \"A\", count = 800 }, { name = \"B\", count = 200 } ]",
        "the species in the order of ids, or with a `type` each; required with a trajectory",
    ),
    optional(
        "types",
        System,
        "\"types.lammpstrj\"",
        "a file whose first frame has the type of each particle",
    )
    .needing(Frames),
    optional(
        "probe",
        System,
        "\"A\"",
        "the species whose F_s gives tau_alpha; by default the first",
    )
    .needing(Frames),
    optional(
        "q_shell",
        System,
        "[7.15, 7.35]",
        "the shell of wave vectors; by default around the main peak of S(q)",
    )
    .needing(Frames),
    optional(
        "overlap_radius",
        System,
        "0.3",
        "the radius within which a particle overlaps with its own past",
    )
    .needing(Frames),
    optional(
        "reference_temperature",
        System,
        "1.0",
        "where entropies are zero; by default the highest temperature",
    ),
    optional(
        "box",
        Either,
        "[9.4, 9.4, 9.4]",
        "the edges of the cell, where the trajectory has none or too few digits; or `automatic`",
    ),
    optional(
        "dimensions",
        Either,
        "2",
        "2 or 3; by default as the first trajectory moves",
    ),
    optional(
        "degrees_of_freedom",
        Either,
        "2.997",
        "momenta that fluctuate, per particle; by default (`automatic`) those of free atoms",
    ),
    optional(
        "centre_of_mass",
        Either,
        "\"remove\"",
        "`remove` takes off the motion of the whole system; by default `keep`",
    )
    .needing(Frames),
    optional(
        "energy_column",
        Either,
        "\"PotEng\"",
        "the column of the potential energy, by name or number; or `automatic`",
    ),
    optional(
        "temperature_column",
        Either,
        "\"Temp\"",
        "the column of the temperature, by name or number; or `automatic`",
    ),
    optional(
        "pressure_column",
        Either,
        "\"Press\"",
        "the column of the pressure, by name or number; or `automatic`",
    ),
    optional(
        "volume_column",
        Either,
        "\"Volume\"",
        "the column of the volume, by name or number; or `automatic`",
    ),
    optional(
        "total_energy_column",
        Either,
        "\"TotEng\"",
        "the column of the total energy, by name or number; `none`; or `automatic`",
    ),
    optional(
        "pressure",
        Either,
        "1.0",
        "the pressure of the barostat, under `npt`; by default (`automatic`) the mean of the pressure column",
    )
    .needing(Barostat),
    optional(
        "step_column",
        Either,
        "\"Step\"",
        "the column of the steps, by name or number; or `automatic`",
    ),
    optional(
        "log_run",
        Either,
        "\"last\"",
        "one run of a log alone: `last`, or its number; by default `joined`",
    ),
    optional(
        "overlap",
        Either,
        "\"later\"",
        "`later`: a restarted job replaces the steps that it repeats; by default `refuse`",
    ),
    optional(
        "unwrap",
        Either,
        "\"continuity\"",
        "unwraps wrapped coordinates: `images` (flags) or `continuity`; by default `none`",
    )
    .needing(Frames),
    optional(
        "types_change",
        Either,
        "\"ignore\"",
        "`ignore`: types are those of the first frame; by default `refuse`",
    )
    .needing(Frames),
    optional(
        "frame_times",
        Either,
        "\"ignore\"",
        "`ignore`: times of frames may disagree with their steps and `timestep`; by default `refuse`",
    )
    .needing(Frames),
    optional(
        "cut_off",
        Either,
        "\"leave_out\"",
        "`leave_out`: a last frame or row that is cut off does not count; by default `refuse`",
    ),
    optional(
        "particle_order",
        Either,
        "\"file\"",
        "`file`: particles of a dump without ids keep their places; by default `id`",
    )
    .needing(Frames),
    optional(
        "model",
        Either,
        "\"automatic\"",
        "the form of the slow relaxation: `automatic`, `exponential` or `stretched`",
    ),
    required(
        "energy",
        Run,
        "\"energy.dat\"",
        "a file name or a list of file names",
    ),
    optional("ensemble", Run, "\"nvt\"", "where it is not that of [system]"),
    optional(
        "temperature",
        Run,
        "0.7",
        "by default the mean of the temperature column",
    ),
    optional(
        "trajectory",
        Run,
        "\"trajectory.xtc\"",
        "a file of frames, or a list of them, as for `energy`",
    ),
    optional(
        "frame_interval",
        Run,
        "0.5",
        "the time between frames, where the file has no steps",
    )
    .needing(Frames),
    optional(
        "energy_interval",
        Run,
        "0.05",
        "the time between rows, where the file has neither steps nor times",
    ),
    optional(
        "fit_window",
        Run,
        "[0.5, 200.0]",
        "first and last lag time of the fits; by default chosen from the curve",
    ),
    optional(
        "discard",
        Run,
        "\"automatic\"",
        "the time to leave out at the start of every file, or `automatic`",
    ),
    optional(
        "exclude",
        Run,
        "\"not in equilibrium\"",
        "a reason: the run then enters no result over temperature",
    ),
    required("name", Run, "\"T0.700\"", "a name"),
];

/// The one table in which a key may stand; `None` where there is no such key or no such table.
pub(crate) fn other_table(name: &str) -> Option<&'static str> {
    let mut tables = KEYS.iter().filter(|key| key.name == name).map(|key| key.table);
    match (tables.next(), tables.next()) {
        (Some(System), None) => Some("[system]"),
        (Some(Run), None) => Some("a [[run]]"),
        _ => None,
    }
}

/// What a key holds.
pub(crate) fn meaning(name: &str) -> &'static str {
    match name {
        "system" => "a table [system]",
        "run" => "a table [[run]] for each state point",
        _ => KEYS
            .iter()
            .find(|key| key.name == name)
            .map_or("a value", |key| key.meaning),
    }
}
