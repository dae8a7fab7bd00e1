//! Pictures for tests: the corpus's files, and PNG files made here.

/// A file of the corpus.
pub fn corpus(name: &str) -> Vec<u8> {
    let path = format!("{}/tests/corpus/{name}", env!("CARGO_MANIFEST_DIR"));
    std::fs::read(&path).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// The corpus's pictures that can be decoded.
pub const PICTURES: &[&str] = &[
    "lossy.jxl",
    "lossless.jxl",
    "transcoded.jxl",
    "oriented.jxl",
    "alpha.jxl",
    "alpha-lossless.jxl",
    "deep.jxl",
    "wide.jxl",
    "p3.jxl",
    "pq.jxl",
    "gray.jxl",
    "photo.png",
    "alpha.png",
    "photo.jpg",
    "oriented.jpg",
    "cmyk.jpg",
    "photo.webp",
    "lossless.webp",
    "alpha.webp",
    "animation.gif",
    "animation.png",
    "animation.webp",
    "animation.jxl",
];

/// Samples that differ from their neighbours, all over the range; the first
/// pixel is neither grey nor opaque.
pub fn noise(length: usize, seed: u32) -> Vec<u8> {
    let mut state = seed | 1;
    let mut samples: Vec<u8> = (0..length)
        .map(|at| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            // Smooth in part, so that runs and predictors are tried.
            if at / 97 % 3 == 0 {
                (at / 97) as u8
            } else {
                (state >> 24) as u8
            }
        })
        .collect();
    for (sample, first) in samples.iter_mut().zip([10, 20, 70, 80, 150, 160, 30, 40]) {
        *sample = first;
    }
    samples
}

/// A PNG file, uncompressed.
pub struct Png {
    pub width: u32,
    pub height: u32,
    pub bit_depth: u8,
    /// 0 grey, 2 RGB, 3 palette, 4 grey and alpha, 6 RGBA.
    pub color_type: u8,
    /// Packed samples, row by row, without filter bytes.
    pub rows: Vec<Vec<u8>>,
    /// Chunks before the pixels.
    pub chunks: Vec<([u8; 4], Vec<u8>)>,
}

impl Png {
    /// RGB of 8 bits from a function of x and y.
    pub fn rgb(width: u32, height: u32, pixel: impl Fn(u32, u32) -> [u8; 3]) -> Self {
        Self {
            width,
            height,
            bit_depth: 8,
            color_type: 2,
            rows: (0..height)
                .map(|y| (0..width).flat_map(|x| pixel(x, y)).collect())
                .collect(),
            chunks: Vec::new(),
        }
    }

    /// The same with another chunk.
    pub fn with(mut self, kind: &[u8; 4], data: Vec<u8>) -> Self {
        self.chunks.push((*kind, data));
        self
    }

    /// The same with an ICC profile.
    pub fn with_icc(self, icc: &[u8]) -> Self {
        let mut data = b"profile\0\0".to_vec();
        data.extend(zlib(icc));
        self.with(b"iCCP", data)
    }

    pub fn file(&self) -> Vec<u8> {
        let pixels: Vec<u8> = self
            .rows
            .iter()
            .flat_map(|row| std::iter::once(0).chain(row.iter().copied()))
            .collect();
        self.assembled(0, &pixels)
    }

    /// The same picture interlaced; whole bytes a pixel only.
    pub fn interlaced_file(&self) -> Vec<u8> {
        // First column and row, and steps, of Adam7's passes.
        const PASSES: [[usize; 4]; 7] = [
            [0, 0, 8, 8],
            [4, 0, 8, 8],
            [0, 4, 4, 8],
            [2, 0, 4, 4],
            [0, 2, 2, 4],
            [1, 0, 2, 2],
            [0, 1, 1, 2],
        ];
        let bytes = self.rows[0].len() / self.width as usize;
        let mut pixels = Vec::new();
        for [x0, y0, dx, dy] in PASSES {
            if x0 >= self.width as usize {
                continue;
            }
            for row in self.rows.iter().skip(y0).step_by(dy) {
                pixels.push(0);
                for pixel in row.chunks(bytes).skip(x0).step_by(dx) {
                    pixels.extend_from_slice(pixel);
                }
            }
        }
        self.assembled(1, &pixels)
    }

    fn assembled(&self, interlaced: u8, pixels: &[u8]) -> Vec<u8> {
        let mut header = self.width.to_be_bytes().to_vec();
        header.extend(self.height.to_be_bytes());
        header.extend([self.bit_depth, self.color_type, 0, 0, interlaced]);
        let mut file = b"\x89PNG\r\n\x1a\n".to_vec();
        chunk(&mut file, b"IHDR", &header);
        for (kind, data) in &self.chunks {
            chunk(&mut file, kind, data);
        }
        chunk(&mut file, b"IDAT", &zlib(pixels));
        chunk(&mut file, b"IEND", &[]);
        file
    }
}

fn chunk(file: &mut Vec<u8>, kind: &[u8; 4], data: &[u8]) {
    file.extend((data.len() as u32).to_be_bytes());
    let start = file.len();
    file.extend(kind);
    file.extend(data);
    let sum = crc(&file[start..]);
    file.extend(sum.to_be_bytes());
}

/// What stands behind a chunk of kind and data.
pub(crate) fn crc(chunk: &[u8]) -> u32 {
    let mut crc = !0_u32;
    for byte in chunk {
        crc ^= u32::from(*byte);
        for _ in 0..8 {
            crc = if crc & 1 == 1 {
                crc >> 1 ^ 0xedb8_8320
            } else {
                crc >> 1
            };
        }
    }
    !crc
}

/// Stored, not compressed.
fn zlib(data: &[u8]) -> Vec<u8> {
    let mut stream = vec![0x78, 0x01];
    let mut blocks = data.chunks(65_535).peekable();
    while let Some(block) = blocks.next() {
        stream.push(u8::from(blocks.peek().is_none()));
        stream.extend((block.len() as u16).to_le_bytes());
        stream.extend((!(block.len() as u16)).to_le_bytes());
        stream.extend(block);
    }
    let (mut a, mut b) = (1_u32, 0_u32);
    for byte in data {
        a = (a + u32::from(*byte)) % 65_521;
        b = (b + a) % 65_521;
    }
    stream.extend((b << 16 | a).to_be_bytes());
    stream
}

/// EXIF data that name an orientation: a TIFF structure, either byte order.
pub fn exif(orientation: u16, little: bool) -> Vec<u8> {
    let mut tiff = Vec::new();
    let u16_ = |tiff: &mut Vec<u8>, value: u16| {
        tiff.extend(if little {
            value.to_le_bytes()
        } else {
            value.to_be_bytes()
        });
    };
    tiff.extend(if little { b"II" } else { b"MM" });
    u16_(&mut tiff, 42);
    tiff.extend(if little {
        8_u32.to_le_bytes()
    } else {
        8_u32.to_be_bytes()
    });
    u16_(&mut tiff, 1);
    u16_(&mut tiff, 0x0112);
    u16_(&mut tiff, 3);
    tiff.extend(if little {
        1_u32.to_le_bytes()
    } else {
        1_u32.to_be_bytes()
    });
    u16_(&mut tiff, orientation);
    u16_(&mut tiff, 0);
    tiff.extend([0; 4]);
    tiff
}
