// The official openai client's Responses in front of the HTTP door: whole and streamed, tools, memory, schema, pictures, errors.
import assert from "node:assert/strict";
import OpenAI, { APIError } from "openai";
import { type HttpDoor, startHttpDoor } from "../support/http-door.ts";
import { asProvider, says, startVendor, type Vendor } from "../support/vendor.ts";

const PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";
const WEATHER = {
  type: "function" as const,
  name: "weather",
  strict: false,
  parameters: { type: "object", properties: { town: { type: "string" } } },
};

describe("the openai client's Responses in front of the HTTP door", () => {
  let vendor: Vendor;
  let door: HttpDoor;
  let client: OpenAI;

  before(async () => {
    vendor = await startVendor();
    door = await startHttpDoor({ settings: { providers: { custom: [asProvider(vendor, { needsKey: false })] } } });
    client = new OpenAI({ baseURL: `${door.origin}/v1`, apiKey: door.token });
  });

  beforeEach(() => {
    vendor.requests.length = 0;
    vendor.script = says("Hello from the vendor.", { input: 1000, output: 500 });
  });

  after(async () => {
    await door.stop();
    await vendor.close();
  });

  it("answers with text, usage and cost", async () => {
    const response = await client.responses.create({ model: "auto", instructions: "Be short.", input: "hi" });
    assert.equal(response.output_text, "Hello from the vendor.");
    assert.equal(response.status, "completed");
    assert.equal(response.model, "acme/m1");
    assert.equal(response.usage?.input_tokens, 1000);
    assert.equal((response.usage as { cost?: number }).cost, 0.002);
    assert.equal(vendor.requests[0]?.body.messages[0].content, "Be short.");
  });

  it("streams events in order, numbered, and the accumulator's response is whole", async () => {
    const stream = client.responses.stream({ model: "auto", input: "hi" });
    const types: string[] = [];
    const numbers: number[] = [];
    for await (const event of stream) {
      types.push(event.type);
      numbers.push(event.sequence_number);
    }
    assert.deepEqual(types.slice(0, 4), [
      "response.created",
      "response.in_progress",
      "response.output_item.added",
      "response.content_part.added",
    ]);
    assert.ok(types.includes("response.output_text.delta"));
    assert.equal(types.at(-1), "response.completed");
    assert.deepEqual(
      numbers,
      numbers.map((_, index) => index),
    );
    assert.equal((await stream.finalResponse()).output_text, "Hello from the vendor.");
  });

  it("continues an earlier response by its id, and says when it does not know it", async () => {
    const first = await client.responses.create({ model: "auto", input: "first question" });
    await client.responses.create({ model: "auto", input: "second question", previous_response_id: first.id });
    const said = vendor.requests[1]?.body.messages.map((message: { role: string; content: string }) => [message.role, message.content]);
    assert.deepEqual(said, [
      ["user", "first question"],
      ["assistant", "Hello from the vendor."],
      ["user", "second question"],
    ]);
    await assert.rejects(
      client.responses.create({ model: "auto", input: "third", previous_response_id: "resp_unknown" }),
      (error) => error instanceof APIError && error.status === 400 && /previous_response_id/.test(error.message),
    );
  });

  it("takes an item's id in its place, and says when it does not know it", async () => {
    vendor.script = says("The sky.");
    const first = await client.responses.create({ model: "auto", input: "What is blue?" });
    const [item] = first.output;
    vendor.requests.length = 0;
    await client.responses.create({
      model: "auto",
      input: [
        { role: "user", content: "What is blue?" },
        { type: "item_reference", id: item?.id ?? "" },
        { role: "user", content: "and green?" },
      ],
    });
    const sent = vendor.requests[0]?.body.messages.map(({ role, content }: { role: string; content: string }) => `${role}: ${content}`);
    assert.deepEqual(sent, ["user: What is blue?", "assistant: The sky.", "user: and green?"]);
    const unknown = client.responses.create({ model: "auto", input: [{ type: "item_reference", id: "msg_nowhere" }] });
    await assert.rejects(unknown, (error) => error instanceof OpenAI.BadRequestError && /input\.0\.id is not known/.test(error.message));
  });

  it("does not remember what must not be stored", async () => {
    const first = await client.responses.create({ model: "auto", input: "secret", store: false });
    await assert.rejects(client.responses.create({ model: "auto", input: "more", previous_response_id: first.id }), { status: 400 });
  });

  it("carries a tool call and its output", async () => {
    vendor.script = async (answer, request, index) => {
      if (index > 0) return says("It rains.")(answer, request, index);
      await answer.delta({
        tool_calls: [{ index: 0, id: "call_1", type: "function", function: { name: "weather", arguments: '{"town":"Ghent"}' } }],
      });
      await answer.finish(undefined, "tool_calls");
    };
    const first = await client.responses.create({ model: "auto", input: "weather?", tools: [WEATHER] });
    const call = first.output.find((item) => item.type === "function_call");
    assert.equal(call?.arguments, '{"town":"Ghent"}');
    const second = await client.responses.create({
      model: "auto",
      input: [
        { role: "user", content: "weather?" },
        ...(first.output as OpenAI.Responses.ResponseInputItem[]),
        { type: "function_call_output", call_id: "call_1", output: "rain" },
      ],
      tools: [WEATHER],
    });
    assert.equal(second.output_text, "It rains.");
    const [, assistant, result] = vendor.requests[1]?.body.messages ?? [];
    assert.equal(assistant.tool_calls[0].id, "call_1");
    assert.equal(result.content, "rain");
  });

  it("shows reasoning as an item of its own", async () => {
    vendor.script = async (answer) => {
      await answer.delta({ reasoning_content: "Let me think." });
      await answer.text("Done.");
      await answer.finish();
    };
    const response = await client.responses.create({ model: "auto", input: "think" });
    assert.deepEqual(
      response.output.map((item) => item.type),
      ["reasoning", "message"],
    );
  });

  it("parses a schema's answer", async () => {
    vendor.script = says('{"town":"Ghent"}');
    const response = await client.responses.parse({
      model: "auto",
      input: "which town?",
      text: { format: { type: "json_schema", name: "place", schema: { type: "object", properties: { town: { type: "string" } } } } },
    });
    assert.deepEqual(response.output_parsed, { town: "Ghent" });
  });

  it("passes a picture on", async () => {
    await client.responses.create({
      model: "auto",
      input: [
        {
          role: "user",
          content: [
            { type: "input_text", text: "what is this?" },
            { type: "input_image", detail: "auto", image_url: `data:image/png;base64,${PNG}` },
          ],
        },
      ],
    });
    assert.match(vendor.requests[0]?.body.messages[0].content[1].image_url.url, /^data:image\/png;base64,/);
  });

  it("refuses a tool that would run at the vendor, by name", async () => {
    await assert.rejects(client.responses.create({ model: "auto", input: "hi", tools: [{ type: "web_search" }] }), (error) => {
      return error instanceof APIError && error.status === 400 && /web_search/.test(error.message);
    });
  });

  it("ends a stream that broke off with response.failed", async () => {
    vendor.script = async (answer) => {
      await answer.text("half ");
      answer.cut();
    };
    const stream = await client.responses.create({ model: "auto", input: "hi", stream: true });
    const types: string[] = [];
    await assert.rejects(async () => {
      for await (const event of stream) types.push(event.type);
    });
    assert.ok(types.includes("response.failed"), types.join());
    assert.ok(!types.includes("response.completed"));
  });

  it("closes the vendor's socket when the client aborts", async () => {
    vendor.script = async (answer) => {
      await answer.text("and so ");
    };
    const stream = await client.responses.create({ model: "auto", input: "hi", stream: true });
    for await (const event of stream) if (event.type === "response.output_text.delta") break;
    stream.controller.abort();
    await vendor.requests[0]?.hungUp;
  });
});
