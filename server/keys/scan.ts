// Looks for secrets in what is about to be sent: the keys that the ring knows, and the common shapes; says where, never what.
import type { Message, Part } from "../../shared/chat.ts";
import { Failure } from "../../shared/failure.ts";
import type { Settings } from "../../shared/settings.ts";
import type { Scrubber } from "./scrub.ts";
import { SHAPES } from "./shapes.ts";

export interface Finding {
  /** What it seems to be: "GitHub token", "one of your own keys". */
  readonly what: string;
  /** Message and line, both counted from 1. */
  readonly message: number;
  readonly line: number;
}

type Policy = Settings["secrets.inPrompts"];

/** Refuses or warns as the setting says; undefined when there is nothing to say. Throws Failure planForbidden. */
export function guardPrompt(messages: readonly Message[], policy: Policy, scrubber: Scrubber): string | undefined {
  if (policy === "off") return undefined;
  const findings = scanMessages(messages, scrubber);
  if (findings.length === 0) return undefined;
  const seen = describe(findings);
  if (policy === "warn") return `The prompt seems to contain ${seen}.`;
  const message = `The prompt seems to contain ${seen}, and the setting secrets.inPrompts is "block". Take it out and send again; nothing was sent or charged.`;
  throw new Failure("planForbidden", message, { rule: "secrets.inPrompts", findings });
}

export function scanMessages(messages: readonly Message[], scrubber: Scrubber): Finding[] {
  return messages.flatMap((message, index) =>
    message.parts.flatMap(textsOf).flatMap((text) => scanText(text, scrubber).map((found) => ({ ...found, message: index + 1 }))),
  );
}

/** One expression for all shapes: the text is read once. A secret begins where no longer word does. */
const ANY_SHAPE = new RegExp(`(?<![A-Za-z0-9_-])(?:${SHAPES.map(({ pattern }) => `(${pattern})`).join("|")})`, "g");
/** "sk-xxxxxxxx…", "AKIA…EXAMPLE": what documentation writes in place of a secret. */
const FEWEST_DIFFERENT_CHARACTERS = 8;

export function scanText(text: string, scrubber: Scrubber): Omit<Finding, "message">[] {
  const own = ownKeys(text, scrubber);
  const findings = [...own];
  for (const match of text.matchAll(ANY_SHAPE)) {
    if (isPlaceholder(match[0])) continue;
    const shape = SHAPES[match.slice(1).findIndex((group) => group !== undefined)];
    const line = lineAt(text, match.index);
    if (shape && !own.some((found) => found.line === line)) findings.push({ what: shape.name, line });
  }
  return findings;
}

function ownKeys(text: string, scrubber: Scrubber): Omit<Finding, "message">[] {
  return scrubber.find(text).map((index) => ({ what: "one of your own keys", line: lineAt(text, index) }));
}

function isPlaceholder(match: string): boolean {
  return !match.startsWith("-----") && (match.includes("EXAMPLE") || new Set(match).size < FEWEST_DIFFERENT_CHARACTERS);
}

function lineAt(text: string, index: number): number {
  let line = 1;
  for (let at = text.indexOf("\n"); at !== -1 && at < index; at = text.indexOf("\n", at + 1)) line += 1;
  return line;
}

function textsOf(part: Part): string[] {
  switch (part.type) {
    case "text":
      return [part.text];
    case "toolResult":
      return part.parts.flatMap(textsOf);
    case "toolCall":
      return [JSON.stringify(part.arguments)];
    case "reasoning":
      return [part.text];
    case "image":
      return part.url === undefined ? [] : [part.url];
  }
}

const MOST_NAMED = 3;

function describe(findings: readonly Finding[]): string {
  const named = findings.slice(0, MOST_NAMED).map(({ what, line, message }) => `${what} (message ${message}, line ${line})`);
  const more = findings.length - named.length;
  return `${named.join(", ")}${more > 0 ? `; and ${more} more` : ""}`;
}
