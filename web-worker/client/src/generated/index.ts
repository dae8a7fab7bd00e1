// Written by tools/generate from the operations table.
import type { EchoParameters } from "./EchoParameters.ts";
import type { EchoResult } from "./EchoResult.ts";
import type { InspectParameters } from "./InspectParameters.ts";
import type { InspectResult } from "./InspectResult.ts";
import type { DecodeParameters } from "./DecodeParameters.ts";
import type { DecodeResult } from "./DecodeResult.ts";
import type { FramesParameters } from "./FramesParameters.ts";
import type { FramesResult } from "./FramesResult.ts";
import type { MetadataParameters } from "./MetadataParameters.ts";
import type { MetadataResult } from "./MetadataResult.ts";
import type { EncodeParameters } from "./EncodeParameters.ts";
import type { EncodeResult } from "./EncodeResult.ts";
import type { ReconstructParameters } from "./ReconstructParameters.ts";
import type { ReconstructResult } from "./ReconstructResult.ts";
import type { TileParameters } from "./TileParameters.ts";
import type { TileResult } from "./TileResult.ts";
import type { SpinParameters } from "./SpinParameters.ts";
import type { SpinResult } from "./SpinResult.ts";
import type { HangParameters } from "./HangParameters.ts";
import type { HangResult } from "./HangResult.ts";
import type { PanicParameters } from "./PanicParameters.ts";
import type { PanicResult } from "./PanicResult.ts";
import type { RecurseParameters } from "./RecurseParameters.ts";
import type { RecurseResult } from "./RecurseResult.ts";
import type { AllocateParameters } from "./AllocateParameters.ts";
import type { AllocateResult } from "./AllocateResult.ts";

export type { AllocateParameters } from "./AllocateParameters.ts";
export type { AllocateResult } from "./AllocateResult.ts";
export type { Alpha } from "./Alpha.ts";
export type { AlphaKind } from "./AlphaKind.ts";
export type { Center } from "./Center.ts";
export type { Color } from "./Color.ts";
export type { ColorModel } from "./ColorModel.ts";
export type { ColorSpace } from "./ColorSpace.ts";
export type { DecodeParameters } from "./DecodeParameters.ts";
export type { DecodeResult } from "./DecodeResult.ts";
export type { EchoParameters } from "./EchoParameters.ts";
export type { EchoResult } from "./EchoResult.ts";
export type { EncodeFormat } from "./EncodeFormat.ts";
export type { EncodeParameters } from "./EncodeParameters.ts";
export type { EncodeResult } from "./EncodeResult.ts";
export type { ErrorBody } from "./ErrorBody.ts";
export type { ErrorCode } from "./ErrorCode.ts";
export type { Estimate } from "./Estimate.ts";
export type { ExifTag } from "./ExifTag.ts";
export type { ExtraChannel } from "./ExtraChannel.ts";
export type { FilePart } from "./FilePart.ts";
export type { Format } from "./Format.ts";
export type { Frame } from "./Frame.ts";
export type { FramesParameters } from "./FramesParameters.ts";
export type { FramesResult } from "./FramesResult.ts";
export type { HangParameters } from "./HangParameters.ts";
export type { HangResult } from "./HangResult.ts";
export type { InspectParameters } from "./InspectParameters.ts";
export type { InspectResult } from "./InspectResult.ts";
export type { Limits } from "./Limits.ts";
export type { Metadata } from "./Metadata.ts";
export type { MetadataParameters } from "./MetadataParameters.ts";
export type { MetadataResult } from "./MetadataResult.ts";
export type { PanicParameters } from "./PanicParameters.ts";
export type { PanicResult } from "./PanicResult.ts";
export type { Plane } from "./Plane.ts";
export type { ProfileWords } from "./ProfileWords.ts";
export type { Raster } from "./Raster.ts";
export type { RawRaster } from "./RawRaster.ts";
export type { RawSample } from "./RawSample.ts";
export type { ReconstructParameters } from "./ReconstructParameters.ts";
export type { ReconstructResult } from "./ReconstructResult.ts";
export type { RecurseParameters } from "./RecurseParameters.ts";
export type { RecurseResult } from "./RecurseResult.ts";
export type { Region } from "./Region.ts";
export type { Sample } from "./Sample.ts";
export type { SampleKind } from "./SampleKind.ts";
export type { SeenFrame } from "./SeenFrame.ts";
export type { Size } from "./Size.ts";
export type { SpinParameters } from "./SpinParameters.ts";
export type { SpinResult } from "./SpinResult.ts";
export type { TileParameters } from "./TileParameters.ts";
export type { TilePlane } from "./TilePlane.ts";
export type { TileResult } from "./TileResult.ts";

/** Every preinstalled operation, with the types of its parameters and result. */
export interface Operations {
  /** Returns its inputs, unchanged. */
  "echo": { parameters: EchoParameters; result: EchoResult };
  /** Tells a picture's format, size, colours, frames and metadata without decoding pixels. */
  "image.inspect": { parameters: InspectParameters; result: InspectResult };
  /** Decodes a picture (JPEG XL, PNG, JPEG, WebP, GIF, TIFF, BMP, QOI, PNM, ICO, TGA, DDS, farbfeld, OpenEXR, Radiance HDR) to RGBA, 8 bits a sample, straight alpha, sRGB: a frame, or a region of it, to any size. */
  "image.decode": { parameters: DecodeParameters; result: DecodeResult };
  /** Decodes frames of an animation (JPEG XL, APNG, WebP, GIF) in order, each as it is seen, with how long; a still picture is one frame. */
  "image.frames": { parameters: FramesParameters; result: FramesResult };
  /** Lists what a picture's file says beside its pixels: the parts of its container, EXIF in words, XMP, and the colour profile in words. */
  "image.metadata": { parameters: MetadataParameters; result: MetadataResult };
  /** Writes a picture, from a file or from raw pixels, as PNG, JPEG, WebP, QOI or JPEG XL (all but JPEG lossless): a region of it, turned, mirrored and scaled, with metadata kept or stripped. */
  "image.encode": { parameters: EncodeParameters; result: EncodeResult };
  /** Returns the JPEG that a JPEG XL file was made of, byte for byte, where the file carries what that takes. */
  "jpeg.reconstruct": { parameters: ReconstructParameters; result: ReconstructResult };
  /** Computes a part of the Mandelbrot set or of a Julia set: for every pixel the iterations after which its orbit escapes, a smooth fraction, and, when asked for, the distance to the set and the angle of escape; f64 deep. */
  "fractal.tile": { parameters: TileParameters; result: TileResult };
  /** For tests: runs until it is stopped, and heeds the stop flag. */
  "spin": { parameters: SpinParameters; result: SpinResult };
  /** For tests: runs for ever and heeds nothing. */
  "hang": { parameters: HangParameters; result: HangResult };
  /** For tests: panics. */
  "panic": { parameters: PanicParameters; result: PanicResult };
  /** For tests: calls itself without end. */
  "recurse": { parameters: RecurseParameters; result: RecurseResult };
  /** For tests: takes memory and gives it back; the instance's has grown. */
  "allocate": { parameters: AllocateParameters; result: AllocateResult };
}

/** One line of the operations table. */
export interface Operation {
  name: string;
  /** What it does, for people. */
  doc: string;
  /** The phases that its progress goes through. */
  phases: string[];
  /** How many inputs it takes. */
  inputs: { least: number; most: number };
  /** Exists for tests alone; pages don't show it. */
  test_only: boolean;
  /** Names of the types of its parameters and result. */
  parameters: string;
  result: string;
}

export const OPERATIONS: readonly Operation[] = [
  {"doc":"Returns its inputs, unchanged.","inputs":{"least":0,"most":16},"name":"echo","parameters":"EchoParameters","phases":["copy"],"result":"EchoResult","test_only":false},
  {"doc":"Tells a picture's format, size, colours, frames and metadata without decoding pixels.","inputs":{"least":1,"most":1},"name":"image.inspect","parameters":"InspectParameters","phases":["parse"],"result":"InspectResult","test_only":false},
  {"doc":"Decodes a picture (JPEG XL, PNG, JPEG, WebP, GIF, TIFF, BMP, QOI, PNM, ICO, TGA, DDS, farbfeld, OpenEXR, Radiance HDR) to RGBA, 8 bits a sample, straight alpha, sRGB: a frame, or a region of it, to any size.","inputs":{"least":1,"most":1},"name":"image.decode","parameters":"DecodeParameters","phases":["parse","decode","convert","scale"],"result":"DecodeResult","test_only":false},
  {"doc":"Decodes frames of an animation (JPEG XL, APNG, WebP, GIF) in order, each as it is seen, with how long; a still picture is one frame.","inputs":{"least":1,"most":1},"name":"image.frames","parameters":"FramesParameters","phases":["parse","decode"],"result":"FramesResult","test_only":false},
  {"doc":"Lists what a picture's file says beside its pixels: the parts of its container, EXIF in words, XMP, and the colour profile in words.","inputs":{"least":1,"most":1},"name":"image.metadata","parameters":"MetadataParameters","phases":["parse"],"result":"MetadataResult","test_only":false},
  {"doc":"Writes a picture, from a file or from raw pixels, as PNG, JPEG, WebP, QOI or JPEG XL (all but JPEG lossless): a region of it, turned, mirrored and scaled, with metadata kept or stripped.","inputs":{"least":1,"most":1},"name":"image.encode","parameters":"EncodeParameters","phases":["parse","decode","convert","scale","encode"],"result":"EncodeResult","test_only":false},
  {"doc":"Returns the JPEG that a JPEG XL file was made of, byte for byte, where the file carries what that takes.","inputs":{"least":1,"most":1},"name":"jpeg.reconstruct","parameters":"ReconstructParameters","phases":["parse","write"],"result":"ReconstructResult","test_only":false},
  {"doc":"Computes a part of the Mandelbrot set or of a Julia set: for every pixel the iterations after which its orbit escapes, a smooth fraction, and, when asked for, the distance to the set and the angle of escape; f64 deep.","inputs":{"least":0,"most":0},"name":"fractal.tile","parameters":"TileParameters","phases":["iterate"],"result":"TileResult","test_only":false},
  {"doc":"For tests: runs until it is stopped, and heeds the stop flag.","inputs":{"least":0,"most":16},"name":"spin","parameters":"SpinParameters","phases":["spin"],"result":"SpinResult","test_only":true},
  {"doc":"For tests: runs for ever and heeds nothing.","inputs":{"least":0,"most":16},"name":"hang","parameters":"HangParameters","phases":["hang"],"result":"HangResult","test_only":true},
  {"doc":"For tests: panics.","inputs":{"least":0,"most":16},"name":"panic","parameters":"PanicParameters","phases":["panic"],"result":"PanicResult","test_only":true},
  {"doc":"For tests: calls itself without end.","inputs":{"least":0,"most":16},"name":"recurse","parameters":"RecurseParameters","phases":["recurse"],"result":"RecurseResult","test_only":true},
  {"doc":"For tests: takes memory and gives it back; the instance's has grown.","inputs":{"least":0,"most":16},"name":"allocate","parameters":"AllocateParameters","phases":["fill"],"result":"AllocateResult","test_only":true},
];
