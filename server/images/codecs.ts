// The four kinds of images as pixels, and pixels as PNG or JPEG: the only place that knows the codecs; loaded with the thread that works on images.
import webp from "@cwasm/webp";
import jpeg from "jpeg-js";
import omggif from "omggif";
import { PNG } from "pngjs";
import { type ImageFacts, imageFacts } from "./facts.ts";
import { checkCodes } from "./gif-file.ts";
import { MOST_PIXELS } from "./limits.ts";
import { onCanvas, type Pixels } from "./pixels.ts";
import { firstPicture, isLossless } from "./webp-file.ts";

export type WrittenType = "image/png" | "image/jpeg";

export interface Encoded {
  readonly bytes: Uint8Array;
  readonly mediaType: WrittenType;
}

const JPEG_QUALITY = 85;

/** The pixels as they lie in the file; of what moves, the first picture. */
export function decoded(bytes: Uint8Array, facts: ImageFacts): Pixels {
  switch (facts.mediaType) {
    case "image/jpeg":
      return jpeg.decode(bytes, { useTArray: true, formatAsRGBA: true, maxMemoryUsageInMB: 2048 });
    case "image/png": {
      const { width, height, data } = PNG.sync.read(Buffer.from(bytes));
      return { width, height, data };
    }
    case "image/gif":
      return gifPixels(bytes);
    case "image/webp":
      return webpPixels(bytes, facts);
  }
}

function gifPixels(bytes: Uint8Array): Pixels {
  const file = new omggif.GifReader(Buffer.from(bytes));
  const frame = file.frameInfo(0);
  admitPixels(file);
  const { width, height } = file;
  const isInside = frame.x + frame.width <= width && frame.y + frame.height <= height;
  if (!isInside) throw new Error("its first picture is larger than the whole");
  checkCodes(bytes, frame.data_offset);
  const data = new Uint8Array(width * height * 4);
  file.decodeAndBlitFrameRGBA(0, data);
  return { width, height, data };
}

/** The decoder is WebAssembly: it sees this file and its own memory, nothing else. */
function webpPixels(bytes: Uint8Array, facts: ImageFacts): Pixels {
  const first = firstPicture(bytes);
  const size = imageFacts(first.bytes);
  if (size === null) throw new Error("its first picture cannot be read");
  admitPixels(size);
  const { width, height, data } = webp.decode(first.bytes);
  const pixels = { width, height, data: new Uint8Array(data.buffer, data.byteOffset, data.byteLength) };
  // The whole as it lies in the file, before it is turned.
  const isTurned = facts.orientation >= 5;
  const canvas = { width: isTurned ? facts.height : facts.width, height: isTurned ? facts.width : facts.height };
  return first.place === null ? pixels : onCanvas(pixels, canvas, first.place);
}

function admitPixels({ width, height }: { readonly width: number; readonly height: number }): void {
  if (width * height > MOST_PIXELS) throw new Error(`it has ${width} x ${height} pixels`);
}

/** As what it is written again: photographs as JPEG, what has sharp edges or is transparent as PNG. */
export function writtenType(bytes: Uint8Array, { mediaType }: ImageFacts, pixels: Pixels): WrittenType {
  if (mediaType === "image/jpeg") return "image/jpeg";
  return mediaType === "image/webp" && !isLossless(bytes) && isOpaque(pixels) ? "image/jpeg" : "image/png";
}

export function encoded({ width, height, data }: Pixels, mediaType: WrittenType): Encoded {
  const buffer = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
  if (mediaType === "image/jpeg") return { mediaType, bytes: jpeg.encode({ width, height, data: buffer }, JPEG_QUALITY).data };
  const png = new PNG({ width, height });
  png.data = buffer;
  return { mediaType, bytes: PNG.sync.write(png) };
}

export function isOpaque({ data }: Pixels): boolean {
  for (let at = 3; at < data.length; at += 4) if (data[at] !== 255) return false;
  return true;
}
