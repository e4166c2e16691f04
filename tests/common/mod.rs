//! What several test targets share; each uses a part of it.
#![allow(
    dead_code,
    unreachable_pub,
    clippy::unwrap_used,
    reason = "shared by test targets, each of which uses a part"
)]

pub mod closeness;
pub mod gas;
pub mod numbers;
pub mod oracle;
pub mod program;
pub mod shipped;
pub mod synthetic;
pub mod walk;
