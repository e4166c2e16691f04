//! Colour, markers and strokes of a series.

use ::svg::node::element::Group;

use super::marks::Marks;
use super::palette::{Colour, Paint};
use super::series::{Filling, Kind, Series};
use super::svg::{Place, circle, lines, outlines};

/// Markers of about equal area, in turn: circle, square, diamond and two triangles.
const MARKERS: [&[Place]; 5] = [
    &[],
    &[[-0.88, -0.88], [0.88, -0.88], [0.88, 0.88], [-0.88, 0.88]],
    &[[0.0, -1.25], [1.25, 0.0], [0.0, 1.25], [-1.25, 0.0]],
    &[[0.0, -1.25], [1.12, 0.75], [-1.12, 0.75]],
    &[[0.0, 1.25], [1.12, -0.75], [-1.12, -0.75]],
];

/// A series with its colour and its marker settled.
#[derive(Clone, Copy)]
pub(super) struct Look<'a> {
    pub(super) series: &'a Series,
    colour: Colour,
    /// Corners of the marker, relative to its radius; a circle has none.
    corners: &'static [Place],
    /// Whether white edges set the line off from the points under it, whatever their colour.
    edged: bool,
}

impl<'a> Look<'a> {
    /// The looks of a panel's series, in their order: colours and markers in turn.
    pub(super) fn all(series: &'a [Series]) -> Vec<Self> {
        let (mut colour, mut marker, mut edged) = (0, 0, false);
        let look = |series: &'a Series| {
            let look = Self {
                series,
                colour: series.paint.colour(colour),
                corners: MARKERS[series.marker.unwrap_or(marker) % MARKERS.len()],
                edged: edged && series.kind == Kind::Line,
            };
            colour += usize::from(series.paint == Paint::Turn);
            marker += usize::from(series.kind == Kind::Points && series.marker.is_none());
            edged |= series.kind == Kind::Points;
            look
        };
        series.iter().map(look).collect()
    }

    /// The marks of the series, in its look.
    pub(super) fn draw(&self, marks: &Marks) -> Group {
        match self.series.kind {
            Kind::Points => self.points(marks),
            Kind::Band => self.area(marks),
            Kind::Line | Kind::Rule => self.strokes(marks),
        }
    }

    /// A sample for the legend, as wide as the legend's samples are.
    pub(super) fn sample(&self, [x, y]: Place, width: f64) -> Group {
        let [left, right] = [x - width / 2.0, x + width / 2.0];
        let [low, high] = [y + 6.0, y - 6.0];
        let mut marks = Marks::default();
        match self.series.kind {
            Kind::Points => marks.points.push([x, y]),
            Kind::Band => marks
                .paths
                .push(vec![[left, low], [left, high], [right, high], [right, low]]),
            Kind::Line | Kind::Rule => {
                marks.paths.push(vec![[left, y], [right, y]]);
            }
        }
        self.draw(&marks)
    }

    fn group(&self) -> Group {
        Group::new().set("fill", "none").set("stroke", self.colour)
    }

    fn strokes(&self, marks: &Marks) -> Group {
        let data = self.series.paint != Paint::Grey;
        let width = self.series.size * if data { 2.0 } else { 1.3 };
        let mut line = lines(&marks.paths).set("stroke-width", width);
        if self.series.dashed {
            line = line.set("stroke-dasharray", "7 4");
        }
        let mut group = self.group();
        if self.edged {
            let edge = line.clone().set("stroke", "white");
            group = group.add(edge.set("stroke-width", width + 1.2));
        }
        group.add(line)
    }

    fn area(&self, marks: &Marks) -> Group {
        let tone = Group::new().set("fill", self.colour);
        tone.set("fill-opacity", 0.18).add(outlines(&marks.paths))
    }

    /// Error bars and arrows first, markers over them.
    fn points(&self, marks: &Marks) -> Group {
        let mut group = self.group();
        if !marks.bars.is_empty() {
            group = group.add(lines(marks.bars.iter().flat_map(capped)).set("stroke-width", 1.2));
        }
        if !marks.arrows.is_empty() {
            group = group.add(lines(marks.arrows.iter().flat_map(arrow)).set("stroke-width", 1.4));
        }
        let (light, outline) = match self.series.filling {
            Filling::Full => (0.0, 1.3),
            Filling::Pale => (0.65, 1.0),
            Filling::Open => (1.0, 1.3),
        };
        let fill = self.colour.towards(Colour::WHITE, light);
        let mut markers = Group::new().set("fill", fill).set("stroke-width", outline);
        let radius = 4.6 * self.series.size;
        for &[x, y] in &marks.points {
            let corner = |&[a, b]: &Place| [x + a * radius, y + b * radius];
            markers = match self.corners {
                [] => markers.add(circle([x, y], radius)),
                corners => markers.add(outlines([corners.iter().map(corner).collect::<Vec<_>>()])),
            };
        }
        group.add(markers)
    }
}

/// An error bar with a cap at each end.
fn capped(&[a, b]: &[Place; 2]) -> [[Place; 2]; 3] {
    let cap = |[x, y]: Place| [[x - 3.2, y], [x + 3.2, y]];
    [[a, b], cap(a), cap(b)]
}

/// An arrow upwards.
fn arrow(&[from, to]: &[Place; 2]) -> [Vec<Place>; 2] {
    let head = [-4.0, 0.0, 4.0].map(|dx: f64| [to[0] + dx, to[1] + 1.6 * dx.abs()]);
    [vec![from, to], head.to_vec()]
}
