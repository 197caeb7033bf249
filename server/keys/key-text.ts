// A key as people paste it: cleaned of what cannot belong to it, and doubted aloud where it looks wrong; only what no header can carry is refused.
import { Failure } from "../../shared/failure.ts";
import { shapeOf, shapesOfProvider } from "./shapes.ts";

const SHORTEST_USUAL_KEY = 12;
/** Line ends, tabs, zero-width marks and the byte order mark: pasted along, never part of a key. */
const PASTED_ALONG = /[\r\n\t\u200B-\u200D\u2060\uFEFF]/g;

/** The key without what was pasted along; throws invalidParams when nothing is left or no header could carry it. */
export function cleanKey(pasted: string): string {
  const bare = pasted.replace(PASTED_ALONG, "").trim();
  const unquoted = /^(["'`])(.*)\1$/.exec(bare)?.[2]?.trim() ?? bare;
  const key = unquoted.replace(/^Bearer\s+/i, "");
  if (key === "") throw new Failure("invalidParams", "secret: the key is empty");
  // Header values are bytes of ISO 8859-1 without controls (RFC 9110, section 5.5).
  if (!/^[\x20-\x7E\xA0-\xFF]+$/.test(key)) {
    throw new Failure(
      "invalidParams",
      "secret: the key has a character that no HTTP header can carry; copy it again from the provider's page",
    );
  }
  return key;
}

/** What is odd about this key for this provider, as a sentence; undefined when nothing is. */
export function doubtAbout(provider: string, key: string): string | undefined {
  if (key.length < SHORTEST_USUAL_KEY) return `This key is only ${key.length} characters long; keys are usually longer.`;
  if (/\s/.test(key)) return "This key has a space in it; keys usually have none.";
  const shape = shapeOf(key);
  if (shape?.provider !== undefined && shape.provider !== provider) {
    return `This looks like ${article(shape.name)} ${shape.name}, not one of ${provider}'s.`;
  }
  const usual = shapesOfProvider(provider);
  if (shape === undefined && usual.length > 0)
    return `This does not look like ${usual.map(({ name }) => `${article(name)} ${name}`).join(" or ")}.`;
  return undefined;
}

const LONGEST_NAME = 24;

/** A name as an error may repeat it; whatever could be a key, pasted into the wrong field, is not repeated. */
export function quoted(name: string): string {
  return name.length <= LONGEST_NAME && /^[\w.-]*$/.test(name) && shapeOf(name) === undefined ? `"${name}"` : "of that name";
}

function article(name: string): string {
  return /^(?:[AEIOU]|x)/i.test(name) ? "an" : "a";
}
