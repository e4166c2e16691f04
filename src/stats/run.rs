//! Which run a number is of.

use std::fmt;

use crate::real::Real;

/// Samples that an identity looks at. Each lies at a place of its part that looks random, so that
/// no pattern of the data, such as three coordinates a particle, falls in step with them.
const PLACES: usize = 256;

/// The run that a number rests on: numbers of one run are correlated, and numbers of different runs
/// are not.
///
/// Estimators take the identity from the samples: the same samples give the same identity however
/// often it is computed, owned or borrowed, in this process or in another. It is a digest of their
/// number and of 256 of them, one from each of as many equal parts of the run, so that it costs
/// nothing beside any estimator. Two simulations agree in all of these only if they are the same;
/// samples made up to agree there are taken for one run.
///
/// The energies of a simulation and its trajectory are different samples and have different
/// identities: the correlation between them is not known, since they may be of different parts of
/// the simulation.
///
/// ```
/// use msed::stats::RunId;
/// let energies: Vec<f64> = (0..100_000).map(|i| f64::from(i % 17)).collect();
/// assert_eq!(RunId::of(&energies), RunId::of(&energies.clone()));
/// assert_ne!(RunId::of(&energies), RunId::of(&energies[1..]));
/// assert_ne!(RunId::named("T0.700"), RunId::named("T0.750"));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(transparent)
)]
pub struct RunId(u64);

impl RunId {
    /// The run of these samples.
    #[must_use]
    pub fn of<T: Real>(samples: &[T]) -> Self {
        let number = samples.len() as u128;
        let parts = samples.len().min(PLACES);
        let start = |part: usize| (part as u128 * number / parts as u128) as usize;
        let place = |part: usize| {
            let length = (start(part + 1) - start(part)) as u64;
            start(part) + (mix(3, part as u64) % length) as usize
        };
        Self::digest(
            samples.len(),
            (0..parts).map(|part| samples[place(part)].to_f64()),
        )
    }

    /// The run of this name: for numbers that do not come from samples at hand, such as those of a
    /// table.
    #[must_use]
    pub fn named(name: &str) -> Self {
        Self(name.bytes().fold(1, |digest, byte| mix(digest, byte.into())))
    }

    /// Several runs as one, such as replicas: blocks are numbered through them, so that their order
    /// counts. One run alone is that run.
    #[must_use]
    pub fn merged(runs: impl IntoIterator<Item = Self>) -> Self {
        let mut runs = runs.into_iter();
        let first = runs.next().unwrap_or(Self(0));
        runs.fold(first, |merged, run| Self(mix(merged.0, run.0)))
    }

    /// The run that these numbers were computed from.
    pub(crate) fn digest(number: usize, values: impl IntoIterator<Item = f64>) -> Self {
        let start = mix(2, number as u64);
        Self(
            values
                .into_iter()
                .fold(start, |digest, x| mix(digest, x.to_bits())),
        )
    }
}

impl fmt::Display for RunId {
    /// Sixteen hexadecimal digits.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

/// Takes a word into a digest: the finaliser of SplitMix64 (Steele, Lea and Flood, OOPSLA 2014) on
/// their sum, in which every bit of the word reaches every bit of the digest. Written out, since
/// the standard library's hash may change between its versions.
fn mix(digest: u64, word: u64) -> u64 {
    let mut z = digest.rotate_left(5).wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ word;
    z = z.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn samples(n: u32) -> Vec<f64> {
        (0..n).map(|i| f64::from(i.wrapping_mul(2_654_435_761))).collect()
    }

    #[test]
    fn one_run_has_one_identity_and_other_samples_have_another() {
        for n in [1, 2, 255, 256, 257, 1000, 100_000] {
            let run = samples(n);
            assert_eq!(RunId::of(&run), RunId::of(&samples(n)));
            let mut other: Vec<f64> = run.iter().map(|x| x + 1.0).collect();
            assert_ne!(RunId::of(&run), RunId::of(&other));
            other.clone_from(&run);
            other.push(0.0);
            assert_ne!(RunId::of(&run), RunId::of(&other));
        }
        assert_ne!(RunId::of::<f64>(&[]), RunId::of(&[0.0]));
    }

    #[test]
    fn a_run_keeps_its_identity_in_single_precision() {
        let single: Vec<f32> = samples(1000).iter().map(|&x| x as f32).collect();
        let double: Vec<f64> = single.iter().map(|&x| x.into()).collect();
        assert_eq!(RunId::of(&single), RunId::of(&double));
    }

    #[test]
    fn merged_runs_keep_their_order() {
        let [a, b, c] = ["a", "b", "c"].map(RunId::named);
        assert_eq!(RunId::merged([a]), a);
        assert_ne!(RunId::merged([a, b]), RunId::merged([b, a]));
        assert_ne!(RunId::merged([a, b]), a);
        assert_eq!(
            RunId::merged([RunId::merged([a, b]), c]),
            RunId::merged([a, b, c])
        );
    }

    #[test]
    fn identities_are_the_same_in_every_version() {
        assert_eq!(RunId::named("T0.700").to_string(), "54fb2538bfc5e473");
        assert_eq!(RunId::of(&[1.0, 2.5]).to_string(), "6469b57b662313c5");
    }
}
