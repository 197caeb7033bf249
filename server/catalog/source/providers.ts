// Which list names which of our providers how; development only.

export interface ProviderSource {
  readonly id: string;
  /** Its file in pi-ai, its key in models.dev, its id in genai-prices; absent where that list does not have it. */
  readonly pi: string;
  readonly modelsDev: string;
  readonly prices: string;
}

/** Local servers (ollama, lm-studio, llama.cpp) have no snapshot: they are asked. */
export const PROVIDER_SOURCES: readonly ProviderSource[] = [
  { id: "openai", pi: "openai", modelsDev: "openai", prices: "openai" },
  { id: "anthropic", pi: "anthropic", modelsDev: "anthropic", prices: "anthropic" },
  { id: "google", pi: "google", modelsDev: "google", prices: "google" },
  { id: "deepseek", pi: "deepseek", modelsDev: "deepseek", prices: "deepseek" },
  { id: "groq", pi: "groq", modelsDev: "groq", prices: "groq" },
  { id: "mistral", pi: "mistral", modelsDev: "mistral", prices: "mistral" },
  { id: "xai", pi: "xai", modelsDev: "xai", prices: "x-ai" },
  { id: "moonshot", pi: "moonshotai", modelsDev: "moonshotai", prices: "moonshotai" },
  { id: "together", pi: "together", modelsDev: "togetherai", prices: "together" },
  { id: "fireworks", pi: "fireworks", modelsDev: "fireworks-ai", prices: "fireworks" },
  { id: "cerebras", pi: "cerebras", modelsDev: "cerebras", prices: "cerebras" },
  { id: "openrouter", pi: "openrouter", modelsDev: "openrouter", prices: "openrouter" },
  { id: "zai", pi: "zai", modelsDev: "zai", prices: "zai" },
  { id: "minimax", pi: "minimax", modelsDev: "minimax", prices: "minimax" },
  { id: "azure-openai", pi: "azure", modelsDev: "azure", prices: "azure" },
];
