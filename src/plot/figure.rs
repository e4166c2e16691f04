//! Panels on one page.

use std::path::Path;

use kuva::backend::svg::SvgBackend;
use kuva::render::color::Color;
use kuva::render::render::{Primitive, Scene, TextAnchor};

use super::axis::{Axis, Ticks, power};
use super::error::PlotError;
use super::label;
use super::legend::Legend;
use super::panel::{Frame, Panel};

const FRAME: [f64; 2] = [430.0, 330.0];
const TICK_TEXT: u32 = 16;
const LABEL_TEXT: u32 = 19;
const MAJOR: f64 = 8.0;
const MINOR: f64 = 4.5;
const FONTS: &str = "Helvetica, Arial, Liberation Sans, DejaVu Sans, sans-serif";

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

    /// How many points are not drawn because they are not finite, or not positive on a logarithmic axis.
    #[must_use]
    pub fn left_out(&self) -> usize {
        self.panels.iter().map(Panel::left_out).sum()
    }

    /// The figure as SVG.
    ///
    /// # Errors
    /// [`PlotError::Empty`] for a panel with nothing to draw, [`PlotError::Length`] for lists of different lengths,
    /// [`PlotError::Range`] for an axis range that is none.
    pub fn to_svg(&self) -> Result<String, PlotError> {
        let cells: Vec<Cell<'_>> = self
            .panels
            .iter()
            .enumerate()
            .map(|(index, panel)| Cell::new(panel, index, self.panels.len() > 1))
            .collect::<Result<_, _>>()?;
        let columns = self.columns.min(cells.len());
        let left = |column: usize| largest(cells.iter().skip(column).step_by(columns).map(|cell| cell.left));
        let right =
            |column: usize| largest(cells.iter().skip(column).step_by(columns).map(|cell| cell.right));
        let top = largest(cells.iter().map(|cell| cell.top));
        let row_height = top + FRAME[1] + Cell::BOTTOM;
        let width: f64 = (0..columns)
            .map(|column| left(column) + FRAME[0] + right(column))
            .sum();
        let rows = cells.len().div_ceil(columns);
        let mut scene = Scene::new(width.ceil(), (row_height * rows as f64).ceil());
        scene.font_family = Some(FONTS.to_owned());
        for (index, cell) in cells.iter().enumerate() {
            let (row, column) = (index / columns, index % columns);
            let before: f64 = (0..column).map(|c| left(c) + FRAME[0] + right(c)).sum();
            cell.draw(
                &mut scene,
                Frame {
                    left: before + left(column),
                    top: row as f64 * row_height + top,
                    width: FRAME[0],
                    height: FRAME[1],
                },
            );
        }
        let size = format!("width=\"{}\" height=\"{}\"", scene.width, scene.height);
        // Without the second attribute viewers drop spaces next to raised and lowered parts of a label.
        let view = format!(
            "{size} viewBox=\"0 0 {} {}\" xml:space=\"preserve\"",
            scene.width, scene.height
        );
        let svg = SvgBackend::new().with_pretty(true).render_scene(&scene);
        Ok(label::decode(&svg).replacen(&size, &view, 1))
    }

    /// Writes the figure as SVG.
    ///
    /// # Errors
    /// As for [`to_svg`](Self::to_svg), and [`PlotError::Write`] where the file cannot be written.
    pub fn save(&self, path: impl AsRef<Path>) -> Result<(), PlotError> {
        let path = path.as_ref();
        std::fs::write(path, self.to_svg()?).map_err(|source| PlotError::Write {
            path: path.to_owned(),
            source,
        })
    }
}

fn largest(sizes: impl Iterator<Item = f64>) -> f64 {
    sizes.fold(0.0, f64::max)
}

/// A panel with its ticks and the room that it needs around its frame.
struct Cell<'a> {
    panel: &'a Panel,
    index: usize,
    lettered: bool,
    spans: (super::axis::Span, super::axis::Span),
    ticks: [Ticks; 2],
    legend_at: Option<[f64; 2]>,
    left: f64,
    right: f64,
    top: f64,
}

impl<'a> Cell<'a> {
    const BOTTOM: f64 = 62.0;

    fn new(panel: &'a Panel, index: usize, lettered: bool) -> Result<Self, PlotError> {
        let spans = panel.spans(index)?;
        let ticks = [spans.0.ticks(5), spans.1.ticks(5)];
        let width = |label: &str| label::width(label, f64::from(TICK_TEXT));
        let widest = largest(ticks[1].major.iter().map(|(_, label)| width(label)));
        // The legend is placed on a frame at the origin; the place moves with the frame.
        let origin = Frame {
            left: 0.0,
            top: 0.0,
            width: FRAME[0],
            height: FRAME[1],
        };
        let ink = panel.draw(&mut Scene::new(1.0, 1.0), origin, spans);
        let legend = Self::legend(panel);
        let legend_at = legend.place(panel.legend, origin, &ink);
        let outside = legend_at.is_some_and(|[x, _]| x > FRAME[0]);
        let above = lettered || panel.title.is_some();
        Ok(Self {
            panel,
            index,
            lettered,
            spans,
            legend_at,
            left: 40.0 + widest.max(18.0),
            right: if outside { 26.0 + legend.size()[0] } else { 22.0 },
            top: if above { 32.0 } else { 14.0 },
            ticks,
        })
    }

    fn legend(panel: &Panel) -> Legend<'_> {
        Legend::new(
            panel
                .looks()
                .into_iter()
                .filter_map(|look| look.series.label.as_deref().map(|label| (label, look.clone())))
                .collect(),
        )
    }

    fn draw(&self, scene: &mut Scene, frame: Frame) {
        let Frame {
            left,
            top,
            width,
            height,
        } = frame;
        let clip = format!("panel-{}", self.index);
        scene.defs.push(format!(
            "<clipPath id=\"{clip}\"><rect x=\"{left:.2}\" y=\"{top:.2}\" width=\"{width:.2}\" height=\"{height:.2}\" /></clipPath>"
        ));
        scene.add(Primitive::ClipStart {
            x: left,
            y: top,
            width,
            height,
            id: clip,
        });
        self.panel.draw(scene, frame, self.spans);
        scene.add(Primitive::ClipEnd);
        scene.add(Primitive::Rect {
            x: left,
            y: top,
            width,
            height,
            fill: Color::None,
            stroke: Some(Color::Rgb(0, 0, 0)),
            stroke_width: Some(1.4),
            opacity: None,
        });
        self.draw_ticks(scene, frame);
        self.draw_text(scene, frame);
        if let Some([x, y]) = self.legend_at {
            Self::legend(self.panel).draw(scene, [left + x, top + y]);
        }
    }

    fn draw_ticks(&self, scene: &mut Scene, frame: Frame) {
        let mut tick = |[x, y]: [f64; 2], [dx, dy]: [f64; 2]| {
            scene.add(Primitive::Line {
                x1: x,
                y1: y,
                x2: x + dx,
                y2: y + dy,
                stroke: Color::Rgb(0, 0, 0),
                stroke_width: 1.2,
                stroke_dasharray: None,
            });
        };
        let [x, y] = &self.ticks;
        let both = |ticks: &Ticks| -> Vec<(f64, f64)> {
            let major = ticks.major.iter().map(|&(f, _)| (f, MAJOR));
            major.chain(ticks.minor.iter().map(|&f| (f, MINOR))).collect()
        };
        for (f, length) in both(x) {
            tick(frame.at(f, 0.0), [0.0, -length]);
            tick(frame.at(f, 1.0), [0.0, length]);
        }
        for (f, length) in both(y) {
            tick(frame.at(0.0, f), [length, 0.0]);
            tick(frame.at(1.0, f), [-length, 0.0]);
        }
        for (f, text) in &x.major {
            let [at, bottom] = frame.at(*f, 0.0);
            label::draw(
                scene,
                text,
                [at, bottom + 20.0],
                TICK_TEXT,
                TextAnchor::Middle,
                false,
            );
        }
        for (f, text) in &y.major {
            let [left, at] = frame.at(0.0, *f);
            label::draw(
                scene,
                text,
                [left - 7.0, at + 5.5],
                TICK_TEXT,
                TextAnchor::End,
                false,
            );
        }
    }

    fn draw_text(&self, scene: &mut Scene, frame: Frame) {
        let Frame {
            left,
            top,
            width,
            height,
        } = frame;
        let [x, y] = &self.ticks;
        let name = |axis: &Axis, ticks: &Ticks| match ticks.factor {
            // What the axis counts is the quantity times the factor: a lone "×10" in a corner is read either way.
            Some(exponent) => format!("{} × {}", power(-exponent), axis.label),
            None => axis.label.clone(),
        };
        let middle = [left + width / 2.0, top + height / 2.0];
        let below = [middle[0], top + height + 48.0];
        label::draw(
            scene,
            &name(&self.panel.x, x),
            below,
            LABEL_TEXT,
            TextAnchor::Middle,
            false,
        );
        let widest = largest(
            y.major
                .iter()
                .map(|(_, text)| label::width(text, f64::from(TICK_TEXT))),
        );
        let beside = [left - 17.0 - widest.max(18.0), middle[1]];
        label::draw(
            scene,
            &name(&self.panel.y, y),
            beside,
            LABEL_TEXT,
            TextAnchor::Middle,
            true,
        );
        if let Some(title) = &self.panel.title {
            label::draw(
                scene,
                title,
                [middle[0], top - 10.0],
                TICK_TEXT,
                TextAnchor::Middle,
                false,
            );
        }
        if self.lettered {
            let letter = char::from(b'a' + u8::try_from(self.index % 26).unwrap_or(0));
            label::draw(
                scene,
                &format!("({letter})"),
                [left, top - 10.0],
                LABEL_TEXT,
                TextAnchor::Start,
                false,
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{LegendPlace, Series};
    use super::*;
    use crate::stats::{BlockSums, Resamples, Resampling};

    fn panel(x: &[f64], y: &[f64]) -> Panel {
        Panel::new(Axis::log("*{t}"), Axis::log("*{τ}_{α}")).with(Series::points(x, y).label("a < b & c"))
    }

    #[test]
    fn what_cannot_be_drawn_is_left_out_and_counted() {
        let figure = Figure::new(panel(
            &[0.0, 1.0, 2.0, 3.0, 4.0],
            &[1.0, -1.0, f64::NAN, 0.5, 1e301],
        ));
        assert_eq!(figure.left_out(), 4);
        let svg = figure.to_svg().unwrap();
        assert!(!svg.contains("NaN") && !svg.contains("inf"), "{svg}");
        // The point and its twin in the legend.
        assert_eq!(svg.matches("<circle").count(), 2);
    }

    #[test]
    fn a_line_is_interrupted_where_it_has_no_place() {
        let line = Series::line(&[1.0, 2.0, 3.0, 4.0, 5.0], &[1.0, 2.0, 0.0, 4.0, 5.0]);
        let paths = |panel: Panel| {
            Figure::new(panel)
                .to_svg()
                .unwrap()
                .matches("stroke-width=\"2\"")
                .count()
        };
        assert_eq!(
            paths(Panel::new(Axis::linear(""), Axis::log("")).with(line.clone())),
            2
        );
        assert_eq!(
            paths(Panel::new(Axis::linear(""), Axis::linear("")).with(line)),
            1
        );
    }

    #[test]
    fn refusals_name_the_panel_and_what_was_found() {
        let message = |figure: Figure| figure.to_svg().unwrap_err().to_string();
        let good = panel(&[1.0], &[1.0]);
        assert_eq!(
            message(Figure::new(good.clone()).with(panel(&[-1.0, 1.0], &[1.0, 0.0]))),
            "panel 1 has nothing to draw: 2 points left out, expected a point with finite coordinates, positive on a \
             logarithmic axis"
        );
        assert_eq!(
            message(Figure::new(Panel::new(Axis::linear("x"), Axis::linear("y")))),
            "panel 0 has nothing to draw: 0 points left out, expected a point with finite coordinates, positive on a \
             logarithmic axis"
        );
        let short = Series::points(&[1.0, 2.0], &[1.0, 2.0]).errors(&[0.1]);
        assert_eq!(
            message(Figure::new(good.clone().with(short))),
            "series 1 of panel 0 has 1 errors, expected 2"
        );
        let steps = Series::steps(&[1.0, 2.0], &[1.0, 2.0]);
        assert_eq!(
            message(Figure::new(good.with(steps))),
            "series 1 of panel 0 has 2 edges, expected 3"
        );
        let bad =
            Panel::new(Axis::log("t").range(0.0, 1.0), Axis::linear("y")).with(Series::line(&[1.0], &[1.0]));
        assert_eq!(
            message(Figure::new(bad)),
            "axis `t` of panel 0 from 0 to 1, expected two finite numbers in rising order, positive on a logarithmic axis"
        );
        let error = Figure::new(panel(&[1.0], &[1.0]))
            .save("/nonexistent/a.svg")
            .unwrap_err()
            .to_string();
        assert!(error.starts_with("cannot write /nonexistent/a.svg: "), "{error}");
    }

    #[test]
    fn equal_figures_have_equal_bytes_and_escape_their_labels() {
        let figure = || {
            Figure::new(panel(&[1.0, 20.0], &[3.0, 4.0]))
                .with(panel(&[1.0], &[2.0]))
                .columns(0)
        };
        let svg = figure().to_svg().unwrap();
        assert_eq!(svg, figure().to_svg().unwrap());
        assert!(svg.contains(">a &lt; b &amp; c<"));
        assert!(svg.contains("viewBox=\"0 0 ") && svg.contains(">(b)</text>"));
        assert_eq!(svg.matches("<clipPath").count(), 2);
    }

    #[test]
    fn every_kind_and_place_is_drawn() {
        let x = [1.0, 2.0, 3.0];
        for place in [
            LegendPlace::Free,
            LegendPlace::TopRight,
            LegendPlace::TopLeft,
            LegendPlace::BottomRight,
            LegendPlace::BottomLeft,
            LegendPlace::Outside,
            LegendPlace::None,
        ] {
            let panel = Panel::new(Axis::linear("x"), Axis::linear("y").range(0.0, 4.0))
                .with(
                    Series::points(&x, &x)
                        .errors(&[Some(0.1), None, Some(f64::NAN)])
                        .errors_x(&[0.1, 0.1, 0.0])
                        .open(),
                )
                .with(Series::line(&x, &x).dashed().grey().label("line"))
                .with(Series::steps(&x, &[1.0, 0.0]).shade(0.3).label("steps"))
                .with(Series::band(&x, &x, &[2.0, 3.0, 4.0]).colour(2).label("band"))
                .with(Series::horizontal(2.0))
                .with(Series::vertical(1.5).label("rule"))
                .title("title")
                .legend(place);
            let svg = Figure::new(panel).to_svg().unwrap();
            let named = svg.contains(">rule<");
            assert_eq!(named, place != LegendPlace::None, "{place:?}");
            assert!(svg.contains(">title<"));
        }
    }

    #[test]
    fn a_legend_hides_no_point() {
        // A cloud that leaves only the lower right corner free.
        let (mut x, mut y) = (Vec::new(), Vec::new());
        for i in 0..30 {
            for j in 0..30 {
                if i < 15 || j > 10 {
                    x.push(f64::from(i));
                    y.push(f64::from(j));
                }
            }
        }
        let panel =
            Panel::new(Axis::linear(""), Axis::linear("")).with(Series::points(&x, &y).label("cloud"));
        let place = Cell::new(&panel, 0, false).unwrap().legend_at.unwrap();
        assert!(
            place[0] > 200.0 && place[0] < FRAME[0] && place[1] > 200.0,
            "{place:?}"
        );
        let (x, y): (Vec<f64>, Vec<f64>) = (0..900).map(|k| (f64::from(k / 30), f64::from(k % 30))).unzip();
        let full = panel.with(Series::points(&x, &y));
        assert!(Cell::new(&full, 0, false).unwrap().legend_at.unwrap()[0] > FRAME[0]);
    }

    #[test]
    fn a_curve_brings_its_errors() {
        let mut sums = BlockSums::new(2, 3);
        for block in 0..2 {
            for point in 0..3 {
                sums.add(
                    block,
                    point,
                    f64::from(u8::try_from(block + point + 1).unwrap()),
                    1.0,
                );
            }
        }
        let resamples = Resamples::new(Resampling::Blocks(2), 2);
        let curve = crate::Curve::from_sums(vec![0, 1, 2], 0.5, [&sums], resamples, 1, |[x]| x);
        let panel = Panel::new(Axis::log("t"), Axis::linear("x")).with(Series::curve(&curve));
        let figure = Figure::new(panel.with(Series::curve_line(&curve)));
        assert_eq!(figure.left_out(), 2);
        // One bar: lag 0 is not drawn, lag 2 is longer than a block.
        assert_eq!(
            figure
                .to_svg()
                .unwrap()
                .matches("stroke-width=\"1.2\" fill=\"none\"")
                .count(),
            1
        );
    }
}
