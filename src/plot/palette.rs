//! Colours.

use kuva::render::color::Color;

/// Seven of the eight colours of Okabe and Ito (2008), in an order that puts the strongest contrasts first.
const CATEGORIES: [(u8, u8, u8); 7] = [
    (0, 114, 178),
    (213, 94, 0),
    (0, 158, 115),
    (204, 121, 167),
    (86, 180, 233),
    (230, 159, 0),
    (0, 0, 0),
];

/// Stations of a scale from dark blue over magenta to yellow-orange (the lower nine tenths of matplotlib's `plasma`):
/// lightness rises throughout, so that an ordered family of curves stays ordered in grey.
const SCALE: [(u8, u8, u8); 7] = [
    (13, 8, 135),
    (84, 2, 163),
    (139, 10, 165),
    (185, 50, 137),
    (219, 92, 104),
    (244, 136, 73),
    (254, 188, 43),
];

/// What a series is painted in.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Paint {
    /// The next one in turn.
    Turn,
    /// A given one of the categories.
    Category(usize),
    /// A place on the scale, 0 to 1.
    Shade(f64),
    /// Grey, for what is not data.
    Grey,
}

impl Paint {
    pub(super) fn colour(self, turn: usize) -> Color {
        let (r, g, b) = match self {
            Self::Turn => CATEGORIES[turn % CATEGORIES.len()],
            Self::Category(index) => CATEGORIES[index % CATEGORIES.len()],
            Self::Shade(fraction) => shade(fraction),
            Self::Grey => (110, 110, 110),
        };
        Color::Rgb(r, g, b)
    }
}

fn shade(fraction: f64) -> (u8, u8, u8) {
    let last = SCALE.len() - 1;
    let place = if fraction.is_finite() {
        fraction.clamp(0.0, 1.0)
    } else {
        0.0
    } * last as f64;
    let below = (place.floor() as usize).min(last - 1);
    let part = place - below as f64;
    let mix = |a: u8, b: u8| (f64::from(a) + part * (f64::from(b) - f64::from(a))).round() as u8;
    let (a, b) = (SCALE[below], SCALE[below + 1]);
    (mix(a.0, b.0), mix(a.1, b.1), mix(a.2, b.2))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_scale_becomes_lighter_throughout() {
        let lightness = |k: u32| {
            let (r, g, b) = shade(f64::from(k) / 20.0);
            0.2126 * f64::from(r) + 0.7152 * f64::from(g) + 0.0722 * f64::from(b)
        };
        assert!((0..20).all(|k| lightness(k + 1) > lightness(k)));
        assert_eq!((shade(f64::NAN), shade(7.0)), (SCALE[0], SCALE[6]));
    }
}
