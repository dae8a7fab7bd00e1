//! What decoding costs: time and memory, from what a picture's head tells.
//!
//! Time is in units of a nanosecond of one native core, memory in bytes. The
//! figures were measured natively, one thread, on photographs and drawings of
//! 1 to 24 megapixels; most pictures take between two thirds of what they say
//! and half as much again.

use locus_protocol::Estimate;

use super::description::{Coding, InspectResult};
use super::head::Head;
use crate::raster::{Region, Size};
use crate::warm::BUDGET;
use crate::{Error, Input};

/// What decoding a frame costs.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Cost {
    /// Nanoseconds of one native core.
    units: f64,
    /// Bytes at the peak, without input and reply.
    memory: u64,
    /// Whether more threads make it faster.
    parallel: bool,
}

/// Pixels below which a second thread gains less than it costs.
const WORTH_THREADS: u64 = 1 << 18;

/// The cost of decoding one frame whole, to a raster of `output` pixels, out
/// of a file of `length` bytes.
fn of(picture: Head, length: u64, output: u64) -> Cost {
    let Head {
        pixels,
        channels,
        deep,
        coding,
        turned,
        animated,
        extra,
        whole: _,
    } = picture;
    // The bits are of all frames: how many these are, the head does not say.
    let most = if animated { 1.0 } else { 64.0 };
    let bits = (8.0 * length as f64 / pixels.max(1) as f64).min(most);
    let planes = channels as f64;
    let (nanoseconds, bytes) = match coding {
        // Floats, and what the decoder keeps of coefficients and groups.
        Coding::JxlVarDct => (22.0 + 6.0 * bits, 4 * (channels + 5)),
        Coding::JxlModular => (
            20.0 + 20.0 * planes + 10.0 * bits.min(16.0),
            4 * (if deep { 2 * channels } else { channels } + 1),
        ),
        Coding::Png if deep => (4.0 * planes, 2 * channels),
        Coding::Png => (2.0 * planes, channels),
        // Coefficients too, in case that it is progressive.
        Coding::Jpeg => (0.5 + 1.2 * bits, 3 * channels),
        Coding::WebpLossy => (12.0 + 8.0 * bits, channels + 3),
        Coding::WebpLossless => (5.0 + 1.1 * bits, 8),
        Coding::Gif => (7.0, 12),
        Coding::Plain => (1.5, 2 * channels),
        // Compressed or not.
        Coding::Tiff => (
            if bits < 8.0 * planes { 11.0 } else { 1.5 },
            channels * if deep { 4 } else { 2 },
        ),
        Coding::Float => (60.0, 4 * (channels + 4)),
    };
    let raster = output.saturating_mul(4);
    let jxl = matches!(coding, Coding::JxlVarDct | Coding::JxlModular);
    Cost {
        // What is the same for all sizes: JPEG XL has tables to make.
        units: if jxl { 1_500_000.0 } else { 100_000.0 }
            + (nanoseconds + extra) * pixels as f64
            + 1.5 * output as f64,
        memory: bytes.saturating_mul(pixels).saturating_add(if turned {
            raster.saturating_mul(2)
        } else {
            raster
        }),
        parallel: jxl && pixels > WORTH_THREADS,
    }
}

/// Bytes that decoding a frame whole takes at the peak, without its input.
pub(super) fn memory(picture: &InspectResult) -> u64 {
    of(Head::from(picture), 0, picture.size().pixels()).memory
}

/// What it takes to decode `input`, of which the head may be all there is:
/// frame `frame`, a region of it, to an output of `size`.
///
/// # Errors
/// When the input is none of the formats.
pub fn estimate(
    input: Input<'_>,
    frame: u32,
    region: Option<Region>,
    size: Option<Size>,
) -> Result<Estimate, Error> {
    let picture = Head::of(input)?;
    let decoded = region.map_or(picture.pixels, |region| region.size().pixels());
    let output = size.map_or(decoded, Size::pixels);
    let mut cost = of(picture, input.length, output);
    if !picture.whole {
        // Groups beyond the region are skipped, all but their entropy coding.
        let part = decoded as f64 / picture.pixels.max(1) as f64;
        if part < 0.5 {
            cost.units *= 0.1 + part;
            cost.memory = (cost.memory as f64 * (0.1 + part)) as u64;
        }
    }
    let mut warm = 20_000.0 + 1.5 * decoded as f64;
    if decoded != output {
        let scaling = 6.0 * decoded as f64 + 10.0 * output as f64;
        cost.units += scaling;
        warm += scaling;
    }
    // A frame is seen over those before it.
    cost.units *= f64::from(frame) + 1.0;
    // What stays is the picture; a larger one is decoded again each time.
    if 4 * picture.pixels > BUDGET {
        warm = cost.units;
    }
    Ok(Estimate {
        units_cold: cost.units,
        units_warm: warm.min(cost.units),
        peak_bytes: (4 << 20) + 2 * input.length + cost.memory,
        reply_bytes: 4 * output,
        parallel: cost.parallel,
    })
}
