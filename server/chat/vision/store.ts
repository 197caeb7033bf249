// The port to where descriptions of images are kept between turns, models and processes; and what one is named by.
import { createHash } from "node:crypto";
import type { ImagePurpose, KeptDescription } from "../../../shared/image.ts";

export interface DescriptionStore {
  find(id: string): Promise<KeptDescription | null>;
  /** Replaces what is there. What cannot be kept is no reason to fail: it is logged and asked for again. */
  keep(kept: KeptDescription): Promise<void>;
  forget(id: string): Promise<void>;
}

/** Moves when descriptions are asked for in other words, so that older ones are not taken for them. */
const EDITION = 1;

/** One description for one image, purpose, question and language; the model that gives it is not part of the name. */
export function descriptionId(of: {
  hash: string;
  purpose: ImagePurpose;
  question?: string | undefined;
  language?: string | undefined;
}): string {
  const { hash, purpose, question = "", language = "" } = of;
  return sha256(JSON.stringify([EDITION, hash, purpose, question.trim().replace(/\s+/g, " "), language.trim().toLowerCase()]));
}

export function sha256(bytes: string | Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}
