//! Accumulators with one fault each: the checker must say which law it breaks.

use std::cell::Cell;

use msed::energy::EnergySums;
use msed::online::EnergyAccumulator;
use serde::{Deserialize, Serialize};

use super::energies::{self, Method};
use super::{Case, LAWS, Live, Seen, Sums};

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
enum Fault {
    None,
    TakesInWhatItRefuses,
    JoinsWhatDoesNotFollow,
    LosesSamplesOfASlice,
    ChangesWhenAsked,
    IsOffByItsDivisor,
    HasErrorsOfFewerBlocks,
    SumsAllOrigins,
    LosesPairsAcrossAJoint,
    ErrsMoreWhenJoined,
    CountsTheFirstRunTwice,
    KeepsOneRun,
    ForgetsWhenStopped,
}

/// An accumulator of energies: several, where the pairs between pieces are lost.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Planted {
    pieces: Vec<EnergyAccumulator>,
    fault: Fault,
    asked: Cell<bool>,
    joined: bool,
    #[serde(skip, default = "stopped")]
    stopped: bool,
}

fn stopped() -> bool {
    true
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct PlantedSums {
    sums: EnergySums,
    fault: Fault,
    joined: bool,
}

type Piece = Result<EnergyAccumulator, String>;

impl Planted {
    fn new(live: EnergyAccumulator, fault: Fault) -> Self {
        Self {
            pieces: vec![live],
            fault,
            asked: Cell::new(false),
            joined: false,
            stopped: false,
        }
    }

    fn last(&mut self) -> &mut EnergyAccumulator {
        self.pieces.last_mut().unwrap()
    }

    fn with_last(mut self, f: impl FnOnce(EnergyAccumulator) -> Piece) -> Result<Self, String> {
        let last = f(self.last().clone())?;
        *self.last() = last;
        Ok(self)
    }
}

impl Live for Planted {
    type Sums = PlantedSums;

    fn push(&mut self, place: &[f64]) -> Result<(), String> {
        let disturbed = match self.fault {
            Fault::ChangesWhenAsked => self.asked.replace(false),
            Fault::ForgetsWhenStopped => std::mem::replace(&mut self.stopped, false),
            _ => false,
        };
        let energy = place[0] + f64::from(u8::from(disturbed));
        let taken = Live::push(self.last(), &[energy]);
        if taken.is_err() && self.fault == Fault::TakesInWhatItRefuses {
            Live::push(self.last(), &[0.0]).unwrap();
        }
        taken
    }

    fn push_many(&mut self, places: &[f64], _: usize) -> Result<(), String> {
        let loses = self.fault == Fault::LosesSamplesOfASlice && (5..10).contains(&places.len());
        let kept = if loses { &places[1..] } else { places };
        kept.iter().try_for_each(|&place| Live::push(self, &[place]))
    }

    fn taken(&self) -> u64 {
        self.pieces.iter().map(Live::taken).sum()
    }

    fn lags(&self) -> Vec<u64> {
        Live::lags(&self.pieces[0])
    }

    fn snapshot(&self) -> Result<PlantedSums, String> {
        self.asked.set(true);
        let all = self.pieces.iter().map(Live::snapshot);
        let sums = all.reduce(|a, b| Sums::merge(a?, b?)).unwrap()?;
        Ok(PlantedSums {
            sums,
            fault: self.fault,
            joined: self.joined,
        })
    }

    fn starting_at(self, first: u64) -> Result<Self, String> {
        self.with_last(|live| Live::starting_at(live, first))
    }

    fn followed_by(self, later: &Self) -> Result<Self, String> {
        let before = self.clone();
        let mut joined = match self.with_last(|live| Live::followed_by(live, &later.pieces[0])) {
            Err(_) if before.fault == Fault::JoinsWhatDoesNotFollow => return Ok(before),
            joined => joined?,
        };
        if joined.fault == Fault::LosesPairsAcrossAJoint {
            joined = before;
            joined.pieces.extend(later.pieces.iter().cloned());
        }
        joined.joined = true;
        Ok(joined)
    }

    fn with_blocks(self, most: usize) -> Result<Self, String> {
        self.with_last(|live| Live::with_blocks(live, most))
    }
}

impl Sums for PlantedSums {
    fn merge(self, other: Self) -> Result<Self, String> {
        let first = match self.fault {
            Fault::KeepsOneRun => return Ok(self),
            Fault::CountsTheFirstRunTwice => Sums::merge(self.sums.clone(), self.sums)?,
            _ => self.sums,
        };
        let sums = Sums::merge(first, other.sums)?;
        Ok(Self { sums, ..other })
    }

    fn runs_and_blocks(&self) -> Option<[usize; 2]> {
        Sums::runs_and_blocks(&self.sums)
    }

    fn seen(&self) -> Vec<Seen> {
        let mut seen = Sums::seen(&self.sums);
        for of in &mut seen {
            if self.fault == Fault::IsOffByItsDivisor {
                of.values.iter_mut().for_each(|x| *x *= 1.001);
            }
            let more = match self.fault {
                Fault::HasErrorsOfFewerBlocks => 1.01,
                Fault::ErrsMoreWhenJoined if self.joined => 3.0,
                _ => 1.0,
            };
            of.errors.iter_mut().flatten().for_each(|error| *error *= more);
        }
        seen
    }
}

/// A short run, by rings and decimated.
fn broken(fault: Fault) -> Result<(), &'static str> {
    let check = |method: Method, summed: Method| {
        let case = energies::short(method);
        let new = Box::new(move || Planted::new((energies::short(summed).new)(), fault));
        Case {
            name: format!("{method:?}"),
            new,
            width: case.width,
            run: case.run,
            lags: case.lags,
            estimator: case.estimator,
            decimated: case.decimated,
            filled: case.filled,
            between: case.between,
            cuts: case.cuts,
            replicas: case.replicas,
            replica_blocks: case.replica_blocks,
            stops: case.stops,
        }
        .check()
        .map_err(|broken| broken.law)
    };
    check(Method::Ring, Method::Ring)?;
    let summed = match fault {
        Fault::SumsAllOrigins => Method::RingOfDecimatedLags,
        _ => Method::MultiTau,
    };
    check(Method::MultiTau, summed)
}

#[test]
fn a_planted_fault_breaks_its_law() {
    for (fault, law) in [
        (Fault::TakesInWhatItRefuses, LAWS[0]),
        (Fault::JoinsWhatDoesNotFollow, LAWS[0]),
        (Fault::LosesSamplesOfASlice, LAWS[1]),
        (Fault::ChangesWhenAsked, LAWS[1]),
        (Fault::IsOffByItsDivisor, LAWS[2]),
        (Fault::HasErrorsOfFewerBlocks, LAWS[2]),
        (Fault::SumsAllOrigins, LAWS[3]),
        (Fault::LosesPairsAcrossAJoint, LAWS[4]),
        (Fault::ErrsMoreWhenJoined, LAWS[4]),
        (Fault::CountsTheFirstRunTwice, LAWS[5]),
        (Fault::KeepsOneRun, LAWS[6]),
        (Fault::ForgetsWhenStopped, LAWS[7]),
    ] {
        assert_eq!(broken(fault), Err(law), "{fault:?}");
    }
    assert_eq!(broken(Fault::None), Ok(()));
}
