/** What is known of a picture, as lines of words for the information panel. */
import type { InspectResult } from "@locus/client";
import { bytes, count, duration, megapixels, plural } from "../shared/words.ts";
import type { Picture } from "./picture.svelte.ts";

export interface Fact {
  name: string;
  value: string;
  /** A second, quieter line. */
  more?: string;
}

const formats: Record<string, string> = {
  jxl: "JPEG XL",
  png: "PNG",
  jpeg: "JPEG",
  webp: "WebP",
  gif: "GIF",
  tiff: "TIFF",
  bmp: "BMP",
  qoi: "QOI",
  pnm: "PNM",
  ico: "ICO",
  tga: "TGA",
  dds: "DDS",
  exr: "OpenEXR",
  hdr: "Radiance HDR",
};

/** EXIF's orientations, as what is done before showing. */
const turns: Record<number, string> = {
  2: "Mirrored",
  3: "Turned by 180°",
  4: "Mirrored, turned by 180°",
  5: "Mirrored, turned left",
  6: "Turned right",
  7: "Mirrored, turned right",
  8: "Turned left",
};

const models: Record<string, string> = {
  gray: "Grey",
  rgb: "RGB",
  cmyk: "CMYK",
  xyb: "XYB",
  ycbcr: "YCbCr",
};

function depth(info: InspectResult): string {
  return `${info.bit_depth} bits a sample${info.sample === "float" ? ", floating point" : ""}`;
}

function frames(info: InspectResult, seen: number): Fact {
  const total = info.frames.length;
  if (total <= 1) return { name: "Frames", value: "1" };
  const lasting = info.frames.reduce((sum, frame) => sum + (frame.duration_ms ?? 0), 0);
  const loops = info.loops === 0 ? "for ever" : info.loops ? plural(info.loops, "time") : "";
  return {
    name: "Frames",
    value: `${count(total)}${lasting > 0 ? `, ${duration(lasting)}` : ""}`,
    ...(info.animated && {
      more: `Animated${loops ? `, plays ${loops}` : ""}; ${seen === 0 ? "the first" : `frame ${count(seen + 1)}`} is shown`,
    }),
  };
}

/** Panel lines by heading; `seen` is the frame that is shown. */
export function facts(picture: Picture, seen = 0): { heading: string; facts: Fact[] }[] {
  const { info } = picture;
  const size = picture.size;
  const file: Fact[] = [{ name: "Name", value: picture.name }];
  if (picture.bytes !== undefined) {
    file.push({ name: "File size", value: bytes(picture.bytes), more: plural(picture.bytes, "byte") });
  }
  if (!info) {
    if (size) file.push({ name: "Dimensions", value: `${count(size.width)} × ${count(size.height)}` });
    return [{ heading: "File", facts: file }];
  }
  if (info.truncated) file.push({ name: "Complete", value: "No", more: "The file ends early" });
  const coding = info.lossless === undefined ? undefined : info.lossless ? "Lossless" : "Lossy";
  file.push({ name: "Format", value: formats[info.format] ?? info.format, ...(coding && { more: coding }) });
  if (info.format === "jxl") {
    file.push({
      name: "Original JPEG",
      value: info.jpeg_reconstruction ? "Can be restored" : "None",
      ...(info.jpeg_reconstruction && { more: "Byte for byte, from this file" }),
    });
  }
  const perPixel = picture.bytes === undefined ? undefined : (picture.bytes * 8) / (info.width * info.height);
  const image: Fact[] = [
    {
      name: "Dimensions",
      value: `${count(info.width)} × ${count(info.height)}`,
      more: megapixels(info.width * info.height),
    },
    ...(turns[info.orientation] ? [{ name: "Orientation", value: turns[info.orientation] as string }] : []),
    { name: "Depth", value: depth(info) },
    ...(perPixel === undefined || info.frames.length > 1
      ? []
      : [{ name: "Density", value: `${perPixel.toFixed(2)} bits a pixel` }]),
    frames(info, seen),
  ];
  const color: Fact[] = [
    {
      name: "Colour space",
      value: info.color.space,
      more: models[info.color.model] ?? info.color.model,
    },
    { name: "ICC profile", value: info.color.icc_name || (info.color.icc_name === "" ? "Unnamed" : "None") },
    {
      name: "Alpha",
      value: { none: "None", straight: "Yes", premultiplied: "Yes, premultiplied" }[info.alpha] ?? info.alpha,
    },
    {
      name: "Extra channels",
      value:
        info.extra_channels.length === 0
          ? "None"
          : info.extra_channels
              .map((channel) => `${channel.name || channel.kind.replaceAll("_", " ")} (${channel.bit_depth} bits)`)
              .join(", "),
    },
  ];
  const metadata: Fact[] = [
    { name: "EXIF", value: info.exif ? "Present" : "None" },
    { name: "XMP", value: info.xmp ? "Present" : "None" },
  ];
  const memory: Fact[] = [
    { name: "To decode", value: `about ${bytes(info.decode_memory)}` },
    { name: "On screen", value: bytes(info.width * info.height * 4), more: "RGBA, 8 bits, sRGB" },
  ];
  return [
    { heading: "File", facts: file },
    { heading: "Picture", facts: image },
    { heading: "Colour", facts: color },
    { heading: "Metadata", facts: metadata },
    { heading: "Memory", facts: memory },
  ];
}
