//! Rows of cells as aligned columns, and the numbers in them.

use std::fmt::{self, Display};

use msed::Estimate;

/// A header and its rows.
pub(super) struct Table {
    rows: Vec<Vec<String>>,
}

impl Table {
    /// A table without rows. Bars separate the cells of the header.
    pub(super) fn new(header: &str) -> Self {
        let header = header.split('|').map(|cell| cell.trim().to_owned());
        Self {
            rows: vec![header.collect()],
        }
    }

    pub(super) fn add(&mut self, row: impl Into<Vec<String>>) {
        self.rows.push(row.into());
    }

    /// Whether the table has no rows.
    pub(super) fn is_empty(&self) -> bool {
        self.rows.len() == 1
    }
}

impl Display for Table {
    /// Aligns the first column to the left and the others to the right.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let width = |column: usize| {
            let cells = self.rows.iter().filter_map(|row| row.get(column));
            cells.map(|cell| cell.chars().count()).max().unwrap_or(0)
        };
        let widths: Vec<usize> = (0..self.rows[0].len()).map(width).collect();
        for row in &self.rows {
            let mut line = String::new();
            for (k, (cell, &width)) in row.iter().zip(&widths).enumerate() {
                line += &if k == 0 {
                    format!("{cell:<width$}")
                } else {
                    format!("  {cell:>width$}")
                };
            }
            writeln!(f, "{}", line.trim_end())?;
        }
        Ok(())
    }
}

/// A number with its error; a dash where there is none.
pub(super) fn shown(number: Option<&Estimate>) -> String {
    or_dash(number.filter(|number| number.value().is_finite()))
}

/// A text; a dash where there is none.
pub(super) fn or_dash(text: Option<impl Display>) -> String {
    text.map_or_else(|| "-".to_owned(), |text| text.to_string())
}

/// A temperature to the digits that tell state points apart.
pub(crate) fn temperature(value: f64) -> String {
    if value >= 100.0 {
        format!("{value:.0}")
    } else {
        format!("{value:.3}")
    }
}

/// A time in four digits at most.
pub(crate) fn time(value: f64) -> String {
    match value {
        x if x >= 100.0 => format!("{x:.0}"),
        x if x >= 10.0 => format!("{x:.1}"),
        x if x >= 1.0 => format!("{x:.2}"),
        x => format!("{x:.3}"),
    }
}
