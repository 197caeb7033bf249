// A description as the model that cannot see is given it, and a part's places put back onto the whole image; pure.
import { type Box, type DescribedImage, descriptionAsMarkdown, GRID, type ImageDescription, onGrid } from "../../../shared/image.ts";
import type { Picture } from "./pictures.ts";

export function wordsFor({ number, hash }: Picture, described: DescribedImage, earlier: readonly Picture[]): string {
  const by = described.edited ? "a person" : (described.model ?? "a person");
  const twin = earlier.find((picture) => picture.hash === hash);
  const same = twin ? ` It is the same image as image ${twin.number}.` : "";
  return [`[Image ${number}, described by ${by}.${same}]`, `<image number="${number}">`, described.markdown, "</image>"].join("\n");
}

/** A description of a part, with its places on the whole image's grid. */
export function ofWhole(description: ImageDescription, part: Box): ImageDescription {
  const placed = <Item extends { box: Box }>(item: Item): Item => ({ ...item, box: boxOfWhole(item.box, part) });
  return onGrid({
    ...description,
    texts: description.texts.map(placed),
    regions: description.regions.map(placed),
    objects: description.objects.map(placed),
    elements: description.elements.map(placed),
  });
}

export function boxOfWhole(box: Box, part: Box): Box {
  const [across, down] = [part.width / GRID, part.height / GRID];
  return { x: part.x + box.x * across, y: part.y + box.y * down, width: box.width * across, height: box.height * down };
}

export function lookedWords(number: number, description: ImageDescription, region: Box | undefined): string {
  const where = region ? ` at ${region.x}, ${region.y}, ${region.width}, ${region.height}` : "";
  return [`[Image ${number}${where}, looked at again.]`, `<image number="${number}">`, descriptionAsMarkdown(description), "</image>"].join(
    "\n",
  );
}
