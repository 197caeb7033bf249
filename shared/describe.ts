// What image/describe and image/correct take and give.
import * as z from "zod/mini";
import { Attempt, ImagePart } from "./chat.ts";
import { DescribedImage, ImageDescription, ImagePurpose } from "./image.ts";
import { Usage } from "./money.ts";
import { Policy, RouteDecision } from "./route.ts";

export const DescribeImage = z.object({
  image: ImagePart,
  /** "describe" unless said. */
  purpose: z.optional(ImagePurpose),
  /** What somebody wants to know of it; the summary then begins with the answer. */
  question: z.optional(z.string()),
  model: z.optional(z.string()),
  policy: z.optional(Policy),
  maxCostUsd: z.optional(z.number().check(z.gte(0))),
  /** The language to describe in, by name or tag ("German", "de"); text in the image is never translated. */
  language: z.optional(z.string()),
  workspace: z.optional(z.string()),
  /** As in chat/send: "proceed" is a person's yes to passing a soft limit. */
  overSoftLimit: z.optional(z.enum(["ask", "proceed"])),
  /** Asks anew even when a description is kept, and replaces that, a correction included. */
  fresh: z.optional(z.boolean()),
  /** Where given, the request's steps come as chat/event notifications under this name. */
  chatId: z.optional(z.string().check(z.minLength(1))),
});
export type DescribeImage = z.infer<typeof DescribeImage>;

export const DescribeImageResult = z.extend(DescribedImage, {
  usage: Usage,
  attempts: z.array(Attempt),
  /** How the model was chosen; absent where nothing had to be asked. */
  route: z.optional(RouteDecision),
});
export type DescribeImageResult = z.infer<typeof DescribeImageResult>;

/** `description: null` forgets what is kept, so that the image is described anew when it is next needed. */
export const CorrectImage = z.object({ id: z.string().check(z.regex(/^[0-9a-f]{64}$/)), description: z.nullable(ImageDescription) });
export type CorrectImage = z.infer<typeof CorrectImage>;

export const CorrectImageResult = z.object({ id: z.string(), described: z.nullable(DescribedImage) });
export type CorrectImageResult = z.infer<typeof CorrectImageResult>;
