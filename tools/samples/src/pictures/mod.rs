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
    Drawing {
        name: "balloon",
        draw: balloon::draw,
    },
    Drawing {
        name: "bloom",
        draw: bloom::draw,
    },
    Drawing {
        name: "bubbles",
        draw: bubbles::draw,
    },
    Drawing {
        name: "dahlia",
        draw: dahlia::draw,
    },
    Drawing {
        name: "dawn",
        draw: dawn::draw,
    },
    Drawing {
        name: "dunes",
        draw: dunes::draw,
    },
    Drawing {
        name: "island",
        draw: island::draw,
    },
    Drawing {
        name: "lake",
        draw: lake::draw,
    },
    Drawing {
        name: "test-card",
        draw: test_card::draw,
    },
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
        file: "lake.jxl",
        title: "Lake at dusk",
        description: "Lossy: a landscape of six megapixels in about one megabyte, with film grain that the decoder makes.",
    },
    Sample {
        file: "island.jxl",
        title: "The Isle of Locus",
        description: "24 megapixels: a map to zoom into, down to single trees, houses and soundings.",
    },
    Sample {
        file: "dahlia.jxl",
        title: "Dahlia",
        description: "Wide gamut: reds of Display P3 that sRGB has no numbers for, and veins that fade where they are clipped to it.",
    },
    Sample {
        file: "bubbles.jxl",
        title: "Soap bubbles",
        description: "Transparency: skins that are almost not there, and soft shadows on whatever lies behind.",
    },
    Sample {
        file: "dawn.jxl",
        title: "Dawn from orbit",
        description: "16 bits a sample: a long slope from light into black that shows steps in 8.",
    },
    Sample {
        file: "dunes.jxl",
        title: "Dunes",
        description: "A JPEG packed again without loss: a fifth smaller, and the original comes back byte for byte.",
    },
    Sample {
        file: "balloon.jxl",
        title: "Balloons",
        description: "Orientation: stored lying on its side, with a note to turn it upright.",
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
        file: "lake-pixels.png",
        title: "Lake, PNG",
        description: "A PNG: the lake again in twenty colours and large pixels.",
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
        description: "An animated GIF: the bloom at half the size, with at most 256 colours a frame.",
    },
];
