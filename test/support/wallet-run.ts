// Many real sidecars on one ledger against one vendor on loopback: sends, kills, counts; the ledger itself records every step.
import { setTimeout as sleep } from "node:timers/promises";
import { ask, RpcError, SidecarProcess } from "./sidecar.ts";
import { asProvider, startVendor, type Vendor } from "./vendor.ts";

/** What one request really costs: 12 tokens in at 1 USD and 6 out at 2 USD a million. */
export const ACTUAL_NANO_USD = 12 * 1000 + 6 * 2000;
/** An output cap of 10 tokens keeps the worst case near; the prompt is short. */
const MOST_OUTPUT_TOKENS = 10;

export interface Tally {
  sent: number;
  answered: number;
  refused: number;
  /** Clean refusals because a team's server stayed away for too long. */
  away: number;
  /** Requests whose sidecar was killed meanwhile. */
  cutOff: number;
  readonly wrong: string[];
}

export interface Fleet {
  readonly vendor: Vendor;
  readonly sidecars: SidecarProcess[];
  readonly tally: Tally;
  start(): Promise<SidecarProcess>;
  /** One prompt; every end but an answer, a clean refusal or a kill is wrong. */
  send(sidecar: SidecarProcess): Promise<void>;
  stop(): Promise<void>;
}

export async function startFleet(
  home: string,
  environment: Record<string, string> = {},
  settings: Record<string, unknown> = {},
): Promise<Fleet> {
  const vendor = await startVendor(async (answer) => {
    await answer.text("All right.");
    await sleep(Math.random() * 10);
    await answer.finish({ input: 12, output: 6 });
  });
  const sidecars: SidecarProcess[] = [];
  const tally: Tally = { sent: 0, answered: 0, refused: 0, away: 0, cutOff: 0, wrong: [] };
  return {
    vendor,
    sidecars,
    tally,
    start: async () => {
      const sidecar = new SidecarProcess({ home, environment });
      await sidecar.initialize({ providers: { custom: [asProvider(vendor, { needsKey: false })] }, ...settings });
      sidecars.push(sidecar);
      return sidecar;
    },
    send: async (sidecar) => {
      tally.sent++;
      const name = `chat-${tally.sent}`;
      const request = sidecar.request("chat/send", ask(name, "Say all right.", { model: "acme/m1", maxOutputTokens: MOST_OUTPUT_TOKENS }));
      const died = sidecar.exited.then(() => "died" as const);
      const ended = await Promise.race([request, died]).catch((error: unknown) => error);
      if (ended === "died") tally.cutOff++;
      else if (ended instanceof RpcError && ended.kind === "budgetExceeded") {
        const { limitNanoUsd, spentNanoUsd, reservedNanoUsd, neededNanoUsd } = (ended.data ?? {}) as Record<string, unknown>;
        const figures = [limitNanoUsd, spentNanoUsd, reservedNanoUsd, neededNanoUsd].map(Number);
        if (figures.every(Number.isSafeInteger)) tally.refused++;
        else tally.wrong.push(`a refusal without figures: ${ended.message}`);
      } else if (ended instanceof RpcError && ended.kind === "ledgerUnavailable" && ended.data?.unreachable === true) tally.away++;
      else if (ended instanceof Error) tally.wrong.push(`${ended instanceof RpcError ? ended.kind : ""} ${ended.message}`);
      else tally.answered++;
    },
    stop: async () => {
      await Promise.all(sidecars.map((sidecar) => sidecar.stop()));
      await vendor.close();
    },
  };
}

/** A sidecar takes 256 chats at once; more wait here for a place. */
const AT_ONCE = 250;

export async function sendMany(fleet: Fleet, sidecar: SidecarProcess, count: number): Promise<void> {
  let left = count;
  const lane = async (): Promise<void> => {
    while (left-- > 0) await fleet.send(sidecar);
  };
  await Promise.all(Array.from({ length: Math.min(count, AT_ONCE) }, lane));
}

export async function kill(sidecar: SidecarProcess): Promise<void> {
  sidecar.child.kill("SIGKILL");
  await sidecar.exited;
}

/** Resolves once `holds` does; a run that never gets there fails with what `now` last said. */
export async function until<Value>(now: () => Promise<Value> | Value, holds: (value: Value) => boolean, timeoutMs: number): Promise<Value> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const value = await now();
    if (holds(value)) return value;
    if (performance.now() > deadline) throw new Error(`not within ${timeoutMs} ms: ${JSON.stringify(value)}`);
    await sleep(50);
  }
}
