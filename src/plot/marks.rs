//! What a series leaves on the paper, in the pixels of its panel's frame.

use super::axis::Span;
use super::panel::{FRAME, Panel};
use super::series::{Kind, Series};
use super::svg::Place;

/// Length of the arrow of a bound.
const ARROW: f64 = 26.0;

/// Marks of a series. The origin is the upper left corner of the frame.
#[derive(Debug, Default)]
pub(super) struct Marks {
    /// Markers, all of them inside of the frame.
    pub(super) points: Vec<Place>,
    pub(super) bars: Vec<[Place; 2]>,
    pub(super) arrows: Vec<[Place; 2]>,
    pub(super) paths: Vec<Vec<Place>>,
}

/// The pixel at fractions of the two axes, kept within reach of the frame.
fn place(x: f64, y: f64) -> Place {
    let near = |f: f64| f.clamp(-20.0, 21.0);
    [near(x) * FRAME[0], (1.0 - near(y)) * FRAME[1]]
}

fn is_inside([x, y]: Place) -> bool {
    let within = |p: f64, end: f64| (-1e-6..=end + 1e-6).contains(&p);
    within(x, FRAME[0]) && within(y, FRAME[1])
}

impl Marks {
    /// Lines alone.
    pub(super) fn lines(paths: Vec<Vec<Place>>) -> Self {
        Self {
            paths,
            ..Self::default()
        }
    }

    /// The marks of a series of `panel`, whose axes have the given spans.
    pub(super) fn of(panel: &Panel, series: &Series, [x, y]: [Span; 2]) -> Self {
        let at = |a: f64, b: f64| place(x.fraction(a), y.fraction(b));
        let shown = |k: &usize| panel.shows(series, *k);
        match &series.kind {
            Kind::Points => Self::points(series, (0..series.x.len()).filter(shown), at),
            Kind::Horizontal => {
                let rules = series.y.iter().filter(|&&b| panel.y.shows(b));
                Self::lines(
                    rules
                        .map(|&b| [0.0, 1.0].map(|f| place(f, y.fraction(b))).to_vec())
                        .collect(),
                )
            }
            Kind::Vertical => {
                let rules = series.x.iter().filter(|&&a| panel.x.shows(a));
                Self::lines(
                    rules
                        .map(|&a| [0.0, 1.0].map(|f| place(x.fraction(a), f)).to_vec())
                        .collect(),
                )
            }
            Kind::Steps => {
                let mut path = Vec::with_capacity(2 * series.y.len() + 2);
                for (ends, &height) in series.x.windows(2).zip(&series.y) {
                    if height.abs() <= 1e300 && ends.iter().all(|&a| panel.x.shows(a)) {
                        if path.is_empty() {
                            path.push(at(ends[0], 0.0));
                        }
                        path.extend([at(ends[0], height), at(ends[1], height)]);
                    }
                }
                if let Some(&[last, _]) = path.last() {
                    path.push([last, at(0.0, 0.0)[1]]);
                    return Self::lines(vec![path]);
                }
                Self::default()
            }
            Kind::Line | Kind::Band { .. } => {
                let shown: Vec<usize> = (0..series.x.len()).filter(shown).collect();
                let stretch = |run: &[usize]| -> Vec<Place> {
                    let lower = run.iter().map(|&k| at(series.x[k], series.y[k]));
                    match &series.kind {
                        Kind::Band { upper } => lower
                            .chain(run.iter().rev().map(|&k| at(series.x[k], upper[k])))
                            .collect(),
                        _ => lower.collect(),
                    }
                };
                Self::lines(shown.chunk_by(|a, b| a + 1 == *b).map(stretch).collect())
            }
        }
    }

    fn points(series: &Series, shown: impl Iterator<Item = usize>, at: impl Fn(f64, f64) -> Place) -> Self {
        let mut marks = Self::default();
        for k in shown {
            let (a, b) = (series.x[k], series.y[k]);
            let [px, py] = at(a, b);
            if !is_inside([px, py]) {
                continue;
            }
            let error = |list: &[Option<f64>]| {
                let error = list.get(k).copied().flatten();
                error.filter(|e| e.is_finite() && *e > 0.0)
            };
            if let Some(e) = error(&series.errors) {
                marks.bars.push([b - e, b + e].map(|end| [px, at(a, end)[1]]));
            }
            if let Some(e) = error(&series.errors_x) {
                marks.bars.push([a - e, a + e].map(|end| [at(end, b)[0], py]));
            }
            if series.bounds {
                marks.arrows.push([[px, py], [px, py - ARROW]]);
            }
            marks.points.push([px, py]);
        }
        marks
    }

    /// Whether any of the marks shows within the frame.
    pub(super) fn show(&self) -> bool {
        self.ink().any(is_inside)
    }

    /// Places that hold ink, close enough that no legend fits between those of a line.
    pub(super) fn ink(&self) -> impl Iterator<Item = Place> + '_ {
        let ends = self.bars.iter().chain(&self.arrows).copied();
        let paths = self
            .paths
            .iter()
            .flat_map(|path| path.windows(2).map(|ends| [ends[0], ends[1]]));
        self.points
            .iter()
            .copied()
            .chain(ends.chain(paths).flat_map(along))
    }
}

/// Places along a straight line.
fn along([a, b]: [Place; 2]) -> impl Iterator<Item = Place> {
    let pixels = (b[0] - a[0]).abs().max((b[1] - a[1]).abs()).min(4000.0);
    let parts = (pixels / 6.0).ceil().max(1.0) as u32;
    (0..=parts).map(move |k| {
        let f = f64::from(k) / f64::from(parts);
        [a[0] + f * (b[0] - a[0]), a[1] + f * (b[1] - a[1])]
    })
}
