//! Work in fixed pieces: the same bits for any number of threads, and without the feature `rayon`.
//!
//! A piece is computed from start to end in one place and depends on nothing that another one
//! writes; where results are added up, they are taken in order.

#[cfg(feature = "rayon")]
use rayon::prelude::*;

/// Computes `work` on each piece, on as many threads as there are under the feature `rayon`, and
/// hands the results to `take` one by one in the order of the pieces. At most `waiting` results
/// wait at a time, which bounds the memory.
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

/// How many workers to prepare for `pieces` pieces of work.
pub(crate) fn workers(pieces: usize) -> usize {
    #[cfg(feature = "rayon")]
    let threads = rayon::current_num_threads();
    #[cfg(not(feature = "rayon"))]
    let threads = 1;
    threads.min(pieces).max(1)
}

/// Calls `work(index, piece)` for each piece of `length` elements of `data`; the last may be
/// shorter. Threads take pieces as they become free.
pub(crate) fn for_each_chunk<T: Send>(data: &mut [T], length: usize, work: impl Fn(usize, &mut [T]) + Sync) {
    #[cfg(feature = "rayon")]
    if data.len() > length {
        data.par_chunks_mut(length)
            .enumerate()
            .for_each(|(index, piece)| work(index, piece));
        return;
    }
    for (index, piece) in data.chunks_mut(length).enumerate() {
        work(index, piece);
    }
}

/// Calls `work(index, piece, worker)` for each piece of `length` elements of `data`; the last may
/// be shorter. Each worker takes as many pieces in a row.
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
