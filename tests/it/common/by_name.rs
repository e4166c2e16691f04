//! Results of each species or pair of species, and of all particles, by name.

use msed::stats::{ByPair, BySpecies};

/// Each species and, last, `all`.
pub(crate) fn by_species<T>(found: &BySpecies<T>) -> Vec<(&str, &T)> {
    found.species().chain([("all", found.all())]).collect()
}

/// Each pair of species, as in `A-B`, and, last, `total`.
pub(crate) fn by_pair<T>(found: &ByPair<T>) -> Vec<(String, &T)> {
    let pairs = found.pairs().map(|([a, b], of)| (format!("{a}-{b}"), of));
    pairs.chain([("total".to_owned(), found.total())]).collect()
}
