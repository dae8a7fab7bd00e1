//! Three floats with arithmetic: a point or direction in space, or a colour in linear light.

use std::ops::{Add, AddAssign, Div, Mul, Neg, Sub};

/// A vector, or linear red, green and blue.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct V3 {
    /// East, or red.
    pub x: f32,
    /// Up, or green.
    pub y: f32,
    /// Away, or blue.
    pub z: f32,
}

/// Short for the constructor, as shading languages have it.
pub const fn v3(x: f32, y: f32, z: f32) -> V3 {
    V3 { x, y, z }
}

impl V3 {
    /// Nothing: the origin, or black.
    pub const ZERO: V3 = v3(0.0, 0.0, 0.0);
    /// One in each: white.
    pub const ONE: V3 = v3(1.0, 1.0, 1.0);

    /// The same value three times.
    pub const fn all(value: f32) -> V3 {
        v3(value, value, value)
    }

    /// Scalar product.
    pub fn dot(self, other: V3) -> f32 {
        self.x * other.x + self.y * other.y + self.z * other.z
    }

    /// Vector product.
    pub fn cross(self, other: V3) -> V3 {
        v3(
            self.y * other.z - self.z * other.y,
            self.z * other.x - self.x * other.z,
            self.x * other.y - self.y * other.x,
        )
    }

    /// Length.
    pub fn length(self) -> f32 {
        self.dot(self).sqrt()
    }

    /// The same direction at length one.
    pub fn unit(self) -> V3 {
        self / self.length().max(1e-20)
    }

    /// `function` of each component.
    pub fn map(self, function: impl Fn(f32) -> f32) -> V3 {
        v3(function(self.x), function(self.y), function(self.z))
    }

    /// Mirrored at a plane with this normal.
    pub fn reflect(self, normal: V3) -> V3 {
        self - normal * (2.0 * self.dot(normal))
    }

    /// The largest component.
    pub fn max(self) -> f32 {
        self.x.max(self.y).max(self.z)
    }
}

/// From `a` at 0 to `b` at 1, for numbers and vectors.
pub fn mix<T: Add<Output = T> + Mul<f32, Output = T>>(a: T, b: T, t: f32) -> T {
    a * (1.0 - t) + b * t
}

/// 0 below `from`, 1 above `to`, an S between them. `from` may be the larger.
pub fn smoothstep(from: f32, to: f32, value: f32) -> f32 {
    let t = ((value - from) / (to - from)).clamp(0.0, 1.0);
    t * t * (3.0 - 2.0 * t)
}

impl Add for V3 {
    type Output = V3;
    fn add(self, other: V3) -> V3 {
        v3(self.x + other.x, self.y + other.y, self.z + other.z)
    }
}

impl AddAssign for V3 {
    fn add_assign(&mut self, other: V3) {
        *self = *self + other;
    }
}

impl Sub for V3 {
    type Output = V3;
    fn sub(self, other: V3) -> V3 {
        v3(self.x - other.x, self.y - other.y, self.z - other.z)
    }
}

impl Mul for V3 {
    type Output = V3;
    fn mul(self, other: V3) -> V3 {
        v3(self.x * other.x, self.y * other.y, self.z * other.z)
    }
}

impl Mul<f32> for V3 {
    type Output = V3;
    fn mul(self, by: f32) -> V3 {
        v3(self.x * by, self.y * by, self.z * by)
    }
}

impl Div<f32> for V3 {
    type Output = V3;
    fn div(self, by: f32) -> V3 {
        self * (1.0 / by)
    }
}

impl Neg for V3 {
    type Output = V3;
    fn neg(self) -> V3 {
        self * -1.0
    }
}
