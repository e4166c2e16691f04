//! Whole figures, read back by an XML parser of their own.

use proptest::prelude::*;
use roxmltree::{Document, Node};

use super::{Axis, Figure, Panel, Series};
use crate::stats::{BlockSums, Resamples, Resampling, RunId};

const FRAME: [f64; 2] = super::panel::FRAME;

fn svg(panel: Panel) -> String {
    Figure::new(panel).to_svg().unwrap()
}

fn plain() -> Panel {
    Panel::new(Axis::linear("x"), Axis::linear("y"))
}

fn logarithmic(x: &[f64], y: &[f64]) -> Panel {
    Panel::new(Axis::log("*{t}"), Axis::log("*{τ}_{α}")).with(Series::points(x, y).label("a < b & c"))
}

fn named<'a>(document: &'a Document<'a>, name: &'a str) -> impl Iterator<Item = Node<'a, 'a>> {
    let nodes = document.descendants();
    nodes.filter(move |node| node.tag_name().name() == name)
}

/// What is written in a figure, in the order of drawing.
fn texts(svg: &str) -> Vec<String> {
    let document = Document::parse(svg).unwrap();
    let letters = |node: Node<'_, '_>| {
        node.descendants()
            .filter(Node::is_text)
            .filter_map(|part| part.text())
            .collect()
    };
    named(&document, "text").map(letters).collect()
}

/// The numbers of an attribute.
fn numbers(attribute: &str) -> Vec<f64> {
    let parts = attribute.split(|c: char| !(c.is_ascii_digit() || matches!(c, '.' | '-')));
    parts.filter_map(|part| part.parse().ok()).collect()
}

/// Centres of the round markers in a frame, in its pixels.
fn circles(svg: &str) -> Vec<[f64; 2]> {
    let document = Document::parse(svg).unwrap();
    let drawn = |node: &Node<'_, '_>| node.ancestors().any(|group| group.has_attribute("clip-path"));
    let centre = |node: Node<'_, '_>| ["cx", "cy"].map(|name| numbers(node.attribute(name).unwrap())[0]);
    named(&document, "circle").filter(drawn).map(centre).collect()
}

/// How many stretches the paths of a stroke width have.
fn stretches(svg: &str, width: &str) -> usize {
    let document = Document::parse(svg).unwrap();
    let paths = named(&document, "path").filter(|path| path.attribute("stroke-width") == Some(width));
    paths
        .map(|path| path.attribute("d").unwrap().matches('M').count())
        .sum()
}

/// How many tick marks a figure of one panel has.
fn tick_marks(svg: &str) -> usize {
    let document = Document::parse(svg).unwrap();
    let is_black =
        |path: &Node<'_, '_>| path.parent().and_then(|group| group.attribute("stroke")) == Some("black");
    let ticks = named(&document, "path").find(is_black).unwrap();
    ticks.attribute("d").unwrap().matches('M').count()
}

/// Values that figures meet, and those that they should not.
fn value() -> impl Strategy<Value = f64> {
    prop_oneof![4 => -100.0..100.0, 2 => 1e-6..1e6, 1 => prop::num::f64::ANY]
}

prop_compose! {
    fn series()(
        kind in 0..6,
        points in prop::collection::vec([value(), value(), value()], 1..8),
        (label, bounds, filling) in (any::<String>(), any::<bool>(), 0..3),
    ) -> Series {
        let [x, y, z] = [0, 1, 2].map(|k| points.iter().map(|point| point[k]).collect::<Vec<f64>>());
        let series = match kind {
            0 => Series::line(&x, &y).dashed(),
            1 => Series::function([x[0], y[0]], |x| x * z[0]),
            2 => Series::band(&x, &y, &z),
            3 => Series::horizontal(y[0]),
            4 => Series::vertical(x[0]),
            _ => Series::points(&x, &y).errors(&z).marker(0),
        };
        let series = if bounds { series.lower_bounds() } else { series };
        let series = match filling {
            0 => series,
            1 => series.open(),
            _ => series.pale(),
        };
        series.label(label)
    }
}

prop_compose! {
    fn figure()(
        series in prop::collection::vec(series(), 1..4),
        logarithmic in any::<[bool; 2]>(),
        (x, y, title) in any::<(String, String, String)>(),
        range in prop::option::of([value(), value()]),
    ) -> Figure {
        let axis = |label: &str, logarithmic| if logarithmic { Axis::log(label) } else { Axis::linear(label) };
        let y = match range {
            Some([low, high]) => axis(&y, logarithmic[1]).range(low, high),
            None => axis(&y, logarithmic[1]),
        };
        let panel = Panel::new(axis(&x, logarithmic[0]), y).title(title);
        Figure::new(series.into_iter().fold(panel, Panel::with)).with(plain().with(Series::points(&[1.0], &[1.0])))
    }
}

proptest! {
    /// Whatever is drawn, the picture is well-formed XML, its coordinates are finite and within
    /// reach of the page, and every marker lies inside of its panel.
    #[test]
    fn every_figure_is_well_formed_and_every_marker_in_its_frame(figure in figure()) {
        let Ok(svg) = figure.to_svg() else { return Ok(()) };
        prop_assert_eq!(&svg, &figure.to_svg().unwrap());
        let document = Document::parse(&svg).unwrap();
        for node in document.descendants() {
            for attribute in node.attributes().filter(|attribute| attribute.name() != "font-family") {
                prop_assert!(!["NaN", "inf"].iter().any(|bad| attribute.value().contains(bad)), "{attribute:?}");
                if matches!(attribute.name(), "d" | "x" | "y" | "cx" | "cy" | "r" | "transform") {
                    let near = numbers(attribute.value()).iter().all(|number| number.abs() < 1e5);
                    prop_assert!(near, "{attribute:?}");
                }
            }
        }
        for [x, y] in circles(&svg) {
            prop_assert!((0.0..=FRAME[0]).contains(&x) && (0.0..=FRAME[1]).contains(&y), "{x} {y}");
        }
    }

    /// Axes that fit their data show every point.
    #[test]
    fn no_point_is_lost(points in prop::collection::vec([1e-3..1e3, 1e-3..1e3], 1..20), log in any::<[bool; 2]>()) {
        let [x, y] = [0, 1].map(|k| points.iter().map(|point| point[k]).collect::<Vec<f64>>());
        let axis = |log| if log { Axis::log("") } else { Axis::linear("") };
        let svg = svg(Panel::new(axis(log[0]), axis(log[1])).with(Series::points(&x, &y)));
        prop_assert_eq!(circles(&svg).len(), points.len());
    }

    /// Any label arrives as it is, save for its marks and what XML cannot hold.
    #[test]
    fn labels_are_escaped(label in "[a-z<>&\"' ;]{1,20}") {
        let svg = svg(plain().with(Series::points(&[1.0], &[1.0]).label(label.as_str())));
        prop_assert!(texts(&svg).contains(&label));
    }
}

#[test]
fn what_cannot_be_drawn_is_left_out_and_counted() {
    let figure = Figure::new(logarithmic(
        &[0.0, 1.0, 2.0, 3.0, 4.0],
        &[1.0, -1.0, f64::NAN, 0.5, 1e301],
    ));
    assert_eq!(figure.left_out(), 4);
    let svg = figure.to_svg().unwrap();
    assert_eq!(circles(&svg).len(), 1);
}

#[test]
fn a_line_is_interrupted_where_it_has_no_place_and_has_white_edges_on_points() {
    let (x, y) = ([1.0, 2.0, 3.0, 4.0, 5.0], [1.0, 2.0, 0.0, 4.0, 5.0]);
    let line = || Series::line(&x, &y);
    let panel = Panel::new(Axis::linear(""), Axis::log("")).with(line());
    assert_eq!(stretches(&svg(panel), "2"), 2);
    assert_eq!(stretches(&svg(plain().with(line())), "2"), 1);
    let edges = |panel: Panel| svg(panel).matches("stroke=\"white\"").count();
    assert_eq!(edges(plain().with(Series::points(&x, &y)).with(line())), 1);
    assert_eq!(edges(plain().with(line()).with(Series::points(&x, &y))), 0);
}

#[test]
fn a_legend_lists_what_its_panel_shows() {
    let panel = Panel::new(Axis::log("x"), Axis::log("y").range(1.0, 10.0))
        .with(Series::points(&[1.0, 2.0], &[2.0, 3.0]).label("shown"))
        .with(Series::points(&[], &[]).label("empty"))
        .with(Series::points(&[1.0], &[-1.0]).label("negative"))
        .with(Series::points(&[1.0], &[100.0]).label("above the frame"))
        .with(Series::line(&[1.0, 2.0], &[0.1, 100.0]).label("crossing the frame"))
        .with(Series::line(&[1.0, 2.0], &[100.0, 200.0]).label("above it"))
        .with(Series::line(&[1.0], &[2.0]).label("a line of one point"))
        .with(Series::points(&[1.0, 2.0], &[4.0, 5.0]));
    let svg = svg(panel);
    let found = texts(&svg);
    assert_eq!(found[found.len() - 3..], ["y", "shown", "crossing the frame"]);
}

#[test]
fn a_legend_hides_no_point() {
    // A cloud that leaves only the lower right corner free, then one that leaves a hole.
    let cloud = |keep: fn(i32, i32) -> bool| {
        let places = (0..900).map(|k| (k / 30, k % 30)).filter(|&(i, j)| keep(i, j));
        let (x, y): (Vec<f64>, Vec<f64>) = places.map(|(i, j)| (f64::from(i), f64::from(j))).unzip();
        let svg = svg(plain().with(Series::points(&x, &y).label("cloud")));
        let document = Document::parse(&svg).unwrap();
        let last = document.root_element().last_element_child().unwrap();
        let legend = numbers(last.last_element_child().unwrap().attribute("transform").unwrap());
        let hidden = |&&[x, y]: &&[f64; 2]| {
            (0.0..70.0).contains(&(x - legend[0])) && (0.0..22.0).contains(&(y - legend[1]))
        };
        assert_eq!(circles(&svg).iter().filter(hidden).count(), 0);
        [legend[0] / FRAME[0], legend[1] / FRAME[1]]
    };
    let within = |[x, y]: [f64; 2], [left, right]: [f64; 2], [top, bottom]: [f64; 2]| {
        assert!(x > left && x < right && y > top && y < bottom, "{x} {y}");
    };
    within(cloud(|i, j| i < 15 || j > 10), [0.5, 1.0], [0.5, 1.0]);
    within(
        cloud(|i, j| !(5..17).contains(&i) || !(10..15).contains(&j)),
        [0.15, 0.5],
        [0.4, 0.7],
    );
    within(cloud(|_, _| true), [1.0, 1.1], [-0.1, 0.1]);
}

#[test]
fn minus_signs_are_true_ones() {
    let linear = svg(
        Panel::new(Axis::linear("*{q} (*{σ}^{-1})"), Axis::linear("a - b"))
            .with(Series::points(&[-1.0, 1.0], &[-3e-5, 3e-5])),
    );
    let powers = svg(logarithmic(&[1e-9, 1.0], &[0.02, 0.05]));
    for (svg, expected) in [
        (linear, ["−0.5", "q (σ−1)", "−2", "105 × a − b"]),
        (powers, ["10−8", "0.02", "0.03", "0.05"]),
    ] {
        let found = texts(&svg);
        for text in expected {
            assert!(found.contains(&text.to_owned()), "{text}: {found:?}");
        }
        assert!(!found.iter().any(|text| text.contains('-')), "{found:?}");
    }
}

#[test]
fn refusals_name_the_panel_and_what_was_found() {
    let good = logarithmic(&[1.0], &[1.0]);
    let bad = Figure::new(good.clone()).with(logarithmic(&[-1.0, 1.0], &[1.0, 0.0]));
    let short = Series::points(&[1.0, 2.0], &[1.0, 2.0]).errors(&[0.1]);
    let band = Series::band(&[1.0, 2.0], &[1.0, 2.0], &[]);
    let range = Panel::new(Axis::log("t").range(0.0, 1.0), Axis::linear("y"));
    let nothing = "expected a point with finite coordinates, positive on a logarithmic axis";
    for (figure, expected) in [
        (bad, format!("panel 1 has nothing to draw: 2 points left out, {nothing}")),
        (Figure::new(plain()), format!("panel 0 has nothing to draw: 0 points left out, {nothing}")),
        (Figure::new(good.clone().with(short)), "series 1 of panel 0 has 1 errors, expected 2".to_owned()),
        (Figure::new(good.clone().with(band)), "series 1 of panel 0 has 0 upper ordinates, expected 2".to_owned()),
        (
            Figure::new(range.with(Series::line(&[1.0], &[1.0]))),
            "axis `t` of panel 0 from 0 to 1, expected two finite numbers in rising order, positive on a logarithmic axis".to_owned(),
        ),
    ] {
        assert_eq!(figure.to_svg().unwrap_err().to_string(), expected);
    }
    let error = Figure::new(good).save("/nonexistent/a.svg").unwrap_err();
    assert!(
        error.to_string().starts_with("cannot write /nonexistent/a.svg: "),
        "{error}"
    );
}

#[test]
fn panels_are_lettered_and_share_one_outline() {
    let panel = || logarithmic(&[1.0, 20.0], &[3.0, 4.0]);
    let svg = Figure::new(panel()).with(panel()).columns(0).to_svg().unwrap();
    let found = texts(&svg);
    for text in ["(a)", "(b)", "a < b & c"] {
        assert!(found.contains(&text.to_owned()), "{found:?}");
    }
    let document = Document::parse(&svg).unwrap();
    assert_eq!(named(&document, "clipPath").count(), 1);
    let size = numbers(document.root_element().attribute("viewBox").unwrap());
    assert!(size[2] < 2.0 * FRAME[0] && size[3] > 2.0 * FRAME[1], "{size:?}");
}

#[test]
fn every_kind_is_drawn() {
    let x = [1.0, 2.0, 3.0];
    let points = Series::points(&x, &x).errors(&[Some(0.1), None, Some(f64::NAN)]);
    let panel = Panel::new(Axis::linear("x"), Axis::linear("y").range(0.0, 4.0))
        .with(points.open().label("points"))
        .with(Series::line(&x, &x).dashed().grey().label("line"))
        .with(Series::band(&x, &x, &[2.0, 3.0, 4.0]).colour(2).label("band"))
        .with(Series::horizontal(2.0))
        .with(Series::vertical(1.5).label("rule"))
        .title("title");
    let svg = svg(panel);
    // The one bar has two caps.
    assert_eq!(stretches(&svg, "1.2"), 3 + tick_marks(&svg));
    // The grey line and the two rules, of which one is in the legend as the line is.
    assert_eq!(stretches(&svg, "1.3"), 5);
    let found = texts(&svg);
    assert_eq!(
        found[found.len() - 5..],
        ["title", "points", "line", "band", "rule"]
    );
}

#[test]
fn a_curve_brings_its_errors() {
    let mut sums = BlockSums::new(2, 3);
    for block in 0..2 {
        for point in 0..3 {
            let value = f64::from(u8::try_from(block + point + 1).unwrap());
            sums.add(block, point, value, 1.0);
        }
    }
    let resamples = Resamples::new(RunId::named("run"), Resampling::Blocks(2), 2);
    let lags = [0, 1, 2].map(crate::Lag::from_steps);
    let curve = crate::Curve::from_sums(lags.into(), 0.5, [&sums], resamples, lags[1], |[x]| x);
    let panel = Panel::new(Axis::log("t"), Axis::linear("x")).with(Series::curve(&curve));
    let figure = Figure::new(panel.with(Series::curve_line(&curve)));
    assert_eq!(figure.left_out(), 2);
    // One bar with two caps: lag 0 is not drawn, lag 2 is longer than a block.
    let svg = figure.to_svg().unwrap();
    assert_eq!(stretches(&svg, "1.2"), 3 + tick_marks(&svg));
}

#[test]
fn each_lower_bound_has_an_arrow_inside_of_the_frame() {
    let panel = |series| svg(Panel::new(Axis::linear(""), Axis::log("")).with(series));
    let points = || Series::points(&[1.0, 2.0, 3.0], &[10.0, f64::NAN, 100.0]).colour(1);
    let bounds = panel(points().lower_bounds());
    // A shaft and a head for each.
    assert_eq!(
        (stretches(&panel(points()), "1.4"), stretches(&bounds, "1.4")),
        (0, 4)
    );
    let circles = circles(&bounds);
    assert_eq!(circles.len(), 2);
    // The upper marker made room for its arrow.
    assert!(circles.iter().all(|&[_, y]| y > 26.0), "{circles:?}");
}

#[test]
fn a_given_marker_takes_no_turn() {
    let points = || Series::points(&[1.0], &[1.0]);
    let round = |panel: Panel| circles(&svg(panel)).len();
    assert_eq!(round(plain().with(points()).with(points())), 1);
    assert_eq!(round(plain().with(points().marker(1)).with(points())), 1);
    assert_eq!(round(plain().with(points().marker(5)).with(points())), 2);
}
