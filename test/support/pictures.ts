// Real image files, made here: photographs of noise and flat screens, as PNG or JPEG, upright or turned, and the heads of others.
import jpeg from "jpeg-js";
import { PNG } from "pngjs";

export interface Made {
  readonly width: number;
  readonly height: number;
  /** A colour a pixel. */
  readonly at: (x: number, y: number) => readonly [number, number, number];
}

/** Four quarters: red, green, blue and white, from the upper left on. */
export const QUARTERS = (width: number, height: number): Made => ({
  width,
  height,
  at: (x, y) => (y < height / 2 ? (x < width / 2 ? [255, 0, 0] : [0, 255, 0]) : x < width / 2 ? [0, 0, 255] : [255, 255, 255]),
});

/** Nothing that compresses: a file of about as many bytes as pixels, or more. */
export const NOISE = (width: number, height: number): Made => {
  let seed = 7;
  const next = () => {
    seed = (seed * 1_103_515_245 + 12_345) & 0x7fffffff;
    return (seed >> 16) & 255;
  };
  return { width, height, at: () => [next(), next(), next()] };
};

function pixelsOf({ width, height, at }: Made): Buffer {
  const data = Buffer.alloc(width * height * 4, 255);
  for (let y = 0; y < height; y += 1) for (let x = 0; x < width; x += 1) data.set(at(x, y), (y * width + x) * 4);
  return data;
}

export function pngOf(made: Made): Buffer {
  const png = new PNG({ width: made.width, height: made.height });
  png.data = pixelsOf(made);
  return PNG.sync.write(png);
}

/** `orientation` as a camera writes it, in an EXIF block of its own. */
export function jpegOf(made: Made, orientation?: number): Buffer {
  const { data } = jpeg.encode({ width: made.width, height: made.height, data: pixelsOf(made) }, 90);
  if (orientation === undefined) return data;
  const exif = Buffer.from([
    ...[0xff, 0xe1, 0, 34, 0x45, 0x78, 0x69, 0x66, 0, 0],
    ...[0x4d, 0x4d, 0, 42, 0, 0, 0, 8, 0, 1],
    ...[0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, orientation, 0, 0, 0, 0, 0, 0],
  ]);
  return Buffer.concat([data.subarray(0, 2), exif, data.subarray(2)]);
}

/** A GIF's head, with as many bytes after it as wanted. */
export function gifHead(width: number, height: number, bytes = 20): Buffer {
  const head = Buffer.alloc(Math.max(13, bytes));
  head.write("GIF89a");
  head.writeUInt16LE(width, 6);
  head.writeUInt16LE(height, 8);
  return head;
}

/** A WebP's head in its extended form. */
export function webpHead(width: number, height: number, bytes = 40): Buffer {
  const head = Buffer.alloc(Math.max(40, bytes));
  head.write("RIFF");
  head.write("WEBPVP8X", 8);
  head.writeUIntLE(width - 1, 24, 3);
  head.writeUIntLE(height - 1, 27, 3);
  return head;
}
