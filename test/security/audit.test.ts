// Known flaws in what is locked: asks the registry where it answers, and says so where it does not; deprecated packages need no registry.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";

interface Audit {
  readonly vulnerabilities?: Readonly<Record<string, { readonly severity: string }>>;
  readonly metadata?: { readonly dependencies?: { readonly total?: number } };
  readonly message?: string;
}

/** What npm prints: a report, or why there is none (a mirror without advisories, no network). */
function judge(printed: string): { readonly answered: boolean; readonly total: number; readonly flaws: readonly string[] } {
  const { vulnerabilities, metadata } = JSON.parse(printed || "{}") as Audit;
  const found = Object.entries(vulnerabilities ?? {}).filter(([, { severity }]) => severity === "high" || severity === "critical");
  return {
    answered: vulnerabilities !== undefined,
    total: metadata?.dependencies?.total ?? 0,
    flaws: found.map(([name, { severity }]) => `${name}: ${severity}`),
  };
}

describe("the locked packages", function () {
  this.timeout(120_000);

  it("have no known flaw that is high or critical, where the registry tells", () => {
    const { stdout } = spawnSync("npm", ["audit", "--json"], { encoding: "utf8", timeout: 100_000 });
    const { answered, total, flaws } = judge(stdout);
    console.log(`      ${answered ? `${total} packages audited` : "the registry in reach answers no audit"}`);
    assert.deepEqual(flaws, []);
  });

  it("would be refused with such a flaw, and only then", () => {
    const report = (severity: string) =>
      JSON.stringify({ vulnerabilities: { lodash: { severity } }, metadata: { dependencies: { total: 7 } } });
    assert.deepEqual(judge(report("critical")), { answered: true, total: 7, flaws: ["lodash: critical"] });
    assert.deepEqual(judge(report("low")).flaws, []);
    assert.equal(judge('{ "message": "405 Method Not Allowed" }').answered, false);
  });

  it("are deprecated by none of their authors", () => {
    const locked = Object.entries<{ deprecated?: string }>(JSON.parse(readFileSync("package-lock.json", "utf8")).packages);
    assert.deepEqual(
      locked.flatMap(([path, { deprecated }]) => (deprecated ? [`${path}: ${deprecated}`] : [])),
      [],
    );
  });
});
