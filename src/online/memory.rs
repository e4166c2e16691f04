//! Memory that is asked for before it is needed.

use std::hint::black_box;

use super::error::OnlineError;

/// Whether so many bytes can be had at all: what no machine holds is an error here, where it would end the process later.
#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a positive number that is cut to the largest"
)]
pub(super) fn check_room(bytes: f64) -> Result<(), OnlineError> {
    // Nothing is written to it, so that it costs no time.
    let mut room: Vec<u8> = Vec::new();
    let had = room.try_reserve_exact(bytes as usize);
    black_box(&room);
    had.map_err(|_| OnlineError::Memory { bytes })
}
