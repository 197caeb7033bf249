// What open streams really hold: heap snapshots, which collect all garbage first, of a sidecar of its own with more and more of them.
import { spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { rssMb, type Sidecar } from "./contestant.ts";
import { benchSettings, spawnSidecar, startSidecar } from "./sidecar.ts";

const CHATS_BEFORE = 5;
const REST_MS = 1000;
const OPEN_MS = 1500;

interface Snapshot {
  readonly snapshot: { readonly meta: { readonly node_fields: readonly string[]; readonly node_types: readonly (readonly string[])[] } };
  readonly nodes: readonly number[];
  readonly strings: readonly string[];
}

/** Bytes by type and name. */
export type Held = ReadonlyMap<string, number>;

export interface Memory {
  readonly idleMb: number;
  readonly perStreamKb: number;
  /** Without what V8's nursery grew by. */
  readonly heldPerStreamKb: number;
  /** How many of the 200 run at once; the others wait for a place. */
  readonly running: number;
}

export interface Growth {
  readonly idleMb: number;
  readonly grownMb: number;
  /** How many of the streams run at once; the others wait for a place. */
  readonly running: number;
}

/** In a process of its own: after its first chats, and with 200 streams open. */
export async function measureMemory(port: number): Promise<Memory> {
  const { idleMb, grownMb, running } = await measureGrowth(port, 200);
  const perStreamKb = (grownMb * 1024) / 200;
  const [none, with200] = await measureHeld(port, [200]);
  const heldPerStreamKb = none && with200 ? (total(with200) - total(none)) / 200 / 1024 : Number.NaN;
  return { idleMb, perStreamKb, heldPerStreamKb, running };
}

/** What the sidecar's process takes more once so many streams are open. */
export async function measureGrowth(port: number, count: number): Promise<Growth> {
  const sidecar = await startSidecar(port);
  for (let chat = 0; chat < CHATS_BEFORE; chat += 1) await sidecar.stream("short");
  await pause(REST_MS);
  const idleMb = rssMb(sidecar.pid);
  const stop = new AbortController();
  const before = sidecar.deltas;
  const streams = Array.from({ length: count }, () => sidecar.stream("hang", stop.signal));
  await pause(OPEN_MS);
  const grownMb = rssMb(sidecar.pid) - idleMb;
  const running = sidecar.deltas - before;
  stop.abort();
  await Promise.allSettled(streams);
  await sidecar.close();
  return { idleMb, grownMb, running };
}

/** The same of a bare process that does nothing but ask: through the official SDK, or through undici with the vendor's lines as they come. */
export async function measureBareGrowth(port: number, count: number, through: "sdk" | "undici"): Promise<Growth> {
  const program = bareProgram(through === "sdk" ? askThroughSdk(port) : askThroughUndici(port), count);
  const child = spawn(process.execPath, ["--input-type=module", "-e", program], { stdio: ["ignore", "pipe", "inherit"] });
  let printed = "";
  child.stdout.on("data", (data) => {
    printed += data;
  });
  await new Promise((done) => child.once("exit", done));
  const [idleMb = Number.NaN, openMb = Number.NaN] = printed.split(" ").map(Number);
  return { idleMb, grownMb: openMb - idleMb, running: count };
}

function askThroughSdk(port: number): string {
  return `import { OpenAI } from "openai";
const client = new OpenAI({ apiKey: "x", baseURL: "http://127.0.0.1:${port}/v1", maxRetries: 0 });
const ask = async (model) => {
  const chunks = await client.chat.completions.create({ model, stream: true, messages: [{ role: "user", content: "hi" }] });
  for await (const chunk of chunks) chunk.choices;
};`;
}

function askThroughUndici(port: number): string {
  return `import { request } from "undici";
const headers = { "content-type": "application/json", accept: "text/event-stream", authorization: "Bearer x" };
const ask = async (model) => {
  const body = JSON.stringify({ model, stream: true, messages: [{ role: "user", content: "hi" }] });
  const answer = await request("http://127.0.0.1:${port}/v1/chat/completions", { method: "POST", headers, body });
  const decoder = new TextDecoder();
  for await (const piece of answer.body) for (const line of decoder.decode(piece, { stream: true }).split("\\n")) if (line.startsWith("data: {")) JSON.parse(line.slice(6));
};`;
}

function bareProgram(ask: string, count: number): string {
  return `${ask}
const pause = (ms) => new Promise((done) => setTimeout(done, ms));
const mb = () => process.memoryUsage().rss / 1048576;
for (let chat = 0; chat < ${CHATS_BEFORE}; chat += 1) await ask("short");
await pause(${REST_MS});
const idleMb = mb();
for (let stream = 0; stream < ${count}; stream += 1) void ask("hang");
await pause(${OPEN_MS});
process.stdout.write(idleMb + " " + mb(), () => process.exit(0));`;
}

/** What is held with no stream, then with each of `counts`. */
export async function measureHeld(port: number, counts: readonly number[]): Promise<Held[]> {
  const folder = mkdtempSync(join(tmpdir(), "latchkey-heap-"));
  const sidecar = spawnSidecar(["--heapsnapshot-signal=SIGUSR2", `--diagnostic-dir=${folder}`]);
  await sidecar.request("initialize", {
    initializationOptions: { protocolVersion: 1, client: { name: "bench", version: "1" }, settings: benchSettings(port) },
  });
  for (let chat = 0; chat < 200; chat += 1) await sidecar.stream("short");
  const stop = new AbortController();
  const open: Promise<unknown>[] = [];
  const all: Held[] = [];
  for (const count of [0, ...counts]) {
    while (open.length < count) open.push(sidecar.stream("hang", stop.signal));
    await new Promise((done) => setTimeout(done, 1000));
    all.push(await held(sidecar, folder));
  }
  stop.abort();
  await Promise.allSettled(open);
  await sidecar.close();
  return all;
}

async function held({ child }: Sidecar, folder: string): Promise<Held> {
  const before = readdirSync(folder);
  child.kill("SIGUSR2");
  for (;;) {
    await new Promise((done) => setTimeout(done, 200));
    const name = readdirSync(folder).find((file) => !before.includes(file));
    const snapshot = name === undefined ? null : parsed(readFileSync(join(folder, name), "utf8"));
    if (snapshot) return sizesIn(snapshot);
  }
}

/** Null while it is still being written. */
function parsed(text: string): Snapshot | null {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function sizesIn({ snapshot: { meta }, nodes, strings }: Snapshot): Held {
  const sizes = new Map<string, number>();
  const stride = meta.node_fields.length;
  const [type, name, size] = ["type", "name", "self_size"].map((field) => meta.node_fields.indexOf(field)) as [number, number, number];
  for (let at = 0; at < nodes.length; at += stride) {
    const kind = meta.node_types[0]?.[nodes[at + type] ?? 0] ?? "";
    const named =
      kind === "string" || kind === "concatenated string" ? kind : `${kind} ${(strings[nodes[at + name] ?? 0] ?? "").slice(0, 60)}`;
    sizes.set(named, (sizes.get(named) ?? 0) + (nodes[at + size] ?? 0));
  }
  return sizes;
}

export function total(sizes: Held): number {
  return [...sizes.values()].reduce((sum, bytes) => sum + bytes, 0);
}
