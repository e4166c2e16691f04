//! Colours.

use ::svg::node::Value;

/// Seven of the eight colours of Okabe and Ito (2008), those with the strongest contrasts first.
const CATEGORIES: [Colour; 7] = [
    Colour(0, 114, 178),
    Colour(213, 94, 0),
    Colour(0, 158, 115),
    Colour(204, 121, 167),
    Colour(86, 180, 233),
    Colour(230, 159, 0),
    Colour(0, 0, 0),
];

/// Stations of a scale from dark blue over magenta to yellow-orange (the lower nine tenths of
/// matplotlib's `plasma`). Lightness rises throughout, so that a family of curves stays in order in
/// grey.
const SCALE: [Colour; 7] = [
    Colour(13, 8, 135),
    Colour(84, 2, 163),
    Colour(139, 10, 165),
    Colour(185, 50, 137),
    Colour(219, 92, 104),
    Colour(244, 136, 73),
    Colour(254, 188, 43),
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
    /// The colour; `turn` counts the series that take colours in turn.
    pub(super) fn colour(self, turn: usize) -> Colour {
        match self {
            Self::Turn => CATEGORIES[turn % CATEGORIES.len()],
            Self::Category(index) => CATEGORIES[index % CATEGORIES.len()],
            Self::Shade(fraction) => shade(fraction),
            Self::Grey => Colour(110, 110, 110),
        }
    }
}

/// Red, green and blue.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Colour(u8, u8, u8);

impl Colour {
    pub(super) const WHITE: Self = Self(255, 255, 255);

    /// On the way to another colour, by `part`.
    pub(super) fn towards(self, other: Self, part: f64) -> Self {
        let mix = |a: u8, b: u8| (f64::from(a) + part * (f64::from(b) - f64::from(a))).round() as u8;
        Self(mix(self.0, other.0), mix(self.1, other.1), mix(self.2, other.2))
    }
}

impl From<Colour> for Value {
    fn from(Colour(r, g, b): Colour) -> Self {
        format!("#{r:02x}{g:02x}{b:02x}").into()
    }
}

fn shade(fraction: f64) -> Colour {
    let last = SCALE.len() - 1;
    let place = if fraction.is_finite() {
        fraction.clamp(0.0, 1.0)
    } else {
        0.0
    } * last as f64;
    let below = (place.floor() as usize).min(last - 1);
    SCALE[below].towards(SCALE[below + 1], place - below as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_scale_becomes_lighter_throughout() {
        let lightness = |k: u32| {
            let Colour(r, g, b) = shade(f64::from(k) / 20.0);
            0.2126 * f64::from(r) + 0.7152 * f64::from(g) + 0.0722 * f64::from(b)
        };
        assert!((0..20).all(|k| lightness(k + 1) > lightness(k)));
        assert_eq!((shade(f64::NAN), shade(7.0)), (SCALE[0], SCALE[6]));
    }
}
