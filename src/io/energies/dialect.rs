//! Habits of the programs that write columns: where names stand, what separates fields, and what
//! else is in the file.

use std::borrow::Cow;
use std::path::Path;

use super::names;
use crate::io::error::Fault;
use crate::io::text::bytes::{f64_field, fields, shown};

/// What marks the rows of NAMD.
pub(super) const NAMD_ROW: &[u8] = b"ENERGY:";
/// What marks its names.
const NAMD_NAMES: &[u8] = b"ETITLE:";

/// Columns of GPUMD's `thermo.out`, which has no names: temperature, kinetic and potential energy,
/// then pressures and the cell.
const GPUMD: [&str; 3] = ["temperature[K]", "kinetic energy[eV]", "potential energy[eV]"];
/// Numbers of columns that GPUMD writes.
const GPUMD_COUNTS: [usize; 3] = [9, 12, 18];

/// Whether a text begins like a NAMD log.
pub(super) fn is_namd(head: &[u8]) -> bool {
    let mut lines = head.split(|&byte| byte == b'\n').map(<[u8]>::trim_ascii_start);
    let marks: [&[u8]; 4] = [b"Charm++", b"Info: NAMD", NAMD_NAMES, NAMD_ROW];
    lines.any(|line| marks.iter().any(|mark| line.starts_with(mark)))
}

/// The columns of a file without names that is called `thermo.out`, compressed or not, and has as
/// many columns as GPUMD writes.
pub(super) fn gpumd(file: &Path, count: usize) -> Option<Vec<String>> {
    let name = file.file_name()?.to_str()?;
    let behind = name.strip_prefix("thermo.out");
    let is_named = matches!(behind, Some("" | ".gz" | ".zst" | ".bz2"));
    if !is_named || !GPUMD_COUNTS.contains(&count) {
        return None;
    }
    let names = GPUMD.iter().map(|&name| name.to_owned());
    Some(
        names
            .chain((4..=count).map(|place| format!("column {place}")))
            .collect(),
    )
}

/// What a line of NAMD is.
pub(super) enum NamdLine {
    Names,
    Row,
    /// The energies that follow are of a minimisation.
    Minimises,
    /// The energies that follow are of dynamics.
    Runs,
    Other,
}

impl NamdLine {
    pub(super) fn of(line: &[u8]) -> Self {
        match line {
            line if line.starts_with(NAMD_ROW) => Self::Row,
            line if line.starts_with(NAMD_NAMES) => Self::Names,
            line if line.starts_with(b"TCL: Minimizing") => Self::Minimises,
            line if line.starts_with(b"TCL: Running") => Self::Runs,
            _ => Self::Other,
        }
    }
}

/// What the commands of an xvg file say about its columns: `gmx energy` writes them for xmgrace.
#[derive(Debug, Clone, Default)]
pub(super) struct Xvg {
    /// The label of the axis, and of each column after the first.
    axis: Option<String>,
    legends: Vec<String>,
    /// The units in the label of the other axis.
    units: Vec<String>,
    is_of_gromacs: bool,
}

impl Xvg {
    /// Takes a line that begins with `@`, without it, and returns whether it is a command.
    pub(super) fn take(&mut self, line: &str) -> bool {
        let mut words = line.split_whitespace();
        match (words.next(), words.next(), words.next()) {
            (Some("title"), ..) => self.is_of_gromacs |= line.contains("GROMACS"),
            (Some("xaxis"), Some("label"), _) => self.axis = quoted(line).map(str::to_owned),
            (Some("yaxis"), Some("label"), _) => {
                let label = quoted(line).unwrap_or_default();
                let units = label.split(',').map(|unit| unit.trim().trim_matches(['(', ')']));
                self.units = units.map(str::to_owned).collect();
            }
            (Some(set), Some("legend"), _) => {
                let place = set
                    .strip_prefix('s')
                    .and_then(|place| place.parse::<usize>().ok());
                // Legends come in the order of the columns.
                if place == Some(self.legends.len()) {
                    self.legends.push(quoted(line).unwrap_or_default().to_owned());
                }
            }
            (Some("TYPE" | "view" | "legend" | "subtitle" | "xaxis" | "yaxis"), ..) => {}
            _ => return false,
        }
        true
    }

    /// The names of the columns, where the file says them.
    pub(super) fn names(&self) -> Option<Vec<String>> {
        if self.legends.is_empty() {
            return None;
        }
        let axis = self.axis.clone().unwrap_or_else(|| "Time".to_owned());
        Some(
            std::iter::once(axis)
                .chain(self.legends.iter().cloned())
                .collect(),
        )
    }

    /// Whether GROMACS wrote it: the title says so, or the unit of its energies.
    pub(super) fn is_of_gromacs(&self) -> bool {
        self.energy_unit() == Some("kJ/mol")
    }

    /// The unit of the energies.
    pub(super) fn energy_unit(&self) -> Option<&'static str> {
        let known = self.units.iter().find_map(|unit| names::known_energy_unit(unit));
        known.or(self.is_of_gromacs.then_some("kJ/mol"))
    }
}

/// What stands between quotes.
fn quoted(line: &str) -> Option<&str> {
    let (_, after) = line.split_once('"')?;
    after.rsplit_once('"').map(|(inside, _)| inside)
}

/// A row as this reader takes it: semicolons and quotes become blanks, and the exponents of
/// Fortran, as in `1.5D+03`, are read as `1.5E+03`.
///
/// # Errors
/// [`Fault::Format`] for a row with decimal commas.
pub(super) fn plain(line: &[u8]) -> Result<Cow<'_, [u8]>, Fault> {
    unless_decimal_commas(line)?;
    let is_fortran = |line: &[u8], at: usize| {
        matches!(line[at], b'D' | b'd')
            && at > 0
            && matches!(line[at - 1], b'0'..=b'9' | b'.')
            && matches!(line.get(at + 1), Some(b'+' | b'-' | b'0'..=b'9'))
    };
    let odd = |at: &usize| matches!(line[*at], b';' | b'"') || is_fortran(line, *at);
    let Some(first) = (0..line.len()).find(odd) else {
        return Ok(Cow::Borrowed(line));
    };
    let mut plain = line.to_vec();
    for at in (first..line.len()).filter(odd) {
        plain[at] = if is_fortran(line, at) { b'E' } else { b' ' };
    }
    Ok(Cow::Owned(plain))
}

/// Refuses a row whose numbers have commas for points: `0;-1,5` or `0 -1,5`. Between commas that
/// separate, no field has one.
fn unless_decimal_commas(line: &[u8]) -> Result<(), Fault> {
    let is_blank = |byte: &u8| matches!(byte, b' ' | b'\t' | b';');
    let words = || line.split(is_blank).filter(|word| !word.is_empty());
    if !line.contains(&b',') || words().count() < 2 || words().any(|word| word.ends_with(b",")) {
        return Ok(());
    }
    let has_comma = |word: &&[u8]| {
        let mut parts = word.split(|&byte| byte == b',');
        let (whole, behind, rest) = (parts.next(), parts.next(), parts.next());
        let is_number = |part: Option<&[u8]>| part.is_some_and(|part| f64_field(part).is_some());
        let is_digits = behind.is_some_and(|part| part.first().is_some_and(u8::is_ascii_digit));
        is_number(whole) && is_number(behind) && is_digits && rest.is_none()
    };
    match words().find(has_comma) {
        Some(word) => {
            let word = shown(word);
            let expected = "expected decimal points: a comma separates columns";
            Err(Fault::Format(format!("`{word}` has a decimal comma, {expected}")))
        }
        None => Ok(()),
    }
}

/// Whether a line is a row that [`plain`] refuses.
pub(super) fn is_refused(line: &[u8]) -> bool {
    matches!(line.first(), Some(b'0'..=b'9' | b'+' | b'-' | b'.' | b'"')) && plain(line).is_err()
}

/// Whether a text holds a whole row of numbers, so that what comes before it is all there.
pub(super) fn has_row(head: &[u8]) -> bool {
    let whole = head.iter().rposition(|&byte| byte == b'\n').unwrap_or(0);
    let mut lines = head[..whole].split(|&byte| byte == b'\n').map(<[u8]>::trim_ascii);
    lines.any(|line| {
        let mut numbers = fields(line).map(|field| f64_field(field).is_some());
        line.starts_with(NAMD_ROW) || numbers.next() == Some(true) && numbers.next() == Some(true)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_of_other_programs_become_plain() {
        let rows = [
            ("0;-1.5;0.7", "0 -1.5 0.7"),
            ("\"0\",\"-1.5\"", " 0 , -1.5 "),
            ("0 -1.5D+03 .7d0", "0 -1.5E+03 .7E0"),
            ("0 -1.5 word", "0 -1.5 word"),
            ("0, -1.5, 0.7", "0, -1.5, 0.7"),
            ("0,1,2", "0,1,2"),
            ("0 Dd d5", "0 Dd d5"),
        ];
        for (row, expected) in rows {
            assert_eq!(plain(row.as_bytes()).unwrap(), expected.as_bytes(), "{row}");
        }
        for row in ["0;-1,5;0,7", "0 -1,5", "0\t-1,5\t3", "0,5;1"] {
            let fault = plain(row.as_bytes()).unwrap_err().to_string();
            assert!(
                fault.ends_with("has a decimal comma, expected decimal points: a comma separates columns"),
                "{row}: {fault}"
            );
        }
    }

    #[test]
    fn a_head_is_decided_by_its_first_row() {
        assert!(!has_row(b"# TimeStep v_pe\n0 -1."));
        assert!(has_row(b"# TimeStep v_pe\n0 -1.5\n"));
        assert!(has_row(b"ETITLE: TS\nENERGY: 0 1\n"));
        assert!(!has_row(b""));
    }

    #[test]
    fn legends_name_the_columns_of_an_xvg_file() {
        let mut xvg = Xvg::default();
        for line in [
            "    title \"GROMACS Energies\"",
            "    xaxis  label \"Time (ps)\"",
            "TYPE xy",
            " s0 legend \"Potential\"",
            " s1 legend \"Kinetic En.\"",
        ] {
            assert!(xvg.take(line), "{line}");
        }
        assert_eq!(xvg.names().unwrap(), ["Time (ps)", "Potential", "Kinetic En."]);
        assert_eq!(xvg.energy_unit(), Some("kJ/mol"));
        assert_eq!(Xvg::default().names(), None);
    }

    #[test]
    fn gpumd_is_known_by_its_name_and_its_columns() {
        assert_eq!(gpumd(Path::new("a/thermo.out"), 12).unwrap().len(), 12);
        assert_eq!(
            gpumd(Path::new("thermo.out.gz"), 18).unwrap()[2],
            "potential energy[eV]"
        );
        assert_eq!(gpumd(Path::new("thermo.out"), 10), None);
        assert_eq!(gpumd(Path::new("energy.out"), 12), None);
    }
}
