// Decodes, cuts, scales and encodes one PNG or JPEG, in a thread of its own so that no answer's stream waits for it; loaded when first needed.
import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads";
import jpeg from "jpeg-js";
import { PNG } from "pngjs";
import { imageFacts } from "./facts.ts";
import { cut, type PixelBox, type Pixels, smaller, upright } from "./pixels.ts";

export interface Rework {
  readonly bytes: Uint8Array;
  /** Shares of the upright image, each 0 to 1. */
  readonly part?: PixelBox;
  /** How much smaller each edge becomes, 0 to 1. */
  readonly factor: number;
  readonly mostEdge: number | null;
  readonly mostBytes: number;
}

export interface Reworked {
  readonly bytes: Uint8Array;
  readonly mediaType: "image/png" | "image/jpeg";
}

/** A picture of this many pixels takes 400 MB while it is worked on; beyond that it is refused. */
const MOST_PIXELS = 100_000_000;
const JPEG_QUALITY = 85;
const MOST_TRIES = 6;

/** Rejects with an Error that says what is wrong with the image. */
export function rework(job: Rework, signal: AbortSignal): Promise<Reworked> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason);
    // Beside the sidecar this file is CommonJS and knows its own name; in the sources it is a module.
    const here = typeof __filename === "undefined" ? new URL(import.meta.url) : __filename;
    const worker = new Worker(here, { workerData: { latchkeyRework: job } });
    const stop = () => void worker.terminate().then(() => reject(signal.reason));
    signal.addEventListener("abort", stop, { once: true });
    const done = (how: () => void) => {
      signal.removeEventListener("abort", stop);
      how();
    };
    worker.once("message", (reworked: Reworked) => done(() => resolve(reworked)));
    worker.once("error", (error) => done(() => reject(error)));
    worker.once("exit", () => done(() => reject(new Error("the image could not be worked on"))));
  });
}

/** The work itself, on whatever thread. */
export function reworked({ bytes, part, factor, mostEdge, mostBytes }: Rework): Reworked {
  const facts = imageFacts(bytes);
  if (facts === null || (facts.mediaType !== "image/png" && facts.mediaType !== "image/jpeg")) throw new Error("it is no PNG or JPEG");
  if (facts.width * facts.height > MOST_PIXELS) throw new Error(`it has ${facts.width} x ${facts.height} pixels`);
  const whole = upright(decoded(bytes, facts.mediaType), facts.orientation);
  const chosen = part ? cut(whole, inPixels(part, whole)) : whole;
  let scale = Math.min(factor, mostEdge === null ? 1 : mostEdge / Math.max(chosen.width, chosen.height));
  for (let tries = 0; tries < MOST_TRIES; tries += 1) {
    const size = { width: atLeastOne(chosen.width * scale), height: atLeastOne(chosen.height * scale) };
    const pixels = smaller(chosen, size);
    const same = encoded(pixels, facts.mediaType);
    if (same.bytes.length <= mostBytes) return same;
    // A photograph that came as PNG: as JPEG it has a tenth of the bytes and keeps its size.
    const plain = facts.mediaType === "image/png" && isOpaque(pixels) ? encoded(pixels, "image/jpeg") : same;
    if (plain.bytes.length <= mostBytes) return plain;
    scale *= Math.max(0.5, Math.sqrt(mostBytes / plain.bytes.length) * 0.95);
  }
  throw new Error("it does not become small enough");
}

function inPixels({ x, y, width, height }: PixelBox, of: Pixels): PixelBox {
  const [left, top] = [Math.floor(x * of.width), Math.floor(y * of.height)];
  return { x: left, y: top, width: Math.ceil((x + width) * of.width) - left, height: Math.ceil((y + height) * of.height) - top };
}

function atLeastOne(side: number): number {
  return Math.max(1, Math.floor(side + 1e-9));
}

function decoded(bytes: Uint8Array, mediaType: Reworked["mediaType"]): Pixels {
  if (mediaType === "image/jpeg") return jpeg.decode(bytes, { useTArray: true, formatAsRGBA: true, maxMemoryUsageInMB: 2048 });
  const { width, height, data } = PNG.sync.read(Buffer.from(bytes));
  return { width, height, data };
}

function encoded({ width, height, data }: Pixels, mediaType: Reworked["mediaType"]): Reworked {
  const buffer = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
  if (mediaType === "image/jpeg") return { mediaType, bytes: jpeg.encode({ width, height, data: buffer }, JPEG_QUALITY).data };
  const png = new PNG({ width, height });
  png.data = buffer;
  return { mediaType, bytes: PNG.sync.write(png) };
}

function isOpaque({ data }: Pixels): boolean {
  for (let at = 3; at < data.length; at += 4) if (data[at] !== 255) return false;
  return true;
}

if (!isMainThread && workerData?.latchkeyRework) parentPort?.postMessage(reworked(workerData.latchkeyRework));
