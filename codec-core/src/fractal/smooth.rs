//! The smooth part of counts.

use std::f32::consts::{LOG2_E, SQRT_2};

/// Makes counts continuous.
#[derive(Debug, Clone, Copy)]
pub struct Smooth {
    /// 1 / log2 R².
    scale: f32,
}

impl Smooth {
    /// For an escape radius, given as its square.
    #[must_use]
    pub fn of(radius_squared: f64) -> Self {
        Self {
            scale: 1.0 / log2(radius_squared as f32),
        }
    }

    /// How far an orbit had yet to go at its count, from |z|² there: almost
    /// 1 where it was only just beyond the radius, 0 where it nearly was
    /// one iteration before.
    #[must_use]
    #[inline]
    pub fn fraction(self, norm: f32) -> f32 {
        /// The number below 1.
        const BELOW: f32 = 1.0 - f32::EPSILON / 2.0;
        // log2(ln |z| / ln R): squaring z doubles its logarithm.
        let passed = log2(log2(norm) * self.scale);
        (1.0 - passed).clamp(0.0, BELOW)
    }

    /// Makes each |z|² the fraction of its pixel, all at once so that they
    /// fill vectors. 0, where no orbit escaped, stays.
    pub fn make(self, norms: &mut [f32]) {
        for norm in norms {
            let fraction = self.fraction(*norm);
            *norm = if *norm == 0.0 { 0.0 } else { fraction };
        }
    }
}

/// The binary logarithm of a normal number above 0, to some 3 units in the
/// last place or 1e-7. Without branches or calls, so that loops over it
/// become vectors; of exact operations alone, so that all builds agree.
#[inline(always)]
fn log2(x: f32) -> f32 {
    // x = m 2^e, with m between √½ and √2.
    const MIDDLE: u32 = (SQRT_2 / 2.0).to_bits();
    let e = (x.to_bits().wrapping_sub(MIDDLE) as i32) >> (f32::MANTISSA_DIGITS - 1);
    let m = f32::from_bits(
        x.to_bits()
            .wrapping_sub((e as u32) << (f32::MANTISSA_DIGITS - 1)),
    );
    // ln m = 2 artanh s; the series' next term is below 1e-9.
    let s = (m - 1.0) / (m + 1.0);
    let q = s * s;
    let artanh = s + s * q * (1.0 / 3.0 + q * (1.0 / 5.0 + q * (1.0 / 7.0 + q * (1.0 / 9.0))));
    e as f32 + artanh * (2.0 * LOG2_E)
}

#[cfg(test)]
mod tests {
    use super::log2;

    #[test]
    fn logarithms_are_near_the_library_s() {
        let mut x = 1.0e-6_f32;
        while x < 1.0e38 {
            let expected = libm::log2(f64::from(x));
            let off = (f64::from(log2(x)) - expected).abs();
            assert!(
                off <= 1e-7_f64.max(3e-7 * expected.abs()),
                "log2 {x}: off by {off}"
            );
            x *= 1.000_37;
        }
        assert_eq!(log2(1.0), 0.0);
        assert_eq!(log2(65536.0), 16.0);
    }
}
