//! The last digit that a number was printed with, and whether two printed energies agree.

/// How far energies of one configuration differ at most, relative to their size: programs sum over
/// pairs in another order when they begin again, some of them in single precision.
const SUMMATION: f64 = 1e-7;
/// Most of an energy that its last digit makes, so that whole numbers are not taken for rough ones.
const ROUGHEST: f64 = 1e-2;

/// The smallest place of a digit among printed numbers.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct LastDigit {
    /// The power of ten; `None` before the first number.
    power: Option<i32>,
    /// The numbers that an energy is the sum of.
    terms: u32,
}

impl LastDigit {
    /// Takes the numbers of which one energy is the sum.
    #[cold]
    pub(super) fn take(&mut self, terms: impl Iterator<Item = f64>) {
        self.terms = 0;
        for number in terms {
            self.terms += 1;
            let power = power_of_last_digit(number);
            self.power = self.power.into_iter().chain(power).min();
        }
    }

    /// The smaller of both.
    pub(super) fn with(self, other: Self) -> Self {
        Self {
            power: self.power.into_iter().chain(other.power).min(),
            terms: self.terms.max(other.terms),
        }
    }

    /// Whether two energies are the same but for the last digit.
    pub(super) fn agrees(self, a: f64, b: f64) -> bool {
        let size = a.abs().max(b.abs());
        let digit = self.power.map_or(0.0, |power| 10_f64.powi(power)) * f64::from(self.terms);
        // The difference of two decimal numbers is rounded.
        let digit = (digit * (1.0 + 1e-6)).min(ROUGHEST * size);
        (a - b).abs() <= digit.max(SUMMATION * size)
    }
}

/// The power of ten of the last digit in the shortest decimal form; `None` for zero.
fn power_of_last_digit(number: f64) -> Option<i32> {
    let text = format!("{number:e}");
    let (digits, power) = text.split_once('e')?;
    let decimals = digits.split_once('.').map_or(0, |(_, decimals)| decimals.len());
    let power: i32 = power.parse().ok()?;
    (number != 0.0).then(|| power - decimals as i32)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn digit(numbers: &[f64]) -> LastDigit {
        numbers.iter().fold(LastDigit::default(), |digit, &number| {
            let mut next = digit;
            next.take(std::iter::once(number));
            next
        })
    }

    #[test]
    fn the_last_digit_of_printed_numbers() {
        for (numbers, power) in [
            (&[-6014.3519_f64][..], Some(-4)),
            (&[-6014.352, -6004.1069], Some(-4)),
            (&[-1234570.0], Some(1)),
            (&[7.0, 0.5], Some(-1)),
            (&[0.0], None),
            (&[0.0, 3.0], Some(0)),
        ] {
            assert_eq!(digit(numbers).power, power, "{numbers:?}");
        }
    }

    #[test]
    fn energies_of_one_configuration_agree_to_the_last_digit() {
        let four = digit(&[-691.7465, -689.0646]);
        assert!(four.agrees(-691.7465, -691.7464));
        assert!(!four.agrees(-691.7465, -691.7462));
        assert!(!four.agrees(-6.917466, -691.746595));
        // Fifteen digits, and sums in another order.
        assert!(digit(&[-6014.35194424041]).agrees(-6014.35194424041, -6014.35194424039));
        assert!(!digit(&[3.0, 4.0]).agrees(3.0, 4.0));
    }
}
