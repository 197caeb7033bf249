// The neutral transcript as turns that every vendor accepts: calls and results paired, what belongs to another origin left out.
import { createHash } from "node:crypto";
import type { ImagePart, Message, Origin, Part, ReasoningPart, ToolCallPart, ToolResultPart } from "../../shared/chat.ts";
import type { DialectName } from "./provider.ts";

export type UserPart = { readonly type: "text"; readonly text: string } | ImagePart;
export type AssistantPart = { readonly type: "text"; readonly text: string } | ToolCallPart | ReasoningPart;

export type Turn =
  | { readonly role: "user"; readonly parts: readonly UserPart[] }
  | { readonly role: "assistant"; readonly parts: readonly AssistantPart[] }
  | { readonly role: "results"; readonly results: readonly ToolResultPart[] };

export interface Transcript {
  /** All system messages, in order, joined by a blank line; "" when there are none. */
  readonly system: string;
  readonly turns: readonly Turn[];
}

/** What asks for the rest of an answer where the vendor cannot be given its beginning. */
export const CONTINUE = "Your last answer was cut off. Continue it exactly where it stops; repeat nothing and add no introduction.";

/** Vendors refuse a call without a result; a turn that was stopped between the two has one. */
const NO_RESULT = "No result: the call was not carried out.";

export function transcriptOf(messages: readonly Message[]): Transcript {
  const system: string[] = [];
  const turns: Turn[] = [];
  for (const message of messages) {
    if (message.role === "system") system.push(textIn(message.parts));
    else if (message.role === "assistant") pushAssistant(turns, message.parts);
    else pushOther(turns, message.parts);
  }
  return { system: system.filter((text) => text !== "").join("\n\n"), turns: settle(turns) };
}

function pushAssistant(turns: Turn[], parts: readonly Part[]): void {
  const kept = parts.filter((part): part is AssistantPart => part.type === "toolCall" || part.type === "reasoning" || hasText(part));
  // An answer that was stopped while it thought has said nothing.
  if (kept.every((part) => part.type === "reasoning")) return;
  const last = turns.at(-1);
  if (last?.role === "assistant") turns[turns.length - 1] = { role: "assistant", parts: [...last.parts, ...kept] };
  else turns.push({ role: "assistant", parts: kept });
}

function pushOther(turns: Turn[], parts: readonly Part[]): void {
  const results = parts.filter((part) => part.type === "toolResult");
  const said = parts.filter((part): part is UserPart => part.type === "image" || hasText(part));
  if (results.length > 0) {
    const last = turns.at(-1);
    if (last?.role === "results") turns[turns.length - 1] = { role: "results", results: [...last.results, ...results] };
    else turns.push({ role: "results", results });
  }
  if (said.length > 0) turns.push({ role: "user", parts: said });
}

function hasText(part: Part): boolean {
  return part.type === "text" && part.text !== "";
}

/** Every call gets exactly one result in the turn right after it; a result without a call becomes what the user said. */
function settle(turns: readonly Turn[]): Turn[] {
  const settled: Turn[] = [];
  for (let at = 0; at < turns.length; at += 1) {
    const turn = turns[at];
    if (!turn) continue;
    if (turn.role === "results") {
      settled.push({ role: "user", parts: turn.results.flatMap(orphanParts) });
      continue;
    }
    settled.push(turn);
    const calls = turn.role === "assistant" ? turn.parts.filter((part) => part.type === "toolCall") : [];
    if (calls.length === 0) continue;
    const next = turns[at + 1];
    const given = next?.role === "results" ? next.results : [];
    settled.push({ role: "results", results: calls.map((call) => given.find(({ id }) => id === call.id) ?? missing(call)) });
    const orphans = given.filter(({ id }) => !calls.some((call) => call.id === id));
    if (orphans.length > 0) settled.push({ role: "user", parts: orphans.flatMap(orphanParts) });
    if (next?.role === "results") at += 1;
  }
  return settled;
}

function missing(call: ToolCallPart): ToolResultPart {
  return { type: "toolResult", id: call.id, parts: [{ type: "text", text: NO_RESULT }], isError: true };
}

function orphanParts(result: ToolResultPart): UserPart[] {
  return [{ type: "text", text: `Result of a tool call (${result.id}):` }, ...result.parts];
}

export function textIn(parts: readonly { readonly type: string; readonly text?: string }[]): string {
  return parts.map((part) => (part.type === "text" ? (part.text ?? "") : "")).join("");
}

export function imagesIn(parts: readonly UserPart[]): ImagePart[] {
  return parts.filter((part) => part.type === "image");
}

/** What a vendor wants back unchanged, marked as its own. */
export function originOf(
  dialect: DialectName,
  from: { readonly provider: string; readonly model: string },
  kept: { readonly signature?: string; readonly raw?: unknown },
): Origin {
  return { dialect, provider: from.provider, model: from.model, ...kept };
}

/** Thinking that led to nothing is refused by those who check what follows it. */
export function withoutTrailingReasoning(parts: readonly AssistantPart[]): readonly AssistantPart[] {
  return parts.slice(0, parts.findLastIndex((part) => part.type !== "reasoning") + 1);
}

/** Signatures are a vendor's own and a model's own: anyone else refuses them. */
export function ownOrigin(origin: Origin | undefined, dialect: DialectName, provider: string, model: string): origin is Origin {
  return origin !== undefined && origin.dialect === dialect && origin.provider === provider && origin.model === model;
}

/** What form of tool call id a vendor takes; another vendor's id that does not fit is replaced by a hash of itself. */
export interface ToolIdForm {
  readonly pattern: RegExp;
  readonly length: number;
}

export const ANY_TOOL_ID: ToolIdForm = { pattern: /^[a-zA-Z0-9_-]{1,40}$/, length: 32 };

export function toolId(id: string, form: ToolIdForm = ANY_TOOL_ID): string {
  return form.pattern.test(id) ? id : createHash("sha256").update(id).digest("hex").slice(0, form.length);
}
