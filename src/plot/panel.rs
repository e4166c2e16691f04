//! One pair of axes with its series.

use kuva::render::color::Color;
use kuva::render::render::{PathData, Primitive, Scene, build_path};

use super::axis::{Axis, Span};
use super::error::PlotError;
use super::palette::Paint;
use super::series::{Kind, Series, Shape, shape};

/// Length of the arrow of a bound, in pixels.
const ARROW: f64 = 26.0;

/// Where the legend goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum LegendPlace {
    /// Inside of the frame where it hides nothing, else to the right of it.
    #[default]
    Free,
    /// In the upper right corner.
    TopRight,
    /// In the upper left corner.
    TopLeft,
    /// In the lower right corner.
    BottomRight,
    /// In the lower left corner.
    BottomLeft,
    /// To the right of the frame.
    Outside,
    /// Nowhere.
    None,
}

/// Two axes and what is drawn between them.
#[derive(Debug, Clone, PartialEq)]
pub struct Panel {
    pub(super) x: Axis,
    pub(super) y: Axis,
    pub(super) series: Vec<Series>,
    pub(super) title: Option<String>,
    pub(super) legend: LegendPlace,
}

impl Panel {
    /// An empty panel.
    #[must_use]
    pub fn new(x: Axis, y: Axis) -> Self {
        Self {
            x,
            y,
            series: Vec::new(),
            title: None,
            legend: LegendPlace::Free,
        }
    }

    /// One series more, drawn over those before it.
    #[must_use]
    pub fn with(mut self, series: Series) -> Self {
        self.series.push(series);
        self
    }

    /// One series more, drawn over those before it.
    pub fn add(&mut self, series: Series) {
        self.series.push(series);
    }

    /// A line of text above the frame.
    #[must_use]
    pub fn title(mut self, title: impl Into<String>) -> Self {
        self.title = Some(title.into());
        self
    }

    /// Where the legend goes.
    #[must_use]
    pub fn legend(mut self, place: LegendPlace) -> Self {
        self.legend = place;
        self
    }

    /// The looks of the series, in their order: colours and markers in turn.
    pub(super) fn looks(&self) -> Vec<Look<'_>> {
        let (mut colour, mut marker) = (0, 0);
        self.series
            .iter()
            .map(|series| {
                let look = Look {
                    series,
                    colour: series.paint.colour(colour),
                    shape: shape(series.marker.unwrap_or(marker)),
                    open: series.open,
                };
                colour += usize::from(series.paint == Paint::Turn);
                marker += usize::from(series.kind == Kind::Points && series.marker.is_none());
                look
            })
            .collect()
    }

    /// Coordinates of everything drawn, for the range of the axes: error bars upwards in full, downwards to a third of
    /// the value at most, so that one bar through zero does not stretch a logarithmic axis.
    pub(super) fn spans(&self, index: usize) -> Result<(Span, Span), PlotError> {
        self.check(index)?;
        let bar = |axis: &Axis, value: f64, error: Option<f64>| {
            let error = error.filter(|e| e.is_finite()).unwrap_or(0.0);
            let low = value - error;
            [
                value,
                value + error,
                if axis.logarithmic {
                    low.max(value / 3.0)
                } else {
                    low
                },
            ]
        };
        let (mut xs, mut ys) = (Vec::new(), Vec::new());
        for series in &self.series {
            match &series.kind {
                Kind::Horizontal => ys.extend(&series.y),
                Kind::Vertical => xs.extend(&series.x),
                Kind::Steps => {
                    xs.extend(&series.x);
                    ys.extend(&series.y);
                    if !self.y.logarithmic {
                        ys.push(0.0);
                    }
                }
                Kind::Points | Kind::Line | Kind::Band { .. } => {
                    for (k, (&x, &y)) in series.x.iter().zip(&series.y).enumerate() {
                        if self.x.shows(x) && self.y.shows(y) {
                            let error = |list: &[Option<f64>]| list.get(k).copied().flatten();
                            xs.extend(bar(&self.x, x, error(&series.errors_x)));
                            ys.extend(bar(&self.y, y, error(&series.errors)));
                            if series.bounds && self.y.logarithmic {
                                ys.push(2.0 * y); // Room for the arrow.
                            }
                            if let Kind::Band { upper } = &series.kind {
                                ys.push(upper[k]);
                            }
                        }
                    }
                }
            }
        }
        let empty = PlotError::Empty {
            panel: index,
            left_out: self.left_out(),
        };
        match (self.x.span(xs), self.y.span(ys)) {
            (Some(x), Some(y)) if self.left_out() < self.points() => Ok((x, y)),
            _ => Err(empty),
        }
    }

    fn check(&self, panel: usize) -> Result<(), PlotError> {
        for (series, found) in self.series.iter().enumerate() {
            if let Some((what, found, expected)) = found.wrong_length() {
                return Err(PlotError::Length {
                    panel,
                    series,
                    what,
                    found,
                    expected,
                });
            }
        }
        for axis in [&self.x, &self.y] {
            if let Some([low, high]) = axis.range
                && !(axis.shows(low) && axis.shows(high) && low < high)
            {
                return Err(PlotError::Range {
                    panel,
                    axis: axis.label.clone(),
                    low,
                    high,
                });
            }
        }
        Ok(())
    }

    /// Whether point `k` of a series has a place on both axes.
    fn shows(&self, series: &Series, k: usize) -> bool {
        let upper = if let Kind::Band { upper } = &series.kind {
            upper[k]
        } else {
            series.y[k]
        };
        self.x.shows(series.x[k]) && self.y.shows(series.y[k]) && self.y.shows(upper)
    }

    pub(super) fn points(&self) -> usize {
        self.series
            .iter()
            .map(|series| series.x.len().max(series.y.len()))
            .sum()
    }

    pub(super) fn left_out(&self) -> usize {
        let count = |series: &Series| match series.kind {
            _ if series.wrong_length().is_some() => 0,
            Kind::Horizontal => series.y.iter().filter(|&&y| !self.y.shows(y)).count(),
            Kind::Vertical => series.x.iter().filter(|&&x| !self.x.shows(x)).count(),
            Kind::Steps => {
                let bad = |&&y: &&f64| !y.is_finite() || y.abs() > 1e300;
                series.x.iter().filter(|&&x| !self.x.shows(x)).count() + series.y.iter().filter(bad).count()
            }
            _ => (0..series.x.len()).filter(|&k| !self.shows(series, k)).count(),
        };
        self.series.iter().map(count).sum()
    }

    /// Draws the series into the frame. Returns where there is ink, for the legend to keep off.
    pub(super) fn draw(&self, scene: &mut Scene, frame: Frame, spans: (Span, Span)) -> Vec<[f64; 2]> {
        let mut ink = Vec::new();
        for look in self.looks() {
            match look.series.kind {
                Kind::Points => self.draw_points(scene, frame, spans, &look, &mut ink),
                _ => self.draw_lines(scene, frame, spans, &look, &mut ink),
            }
        }
        ink
    }

    fn draw_lines(
        &self,
        scene: &mut Scene,
        frame: Frame,
        (x, y): (Span, Span),
        look: &Look<'_>,
        ink: &mut Vec<[f64; 2]>,
    ) {
        for path in self.paths(look.series) {
            let [first_x, first_y] = path[0];
            let across = [0.0, 1.0];
            let path: Vec<[f64; 2]> = match look.series.kind {
                Kind::Horizontal => across.map(|f| frame.at(f, y.fraction(first_y))).to_vec(),
                Kind::Vertical => across.map(|f| frame.at(x.fraction(first_x), f)).to_vec(),
                _ => path
                    .into_iter()
                    .map(|[a, b]| frame.at(x.fraction(a), y.fraction(b)))
                    .collect(),
            };
            if matches!(look.series.kind, Kind::Band { .. } | Kind::Steps) {
                look.fill(scene, &path);
            }
            if !matches!(look.series.kind, Kind::Band { .. }) {
                look.stroke(scene, &path);
            }
            along(&path, ink);
        }
    }

    fn draw_points(
        &self,
        scene: &mut Scene,
        frame: Frame,
        (x, y): (Span, Span),
        look: &Look<'_>,
        ink: &mut Vec<[f64; 2]>,
    ) {
        let series = look.series;
        let map = |a: f64, b: f64| frame.at(x.fraction(a), y.fraction(b));
        for k in (0..series.x.len()).filter(|&k| self.shows(series, k)) {
            let (a, b) = (series.x[k], series.y[k]);
            let error = |list: &[Option<f64>]| {
                list.get(k)
                    .copied()
                    .flatten()
                    .filter(|e| e.is_finite() && *e > 0.0)
            };
            let upright = error(&series.errors).map(|e| [map(a, b - e), map(a, b + e)]);
            let level = error(&series.errors_x).map(|e| [map(a - e, b), map(a + e, b)]);
            for bar in upright.into_iter().chain(level) {
                look.bar(scene, bar);
                along(&bar, ink);
            }
            if series.bounds {
                let [px, py] = map(a, b);
                let arrow = [[px, py], [px, py - ARROW]];
                look.arrow(scene, arrow);
                along(&arrow, ink);
            }
            look.marker(scene, map(a, b));
            ink.push(map(a, b));
        }
    }

    /// The lines of a series in its own coordinates, interrupted where it cannot be drawn.
    fn paths(&self, series: &Series) -> Vec<Vec<[f64; 2]>> {
        let shown: Vec<usize> = match series.kind {
            Kind::Horizontal | Kind::Vertical => {
                let [x, y] = [series.x.first(), series.y.first()].map(|v| v.copied().unwrap_or(1.0));
                let there = self.x.shows(if series.x.is_empty() { 1.0 } else { x })
                    && self.y.shows(if series.y.is_empty() { 1.0 } else { y });
                return if there { vec![vec![[x, y]]] } else { Vec::new() };
            }
            Kind::Steps => {
                let mut path = Vec::with_capacity(2 * series.y.len() + 2);
                for (k, &height) in series.y.iter().enumerate().filter(|(_, y)| y.abs() <= 1e300) {
                    let [low, high] = [series.x[k], series.x[k + 1]];
                    if self.x.shows(low) && self.x.shows(high) {
                        if path.is_empty() {
                            path.push([low, 0.0]);
                        }
                        path.extend([[low, height], [high, height]]);
                    }
                }
                if let Some(&[last, _]) = path.last() {
                    path.push([last, 0.0]);
                }
                return if path.is_empty() { Vec::new() } else { vec![path] };
            }
            _ => (0..series.x.len()).filter(|&k| self.shows(series, k)).collect(),
        };
        shown
            .chunk_by(|a, b| a + 1 == *b)
            .map(|run| {
                let lower = run.iter().map(|&k| [series.x[k], series.y[k]]);
                match &series.kind {
                    Kind::Band { upper } => lower
                        .chain(run.iter().rev().map(|&k| [series.x[k], upper[k]]))
                        .collect(),
                    _ => lower.collect(),
                }
            })
            .collect()
    }
}

/// Points along a line, close enough that no legend fits between them.
fn along(path: &[[f64; 2]], ink: &mut Vec<[f64; 2]>) {
    for ends in path.windows(2) {
        let [a, b] = [ends[0], ends[1]];
        let pixels = (b[0] - a[0]).abs().max((b[1] - a[1]).abs()).min(4000.0);
        let parts = (pixels / 6.0).ceil().max(1.0) as u32;
        for k in 0..=parts {
            let f = f64::from(k) / f64::from(parts);
            ink.push([a[0] + f * (b[0] - a[0]), a[1] + f * (b[1] - a[1])]);
        }
    }
}

/// The rectangle between the axes, in pixels.
#[derive(Debug, Clone, Copy)]
pub(super) struct Frame {
    pub(super) left: f64,
    pub(super) top: f64,
    pub(super) width: f64,
    pub(super) height: f64,
}

impl Frame {
    /// The pixel at fractions of the two axes, kept within reach of the frame.
    pub(super) fn at(&self, x: f64, y: f64) -> [f64; 2] {
        let near = |f: f64| f.clamp(-20.0, 21.0);
        [
            self.left + near(x) * self.width,
            self.top + (1.0 - near(y)) * self.height,
        ]
    }
}

/// A series with its colour and shape settled.
#[derive(Clone)]
pub(super) struct Look<'a> {
    pub(super) series: &'a Series,
    colour: Color,
    shape: Shape,
    open: bool,
}

impl Look<'_> {
    pub(super) fn marker(&self, scene: &mut Scene, [x, y]: [f64; 2]) {
        let radius = 4.6 * self.series.size;
        let fill = if self.open {
            Color::Rgb(255, 255, 255)
        } else {
            self.colour.clone()
        };
        match self.shape {
            Shape::Circle => scene.add(Primitive::Circle {
                cx: x,
                cy: y,
                r: radius,
                fill,
                fill_opacity: None,
                stroke: Some(self.colour.clone()),
                stroke_width: Some(1.3),
            }),
            Shape::Polygon(corners) => {
                let corners: Vec<(f64, f64)> = corners
                    .iter()
                    .map(|&(a, b)| (x + a * radius, y + b * radius))
                    .collect();
                scene.add(Primitive::Path(Box::new(PathData {
                    d: build_path(&corners) + "Z",
                    fill: Some(fill),
                    stroke: self.colour.clone(),
                    stroke_width: 1.3,
                    opacity: None,
                    stroke_dasharray: None,
                })));
            }
        }
    }

    pub(super) fn stroke(&self, scene: &mut Scene, path: &[[f64; 2]]) {
        let points: Vec<(f64, f64)> = path.iter().map(|&[x, y]| (x, y)).collect();
        scene.add(Primitive::Path(Box::new(PathData {
            d: build_path(&points),
            fill: None,
            opacity: None,
            stroke: self.colour.clone(),
            stroke_width: if self.series.paint == Paint::Grey {
                1.3
            } else {
                2.0
            } * self.series.size,
            stroke_dasharray: self.series.dashed.then(|| "7 4".to_owned()),
        })));
    }

    pub(super) fn fill(&self, scene: &mut Scene, path: &[[f64; 2]]) {
        let points: Vec<(f64, f64)> = path.iter().map(|&[x, y]| (x, y)).collect();
        scene.add(Primitive::Path(Box::new(PathData {
            d: build_path(&points) + "Z",
            fill: Some(self.colour.clone()),
            stroke: Color::None,
            stroke_width: 0.0,
            opacity: Some(0.18),
            stroke_dasharray: None,
        })));
    }

    /// An arrow upwards.
    fn arrow(&self, scene: &mut Scene, [from, to]: [[f64; 2]; 2]) {
        let head = [-4.0, 0.0, 4.0].map(|dx: f64| (to[0] + dx, to[1] + 1.6 * dx.abs()));
        scene.add(Primitive::Path(Box::new(PathData {
            d: build_path(&[from, to].map(|[x, y]| (x, y))) + &build_path(&head),
            fill: None,
            stroke: self.colour.clone(),
            stroke_width: 1.4,
            opacity: None,
            stroke_dasharray: None,
        })));
    }

    /// An error bar with a cap at each end.
    fn bar(&self, scene: &mut Scene, [a, b]: [[f64; 2]; 2]) {
        let upright = (a[0] - b[0]).abs() < 1e-9;
        let cap = 3.2;
        let [dx, dy] = if upright { [cap, 0.0] } else { [0.0, cap] };
        let path = [
            [a, b],
            [[a[0] - dx, a[1] - dy], [a[0] + dx, a[1] + dy]],
            [[b[0] - dx, b[1] - dy], [b[0] + dx, b[1] + dy]],
        ]
        .map(|ends| build_path(&ends.map(|[x, y]| (x, y))))
        .concat();
        scene.add(Primitive::Path(Box::new(PathData {
            d: path,
            fill: None,
            stroke: self.colour.clone(),
            stroke_width: 1.2,
            opacity: None,
            stroke_dasharray: None,
        })));
    }
}
