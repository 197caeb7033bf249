// What the generator may decide, as data: each rule with its reason; nothing here is read by the product.

/** Ids in the lists that are not chat models, or not models at all; matched on the whole id. */
export const NOT_CHAT: readonly { readonly provider?: string; readonly id: RegExp; readonly reason: string }[] = [
  { id: /(^|[/-])(embed|embedding|embeddings)(-|$)/, reason: "embeddings" },
  { id: /(guard|safeguard|content-safety|moderation)/, reason: "moderation" },
  { id: /(^|[-/])(tts|whisper|orpheus|transcribe|realtime|voxtral|audio|lyria)(-|$)/, reason: "speech and sound" },
  { id: /(image|imagine|nano-banana|robotics)/, reason: "images or robots" },
  { id: /(-ocr-|mistral-ocr)/, reason: "document conversion" },
  { id: /(deep-research|computer-use|search-preview|multi-agent|^groq\/compound)/, reason: "an agent product behind its own API" },
  { id: /gpt-3\.5-turbo-instruct/, reason: "completions, not chat" },
  { id: /:batch$/, reason: "batch endpoint, does not stream" },
  { provider: "openrouter", id: /^openrouter\/|^auto$|^~|^switchpoint\//, reason: "another router or a moving pointer, not a model" },
  { provider: "azure-openai", id: /^model-router$|^claude-/, reason: "another router, or served only on another dialect's path" },
  { provider: "google", id: /^learnlm|^aqa$/, reason: "not offered to new keys" },
];

/** Where the newest or the most exact list wins over the price library. */
export const PRICE_OVERRIDES: readonly { readonly provider: string; readonly id?: RegExp; readonly reason: string }[] = [
  { provider: "openrouter", reason: "rates follow the cheapest active endpoint and move by the week: the newest list wins" },
  { provider: "groq", id: /^openai\/gpt-oss-safeguard-20b$/, reason: "the library prices it as gpt-oss-120b" },
  { provider: "mistral", id: /^mistral-(large|small)-latest$/, reason: "the pointer has moved to a newer model since the library's entry" },
  { provider: "zai", id: /^glm-5\.3-flash$/, reason: "the library holds the introductory rate; the newer list has twice as much" },
  {
    provider: "azure-openai",
    id: /^(deepseek|phi|llama|meta-llama|mistral|ministral|codestral|grok|kimi|cohere)/,
    reason: "the library prices other makers' models by the makers' or a reseller's rates, not by this host's",
  },
];

/**
 * Endings of an id that say how a model is served, not which one it is: its scores carry over.
 * "latest" is not one of them: which model such a pointer means changes, so its scores are unknown.
 */
export const SERVING_ENDINGS: readonly string[] = [
  "instruct-turbo",
  "instruct-fp8",
  "instruct-lite",
  "instruct-tput",
  "instruct",
  "it",
  "fp8",
  "nvfp4",
  "bf16",
  "highspeed",
  "ultrafast",
  "fast",
  "spot",
  "free",
  "extended",
  "versatile",
  "preview",
  "exp",
  "tput",
];

/** Names that differ between our lists and the boards by more than the rules above; left our key, right the board's. */
export const BOARD_NAMES: Readonly<Record<string, string>> = {
  "llama-3-1-8b-instant": "llama-3-1-8b",
  "deepseek-chat": "deepseek-v3-2",
  "deepseek-reasoner": "deepseek-v3-2-thinking",
  "meta-llama-3-1-405b": "llama-3-1-405b",
  "meta-llama-3-1-70b": "llama-3-1-70b",
  "meta-llama-3-1-8b": "llama-3-1-8b",
  "meta-llama-3-70b": "llama-3-70b",
  "meta-llama-3-8b": "llama-3-8b",
  "llama-4-maverick": "llama-4-maverick-17b-128e",
  "llama-4-scout": "llama-4-scout-17b-16e",
  "gpt-5-chat-latest": "gpt-5-chat",
  "magistral-medium": "magistral-medium-2506",
  "kimi-k2-thinking": "kimi-k2-thinking-turbo",
  "grok-4-1-fast": "grok-4-1-fast-reasoning",
  "grok-4-fast": "grok-4-fast-reasoning",
  "mistral-large-2512": "mistral-large-3",
  "deepseek-v4-flash-0731": "deepseek-v4-flash",
  "deepseek-v4-pro-0813": "deepseek-v4-pro",
};

/** Which entry of a board stands for a model that has several, by reasoning effort: the vendor's usual default first. */
export const EFFORT_ORDER: readonly string[] = [
  "",
  "medium",
  "high",
  "thinking",
  "reasoning",
  "adaptive",
  "thinking-32k",
  "high-32k",
  "thinking-16k",
  "xhigh",
  "max",
  "instant",
  "no-thinking",
  "non-thinking",
  "non-reasoning",
  "low",
  "minimal",
];
