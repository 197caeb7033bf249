// A question back, answered: the part that is meant is cut out and described again; what cannot be answered is told to the model that asks.
import type { DescribeOrder } from "./describe.ts";
import { isFailure } from "../../../shared/failure.ts";
import { boxOnGrid, type DescribedImage, descriptionAsMarkdown, textIn } from "../../../shared/image.ts";
import type { Images } from "../../images/images.ts";
import type { Caller } from "../parts.ts";
import { type Look, type Looked, MOST_LOOKS } from "./look-back.ts";
import type { Picture } from "./pictures.ts";
import { lookedWords, ofWhole } from "./words.ts";

export interface LookingParts {
  readonly images: Pick<Images, "crop">;
  readonly pictures: readonly Picture[];
  readonly caller: Caller;
  /** Through the chat's own books: what it costs is the chat's. */
  readonly describe: (picture: Picture, more: Partial<DescribeOrder>) => Promise<DescribedImage>;
}

/** The model then does without what could not be seen; only a person's stop ends the chat. `at`: how many were asked before it at once. */
export async function lookAgain({ images, pictures, caller, describe }: LookingParts, look: Look, at: number): Promise<Looked> {
  const told = (text: string, failed: boolean): Looked => ({ look, text, failed });
  const picture = pictures[look.image - 1];
  if (at >= MOST_LOOKS) return told(`At most ${MOST_LOOKS} questions are answered at once.`, true);
  if (!picture) return told(`There is no image ${look.image}; there are ${pictures.length}.`, true);
  const region = look.region && boxOnGrid(look.region);
  const part = region ? await images.crop(picture.image, region, caller.signal) : null;
  const place =
    region && !part ? ` (This is about the part at x ${region.x}, y ${region.y}, ${region.width} wide, ${region.height} high.)` : "";
  try {
    const question = `${look.question}${place}`;
    // The chat goes on: who said yes to its beginning is not asked in its middle.
    const seen = await describe(picture, { image: part ?? picture.image, question, overSoftLimit: "proceed" });
    const description = region && part ? ofWhole(seen.description, region) : seen.description;
    const words = { description, markdown: descriptionAsMarkdown(description), text: textIn(description) };
    await caller.emit({ type: "image-description", image: { ...seen, ...(region ? { region } : {}), ...words } });
    return told(lookedWords(look.image, description, region), false);
  } catch (error) {
    if (!isFailure(error) || error.kind === "cancelled") throw error;
    return told(`The image could not be looked at again: ${error.message}`, true);
  }
}
