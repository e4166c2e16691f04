//! The mean of a series, to rounding.

use super::kernel::{ORIGINS, Total};
use crate::real::Real;

/// The mean, good to a rounding or two of the spread.
pub(crate) fn mean<T: Real>(samples: &[T]) -> f64 {
    let rough = rough_mean(samples);
    rough + mean_about(samples, rough)
}

/// The mean to a few roundings of its own size: good enough to centre on.
pub(crate) fn rough_mean<T: Real>(samples: &[T]) -> f64 {
    mean_about(samples, 0.0)
}

fn mean_about<T: Real>(samples: &[T], center: f64) -> f64 {
    let mut total = Total::default();
    for chunk in samples.chunks(ORIGINS) {
        let mut lanes = [0.0; 8];
        let (eights, rest) = chunk.as_chunks::<8>();
        for eight in eights {
            for (lane, x) in lanes.iter_mut().zip(eight) {
                *lane += (*x).to_f64() - center;
            }
        }
        for (lane, x) in lanes.iter_mut().zip(rest) {
            *lane += (*x).to_f64() - center;
        }
        total.add(lanes.iter().sum());
    }
    total.value() / samples.len().max(1) as f64
}
