//! Whether an extremum stands out.

use crate::stats::{Estimate, Significance};

/// The largest change on the first side of an extremum on which no change is significant; `None`
/// where the extremum stands out on both sides. Changes are differences of the extremum from the
/// values of one side, positive where those are less extreme.
pub(super) fn shallow_side(sides: [impl Iterator<Item = Estimate>; 2]) -> Option<Estimate> {
    for side in sides {
        let changes: Vec<Estimate> = side.collect();
        if !changes
            .iter()
            .any(|change| change.exceeds(Significance::EXTREMUM))
        {
            return changes.into_iter().max_by(|a, b| a.value().total_cmp(&b.value()));
        }
    }
    None
}
