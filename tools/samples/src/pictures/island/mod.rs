//! The Isle of Locus: a map of a place that isn't, 24 megapixels of it, to be zoomed into.
//!
//! [`land`] raises and wears down the island; [`people`] settles it and finds its roads; [`ground`] colours every pixel; [`signs`] draws
//! what has a symbol or a name; [`sheet`] puts frame, title and scale around it.

use anyhow::Result;
use std::path::Path;

mod ground;
mod land;
mod people;
mod sheet;
mod signs;

/// Columns and rows of the sheet.
const WIDTH: usize = 6000;
const HEIGHT: usize = 4000;
/// Metres a pixel.
const SCALE: f32 = 5.0;
/// Metres from one contour to the next; every fifth is thicker.
const CONTOUR: f32 = 25.0;

/// Writes `island.ppm`.
pub(super) fn draw(folder: &Path) -> Result<()> {
    let land = land::Land::raise();
    let places = people::settle(&land);
    let roads = people::roads(&land, &places);
    let mut sheet = ground::paint(&land, &places);
    signs::trees(&mut sheet, &land, &places);
    signs::rivers(&mut sheet, &land);
    signs::soundings(&mut sheet, &land);
    signs::roads(&mut sheet, &roads);
    signs::villages(&mut sheet, &places, &roads);
    signs::summits(&mut sheet, &land);
    sheet::finish(&mut sheet, &places, &land);
    crate::write::ppm(&folder.join("island.ppm"), &sheet)
}
