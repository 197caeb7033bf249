// Decodes, cuts, scales and encodes one image, in a thread of its own so that no answer's stream waits for it; loaded when first needed.
import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads";
import { decoded, type Encoded, encoded, isOpaque, writtenType } from "./codecs.ts";
import { imageFacts } from "./facts.ts";
import { MOST_PIXELS } from "./limits.ts";
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

/** Many times what a picture of 100 megapixels takes on a busy machine: a file made to keep a decoder busy ends here. */
const MOST_MS = 240_000;
const MOST_TRIES = 6;

/** Rejects with an Error that says what is wrong with the image. */
export function rework(job: Rework, signal: AbortSignal): Promise<Encoded> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason);
    // Beside the sidecar this file is CommonJS and knows its own name; in the sources it is a module.
    const here = typeof __filename === "undefined" ? new URL(import.meta.url) : __filename;
    // What a codec prints must not reach stdout, which is the protocol's.
    const worker = new Worker(here, { workerData: { latchkeyRework: job }, stdout: true, stderr: true });
    const stop = () => void worker.terminate().then(() => reject(signal.reason));
    signal.addEventListener("abort", stop, { once: true });
    const tooLong = setTimeout(() => void worker.terminate().then(() => reject(new Error("it took too long"))), MOST_MS);
    const done = (how: () => void) => {
      clearTimeout(tooLong);
      signal.removeEventListener("abort", stop);
      how();
    };
    worker.once("message", (reworked: Encoded) => done(() => resolve(reworked)));
    worker.once("error", (error) => done(() => reject(error)));
    worker.once("exit", () => done(() => reject(new Error("the image could not be worked on"))));
  });
}

/** The work itself, on whatever thread. */
export function reworked({ bytes, part, factor, mostEdge, mostBytes }: Rework): Encoded {
  const facts = imageFacts(bytes);
  if (facts === null) throw new Error("it is no PNG, JPEG, WebP or GIF");
  if (facts.width * facts.height > MOST_PIXELS) throw new Error(`it has ${facts.width} x ${facts.height} pixels`);
  const whole = upright(decoded(bytes, facts), facts.orientation);
  const chosen = part ? cut(whole, inPixels(part, whole)) : whole;
  const mediaType = writtenType(bytes, facts, chosen);
  let scale = Math.min(factor, mostEdge === null ? 1 : mostEdge / Math.max(chosen.width, chosen.height));
  for (let tries = 0; tries < MOST_TRIES; tries += 1) {
    const size = { width: atLeastOne(chosen.width * scale), height: atLeastOne(chosen.height * scale) };
    const pixels = smaller(chosen, size);
    const same = encoded(pixels, mediaType);
    if (same.bytes.length <= mostBytes) return same;
    // A photograph that came as PNG: as JPEG it has a tenth of the bytes and keeps its size.
    const plain = mediaType === "image/png" && isOpaque(pixels) ? encoded(pixels, "image/jpeg") : same;
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

if (!isMainThread && workerData?.latchkeyRework) parentPort?.postMessage(reworked(workerData.latchkeyRework));
