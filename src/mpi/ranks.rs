//! The processes of a job, which ends as a whole.

use std::fmt;
use std::io::{self, Write};
use std::marker::PhantomData;
use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::rc::Rc;

use ::mpi::Threading;
use ::mpi::collective::CommunicatorCollectives;
use ::mpi::environment::{self, Universe};
use ::mpi::point_to_point::{Destination, Source};
use ::mpi::topology::{Color, Communicator, SimpleCommunicator};
use serde::Serialize;
use serde::de::DeserializeOwned;
use thiserror::Error;

/// Bytes in one message at most: MPI counts them in 32 bits, with a sign.
const PIECE: usize = 1 << 26;

/// The processes of a job, numbered from 0, and what they exchange.
///
/// Messages travel in a communicator of their own and are never mistaken for those of a simulation
/// code. All calls belong to the thread that made this value.
///
/// Calls marked *collective* are made by every rank, in the same order; a rank that does not make
/// one leaves the others waiting. A rank that cannot go on ends the job: see [`run`].
pub struct Ranks {
    // Freed before MPI ends, which is when the last value that knows of its start is dropped.
    communicator: SimpleCommunicator,
    universe: Option<Rc<Universe>>,
    _of_one_thread: PhantomData<*const ()>,
}

impl Ranks {
    /// All processes of the job. Starts MPI where the simulation code has not, and then ends it
    /// when this value and the groups made from it are dropped. Collective.
    ///
    /// # Errors
    /// [`RankError::Finalized`] where MPI has ended in this process.
    pub fn world() -> Result<Self, RankError> {
        if environment::is_finalized() {
            return Err(RankError::Finalized);
        }
        let universe = environment::initialize_with_threading(Threading::Funneled);
        Ok(Self {
            communicator: SimpleCommunicator::world().duplicate(),
            universe: universe.map(|(universe, _)| Rc::new(universe)),
            _of_one_thread: PhantomData,
        })
    }

    /// The ranks that name the same group as this one, in their order: the ranks of one replica,
    /// say. Collective.
    ///
    /// # Errors
    /// [`RankError::Group`] for a number above 2^31 - 1, on this rank alone, while the others wait.
    pub fn group(&self, group: usize) -> Result<Self, RankError> {
        let refused = || RankError::Group {
            found: group,
            most: i32::MAX as usize,
        };
        let color = Color::with_value(i32::try_from(group).map_err(|_| refused())?);
        Ok(Self {
            communicator: self.communicator.split_by_color(color).ok_or_else(refused)?,
            universe: self.universe.clone(),
            _of_one_thread: PhantomData,
        })
    }

    /// The number of this process.
    #[must_use]
    pub fn rank(&self) -> usize {
        self.communicator.rank() as usize
    }

    /// How many processes there are.
    #[must_use]
    pub fn count(&self) -> usize {
        self.communicator.size() as usize
    }

    /// Which of `items` items are this rank's: contiguous, in the order of the ranks, as equal as
    /// integers allow.
    #[must_use]
    pub fn share(&self, items: usize) -> Range<usize> {
        share(items, self.rank(), self.count())
    }

    /// Merges a value of each rank into one, which rank 0 gets; `None` on the others. Collective.
    ///
    /// Rank 0's value comes first and the last rank's last: `merge` is always called with two
    /// neighbouring stretches of ranks, in that order, by a tree that depends on the number of
    /// ranks alone. The result has the same bits every time. Where `merge` is associative to the
    /// bit, as for blocks and replicas, a merge one by one would give the same bits.
    ///
    /// **Cost.** log2(ranks) rounds, in each of which a rank sends its value once or receives one.
    /// A message holds the value alone, 8 bytes a number; rank 0 holds the merged value and one
    /// more.
    ///
    /// # Errors
    /// What `merge` refuses, or a [`RankError`] as the same type, on the rank where it happened,
    /// while the others wait.
    pub fn reduce<A, E>(&self, own: A, mut merge: impl FnMut(A, A) -> Result<A, E>) -> Result<Option<A>, E>
    where
        A: Serialize + DeserializeOwned,
        E: From<RankError>,
    {
        let mut value = own;
        for turn in turns(self.rank(), self.count()) {
            match turn {
                Turn::Receive(from) => {
                    value = merge(value, self.receive(from)?)?;
                }
                Turn::Send(to) => {
                    self.send(to, &value)?;
                    return Ok(None);
                }
            }
        }
        Ok(Some(value))
    }

    /// Rank 0's value, on all ranks. Collective.
    ///
    /// The other ranks' values are not looked at, so that what [`reduce`](Self::reduce) returned
    /// can be handed on as it is.
    ///
    /// # Errors
    /// [`RankError`].
    ///
    /// # Panics
    /// If rank 0 has none.
    pub fn broadcast<A: Serialize + DeserializeOwned>(&self, value: Option<A>) -> Result<A, RankError> {
        // The tree of `reduce`, upside down.
        let turns: Vec<Turn> = turns(self.rank(), self.count()).collect();
        let mut value = value;
        for turn in turns.into_iter().rev() {
            match turn {
                Turn::Send(from) => value = Some(self.receive(from)?),
                Turn::Receive(to) => self.send(to, value.as_ref().expect("rank 0 has a value"))?,
            }
        }
        Ok(value.expect("rank 0 has a value"))
    }

    /// Waits until all ranks are here. Collective.
    fn wait(&self) {
        self.communicator.barrier();
    }

    /// Prints `rank 2: message` to standard error and ends the job on all ranks, with exit status
    /// 1.
    pub fn abort(&self, message: &impl fmt::Display) -> ! {
        // Written at once: launchers mix the streams of the ranks at any byte. Where nobody can
        // read it, the job ends all the same.
        let line = format!("rank {}: {message}\n", self.rank());
        let _ = io::stderr().write_all(line.as_bytes());
        self.communicator.abort(1)
    }

    fn send<A: Serialize>(&self, to: usize, value: &A) -> Result<(), RankError> {
        let bytes = postcard::to_allocvec(value).map_err(|error| RankError::Send {
            rank: self.rank(),
            message: error.to_string(),
        })?;
        let to = self.communicator.process_at_rank(to as i32);
        to.send(&(bytes.len() as u64));
        for piece in bytes.chunks(PIECE) {
            to.send(piece);
        }
        Ok(())
    }

    fn receive<A: DeserializeOwned>(&self, from: usize) -> Result<A, RankError> {
        let source = self.communicator.process_at_rank(from as i32);
        let (length, _) = source.receive::<u64>();
        let failed = |message: String| RankError::Receive {
            rank: self.rank(),
            from,
            message,
        };
        let length = usize::try_from(length).map_err(|error| failed(error.to_string()))?;
        let mut bytes = vec![0_u8; length];
        for piece in bytes.chunks_mut(PIECE) {
            source.receive_into(piece);
        }
        postcard::from_bytes(&bytes).map_err(|error| failed(error.to_string()))
    }
}

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
pub fn run<T, E: fmt::Display>(body: impl FnOnce(&Ranks) -> Result<T, E>) -> Result<T, RankError> {
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

impl fmt::Debug for Ranks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ranks")
            .field("rank", &self.rank())
            .field("count", &self.count())
            .finish()
    }
}

fn share(items: usize, rank: usize, count: usize) -> Range<usize> {
    let bound = |rank: usize| (items as u128 * rank as u128 / count as u128) as usize;
    bound(rank)..bound(rank + 1)
}

/// What a rank does in a round of the tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Turn {
    /// Takes the value of this rank, which stands for as many ranks as its own does or fewer, all
    /// of them later.
    Receive(usize),
    /// Gives its value to this rank, and is done.
    Send(usize),
}

/// The rounds of a binomial tree. In round k a rank holds the merged values of the `2^k` ranks from
/// itself on.
fn turns(rank: usize, count: usize) -> impl Iterator<Item = Turn> {
    let rounds = rank.trailing_zeros().min(usize::BITS - 1);
    let from = (0..rounds).map(move |round| rank + (1 << round));
    let from = from.take_while(move |&from| from < count);
    // The lowest bit is the round in which it gives what it has.
    let to = (rank > 0).then(|| Turn::Send(rank & (rank - 1)));
    from.map(Turn::Receive).chain(to)
}

/// A failure of the exchange between ranks.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum RankError {
    /// MPI can be started once in a process, and not again after it has ended.
    #[error("MPI has ended in this process, expected it not started or running")]
    Finalized,
    /// A group number that MPI cannot take.
    #[error("group {found}, expected at most {most}")]
    Group {
        /// The number given.
        found: usize,
        /// The largest.
        most: usize,
    },
    /// A value that cannot be written as a message.
    #[error("rank {rank} cannot send: {message}")]
    Send {
        /// This rank.
        rank: usize,
        /// What the encoder says.
        message: String,
    },
    /// A message that is not the value expected.
    #[error("rank {rank} cannot read the message of rank {from}: {message}")]
    Receive {
        /// This rank.
        rank: usize,
        /// The sender.
        from: usize,
        /// What the decoder says.
        message: String,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a rank holds when it has made its turns in the tree, as text.
    fn merged(rank: usize, count: usize) -> String {
        let mut value = rank.to_string();
        for turn in turns(rank, count) {
            match turn {
                Turn::Receive(from) => {
                    assert_eq!(turns(from, count).last(), Some(Turn::Send(rank)));
                    value = format!("({value} {})", merged(from, count));
                }
                Turn::Send(_) => break,
            }
        }
        value
    }

    #[test]
    fn values_are_merged_in_the_order_of_the_ranks() {
        assert_eq!(merged(0, 1), "0");
        assert_eq!(merged(0, 2), "(0 1)");
        assert_eq!(merged(0, 4), "((0 1) (2 3))");
        assert_eq!(merged(0, 6), "(((0 1) (2 3)) (4 5))");
        for count in 1..=33 {
            let digits = merged(0, count).replace(['(', ')'], "");
            let expected: Vec<String> = (0..count).map(|rank| rank.to_string()).collect();
            assert_eq!(digits, expected.join(" "));
        }
    }

    #[test]
    fn shares_are_contiguous_and_as_equal_as_integers_allow() {
        for (items, count) in [(0, 3), (2, 4), (10, 4), (1000, 7)] {
            let mut next = 0;
            for rank in 0..count {
                let share = share(items, rank, count);
                assert_eq!(share.start, next);
                assert!(share.len() == items / count || share.len() == items / count + 1);
                next = share.end;
            }
            assert_eq!(next, items);
        }
    }
}
