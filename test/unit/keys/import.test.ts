// Keys from env files and other tools' files.
import assert from "node:assert/strict";
import { parse } from "yaml";
import { keysIn } from "../../../server/keys/import.ts";

const providers = [
  { id: "openai", environment: ["OPENAI_API_KEY"], origins: ["https://api.openai.com"] },
  { id: "anthropic", environment: ["ANTHROPIC_API_KEY"], origins: ["https://api.anthropic.com"] },
  { id: "google", environment: ["GEMINI_API_KEY", "GOOGLE_API_KEY"], origins: ["https://generativelanguage.googleapis.com"] },
];
const found = (text: string) =>
  keysIn(text, { providers, parseYaml: parse }).keys.map(({ provider, secret }) => `${provider}=${secret.reveal()}`);

describe("keysIn", () => {
  const cases: readonly [string, string, string[]][] = [
    ["an env file", "OPENAI_API_KEY=sk-1\nOTHER=x\nexport ANTHROPIC_API_KEY=sk-2\n", ["openai=sk-1", "anthropic=sk-2"]],
    [
      "quotes and comments",
      "# keys\nOPENAI_API_KEY=\"sk-1\" # mine\nANTHROPIC_API_KEY='sk-#2'\n  GEMINI_API_KEY = g3 # x\n",
      ["openai=sk-1", "anthropic=sk-#2", "google=g3"],
    ],
    ["Windows line ends and a byte order mark", "\uFEFFOPENAI_API_KEY=sk-1\r\nGOOGLE_API_KEY=g\r\n", ["openai=sk-1", "google=g"]],
    ["empty values and references", "OPENAI_API_KEY=\nANTHROPIC_API_KEY=$" + "{OTHER}\nGEMINI_API_KEY=$X\n", []],
    ["JSON of variables, as Codex keeps them", '{"OPENAI_API_KEY":"sk-1","tokens":null}', ["openai=sk-1"]],
    ["JSON by provider, as llm keeps them", '{"openai":"sk-1","gemini":"g","// Note":"x"}', ["openai=sk-1", "google=g"]],
    ["JSON of objects by provider, as OpenCode keeps them", '{"anthropic":{"type":"api","key":"sk-2"}}', ["anthropic=sk-2"]],
    [
      "YAML with a provider beside each key, as Continue keeps them",
      "models:\n  - provider: openai\n    model: gpt\n    apiKey: sk-1\n  - provider: gemini\n    apiKey: g\n",
      ["openai=sk-1", "google=g"],
    ],
    [
      "YAML of options, as Aider keeps them",
      "openai-api-key: sk-1\nanthropic-api-key: sk-2\nmodel: x\n",
      ["openai=sk-1", "anthropic=sk-2"],
    ],
    [
      "not a key for an address of its own",
      "models:\n  - provider: openai\n    apiBase: https://other.example/v1\n    apiKey: sk-other\n",
      [],
    ],
    ["nothing in nonsense", "\0\u0001 {[", []],
    ["nothing in a very deep file", `${'{"a":'.repeat(50)}{"openai":{"key":"x"}}${"}".repeat(50)}`, []],
  ];
  for (const [name, text, keys] of cases) it(`reads ${name}`, () => assert.deepEqual(found(text), keys));

  it("names what looks like a key of a provider we do not know, without its value", () => {
    const result = keysIn("ACME_API_KEY=secret-value\nOPENAI_API_KEY=sk-1\n", { providers });
    assert.deepEqual(result.unknown, ["ACME_API_KEY"]);
    assert.ok(!JSON.stringify(result).includes("secret-value"));
    assert.ok(!JSON.stringify(result).includes("sk-1"));
  });
});
