//! The legend, and a place for it.

use ::svg::node::element::Group;

use super::label;
use super::look::Look;
use super::panel::FRAME;
use super::series::Kind;
use super::svg::{Place, at, rectangle, texts};

const TEXT: f64 = 16.0;
const ROW: f64 = 22.0;
const GAP: f64 = 8.0;
const MARGIN: f64 = 12.0;

/// A panel's legend with its place. The origin is the upper left corner of the panel's frame.
pub(super) struct Legend<'a> {
    entries: Vec<(&'a str, Look<'a>)>,
    /// Width of the samples: markers need less than lines.
    sample: f64,
    size: [f64; 2],
    corner: Place,
}

impl<'a> Legend<'a> {
    /// The legend of the series that have a name, inside of the frame where it hides none of `ink`,
    /// or else to the right; `None` without entries.
    pub(super) fn new(looks: impl Iterator<Item = Look<'a>>, ink: &[Place]) -> Option<Self> {
        let entries: Vec<(&str, Look<'_>)> = looks
            .filter_map(|look| Some((look.series.label.as_deref()?, look)))
            .collect();
        let markers = entries.iter().all(|(_, look)| look.series.kind == Kind::Points);
        let sample = if markers { 14.0 } else { 30.0 };
        let texts = entries.iter().map(|(name, _)| label::width(name, TEXT));
        let size = [
            sample + GAP + texts.fold(0.0, f64::max),
            ROW * entries.len() as f64,
        ];
        (!entries.is_empty()).then(|| Self {
            entries,
            sample,
            size,
            corner: corner(size, ink),
        })
    }

    /// How far the legend reaches beyond the right side of the frame.
    pub(super) fn overhang(&self) -> f64 {
        (self.corner[0] + self.size[0] - FRAME[0]).max(0.0)
    }

    pub(super) fn draw(&self) -> Group {
        let [width, height] = self.size;
        let paper = rectangle([-4.0, -2.0], [width + 8.0, height + 4.0]);
        let group = at(self.corner, false).add(paper.set("fill", "white").set("fill-opacity", 0.85));
        let rows = self.entries.iter().enumerate();
        let middle = |row: usize| ROW * (row as f64 + 0.5);
        let place = |row: usize| [self.sample + GAP, middle(row) + 5.5];
        let names = rows.clone().map(|(row, (name, _))| (*name, place(row)));
        let names = texts(TEXT, "start", names);
        let samples = rows.map(|(row, (_, look))| look.sample([self.sample / 2.0, middle(row)], self.sample));
        samples.fold(group, Group::add).add(names)
    }
}

/// Where the upper left corner of a legend goes.
fn corner([width, height]: [f64; 2], ink: &[Place]) -> Place {
    let room = [FRAME[0] - 2.0 * MARGIN - width, FRAME[1] - 2.0 * MARGIN - height];
    let outside = [FRAME[0] + MARGIN, 0.0];
    let is_free = |&[left, top]: &Place| {
        let covers = |&[x, y]: &Place| {
            x > left - 5.0 && x < left + width + 5.0 && y > top - 5.0 && y < top + height + 5.0
        };
        !ink.iter().any(covers)
    };
    if room[0] < 0.0 || room[1] < 0.0 {
        return outside;
    }
    // The corners first, then the middle of the sides, then places between.
    let grid = |n: u32| {
        let part = move |k: u32| f64::from(k) / f64::from(n);
        (0..=n).flat_map(move |down| (0..=n).rev().map(move |right| (part(right), part(down))))
    };
    let places = [1, 2, 12].into_iter().flat_map(grid);
    let places = places.map(|(right, down)| [MARGIN + right * room[0], MARGIN + down * room[1]]);
    places.into_iter().find(is_free).unwrap_or(outside)
}
