//! What several test targets share; each uses a part of it.
#![allow(dead_code, reason = "every target uses another part")]

pub mod oracle;
pub mod synthetic;
