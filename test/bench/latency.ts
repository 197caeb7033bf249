// Side by side on the same work, interleaved: what each way to a vendor adds to its latency, and how much it carries.
import { type Contestant, cpuMs, openaiSdk, OWN, rawSocket, type Sidecar, startProvider } from "./contestant.ts";
import { format, median, printTable, printTargets, quantile, type Target } from "./figures.ts";
import { measureFlow } from "./flow.ts";
import { type Memory, measureMemory } from "./held.ts";
import { HTTP_DOOR, httpDoor } from "./http-door.ts";
import { installPeers, portkey, vercelAi } from "./peers.ts";
import { startMinimal, startSidecar } from "./sidecar.ts";
import { measureStarts, type Starts } from "./starts.ts";
import { measureWork } from "./work.ts";

interface Seen {
  readonly ms: number[];
  readonly firstMs: number[];
  readonly rates: Record<number, number[]>;
  readonly burst: number[];
  /** What the requests took that were asked one at a time, and how many they were: the kernel counts in steps of 10 ms. */
  cpuMs: number;
  asked: number;
  burstCpuMs: number;
}

const AT_ONCE = [10, 100];
const CONCURRENCY = [1, ...AT_ONCE];
/** How often everybody is asked alone while everybody is asked many at once but once. */
const TURNS_A_ROUND = 4;
/** A series ends after so long, whoever is asked: a gateway that takes 30 ms an answer has its median long before its two hundredth. */
const QUICK_SERIES_MS = 400;
/**
 * Everyone is asked so often before anything counts: code that V8 has not compiled yet is not what is compared, whoever's it is. A few first, then
 * many once everyone was asked, as a server may take a moment to settle after its first answers; then one at a time, while the last is compiled.
 */
const WARMING = [
  { requests: 100, atOnce: 20, mostMs: 1600, bursts: 0 },
  { requests: 1500, atOnce: 20, mostMs: 1600, bursts: 3 },
  { requests: 100, atOnce: 1, mostMs: 320, bursts: 0 },
];
/** What runs in this process is the SDK for most contestants, which warm its code together; who has a process of their own is asked as often. */
const WARMING_ALONE = { requests: 2000, atOnce: 20, mostMs: 2000, bursts: 1 };
const LEAST_ANSWERS = 5;
const QUICK_REQUESTS: Readonly<Record<number, number>> = { 10: 100, 100: 300 };

export async function measureLatency(full: boolean): Promise<Record<string, unknown>> {
  const rounds = full ? 6 : 3;
  const provider = await startProvider();
  const sidecar = await startSidecar(provider.port);
  const folder = installPeers();
  const gateway = folder ? await portkey(folder, provider.port) : null;
  const contestants: Contestant[] = [rawSocket(provider.port), await openaiSdk(provider.port), sidecar];
  if (folder) contestants.splice(2, 0, await vercelAi(folder, provider.port));
  // A whole contestant more takes quick mode's time.
  if (full) contestants.push(await startMinimal(provider.port));
  const door = await httpDoor(provider.port);
  for (const more of [door, gateway]) if (more) contestants.push(more);
  const seen = new Map(contestants.map(({ name }): [string, Seen] => [name, nothing()]));
  const took: Record<string, number> = {};
  const timed = async <Result>(what: string, work: () => Promise<Result>): Promise<Result> => {
    const began = performance.now();
    const result = await work();
    took[what] = Math.round((performance.now() - began) / 100) / 10;
    return result;
  };
  await timed("warming", async () => {
    for (const go of WARMING) for (const contestant of contestants) await warm(contestant, go);
    for (const contestant of contestants) if (contestant.pid !== null) await warm(contestant, WARMING_ALONE);
  });
  await timed("side by side", async () => {
    for (let turn = 0; turn < rounds * TURNS_A_ROUND; turn += 1)
      for (const contestant of contestants) await measureAlone(contestant, seen.get(contestant.name) ?? nothing(), full);
    for (let round = 0; round < rounds; round += 1)
      for (const contestant of contestants) await measureRates(contestant, seen.get(contestant.name) ?? nothing(), full);
  });
  const stops = await timed("stops", () => measureStops(sidecar, provider.lines, full ? 60 : 12));
  const flow = await timed("flow", () => measureFlow(sidecar));
  const memory = await timed("memory", () => measureMemory(provider.port));
  const starts = await timed("starts", () => measureStarts(provider.port, full ? 15 : 6));
  for (const contestant of contestants) await contestant.close();
  provider.child.kill();
  const work = await timed("work", measureWork);
  if (!folder) console.log("The peers could not be installed: no network. They are left out.");
  print(contestants, seen);
  const targets = [...targetsOf(seen, { stopMs: median(stops), ...memory }, starts), ...flow, ...work];
  printStarts(starts);
  printTargets(targets);
  console.log(
    `\nSeconds: ${Object.entries(took)
      .map(([what, seconds]) => `${what} ${seconds}`)
      .join(", ")}.`,
  );
  return { contestants: Object.fromEntries(seen), stops, memory, starts, targets };
}

function nothing(): Seen {
  return { ms: [], firstMs: [], rates: {}, burst: [], cpuMs: 0, asked: 0, burstCpuMs: 0 };
}

async function series(contestant: Contestant, model: string, count: number, mostMs = Number.POSITIVE_INFINITY) {
  const all = [];
  const ends = performance.now() + mostMs;
  while (all.length < count && (all.length < LEAST_ANSWERS || performance.now() < ends)) all.push(await contestant.stream(model));
  return all;
}

async function warm(contestant: Contestant, { requests, atOnce, mostMs, bursts }: (typeof WARMING)[number]): Promise<void> {
  await rate(contestant, atOnce, requests, mostMs);
  await series(contestant, "burst", bursts);
}

/** One request at a time for a short while, and one long answer: a shared machine's speed changes within seconds, so that everybody's turn comes often. */
async function measureAlone(contestant: Contestant, seen: Seen, full: boolean): Promise<void> {
  const cpuBefore = cpuMs(contestant.pid);
  const began = performance.now();
  const answers = await series(contestant, "short", (full ? 400 : 200) / TURNS_A_ROUND, full ? undefined : QUICK_SERIES_MS / TURNS_A_ROUND);
  seen.rates[1] ??= [];
  seen.rates[1].push(answers.length / ((performance.now() - began) / 1000));
  seen.cpuMs += cpuMs(contestant.pid) - cpuBefore;
  seen.asked += answers.length;
  seen.ms.push(...answers.map((answer) => answer.ms));
  seen.firstMs.push(...answers.map((answer) => answer.firstMs));
  const burstCpu = cpuMs(contestant.pid);
  const burst = await contestant.stream("burst");
  seen.burstCpuMs += cpuMs(contestant.pid) - burstCpu;
  seen.burst.push(5000 / (burst.ms / 1000));
}

async function measureRates(contestant: Contestant, seen: Seen, full: boolean): Promise<void> {
  for (const concurrency of AT_ONCE) {
    const most = full ? 1000 : (QUICK_REQUESTS[concurrency] ?? 200);
    seen.rates[concurrency] ??= [];
    seen.rates[concurrency].push(await rate(contestant, concurrency, most, full ? undefined : QUICK_SERIES_MS));
  }
}

async function rate(contestant: Contestant, concurrency: number, most: number, mostMs = Number.POSITIVE_INFINITY): Promise<number> {
  let asked = 0;
  const began = performance.now();
  const worker = async () => {
    while (asked < most && performance.now() - began < mostMs) {
      asked += 1;
      await contestant.stream("short");
    }
  };
  await Promise.all(Array.from({ length: concurrency }, worker));
  return asked / ((performance.now() - began) / 1000);
}

/** From the stop to the moment at which the vendor sees its socket closed; both clocks are this machine's. */
async function measureStops(sidecar: Sidecar, lines: string[], count: number): Promise<number[]> {
  const waits: number[] = [];
  for (let index = 0; index < count; index += 1) {
    const before = lines.filter((line) => line.startsWith("closed")).length;
    const stop = new AbortController();
    const shown = sidecar.deltas;
    const running = sidecar.stream("hang", stop.signal);
    while (sidecar.deltas === shown) await new Promise((done) => setTimeout(done, 5));
    const stopped = Date.now();
    stop.abort();
    await running;
    let closed: string | undefined;
    for (let tries = 0; tries < 200 && closed === undefined; tries += 1) {
      await new Promise((done) => setTimeout(done, 5));
      closed = lines.filter((line) => line.startsWith("closed"))[before];
    }
    waits.push(closed ? Math.max(0, Number(closed.slice(7)) - stopped) : Number.POSITIVE_INFINITY);
  }
  return waits;
}

function print(contestants: readonly Contestant[], seen: ReadonlyMap<string, Seen>): void {
  const floor = seen.get("raw socket") ?? nothing();
  const floorMs = median(floor.ms);
  const floorFirst = median(floor.firstMs);
  const rows = contestants.map(({ name }) => {
    const one = seen.get(name) ?? nothing();
    const rates = CONCURRENCY.map((concurrency) => format(median(one.rates[concurrency] ?? [])));
    const added = [median(one.ms) - floorMs, quantile(one.ms, 0.99) - quantile(floor.ms, 0.99), median(one.firstMs) - floorFirst];
    return [
      name,
      ...added.map(format),
      ...rates,
      format(median(one.burst)),
      format(one.cpuMs / one.asked),
      format((one.burstCpuMs / one.burst.length) * 2),
    ];
  });
  console.log(`The vendor alone: ${format(floorMs)} ms a request, ${format(median(floor.burst))} chunks/s.`);
  const columns = [
    "contestant",
    "added p50 ms",
    "added p99 ms",
    "added first ms",
    "req/s 1",
    "10",
    "100",
    "burst chunks/s",
    "CPU ms/req",
    "CPU ms/10k chunks",
  ];
  printTable("Added to the vendor's own latency (raw socket = 0), and rates", columns, rows);
}

function printStarts(starts: Starts): void {
  const rows = Object.entries(starts).map(([name, values]) => [name, format(median(values)), format(quantile(values, 0.9))]);
  printTable("Starts, ms", ["what", "median", "p90"], rows);
}

function targetsOf(seen: ReadonlyMap<string, Seen>, sidecar: Memory & { readonly stopMs: number }, starts: Starts): Target[] {
  const of = (name: string) => seen.get(name) ?? nothing();
  const [raw, sdk, own, gateway] = [of("raw socket"), of("openai SDK in process"), of(OWN), of("Portkey gateway")];
  const added = (one: Seen, key: "ms" | "firstMs") => median(one[key]) - median(raw[key]);
  const ratio = (metric: string, value: number, base: number, limit: number, least: Target["least"] = "atMost"): Target => ({
    metric,
    seen: value / base,
    unit: "x",
    limit,
    least,
  });
  const rateAt100 = (one: Seen) => median(one.rates[100] ?? []);
  return [
    ratio("added latency p50 over the SDK's", added(own, "ms"), added(sdk, "ms"), 1.6),
    ratio("added latency p50 over the gateway's", added(own, "ms"), added(gateway, "ms"), 1),
    ratio("added latency p50 over HTTP, over the gateway's", added(of(HTTP_DOOR), "ms"), added(gateway, "ms"), 1),
    ratio("added time to first token over the SDK's", added(own, "firstMs"), added(sdk, "firstMs"), 1.5),
    ratio("burst chunks/s over the SDK's", median(own.burst), median(sdk.burst), 1, "atLeast"),
    ratio("requests/s at 100 over the SDK's", rateAt100(own), rateAt100(sdk), 1.1, "atLeast"),
    ratio("spawn to initialized over bare node", median(starts["spawn to initialized"] ?? []), median(starts["node -e 0"] ?? []), 1.8),
    ratio(
      "spawn to first chunk over the SDK's",
      median(starts["spawn to first chunk"] ?? []),
      median(starts["SDK process to first chunk"] ?? []),
      1,
    ),
    { metric: "memory after the first chats", seen: sidecar.idleMb, unit: "MB", limit: 110, least: "atMost" },
    {
      metric: `memory a stream at 200 (${sidecar.running} running), process`,
      seen: sidecar.perStreamKb,
      unit: "kB",
      limit: 60,
      least: "atMost",
    },
    { metric: "the same, held by it (heap snapshots)", seen: sidecar.heldPerStreamKb, unit: "kB", limit: 60, least: "atMost" },
    { metric: "stop to upstream socket closed, median", seen: sidecar.stopMs, unit: "ms", limit: 50, least: "atMost" },
  ];
}
