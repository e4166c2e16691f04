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
    /// The marks of a series of `panel`, whose axes have the given spans.
    pub(super) fn of(panel: &Panel, series: &Series, [x, y]: [Span; 2]) -> Self {
        // A coordinate that a rule does not have runs along the frame.
        let rule = |k: usize, f: f64| {
            let fraction = |span: Span, list: &[f64]| list.get(k).map_or(f, |&at| span.fraction(at));
            place(fraction(x, &series.x), fraction(y, &series.y))
        };
        let at = |k: usize| rule(k, 0.0);
        let height = |value: f64| place(0.0, y.fraction(value))[1];
        let shown = panel.shown(series);
        let mut marks = Self::default();
        match series.kind {
            Kind::Points => {
                for k in shown.filter(|&k| is_inside(at(k))) {
                    let [px, py] = at(k);
                    if let Some(error) = series.error(k) {
                        let ends = [series.y[k] - error, series.y[k] + error];
                        marks.bars.push(ends.map(|end| [px, height(end)]));
                    }
                    if series.bounds {
                        marks.arrows.push([[px, py], [px, py - ARROW]]);
                    }
                    marks.points.push([px, py]);
                }
            }
            Kind::Rule => {
                marks.paths = shown.map(|k| vec![rule(k, 0.0), rule(k, 1.0)]).collect();
            }
            Kind::Line | Kind::Band => {
                let shown: Vec<usize> = shown.collect();
                let stretch = |run: &[usize]| {
                    let back = run
                        .iter()
                        .rev()
                        .filter_map(|&k| Some([at(k)[0], height(*series.upper.get(k)?)]));
                    run.iter().map(|&k| at(k)).chain(back).collect()
                };
                marks.paths = shown.chunk_by(|a, b| a + 1 == *b).map(stretch).collect();
            }
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
