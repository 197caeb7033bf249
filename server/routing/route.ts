// The routing decision: pure; every fact, price and clock reading comes in, an explained order comes out.
import type { Message, OutputSchema, Reasoning, ToolChoice, ToolDefinition } from "../../shared/chat.ts";
import { type ModelInfo, providerOf, unlistedModel } from "../../shared/model.ts";
import type { NanoUsd } from "../../shared/money.ts";
import type { Complexity, Exclusion, Policy, RouteDecision, TaskType } from "../../shared/route.ts";
import { complexity, type Difficulty } from "./complexity.ts";
import { type Eligible, judgePinned, type Sifted, sift } from "./eligible.ts";
import { because } from "./explain.ts";
import { believed, type Learned, learnedSignal, NEUTRAL_GAIN } from "./gain.ts";
import { rank, type Ranked, type RankingRules } from "./rank.ts";
import { promptOf, type Requirements, requirementsOf } from "./requirements.ts";
import { type Entry, type Shelf, shelve } from "./shelf.ts";

/** What is true of one provider or model right now, beside the catalogue. */
export interface Availability {
  readonly usable: boolean;
  /** For people, when not usable: "no key is set for anthropic". */
  readonly reason?: string;
  readonly rule?: "key" | "health" | "plan" | "disabled" | "unreachable" | "image";
  /** 0 to 1: share of the vendor's rate limit that is left; 1 when unknown. */
  readonly headroom: number;
}

/** The quote of one model for this prompt, from money/estimate.ts. */
export interface Estimate {
  readonly inputTokens: number;
  readonly outputTokensP50: number;
  readonly outputTokensWorst: number;
  readonly cachedShare: number;
  readonly p50NanoUsd: NanoUsd | null;
  readonly worstNanoUsd: NanoUsd | null;
  /** The input count before what was learned of this model; the quoter learns by comparing it with the bill. */
  readonly baseTokens?: number;
}

export interface RouteInput {
  readonly messages: readonly Message[];
  /** undefined or "auto" routes; a full id or alias pins. */
  readonly model?: string;
  readonly policy: Policy;
  readonly taskType?: TaskType;
  readonly tools?: readonly ToolDefinition[];
  readonly toolChoice?: ToolChoice;
  readonly output?: OutputSchema;
  readonly reasoning?: Reasoning;
  readonly maxOutputTokens?: number;
  readonly temperature?: number;
  readonly maxCostNanoUsd: NanoUsd | null;
  readonly editor?: { languageId?: string; selectionLines?: number; diagnostics?: number; command?: string };
  readonly models: readonly ModelInfo[];
  readonly availability: (model: ModelInfo) => Availability;
  readonly estimate: (model: ModelInfo) => Estimate;
  readonly banned: readonly string[];
  readonly localOnly: boolean;
  /** True where a conversation that is too long may be shortened to fit (setting context.fit). */
  readonly mayShorten?: boolean;
  /** Takes this level instead of judging the prompt: a cascade's first try, or a person's word. */
  readonly level?: Complexity;
  /** The model that answered the conversation so far and whose prompt cache is warm, if any. */
  readonly warm?: string;
  readonly now: Date;
}

export type Route = (input: RouteInput) => RouteDecision;

export interface RoutingParts {
  /** The learned scorer, once it is loaded; undefined counts every prompt as average. */
  readonly learned?: (prompt: string) => Learned | undefined;
}

/** Prepares a catalogue once and decides many times: the shelf is made anew only when another list of models comes. */
export function createRoute(parts: RoutingParts = {}): Route {
  let shelved: { models: readonly ModelInfo[]; shelf: Shelf } | undefined;
  return (input) => {
    if (shelved?.models !== input.models) shelved = { models: input.models, shelf: shelve(input.models) };
    return decide(input, shelved.shelf, parts);
  };
}

function decide(input: RouteInput, shelf: Shelf, parts: RoutingParts): RouteDecision {
  const prompt = promptOf(input.messages);
  const difficulty = complexity(prompt, { taskType: input.taskType, editor: input.editor });
  const needs = requirementsOf(input);
  const level = input.level ?? difficulty.level;
  const rules: RankingRules = {
    level,
    policy: input.policy,
    skill: difficulty.skill,
    vision: needs.vision || needs.pdf,
    warm: input.warm,
    wantsReasoning: input.reasoning !== undefined && input.reasoning !== "off",
    documents: input.taskType === "pdf_ocr" && (needs.vision || needs.pdf),
    gain: NEUTRAL_GAIN,
  };
  const pinned = input.model === undefined || input.model === "auto" ? undefined : input.model;
  const learn = () => parts.learned?.(prompt);
  const { ranked, excluded, shortened, learned } = pinned
    ? rankPinned(input, shelf, needs, rules, pinned)
    : rankAll(input, shelf, needs, rules, learn);
  return {
    tier: level,
    cognitiveTier: difficulty.cognitiveTier,
    ...(difficulty.taskType ? { taskType: difficulty.taskType } : {}),
    signals: signalsOf(difficulty, input, learned),
    policy: input.policy,
    ...(pinned ? { pinned } : {}),
    candidates: ranked.candidates,
    excluded,
    because: because(ranked, excluded, {
      level,
      policy: input.policy,
      skill: rules.vision ? "vision" : rules.skill,
      pinned,
      shortened,
    }),
    ...(ranked.degraded ? { degraded: true } : {}),
  };
}

function signalsOf(difficulty: Difficulty, input: RouteInput, learned: Learned | undefined): RouteDecision["signals"] {
  const given = input.level ? [{ name: "level as asked", points: 0, detail: input.level }] : [];
  return [...difficulty.signals, ...given, ...(learned ? [learnedSignal(learned)] : [])];
}

interface Outcome {
  readonly ranked: Ranked;
  readonly excluded: Exclusion[];
  readonly shortened: boolean;
  readonly learned?: Learned | undefined;
}

function rankAll(input: RouteInput, shelf: Shelf, needs: Requirements, rules: RankingRules, learn: () => Learned | undefined): Outcome {
  const sifted = sift(input, shelf, needs);
  const shortened = sifted.eligible.length === 0 && input.mayShorten === true && sifted.tooLong.length > 0;
  const eligible = shortened ? widest(sifted) : sifted.eligible;
  // Where quality is not weighed against price, a prediction about it would be time spent for nothing.
  const learned = rules.policy === "balanced" && weighsQuality(eligible) ? learn() : undefined;
  const ranked = rank(eligible, learned ? { ...rules, gain: believed(learned) } : rules);
  const reopened = new Set(shortened ? eligible.map(({ entry }) => entry.model.id) : []);
  const excluded = shortened ? sifted.excluded.filter((exclusion) => !reopened.has(exclusion.model)) : sifted.excluded;
  return { ranked, excluded, shortened, learned };
}

function weighsQuality(eligible: readonly Eligible[]): boolean {
  let measured = 0;
  for (const { entry } of eligible) {
    if (entry.quality.general !== null) measured += 1;
    if (measured > 1) return true;
  }
  return false;
}

/** Nothing fits: those with the largest window lose the least of the conversation. */
function widest({ tooLong }: Sifted): Eligible[] {
  const most = tooLong.reduce((largest, { entry }) => Math.max(largest, entry.model.contextWindowTokens), 0);
  return tooLong.filter(({ entry }) => entry.model.contextWindowTokens === most);
}

function rankPinned(input: RouteInput, shelf: Shelf, needs: Requirements, rules: RankingRules, pinned: string): Outcome {
  const entry = shelf.find(pinned) ?? unlisted(pinned, shelf, input);
  const refused = (exclusion: Exclusion): Outcome => ({ ranked: NOTHING, excluded: [exclusion], shortened: false });
  if (!entry) return refused(unknownModel(pinned, shelf));
  const judged = judgePinned(input, entry, needs);
  if ("reason" in judged) return refused(judged);
  return { ranked: { ...rank([judged], { ...rules, level: "simple" }), degraded: false }, excluded: [], shortened: false };
}

const NOTHING: Ranked = { candidates: [], floor: 0, degraded: false };

/** A chosen model is never silently dropped: one that no list names is tried with stated default limits. */
function unlisted(pinned: string, shelf: Shelf, input: RouteInput): Entry | undefined {
  const known = pinned.includes("/") && shelf.providers.some(({ id }) => id === providerOf(pinned));
  if (!known) return undefined;
  const day = input.now.toISOString().slice(0, 10);
  return shelve([unlistedModel(pinned, "ghost", "asked for by name", day)]).find(pinned);
}

function unknownModel(pinned: string, shelf: Shelf): Exclusion {
  const reason = pinned.includes("/")
    ? `there is no provider ${providerOf(pinned)}; known are ${shelf.providers.map(({ id }) => id).join(", ")}`
    : "a model is named provider/model-id";
  return { model: pinned, rule: "unknown", reason };
}
