// What a model made of the form for an image's description: as much of it as holds, and plain words where it gave nothing else; pure.
import { type Box, DescriptionItems, GRID, type ImageDescription, onGrid } from "../../../shared/image.ts";
import type { Part } from "../../../shared/chat.ts";
import { outputIn } from "../output-text.ts";

const WHOLE: Box = { x: 0, y: 0, width: GRID, height: GRID };
const MOST_ALT_CHARACTERS = 125;

/**
 * A description that is paid for is not thrown away because a field is missing: items that hold are kept, those without a place are given
 * the whole image, and an answer in words is the summary. Null where nothing came, or JSON that was cut off.
 */
export function descriptionIn(
  answer: { readonly parts: readonly Part[]; readonly text: string; readonly isCut: boolean },
  form: string,
): ImageDescription | null {
  const read = outputIn(answer.parts, answer.text, form);
  const words = answer.text.trim();
  if (!read.ok) return words === "" || (answer.isCut && /^(```\w*\s*)?[{[]/.test(words)) ? null : inWords(words);
  if (typeof read.value === "string") return inWords(read.value.trim());
  if (typeof read.value !== "object" || read.value === null) return words === "" ? null : inWords(words);
  const given = new Map<string, unknown>(Object.entries(read.value));
  const summary = textOf(given.get("summary")) || textOf(given.get("description")) || textOf(given.get("altText"));
  const description = {
    summary,
    altText: textOf(given.get("altText")) || firstOf(summary),
    texts: itemsOf(given.get("texts"), "text", DescriptionItems.texts),
    regions: itemsOf(given.get("regions"), "name", DescriptionItems.regions),
    objects: itemsOf(given.get("objects"), "name", DescriptionItems.objects),
    elements: itemsOf(given.get("elements"), "label", DescriptionItems.elements),
  };
  const isEmpty = summary === "" && description.texts.length + description.objects.length + description.regions.length === 0;
  return isEmpty ? inWords(JSON.stringify(read.value)) : onGrid(description);
}

function inWords(summary: string): ImageDescription {
  return { summary, altText: firstOf(summary), texts: [], regions: [], objects: [], elements: [] };
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value.trim() : "";
}

/** The first sentence, as long as an alternative text may be. */
function firstOf(summary: string): string {
  const sentence = /^.*?[.!?](?=\s|$)/s.exec(summary)?.[0] ?? summary;
  const line = sentence.replace(/\s+/g, " ");
  return line.length <= MOST_ALT_CHARACTERS ? line : `${line.slice(0, MOST_ALT_CHARACTERS - 1).trimEnd()}…`;
}

interface Checks<Item> {
  safeParse(value: unknown): { success: true; data: Item } | { success: false };
}

function itemsOf<Item>(value: unknown, name: "text" | "name" | "label", item: Checks<Item>): Item[] {
  if (!Array.isArray(value)) return [];
  return value.flatMap((one: unknown) => {
    const fields = typeof one === "string" ? { [name]: one } : one;
    if (typeof fields !== "object" || fields === null) return [];
    const filled = { role: "", label: "", state: "", box: WHOLE, ...fields };
    const [asGiven, unplaced] = [item.safeParse(filled), item.safeParse({ ...filled, box: WHOLE })];
    return asGiven.success ? [asGiven.data] : unplaced.success ? [unplaced.data] : [];
  });
}
