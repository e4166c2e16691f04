//! Laws that every correlation obeys, as one checker for those of energies and of particles: it has
//! its known value at lag 0, and what is known of it by another way; data may be shifted, particles
//! renumbered, time reversed, and the configuration turned by a symmetry of its cell; parts add up
//! to all; replicas pool their origins; and a length or energy in another unit scales it. The
//! checker must reject each of a set of planted faults.

use msed::Curve;

mod energies;
mod particles;
mod planted;

/// The laws, by name, in the order in which they are looked at.
const LAWS: [&str; 10] = [
    "it has its value at lag 0",
    "another way gives the same",
    "a Gaussian walk decays with its mean squared displacement",
    "translation",
    "particle order",
    "time reversal",
    "a symmetry of the cell changes nothing",
    "parts sum to all",
    "replicas pool their origins",
    "a unit scales it",
];
const AT_ZERO: usize = 0;
const ANOTHER_WAY: usize = 1;
const GAUSSIAN_WALK: usize = 2;
const TRANSLATION: usize = 3;
const ORDER: usize = 4;
const REVERSAL: usize = 5;
const SYMMETRY: usize = 6;
const PARTS: usize = 7;
const POOL: usize = 8;
const SCALE: usize = 9;

#[derive(Debug, PartialEq)]
struct Broken {
    law: &'static str,
    at: String,
}

/// A run of energies or of particles, and what may be done to it.
trait Run: Clone {
    fn shifted(&self) -> Self;
    fn renumbered(&self) -> Option<Self>;
    fn reversed(&self) -> Self;
    fn turned(&self) -> Vec<(&'static str, Self)>;
    fn scaled(&self, by: f64) -> Self;
    /// Another run of the same system, of another length where samples are uniform.
    fn another(&self) -> Self;
}

/// A mean over time origins, at each point (a lag, a bin of one, a wave number).
#[derive(Debug, Clone)]
struct Mean {
    of: String,
    /// Its share in the sum that gives the last mean, times that one's share; none where there is
    /// no such sum.
    share: Option<f64>,
    values: Vec<f64>,
    origins: Vec<f64>,
}

impl Mean {
    fn of_curve(of: impl Into<String>, share: Option<f64>, curve: &Curve) -> Self {
        Self {
            of: of.into(),
            share,
            values: curve.values().to_vec(),
            origins: curve.origins().iter().map(|&n| n as f64).collect(),
        }
    }
}

/// A value that is known in another way.
#[derive(Debug, Clone, Copy)]
struct Known {
    mean: usize,
    point: usize,
    value: f64,
    within: f64,
}

type Means<R> = Box<dyn Fn(&[R]) -> Vec<Mean>>;
type Knowledge<R> = Box<dyn Fn(&R) -> Vec<Known>>;

/// What the laws are about: means over origins, in the same order for any of the systems.
struct Correlator<R> {
    name: String,
    systems: Vec<(String, R)>,
    means: Means<R>,
    /// By law, what is known of a single run.
    known: Vec<(usize, Knowledge<R>)>,
    /// Whether turns of the cell leave it, and within which part of the largest value.
    turns: Option<f64>,
    /// How far a sum of parts may be off, in parts of its value and in all.
    sum_within: [f64; 2],
    /// The power of the unit of length or energy.
    degree: Option<i32>,
}

impl<R: Run + 'static> Correlator<R> {
    fn new(name: &str, systems: Vec<(String, R)>, means: impl Fn(&[R]) -> Vec<Mean> + 'static) -> Self {
        Self {
            name: name.to_owned(),
            systems,
            means: Box::new(means),
            known: Vec::new(),
            turns: None,
            sum_within: [1e-11, 1e-13],
            degree: None,
        }
    }

    fn knows(mut self, law: usize, knowledge: impl Fn(&R) -> Vec<Known> + 'static) -> Self {
        self.known.push((law, Box::new(knowledge)));
        self
    }

    /// The first point of each of so many means, which is that of lag 0.
    fn at_zero(self, means: usize, value: f64) -> Self {
        self.knows(AT_ZERO, move |_| {
            let known = |mean| Known {
                mean,
                point: 0,
                value,
                within: 1e-13,
            };
            (0..means).map(known).collect()
        })
    }

    fn turns(mut self, within: f64) -> Self {
        self.turns = Some(within);
        self
    }

    fn degree(mut self, degree: i32) -> Self {
        self.degree = Some(degree);
        self
    }

    /// Holds the correlator against all laws on all systems.
    fn check(&self) -> Result<(), Broken> {
        for (system, run) in &self.systems {
            let at = format!("{}, {system}", self.name);
            let one = |run: &R| (self.means)(std::slice::from_ref(run));
            let plain = one(run);
            self.has_what_is_known(&at, run, &plain)?;
            equal(TRANSLATION, &at, &one(&run.shifted()), &plain, 1e-9)?;
            if let Some(renumbered) = run.renumbered() {
                equal(ORDER, &at, &one(&renumbered), &plain, 1e-11)?;
            }
            equal(REVERSAL, &at, &one(&run.reversed()), &plain, 1e-11)?;
            if let Some(within) = self.turns {
                for (turn, turned) in run.turned() {
                    equal(SYMMETRY, &format!("{at}, {turn}"), &one(&turned), &plain, within)?;
                }
            }
            self.sums_to_all(&at, &plain)?;
            let another = run.another();
            let pooled = (self.means)(&[run.clone(), another.clone()]);
            equal(POOL, &at, &pooled, &pool(plain.clone(), &one(&another)), 1e-9)?;
            if let Some(degree) = self.degree {
                let mut scaled = plain;
                let factor = 3_f64.powi(degree);
                scaled
                    .iter_mut()
                    .for_each(|mean| mean.values.iter_mut().for_each(|x| *x *= factor));
                equal(SCALE, &at, &one(&run.scaled(3.0)), &scaled, 1e-11)?;
            }
        }
        Ok(())
    }

    fn has_what_is_known(&self, at: &str, run: &R, found: &[Mean]) -> Result<(), Broken> {
        for (law, knowledge) in &self.known {
            let known = knowledge(run);
            assert!(!known.is_empty(), "{at}: {} knows nothing", LAWS[*law]);
            for known in known {
                let mean = &found[known.mean];
                let x = mean.values[known.point];
                if !((x - known.value).abs() <= known.within) {
                    let at = format!("{at}, {} at point {}: {x} {}", mean.of, known.point, known.value);
                    return Err(Broken { law: LAWS[*law], at });
                }
            }
        }
        Ok(())
    }

    fn sums_to_all(&self, at: &str, means: &[Mean]) -> Result<(), Broken> {
        let (all, parts) = means.split_last().expect("all");
        let Some(whole) = all.share else {
            return Ok(());
        };
        let [relative, absolute] = self.sum_within;
        for (k, &wanted) in all.values.iter().enumerate() {
            let share = |part: &Mean| part.share.expect("a share") * part.values[k];
            let sum = parts.iter().map(share).sum::<f64>() / whole;
            if !((sum - wanted).abs() <= relative * wanted.abs() + absolute) {
                let at = format!("{at}, point {k}: {sum} {wanted}");
                return Err(Broken { law: LAWS[PARTS], at });
            }
        }
        Ok(())
    }
}

/// The same means, within a part of the largest value of each, over the same origins.
fn equal(law: usize, at: &str, found: &[Mean], wanted: &[Mean], within: f64) -> Result<(), Broken> {
    assert_eq!(found.len(), wanted.len(), "the same means");
    for (found, wanted) in found.iter().zip(wanted) {
        let size = wanted.values.iter().fold(0.0_f64, |size, x| size.max(x.abs()));
        let differs = |k: &usize| {
            let (a, b) = (found.values[*k], wanted.values[*k]);
            let close = a.is_finite() && (a - b).abs() <= within * size;
            !close || found.origins[*k] != wanted.origins[*k]
        };
        let same = found.of == wanted.of && found.values.len() == wanted.values.len();
        let place = match (same, (0..wanted.values.len()).find(differs)) {
            (true, None) => continue,
            (true, Some(k)) => format!("point {k}: {} {}", found.values[k], wanted.values[k]),
            (false, _) => format!("{} points", found.values.len()),
        };
        return Err(Broken {
            law: LAWS[law],
            at: format!("{at}, {}, {place}", found.of),
        });
    }
    Ok(())
}

/// Two runs as one: means weighted by their origins, at the points of the first.
fn pool(mut first: Vec<Mean>, second: &[Mean]) -> Vec<Mean> {
    for (a, b) in first.iter_mut().zip(second) {
        for k in 0..a.values.len().min(b.values.len()) {
            let total = a.origins[k] + b.origins[k];
            a.values[k] = (a.values[k] * a.origins[k] + b.values[k] * b.origins[k]) / total;
            a.origins[k] = total;
        }
    }
    first
}
