//! `image.frames`: frames of an animation, one after the other.

use std::cell::Cell;
use std::ops::ControlFlow;

use locus_protocol::{Estimate, Raster};
use serde::{Deserialize, Serialize};

use crate::format::Format;
use crate::raster::{Pixels, Size, scale};
use crate::{Context, Error, Host, Input, Operation, Output, formats};

/// `image.frames`.
pub struct ImageFrames;

/// Frames of one reply: their descriptions have to fit the header.
const MOST: u32 = 2_000;

/// Which frames, and how large.
#[derive(Debug, Default, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(optional_fields))]
#[serde(deny_unknown_fields, default)]
pub struct FramesParameters {
    /// The first frame, counted from 0. Default: 0.
    pub first: Option<u32>,
    /// How many, at most. Default: all. Fewer come where memory ends.
    pub count: Option<u32>,
    /// The size of each in pixels. Default: the picture's.
    pub size: Option<Size>,
}

/// Frames as they are seen; payload i is the frame `first` + i.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct FramesResult {
    /// The first frame that came.
    pub first: u32,
    /// Frames that the file has.
    pub total: u32,
    /// How often the animation plays, 0 for ever; null for a still picture.
    pub loops: Option<u32>,
    /// The frames that came, in order.
    pub frames: Vec<SeenFrame>,
}

/// A frame as it is seen, over those before it.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct SeenFrame {
    /// How long it is seen, in milliseconds; 0 for a still picture.
    pub duration_ms: f64,
    /// What its payload holds: RGBA, 8 bits, straight alpha, sRGB.
    pub raster: Raster,
}

impl Operation for ImageFrames {
    const NAME: &'static str = "image.frames";
    const DOC: &'static str = "Decodes frames of an animation (JPEG XL, APNG, WebP, GIF) in order, \
        each as it is seen, with how long; a still picture is one frame.";
    const PHASES: &'static [&'static str] = &["parse", "decode"];

    type Parameters = FramesParameters;
    type Result = FramesResult;

    fn run(
        context: &Context<'_>,
        parameters: FramesParameters,
        inputs: &[Input<'_>],
    ) -> Result<Output<FramesResult>, Error> {
        let bytes = inputs[0].bytes;
        let format = Format::of(bytes)?;
        let first = parameters.first.unwrap_or(0);
        let count = parameters.count.unwrap_or(MOST).min(MOST) as usize;
        let limits = context.limits();
        if let Some(size) = parameters.size {
            if size.pixels() == 0 {
                return Err(Error::InvalidParameters("the output size is empty".into()));
            }
            limits.check_pixels(size.pixels())?;
        }
        // Frames have phases of their own, and progress does not go back.
        let calm = Calm::new(context);
        let inner = Context::new(&calm, *limits);
        let described = formats::inspect(&inner, bytes)?;
        let total = described.frames.len().max(1) as u32;
        let ahead = (total.saturating_sub(first) as usize).min(count);
        let one = parameters.size.unwrap_or(described.size());
        let one = Pixels::bytes(one.width, one.height);
        let most = (limits.memory / 4 / one.max(1)).max(1);
        let count = count.min(usize::try_from(most).unwrap_or(usize::MAX));
        if count == 0 {
            return Err(Error::InvalidParameters("count must be at least 1".into()));
        }
        let mut frames = Vec::new();
        let mut payloads = Vec::new();
        let walked = formats::frames(&inner, format, bytes, first, &mut |decoded| {
            let mut pixels = decoded.pixels;
            if let Some(size) = parameters.size.filter(|&size| size != pixels.size()) {
                pixels = scale(&pixels, size, &mut |_| inner.progress(1, 0.0))?;
            }
            let at = first as usize + frames.len();
            let duration = described.frames.get(at).and_then(|frame| frame.duration_ms);
            let mut raster = pixels.describe();
            raster.planes[0].payload = frames.len() as u32;
            frames.push(SeenFrame {
                duration_ms: duration.unwrap_or(0.0),
                raster,
            });
            payloads.push(pixels.into_payload());
            calm.finished.set(frames.len() as f32 / ahead.max(1) as f32);
            Ok(if frames.len() == count {
                ControlFlow::Break(())
            } else {
                ControlFlow::Continue(())
            })
        });
        match walked {
            Err(error) if frames.is_empty() || error == Error::Cancelled => return Err(error),
            // Who asks for the next one hears why there is none.
            _ => {}
        }
        Ok(Output {
            result: FramesResult {
                first,
                total,
                loops: described.loops,
                frames,
            },
            payloads,
        })
    }

    fn estimate(parameters: &FramesParameters, inputs: &[Input<'_>]) -> Result<Estimate, Error> {
        let last = parameters
            .first
            .unwrap_or(0)
            .saturating_add(parameters.count.unwrap_or(1).max(1) - 1);
        let mut estimate = formats::estimate(inputs[0], last, None, parameters.size)?;
        let count = u64::from(parameters.count.unwrap_or(1).max(1));
        estimate.peak_bytes = estimate
            .peak_bytes
            .saturating_add(estimate.reply_bytes.saturating_mul(count));
        estimate.reply_bytes = estimate.reply_bytes.saturating_mul(count);
        Ok(estimate)
    }
}

/// Turns the phases of each frame's decoding into one that only grows.
struct Calm<'a> {
    host: &'a Context<'a>,
    /// What was told last: a phase and the fraction of it.
    told: Cell<(u8, f32)>,
    finished: Cell<f32>,
}

impl<'a> Calm<'a> {
    fn new(host: &'a Context<'a>) -> Self {
        Self {
            host,
            told: Cell::new((0, 0.0)),
            finished: Cell::new(0.0),
        }
    }
}

impl Host for Calm<'_> {
    fn progress(&self, value: f32) -> bool {
        let finished = self.finished.get();
        let (mut phase, mut fraction) = if value < 1.0 && finished == 0.0 {
            (0, value)
        } else {
            (1, finished)
        };
        if (phase, fraction) < self.told.get() {
            (phase, fraction) = self.told.get();
        }
        self.told.set((phase, fraction));
        self.host.progress(phase, fraction).is_err()
    }

    fn threads(&self) -> usize {
        self.host.threads()
    }
}
