// The cascade's two pure questions: is there a cheaper model worth trying first, and does its answer hold; the spine does the asking.
import type { StopReason } from "../../shared/chat.ts";
import type { NanoUsd } from "../../shared/money.ts";
import type { Candidate, RouteDecision } from "../../shared/route.ts";
import { lowerLevel } from "./complexity.ts";
import type { Route, RouteInput } from "./route.ts";
import { CASCADE_SHARE, LEAST_AGREEMENT, LEAST_CONFIDENCE, SECOND_SAMPLE_SHARE } from "./weights.ts";

export interface Cascade {
  /** The cheaper model, asked first. */
  readonly try: Candidate;
  /** The one that routing chose, asked once when the check fails. */
  readonly escalateTo: Candidate;
  /** The cheaper model may be asked twice, where its answer is one that two samples can be compared in. */
  readonly mayAskTwice: boolean;
  /** All attempts together: what is quoted and what is reserved at the most. */
  readonly p50NanoUsd: NanoUsd;
  readonly worstNanoUsd: NanoUsd;
  readonly because: string;
}

/** Null where nothing is spared: another policy, a pin, an easy prompt, an unknown price, or nothing much cheaper. */
export function cascadeOf(decision: RouteDecision, input: RouteInput, route: Route): Cascade | null {
  const [chosen] = decision.candidates;
  if (!chosen || decision.policy !== "balanced" || decision.pinned !== undefined || decision.tier === "simple") return null;
  const lower = route({ ...input, policy: "cheap", level: lowerLevel(decision.tier) });
  const cheaper = lower.candidates.find((candidate) => isWorthTrying(candidate, chosen));
  if (!cheaper) return null;
  const [first, second] = [cheaper.estimate, chosen.estimate];
  if (first.p50NanoUsd === null || second.p50NanoUsd === null || first.worstNanoUsd === null || second.worstNanoUsd === null) return null;
  const mayAskTwice = isComparable(input) && first.p50NanoUsd <= second.p50NanoUsd * SECOND_SAMPLE_SHARE;
  const samples = mayAskTwice ? 2 : 1;
  return {
    try: cheaper,
    escalateTo: chosen,
    mayAskTwice,
    p50NanoUsd: samples * first.p50NanoUsd + second.p50NanoUsd,
    worstNanoUsd: samples * first.worstNanoUsd + second.worstNanoUsd,
    because: `${cheaper.model} is tried first at ${share(first.p50NanoUsd, second.p50NanoUsd)} of the price of ${chosen.model}, which is asked when the answer does not hold${mayAskTwice ? " or two short answers differ" : ""}.`,
  };
}

/** Calls are acted on, not compared; with a temperature of 0 a second sample would be the first again. */
function isComparable({ tools, temperature }: RouteInput): boolean {
  return (tools?.length ?? 0) === 0 && temperature !== 0;
}

/** Two long texts differ in words however much they agree: only a short answer is worth a second sample. */
export function isWorthASecondSample({ text, toolCalls, meanLogprob }: Finished): boolean {
  return toolCalls === 0 && meanLogprob === undefined && isShort(text.trim());
}

function share(part: NanoUsd, whole: NanoUsd): string {
  return `${Math.max(1, Math.round((100 * part) / whole))} %`;
}

function isWorthTrying({ model, parts, estimate }: Candidate, chosen: Candidate): boolean {
  const [cost, spared] = [estimate.p50NanoUsd, chosen.estimate.p50NanoUsd];
  if (model === chosen.model || model.startsWith("demo/") || parts.quality === undefined) return false;
  return cost !== null && spared !== null && cost <= spared * CASCADE_SHARE;
}

/** What is known of a finished answer without asking anybody. */
export interface Finished {
  readonly text: string;
  readonly stopReason: StopReason;
  readonly toolCalls: number;
  /** Absent where no schema was asked for. */
  readonly fitsSchema?: boolean;
  /** The mean of the natural logarithms of its tokens' probabilities, where the vendor gives them. */
  readonly meanLogprob?: number | undefined;
  /** A second sample of the same cheap model, where one was taken. */
  readonly secondSample?: string | undefined;
}

export interface Doubt {
  readonly signal: "cut off" | "empty" | "schema" | "refusal" | "hedging" | "confidence" | "agreement";
  readonly detail: string;
}

/**
 * Every reason to doubt an answer; none means that it holds, however short it is. A vendor's own refusal is no
 * doubt: a prompt that was refused is not taken to the next vendor.
 */
export function doubtsAbout(answer: Finished): Doubt[] {
  if (answer.stopReason === "refused") return [];
  const doubts: Doubt[] = [];
  const opening = openingOf(answer.text);
  if (answer.stopReason === "length") doubts.push({ signal: "cut off", detail: "it reached the length limit" });
  if (answer.text.trim() === "" && answer.toolCalls === 0) doubts.push({ signal: "empty", detail: "it says nothing" });
  if (answer.fitsSchema === false) doubts.push({ signal: "schema", detail: "it does not fit the schema" });
  const refusal = REFUSALS.find((phrase) => opening.includes(phrase));
  if (refusal) doubts.push({ signal: "refusal", detail: `it says "${refusal}"` });
  const hedge = refusal ? undefined : HEDGES.find((phrase) => opening.includes(phrase));
  if (hedge) doubts.push({ signal: "hedging", detail: `it says "${hedge}"` });
  return [...doubts, ...measuredDoubts(answer)];
}

function measuredDoubts({ text, meanLogprob, secondSample }: Finished): Doubt[] {
  const doubts: Doubt[] = [];
  const confidence = meanLogprob === undefined ? null : Math.exp(meanLogprob);
  if (confidence !== null && confidence < LEAST_CONFIDENCE) {
    doubts.push({ signal: "confidence", detail: `its tokens have a mean probability of ${confidence.toFixed(2)}` });
  }
  const agreed = secondSample === undefined ? null : agreement(text, secondSample);
  if (agreed !== null && agreed < LEAST_AGREEMENT) {
    doubts.push({ signal: "agreement", detail: `two samples agree by ${agreed.toFixed(2)}` });
  }
  return doubts;
}

const OPENING_CHARACTERS = 240;

/** Only where an answer begins is a refusal one; the same words further on may be quoted, and code may hold anything. */
function openingOf(text: string): string {
  const fence = text.indexOf("```");
  return (fence < 0 ? text : text.slice(0, fence)).slice(0, OPENING_CHARACTERS).toLowerCase().replaceAll("’", "'");
}

const REFUSALS: readonly string[] = [
  "i can't help with",
  "i cannot help with",
  "i can't assist",
  "i cannot assist",
  "i'm unable to",
  "i am unable to",
  "i'm sorry, but i can't",
  "i'm sorry, but i cannot",
  "as an ai language model",
  "no puedo ayudarte",
  "je ne peux pas vous aider",
  "ich kann dir dabei nicht helfen",
  "não posso ajudar",
  "我无法",
  "申し訳ありませんが",
];

const HEDGES: readonly string[] = [
  "i'm not sure",
  "i am not sure",
  "i don't know",
  "i do not know",
  "i don't have enough information",
  "i'm not certain",
  "no estoy seguro",
  "je ne suis pas sûr",
  "ich bin mir nicht sicher",
  "我不确定",
];

/** 0 to 1: the same final number or JSON is agreement; else the share of words that both have. */
export function agreement(left: string, right: string): number {
  const [one, other] = [left.trim(), right.trim()];
  if (one === other) return 1;
  const [leftNumber, rightNumber] = [lastNumber(one), lastNumber(other)];
  if (isShort(one) && isShort(other) && leftNumber !== null && rightNumber !== null) return leftNumber === rightNumber ? 1 : 0;
  const [leftWords, rightWords] = [wordsOf(one), wordsOf(other)];
  const shared = [...leftWords].filter((word) => rightWords.has(word)).length;
  const all = new Set([...leftWords, ...rightWords]).size;
  return all === 0 ? 1 : shared / all;
}

function isShort(text: string): boolean {
  return text.length <= 400;
}

function lastNumber(text: string): number | null {
  const found = text.match(/-?\d+(?:\.\d+)?/g)?.at(-1);
  return found === undefined ? null : Number(found);
}

function wordsOf(text: string): Set<string> {
  return new Set(text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []);
}
