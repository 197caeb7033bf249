// The built sidecar under rubbish: every method with parameters near valid ones, settings, raw bytes; each call gets its answer, none is a bug.
import assert from "node:assert/strict";
import fc from "fast-check";
import { FAILURES } from "../../shared/failure.ts";
import type { requests } from "../../shared/protocol.ts";
import { damaged, holds, RUNS } from "../support/property.ts";
import { type RpcError, SidecarProcess } from "../support/sidecar.ts";

const messages = [
  { role: "system", parts: [{ type: "text", text: "s" }] },
  {
    role: "user",
    parts: [
      { type: "text", text: "u" },
      { type: "image", mediaType: "image/png", data: "iVBORw0KGgo=" },
    ],
  },
  { role: "assistant", parts: [{ type: "toolCall", id: "1", name: "f", arguments: { a: 1 } }] },
  { role: "tool", parts: [{ type: "toolResult", id: "1", parts: [{ type: "text", text: "r" }] }] },
];
const chat = {
  ...{ messages, model: "auto", policy: "cheap", maxOutputTokens: 10, temperature: 1, reasoning: "low", maxCostUsd: 1, workspace: "w" },
  ...{
    tools: [{ name: "f", description: "d", parameters: { type: "object", properties: { a: { type: "number" } } } }],
    toolChoice: "auto",
  },
  ...{
    output: { name: "o", schema: { type: "object" } },
    conversationId: "c",
    taskType: "code",
    onBreak: "offer",
    editor: { languageId: "ts" },
  },
};
/** A whole and valid call of each method; what is sent is near it. */
const VALID: Readonly<Record<keyof typeof requests, unknown>> = {
  "chat/send": { chatId: "x", ...chat },
  "chat/estimate": chat,
  "route/preview": chat,
  "image/describe": { image: { type: "image", data: "iVBORw0KGgo=" }, purpose: "ui", question: "q", model: "demo/answer", maxCostUsd: 0 },
  "image/correct": {
    id: "0".repeat(64),
    description: {
      summary: "s",
      altText: "a",
      texts: [{ text: "t", box: { x: 0, y: 0, width: 1, height: 1 } }],
      regions: [],
      objects: [],
      elements: [],
    },
  },
  "model/list": { provider: "demo", capability: "tools", all: true },
  "model/refresh": {},
  "provider/list": {},
  "provider/probe": { provider: "demo", model: "echo", maxCostUsd: 0.01, workspace: "w" },
  "key/list": {},
  "key/set": { provider: "openai", secret: "sk-0123456789", name: "n", persist: false },
  "key/delete": { provider: "openai", name: "n" },
  "key/test": { provider: "demo" },
  "budget/get": {},
  "budget/set": { budgets: [{ scope: "all", period: "day", limitUsd: 1, kind: "soft" }] },
  "budget/status": {},
  "conversation/list": { workspace: "w", text: "t", limit: 5 },
  "conversation/get": { id: "c" },
  "conversation/save": { id: "c", from: 0, revision: 1, entries: [{ at: "2026-01-01", message: messages[0], view: {} }], title: "t" },
  "conversation/fork": { id: "c", entries: 1, title: "t" },
  "conversation/delete": { id: "c" },
  "conversation/export": { id: "c", format: "markdown" },
  "usage/summary": { by: ["day", "model"], from: "2026-01-01", to: "2026-12-31" },
  "usage/export": { format: "csv", from: "2026-01-01" },
};
/** Methods that would go out to the network with the machine's real providers. */
const NOT_SENT_VALID = new Set<string>(["model/refresh"]);
/** Each whole call is a handful of answers of the demo, which speaks as slowly as a person reads: two seconds. */
const SLOW = new Set<string>(["provider/probe"]);

const odd = fc.oneof(
  fc.constantFrom<unknown>(null, "", -1, 0, 1e308, [], {}, [null], "__proto__", "\0", "../../x", true, "demo", "x".repeat(100_000)),
  fc.jsonValue({ maxDepth: 3 }),
);

/** The valid call with up to three fields, at any depth, replaced or removed. */
const near = (valid: unknown) =>
  fc.array(fc.tuple(fc.nat(), fc.boolean(), odd), { maxLength: 3 }).map((wounds) => {
    const copy = { root: structuredClone(valid) };
    for (const [field, remove, value] of wounds) {
      const places = placesIn(copy);
      const place = places[field % places.length];
      if (place && remove) delete place[0][place[1]];
      else if (place) place[0][place[1]] = structuredClone(value);
    }
    return copy.root;
  });

function placesIn(node: unknown): [Record<string, unknown>, string][] {
  if (typeof node !== "object" || node === null) return [];
  const inside = node as Record<string, unknown>;
  return Object.keys(node).flatMap((name) => [[inside, name] as [Record<string, unknown>, string], ...placesIn(inside[name])]);
}

describe("fuzz: the running sidecar", () => {
  let sidecar: SidecarProcess;
  const kinds = new Map<string, number>();

  before(async () => {
    // A proxy that nobody answers: nothing of this reaches a vendor.
    sidecar = new SidecarProcess({ environment: { HTTPS_PROXY: "http://127.0.0.1:9" } });
    await sidecar.initialize();
  });
  after(async () => {
    console.log(`      answers: ${[...kinds].map(([kind, count]) => `${count} ${kind}`).join(", ")}`);
    assert.doesNotMatch(sidecar.stderr, /unexpected error/);
    await sidecar.stop();
  });

  async function answer(method: string, params: unknown): Promise<void> {
    const kind = await sidecar.raw(method, params).then(
      () => "results",
      (error: RpcError) => error.kind ?? `code ${error.code}`,
    );
    kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
    assert.ok(
      kind === "results" || (kind in FAILURES && kind !== "internal"),
      `${method} answered ${kind} to ${JSON.stringify(params)?.slice(0, 500)}`,
    );
  }

  for (const [method, valid] of Object.entries(VALID)) {
    const params = NOT_SENT_VALID.has(method) ? fc.constantFrom<unknown>(5, "x", []) : near(valid);
    holds(
      `${method} answers every call with a result or a failure of the table`,
      fc.asyncProperty(params, (given) => answer(method, given)),
      Math.ceil(RUNS / (SLOW.has(method) ? 20 : 4)),
    );
  }

  holds(
    "settings that change at any time do no harm",
    fc.asyncProperty(
      near({
        policy: "best",
        providers: {
          openai: { baseUrl: "https://x.example", headers: { a: "b" } },
          custom: [{ id: "c", baseUrl: "http://127.0.0.1:9", models: [{ id: "m" }] }],
        },
        budgets: [{ scope: "all", limitUsd: 1 }],
        keys: { command: { openai: ["false"] } },
        network: { proxy: "http://127.0.0.1:9", caFile: "/nowhere" },
      }),
      async (settings) => {
        sidecar.notify("workspace/didChangeConfiguration", { settings: { ...(settings as object), local: { discover: false } } });
        await answer("provider/list", {});
        await answer("route/preview", chat);
        await answer("key/list", {});
        sidecar.notify("workspace/didChangeConfiguration", { settings: { local: { discover: false } } });
      },
    ),
    Math.ceil(RUNS / 4),
  );

  const body = Buffer.from(JSON.stringify({ jsonrpc: "2.0", id: "raw", method: "key/list", params: {} }));
  holds(
    "rubbish on the wire is survived: the next call is answered",
    fc.asyncProperty(damaged(fc.constant(Buffer.concat([Buffer.from(`Content-Length: ${body.length}\r\n\r\n`), body]))), async (bytes) => {
      // A length that asks for more than comes would rightly wait for it.
      fc.pre(!/content-length: *(?!74\r)\d{3,}/i.test(bytes.toString("latin1")));
      sidecar.child.stdin?.write(bytes);
      sidecar.child.stdin?.write(Buffer.concat([Buffer.alloc(body.length + 200, "\n"), Buffer.from("\r\n\r\n")]));
      await answer("key/list", {});
    }),
    Math.ceil(RUNS / 4),
  );
});
