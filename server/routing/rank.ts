// The order of those that may take a prompt: quality against expected cost, good enough before too weak, measured before unknown; pure.
import { isFree } from "../../shared/model.ts";
import type { NanoUsd } from "../../shared/money.ts";
import type { Candidate, Complexity, Policy } from "../../shared/route.ts";
import { lowerLevel, type SkillWanted } from "./complexity.ts";
import type { Eligible } from "./eligible.ts";
import { FALLBACK_ORDER } from "./fallback-order.ts";
import type { Entry, SkillName } from "./shelf.ts";
import {
  DOCUMENT_FACTOR,
  LEAST_COSTS_NANO_USD,
  LEAST_HEADROOM_FACTOR,
  NO_REASONING_FACTOR,
  QUALITY_EXPONENTS,
  QUALITY_FLOORS,
  WARM_FACTOR,
} from "./weights.ts";

export interface RankingRules {
  readonly level: Complexity;
  readonly policy: Policy;
  readonly skill: SkillWanted;
  readonly vision: boolean;
  readonly warm: string | undefined;
  readonly wantsReasoning: boolean;
  /** Pages are to be read: who is made for documents is preferred. */
  readonly documents: boolean;
  /** How much a stronger model is predicted to gain here, 0 to 1; half is the average prompt. */
  readonly gain: number;
}

export interface Ranked {
  readonly candidates: Candidate[];
  /** The least quality for this level and policy; weaker models come after all that reach it. */
  readonly floor: number;
  /** No price or no score was known of any: the static order decided. */
  readonly degraded: boolean;
}

/**
 * Lower groups come first, whatever the score: 0 reaches the floor, 1 to 3 miss it by so many steps. A model
 * that is too weak is still asked before none at all, and a person's price cap never takes one away.
 */
const GROUP = { unmeasured: 4, unpriced: 5, sharedFree: 6, exhausted: 7 } as const;

/** What a point of quality may cost, and below which cost nothing is saved. */
interface Trade {
  readonly exponent: number;
  readonly leastCost: NanoUsd;
}

interface Judged {
  readonly one: Eligible;
  readonly group: number;
  readonly quality: number | null;
  readonly cost: NanoUsd | null;
  readonly score: number;
  readonly notes: readonly string[];
}

export function rank(eligible: readonly Eligible[], rules: RankingRules): Ranked {
  const exponent = QUALITY_EXPONENTS[rules.policy][rules.level] * (0.5 + rules.gain);
  const trade: Trade = { exponent, leastCost: LEAST_COSTS_NANO_USD[rules.policy][rules.level] };
  const floorLevel = rules.policy === "cheap" ? lowerLevel(rules.level) : rules.level;
  const judged = eligible.map((one) => judge(one, rules, trade, floorLevel));
  const degraded = isBlind(judged, rules.level);
  const order = judged.sort(degraded ? staticOrder(rules.level) : compare);
  return { candidates: order.map((row) => candidateOf(row, rules, exponent)), floor: QUALITY_FLOORS[floorLevel], degraded };
}

/** How many levels' floors lie between the wanted one and this quality. */
function stepsBelow(quality: number, wanted: Complexity): number {
  let steps = 0;
  for (let level = wanted; quality < QUALITY_FLOORS[level] && level !== "simple"; level = lowerLevel(level)) steps += 1;
  return steps;
}

/** Sight that nobody measured is not told by how well a model writes: such a model stands one step lower than its general score. */
const UNSEEN_STEPS = 1;

function qualityOf(entry: Entry, rules: RankingRules): { quality: number | null; note: string | null; stepsLower?: number } {
  const skill: SkillName = rules.vision ? "vision" : rules.skill;
  const own = entry.quality[skill];
  if (own !== null || entry.quality.general === null)
    return { quality: own, note: own === null ? "no quality score is published; ranked after measured models" : null };
  const note = `no ${skill} score is published; its general score counts`;
  if (!rules.vision) return { quality: entry.quality.general, note };
  return { quality: entry.quality.general, note: `${note}, after models whose sight was measured`, stepsLower: UNSEEN_STEPS };
}

function judge(one: Eligible, rules: RankingRules, trade: Trade, floorLevel: Complexity): Judged {
  const { model } = one.entry;
  const { quality, note, stepsLower = 0 } = qualityOf(one.entry, rules);
  const cost = isFree(model) ? 0 : one.estimate.p50NanoUsd;
  const isSharedFree = model.quirks?.sharedFree === true && rules.policy !== "cheap";
  const steps = quality === null ? 0 : stepsBelow(quality, floorLevel);
  const group = groupOf(one, quality === null ? GROUP.unmeasured : Math.min(GROUP.unmeasured, steps + stepsLower), cost, isSharedFree);
  const isPlain = note === null && cost !== null && steps === 0 && group < GROUP.sharedFree;
  const notes = isPlain ? NO_NOTES : notesOf({ note, cost, group, tooWeak: steps > 0 ? QUALITY_FLOORS[floorLevel] : null }, rules);
  return { one, group, quality, cost, score: worthOf(quality, cost, trade) * factorOf(one, rules), notes };
}

const NO_NOTES: readonly string[] = [];

interface Remarks {
  readonly note: string | null;
  readonly cost: NanoUsd | null;
  readonly group: number;
  readonly tooWeak: number | null;
}

function notesOf({ note, cost, group, tooWeak }: Remarks, { level }: RankingRules): string[] {
  const notes = note ? [note] : [];
  if (cost === null) notes.push("its price is unknown; ranked after priced models");
  if (group === GROUP.sharedFree) notes.push("shared free capacity with daily limits; ranked last");
  if (group === GROUP.exhausted) notes.push("its rate limit is used up for now; asked last");
  if (tooWeak !== null) notes.push(`its quality is below ${tooWeak}, the least for ${level} prompts; ranked after those that reach it`);
  return notes;
}

function groupOf({ availability }: Eligible, byQuality: number, cost: NanoUsd | null, isSharedFree: boolean): number {
  if (availability.headroom <= 0) return GROUP.exhausted;
  if (isSharedFree) return GROUP.sharedFree;
  return cost === null ? GROUP.unpriced : byQuality;
}

/** Quality to the exponent, per cent of expected cost. */
function worthOf(quality: number | null, cost: NanoUsd | null, { exponent, leastCost }: Trade): number {
  if (quality === null || cost === null) return 0;
  return (quality / 100) ** exponent / (Math.max(cost, leastCost) / 1e7);
}

function factorOf({ entry, availability }: Eligible, rules: RankingRules): number {
  const headroom = Math.max(LEAST_HEADROOM_FACTOR, Math.min(1, availability.headroom));
  const warm = entry.model.id === rules.warm ? WARM_FACTOR : 1;
  const reasons = rules.wantsReasoning && !entry.model.capabilities.includes("reasoning") ? NO_REASONING_FACTOR : 1;
  const reads = rules.documents && entry.model.capabilities.includes("pdf") ? DOCUMENT_FACTOR : 1;
  return headroom * warm * reasons * reads;
}

/** Without any score or without any price there is nothing to weigh: the static order decides, where it names one of them. */
function isBlind(kept: readonly Judged[], level: Complexity): boolean {
  if (kept.some(({ quality }) => quality !== null) && kept.some(({ cost }) => cost !== null)) return false;
  return kept.some(({ one }) => FALLBACK_ORDER[level].includes(one.entry.model.id));
}

function compare(left: Judged, right: Judged): number {
  return (
    left.group - right.group ||
    right.score - left.score ||
    (left.cost ?? 0) - (right.cost ?? 0) ||
    (right.quality ?? 0) - (left.quality ?? 0) ||
    left.one.entry.place - right.one.entry.place
  );
}

/** The order made from the catalogue for the case that nothing can be computed; what it does not name comes after, local first. */
function staticOrder(level: Complexity): (left: Judged, right: Judged) => number {
  const places = new Map(FALLBACK_ORDER[level].map((id, place) => [id, place]));
  const placeOf = ({ one }: Judged) => places.get(one.entry.model.id) ?? (one.entry.model.local ? places.size : places.size + 1);
  return (left, right) => left.group - right.group || placeOf(left) - placeOf(right) || compare(left, right);
}

/** Hot: a large catalogue makes a thousand of these for one prompt, so nothing is copied that can be handed on. */
function candidateOf({ one, quality, cost, score, notes }: Judged, rules: RankingRules, exponent: number): Candidate {
  const { entry, estimate, availability } = one;
  const parts: Record<string, number> = {};
  if (quality !== null) parts.quality = quality;
  if (cost !== null) parts.price = cost / 1e9;
  parts.cache = estimate.cachedShare;
  parts.policy = exponent;
  if (availability.headroom < 1) parts.headroom = availability.headroom;
  if (entry.model.id === rules.warm) parts.warm = WARM_FACTOR;
  const candidate: Candidate = { model: entry.model.id, score, parts, estimate };
  if (notes !== NO_NOTES || one.notes.length > 0) candidate.notes = [...notes, ...one.notes];
  return candidate;
}
