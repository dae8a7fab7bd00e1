//! Randomness that is the same every time: a hash of lattice points, gradient noise on it, and sums of octaves.

/// Mixes three lattice coordinates and a seed into 32 well-stirred bits.
pub fn hash(x: i32, y: i32, z: i32, seed: u32) -> u32 {
    let mut h = (x as u32).wrapping_mul(0x8da6_b343)
        ^ (y as u32).wrapping_mul(0xd816_3841)
        ^ (z as u32).wrapping_mul(0xcb1a_b31f)
        ^ seed.wrapping_mul(0x9e37_79b9);
    h = (h ^ (h >> 16)).wrapping_mul(0x7feb_352d);
    h = (h ^ (h >> 15)).wrapping_mul(0x846c_a68b);
    h ^ (h >> 16)
}

/// The hash as a number from 0 up to 1.
pub fn chance(x: i32, y: i32, z: i32, seed: u32) -> f32 {
    (hash(x, y, z, seed) >> 8) as f32 / 16_777_216.0
}

/// A stream of random numbers, for placing things.
pub struct Dice {
    seed: u32,
    throws: i32,
}

impl Dice {
    /// The stream with this seed.
    pub fn new(seed: u32) -> Self {
        Dice { seed, throws: 0 }
    }

    /// The next number between `low` and `high`.
    pub fn between(&mut self, low: f32, high: f32) -> f32 {
        self.throws += 1;
        low + (high - low) * chance(self.throws, 7, 11, self.seed)
    }
}

fn fade(t: f32) -> f32 {
    t * t * t * (t * (t * 6.0 - 15.0) + 10.0)
}

fn lerp(a: f32, b: f32, t: f32) -> f32 {
    a + (b - a) * t
}

/// Gradient noise in the plane (Perlin 2002), about -1 to 1, with features about 1 wide.
pub fn noise2(x: f32, y: f32, seed: u32) -> f32 {
    let (fx, fy) = (x.floor(), y.floor());
    let (ix, iy) = (fx as i32, fy as i32);
    let (x, y) = (x - fx, y - fy);
    let slope = |dx: i32, dy: i32| {
        let h = hash(ix + dx, iy + dy, 0, seed);
        let (px, py) = (x - dx as f32, y - dy as f32);
        // Eight directions of about the same length, picked by three bits.
        let (gx, gy) = match h & 7 {
            0 => (1.0, 0.5),
            1 => (-1.0, 0.5),
            2 => (1.0, -0.5),
            3 => (-1.0, -0.5),
            4 => (0.5, 1.0),
            5 => (-0.5, 1.0),
            6 => (0.5, -1.0),
            _ => (-0.5, -1.0),
        };
        gx * px + gy * py
    };
    let (u, v) = (fade(x), fade(y));
    1.3 * lerp(
        lerp(slope(0, 0), slope(1, 0), u),
        lerp(slope(0, 1), slope(1, 1), u),
        v,
    )
}

/// Gradient noise in space, about -1 to 1, with features about 1 wide.
pub fn noise3(x: f32, y: f32, z: f32, seed: u32) -> f32 {
    let (fx, fy, fz) = (x.floor(), y.floor(), z.floor());
    let (ix, iy, iz) = (fx as i32, fy as i32, fz as i32);
    let (x, y, z) = (x - fx, y - fy, z - fz);
    let slope = |dx: i32, dy: i32, dz: i32| {
        let h = hash(ix + dx, iy + dy, iz + dz, seed) & 15;
        let (px, py, pz) = (x - dx as f32, y - dy as f32, z - dz as f32);
        // Perlin's twelve edge directions, by bits.
        let u = if h < 8 { px } else { py };
        let v = if h < 4 {
            py
        } else if h == 12 || h == 14 {
            px
        } else {
            pz
        };
        (if h & 1 == 0 { u } else { -u }) + (if h & 2 == 0 { v } else { -v })
    };
    let (u, v, w) = (fade(x), fade(y), fade(z));
    let plane = |dz: i32| {
        lerp(
            lerp(slope(0, 0, dz), slope(1, 0, dz), u),
            lerp(slope(0, 1, dz), slope(1, 1, dz), u),
            v,
        )
    };
    lerp(plane(0), plane(1), w)
}

/// Octaves of [`noise2`], each turned and twice as fine, each weighing `gain` of the one before.
pub fn fbm2(mut x: f32, mut y: f32, octaves: u32, gain: f32, seed: u32) -> f32 {
    let (mut sum, mut weight, mut total) = (0.0, 1.0, 0.0);
    for octave in 0..octaves {
        sum += weight * noise2(x, y, seed.wrapping_add(octave * 101));
        total += weight;
        weight *= gain;
        // Turned by the angle of a 3-4-5 triangle, so that lattices don't line up.
        (x, y) = (1.6 * x - 1.2 * y + 17.3, 1.2 * x + 1.6 * y - 9.1);
    }
    sum / total
}

/// Octaves of [`noise3`].
pub fn fbm3(mut x: f32, mut y: f32, mut z: f32, octaves: u32, gain: f32, seed: u32) -> f32 {
    let (mut sum, mut weight, mut total) = (0.0, 1.0, 0.0);
    for octave in 0..octaves {
        sum += weight * noise3(x, y, z, seed.wrapping_add(octave * 101));
        total += weight;
        weight *= gain;
        (x, y, z) = (
            1.6 * x - 1.2 * y + 17.3,
            1.2 * x + 1.6 * y - 9.1,
            2.0 * z + 5.7,
        );
    }
    sum / total
}

/// Octaves with creases where each noise crosses zero: 0 in hollows, towards 1 on crests.
pub fn ridged2(mut x: f32, mut y: f32, octaves: u32, gain: f32, seed: u32) -> f32 {
    let (mut sum, mut weight, mut total) = (0.0, 1.0, 0.0);
    for octave in 0..octaves {
        let crest = 1.0 - noise2(x, y, seed.wrapping_add(octave * 101)).abs();
        sum += weight * crest * crest;
        total += weight;
        weight *= gain;
        (x, y) = (1.6 * x - 1.2 * y + 17.3, 1.2 * x + 1.6 * y - 9.1);
    }
    sum / total
}
