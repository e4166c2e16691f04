//! Work in fixed pieces, whose results are taken in order: the same bits for any number of threads.

#[cfg(feature = "rayon")]
use rayon::prelude::*;

/// Computes `work` on each piece, on as many threads as there are under the feature `rayon`, and hands the results to
/// `take` one by one in the order of the pieces. At most `waiting` results wait at a time, which bounds the memory.
pub(crate) fn in_order<I: Sync, O: Send>(
    pieces: &[I],
    waiting: usize,
    work: impl Fn(&I) -> O + Sync + Send,
    mut take: impl FnMut(&I, O),
) {
    for wave in pieces.chunks(waiting) {
        #[cfg(feature = "rayon")]
        let results: Vec<O> = wave.par_iter().map(&work).collect();
        #[cfg(not(feature = "rayon"))]
        let results = wave.iter().map(&work);
        for (piece, result) in wave.iter().zip(results) {
            take(piece, result);
        }
    }
}
