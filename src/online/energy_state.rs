//! The state of an accumulator as plain numbers.

use serde::ser::SerializeSeq;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::energy::EnergyAccumulator;
use super::levels::LevelLags;
use super::progress::Progress;
use super::ring::{Ring, Work};
use crate::energy::run_sums::RunSums;
use crate::energy::sums::EnergyPairs;
use crate::lag_sums::BlockSpectra;
use crate::stats::doubling_blocks::NoMemory;
use crate::stats::runs::InBlocks;
use crate::stats::sums::Summed;

/// What differs from a new accumulator of the same kind; the spectra are borrowed for writing.
#[derive(Serialize, Deserialize)]
struct State<P> {
    version: u32,
    pairs: EnergyPairs,
    method: Method,
    progress: Progress,
    levels: Vec<Level>,
    /// Spectra of the blocks that are not sealed.
    products: P,
    sums: RunSums,
}

#[derive(Serialize, Deserialize)]
enum Method {
    Ring,
    BlockFft { segment: u64 },
    MultiTau { points: u64 },
}

#[derive(Serialize, Deserialize)]
struct Level {
    base: u64,
    buffer: Vec<f64>,
    head: Vec<f64>,
}

/// Real and imaginary parts, and no copy of them.
struct Spectra<'a>(Option<&'a BlockSpectra>);

impl Serialize for Spectra<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Some((count, products)) = self.0.map(BlockSpectra::products) else {
            return serializer.collect_seq([[0.0; 2]; 0]);
        };
        let mut seq = serializer.serialize_seq(Some(count))?;
        for z in products {
            seq.serialize_element(&z)?;
        }
        seq.end()
    }
}

const VERSION: u32 = 2;

impl Serialize for EnergyAccumulator {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let level = |ring: &Ring| Level {
            base: ring.base(),
            buffer: ring.buffer().to_vec(),
            head: ring.head().to_vec(),
        };
        let method = match &self.transform {
            Some(transform) => Method::BlockFft {
                segment: transform.segment() as u64,
            },
            None if self.levels.len() > 1 => Method::MultiTau {
                points: self.levels[0].lags() as u64,
            },
            None => Method::Ring,
        };
        let state = State {
            version: VERSION,
            pairs: self.pairs.clone(),
            method,
            progress: self.progress,
            levels: self.levels.iter().map(level).collect(),
            products: Spectra(self.transform.as_ref()),
            sums: self.sums.clone(),
        };
        state.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for EnergyAccumulator {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let state: State<Vec<[f64; 2]>> = State::deserialize(deserializer)?;
        Self::try_from(state).map_err(de::Error::custom)
    }
}

impl TryFrom<State<Vec<[f64; 2]>>> for EnergyAccumulator {
    type Error = String;

    fn try_from(state: State<Vec<[f64; 2]>>) -> Result<Self, String> {
        let expect = |holds: bool, what: &str| if holds { Ok(()) } else { Err(what.to_owned()) };
        expect(state.version == VERSION, "another version of the state")?;
        let lags = &state.pairs.lags;
        state.pairs.check()?;
        expect(state.progress.is_sound(), "samples beyond all counting")?;
        expect(
            state.sums.is_sound(lags.len(), state.pairs.columns()),
            "sums of other blocks or lags",
        )?;
        let room = |error: NoMemory| error.to_string();
        let longest = lags.last().copied().unwrap_or(0);
        let in_ring = || -> Result<Vec<usize>, String> {
            let lag = |&lag: &u64| usize::try_from(lag).map_err(|_| "a lag beyond memory".to_owned());
            lags.iter().map(lag).collect()
        };
        let (mut levels, mut transform) = match state.method {
            Method::Ring => (vec![Ring::new(1, in_ring()?, 0).map_err(room)?], None),
            Method::BlockFft { segment } => {
                let near = segment > longest && segment <= longest.max(1024).saturating_mul(2);
                expect(near, "segments that do not fit the lags")?;
                let segment = usize::try_from(segment).map_err(|error| error.to_string())?;
                let ring = Ring::of_segments(segment, in_ring()?).map_err(room)?;
                (
                    vec![ring],
                    Some(BlockSpectra::new(segment, state.sums.blocks.most()).map_err(room)?),
                )
            }
            Method::MultiTau { points } => {
                let points = usize::try_from(points).map_err(|error| error.to_string())?;
                expect(points <= lags.len(), "points that are not those of the lags")?;
                let (levels, expected) =
                    LevelLags::doubling(1, points, longest).map_err(|error| error.to_string())?;
                expect(&expected == lags, "lags that are not those of the levels")?;
                (Self::rings_of(levels).map_err(room)?, None)
            }
        };
        expect(levels.len() == state.levels.len(), "other levels")?;
        for (ring, level) in levels.iter_mut().zip(state.levels) {
            ring.begin_at(state.progress.first);
            let restored = ring.restore(level.base, &level.buffer, &level.head, state.progress.count);
            expect(restored, "samples that are not those of the level")?;
        }
        if let Some(transform) = &mut transform {
            let blocks = &state.sums.blocks;
            expect(
                transform.restore(&state.products, blocks.live(), blocks.length()),
                "spectra of another length",
            )?;
        }
        let mut sums = state.sums;
        sums.blocks.reserve().map_err(room)?;
        Ok(Self {
            work: Work::new(&levels),
            pairs: state.pairs,
            progress: state.progress,
            levels,
            transform,
            sums,
        })
    }
}
