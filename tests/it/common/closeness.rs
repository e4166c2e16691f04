//! When two numbers are the same.

/// Both are numbers, and no further apart than `bound`.
#[track_caller]
pub(crate) fn assert_close(what: &str, got: f64, wanted: f64, bound: f64) {
    assert!(
        got.is_finite() && wanted.is_finite() && (got - wanted).abs() <= bound,
        "{what}: {got} {wanted}, off by {:e}",
        (got - wanted).abs()
    );
}
