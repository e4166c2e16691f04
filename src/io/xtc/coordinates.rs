//! Decompression of XTC coordinates.
//!
//! Coordinates are integers, multiples of the inverse precision. Most often, the three integers of
//! a particle form one number of a mixed radix. A run of particles close to their predecessors is
//! stored as small differences, in one of a series of sizes whose cubes are near powers of two. The
//! xdrfile library and GROMACS define the format (D. van der Spoel et al.).

/// Cube root of `2^k`, rounded.
const SIZES: [u32; 73] = [
    0, 0, 0, 0, 0, 0, 0, 0, 0, 8, 10, 12, 16, 20, 25, 32, 40, 50, 64, 80, 101, 128, 161, 203, 256, 322, 406,
    512, 645, 812, 1024, 1290, 1625, 2048, 2580, 3250, 4096, 5060, 6501, 8192, 10321, 13003, 16384, 20642,
    26007, 32768, 41285, 52015, 65536, 82570, 104_031, 131_072, 165_140, 208_063, 262_144, 330_280, 416_127,
    524_287, 660_561, 832_255, 1_048_576, 1_321_122, 1_664_510, 2_097_152, 2_642_245, 3_329_021, 4_194_304,
    5_284_491, 6_658_042, 8_388_607, 10_568_983, 13_316_085, 16_777_216,
];
/// The first size that is used.
const FIRST: usize = 9;
/// Zeros that must follow the compressed bytes, so that whole words can be read.
pub(super) const PADDING: usize = 16;

/// What precedes the compressed bytes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Prelude {
    pub(super) minimum: [i32; 3],
    pub(super) maximum: [i32; 3],
    pub(super) small: u32,
}

impl Prelude {
    /// Whether the numbers are what [`decode`] relies on.
    pub(super) fn is_sound(&self) -> bool {
        let ordered = (0..3).all(|i| self.minimum[i] <= self.maximum[i]);
        ordered && (FIRST..SIZES.len()).contains(&(self.small as usize))
    }
}

/// Decompresses into `positions`, each the `place` of three integers. `data` is the compressed
/// bytes and [`PADDING`] zeros.
///
/// # Errors
/// The particle at which the data turns out to be damaged: a coordinate outside of the bounds of
/// the prelude, an impossible size, bytes that are too few or left over.
pub(super) fn decode<P>(
    prelude: &Prelude,
    data: &[u8],
    positions: &mut [P],
    place: impl Fn([i32; 3]) -> P,
) -> Result<(), usize> {
    let Prelude {
        minimum,
        maximum,
        small,
        ..
    } = *prelude;
    let range: [u32; 3] = std::array::from_fn(|i| maximum[i].wrapping_sub(minimum[i]).cast_unsigned());
    let large = Large::new(range);
    let mut small = Small::new(small as usize);
    let mut bits = Bits { data, at: 0 };
    let mut run = 0;
    let mut at = 0;
    let inside = |c: [i32; 3]| (0..3).all(|i| c[i].wrapping_sub(minimum[i]).cast_unsigned() <= range[i]);
    while at < positions.len() {
        let offset = large.read(&mut bits);
        let mut previous: [i32; 3] =
            std::array::from_fn(|i| minimum[i].wrapping_add(offset[i].cast_signed()));
        if !inside(previous) {
            return Err(at);
        }
        let mut change = 0;
        // Without a new run, the length of the last run holds.
        if bits.read(1) == 1 {
            let code = bits.read(5);
            change = code % 3;
            run = code / 3;
            change = change.wrapping_sub(1);
        }
        let Some(group) = positions.get_mut(at..=at + run as usize) else {
            return Err(at);
        };
        if run == 0 {
            group[0] = place(previous);
        }
        for k in 1..=run as usize {
            let offset = small.read(&mut bits);
            let current: [i32; 3] = std::array::from_fn(|i| {
                previous[i]
                    .wrapping_sub(small.half)
                    .wrapping_add(offset[i].cast_signed())
            });
            if !inside(current) {
                return Err(at + k);
            }
            group[k] = place(current);
            if k == 1 {
                // The first two particles are stored in reverse order, which suits the oxygen of
                // water. The next particle is a difference from the one that was stored second.
                group[0] = place(current);
                group[1] = place(previous);
            }
            previous = current;
        }
        at += run as usize + 1;
        if !small.change(change) {
            return Err(at);
        }
    }
    let read = bits.at.div_ceil(8) + PADDING;
    // Some writers count the padding to four bytes too.
    if read > data.len() || data.len() - read > 3 {
        return Err(positions.len());
    }
    Ok(())
}

/// Bits, the most significant of a byte first. Past the end there are zeros.
struct Bits<'a> {
    data: &'a [u8],
    at: usize,
}

impl Bits<'_> {
    /// The next 57 bits at least, from the top.
    #[inline]
    fn window(&self) -> u64 {
        let byte = self.at / 8;
        match self.data.get(byte..).and_then(<[u8]>::first_chunk) {
            Some(word) => u64::from_be_bytes(*word) << (self.at % 8),
            None => 0,
        }
    }

    /// The next 121 bits at least, from the top.
    #[inline]
    fn wide_window(&self) -> u128 {
        let byte = self.at / 8;
        match self.data.get(byte..).and_then(<[u8]>::first_chunk) {
            Some(word) => u128::from_be_bytes(*word) << (self.at % 8),
            None => 0,
        }
    }

    /// A number of 1 to 32 bits.
    #[inline]
    fn read(&mut self, count: u32) -> u32 {
        let number = self.window() >> (64 - count);
        self.at += count as usize;
        number as u32
    }

    /// A number of 1 to 72 bits whose bytes stand in reverse order: the lowest first, the bits that
    /// are left over last.
    #[inline]
    fn read_reversed(&mut self, count: u32) -> u128 {
        let whole = count & !7;
        let rest = count & 7;
        let number = if count <= 57 {
            let window = self.window();
            // A shift by 64 would overflow, hence two shifts.
            let low = window.swap_bytes() & ((1 << whole) - 1);
            let high = ((window << whole) >> 1) >> (63 - rest);
            u128::from(low | (high << whole))
        } else {
            let window = self.wide_window();
            let low = window.swap_bytes() & ((1 << whole) - 1);
            let high = ((window << whole) >> 1) >> (127 - rest);
            low | (high << whole)
        };
        self.at += count as usize;
        number
    }
}

/// Division by a number that is known beforehand, carried out as a multiplication.
#[derive(Clone, Copy)]
struct Divisor {
    divisor: u64,
    inverse: u64,
}

impl Divisor {
    const fn new(divisor: u64) -> Self {
        Self {
            divisor,
            inverse: u64::MAX / divisor,
        }
    }

    /// Quotient and remainder.
    #[inline]
    fn divide(self, number: u64) -> (u64, u64) {
        // The inverse is too small by less than 1 + 1/divisor, hence the quotient by less than two.
        let mut quotient = ((u128::from(number) * u128::from(self.inverse)) >> 64) as u64;
        let mut remainder = number - quotient * self.divisor;
        while remainder >= self.divisor {
            remainder -= self.divisor;
            quotient += 1;
        }
        (quotient, remainder)
    }
}

/// Three integers below `sizes` from the one number that they make.
#[inline]
fn split(number: u128, [_, y, z]: [Divisor; 3]) -> [u32; 3] {
    if let Ok(number) = u64::try_from(number) {
        let (number, third) = z.divide(number);
        let (first, second) = y.divide(number);
        return [first as u32, second as u32, third as u32];
    }
    let third = number % u128::from(z.divisor);
    let number = number / u128::from(z.divisor);
    let second = number % u128::from(y.divisor);
    let first = number / u128::from(y.divisor);
    [first as u32, second as u32, third as u32]
}

/// How a particle's own coordinates are stored.
enum Large {
    /// As one number of so many bits.
    Together { bits: u32, sizes: [Divisor; 3] },
    /// As three, where one of them is too large.
    Apart([u32; 3]),
}

impl Large {
    fn new(range: [u32; 3]) -> Self {
        let sizes = range.map(|r| u64::from(r) + 1);
        if sizes.iter().any(|&size| size > 0xff_ffff) {
            return Self::Apart(sizes.map(|size| (64 - size.leading_zeros()).min(32)));
        }
        let product: u128 = sizes.iter().map(|&size| u128::from(size)).product();
        Self::Together {
            bits: 128 - product.leading_zeros(),
            sizes: sizes.map(Divisor::new),
        }
    }

    // Each storage type has its own loop, and without inlining the calls would take a third of its
    // time.
    #[inline(always)]
    fn read(&self, bits: &mut Bits<'_>) -> [u32; 3] {
        match self {
            Self::Together { bits: count, sizes } => split(bits.read_reversed(*count), *sizes),
            Self::Apart(counts) => counts.map(|count| bits.read(count)),
        }
    }
}

/// How differences are stored.
struct Small {
    index: usize,
    /// What is subtracted, so that differences are of either sign.
    half: i32,
    size: Divisor,
}

impl Small {
    fn new(index: usize) -> Self {
        Self {
            index,
            half: (SIZES[index] / 2).cast_signed(),
            size: Divisor::new(u64::from(SIZES[index])),
        }
    }

    #[inline(always)]
    fn read(&self, bits: &mut Bits<'_>) -> [u32; 3] {
        let count = self.index as u32;
        split(bits.read_reversed(count), [self.size; 3])
    }

    /// Changes to the size below (-1 as the largest number), the same (0) or above (1); `false`
    /// where that size does not exist.
    #[inline]
    fn change(&mut self, change: u32) -> bool {
        let index = match change {
            0 => return true,
            1 => self.index + 1,
            _ => self.index - 1,
        };
        let exists = (FIRST..SIZES.len()).contains(&index);
        if exists {
            *self = Self::new(index);
        }
        exists
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn division_by_a_product_is_division(number: u64, shift in 0..64_u32, divisor in 1..=0xffff_ffff_u64) {
            let number = number >> shift;
            prop_assert_eq!(
                Divisor::new(divisor).divide(number),
                (number / divisor, number % divisor)
            );
        }

        #[test]
        fn reversed_numbers_are_read_as_by_definition(
            bytes in prop::collection::vec(any::<u8>(), 12),
            start in 0..8_usize,
            count in 1..=72_u32,
        ) {
            let mut data = bytes;
            data.extend([0; PADDING]);
            let mut expected = 0_u128;
            let mut one_by_one = Bits { data: &data, at: start };
            let mut left = count;
            while left > 0 {
                let n = left.min(8);
                expected |= u128::from(one_by_one.read(n)) << (count - left);
                left -= n;
            }
            let mut bits = Bits { data: &data, at: start };
            prop_assert_eq!(bits.read_reversed(count), expected);
            prop_assert_eq!(bits.at, one_by_one.at);
        }

        #[test]
        fn any_bytes_end_in_coordinates_within_bounds_or_an_error(
            data in prop::collection::vec(any::<u8>(), 0..400),
            minimum: [i16; 3],
            range: [u16; 3],
            small in 9..73_u32,
            large: bool,
        ) {
            let minimum = minimum.map(i32::from);
            let scale = if large { 60_000 } else { 1 };
            let maximum = std::array::from_fn(|i| minimum[i].saturating_add(i32::from(range[i]).saturating_mul(scale)));
            let prelude = Prelude { minimum, maximum, small };
            prop_assert!(prelude.is_sound());
            let mut padded = data;
            padded.extend([0; PADDING]);
            let mut positions = vec![minimum; 40];
            let _ = decode(&prelude, &padded, &mut positions, |c| c);
            for c in positions {
                prop_assert!((0..3).all(|i| (minimum[i]..=maximum[i]).contains(&c[i])));
            }
        }
    }

    #[test]
    fn one_particle_in_each_way_of_storing() {
        // Sizes 4 x 5 x 6: 120 takes 7 bits; (3, 4, 5) is 119, then a flag bit of 0.
        let prelude = Prelude {
            minimum: [10, 20, 30],
            maximum: [13, 24, 35],
            small: 9,
        };
        let mut data = vec![119 << 1];
        data.extend([0; PADDING]);
        let mut positions = [[0; 3]];
        decode(&prelude, &data, &mut positions, |c| c).unwrap();
        assert_eq!(positions, [[13, 24, 35]]);
        // The same bytes cut off, and too many.
        assert_eq!(decode(&prelude, &[0; PADDING], &mut positions, |c| c), Err(1));
        assert_eq!(decode(&prelude, &[0; PADDING + 5], &mut positions, |c| c), Err(1));
        // Three integers of 25, 1 and 1 bits.
        let prelude = Prelude {
            minimum: [0, 0, 0],
            maximum: [0x1ff_ffff - 1, 0, 0],
            small: 9,
        };
        let mut data = 0x1234_5600_u32.to_be_bytes().to_vec();
        data.extend([0; PADDING]);
        decode(&prelude, &data, &mut positions, |c| c).unwrap();
        assert_eq!(positions, [[0x1234_5600 >> 7, 0, 0]]);
    }
}
