// What open streams really hold: heap snapshots, which collect all garbage first, of a sidecar of its own with more and more of them.
import { mkdtempSync, readdirSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { rssMb, type Sidecar } from "./contestant.ts";
import { benchSettings, spawnSidecar, startSidecar } from "./sidecar.ts";

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

/** In a process of its own: after its first chats, and with 200 streams open. */
export async function measureMemory(port: number): Promise<Memory> {
  const sidecar = await startSidecar(port);
  for (let chat = 0; chat < 5; chat += 1) await sidecar.stream("short");
  await new Promise((done) => setTimeout(done, 1000));
  const idleMb = rssMb(sidecar.pid);
  const stop = new AbortController();
  const before = sidecar.deltas;
  const streams = Array.from({ length: 200 }, () => sidecar.stream("hang", stop.signal));
  await new Promise((done) => setTimeout(done, 1500));
  const perStreamKb = ((rssMb(sidecar.pid) - idleMb) * 1024) / 200;
  const running = sidecar.deltas - before;
  stop.abort();
  await Promise.allSettled(streams);
  await sidecar.close();
  const [none, with200] = await measureHeld(port, [200]);
  const heldPerStreamKb = none && with200 ? (total(with200) - total(none)) / 200 / 1024 : Number.NaN;
  return { idleMb, perStreamKb, heldPerStreamKb, running };
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
