//! sRGB's transfer function, 8 bits at a time, by tables.

/// Buckets of linear light in which an encoded sample is looked up.
const BUCKETS: usize = 4096;

/// Tables between encoded 8-bit samples and linear light.
pub struct Srgb {
    linear: [f32; 256],
    /// `thresholds[n]` is where n + 0.5 lies in linear light.
    thresholds: [f32; 256],
    /// The lowest sample that a bucket may hold.
    lowest: [u8; BUCKETS + 1],
}

impl Default for Srgb {
    fn default() -> Self {
        Self::new()
    }
}

impl Srgb {
    /// Makes the tables.
    #[must_use]
    pub fn new() -> Self {
        let mut tables = Self {
            linear: [0.0; 256],
            // The last has none to pass: nothing compares with NaN, infinite
            // light neither.
            thresholds: [f32::NAN; 256],
            lowest: [0; BUCKETS + 1],
        };
        for (sample, linear) in tables.linear.iter_mut().enumerate() {
            *linear = decode(sample as f64 / 255.0) as f32;
        }
        for (sample, threshold) in tables.thresholds[..255].iter_mut().enumerate() {
            *threshold = decode((sample as f64 + 0.5) / 255.0) as f32;
        }
        let mut sample = 0;
        for (bucket, lowest) in tables.lowest.iter_mut().enumerate() {
            while tables.thresholds[sample] <= bucket as f32 / BUCKETS as f32 {
                sample += 1;
            }
            *lowest = sample as u8;
        }
        tables
    }

    /// An encoded sample as linear light, 0 to 1.
    #[inline]
    #[must_use]
    pub fn linear(&self, sample: u8) -> f32 {
        self.linear[usize::from(sample)]
    }

    /// Linear light as the nearest encoded sample.
    #[inline]
    #[must_use]
    pub fn encode(&self, linear: f32) -> u8 {
        // NaN becomes 0 in the cast.
        let bucket = (linear * BUCKETS as f32) as usize;
        let sample = self.lowest[bucket.min(BUCKETS)];
        // Thresholds are at least 1 ÷ (12.92 × 255) apart, more than a bucket:
        // there is one to pass at most, and no branch to predict.
        sample + u8::from(self.thresholds[usize::from(sample)] <= linear)
    }
}

/// Linear light encoded as a float, exactly and slowly; below 0 mirrored.
#[must_use]
pub fn encode(linear: f32) -> f32 {
    let light = linear.abs();
    let encoded = if light <= 0.003_130_8 {
        light * 12.92
    } else {
        1.055 * libm::powf(light, 1.0 / 2.4) - 0.055
    };
    encoded.copysign(linear)
}

/// IEC 61966-2-1.
fn decode(encoded: f64) -> f64 {
    if encoded <= 0.04045 {
        encoded / 12.92
    } else {
        libm::pow((encoded + 0.055) / 1.055, 2.4)
    }
}
