// Which models may take a prompt at all, and for each that may not the reason that a person understands; pure.
import { isFree, type ModelInfo } from "../../shared/model.ts";
import { formatUsd } from "../../shared/money.ts";
import type { Exclusion } from "../../shared/route.ts";
import { CAPABILITY_WORDS, type Requirements } from "./requirements.ts";
import type { Availability, Estimate, RouteInput } from "./route.ts";
import { bitsOf, type Entry, type Shelf } from "./shelf.ts";

export interface Eligible {
  readonly entry: Entry;
  readonly estimate: Estimate;
  readonly availability: Availability;
  readonly notes: readonly string[];
}

export interface Sifted {
  readonly eligible: Eligible[];
  readonly excluded: Exclusion[];
  /** Excluded for nothing but a conversation that is too long: what remains when it may be shortened. */
  readonly tooLong: Eligible[];
}

const VISION = bitsOf(["vision"]);
const PDF = bitsOf(["pdf"]);
const TOOLS = bitsOf(["tools"]);
const SCHEMA_ROUTES = bitsOf(["structured", "tools"]);

interface Reason {
  readonly rule: string;
  readonly reason: string;
}

function lacks(need: string, model: ModelInfo, capability: keyof typeof CAPABILITY_WORDS): Reason {
  const known =
    model.limitsAssumed && model.capabilities.length === 0 ? "nothing is known of what it can do" : CAPABILITY_WORDS[capability];
  return { rule: capability, reason: `needs ${need}; ${model.model} ${known}` };
}

/** What the model cannot do for this prompt, from catalogue facts alone. */
export function missing({ model, capabilities }: Entry, needs: Requirements, pinned: boolean): Reason | null {
  if (needs.vision && (capabilities & VISION) === 0) return lacks("vision", model, "vision");
  if (needs.pdf && (capabilities & PDF) === 0) return lacks("a model that reads PDF files", model, "pdf");
  if (needs.tools && (capabilities & TOOLS) === 0) return lacks("tools", model, "tools");
  // A pinned model is asked for the schema in words and its answer is checked; automatic routing does not count on that.
  if (needs.structured && !pinned && (capabilities & SCHEMA_ROUTES) === 0) return lacks("an answer in a schema", model, "structured");
  return null;
}

/** "openai/*" bans a provider, "openai/gpt-4o" a model or what an alias stands for. */
export function isBanned(model: ModelInfo, banned: readonly string[]): boolean {
  return banned.some((name) => name === model.id || name === `${model.provider}/*` || model.aliases.includes(name));
}

function forbidden(model: ModelInfo, input: RouteInput): Reason | null {
  if (input.banned.length > 0 && isBanned(model, input.banned)) return { rule: "banned", reason: "the setting routing.banned names it" };
  if (input.localOnly && !model.local)
    return { rule: "localOnly", reason: `sends the prompt to ${model.provider}; only models on this machine are allowed` };
  return null;
}

function tooDear({ worstNanoUsd }: Estimate, model: ModelInfo, limit: number | null): Reason | null {
  if (limit === null || isFree(model)) return null;
  if (worstNanoUsd === null) return { rule: "unpriced", reason: `its price is unknown, and a maximum of ${formatUsd(limit)} is set` };
  if (worstNanoUsd <= limit) return null;
  return { rule: "maxCost", reason: `could cost ${formatUsd(worstNanoUsd)}, more than the maximum of ${formatUsd(limit)}` };
}

/** The prompt and the answer must fit together; without a wish, the expected answer counts. */
function overflow({ model, maxOutputTokens, contextWindowTokens }: Entry, estimate: Estimate, needs: Requirements): Reason | null {
  const answer = Math.min(needs.outputTokens ?? estimate.outputTokensP50, maxOutputTokens);
  const wanted = estimate.inputTokens + answer;
  if (wanted <= contextWindowTokens) return null;
  const window = `${thousands(model.contextWindowTokens)}${model.limitsAssumed ? " (assumed)" : ""}`;
  return { rule: "window", reason: `needs a window of ${thousands(wanted)} tokens with the answer; ${model.model} has ${window}` };
}

function thousands(tokens: number): string {
  return String(tokens).replace(/\B(?=(\d{3})+$)/g, ",");
}

function tooShort(model: ModelInfo, needs: Requirements): Reason | null {
  if (needs.outputTokens === null) return null;
  const isStated = !model.limitsAssumed && model.quirks?.outputAssumed !== true;
  if (!isStated || needs.outputTokens <= model.maxOutputTokens) return null;
  return {
    rule: "output",
    reason: `answers with at most ${thousands(model.maxOutputTokens)} tokens; ${thousands(needs.outputTokens)} are asked for`,
  };
}

function unavailable({ usable, reason, rule }: Availability, model: ModelInfo): Reason | null {
  return usable ? null : { rule: rule ?? "unavailable", reason: reason ?? `${model.provider} cannot be used now` };
}

/** A provider that is closed is one line when it has many models: nobody reads four hundred equal reasons. */
const MOST_LINES_A_PROVIDER = 5;
const WHOLE_PROVIDER: readonly string[] = ["key", "disabled", "unreachable"];

export function sift(input: RouteInput, shelf: Shelf, needs: Requirements): Sifted {
  const sifted: Sifted = { eligible: [], excluded: [], tooLong: [] };
  const closed: Exclusion[] = [];
  const open = shelf.providers.filter((provider) => isOpen(input, provider, closed));
  const isAnyReal = open.some(({ id }) => id !== DEMO);
  for (const { id, entries } of open) {
    if (id === DEMO && isAnyReal) sifted.excluded.push(...entries.map(demoPassed));
    else for (const entry of entries) siftOne(input, entry, needs, sifted);
  }
  // What a person can act on comes first: reasons of the providers that can be used.
  sifted.excluded.push(...closed);
  return sifted;
}

const DEMO = "demo";

/** The embedded answer is for the first minute, before any key is set; it never stands in for a model that was refused. */
function demoPassed({ model }: Entry): Exclusion {
  return { model: model.id, rule: DEMO, reason: "calls no model; it answers only where no provider can be used" };
}

/** A provider without key, switched off or not reachable is excluded as a whole. */
function isOpen(input: RouteInput, { id, entries }: Shelf["providers"][number], closed: Exclusion[]): boolean {
  const first = entries[0];
  const { usable, rule = "", reason = `${id} cannot be used now` } = first ? input.availability(first.model) : { usable: true };
  if (usable || !WHOLE_PROVIDER.includes(rule)) return true;
  const names = entries.length > MOST_LINES_A_PROVIDER ? [`${id}/*`] : entries.map(({ model }) => model.id);
  for (const model of names) closed.push({ model, reason, rule });
  return false;
}

function siftOne(input: RouteInput, entry: Entry, needs: Requirements, sifted: Sifted): void {
  const against = weigh(input, entry, needs, sifted);
  if (against !== null) sifted.excluded.push({ model: entry.id, reason: against.reason, rule: against.rule });
}

/** What is known before anything is asked of keys, health or prices comes first; nothing is made for a model that fails there. */
function weigh(input: RouteInput, entry: Entry, needs: Requirements, sifted: Sifted): Reason | null {
  const { model } = entry;
  const known = forbidden(model, input) ?? missing(entry, needs, false) ?? entry.passedBy ?? tooShort(model, needs);
  if (known !== null) return known;
  const availability = input.availability(model);
  const closed = unavailable(availability, model);
  if (closed !== null) return closed;
  const estimate = input.estimate(model);
  const dear = tooDear(estimate, model, input.maxCostNanoUsd);
  if (dear !== null) return dear;
  const long = overflow(entry, estimate, needs);
  (long === null ? sifted.eligible : sifted.tooLong).push({ entry, estimate, availability, notes: NO_NOTES });
  return long;
}

/** One for all: most have nothing to remark. */
const NO_NOTES: readonly string[] = [];

/** A pinned model is honoured: only what makes an answer impossible or forbidden keeps it out. */
export function judgePinned(input: RouteInput, entry: Entry, needs: Requirements): Eligible | Exclusion {
  const { model } = entry;
  const availability = input.availability(model);
  const hard = unavailable(availability, model) ?? forbidden(model, input) ?? missing(entry, needs, true);
  if (hard) return { model: model.id, ...hard };
  const estimate = input.estimate(model);
  const long = input.mayShorten ? null : overflow(entry, estimate, needs);
  const stopped = tooDear(estimate, model, input.maxCostNanoUsd) ?? long;
  if (stopped) return { model: model.id, ...stopped };
  const soft = [entry.passedBy, tooShort(model, needs), input.mayShorten ? overflow(entry, estimate, needs) : null];
  const notes = soft.flatMap((reason) => (reason ? [reason.reason] : []));
  return { entry, estimate, availability, notes };
}
