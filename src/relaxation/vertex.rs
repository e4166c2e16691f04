//! The vertex of a parabola through the neighbourhood of a maximum.

use crate::stats::Parabola;

/// Most steps until the vertex is the middle of its neighbourhood; about five are needed.
const STEPS: usize = 100;
const TOLERANCE: f64 = 1e-11;

/// Places at which values are known, and the half-width of a neighbourhood.
///
/// A parabola is fitted by least squares with the weights `1 - (x - c)²/h²`, which fall to 0 at the
/// ends of the neighbourhood, and c is moved until it is the vertex. The places that take part
/// therefore follow from the values, and smoothly, on the whole and on each resample.
pub(super) struct Neighbourhood<'a> {
    places: &'a [f64],
    half_width: f64,
}

impl<'a> Neighbourhood<'a> {
    /// A neighbourhood of at least this half-width that reaches over the place `highest` and its
    /// neighbours.
    pub(super) fn new(places: &'a [f64], half_width: f64, highest: usize) -> Self {
        let gap = |k: usize| places[k] - places[k - 1];
        let widest = gap(highest).max(gap(highest + 1));
        Self {
            places,
            half_width: half_width.max(1.6 * widest),
        }
    }

    pub(super) fn half_width(&self) -> f64 {
        self.half_width
    }

    /// Place and height of the vertex that is found from `start` on; NaN where there is none among
    /// the places.
    pub(super) fn vertex(&self, values: &[f64], start: f64) -> [f64; 2] {
        let none = [f64::NAN; 2];
        let mut centre = start;
        for _ in 0..STEPS {
            let weight = |x: &f64| (1.0 - ((x - centre) / self.half_width).powi(2)).max(0.0);
            let weights: Vec<f64> = self.places.iter().map(weight).collect();
            if weights.iter().filter(|&&weight| weight > 0.0).count() < 3 {
                return none;
            }
            let parabola = Parabola::through(self.places, values, &weights);
            let step = parabola.maximum() - centre;
            // Of a vertex far away only the direction is known.
            centre += step.clamp(-0.5 * self.half_width, 0.5 * self.half_width);
            if !(centre >= self.places[0] && centre <= self.places[self.places.len() - 1]) {
                return none;
            }
            if step.abs() < TOLERANCE {
                return [centre, parabola.at(centre)];
            }
        }
        none
    }
}

/// The vertex of the parabola through the highest of three values and its neighbours.
pub(super) fn of_three(places: [f64; 3], values: [f64; 3]) -> f64 {
    Parabola::through(&places, &values, &[1.0; 3]).maximum()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn places() -> Vec<f64> {
        (0..=60).map(|k| 0.1 * f64::from(k)).collect()
    }

    #[test]
    fn a_parabola_has_its_vertex_wherever_the_search_begins() {
        let places = places();
        let values: Vec<f64> = places
            .iter()
            .map(|x| 2.0 - 0.3 * (x - 3.123_f64).powi(2))
            .collect();
        for start in [0.5, 2.0, 3.0, 4.5] {
            let [place, height] = Neighbourhood::new(&places, 0.9, 31).vertex(&values, start);
            assert!(
                (place - 3.123).abs() < 1e-9 && (height - 2.0).abs() < 1e-12,
                "{place} {height}"
            );
        }
    }

    #[test]
    fn the_vertex_is_a_smooth_function_of_the_values() {
        let places = places();
        // Skew, with its maximum at 3: a neighbourhood that jumped from place to place would jump
        // here.
        let at = |shift: f64| {
            let skew = |x: &f64| {
                let x = x - 3.0 - shift;
                -x * x * if x > 0.0 { 1.0 } else { 0.5 }
            };
            let values: Vec<f64> = places.iter().map(skew).collect();
            Neighbourhood::new(&places, 0.9, 30).vertex(&values, 3.0)[0] - shift
        };
        for k in 0..100 {
            assert!((at(0.002 * f64::from(k)) - at(0.0)).abs() < 2e-3, "{k}");
        }
    }

    #[test]
    fn a_monotonic_curve_has_no_vertex() {
        let places = places();
        let values: Vec<f64> = places.iter().map(|x| x.exp()).collect();
        assert!(Neighbourhood::new(&places, 0.9, 30).vertex(&values, 3.0)[0].is_nan());
    }

    #[test]
    fn places_far_apart_are_neighbours_still() {
        let places = [0.0, 2.0, 5.0];
        let values = places.map(|x| 1.0 - (x - 2.4_f64).powi(2));
        let [place, height] = Neighbourhood::new(&places, 0.5, 1).vertex(&values, 2.0);
        assert!((place - 2.4).abs() < 1e-9 && (height - 1.0).abs() < 1e-9);
        assert!((of_three(places, values) - 2.4).abs() < 1e-12);
    }
}
