//! Logs as LAMMPS writes them, made at random with all that happens to logs, and read back.

use std::fmt::Write as _;
use std::io::Write as _;

use msed::io::{EnergyReader, EnergyTable, Note, Overlap, RunChoice};
use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64;

const LOGS: u64 = 10_000;

#[derive(Debug, Clone, Copy, PartialEq)]
enum Style {
    One,
    Custom,
    Yaml,
    Multi,
}

/// How a run follows the one before it.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Kind {
    /// It continues it.
    Continues,
    /// `thermo_modify norm` was changed.
    Norm,
    /// `thermo` was changed.
    Spacing,
    /// The columns are others.
    Columns,
    /// `reset_timestep 0`.
    Reset,
    /// `timestep` was changed.
    TimeStep,
    Minimization,
    /// `run 0`.
    Nothing,
    /// The job before was killed and this one went on from a restart file.
    Restart,
}

/// A row as it is printed.
#[derive(Debug, Clone)]
struct Row {
    step: u64,
    temperature: String,
    energy: String,
}

/// A run that a reader can take.
#[derive(Debug, Clone)]
struct Series {
    /// The numbers of its runs.
    numbers: Vec<usize>,
    rows: Vec<Row>,
    spacing: u64,
}

struct Made {
    style: Style,
    text: String,
    reader: EnergyReader,
    /// What is taken by default, and where later jobs replace earlier ones.
    default: Series,
    later: Series,
    /// The usable runs alone.
    alone: Vec<Series>,
    atoms: u64,
}

fn pick<T: Copy>(random: &mut Pcg64, of: &[T]) -> T {
    of[random.random_range(0..of.len())]
}

struct Writer {
    random: Pcg64,
    text: String,
    style: Style,
    step_name: &'static str,
    extra: Vec<&'static str>,
    /// Whether the log echoes commands, as a log does and the screen does not.
    echoes: bool,
    spacing: u64,
    time_step: Option<f64>,
    atoms: u64,
    per_particle: bool,
    phase: f64,
}

impl Writer {
    fn row(&self, step: u64) -> Row {
        let x = step as f64 + self.phase;
        let total = -6.9 * self.atoms as f64 + (x * 0.37).sin() * 2.0;
        let energy = if self.per_particle {
            total / self.atoms as f64
        } else {
            total
        };
        Row {
            step,
            temperature: format!("{:.5}", 0.7 + (x * 0.11).cos() * 0.01),
            energy: format!("{energy:.6}"),
        }
    }

    /// The steps that LAMMPS prints: the first, the last, and the multiples between.
    fn steps(&self, first: u64, length: u64) -> Vec<u64> {
        let inside = (first + 1..first + length).filter(|step| step % self.spacing == 0);
        let mut steps: Vec<u64> = std::iter::once(first).chain(inside).collect();
        if length > 0 {
            steps.push(first + length);
        }
        steps
    }

    fn between(&mut self, next: u64) {
        let width = self.extra.len() + 3;
        match self.random.random_range(0..40) {
            0 => self.text += "WARNING: Inconsistent image flags (src/domain.cpp:815)\n",
            1 => self.text += "\n",
            2 => self.text += "colvars: Saving collective variables state to \"out.colvars.state\".\n",
            3 => self.text += "PLUMED: # restarting at 12 0.5 7\n",
            4 if next > 5 && self.style != Style::Multi => {
                let _ = write!(
                    self.text,
                    "SHAKE stats (type/ave/delta) on step {next}\n  1 0.9572 1.2e-06\n  2 104.52 2.9e-4\n"
                );
            }
            5 => self.text += "Bond:   4   0.957206   1.22128e-06   2016\n",
            6 if width > 3 && self.style != Style::Yaml => self.text += "  0.25 17.5\n  0.5 18.5\n",
            7 => self.text += "fix 3 dihedrals gone\n",
            _ => {}
        }
    }

    /// Prints a run. A run that is killed has no end.
    fn run(&mut self, rows: &[Row], killed: bool) {
        if let Some(time_step) = self.time_step {
            let _ = writeln!(self.text, "  Time step     : {time_step}");
        }
        if self.echoes {
            let _ = writeln!(self.text, "thermo {}\nthermo_modify flush yes", self.spacing);
        }
        let memory = "Memory usage per processor = 2.27267 Mbytes\n";
        let allocation = "Per MPI rank memory allocation (min/avg/max) = 3.1 | 3.1 | 3.1 Mbytes\n";
        let announced = pick(&mut self.random, &[memory, allocation, allocation]);
        self.text += announced;
        let mut names = vec![self.step_name, "Temp"];
        names.extend(match self.style {
            Style::One => vec!["E_pair", "E_mol"],
            _ => vec!["PotEng"],
        });
        names.extend(&self.extra);
        match self.style {
            Style::Yaml => {
                let names: String = names.iter().map(|name| format!("'{name}', ")).collect();
                let _ = write!(self.text, "---\nkeywords: [{names}]\ndata:\n");
            }
            Style::Multi => {}
            _ => {
                let names: String = names.iter().map(|name| format!("   {name}      ")).collect();
                let _ = writeln!(self.text, "{names}");
            }
        }
        for (place, row) in rows.iter().enumerate() {
            if place > 1 {
                self.between(row.step);
            }
            let extra = self.extra.len();
            let Row {
                step,
                temperature,
                energy,
            } = row;
            let _ = match self.style {
                Style::Yaml => writeln!(
                    self.text,
                    "  - [{step}, {temperature}, {energy}, {}]",
                    "1.5, ".repeat(extra)
                ),
                Style::Multi => writeln!(
                    self.text,
                    "------------ Step {step:14} ----- CPU =    0.2200696 (sec) -------------\nTotEng   =     -4515.8519 \
                     KinEng   =      1498.5000 Temp     = {temperature:>14} \nPotEng   = {energy:>14} E_bond   =         0.0000"
                ),
                Style::One => writeln!(
                    self.text,
                    "{step:10}   {temperature:<12}  {energy:<14}  0  {}",
                    "1.5  ".repeat(extra)
                ),
                Style::Custom => writeln!(
                    self.text,
                    "{step:10}   {temperature:<12}  {energy:<14} {}",
                    "-2.5e-3  ".repeat(extra)
                ),
            };
        }
        if killed {
            return;
        }
        if self.style == Style::Yaml {
            self.text += "...\n";
        }
        let _ = write!(
            self.text,
            "Loop time of 0.52 on 1 procs for 100 steps with {} atoms\n\nPair    | 0.0072811  | 77.33\nNlocal:  100 ave 100 max\nHistogram: 1 0 0 0\n\n",
            self.atoms
        );
    }
}

fn on_grid(rows: &[Row], spacing: u64) -> Vec<Row> {
    let rows = rows.iter().filter(|row| row.step % spacing == 0);
    rows.cloned().collect()
}

/// A log with what must be read from it.
fn make(seed: u64) -> Made {
    let mut random = Pcg64::seed_from_u64(seed);
    let style = pick(
        &mut random,
        &[
            Style::One,
            Style::Custom,
            Style::Custom,
            Style::Yaml,
            Style::Multi,
        ],
    );
    let named = style != Style::Multi && random.random_bool(0.2);
    let step_name = if named {
        pick(&mut random, &["Timestep", "TIME", "step"])
    } else {
        "Step"
    };
    let banner = pick(
        &mut random,
        &[
            "LAMMPS (29 Aug 2024 - Update 1)\n",
            "LAMMPS (29 Nov 2011)\n  1 = max bonds/atom\n",
            "# my run\n# of four words here\nLAMMPS (22 Jul 2025)\n",
            "\n\n  \nLAMMPS (22 Jul 2025)\n",
            "srun: job 4711 queued\n1 2 3\n4 5 6\nLAMMPS (3 Mar 2020)\n",
            "--------\nWARNING: There was an error initializing an OpenFabrics device.\n--------\nLAMMPS (3 Mar 2020)\n",
            "",
        ],
    );
    let mut log = Writer {
        text: banner.to_owned(),
        style,
        step_name,
        extra: Vec::new(),
        echoes: random.random_bool(0.7),
        time_step: None,
        spacing: pick(&mut random, &[1, 5, 10, 50, 100]),
        atoms: random.random_range(20..5000),
        per_particle: random.random_bool(0.5),
        phase: f64::from(random.random_range(0_u32..1000)),
        random,
    };
    let mut before: Vec<Row> = Vec::new();
    let (mut numbers, mut series, mut later): (Vec<usize>, Vec<Row>, Vec<Row>) = Default::default();
    let mut later_numbers: Vec<usize> = Vec::new();
    let mut alone = Vec::new();
    // Whether all runs that would be joined have one row. Their spacing is then not to be seen.
    let mut points = true;
    let runs = log.random.random_range(1..5);
    for number in 1..=runs {
        let kinds = [
            Kind::Continues,
            Kind::Continues,
            Kind::Continues,
            Kind::Norm,
            Kind::Spacing,
            Kind::Columns,
            Kind::Reset,
            Kind::TimeStep,
            Kind::Minimization,
            Kind::Nothing,
            Kind::Restart,
        ];
        let last = before.last().map(|row| row.step);
        let mut kind = pick(&mut log.random, &kinds);
        let killed_before = log.text.ends_with("KILLED\n");
        if killed_before {
            log.text.truncate(log.text.len() - "KILLED\n".len());
            kind = Kind::Restart;
        }
        if last.is_none() && kind != Kind::Minimization || kind == Kind::Restart && !killed_before {
            kind = Kind::Continues;
        }
        if number == runs && matches!(kind, Kind::Minimization | Kind::Nothing) && alone.is_empty() {
            kind = Kind::Continues;
        }
        let mut first = last.unwrap_or_else(|| pick(&mut log.random, &[0, 0, 1000, 16384]));
        let mut length =
            log.spacing * log.random.random_range(5..12) + log.random.random_range(0..log.spacing);
        let mut apart = last.is_none();
        match kind {
            Kind::Continues => {}
            Kind::Norm => log.per_particle = !log.per_particle,
            Kind::Spacing => {
                log.spacing = if log.spacing == 10 { 25 } else { 10 };
                length = log.spacing * 6;
            }
            Kind::Columns if style == Style::Multi => kind = Kind::Continues,
            Kind::Columns => log
                .extra
                .push(pick(&mut log.random, &["c_rdf[5][2]", "Press", "v_x", "f_1[3]"])),
            Kind::Reset => {
                first = 0;
                log.phase += 17.0;
                log.text += "reset_timestep 0\n";
            }
            Kind::TimeStep => {
                // The first one that is said is another one only if one was said before.
                apart |= log.time_step.is_some();
                log.time_step = Some(0.001 * (number + 1) as f64);
            }
            Kind::Minimization => length = log.spacing * 3,
            Kind::Nothing => length = 0,
            Kind::Restart => {
                log.text += "LAMMPS (3 Mar 2020)\n";
                let on_grid: Vec<u64> = on_grid(&before, log.spacing).iter().map(|row| row.step).collect();
                first = on_grid[log.random.random_range(2..on_grid.len())];
            }
        }
        apart |= match kind {
            Kind::Norm | Kind::Columns | Kind::Reset | Kind::Minimization => true,
            Kind::Spacing => log.echoes || !points,
            _ => false,
        };
        let rows: Vec<Row> = log
            .steps(first, length)
            .iter()
            .map(|&step| log.row(step))
            .collect();
        if kind == Kind::Minimization {
            log.text += "minimize 1.0e-4 1.0e-6 100 1000\n";
            log.run(&rows, false);
            log.text += "Minimization stats:\n  Stopping criterion = energy tolerance\n";
            // The next run begins elsewhere.
            log.phase += 29.0;
            before = rows;
            numbers.clear();
            series.clear();
            (later_numbers, later) = Default::default();
            continue;
        }
        let killed = number < runs && rows.len() > 6 && log.random.random_bool(0.15);
        let cut = if killed {
            log.random.random_range(5..rows.len())
        } else {
            rows.len()
        };
        let rows = rows[..cut].to_vec();
        log.run(&rows, killed);
        if killed {
            log.text += "KILLED\n";
        }
        let goes_back = last.is_some_and(|last| kind == Kind::Restart && first < last);
        let own = on_grid(&rows, log.spacing);
        if apart || numbers.is_empty() {
            points = true;
            numbers.clear();
            series.clear();
            (later_numbers, later) = Default::default();
        }
        if goes_back {
            numbers.clear();
            series.clear();
            later.retain(|row| row.step < first);
        }
        for (numbers, rows) in [(&mut numbers, &mut series), (&mut later_numbers, &mut later)] {
            numbers.push(number);
            for row in &own {
                if rows.last().is_none_or(|last: &Row| row.step > last.step) {
                    rows.push(row.clone());
                }
            }
        }
        if own.len() >= 2 {
            alone.push(Series {
                numbers: vec![number],
                rows: own,
                spacing: log.spacing,
            });
        }
        points &= rows.len() == 1;
        before = rows;
    }
    // The last run was none: the one before it is taken.
    let spacing = log.spacing;
    let of = |numbers, rows| Series {
        numbers,
        rows,
        spacing,
    };
    let (default, later) = (of(numbers, series), of(later_numbers, later));
    let reader = EnergyReader::new();
    Made {
        style,
        reader: if named { reader.step(step_name) } else { reader },
        text: log.text,
        default,
        later,
        alone,
        atoms: log.atoms,
    }
}

fn check(found: &EnergyTable, expected: &Series, what: &str) {
    let steps: Vec<u64> = expected.rows.iter().map(|row| row.step).collect();
    assert_eq!(found.steps().collect::<Vec<_>>(), steps, "{what}");
    assert_eq!(found.stride, expected.spacing, "{what}");
    let energies: Vec<f64> = expected
        .rows
        .iter()
        .map(|row| row.energy.parse().unwrap())
        .collect();
    assert_eq!(found.potential, energies, "{what}");
    let temperatures: Vec<f64> = expected
        .rows
        .iter()
        .map(|row| row.temperature.parse().unwrap())
        .collect();
    assert_eq!(found.temperature.as_deref(), Some(&temperatures[..]), "{what}");
    for note in &found.notes {
        if let Note::Runs { taken, .. } = note {
            assert_eq!(taken, &expected.numbers, "{what}");
        }
    }
}

/// The bytes of a log, sometimes with line ends of Windows or compressed.
fn bytes(text: &str, seed: u64) -> Vec<u8> {
    let text = if seed.is_multiple_of(5) {
        text.replace('\n', "\r\n")
    } else {
        text.to_owned()
    };
    if !seed.is_multiple_of(7) {
        return text.into_bytes();
    }
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(text.as_bytes()).unwrap();
    encoder.finish().unwrap()
}

#[test]
fn logs_of_every_kind_are_read_exactly() {
    let (mut joined, mut apart, mut replaced) = (0, 0, 0);
    for seed in 0..LOGS {
        let made = make(seed);
        let bytes = bytes(&made.text, seed);
        let read = |reader: &EnergyReader| reader.read_from(&bytes[..], "x.log");
        let what = format!("seed {seed}:\n{}", made.text);
        if made.default.rows.len() >= 2 {
            let found = read(&made.reader).unwrap_or_else(|error| panic!("{error}, {what}"));
            check(&found, &made.default, &what);
            assert!(
                found.is_log && found.particles.is_none_or(|atoms| atoms as u64 == made.atoms),
                "{what}"
            );
            joined += usize::from(made.default.numbers.len() > 1);
            apart += usize::from(made.default.numbers.len() == 1 && made.alone.len() > 1);
        }
        if made.later.rows.len() >= 2 {
            let reader = made.reader.clone().overlap(Overlap::Later);
            let found = read(&reader).unwrap_or_else(|error| panic!("{error}, {what}"));
            let steps: Vec<u64> = made.later.rows.iter().map(|row| row.step).collect();
            assert_eq!(found.steps().collect::<Vec<_>>(), steps, "{what}");
            replaced += usize::from(
                found
                    .notes
                    .iter()
                    .any(|note| matches!(note, Note::Replaced { .. })),
            );
        }
        for run in &made.alone {
            let reader = made.reader.clone().log_run(RunChoice::Number(run.numbers[0]));
            let found = read(&reader).unwrap_or_else(|error| panic!("{error}, {what}"));
            check(&found, run, &what);
        }
    }
    // All situations came up.
    assert!(
        joined > 1000 && apart > 1000 && replaced > 200,
        "{joined} {apart} {replaced}"
    );
}

/// Ways to spoil a row, and what the message must say.
#[test]
fn spoilt_logs_are_refused_with_the_reason() {
    let mut refused = [0; 4];
    for seed in 0..LOGS / 4 {
        let made = make(seed);
        let (Some(run), false) = (made.alone.last(), made.style == Style::Multi) else {
            continue;
        };
        if run.rows.len() < 5 || made.default.numbers.last() != run.numbers.last() {
            continue;
        }
        // A row in the middle of the last run.
        let row = &run.rows[run.rows.len() - 2];
        let head = if made.style == Style::Yaml {
            format!("  - [{}, ", row.step)
        } else {
            format!("{:10}   ", row.step)
        };
        let at = made.text.rfind(&head).unwrap();
        let end = at + made.text[at..].find('\n').unwrap();
        let line = made.text[..at].matches('\n').count() + 1;
        let old = &made.text[at..end];
        let way = (seed % 4) as usize;
        let (new, expected) = match way {
            0 => (
                old.replacen(&row.energy, "nan", 1),
                format!("x.log:{line}: `nan` in column "),
            ),
            1 => (
                old.replacen(&row.energy, "-6.9.1", 1),
                format!("x.log:{line}: `-6.9.1` in column "),
            ),
            2 => (old.replacen(&row.energy, "", 1), "x.log:".to_owned()),
            _ => (String::new(), format!("step {} after ", row.step + run.spacing)),
        };
        // Among the rows of `fix shake` a damaged row may be one of theirs. The next row tells.
        let uneven = format!("step {} after ", row.step + run.spacing);
        let text = format!("{}{new}{}", &made.text[..at], &made.text[end..]);
        let error = made.reader.read_from(&bytes(&text, seed)[..], "x.log");
        let message = match error {
            Ok(table) => panic!("seed {seed}, way {way}: {:?}\n{text}", table.potential),
            Err(error) => error.to_string(),
        };
        assert!(
            message.contains(&expected) || message.contains(&uneven),
            "seed {seed}: {message}, expected {expected}\n{text}"
        );
        refused[way] += 1;
    }
    assert!(refused.iter().all(|&count| count > 100), "{refused:?}");
}
