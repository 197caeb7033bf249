// `npm run bench -- cost [--profile]`: the processor time of a request and of a chunk, which a busy machine distorts less than the clock.
import { spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Contestant, openaiSdk, startProvider } from "./contestant.ts";
import { format, median, printTable } from "./figures.ts";
import { printProfile } from "./profile.ts";
import { benchSettings, spawnSidecar } from "./sidecar.ts";

interface Work {
  readonly name: string;
  readonly model: string;
  readonly count: number;
  readonly atOnce: number;
  /** What one unit of the figure is, in streams. */
  readonly unit: number;
}

const WORK: readonly Work[] = [
  { name: "a request, one at a time", model: "short", count: 300, atOnce: 1, unit: 1 },
  { name: "a request, 100 at once", model: "short", count: 2000, atOnce: 100, unit: 1 },
  { name: "10,000 chunks", model: "burst", count: 6, atOnce: 1, unit: 2 },
];
const ROUNDS = 3;
const STARTS = 12;

const profiled = process.argv.includes("--profile");
const folder = mkdtempSync(join(tmpdir(), "latchkey-profile-"));
const provider = await startProvider();
const sidecar = spawnSidecar(profiled ? ["--cpu-prof", `--cpu-prof-dir=${folder}`, "--cpu-prof-interval=250"] : []);
await sidecar.request("initialize", {
  initializationOptions: { protocolVersion: 1, client: { name: "bench", version: "1" }, settings: benchSettings(provider.port) },
});
const sdk = await openaiSdk(provider.port);
await measure();
await sidecar.close();
if (!profiled) await measureStarts();
provider.child.kill();
if (profiled) {
  const [file] = readdirSync(folder).filter((name) => name.endsWith(".cpuprofile"));
  printProfile(JSON.parse(readFileSync(join(folder, file ?? ""), "utf8")));
}

async function measure(): Promise<void> {
  for (const contestant of [sidecar, sdk]) await streams(contestant, { name: "", model: "short", count: 1000, atOnce: 20, unit: 1 });
  const rows: string[][] = [];
  for (const work of WORK) {
    const ours: number[] = [];
    const whole: number[] = [];
    const theirs: number[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      const [main, all] = threadMs(sidecar);
      await streams(sidecar, work);
      const [mainAfter, allAfter] = threadMs(sidecar);
      ours.push(((mainAfter - main) * work.unit) / work.count);
      whole.push(((allAfter - all) * work.unit) / work.count);
      const before = process.cpuUsage();
      if (!profiled) await streams(sdk, work);
      const { user, system } = process.cpuUsage(before);
      theirs.push((((user + system) / 1000) * work.unit) / work.count);
    }
    rows.push([work.name, ...[ours, whole, theirs].map((values) => format(median(values)))]);
  }
  printTable("Processor time, ms", ["of", "sidecar, main thread", "sidecar, all threads", "openai SDK in process"], rows);
}

async function streams(contestant: Contestant, { model, count, atOnce }: Work): Promise<void> {
  let left = count;
  const worker = async () => {
    while (left > 0) {
      left -= 1;
      await contestant.stream(model);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
}

/** Of all threads, from the process's beginning; the first start of a build fills the compile cache and is not counted. */
async function measureStarts(): Promise<void> {
  const home = mkdtempSync(join(tmpdir(), "latchkey-bench-"));
  const seen: Record<string, number[]> = { "node that does nothing": [], "initialize answered": [], "first chunk": [] };
  for (let round = 0; round <= STARTS; round += 1) {
    const bare = spawn(process.execPath, ["-e", "process.stdout.write('.'); setInterval(() => undefined, 1000)"], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    await new Promise((done) => bare.stdout?.once("data", done));
    const started = spawnSidecar([], home);
    await started.request("initialize", {
      initializationOptions: { protocolVersion: 1, client: { name: "bench", version: "1" }, settings: benchSettings(provider.port) },
    });
    const answered = threadMs(started)[1];
    await started.stream("short");
    if (round > 0) {
      seen["node that does nothing"]?.push(threadMs({ pid: bare.pid ?? 0 })[1]);
      seen["initialize answered"]?.push(answered);
      seen["first chunk"]?.push(threadMs(started)[1]);
    }
    bare.kill();
    await started.close();
  }
  printTable(
    "Processor time of a start, ms",
    ["until", "median"],
    Object.entries(seen).map(([name, values]) => [name, format(median(values))]),
  );
}

/** The main thread's and every thread's time so far, in milliseconds, as the kernel's scheduler counts it. */
function threadMs({ pid }: { readonly pid: number }): [main: number, all: number] {
  const of = (thread: string) => Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, "utf8").split(" ")[0]) / 1e6;
  const all = readdirSync(`/proc/${pid}/task`).reduce((sum, thread) => sum + of(thread), 0);
  return [of(String(pid)), all];
}
