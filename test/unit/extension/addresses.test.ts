// Which addresses of the user's own settings must be asked about, and what holds until they are allowed.
import assert from "node:assert/strict";
import { addressesIn, withoutAddresses } from "../../../extension/addresses.ts";

const settings = {
  policy: "cheap",
  providers: {
    openai: { baseUrl: "https://gateway.example/v1", headers: { a: "b" } },
    groq: { enabled: true },
    ollama: { baseUrl: "http://localhost:11434/v1" },
    custom: [
      { id: "mine", baseUrl: "https://gateway.example/other" },
      { id: "near", baseUrl: "http://127.0.0.1:8000" },
      { id: "far", baseUrl: "https://far.example" },
    ],
  },
};

describe("addresses in the settings", () => {
  it("are asked about by origin, with everyone who would go there; this machine is not", () => {
    assert.deepEqual(
      [...addressesIn(settings)],
      [
        ["https://gateway.example", ["openai", "mine"]],
        ["https://far.example", ["far"]],
      ],
    );
  });

  it("that were not allowed switch their providers off and leave the rest as it is", () => {
    const { providers, policy } = withoutAddresses(settings, new Set(["https://gateway.example"]));
    assert.equal(policy, "cheap");
    assert.deepEqual(providers, {
      ...settings.providers,
      openai: { ...settings.providers.openai, enabled: false },
      custom: settings.providers.custom.slice(1),
    });
    assert.deepEqual(withoutAddresses(settings, new Set()), settings);
  });

  for (const odd of [
    {},
    { providers: null },
    { providers: [] },
    { providers: { custom: "x", openai: 5, groq: { baseUrl: "nonsense" } } },
  ]) {
    it(`of an odd form are none: ${JSON.stringify(odd)}`, () => {
      assert.equal(addressesIn(odd).size, 0);
      withoutAddresses(odd, new Set(["https://x.example"]));
    });
  }
});
