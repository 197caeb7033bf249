// What is kept of an earlier description: the image's name and place, a thumbnail, and what was seen; never the image.
import * as z from "zod/mini";
import { DescribedImage } from "../shared/image.ts";

export const ImageEntry = z.object({
  name: z.string(),
  uri: z.optional(z.string()),
  at: z.string(),
  thumbnail: z.optional(z.string()),
  described: DescribedImage,
});
export type ImageEntry = z.infer<typeof ImageEntry>;
