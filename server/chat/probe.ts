// A doctor's visit to one model: a handful of tiny chats through the spine, each within what is left of a small sum.
import type { Attempt, ChatEventBody, ChatResult } from "../../shared/chat.ts";
import { Failure, isFailure } from "../../shared/failure.ts";
import { type Capability, isFree, type ModelInfo } from "../../shared/model.ts";
import { nanoFromUsd } from "../../shared/money.ts";
import type { ProbeCheck, ProbeReport } from "../../shared/probe.ts";
import type { ChatRequest } from "../../shared/protocol.ts";
import type { Catalog } from "../catalog/catalog.ts";
import { priceAt } from "../money/price.ts";
import type { ListedModel } from "../providers/provider.ts";
import { totalsOf } from "./ending.ts";
import type { Caller, SpineParts } from "./parts.ts";
import { type Heard, PLAIN_ASK, type ProbeRow, PROBES } from "./probe-checks.ts";
import { createSend } from "./send.ts";

export interface ProbeOrder {
  readonly provider: string;
  /** The provider's cheapest usable model, unless named. */
  readonly model?: string | undefined;
  /** All chats of the visit together; a cent unless said. */
  readonly maxCostUsd?: number | undefined;
}

export interface ProbeParts {
  readonly spine: SpineParts;
  readonly dialectOf: (provider: string) => string;
  /** The free list; throws a Failure. */
  readonly listModels: (provider: string, signal: AbortSignal) => Promise<readonly ListedModel[]>;
  /** Told as soon as it is known. */
  readonly onCheck?: (check: ProbeCheck) => void;
}

const ONE_CENT_USD = 0.01;
/** Enough for each answer; a model that reasons spends most of it on that. */
const ANSWER_TOKENS = 128;
const REASONED_TOKENS = 512;

export async function probe(parts: ProbeParts, order: ProbeOrder, caller: Pick<Caller, "editor" | "signal">): Promise<ProbeReport> {
  const model = modelFor(parts.spine, order);
  return new Visit(parts, model, nanoFromUsd(order.maxCostUsd ?? ONE_CENT_USD), caller).run();
}

/** Throws invalidParams or modelNotFound: a visit needs somebody to visit. */
function modelFor({ catalog, now, providers }: SpineParts, { provider, model }: ProbeOrder): ModelInfo {
  if (model !== undefined) {
    const found = catalog.find(model.startsWith(`${provider}/`) ? model : `${provider}/${model}`);
    if (found) return found;
    throw new Failure(
      "invalidParams",
      `${provider} has no model ${model} in the catalogue. latchkey models --provider ${provider} lists them.`,
    );
  }
  const availabilityOf = providers.availabilities();
  const usual = catalog
    .ofProvider(provider)
    .filter((one) => one.status !== "ghost" && one.status !== "deprecated" && !one.quirks?.unproven);
  const [first] = usual.toSorted((left, right) => priceOf(left, now()) - priceOf(right, now()));
  if (first) return first;
  const [any] = catalog.ofProvider(provider);
  const reason = any ? availabilityOf(any).reason : undefined;
  throw new Failure("modelNotFound", `No model of ${provider} is known that could be asked${reason ? `: ${reason}` : ""}. Name one.`, {
    provider,
  });
}

function priceOf(model: ModelInfo, now: Date): number {
  if (isFree(model)) return 0;
  const rates = priceAt(model, now)?.rates;
  return rates ? rates.input + rates.output : Number.MAX_SAFE_INTEGER;
}

type Asked =
  | { readonly result: ChatResult; readonly heard: Heard; readonly ms: number }
  | { readonly failure: Failure; readonly ms: number };

class Visit {
  readonly #parts: ProbeParts;
  readonly #model: ModelInfo;
  readonly #mostNanoUsd: number;
  readonly #caller: Pick<Caller, "editor" | "signal">;
  readonly #checks: ProbeCheck[] = [];
  readonly #attempts: Attempt[] = [];
  #url: string | null = null;

  constructor(parts: ProbeParts, model: ModelInfo, mostNanoUsd: number, caller: Pick<Caller, "editor" | "signal">) {
    this.#parts = parts;
    this.#model = model;
    this.#mostNanoUsd = mostNanoUsd;
    this.#caller = caller;
  }

  async run(): Promise<ProbeReport> {
    await this.#list();
    const plain = await this.#ask(PLAIN_ASK, []);
    const ok = this.#judgePlain(plain);
    const differs: ProbeReport["differs"] = [];
    for (const row of PROBES) {
      const seen = ok ? await this.#probe(row) : this.#skip(row, "not asked, since no plain answer came");
      const catalogue = this.#model.capabilities.includes(row.capability);
      if (seen !== null && seen !== catalogue) differs.push({ capability: row.capability, catalogue, seen });
    }
    const first = this.#attempts.find((attempt) => attempt.firstTokenMs !== null);
    return {
      provider: this.#model.provider,
      model: this.#model.id,
      dialect: this.#parts.dialectOf(this.#model.provider),
      url: this.#url,
      ok,
      checks: this.#checks,
      differs,
      firstTokenMs: first?.firstTokenMs ?? null,
      cost: totalsOf(this.#attempts).cost,
      attempts: this.#attempts.length,
    };
  }

  async #list(): Promise<void> {
    const { provider, model } = this.#model;
    const started = performance.now();
    try {
      const listed = await this.#parts.listModels(provider, this.#caller.signal);
      const isThere = listed.some(({ id }) => id === model || id.replace(/^models\//, "") === model);
      const detail = `lists ${listed.length} models, ${isThere ? "this one among them" : "but not this one"}`;
      this.#note({ name: "models", outcome: isThere ? "works" : "fails", detail, ms: performance.now() - started });
    } catch (error) {
      if (!isFailure(error)) throw error;
      this.#note({ name: "models", outcome: "fails", detail: error.message, ms: performance.now() - started });
    }
  }

  #judgePlain(asked: Asked): boolean {
    if ("failure" in asked) {
      this.#note({ name: "answer", outcome: "fails", detail: asked.failure.message, ms: asked.ms });
      for (const name of ["stream", "usage"] as const) this.#note({ name, outcome: "skipped", detail: "no plain answer came" });
      return false;
    }
    const { result, heard, ms } = asked;
    const ok = result.text.trim() !== "";
    this.#note({ name: "answer", outcome: ok ? "works" : "fails", detail: ok ? "answered" : `no text came (${result.stopReason})`, ms });
    const streams = heard.pieces > 1;
    this.#note({
      name: "stream",
      outcome: streams ? "works" : "fails",
      detail: streams ? `came in ${heard.pieces} pieces` : "came in one piece",
    });
    const reports = result.usage.provenance === "reported";
    const detail = reports ? "tokens are reported, costs are exact" : "no tokens are reported, costs are estimates";
    this.#note({ name: "usage", outcome: reports ? "works" : "fails", detail });
    return ok;
  }

  /** Whether it was seen; null where it was not asked or the question went astray for another reason. */
  async #probe(row: ProbeRow): Promise<boolean | null> {
    const asked = await this.#ask(row.ask, [row.capability]);
    if ("failure" in asked) {
      const { kind, message } = asked.failure;
      if (NOT_ASKED.includes(kind)) return this.#skip(row, message);
      this.#note({ name: row.name, outcome: "fails", detail: message, ms: asked.ms });
      return REFUSALS.includes(kind) ? false : null;
    }
    const { works, detail } = row.judge(asked.result, asked.heard);
    this.#note({ name: row.name, outcome: works ? "works" : "fails", detail, ms: asked.ms });
    return works;
  }

  #skip({ name }: ProbeRow, detail: string): null {
    this.#note({ name, outcome: "skipped", detail });
    return null;
  }

  #note(check: ProbeCheck): void {
    this.#checks.push(check);
    this.#parts.onCheck?.(check);
  }

  /** One tiny chat with this model alone, as if it could do what is asked: only that shows whether the catalogue is right. */
  async #ask(ask: Partial<ChatRequest> & Pick<ChatRequest, "messages">, needs: readonly Capability[]): Promise<Asked> {
    let pieces = 0;
    let reasoned = false;
    const emit = (event: ChatEventBody): undefined => {
      if (event.type === "text-delta") pieces += 1;
      if (event.type === "reasoning-delta") reasoned = true;
    };
    const { spine } = this.#parts;
    const reasons = this.#model.capabilities.includes("reasoning") || needs.includes("reasoning");
    const request: ChatRequest = {
      ...ask,
      chatId: spine.newId(),
      model: this.#model.id,
      maxOutputTokens: reasons ? REASONED_TOKENS : ANSWER_TOKENS,
      maxCostUsd: Math.max(0, this.#mostNanoUsd - (totalsOf(this.#attempts).cost.nanoUsd ?? 0)) / 1e9,
      ...(reasons ? { reasoning: "low" as const } : {}),
    };
    const started = performance.now();
    try {
      const result = await createSend(this.#alone(needs))(request, { ...this.#caller, emit });
      if (result.stopReason === "cancelled") throw new Failure("cancelled", "The visit was stopped.", { attempts: result.attempts });
      this.#attempts.push(...result.attempts);
      return { result, heard: { pieces, reasoned }, ms: performance.now() - started };
    } catch (error) {
      if (!isFailure(error) || error.kind === "cancelled") throw error;
      // What the spine puts under this name are its own attempts.
      this.#attempts.push(...((error.details.attempts ?? []) as Attempt[]));
      return { failure: error, ms: performance.now() - started };
    }
  }

  #alone(needs: readonly Capability[]): SpineParts {
    const { spine } = this.#parts;
    const model = { ...this.#model, capabilities: [...new Set([...this.#model.capabilities, ...needs])] };
    const settings = { ...spine.settings(), "attempts.max": 2, onBreak: "stop" as const };
    return {
      ...spine,
      purpose: "probe",
      catalog: only(model, spine.catalog.revision),
      settings: () => settings,
      providers: {
        availabilities: () => spine.providers.availabilities(),
        keyNamesOf: (provider) => spine.providers.keyNamesOf(provider),
        stopRuleOf: (provider) => spine.providers.stopRuleOf(provider),
        promptCacheOf: (provider, model) => spine.providers.promptCacheOf(provider, model),
        connect: async (...given) => {
          const { dialect, connection } = await spine.providers.connect(...given);
          return { dialect, connection: { ...connection, fetch: this.#noting(connection.fetch) } };
        },
      },
    };
  }

  #noting(send: typeof fetch): typeof fetch {
    return (input, init) => {
      const url = new URL(input instanceof Request ? input.url : String(input));
      this.#url = `${url.origin}${url.pathname}`;
      return send(input, init);
    };
  }
}

/** Refused before anything was sent. */
const NOT_ASKED: readonly Failure["kind"][] = ["budgetExceeded", "noCandidate", "planForbidden", "keyMissing"];
/** The vendor's own no to what was asked; anything else says nothing about the capability. */
const REFUSALS: readonly Failure["kind"][] = ["requestInvalid", "outputInvalid"];

/** A catalogue of one. */
function only(model: ModelInfo, revision: number): Catalog {
  return {
    all: () => [model],
    find: (id) => (id === model.id ? model : undefined),
    ofProvider: (provider) => (provider === model.provider ? [model] : []),
    countOf: (provider) => (provider === model.provider ? 1 : 0),
    providers: [model.provider],
    overlay: () => undefined,
    correctWindow: () => undefined,
    overlaid: () => [],
    revision,
  };
}
