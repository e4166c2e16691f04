//! Numbers as tables and figures print them.

use std::fmt::Display;

use msed::Estimate;

/// A number with its error; a dash where there is none.
pub(super) fn shown(number: Option<&Estimate>) -> String {
    or_dash(number.filter(|number| number.value().is_finite()))
}

/// A text; a dash where there is none.
pub(super) fn or_dash(text: Option<impl Display>) -> String {
    text.map_or_else(|| "-".to_owned(), |text| text.to_string())
}

/// A temperature to the digits that tell state points apart.
pub(crate) fn temperature(value: f64) -> String {
    if value >= 100.0 {
        format!("{value:.0}")
    } else {
        format!("{value:.3}")
    }
}

/// A time in four digits at most.
pub(crate) fn time(value: f64) -> String {
    match value {
        x if x >= 100.0 => format!("{x:.0}"),
        x if x >= 10.0 => format!("{x:.1}"),
        x if x >= 1.0 => format!("{x:.2}"),
        x => format!("{x:.3}"),
    }
}
