// Which parameter of a request a vendor's sentence names as unsupported, so that it can be left out once.

/** What the dialects send beyond the conversation itself; only these can be left out. */
const SENT = [
  "temperature",
  "top_p",
  "max_completion_tokens",
  "max_output_tokens",
  "maxOutputTokens",
  "max_tokens",
  "reasoning_effort",
  "reasoning",
  "enable_thinking",
  "thinkingConfig",
  "thinking_config",
  "thinking",
  "output_config",
  "stream_options",
  "response_format",
  "responseJsonSchema",
  "response_json_schema",
  "parallel_tool_calls",
  "tool_choice",
  "strict",
  "store",
  "include",
  "cache_control",
] as const;

/** Sentences that name what is refused: the name is the first group. */
const NAMING: readonly RegExp[] = [
  /unsupported (?:parameter|value|field)s?:? *[`'"]?([\w.[\]]+)/i,
  /un(?:known|recognized|expected|supported) (?:request )?(?:parameter|argument|field|name|property|keyword)[^`'"]*?[`'"]([\w.[\]]+)/i,
  /un(?:known|recognized|expected|supported) (?:request )?(?:parameter|argument|field|name|property)s?(?: supplied)?: *([\w.[\]]+)/i,
  /(?:property|parameter|argument|field) [`'"]?([\w.[\]]+)[`'"]? (?:is|are) (?:not (?:supported|allowed|permitted|available)|unsupported|deprecated|unknown)/i,
  /invalid [`'"]?([\w.[\]]+)[`'"]?:/i,
  /[`'"]([\w.[\]]+)[`'"] (?:is|are|was) (?:not (?:supported|allowed|permitted|available)|unsupported|deprecated|unknown)/i,
  /^(?:body: ?|body\.)?([\w.[\]]+): (?:extra (?:inputs|fields)|input should|range|unexpected|not (?:supported|allowed|permitted))/i,
];

/** Words that stand where a name could: "Invalid request: …". */
const NOT_A_NAME = /^(.|request|params?|parameters?|input|inputs|arguments?|json|value|schema|body|type|format|field|model|messages?)$/i;

export function namedParameter(message: string): string | undefined {
  for (const pattern of NAMING) {
    const name = pattern.exec(message)?.[1];
    if (name !== undefined && !NOT_A_NAME.test(name)) return name;
  }
  return SENT.find(
    (name) =>
      new RegExp(`\\b${name}\\b`).test(message) &&
      /not (?:supported|allowed|permitted|available)|unsupported|does(?:n't| not) support|deprecated|only .* is allowed/i.test(message),
  );
}
