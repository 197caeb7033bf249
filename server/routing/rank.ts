// The order of those that may take a prompt: quality against expected cost, good enough before too weak, measured before unknown; pure.
import type { NanoUsd } from "../../shared/money.ts";
import type { Candidate, Complexity, Policy } from "../../shared/route.ts";
import { lowerLevel, type SkillWanted } from "./complexity.ts";
import type { Eligible } from "./eligible.ts";
import { FALLBACK_ORDER } from "./fallback-order.ts";
import type { Availability } from "./route.ts";
import type { Entry, SkillName } from "./shelf.ts";
import { Standings } from "./standings.ts";
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

export function rank(eligible: readonly Eligible[], rules: RankingRules): Ranked {
  const exponent = QUALITY_EXPONENTS[rules.policy][rules.level] * (0.5 + rules.gain);
  const trade: Trade = { exponent, leastCost: LEAST_COSTS_NANO_USD[rules.policy][rules.level] };
  const floorLevel = rules.policy === "cheap" ? lowerLevel(rules.level) : rules.level;
  const standings = new Standings(eligible.length);
  const skill: SkillName = rules.vision ? "vision" : rules.skill;
  const remarks = new Remarks(skill, rules.level, QUALITY_FLOORS[floorLevel]);
  const judging: Judging = { rules, trade, floors: floorsFrom(floorLevel), standings, remarks, skill };
  const candidates = eligible.map((one, index) => judge(one, index, judging));
  const degraded = isBlind(eligible, standings, rules.level);
  const order = degraded ? staticOrder(eligible, standings, rules.level) : standings.order();
  const ordered: Candidate[] = [];
  for (let at = 0; at < order.length; at += 1) {
    const candidate = candidates[order[at] ?? 0];
    if (candidate !== undefined) ordered.push(candidate);
  }
  return { candidates: ordered, floor: QUALITY_FLOORS[floorLevel], degraded };
}

/** The floors of a level and of those below it, down to the one above none. */
function floorsFrom(wanted: Complexity): readonly number[] {
  const floors: number[] = [];
  for (let level = wanted; level !== "simple"; level = lowerLevel(level)) floors.push(QUALITY_FLOORS[level]);
  return floors;
}

/** How many levels' floors lie between the wanted one and this quality. */
function stepsBelow(quality: number, floors: readonly number[]): number {
  let steps = 0;
  for (const floor of floors) {
    if (quality >= floor) break;
    steps += 1;
  }
  return steps;
}

/** Sight that nobody measured is not told by how well a model writes: such a model stands one step lower than its general score. */
const UNSEEN_STEPS = 1;
const UNSEEN = ", after models whose sight was measured";

/** By name, not by key: a load by a key that varies costs more than all else that is done for a model. */
function qualityIn(skill: SkillName, quality: Entry["quality"]): number | null {
  switch (skill) {
    case "general":
      return quality.general;
    case "code":
      return quality.code;
    case "maths":
      return quality.maths;
    case "vision":
      return quality.vision;
  }
}

interface Judging {
  readonly rules: RankingRules;
  readonly trade: Trade;
  readonly floors: readonly number[];
  readonly standings: Standings;
  readonly remarks: Remarks;
  readonly skill: SkillName;
}

/** Hot: a large catalogue makes a thousand of these for one prompt, so nothing is made that most do not need. */
function judge(one: Eligible, index: number, { rules, trade, floors, standings, remarks, skill }: Judging): Candidate {
  const { entry, estimate, availability } = one;
  const own = qualityIn(skill, entry.quality);
  const quality = own ?? entry.quality.general;
  const cost = entry.isFree ? 0 : estimate.p50NanoUsd;
  const steps = quality === null ? GROUP.unmeasured : stepsBelow(quality, floors);
  const unseen = own === null && skill === "vision" ? UNSEEN_STEPS : 0;
  const byQuality = Math.min(GROUP.unmeasured, steps + unseen);
  const group = groupOf(availability.headroom, byQuality, cost, entry.sharedFree && rules.policy !== "cheap");
  const score = worthOf(quality, cost, trade) * factorOf(entry, availability, rules);
  standings.set(index, group, score, cost, quality, entry.place);
  const parts = partsOf(one, quality, cost, rules, trade);
  const notes = remarks.of(own !== null, quality !== null, cost !== null, group, steps > 0);
  if (notes.length === 0 && one.notes.length === 0) return { model: entry.id, score, parts, estimate };
  return { model: entry.id, score, parts, estimate, notes: one.notes.length === 0 ? notes : [...notes, ...one.notes] };
}

/** What is to be said of a candidate: of hundreds the same, so it is said once. */
class Remarks {
  readonly #skill: SkillName;
  readonly #level: Complexity;
  readonly #floor: number;
  readonly #said: string[][] = [];

  constructor(skill: SkillName, level: Complexity, floor: number) {
    this.#skill = skill;
    this.#level = level;
    this.#floor = floor;
  }

  of(isOwn: boolean, isMeasured: boolean, isPriced: boolean, group: number, isWeak: boolean): string[] {
    const key = group * 16 + (isOwn ? 1 : 0) + (isMeasured ? 2 : 0) + (isPriced ? 4 : 0) + (isWeak ? 8 : 0);
    this.#said[key] ??= this.#say(isOwn, isMeasured, isPriced, group, isWeak);
    return this.#said[key];
  }

  #say(isOwn: boolean, isMeasured: boolean, isPriced: boolean, group: number, isWeak: boolean): string[] {
    const notes: string[] = [];
    if (!isMeasured) notes.push("no quality score is published; ranked after measured models");
    else if (!isOwn) notes.push(`no ${this.#skill} score is published; its general score counts${this.#skill === "vision" ? UNSEEN : ""}`);
    if (!isPriced) notes.push("its price is unknown; ranked after priced models");
    if (group === GROUP.sharedFree) notes.push("shared free capacity with daily limits; ranked last");
    if (group === GROUP.exhausted) notes.push("its rate limit is used up for now; asked last");
    if (isMeasured && isWeak)
      notes.push(`its quality is below ${this.#floor}, the least for ${this.#level} prompts; ranked after those that reach it`);
    return notes;
  }
}

function groupOf(headroom: number, byQuality: number, cost: NanoUsd | null, isSharedFree: boolean): number {
  if (headroom <= 0) return GROUP.exhausted;
  if (isSharedFree) return GROUP.sharedFree;
  return cost === null ? GROUP.unpriced : byQuality;
}

/** Quality to the exponent, per cent of expected cost. */
function worthOf(quality: number | null, cost: NanoUsd | null, { exponent, leastCost }: Trade): number {
  if (quality === null || cost === null) return 0;
  return (quality / 100) ** exponent / (Math.max(cost, leastCost) / 1e7);
}

function factorOf(entry: Entry, availability: Availability, rules: RankingRules): number {
  const headroom = Math.max(LEAST_HEADROOM_FACTOR, Math.min(1, availability.headroom));
  const warm = entry.id === rules.warm ? WARM_FACTOR : 1;
  const reasons = rules.wantsReasoning && !entry.model.capabilities.includes("reasoning") ? NO_REASONING_FACTOR : 1;
  const reads = rules.documents && entry.model.capabilities.includes("pdf") ? DOCUMENT_FACTOR : 1;
  return headroom * warm * reasons * reads;
}

/** Without any score or without any price there is nothing to weigh: the static order decides, where it names one of them. */
function isBlind(eligible: readonly Eligible[], standings: Standings, level: Complexity): boolean {
  if (standings.anyMeasured && standings.anyPriced) return false;
  return eligible.some(({ entry }) => FALLBACK_ORDER[level].includes(entry.id));
}

/** The order made from the catalogue for the case that nothing can be computed; what it does not name comes after, local first. */
function staticOrder(eligible: readonly Eligible[], standings: Standings, level: Complexity): number[] {
  const places = new Map(FALLBACK_ORDER[level].map((id, place) => [id, place]));
  const placeOf = ({ entry }: Eligible) => places.get(entry.id) ?? (entry.model.local ? places.size : places.size + 1);
  const place = eligible.map(placeOf);
  return eligible
    .map((_, index) => index)
    .sort(
      (left, right) => standings.compareGroups(left, right) || (place[left] ?? 0) - (place[right] ?? 0) || standings.compare(left, right),
    );
}

function partsOf(
  { entry, estimate, availability }: Eligible,
  quality: number | null,
  cost: NanoUsd | null,
  rules: RankingRules,
  { exponent }: Trade,
): Record<string, number> {
  const { headroom } = availability;
  const parts: Record<string, number> = shownBy(quality, cost, estimate.cachedShare, exponent);
  if (headroom < 1) parts.headroom = headroom;
  if (entry.id === rules.warm) parts.warm = WARM_FACTOR;
  return parts;
}

/** Written out, since one literal a case is several times faster than one that grows. */
function shownBy(quality: number | null, cost: NanoUsd | null, cache: number, policy: number): Record<string, number> {
  if (quality === null) return cost === null ? { cache, policy } : { price: cost / 1e9, cache, policy };
  return cost === null ? { quality, cache, policy } : { quality, price: cost / 1e9, cache, policy };
}
