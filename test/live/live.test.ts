// `npm run test:live`: real providers on real keys, each request under a cent; says which keys it found and runs nothing without one.
import assert from "node:assert/strict";
import { deflateSync } from "node:zlib";
import type { ParamsOf, ResultOf } from "../../shared/protocol.ts";
import { usualCost } from "../../server/catalog/compare.ts";
import { PROVIDER_ROWS } from "../../server/providers/registry.ts";
import { ask, SidecarProcess } from "../support/sidecar.ts";

const MOST_USD = 0.01;
/** Enough for a short answer of a model that thinks first, little enough for the cent. */
const MOST_OUTPUT_TOKENS = 2000;

const keyed = PROVIDER_ROWS.filter((row) => !row.local).flatMap(({ id, environment }) => {
  const variable = environment.find((name) => process.env[name]);
  return variable ? [{ id, variable, key: process.env[variable] ?? "" }] : [];
});

/** A square of one colour: chunks of a PNG, its checksums computed. */
function redSquare(size: number): string {
  const row = Buffer.concat([Buffer.from([0]), Buffer.alloc(size * 3, Buffer.from([220, 20, 20]))]);
  const header = Buffer.alloc(13);
  header.writeUInt32BE(size, 0);
  header.writeUInt32BE(size, 4);
  header.set([8, 2, 0, 0, 0], 8);
  const chunk = (type: string, data: Buffer) => {
    const body = Buffer.concat([Buffer.from(type), data]);
    const sum = Buffer.alloc(4);
    sum.writeUInt32BE(checksum(body));
    const length = Buffer.alloc(4);
    length.writeUInt32BE(data.length);
    return Buffer.concat([length, body, sum]);
  };
  const pixels = deflateSync(Buffer.concat(Array.from({ length: size }, () => row)));
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  return Buffer.concat([signature, chunk("IHDR", header), chunk("IDAT", pixels), chunk("IEND", Buffer.alloc(0))]).toString("base64");
}

function checksum(bytes: Uint8Array): number {
  let sum = 0xffffffff;
  for (const byte of bytes) {
    sum ^= byte;
    for (let bit = 0; bit < 8; bit++) sum = sum & 1 ? (sum >>> 1) ^ 0xedb88320 : sum >>> 1;
  }
  return (sum ^ 0xffffffff) >>> 0;
}

type Model = ResultOf<"model/list">["models"][number];
type Wanted = "text" | "structured" | "vision";

/** The cheapest priced model of this provider that can do it and is still listed. */
function cheapestThat(models: readonly Model[], wanted: Wanted): Model | undefined {
  const able = models.filter(({ capabilities: can, status }) => {
    if (status !== "active") return false;
    return wanted === "text" || (wanted === "vision" ? can.includes("vision") : can.includes("structured") || can.includes("tools"));
  });
  return able.filter((model) => model.price).sort((left, right) => (usualCost(left) ?? 0) - (usualCost(right) ?? 0))[0];
}

describe("live providers", function () {
  this.timeout(180_000);
  if (keyed.length === 0) {
    it("finds no provider's key in the environment, so nothing is sent", () =>
      console.log("      no provider's key is in the environment: nothing was run"));
  }

  for (const { id, variable, key } of keyed) {
    describe(`${id} (${variable})`, () => {
      let sidecar: SidecarProcess;
      let models: readonly Model[];
      before(async () => {
        sidecar = new SidecarProcess({ environment: { [variable]: key } });
        await sidecar.initialize(JSON.parse(process.env.LATCHKEY_LIVE_SETTINGS ?? "{}"));
        ({ models } = await sidecar.request("model/list", { provider: id }));
      });
      after(() => sidecar.stop());

      async function send(wanted: Wanted, request: Omit<ParamsOf<"chat/send">, "chatId">) {
        const model = cheapestThat(models, wanted);
        if (!model) return console.log(`      ${id} has no priced model for ${wanted}`);
        const limits = { model: model.id, maxCostUsd: MOST_USD, maxOutputTokens: MOST_OUTPUT_TOKENS };
        const result = await sidecar.request("chat/send", { ...limits, ...request, chatId: wanted });
        const cost = result.cost.nanoUsd ?? Number.NaN;
        console.log(
          `      ${model.id}: ${result.usage.outputTokens} tokens out, $${cost / 1e9}, ${result.attempts[0]?.firstTokenMs} ms to the first`,
        );
        assert.ok(cost <= MOST_USD * 1e9, `${cost}`);
        assert.equal(result.usage.provenance, "reported");
        return result;
      }

      it("streams a chat and reports its usage", async () => {
        const result = await send("text", ask("live", "Answer with the one word: pong"));
        if (!result) return;
        assert.match(result.text, /pong/i);
        assert.equal(sidecar.textOf("text"), result.text);
      });

      it("answers in a schema", async () => {
        const schema = { type: "object", properties: { sum: { type: "integer" } }, required: ["sum"], additionalProperties: false };
        const result = await send("structured", { ...ask("live", "What is 19 + 23?"), output: { name: "sum", schema } });
        if (result) assert.deepEqual(result.output, { sum: 42 });
      });

      it("sees a picture", async () => {
        const parts = [
          { type: "text" as const, text: "Which colour is this square? One word." },
          { type: "image" as const, mediaType: "image/png", data: redSquare(64) },
        ];
        const result = await send("vision", { messages: [{ role: "user", parts }] });
        if (result) assert.match(result.text, /red|crimson|scarlet/i);
      });
    });
  }
});
