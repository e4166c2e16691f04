//! From energies to a relaxation time.
fn main() {}
