// The official openai client in front of the HTTP door: streaming, tools, structured output, pictures, errors, aborts, cost.
import assert from "node:assert/strict";
import OpenAI, { APIError } from "openai";
import { type HttpDoor, startHttpDoor } from "../support/http-door.ts";
import { asProvider, says, type Script, startVendor, type Vendor } from "../support/vendor.ts";

const PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";
const WEATHER = {
  type: "function" as const,
  function: { name: "weather", description: "The weather", parameters: { type: "object", properties: { town: { type: "string" } } } },
};
const user = (content: string) => ({ role: "user" as const, content });

async function refused(promise: Promise<unknown>): Promise<APIError> {
  return promise.then(
    () => assert.fail("it was accepted"),
    (error: unknown) => (error instanceof APIError ? error : assert.fail(String(error))),
  );
}

describe("the openai client in front of the HTTP door", () => {
  let vendor: Vendor;
  let door: HttpDoor;
  let client: OpenAI;

  before(async () => {
    vendor = await startVendor();
    const provider = asProvider(vendor, { needsKey: false });
    door = await startHttpDoor({ settings: { providers: { custom: [provider] } } });
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

  it("answers a chat completion, routed, with its cost in the headers and the usage", async () => {
    const { data, response } = await client.chat.completions.create({ model: "auto", messages: [user("hi")] }).withResponse();
    assert.equal(data.choices[0]?.message.content, "Hello from the vendor.");
    assert.equal(data.choices[0]?.finish_reason, "stop");
    assert.equal(data.model, "acme/m1");
    assert.equal(data.usage?.prompt_tokens, 1000);
    assert.equal(data.usage?.completion_tokens, 500);
    // 1000 tokens at $1 a million and 500 at $2.
    assert.equal((data.usage as { cost?: number }).cost, 0.002);
    assert.equal(response.headers.get("x-latchkey-cost-usd"), "0.002000000");
    assert.equal(response.headers.get("x-latchkey-cost-provenance"), "computed");
    assert.equal(response.headers.get("x-latchkey-model"), "acme/m1");
  });

  it("streams, the first word by itself, with the usage when it was asked for", async () => {
    const stream = await client.chat.completions.create({
      model: "acme/m1",
      messages: [user("hi")],
      stream: true,
      stream_options: { include_usage: true },
    });
    const pieces: string[] = [];
    let finish: string | null = null;
    let usage: OpenAI.CompletionUsage | null | undefined;
    for await (const chunk of stream) {
      const choice = chunk.choices[0];
      if (choice?.delta.content) pieces.push(choice.delta.content);
      finish = choice?.finish_reason ?? finish;
      usage = chunk.usage ?? usage;
    }
    assert.equal(pieces[0], "Hello ");
    assert.equal(pieces.join(""), "Hello from the vendor.");
    assert.equal(finish, "stop");
    assert.equal(usage?.total_tokens, 1500);
  });

  it("sends the first word while the vendor is still speaking", async () => {
    let heard = () => {};
    const afterFirst = new Promise<void>((done) => {
      heard = done;
    });
    vendor.script = async (answer) => {
      await answer.text("first");
      await afterFirst;
      await answer.finish();
    };
    const stream = await client.chat.completions.create({ model: "auto", messages: [user("hi")], stream: true });
    let text = "";
    for await (const chunk of stream) {
      text += chunk.choices[0]?.delta.content ?? "";
      if (text === "first") heard();
    }
    assert.equal(text, "first");
  });

  it("carries a tool call to the client and its result back to the vendor", async () => {
    vendor.script = async (answer, _request, index) => {
      if (index > 0) return says("It rains.")(answer, _request, index);
      await answer.delta({ tool_calls: [{ index: 0, id: "call_1", type: "function", function: { name: "weather", arguments: "" } }] });
      await answer.delta({ tool_calls: [{ index: 0, function: { arguments: '{"town":' } }] });
      await answer.delta({ tool_calls: [{ index: 0, function: { arguments: '"Ghent"}' } }] });
      await answer.finish(undefined, "tool_calls");
    };
    const first = await client.chat.completions.create({
      model: "auto",
      messages: [user("weather?")],
      tools: [WEATHER],
      tool_choice: "required",
    });
    const message = first.choices[0]?.message;
    assert.equal(first.choices[0]?.finish_reason, "tool_calls");
    assert.deepEqual(message?.tool_calls, [
      { id: "call_1", type: "function", function: { name: "weather", arguments: '{"town":"Ghent"}' } },
    ]);
    assert.equal(vendor.requests[0]?.body.tool_choice, "required");
    assert.ok(message);
    const second = await client.chat.completions.create({
      model: "auto",
      messages: [user("weather?"), message, { role: "tool", tool_call_id: "call_1", content: "rain" }],
      tools: [WEATHER],
    });
    assert.equal(second.choices[0]?.message.content, "It rains.");
    const [, assistant, result] = vendor.requests[1]?.body.messages ?? [];
    assert.equal(assistant.tool_calls[0].id, "call_1");
    assert.deepEqual([result.role, result.tool_call_id, result.content], ["tool", "call_1", "rain"]);
  });

  it("streams a tool call that the client's own accumulator understands", async () => {
    vendor.script = async (answer) => {
      await answer.delta({
        tool_calls: [{ index: 0, id: "a", type: "function", function: { name: "weather", arguments: '{"town":"A"}' } }],
      });
      await answer.delta({
        tool_calls: [{ index: 1, id: "b", type: "function", function: { name: "weather", arguments: '{"town":"B"}' } }],
      });
      await answer.finish(undefined, "tool_calls");
    };
    const stream = client.chat.completions.stream({ model: "auto", messages: [user("weather?")], tools: [WEATHER] });
    const final = await stream.finalChatCompletion();
    const calls = final.choices[0]?.message.tool_calls?.map((call) => (call.type === "function" ? [call.id, call.function.arguments] : []));
    assert.deepEqual(calls, [
      ["a", '{"town":"A"}'],
      ["b", '{"town":"B"}'],
    ]);
  });

  it("asks for a schema and gives the JSON as content", async () => {
    vendor.script = says('{"town":"Ghent"}');
    const completion = await client.chat.completions.parse({
      model: "auto",
      messages: [user("which town?")],
      response_format: {
        type: "json_schema",
        json_schema: {
          name: "place",
          strict: true,
          schema: { type: "object", properties: { town: { type: "string" } }, required: ["town"], additionalProperties: false },
        },
      },
    });
    assert.deepEqual(completion.choices[0]?.message.parsed, { town: "Ghent" });
    assert.equal(vendor.requests[0]?.body.response_format.json_schema.name, "place");
  });

  it("streams a schema's answer whole", async () => {
    vendor.script = says('{"town": "Ghent"}');
    const stream = await client.chat.completions.create({
      model: "auto",
      messages: [user("which town?")],
      stream: true,
      response_format: { type: "json_schema", json_schema: { name: "place", schema: { type: "object" } } },
    });
    let text = "";
    for await (const chunk of stream) text += chunk.choices[0]?.delta.content ?? "";
    assert.deepEqual(JSON.parse(text), { town: "Ghent" });
  });

  it("passes a picture on", async () => {
    await client.chat.completions.create({
      model: "auto",
      messages: [
        {
          role: "user",
          content: [
            { type: "text", text: "what is this?" },
            { type: "image_url", image_url: { url: `data:image/png;base64,${PNG}` } },
          ],
        },
      ],
    });
    const [, image] = vendor.requests[0]?.body.messages[0].content ?? [];
    assert.equal(image.image_url.url, `data:image/png;base64,${PNG}`);
  });

  it("passes limits, temperature and instructions on, and names what no model will see", async () => {
    const { response } = await client.chat.completions
      .create({
        model: "auto",
        messages: [{ role: "developer", content: "Be short." }, user("hi")],
        max_completion_tokens: 77,
        temperature: 0.3,
        top_p: 0.9,
        seed: 1,
      })
      .withResponse();
    const body = vendor.requests[0]?.body;
    assert.equal(body.max_tokens ?? body.max_completion_tokens, 77);
    assert.equal(body.temperature, 0.3);
    assert.equal(body.messages[0].content, "Be short.");
    assert.equal(response.headers.get("x-latchkey-ignored"), "top_p, seed");
  });

  it("ends at a stop sequence, also across deltas, and closes the vendor's socket", async () => {
    vendor.script = async (answer) => {
      for (const word of ["Thought: rain", "\nObser", "vation: none", " and more"]) await answer.text(word);
    };
    const given = { model: "auto", messages: [user("hi")], stop: ["\nObservation:", "Final"] };
    const { choices } = await client.chat.completions.create(given);
    assert.deepEqual([choices[0]?.message.content, choices[0]?.finish_reason], ["Thought: rain", "stop"]);
    await vendor.requests[0]?.hungUp;
    const stream = await client.chat.completions.create({ ...given, stream: true });
    let text = "";
    for await (const chunk of stream) text += chunk.choices[0]?.delta.content ?? "";
    assert.equal(text, "Thought: rain");
  });

  it("closes the vendor's socket when the client aborts a stream", async () => {
    vendor.script = async (answer) => {
      await answer.text("and so ");
      await answer.text("on ");
    };
    const stream = await client.chat.completions.create({ model: "auto", messages: [user("hi")], stream: true });
    for await (const chunk of stream) if (chunk.choices[0]?.delta.content) break;
    stream.controller.abort();
    await vendor.requests[0]?.hungUp;
  });

  it("closes the vendor's socket when the client gives up before the first word", async () => {
    let asked = () => {};
    const arrived = new Promise<void>((done) => {
      asked = done;
    });
    vendor.script = () => asked();
    const stop = new AbortController();
    const waiting = client.chat.completions.create({ model: "auto", messages: [user("hi")] }, { signal: stop.signal });
    await arrived;
    stop.abort();
    await assert.rejects(waiting, { name: "Error" });
    await vendor.requests[0]?.hungUp;
  });

  it("breaks a stream that broke off with an error in it, never with an end", async () => {
    vendor.script = async (answer) => {
      await answer.text("half ");
      answer.cut();
    };
    const stream = await client.chat.completions.create({ model: "auto", messages: [user("hi")], stream: true });
    let text = "";
    const error = await refused(
      (async () => {
        for await (const chunk of stream) text += chunk.choices[0]?.delta.content ?? "";
      })(),
    );
    assert.equal(text, "half ");
    assert.match(error.message, /acme|broke|connection/i);
  });

  const failures: readonly { name: string; status: number; error: Record<string, unknown>; seen: number; code: string | null }[] = [
    {
      name: "a vendor that wants a key",
      status: 401,
      error: { message: "bad key", code: "invalid_api_key" },
      seen: 403,
      code: "provider_key_missing",
    },
    {
      name: "a prompt that is too long",
      status: 400,
      error: { message: "maximum context length is 10 tokens", code: "context_length_exceeded" },
      seen: 400,
      code: "context_length_exceeded",
    },
    {
      name: "an empty account",
      status: 429,
      error: { message: "You exceeded your current quota", code: "insufficient_quota", type: "insufficient_quota" },
      seen: 429,
      code: "insufficient_quota",
    },
  ];
  for (const { name, status, error, seen, code } of failures) {
    it(`answers ${name} at the vendor with ${seen} ${code}, once`, async () => {
      const own = await startHttpDoor({ settings: { providers: { custom: [asProvider(vendor, { needsKey: false })] } } });
      try {
        vendor.script = (answer) => answer.fail(status, error);
        const impatient = new OpenAI({ baseURL: `${own.origin}/v1`, apiKey: own.token });
        const failed = await refused(impatient.chat.completions.create({ model: "acme/m1", messages: [user("hi")] }));
        assert.equal(failed.status, seen);
        assert.equal(failed.code, code);
        assert.equal(vendor.requests.length, 1);
      } finally {
        await own.stop();
      }
    });
  }

  it("answers an unknown model with 404 model_not_found", async () => {
    const failed = await refused(client.chat.completions.create({ model: "nobody/nothing", messages: [user("hi")] }));
    assert.equal(failed.status, 404);
    assert.equal(failed.code, "model_not_found");
  });

  it("finds a model by the vendor's bare name", async () => {
    const { model } = await client.chat.completions.create({ model: "m1", messages: [user("hi")] });
    assert.equal(model, "acme/m1");
  });

  it("names the field of a request that it does not understand", async () => {
    const failed = await refused(client.chat.completions.create({ model: "auto", messages: [user("hi")], n: 3 }));
    assert.equal(failed.status, 400);
    assert.equal(failed.type, "invalid_request_error");
    assert.match(failed.message, /n must be 1/);
  });

  it("lists the models that can be used, auto first, and shows one", async () => {
    const ids: string[] = [];
    for await (const model of client.models.list()) ids.push(model.id);
    assert.equal(ids[0], "auto");
    assert.ok(ids.includes("acme/m1"));
    assert.equal((await client.models.retrieve("acme/m1")).owned_by, "acme");
  });
});

describe("the openai client at a limit", () => {
  it("is told 429 insufficient_quota, once, and nothing reaches the vendor", async () => {
    const vendor = await startVendor();
    const door = await startHttpDoor({
      settings: {
        providers: { custom: [asProvider(vendor, { needsKey: false })] },
        budgets: [{ scope: "all", period: "day", limitUsd: 0.000001, kind: "hard" }],
      },
    });
    try {
      const client = new OpenAI({ baseURL: `${door.origin}/v1`, apiKey: door.token });
      const failed = await refused(client.chat.completions.create({ model: "acme/m1", messages: [user("hi")] }));
      assert.equal(failed.status, 429);
      assert.equal(failed.type, "insufficient_quota");
      assert.equal(failed.headers?.get("x-should-retry"), "false");
      assert.equal(vendor.requests.length, 0);
    } finally {
      await door.stop();
      await vendor.close();
    }
  });
});

describe("the openai client when the next model goes on", () => {
  const chat = async (script: Script) => {
    const vendor = await startVendor(script);
    const models = ["m1", "m2"].map((id) => ({ ...asProvider(vendor).models[0], id }));
    const provider = { ...asProvider(vendor, { needsKey: false }), models };
    const door = await startHttpDoor({ settings: { onBreak: "continue", providers: { custom: [provider] } } });
    const client = new OpenAI({ baseURL: `${door.origin}/v1`, apiKey: door.token });
    const stream = client.chat.completions.stream({ model: "auto", messages: [user("weather?")], tools: [WEATHER] });
    try {
      return await stream.finalChatCompletion();
    } finally {
      await door.stop();
      await vendor.close();
    }
  };

  it("reads one text, joined at the seam", async () => {
    const { choices } = await chat(async (answer, request, index) => {
      if (index > 0) return says("and goes on.")(answer, request, index);
      await answer.text("It rains ");
      answer.cut();
    });
    assert.equal(choices[0]?.message.content, "It rains and goes on.");
  });

  it("is told to make a call once, although its beginning was told twice", async () => {
    const call = { index: 0, type: "function", function: { name: "weather", arguments: '{"town":"Ghent"}' } };
    const { choices } = await chat(async (answer, _request, index) => {
      await answer.delta({ tool_calls: [{ ...call, id: `call_${index}` }] });
      if (index === 0) return answer.cut();
      await answer.finish(undefined, "tool_calls");
    });
    assert.deepEqual(
      choices[0]?.message.tool_calls?.map((each) => each.id),
      ["call_1"],
    );
  });
});
