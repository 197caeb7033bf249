// Many rounds over a few sidecars, and the figures: what was wrong in any round, in any ledger, or left over at the end.
import { setTimeout as sleep } from "node:timers/promises";
import type { Dialect } from "../../shared/custom.ts";
import { closedPort, Lane, type Row } from "./lane.ts";
import { type ChaosProvider, type Seen, startProvider } from "./provider.ts";
import { attemptsOf, judge, makeRound, type Outcome, type Round } from "./round.ts";
import { chanceFrom } from "./seed.ts";

export interface SuiteOrder {
  readonly rounds: number;
  readonly seed: number;
  readonly lanes: number;
  /** How long a provider may be silent before the sidecar must give it up. */
  readonly silenceMs?: number;
  readonly dialects: readonly Dialect[];
  /** Runs this round alone, to look into it. */
  readonly only?: number;
  /** Also prints the sidecars' logs. */
  readonly verbose?: boolean;
  readonly say: (line: string) => void;
}

export interface SuiteReport {
  readonly rounds: number;
  readonly ends: Readonly<Record<string, number>>;
  readonly requests: number;
  readonly attempts: number;
  readonly rows: number;
  readonly faults: Readonly<Record<string, number>>;
  readonly stopToCloseMs: readonly number[];
  readonly seconds: number;
  readonly wrong: readonly string[];
}

/** Rounds with one pinned model cannot meet each other: so many run at the same time in one sidecar. */
const AT_ONCE = 6;

/** Undici keeps a socket for reuse for 4 s; after this long nothing may be left. */
const SOCKETS_GONE_AFTER_MS = 5_000;

export async function runSuite(order: SuiteOrder): Promise<SuiteReport> {
  const started = performance.now();
  const provider = await startProvider();
  const queue = roundsOf(order);
  const tally = new Tally();
  try {
    const port = await closedPort();
    await Promise.all(
      Array.from({ length: order.lanes }, () => runLane(new Lane(provider, port, order.silenceMs), order, provider, queue, tally)),
    );
  } finally {
    await provider.close();
  }
  return { ...tally.report(), seconds: (performance.now() - started) / 1000 };
}

function roundsOf({ rounds, seed, dialects, only }: SuiteOrder): Round[] {
  const chance = chanceFrom(seed);
  const all = Array.from({ length: rounds }, (_, number) => makeRound(number, chance.fork(number), dialects));
  return only === undefined ? all : all.filter((_, number) => number === only);
}

async function runLane(lane: Lane, order: SuiteOrder, provider: ChaosProvider, queue: Round[], tally: Tally): Promise<void> {
  const done: { round: Round; outcome: Outcome }[] = [];
  for (let group = nextGroup(queue); group.length > 0; group = nextGroup(queue)) {
    const outcomes = await lane.run(group, tally.stopToCloseMs);
    group.forEach((round, at) => {
      const outcome = outcomes[at] as Outcome;
      const seen = provider.seen.get(round.name) ?? [];
      tally.round(round, outcome, seen);
      done.push({ round, outcome });
    });
  }
  if (order.verbose) for (const { outcome } of done) order.say(JSON.stringify(outcome.events, null, 1));
  await lookAfter(lane, provider, done, tally);
  if (order.verbose) order.say(lane.sidecar.stderr);
}

/** Several pinned rounds, or one that the router decides among its own providers. */
function nextGroup(queue: Round[]): Round[] {
  const first = queue.shift();
  if (!first) return [];
  const group = [first];
  while (first.pinned && group.length < AT_ONCE) {
    const at = queue.findIndex(({ pinned }) => pinned);
    if (at < 0) break;
    group.push(...queue.splice(at, 1));
  }
  return group;
}

/** What the process leaves behind: its ledger, its sockets and timers, its log, its exit. */
async function lookAfter(lane: Lane, provider: ChaosProvider, done: { round: Round; outcome: Outcome }[], tally: Tally): Promise<void> {
  if (done.length === 0) return void (await lane.close());
  await sleep(SOCKETS_GONE_AFTER_MS);
  const { active } = await lane.vitals();
  const sockets = active.filter((name) => /TCP|TLS/.test(name));
  if (sockets.length > 0) tally.wrong.push(`${sockets.length} sockets are left: ${sockets.join(", ")}`);
  // The one that looks for the client every 400 ms.
  const timers = active.filter((name) => name === "Timeout");
  if (timers.length > 1) tally.wrong.push(`${timers.length} timers are left`);
  const rows = lane.rows();
  for (const { round, outcome } of done) {
    const seen = provider.seen.get(round.name) ?? [];
    tally.ledger(round, outcome, rows, seen);
    tally.leftOpen(round, seen);
  }
  tally.rows += rows.length;
  for (const line of lane.trouble()) tally.wrong.push(`the sidecar: ${line.slice(0, 400)}`);
  const code = await lane.close();
  if (code !== 0 && code !== 1) tally.wrong.push(`the sidecar ended with ${code}`);
}

class Tally {
  readonly wrong: string[] = [];
  readonly stopToCloseMs: number[] = [];
  rows = 0;
  #rounds = 0;
  #requests = 0;
  #attempts = 0;
  readonly #ends: Record<string, number> = {};
  readonly #faults: Record<string, number> = {};

  round(round: Round, outcome: Outcome, seen: readonly Seen[]): void {
    this.#rounds += 1;
    this.#requests += seen.length;
    this.#attempts += attemptsOf(outcome).length;
    const end = outcome.result?.stopReason ?? (outcome.error && "kind" in outcome.error ? String(outcome.error.kind) : "nothing");
    this.#ends[end] = (this.#ends[end] ?? 0) + 1;
    for (const { fault } of seen) this.#faults[fault.name] = (this.#faults[fault.name] ?? 0) + 1;
    for (const what of judge(round, outcome, seen)) this.wrong.push(`${describe(round)}: ${what}`);
  }

  /** Whatever the round's end was, no answer of it may still be read or written. */
  leftOpen(round: Round, seen: readonly Seen[]): void {
    const open = seen.filter(({ stage }) => !stage.isClosed && !stage.response.writableFinished);
    if (open.length > 0) this.wrong.push(`${describe(round)}: ${open.length} answers are still open`);
  }

  /** A row for every attempt and no other, none left open, and the vendor's figures where it stated any. */
  ledger(round: Round, outcome: Outcome, rows: readonly Row[], seen: readonly Seen[]): void {
    const own = rows.filter((row) => row.chat_id === round.name);
    const claimed = attemptsOf(outcome).map(({ id }) => id);
    const say = (what: string) => this.wrong.push(`${describe(round)}: ${what}`);
    if (own.map((row) => row.attempt_id).join() !== claimed.join()) say(`${claimed.length} attempts, ${own.length} ledger rows`);
    for (const row of own) {
      if (row.state === "reserved") say("a ledger row is still reserved");
      if (row.cost_nano !== null && !(row.cost_nano >= 0 && row.cost_nano < 1e9)) say(`a row costs ${row.cost_nano}`);
      if (row.input_tokens < 0 || row.output_tokens < 0) say("a row has negative tokens");
    }
    const { counts } = round.plan;
    const last = own.at(-1);
    const isComplete = outcome.result !== null && ["end", "toolUse"].includes(outcome.result.stopReason);
    if (!isComplete || !last || typeof counts === "string" || seen.length === 0) return;
    if (last.usage_provenance !== "reported") say(`usage is ${last.usage_provenance} although the provider reported it`);
    if (last.input_tokens !== counts.input || last.output_tokens !== counts.output) {
      say(`books ${last.input_tokens}/${last.output_tokens} tokens instead of ${counts.input}/${counts.output}`);
    }
  }

  report(): Omit<SuiteReport, "seconds"> {
    const { wrong, stopToCloseMs, rows } = this;
    const figures = { rounds: this.#rounds, requests: this.#requests, attempts: this.#attempts, rows };
    return { ...figures, ends: this.#ends, faults: this.#faults, stopToCloseMs, wrong };
  }
}

function describe(round: Round): string {
  const providers = round.providers.map(({ dialect, reach }) => (reach === "answers" ? dialect : `${dialect} (${reach})`)).join(" + ");
  const faults = round.plan.faults.map(({ name }) => name).join(", then ");
  const way = [round.pinned ? "pinned" : "routed", `onBreak ${round.onBreak}`, `continues ${round.plan.continues}`];
  if (round.plan.call) way.push("with a call");
  if (typeof round.plan.counts === "string") way.push(`${round.plan.counts} usage`);
  if (round.stopAfter !== null) way.push(`stopped after ${round.stopAfter}`);
  return `${round.name} [${providers}; ${way.join(", ")}; ${faults || "no fault"}]`;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((left, right) => left - right);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
