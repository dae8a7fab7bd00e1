//! XYB to linear light (ISO/IEC 18181-1, annex L.2.2).
//!
//! Here rather than in the decoder, which would take another copy of the
//! picture to convert, would round differently on machines with fused
//! multiplication, and approximate sRGB's curve by more than 12 bits show.

use jxl_oxide::color::OpsinInverseMatrix;

/// The conversion from XYB to linear sRGB.
#[derive(Debug, Clone)]
pub struct Xyb {
    bias: [f32; 3],
    root: [f32; 3],
    matrix: [[f32; 3]; 3],
}

impl Xyb {
    /// The conversion that a file's header names. White is as bright as
    /// `intensity_target` nits say, where sRGB's white is 255.
    #[must_use]
    pub fn new(opsin: &OpsinInverseMatrix, intensity_target: f32) -> Self {
        let scale = 255.0 / intensity_target;
        Self {
            bias: opsin.opsin_bias,
            root: opsin.opsin_bias.map(libm::cbrtf),
            matrix: opsin.inv_mat.map(|row| row.map(|weight| weight * scale)),
        }
    }

    /// Turns X, Y and B into red, green and blue, in place.
    pub fn to_linear(&self, [x, y, b]: [&mut [f32]; 3]) {
        let [m0, m1, m2] = self.matrix;
        for ((x, y), b) in x.iter_mut().zip(y).zip(b) {
            let l = self.light(0, *y + *x);
            let m = self.light(1, *y - *x);
            let s = self.light(2, *b);
            *x = m0[0] * l + m0[1] * m + m0[2] * s;
            *y = m1[0] * l + m1[1] * m + m1[2] * s;
            *b = m2[0] * l + m2[1] * m + m2[2] * s;
        }
    }

    #[inline]
    fn light(&self, channel: usize, response: f32) -> f32 {
        let root = response - self.root[channel];
        root * root * root + self.bias[channel]
    }
}
