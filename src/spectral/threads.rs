//! Independent pieces of work, over the threads of the current rayon pool with the feature `rayon`, one after the other without.
//!
//! A piece is computed by one worker from start to end and depends on nothing that another one writes, so that the bits of
//! the result depend neither on the number of workers nor on the feature.

/// How many workers to prepare for `pieces` pieces of work.
#[cfg(feature = "rayon")]
pub(crate) fn workers(pieces: usize) -> usize {
    rayon::current_num_threads().min(pieces).max(1)
}

/// How many workers to prepare for `pieces` pieces of work.
#[cfg(not(feature = "rayon"))]
pub(crate) fn workers(_pieces: usize) -> usize {
    1
}

/// Calls `work(index, piece, worker)` for each piece of `length` elements of `data`; the last may be shorter. Each worker takes
/// `run` pieces in a row.
pub(crate) fn for_each_piece<T: Send, W: Send>(
    data: &mut [T],
    length: usize,
    workers: &mut [W],
    work: impl Fn(usize, &mut [T], &mut W) + Sync,
) {
    if data.is_empty() {
        return;
    }
    let pieces = data.len().div_ceil(length);
    let share = pieces.div_ceil(workers.len());
    let run = |(part, (data, worker)): (usize, (&mut [T], &mut W))| {
        for (i, piece) in data.chunks_mut(length).enumerate() {
            work(part * share + i, piece, worker);
        }
    };
    #[cfg(feature = "rayon")]
    if workers.len() > 1 {
        use rayon::prelude::*;
        data.par_chunks_mut(share * length)
            .zip(workers.par_iter_mut())
            .enumerate()
            .for_each(run);
        return;
    }
    data.chunks_mut(share * length)
        .zip(workers)
        .enumerate()
        .for_each(run);
}
