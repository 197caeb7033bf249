// Every dialect through its real SDK against a loopback vendor that answers in the vendor's documented form.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { Dialect as WireDialect } from "../../shared/custom.ts";
import { dialectNamed } from "../../server/providers/dialects.ts";
import { asking, connectionTo, type Heard, hear } from "../support/replay.ts";
import { type Fault, type FixtureCase, type ReplayVendor, startReplay } from "../support/replay-server.ts";

const BEHAVIOURS =
  "text tools reasoning length refusal cached inStreamError wrongKey noCredit rateLimit overflow unknownModel unsupported wholeJson errorIn200".split(
    " ",
  );
const KEY = "sk-test-0123456789abcdef";

function fixturesOf(dialect: string): FixtureCase[] {
  return JSON.parse(readFileSync(new URL(`../fixtures/providers/${dialect}.json`, import.meta.url), "utf8"));
}

function assertHeard({ expected }: FixtureCase, heard: Heard): void {
  assert.equal(heard.text, expected.text ?? "");
  assert.equal(heard.reasoning, expected.reasoning ?? "");
  assert.deepEqual(
    heard.calls.map((call) => [call.id, call.name, call.arguments]),
    expected.calls ?? [],
  );
  assert.equal(heard.calls[0]?.rawArguments, expected.rawArguments);
  assert.equal(heard.usages.length, expected.usage ? 1 : 0);
  if (expected.usage) {
    const { provenance: _, ...counts } = heard.usages[0]?.usage ?? { provenance: "" };
    assert.deepEqual(counts, expected.usage);
  }
  assert.equal(heard.failure?.kind, expected.failure, heard.failure?.message);
  assert.equal(heard.end?.stopReason, expected.stopReason);
  assert.equal(heard.end?.refusal, expected.refusal);
  for (const detail of ["retryAfterMs", "limitTokens", "parameter"] as const)
    assert.equal(heard.failure?.details[detail], expected[detail]);
  assert.ok(!JSON.stringify([heard.failure?.message, heard.failure?.details]).includes(KEY), "the key is repeated to people");
}

describe("dialects", () => {
  for (const name of Object.values(WireDialect.def.entries)) {
    describe(name, () => {
      const fixtures = fixturesOf(name);
      let vendor: ReplayVendor;
      before(async () => {
        vendor = await startReplay(fixtures[0] as FixtureCase);
      });
      after(() => vendor.close());

      async function play(fixture: FixtureCase, fault?: Fault): Promise<Heard> {
        vendor.answer = { fixture, ...(fault ? { fault } : {}) };
        const baseUrl = name.startsWith("openai") ? `${vendor.origin}/v1` : vendor.origin;
        return hear(dialectNamed(name), asking("hi"), connectionTo(baseUrl, { secret: { reveal: () => KEY } }));
      }

      it("has a case for every behaviour, each with its source", () => {
        for (const behaviour of BEHAVIOURS)
          assert.ok(
            fixtures.some((fixture) => fixture.behaviour === behaviour),
            behaviour,
          );
        for (const { source } of fixtures) assert.ok(source.length > 10);
      });

      for (const fixture of fixtures) {
        it(fixture.behaviour, async () => assertHeard(fixture, await play(fixture)));
      }

      const faults: readonly (readonly [string, Fault])[] = [
        ["in pieces of one byte", { pieceBytes: 1 }],
        ["in pieces of seven bytes", { pieceBytes: 7 }],
        ["with carriage returns and line feeds", { lineEnd: "\r\n", pieceBytes: 50 }],
        ["with carriage returns", { lineEnd: "\r" }],
        ["without the names of events", { unnamed: true }],
        ["under a wrong content type", { contentType: "application/octet-stream" }],
      ];
      for (const [manner, fault] of faults) {
        it(`reads every case ${manner}`, async () => {
          for (const fixture of fixtures) assertHeard(fixture, await play(fixture, fault));
        });
      }

      for (const how of ["destroy", "end"] as const) {
        it(`cut after every event by ${how}, shows a beginning of the answer and says that its end is missing`, async () => {
          for (const fixture of fixtures.filter(({ events, expected }) => events && expected.stopReason)) {
            for (let events = 0; events < (fixture.events?.length ?? 0) - 1; events += 1) {
              const heard = await play(fixture, { after: { events, how } });
              assert.ok((fixture.expected.text ?? "").startsWith(heard.text));
              const complete = heard.text === fixture.expected.text && heard.end?.stopReason === fixture.expected.stopReason;
              if (!complete) assert.equal(heard.failure?.details.broken, true, `${fixture.behaviour} after ${events}`);
              if (heard.failure) assert.equal(heard.failure.kind, "providerUnavailable");
            }
          }
        });
      }

      if (name === "anthropic") {
        it("reports what was billed before a break: the vendor states the input at the beginning", async () => {
          const fixture = fixtures.find(({ behaviour }) => behaviour === "cached") as FixtureCase;
          const heard = await play(fixture, { after: { events: 2, how: "destroy" } });
          const usage = heard.usages[0]?.usage;
          assert.deepEqual([usage?.inputTokens, usage?.cacheReadTokens, usage?.provenance], [100, 1500, "estimated"]);
        });
      }
    });
  }
});
