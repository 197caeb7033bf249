// What a workspace's settings may do to the user's own: anything that is taste, and no guard undone.
import assert from "node:assert/strict";
import { joined } from "../../../extension/trust.ts";

describe("a workspace's settings", () => {
  const cases = [
    { name: "policy", user: "cheap", workspace: ["best"], holds: "best" },
    { name: "policy", user: "cheap", workspace: [undefined], holds: "cheap" },
    { name: "policy", user: undefined, workspace: [], holds: undefined },
    { name: "model", user: "auto", workspace: ["acme/a", "acme/b"], holds: "acme/b" },
    { name: "maxCostUsd", user: 0.05, workspace: [5], holds: 0.05 },
    { name: "maxCostUsd", user: 0.05, workspace: [null], holds: 0.05 },
    { name: "maxCostUsd", user: 0.05, workspace: [0.01, 1], holds: 0.01 },
    { name: "maxCostUsd", user: undefined, workspace: [0.5], holds: 0.5 },
    { name: "maxCostUsd", user: null, workspace: [undefined], holds: null },
    { name: "routing.banned", user: ["a/*"], workspace: [[]], holds: ["a/*"] },
    { name: "routing.banned", user: ["a/*"], workspace: [["b/x", "a/*"]], holds: ["a/*", "b/x"] },
    { name: "routing.localOnly", user: true, workspace: [false], holds: true },
    { name: "routing.localOnly", user: false, workspace: [true], holds: true },
    { name: "routing.localOnly", user: undefined, workspace: [false], holds: false },
  ] as const;
  for (const { name, user, workspace, holds } of cases) {
    it(`${name}: ${JSON.stringify(user)} of the user and ${JSON.stringify(workspace)} of the workspace are ${JSON.stringify(holds)}`, () => {
      assert.deepEqual(joined(name, { user, workspace }), holds);
    });
  }
});
