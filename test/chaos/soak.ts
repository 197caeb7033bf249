// `npm run soak -- --minutes 30 --chats 50 [--seed 1]`: so many chats at once for so long; memory over time, and every character accounted for.
import { setTimeout as sleep } from "node:timers/promises";
import type { ChatResult } from "../../shared/chat.ts";
import { Dialect } from "../../shared/custom.ts";
import { ask } from "../support/sidecar.ts";
import { type Fault, FAULTS, STEADY } from "./faults.ts";
import { closedPort, Lane } from "./lane.ts";
import { type ChaosProvider, startProvider } from "./provider.ts";
import { textOf } from "./round.ts";
import { type Chance, chanceFrom } from "./seed.ts";

const words = process.argv.slice(2);
const option = (name: string, otherwise: number): number =>
  words.includes(`--${name}`) ? Number(words[words.indexOf(`--${name}`) + 1]) : otherwise;
const minutes = option("minutes", 0.5);
const chats = option("chats", 50);
const chance = chanceFrom(option("seed", 1));

const SAMPLE_EVERY_MS = Math.max(1_000, Math.min(15_000, (minutes * 60_000) / 40));
/** Now and then the editor is busy and reads nothing for a while. */
const PAUSE_EVERY_MS = 20_000;
const PAUSE_MS = 1_500;
const BREAKS = FAULTS.filter(({ midway, lossless }) => midway && lossless);

interface Sample {
  readonly atMs: number;
  readonly rssMb: number;
  readonly heapMb: number;
}

const tally = { chats: 0, characters: 0, continued: 0, stopped: 0, lost: 0, wrong: [] as string[] };
const provider = await startProvider();
const lane = new Lane(provider, await closedPort());
await lane.configure(
  Dialect.options.map((dialect) => ({ id: `soak-${dialect}`, dialect, reach: "answers" as const })),
  {
    maxOutputTokens: 4_000,
  },
);

const started = performance.now();
const isOver = (): boolean => performance.now() - started > minutes * 60_000;
const samples: Sample[] = [];
await Promise.all([...Array.from({ length: chats }, (_, at) => chatOn(at, chance.fork(at), provider)), sample(), pauseReading()]);
await sleep(5_000);
const { active } = await lane.vitals();
const left = active.filter((name) => /TCP|TLS/.test(name)).length;
if (left > 0) tally.wrong.push(`${left} sockets are left`);
const open = lane.rows().filter(({ state }) => state === "reserved").length;
if (open > 0) tally.wrong.push(`${open} ledger rows are still reserved`);
tally.wrong.push(...lane.trouble());
await lane.close();
await provider.close();
report();

/** One person who asks again and again. */
async function chatOn(lineNumber: number, own: Chance, provider: ChaosProvider): Promise<void> {
  for (let turn = 0; !isOver(); turn += 1) {
    const name = `s${lineNumber}x${turn}`;
    const isBroken = own.next() < 0.15;
    const stops = !isBroken && own.next() < 0.05;
    const faults: Fault[] = [isBroken ? own.pick(BREAKS) : STEADY, STEADY];
    const text = textOf(turn, own);
    const counts = { input: 100, output: 400 };
    provider.plans.set(name, { text, call: null, counts, faults, continues: own.pick(["exactly", "repeating"] as const), seed: turn });
    const model = `soak-${own.pick(Dialect.options)}/m`;
    const chat = lane.sidecar.start("chat/send", ask(name, `[[${name}]]`, { model, onBreak: "continue" }));
    if (stops) setTimeout(() => lane.sidecar.cancel(chat.id), own.below(400));
    const result = (await chat.done.catch((error: unknown) => error)) as ChatResult | Error;
    judge(name, text, result, stops);
    provider.plans.delete(name);
    provider.seen.delete(name);
  }
}

function judge(name: string, text: string, result: ChatResult | Error, stops: boolean): void {
  const events = lane.sidecar.eventsOf(name);
  const streamed = events.map((event) => (event.type === "text-delta" ? event.text : "")).join("");
  forget(name);
  tally.chats += 1;
  if (result instanceof Error) return void tally.wrong.push(`${name}: ${result.message}`);
  tally.characters += streamed.length;
  if (events.some(({ type }) => type === "seam")) tally.continued += 1;
  if (result.stopReason === "cancelled") tally.stopped += 1;
  const wanted = result.stopReason === "cancelled" && stops ? text.slice(0, streamed.length) : text;
  if (streamed !== wanted || result.text !== streamed) {
    tally.lost += 1;
    tally.wrong.push(
      `${name}: ${result.stopReason}, ${streamed.length} characters streamed, ${result.text.length} answered, ${wanted.length} sent`,
    );
  }
}

/** The client of this test must not be what grows. */
function forget(name: string): void {
  const { events, frames } = lane.sidecar;
  frames.length = 0;
  let kept = 0;
  for (const event of events) {
    if (event.chatId !== name) {
      events[kept] = event;
      kept += 1;
    }
  }
  events.length = kept;
}

async function sample(): Promise<void> {
  while (!isOver()) {
    await sleep(SAMPLE_EVERY_MS);
    const { memory } = await lane.vitals();
    const megabytes = (bytes: number) => Math.round((bytes / 1024 / 1024) * 10) / 10;
    const one = { atMs: Math.round(performance.now() - started), rssMb: megabytes(memory.rss), heapMb: megabytes(memory.heapUsed) };
    samples.push(one);
    console.log(
      `${(one.atMs / 1000).toFixed(0)} s: rss ${one.rssMb} MB, heap ${one.heapMb} MB, ${tally.chats} chats, ${tally.wrong.length} wrong`,
    );
  }
}

async function pauseReading(): Promise<void> {
  while (!isOver()) {
    await sleep(Math.min(PAUSE_EVERY_MS, minutes * 20_000));
    lane.sidecar.child.stdout?.pause();
    await sleep(PAUSE_MS);
    lane.sidecar.child.stdout?.resume();
  }
}

function report(): void {
  const settled = samples.slice(Math.floor(samples.length / 4));
  const slope = (of: (sample: Sample) => number) => (slopePerMs(settled.map((one) => [one.atMs, of(one)])) * 3_600_000).toFixed(1);
  const range = (of: (sample: Sample) => number) => `${Math.min(...settled.map(of))} to ${Math.max(...settled.map(of))} MB`;
  console.log(
    `${chats} chats at once for ${minutes} minutes: ${tally.chats} chats, ${tally.characters} characters, ${tally.lost} chats with a character lost or repeated`,
  );
  console.log(`continued over a seam: ${tally.continued}; stopped: ${tally.stopped}`);
  console.log(
    `after the first quarter: heap ${range((one) => one.heapMb)} (${slope((one) => one.heapMb)} MB/h), rss ${range((one) => one.rssMb)} (${slope((one) => one.rssMb)} MB/h)`,
  );
  for (const wrong of tally.wrong.slice(0, 20)) console.log(`WRONG ${wrong}`);
  console.log(`${tally.wrong.length} things are wrong`);
  process.exit(tally.wrong.length === 0 ? 0 : 1);
}

/** Least squares. */
function slopePerMs(points: readonly (readonly [number, number])[]): number {
  const count = points.length;
  const meanX = points.reduce((sum, [x]) => sum + x, 0) / count;
  const meanY = points.reduce((sum, [, y]) => sum + y, 0) / count;
  const over = points.reduce((sum, [x, y]) => sum + (x - meanX) * (y - meanY), 0);
  return over / points.reduce((sum, [x]) => sum + (x - meanX) ** 2, 0);
}
