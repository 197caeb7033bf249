// A short round of chaos on every run: all dialects, every kind of fault, nothing lost, nothing left over.
import assert from "node:assert/strict";
import { Dialect } from "../../shared/custom.ts";
import { FAULTS, HEALTHY } from "../chaos/faults.ts";
import { expect } from "../chaos/oracle.ts";
import { runSuite } from "../chaos/suite.ts";

const SEED = 20_261_123;

describe("chaos", () => {
  it("gives the full text or a marked partial in every round, books every request once and leaves nothing behind", async function () {
    this.timeout(120_000);
    const report = await runSuite({ rounds: 24, seed: SEED, lanes: 4, silenceMs: 1_200, dialects: Dialect.options, say: console.log });
    assert.deepEqual(report.wrong, []);
    assert.equal(report.rounds, 24);
    assert.equal(report.rows, report.attempts);
    assert.ok(Object.keys(report.faults).length > FAULTS.length / 3);
  });

  it("has a judge that can tell right from wrong", () => {
    const broken = FAULTS.find(({ name }) => name === "end without an end") ?? HEALTHY;
    const given = { candidates: ["a", "b"], unreachable: new Set<string>(), maxAttempts: 4, wasShown: () => true };
    assert.equal(expect({ ...given, faults: [], onBreak: "stop" }).end, "complete");
    assert.equal(expect({ ...given, faults: [broken], onBreak: "stop" }).end, "broken");
    assert.deepEqual(expect({ ...given, faults: [broken], onBreak: "continue" }).attempts, ["a", "b"]);
    assert.equal(expect({ ...given, faults: [broken], onBreak: "continue" }).end, "complete");
  });
});
