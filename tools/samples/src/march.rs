//! Looking at a landscape from within it: a camera, where a ray meets the ground, and whether the sun reaches that place.
//!
//! Lengths are metres; x runs to the right, y up, z away.

use crate::vector::{V3, smoothstep, v3};

/// A viewer without tilt.
pub struct Camera {
    /// Where it stands.
    pub eye: V3,
    ahead: V3,
    right: V3,
    up: V3,
    /// Half of the picture's width at distance one.
    half: f32,
}

impl Camera {
    /// Stands at `eye`, looks at `target`, and sees `degrees` from left to right.
    pub fn new(eye: V3, target: V3, degrees: f32) -> Self {
        let ahead = (target - eye).unit();
        let right = v3(0.0, 1.0, 0.0).cross(ahead).unit();
        Camera {
            eye,
            ahead,
            right,
            up: ahead.cross(right),
            half: (degrees.to_radians() / 2.0).tan(),
        }
    }

    /// The direction of a point of the picture; both from -1 to 1 across the width, `v` upwards on the same scale.
    pub fn ray(&self, u: f32, v: f32) -> V3 {
        (self.ahead + self.right * (u * self.half) + self.up * (v * self.half)).unit()
    }
}

/// Distance at which a ray first goes under the ground, within `start` to `reach`. `above` is a point's height above ground.
///
/// Steps are `stride` of that height, so a steeper landscape wants a smaller one, and at least `fine` of the distance gone.
pub fn hit(
    above: impl Fn(V3) -> f32,
    from: V3,
    along: V3,
    (start, reach): (f32, f32),
    stride: f32,
    fine: f32,
) -> Option<f32> {
    let above = |t: f32| above(from + along * t);
    let (mut before, mut t) = (start, start);
    while t < reach {
        let height = above(t);
        if height < 0.0 {
            let (mut low, mut high) = (before, t);
            for _ in 0..10 {
                let middle = (low + high) / 2.0;
                if above(middle) < 0.0 {
                    high = middle;
                } else {
                    low = middle;
                }
            }
            return Some((low + high) / 2.0);
        }
        before = t;
        t += (height * stride).max(fine * t).max(0.01);
    }
    None
}

/// How much of the sun a point sees, 0 to 1, past what lies within `first` to `reach` towards it. `softness` is the sun's apparent radius in
/// radians, exaggerated as far as pleases.
pub fn sunlight(
    above: impl Fn(V3) -> f32,
    from: V3,
    sun: V3,
    (first, reach): (f32, f32),
    softness: f32,
) -> f32 {
    let (mut t, mut seen) = (first, 1.0_f32);
    while t < reach {
        let clear = above(from + sun * t);
        seen = seen.min(0.5 + 0.5 * clear / (softness * t));
        if seen <= 0.0 {
            return 0.0;
        }
        t += (clear.abs() * 0.5).max(t * 0.025).max(first);
    }
    smoothstep(0.0, 1.0, seen)
}

/// The ground's upward normal at (x, z), from heights `step` apart.
pub fn normal(ground: impl Fn(f32, f32) -> f32, x: f32, z: f32, step: f32) -> V3 {
    v3(
        ground(x - step, z) - ground(x + step, z),
        2.0 * step,
        ground(x, z - step) - ground(x, z + step),
    )
    .unit()
}
