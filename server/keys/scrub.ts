// The second wall behind Secret: takes known key values out of text that somebody else wrote, such as a vendor's error; never prints one.
import type { Secret } from "./secret.ts";

const REDACTED = "[redacted]";
/** Shorter values occur by chance, and taking them out would only spoil text. */
const SHORTEST = 8;

export interface Scrubber {
  /** From now on this value is taken out, also base64, JSON and URL encoded. */
  add(secret: Secret): void;
  scrub(text: string): string;
  /** Where known values stand in the text as they are. */
  find(text: string): number[];
}

export function createScrubber(): Scrubber {
  const values = new Set<string>();
  // Longest first: a key that begins with another one goes as a whole.
  let written: readonly string[] = [];
  return {
    add(secret) {
      const value = secret.reveal();
      if (value.length < SHORTEST || values.has(value)) return;
      values.add(value);
      written = [...new Set([...values].flatMap(encodingsOf))].sort((a, b) => b.length - a.length);
    },
    scrub: (text) => written.reduce((clean, value) => (clean.includes(value) ? clean.replaceAll(value, REDACTED) : clean), text),
    find: (text) => [...values].map((value) => text.indexOf(value)).filter((index) => index >= 0),
  };
}

function encodingsOf(value: string): string[] {
  const base64 = Buffer.from(value).toString("base64");
  return [
    value,
    JSON.stringify(value).slice(1, -1),
    encodeURIComponent(value),
    base64,
    base64.replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, ""),
  ];
}
