// Servers that run on this machine, at their usual ports.
import { OWN_MACHINE, type ProviderRow } from "./row.ts";

const LOCAL = {
  dialect: "openai-chat",
  environment: [],
  local: true,
  needsKey: false,
  stopCharging: OWN_MACHINE,
  rateHeaders: {},
  modelsPath: "/models",
} as const;

export const LOCALS: readonly ProviderRow[] = [
  {
    ...LOCAL,
    id: "ollama",
    name: "Ollama",
    baseUrl: "http://127.0.0.1:11434/v1",
    docsUrl: "https://docs.ollama.com",
    quirks: { keyOptional: true, reasoningField: "reasoning_effort", strictSchema: false },
    sources: {
      keyOptional: "docs.ollama.com OpenAI compatibility: the key is required by clients and ignored",
      reasoningField: "docs.ollama.com OpenAI compatibility, 2026-10",
      strictSchema: "docs.ollama.com structured outputs: a schema, no strict flag",
    },
    notes: [
      "Its window is what it was loaded with (num_ctx), not what the model could take (vscode#255164).",
      "An unknown model is a 404.",
    ],
  },
  {
    ...LOCAL,
    id: "lm-studio",
    name: "LM Studio",
    baseUrl: "http://127.0.0.1:1234/v1",
    docsUrl: "https://lmstudio.ai/docs",
    quirks: { keyOptional: true },
    sources: { keyOptional: "lmstudio.ai/docs/app/api: no key unless one is set in the app" },
    notes: ["The context length is set when the model is loaded."],
  },
  {
    ...LOCAL,
    id: "llama.cpp",
    name: "llama.cpp server",
    baseUrl: "http://127.0.0.1:8080/v1",
    docsUrl: "https://github.com/ggml-org/llama.cpp/tree/master/tools/server",
    quirks: { keyOptional: true },
    sources: { keyOptional: "llama.cpp tools/server README: --api-key is optional" },
    notes: ["Tools need --jinja (case llamacpp-err-500-tools).", "An overlong prompt is a 400 of type exceed_context_size_error."],
  },
];
