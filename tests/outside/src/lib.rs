//! Uses `msed` from outside, without its features.
