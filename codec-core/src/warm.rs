//! Pictures that stay in the instance from one call to the next, so that a
//! pan or a zoom is a cut of what is there and no second decode.
//!
//! What is kept goes by the key of the input that it was made of: a call
//! whose input has none keeps nothing and finds nothing. A kept picture is
//! used only by calls whose limits allow what it took to make it, so that a
//! call is refused warm as it is refused cold; and it gives way when a call
//! lacks memory ([`answer_with`](crate::answer_with)).
//!
//! A parsed JPEG XL file is not kept: jxl-oxide begins anew with every region
//! (measured: the same region again takes what it took before).

mod picture;

pub use picture::{Wanted, picture};

use std::cell::RefCell;
use std::sync::Arc;

use crate::limits::Limits;
use crate::raster::{Pixels, Region, Size};

/// Bytes that are kept at most: a picture of 50 megapixels, or two of 24.
/// Beside it a decode has the rest of the instance to itself.
pub const BUDGET: u64 = 192 << 20;
/// What a kept picture takes beside pixels and key.
const OVERHEAD: u64 = 256;

/// What an instance keeps between calls.
#[derive(Debug, Default)]
pub struct Warm(RefCell<Vec<Kept>>);

/// A kept picture, or a part of one.
#[derive(Debug, Clone)]
struct Kept {
    of: Subject,
    source: Size,
    /// The part of the picture that `pixels` are.
    area: Region,
    pixels: Arc<Pixels>,
    /// Bounds under which it was decoded.
    limits: Limits,
}

/// What pixels are of.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Subject {
    key: Box<str>,
    frame: u32,
    /// Whatever else pixels depend on.
    variant: u32,
}

impl Warm {
    /// Nothing yet.
    #[must_use]
    pub const fn new() -> Self {
        Self(RefCell::new(Vec::new()))
    }

    /// Bytes that are kept.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.0.borrow().iter().map(Kept::bytes).sum()
    }

    /// Lets all of it go.
    pub fn clear(&self) {
        self.0.take();
    }

    /// A kept picture of `of` that has `region` in it, for a call within
    /// `limits`.
    fn find(&self, of: &Subject, region: Option<Region>, limits: &Limits) -> Option<Kept> {
        let mut kept = self.0.borrow_mut();
        let at = kept.iter().position(|kept| {
            let wanted = region.unwrap_or(Region::whole(kept.source));
            kept.of == *of && kept.area.contains(wanted) && kept.limits.are_within(limits)
        })?;
        // The one used last stands last.
        let found = kept.remove(at);
        kept.push(found.clone());
        Some(found)
    }

    /// Keeps a picture; what was used longest ago goes for it.
    fn keep(&self, new: Kept) {
        if new.bytes() > BUDGET {
            return;
        }
        let mut kept = self.0.borrow_mut();
        kept.retain(|kept| kept.of != new.of || !new.area.contains(kept.area));
        let mut bytes: u64 = new.bytes() + kept.iter().map(Kept::bytes).sum::<u64>();
        while bytes > BUDGET {
            bytes -= kept.remove(0).bytes();
        }
        kept.push(new);
    }
}

impl Kept {
    fn bytes(&self) -> u64 {
        let pixels = Pixels::bytes(self.pixels.width, self.pixels.height);
        pixels + self.of.key.len() as u64 + OVERHEAD
    }
}
