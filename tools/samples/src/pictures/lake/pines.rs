//! The near bank, black against the light.

use crate::canvas::Canvas;
use crate::noise::{Dice, fbm2, noise2};
use crate::vector::{V3, mix, smoothstep, v3};

/// Pines, one stroke for the trunk and some thousands for the boughs, then the bank and its grass.
pub(super) fn paint(canvas: &mut Canvas) {
    let unit = canvas.width as f32 / 3000.0;
    let height = canvas.height as f32;
    let bank = |x: f32| {
        let t = x / (3000.0 * unit);
        let rise = 190.0 * smoothstep(0.42, 0.0, t) + 120.0 * smoothstep(0.72, 1.0, t);
        height - unit * (34.0 + rise + 16.0 * fbm2(t * 14.0, 0.0, 4, 0.5, 271))
    };
    let ink = v3(0.0035, 0.0042, 0.0058);
    let mut dice = Dice::new(273);
    // Trees from the back to the front: (place across, height in pixels of the full picture).
    let mut trees: Vec<(f32, f32)> = vec![
        (0.032, 1330.0),
        (0.088, 1050.0),
        (0.135, 1190.0),
        (0.19, 720.0),
        (0.243, 560.0),
        (0.285, 330.0),
        (0.985, 1020.0),
        (0.935, 690.0),
        (0.885, 520.0),
        (0.845, 300.0),
    ];
    for _ in 0..26 {
        let left = dice.between(0.0, 1.0) < 0.6;
        let t = if left {
            dice.between(0.0, 0.36)
        } else {
            dice.between(0.79, 1.0)
        };
        let edge = if left {
            1.0 - t / 0.40
        } else {
            (t - 0.75) / 0.25
        };
        trees.push((t, dice.between(110.0, 330.0) * mix(0.5, 1.2, edge)));
    }
    for (t, tall) in trees {
        let x = t * canvas.width as f32;
        pine(
            canvas,
            (x, bank(x) + 14.0 * unit),
            tall * unit,
            &mut dice,
            ink,
        );
    }
    for x in 0..canvas.width {
        let top = bank(x as f32 + 0.5);
        for y in top.floor() as usize..canvas.height {
            canvas.cover(x as i32, y as i32, ink, (y as f32 + 1.0 - top).min(1.0));
        }
    }
    // Grass along its edge.
    for _ in 0..5200 {
        let x = dice.between(0.0, canvas.width as f32);
        let tall = unit
            * dice.between(8.0, 40.0)
            * (0.5 + 0.5 * noise2(x / (90.0 * unit), 0.0, 272).abs());
        let lean = unit * dice.between(-12.0, 12.0);
        canvas.stroke(
            (x, bank(x) + 4.0),
            (x + lean, bank(x) - tall),
            (2.4 * unit, 0.7 * unit),
            ink,
            0.95,
        );
    }
}

fn pine(canvas: &mut Canvas, foot: (f32, f32), tall: f32, dice: &mut Dice, ink: V3) {
    let lean = dice.between(-0.012, 0.012) * tall;
    let along = |t: f32| (foot.0 + lean * t, foot.1 - tall * t);
    canvas.stroke(foot, along(1.0), (tall * 0.026, 1.0), ink, 1.0);
    let wide = tall * dice.between(0.15, 0.19);
    let tiers = (tall / canvas.width as f32 * 330.0).clamp(28.0, 120.0) as i32;
    for tier in 0..tiers {
        let t = 0.10 + 0.885 * (tier as f32 + dice.between(0.0, 0.9)) / tiers as f32;
        for side in [-1.0_f32, 1.0] {
            let gap = dice.between(0.0, 1.0);
            let reach = wide
                * (1.0 - t).powf(0.82)
                * dice.between(0.55, 1.12)
                * if gap < 0.07 { 0.3 } else { 1.0 };
            let droop = reach * dice.between(0.20, 0.52) * (1.0 - 0.7 * t);
            bough(canvas, along(t), (side * reach, droop), tall, dice, ink);
        }
    }
}

/// A bough with twigs: it sinks, and turns up again at its tip.
fn bough(
    canvas: &mut Canvas,
    from: (f32, f32),
    (reach, droop): (f32, f32),
    tall: f32,
    dice: &mut Dice,
    ink: V3,
) {
    let at = |s: f32| {
        (
            from.0 + reach * s,
            from.1 + droop * (s * 1.6 - 0.72 * s * s * s),
        )
    };
    let thick = (tall * 0.0052).clamp(0.8, 5.0);
    let mut before = at(0.0);
    let pieces = (reach.abs() / canvas.width as f32 * 760.0).clamp(5.0, 36.0) as i32;
    for piece in 1..=pieces {
        let s = piece as f32 / pieces as f32;
        let here = at(s);
        canvas.stroke(
            before,
            here,
            (thick * (1.05 - s), thick * (1.0 - s) + 0.6),
            ink,
            1.0,
        );
        for _ in 0..5 {
            let hang = dice.between(0.014, 0.062)
                * tall.powf(0.8)
                * 4.0
                * (1.1 - 0.6 * s)
                * (reach.abs() / (0.15 * tall)).clamp(0.35, 1.0);
            let out = reach.signum() * hang * dice.between(-0.5, 0.9);
            canvas.stroke(
                here,
                (here.0 + out, here.1 + hang * dice.between(-0.28, 0.85)),
                (thick * 0.45 + 0.9, 0.6),
                ink,
                0.92,
            );
        }
        before = here;
    }
}
