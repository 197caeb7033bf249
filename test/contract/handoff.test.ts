// A conversation with tools, images and reasoning moves from every dialect to every other and back, and no vendor refuses it.
import assert from "node:assert/strict";
import { rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Answer } from "../../server/chat/answer.ts";
import { openConversationStore } from "../../server/conversations/store.ts";
import { dialectNamed } from "../../server/providers/dialects.ts";
import type { ProviderConnection, ProviderRequest } from "../../server/providers/provider.ts";
import type { Message, ToolResultPart } from "../../shared/chat.ts";
import { connectionTo } from "../support/replay.ts";
import { type RuledDialect, SIGNATURES, violations } from "../support/replay-rules.ts";
import { httpServer, type Listening } from "../support/servers.ts";
import { typeViolations, validatorOf } from "../support/vendor-types.ts";

const PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";
const MODELS: Readonly<Record<RuledDialect, string>> = {
  "openai-chat": "deepseek-v4",
  "openai-responses": "gpt-5.6",
  anthropic: "claude-sonnet-4-5",
  google: "gemini-3-pro",
};
const NAMES = Object.keys(MODELS) as RuledDialect[];

const chunk = (delta: object, finish: string | null = null) => ({ choices: [{ index: 0, delta, finish_reason: finish }] });

/** Each vendor thinks, says something, and calls two tools at once; in its own form, with its own signatures. */
const CALLS: Readonly<Record<RuledDialect, readonly object[]>> = {
  "openai-chat": [
    chunk({ reasoning_content: `Thinking ${SIGNATURES["openai-chat"]}` }),
    chunk({ content: "Let me look." }),
    chunk({
      tool_calls: [
        {
          index: 0,
          id: "call_00_weirdly.long/id-of-a-vendor-that-likes-long-ids-a-lot",
          function: { name: "look", arguments: '{"at":1}' },
        },
      ],
    }),
    chunk({ tool_calls: [{ index: 1, id: "call_01", function: { name: "time", arguments: "{}" } }] }),
    chunk({}, "tool_calls"),
  ],
  "openai-responses": [
    { type: "response.created", response: { id: "r" } },
    {
      type: "response.output_item.done",
      item: { type: "reasoning", id: "rs_1", summary: [], encrypted_content: SIGNATURES["openai-responses"] },
    },
    { type: "response.output_text.delta", item_id: "m", delta: "Let me look." },
    {
      type: "response.output_item.done",
      item: { type: "function_call", id: "fc_1", call_id: "call_a", name: "look", arguments: '{"at":1}' },
    },
    { type: "response.output_item.done", item: { type: "function_call", id: "fc_2", call_id: "call_b", name: "time", arguments: "{}" } },
    { type: "response.completed", response: { status: "completed", output: [] } },
  ],
  anthropic: [
    { type: "message_start", message: { id: "m", usage: { input_tokens: 1, output_tokens: 1 } } },
    { type: "content_block_start", index: 0, content_block: { type: "thinking", thinking: "", signature: "" } },
    { type: "content_block_delta", index: 0, delta: { type: "thinking_delta", thinking: "Thinking" } },
    { type: "content_block_delta", index: 0, delta: { type: "signature_delta", signature: SIGNATURES.anthropic } },
    { type: "content_block_stop", index: 0 },
    { type: "content_block_start", index: 1, content_block: { type: "text", text: "Let me look." } },
    { type: "content_block_stop", index: 1 },
    { type: "content_block_start", index: 2, content_block: { type: "tool_use", id: "toolu_a", name: "look", input: { at: 1 } } },
    { type: "content_block_stop", index: 2 },
    { type: "content_block_start", index: 3, content_block: { type: "tool_use", id: "toolu_b", name: "time", input: {} } },
    { type: "content_block_stop", index: 3 },
    { type: "message_delta", delta: { stop_reason: "tool_use" }, usage: { output_tokens: 9 } },
    { type: "message_stop" },
  ],
  google: [
    { candidates: [{ content: { parts: [{ text: "Thinking", thought: true }, { text: "Let me look." }] } }] },
    {
      candidates: [
        {
          content: {
            parts: [
              { functionCall: { name: "look", args: { at: 1 } }, thoughtSignature: SIGNATURES.google },
              { functionCall: { name: "time", args: {} } },
            ],
          },
          finishReason: "STOP",
        },
      ],
    },
  ],
};

/** The same vendors, saying "Done." */
const SAYS: Readonly<Record<RuledDialect, readonly object[]>> = {
  "openai-chat": [chunk({ content: "Done." }), chunk({}, "stop")],
  "openai-responses": [
    { type: "response.output_text.delta", delta: "Done." },
    { type: "response.completed", response: { status: "completed", output: [] } },
  ],
  anthropic: [
    { type: "content_block_start", index: 0, content_block: { type: "text", text: "Done." } },
    { type: "message_delta", delta: { stop_reason: "end_turn" } },
    { type: "message_stop" },
  ],
  google: [{ candidates: [{ content: { parts: [{ text: "Done." }] }, finishReason: "STOP" }] }],
};

/** Answers the first request with calls and every later one with words; refuses what its vendor would refuse, and what its SDK does not know. */
class StrictVendor {
  readonly name: RuledDialect;
  readonly #validate: ReturnType<typeof validatorOf>;
  readonly bodies: string[] = [];
  #server: Listening | undefined;

  constructor(name: RuledDialect) {
    this.name = name;
    this.#validate = validatorOf(name);
  }

  async start(): Promise<void> {
    this.#server = await httpServer(async (request, response) => {
      const pieces: Buffer[] = [];
      for await (const piece of request) pieces.push(piece);
      const text = Buffer.concat(pieces).toString("utf8");
      this.bodies.push(text);
      const wrong = [...violations(this.name, JSON.parse(text)), ...typeViolations(this.#validate, this.name, JSON.parse(text))];
      if (wrong.length > 0) {
        response.writeHead(400, { "content-type": "application/json" }).end(JSON.stringify({ error: { message: wrong.join("; ") } }));
        return;
      }
      const events = /"(tool|function_call_output|tool_result|functionResponse)"/.test(text) ? SAYS[this.name] : CALLS[this.name];
      response.writeHead(200, { "content-type": "text/event-stream" });
      response.end(events.map((event) => `${"type" in event ? `event: ${event.type}\n` : ""}data: ${JSON.stringify(event)}\n\n`).join(""));
    });
  }

  get connection(): ProviderConnection {
    const origin = this.#server?.origin ?? "";
    const quirks = this.name === "openai-chat" ? ({ reasoningField: "thinking", reasoningBack: true } as const) : {};
    return connectionTo(this.name.startsWith("openai") ? `${origin}/v1` : origin, { provider: `vendor-of-${this.name}`, quirks });
  }

  async close(): Promise<void> {
    await this.#server?.close();
  }
}

async function ask(vendor: StrictVendor, messages: readonly Message[], given: Partial<ProviderRequest> = {}): Promise<Message> {
  const answer = new Answer();
  const request: ProviderRequest = {
    model: MODELS[vendor.name],
    messages,
    maxOutputTokens: 8_000,
    reasoning: "medium",
    capabilities: ["tools", "vision", "reasoning"],
    tools: [
      { name: "look", parameters: { type: "object" } },
      { name: "time", parameters: { type: "object" } },
    ],
    ...given,
  };
  for await (const event of dialectNamed(vendor.name).stream(request, vendor.connection, new AbortController().signal)) {
    if (event.type === "text") answer.addText(event.text);
    else if (event.type === "reasoning") answer.addReasoning(event.text, event.origin);
    else if (event.type === "tool-call") answer.addToolCall(event.call);
  }
  return keptAndRead({ role: "assistant", parts: answer.parts });
}

const store = openConversationStore({
  folder: join(tmpdir(), `latchkey-handoff-${process.pid}`),
  now: () => new Date(),
  warn: assert.fail,
});

/** Every answer goes on as it comes back from the disk: what a vendor wants back has to survive there too. */
async function keptAndRead(message: Message): Promise<Message> {
  await store.update("talk", () => ({ add: [{ at: new Date().toISOString(), message }] }));
  const read = (await store.read("talk"))?.entries.at(-1)?.message;
  assert.deepEqual(read, JSON.parse(JSON.stringify(message)));
  return read ?? message;
}

const OPENING: readonly Message[] = [
  { role: "system", parts: [{ type: "text", text: "Be brief." }] },
  {
    role: "user",
    parts: [
      { type: "text", text: "What is this?" },
      { type: "image", data: PNG },
    ],
  },
];

/** One result is an image, one is an error. */
function resultsOf(message: Message): Message {
  const [first, second] = message.parts.filter((part) => part.type === "toolCall");
  return {
    role: "tool",
    parts: [
      { type: "toolResult", id: second?.id ?? "", parts: [{ type: "text", text: "no clock" }], isError: true },
      {
        type: "toolResult",
        id: first?.id ?? "",
        parts: [
          { type: "text", text: "seen" },
          { type: "image", data: PNG },
        ],
      },
    ],
  };
}

const NEXT: Message = { role: "user", parts: [{ type: "text", text: "And now?" }] };

describe("a conversation that changes its model", () => {
  const vendors = Object.fromEntries(NAMES.map((name) => [name, new StrictVendor(name)])) as Record<RuledDialect, StrictVendor>;
  before(() => Promise.all(NAMES.map((name) => vendors[name].start())));
  after(async () => {
    await Promise.all(NAMES.map((name) => vendors[name].close()));
    for (const left of ["", ".lock"]) rmSync(join(tmpdir(), `latchkey-handoff-${process.pid}${left}`), { recursive: true, force: true });
  });
  beforeEach(() => {
    for (const name of NAMES) vendors[name].bodies.length = 0;
  });

  for (const from of NAMES) {
    for (const to of NAMES) {
      it(`goes from ${from} to ${to} in the middle of a tool loop, and back`, async () => {
        const called = await ask(vendors[from], OPENING);
        assert.equal(called.parts.filter((part) => part.type === "toolCall").length, 2);
        const history = [...OPENING, called, resultsOf(called)];
        const done = await ask(vendors[to], history);
        assert.deepEqual(
          done.parts.filter((part) => part.type === "text"),
          [{ type: "text", text: "Done." }],
        );
        const after = await ask(vendors[from], [...history, done, NEXT]);
        assert.equal(
          after.parts.some((part) => part.type === "text" && part.text === "Done."),
          true,
        );
      });
    }

    it(`${from} gets back what it signed, unchanged`, async () => {
      const called = await ask(vendors[from], OPENING);
      await ask(vendors[from], [...OPENING, called, resultsOf(called)]);
      assert.ok(vendors[from].bodies[1]?.includes(SIGNATURES[from]));
    });

    it(`${from} takes a conversation whose calls were never answered, and one whose results have no call`, async () => {
      const called = await ask(vendors[from], OPENING);
      await ask(vendors[from], [...OPENING, called, NEXT]);
      await ask(vendors[from], [...OPENING, resultsOf(called), NEXT]);
    });

    it(`${from} takes a conversation that begins with the assistant, has empty parts, and forces a tool`, async () => {
      const messages: Message[] = [
        {
          role: "assistant",
          parts: [
            { type: "text", text: "Hello." },
            { type: "text", text: "" },
          ],
        },
        { role: "user", parts: [{ type: "text", text: "" }] },
        { role: "assistant", parts: [] },
        NEXT,
        NEXT,
      ];
      for (const toolChoice of ["required", "none", { name: "look" }] as const) await ask(vendors[from], messages, { toolChoice });
    });

    it(`${from} takes back an answer that was stopped while it thought, and a result that says nothing`, async () => {
      const called = await ask(vendors[from], OPENING);
      const thought: Message = { role: "assistant", parts: called.parts.filter((part) => part.type === "reasoning") };
      await ask(vendors[from], [...OPENING, thought, NEXT]);
      const words: Message = { role: "assistant", parts: [{ type: "text", text: "Well." }, ...thought.parts] };
      await ask(vendors[from], [...OPENING, words, NEXT]);
      const empty: Message = { role: "tool", parts: resultsOf(called).parts.map((part) => ({ ...part, parts: [] }) as ToolResultPart) };
      await ask(vendors[from], [...OPENING, called, empty]);
    });

    it(`${from} takes the beginning of an answer to continue`, async () => {
      await ask(vendors[from], OPENING, { continueText: "It is a " });
    });
  }
});
