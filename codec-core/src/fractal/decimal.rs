//! Exact decimal numbers, for coordinates that come as strings.

use crate::Error;

/// Nine decimal digits a limb.
const BASE: i64 = 1_000_000_000;

/// Longest string that is read.
const CHARACTERS: usize = 32_768;

/// Highest and lowest power of ten that a digit may stand for. The deepest
/// known pictures of the set need some 10,000 digits.
const PLACES: std::ops::RangeInclusive<i64> = -20_000..=8;

/// A decimal number below 10^9, exactly.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decimal {
    negative: bool,
    /// The whole part, then nine digits each.
    limbs: Vec<i64>,
}

impl Decimal {
    /// Reads a number: digits with an optional sign, point and exponent.
    ///
    /// # Errors
    /// [`Error::InvalidParameters`], naming the parameter.
    pub fn parse(parameter: &str, text: &str) -> Result<Self, Error> {
        let refuse = |why: &str| Error::InvalidParameters(format!("{parameter} {why}"));
        if text.len() > CHARACTERS {
            return Err(refuse("is longer than 32,768 characters"));
        }
        let no_number = || refuse("is no decimal number");
        let (negative, unsigned) = match text.as_bytes() {
            [b'-', rest @ ..] => (true, rest),
            [b'+', rest @ ..] => (false, rest),
            rest => (false, rest),
        };
        let end = unsigned.iter().position(|byte| matches!(byte, b'e' | b'E'));
        let (mantissa, exponent) = match end {
            Some(end) => (
                &unsigned[..end],
                exponent(&unsigned[end + 1..]).ok_or_else(no_number)?,
            ),
            None => (unsigned, 0),
        };
        let point = mantissa.iter().position(|&byte| byte == b'.');
        let whole = &mantissa[..point.unwrap_or(mantissa.len())];
        let part = point.map_or(&[][..], |point| &mantissa[point + 1..]);
        if whole.len() + part.len() == 0 {
            return Err(no_number());
        }
        let mut number = Self {
            negative,
            limbs: vec![0],
        };
        let mut place = whole.len() as i64 + exponent;
        for &byte in whole.iter().chain(part) {
            place -= 1;
            match byte {
                b'0' => {}
                b'1'..=b'9' if PLACES.contains(&place) => number.set(place, byte - b'0'),
                b'1'..=b'9' => {
                    return Err(refuse(
                        "has digits outside the places from 10^8 to 10^-20000",
                    ));
                }
                _ => return Err(no_number()),
            }
        }
        Ok(number)
    }

    fn set(&mut self, place: i64, digit: u8) {
        // Limb 0 holds the places 8 to 0, limb 1 the places -1 to -9.
        let limb = if place < 0 { (8 - place) / 9 } else { 0 };
        let within = place + 9 * limb;
        let limb = limb as usize;
        if self.limbs.len() <= limb {
            self.limbs.resize(limb + 1, 0);
        }
        self.limbs[limb] += i64::from(digit) * 10_i64.pow(within as u32);
    }

    /// Whether it is above 0.
    #[must_use]
    pub fn is_positive(&self) -> bool {
        !self.negative && self.limbs.iter().any(|&limb| limb != 0)
    }

    /// Half of it.
    #[must_use]
    pub fn half(mut self) -> Self {
        let mut carry = 0;
        for limb in &mut self.limbs {
            let value = *limb + carry * BASE;
            (*limb, carry) = (value / 2, value % 2);
        }
        if carry != 0 {
            self.limbs.push(carry * BASE / 2);
        }
        self
    }

    /// The f64 that is nearest.
    #[must_use]
    pub fn to_f64(&self) -> f64 {
        Sum::default().nearest(self, 0, self)
    }
}

/// The exponent's value. Beyond what any mantissa could make up for it stays
/// as it is.
fn exponent(text: &[u8]) -> Option<i64> {
    let (negative, digits) = match text {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        rest => (false, rest),
    };
    if digits.is_empty() {
        return None;
    }
    let mut value = 0_i64;
    for &byte in digits {
        if !byte.is_ascii_digit() {
            return None;
        }
        value = (10 * value + i64::from(byte - b'0')).min(1_000_000);
    }
    Some(if negative { -value } else { value })
}

/// Room for one exact sum, used over and over.
#[derive(Debug, Default)]
pub struct Sum {
    limbs: Vec<i64>,
    text: String,
}

impl Sum {
    /// The f64 nearest to `start + times · step`; `times` is below 2^30.
    pub fn nearest(&mut self, start: &Decimal, times: i64, step: &Decimal) -> f64 {
        let first = if start.negative { -1 } else { 1 };
        let second = if step.negative { -times } else { times };
        let negative = self.add(start, first, step, second) < 0;
        if negative {
            self.add(start, -first, step, -second);
        }
        self.write(negative);
        // Any number of digits is rounded correctly. So the standard library
        // does, but with tables of its own, too many for the estimates' wasm.
        serde_json::from_str(&self.text).unwrap_or(f64::NAN)
    }

    /// Returns the whole part, which is below 0 exactly when the sum is.
    fn add(&mut self, a: &Decimal, first: i64, b: &Decimal, second: i64) -> i64 {
        let length = a.limbs.len().max(b.limbs.len());
        self.limbs.clear();
        self.limbs.resize(length, 0);
        for (sum, limb) in self.limbs.iter_mut().zip(&a.limbs) {
            *sum = first * limb;
        }
        for (sum, limb) in self.limbs.iter_mut().zip(&b.limbs) {
            *sum += second * limb;
        }
        let mut carry = 0;
        for limb in self.limbs[1..].iter_mut().rev() {
            let value = *limb + carry;
            carry = value.div_euclid(BASE);
            *limb = value.rem_euclid(BASE);
        }
        self.limbs[0] += carry;
        self.limbs[0]
    }

    fn write(&mut self, negative: bool) {
        self.text.clear();
        if negative {
            self.text.push('-');
        }
        self.text.push_str(&self.limbs[0].to_string());
        self.text.push('.');
        for &limb in &self.limbs[1..] {
            let mut rest = limb;
            let mut divisor = BASE / 10;
            while divisor > 0 {
                self.text.push(char::from(b'0' + (rest / divisor) as u8));
                rest %= divisor;
                divisor /= 10;
            }
        }
        // "0." is no number to the parser.
        if self.limbs.len() == 1 {
            self.text.push('0');
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Decimal, Sum};

    fn number(text: &str) -> Decimal {
        Decimal::parse("n", text).unwrap()
    }

    #[test]
    fn numbers_read_as_f64_does() {
        for text in [
            "0",
            "-0",
            "1",
            "+1.5",
            ".5",
            "5.",
            "-0.743643887037151",
            "1e-5",
            "1E+3",
            "12345.678e-3",
            "0.000000001",
            "1e-9",
            "999999999",
            "0.1e-308",
            "123456789.987654321e0",
            "4.9e-324",
            "-2.62070620416157101340705043e-1",
            "00000000000000000000.25",
            "1e-20000",
            "0e999999999999",
        ] {
            let expected: f64 = text.parse().unwrap();
            assert_eq!(number(text).to_f64(), expected, "{text}");
        }
    }

    #[test]
    fn what_is_no_number_is_refused() {
        for text in [
            "",
            "-",
            ".",
            "e5",
            "1e",
            "1e+",
            "1.2.3",
            "1,5",
            " 1",
            "1 ",
            "0x1",
            "inf",
            "NaN",
            "--1",
            "1e5.0",
            "1e10",
            "1e-20001",
            "1e99999999999999999999",
            "1e-99999999999999999999",
            "１",
        ] {
            assert!(Decimal::parse("n", text).is_err(), "{text:?}");
        }
        assert!(Decimal::parse("n", &"0".repeat(40_000)).is_err());
    }

    #[test]
    fn sums_round_once() {
        // 1 + 2^-53 lies in the middle between two numbers: a hair more goes up.
        let half = "1.00000000000000011102230246251565404236316680908203125";
        let hair = number("1e-19999");
        assert_eq!(number(half).to_f64(), 1.0);
        assert_eq!(
            Sum::default().nearest(&number(half), 1, &hair),
            1.0 + f64::EPSILON
        );
        assert_eq!(Sum::default().nearest(&number(half), -1, &hair), 1.0);
        assert_eq!(
            Sum::default().nearest(&number("-0.3"), 3, &number("0.1")),
            0.0
        );
        assert_eq!(
            Sum::default().nearest(&number("0.1"), -3, &number("0.1")),
            -0.2
        );
        assert_eq!(number("1e-9").half().to_f64(), 0.5e-9);
        assert_eq!(number("3").half().to_f64(), 1.5);
    }
}
