//! The pictures, one file each, and the samples that are encoded from them.

use anyhow::Result;
use std::path::Path;

mod balloon;
mod bloom;
mod bubbles;
mod dahlia;
mod dawn;
mod dunes;
mod island;
mod lake;
mod test_card;

/// Something that can be drawn.
pub struct Drawing {
    /// What `locus-samples draw` and `scripts/make-samples` call it.
    pub name: &'static str,
    /// Writes it, for the encoders, as one or more files into a folder.
    pub draw: fn(&Path) -> Result<()>,
}

/// All drawings.
pub const DRAWINGS: &[Drawing] = &[
    Drawing { name: "balloon", draw: balloon::draw },
    Drawing { name: "bloom", draw: bloom::draw },
    Drawing { name: "bubbles", draw: bubbles::draw },
    Drawing { name: "dahlia", draw: dahlia::draw },
    Drawing { name: "dawn", draw: dawn::draw },
    Drawing { name: "dunes", draw: dunes::draw },
    Drawing { name: "island", draw: island::draw },
    Drawing { name: "lake", draw: lake::draw },
    Drawing { name: "test-card", draw: test_card::draw },
];

/// A file of `assets/samples`.
pub struct Sample {
    /// Its name.
    pub file: &'static str,
    /// A few words for the page.
    pub title: &'static str,
    /// One sentence for the page: what the file shows off.
    pub description: &'static str,
}

/// All samples, in the order in which the page shows them.
pub const SAMPLES: &[Sample] = &[
    Sample {
        file: "dahlia.jxl",
        title: "Dahlia",
        description: "Wide gamut: reds of Display P3 that sRGB has no name for, with fine veins that vanish where they are clipped.",
    },
    Sample {
        file: "bubbles.jxl",
        title: "Soap bubbles",
        description: "Transparency: glass that is almost not there, and soft shadows over whatever lies behind.",
    },
    Sample {
        file: "dawn.jxl",
        title: "Dawn from orbit",
        description: "16 bits a sample: a long fall from light into black that would show steps in 8.",
    },
    Sample {
        file: "dunes.jxl",
        title: "Dunes",
        description: "A JPEG repacked without loss: smaller, and the original file can be had back byte for byte.",
    },
    Sample {
        file: "balloon.jxl",
        title: "Balloons",
        description: "Stored lying on its side, with an orientation that tells the decoder to turn it upright.",
    },
    Sample {
        file: "bloom.jxl",
        title: "Endless bloom",
        description: "Animation: 24 frames that join end to end.",
    },
    Sample {
        file: "test-card.jxl",
        title: "Test card",
        description: "Lossless: one-pixel lines, small letters and greys one step apart, all of them exact.",
    },
    Sample {
        file: "dunes.jpg",
        title: "Dunes, JPEG",
        description: "The JPEG that dunes.jxl was made from and gives back.",
    },
    Sample {
        file: "bubbles.webp",
        title: "Soap bubbles, WebP",
        description: "A lossy WebP with transparency.",
    },
    Sample {
        file: "bloom.gif",
        title: "Endless bloom, GIF",
        description: "The animation at half the size, in GIF's 256 colours a frame.",
    },
];
