// A person's correction of an image's description, put together with what they left alone; pure.
import type { Box, ImageDescription } from "../shared/image.ts";
import type { ImageCorrection } from "../shared/panel.ts";

type Piece = ImageDescription["texts"][number];

const WHOLE: Box = { x: 0, y: 0, width: 1000, height: 1000 };

export function corrected(description: ImageDescription, { summary, altText, text }: ImageCorrection): ImageDescription {
  return { ...description, summary: summary.trim(), altText: altText.trim(), texts: textsFrom(text, description.texts) };
}

/** Lines keep the place of the piece they were, or of the piece that stood there; a line more lies somewhere in the image. */
export function textsFrom(text: string, before: readonly Piece[]): Piece[] {
  if (text === before.map((piece) => piece.text).join("\n")) return [...before];
  const lines = text.split(/\r?\n/).filter((line) => line.trim() !== "");
  const places = before.flatMap((piece) => piece.text.split("\n").map((line) => ({ text: line, box: piece.box })));
  const sameCount = lines.length === places.length;
  return lines.map((line, index) => {
    const place = sameCount ? places[index] : places.find((old) => old.text === line);
    return { text: line, box: place?.box ?? WHOLE };
  });
}

/** What is put into a document: Markdown may not be ended by what a model wrote. */
export function imageMarkdown(altText: string, path: string): string {
  const words = altText.replace(/\s+/g, " ").replace(/[\\[\]]/g, "\\$&");
  const target = /[\s()<>]/.test(path) ? `<${path.replace(/[<>]/g, encodeURIComponent)}>` : path;
  return `![${words}](${target})`;
}
