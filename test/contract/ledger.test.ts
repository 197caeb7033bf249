// One suite for both ledgers, SQLite in a file and PostgreSQL on loopback: what a ledger promises, whoever keeps it.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import type { AttemptIntent, AttemptOutcome } from "../../server/money/budget.ts";
import type { Booking, Ceiling, Ledger, Window } from "../../server/money/ledger/ledger.ts";
import { openPostgresLedger } from "../../server/money/ledger/postgres-ledger.ts";
import { openSqliteLedger } from "../../server/money/ledger/sqlite.ts";
import { facts, intent, never, NOON, outcome } from "../support/ledger.ts";
import { type Cluster, startCluster } from "../support/postgres-cluster.ts";

const DAY = 86_400_000;
const everything: Window = { scope: "all", id: "", fromMs: NOON - DAY, toMs: NOON + DAY };

interface Backend {
  readonly name: string;
  prepare(): Promise<void>;
  open(): Promise<Ledger>;
  /** Another place that nobody has written to. */
  renew(): Promise<void>;
  end(): Promise<void>;
}

function sqlite(): Backend {
  let folder = "";
  const folders: string[] = [];
  const renew = async (): Promise<void> => {
    folder = mkdtempSync(join(tmpdir(), "latchkey-ledger-"));
    folders.push(folder);
  };
  return {
    name: "sqlite",
    prepare: async () => undefined,
    open: () => openSqliteLedger({ path: join(folder, "ledger.sqlite"), facts, now: () => NOON }),
    renew,
    end: async () => {
      for (const each of folders) rmSync(each, { recursive: true, force: true });
    },
  };
}

function postgres(): Backend {
  let cluster: Cluster;
  let url = "";
  let count = 0;
  return {
    name: "postgres",
    prepare: async () => {
      cluster = await startCluster();
    },
    open: async () => openPostgresLedger({ url, facts }),
    renew: async () => {
      count++;
      url = await cluster.database(`ledger_${count}`);
    },
    end: () => cluster.remove(),
  };
}

function booking(amount: number, ceilings: readonly Ceiling[] = [], more: Partial<Booking> & { intent?: AttemptIntent } = {}): Booking {
  return {
    intent: intent(amount),
    amountNanoUsd: amount,
    leastNanoUsd: amount,
    ceilings,
    limitsRevision: 0,
    atMs: NOON,
    day: "2026-11-23",
    ...more,
  };
}

for (const backend of [sqlite(), postgres()]) {
  describe(`ledger in ${backend.name}`, function () {
    this.timeout(60_000);
    let ledger: Ledger;
    before(() => backend.prepare());
    after(() => backend.end());
    beforeEach(async () => {
      await backend.renew();
      ledger = await backend.open();
    });
    afterEach(() => ledger.close());

    const settle = (booked: Booking, ended: AttemptOutcome, atMs = NOON + 1000) => ledger.settle({ booking: booked, outcome: ended, atMs });
    const standing = async (window: Window = everything): Promise<[number, number]> => {
      const [balance] = await ledger.balances([window]);
      return [balance?.spentNanoUsd ?? -1, balance?.reservedNanoUsd ?? -1];
    };

    it("grants up to the limit and not one nano-dollar more", async () => {
      const ceilings = [{ window: everything, limitNanoUsd: 100 }];
      assert.equal((await ledger.reserve(booking(60, ceilings), never)).outcome, "granted");
      const refusal = await ledger.reserve(booking(41, ceilings), never);
      assert.deepEqual([refusal.outcome, refusal.outcome === "refused" && refusal.balances[0]?.reservedNanoUsd], ["refused", 60]);
      assert.equal((await ledger.reserve(booking(40, ceilings), never)).outcome, "granted");
      assert.deepEqual(await standing(), [0, 100]);
    });

    it("grants the rest when less than asked will do", async () => {
      const ceilings = [{ window: everything, limitNanoUsd: 100 }];
      const verdict = await ledger.reserve(booking(500, ceilings, { leastNanoUsd: 10 }), never);
      assert.deepEqual([verdict.outcome, verdict.outcome === "granted" && verdict.amountNanoUsd], ["granted", 100]);
      assert.equal((await ledger.reserve(booking(500, ceilings, { leastNanoUsd: 10 }), never)).outcome, "refused");
    });

    it("judges every ceiling and reports each, in order, as it stands afterwards", async () => {
      const own: Window = { ...everything, scope: "provider", id: "openai" };
      const verdict = await ledger.reserve(
        booking(30, [
          { window: own, limitNanoUsd: 40 },
          { window: everything, limitNanoUsd: null },
        ]),
        never,
      );
      assert.deepEqual(verdict.outcome === "granted" && verdict.balances, [
        { ...own, spentNanoUsd: 0, reservedNanoUsd: 30 },
        { ...everything, spentNanoUsd: 0, reservedNanoUsd: 30 },
      ]);
      assert.equal(
        (
          await ledger.reserve(
            booking(30, [
              { window: everything, limitNanoUsd: 90 },
              { window: own, limitNanoUsd: 40 },
            ]),
            never,
          )
        ).outcome,
        "refused",
      );
    });

    it("knows a booking made from limits that have changed since", async () => {
      const { revision } = await ledger.storeLimits("[]");
      assert.equal((await ledger.reserve(booking(1, [], { limitsRevision: revision - 1 }), never)).outcome, "stale");
      assert.equal((await ledger.reserve(booking(1, [], { limitsRevision: revision }), never)).outcome, "granted");
    });

    it("settles once, and gives what the windows then hold", async () => {
      const booked = booking(60, [{ window: everything, limitNanoUsd: 100 }]);
      await ledger.reserve(booked, never);
      const balances = await settle(booked, outcome(25));
      assert.deepEqual(balances, [{ ...everything, spentNanoUsd: 25, reservedNanoUsd: 0 }]);
      assert.deepEqual(await settle(booked, outcome(99)), []);
      assert.deepEqual(await standing(), [25, 0]);
    });

    it("gives released money back once", async () => {
      const booked = booking(60, [{ window: everything, limitNanoUsd: 100 }]);
      await ledger.reserve(booked, never);
      await ledger.release(booked, "never sent", NOON + 5);
      assert.deepEqual(await ledger.release(booked, "never sent", NOON + 6), []);
      assert.deepEqual(await standing(), [0, 0]);
      assert.deepEqual(await ledger.sums([], {}), []);
    });

    it("books the truth even where it passes the reservation", async () => {
      const booked = booking(60, [{ window: everything, limitNanoUsd: 100 }]);
      await ledger.reserve(booked, never);
      await settle(booked, outcome(140));
      assert.deepEqual(await standing(), [140, 0]);
      assert.equal((await ledger.reserve(booking(1, [{ window: everything, limitNanoUsd: 100 }]), never)).outcome, "refused");
    });

    it("writes down an attempt whose row is missing", async () => {
      await settle(booking(60), outcome(25));
      assert.deepEqual(await standing(), [25, 0]);
    });

    it("sums a window from the rows when it is asked for late", async () => {
      const first = booking(60);
      await ledger.reserve(first, never);
      await settle(first, outcome(25));
      await ledger.reserve(booking(7), never);
      assert.deepEqual(await standing(), [25, 7]);
      assert.deepEqual(await standing({ ...everything, scope: "model", id: "openai/gpt-5" }), [25, 7]);
      assert.deepEqual(await standing({ ...everything, scope: "model", id: "openai/other" }), [0, 0]);
      assert.deepEqual(await standing({ ...everything, fromMs: NOON + 1 }), [0, 0]);
      assert.deepEqual(await standing({ scope: "request", id: first.intent.chatId, fromMs: 0, toMs: Number.MAX_SAFE_INTEGER }), [25, 0]);
    });

    it("keeps the whole row as it was told", async () => {
      const booked = booking(60, [], {
        intent: intent(60, {
          conversationId: "talk",
          needs: ["vision", "tools"],
          taskType: "code",
          images: 2,
          baseTokens: 77,
          baselineModel: "openai/o3",
        }),
      });
      await ledger.reserve(booked, never);
      const raw = { prompt_tokens: 12, prompt_tokens_details: { cached_tokens: 3 }, name: "ö" };
      await settle(
        booked,
        outcome(25, { rawUsage: raw, serviceTier: "batch", failureKind: "stalled", state: "broken", baselineNanoUsd: 75, ms: 12.6 }),
      );
      const { rows } = await ledger.rows({ limit: 5 });
      const [row] = rows;
      assert.deepEqual(JSON.parse(row?.rawUsage ?? ""), raw);
      const { attemptId, chatId, conversationId, needs, taskType, images, baseTokens, baselineModel, baselineNanoUsd } = row ?? {};
      const { state, outcome: ended, failureKind, serviceTier, ms, cost, usage, heldNanoUsd, reservedAtMs, settledAtMs } = row ?? {};
      assert.deepEqual([attemptId, chatId, conversationId], [booked.intent.attemptId, booked.intent.chatId, "talk"]);
      assert.deepEqual(
        [needs, taskType, images, baseTokens, baselineModel, baselineNanoUsd],
        ["tools vision", "code", 2, 77, "openai/o3", 75],
      );
      assert.deepEqual([state, ended, failureKind, serviceTier, ms, heldNanoUsd], ["settled", "broken", "stalled", "batch", 13, 0]);
      assert.deepEqual(cost, { nanoUsd: 25, provenance: "computed", priceDate: "2026-11-01" });
      assert.deepEqual([usage?.inputTokens, usage?.outputTokens, usage?.provenance], [1000, 200, "reported"]);
      assert.deepEqual([reservedAtMs, settledAtMs], [NOON, NOON + 1000]);
    });

    it("adds up days, models, workspaces and savings, and each chat once", async () => {
      const book = async (day: string, model: string, chatId: string, cost: number | null, baseline: number | null) => {
        const booked = booking(0, [], { day, intent: intent(0, { model, chatId, provider: model.split("/")[0] ?? "" }) });
        await ledger.reserve(booked, never);
        await settle(booked, outcome(cost, { baselineNanoUsd: baseline }));
      };
      await book("2026-11-22", "openai/a", "one", 10, 30);
      await book("2026-11-23", "openai/a", "two", 20, null);
      await book("2026-11-23", "groq/b", "two", 5, 9);
      await book("2026-11-23", "groq/b", "three", null, 9);
      const brief = (sum: { requests: number; attempts: number; costNanoUsd: number; unpriced: number; savingsNanoUsd: number }) =>
        [sum.requests, sum.attempts, sum.costNanoUsd, sum.unpriced, sum.savingsNanoUsd] as const;
      const [all] = await ledger.sums([], {});
      assert.ok(all);
      assert.deepEqual(brief(all), [3, 4, 35, 1, 24]);
      assert.deepEqual([all.usage.inputTokens, all.usage.outputTokens], [4000, 800]);
      assert.deepEqual(
        (await ledger.sums(["model"], { from: "2026-11-23" })).map((sum) => [sum.model, ...brief(sum)]),
        [
          ["groq/b", 1, 2, 5, 1, 4],
          ["openai/a", 1, 1, 20, 0, 0],
        ],
      );
      assert.deepEqual(
        (await ledger.sums(["day", "provider"], {})).map((sum) => [sum.day, sum.provider, sum.costNanoUsd]),
        [
          ["2026-11-22", "openai", 10],
          ["2026-11-23", "groq", 5],
          ["2026-11-23", "openai", 20],
        ],
      );
    });

    it("knows who answered a conversation last, when, and what that used", async () => {
      assert.equal(await ledger.lastAnswer("talk"), null);
      const answered = async (model: string, more: Partial<AttemptIntent>, ended: Partial<AttemptOutcome>, atMs: number) => {
        const booked = booking(100, [], { intent: intent(100, { model, conversationId: "talk", ...more }) });
        await ledger.reserve(booked, never);
        await settle(booked, outcome(50, ended), atMs);
      };
      const usage = { ...outcome(50).usage, inputTokens: 20, cacheReadTokens: 3000, cacheWrite5mTokens: 400 };
      await answered("openai/first", {}, {}, NOON + 1);
      await answered("anthropic/second", {}, { usage }, NOON + 2);
      await answered("openai/broke-off", {}, { state: "broken" }, NOON + 3);
      await answered("openai/saw", { purpose: "vision" }, {}, NOON + 4);
      await answered("openai/elsewhere", { conversationId: "another" }, {}, NOON + 5);
      assert.deepEqual(await ledger.lastAnswer("talk"), { model: "anthropic/second", usage, atMs: NOON + 2 });
    });

    it("gives rows in pages without losing or repeating any", async () => {
      for (let index = 0; index < 25; index++) await ledger.reserve(booking(1, [], { atMs: NOON + Math.floor(index / 10) }), never);
      const seen: string[] = [];
      for (let after: string | undefined; ; ) {
        const page = await ledger.rows({ limit: 7, after });
        seen.push(...page.rows.map((row) => row.attemptId));
        if (page.next === null) break;
        after = page.next;
      }
      assert.deepEqual([seen.length, new Set(seen).size], [25, 25]);
      assert.equal((await ledger.rows({ fromMs: NOON + 1, toMs: NOON + 2, limit: 99 })).rows.length, 10);
    });

    it("reprices all or nothing, moves every sum, and keeps the old figure", async () => {
      const booked = booking(60, [{ window: everything, limitNanoUsd: 100 }]);
      await ledger.reserve(booked, never);
      await settle(booked, outcome(50));
      const cost = { nanoUsd: 20, provenance: "computed", priceDate: "2026-11-02" } as const;
      const missing = { attemptId: "nobody", cost, priceVersion: "v2", atMs: NOON };
      assert.equal(await ledger.reprice([{ attemptId: booked.intent.attemptId, cost, priceVersion: "v2", atMs: NOON }, missing]), 1);
      assert.deepEqual(await standing(), [20, 0]);
      assert.equal((await ledger.sums([], {}))[0]?.costNanoUsd, 20);
      const [row] = (await ledger.rows({ limit: 1 })).rows;
      assert.deepEqual([row?.cost, row?.priceVersion], [cost, "v2"]);
    });

    it("lets one of many claim a name, and the next when that has expired", async () => {
      const other = await backend.open();
      const claims = await Promise.all([ledger, other, ledger, other].map((each) => each.claim("alert", NOON + 10, NOON)));
      assert.equal(claims.filter(Boolean).length, 1);
      assert.deepEqual([await other.claim("alert", NOON + 30, NOON + 9), await other.claim("alert", NOON + 30, NOON + 10)], [false, true]);
      await other.close();
    });

    it("shows others' shared values until they expire", async () => {
      const other = await backend.open();
      await ledger.shared.set({ key: "rest/openai", value: "until noon", expiresAtMs: NOON + 10 });
      await ledger.shared.set({ key: "rest/groq", value: "a", expiresAtMs: NOON + 10 });
      await ledger.shared.set({ key: "rest_/x", value: "b", expiresAtMs: NOON + 10 });
      await other.shared.set({ key: "rest/groq", value: "c", expiresAtMs: NOON + 20 });
      assert.equal(await other.shared.get("rest/openai", NOON), "until noon");
      assert.equal(await other.shared.get("rest/openai", NOON + 10), null);
      assert.deepEqual(
        (await ledger.shared.list("rest/", NOON)).map(({ key, value }) => [key, value]),
        [
          ["rest/groq", "c"],
          ["rest/openai", "until noon"],
        ],
      );
      await other.shared.delete("rest/openai");
      assert.equal(await ledger.shared.get("rest/openai", NOON), null);
      await other.close();
    });

    it("shows by its version that another process has written", async () => {
      const other = await backend.open();
      const version = await other.version();
      assert.equal(await other.version(), version);
      await ledger.reserve(booking(1), never);
      assert.notEqual(await other.version(), version);
      await other.close();
    });

    it("shares limits, each change with a new revision", async () => {
      const other = await backend.open();
      assert.deepEqual(await ledger.limits(), { revision: 0, json: "[]" });
      const first = await ledger.storeLimits('[{"a":1}]');
      const second = await other.storeLimits('[{"a":2}]');
      assert.ok(second.revision > first.revision);
      assert.deepEqual(await ledger.limits(), second);
      await other.close();
    });

    it("leaves the living alone", async () => {
      const other = await backend.open();
      await ledger.reserve(booking(5), never);
      assert.equal(await other.sweep(NOON), 0);
      assert.deepEqual(await standing(), [0, 5]);
      await other.close();
    });

    it("always has balances and days that equal the sums of its rows, whatever happens in whatever order", async () => {
      const steps = fc.array(
        fc.record({
          step: fc.constantFrom("reserve", "settle", "release", "again", "reprice"),
          which: fc.nat(9),
          amount: fc.integer({ min: 0, max: 50 }),
          provider: fc.constantFrom("openai", "groq"),
          hours: fc.integer({ min: -30, max: 30 }),
        }),
        { maxLength: 30 },
      );
      await fc.assert(
        fc.asyncProperty(steps, async (script) => {
          const windows: Window[] = [everything, { ...everything, scope: "provider", id: "groq" }];
          const before = await sumsOf(ledger, windows);
          const bookings: Booking[] = [];
          for (const { step, which, amount, provider, hours } of script) {
            const booked = bookings[which % Math.max(1, bookings.length)];
            if (step === "reserve" || booked === undefined) {
              const fresh = booking(amount, [{ window: everything, limitNanoUsd: before[0].spent + 200 }], {
                atMs: NOON + hours * 3_600_000,
                intent: intent(amount, { provider }),
              });
              if ((await ledger.reserve(fresh, never)).outcome === "granted") bookings.push(fresh);
            } else if (step === "release") await ledger.release(booked, "test", NOON);
            else if (step === "reprice")
              await ledger.reprice([
                {
                  attemptId: booked.intent.attemptId,
                  cost: { nanoUsd: amount, provenance: "computed", priceDate: null },
                  priceVersion: null,
                  atMs: NOON,
                },
              ]);
            else await settle(booked, outcome(amount, { baselineNanoUsd: 2 * amount }));
          }
          for (const { kept, summed } of await sumsOf(ledger, windows)) assert.deepEqual(kept, summed);
        }),
        { numRuns: backend.name === "sqlite" ? 60 : 15 },
      );
    });
  });
}

/** Each window as the ledger keeps it, and as its rows add up. */
async function sumsOf(ledger: Ledger, windows: readonly Window[]): Promise<[Checked, ...Checked[]]> {
  const { rows } = await ledger.rows({ limit: 100_000 });
  const balances = await ledger.balances(windows);
  const checked = windows.map((window, index): Checked => {
    const inside = rows.filter(
      (row) =>
        row.reservedAtMs >= window.fromMs && row.reservedAtMs < window.toMs && (window.scope === "all" || row.provider === window.id),
    );
    const spent = inside.reduce((sum, row) => sum + (row.cost?.nanoUsd ?? 0), 0);
    const reserved = inside.reduce((sum, row) => sum + row.heldNanoUsd, 0);
    const balance = balances[index];
    return { spent, kept: [balance?.spentNanoUsd, balance?.reservedNanoUsd], summed: [spent, reserved] };
  });
  const counted = rows.filter((row) => row.state === "settled");
  const [all] = await ledger.sums([], {});
  const days = {
    spent: 0,
    kept: [all?.attempts ?? 0, all?.costNanoUsd ?? 0, all?.savingsNanoUsd ?? 0],
    summed: [
      counted.length,
      counted.reduce((sum, row) => sum + (row.cost?.nanoUsd ?? 0), 0),
      counted.reduce(
        (sum, row) => sum + (row.baselineNanoUsd === null || !row.cost ? 0 : row.baselineNanoUsd - (row.cost.nanoUsd ?? 0)),
        0,
      ),
    ],
  };
  const [first, ...rest] = [...checked, days];
  assert.ok(first);
  return [first, ...rest];
}

interface Checked {
  readonly spent: number;
  readonly kept: readonly (number | undefined)[];
  readonly summed: readonly number[];
}
