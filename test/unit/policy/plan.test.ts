// What a policy allows, row by row: own keys, the organisation's keys, trials, lists; and that a broken file closes rather than opens.
import assert from "node:assert/strict";
import fc from "fast-check";
import { admits, allows, type PlanRule } from "../../../server/policy/plan.ts";
import { OPEN_POLICY, type Policy, readPolicy } from "../../../server/policy/policy.ts";
import { modelOf, NOW } from "../../support/catalogue.ts";

const policy = (terms: Record<string, unknown>, more: Record<string, unknown> = {}): Policy =>
  readPolicy(JSON.stringify({ version: 1, plan: "p", plans: { p: terms }, managed: ["gateway"], ...more }));

const keys = (...providers: string[]) => ({ now: NOW, providersWithKey: providers });

const ruleOf = (verdict: ReturnType<typeof admits>): PlanRule | "allowed" => (verdict.allowed ? "allowed" : verdict.rule);

describe("plan", () => {
  it("allows everything with own keys when there is no policy", () => {
    assert.deepEqual(readPolicy(null), OPEN_POLICY);
    assert.equal(admits(OPEN_POLICY, keys()).allowed, true);
    assert.equal(allows(OPEN_POLICY, modelOf("openai/gpt-4o")).allowed, true);
  });

  const admissions: readonly (readonly [name: string, policy: Policy, keys: string[], rule: PlanRule | "allowed"])[] = [
    ["lets a person with a key of their own in", policy({}), ["openai"], "allowed"],
    ["refuses a plan without the organisation's keys to a person without a key", policy({}), [], "noAccess"],
    ["does not take the organisation's key for one's own", policy({}), ["gateway"], "noAccess"],
    ["lets the organisation's key be used where the plan says so", policy({ managed: true }), [], "allowed"],
    ["refuses a plan that allows no key at all", policy({ ownKeys: false }), ["openai"], "noAccess"],
    ["refuses everything when a trial has ended", policy({}, { expiresAt: "2026-11-23T11:59:59Z" }), ["openai"], "trialExpired"],
    ["refuses at the very moment at which a trial ends", policy({}, { expiresAt: "2026-11-23T12:00:00Z" }), ["openai"], "trialExpired"],
    ["allows until a trial ends", policy({}, { expiresAt: "2026-11-23T12:00:01Z" }), ["openai"], "allowed"],
  ];
  for (const [name, given, providers, rule] of admissions) {
    it(name, () => assert.equal(ruleOf(admits(given, keys(...providers))), rule));
  }

  const models: readonly (readonly [name: string, policy: Policy, model: string, rule: PlanRule | "allowed"])[] = [
    ["gives own keys every model", policy({ models: ["gateway/small"] }), "openai/gpt-5-pro", "allowed"],
    [
      "holds own keys to the list where the plan says every key",
      policy({ models: ["gateway/small"], everyKey: true }),
      "openai/gpt-5-pro",
      "model",
    ],
    ["holds the organisation's key to the list", policy({ managed: true, models: ["gateway/small"] }), "gateway/large", "model"],
    ["allows what the list names", policy({ managed: true, models: ["gateway/small"] }), "gateway/small", "allowed"],
    ["takes a provider's star for all of its models", policy({ managed: true, models: ["gateway/*"] }), "gateway/large", "allowed"],
    ["refuses the organisation's key where the plan has no access to it", policy({}), "gateway/small", "managed"],
    ["refuses keys of one's own where the plan says so", policy({ managed: true, ownKeys: false }), "openai/gpt-4o", "ownKeys"],
    ["bans by name, also for own keys", policy({ banned: ["openai/gpt-4o"] }), "openai/gpt-4o", "banned"],
    ["keeps prompts on this machine where the plan says so", policy({ localOnly: true }), "openai/gpt-4o", "localOnly"],
  ];
  for (const [name, given, id, rule] of models) {
    it(name, () => assert.equal(ruleOf(allows(given, modelOf(id))), rule));
  }

  it("never stands in the way of a model on this machine, unless it is banned", () => {
    const local = modelOf("ollama/llama", { local: true });
    assert.equal(allows(policy({ ownKeys: false, managed: true, localOnly: true }), local).allowed, true);
    assert.equal(allows(policy({ banned: ["ollama/*"] }), local).allowed, false);
  });

  it("looks names up whole, never in part", () => {
    assert.equal(allows(policy({ managed: true, models: ["gateway/gpt-4o"] }), modelOf("gateway/gpt-4o-mini")).allowed, false);
  });

  const broken = [
    "",
    "[]",
    "{",
    '{"version":2}',
    '{"version":1,"plan":"a","plans":{}}',
    '{"version":1,"plan":"a","plans":{"a":{"modles":[]}}}',
  ];
  for (const text of broken) {
    it(`closes everything on a file that says ${JSON.stringify(text)}`, () => {
      const verdict = admits(readPolicy(text), keys("openai"));
      assert.equal(ruleOf(verdict), "unreadable");
    });
  }

  it("never allows more by banning more", () => {
    const ids = ["openai/a", "openai/b", "gateway/a"];
    fc.assert(
      fc.property(fc.subarray(ids), fc.constantFrom(...ids), (banned, id) => {
        const fewer = allows(policy({ managed: true, banned }), modelOf(id)).allowed;
        const more = allows(policy({ managed: true, banned: [...banned, "openai/*"] }), modelOf(id)).allowed;
        return fewer || !more;
      }),
    );
  });
});
