// Who rests, why and until when, by provider, model and key; alone and together with other processes.
import assert from "node:assert/strict";
import { Failure, type FailureDetails, type FailureKind } from "../../../shared/failure.ts";
import { createHealth, type Health, type HealthChange, type Target } from "../../../server/resilience/health.ts";
import type { SharedStore } from "../../../server/resilience/shared-store.ts";

const START_MS = Date.parse("2026-11-23T12:00:00Z");
const A: Target = { provider: "acme", model: "acme/large", key: "work" };
const SMALL: Target = { ...A, model: "acme/small" };
const HOME: Target = { ...A, key: "home" };
const KEYS = ["work", "home"];

class World {
  ms = START_MS;
  readonly #open: Health[] = [];
  readonly now = (): Date => new Date(this.ms);

  health(shared?: SharedStore): Health {
    const health = createHealth({ now: this.now, ...(shared && { shared }) });
    this.#open.push(health);
    return health;
  }

  close(): void {
    for (const health of this.#open) health.close();
  }
}

/** What the ledger's store does, in memory: texts that expire. */
class MemoryStore implements SharedStore {
  readonly #entries = new Map<string, { value: string; untilMs: number }>();
  readonly #now: () => Date;
  broken = false;

  constructor(now: () => Date) {
    this.#now = now;
  }

  async get(key: string): Promise<string | null> {
    return (await this.list(key)).find((entry) => entry.key === key)?.value ?? null;
  }

  async set(key: string, value: string, expiresInMs: number): Promise<void> {
    if (this.broken) throw new Error("the disk is full");
    this.#entries.set(key, { value, untilMs: this.#now().getTime() + expiresInMs });
  }

  async list(prefix: string): Promise<{ key: string; value: string }[]> {
    if (this.broken) throw new Error("the disk is full");
    const live = [...this.#entries].filter(([key, { untilMs }]) => key.startsWith(prefix) && untilMs > this.#now().getTime());
    return live.map(([key, { value }]) => ({ key, value }));
  }

  async delete(key: string): Promise<void> {
    this.#entries.delete(key);
  }
}

function fail(health: Health, target: Target, kind: FailureKind, details: FailureDetails = {}, times = 1): void {
  for (let time = 0; time < times; time += 1) health.failed(target, new Failure(kind, undefined, details));
}

function refused(): Failure {
  const cause = Object.assign(new Error("connect ECONNREFUSED"), { code: "ECONNREFUSED" });
  return new Failure("providerUnavailable", undefined, {}, { cause });
}

describe("health", () => {
  let world: World;
  beforeEach(() => {
    world = new World();
  });
  afterEach(() => world.close());

  it("is ok with full headroom for what was never asked", () => {
    assert.deepEqual(world.health().stateOf("acme", "acme/large", KEYS), { health: "ok", headroom: 1 });
  });

  it("rests a rate-limited key at that model until the vendor's time, and nobody else", () => {
    const health = world.health();
    fail(health, A, "rateLimited", { retryAfterMs: 30_000 });
    const state = health.stateOf("acme", "acme/large", ["work"]);
    assert.equal(state.health, "resting");
    assert.equal(state.restingUntil?.getTime(), START_MS + 30_000);
    assert.match(state.reason ?? "", /^rate limited until \d\d:\d\d:\d\d$/);
    assert.equal(health.stateOf("acme", "acme/large", KEYS).health, "ok", "the other key is free");
    assert.equal(health.stateOf("acme", "acme/small", ["work"]).health, "ok", "the other model is free");
    assert.equal(health.pickKey("acme", KEYS, "acme/large"), "home");
    assert.equal(health.pickKey("acme", KEYS, "acme/small"), "work");
    world.ms += 30_000;
    assert.equal(health.stateOf("acme", "acme/large", ["work"]).health, "ok");
    assert.equal(health.pickKey("acme", KEYS, "acme/large"), "work");
  });

  it("is not talked out of a rate limit by the success of a request that was under way", () => {
    const health = world.health();
    fail(health, A, "rateLimited", { retryAfterMs: 30_000 });
    health.succeeded(A);
    assert.equal(health.stateOf("acme", "acme/large", ["work"]).health, "resting");
  });

  it("takes the wait from the response's headers when the failure names none", () => {
    const health = world.health();
    health.sawResponse(A, 429, new Headers({ "retry-after": "45" }));
    fail(health, A, "rateLimited");
    assert.equal(health.stateOf("acme", "acme/large", ["work"]).restingUntil?.getTime(), START_MS + 45_000);
  });

  it("rests longer each time when nobody names a time", () => {
    const health = world.health();
    const rests = [1, 2, 3].map(() => {
      fail(health, A, "rateLimited");
      const until = health.stateOf("acme", "acme/large", ["work"]).restingUntil?.getTime() ?? 0;
      const restMs = until - world.ms;
      world.ms = until;
      return restMs;
    });
    assert.deepEqual(rests, [5_000, 10_000, 20_000]);
  });

  it("rests a refused key alone, for every model", () => {
    const health = world.health();
    fail(health, A, "keyRejected");
    assert.equal(health.stateOf("acme", "acme/small", ["work"]).health, "keyRejected");
    assert.equal(health.stateOf("acme", "acme/small", KEYS).health, "ok");
    assert.equal(health.pickKey("acme", KEYS), "home");
    fail(health, HOME, "creditExhausted");
    assert.equal(health.pickKey("acme", KEYS), null);
  });

  it("rests a model after three failures in a row, and only that model", () => {
    const health = world.health();
    fail(health, A, "providerUnavailable", { status: 500 }, 2);
    health.succeeded(A);
    fail(health, A, "providerUnavailable", { status: 500 }, 2);
    assert.equal(health.stateOf("acme", "acme/large", KEYS).health, "ok", "a success in between begins the count anew");
    fail(health, A, "providerUnavailable", { status: 500 });
    assert.equal(health.stateOf("acme", "acme/large", KEYS).health, "resting");
    assert.equal(health.stateOf("acme", "acme/small", KEYS).health, "ok");
  });

  it("rests the whole provider when its address cannot be reached", () => {
    const health = world.health();
    for (const target of [A, SMALL, A]) health.failed(target, refused());
    assert.equal(health.stateOf("acme", "acme/other", KEYS).health, "resting");
    assert.equal(health.stateOf("rival", "rival/x", []).health, "ok");
  });

  it("lets one probe through after a rest, and a failed probe rests again, longer", () => {
    const health = world.health();
    fail(health, A, "stalled", {}, 2);
    world.ms += 5_000;
    assert.equal(health.stateOf("acme", "acme/large", KEYS).health, "probing");
    const free = health.stateOf("acme", "acme/large", KEYS).headroom;
    health.started(A);
    assert.ok(health.stateOf("acme", "acme/large", KEYS).headroom < free, "others are better asked elsewhere meanwhile");
    fail(health, A, "stalled");
    assert.equal(health.stateOf("acme", "acme/large", KEYS).restingUntil?.getTime(), world.ms + 10_000);
    world.ms += 10_000;
    health.started(A);
    health.succeeded(A);
    assert.equal(health.stateOf("acme", "acme/large", KEYS).health, "ok");
  });

  it("takes a refused prompt as the sign of a working vendor, and a stop as no sign at all", () => {
    const health = world.health();
    fail(health, A, "providerUnavailable", { status: 500 }, 3);
    world.ms += 5_000;
    health.started(A);
    fail(health, A, "cancelled");
    assert.equal(health.stateOf("acme", "acme/large", KEYS).health, "probing");
    fail(health, A, "requestRefused");
    assert.equal(health.stateOf("acme", "acme/large", KEYS).health, "ok");
  });

  it("shows the share that is left before it is used up", () => {
    const health = world.health();
    const headers = {
      ...{ "x-ratelimit-limit-tokens": "1000", "x-ratelimit-remaining-tokens": "100", "x-ratelimit-reset-tokens": "10s" },
    };
    health.sawResponse(A, 200, new Headers(headers));
    assert.equal(health.stateOf("acme", "acme/large", ["work"]).headroom, 0.1);
    assert.equal(health.stateOf("acme", "acme/large", KEYS).headroom, 1, "the other key's limit is untouched");
    world.ms += 10_000;
    assert.equal(health.stateOf("acme", "acme/large", ["work"]).headroom, 1);
  });

  it("sums up a provider: which model rests, and the whole when all that were asked do", () => {
    const health = world.health();
    health.succeeded(SMALL);
    fail(health, A, "rateLimited", { retryAfterMs: 60_000 });
    const partly = health.stateOf("acme", "", ["work"]);
    assert.equal(partly.health, "ok");
    assert.match(partly.reason ?? "", /^acme\/large: rate limited until/);
    fail(health, SMALL, "rateLimited", { retryAfterMs: 30_000 });
    const whole = health.stateOf("acme", "", ["work"]);
    assert.equal(whole.health, "resting");
    assert.equal(whole.restingUntil?.getTime(), START_MS + 30_000, "the first of them is free again then");
  });

  it("tells each beginning and end of a rest once", async () => {
    const health = createHealth({ now: () => new Date() });
    const changes: HealthChange[] = [];
    const forget = health.onChange((change) => changes.push(change));
    fail(health, A, "rateLimited", { retryAfterMs: 30 });
    health.succeeded(SMALL);
    await new Promise((resolve) => setTimeout(resolve, 80));
    assert.deepEqual(
      changes.map(({ provider, model, state }) => [provider, model, state.health]),
      [
        ["acme", "acme/large", "resting"],
        ["acme", "acme/large", "ok"],
      ],
    );
    forget();
    fail(health, A, "rateLimited", { retryAfterMs: 30 });
    assert.equal(changes.length, 2);
    health.close();
  });

  it("forgets everything about a provider when a person mended it", () => {
    const health = world.health();
    fail(health, A, "keyRejected");
    fail(health, HOME, "creditExhausted");
    health.reset("acme", "work");
    assert.equal(health.pickKey("acme", KEYS), "work");
    assert.equal(health.stateOf("acme", "acme/large", ["home"]).health, "creditExhausted");
    health.reset("acme");
    assert.equal(health.stateOf("acme", "acme/large", ["home"]).health, "ok");
  });
});

describe("health shared between processes", () => {
  let world: World;
  let store: MemoryStore;
  beforeEach(() => {
    world = new World();
    store = new MemoryStore(world.now);
  });
  afterEach(() => world.close());

  const settle = () => new Promise((resolve) => setImmediate(resolve));

  it("learns a rest, its end and a small share from another process", async () => {
    const [left, right] = [world.health(store), world.health(store)];
    fail(left, A, "keyRejected");
    left.sawResponse(SMALL, 200, new Headers({ "x-ratelimit-limit": "10", "x-ratelimit-remaining": "1", "x-ratelimit-reset": "60" }));
    await settle();
    await right.refresh();
    assert.equal(right.stateOf("acme", "acme/large", ["work"]).health, "keyRejected");
    assert.equal(right.stateOf("acme", "acme/small", ["home"]).headroom, 1);
    right.reset("acme", "work");
    assert.equal(right.stateOf("acme", "acme/small", ["work"]).headroom, 0.1);
    await settle();
    world.ms += 2_000;
    await left.refresh();
    assert.equal(left.stateOf("acme", "acme/large", ["work"]).health, "ok");
  });

  it("tells its own listeners what another process learned", async () => {
    const [left, right] = [world.health(store), world.health(store)];
    const seen: HealthChange[] = [];
    right.onChange((change) => seen.push(change));
    fail(left, A, "rateLimited", { retryAfterMs: 60_000 });
    await settle();
    await right.refresh();
    assert.equal(right.stateOf("acme", "", ["work"]).health, "resting");
    assert.deepEqual(
      seen.map(({ model, state }) => [model, state.health]),
      [["acme/large", "resting"]],
    );
  });

  it("goes on alone when the store fails, and when another program wrote nonsense into it", async () => {
    const health = world.health(store);
    await store.set("health/acme\tacme/large\twork", "{", 60_000);
    await store.set("health/\t", '{"untilMs":"x"}', 60_000);
    await health.refresh();
    assert.equal(health.stateOf("acme", "acme/large", KEYS).health, "ok");
    store.broken = true;
    fail(health, A, "rateLimited", { retryAfterMs: 60_000 });
    world.ms += 2_000;
    await health.refresh();
    assert.equal(health.stateOf("acme", "acme/large", ["work"]).health, "resting");
  });
});
