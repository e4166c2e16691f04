//! Elements of a picture, written by the crate `svg`.
//!
//! Coordinates are in pixels, to the right and down. They keep two decimals: finer than any reader
//! sees, and the same on every machine.

use ::svg::Document;
use ::svg::node::Blob;
use ::svg::node::element::path::Data;
use ::svg::node::element::{Circle, ClipPath, Definitions, Group, Path, Rectangle};

use super::label;

/// A place in pixels.
pub(super) type Place = [f64; 2];

const FONTS: &str = "Helvetica, Arial, Liberation Sans, DejaVu Sans, sans-serif";

/// A number of pixels as it is written. The sum turns a negative zero into zero.
pub(super) fn px(x: f64) -> f64 {
    (100.0 * x).round() / 100.0 + 0.0
}

/// A path of several stretches.
pub(super) fn lines(stretches: impl IntoIterator<Item = impl AsRef<[Place]>>) -> Path {
    path(stretches, |data| data)
}

/// A path of several outlines, each closed.
pub(super) fn outlines(stretches: impl IntoIterator<Item = impl AsRef<[Place]>>) -> Path {
    path(stretches, Data::close)
}

fn path(stretches: impl IntoIterator<Item = impl AsRef<[Place]>>, end: impl Fn(Data) -> Data) -> Path {
    let data = stretches.into_iter().fold(Data::new(), |data, stretch| {
        let places = stretch.as_ref().iter().map(|&[x, y]| (px(x), px(y)));
        let drawn = places.enumerate().fold(data, |data, (k, place)| match k {
            0 => data.move_to(place),
            _ => data.line_to(place),
        });
        end(drawn)
    });
    Path::new().set("d", data)
}

pub(super) fn circle([x, y]: Place, radius: f64) -> Circle {
    let circle = Circle::new().set("cx", px(x)).set("cy", px(y));
    circle.set("r", px(radius))
}

pub(super) fn rectangle([x, y]: Place, [width, height]: [f64; 2]) -> Rectangle {
    let rectangle = Rectangle::new().set("x", px(x)).set("y", px(y));
    rectangle.set("width", px(width)).set("height", px(height))
}

/// A group whose origin lies at `[x, y]`, turned to the left by a right angle where asked.
pub(super) fn at([x, y]: Place, turned: bool) -> Group {
    let turn = if turned { " rotate(-90)" } else { "" };
    Group::new().set("transform", format!("translate({} {}){turn}", px(x), px(y)))
}

/// A label with its base line at `y`. The size and the side it is anchored at are those of the
/// group that it is put into.
fn text(label: &str, [x, y]: Place) -> Blob {
    let (x, y, spans) = (px(x), px(y), label::spans(label));
    Blob::new(format!("<text x=\"{x}\" y=\"{y}\">{spans}</text>"))
}

/// Labels of one size, anchored at their `start`, `middle` or `end`.
pub(super) fn texts<'a>(
    size: f64,
    anchor: &str,
    labels: impl IntoIterator<Item = (&'a str, Place)>,
) -> Group {
    let group = Group::new().set("font-size", px(size)).set("text-anchor", anchor);
    let texts = labels.into_iter().map(|(label, place)| text(label, place));
    texts.fold(group, Group::add)
}

/// A label in the middle of `place`, no wider than `room`, and turned to the left where asked.
pub(super) fn centred(label: &str, place: Place, size: f64, room: f64, turned: bool) -> Group {
    let size = size * (room / label::width(label, size).max(1.0)).min(1.0);
    at(place, turned).add(texts(size, "middle", [(label, [0.0; 2])]))
}

/// A page of panels. Each panel has its origin in the upper left corner of its frame, so that one
/// outline cuts off the lines of all.
pub(super) fn page(
    [width, height]: [f64; 2],
    frame: [f64; 2],
    panels: impl Iterator<Item = Group>,
) -> String {
    let frame = ClipPath::new().set("id", "frame").add(rectangle([0.0; 2], frame));
    let page = Document::new()
        .set("width", width)
        .set("height", height)
        .set("viewBox", (0, 0, width, height))
        .set("font-family", FONTS)
        // Without this viewers drop spaces next to raised and lowered parts of a label.
        .set("xml:space", "preserve")
        .add(Definitions::new().add(frame))
        .add(rectangle([0.0; 2], [width, height]).set("fill", "white"));
    panels.fold(page, Document::add).to_string() + "\n"
}
