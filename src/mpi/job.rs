//! A job that ends as a whole.

use std::fmt::Display;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

use super::{RankError, Ranks};

/// Runs `body` on every rank. Where it fails or panics on one of them, that rank prints `rank 2: `
/// and the message to standard error and ends the whole job with exit status 1, so that no other
/// rank waits for it for ever. Collective: a rank whose `body` has ended waits here for the others.
///
/// Panics of a job of one rank go on as they would without MPI.
///
/// # Errors
/// [`RankError::Finalized`].
///
/// ```no_run
/// use msed::stats::BlockSums;
/// use msed::{EnergyKind, Error, Lags, Resampling, energy, io, mpi};
/// // Eight replicas on any number of ranks: each reads its own files.
/// mpi::run(|ranks| {
///     let mut own = BlockSums::new(0, 1);
///     for replica in ranks.share(8) {
///         let energies = io::energies(format!("replica-{replica}/energy.dat"))?;
///         let mean = energies.potential.iter().sum::<f64>();
///         let mut sums = BlockSums::new(1, 1);
///         sums.add(0, 0, mean, energies.potential.len() as f64);
///         own = own.merge(&sums);
///     }
///     let all = ranks.reduce(own, |a, b| Ok::<_, Error>(a.merge(&b)))?;
///     if let Some(all) = all {
///         println!("mean energy {} from {} replicas", all.mean(0), all.blocks());
///     }
///     Ok::<(), Error>(())
/// })?;
/// # Ok::<(), Error>(())
/// ```
pub fn run<T, E: Display>(body: impl FnOnce(&Ranks) -> Result<T, E>) -> Result<T, RankError> {
    let ranks = Ranks::world()?;
    match catch_unwind(AssertUnwindSafe(|| body(&ranks))) {
        Ok(Ok(value)) => {
            // A job that is aborted while some of its ranks finalize MPI can leave the launcher of
            // Open MPI 4.1 waiting for ever.
            ranks.wait();
            Ok(value)
        }
        Ok(Err(error)) => ranks.abort(&error),
        // The panic has printed its own message.
        Err(_) if ranks.count() > 1 => ranks.abort(&"panicked"),
        Err(panic) => resume_unwind(panic),
    }
}
