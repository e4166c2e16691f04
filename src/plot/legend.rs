//! The legend, and a place for it.

use kuva::render::color::Color;
use kuva::render::render::{Primitive, Scene, TextAnchor};

use super::label;
use super::panel::{Frame, LegendPlace, Look};
use super::series::Kind;

const TEXT: u32 = 16;
const ROW: f64 = 22.0;
const GAP: f64 = 8.0;
const MARGIN: f64 = 12.0;

/// What the legend holds.
pub(super) struct Legend<'a> {
    entries: Vec<(&'a str, Look<'a>)>,
    /// Width of the samples: markers need less than lines.
    sample: f64,
}

impl<'a> Legend<'a> {
    pub(super) fn new(entries: Vec<(&'a str, Look<'a>)>) -> Self {
        let markers = entries.iter().all(|(_, look)| look.series.kind == Kind::Points);
        Self {
            entries,
            sample: if markers { 14.0 } else { 30.0 },
        }
    }

    pub(super) fn size(&self) -> [f64; 2] {
        if self.entries.is_empty() {
            return [0.0; 2];
        }
        let text = self
            .entries
            .iter()
            .map(|(name, _)| label::width(name, f64::from(TEXT)))
            .fold(0.0, f64::max);
        [self.sample + GAP + text, ROW * self.entries.len() as f64]
    }

    /// The upper left corner: where asked, or inside of the frame where it hides none of `ink`, or to the right.
    pub(super) fn place(&self, wanted: LegendPlace, frame: Frame, ink: &[[f64; 2]]) -> Option<[f64; 2]> {
        let [width, height] = self.size();
        if width == 0.0 {
            return None;
        }
        let [left, right] = [frame.left + MARGIN, frame.left + frame.width - MARGIN - width];
        let [top, bottom] = [frame.top + MARGIN, frame.top + frame.height - MARGIN - height];
        let [middle, centre] = [
            frame.left + (frame.width - width) / 2.0,
            frame.top + (frame.height - height) / 2.0,
        ];
        let outside = [frame.left + frame.width + MARGIN, frame.top];
        let fits = width + 2.0 * MARGIN < frame.width && height + 2.0 * MARGIN < frame.height;
        match wanted {
            LegendPlace::None => None,
            LegendPlace::TopRight => Some([right, top]),
            LegendPlace::TopLeft => Some([left, top]),
            LegendPlace::BottomRight => Some([right, bottom]),
            LegendPlace::BottomLeft => Some([left, bottom]),
            LegendPlace::Outside => Some(outside),
            LegendPlace::Free => {
                let places = [
                    [right, top],
                    [left, top],
                    [right, bottom],
                    [left, bottom],
                    [right, centre],
                    [left, centre],
                    [middle, top],
                    [middle, bottom],
                ];
                let hidden = |&[x, y]: &[f64; 2]| {
                    let inside = |&&[px, py]: &&[f64; 2]| {
                        px > x - 5.0 && px < x + width + 5.0 && py > y - 5.0 && py < y + height + 5.0
                    };
                    ink.iter().filter(inside).count()
                };
                let free = places.into_iter().find(|place| fits && hidden(place) == 0);
                Some(free.unwrap_or(outside))
            }
        }
    }

    pub(super) fn draw(&self, scene: &mut Scene, [x, y]: [f64; 2]) {
        let [width, height] = self.size();
        scene.add(Primitive::Rect {
            x: x - 4.0,
            y: y - 2.0,
            width: width + 8.0,
            height: height + 4.0,
            fill: Color::Rgb(255, 255, 255),
            stroke: None,
            stroke_width: None,
            opacity: Some(0.85),
        });
        let mut middle = y + ROW / 2.0;
        for (name, look) in &self.entries {
            let ends = [[x, middle], [x + self.sample, middle]];
            match look.series.kind {
                Kind::Points => look.marker(scene, [x + self.sample / 2.0, middle]),
                Kind::Line | Kind::Horizontal | Kind::Vertical => look.stroke(scene, &ends),
                Kind::Steps | Kind::Band { .. } => {
                    let (low, high) = (middle + 6.0, middle - 6.0);
                    look.fill(
                        scene,
                        &[
                            [x, low],
                            [x, high],
                            [x + self.sample, high],
                            [x + self.sample, low],
                        ],
                    );
                    if matches!(look.series.kind, Kind::Steps) {
                        look.stroke(
                            scene,
                            &[
                                [x, low],
                                [x, high],
                                [x + self.sample, high],
                                [x + self.sample, low],
                            ],
                        );
                    }
                }
            }
            label::draw(
                scene,
                name,
                [x + self.sample + GAP, middle + 5.5],
                TEXT,
                TextAnchor::Start,
                false,
            );
            middle += ROW;
        }
    }
}
