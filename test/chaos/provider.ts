// The loopback provider: all dialects at one address, each request played with the fault that its round has planned, and everything noted.
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { listen, type Listening } from "../support/servers.ts";
import { type Fault, HEALTHY } from "./faults.ts";
import { type Chance, chanceFrom } from "./seed.ts";
import { HungUp, Stage } from "./stage.ts";
import { anthropic } from "./wires/anthropic.ts";
import { google } from "./wires/google.ts";
import { openaiChat } from "./wires/openai-chat.ts";
import { openaiResponses } from "./wires/openai-responses.ts";
import type { Counts, ToolCall, Wire } from "./wires/wire.ts";

export const WIRES: readonly Wire[] = [openaiChat, openaiResponses, anthropic, google];

/** What the provider will do in one round, request by request; healthy once the list is used up. */
export interface Plan {
  readonly text: string;
  readonly call: ToolCall | null;
  readonly counts: Counts;
  readonly faults: readonly Fault[];
  /** What a model does that is asked to continue: go on exactly, repeat some words, or begin with a line break and repeat. */
  readonly continues: "exactly" | "repeating" | "after a gap";
  readonly seed: number;
}

export interface Seen {
  readonly provider: string;
  readonly fault: Fault;
  readonly stage: Stage;
  /** The assistant's text it was asked to continue, as it came over the wire. */
  readonly continued: string | null;
  /** Another vendor's or the SDK's words for the key. */
  readonly hadKey: boolean;
}

export interface ChaosProvider {
  readonly origin: string;
  /** By the round's name, which its prompt carries in double brackets. */
  readonly plans: Map<string, Plan>;
  readonly seen: Map<string, Seen[]>;
  /** Answers that are still being written: none may be left when a round is over. */
  openAnswers(): number;
  openSockets(): Promise<number>;
  close(): Promise<void>;
}

export async function startProvider(): Promise<ChaosProvider> {
  const plans = new Map<string, Plan>();
  const seen = new Map<string, Seen[]>();
  const open = new Set<Stage>();
  const server = createServer({ keepAliveTimeout: 2_000 }, (request, response) => {
    void answer(request, response, { plans, seen, open });
  });
  const listening: Listening = await listen(server);
  return {
    origin: listening.origin,
    plans,
    seen,
    openAnswers: () => open.size,
    openSockets: () => new Promise((resolve) => server.getConnections((_, count) => resolve(count))),
    close: () => listening.close(),
  };
}

interface Desk {
  readonly plans: Map<string, Plan>;
  readonly seen: Map<string, Seen[]>;
  readonly open: Set<Stage>;
}

async function answer(request: IncomingMessage, response: ServerResponse, desk: Desk): Promise<void> {
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of request) chunks.push(chunk as Buffer);
  } catch {
    return;
  }
  const [, provider = "", ...rest] = (request.url ?? "").split("/");
  const text = Buffer.concat(chunks).toString("utf8");
  const round = /\[\[([\w-]+)\]\]/.exec(text)?.[1] ?? "";
  const wire = WIRES.find((one) => fits(one, `/${rest.join("/")}`));
  const plan = desk.plans.get(round);
  if (!plan || !wire) {
    response.writeHead(404).end(`nothing is planned for ${request.url}`);
    return;
  }
  const body: unknown = JSON.parse(text);
  const earlier = desk.seen.get(round) ?? [];
  const continued = wire.assistantTexts(body).at(-1) ?? null;
  const chance = chanceFrom(plan.seed).fork(earlier.length);
  const score = { text: continued === null ? plan.text : continuation(plan, continued, chance), call: plan.call, counts: plan.counts };
  const stage = new Stage({ request, response, wire, score, chance });
  const fault = plan.faults[earlier.length] ?? HEALTHY;
  desk.seen.set(round, [...earlier, { provider, fault, stage, continued, hadKey: hasKey(request) }]);
  desk.open.add(stage);
  response.on("close", () => desk.open.delete(stage));
  try {
    await fault.act(stage);
  } catch (error) {
    if (!(error instanceof HungUp)) throw error;
  }
}

function fits(wire: Wire, path: string): boolean {
  const ends: Readonly<Record<string, RegExp>> = {
    "openai-chat": /^\/v1\/chat\/completions$/,
    "openai-responses": /^\/v1\/responses$/,
    anthropic: /^\/v1\/messages(\?|$)/,
    google: /:streamGenerateContent(\?|$)/,
  };
  return ends[wire.dialect]?.test(path) ?? false;
}

function hasKey(request: IncomingMessage): boolean {
  return ["authorization", "x-api-key", "x-goog-api-key"].some((name) => request.headers[name] !== undefined);
}

/** The rest of the planned text after what was given, begun early or after a gap when the plan says so. */
function continuation(plan: Plan, given: string, chance: Chance): string {
  const at = plan.text.startsWith(given) ? given.length : 0;
  if (plan.continues === "exactly" || at === 0) return plan.text.slice(at);
  const back = wordsBack(plan.text, at, 2 + chance.below(3));
  return (plan.continues === "after a gap" ? "\n\n" : "") + plan.text.slice(back);
}

/** The beginning of the word some words before `at`. */
function wordsBack(text: string, at: number, words: number): number {
  const starts = [...text.slice(0, at).matchAll(/\S+/g)].map((match) => match.index);
  return starts.at(-Math.min(words, starts.length)) ?? at;
}
