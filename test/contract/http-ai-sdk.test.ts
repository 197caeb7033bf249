// Vercel's `ai` with @ai-sdk/openai-compatible in front of the HTTP door: text, streams, tools, objects, pictures, errors, aborts.
import assert from "node:assert/strict";
import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import { APICallError, generateText, jsonSchema, type LanguageModel, Output, stepCountIs, streamText, tool } from "ai";
import { type HttpDoor, startHttpDoor } from "../support/http-door.ts";
import { asProvider, says, startVendor, type Vendor } from "../support/vendor.ts";

const PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

describe("the ai package in front of the HTTP door", () => {
  let vendor: Vendor;
  let door: HttpDoor;
  let model: LanguageModel;

  before(async () => {
    vendor = await startVendor();
    door = await startHttpDoor({ settings: { providers: { custom: [asProvider(vendor, { needsKey: false })] } } });
    const provider = createOpenAICompatible({
      ...{ name: "latchkey", baseURL: `${door.origin}/v1`, apiKey: door.token },
      includeUsage: true,
      supportsStructuredOutputs: true,
    });
    model = provider("auto");
  });

  beforeEach(() => {
    vendor.requests.length = 0;
    vendor.script = says("Hello from the vendor.", { input: 1000, output: 500 });
  });

  after(async () => {
    await door.stop();
    await vendor.close();
  });

  it("generates text, with usage and the model that answered", async () => {
    const { text, usage, response } = await generateText({ model, prompt: "hi", instructions: "Be short." });
    assert.equal(text, "Hello from the vendor.");
    assert.deepEqual([usage.inputTokens, usage.outputTokens], [1000, 500]);
    assert.equal(response.modelId, "acme/m1");
    assert.equal(response.headers?.["x-latchkey-cost-usd"], "0.002000000");
  });

  it("streams text and reasoning apart", async () => {
    vendor.script = async (answer) => {
      await answer.delta({ reasoning_content: "Let me think." });
      await answer.text("Done ");
      await answer.text("thinking.");
      await answer.finish({ input: 10, output: 20 });
    };
    const result = streamText({ model, prompt: "hi" });
    const pieces: string[] = [];
    for await (const piece of result.textStream) pieces.push(piece);
    assert.equal(pieces.join(""), "Done thinking.");
    assert.equal(await result.reasoningText, "Let me think.");
    assert.equal((await result.usage).outputTokens, 20);
  });

  it("runs a tool and goes on with its result", async () => {
    vendor.script = async (answer, request, index) => {
      if (index > 0) return says("It rains in Ghent.")(answer, request, index);
      await answer.delta({
        tool_calls: [{ index: 0, id: "call_1", type: "function", function: { name: "weather", arguments: '{"town":"Ghent"}' } }],
      });
      await answer.finish(undefined, "tool_calls");
    };
    const asked: string[] = [];
    const weather = tool({
      description: "The weather",
      inputSchema: jsonSchema<{ town: string }>({ type: "object", properties: { town: { type: "string" } }, required: ["town"] }),
      execute: async ({ town }) => {
        asked.push(town);
        return "rain";
      },
    });
    const { text } = await generateText({ model, prompt: "weather?", tools: { weather }, stopWhen: stepCountIs(3) });
    assert.equal(text, "It rains in Ghent.");
    assert.deepEqual(asked, ["Ghent"]);
    assert.match(JSON.stringify(vendor.requests[1]?.body.messages.at(-1)), /rain/);
  });

  it("gives an object in a schema", async () => {
    vendor.script = says('{"town":"Ghent"}');
    const schema = jsonSchema<{ town: string }>({
      type: "object",
      properties: { town: { type: "string" } },
      required: ["town"],
      additionalProperties: false,
    });
    const { output } = await generateText({ model, prompt: "which town?", output: Output.object({ schema }) });
    assert.deepEqual(output, { town: "Ghent" });
  });

  it("passes a picture on", async () => {
    await generateText({
      model,
      messages: [
        {
          role: "user",
          content: [
            { type: "text", text: "what is this?" },
            { type: "file", mediaType: "image/png", data: PNG },
          ],
        },
      ],
    });
    assert.match(JSON.stringify(vendor.requests[0]?.body.messages[0].content), /data:image\/png;base64,/);
  });

  it("learns of a failure by status and words, and does not pay twice", async () => {
    vendor.script = (answer) => answer.fail(400, { message: "maximum context length is 10 tokens", code: "context_length_exceeded" });
    await assert.rejects(generateText({ model, prompt: "hi" }), (error) => {
      assert.ok(APICallError.isInstance(error));
      assert.deepEqual([error.statusCode, error.isRetryable], [400, false]);
      return true;
    });
    assert.equal(vendor.requests.length, 1);
  });

  it("closes the vendor's socket when it is aborted", async () => {
    vendor.script = async (answer) => {
      await answer.text("and so ");
    };
    const stop = new AbortController();
    const result = streamText({ model, prompt: "hi", abortSignal: stop.signal, onError: () => undefined });
    for await (const piece of result.textStream) if (piece !== "") stop.abort();
    await vendor.requests[0]?.hungUp;
  });
});
