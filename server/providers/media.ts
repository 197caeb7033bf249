// The kind of an image or document part, from its label or its first bytes, and its data URL.
import { Failure } from "../../shared/failure.ts";
import type { ImagePart } from "../../shared/chat.ts";

/** The first base64 letters of each file signature that vendors take. */
const SIGNATURES: readonly (readonly [string, string])[] = [
  ["iVBORw0KGgo", "image/png"],
  ["/9j/", "image/jpeg"],
  ["R0lGOD", "image/gif"],
  ["UklGR", "image/webp"],
  ["JVBERi0", "application/pdf"],
];

export type Media =
  | { readonly kind: "image" | "pdf"; readonly mediaType: string; readonly data: string }
  | { readonly kind: "image" | "pdf"; readonly mediaType: string | undefined; readonly url: string };

/** `data` wins over `url`; what neither has, or whose kind cannot be told, is the caller's mistake and said so. */
export function mediaOf(part: ImagePart): Media {
  if (part.data !== undefined) {
    const data = part.data.replace(/^data:[^,]*,/, "");
    const mediaType = SIGNATURES.find(([letters]) => data.startsWith(letters))?.[1] ?? part.mediaType;
    if (!mediaType)
      throw new Failure("invalidParams", "An image has no mediaType and its bytes are of no kind that is known; nothing was sent.");
    return { kind: kindOf(mediaType), mediaType, data };
  }
  if (part.url === undefined) throw new Failure("invalidParams", "An image has neither data nor url; nothing was sent.");
  const inline = /^data:([^;,]+);base64,(.*)$/s.exec(part.url);
  if (inline) return mediaOf({ type: "image", mediaType: inline[1] ?? "", data: inline[2] ?? "" });
  return { kind: kindOf(part.mediaType ?? part.url), mediaType: part.mediaType, url: part.url };
}

function kindOf(mediaTypeOrUrl: string): "image" | "pdf" {
  return /\bpdf$|\.pdf(?:\?|$)/i.test(mediaTypeOrUrl) ? "pdf" : "image";
}

export function dataUrl(media: Media): string {
  return "url" in media ? media.url : `data:${media.mediaType};base64,${media.data}`;
}
