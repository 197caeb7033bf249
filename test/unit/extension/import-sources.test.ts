// Other tools' settings as proposals: files written from the tools' documented formats; no key ever comes through.
import assert from "node:assert/strict";
import { parse } from "yaml";
import { fromAider, fromCline, fromContinue, fromEnvFile, fromVsCode, merged } from "../../../extension/import-sources.ts";
import { CustomProvider } from "../../../shared/custom.ts";

const SECRET = "sk-this-must-never-come-through";

const cases = [
  {
    name: "VS Code's custom endpoint",
    found: fromVsCode([
      {
        name: "House Models",
        vendor: "customendpoint",
        apiKey: SECRET,
        apiType: "chat-completions",
        models: [
          {
            id: "qwen-9",
            name: "Qwen 9",
            url: "https://models.example.com/v1/chat/completions",
            toolCalling: true,
            vision: true,
            maxInputTokens: 50_000,
            maxOutputTokens: 4000,
          },
        ],
      },
      { name: "Anthropic", vendor: "anthropic", apiKey: ["$", "{input:x}"].join("") },
    ]),
    providers: [
      {
        id: "house-models",
        name: "House Models",
        baseUrl: "https://models.example.com/v1",
        dialect: "openai-chat",
        needsKey: true,
        models: [{ id: "qwen-9", name: "Qwen 9", contextWindowTokens: 54_000, maxOutputTokens: 4000, capabilities: ["tools", "vision"] }],
      },
    ],
    keys: ["anthropic"],
  },
  {
    name: "Continue's config.yaml",
    found: fromContinue(
      parse(`name: Mine\nversion: 1.0.0\nschema: v1\nmodels:
  - name: Big\n    provider: openai\n    model: big-1\n    apiBase: https://gateway.example.com/v1/\n    apiKey: ${SECRET}
    capabilities: [tool_use]\n    defaultCompletionOptions: { contextLength: 128000, maxTokens: 8000 }
  - name: Small\n    provider: openai\n    model: small-1\n    apiBase: https://gateway.example.com/v1
  - name: Claude\n    provider: anthropic\n    model: claude\n    apiKey: ${SECRET}\n`),
    ),
    providers: [
      {
        id: "gateway.example.com",
        name: "gateway.example.com",
        baseUrl: "https://gateway.example.com/v1",
        dialect: "openai-chat",
        needsKey: true,
        models: [{ id: "big-1", contextWindowTokens: 128_000, maxOutputTokens: 8000, capabilities: ["tools"] }, { id: "small-1" }],
      },
    ],
    keys: ["anthropic"],
  },
  {
    name: "Aider's configuration",
    found: fromAider(
      parse(
        `model: openai/deep-2\nweak-model: openai/quick-2\nopenai-api-base: http://127.0.0.1:8080/v1\napi-key:\n  - gemini=${SECRET}\nanthropic-api-key: ${SECRET}\n`,
      ),
    ),
    providers: [
      {
        id: "127.0.0.1-8080",
        name: "127.0.0.1-8080",
        baseUrl: "http://127.0.0.1:8080/v1",
        dialect: "openai-chat",
        needsKey: false,
        models: [{ id: "deep-2" }, { id: "quick-2" }],
      },
    ],
    keys: ["anthropic", "google"],
  },
  {
    name: "Cline's state",
    found: fromCline({
      actModeApiProvider: "openai",
      openAiBaseUrl: "https://compatible.example.com/v1",
      actModeOpenAiModelId: "reasoner",
      actModeOpenAiModelInfo: { contextWindow: 16_000, maxTokens: 4096, supportsImages: false, inputPrice: 0, outputPrice: 0 },
    }),
    providers: [
      {
        id: "compatible.example.com",
        name: "compatible.example.com",
        baseUrl: "https://compatible.example.com/v1",
        dialect: "openai-chat",
        needsKey: true,
        models: [{ id: "reasoner", contextWindowTokens: 16_000, maxOutputTokens: 4096 }],
      },
    ],
    keys: [],
  },
  {
    name: "an env file",
    found: fromEnvFile(
      `# mine\nexport GROQ_API_KEY="${SECRET}"\nOPENAI_API_KEY=${SECRET}\nOPENAI_BASE_URL=https://proxy.example.com/v1\nOTHER=1\n`,
    ),
    providers: [
      {
        id: "proxy.example.com",
        name: "proxy.example.com",
        baseUrl: "https://proxy.example.com/v1",
        dialect: "openai-chat",
        needsKey: true,
        models: [],
      },
    ],
    keys: ["groq"],
  },
] as const;

describe("settings of other tools", () => {
  for (const { name, found, providers, keys } of cases) {
    it(`${name} becomes providers that our own settings accept`, () => {
      assert.deepEqual(
        found.proposals.map(({ provider }) => provider),
        providers,
      );
      assert.deepEqual(found.keys, keys);
      for (const { provider } of found.proposals) CustomProvider.parse(provider);
    });

    it(`${name} gives no key away`, () => {
      assert.ok(!JSON.stringify(found).includes(SECRET));
    });
  }

  for (const junk of [null, 7, "text", [], {}, [null], { models: "x" }, { models: [{ apiBase: "no address", model: 3 }] }]) {
    it(`nothing sensible in ${JSON.stringify(junk)} is nothing found`, () => {
      const found = merged([fromVsCode(junk), fromContinue(junk), fromAider(junk), fromCline(junk)]);
      assert.deepEqual(found, { proposals: [], keys: [] });
    });
  }
});
