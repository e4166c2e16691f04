//! Numbers from bytes.
//!
//! The text of a simulation may hold a hundred million numbers, and reading it is mostly conversion
//! of numbers. The mantissa is collected in an integer and scaled by one power of ten. Up to a
//! mantissa of 2^53 and a power of 10^22 both are exact in double precision, so that the single
//! rounding of the product or quotient gives the double nearest to the decimal number (Clinger,
//! "How to read floating point numbers accurately", 1990). The standard library converts all other
//! numbers.

/// Powers of ten that are exact in double precision.
const POWERS: [f64; 23] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18,
    1e19, 1e20, 1e21, 1e22,
];

/// The bytes that end a number: white space, a comma (CSV, YAML) and the bracket that closes a YAML
/// list.
const SEPARATORS: [bool; 256] = {
    let mut table = [false; 256];
    let separators = b" \t,\r\n]";
    let mut at = 0;
    while at < separators.len() {
        table[separators[at] as usize] = true;
        at += 1;
    }
    table
};

/// Whether a byte ends a number.
#[inline]
pub(crate) fn is_separator(byte: u8) -> bool {
    SEPARATORS[usize::from(byte)]
}

/// The number at the beginning of `bytes` and its length. The number has the same bits as from
/// `str::parse`.
///
/// `None` where there is no number, or where it does not end at a separator or with the bytes.
/// `nan` and `inf` are numbers here; the reader refuses them and names the line.
#[inline]
pub(crate) fn leading_f64(bytes: &[u8]) -> Option<(f64, usize)> {
    let (negative, start) = sign(bytes)?;
    let (mut mantissa, mut at) = take_digits(bytes, start, 0);
    let mut digits = at - start;
    let mut power = 0_i64;
    if bytes.get(at) == Some(&b'.') {
        let point = at + 1;
        (mantissa, at) = take_digits(bytes, point, mantissa);
        let decimals = at - point;
        digits += decimals;
        power = -i64::try_from(decimals).ok()?;
    }
    if digits == 0 {
        return by_the_library(bytes);
    }
    if matches!(bytes.get(at), Some(b'e' | b'E')) {
        let (exponent, end) = exponent(bytes, at + 1)?;
        power += exponent;
        at = end;
    }
    if bytes.get(at).is_some_and(|&byte| !is_separator(byte)) {
        return None;
    }
    // Any nineteen digits fit into 64 bits.
    if digits <= 19 && mantissa <= 1 << 53 && power.unsigned_abs() <= 22 {
        let exact = mantissa as f64;
        let scale = POWERS[power.unsigned_abs() as usize];
        let value = if power < 0 { exact / scale } else { exact * scale };
        return Some((if negative { -value } else { value }, at));
    }
    by_the_library(bytes)
}

/// The integer at the beginning of `bytes` and its length; `None` where there is no integer, where
/// it does not end at a separator or with the bytes, or where it does not fit.
#[inline]
pub(crate) fn leading_i64(bytes: &[u8]) -> Option<(i64, usize)> {
    let (negative, start) = sign(bytes)?;
    let (magnitude, at) = take_digits(bytes, start, 0);
    let digits = at - start;
    if digits == 0 || digits > 19 || bytes.get(at).is_some_and(|&byte| !is_separator(byte)) {
        return None;
    }
    let magnitude = i64::try_from(magnitude).ok()?;
    Some((if negative { -magnitude } else { magnitude }, at))
}

/// The number that is the whole of `field`.
#[inline]
pub(crate) fn f64_field(field: &[u8]) -> Option<f64> {
    leading_f64(field).and_then(|(value, length)| (length == field.len()).then_some(value))
}

/// The integer that is the whole of `field`. A decimal number of integer value counts, because
/// numpy writes steps so.
#[inline]
pub(crate) fn i64_field(field: &[u8]) -> Option<i64> {
    if let Some((value, length)) = leading_i64(field) {
        return (length == field.len()).then_some(value);
    }
    let value = f64_field(field)?;
    let integer = value as i64;
    (value.fract() == 0.0 && value.abs() < 9e15).then_some(integer)
}

/// The fields of a line.
pub(crate) fn fields(line: &[u8]) -> impl Iterator<Item = &[u8]> {
    let fields = line.split(|&byte| is_separator(byte));
    fields.filter(|field| !field.is_empty())
}

/// The words of a line: brackets and commas belong to them, as in names of columns.
pub(crate) fn words(line: &[u8]) -> impl Iterator<Item = &[u8]> {
    let words = line.split(u8::is_ascii_whitespace);
    words.filter(|word| !word.is_empty())
}

/// The length of the field that `bytes` begin with.
#[inline]
pub(crate) fn field_length(bytes: &[u8]) -> usize {
    let end = bytes.iter().position(|&byte| is_separator(byte));
    end.unwrap_or(bytes.len())
}

/// Text of a field.
pub(crate) fn text(field: &[u8]) -> String {
    String::from_utf8_lossy(field).into_owned()
}

/// Text of a field for a message: no more than 40 characters.
pub(crate) fn shown(field: &[u8]) -> String {
    let text = String::from_utf8_lossy(&field[..field.len().min(160)]);
    let short: String = text.chars().take(40).collect();
    if short.len() < text.len() || field.len() > 160 {
        format!("{short}...")
    } else {
        short
    }
}

/// Appends the digits at `at` to `number` (modulo 2^64), and returns where they end. Numbers have
/// so few digits between the point and the blank that taking eight at a time would not pay.
#[inline]
fn take_digits(bytes: &[u8], mut at: usize, mut number: u64) -> (u64, usize) {
    while let Some(digit) = bytes
        .get(at)
        .map(|byte| byte.wrapping_sub(b'0'))
        .filter(|&digit| digit < 10)
    {
        number = number.wrapping_mul(10).wrapping_add(u64::from(digit));
        at += 1;
    }
    (number, at)
}

/// Whether the first byte is a minus sign, and where the digits begin.
#[inline]
fn sign(bytes: &[u8]) -> Option<(bool, usize)> {
    let &first = bytes.first()?;
    let negative = first == b'-';
    Some((negative, usize::from(negative || first == b'+')))
}

/// The exponent at `at`, and where it ends.
#[inline]
fn exponent(bytes: &[u8], at: usize) -> Option<(i64, usize)> {
    let (negative, sign) = sign(bytes.get(at..)?)?;
    let start = at + sign;
    let (magnitude, at) = take_digits(bytes, start, 0);
    let digits = at - start;
    if digits == 0 {
        return None;
    }
    // A larger exponent gives zero or infinity, which the library decides.
    let magnitude = if digits > 9 { 1_000_000_000 } else { magnitude };
    let magnitude = i64::try_from(magnitude).ok()?;
    Some((if negative { -magnitude } else { magnitude }, at))
}

#[cold]
fn by_the_library(bytes: &[u8]) -> Option<(f64, usize)> {
    let end = field_length(bytes);
    let value = std::str::from_utf8(&bytes[..end]).ok()?.parse().ok()?;
    Some((value, end))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn same(text: &str) {
        let expected = text.parse::<f64>().ok();
        let found = f64_field(text.as_bytes());
        assert_eq!(found.map(f64::to_bits), expected.map(f64::to_bits), "{text}");
        // As the head of a line.
        let line = format!("{text} 7 8 9 10");
        let found = leading_f64(line.as_bytes());
        assert_eq!(
            found.map(|(x, n)| (x.to_bits(), n)),
            expected.map(|x| (x.to_bits(), text.len())),
            "{text}"
        );
    }

    #[test]
    fn numbers_at_the_edges_of_the_exact_path() {
        for text in [
            "0",
            "-0",
            "+0",
            "-0.0",
            "0e0",
            "1",
            "-1.",
            ".5",
            "-.5e-3",
            "9007199254740992",
            "9007199254740993",
            "9007199254740993e22",
            "1e22",
            "1e23",
            "1e-22",
            "1e-23",
            "9.007199254740993",
            "8.98846567431158e307",
            "1.7976931348623159e308",
            "4.9e-324",
            "2e-324",
            "1e400",
            "1e-400",
            "1e99999999999",
            "1e-99999999999",
            "18446744073709551615",
            "18446744073709551616",
            "184467440737095516150",
            "0.00000000000000000000001",
            "123456789012345678901234567890e-20",
            "nan",
            "NaN",
            "inf",
            "-inf",
            "infinity",
            "0.1",
            "0.3",
            "1E5",
            "1e+5",
            "-6411.07254",
            "0.563391095",
            "6014.35194424041",
        ] {
            same(text);
        }
    }

    #[test]
    fn what_is_no_number_is_none() {
        for text in [
            "", "-", "+", ".", "e5", "1e", "1e+", "1.2.3", "0x10", "1_000", "--1", "1d5", "abc", "1a", "na",
            ".",
        ] {
            assert_eq!(f64_field(text.as_bytes()), None, "{text}");
            assert!(text.parse::<f64>().is_err(), "{text}");
        }
        assert_eq!(f64_field(b"1 "), None);
        assert_eq!(f64_field(&[0xff, 0xfe]), None);
        assert_eq!(leading_f64(b"1.5]"), Some((1.5, 3)));
        assert_eq!(leading_f64(b"1.5;"), None);
    }

    #[test]
    fn integers() {
        assert_eq!(i64_field(b"-120"), Some(-120));
        assert_eq!(i64_field(b"9223372036854775807"), Some(i64::MAX));
        assert_eq!(i64_field(b"9223372036854775808"), None);
        assert_eq!(i64_field(b"1.2e3"), Some(1200));
        assert_eq!(i64_field(b"1.000000000000000000e+01"), Some(10));
        assert_eq!(i64_field(b"10.5"), None);
        assert_eq!(i64_field(b"1e30"), None);
        assert_eq!(i64_field(b"nan"), None);
        assert_eq!(i64_field(b""), None);
    }

    #[test]
    fn fields_and_text() {
        let line = b"  - [1, 2.5,\t'x', ]\r";
        let found: Vec<&[u8]> = fields(line).collect();
        assert_eq!(found, [&b"-"[..], b"[1", b"2.5", b"'x'"]);
        assert_eq!(shown(&[b'a'; 50]), format!("{}...", "a".repeat(40)));
        assert_eq!(shown(b"ab\xff"), "ab\u{fffd}");
    }

    proptest! {
        #[test]
        fn doubles_read_back_to_the_same_bits(bits: u64) {
            let x = f64::from_bits(bits);
            if x.is_finite() {
                same(&format!("{x}"));
                same(&format!("{x:e}"));
            }
        }

        #[test]
        fn decimal_numbers_are_rounded_as_the_library_does(text in "[-+]?[0-9]{0,22}\\.?[0-9]{0,22}([eE][-+]?[0-9]{0,3})?") {
            same(&text);
        }

        #[test]
        fn printed_numbers_of_every_precision(x in -1e5..1e5_f64, digits in 0..20_usize) {
            same(&format!("{x:.digits$}"));
        }

        #[test]
        fn any_bytes_are_a_number_only_where_the_library_says_so(bytes in prop::collection::vec(any::<u8>(), 0..24)) {
            let expected = std::str::from_utf8(&bytes).ok().and_then(|text| text.parse::<f64>().ok());
            prop_assert_eq!(f64_field(&bytes).map(f64::to_bits), expected.map(f64::to_bits));
            let _ = i64_field(&bytes);
        }
    }
}
