// Answers in a schema with the built sidecar: checked, repaired once, asked of the next model, never accepted when cut, every round paid for.
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { ParamsOf } from "../../shared/protocol.ts";
import { latchkey } from "../support/cli.ts";
import { ask, RpcError, SidecarProcess } from "../support/sidecar.ts";
import { asProvider, type Script, says, startVendor, type Vendor } from "../support/vendor.ts";

const SCHEMA = {
  type: "object",
  properties: { name: { type: "string", minLength: 1 }, age: { type: "integer", minimum: 0 } },
  required: ["name", "age"],
  additionalProperties: false,
};
const OUTPUT = { output: { name: "person", schema: SCHEMA } };
const GOOD = { name: "Ada", age: 36 };

/** One script after the other, the last one for all that follow. */
function inTurn(...scripts: Script[]): Script {
  return (answer, request, index) => scripts[Math.min(index, scripts.length - 1)]?.(answer, request, index);
}

async function failure(promise: Promise<unknown>): Promise<RpcError> {
  const error = await promise.then(
    () => assert.fail("it was accepted"),
    (thrown: unknown) => thrown,
  );
  assert.ok(error instanceof RpcError, String(error));
  return error;
}

describe("an answer in a schema", () => {
  let vendor: Vendor;
  let second: Vendor;
  let sidecar: SidecarProcess;

  async function start(model: Record<string, unknown> = {}, more: Record<string, unknown> = {}) {
    const dearer = asProvider(second, { id: "bravo" }, { usdPerMillion: { input: 10, output: 20 } });
    await sidecar.initialize({ providers: { custom: [asProvider(vendor, more, model), dearer] } });
  }

  const send = (chatId: string, more: Partial<ParamsOf<"chat/send">> = {}) =>
    sidecar.request("chat/send", ask(chatId, "Who?", { ...OUTPUT, ...more }));

  function typesOf(chatId: string): string[] {
    const events = sidecar.eventsOf(chatId);
    assert.deepEqual(
      events.map(({ seq }) => seq),
      events.map((_, index) => index),
    );
    const types = events.map(({ type }) => type);
    for (const once of ["route", "usage", "end"]) assert.equal(types.filter((type) => type === once).length, 1, once);
    assert.equal(types.at(-1), "end");
    return types;
  }

  beforeEach(async () => {
    vendor = await startVendor(says(JSON.stringify(GOOD)));
    second = await startVendor(says(JSON.stringify({ name: "Bob", age: 1 })));
    sidecar = new SidecarProcess();
  });

  afterEach(async () => {
    await sidecar.stop();
    await Promise.all([vendor.close(), second.close()]);
  });

  it("is given back as a value when it fits the first time; the vendor is sent its own subset of the schema", async () => {
    await start();
    const result = await send("a", { model: "acme/m1" });
    assert.deepEqual(result.output, GOOD);
    assert.equal(result.rounds, 1);
    assert.equal(vendor.requests.length, 1);
    const sent = vendor.requests[0]?.body.response_format.json_schema;
    assert.equal(sent.name, "person");
    assert.equal(sent.strict, true);
    assert.deepEqual(sent.schema.properties, { name: { type: "string" }, age: { type: "integer", minimum: 0 } });
    typesOf("a");
  });

  it("is shown while it grows, each preview a beginning of the whole", async () => {
    const pause = () => new Promise((next) => setTimeout(next, 120));
    vendor.script = async (answer) => {
      for (const piece of ['{"na', 'me":"A', "da", '","age', '":36', "}"]) {
        await answer.text(piece);
        await pause();
      }
      await answer.finish();
    };
    await start();
    assert.deepEqual((await send("p", { model: "acme/m1" })).output, GOOD);
    const previews = sidecar.eventsOf("p").flatMap((event) => (event.type === "partial-object" ? [event.value] : []));
    // When one comes is a matter of the clock; what it says is not.
    assert.deepEqual(previews[0], {});
    assert.ok(previews.length >= 2, `${previews.length} previews`);
    for (const preview of previews as { name?: string; age?: number }[]) {
      assert.ok("Ada".startsWith(preview.name ?? "") && (preview.age === undefined || preview.age === 36), JSON.stringify(preview));
    }
  });

  it("is read out of a Markdown fence", async () => {
    vendor.script = says(`\`\`\`json\n${JSON.stringify(GOOD)}\n\`\`\``);
    await start();
    assert.deepEqual((await send("f", { model: "acme/m1" })).output, GOOD);
  });

  it("is repaired once by the same model with the validator's message; both rounds are paid for", async () => {
    vendor.script = inTurn(
      says('{"name":"Ada","age":"old"}', { input: 100, output: 10 }),
      says(JSON.stringify(GOOD), { input: 200, output: 20 }),
    );
    await start();
    const result = await send("r", { model: "acme/m1" });
    assert.deepEqual(result.output, GOOD);
    assert.equal(result.rounds, 2);
    assert.equal(result.text, JSON.stringify(GOOD));
    const messages = vendor.requests[1]?.body.messages;
    assert.equal(messages.at(-2).content, '{"name":"Ada","age":"old"}');
    assert.match(messages.at(-1).content, /\/age must be integer/);
    assert.equal(result.usage.inputTokens, 300);
    assert.equal(result.usage.outputTokens, 30);
    assert.equal(result.cost.nanoUsd, 300 * 1000 + 30 * 2000);
    assert.equal(result.attempts.length, 2);
    const seam = sidecar.eventsOf("r").find((event) => event.type === "seam");
    assert.ok(seam?.type === "seam" && seam.restarted && seam.from === "acme/m1" && seam.to === "acme/m1");
    typesOf("r");
    const { rows } = await sidecar.request("usage/summary", { by: ["model"] });
    assert.equal(rows[0]?.costNanoUsd, result.cost.nanoUsd);
    assert.equal(rows[0]?.attempts, 2);
  });

  it("comes from the next model when the repair fails too", async () => {
    vendor.script = says("I would rather not say.", { input: 100, output: 10 });
    await start();
    const result = await send("n");
    assert.deepEqual(result.output, { name: "Bob", age: 1 });
    assert.equal(result.model, "bravo/m1");
    assert.equal(result.rounds, 3);
    assert.deepEqual(
      result.attempts.map(({ model }) => model),
      ["acme/m1", "acme/m1", "bravo/m1"],
    );
    const fallback = sidecar.eventsOf("n").find((event) => event.type === "fallback");
    assert.ok(fallback?.type === "fallback" && fallback.kind === "outputInvalid" && fallback.to === "bravo/m1");
    assert.equal(
      result.cost.nanoUsd,
      result.attempts.reduce((sum, { cost }) => sum + (cost.nanoUsd ?? 0), 0),
    );
    typesOf("n");
  });

  it("fails with every attempt when no model's answer fits", async () => {
    for (const one of [vendor, second]) one.script = says("[]");
    await start();
    const error = await failure(send("x"));
    assert.equal(error.kind, "outputInvalid");
    const attempts = error.data?.attempts as { model: string }[];
    assert.deepEqual(
      attempts.map(({ model }) => model),
      ["acme/m1", "acme/m1", "bravo/m1", "bravo/m1"],
    );
    assert.match(error.message, /must be object/);
  });

  it("asks no other model than the one that was chosen", async () => {
    vendor.script = says("{}");
    await start();
    const error = await failure(send("p", { model: "acme/m1" }));
    assert.equal(error.kind, "outputInvalid");
    assert.equal(vendor.requests.length, 2);
    assert.equal(second.requests.length, 0);
  });

  it("goes on with the next model when the repair itself breaks down", async () => {
    vendor.script = inTurn(says("{}"), (answer) => answer.fail(401, { message: "no", code: "invalid_api_key" }));
    await start();
    const result = await send("d");
    assert.equal(result.model, "bravo/m1");
    assert.deepEqual(
      result.attempts.map(({ model, outcome }) => `${model} ${outcome}`),
      ["acme/m1 ok", "acme/m1 failed", "bravo/m1 ok"],
    );
  });

  it("is never accepted when it was cut, though it would fit, and never mended", async () => {
    vendor.script = async (answer) => {
      await answer.text(JSON.stringify(GOOD));
      await answer.finish({ input: 10, output: 5 }, "length");
    };
    await start();
    const next = await send("l");
    assert.equal(next.model, "bravo/m1");
    assert.equal(vendor.requests.length, 1);
    const error = await failure(send("m", { model: "acme/m1" }));
    assert.equal(error.kind, "outputInvalid");
    assert.equal(vendor.requests.length, 2);
  });

  it("comes as a form that is filled in where the model has tools but no schemas of its own", async () => {
    vendor.script = async (answer, request) => {
      const name = request.body.tool_choice.function.name;
      await answer.delta({ tool_calls: [{ index: 0, id: "c1", type: "function", function: { name, arguments: JSON.stringify(GOOD) } }] });
      await answer.finish({ input: 10, output: 5 }, "tool_calls");
    };
    await start({ capabilities: ["tools"] });
    const result = await send("t", { model: "acme/m1" });
    assert.deepEqual(result.output, GOOD);
    assert.equal(result.text, JSON.stringify(GOOD));
    assert.equal(result.stopReason, "end");
    assert.equal(vendor.requests[0]?.body.tools[0].function.name, "person");
    assert.equal(sidecar.textOf("t"), result.text);
    assert.ok(!typesOf("t").includes("tool-call"));
  });

  it("is asked for in words where the model has neither", async () => {
    await start({ capabilities: [] });
    const result = await send("w", { model: "acme/m1" });
    assert.deepEqual(result.output, GOOD);
    const { body } = vendor.requests[0] ?? {};
    assert.equal(body.response_format, undefined);
    assert.equal(body.tools, undefined);
    assert.match(JSON.stringify(body.messages), /minLength/);
  });

  it("leaves the caller's own tools alone", async () => {
    vendor.script = async (answer) => {
      await answer.delta({ tool_calls: [{ index: 0, id: "c1", type: "function", function: { name: "look", arguments: "{}" } }] });
      await answer.finish({ input: 10, output: 5 }, "tool_calls");
    };
    await start();
    const result = await send("o", { model: "acme/m1", tools: [{ name: "look", parameters: { type: "object", properties: {} } }] });
    assert.equal(result.stopReason, "toolUse");
    assert.equal(result.output, undefined);
    assert.equal(vendor.requests.length, 1);
  });

  it("refuses a schema that cannot be checked before anything is sent", async () => {
    await start();
    for (const schema of [{ type: "objekt" }, { $ref: "https://example.com/x.json" }, { $async: true, type: "object" }]) {
      const error = await failure(send("s", { model: "acme/m1", output: { schema } }));
      assert.equal(error.kind, "invalidParams");
      assert.match(error.message, /output\.schema/);
    }
    assert.equal(vendor.requests.length, 0);
  });

  it("takes schemas of draft 7", async () => {
    await start();
    const schema = { $schema: "http://json-schema.org/draft-07/schema#", ...SCHEMA };
    assert.deepEqual((await send("7", { model: "acme/m1", output: { schema } })).output, GOOD);
  });

  it("stops in the middle of a repair and says what was spent", async () => {
    vendor.script = inTurn(says("{}", { input: 100, output: 10 }), async (answer) => {
      await answer.text('{"name"');
    });
    await start();
    const chat = sidecar.start("chat/send", ask("c", "Who?", { ...OUTPUT, model: "acme/m1" }));
    await sidecar.waitFor(() => sidecar.textOf("c").endsWith('{"name"'));
    sidecar.cancel(chat.id);
    const result = (await chat.done) as { stopReason: string; output?: unknown; attempts: unknown[]; cost: { nanoUsd: number } };
    assert.equal(result.stopReason, "cancelled");
    assert.equal(result.output, undefined);
    assert.equal(result.attempts.length, 2);
    assert.ok(result.cost.nanoUsd > 100 * 1000 + 10 * 2000);
    await vendor.requests[1]?.hungUp;
    typesOf("c");
  });

  it("is the only thing that latchkey ask --schema prints, also after a repair", async () => {
    vendor.script = inTurn(says("Here you are: {}"), says(JSON.stringify(GOOD)));
    writeFileSync(join(sidecar.home, "settings.json"), JSON.stringify({ providers: { custom: [asProvider(vendor)] } }));
    writeFileSync(join(sidecar.home, "person.json"), JSON.stringify(SCHEMA));
    const words = ["ask", "Who?", "--model", "acme/m1", "--schema", "person.json"];
    const ran = await latchkey(words, { home: sidecar.home, folder: sidecar.home });
    assert.equal(ran.code, 0, ran.stderr);
    assert.deepEqual(JSON.parse(ran.stdout), GOOD);
    assert.equal(vendor.requests.length, 2);
  });
});
