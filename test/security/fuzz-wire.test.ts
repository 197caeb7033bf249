// Properties of what comes in from clients and vendors: frames, parameters, settings, addresses, streams; rubbish is answered, never obeyed.
import assert from "node:assert/strict";
import { EventEmitter } from "node:events";
import fc from "fast-check";
import { checkAddress } from "../../server/network/wall.ts";
import { isLoopback } from "../../shared/address.ts";
import { proxyFor } from "../../server/network/proxy.ts";
import { dialectNamed } from "../../server/providers/dialects.ts";
import type { ProviderConnection, ProviderEvent } from "../../server/providers/provider.ts";
import { FrameReader } from "../../server/rpc/frame-reader.ts";
import { isFailure } from "../../shared/failure.ts";
import { requests } from "../../shared/protocol.ts";
import { readSettings, SETTINGS } from "../../shared/settings.ts";
import { ANSWER, baseUrlOf, DIALECTS, STREAMS } from "../support/four-dialects.ts";
import { damaged, holds, inPieces } from "../support/property.ts";

const cuts = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 12 });
const anyJson = fc.jsonValue({ maxDepth: 4 });
const rubbish = fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes));

describe("fuzz: frames", () => {
  function read(pieces: readonly Buffer[]) {
    const source = new EventEmitter();
    const messages: unknown[] = [];
    const bad: unknown[] = [];
    const reader = new FrameReader(source, (frame) => bad.push(frame));
    reader.listen((message) => messages.push(message));
    for (const piece of pieces) source.emit("data", piece);
    return { messages, bad };
  }
  const frame = (value: unknown) => {
    const body = Buffer.from(JSON.stringify(value));
    return Buffer.concat([Buffer.from(`Content-Length: ${body.length}\r\n\r\n`), body]);
  };
  const message = fc.record({ jsonrpc: fc.constant("2.0"), id: fc.nat(), method: fc.string(), params: anyJson });

  holds(
    "messages arrive whole and in order however they are cut",
    fc.property(fc.array(message, { minLength: 1, maxLength: 6 }), cuts, (sent, at) => {
      const { messages, bad } = read(inPieces(Buffer.concat(sent.map(frame)), at));
      assert.deepEqual(JSON.parse(JSON.stringify(messages)), JSON.parse(JSON.stringify(sent)));
      assert.deepEqual(bad, []);
    }),
  );

  holds(
    "rubbish never throws, and is answered or waited for",
    fc.property(fc.oneof(rubbish, damaged(message.map(frame))), cuts, (bytes, at) => void read(inPieces(bytes, at))),
  );

  holds(
    "after rubbish without a header the next message is read",
    fc.property(rubbish, message, cuts, (bytes, next, at) => {
      fc.pre(!/content-length/i.test(bytes.toString("latin1")));
      const probe = { ...next, id: -1 };
      const { messages } = read(inPieces(Buffer.concat([bytes, Buffer.from("\r\n\r\n"), frame(probe), frame(probe)]), at));
      assert.ok(messages.length >= 1);
      assert.deepEqual(JSON.parse(JSON.stringify(messages.at(-1))), JSON.parse(JSON.stringify(probe)));
    }),
  );
});

describe("fuzz: parameters and settings", () => {
  for (const [method, { params }] of Object.entries(requests)) {
    holds(
      `parameters of ${method} are accepted or refused, never thrown at`,
      fc.property(fc.anything({ withNullPrototype: true, withObjectString: true, maxDepth: 4 }), (given) => {
        const parsed = params.safeParse(given);
        assert.equal(typeof parsed.success, "boolean");
      }),
    );
  }

  const names = fc.oneof(
    fc.constantFrom(...Object.keys(SETTINGS), "providers.custom", "__proto__", "constructor", "latchkey"),
    fc.string(),
  );
  const tree = fc.letrec((tie) => ({
    node: fc.oneof({ depthSize: "small" }, anyJson, fc.dictionary(names, tie("node"), { maxKeys: 6 })),
  })).node;
  holds(
    "settings are always whole: each value of its schema or its default, each oddity named",
    fc.property(tree, (given) => {
      const { settings, problems } = readSettings(given);
      assert.deepEqual(Object.keys(settings).sort(), Object.keys(SETTINGS).sort());
      for (const [name, { schema }] of Object.entries(SETTINGS))
        assert.ok(schema.safeParse(settings[name as keyof typeof settings]).success, name);
      for (const { name, message } of problems) assert.ok(typeof name === "string" && message !== "");
      assert.equal(({} as { polluted?: unknown }).polluted, undefined);
    }),
  );
});

describe("fuzz: addresses", () => {
  const origin = fc.constantFrom<string[]>(
    "https://api.openai.com",
    "http://127.0.0.1:11434",
    "https://api.openai.com:8443",
    "http://gpu-box",
  );
  const address = fc.oneof(
    fc.webUrl({ withQueryParameters: true }),
    fc
      .tuple(
        fc.constantFrom("https://", "http://", "https:", "//", "ftp://", "HTTPS://"),
        fc.constantFrom("api.openai.com", "127.0.0.1:11434", "evil.example", "2130706433:11434", "localhost"),
        fc.constantFrom(
          "",
          "@evil.example",
          ".evil.example",
          "\\@evil.example",
          "#@evil.example",
          "/..//evil.example",
          "%2eevil.example",
          ":443",
        ),
        fc.string({ maxLength: 8 }),
      )
      .map((parts) => parts.join("")),
  );

  holds(
    "whatever passes the wall is one of the origins, and encrypted, on this machine, or named",
    fc.property(address, fc.array(origin, { maxLength: 3 }), fc.subarray(["gpu-box"]), (text, origins, hosts) => {
      const url = URL.parse(text);
      if (!url) return;
      try {
        checkAddress(url, origins, hosts);
      } catch (error) {
        assert.ok(isFailure(error));
        return;
      }
      assert.ok(origins.includes(url.origin));
      assert.ok(url.protocol === "https:" || isLoopback(url.hostname) || hosts.includes(url.hostname));
    }),
    1000,
  );

  holds(
    "the choice of a proxy never throws",
    fc.property(fc.webUrl(), fc.string(), fc.array(fc.string(), { maxLength: 3 }), fc.string(), (url, proxy, noProxy, exceptions) => {
      proxyFor(new URL(url), { proxy, noProxy, environment: { NO_PROXY: exceptions } });
    }),
  );
});

const oddValue = fc.oneof(
  fc.constantFrom<unknown>(null, "", 0, -1, 1e308, 1e-7, [], {}, [null], "__proto__", true),
  fc.jsonValue({ maxDepth: 3 }),
);

/** The event with one field, at any depth, replaced. */
function withField(event: string, field: number, value: unknown): string {
  const at = event.indexOf("data: ") + 6;
  let body: unknown;
  try {
    body = JSON.parse(event.slice(at));
  } catch {
    return event;
  }
  const places: [Record<string, unknown>, string][] = [];
  const collect = (node: unknown): void => {
    if (typeof node !== "object" || node === null) return;
    for (const name of Object.keys(node)) {
      const inside = node as Record<string, unknown>;
      places.push([inside, name]);
      collect(inside[name]);
    }
  };
  collect(body);
  const place = places[field % places.length];
  if (place) place[0][place[1]] = value;
  return `${event.slice(0, at)}${JSON.stringify(body)}\n\n`;
}

function streamOf(pieces: readonly Buffer[]): ReadableStream<Uint8Array> {
  return new ReadableStream({
    start(controller) {
      for (const piece of pieces) controller.enqueue(new Uint8Array(piece));
      controller.close();
    },
  });
}

describe("fuzz: streams", () => {
  /** Everything a dialect makes of these pieces, or the Failure it throws; anything else it throws is a bug. */
  async function heard(name: (typeof DIALECTS)[number], pieces: readonly Buffer[]) {
    const respond = async () => new Response(streamOf(pieces), { status: 200, headers: { "content-type": "text/event-stream" } });
    const connection: ProviderConnection = {
      provider: "fuzz",
      baseUrl: baseUrlOf(name, "http://127.0.0.1:9"),
      secret: { reveal: () => "fuzz-key-0123456789" },
      fetch: respond as typeof fetch,
      headers: {},
      quirks: {},
    };
    const events: ProviderEvent[] = [];
    try {
      const messages = [{ role: "user" as const, parts: [{ type: "text" as const, text: "x" }] }];
      for await (const event of dialectNamed(name).stream(
        { model: "m1", messages, capabilities: [] },
        connection,
        new AbortController().signal,
      ))
        events.push(event);
      return { events, failure: null };
    } catch (error) {
      assert.ok(isFailure(error), `not a Failure: ${String(error)}`);
      return { events, failure: error };
    }
  }
  const textOf = (events: readonly ProviderEvent[]) => events.map((event) => (event.type === "text" ? event.text : "")).join("");
  const ended = (events: readonly ProviderEvent[]) => events.filter((event) => event.type === "end").length;

  for (const dialect of DIALECTS) {
    const whole = Buffer.from(STREAMS[dialect].join(""));

    holds(
      `${dialect}: the same answer however its bytes are cut`,
      fc.asyncProperty(cuts, async (at) => {
        const { events, failure } = await heard(dialect, inPieces(whole, at));
        assert.equal(failure, null);
        assert.equal(textOf(events), ANSWER);
        assert.equal(ended(events), 1);
      }),
    );

    holds(
      `${dialect}: a damaged stream ends once or fails as a Failure, and usage is never negative`,
      fc.asyncProperty(damaged(fc.constant(whole)), cuts, async (bytes, at) => {
        const { events, failure } = await heard(dialect, inPieces(bytes, at));
        assert.equal(ended(events) + (failure ? 1 : 0), 1, "neither an end nor a failure, or both");
        for (const event of events) {
          if (event.type !== "usage") continue;
          const counts = Object.values(event.usage).filter((value) => typeof value === "number");
          assert.ok(
            counts.every((count) => count >= 0 && Number.isSafeInteger(count)),
            JSON.stringify(event.usage),
          );
        }
      }),
    );

    holds(
      `${dialect}: a field that is not what the vendor's documents say ends the answer or fails it, nothing else`,
      fc.asyncProperty(fc.nat(), fc.nat(), oddValue, async (event, field, value) => {
        const events = STREAMS[dialect].map((text, index) =>
          index === event % STREAMS[dialect].length ? withField(text, field, value) : text,
        );
        const { events: seen, failure } = await heard(dialect, [Buffer.from(events.join(""))]);
        assert.equal(ended(seen) + (failure ? 1 : 0), 1);
        assert.ok(failure?.kind !== "internal");
        for (const one of seen) if (one.type === "text" || one.type === "reasoning") assert.equal(typeof one.text, "string");
      }),
    );

    holds(
      `${dialect}: strange events in the middle do no harm`,
      fc.asyncProperty(fc.array(anyJson, { maxLength: 4 }), fc.nat(STREAMS[dialect].length), async (values, at) => {
        const strange = values.map((value) => `data: ${JSON.stringify(value)}\n\n`);
        const bytes = Buffer.from([...STREAMS[dialect].slice(0, at), ...strange, ...STREAMS[dialect].slice(at)].join(""));
        const { events, failure } = await heard(dialect, [bytes]);
        assert.equal(ended(events) + (failure ? 1 : 0), 1);
      }),
    );
  }
});
