// An image in words: what it shows, the text in it and where everything lies, on one grid whatever the image's size; pure.
import * as z from "zod/mini";
import { Cost } from "./money.ts";

/** Both edges of every image are divided into so many steps; 0, 0 is the upper left corner. */
export const GRID = 1000;

/** On the grid: a box of 0, 0, 1000, 1000 is the whole image. */
export const Box = z.object({ x: z.number(), y: z.number(), width: z.number(), height: z.number() });
export type Box = z.infer<typeof Box>;

/** What the description is for; each is asked of a model in its own words. */
export const ImagePurpose = z.enum(["describe", "altText", "text", "ui", "chart"]);
export type ImagePurpose = z.infer<typeof ImagePurpose>;

/** What each list of a description is made of. */
export const DescriptionItems = {
  texts: z.object({ text: z.string(), box: Box }),
  regions: z.object({ name: z.string(), box: Box }),
  objects: z.object({ name: z.string(), box: Box }),
  elements: z.object({ role: z.string(), label: z.string(), state: z.string(), box: Box }),
} as const;

export const ImageDescription = z.object({
  /** What the image shows, in a few sentences; the answer first where a question was asked. */
  summary: z.string(),
  /** One sentence for somebody who cannot see it. */
  altText: z.string(),
  /** Every piece of text, as it stands, in reading order. */
  texts: z.array(DescriptionItems.texts),
  /** The parts that the image is divided into: panes, columns, a legend, a plot. */
  regions: z.array(DescriptionItems.regions),
  objects: z.array(DescriptionItems.objects),
  /** Controls of a user interface: button, link, field, checkbox, menu, tab. `state` is "" where there is none to tell. */
  elements: z.array(DescriptionItems.elements),
});
export type ImageDescription = z.infer<typeof ImageDescription>;

/** What is kept of one image for one purpose; of the image itself nothing but its hash. */
export const KeptDescription = z.strictObject({
  id: z.string(),
  hash: z.string(),
  purpose: ImagePurpose,
  question: z.optional(z.string()),
  description: ImageDescription,
  model: z.nullable(z.string()),
  edited: z.boolean(),
});
export type KeptDescription = z.infer<typeof KeptDescription>;

/** A description with where it comes from; the same on the wire, in events and in what models are told. */
export const DescribedImage = z.object({
  /** Names this description of this image for this purpose: what image/correct takes. */
  id: z.string(),
  /** SHA-256 of the image's bytes. */
  hash: z.string(),
  purpose: ImagePurpose,
  /** What was asked of it, if anything. */
  question: z.optional(z.string()),
  /** The part of the image that was looked at; the description's places are still those of the whole image. */
  region: z.optional(Box),
  description: ImageDescription,
  /** All of it as Markdown. */
  markdown: z.string(),
  altText: z.string(),
  /** The text in the image alone, a line a piece. */
  text: z.string(),
  /** Who described it; null where a person wrote it from nothing. */
  model: z.nullable(z.string()),
  /** True where it was known already: then nothing was sent and nothing charged. */
  cached: z.boolean(),
  /** True where a person has corrected it. */
  edited: z.boolean(),
  cost: Cost,
});
export type DescribedImage = z.infer<typeof DescribedImage>;

/** The JSON Schema that a model is asked to fill in. */
export function descriptionSchema(): Record<string, unknown> {
  const { $schema, ...schema } = z.toJSONSchema(ImageDescription, { io: "input" }) as Record<string, unknown>;
  return schema;
}

/** The same with every box inside the grid and in whole steps, whatever a model made of it. */
export function onGrid(description: ImageDescription): ImageDescription {
  const boxed = <Item extends { box: Box }>(item: Item): Item => ({ ...item, box: boxOnGrid(item.box) });
  return {
    summary: description.summary.trim(),
    altText: description.altText.trim(),
    texts: description.texts.filter(({ text }) => text.trim() !== "").map(boxed),
    regions: description.regions.map(boxed),
    objects: description.objects.map(boxed),
    elements: description.elements.map(boxed),
  };
}

/** At least one step wide and high, and never beyond the edge. */
export function boxOnGrid({ x, y, width, height }: Box): Box {
  const left = step(x, 0, GRID - 1);
  const top = step(y, 0, GRID - 1);
  return { x: left, y: top, width: step(width, 1, GRID - left), height: step(height, 1, GRID - top) };
}

function step(value: number, least: number, most: number): number {
  return Math.min(most, Math.max(least, Number.isFinite(value) ? Math.round(value) : least));
}

export function textIn({ texts }: ImageDescription): string {
  return texts.map(({ text }) => text).join("\n");
}

/** For people and for models that cannot see: what it shows, its text, and where things lie on the grid. */
export function descriptionAsMarkdown(description: ImageDescription): string {
  const { summary, texts, regions, objects, elements } = description;
  const sections = [
    summary,
    section(
      "Text",
      texts.map(({ text, box }) => `- ${placeOf(box)} ${inLine(text)}`),
    ),
    section(
      "Layout",
      regions.map(({ name, box }) => `- ${placeOf(box)} ${inLine(name)}`),
    ),
    section(
      "Objects",
      objects.map(({ name, box }) => `- ${placeOf(box)} ${inLine(name)}`),
    ),
    section(
      "Controls",
      elements.map(
        ({ role, label, state, box }) => `- ${placeOf(box)} ${inLine(role)} "${inLine(label)}"${state ? ` (${inLine(state)})` : ""}`,
      ),
    ),
  ];
  return sections.filter((text) => text !== "").join("\n\n");
}

function section(title: string, lines: readonly string[]): string {
  return lines.length === 0 ? "" : [`**${title}** (x, y, width, height of ${GRID})`, "", ...lines].join("\n");
}

function placeOf({ x, y, width, height }: Box): string {
  return `[${x}, ${y}, ${width}, ${height}]`;
}

function inLine(text: string): string {
  return text.replace(/\s*\n\s*/g, " / ").trim();
}
