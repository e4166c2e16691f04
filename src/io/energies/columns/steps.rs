//! How the rows of a table are counted, and how they follow each other.

/// How a row follows the rows before it.
#[derive(Debug, Clone, Copy)]
pub(super) enum Joint {
    /// It is the next one.
    Next,
    /// Another series begins.
    Restart,
    /// A later job begins: only so many of the rows before it are kept.
    Replaces(usize),
}

/// How rows are counted, and where the time of a row is.
#[derive(Debug, Clone, Copy, Default)]
pub(super) enum Counting {
    /// By a column of steps.
    #[default]
    Steps,
    /// By a column of steps, which a column of times must agree with.
    StepsAndTimes(usize),
    /// By a column of times: a row is one interval after the row before.
    Times(usize),
    /// One by one.
    Rows,
}

/// The steps so far.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Steps {
    pub(super) first: i64,
    pub(super) stride: Option<i64>,
    pub(super) last: i64,
    pub(super) rows: i64,
    /// Whether a header stands between the last row and the next.
    pub(super) boundary: bool,
}

impl Steps {
    pub(super) fn begin(first: i64) -> Self {
        Self {
            first,
            stride: None,
            last: first,
            rows: 1,
            boundary: false,
        }
    }
}
