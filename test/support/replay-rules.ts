// The documented rules by which vendors refuse a conversation with a 400, as strict checks of a request body.

// Bodies are JSON of four vendors; the rules look into them freely and name what is wrong.
// biome-ignore lint/suspicious/noExplicitAny: see above
type Json = any;

/** What each vendor signs with in these tests: nobody else's may come back to it. */
export const SIGNATURES = {
  "openai-chat": "chat-secret",
  "openai-responses": "responses-secret",
  anthropic: "YW50aHJvcGlj",
  google: "Z29vZ2xl",
} as const;
export type RuledDialect = keyof typeof SIGNATURES;

/** Sentences on what the vendor would refuse; empty when it would take the request. */
export function violations(dialect: RuledDialect, body: Json): string[] {
  const wrong: string[] = [];
  RULES[dialect](body, (holds, sentence) => {
    if (!holds) wrong.push(sentence);
  });
  const text = JSON.stringify(body);
  for (const [other, secret] of Object.entries(SIGNATURES)) {
    if (other !== dialect && text.includes(secret)) wrong.push(`a signature of ${other} was sent on`);
  }
  return wrong;
}

type Check = (holds: boolean, sentence: string) => void;

const RULES: Readonly<Record<RuledDialect, (body: Json, check: Check) => void>> = {
  "openai-chat": chatRules,
  "openai-responses": responsesRules,
  anthropic: anthropicRules,
  google: googleRules,
};

function only(object: Json, keys: string, check: Check, where: string): void {
  for (const key of Object.keys(object)) check(keys.split(" ").includes(key), `${where}: unknown field ${key}`);
}

function isJsonObject(text: unknown): boolean {
  try {
    return typeof text === "string" && typeof JSON.parse(text) === "object";
  } catch {
    return false;
  }
}

/** platform.openai.com/docs/api-reference/chat/create; `reasoning_content` as api-docs.deepseek.com asks for it. */
function chatRules(body: Json, check: Check): void {
  only(
    body,
    "model messages stream stream_options max_tokens max_completion_tokens temperature tools tool_choice reasoning_effort thinking",
    check,
    "body",
  );
  let waiting: string[] = [];
  for (const message of body.messages) {
    check(["system", "developer", "user", "assistant", "tool"].includes(message.role), `role ${message.role}`);
    if (message.role === "tool") {
      only(message, "role tool_call_id content", check, "tool");
      check(waiting.includes(message.tool_call_id), "a tool message without a preceding tool_calls");
      check(typeof message.content === "string" && message.content !== "", "a tool message that is not text");
      waiting = waiting.filter((id) => id !== message.tool_call_id);
      continue;
    }
    check(waiting.length === 0, `tool_call_ids did not have response messages: ${waiting}`);
    if (message.role === "assistant") {
      only(message, "role content tool_calls reasoning_content reasoning_details", check, "assistant");
      check(message.content || message.tool_calls?.length > 0, "an assistant message without content");
      for (const call of message.tool_calls ?? []) {
        check(isJsonObject(call.function.arguments), "arguments are not JSON");
        check(call.id.length <= 40, "a tool call id of more than 40 characters");
        waiting.push(call.id);
      }
    } else check(typeof message.content === "string" ? message.content !== "" : message.content.length > 0, "a message without content");
  }
  check(waiting.length === 0, `tool_call_ids did not have response messages: ${waiting}`);
}

/** platform.openai.com/docs/api-reference/responses/create and docs/guides/reasoning, encrypted reasoning items. */
function responsesRules(body: Json, check: Check): void {
  only(body, "model input stream store include max_output_tokens temperature reasoning tools tool_choice text", check, "body");
  check(body.store === false, "the conversation would be stored");
  const called = new Map<string, boolean>();
  body.input.forEach((item: Json, at: number) => {
    if (item.type === "reasoning") {
      only(item, "type id summary encrypted_content", check, "reasoning");
      check(item.encrypted_content === SIGNATURES["openai-responses"], "reasoning that could not be decrypted");
      const next = body.input[at + 1];
      check(
        next?.type === "function_call" || next?.role === "assistant" || next?.type === "reasoning",
        "reasoning without its following item",
      );
    } else if (item.type === "function_call") {
      only(item, "type call_id name arguments", check, "function_call");
      check(isJsonObject(item.arguments), "arguments are not JSON");
      called.set(item.call_id, false);
    } else if (item.type === "function_call_output") {
      check(called.get(item.call_id) === false, "no tool call found for function call output");
      called.set(item.call_id, true);
    } else check(["system", "developer", "user", "assistant"].includes(item.role), `item ${JSON.stringify(item).slice(0, 60)}`);
  });
  for (const [id, answered] of called) check(answered, `no tool output found for function call ${id}`);
}

/** platform.claude.com/docs/en/api/messages, tool use and extended thinking. */
function anthropicRules(body: Json, check: Check): void {
  only(body, "model max_tokens messages stream system tools tool_choice thinking output_config temperature", check, "body");
  const thinking = body.thinking?.type === "enabled";
  check(!thinking || body.thinking.budget_tokens < body.max_tokens, "max_tokens must be greater than thinking.budget_tokens");
  check(!thinking || !["any", "tool"].includes(body.tool_choice?.type), "Thinking may not be enabled when tool_choice forces tool use");
  check(body.messages[0]?.role === "user", "first message must use the user role");
  const ids = new Set<string>();
  let waiting: string[] = [];
  for (const { role, content } of body.messages) {
    check(Array.isArray(content) && content.length > 0, "content must be non-empty");
    const results = content.filter((block: Json) => block.type === "tool_result");
    if (waiting.length > 0) {
      const leading = content.slice(0, waiting.length).map((block: Json) => block.tool_use_id);
      check(
        JSON.stringify([...leading].sort()) === JSON.stringify([...waiting].sort()),
        "tool_use ids without tool_result blocks immediately after",
      );
    } else check(results.length === 0, "unexpected tool_use_id found in tool_result blocks");
    waiting = [];
    check(content.at(-1)?.type !== "thinking", "The final block in an assistant message cannot be `thinking`");
    for (const block of content) {
      if (block.type === "text") check(block.text.trim() !== "", "text content blocks must contain non-whitespace text");
      if (block.type === "thinking")
        check(role === "assistant" && block.signature === SIGNATURES.anthropic, "Invalid `signature` in `thinking` block");
      if (block.type === "tool_use") {
        check(/^[a-zA-Z0-9_-]+$/.test(block.id) && !ids.has(block.id), "tool_use ids must be unique and match the pattern");
        ids.add(block.id);
        waiting.push(block.id);
      }
    }
  }
  check(waiting.length === 0, "tool_use ids without tool_result blocks immediately after");
  const loop = body.messages.at(-1)?.content.some((block: Json) => block.type === "tool_result");
  const last = body.messages.findLast(({ role }: Json) => role === "assistant");
  check(!thinking || !loop || last?.content[0].type === "thinking", "Expected `thinking`, but found `tool_use`");
}

/** ai.google.dev/gemini-api/docs/function-calling and thought-signatures (Gemini 3). */
function googleRules(body: Json, check: Check): void {
  only(body, "contents systemInstruction generationConfig tools toolConfig", check, "body");
  let before = "model";
  let calls: Json[] = [];
  for (const { role, parts } of body.contents) {
    check(role !== before && (role === "user" || role === "model"), "contents must alternate and begin with the user");
    before = role;
    check(parts.length > 0, "parts must not be empty");
    const answers = parts.filter((part: Json) => part.functionResponse);
    check(answers.length === calls.length, "the number of function response parts must equal the number of function call parts");
    for (const [at, part] of answers.entries()) {
      check(part.functionResponse.name === calls[at]?.functionCall.name, "a response to another function");
    }
    calls = parts.filter((part: Json) => part.functionCall);
    check(calls.length === 0 || role === "model", "a function call by the user");
    if (calls.length > 0) {
      const signature = calls[0].thoughtSignature;
      check(
        signature === SIGNATURES.google || signature === "skip_thought_signature_validator",
        "Function call is missing a thought_signature",
      );
    }
    for (const part of parts)
      check(part.text !== undefined || part.functionCall || part.functionResponse || part.inlineData || part.fileData, "an empty part");
  }
  check(before === "user" && calls.length === 0, "the conversation must end with the user");
}
