//! Memory that is asked for once, and may be refused.

use super::error::OnlineError;

/// Room for so many more numbers.
///
/// # Errors
/// [`OnlineError::Memory`] where the system has none, which would end the process otherwise.
pub(super) fn reserve<T>(numbers: &mut Vec<T>, more: usize) -> Result<(), OnlineError> {
    let refused = |_| OnlineError::Memory {
        bytes: size_of::<T>() as f64 * more as f64,
    };
    numbers.try_reserve_exact(more).map_err(refused)
}

/// So many numbers, all of this value: written, so that the system finds them a place now.
///
/// # Errors
/// As [`reserve`].
pub(super) fn filled<T: Clone>(value: T, count: usize) -> Result<Vec<T>, OnlineError> {
    let mut numbers = Vec::new();
    reserve(&mut numbers, count)?;
    numbers.resize(count, value);
    Ok(numbers)
}
