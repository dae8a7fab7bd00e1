//! JPEG XL: the image header, and that of the first frame.

use jxl_bitstream::{Bitstream, ContainerParser, ParseEvent};
use jxl_color::icc::read_icc;
use jxl_oxide::frame::{Encoding, FrameType};
use jxl_oxide::image::BitDepth;
use jxl_oxide::{ExtraChannelType, FrameHeader, ImageHeader};
use jxl_oxide_common::Bundle;

use super::Head;
use crate::formats::description::Coding;

/// Bytes of a coded ICC profile, which lies between the two headers: reading
/// past a longer one would take longer than an estimate may.
const PROFILE: u64 = 32 << 10;

/// What filters take, in nanoseconds a pixel: the smoothing of block edges,
/// which most lossy pictures have, noise, and making a picture larger.
const GABORISH: f64 = 13.0;
const EDGES: f64 = 18.0;
const NOISE: f64 = 31.0;
const LARGER: f64 = 80.0;
/// A channel beside colours.
const CHANNEL: f64 = 20.0;

pub(super) fn read(bytes: &[u8]) -> Option<Head> {
    let codestream = codestream(bytes);
    let mut bits = Bitstream::new(&codestream);
    let header = ImageHeader::parse(&mut bits, ()).ok()?;
    let metadata = &header.metadata;
    let (encoding, filters, patched) = first_frame(&mut bits, &header);
    let extra = &metadata.ec_info;
    let colors = if extra.iter().any(|c| c.ty == ExtraChannelType::Black) {
        4
    } else if metadata.grayscale() {
        1
    } else {
        3
    };
    let depth = match metadata.bit_depth {
        BitDepth::IntegerSample { bits_per_sample }
        | BitDepth::FloatSample {
            bits_per_sample, ..
        } => bits_per_sample,
    };
    let (coding, beside) = match encoding {
        Encoding::VarDct => (Coding::JxlVarDct, CHANNEL * extra.len() as f64),
        // There they count as all channels do.
        Encoding::Modular => (Coding::JxlModular, 0.0),
    };
    let (width, height) = (header.size.width, header.size.height);
    Some(Head {
        deep: depth > 8,
        turned: metadata.orientation != 1,
        animated: metadata.animation.is_some(),
        extra: filters + beside,
        // Patches may lie anywhere, and parts beside further channels are not decoded alone.
        whole: patched || !extra.is_empty() || encoding != Encoding::VarDct,
        ..Head::new(coding, width, height, colors + extra.len() as u64)
    })
}

/// The codestream, as far as it goes: out of its container's boxes, where it
/// is in one.
fn codestream(bytes: &[u8]) -> Vec<u8> {
    let mut parser = ContainerParser::new();
    let mut codestream = Vec::new();
    for event in parser.feed_bytes(bytes) {
        match event {
            Ok(ParseEvent::Codestream(piece)) => codestream.extend_from_slice(piece),
            Ok(_) => {}
            Err(_) => break,
        }
    }
    codestream
}

/// How the picture is coded, what its filters take, and whether it is made
/// with patches, as its first frame has it, or as most pictures do.
fn first_frame(bits: &mut Bitstream<'_>, header: &ImageHeader) -> (Encoding, f64, bool) {
    // Pictures whose colours are XYB are lossy, and mostly VarDCT.
    let usual = if header.metadata.xyb_encoded {
        (Encoding::VarDct, GABORISH + EDGES, false)
    } else {
        (Encoding::Modular, 0.0, false)
    };
    let Some(frame) = frame_header(bits, header) else {
        return usual;
    };
    let mut filters = 0.0;
    let smoothing = &frame.restoration_filter;
    for (takes, is_there) in [
        (GABORISH, smoothing.gab.enabled()),
        (EDGES, smoothing.epf.enabled()),
        (NOISE, frame.flags.noise()),
        (LARGER, frame.upsampling > 1),
    ] {
        filters += if is_there { takes } else { 0.0 };
    }
    match frame.frame_type {
        FrameType::RegularFrame | FrameType::SkipProgressive => {
            (frame.encoding, filters, frame.flags.patches())
        }
        // The picture at an eighth of its size, as only VarDCT has it.
        FrameType::LfFrame => (Encoding::VarDct, 2.0 * (GABORISH + EDGES), false),
        // Patches, which the picture is made with.
        FrameType::ReferenceOnly => (usual.0, usual.1, true),
    }
}

fn frame_header(bits: &mut Bitstream<'_>, header: &ImageHeader) -> Option<FrameHeader> {
    let metadata = &header.metadata;
    // A preview is a frame of its own that comes first.
    if metadata.preview.is_some() {
        return None;
    }
    if metadata.colour_encoding.want_icc() {
        let length = bits.clone().read_u64().ok()?;
        if length > PROFILE {
            return None;
        }
        read_icc(bits).ok()?;
    }
    bits.zero_pad_to_byte().ok()?;
    FrameHeader::parse(bits, header).ok()
}
