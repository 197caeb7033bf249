// Real WebP and GIF files: four quarters (red, green, blue, white), still or moving, upright or turned, and heads without anything behind them.
import omggif from "omggif";
import type { Made } from "./pictures.ts";

/** 64 x 32, lossy, of libwebp's encoder at quality 50. */
export const LOSSY_WEBP = Buffer.from(
  "UklGRnwAAABXRUJQVlA4IHAAAAAwBQCdASpAACAAPrVInEunJCKht+gA4BaJZADAJQA1KnoH4q/kB0Y29536DhIT7ekmwAD+7L2M7OvhHfrne/VFK5KQuvD0S9kpfzb7m33NvvnStWfP9Ec7kfYbP/M9JPn5tP8RDp/cVuIIeEEllzAA",
  "base64",
);
/** 6400 x 64, without loss. */
export const LOSSLESS_WEBP = Buffer.from(
  "UklGRmYAAABXRUJQVlA4TFkAAAAv/9gPAB8gEEjeHzqN+RcQFPwf3fxHZA9AQRspEiYxiUk0wD2N6P8E1PGYxyP/8R//8R//8R//8R//8R//8d8sx/HYxyP/8R//8R//8R//8R//8R//8d8sAwA=",
  "base64",
);
/** 64 x 32, lossy, the fourth quarter clear. */
export const CLEAR_WEBP = Buffer.from(
  "UklGRq4AAABXRUJQVlA4WAoAAAAQAAAAPwAAHwAAQUxQSBcAAAABDzD/ERGCTNom/k1XwXZH9H8CuhB2AQBWUDggcAAAADAFAJ0BKkAAIAA+nT6XSaWjIiE36ACwE4lkAMa1QX4BqHfIPxu/IDkgzv0HCQorujMkAP7uCk2D+AT21DBZaOlM5nSxMx73j91ZN1ZN1ZN+oRHKT+zhANdRj6dEE5LdLWf/tZXug/5i4xZBfISgAAA=",
  "base64",
);

function uint24(value: number): number[] {
  return [value & 255, (value >> 8) & 255, value >> 16];
}

function chunk(name: string, content: Buffer): Buffer {
  const head = Buffer.alloc(8);
  head.write(name);
  head.writeUInt32LE(content.length, 4);
  return Buffer.concat([head, content, Buffer.alloc(content.length % 2)]);
}

function webpFile(...chunks: Buffer[]): Buffer {
  return chunk("RIFF", Buffer.concat([Buffer.from("WEBP"), ...chunks]));
}

function extended(flags: number, width: number, height: number): Buffer {
  return chunk("VP8X", Buffer.from([flags, 0, 0, 0, ...uint24(width - 1), ...uint24(height - 1)]));
}

/** As a camera writes it, after the pixels; with the letters that JPEG has before it, or without. */
export function turnedWebp(orientation: number, letters = ""): Buffer {
  const exif = [0x49, 0x49, 42, 0, 8, 0, 0, 0, 1, 0, 0x12, 0x01, 3, 0, 1, 0, 0, 0, orientation, 0, 0, 0, 0, 0, 0, 0];
  const content = Buffer.concat([Buffer.from(letters, "latin1"), Buffer.from(exif)]);
  return webpFile(extended(0x08, 64, 32), LOSSY_WEBP.subarray(12), chunk("EXIF", content));
}

/** The picture at a place of a larger, clear canvas, then another one over it. */
export function movingWebp(picture: Buffer, size: { readonly width: number; readonly height: number }): Buffer {
  const chunks = picture.toString("latin1", 12, 16) === "VP8X" ? picture.subarray(30) : picture.subarray(12);
  const frame = chunk("ANMF", Buffer.concat([Buffer.from([...uint24(8), ...uint24(4), 63, 0, 0, 31, 0, 0, 100, 0, 0, 0]), chunks]));
  return webpFile(extended(0x12, size.width, size.height), chunk("ANIM", Buffer.alloc(6)), frame, frame);
}

/** Room behind the picture that holds nothing: a file of as many bytes as wanted. */
export function padded(picture: Buffer, bytes: number): Buffer {
  return Buffer.concat([picture, Buffer.alloc(Math.max(0, bytes - picture.length))]);
}

/** Two pictures of few colours: the one that is made, and a black one after it. */
export function gifOf({ width, height, at }: Made): Buffer {
  const colours: number[] = [0, 0];
  const pixels = Array.from({ length: width * height }, (_, place) => {
    const [red, green, blue] = at(place % width, Math.floor(place / width));
    const colour = (red << 16) | (green << 8) | blue;
    if (!colours.includes(colour)) colours.push(colour);
    return colours.indexOf(colour);
  });
  const palette = [...colours, ...Array.from({ length: 8 - colours.length }, () => 0)];
  const room = Buffer.alloc(width * height * 2 + 2000);
  const file = new omggif.GifWriter(room, width, height, { palette, loop: 0 });
  file.addFrame(0, 0, width, height, pixels, { delay: 10 });
  file.addFrame(0, 0, width, height, new Array(width * height).fill(0));
  return room.subarray(0, file.end());
}

/** Of a moving one its first picture alone: what stands before the second, and the mark of the end. */
export function stillGif(moving: Buffer): Buffer {
  const end = new omggif.GifReader(moving).frameInfo(0);
  return Buffer.concat([moving.subarray(0, end.data_offset + end.data_length), Buffer.from([0x3b])]);
}
