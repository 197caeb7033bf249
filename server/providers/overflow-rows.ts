// The sentences by which vendors say that a request is too long for the model; one row a wording, with the sentence it was made from.

export interface OverflowRow {
  readonly pattern: RegExp;
  readonly sample: string;
  readonly source: string;
}

/** Named groups: `limit` = the model's window in tokens, `asked` = what the request needed; either may be missing. */
export const OVERFLOW_ROWS: readonly OverflowRow[] = [
  {
    pattern: /maximum context length is (?<limit>[\d,]+) tokens.*?(?:requested|resulted in|contains?|have) (?:about )?(?<asked>[\d,]+)?/i,
    sample: "This model's maximum context length is 128000 tokens. However, your messages resulted in 200015 tokens.",
    source: "platform.openai.com/docs/guides/error-codes; vLLM, DeepSeek, Mistral and Together use the same words",
  },
  {
    pattern: /exceeds the context window/i,
    sample: "Your input exceeds the context window of this model. Please adjust your input and try again.",
    source: "case openai-resp-err-400-context",
  },
  {
    pattern: /prompt is too long: (?<asked>[\d,]+) tokens > (?<limit>[\d,]+) maximum/i,
    sample: "prompt is too long: 3333404 tokens > 200000 maximum",
    source: "case anthropic-err-400-context",
  },
  {
    pattern: /input length and `?max_tokens`? exceed context limit: (?<asked>[\d,]+) \+ [\d,]+ > (?<limit>[\d,]+)/i,
    sample:
      "input length and `max_tokens` exceed context limit: 198000 + 21333 > 200000, decrease input length or `max_tokens` and try again",
    source: "docs.anthropic.com context windows, 2025-05",
  },
  {
    pattern: /input token count(?: \((?<asked>[\d,]+)\))? exceeds the maximum number of tokens allowed(?: \(?(?<limit>[\d,]+))?/i,
    sample: "The input token count (1200000) exceeds the maximum number of tokens allowed (1048576).",
    source: "ai.google.dev/gemini-api/docs/troubleshooting",
  },
  {
    pattern: /request \((?<asked>[\d,]+) tokens\) exceeds the available context size \((?<limit>[\d,]+) tokens\)/i,
    sample: "request (2009 tokens) exceeds the available context size (512 tokens), try increasing it",
    source: "case llamacpp-err-400-context-stream",
  },
  {
    pattern: /the request exceeds the available context size/i,
    sample: "the request exceeds the available context size. try increasing the context size or enable context shift",
    source: "llama.cpp server, 2025",
  },
  {
    pattern: /prompt too long; exceeded (?:max )?context length/i,
    sample: "prompt too long; exceeded max context length by 1119046 tokens",
    source: "case ollama-err-400-context",
  },
  {
    pattern: /input length(?: of)? (?<asked>[\d,]+)? ?(?:tokens )?exceeds (?:the )?(?:maximum|context|model)/i,
    sample: "the input length exceeds the context length",
    source: "github.com/ollama/ollama server/routes.go",
  },
  {
    pattern:
      /trying to keep the first (?<asked>[\d,]+) tokens when context the overflows|greater than the context length|context the overflows/i,
    sample:
      "Trying to keep the first 6263 tokens when context the overflows. However, the model is loaded with context length of only 4096 tokens",
    source: "LM Studio, lmstudio-ai/lmstudio-bug-tracker, 2025",
  },
  {
    pattern: /prompt (?:contains|has) (?<asked>[\d,]+) tokens.*(?:too large|exceed|limit)[^\d]*(?<limit>[\d,]+)?/i,
    sample: "Prompt contains 33124 tokens, too large for model with 32768 maximum context length",
    source: "docs.mistral.ai, 2025",
  },
  {
    pattern: /(?:maximum|max) prompt length is (?<limit>[\d,]+) but the request contains (?<asked>[\d,]+) tokens/i,
    sample: "This model's maximum prompt length is 131072 but the request contains 150000 tokens.",
    source: "docs.x.ai, 2025",
  },
  {
    pattern: /endpoint'?s maximum context length is (?<limit>[\d,]+) tokens/i,
    sample: "This endpoint's maximum context length is 131072 tokens. However, you requested about 150000 tokens",
    source: "openrouter.ai/docs/errors, 2025",
  },
  {
    pattern: /inputs?`? tokens? \+ `?(?:max_new_tokens|max_tokens).*must be <=? ?(?<limit>[\d,]+)/i,
    sample: "Input validation error: `inputs` tokens + `max_new_tokens` must be <= 8193. Given: 9000 `inputs` tokens",
    source: "Together and text-generation-inference, 2025",
  },
  {
    pattern: /please reduce the length of (?:the|your) (?:messages|prompt|input|completion)/i,
    sample: "Please reduce the length of the messages or completion.",
    source: "Groq and Cerebras, code context_length_exceeded, 2025",
  },
  {
    pattern:
      /(?:exceeded|exceeds?|over) (?:the )?(?:model'?s? |model )?(?:maximum |max )?(?:token limit|context (?:length|size|limit))(?:[^\d]{0,20}(?<limit>[\d,]{4,}))?/i,
    sample: "Invalid request: Your request exceeded model token limit: 131072",
    source: "platform.moonshot.ai, 2025",
  },
  {
    pattern: /context (?:window|length|size)(?: limit)? (?:is |was |has been )?exceed(?:ed|s)|context_length_exceeded/i,
    sample: "invalid params, context window exceeds limit (2013)",
    source: "platform.minimax.io error 2013, 2025",
  },
  {
    pattern:
      /prompt (?:exceeds|is longer than|(?:is )?too long)|too many (?:input )?tokens in (?:the )?(?:prompt|request|input)|input is too long/i,
    sample: "Prompt exceeds max length",
    source: "docs.z.ai error 1261; Amazon-hosted models say `Input is too long for requested model`",
  },
  {
    pattern: /token limit reached/i,
    sample: "Token limit reached",
    source: "case openrouter-stream-error",
  },
];

export interface Overflow {
  readonly limitTokens?: number;
  readonly askedTokens?: number;
}

/** Undefined when the sentence says nothing of length. */
export function overflowIn(message: string): Overflow | undefined {
  for (const { pattern } of OVERFLOW_ROWS) {
    const groups = pattern.exec(message)?.groups;
    if (groups === undefined && !pattern.test(message)) continue;
    const limitTokens = figure(groups?.limit);
    const askedTokens = figure(groups?.asked);
    return { ...(limitTokens === undefined ? {} : { limitTokens }), ...(askedTokens === undefined ? {} : { askedTokens }) };
  }
  return undefined;
}

function figure(text: string | undefined): number | undefined {
  const value = text === undefined ? Number.NaN : Number(text.replaceAll(",", ""));
  return Number.isSafeInteger(value) && value > 0 ? value : undefined;
}
