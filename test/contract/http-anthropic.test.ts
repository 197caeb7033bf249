// The official Anthropic client in front of the HTTP door: streaming, tools, schema, pictures, thinking, errors, aborts, cost.
import assert from "node:assert/strict";
import Anthropic, { APIError } from "@anthropic-ai/sdk";
import { type HttpDoor, startHttpDoor } from "../support/http-door.ts";
import { asProvider, says, startVendor, type Vendor } from "../support/vendor.ts";

const PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";
const WEATHER: Anthropic.Tool = { name: "weather", input_schema: { type: "object", properties: { town: { type: "string" } } } };
const hi: Anthropic.MessageParam[] = [{ role: "user", content: "hi" }];

describe("the Anthropic client in front of the HTTP door", () => {
  let vendor: Vendor;
  let door: HttpDoor;
  let client: Anthropic;

  before(async () => {
    vendor = await startVendor();
    door = await startHttpDoor({ settings: { providers: { custom: [asProvider(vendor, { needsKey: false })] } } });
    client = new Anthropic({ baseURL: door.origin, apiKey: door.token });
  });

  beforeEach(() => {
    vendor.requests.length = 0;
    vendor.script = says("Hello from the vendor.", { input: 1000, output: 500, cached: 600 });
  });

  after(async () => {
    await door.stop();
    await vendor.close();
  });

  it("answers a message with usage in disjoint buckets and its cost", async () => {
    const { data, response } = await client.messages
      .create({ model: "auto", max_tokens: 100, system: "Be short.", messages: hi })
      .withResponse();
    assert.deepEqual(
      data.content.map((block) => (block.type === "text" ? block.text : block.type)),
      ["Hello from the vendor."],
    );
    assert.equal(data.stop_reason, "end_turn");
    assert.equal(data.usage.input_tokens, 400);
    assert.equal(data.usage.cache_read_input_tokens, 600);
    // 400 at $1, 600 cached at $0.1, 500 out at $2 a million.
    assert.equal((data.usage as { cost?: number }).cost, 0.00146);
    assert.equal(response.headers.get("x-latchkey-cost-usd"), "0.001460000");
    assert.ok(response.headers.get("request-id"));
    assert.equal(vendor.requests[0]?.body.messages[0].content, "Be short.");
  });

  it("streams blocks that the client's accumulator understands", async () => {
    const stream = client.messages.stream({ model: "auto", max_tokens: 100, messages: hi });
    const pieces: string[] = [];
    stream.on("text", (text) => pieces.push(text));
    const message = await stream.finalMessage();
    assert.equal(pieces[0], "Hello ");
    assert.equal(pieces.join(""), "Hello from the vendor.");
    assert.equal(message.stop_reason, "end_turn");
    assert.equal(message.usage.output_tokens, 500);
    assert.equal(message.usage.input_tokens, 400);
  });

  it("carries a tool call and its result, streamed and whole", async () => {
    vendor.script = async (answer, request, index) => {
      if (index > 0) return says("It rains.")(answer, request, index);
      await answer.text("Let me look.");
      await answer.delta({
        tool_calls: [{ index: 0, id: "call_1", type: "function", function: { name: "weather", arguments: '{"town":"Ghent"}' } }],
      });
      await answer.finish(undefined, "tool_calls");
    };
    const asked: Anthropic.MessageParam[] = [{ role: "user", content: "weather?" }];
    const first = await client.messages
      .stream({ model: "auto", max_tokens: 100, messages: asked, tools: [WEATHER], tool_choice: { type: "any" } })
      .finalMessage();
    assert.equal(first.stop_reason, "tool_use");
    const call = first.content.find((block) => block.type === "tool_use");
    assert.deepEqual([call?.id, call?.input], ["call_1", { town: "Ghent" }]);
    assert.equal(vendor.requests[0]?.body.tool_choice, "required");
    const second = await client.messages.create({
      model: "auto",
      max_tokens: 100,
      tools: [WEATHER],
      messages: [
        ...asked,
        { role: "assistant", content: first.content },
        { role: "user", content: [{ type: "tool_result", tool_use_id: "call_1", content: "rain", is_error: true }] },
      ],
    });
    assert.equal(second.content[0]?.type === "text" && second.content[0].text, "It rains.");
    const roles = vendor.requests[1]?.body.messages.map((message: { role: string }) => message.role);
    assert.deepEqual(roles, ["user", "assistant", "tool"]);
  });

  it("shows reasoning as thinking with a signature, and takes it back", async () => {
    vendor.script = async (answer) => {
      await answer.delta({ reasoning_content: "Let me think." });
      await answer.text("Done.");
      await answer.finish();
    };
    const message = await client.messages.stream({ model: "auto", max_tokens: 100, messages: hi }).finalMessage();
    const [thinking, text] = message.content;
    assert.equal(thinking?.type === "thinking" && thinking.thinking, "Let me think.");
    assert.ok(thinking?.type === "thinking" && thinking.signature.startsWith("latchkey-"));
    assert.equal(text?.type, "text");
    await client.messages.create({
      model: "auto",
      max_tokens: 100,
      messages: [...hi, { role: "assistant", content: message.content }, { role: "user", content: "and?" }],
    });
    assert.equal(vendor.requests[1]?.body.messages[1].content, "Done.");
  });

  it("gives a schema's answer as text", async () => {
    vendor.script = says('{"town":"Ghent"}');
    const message = await client.messages.create({
      model: "auto",
      max_tokens: 100,
      messages: hi,
      output_config: { format: { type: "json_schema", schema: { type: "object", properties: { town: { type: "string" } } } } },
    });
    assert.deepEqual(JSON.parse(message.content[0]?.type === "text" ? message.content[0].text : ""), { town: "Ghent" });
    assert.ok(vendor.requests[0]?.body.response_format.json_schema.schema);
  });

  it("passes a picture on", async () => {
    await client.messages.create({
      model: "auto",
      max_tokens: 100,
      messages: [
        {
          role: "user",
          content: [
            { type: "image", source: { type: "base64", media_type: "image/png", data: PNG } },
            { type: "text", text: "what is this?" },
          ],
        },
      ],
    });
    assert.match(vendor.requests[0]?.body.messages[0].content[0].image_url.url, /^data:image\/png;base64,/);
  });

  it("passes on what a tool gave back: words, a picture by its address, and nothing at all", async () => {
    const call = (id: string): Anthropic.ContentBlockParam => ({ type: "tool_use", id, name: "weather", input: {} });
    const picture = { type: "image" as const, source: { type: "url" as const, url: "https://example.org/map.png" } };
    await client.messages.create({
      model: "auto",
      max_tokens: 100,
      tools: [WEATHER],
      messages: [
        ...hi,
        { role: "assistant", content: [call("a"), call("b"), call("c")] },
        {
          role: "user",
          content: [
            { type: "tool_result", tool_use_id: "a", content: [{ type: "text", text: "rain over Ghent" }] },
            { type: "tool_result", tool_use_id: "b", content: [picture] },
            { type: "tool_result", tool_use_id: "c" },
            { type: "document", source: { type: "text", media_type: "text/plain", data: "From a document." } },
          ],
        },
      ],
    });
    const sent = JSON.stringify(vendor.requests[0]?.body.messages);
    for (const wanted of ["rain over Ghent", "https://example.org/map.png", "From a document."]) assert.ok(sent.includes(wanted), wanted);
    const answers = vendor.requests[0]?.body.messages.filter((message: { role: string }) => message.role === "tool");
    assert.deepEqual(
      answers.map((message: { tool_call_id: string }) => message.tool_call_id),
      ["a", "b", "c"],
    );
  });

  const odd: readonly (readonly [name: string, content: unknown, says: RegExp])[] = [
    ["a call without a name", [{ type: "tool_use", id: "a", input: {} }], /needs an id and a name/],
    ["a result of no call", [{ type: "tool_result", content: "x" }], /tool_use_id/],
    ["a result that is a number", [{ type: "tool_result", tool_use_id: "a", content: 7 }], /content/],
    [
      "a result of an unknown kind",
      [{ type: "tool_result", tool_use_id: "a", content: [{ type: "smell" }] }],
      /smell.*; text, image and document are known/,
    ],
    ["a picture from nowhere", [{ type: "image", source: { type: "file", file_id: "f" } }], /source; base64, url and text are known/],
    ["a picture without a source", [{ type: "image" }], /source; base64, url and text are known/],
  ];
  for (const [name, content, says] of odd) {
    it(`refuses ${name} before anything is sent`, async () => {
      const messages = [{ role: "user", content }] as unknown as Anthropic.MessageParam[];
      await assert.rejects(client.messages.create({ model: "auto", max_tokens: 100, messages }), (error) => {
        assert.ok(error instanceof APIError);
        assert.deepEqual([error.status, error.type], [400, "invalid_request_error"]);
        assert.match(error.message, says);
        return true;
      });
      assert.equal(vendor.requests.length, 0);
    });
  }

  it("ends at a stop sequence and says at which", async () => {
    vendor.script = says("one two three");
    const given = { model: "auto", max_tokens: 100, messages: hi, stop_sequences: [" three", "two"] };
    const message = await client.messages.create(given);
    assert.deepEqual([message.stop_reason, message.stop_sequence], ["stop_sequence", "two"]);
    assert.equal(message.content[0]?.type === "text" && message.content[0].text, "one ");
    const streamed = await client.messages.stream(given).finalMessage();
    assert.deepEqual([streamed.stop_reason, streamed.stop_sequence], ["stop_sequence", "two"]);
  });

  it("counts tokens without asking anybody", async () => {
    const { input_tokens: count } = await client.messages.countTokens({ model: "acme/m1", messages: hi });
    assert.ok(count > 0);
    assert.equal(vendor.requests.length, 0);
  });

  it("lists the models in Anthropic's shape", async () => {
    const ids: string[] = [];
    for await (const model of client.models.list()) ids.push(model.id);
    assert.ok(ids.includes("acme/m1"));
    assert.equal((await client.models.retrieve("acme/m1")).type, "model");
  });

  it("closes the vendor's socket when the client aborts", async () => {
    vendor.script = async (answer) => {
      await answer.text("and so ");
    };
    const stream = client.messages.stream({ model: "auto", max_tokens: 100, messages: hi });
    stream.on("text", () => stream.abort());
    await assert.rejects(stream.finalMessage());
    await vendor.requests[0]?.hungUp;
  });

  it("breaks a stream that broke off with an error event", async () => {
    vendor.script = async (answer) => {
      await answer.text("half ");
      answer.cut();
    };
    const stream = client.messages.stream({ model: "auto", max_tokens: 100, messages: hi });
    await assert.rejects(stream.finalMessage(), (error) => error instanceof Error && /broke|acme|connection/i.test(error.message));
  });

  it("says what it does not understand as invalid_request_error with a request id", async () => {
    const messages = [{ role: "user", content: [{ type: "hologram" }] }] as unknown as Anthropic.MessageParam[];
    await assert.rejects(client.messages.create({ model: "auto", max_tokens: 100, messages }), (error) => {
      assert.ok(error instanceof APIError);
      assert.equal(error.status, 400);
      assert.equal(error.type, "invalid_request_error");
      assert.match(error.message, /hologram/);
      return true;
    });
  });

  it("is told 402 billing_error at a limit, once, and nothing reaches the vendor", async () => {
    const poor = await startHttpDoor({
      settings: {
        providers: { custom: [asProvider(vendor, { needsKey: false })] },
        budgets: [{ scope: "all", period: "day", limitUsd: 0.000001, kind: "hard" }],
      },
    });
    try {
      const own = new Anthropic({ baseURL: poor.origin, apiKey: poor.token });
      await assert.rejects(own.messages.create({ model: "acme/m1", max_tokens: 100, messages: hi }), (error) => {
        assert.ok(error instanceof APIError);
        assert.deepEqual([error.status, error.type], [402, "billing_error"]);
        return true;
      });
      assert.equal(vendor.requests.length, 0);
    } finally {
      await poor.stop();
    }
  });
});
