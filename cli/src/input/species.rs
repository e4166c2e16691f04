//! Which particle is of which species.

use std::path::Path;

use msed::io::LammpsDumpReader;
use msed::trajectory::Species;

use super::files::{self, about};
use crate::failure::Failure;
use crate::scan_file::{Scan, SpeciesList};

/// The species of all particles, where the scan file has any.
pub(crate) fn load(scan: &Scan) -> Result<Option<Species>, Failure> {
    match &scan.species {
        None => Ok(None),
        Some(SpeciesList::Counts(counts)) => {
            let counts = counts.iter().map(|(name, count)| (name.as_str(), *count));
            let species = Species::by_count(counts);
            species.map(Some).map_err(|error| scan.failure(error))
        }
        Some(SpeciesList::Types { types, dump }) => {
            let of_particles = first_types(dump)?;
            let (found, expected) = (of_particles.len(), scan.system.particles());
            if found != expected {
                return Err(about(
                    dump,
                    format!("found {found} particles, expected {expected}"),
                ));
            }
            let names = types.iter().map(|(name, kind)| (*kind, name.as_str()));
            let species = Species::by_type(&of_particles, names);
            species.map(Some).map_err(|error| about(dump, error))
        }
    }
}

/// The type of each particle in the first frame of a dump, in the order of ids.
fn first_types(dump: &Path) -> Result<Vec<u32>, Failure> {
    files::check(dump)?;
    let reader = LammpsDumpReader::open(dump).map_err(|error| about(dump, error))?;
    let types = reader.types().map(<[u32]>::to_vec);
    types.ok_or_else(|| {
        about(
            dump,
            "frame 0: found no column `type`, expected columns `id` and `type`",
        )
    })
}
