// An answer that is asked for as a form to fill in, in every dialect by its own SDK: shown while it grows, never half accepted.
import assert from "node:assert/strict";
import type { ServerResponse } from "node:http";
import type { Dialect } from "../../shared/custom.ts";
import { baseUrlOf, DIALECTS, providerOf } from "../support/four-dialects.ts";
import { httpServer, type Listening } from "../support/servers.ts";
import { ask, SidecarProcess } from "../support/sidecar.ts";

const SCHEMA = {
  type: "object",
  properties: { name: { type: "string" }, age: { type: "integer" } },
  required: ["name", "age"],
  additionalProperties: false,
};
const GOOD = { name: "Ada", age: 36 };
const PIECES = ['{"na', 'me":"A', "da", '","age', '":36', "}"];

const data = (value: object) => `${"type" in value ? `event: ${value.type}\n` : ""}data: ${JSON.stringify(value)}\n\n`;
const chunk = (delta: object, finish: string | null = null) => data({ id: "c", choices: [{ index: 0, delta, finish_reason: finish }] });

interface Wire {
  readonly head: readonly string[];
  /** Null where the vendor sends arguments only whole. */
  readonly piece: ((text: string) => string) | null;
  readonly tail: readonly string[];
}

const CALL = { type: "function_call", id: "fc_1", call_id: "call_1", name: "person" };
const WIRES: Readonly<Record<Dialect, Wire>> = {
  "openai-chat": {
    head: [chunk({ tool_calls: [{ index: 0, id: "call_1", type: "function", function: { name: "person", arguments: "" } }] })],
    piece: (text) => chunk({ tool_calls: [{ index: 0, function: { arguments: text } }] }),
    tail: [chunk({}, "tool_calls"), "data: [DONE]\n\n"],
  },
  "openai-responses": {
    head: [
      data({ type: "response.created", response: { id: "r" } }),
      data({ type: "response.output_item.added", output_index: 0, item: { ...CALL, arguments: "" } }),
    ],
    piece: (delta) => data({ type: "response.function_call_arguments.delta", item_id: "fc_1", output_index: 0, delta }),
    tail: [
      data({ type: "response.output_item.done", output_index: 0, item: { ...CALL, arguments: PIECES.join("") } }),
      data({ type: "response.completed", response: { id: "r", status: "completed", output: [] } }),
    ],
  },
  anthropic: {
    head: [
      data({ type: "message_start", message: { id: "m", usage: { input_tokens: 1, output_tokens: 1 } } }),
      data({ type: "content_block_start", index: 0, content_block: { type: "tool_use", id: "toolu_1", name: "person", input: {} } }),
    ],
    piece: (partial_json) => data({ type: "content_block_delta", index: 0, delta: { type: "input_json_delta", partial_json } }),
    tail: [
      data({ type: "content_block_stop", index: 0 }),
      data({ type: "message_delta", delta: { stop_reason: "tool_use" }, usage: { output_tokens: 9 } }),
      data({ type: "message_stop" }),
    ],
  },
  google: {
    head: [],
    piece: null,
    tail: [data({ candidates: [{ content: { parts: [{ functionCall: { name: "person", args: GOOD } }] }, finishReason: "STOP" }] })],
  },
};

/** Longer than what lies between two previews at the least. */
const pause = () => new Promise((next) => setTimeout(next, 120));

async function answer(response: ServerResponse, { head, piece, tail }: Wire, isCut: boolean): Promise<void> {
  response.writeHead(200, { "content-type": "text/event-stream" });
  response.write(head.join(""));
  const pieces = piece === null ? [] : PIECES.slice(0, isCut ? 3 : undefined);
  for (const text of pieces) {
    response.write(piece?.(text) ?? "");
    await pause();
  }
  if (isCut) response.socket?.destroy();
  else response.end(tail.join(""));
}

for (const dialect of DIALECTS) {
  describe(`a form to fill in, of ${dialect}`, () => {
    let vendor: Listening;
    let sidecar: SidecarProcess;
    let cuts = 0;
    const bodies: string[] = [];

    const provider = (id: string, usd: number) => ({
      ...providerOf(dialect, baseUrlOf(dialect, vendor.origin), id),
      needsKey: false,
      models: [
        {
          id: "m1",
          contextWindowTokens: 32_000,
          maxOutputTokens: 1000,
          usdPerMillion: { input: usd, output: usd },
          capabilities: ["tools"],
        },
      ],
    });

    beforeEach(async () => {
      [cuts, bodies.length] = [0, 0];
      vendor = await httpServer(async (request, response) => {
        let body = "";
        for await (const piece of request) body += piece;
        bodies.push(body);
        cuts -= 1;
        await answer(response, WIRES[dialect], cuts >= 0);
      });
      sidecar = new SidecarProcess();
      await sidecar.initialize({ providers: { custom: [provider("acme", 1), provider("bravo", 10)] } });
    });
    afterEach(async () => {
      await sidecar.stop();
      await vendor.close();
    });

    const previews = () => sidecar.eventsOf("f").flatMap((event) => (event.type === "partial-object" ? [event.value] : []));
    const send = (model: string) => sidecar.request("chat/send", ask("f", "Who?", { model, output: { name: "person", schema: SCHEMA } }));

    it("is shown while it grows, each preview a beginning of the whole, and comes as text once", async () => {
      const result = await send("acme/m1");
      assert.deepEqual([result.output, result.rounds, result.stopReason], [GOOD, 1, "end"]);
      assert.ok(bodies[0]?.includes('"person"'));
      const seen = previews() as { name?: string; age?: number }[];
      assert.ok(seen.length >= (WIRES[dialect].piece === null ? 1 : 3), `${seen.length} previews`);
      for (const [at, { name = "", age }] of seen.entries()) {
        assert.ok("Ada".startsWith(name) && (age === undefined || age === 36), JSON.stringify(seen));
        assert.ok(name.length >= (seen[at - 1]?.name?.length ?? 0), JSON.stringify(seen));
      }
      assert.equal(sidecar.textOf("f"), result.text);
      const types = sidecar.eventsOf("f").map(({ type }) => type);
      assert.ok(!types.includes("tool-call"));
      assert.ok(types.indexOf("start") < types.indexOf("partial-object"));
    });

    it("that breaks off is no answer: the next model is asked, and the previews begin anew", async () => {
      cuts = 1;
      const result = await send("auto");
      assert.deepEqual([result.output, result.model], [GOOD, "bravo/m1"]);
      assert.deepEqual(
        result.attempts.map(({ outcome }) => outcome),
        [WIRES[dialect].piece === null ? "failed" : "broken", "ok"],
      );
      assert.equal(sidecar.textOf("f"), result.text);
      for (const { name = "" } of previews() as { name?: string }[]) assert.ok("Ada".startsWith(name), name);
    });
  });
}
