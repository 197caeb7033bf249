// What real clients send besides the plain request: each field works, is named as unseen, or is refused in the vendor's own shape.
import assert from "node:assert/strict";
import { type HttpDoor, startHttpDoor } from "../support/http-door.ts";
import { asProvider, says, startVendor, type Vendor } from "../support/vendor.ts";

const PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";
const USER = { role: "user", content: "hi" };
const TOOL = { type: "function", function: { name: "look", parameters: { type: "object", properties: {} } } };
const CALL = { id: "call_1", type: "function", function: { name: "look", arguments: "{}" } };

/** Stands for an object that is deeper than a stack holds of what reads it by calling itself; it is put in as text. */
const BOTTOMLESS = "@bottomless";

interface Case {
  readonly name: string;
  readonly path: "/v1/chat/completions" | "/v1/messages" | "/v1/responses";
  readonly body: Record<string, unknown>;
  readonly headers?: Record<string, string>;
  readonly status: number;
  /** The field that is blamed. */
  readonly says?: RegExp;
  readonly ignored?: string;
  /** What the vendor must have been sent. */
  readonly sent?: (body: Record<string, unknown>) => void;
}

const chat = (name: string, body: Record<string, unknown>, status: number, more: Partial<Case> = {}): Case => ({
  ...{ name, path: "/v1/chat/completions", status },
  body: { model: "acme/m1", messages: [USER], ...body },
  ...more,
});
const message = (name: string, body: Record<string, unknown>, status: number, more: Partial<Case> = {}): Case => ({
  ...{ name, path: "/v1/messages", status, headers: { "anthropic-version": "2023-06-01" } },
  body: { model: "acme/m1", max_tokens: 100, messages: [USER], ...body },
  ...more,
});
const response = (name: string, body: Record<string, unknown>, status: number, more: Partial<Case> = {}): Case => ({
  ...{ name, path: "/v1/responses", status },
  body: { model: "acme/m1", input: "hi", ...body },
  ...more,
});

const CASES: readonly Case[] = [
  chat("litellm's usual extras", { user: "u", metadata: { a: "b" }, stream_options: null, timeout: 600, extra_body: null }, 200, {
    ignored: "timeout",
    headers: {
      "x-stainless-lang": "python",
      "x-stainless-retry-count": "0",
      "openai-organization": "org-1",
      "user-agent": "aider/0.86 litellm/1.75",
    },
  }),
  chat("both limits, of which the newer wins", { max_tokens: 7, max_completion_tokens: 9 }, 200, {
    sent: (body) => assert.ok(Number(body.max_tokens ?? body.max_completion_tokens) === 9),
  }),
  chat("a limit of nothing", { max_tokens: 0 }, 400, { says: /max_tokens/ }),
  chat("n of two", { n: 2 }, 400, { says: /^n/ }),
  chat("log probabilities", { logprobs: true, top_logprobs: 3, top_p: 0.5, seed: 1 }, 200, {
    ignored: "logprobs, top_logprobs, top_p, seed",
  }),
  chat("a developer's message", { messages: [{ role: "developer", content: "be short" }, USER] }, 200, {
    sent: (body) => assert.match(JSON.stringify(body.messages), /be short/),
  }),
  chat(
    "content as parts, with a picture in a data URL",
    {
      messages: [
        {
          role: "user",
          content: [
            { type: "text", text: "what?" },
            { type: "image_url", image_url: { url: `data:image/png;base64,${PNG}`, detail: "low" } },
          ],
        },
      ],
    },
    200,
    { sent: (body) => assert.match(JSON.stringify(body.messages), /iVBORw0KGgo/) },
  ),
  chat(
    "a picture that is none",
    { messages: [{ role: "user", content: [{ type: "image_url", image_url: { url: "data:image/png;base64,AAAA" } }] }] },
    400,
  ),
  chat(
    "a picture from this machine's files",
    { messages: [{ role: "user", content: [{ type: "image_url", image_url: { url: "file:///etc/passwd" } }] }] },
    400,
  ),
  chat("sound", { messages: [{ role: "user", content: [{ type: "input_audio", input_audio: { data: "", format: "wav" } }] }] }, 400, {
    says: /messages\.0\.content\.0/,
  }),
  chat("an answer as sound", { modalities: ["text", "audio"], audio: { voice: "alloy", format: "wav" } }, 400, { says: /modalities/ }),
  chat("modalities of text alone", { modalities: ["text"] }, 200),
  chat("functions of 2023", { functions: [{ name: "look" }], function_call: "auto" }, 400, { says: /functions/ }),
  chat(
    "a call of 2023 in the transcript",
    { messages: [USER, { role: "assistant", content: null, function_call: { name: "look", arguments: "{}" } }, USER] },
    400,
    { says: /messages\.1\.function_call/ },
  ),
  chat("a search that OpenAI would run", { web_search_options: {} }, 400, { says: /web_search_options/ }),
  ...["auto", "none", "required", { type: "function", function: { name: "look" } }].map((choice) =>
    chat(`tool_choice ${JSON.stringify(choice)}`, { tools: [TOOL], tool_choice: choice }, 200),
  ),
  chat("tool_choice of an unknown kind", { tools: [TOOL], tool_choice: { type: "allowed_tools" } }, 400, { says: /tool_choice/ }),
  chat("tool_choice of a tool that is not there", { tools: [TOOL], tool_choice: { type: "function", function: { name: "other" } } }, 400, {
    says: /toolChoice/,
  }),
  chat("an empty list of tools", { tools: [] }, 200),
  chat("a tool of another kind", { tools: [{ type: "custom", custom: { name: "x" } }] }, 400, { says: /tools\.0/ }),
  chat(
    "a call and its result as parts",
    {
      messages: [
        USER,
        { role: "assistant", content: null, tool_calls: [CALL] },
        { role: "tool", tool_call_id: "call_1", content: [{ type: "text", text: "seen" }] },
      ],
      tools: [TOOL],
    },
    200,
    { sent: (body) => assert.match(JSON.stringify(body.messages), /seen/) },
  ),
  chat("a result without its call", { messages: [USER, { role: "tool", content: "seen" }] }, 400, { says: /tool_call_id/ }),
  chat("an answer in any JSON", { response_format: { type: "json_object" }, messages: [{ role: "user", content: "JSON please" }] }, 200),
  chat("a schema without one", { response_format: { type: "json_schema" } }, 400, { says: /response_format/ }),
  chat("a schema without a bottom", { response_format: { type: "json_schema", json_schema: { schema: BOTTOMLESS } } }, 400, {
    says: /output\.schema/,
  }),
  chat("a tool without a bottom", { tools: [{ type: "function", function: { name: "look", parameters: BOTTOMLESS } }] }, 400, {
    says: /tools\.0\.parameters/,
  }),
  message(
    "a call without a bottom",
    { messages: [USER, { role: "assistant", content: [{ type: "tool_use", id: "a", name: "look", input: BOTTOMLESS }] }, USER] },
    400,
    { says: /arguments/ },
  ),
  chat("an effort that nobody knows", { reasoning_effort: "huge" }, 400, { says: /effort/ }),
  chat("a temperature out of range", { temperature: 3 }, 400, { says: /temperature/ }),
  message(
    "cached blocks",
    {
      system: [{ type: "text", text: "be short", cache_control: { type: "ephemeral" } }],
      messages: [{ role: "user", content: [{ type: "text", text: "hi", cache_control: { type: "ephemeral", ttl: "1h" } }] }],
    },
    200,
    { sent: (body) => assert.match(JSON.stringify(body.messages), /be short/) },
  ),
  message("thinking with a budget", { thinking: { type: "enabled", budget_tokens: 2048 }, max_tokens: 900 }, 200),
  message("thinking as the model likes", { thinking: { type: "adaptive" }, output_config: { effort: "medium" } }, 200),
  message("top_k and a tier", { top_k: 3, service_tier: "auto" }, 200, { ignored: "top_k, service_tier" }),
  message("servers that Anthropic would call", { mcp_servers: [{ type: "url", url: "https://mcp.example.test", name: "x" }] }, 400, {
    says: /mcp_servers/,
  }),
  message("no servers at all", { mcp_servers: [] }, 200),
  message("a container", { container: "c_1" }, 400, { says: /container/ }),
  message(
    "any tool",
    { tools: [{ name: "look", input_schema: { type: "object" } }], tool_choice: { type: "any", disable_parallel_tool_use: true } },
    200,
  ),
  message("a tool that runs at Anthropic", { tools: [{ type: "web_search_20250305", name: "web_search" }] }, 400, { says: /web_search/ }),
  message("the beginning of the answer", { messages: [USER, { role: "assistant", content: "Hello" }] }, 200),
  response("a conversation that OpenAI keeps", { conversation: "conv_1" }, 400, { says: /conversation/ }),
  response("a prompt that OpenAI keeps", { prompt: { id: "pmpt_1" } }, 400, { says: /prompt/ }),
  response("an item by its id that is not known here", { input: [{ type: "item_reference", id: "msg_nowhere" }] }, 400, {
    says: /msg_nowhere|input\.0/,
  }),
  response("in the background", { background: true }, 400, { says: /background/ }),
  response("not in the background", { background: false, service_tier: "auto" }, 200, { ignored: "service_tier" }),
  response(
    "what codex sends",
    {
      instructions: "be short",
      store: false,
      include: ["reasoning.encrypted_content"],
      parallel_tool_calls: false,
      prompt_cache_key: "k",
      input: [
        { type: "message", role: "developer", content: [{ type: "input_text", text: "one" }] },
        { role: "user", content: [{ type: "input_text", text: "two" }] },
      ],
      reasoning: { effort: "low", summary: "auto" },
    },
    200,
  ),
];

function written(body: unknown): string {
  return JSON.stringify(body).replace(JSON.stringify(BOTTOMLESS), `${'{"not":'.repeat(20_000)}{}${"}".repeat(20_000)}`);
}

describe("what real clients send", function () {
  this.timeout(30_000);
  let vendor: Vendor;
  let door: HttpDoor;

  before(async () => {
    vendor = await startVendor();
    door = await startHttpDoor({
      settings: { providers: { custom: [asProvider(vendor, { needsKey: false })] } },
      arguments: ["--allow-origin", "https://page.example.test"],
    });
  });
  beforeEach(() => {
    vendor.requests.length = 0;
    vendor.script = says('{"ok": true}');
  });
  after(async () => {
    await door.stop();
    await vendor.close();
  });

  const post = (path: string, body: unknown, headers: Record<string, string> = {}) =>
    fetch(door.origin + path, {
      method: "POST",
      headers: { authorization: `Bearer ${door.token}`, "content-type": "application/json", ...headers },
      body: written(body),
    });

  for (const one of CASES) {
    it(`${one.path}: ${one.name} is ${one.status}`, async () => {
      const answer = await post(one.path, one.body, one.headers);
      const body = (await answer.json()) as Record<string, unknown>;
      assert.equal(answer.status, one.status, JSON.stringify(body));
      assert.equal(answer.headers.get("x-latchkey-ignored"), one.ignored ?? null);
      if (one.status === 200) assert.equal(vendor.requests.length, 1);
      else assertRefused(one, body);
      one.sent?.(vendor.requests[0]?.body);
    });
  }

  /** In the vendor's shape, naming the field, and nothing sent. */
  function assertRefused(one: Case, body: Record<string, unknown>): void {
    assert.equal(vendor.requests.length, 0);
    const error = body.error as { type: string; message: string; param?: string | null };
    assert.equal(error.type, "invalid_request_error");
    assert.ok(error.message.length > 10);
    if (one.path === "/v1/messages") {
      assert.equal(body.type, "error");
      assert.equal(typeof body.request_id, "string");
    } else assert.ok("param" in error && "code" in error);
    if (one.says) assert.match(`${error.param ?? ""} ${error.message}`, one.says);
  }
});
