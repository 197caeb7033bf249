// The images of a request: how large they are, what a vendor would not take of them, and made to fit where one has to be; untouched otherwise.
import type { ImagePart, Message } from "../../shared/chat.ts";
import { Failure } from "../../shared/failure.ts";
import { type Box, GRID } from "../../shared/image.ts";
import type { ModelInfo } from "../../shared/model.ts";
import { imageFacts } from "./facts.ts";
import { countOf, factorFor, type ImageAtHand, type ImageLimits, limitsOf, mustChange, obstacle, scaledSize } from "./limits.ts";
import type { Rework } from "./rework.ts";

type SizedImage = { readonly width: number; readonly height: number; readonly bytes?: number };

type Asked = Pick<ModelInfo, "provider" | "contextWindowTokens">;

export interface Images {
  /** Size and kind from the bytes; null for an address, and for what cannot be read. */
  look(image: ImagePart): ImageAtHand | null;
  /** As this vendor gets it, after scaling down. */
  sizeFor(provider: string, image: SizedImage): { readonly width: number; readonly height: number };
  /** For each model, why it cannot be given these images, or null. */
  obstacles(messages: readonly Message[]): (model: Asked) => string | null;
  /** The same messages with every image as the vendor takes it; throws Failure invalidParams where one cannot be made so. */
  fit<Given extends Message>(messages: readonly Given[], provider: string, signal: AbortSignal): Promise<readonly Given[]>;
  /** The image itself instead of its address. */
  fetched(image: ImagePart, signal: AbortSignal): Promise<ImagePart>;
  /** A part of it, on the grid; null where it cannot be cut, as a PDF. */
  crop(image: ImagePart, region: Box, signal: AbortSignal): Promise<ImagePart | null>;
}

export interface ImagesParts {
  readonly fetchPublic: (url: string, limits: { mostBytes: number; mostMs: number }, signal: AbortSignal) => Promise<Uint8Array>;
}

const FETCH_LIMITS = { mostBytes: 20 * 1024 * 1024, mostMs: 20_000 };
/** Where a picture's size is told even when a thumbnail and a colour profile come before it; in letters of base64. */
const HEAD_LETTERS = 512 * 1024;

export function createImages(parts: ImagesParts): Images {
  const seen = new WeakMap<ImagePart, ImageAtHand | null>();
  const look = (image: ImagePart) => {
    const known = seen.get(image);
    if (known !== undefined) return known;
    const found = lookAt(image);
    seen.set(image, found);
    return found;
  };
  const fetched = (image: ImagePart, signal: AbortSignal) => fetchImage(parts, image, signal);
  return {
    look,
    sizeFor: (provider, image) => scaledSize(image, factorFor({ bytes: 0, ...image }, limitsOf(provider))),
    obstacles: (messages) => obstaclesOf(messages.flatMap(imagesIn), look),
    fit: (messages, provider, signal) => {
      const to = { provider, limits: limitsOf(provider, messages.flatMap(imagesIn).length) };
      return fitAll(messages, (image) => fitOne({ look, fetched }, image, to, signal));
    },
    fetched,
    async crop(image, region, signal) {
      const whole = await fetched(image, signal);
      if (whole.mediaType === "application/pdf") return null;
      const part = { x: region.x / GRID, y: region.y / GRID, width: region.width / GRID, height: region.height / GRID };
      const job = { bytes: bytesOf(whole), part, factor: 1, mostEdge: null, mostBytes: FETCH_LIMITS.mostBytes };
      return reworked(job, signal).catch(() => null);
    },
  };
}

function lookAt({ data, mediaType }: ImagePart): ImageAtHand | null {
  if (data === undefined || mediaType === "application/pdf") return null;
  // A WebP tells its orientation behind its pixels, a GIF whether it moves behind those of its first picture.
  const isWhole = mediaType === "image/webp" || mediaType === "image/gif";
  const facts = imageFacts(Buffer.from(isWhole ? data : data.slice(0, HEAD_LETTERS), "base64"));
  return facts && { ...facts, bytes: Math.floor((data.length * 3) / 4) };
}

function imagesIn({ parts }: Message): ImagePart[] {
  return parts.flatMap((part) => {
    if (part.type === "image") return [part];
    return part.type === "toolResult" ? part.parts.filter((inner) => inner.type === "image") : [];
  });
}

function obstaclesOf(images: readonly ImagePart[], look: Images["look"]): (model: Asked) => string | null {
  if (images.length === 0) return () => null;
  const known = images.flatMap((image) => look(image) ?? []);
  const found = new Map<string, string | null>();
  return ({ provider, contextWindowTokens }) => {
    const limits = limitsOf(provider, images.length);
    const most = countOf(limits, contextWindowTokens);
    if (images.length > most) return `takes at most ${most} images in one request; there are ${images.length}`;
    const before = found.get(provider);
    if (before !== undefined) return before;
    const reason = known.map((image) => obstacle(image, limits)).find((why) => why !== null) ?? null;
    found.set(provider, reason);
    return reason;
  };
}

async function fitAll<Given extends Message>(
  messages: readonly Given[],
  adapt: (image: ImagePart) => Promise<ImagePart>,
): Promise<readonly Given[]> {
  if (messages.every((message) => imagesIn(message).length === 0)) return messages;
  return Promise.all(
    messages.map(async (message) => ({
      ...message,
      parts: await Promise.all(
        message.parts.map(async (part) => {
          if (part.type === "image") return adapt(part);
          if (part.type !== "toolResult") return part;
          return { ...part, parts: await Promise.all(part.parts.map((inner) => (inner.type === "image" ? adapt(inner) : inner))) };
        }),
      ),
    })),
  );
}

async function fitOne(
  { look, fetched }: Pick<Images, "look" | "fetched">,
  given: ImagePart,
  { provider, limits }: { readonly provider: string; readonly limits: ImageLimits },
  signal: AbortSignal,
): Promise<ImagePart> {
  const image = given.data === undefined && !limits.urls ? await fetched(given, signal) : given;
  const facts = look(image);
  if (facts === null) return image;
  const why = obstacle(facts, limits);
  if (why !== null)
    throw new Failure("invalidParams", `Not understood: ${provider} ${why}. Nothing was sent or charged.`, { fields: ["messages"] });
  if (!mustChange(facts, limits)) return image;
  const job = { bytes: bytesOf(image), factor: factorFor(facts, limits), mostEdge: limits.edge, mostBytes: limits.bytes };
  return reworked(job, signal).catch((error: Error) => {
    if (signal.aborted) throw error;
    const reason = `an image is not as ${provider} takes it and could not be made so: ${error.message}`;
    throw new Failure(
      "invalidParams",
      `Not understood: ${reason}. Nothing was sent or charged.`,
      { fields: ["messages"] },
      { cause: error },
    );
  });
}

async function reworked(job: Rework, signal: AbortSignal): Promise<ImagePart> {
  const { rework } = await import("./rework.ts");
  const { bytes, mediaType } = await rework(job, signal);
  return { type: "image", mediaType, data: Buffer.from(bytes).toString("base64") };
}

async function fetchImage({ fetchPublic }: ImagesParts, image: ImagePart, signal: AbortSignal): Promise<ImagePart> {
  if (image.data !== undefined || image.url === undefined) return image;
  const bytes = await fetchPublic(image.url, FETCH_LIMITS, signal);
  const isPdf = Buffer.from(bytes.subarray(0, 5)).toString("latin1") === "%PDF-";
  const mediaType = isPdf ? "application/pdf" : imageFacts(bytes)?.mediaType;
  if (mediaType === undefined) {
    const message = `Not understood: what is at ${new URL(image.url).host} is not a PNG, JPEG, WebP, GIF or PDF. Nothing was sent or charged.`;
    throw new Failure("invalidParams", message, { fields: ["url"] });
  }
  return { type: "image", mediaType, data: Buffer.from(bytes).toString("base64") };
}

function bytesOf({ data = "" }: ImagePart): Uint8Array {
  return Buffer.from(data, "base64");
}
