//! How often intervals held the truth, and how the values spread.

/// One sigma.
pub(crate) const LEVEL: f64 = 0.6827;

/// One number of one run: its value, half of its one-sigma interval (none where there is no error),
/// and the truth.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Shot {
    pub(crate) value: f64,
    pub(crate) half: Option<f64>,
    pub(crate) truth: f64,
}

impl Shot {
    /// Of an interval that is as wide on both sides.
    pub(crate) fn new(value: f64, interval: Option<[f64; 2]>, truth: f64) -> Self {
        let half = interval.map(|[low, high]| 0.5 * (high - low));
        Self { value, half, truth }
    }

    /// The truth was not found at all.
    pub(crate) fn missed() -> Self {
        Self {
            value: f64::NAN,
            half: None,
            truth: f64::NAN,
        }
    }

    fn held(self) -> bool {
        self.half
            .is_some_and(|half| (self.value - self.truth).abs() < half)
    }
}

/// The shots of many runs at one number.
#[derive(Debug, Default, Clone)]
pub(crate) struct Tally {
    shots: Vec<Shot>,
}

impl Tally {
    pub(crate) fn new(shots: Vec<Shot>) -> Self {
        Self { shots }
    }

    /// Runs.
    pub(crate) fn of(&self) -> usize {
        self.shots.len()
    }

    /// Runs whose number has an interval.
    pub(crate) fn with_error(&self) -> usize {
        self.shots.iter().filter(|shot| shot.half.is_some()).count()
    }

    /// The part of the intervals there are that held the truth.
    pub(crate) fn coverage(&self) -> f64 {
        let held = self.shots.iter().filter(|shot| shot.held()).count();
        held as f64 / self.with_error() as f64
    }

    /// Standard deviation of ln (value / truth).
    pub(crate) fn log_spread(&self) -> f64 {
        let logs = self.shots.iter().map(|shot| (shot.value / shot.truth).ln());
        let logs: Vec<f64> = logs.filter(|x| x.is_finite()).collect();
        let n = logs.len() as f64;
        let mean = logs.iter().sum::<f64>() / n;
        (logs.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / (n - 1.0)).sqrt()
    }
}
