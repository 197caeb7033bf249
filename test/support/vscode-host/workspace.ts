// The small folder that host tests and walks open: source with a selection worth asking about, an image, a prompt template.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** 2 × 2 pixels, red. */
export const TINY_PNG = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAIAAAACCAIAAAD91JpzAAAAFklEQVR4nGP8z8DAwMDAxMDAwMDAAAANHQEDasKb6QAAAABJRU5ErkJggg==",
  "base64",
);

export const SOURCE = `/** Adds up what a basket costs. */
export function total(prices: number[]): number {
  let sum = 0;
  for (const price of prices) {
    sum += price;
  }
  return sum;
}

export function average(prices: number[]): number {
  return total(prices) / prices.length;
}
`;

export function makeWorkspace(parent: string): string {
  const folder = join(parent, "shop");
  mkdirSync(join(folder, ".latchkey/prompts"), { recursive: true });
  writeFileSync(join(folder, "basket.ts"), SOURCE);
  writeFileSync(join(folder, "notes.txt"), "Prices are in cents.\n");
  writeFileSync(join(folder, "red.png"), TINY_PNG);
  writeFileSync(join(folder, "data.bin"), Buffer.from([0, 1, 2, 3, 0, 255]));
  writeFileSync(
    join(folder, ".latchkey/prompts/review.md"),
    "---\nname: Review\ndescription: A short review\n---\nReview {{file}} ({{language}}).\n",
  );
  return folder;
}
