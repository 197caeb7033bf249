// A hostile workspace: which settings it could bring along, and what the settings' own tables say of that.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { SETTINGS, type SettingRow } from "../../shared/settings.ts";

/** Whoever sets one of these decides where keys and prompts go, what is run, or what is spent. */
const NEVER_FROM_A_WORKSPACE = /^(providers|network\.|keys\.|secrets\.|ledger\.|budgets$|budget\.|local\.|prices\.|log\.|conversations\.)/;

describe("a hostile workspace", () => {
  // A time limit is no address, although its description may speak of one.
  const rows = Object.entries<SettingRow>(SETTINGS).filter(([name]) => !name.startsWith("timeouts."));

  for (const [name] of rows.filter(([setting]) => NEVER_FROM_A_WORKSPACE.test(setting))) {
    it(`cannot set ${name}`, () => assert.equal(SETTINGS[name as keyof typeof SETTINGS].scope, "machine"));
  }

  it("cannot set what names an address, a header, a proxy, a certificate, a command or a ledger, whatever it is called", () => {
    const dangerous = rows.filter(([name, { description }]) =>
      /url|header|proxy|certificate|command|ledger|key\b|secret/i.test(`${name} ${description}`),
    );
    assert.deepEqual(
      dangerous.filter(([, { scope }]) => scope !== "machine").map(([name]) => name),
      [],
    );
  });

  it("finds the same scopes in what VS Code reads", () => {
    const { contributes } = JSON.parse(readFileSync("package.json", "utf8"));
    const parts: { properties?: Record<string, { scope?: string }> }[] = [contributes.configuration].flat();
    const properties = Object.fromEntries(parts.flatMap((part) => Object.entries(part.properties ?? {})));
    for (const [name, { scope }] of rows.filter(([setting]) => NEVER_FROM_A_WORKSPACE.test(setting))) {
      const given = properties[`latchkey.${name}`];
      if (given) assert.equal(given.scope, scope, name);
    }
    assert.ok(Object.keys(properties).filter((name) => name.startsWith("latchkey.")).length > 20);
  });
});
