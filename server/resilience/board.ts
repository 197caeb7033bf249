// Keeps every circuit and every rate-limit reading and tells who listens; what it learns it shares through the exchange.
import type { Failure } from "../../shared/failure.ts";
import { Circuit, type CircuitView } from "./breaker.ts";
import { Exchange } from "./exchange.ts";
import type { Health, HealthChange, HealthParts, HealthState, Target } from "./health.ts";
import { headroomOf, type RateShare, readRateShares, readRetryAfterMs } from "./rate-headers.ts";
import { provesAlive, type RestRule, restRule } from "./rest.ts";
import { narrowed, type Scope, scopeKey, scopesOf } from "./scope.ts";
import { describe, leastBad, usable, worst } from "./view.ts";

/** A rest is looked at again at least this often; longer timers would overflow on the way to a day. */
const LONGEST_LOOK_AHEAD_MS = 3_600_000;

const CLOSED: CircuitView = { state: "closed" };
const WELL: HealthState = { health: "ok", headroom: 1 };

export class HealthBoard implements Health {
  readonly #now: () => Date;
  readonly #circuits = new Map<string, { readonly scope: Scope; readonly circuit: Circuit }>();
  readonly #shares = new Map<string, readonly RateShare[]>();
  /** By provider, the models that a circuit or a reading is kept of; "" where one is of the whole provider or of a key. */
  readonly #heard = new Map<string, Set<string>>();
  /** What a refusing response asked for, until the failure that came of it is reported. */
  readonly #askedMs = new Map<string, number>();
  /** Every model that was asked, by provider: what a provider's sum is drawn over. */
  readonly #asked = new Map<string, Set<string>>();
  readonly #listeners = new Set<(change: HealthChange) => void>();
  readonly #told = new Map<string, string>();
  readonly #exchange: Exchange;
  #timer: NodeJS.Timeout | undefined;

  constructor(parts: HealthParts) {
    this.#now = parts.now;
    this.#exchange = new Exchange(parts, {
      rest: (scope, rest) => {
        if (scope.model !== "") this.#remember(scope);
        this.#circuit(scope).adopt(rest);
      },
      shares: (scope, shares) => this.#keepShares(scope, shares),
      learned: () => this.#tell(),
    });
  }

  stateOf(provider: string, model: string, keys: readonly string[]): HealthState {
    if (model === "") return this.#sumOf(provider, keys);
    // Routing asks this of a whole catalogue, of which most was never heard of.
    const heard = this.#heard.get(provider);
    if (heard === undefined || !(heard.has("") || heard.has(model))) return WELL;
    const perKey = named(keys).map((key) => ({
      view: worst([this.#view({ provider, model: "", key }), this.#view({ provider, model, key })]),
      headroom: headroomOf(this.#shares.get(scopeKey({ provider, model, key })) ?? [], this.#now()),
    }));
    const best = leastBad(perKey.map(({ view }) => view));
    const headroom = Math.max(...perKey.filter(({ view }) => view.state === best.state).map((key) => key.headroom));
    const common = [this.#view({ provider, model: "", key: "" }), this.#view({ provider, model, key: "" })];
    return describe(worst([...common, best]), headroom);
  }

  pickKey(provider: string, keys: readonly string[], model = ""): string | null {
    const free = keys.find((key) => {
      const views = [this.#view({ provider, model: "", key }), this.#view({ provider, model, key })];
      return worst(views).state !== "open";
    });
    return free ?? null;
  }

  started(target: Target): void {
    this.#remember(target);
    if (this.#circuits.size === 0) return;
    for (const circuit of this.#circuitsOf(target)) circuit.started(this.#now().getTime());
  }

  succeeded(target: Target): void {
    this.#remember(target);
    if (this.#askedMs.size > 0) this.#askedMs.delete(scopeKey(target));
    // Nobody has failed yet: there is nothing to clear and nothing to tell.
    if (this.#circuits.size === 0) return;
    for (const scope of scopesOf(target)) this.#clear(scope);
    this.#tell();
  }

  failed(target: Target, failure: Failure): void {
    this.#remember(target);
    const askedMs = failure.details.retryAfterMs ?? this.#askedMs.get(scopeKey(target)) ?? null;
    this.#askedMs.delete(scopeKey(target));
    for (const circuit of this.#circuitsOf(target)) circuit.released();
    const rule = restRule(failure);
    if (rule) this.#rest(target, rule, askedMs ? askedMs : null);
    else if (provesAlive(failure)) for (const scope of scopesOf(target)) this.#clear(scope);
    this.#tell();
  }

  sawResponse(target: Target, status: number, headers: Headers): void {
    const now = this.#now();
    const shares = readRateShares(headers, now);
    if (shares.length > 0) {
      this.#keepShares(target, shares);
      this.#exchange.publishShares(target, shares);
    }
    const askedMs = status >= 400 ? readRetryAfterMs(headers, now) : null;
    if (askedMs !== null) this.#askedMs.set(scopeKey(target), askedMs);
  }

  reset(provider: string, key?: string): void {
    for (const { scope, circuit } of this.#circuits.values()) {
      if (scope.provider !== provider || (key !== undefined && scope.key !== key)) continue;
      circuit.reset();
      this.#exchange.withdrawRest(scope);
    }
    this.#tell();
  }

  refresh(): Promise<void> {
    return this.#exchange.refresh();
  }

  onChange(listener: (change: HealthChange) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#exchange.close();
    this.#listeners.clear();
  }

  #rest(target: Target, rule: RestRule, askedMs: number | null): void {
    // Whoever answers, if only with a refusal, can be reached.
    if (rule.scope !== "provider") this.#clear(narrowed(target, "provider"));
    const scope = narrowed(target, rule.scope);
    const circuit = this.#circuit(scope);
    const rest = circuit.failed(rule, askedMs, this.#now().getTime());
    if (rest) this.#exchange.publishRest(scope, rest);
  }

  /** For people: resting as a whole, or which of the models that were asked does. */
  #sumOf(provider: string, keys: readonly string[]): HealthState {
    const wide = worst([
      this.#view({ provider, model: "", key: "" }),
      leastBad(named(keys).map((key) => this.#view({ provider, model: "", key }))),
    ]);
    const models = [...(this.#asked.get(provider) ?? [])].map((model) => ({ model, state: this.stateOf(provider, model, keys) }));
    const resting = models.filter(({ state }) => !usable(state));
    const headroom = Math.min(1, ...models.map(({ state }) => state.headroom));
    const first = resting.toSorted((left, right) => Number(left.state.restingUntil) - Number(right.state.restingUntil))[0];
    if (wide.state !== "closed" || !first) return describe(wide, headroom);
    const reason = resting.map(({ model, state }) => `${model}: ${state.reason ?? state.health}`).join("; ");
    if (resting.length === models.length) return { ...first.state, reason };
    return { health: "ok", reason, headroom };
  }

  #remember(target: Target): void {
    const models = this.#asked.get(target.provider) ?? new Set();
    this.#asked.set(target.provider, models.add(target.model));
  }

  #view(scope: Scope): CircuitView {
    if (this.#circuits.size === 0) return CLOSED;
    return this.#circuits.get(scopeKey(scope))?.circuit.view(this.#now().getTime()) ?? CLOSED;
  }

  #keepShares(scope: Scope, shares: readonly RateShare[]): void {
    this.#hear(scope);
    this.#shares.set(scopeKey(scope), shares);
  }

  #hear({ provider, model }: Scope): void {
    const heard = this.#heard.get(provider) ?? new Set();
    this.#heard.set(provider, heard.add(model));
  }

  #circuit(scope: Scope): Circuit {
    const known = this.#circuits.get(scopeKey(scope));
    if (known) return known.circuit;
    this.#hear(scope);
    const circuit = new Circuit();
    this.#circuits.set(scopeKey(scope), { scope, circuit });
    return circuit;
  }

  #circuitsOf(target: Target): Circuit[] {
    return scopesOf(target).flatMap((scope) => this.#circuits.get(scopeKey(scope))?.circuit ?? []);
  }

  #clear(scope: Scope): void {
    const circuit = this.#circuits.get(scopeKey(scope))?.circuit;
    if (circuit?.succeeded(this.#now().getTime())) this.#exchange.withdrawRest(scope);
  }

  /** Each circuit whose state a person would see differently is told once; the next end of a rest is looked forward to. */
  #tell(): void {
    const nowMs = this.#now().getTime();
    let nextMs = Number.POSITIVE_INFINITY;
    for (const [name, { scope, circuit }] of this.#circuits) {
      const view = circuit.view(nowMs);
      if (view.state === "open") nextMs = Math.min(nextMs, view.rest.untilMs);
      const state = describe(view, 1, scope.key);
      const text = JSON.stringify(state);
      if ((this.#told.get(name) ?? JSON.stringify(describe({ state: "closed" }, 1))) === text) continue;
      this.#told.set(name, text);
      for (const listener of this.#listeners) listener({ provider: scope.provider, ...(scope.model && { model: scope.model }), state });
    }
    clearTimeout(this.#timer);
    if (nextMs === Number.POSITIVE_INFINITY) return;
    this.#timer = setTimeout(() => this.#tell(), Math.min(Math.max(1, nextMs - nowMs), LONGEST_LOOK_AHEAD_MS));
    this.#timer.unref();
  }
}

function named(keys: readonly string[]): readonly string[] {
  return keys.length > 0 ? keys : [""];
}
