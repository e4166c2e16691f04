//! Laws that every accumulator obeys, as one checker for all of them: it refuses what cannot be;
//! however its run is handed in, it has the same bits; it gives what the estimator of whole runs
//! gives; pieces joined in any order are the run; sums of runs merge as the estimator pools
//! replicas; and what resumes from a checkpoint ends with the same bits. The checker must reject
//! each of a set of planted faults.

use std::fmt::Debug;
use std::ops::Range;

use msed::online::checkpoint;
use msed::stats::Estimate;
use msed::{Curve, Resampling};
use serde::Serialize;
use serde::de::DeserializeOwned;

mod coherent;
mod distributions;
mod energies;
mod frames;
mod planted;

/// The laws, by name.
const LAWS: [&str; 8] = [
    "what cannot be is refused and not taken in",
    "one by one, in slices and with snapshots give the same bits",
    "the run so far has the estimator's numbers",
    "decimated lags have the estimator's numbers over the same origins",
    "pieces joined in any order are the run",
    "merging is associative",
    "merged runs are the estimator's replicas",
    "a resumed run has the same bits",
];

#[derive(Debug, PartialEq)]
struct Broken {
    law: &'static str,
    at: String,
}

/// An accumulator of energies or of frames: a place of a run is a row of numbers.
trait Live: Sized + Clone + Serialize + DeserializeOwned {
    type Sums: Sums;

    fn push(&mut self, place: &[f64]) -> Result<(), String>;
    /// Places of so many numbers each, by the entry that takes most of them at once.
    fn push_many(&mut self, places: &[f64], width: usize) -> Result<(), String>;
    fn taken(&self) -> u64;
    /// In places of the run.
    fn lags(&self) -> Vec<u64>;
    fn snapshot(&self) -> Result<Self::Sums, String>;
    fn starting_at(self, first: u64) -> Result<Self, String>;
    fn followed_by(self, later: &Self) -> Result<Self, String>;
    fn with_blocks(self, most: usize) -> Result<Self, String>;
}

/// What an accumulator has summed.
trait Sums: Sized + Clone + PartialEq + Debug + Serialize + DeserializeOwned {
    fn merge(self, other: Self) -> Result<Self, String>;
    /// Runs and blocks, where the sums tell.
    fn runs_and_blocks(&self) -> Option<[usize; 2]>;
    fn seen(&self) -> Vec<Seen>;
}

/// Implements [`Live`] and the part of [`Sums`] that all accumulators have, by the methods that
/// they share.
macro_rules! live {
    ($live:ty, $sums:ty, $taken:ident, $push:expr, $push_many:expr, $counts:expr, $seen:expr) => {
        impl crate::laws::accumulators::Live for $live {
            type Sums = $sums;

            fn push(&mut self, place: &[f64]) -> Result<(), String> {
                $push(self, place).map_err(|error| error.to_string())
            }
            fn push_many(&mut self, places: &[f64], width: usize) -> Result<(), String> {
                $push_many(self, places, width).map_err(|error| error.to_string())
            }
            fn taken(&self) -> u64 {
                self.$taken()
            }
            fn lags(&self) -> Vec<u64> {
                let in_samples = |lag| self.sampling().samples_in(lag).unwrap();
                self.lags().map(in_samples).collect()
            }
            fn snapshot(&self) -> Result<$sums, String> {
                self.snapshot().map_err(|error| error.to_string())
            }
            fn starting_at(self, first: u64) -> Result<Self, String> {
                self.starting_at(first).map_err(|error| error.to_string())
            }
            fn followed_by(self, later: &Self) -> Result<Self, String> {
                self.followed_by(later).map_err(|error| error.to_string())
            }
            fn with_blocks(self, most: usize) -> Result<Self, String> {
                self.with_blocks(most).map_err(|error| error.to_string())
            }
        }

        impl crate::laws::accumulators::Sums for $sums {
            fn merge(self, other: Self) -> Result<Self, String> {
                self.merge(other).map_err(|error| error.to_string())
            }
            fn runs_and_blocks(&self) -> Option<[usize; 2]> {
                $counts(self)
            }
            fn seen(&self) -> Vec<crate::laws::accumulators::Seen> {
                $seen(self)
            }
        }
    };
}
use live;

/// Numbers of one kind, point by point, and how far those that should be the same may be from them.
#[derive(Debug, Clone)]
struct Seen {
    what: String,
    lags: Vec<u64>,
    origins: Vec<u64>,
    values: Vec<f64>,
    errors: Vec<Option<f64>>,
    within: Vec<f64>,
    errors_within: Vec<f64>,
    /// Whether the values depend on how the run is divided.
    of_blocks: bool,
}

impl Seen {
    /// The same within parts of each value and each error.
    fn relative(what: impl Into<String>, curve: &Curve, [values, errors]: [f64; 2]) -> Self {
        let mut seen = Self::scaled(what, curve, [0.0; 2]);
        seen.within = seen.values.iter().map(|x| values * x.abs()).collect();
        seen.errors_within = seen.errors.iter().map(|e| errors * e.unwrap_or(0.0)).collect();
        seen
    }

    /// The same within one bound for all values and one for all errors.
    fn scaled(what: impl Into<String>, curve: &Curve, [values, errors]: [f64; 2]) -> Self {
        Self {
            what: what.into(),
            lags: curve.lags().iter().map(|lag| lag.steps()).collect(),
            origins: curve.origins().to_vec(),
            values: curve.values().to_vec(),
            errors: curve.standard_errors().to_vec(),
            within: vec![values; curve.len()],
            errors_within: vec![errors; curve.len()],
            of_blocks: false,
        }
    }

    /// The same within parts of the largest value.
    fn of_largest(what: impl Into<String>, curve: &Curve, [values, errors]: [f64; 2]) -> Self {
        let largest = curve.values().iter().fold(0.0, |most: f64, x| most.max(x.abs()));
        Self::scaled(what, curve, [values * largest, errors * largest])
    }

    fn numbers(what: impl Into<String>, numbers: &[&Estimate], within: &[f64], errors: f64) -> Self {
        let errors_of: Vec<Option<f64>> = numbers.iter().map(|x| x.standard_error()).collect();
        Self {
            what: what.into(),
            lags: vec![0; numbers.len()],
            origins: vec![0; numbers.len()],
            values: numbers.iter().map(|x| x.value()).collect(),
            within: within.to_vec(),
            errors_within: errors_of.iter().map(|e| errors * e.unwrap_or(0.0)).collect(),
            errors: errors_of,
            of_blocks: false,
        }
    }

    fn counts(what: impl Into<String>, counts: &[u64]) -> Self {
        Self {
            what: what.into(),
            lags: vec![0; counts.len()],
            origins: counts.to_vec(),
            values: vec![0.0; counts.len()],
            errors: vec![None; counts.len()],
            within: vec![0.0; counts.len()],
            errors_within: vec![0.0; counts.len()],
            of_blocks: false,
        }
    }

    fn of_blocks(mut self) -> Self {
        self.of_blocks = true;
        self
    }

    /// The same numbers, but for what depends on the blocks where `errors` is not set.
    fn same(&self, expected: &Self, errors: bool) -> Result<(), String> {
        let what = &expected.what;
        if (&self.what, &self.lags, &self.origins) != (what, &expected.lags, &expected.origins) {
            return Err(format!(
                "{}: {:?} {:?}, expected {what}: {:?} {:?}",
                self.what, self.lags, self.origins, expected.lags, expected.origins
            ));
        }
        if expected.of_blocks && !errors {
            return Ok(());
        }
        for k in 0..self.values.len() {
            let (x, y) = (self.values[k], expected.values[k]);
            if !((x - y).abs() <= expected.within[k]) {
                return Err(format!("{what} at {k}: {x}, expected {y}"));
            }
            let close = match (self.errors[k], expected.errors[k]) {
                (Some(x), Some(y)) => (x - y).abs() <= expected.errors_within[k],
                (x, y) => x == y,
            };
            if errors && !close {
                let (x, y) = (self.errors[k], expected.errors[k]);
                return Err(format!("error of {what} at {k}: {x:?}, expected {y:?}"));
            }
        }
        Ok(())
    }
}

fn same(found: &[Seen], expected: &[Seen], errors: bool) -> Result<(), String> {
    if found.len() != expected.len() {
        return Err(format!(
            "{} kinds of numbers, expected {}",
            found.len(),
            expected.len()
        ));
    }
    found
        .iter()
        .zip(expected)
        .try_for_each(|(found, expected)| found.same(expected, errors))
}

/// The estimator of whole runs, at lags in places of the run.
type Estimator = Box<dyn Fn(&[&[f64]], &[u64], Resampling) -> Vec<Seen>>;

/// An accumulator, and where its laws are looked at.
struct Case<L> {
    name: String,
    new: Box<dyn Fn() -> L>,
    /// Numbers in a place: one energy, or three coordinates for each particle.
    width: usize,
    run: Vec<f64>,
    /// In places.
    lags: Vec<u64>,
    estimator: Estimator,
    /// Lags of its first level, where it decimates.
    decimated: Option<u64>,
    /// Lengths that so many blocks of one length fill: the estimator's blocks are the same there.
    filled: Vec<(usize, usize)>,
    /// Lengths where the estimator's blocks are others, and how many points have an error there at
    /// least.
    between: Vec<(usize, usize)>,
    cuts: Vec<[usize; 3]>,
    /// Parts that stand for independent runs, and the blocks that the estimator divides each into.
    replicas: Vec<Range<usize>>,
    replica_blocks: Option<usize>,
    stops: Vec<usize>,
}

impl<L: Live> Case<L> {
    fn places(&self) -> usize {
        self.run.len() / self.width
    }

    fn part(&self, range: Range<usize>) -> &[f64] {
        &self.run[self.width * range.start..self.width * range.end]
    }

    /// An accumulator of a part of the run, from its first place on.
    fn of(&self, range: Range<usize>) -> L {
        let mut live = (self.new)().starting_at(range.start as u64).unwrap();
        live.push_many(self.part(range), self.width).unwrap();
        live
    }

    fn whole(&self) -> L::Sums {
        self.of(0..self.places()).snapshot().unwrap()
    }

    fn is(&self, law: usize, so: bool, at: impl FnOnce() -> String) -> Result<(), Broken> {
        let name = &self.name;
        so.then_some(()).ok_or_else(|| Broken {
            law: LAWS[law],
            at: format!("{name}: {}", at()),
        })
    }

    fn holds(&self, law: usize, at: &str, held: &Result<(), String>) -> Result<(), Broken> {
        let broken = held.as_ref().err().cloned().unwrap_or_default();
        self.is(law, held.is_ok(), || format!("{at}: {broken}"))
    }

    /// Holds the accumulator against all laws.
    fn check(&self) -> Result<(), Broken> {
        self.refuses()?;
        self.has_the_same_bits()?;
        match self.decimated {
            Some(points) => self.decimates(points)?,
            None => self.estimates()?,
        }
        self.joins()?;
        self.merges()?;
        self.resumes()
    }

    fn refuses(&self) -> Result<(), Broken> {
        let message = |refused: Result<L, String>| refused.err().unwrap_or_default();
        let mut live = (self.new)();
        let mut bad = self.part(0..1).to_vec();
        bad[self.width - 1] = f64::NAN;
        let refused =
            [live.push(&bad), live.push_many(&bad, self.width)].map(|r| r.err().unwrap_or_default());
        let expected = "NaN, expected a finite number of at most 1e60 in size";
        let so = refused.iter().all(|r| r.ends_with(expected)) && live.taken() == 0;
        self.is(0, so, || format!("{refused:?}, {} taken in", live.taken()))?;
        for (found, expected) in [
            (
                live.snapshot().err().unwrap_or_default(),
                "0 samples so far, expected at least 2",
            ),
            (
                message((self.new)().followed_by(&(self.new)().starting_at(5).unwrap())),
                "the piece begins with sample 5 of the run, expected 0, the one after the last",
            ),
            (
                message((self.new)().with_blocks(3)),
                "3 blocks, expected an even number from 2 to 65536",
            ),
            (
                message(self.of(0..1).starting_at(1)),
                "1 samples are taken in already, expected none",
            ),
            (
                message(self.of(0..2).with_blocks(4)),
                "2 samples are taken in already, expected none",
            ),
        ] {
            self.is(0, found == expected, || {
                format!("`{found}`, expected `{expected}`")
            })?;
        }
        self.is(0, (self.new)().lags() == self.lags, || {
            format!("lags {:?}, expected {:?}", (self.new)().lags(), self.lags)
        })
    }

    fn has_the_same_bits(&self) -> Result<(), Broken> {
        let n = self.places();
        let [mut single, mut slices, mut asked] = [(self.new)(), (self.new)(), (self.new)()];
        for place in self.run.chunks(self.width) {
            single.push(place).unwrap();
        }
        let mut at = 0;
        for size in (1..).map(|k| k * k * 7 % 5003) {
            let end = n.min(at + size);
            slices.push_many(self.part(at..end), self.width).unwrap();
            at = end;
            if at == n {
                break;
            }
        }
        let few = (n / 400).max(1);
        for start in (0..n).step_by(few) {
            let end = n.min(start + few);
            for place in start..end {
                asked.push(self.part(place..place + 1)).unwrap();
            }
            if end < 2 {
                continue;
            }
            // All pairs so far at the first lag.
            let so_far = asked.snapshot().unwrap().seen();
            if let Some(&found) = so_far[0].origins.first() {
                let pairs = end as u64 - self.lags[0];
                self.is(1, found == pairs, || format!("{found} pairs after {end} places"))?;
            }
        }
        let expected = single.snapshot().unwrap();
        for (how, live) in [
            ("one by one", &single),
            ("slices", &slices),
            ("snapshots", &asked),
        ] {
            self.is(1, live.taken() == n as u64, || {
                format!("{how}: {} taken in", live.taken())
            })?;
            self.is(1, live.snapshot().as_ref() == Ok(&expected), || how.to_owned())?;
        }
        Ok(())
    }

    /// One accumulator that goes on after each look.
    fn estimates(&self) -> Result<(), Broken> {
        let mut live = (self.new)();
        let filled = self.filled.iter().map(|&(n, blocks)| (n, Some(blocks), 0));
        let between = self.between.iter().map(|&(n, errors)| (n, None, errors));
        let mut looks: Vec<(usize, Option<usize>, usize)> = filled.chain(between).collect();
        looks.sort_unstable();
        for (n, blocks, errors) in looks {
            live.push_many(self.part(live.taken() as usize..n), self.width)
                .unwrap();
            let sums = live.snapshot().unwrap();
            let lags: Vec<u64> = self.lags.iter().copied().filter(|&lag| lag < n as u64).collect();
            let resampling = blocks.map_or(Resampling::None, Resampling::Blocks);
            let expected = (self.estimator)(&[self.part(0..n)], &lags, resampling);
            let (found, at) = (sums.seen(), format!("{n} places"));
            self.holds(2, &at, &same(&found, &expected, blocks.is_some()))?;
            let there = found[0].errors.iter().flatten().count();
            self.is(2, there >= errors, || format!("{at}: {there} errors"))?;
            if let (Some(blocks), Some(found)) = (blocks, sums.runs_and_blocks()) {
                self.is(2, found == [1, blocks], || {
                    format!("{at}: {found:?} runs and blocks")
                })?;
            }
        }
        Ok(())
    }

    /// Level l sums the first places at multiples of 2^l, and nothing else.
    fn decimates(&self, points: u64) -> Result<(), Broken> {
        let found = self.whole().seen();
        for (k, &lag) in self.lags.iter().enumerate() {
            let stride = lag.div_ceil(points).next_power_of_two().max(1);
            let places = self.run.chunks(self.width).step_by(stride as usize);
            let thinned: Vec<f64> = places.flatten().copied().collect();
            let expected = (self.estimator)(&[&thinned], &[lag / stride], Resampling::None);
            let curves = found.iter().filter(|seen| seen.values.len() == self.lags.len());
            for (found, expected) in curves.zip(&expected) {
                let (x, y) = (found.values[k], expected.values[0]);
                let close = (x - y).abs() <= found.within[k];
                let so = close && found.origins[k] == expected.origins[0] && found.what == expected.what;
                self.is(3, so, || {
                    let origins = [found.origins[k], expected.origins[0]];
                    format!(
                        "{} at lag {lag}: {x}, expected {y}, origins {origins:?}",
                        found.what
                    )
                })?;
            }
        }
        Ok(())
    }

    fn joins(&self) -> Result<(), Broken> {
        let n = self.places();
        let whole = self.whole().seen();
        for &[a, b, c] in &self.cuts {
            let join = |first: L, later: &L| first.followed_by(later).unwrap();
            let left = join(join(self.of(0..a), &self.of(a..b)), &self.of(b..c));
            let left = join(left, &self.of(c..n));
            let right = join(self.of(b..c), &self.of(c..n));
            let right = join(self.of(0..a), &join(self.of(a..b), &right));
            // The joined accumulator goes on like any other.
            let mut on = join(self.of(0..a), &self.of(a..b));
            on.push_many(self.part(b..n), self.width).unwrap();
            for (how, joined) in [("from the left", left), ("from the right", right), ("on", on)] {
                let at = format!("{how}, cut at {a}, {b}, {c}");
                self.is(4, joined.taken() == n as u64, || {
                    format!("{at}: {}", joined.taken())
                })?;
                let joined = joined.snapshot().unwrap().seen();
                self.holds(4, &at, &same(&joined, &whole, false))?;
                // Blocks begin elsewhere, but they are as many and as long, within a factor.
                if let [Some(x), Some(y)] = [&joined, &whole].map(|seen| *seen[0].errors.get(1)?) {
                    let so = x > 0.4 * y && x < 2.5 * y;
                    self.is(4, so, || format!("{at}: errors {x} and {y}"))?;
                }
            }
        }
        Ok(())
    }

    fn merges(&self) -> Result<(), Broken> {
        let parts: Vec<&[f64]> = self.replicas.iter().map(|part| self.part(part.clone())).collect();
        let sums = |part: &&[f64]| {
            let mut live = (self.new)();
            live.push_many(part, self.width).unwrap();
            live.snapshot().unwrap()
        };
        let each: Vec<L::Sums> = parts.iter().map(sums).collect();
        let [a, b, c] = [&each[0], &each[1], &each[2]].map(Clone::clone);
        let merge = |a: L::Sums, b: L::Sums| a.merge(b).unwrap();
        let left = merge(merge(a.clone(), b.clone()), c.clone());
        let right = merge(a, merge(b, c));
        self.is(5, left == right, || "three runs".to_owned())?;
        let blocks = |sums: &L::Sums| sums.runs_and_blocks().map(|[_, blocks]| blocks);
        let all: Option<usize> = each.iter().map(blocks).sum();
        let found = left.runs_and_blocks();
        let expected = all.map(|blocks| [each.len(), blocks]);
        self.is(6, found == expected, || {
            format!("{found:?}, expected {expected:?}")
        })?;
        if self.decimated.is_some() {
            return Ok(());
        }
        let resampling = self.replica_blocks.map_or(Resampling::None, Resampling::Blocks);
        let expected = (self.estimator)(&parts, &self.lags, resampling);
        let held = same(&left.seen(), &expected, self.replica_blocks.is_some());
        self.holds(6, "three runs", &held)
    }

    fn resumes(&self) -> Result<(), Broken> {
        let n = self.places();
        let expected = self.whole();
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("live.msed");
        let by_file = |live: &L| -> L {
            checkpoint::save(live, &file).unwrap();
            checkpoint::load(&file).unwrap()
        };
        let by_text =
            |live: &L| -> L { serde_json::from_str(&serde_json::to_string(live).unwrap()).unwrap() };
        // Stopped once at each of the places, and at all of them.
        let (mut often, mut at) = ((self.new)(), 0);
        for &stop in &self.stops {
            let mut resumed = by_file(&self.of(0..stop));
            resumed.push_many(self.part(stop..n), self.width).unwrap();
            let so = resumed.snapshot().as_ref() == Ok(&expected);
            self.is(7, so, || format!("stopped at {stop}"))?;
            often.push_many(self.part(at..stop), self.width).unwrap();
            often = by_text(&often);
            at = stop;
        }
        often.push_many(self.part(at..n), self.width).unwrap();
        let so = often.snapshot().as_ref() == Ok(&expected);
        self.is(7, so, || format!("stopped at each of {:?}", self.stops))?;
        // Pieces that are resumed before they are joined, and the joined run after it.
        for &[a, b, c] in &self.cuts {
            for resumed in [&by_file as &dyn Fn(&L) -> L, &by_text] {
                let join = |of: &dyn Fn(&L) -> L| {
                    let later = of(&self.of(b..c)).followed_by(&self.of(c..n)).unwrap();
                    let first = of(&self.of(0..a).followed_by(&of(&self.of(a..b))).unwrap());
                    of(&first.followed_by(&of(&later)).unwrap()).snapshot().unwrap()
                };
                let so = join(resumed) == join(&|live: &L| live.clone());
                self.is(7, so, || format!("pieces cut at {a}, {b}, {c}"))?;
            }
        }
        checkpoint::save(&expected, &file).unwrap();
        let sums: [L::Sums; 2] = [
            checkpoint::load(&file).unwrap(),
            serde_json::from_str(&serde_json::to_string(&expected).unwrap()).unwrap(),
        ];
        self.is(7, sums.iter().all(|sums| *sums == expected), || {
            "the sums".to_owned()
        })
    }
}
