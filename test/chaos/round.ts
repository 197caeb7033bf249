// One round: what is asked, what is planned, and how the answer is judged against both.
import type { ChatEvent, ChatResult } from "../../shared/chat.ts";
import type { Dialect } from "../../shared/custom.ts";
import { RpcError } from "../support/sidecar.ts";
import { ENDLESS, type Fault, FAULTS, SLOW } from "./faults.ts";
import { expect, type Expected } from "./oracle.ts";
import type { Plan, Seen } from "./provider.ts";
import type { Chance } from "./seed.ts";

export const MOST_ATTEMPTS = 4;

export interface RoundProvider {
  readonly id: string;
  readonly dialect: Dialect;
  readonly reach: "answers" | "refused" | "tls";
}

export interface Round {
  readonly name: string;
  readonly providers: readonly RoundProvider[];
  /** One model by name, or whatever the router chooses among this round's providers. */
  readonly pinned: boolean;
  readonly onBreak: "stop" | "offer" | "continue";
  readonly plan: Plan;
  /** Stop after so many text events; null lets it run. */
  readonly stopAfter: number | null;
}

export function makeRound(number: number, chance: Chance, dialects: readonly Dialect[]): Round {
  const name = `r${number}`;
  const pinned = chance.next() < 0.6;
  const count = pinned ? 1 : 2 + chance.below(3);
  const providers = Array.from({ length: count }, (_, at): RoundProvider => {
    const reach = chance.next() < 0.06 ? chance.pick(["refused", "tls"] as const) : "answers";
    return { id: `${name}-${String.fromCharCode(97 + at)}`, dialect: chance.pick(dialects), reach };
  });
  const stopAfter = chance.next() < 0.08 && providers.every(({ reach }) => reach === "answers") ? chance.below(6) : null;
  const counts =
    chance.next() < 0.1 ? chance.pick(["missing", "absurd"] as const) : { input: 10 + chance.below(500), output: 10 + chance.below(80) };
  const plan: Plan = {
    text: textOf(number, chance),
    call: chance.next() < 0.2 ? { name: "note", arguments: JSON.stringify({ of: name, words: ["one", "zwei", "三"], n: number }) } : null,
    counts,
    faults: stopAfter === null ? faultsFor(chance) : [SLOW],
    continues: chance.pick(["exactly", "repeating", "after a gap"] as const),
    seed: chance.below(2 ** 31),
  };
  return { name, providers, pinned, onBreak: chance.pick(["stop", "offer", "continue"] as const), plan, stopAfter };
}

/** A long, slow answer that is stopped after its first words. */
export function slowRound(name: string, dialect: Dialect): Round {
  const plan = { text: "word ".repeat(400), call: null, counts: { input: 10, output: 10 }, continues: "exactly", seed: 1 } as const;
  const providers = [{ id: `${name}-a`, dialect, reach: "answers" as const }];
  return { name, providers, pinned: true, onBreak: "stop", plan: { ...plan, faults: [SLOW] }, stopAfter: 3 };
}

function faultsFor(chance: Chance): Fault[] {
  if (chance.next() < 0.02) return [ENDLESS];
  const bad = FAULTS.filter(({ kind }) => kind !== null);
  const harmless = FAULTS.filter(({ kind }) => kind === null);
  const length = chance.pick([0, 1, 1, 1, 2, 2, 3, MOST_ATTEMPTS]);
  return [...Array.from({ length }, () => chance.pick(bad)), chance.pick(harmless)];
}

const WORDS = [
  "crystallised",
  "überprüfungen",
  "наблюдательный",
  "continuation",
  "人々は考えながら歩く",
  "straightforward",
  "façonnements",
  "🙂🙃smiling-faces",
];

/** Long words that are each their own, in several scripts: what is repeated or lost shows. */
export function textOf(number: number, chance: Chance): string {
  const count = 12 + chance.below(40);
  const words = Array.from({ length: count }, (_, at) => `${chance.pick(WORDS)}${number}x${at}`);
  return words
    .map((word) => word + chance.pick([" ", " ", ", ", ".\n", "\n\n", ": "]))
    .join("")
    .trimEnd();
}

export interface Outcome {
  readonly result: ChatResult | null;
  readonly error: RpcError | Error | null;
  readonly events: readonly ChatEvent[];
}

/** Everything that is wrong with the round, in words; empty when all is well. */
export function judge(round: Round, outcome: Outcome, seen: readonly Seen[]): string[] {
  const { result, error, events } = outcome;
  if (error && !(error instanceof RpcError)) return [error.message];
  const wrong = [...judgeEvents(events, result), ...judgeAttempts(round, outcome, seen)];
  if (round.stopAfter !== null) return [...wrong, ...judgeStopped(round, result)];
  if (seen.some(({ fault }) => fault === ENDLESS)) return [...wrong, ...judgeEndless(round, result)];
  const expected = expectedOf(round, outcome);
  if (expected === null) return [...wrong, "there was no route event"];
  return [...wrong, ...judgeEnd(round, expected, result, error), ...judgeShown(round, expected, result, seen)];
}

export function expectedOf(round: Round, outcome: Outcome): Expected | null {
  const route = outcome.events.find((event) => event.type === "route");
  if (route?.type !== "route") return null;
  const candidates = route.route.candidates.map(({ model }) => model.slice(0, model.indexOf("/")));
  const unreachable = new Set(round.providers.filter(({ reach }) => reach !== "answers").map(({ id }) => id));
  const { onBreak, plan } = round;
  const claimed = attemptsOf(outcome);
  const wasShown = (attempt: number) => claimed[attempt]?.outcome === "broken";
  return expect({ faults: plan.faults, candidates, unreachable, onBreak, maxAttempts: MOST_ATTEMPTS, wasShown });
}

function judgeEnd(round: Round, expected: Expected, result: ChatResult | null, error: RpcError | null): string[] {
  const asked = attemptsOf({ result, error }).map(({ provider }) => provider);
  const wrong = asked.join() === expected.attempts.join() ? [] : [`asked ${asked.join(", ")} instead of ${expected.attempts.join(", ")}`];
  if (expected.end === "complete") {
    if (!result) return [...wrong, `failed as ${error?.kind} (${error?.message}) instead of completing`];
    const reason = round.plan.call ? "toolUse" : "end";
    if (result.stopReason !== reason) wrong.push(`ended as ${result.stopReason} (${result.failure?.message}) instead of ${reason}`);
    if (result.text !== round.plan.text) wrong.push(`the text is ${firstDifference(result.text, round.plan.text)}`);
    const calls = result.parts.flatMap((part) => (part.type === "toolCall" ? [JSON.stringify(part.arguments)] : []));
    if (calls.join() !== (round.plan.call?.arguments ?? "")) wrong.push(`the calls are ${calls.join() || "none"}`);
    return wrong;
  }
  if (expected.end === "broken") {
    if (result?.stopReason !== "broken") return [...wrong, `ended as ${result?.stopReason ?? error?.kind} instead of broken`];
    if (result.failure?.kind !== expected.kind) wrong.push(`broke as ${result.failure?.kind} instead of ${expected.kind}`);
    if (result.parts.some((part) => part.type === "toolCall")) wrong.push("a call of a broken answer was handed out");
    return wrong;
  }
  const kind = new Set(expected.attempts).size > 1 ? "allFailed" : expected.kind;
  if (error?.kind !== kind) wrong.push(`ended as ${result?.stopReason ?? error?.kind} (${error?.message}) instead of ${kind}`);
  return wrong;
}

/** A broken answer shows a beginning of the text: all that came, where nothing was lost on the way. */
function judgeShown(round: Round, expected: Expected, result: ChatResult | null, seen: readonly Seen[]): string[] {
  if (expected.end !== "broken" || !result) return [];
  if (!round.plan.text.startsWith(result.text)) return [`the partial text is ${firstDifference(result.text, round.plan.text)}`];
  const isFirst = seen.filter(({ fault }) => fault.midway).length === 1;
  const sent = seen.find(({ fault }) => fault.midway)?.stage.sent ?? "";
  if (expected.lossless && isFirst && result.text !== sent) return [`of ${sent.length} characters ${result.text.length} were shown`];
  return [];
}

function judgeStopped(round: Round, result: ChatResult | null): string[] {
  if (!result) return ["a stopped chat has no result"];
  if (!["cancelled", "end", "toolUse"].includes(result.stopReason)) return [`a stopped chat ended as ${result.stopReason}`];
  return round.plan.text.startsWith(result.text) ? [] : [`the stopped text is ${firstDifference(result.text, round.plan.text)}`];
}

function judgeEndless(round: Round, result: ChatResult | null): string[] {
  if (!result) return ["an endless answer has no result"];
  if (result.stopReason !== "budget") return [`an endless answer ended as ${result.stopReason}`];
  return result.text.startsWith(round.plan.text) ? [] : [`the endless text is ${firstDifference(result.text, round.plan.text)}`];
}

/** Numbered without gaps, and what was streamed is what is answered. */
function judgeEvents(events: readonly ChatEvent[], result: ChatResult | null): string[] {
  const wrong = events.every((event, at) => event.seq === at) ? [] : ["the events are not numbered without gaps"];
  let text = "";
  for (const event of events) {
    if (event.type === "seam" && event.restarted) text = text.slice(0, event.at);
    if (event.type === "text-delta") text += event.text;
  }
  if (result && text !== result.text) wrong.push(`what was streamed is ${firstDifference(text, result.text)}`);
  if (result && events.at(-1)?.type !== "end") wrong.push("the last event is no end");
  return wrong;
}

/** One attempt for one request that the provider saw, in the same order. */
function judgeAttempts(round: Round, outcome: Outcome, seen: readonly Seen[]): string[] {
  const answering = new Set(round.providers.filter(({ reach }) => reach === "answers").map(({ id }) => id));
  const claimed = attemptsOf(outcome)
    .map(({ provider }) => provider)
    .filter((provider) => answering.has(provider));
  const real = seen.map(({ provider }) => provider);
  // A stop may come before the request has left.
  if (round.stopAfter !== null && claimed.length === real.length + 1) claimed.pop();
  return claimed.join() === real.join()
    ? []
    : [`claims requests to ${claimed.join() || "nobody"}; the provider saw ${real.join() || "none"}`];
}

export interface ClaimedAttempt {
  readonly id: string;
  readonly provider: string;
  readonly outcome: string;
  readonly usage: { readonly inputTokens: number; readonly outputTokens: number; readonly provenance: string };
}

export function attemptsOf(outcome: Pick<Outcome, "result" | "error">): readonly ClaimedAttempt[] {
  if (outcome.result) return outcome.result.attempts;
  return outcome.error instanceof RpcError ? ((outcome.error.data?.attempts ?? []) as ClaimedAttempt[]) : [];
}

function firstDifference(given: string, wanted: string): string {
  let at = 0;
  while (at < given.length && given[at] === wanted[at]) at += 1;
  return `different at ${at}: ${JSON.stringify(given.slice(at, at + 40))} instead of ${JSON.stringify(wanted.slice(at, at + 40))}`;
}
