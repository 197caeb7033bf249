// What an image says of itself in its first bytes: kind, size in pixels and which way up it is; pure.
import { moves } from "./gif-file.ts";
import { exifPlace, fourLetters, uint24 } from "./webp-file.ts";

export interface ImageFacts {
  readonly mediaType: "image/png" | "image/jpeg" | "image/gif" | "image/webp";
  /** As it is meant to be seen: the orientation is taken into account. */
  readonly width: number;
  readonly height: number;
  /** EXIF's figure, 1 to 8; 1 is upright. From 5 on, rows and columns change places. */
  readonly orientation: number;
  /** A GIF of more pictures than one. */
  readonly moves?: boolean;
}

/** Null where the bytes are of no image or their size cannot be read. */
export function imageFacts(bytes: Uint8Array): ImageFacts | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  try {
    const found = pngFacts(view) ?? jpegFacts(view) ?? gifFacts(view) ?? webpFacts(view);
    return found !== null && found.width > 0 && found.height > 0 ? found : null;
  } catch (error) {
    // The file ends before its size is told.
    if (error instanceof RangeError) return null;
    throw error;
  }
}

function pngFacts(view: DataView): ImageFacts | null {
  if (view.getUint32(0) !== 0x89504e47) return null;
  return { mediaType: "image/png", width: view.getUint32(16), height: view.getUint32(20), orientation: 1 };
}

function gifFacts(view: DataView): ImageFacts | null {
  if (fourLetters(view, 0) !== "GIF8") return null;
  const facts = { mediaType: "image/gif", width: view.getUint16(6, true), height: view.getUint16(8, true), orientation: 1 } as const;
  return moves(view) ? { ...facts, moves: true } : facts;
}

function webpFacts(view: DataView): ImageFacts | null {
  if (fourLetters(view, 0) !== "RIFF" || fourLetters(view, 8) !== "WEBP") return null;
  const mediaType = "image/webp";
  switch (fourLetters(view, 12)) {
    case "VP8 ":
      return { mediaType, width: view.getUint16(26, true) & 0x3fff, height: view.getUint16(28, true) & 0x3fff, orientation: 1 };
    case "VP8L": {
      const bits = view.getUint32(21, true);
      return { mediaType, width: (bits & 0x3fff) + 1, height: ((bits >>> 14) & 0x3fff) + 1, orientation: 1 };
    }
    default: {
      const place = exifPlace(view);
      return upright(
        { mediaType, width: uint24(view, 24) + 1, height: uint24(view, 27) + 1 },
        place === null ? 1 : orientationIn(view, place),
      );
    }
  }
}

/** Frame headers; the other markers between C0 and CF are tables. */
function isFrame(marker: number): boolean {
  return marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;
}

function jpegFacts(view: DataView): ImageFacts | null {
  if (view.getUint16(0) !== 0xffd8) return null;
  let orientation = 1;
  for (let at = 2; ; ) {
    if (view.getUint8(at) !== 0xff) return null;
    const marker = view.getUint8(at + 1);
    if (marker === 0xff) at += 1;
    else if (isFrame(marker)) {
      const [height, width] = [view.getUint16(at + 5), view.getUint16(at + 7)];
      return upright({ mediaType: "image/jpeg", width, height }, orientation);
    } else {
      if (marker === 0xe1 && fourLetters(view, at + 4) === "Exif") orientation = orientationIn(view, at + 10);
      at += 2 + view.getUint16(at + 2);
    }
  }
}

const ORIENTATION_TAG = 0x0112;
/** "II" */
const LITTLE_ENDIAN = 0x4949;

/** The tag in the first directory of the TIFF block that EXIF is; upright where there is none. */
function orientationIn(view: DataView, start: number): number {
  const little = view.getUint16(start) === LITTLE_ENDIAN;
  const directory = start + view.getUint32(start + 4, little);
  const entries = view.getUint16(directory, little);
  for (let index = 0; index < entries; index += 1) {
    const entry = directory + 2 + index * 12;
    if (view.getUint16(entry, little) !== ORIENTATION_TAG) continue;
    const value = view.getUint16(entry + 8, little);
    return value >= 1 && value <= 8 ? value : 1;
  }
  return 1;
}

/** As it is meant to be seen: from 5 on, rows and columns change places. */
function upright(found: Omit<ImageFacts, "orientation">, orientation: number): ImageFacts {
  const { mediaType, width, height } = found;
  return orientation >= 5 ? { mediaType, width: height, height: width, orientation } : { ...found, orientation };
}
