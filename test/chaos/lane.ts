// One built sidecar as a process, and the rounds that are run through it: configured, asked, stopped, judged, and its ledger read.
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { setTimeout as sleep } from "node:timers/promises";
import type { ChatResult } from "../../shared/chat.ts";
import type { ParamsOf } from "../../shared/protocol.ts";
import { ask, RpcError, SidecarProcess } from "../support/sidecar.ts";
import { listen } from "../support/servers.ts";
import { type ChaosProvider, WIRES } from "./provider.ts";
import { MOST_ATTEMPTS, type Outcome, type Round, type RoundProvider } from "./round.ts";

/** Longer than a busy machine is slow, shorter than a person waits. */
export const SILENCE_MS = 2_000;

export interface Vitals {
  readonly active: readonly string[];
  readonly memory: { readonly rss: number; readonly heapUsed: number };
}

export interface Row {
  readonly attempt_id: string;
  readonly chat_id: string;
  readonly state: string;
  readonly outcome: string | null;
  readonly input_tokens: number;
  readonly output_tokens: number;
  readonly usage_provenance: string;
  readonly cost_nano: number | null;
}

export class Lane {
  readonly sidecar: SidecarProcess;
  readonly #provider: ChaosProvider;
  readonly #folder = mkdtempSync(join(tmpdir(), "latchkey-chaos-"));
  readonly #probe = join(this.#folder, "vitals.json");
  /** The state folder; another lane may share it, as several editors on one machine do. */
  readonly home: string;
  readonly #closedPort: number;
  readonly #silenceMs: number;
  /** Every silence of every attempt, and what lies between them: nothing may take longer. */
  readonly #longestRoundMs: number;
  #isReady = false;

  constructor(provider: ChaosProvider, closedPort: number, silenceMs = SILENCE_MS, home?: string) {
    this.#silenceMs = silenceMs;
    this.#longestRoundMs = MOST_ATTEMPTS * (2 * silenceMs + 3_000);
    this.#provider = provider;
    this.#closedPort = closedPort;
    this.home = home ?? join(this.#folder, "state");
    const probe = resolve(import.meta.dirname, "probe.cjs");
    this.sidecar = new SidecarProcess({
      home: this.home,
      environment: { NODE_OPTIONS: `--require ${probe}`, LATCHKEY_CHAOS_PROBE: this.#probe },
    });
  }

  /** Runs these rounds at the same time and gives their outcomes in the same order. */
  async run(rounds: readonly Round[], latencies: number[]): Promise<Outcome[]> {
    await this.configure(rounds.flatMap(({ providers }) => providers));
    for (const round of rounds) this.#provider.plans.set(round.name, round.plan);
    const outcomes = await Promise.all(rounds.map((round) => this.#runOne(round, latencies)));
    this.sidecar.frames.length = 0;
    this.sidecar.events.length = 0;
    return outcomes;
  }

  async configure(providers: readonly RoundProvider[], { maxOutputTokens = 300, silenceMs = this.#silenceMs } = {}): Promise<void> {
    const totalMs = Math.max(this.#longestRoundMs - 2_000, silenceMs);
    const settings = {
      providers: { custom: providers.map((provider) => this.#customProvider(provider, maxOutputTokens)) },
      timeouts: { connectMs: silenceMs, firstTokenMs: silenceMs, idleMs: silenceMs, totalMs },
      attempts: { max: MOST_ATTEMPTS, patienceMs: 3_000 },
      local: { discover: false },
      keys: { fromEnvironment: false },
    };
    if (this.#isReady) this.sidecar.notify("workspace/didChangeConfiguration", { settings: { latchkey: settings } });
    else await this.sidecar.initialize(settings, "chaos");
    this.#isReady = true;
    for (const { id } of providers) await this.sidecar.request("key/set", { provider: id, secret: `sk-chaos-${id}-0123456789` });
  }

  #customProvider({ id, dialect, reach }: RoundProvider, maxOutputTokens: number): Record<string, unknown> {
    const { origin } = this.#provider;
    const address = { answers: origin, refused: `http://127.0.0.1:${this.#closedPort}`, tls: origin.replace("http:", "https:") }[reach];
    const basePath = WIRES.find((wire) => wire.dialect === dialect)?.basePath ?? "";
    const limits = { contextWindowTokens: Math.max(32_000, 4 * maxOutputTokens), maxOutputTokens, usdPerMillion: { input: 1, output: 2 } };
    return {
      id,
      dialect,
      baseUrl: `${address}/${id}${basePath}`,
      needsKey: true,
      models: [{ id: "m", ...limits, capabilities: ["tools", "structured"] }],
    };
  }

  async #runOne(round: Round, latencies: number[]): Promise<Outcome> {
    const more: Partial<ParamsOf<"chat/send">> = {
      onBreak: round.onBreak,
      ...(round.pinned && { model: `${round.providers[0]?.id}/m` }),
      ...(round.plan.call && { tools: [{ name: "note", description: "Takes a note.", parameters: { type: "object" } }] }),
    };
    const chat = this.sidecar.start("chat/send", ask(round.name, `Tell me about [[${round.name}]].`, more));
    const answer = chat.done.then(
      (result) => ({ result: result as ChatResult, error: null }),
      (error: unknown) => ({ result: null, error: error instanceof RpcError ? error : new Error(String(error)) }),
    );
    const stopped = round.stopAfter === null ? null : this.#stop(round, chat.id, answer, latencies).catch(() => undefined);
    const hung = sleep(this.#longestRoundMs, null, { ref: false }).then(() => ({
      result: null,
      error: new Error(`hangs: no answer after ${this.#longestRoundMs} ms`),
    }));
    const ended = await Promise.race([answer, hung]);
    await Promise.race([stopped, hung]);
    return { ...ended, events: this.sidecar.eventsOf(round.name) };
  }

  /** Cancels after so many text events and measures how long the vendor's socket stays open. */
  async #stop(round: Round, id: number, answer: Promise<{ result: ChatResult | null }>, latencies: number[]): Promise<void> {
    const texts = (): number => this.sidecar.eventsOf(round.name).filter(({ type }) => type === "text-delta").length;
    await this.sidecar.waitFor((frame) => frame.method === "chat/event" && texts() >= (round.stopAfter ?? 0), this.#longestRoundMs);
    const stoppedAtMs = performance.now();
    this.sidecar.cancel(id);
    const { result } = await answer;
    if (result?.stopReason !== "cancelled") return;
    for (const { stage } of this.#provider.seen.get(round.name) ?? []) {
      for (let tries = 0; tries < 200 && !stage.isClosed; tries += 1) await sleep(5);
      latencies.push(stage.closedAtMs === null ? Number.POSITIVE_INFINITY : Math.max(0, stage.closedAtMs - stoppedAtMs));
    }
  }

  async vitals(): Promise<Vitals> {
    rmSync(this.#probe, { force: true });
    this.sidecar.child.kill("SIGUSR2");
    for (let tries = 0; tries < 500 && !existsSync(this.#probe); tries += 1) await sleep(10);
    await sleep(20);
    return JSON.parse(readFileSync(this.#probe, "utf8")) as Vitals;
  }

  rows(): Row[] {
    const ledger = new DatabaseSync(join(this.home, "ledger.sqlite"), { readOnly: true });
    const rows = ledger.prepare("SELECT * FROM attempt ORDER BY n").all() as unknown as Row[];
    ledger.close();
    return rows;
  }

  /** Uncaught errors and warnings of the process, and what its log calls an error. */
  trouble(): string[] {
    const noted = existsSync(`${this.#probe}.trouble`) ? readFileSync(`${this.#probe}.trouble`, "utf8").trim().split("\n") : [];
    const logged = this.sidecar.stderr.split("\n").filter((line) => /"level":"error"|[Uu]nhandled/.test(line));
    return [...noted, ...logged];
  }

  async close(): Promise<number | null> {
    const code = await this.sidecar.stop();
    rmSync(this.#folder, { recursive: true, force: true });
    return code;
  }
}

/** A port at which nobody listens. */
export async function closedPort(): Promise<number> {
  const listening = await listen(createServer());
  await listening.close();
  return listening.port;
}
