//! One orbit, a number at a time: what the vectors have to equal.

/// Iterations between two looks at an orbit.
pub const BLOCK: u32 = 16;

/// Iterations after which an orbit's point is marked for the first time,
/// late enough that most that escape get no mark, which interrupts vectors;
/// then whenever they have doubled. (Brent, "An improved Monte Carlo
/// factorization algorithm", 1980.)
pub const FIRST_MARK: u32 = 64 * BLOCK;

/// When to stop iterating.
#[derive(Debug, Clone, Copy)]
pub struct Bounds {
    /// Iterations at most.
    pub iterations: u32,
    /// Square of the escape radius.
    pub radius_squared: f64,
}

impl Bounds {
    /// Below this |z|² at the end of a block, an orbit has not left within
    /// it. Rounding lets an orbit at radius 2 shrink by a few ulps where c is
    /// near -2, and each step of a block may make that four times as much.
    #[must_use]
    pub fn edge(self) -> f64 {
        self.radius_squared * (1.0 - 1.0 / 1024.0)
    }
}

/// A point of an orbit.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Point {
    /// Real part.
    pub re: f64,
    /// Imaginary part.
    pub im: f64,
}

impl Point {
    /// The orbit's next point, by the operations that the vectors use.
    #[must_use]
    pub fn next(self, c: Self) -> Self {
        Self {
            re: self.re * self.re - self.im * self.im + c.re,
            im: (self.re + self.re) * self.im + c.im,
        }
    }

    /// Square of the distance from 0.
    #[must_use]
    pub fn norm(self) -> f64 {
        self.re * self.re + self.im * self.im
    }
}

/// What a pixel's number is in z(n+1) = z(n)² + c.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Family {
    /// It is c, and z(0) is 0.
    Mandelbrot,
    /// It is z(0), and c is this, which lies within the escape radius.
    Julia(Point),
}

impl Family {
    /// z(0) and c of a pixel.
    #[must_use]
    pub fn begin(self, pixel: Point) -> (Point, Point) {
        match self {
            Self::Mandelbrot => (Point { re: 0.0, im: 0.0 }, pixel),
            Self::Julia(c) => (pixel, c),
        }
    }
}

/// What became of an orbit.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum End {
    /// It left the escape radius.
    Escaped {
        /// The first n with |z(n)| beyond the radius.
        count: u32,
        /// |z(n)|².
        norm: f64,
    },
    /// It never leaves.
    Interior,
    /// It had not left when the iterations ended.
    Undecided,
}

/// Whether c lies in the main cardioid or in the disc left of it, whose
/// orbits tend to cycles of 1 and 2 points. What lies within rounding of
/// the edge is left to iteration.
#[must_use]
pub fn in_main_bulbs(c: Point) -> bool {
    const EDGE: f64 = 1e-14;
    let square = c.im * c.im;
    let t = c.re - 0.25;
    let q = t * t + square;
    let cardioid = q * (q + t) + EDGE * (q * (q + t.abs()) + square) < 0.25 * square;
    let left = c.re + 1.0;
    cardioid || left * left + square < 0.0625 * (1.0 - EDGE)
}

/// Where a pixel's orbit ends, and the iterations that took.
#[must_use]
pub fn iterate(family: Family, pixel: Point, bounds: Bounds) -> (End, u32) {
    let (mut z, c) = family.begin(pixel);
    if family == Family::Mandelbrot && in_main_bulbs(c) {
        return (End::Interior, 0);
    }
    let norm = z.norm();
    if norm > bounds.radius_squared {
        return (End::Escaped { count: 0, norm }, 0);
    }
    let mut mark = Point {
        re: f64::NAN,
        im: f64::NAN,
    };
    let mut next_mark = FIRST_MARK;
    for count in 1..=bounds.iterations {
        z = z.next(c);
        let norm = z.norm();
        if norm > bounds.radius_squared {
            return (End::Escaped { count, norm }, count);
        }
        if count.is_multiple_of(BLOCK) {
            // The next point depends on this one alone: an orbit that comes
            // to a point again goes round for ever.
            if z.re == mark.re && z.im == mark.im {
                return (End::Interior, count);
            }
            if count == next_mark {
                mark = z;
                next_mark *= 2;
            }
        }
    }
    (End::Undecided, bounds.iterations)
}
