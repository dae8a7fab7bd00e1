#!/usr/bin/env python3
"""Makes the pictures of this folder; they are committed, so this runs only to change them.

Needs numpy, Pillow and libjxl's cjxl. All pictures are procedural.
"""
import math
import pathlib
import struct
import subprocess
import tempfile

import numpy as np
from PIL import Image

HERE = pathlib.Path(__file__).parent


def photo(width, height):
    """Smooth gradients, a few edges and fine texture, RGB as floats."""
    y, x = np.mgrid[0:height, 0:width].astype(float)
    u, v = x / width, y / height
    r = 0.5 + 0.4 * np.sin(6 * u + 3 * v) + 0.05 * np.sin(x * 0.9) * np.sin(y * 0.7)
    g = 0.3 + 0.5 * v + 0.15 * np.cos(9 * u * v + 1)
    b = 0.7 - 0.5 * u * v + 0.1 * np.sin(20 * u)
    rgb = np.stack([r, g, b], 2)
    disc = (u - 0.6) ** 2 + (v - 0.4) ** 2 < 0.04
    rgb[disc] = rgb[disc][:, ::-1] * 0.8
    rgb[height // 2 : height // 2 + 3] = [0.95, 0.9, 0.1]
    return rgb.clip(0, 1)


def cjxl(source, target, *arguments):
    subprocess.run(["cjxl", str(source), str(HERE / target), *arguments], check=True, capture_output=True)


def ppm16(path, rgb):
    samples = np.round(rgb * 65535).astype(">u2")
    path.write_bytes(b"P6 %d %d 65535\n" % (rgb.shape[1], rgb.shape[0]) + samples.tobytes())


def exr(rgb):
    """OpenEXR, floats, not compressed: a line a block, channels in alphabetical order."""
    height, width = rgb.shape[:2]
    attribute = lambda name, kind, value: b"%s\0%s\0" % (name, kind) + struct.pack("<I", len(value)) + value
    window = struct.pack("<4i", 0, 0, width - 1, height - 1)
    channels = b"".join(name + b"\0" + struct.pack("<IIII", 2, 0, 1, 1) for name in (b"B", b"G", b"R")) + b"\0"
    head = b"v/1\x01" + struct.pack("<I", 2)
    head += attribute(b"channels", b"chlist", channels) + attribute(b"compression", b"compression", b"\0")
    head += attribute(b"dataWindow", b"box2i", window) + attribute(b"displayWindow", b"box2i", window)
    head += attribute(b"lineOrder", b"lineOrder", b"\0") + attribute(b"pixelAspectRatio", b"float", struct.pack("<f", 1))
    head += attribute(b"screenWindowCenter", b"v2f", bytes(8)) + attribute(b"screenWindowWidth", b"float", struct.pack("<f", 1)) + b"\0"
    line = 12 * width
    offsets = [len(head) + 8 * height + y * (8 + line) for y in range(height)]
    data = b"".join(struct.pack("<iI", y, line) + rgb[y, :, ::-1].T.astype("<f4").tobytes() for y in range(height))
    return head + struct.pack(f"<{height}Q", *offsets) + data


def further():
    """A small picture in each of the further formats; light is up to four times white."""
    size = 24, 16
    rgb = photo(*size)
    picture = Image.fromarray(np.round(rgb * 255).astype(np.uint8))
    alpha = Image.linear_gradient("L").resize(size)
    rgba = picture.copy()
    rgba.putalpha(alpha)
    picture.save(HERE / "further.bmp")
    picture.save(HERE / "further.ppm")
    picture.save(HERE / "further.tif", compression="tiff_lzw")
    rgba.save(HERE / "further.tga", compression="tga_rle")
    rgba.resize((16, 16)).save(HERE / "further.ico", sizes=[(16, 16)], bitmap_format="bmp")
    rgba.save(HERE / "further.dds", pixel_format="DXT5")
    rgba.save(HERE / "further.qoi")
    deep = np.round(np.dstack([rgb, np.asarray(alpha) / 255]) * 65535).astype(">u2")
    (HERE / "further.ff").write_bytes(b"farbfeld" + struct.pack(">II", *size) + deep.tobytes())
    light = 4 * rgb**2.2
    (HERE / "further.exr").write_bytes(exr(light))
    brightest = light.max(2)
    exponent = np.floor(np.log2(brightest)) + 1
    mantissas = np.floor(light / 2.0 ** exponent[..., None] * 256)
    rgbe = np.dstack([mantissas, exponent + 128]).astype(np.uint8)
    head = b"#?RADIANCE\nFORMAT=32-bit_rle_rgbe\n\n-Y %d +X %d\n" % size[::-1]
    (HERE / "further.hdr").write_bytes(head + rgbe.tobytes())


def main():
    work = pathlib.Path(tempfile.mkdtemp())
    rgb = photo(640, 480)
    picture = Image.fromarray(np.round(rgb * 255).astype(np.uint8))
    small = picture.resize((96, 64), Image.LANCZOS)
    png = work / "photo.png"
    picture.save(png)
    small_png = work / "small.png"
    small.save(small_png)

    cjxl(png, "lossy.jxl", "-d", "2")
    cjxl(small_png, "lossless.jxl", "-d", "0")
    small.save(HERE / "photo.png")
    small.save(HERE / "photo.jpg", quality=90)
    small.save(HERE / "photo.webp", quality=80)
    small.save(HERE / "lossless.webp", lossless=True)
    cjxl(HERE / "photo.jpg", "transcoded.jxl")

    exif = Image.Exif()
    exif[0x0112] = 6
    small.save(HERE / "oriented.jpg", quality=90, exif=exif.tobytes())
    cjxl(HERE / "oriented.jpg", "oriented.jxl")

    alpha = np.round(255 * np.abs(np.sin(np.arange(96)[None, :] / 15 + np.arange(64)[:, None] / 20))).astype(np.uint8)
    rgba = Image.fromarray(np.dstack([np.asarray(small), alpha]))
    rgba.save(HERE / "alpha.png")
    rgba.save(HERE / "alpha.webp", quality=80)
    cjxl(HERE / "alpha.png", "alpha.jxl", "-d", "1")
    cjxl(HERE / "alpha.png", "alpha-lossless.jxl", "-d", "0")

    ppm16(work / "deep.ppm", photo(96, 64))
    cjxl(work / "deep.ppm", "deep.jxl", "-d", "0")
    ppm16(work / "wide.ppm", photo(96, 64))
    cjxl(work / "wide.ppm", "wide.jxl", "-d", "1", "-x", "color_space=RGB_D65_202_Rel_Lin")
    cjxl(small_png, "p3.jxl", "-d", "0", "-x", "color_space=RGB_D65_DCI_Per_SRG")
    cjxl(work / "wide.ppm", "pq.jxl", "-d", "1", "-x", "color_space=RGB_D65_202_Rel_PeQ")
    small.convert("L").save(work / "gray.png")
    cjxl(work / "gray.png", "gray.jxl", "-d", "0")

    frames = []
    for step in range(5):
        frame = Image.new("RGBA", (48, 32), (0, 0, 0, 0))
        block = Image.new("RGBA", (12, 12), (50 * step, 200 - 30 * step, 80, 255))
        frame.paste(block, (8 * step, 4 * step))
        frames.append(frame)
    later = dict(save_all=True, append_images=frames[1:], duration=[40, 80, 120, 160, 200], loop=3)
    frames[0].save(HERE / "animation.gif", disposal=2, **later)
    frames[0].save(HERE / "animation.png", **later)
    # Pillow says that a file is opaque whose frames are.
    for frame in frames:
        frame.putalpha(frame.getchannel("A").point(lambda a: min(a, 250)))
    frames[0].save(HERE / "animation.webp", lossless=True, **later)
    cjxl(HERE / "animation.png", "animation.jxl", "-d", "1")

    inks = np.zeros((16, 32, 4), np.uint8)
    for column in range(32):
        inks[:, column, (column // 8) % 4] = 32 * (column % 8) + 16
    Image.frombytes("CMYK", (32, 16), inks.tobytes()).save(HERE / "cmyk.jpg", quality=95, subsampling=0)

    further()
    (HERE / "cut-off.jxl").write_bytes((HERE / "lossy.jxl").read_bytes()[:3000])
    (HERE / "document.pdf").write_bytes(b"%PDF-1.7\n%not a picture\n")


main()
