//! jxl-oxide, as image.decode configures it, against the `jxl` crate: every
//! channel of every frame, in float, in the file's own colour space.

use codec_core::jxl::color::{Meaning, as_coded};
use codec_core::limits::Limits;
use codec_core::{Context, jxl as ours};
use jxl::api::{
    Event, JxlColorType, JxlDataFormat, JxlDecoder, JxlDecoderOptions, JxlOutputBuffer,
    JxlPixelFormat, ProfileLevel,
};
use jxl_oxide::JxlImage;
use jxl_oxide::color::{ColourEncoding, Primaries, TransferFunction};

use crate::call::Quiet;
use crate::conformance::Error;

/// A frame: for each channel its samples, row by row.
type Frame = Vec<Vec<f32>>;

/// The difference of each frame.
pub fn compare(file: &[u8]) -> Vec<Error> {
    let (ours, theirs) = (with_jxl_oxide(file), with_jxl(file));
    assert_eq!(ours.len(), theirs.len(), "frames");
    let frames = ours.iter().zip(&theirs);
    frames
        .map(|(ours, theirs)| {
            assert_eq!(ours.len(), theirs.len(), "channels");
            let channels = ours.iter().zip(theirs);
            Error::of(channels.flat_map(|(ours, theirs)| {
                assert_eq!(ours.len(), theirs.len(), "samples");
                let samples = ours.iter().zip(theirs);
                samples.map(|(&a, &b)| (f64::from(a), f64::from(b)))
            }))
        })
        .collect()
}

fn with_jxl_oxide(file: &[u8]) -> Vec<Frame> {
    let context = Context::new(&Quiet(1), Limits::default());
    let mut image = ours::open(&context, file, None, Limits::default().memory)
        .unwrap()
        .image;
    (0..image.num_loaded_keyframes())
        .map(|index| {
            let meaning = as_coded(&mut image, index).unwrap();
            let frame = image.render_frame(index).unwrap();
            let mut planes: Vec<Vec<f32>> = frame
                .image_planar()
                .iter()
                .map(|plane| plane.buf().to_vec())
                .collect();
            if let Meaning::Xyb(xyb) = meaning {
                let [x, y, b, ..] = planes.as_mut_slice() else {
                    panic!("XYB has three channels");
                };
                xyb.to_linear([x, y, b]);
                to_own_space(&image, &mut planes);
            }
            planes
        })
        .collect()
}

/// From linear sRGB to the file's own space, which in all cases has sRGB's
/// primaries; the other decoder can't convert to ICC profiles, and then
/// stays linear.
fn to_own_space(image: &JxlImage, planes: &mut Frame) {
    let metadata = &image.image_header().metadata;
    if metadata.grayscale() {
        planes.drain(1..3);
    }
    let ColourEncoding::Enum(encoding) = &metadata.colour_encoding else {
        return;
    };
    assert_eq!(encoding.primaries, Primaries::Srgb);
    let colors = if metadata.grayscale() { 1 } else { 3 };
    for sample in planes.iter_mut().take(colors).flatten() {
        let light = f64::from(sample.abs());
        let encoded = match encoding.tf {
            TransferFunction::Srgb if light <= 0.003_130_8 => 12.92 * light,
            TransferFunction::Srgb => 1.055 * libm::pow(light, 1.0 / 2.4) - 0.055,
            TransferFunction::Bt709 if light <= 0.018 => 4.5 * light,
            TransferFunction::Bt709 => 1.099 * libm::pow(light, 0.45) - 0.099,
            other => panic!("no case has {other:?}"),
        };
        *sample = (encoded as f32).copysign(*sample);
    }
}

pub fn with_jxl(file: &[u8]) -> Vec<Frame> {
    let mut options = JxlDecoderOptions::default();
    options.render_spot_colors = false;
    options.high_precision = true;
    options.max_profile_level = ProfileLevel::Main10;
    let mut decoder = JxlDecoder::new(options);
    let mut input = file;
    assert_eq!(
        decoder.process(&mut input, None, None).unwrap(),
        Event::BasicInfo
    );
    let info = decoder.basic_info().unwrap();
    let ((width, height), extra) = (info.size, info.extra_channels.len());
    let gray = decoder.current_pixel_format().unwrap().color_type == JxlColorType::Grayscale;
    let colors = if gray { 1 } else { 3 };
    let format = JxlPixelFormat {
        color_type: if gray {
            JxlColorType::Grayscale
        } else {
            JxlColorType::Rgb
        },
        color_data_format: Some(JxlDataFormat::f32()),
        extra_channel_format: vec![Some(JxlDataFormat::f32()); extra],
    };
    decoder.set_pixel_format(format).unwrap();
    let mut frames = Vec::new();
    loop {
        // Words, so that rows are aligned.
        let mut color = vec![0.0_f32; width * height * colors];
        let mut others = vec![vec![0.0_f32; width * height]; extra];
        let mut done = false;
        while !done {
            let color = JxlOutputBuffer::new(bytes(&mut color), height, width * colors * 4);
            let others = others
                .iter_mut()
                .map(|plane| JxlOutputBuffer::new(bytes(plane), height, width * 4));
            let mut buffers: Vec<JxlOutputBuffer<'_>> =
                std::iter::once(color).chain(others).collect();
            match decoder
                .process(&mut input, Some(&mut buffers), None)
                .unwrap()
            {
                Event::FrameComplete { .. } => done = true,
                Event::Complete => return frames,
                Event::NeedMoreInput { .. } => panic!("the file ends early"),
                Event::BasicInfo | Event::FrameHeader => {}
            }
        }
        let split = |channel: usize| color[channel..].iter().step_by(colors).copied().collect();
        frames.push((0..colors).map(split).chain(others).collect());
    }
}

fn bytes(samples: &mut [f32]) -> &mut [u8] {
    bytemuck::cast_slice_mut(samples)
}
