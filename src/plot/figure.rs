//! Panels on one page.

use std::path::Path;

use ::svg::node::element::Group;

use super::axis::{Axis, Ticks, power};
use super::label;
use super::legend::Legend;
use super::look::Look;
use super::marks::Marks;
use super::panel::{FRAME, Panel, PlotError};
use super::svg::{self, Place, at, centred, lines, rectangle, texts};

const TICK_TEXT: f64 = 16.0;
const LABEL_TEXT: f64 = 19.0;
const MAJOR: f64 = 8.0;
const MINOR: f64 = 4.5;
/// Room below a frame for the labels of its ticks and of its axis.
const BELOW: f64 = 62.0;

/// Panels side by side and below each other, lettered (a), (b), ... where there are several.
#[derive(Debug, Clone, PartialEq)]
pub struct Figure {
    panels: Vec<Panel>,
    columns: usize,
}

impl Figure {
    /// A figure of one panel.
    #[must_use]
    pub fn new(panel: Panel) -> Self {
        Self {
            panels: vec![panel],
            columns: usize::MAX,
        }
    }

    /// One panel more: to the right of the last one, or below where the row is full.
    #[must_use]
    pub fn with(mut self, panel: Panel) -> Self {
        self.panels.push(panel);
        self
    }

    /// At most `columns` panels in a row. 0 counts as 1.
    #[must_use]
    pub fn columns(mut self, columns: usize) -> Self {
        self.columns = columns.max(1);
        self
    }

    /// How many points are not drawn because they are not finite, or not positive on a logarithmic
    /// axis.
    #[must_use]
    pub fn left_out(&self) -> usize {
        self.panels.iter().map(Panel::left_out).sum()
    }

    /// The figure as SVG.
    ///
    /// # Errors
    /// [`PlotError::Empty`] if a panel has nothing to draw, [`PlotError::Length`] if the lists of a
    /// series differ in length, [`PlotError::Range`] if the range of an axis is not valid.
    pub fn to_svg(&self) -> Result<String, PlotError> {
        let lettered = self.panels.len() > 1;
        let panels = self.panels.iter().enumerate();
        let cells: Vec<Cell<'_>> = panels
            .map(|(index, panel)| Cell::new(panel, index, lettered))
            .collect::<Result<_, _>>()?;
        let columns = self.columns.min(cells.len());
        let widest = |of: fn(&Cell<'_>) -> f64| -> Vec<f64> {
            let column = |c| largest(cells.iter().skip(c).step_by(columns).map(of));
            (0..columns).map(column).collect()
        };
        let (left, right) = (widest(|cell| cell.left), widest(|cell| cell.right));
        let above = largest(cells.iter().map(|cell| cell.above));
        let row_height = above + FRAME[1] + BELOW;
        let before = |c: usize| (0..c).map(|c| left[c] + FRAME[0] + right[c]).sum::<f64>();
        let rows = cells.len().div_ceil(columns) as f64;
        let size = [before(columns).ceil(), (rows * row_height).ceil()];
        let panels = cells.iter().enumerate().map(|(index, cell)| {
            let (row, column) = (index / columns, index % columns);
            let corner = [before(column) + left[column], row as f64 * row_height + above];
            cell.draw(at(corner, false))
        });
        Ok(svg::page(size, FRAME, panels))
    }

    /// Writes the figure as SVG.
    ///
    /// # Errors
    /// As for [`to_svg`](Self::to_svg), and [`PlotError::Write`] if the file cannot be written.
    pub fn save(&self, path: impl AsRef<Path>) -> Result<(), PlotError> {
        let path = path.as_ref();
        std::fs::write(path, self.to_svg()?).map_err(|source| PlotError::Write {
            path: path.to_owned(),
            source,
        })
    }
}

fn labels(ticks: &Ticks, anchor: &str, place: impl Fn(f64) -> Place) -> Group {
    let labels = ticks.major.iter();
    let labels = labels.map(|(f, label)| (label.as_str(), place(*f)));
    texts(TICK_TEXT, anchor, labels)
}

fn largest(sizes: impl Iterator<Item = f64>) -> f64 {
    sizes.fold(0.0, f64::max)
}

/// A panel with its ticks, its marks and the room that it needs around its frame.
struct Cell<'a> {
    panel: &'a Panel,
    ticks: [Ticks; 2],
    marks: Vec<(Look<'a>, Marks)>,
    legend: Option<Legend<'a>>,
    letter: Option<String>,
    left: f64,
    right: f64,
    above: f64,
}

impl<'a> Cell<'a> {
    fn new(panel: &'a Panel, index: usize, lettered: bool) -> Result<Self, PlotError> {
        let spans = panel.spans(index)?;
        let width = |label: &str| label::width(label, TICK_TEXT);
        let ticks = [
            spans[0].ticks(FRAME[0], width),
            spans[1].ticks(FRAME[1], |_| TICK_TEXT),
        ];
        let looks = Look::all(&panel.series).into_iter();
        let marks: Vec<(Look<'_>, Marks)> = looks
            .map(|look| (look, Marks::of(panel, look.series, spans)))
            .collect();
        let ink: Vec<Place> = marks.iter().flat_map(|(_, marks)| marks.ink()).collect();
        let shown = marks.iter().filter(|(_, marks)| marks.show());
        let legend = Legend::new(shown.map(|(look, _)| *look), &ink);
        let widest = largest(ticks[1].major.iter().map(|(_, label)| width(label)));
        let letter = ('a'..='z').cycle().nth(index).filter(|_| lettered);
        let titled = lettered || panel.title.is_some();
        Ok(Self {
            panel,
            left: 40.0 + widest.max(18.0),
            right: 22.0 + legend.as_ref().map_or(0.0, Legend::overhang),
            above: if titled { 32.0 } else { 14.0 },
            letter: letter.map(|letter| format!("({letter})")),
            ticks,
            marks,
            legend,
        })
    }

    /// Adds everything to a group that has its origin in the upper left corner of the frame.
    fn draw(&self, group: Group) -> Group {
        let series = self.marks.iter().map(|(look, marks)| look.draw(marks));
        let clipped = Group::new().set("clip-path", "url(#frame)");
        let frame = rectangle([0.0; 2], FRAME).set("stroke-width", 1.4);
        let ticks = lines(self.tick_marks()).set("stroke-width", 1.2);
        let black = Group::new().set("fill", "none").set("stroke", "black");
        let group = group
            .add(series.fold(clipped, Group::add))
            .add(black.add(frame).add(ticks));
        let legend = self.legend.iter().map(Legend::draw);
        legend.fold(self.add_labels(group), Group::add)
    }

    /// Ticks inwards on all four sides.
    fn tick_marks(&self) -> Vec<[Place; 2]> {
        let [right, bottom] = FRAME;
        let lengths = |ticks: &Ticks| -> Vec<(f64, f64)> {
            let major = ticks.major.iter().map(|&(f, _)| (f, MAJOR));
            major.chain(ticks.minor.iter().map(|&f| (f, MINOR))).collect()
        };
        let upright = lengths(&self.ticks[0]).into_iter().flat_map(|(f, length)| {
            let x = f * right;
            [[[x, bottom], [x, bottom - length]], [[x, 0.0], [x, length]]]
        });
        let level = lengths(&self.ticks[1]).into_iter().flat_map(|(f, length)| {
            let y = (1.0 - f) * bottom;
            [[[0.0, y], [length, y]], [[right, y], [right - length, y]]]
        });
        upright.chain(level).collect()
    }

    fn add_labels(&self, group: Group) -> Group {
        let [width, height] = FRAME;
        let [x, y] = &self.ticks;
        let below = |f: f64| [f * width, height + 20.0];
        let beside = |f: f64| [-7.0, (1.0 - f) * height + 5.5];
        let name = |axis: &Axis, ticks: &Ticks| match ticks.factor {
            // The axis counts the quantity times the factor; a lone "×10" in a corner would not
            // say which way.
            Some(exponent) => format!("{} × {}", power(-exponent), axis.label),
            None => axis.label.clone(),
        };
        let (name_x, name_y) = (name(&self.panel.x, x), name(&self.panel.y, y));
        let [across, along] = [width + self.left, height + BELOW + self.above];
        let [middle, centre] = [[width / 2.0, height + 48.0], [23.0 - self.left, height / 2.0]];
        let over = [width / 2.0, -10.0];
        let title = self.panel.title.iter();
        let title = title.map(|title| centred(title, over, TICK_TEXT, width - 60.0, false));
        let letter = self.letter.iter();
        let letter = letter.map(|letter| texts(LABEL_TEXT, "start", [(letter.as_str(), [0.0, -10.0])]));
        let group = group
            .add(labels(x, "middle", below))
            .add(labels(y, "end", beside))
            .add(centred(&name_x, middle, LABEL_TEXT, across, false))
            .add(centred(&name_y, centre, LABEL_TEXT, along, true));
        title.chain(letter).fold(group, Group::add)
    }
}
