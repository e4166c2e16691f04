//! The sum of cosines over a set of wave vectors that holds every combination of signs.

use std::collections::BTreeMap;

use pulp::Simd;

use super::element::Element;

/// The sum of `cos q . r` over all signs of the components of a set of wave vectors, as a
/// polynomial in cosines.
///
/// Over the signs of (h, k, l) the cosines factorise: their sum is `u_h v_k w_l` with `u_0 = 1`,
/// `u_h = 2 cos(h x)`, x the angle along the first axis, and likewise v and w. All of them follow
/// from three cosines by the recurrence `u_(h+1) = u_1 u_h - u_(h-1)`. What is left is a sum of
/// products over the triples of absolute integers, which is brought into the form
/// `sum (sum_A u_i v_j) (sum_B w_k)`, the axes changing their parts, with as few products as a
/// greedy search finds. In a cubic cell a shell is symmetric in the axes too, and then few are
/// enough.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct SignPolynomial {
    /// Largest integer along each axis.
    last: [usize; 3],
    terms: Vec<Term>,
    /// Of `q` and `-q` one.
    vectors: usize,
}

/// `(sum over pairs of the product of the two) (sum over the set)`: places in the table of the u,
/// v, w.
#[derive(Debug, Clone, PartialEq)]
struct Term {
    axis: usize,
    /// Of the axis, sorted.
    set: Vec<usize>,
    /// Of the two axes after it, sorted.
    pairs: Vec<[usize; 2]>,
}

impl SignPolynomial {
    /// For triples of absolute integers, each once.
    pub(crate) fn new(triples: &[[u32; 3]]) -> Self {
        let last = [0, 1, 2].map(|axis| triples.iter().map(|n| n[axis] as usize).max().unwrap_or(0));
        let offset = [0, last[0] + 1, last[0] + last[1] + 2];
        let place = |n: &[u32; 3]| std::array::from_fn(|axis| offset[axis] + n[axis] as usize);
        let signs = |n: &[u32; 3]| 1_usize << n.iter().filter(|&&n| n > 0).count();
        let vectors = triples.iter().map(signs).sum::<usize>() / 2;
        let mut left: Vec<[usize; 3]> = triples.iter().map(place).collect();
        let mut terms = Vec::new();
        while let Some(term) = best_term(&left) {
            left.retain(|triple| !term.covers(triple));
            terms.push(term);
        }
        Self { last, terms, vectors }
    }

    /// Number of vectors, `q` and `-q` counted once.
    pub(crate) fn vectors(&self) -> usize {
        self.vectors
    }

    /// Vector operations for the sum at one origin.
    pub(crate) fn cost(&self) -> usize {
        let terms: usize = self.terms.iter().map(Term::cost).sum();
        6 + self.last.iter().sum::<usize>() + terms
    }

    /// The table that [`evaluate`](Self::evaluate) works in.
    pub(super) fn table<S: Simd, E: Element, const WIDTH: usize>(
        &self,
        simd: S,
    ) -> Vec<[E::Register<S>; WIDTH]> {
        let length = self.last.iter().sum::<usize>() + 3;
        vec![[E::splat(simd, E::default()); WIDTH]; length]
    }

    /// The sums at `WIDTH` registers of origins, from the cosines of the three angles.
    #[inline(always)]
    pub(super) fn evaluate<S: Simd, E: Element, const WIDTH: usize>(
        &self,
        simd: S,
        cosines: &[[E::Register<S>; WIDTH]; 3],
        table: &mut [[E::Register<S>; WIDTH]],
    ) -> [E::Register<S>; WIDTH] {
        let mut start = 0;
        for (cosine, &last) in cosines.iter().zip(&self.last) {
            multiples::<S, E, WIDTH>(simd, cosine, &mut table[start..=start + last]);
            start += last + 1;
        }
        let mut total = [E::splat(simd, E::default()); WIDTH];
        for term in &self.terms {
            let mut product = [E::splat(simd, E::default()); WIDTH];
            for &[a, b] in &term.pairs {
                let (a, b) = (&table[a], &table[b]);
                for j in 0..WIDTH {
                    product[j] = E::mul_add(simd, a[j], b[j], product[j]);
                }
            }
            let mut sum = table[term.set[0]];
            for &c in &term.set[1..] {
                for j in 0..WIDTH {
                    sum[j] = E::add(simd, sum[j], table[c][j]);
                }
            }
            for j in 0..WIDTH {
                total[j] = E::mul_add(simd, product[j], sum[j], total[j]);
            }
        }
        total
    }
}

impl Term {
    fn cost(&self) -> usize {
        self.pairs.len() + self.set.len()
    }

    fn covered(&self) -> usize {
        self.pairs.len() * self.set.len()
    }

    fn covers(&self, triple: &[usize; 3]) -> bool {
        let (c, pair) = split(triple, self.axis);
        self.set.binary_search(&c).is_ok() && self.pairs.binary_search(&pair).is_ok()
    }
}

/// The component along an axis, and the two after it.
fn split(triple: &[usize; 3], axis: usize) -> (usize, [usize; 2]) {
    (triple[axis], [triple[(axis + 1) % 3], triple[(axis + 2) % 3]])
}

/// The term that covers the most triples for its operations.
fn best_term(left: &[[usize; 3]]) -> Option<Term> {
    let mut best: Option<Term> = None;
    for axis in 0..3 {
        let mut by_pair: BTreeMap<[usize; 2], Vec<usize>> = BTreeMap::new();
        let mut by_set: BTreeMap<Vec<usize>, Vec<[usize; 2]>> = BTreeMap::new();
        for triple in left {
            let (c, pair) = split(triple, axis);
            by_pair.entry(pair).or_default().push(c);
            by_set.entry(vec![c]).or_default().push(pair);
        }
        for (pair, mut set) in by_pair {
            if set.len() > 1 {
                set.sort_unstable();
                by_set.entry(set).or_default().push(pair);
            }
        }
        for (set, mut pairs) in by_set {
            pairs.sort_unstable();
            let term = Term { axis, set, pairs };
            let better = |best: &Term| term.covered() * best.cost() > best.covered() * term.cost();
            if best.as_ref().is_none_or(better) {
                best = Some(term);
            }
        }
    }
    best
}

/// 1, 2 cos x, 2 cos 2x, ...
#[inline(always)]
fn multiples<S: Simd, E: Element, const WIDTH: usize>(
    simd: S,
    cosine: &[E::Register<S>; WIDTH],
    out: &mut [[E::Register<S>; WIDTH]],
) {
    let mut before = [E::splat(simd, E::from_f64(2.0)); WIDTH];
    let mut now = *cosine;
    for now in &mut now {
        *now = E::add(simd, *now, *now);
    }
    let first = now;
    out[0] = [E::splat(simd, E::from_f64(1.0)); WIDTH];
    // Two at a time, so that the registers change their parts without a move.
    let (pairs, rest) = out[1..].as_chunks_mut::<2>();
    for [odd, even] in pairs {
        *odd = now;
        for j in 0..WIDTH {
            before[j] = E::mul_add(simd, first[j], now[j], E::neg(simd, before[j]));
        }
        *even = before;
        for j in 0..WIDTH {
            now[j] = E::mul_add(simd, first[j], before[j], E::neg(simd, now[j]));
        }
    }
    for rest in rest {
        *rest = now;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// In a cube of 9.41036 the vectors of length 7.15 to 7.35: 219 of them, of `q` and `-q` one.
    #[test]
    fn a_cubic_shell_costs_less_than_half_of_its_vectors() {
        let step = std::f64::consts::TAU / 9.41036;
        let all = (0..12).flat_map(|h| (0..12).flat_map(move |k| (0..12).map(move |l| [h, k, l])));
        let length = |n: &[u32; 3]| step * f64::from(n.iter().map(|n| n * n).sum::<u32>()).sqrt();
        let classes: Vec<[u32; 3]> = all.filter(|n| (7.15..=7.35).contains(&length(n))).collect();
        let signs = |n: &[u32; 3]| 1 << (n.iter().filter(|&&n| n > 0).count() - 1);
        assert_eq!(classes.iter().map(signs).sum::<usize>(), 219);
        let polynomial = SignPolynomial::new(&classes);
        let covered: usize = polynomial.terms.iter().map(Term::covered).sum();
        assert_eq!(covered, classes.len());
        assert!(polynomial.cost() < 100, "{}", polynomial.cost());
    }
}
