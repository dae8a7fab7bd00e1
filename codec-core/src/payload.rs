//! A reply's bytes, where an operation left them.

use std::sync::Arc;

use crate::raster::Pixels;

/// The bytes of one payload. Samples stay in the vector that the operation
/// filled, so that a large raster is copied once, by the embedder.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Payload {
    /// Bytes, or 8-bit samples.
    U8(Vec<u8>),
    /// 16-bit samples.
    U16(Vec<u16>),
    /// 32-bit samples.
    U32(Vec<u32>),
    /// Float samples.
    F32(Vec<f32>),
    /// A raster that stays in the instance.
    Shared(Arc<Pixels>),
}

impl Payload {
    /// The payload as it travels.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        const { assert!(cfg!(target_endian = "little"), "payloads are little-endian") };
        match self {
            Self::U8(samples) => samples,
            Self::U16(samples) => bytemuck::cast_slice(samples),
            Self::U32(samples) => bytemuck::cast_slice(samples),
            Self::F32(samples) => bytemuck::cast_slice(samples),
            Self::Shared(pixels) => bytemuck::cast_slice(&pixels.data),
        }
    }
}

impl From<Vec<u8>> for Payload {
    fn from(samples: Vec<u8>) -> Self {
        Self::U8(samples)
    }
}
