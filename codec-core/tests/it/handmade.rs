//! Files of further formats, written here byte by byte, and the pixels that
//! they mean.

use crate::call::Rgba;

/// A file, what it is, and how it looks.
pub struct Made {
    pub name: &'static str,
    pub format: &'static str,
    pub file: Vec<u8>,
    pub seen: Rgba,
}

const WIDTH: usize = 7;
const HEIGHT: usize = 5;

/// The picture that every file shows, as its format can.
fn pixel(x: usize, y: usize) -> [u8; 4] {
    [
        (30 * x) as u8,
        (50 * y) as u8,
        (x * y * 8) as u8,
        (255 - 20 * x) as u8,
    ]
}

fn gray(x: usize, y: usize) -> u8 {
    (x * 30 + y * 10) as u8
}

fn seen(pixel: impl Fn(usize, usize) -> [u8; 4]) -> Rgba {
    let rows = (0..HEIGHT).flat_map(|y| (0..WIDTH).map(move |x| (x, y)));
    Rgba {
        width: WIDTH,
        height: HEIGHT,
        data: rows.flat_map(|(x, y)| pixel(x, y)).collect(),
    }
}

fn opaque(x: usize, y: usize) -> [u8; 4] {
    let [r, g, b, _] = pixel(x, y);
    [r, g, b, 255]
}

fn gray4(x: usize, y: usize) -> [u8; 4] {
    let v = gray(x, y);
    [v, v, v, 255]
}

fn black_or_white(x: usize, y: usize) -> [u8; 4] {
    let v = if (x + y).is_multiple_of(3) { 0 } else { 255 };
    [v, v, v, 255]
}

/// Every file.
pub fn all() -> Vec<Made> {
    [bmp(), tga(), pnm(), tiff(), others()]
        .into_iter()
        .flatten()
        .collect()
}

fn bmp_file(bits: u16, height: i32, compression: u32, palette: &[[u8; 4]], data: &[u8]) -> Vec<u8> {
    let masks: &[u32] = if compression == 3 {
        &[0xff00_0000, 0x00ff_0000, 0x0000_ff00]
    } else {
        &[]
    };
    let offset = 54 + 4 * masks.len() + 4 * palette.len();
    let mut file = b"BM".to_vec();
    file.extend(((offset + data.len()) as u32).to_le_bytes());
    file.extend([0; 4]);
    file.extend((offset as u32).to_le_bytes());
    file.extend(40_u32.to_le_bytes());
    file.extend((WIDTH as i32).to_le_bytes());
    file.extend(height.to_le_bytes());
    file.extend(1_u16.to_le_bytes());
    file.extend(bits.to_le_bytes());
    file.extend(compression.to_le_bytes());
    file.extend((data.len() as u32).to_le_bytes());
    file.extend([0; 8]);
    file.extend((palette.len() as u32).to_le_bytes());
    file.extend([0; 4]);
    masks
        .iter()
        .for_each(|mask| file.extend(mask.to_le_bytes()));
    file.extend(palette.as_flattened());
    file.extend(data);
    file
}

fn bmp() -> Vec<Made> {
    let made = |name, file, seen| Made {
        name,
        format: "bmp",
        file,
        seen,
    };
    // Rows are filled up to a multiple of four bytes.
    let rows = |top_down: bool, row: &dyn Fn(usize) -> Vec<u8>| {
        let mut data = Vec::new();
        for at in 0..HEIGHT {
            data.extend(row(if top_down { at } else { HEIGHT - 1 - at }));
            data.resize(data.len().next_multiple_of(4), 0);
        }
        data
    };
    let bgr = |y: usize| {
        (0..WIDTH)
            .flat_map(|x| {
                let [r, g, b, _] = pixel(x, y);
                [b, g, r]
            })
            .collect::<Vec<u8>>()
    };
    let masked = |y: usize| {
        (0..WIDTH)
            .flat_map(|x| {
                let [r, g, b, _] = pixel(x, y);
                [0, b, g, r]
            })
            .collect::<Vec<u8>>()
    };
    let indexed = |y: usize| (0..WIDTH).map(|x| (x + y) as u8).collect::<Vec<u8>>();
    let palette: Vec<[u8; 4]> = (0..16).map(|at| [at * 3, at * 5, at * 7, 0]).collect();
    let by_palette = |x: usize, y: usize| {
        let at = (x + y) as u8;
        [at * 7, at * 5, at * 3, 255]
    };
    let bits = |y: usize| {
        vec![(0..WIDTH).fold(0, |byte, x| {
            byte | u8::from(black_or_white(x, y)[0] != 0) << (7 - x)
        })]
    };
    let nibbles = |y: usize| {
        (0..WIDTH.div_ceil(2))
            .map(|at| {
                ((2 * at + y) << 4
                    | if 2 * at + 1 < WIDTH {
                        2 * at + 1 + y
                    } else {
                        0
                    }) as u8
            })
            .collect::<Vec<u8>>()
    };
    // Each row: one run of three, the rest as they are, an even number of bytes, end of line.
    let runs: Vec<u8> = (0..HEIGHT)
        .rev()
        .flat_map(|y| {
            let v = y as u8;
            vec![3, v, 0, 4, v + 1, v + 2, v + 3, v + 4, 0, 0]
        })
        .chain([0, 1])
        .collect();
    let by_runs = move |x: usize, y: usize| {
        let at = (y + x.saturating_sub(2)) as u8;
        [at * 7, at * 5, at * 3, 255]
    };
    vec![
        made(
            "24 bits, from the bottom",
            bmp_file(24, 5, 0, &[], &rows(false, &bgr)),
            seen(opaque),
        ),
        made(
            "24 bits, from the top",
            bmp_file(24, -5, 0, &[], &rows(true, &bgr)),
            seen(opaque),
        ),
        made(
            "32 bits by masks",
            bmp_file(32, 5, 3, &[], &rows(false, &masked)),
            seen(opaque),
        ),
        made(
            "palette of 8 bits",
            bmp_file(8, 5, 0, &palette, &rows(false, &indexed)),
            seen(by_palette),
        ),
        made(
            "palette of 4 bits",
            bmp_file(4, 5, 0, &palette, &rows(false, &nibbles)),
            seen(by_palette),
        ),
        made(
            "black and white",
            bmp_file(1, 5, 0, &[[0; 4], [255, 255, 255, 0]], &rows(false, &bits)),
            seen(black_or_white),
        ),
        made(
            "runs of 8 bits",
            bmp_file(8, 5, 1, &palette, &runs),
            seen(by_runs),
        ),
    ]
}

fn tga_file(kind: u8, map: &[[u8; 3]], bits: u8, flags: u8, data: &[u8]) -> Vec<u8> {
    let mut file = vec![0, u8::from(!map.is_empty()), kind, 0, 0];
    file.extend((map.len() as u16).to_le_bytes());
    file.push(if map.is_empty() { 0 } else { 24 });
    file.extend([0; 4]);
    file.extend((WIDTH as u16).to_le_bytes());
    file.extend((HEIGHT as u16).to_le_bytes());
    file.extend([bits, flags]);
    file.extend(map.as_flattened());
    file.extend(data);
    file
}

fn tga() -> Vec<Made> {
    let made = |name, file, seen| Made {
        name,
        format: "tga",
        file,
        seen,
    };
    let places = |top_down: bool| {
        (0..HEIGHT).flat_map(move |at| {
            (0..WIDTH).map(move |x| (x, if top_down { at } else { HEIGHT - 1 - at }))
        })
    };
    let bgr: Vec<u8> = places(false)
        .flat_map(|(x, y)| {
            let [r, g, b, _] = pixel(x, y);
            [b, g, r]
        })
        .collect();
    let bgra: Vec<u8> = places(true)
        .flat_map(|(x, y)| {
            let [r, g, b, a] = pixel(x, y);
            [b, g, r, a]
        })
        .collect();
    let grays: Vec<u8> = places(true).map(|(x, y)| gray(x, y)).collect();
    let indices: Vec<u8> = places(true).map(|(x, y)| (x + y) as u8).collect();
    let map: Vec<[u8; 3]> = (0..16).map(|at| [at * 3, at * 5, at * 7]).collect();
    // Each row: three of one colour, then four as they are.
    let runs: Vec<u8> = (0..HEIGHT)
        .flat_map(|y| {
            let bgra = |x: usize| {
                let [r, g, b, a] = pixel(x, y);
                [b, g, r, a]
            };
            let mut row = vec![0x82];
            row.extend(bgra(0));
            row.push(3);
            row.extend((3..7).flat_map(bgra));
            row
        })
        .collect();
    vec![
        made(
            "24 bits, from the bottom",
            tga_file(2, &[], 24, 0, &bgr),
            seen(opaque),
        ),
        made(
            "32 bits, from the top",
            tga_file(2, &[], 32, 0x28, &bgra),
            seen(pixel),
        ),
        made("grey", tga_file(3, &[], 8, 0x20, &grays), seen(gray4)),
        made(
            "colour map",
            tga_file(1, &map, 8, 0x20, &indices),
            seen(|x, y| {
                let at = (x + y) as u8;
                [at * 7, at * 5, at * 3, 255]
            }),
        ),
        made(
            "runs",
            tga_file(10, &[], 32, 0x28, &runs),
            seen(|x, y| if x < 3 { pixel(0, y) } else { pixel(x, y) }),
        ),
    ]
}

fn pnm() -> Vec<Made> {
    let made = |name, header: &str, data: Vec<u8>, seen| Made {
        name,
        format: "pnm",
        file: [header.as_bytes(), &data].concat(),
        seen,
    };
    let places = || (0..HEIGHT).flat_map(|y| (0..WIDTH).map(move |x| (x, y)));
    let words = |samples: Vec<u8>| {
        samples
            .iter()
            .map(|v| format!("{v} "))
            .collect::<String>()
            .into_bytes()
    };
    let ink = |(x, y)| u8::from(black_or_white(x, y)[0] == 0);
    let rgb = || {
        places().flat_map(|(x, y)| {
            let [r, g, b, _] = pixel(x, y);
            [r, g, b]
        })
    };
    let rgba: Vec<u8> = places().flat_map(|(x, y)| pixel(x, y)).collect();
    vec![
        made(
            "P1",
            "P1\n# made by hand\n7 5\n",
            words(places().map(ink).collect()),
            seen(black_or_white),
        ),
        made(
            "P2",
            "P2\n7 5\n255\n",
            words(places().map(|(x, y)| gray(x, y)).collect()),
            seen(gray4),
        ),
        made("P3", "P3 7 5 255\n", words(rgb().collect()), seen(opaque)),
        made(
            "P4",
            "P4\n7 5\n",
            (0..HEIGHT)
                .map(|y| (0..WIDTH).fold(0, |byte, x| byte | ink((x, y)) << (7 - x)))
                .collect(),
            seen(black_or_white),
        ),
        made(
            "P5",
            "P5\n7\n5\n255\n",
            places().map(|(x, y)| gray(x, y)).collect(),
            seen(gray4),
        ),
        made("P6", "P6\n#\n7 5 255\n", rgb().collect(), seen(opaque)),
        made(
            "P6 of 16 bits",
            "P6\n7 5\n65535\n",
            rgb().flat_map(|v| [v, v]).collect(),
            seen(opaque),
        ),
        made(
            "P7",
            "P7\nWIDTH 7\nHEIGHT 5\nDEPTH 4\nMAXVAL 255\nTUPLTYPE RGB_ALPHA\nENDHDR\n",
            rgba,
            seen(pixel),
        ),
    ]
}

/// One strip, not compressed; entries beside the size.
fn tiff_file(little: bool, entries: &[(u16, u16, u32)], data: &[u8]) -> Vec<u8> {
    let u16_ = |value: u16| {
        if little {
            value.to_le_bytes()
        } else {
            value.to_be_bytes()
        }
    };
    let u32_ = |value: u32| {
        if little {
            value.to_le_bytes()
        } else {
            value.to_be_bytes()
        }
    };
    let mut file = if little {
        b"II*\0".to_vec()
    } else {
        b"MM\0*".to_vec()
    };
    let directory = (8 + data.len()).next_multiple_of(2) as u32;
    file.extend(u32_(directory));
    file.extend(data);
    file.resize(directory as usize, 0);
    let mut all = vec![
        (256, 3, WIDTH as u32),
        (257, 3, HEIGHT as u32),
        (259, 3, 1),
        (273, 4, 8),
        (278, 3, HEIGHT as u32),
        (279, 4, data.len() as u32),
    ];
    all.extend_from_slice(entries);
    all.sort_unstable();
    file.extend(u16_(all.len() as u16));
    let (mut tail, behind) = (Vec::new(), directory + 2 + 12 * all.len() as u32 + 4);
    for (tag, kind, value) in all {
        file.extend(u16_(tag));
        file.extend(u16_(kind));
        // Bits of each sample: as many as there are samples.
        let count = if tag == 258 {
            entries
                .iter()
                .find(|entry| entry.0 == 277)
                .map_or(1, |entry| entry.2)
        } else {
            1
        };
        file.extend(u32_(count));
        if count > 2 {
            file.extend(u32_(behind + tail.len() as u32));
            (0..count).for_each(|_| tail.extend(u16_(value as u16)));
        } else if kind == 3 {
            file.extend(u16_(value as u16));
            file.extend(if count == 2 {
                u16_(value as u16)
            } else {
                [0; 2]
            });
        } else {
            file.extend(u32_(value));
        }
    }
    file.extend([0; 4]);
    file.extend(tail);
    file
}

fn tiff() -> Vec<Made> {
    let made = |name, file, seen| Made {
        name,
        format: "tiff",
        file,
        seen,
    };
    let places = || (0..HEIGHT).flat_map(|y| (0..WIDTH).map(move |x| (x, y)));
    let rgb: Vec<u8> = places()
        .flat_map(|(x, y)| {
            let [r, g, b, _] = pixel(x, y);
            [r, g, b]
        })
        .collect();
    let rgba: Vec<u8> = places().flat_map(|(x, y)| pixel(x, y)).collect();
    let grays: Vec<u8> = places().map(|(x, y)| gray(x, y)).collect();
    let whites_are_0: Vec<u8> = grays.iter().map(|v| 255 - v).collect();
    let deep: Vec<u8> = grays.iter().flat_map(|&v| [v, v]).collect();
    let colors = [(258, 3, 8), (262, 3, 2), (277, 3, 3)];
    let turned = [(258, 3, 8), (262, 3, 2), (277, 3, 3), (274, 3, 3)];
    vec![
        made(
            "RGB, little-endian",
            tiff_file(true, &colors, &rgb),
            seen(opaque),
        ),
        made(
            "RGB, big-endian",
            tiff_file(false, &colors, &rgb),
            seen(opaque),
        ),
        made(
            "RGBA",
            tiff_file(
                true,
                &[(258, 3, 8), (262, 3, 2), (277, 3, 4), (338, 3, 2)],
                &rgba,
            ),
            seen(pixel),
        ),
        made(
            "grey",
            tiff_file(true, &[(258, 3, 8), (262, 3, 1), (277, 3, 1)], &grays),
            seen(gray4),
        ),
        made(
            "grey, white is 0",
            tiff_file(
                true,
                &[(258, 3, 8), (262, 3, 0), (277, 3, 1)],
                &whites_are_0,
            ),
            seen(gray4),
        ),
        made(
            "grey of 16 bits",
            tiff_file(false, &[(258, 3, 16), (262, 3, 1), (277, 3, 1)], &deep),
            seen(gray4),
        ),
        made(
            "upside down",
            tiff_file(true, &turned, &rgb),
            seen(|x, y| opaque(WIDTH - 1 - x, HEIGHT - 1 - y)),
        ),
    ]
}

fn others() -> Vec<Made> {
    let places = || (0..HEIGHT).flat_map(|y| (0..WIDTH).map(move |x| (x, y)));
    let size = |file: &mut Vec<u8>| {
        file.extend((WIDTH as u32).to_be_bytes());
        file.extend((HEIGHT as u32).to_be_bytes());
    };
    let mut farbfeld = b"farbfeld".to_vec();
    size(&mut farbfeld);
    farbfeld.extend(places().flat_map(|(x, y)| pixel(x, y)).flat_map(|v| [v, v]));
    let mut qoi = b"qoif".to_vec();
    size(&mut qoi);
    qoi.extend([4, 0]);
    // Every pixel whole, but the second of each row: the first once more.
    let again = |x: usize, y: usize| pixel(if x == 1 { 0 } else { x }, y);
    for (x, y) in places() {
        if x == 1 {
            qoi.push(0xc0);
        } else {
            qoi.push(0xff);
            qoi.extend(pixel(x, y));
        }
    }
    qoi.extend([0, 0, 0, 0, 0, 0, 0, 1]);
    // Light of 1 at an exponent of 129: 128 ÷ 256 × 2.
    let mut hdr = b"#?RADIANCE\nFORMAT=32-bit_rle_rgbe\n\n-Y 5 +X 7\n".to_vec();
    hdr.extend([128, 64, 0, 129].repeat(35));
    let half = super::further::srgb(0.5);
    vec![
        Made {
            name: "farbfeld",
            format: "farbfeld",
            file: farbfeld,
            seen: seen(pixel),
        },
        Made {
            name: "QOI",
            format: "qoi",
            file: qoi,
            seen: seen(again),
        },
        Made {
            name: "Radiance, not compressed",
            format: "hdr",
            file: hdr,
            seen: seen(|_, _| [255, half, 0, 255]),
        },
    ]
}

/// A DDS texture of 8 by 8 pixels, DXT1: blocks of one colour and its like.
pub fn dxt1() -> Made {
    let mut file = b"DDS ".to_vec();
    for value in [124, 0x1007, 8, 8, 32, 0, 1] {
        file.extend(u32::to_le_bytes(value));
    }
    file.extend([0; 44]);
    for value in [32_u32, 4] {
        file.extend(value.to_le_bytes());
    }
    file.extend(b"DXT1");
    file.extend([0; 20]);
    file.extend(0x1000_u32.to_le_bytes());
    file.extend([0; 16]);
    // Red above blue, both whole: indices 0 and 1 only.
    for block in 0..4 {
        file.extend(0xf800_u16.to_le_bytes());
        file.extend(0x001f_u16.to_le_bytes());
        file.extend([if block == 0 { 0b0101_0101 } else { 0 }, 0, 0, 0]);
    }
    let data = (0..64)
        .flat_map(|at| {
            if at < 4 {
                [0, 0, 255, 255]
            } else {
                [255, 0, 0, 255]
            }
        })
        .collect();
    Made {
        name: "DXT1",
        format: "dds",
        file,
        seen: Rgba {
            width: 8,
            height: 8,
            data,
        },
    }
}
