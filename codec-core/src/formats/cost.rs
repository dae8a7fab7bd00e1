//! What decoding costs: time and memory, from a picture's description.
//!
//! Time is in units of a nanosecond of one native core, memory in bytes. The
//! figures were measured natively, one thread, on photographs of 5 to 24
//! megapixels, and are rounded up.

use locus_protocol::Estimate;

use super::description::{AlphaKind, Coding, ColorModel, InspectResult};
use super::inspect;
use crate::format::Format;
use crate::limits::Limits;
use crate::raster::{Region, Size};
use crate::{Context, Error, Host, Input};

/// What decoding a frame costs.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Cost {
    /// Nanoseconds of one native core.
    pub units: f64,
    /// Bytes at the peak, without input and reply.
    pub memory: u64,
    /// Whether more threads make it faster.
    pub parallel: bool,
}

/// Pixels below which a second thread gains less than it costs.
const WORTH_THREADS: u64 = 1 << 18;

/// The cost of decoding one frame whole, to a raster of `output` size.
pub(super) fn of(picture: &InspectResult, output: Size) -> Cost {
    let pixels = picture.size().pixels();
    let colors: u64 = match picture.color.model {
        ColorModel::Gray => 1,
        ColorModel::Rgb => 3,
        ColorModel::Cmyk => 4,
    };
    let alpha = u64::from(picture.alpha != AlphaKind::None);
    let channels = colors + alpha + picture.extra_channels.len() as u64;
    let deep = picture.bit_depth > 8;
    let (nanoseconds, bytes) = match picture.coding {
        // Floats, and what the decoder keeps of coefficients and groups.
        Coding::JxlVarDct => (95.0, 4 * (channels + 5)),
        Coding::JxlModular if deep => (60.0 * channels as f64, 4 * (2 * channels + 1)),
        Coding::JxlModular => (50.0 * channels as f64, 4 * (channels + 1)),
        Coding::Png => (
            if deep { 16.0 } else { 8.0 },
            channels * if deep { 2 } else { 1 },
        ),
        // Coefficients too, in case that it is progressive.
        Coding::Jpeg => (6.0, 3 * channels),
        Coding::WebpLossy => (25.0, channels + 3),
        Coding::WebpLossless => (20.0, 8),
        Coding::Gif => (12.0, 12),
    };
    let raster = 4 * output.pixels();
    let turned = if picture.orientation.number() == 1 {
        0
    } else {
        raster
    };
    Cost {
        units: 100_000.0 + nanoseconds * pixels as f64 + 3.0 * output.pixels() as f64,
        memory: bytes * pixels + raster + turned,
        parallel: matches!(picture.coding, Coding::JxlVarDct | Coding::JxlModular)
            && pixels > WORTH_THREADS,
    }
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
    let format = Format::of(input.bytes)?;
    let limits = Limits::default();
    let picture = match inspect(&Context::new(&Nobody, limits), input.bytes) {
        Ok(picture) => picture,
        // The head may end before the header does: large metadata come first.
        Err(_) if (input.bytes.len() as u64) < input.length => guess(format, input.length),
        Err(error) => return Err(error),
    };
    let decoded = region.map_or(picture.size(), Region::size);
    let output = size.unwrap_or(decoded);
    let mut cost = of(&picture, output);
    if picture.coding == Coding::JxlVarDct && picture.extra_channels.is_empty() {
        // Groups beyond the region are skipped, all but their entropy coding.
        let part = decoded.pixels() as f64 / picture.size().pixels().max(1) as f64;
        if part < 0.5 {
            cost.units *= 0.1 + part;
            cost.memory = (cost.memory as f64 * (0.1 + part)) as u64;
        }
    }
    if decoded != output {
        cost.units += 6.0 * decoded.pixels() as f64 + 10.0 * output.pixels() as f64;
    }
    // A frame is seen over those before it.
    cost.units *= f64::from(frame) + 1.0;
    let reply = 4 * output.pixels();
    Ok(Estimate {
        units_cold: cost.units,
        units_warm: cost.units,
        peak_bytes: (4 << 20) + 2 * input.length + cost.memory,
        reply_bytes: reply,
        parallel: cost.parallel,
    })
}

/// What a file of `length` bytes may be, when its header is out of sight.
fn guess(format: Format, length: u64) -> InspectResult {
    let (bits_per_pixel, coding) = match format {
        Format::Jxl => (1.5, Coding::JxlVarDct),
        Format::Png => (12.0, Coding::Png),
        Format::Jpeg => (3.0, Coding::Jpeg),
        Format::Webp => (1.5, Coding::WebpLossy),
        Format::Gif => (4.0, Coding::Gif),
    };
    let side = (length as f64 * 8.0 / bits_per_pixel).sqrt() as u32 + 1;
    let size = Size {
        width: side,
        height: side,
    };
    InspectResult::still(format, size, coding)
}

/// Hears nothing: estimates are too quick to report progress.
struct Nobody;

impl Host for Nobody {
    fn progress(&self, _: f32) -> bool {
        false
    }

    fn threads(&self) -> usize {
        1
    }
}
