// What each vendor takes of images, as rows with their source; and how an image has to change to be taken; pure.
import type { ImageFacts } from "./facts.ts";

export interface ImageLimits {
  /** Of one image, as bytes of the file. */
  readonly bytes: number;
  /** Pixels of the longer edge; null where only bytes count. */
  readonly edge: number | null;
  /** Images of one request. */
  readonly count: number;
  /** With more images than this, a shorter edge holds for each. */
  readonly crowd?: { readonly above: number; readonly edge: number };
  /** Of models with a larger window than this. */
  readonly wide?: { readonly aboveTokens: number; readonly count: number };
  readonly types: readonly string[];
  /** Of a GIF, only one that does not move. */
  readonly stills?: boolean;
  /** Whether the vendor fetches https addresses itself. */
  readonly urls: boolean;
}

interface LimitRow extends ImageLimits {
  readonly provider: string;
  readonly source: string;
}

const MIB = 1024 * 1024;
const FOUR = ["image/png", "image/jpeg", "image/webp", "image/gif"];
const THREE = ["image/png", "image/jpeg", "image/webp"];

export const LIMIT_ROWS: readonly LimitRow[] = [
  {
    // With a window of more than 200,000 tokens a request has 600 images, not 100. The size of one was not in what could be read.
    ...{ provider: "anthropic", bytes: 5 * MIB, edge: 8000, count: 100, types: FOUR, urls: true },
    ...{ crowd: { above: 20, edge: 2000 }, wide: { aboveTokens: 200_000, count: 600 } },
    source:
      "platform.claude.com/docs/en/build-with-claude/vision, general limits, stored copies read 2026-11-28; 5 MB of one image carried from 2026-10",
  },
  {
    // The guide says 512 MB for a request; what is enforced is 50 MB of images (measured by others, 2026-09-18).
    ...{ provider: "openai", bytes: 50 * MIB, edge: null, count: 1500, types: FOUR, stills: true, urls: true },
    source: "developers.openai.com/api/docs/guides/images-vision, image input requirements, stored copies read 2026-11-28",
  },
  {
    // A request with inline data has at most 20 MB, and base64 adds a third.
    ...{ provider: "google", bytes: 14 * MIB, edge: null, count: 3600, types: THREE, urls: false },
    source: "ai.google.dev/gemini-api/docs/image-understanding, formats, file limit and inline data, stored copies read 2026-11-28",
  },
  {
    // 4 MB is of the base64 text; 33,177,600 pixels are a square of 5,760.
    ...{ provider: "groq", bytes: 3 * MIB, edge: 5700, count: 5, types: FOUR, urls: true },
    source: "console.groq.com/docs/vision, limits of size, resolution and number, stored copies read 2026-11-28",
  },
  {
    ...{ provider: "mistral", bytes: 10 * MIB, edge: null, count: 8, types: FOUR, stills: true, urls: true },
    source: "docs.mistral.ai/capabilities/vision, FAQ, stored copies read 2026-11-28",
  },
  {
    ...{ provider: "xai", bytes: 20 * MIB, edge: null, count: Number.POSITIVE_INFINITY, types: ["image/png", "image/jpeg"], urls: true },
    source: "docs.x.ai/docs/guides/image-understanding, image input general limits, stored copies read 2026-11-28",
  },
  {
    ...{ provider: "fireworks", bytes: 7 * MIB, edge: null, count: 30, types: FOUR, urls: true },
    source: "docs.fireworks.ai/guides/querying-vision-language-models; its limits were not re-read on 2026-11-28, carried from 2026-10",
  },
];

/** Where nothing is published: what admission lets through. */
const UNKNOWN: ImageLimits = { bytes: 20 * MIB, edge: null, count: 500, types: FOUR, urls: true };

export function limitsOf(provider: string, count = 1): ImageLimits {
  const limits: ImageLimits = LIMIT_ROWS.find((row) => row.provider === provider) ?? UNKNOWN;
  return limits.crowd && count > limits.crowd.above ? { ...limits, edge: limits.crowd.edge } : limits;
}

/** How many one request may have, by the window of the model that gets it. */
export function countOf({ count, wide }: ImageLimits, windowTokens: number): number {
  return wide && windowTokens > wide.aboveTokens ? wide.count : count;
}

export interface ImageAtHand extends ImageFacts {
  readonly bytes: number;
}

/** A picture of this many pixels takes 400 MB while it is worked on; a larger one goes as it is or not at all. */
export const MOST_PIXELS = 100_000_000;

/** Whether the vendor takes it only after it was made smaller or written as another kind. */
export function mustChange(image: ImageAtHand, limits: ImageLimits): boolean {
  const isOther = !limits.types.includes(image.mediaType) || (limits.stills === true && image.moves === true);
  return isOther || factorFor(image, limits) < 1;
}

/** Why this vendor could not be given this image, whatever is done to it here. */
export function obstacle(image: ImageAtHand, limits: ImageLimits): string | null {
  const { width, height } = image;
  if (!mustChange(image, limits) || width * height <= MOST_PIXELS) return null;
  const kind = image.mediaType.slice("image/".length).toUpperCase();
  const wants = !limits.types.includes(image.mediaType)
    ? `no ${kind} images`
    : limits.stills && image.moves
      ? "no images that move"
      : limits.edge !== null && Math.max(width, height) > limits.edge
        ? `images of at most ${limits.edge} pixels an edge`
        : `images of at most ${Math.round(limits.bytes / MIB)} MiB`;
  return `takes ${wants}, and one of ${width} x ${height} pixels is too large to be worked on here: send it smaller`;
}

/** How much smaller an edge has to be; 1 for an image within the limits, which is never touched. */
export function factorFor(image: Pick<ImageAtHand, "width" | "height" | "bytes">, { bytes, edge }: ImageLimits): number {
  const byEdge = edge === null ? 1 : Math.min(1, edge / Math.max(image.width, image.height));
  // A little more than the area that the bytes tell of: smaller images have more bytes a pixel.
  const byBytes = image.bytes <= bytes ? 1 : Math.sqrt(bytes / image.bytes) * 0.9;
  return Math.min(byEdge, byBytes);
}

/** Whole pixels, never more than the limit and never none. */
export function scaledSize(image: { readonly width: number; readonly height: number }, factor: number): { width: number; height: number } {
  const scaled = (side: number) => Math.max(1, Math.floor(side * factor + 1e-9));
  return { width: scaled(image.width), height: scaled(image.height) };
}
