// One model's facts merged from every list that names it: the newest list wins, absent fields come from older ones; development only.
import { ASSUMED_OUTPUT_TOKENS, ASSUMED_WINDOW_TOKENS, type Capability, type ModelInfo } from "../../../shared/model.ts";
import type { ModelFigure } from "./figures.ts";
import { NOT_CHAT } from "./rules.ts";

/** A row with the list it comes from; rows of one model are ordered newest first. */
export interface Stated {
  readonly list: "pi-ai" | "openrouter" | "models.dev";
  readonly date: string;
  readonly row: ModelFigure;
}

/** The reason why this is not a chat model of text answers, or null. */
export function notChat(stated: readonly Stated[]): string | null {
  const { provider = "", id = "" } = stated[0]?.row ?? {};
  const rule = NOT_CHAT.find((rule) => (rule.provider === undefined || rule.provider === provider) && rule.id.test(id));
  if (rule) return rule.reason;
  const isListedAsChat = stated.some(({ list }) => list === "pi-ai");
  const produces = isListedAsChat ? undefined : first(stated, "produces");
  if (produces && !(produces.length === 1 && produces[0] === "text")) return `produces ${produces.join(", ")}`;
  if (!(first(stated, "input") ?? ["text"]).includes("text")) return "takes no text";
  return stated.some(({ row }) => row.context === 0) ? "no text window" : null;
}

function first<Key extends keyof ModelFigure>(stated: readonly Stated[], key: Key): ModelFigure[Key] | undefined {
  return stated.find(({ row }) => row[key] !== undefined)?.row[key];
}

/** pi-ai flags strict schemas by provider, so its word counts only where no list speaks of the model itself. */
function isStructured(stated: readonly Stated[]): boolean {
  const others = stated.filter(({ list, row }) => list !== "pi-ai" && row.structured !== undefined);
  if (others.length > 0) return others.some(({ row }) => row.structured === true);
  return stated.some(({ row }) => row.structured === true && row.provider !== "openrouter");
}

function capabilitiesOf(stated: readonly Stated[], cachePriced: boolean): Capability[] {
  const input = first(stated, "input") ?? ["text"];
  const everyInput = new Set(stated.flatMap(({ row }) => row.input ?? []));
  const has: Record<Capability, boolean> = {
    tools: first(stated, "tools") === true,
    vision: input.includes("image"),
    structured: isStructured(stated),
    reasoning: first(stated, "reasoning") === true,
    pdf: everyInput.has("pdf") || everyInput.has("file"),
    audio: everyInput.has("audio"),
    caching: cachePriced,
  };
  const order: Capability[] = ["tools", "vision", "structured", "reasoning", "pdf", "audio", "caching"];
  return order.filter((name) => has[name]);
}

/**
 * The newest list gives a price tier's start as the window of some models (a choice of its own, to stay in the
 * cheaper tier): there the larger figure of the others is the model's.
 */
function windowOf(stated: readonly Stated[], libraryContext: number | undefined): number | undefined {
  const newest = stated.find(({ row }) => row.context !== undefined);
  const others = stated.flatMap(({ row }) => row.context ?? []).concat(libraryContext ?? []);
  const isTierStart = newest?.row.price?.tiers?.some((tier) => tier.above === newest.row.context) ?? false;
  return isTierStart ? Math.max(...others) : (newest?.row.context ?? libraryContext);
}

function controlOf(stated: readonly Stated[]): ModelInfo["reasoningControl"] {
  if (first(stated, "reasoning") !== true) return "none";
  const control = first(stated, "control");
  if (first(stated, "efforts")?.length) return "effort";
  if (control === "effort" || control === "budget" || control === "toggle") return control;
  if (first(stated, "canTurnOff") === false || control === "always") return "always";
  return first(stated, "kind") ? "toggle" : "effort";
}

function quirksOf(stated: readonly Stated[], outputStated: boolean): Record<string, unknown> {
  const efforts = first(stated, "efforts");
  return {
    ...(stated.some(({ row }) => row.temperature === false) ? { temperature: false } : {}),
    ...(first(stated, "reasoning") && efforts?.length ? { efforts } : {}),
    ...(first(stated, "reasoning") && first(stated, "canTurnOff") === false ? { reasoningOff: false } : {}),
    ...(first(stated, "adaptive") ? { adaptiveThinking: true } : {}),
    ...(outputStated ? {} : { outputAssumed: true }),
    ...(stated[0]?.row.id.endsWith(":free") ? { sharedFree: true } : {}),
  };
}

export type Facts = Omit<ModelInfo, "prices" | "scores" | "aliases" | "status">;

export function mergeFacts(stated: readonly Stated[], library: { context: number | undefined; cachePriced: boolean }): Facts {
  const [newest] = stated;
  if (!newest) throw new Error("a model needs at least one list that names it");
  const { provider, id } = newest.row;
  const window = windowOf(stated, library.context);
  const contextWindowTokens = window ?? ASSUMED_WINDOW_TOKENS;
  const output = first(stated, "output");
  return {
    id: `${provider}/${id}`,
    provider,
    model: id,
    name: first(stated, "name") ?? id,
    contextWindowTokens,
    maxOutputTokens: Math.min(output ?? ASSUMED_OUTPUT_TOKENS, contextWindowTokens),
    limitsAssumed: window === undefined,
    capabilities: capabilitiesOf(stated, library.cachePriced),
    reasoningControl: controlOf(stated),
    local: false,
    source: newest.list,
    date: newest.date,
    quirks: quirksOf(stated, output !== undefined),
  };
}
