//! Feeding a file to the decoder, within limits.

use jxl_oxide::{AllocTracker, InitializeResult, JxlImage};

use super::{failure, pool};
use crate::limits::Limits;
use crate::{Context, Error};

/// Bytes between two looks at limits and the stop flag. The first piece is
/// small: the header is tried again with each.
const PIECES: [usize; 2] = [4 << 10, 64 << 10];

/// A file whose header and frames have been read, and no pixels.
pub struct Opened {
    /// The decoder's picture.
    pub image: JxlImage,
    /// Whether the file's last frame is there.
    pub complete: bool,
}

/// Reads `bytes` up to and with keyframe `until`, or all of them.
/// `memory` bounds what the decoder may take.
///
/// # Errors
/// `invalid_input` for what is no JPEG XL or ends within the header, and
/// `limit_exceeded`.
pub fn open(
    context: &Context<'_>,
    bytes: &[u8],
    until: Option<u32>,
    memory: u64,
) -> Result<Opened, Error> {
    let limits = context.limits();
    let tracker = AllocTracker::with_limit(usize::try_from(memory).unwrap_or(usize::MAX));
    let mut start = Some(
        JxlImage::builder()
            .pool(pool(context.threads()))
            .alloc_tracker(tracker)
            .build_uninit(),
    );
    let mut opened: Option<JxlImage> = None;
    let mut checked = 0;
    // `consumed` has been taken by the decoder, `offered` shown to it.
    let (mut consumed, mut offered) = (0, 0);
    let broken = |error: &_, at: usize| {
        let what = format!(
            "the JPEG XL file is broken near byte {at} of {}",
            bytes.len()
        );
        failure(error, &what, limits.memory)
    };
    while offered < bytes.len() {
        let piece = PIECES[usize::from(opened.is_some())];
        offered = bytes.len().min(offered + piece);
        let piece = &bytes[consumed..offered];
        if let Some(image) = &mut opened {
            consumed += image.feed_bytes(piece).map_err(|e| broken(&*e, consumed))?;
        } else if let Some(mut head) = start.take() {
            consumed += head.feed_bytes(piece).map_err(|e| broken(&*e, consumed))?;
            match head.try_init().map_err(|e| broken(&*e, consumed))? {
                InitializeResult::NeedMoreData(head) => start = Some(head),
                InitializeResult::Initialized(image) => {
                    let size = &image.image_header().size;
                    limits.check_pixels(u64::from(size.width) * u64::from(size.height))?;
                    opened = Some(image);
                }
            }
        }
        if let Some(image) = &opened {
            checked = check_frames(image, checked, limits)?;
            let loaded = image.num_loaded_keyframes();
            if image.is_loading_done() || until.is_some_and(|until| loaded > until as usize) {
                break;
            }
        }
        context.progress(0, offered as f32 / bytes.len() as f32)?;
    }
    let Some(mut image) = opened else {
        return Err(Error::InvalidInput(format!(
            "the JPEG XL file ends within its header, after {} bytes",
            bytes.len()
        )));
    };
    let complete = image.is_loading_done();
    if complete && consumed < bytes.len() {
        // Metadata may follow the last frame; what is broken there is not
        // the picture.
        let _ = image.feed_bytes(&bytes[consumed..]);
    }
    if complete {
        let _ = image.finalize();
    }
    Ok(Opened { image, complete })
}

/// Checks the frames from `checked` on; returns how many there are.
fn check_frames(image: &JxlImage, checked: usize, limits: &Limits) -> Result<usize, Error> {
    let loaded = image.num_loaded_frames();
    // The one that is loading counts too: its header is there.
    for index in checked..=loaded {
        if let Some(frame) = image.frame(index) {
            let header = frame.header();
            limits.check_pixels(u64::from(header.width) * u64::from(header.height))?;
        }
    }
    limits.check_frames(loaded as u64)?;
    Ok(loaded)
}
