// Messages between the image panel's webview and the extension, validated on both sides; the image itself crosses once.
import * as z from "zod/mini";
import { DescribedImage, ImagePurpose } from "./image.ts";
import { Usage } from "./money.ts";
import { ImageCorrection, QuoteView, Repair } from "./panel.ts";

/** The image that is being looked at; `preview` is a data: URL, of the image or of what is left of it in the history. */
export const ImageSubject = z.object({
  name: z.string(),
  preview: z.optional(z.string()),
  /** False when only its description was kept: then it cannot be described anew. */
  whole: z.boolean(),
  /** True when it is a file that Markdown can point at. */
  isFile: z.boolean(),
});
export type ImageSubject = z.infer<typeof ImageSubject>;

export const ImageHistoryRow = z.object({
  id: z.string(),
  name: z.string(),
  at: z.string(),
  purpose: ImagePurpose,
  summary: z.string(),
  thumbnail: z.optional(z.string()),
});
export type ImageHistoryRow = z.infer<typeof ImageHistoryRow>;

export const ImagePanelState = z.object({
  purpose: ImagePurpose,
  question: z.string(),
  running: z.boolean(),
  quote: z.nullable(QuoteView),
  described: z.nullable(DescribedImage),
  /** Of the call that made the description; absent where it was known or comes from the history. */
  usage: z.optional(Usage),
  failedAttempts: z.int(),
  failure: z.nullable(z.object({ message: z.string(), repairs: z.array(Repair) })),
  history: z.array(ImageHistoryRow),
});
export type ImagePanelState = z.infer<typeof ImagePanelState>;

/** Extension to webview. */
export const ToImagePanel = z.discriminatedUnion("type", [
  z.object({ type: z.literal("state"), state: ImagePanelState }),
  z.object({ type: z.literal("subject"), subject: z.nullable(ImageSubject) }),
]);
export type ToImagePanel = z.infer<typeof ToImagePanel>;

/** Webview to extension. */
export const FromImagePanel = z.discriminatedUnion("type", [
  z.object({ type: z.literal("ready") }),
  z.object({ type: z.literal("choose") }),
  z.object({ type: z.literal("image"), name: z.string(), data: z.string() }),
  z.object({ type: z.literal("uris"), uris: z.array(z.string()) }),
  z.object({ type: z.literal("purpose"), purpose: ImagePurpose }),
  z.object({ type: z.literal("question"), question: z.string() }),
  z.object({ type: z.literal("describe"), fresh: z.boolean(), otherModel: z.boolean() }),
  z.object({ type: z.literal("stop") }),
  z.object({ type: z.literal("correct"), correction: ImageCorrection }),
  z.object({ type: z.literal("open"), id: z.string() }),
  z.object({ type: z.literal("forget"), id: z.string() }),
  z.object({ type: z.literal("copy"), what: z.enum(["description", "altText", "text"]) }),
  z.object({ type: z.literal("insert"), what: z.enum(["description", "image"]) }),
  z.object({ type: z.literal("thumbnail"), id: z.string(), data: z.string() }),
  z.object({ type: z.literal("link"), url: z.string() }),
  z.object({ type: z.literal("repair"), repair: Repair.shape.id }),
]);
export type FromImagePanel = z.infer<typeof FromImagePanel>;
