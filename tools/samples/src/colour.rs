//! Colours in linear light, their way to and from what files hold, and a film-like end to highlights.

use crate::vector::{V3, mix, v3};

/// The linear colour of a hexadecimal sRGB triple, such as `0xff8800`.
pub fn hex(rgb: u32) -> V3 {
    let channel = |shift: u32| decode(((rgb >> shift) & 255) as f32 / 255.0);
    v3(channel(16), channel(8), channel(0))
}

/// sRGB's curve, from linear light to what is stored. Display P3 has the same.
pub fn encode(linear: f32) -> f32 {
    let linear = linear.clamp(0.0, 1.0);
    if linear <= 0.003_130_8 {
        linear * 12.92
    } else {
        1.055 * linear.powf(1.0 / 2.4) - 0.055
    }
}

/// sRGB's curve, from what is stored to linear light.
pub fn decode(stored: f32) -> f32 {
    if stored <= 0.040_45 {
        stored / 12.92
    } else {
        ((stored + 0.055) / 1.055).powf(2.4)
    }
}

/// How bright a linear sRGB colour looks (Rec. 709 luminance).
pub fn luminance(colour: V3) -> f32 {
    colour.dot(v3(0.2126, 0.7152, 0.0722))
}

/// Linear sRGB, values outside 0..1 allowed, as linear Display P3.
pub fn srgb_to_p3(colour: V3) -> V3 {
    v3(
        colour.dot(v3(0.822_462, 0.177_538, 0.0)),
        colour.dot(v3(0.033_194, 0.966_806, 0.0)),
        colour.dot(v3(0.017_083, 0.072_397, 0.910_520)),
    )
}

/// Rolls highlights off instead of clipping them: the rational fit by Krzysztof Narkowicz to the ACES film curve.
pub fn film(colour: V3) -> V3 {
    colour.map(|x| {
        let x = x.max(0.0) * 0.6;
        (x * (2.51 * x + 0.03) / (x * (2.43 * x + 0.59) + 0.14)).min(1.0)
    })
}

/// More (above 1) or less (below 1) colour at the same luminance.
pub fn saturate(colour: V3, amount: f32) -> V3 {
    mix(V3::all(luminance(colour)), colour, amount).map(|x| x.max(0.0))
}

/// The colour at `t` along `stops`, (position, colour) with positions rising.
pub fn gradient(stops: &[(f32, V3)], t: f32) -> V3 {
    let mut below = stops[0];
    for &stop in stops {
        if stop.0 >= t {
            let span = (stop.0 - below.0).max(1e-9);
            return mix(below.1, stop.1, ((t - below.0) / span).clamp(0.0, 1.0));
        }
        below = stop;
    }
    below.1
}
