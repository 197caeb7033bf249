// Every fault by name: what the provider does, and, written down apart from the product's own tables, what must follow.
import { gzipSync } from "node:zlib";
import type { FailureKind } from "../../shared/failure.ts";
import type { Stage } from "./stage.ts";

export interface Fault {
  readonly name: string;
  /** null: the answer is complete in spite of it. */
  readonly kind: FailureKind | null;
  /** It comes after something of the answer was shown. */
  readonly midway: boolean;
  /** Whether the same model may be asked again, and another one. */
  readonly retry: boolean;
  readonly next: boolean;
  /** Everything that was written arrives, so all of it must be shown; a reset may take bytes along. */
  readonly lossless: boolean;
  act(stage: Stage): Promise<void>;
}

type Follow = Partial<Omit<Fault, "name" | "act">>;

function fault(name: string, follow: Follow, act: Fault["act"]): Fault {
  return { name, kind: null, midway: false, retry: false, next: true, lossless: true, ...follow, act };
}

/** A refusal with a status: the vendor has not taken the request, so asking again can do no harm. */
function refusal(status: number, kind: FailureKind, follow: Follow = {}, headers: () => Record<string, string> = () => ({})): Fault {
  const name = `${status}${Object.keys(headers()).map((header) => ` ${header}`)}`;
  return fault(name, { kind, ...follow }, async (stage) => {
    stage.head(status, { "content-type": "application/json", ...headers() });
    await stage.send(stage.wire.refusal(status));
    stage.end();
  });
}

const AGAIN: Follow = { retry: true };
const UNAVAILABLE: Follow = { kind: "providerUnavailable" };

const REFUSALS: readonly Fault[] = [
  refusal(401, "keyRejected"),
  refusal(402, "creditExhausted"),
  refusal(403, "keyRejected"),
  refusal(404, "modelNotFound"),
  refusal(408, "providerUnavailable", AGAIN),
  refusal(409, "providerUnavailable", AGAIN),
  refusal(413, "contextOverflow", { next: false }),
  refusal(429, "rateLimited", AGAIN),
  { ...refusal(429, "rateLimited", AGAIN, () => ({ "retry-after": "1" })), name: "429 for a second" },
  {
    ...refusal(429, "rateLimited", AGAIN, () => ({ "retry-after": new Date(Date.now() + 2_000).toUTCString() })),
    name: "429 until a date",
  },
  { ...refusal(429, "rateLimited", {}, () => ({ "retry-after": "3600" })), name: "429 for an hour" },
  { ...refusal(429, "rateLimited", {}, () => ({ "retry-after": "99999999" })), name: "429 for three years" },
  {
    ...refusal(429, "rateLimited", AGAIN, () => ({ "retry-after": new Date(Date.now() - 60_000).toUTCString() })),
    name: "429 until a date gone by",
  },
  refusal(500, "providerUnavailable", AGAIN),
  refusal(502, "providerUnavailable", AGAIN),
  refusal(503, "providerUnavailable", AGAIN),
  refusal(529, "providerUnavailable", AGAIN),
];

const PAGE = "<!DOCTYPE html><html><head><title>Bad gateway</title></head><body><h1>502</h1></body></html>";

const BEFORE: readonly Fault[] = [
  fault("502 as a web page", { ...UNAVAILABLE, ...AGAIN }, async (stage) => {
    stage.head(502, { "content-type": "text/html" });
    await stage.send(PAGE);
    stage.end();
  }),
  fault("200 as a web page", UNAVAILABLE, async (stage) => {
    stage.head(200, { "content-type": "text/html" });
    await stage.send(PAGE);
    stage.end();
  }),
  fault("200 with an error body", UNAVAILABLE, async (stage) => {
    stage.head(200, { "content-type": "application/json" });
    await stage.send(stage.wire.errorBody());
    stage.end();
  }),
  fault("200 with nothing", UNAVAILABLE, async (stage) => {
    stage.head();
    stage.end();
  }),
  fault("reset before the head", UNAVAILABLE, async (stage) => stage.reset()),
  fault("reset after the head", UNAVAILABLE, async (stage) => {
    stage.head();
    await stage.sleep(5);
    stage.reset();
  }),
  fault("end before content", UNAVAILABLE, async (stage) => {
    stage.head();
    await stage.playTo(0);
    stage.end();
  }),
  fault("error event before content", UNAVAILABLE, async (stage) => {
    stage.head();
    await stage.playTo(0);
    await stage.send(stage.writing.error());
    stage.end();
  }),
  fault("gzip that is none", UNAVAILABLE, async (stage) => {
    stage.head(200, { "content-encoding": "gzip" });
    await stage.send("this is no gzip at all, whatever the header says");
    stage.end();
  }),
  fault("no head", { kind: "stalled" }, (stage) => stage.forEver()),
  fault("no first token", { kind: "stalled" }, async (stage) => {
    stage.head();
    await stage.playTo(0);
    await stage.forEver();
  }),
  fault("nothing but pings", { kind: "stalled" }, async (stage) => {
    stage.head();
    await stage.playTo(0);
    for (;;) {
      await stage.send(stage.writing.ping());
      await stage.sleep(40);
    }
  }),
  fault("a byte a second", { kind: "stalled" }, async (stage) => {
    stage.head();
    for (const byte of Buffer.from(stage.frames().join(""))) {
      await stage.send(Uint8Array.of(byte));
      await stage.sleep(1_000);
    }
  }),
];

const MIDWAY: readonly Fault[] = [
  fault("reset in the middle", { ...UNAVAILABLE, midway: true, lossless: false }, async (stage) => {
    stage.head();
    await stage.playTo(share(stage));
    await stage.sleep(20);
    stage.reset();
  }),
  fault("cut inside an event", { ...UNAVAILABLE, midway: true }, async (stage) => {
    stage.head();
    await stage.playTo(share(stage));
    const frame = stage.writing.text("this is cut and must not be shown");
    await stage.send(frame.slice(0, Math.floor(frame.length / 2)));
    stage.end();
  }),
  fault("end without an end", { ...UNAVAILABLE, midway: true }, async (stage) => {
    stage.head();
    await stage.playTo(share(stage));
    stage.end();
  }),
  fault("error event in the middle", { ...UNAVAILABLE, midway: true }, async (stage) => {
    stage.head();
    await stage.playTo(share(stage));
    await stage.send(stage.writing.error());
    stage.end();
  }),
  fault("stall in the middle", { kind: "stalled", midway: true }, async (stage) => {
    stage.head();
    await stage.playTo(share(stage));
    await stage.forEver();
  }),
  fault("gzip that breaks off", { ...UNAVAILABLE, midway: true, lossless: false }, async (stage) => {
    const begun = gzipSync(stage.frames().join(""));
    stage.head(200, { "content-encoding": "gzip" });
    await stage.send(begun.subarray(0, Math.floor(begun.length * 0.7)));
    await stage.sleep(20);
    stage.reset();
  }),
];

const HARMLESS: readonly Fault[] = [
  fault("none", {}, async (stage) => {
    stage.head();
    await stage.playTo(1);
    await stage.playEnd();
  }),
  fault("every byte on its own", {}, async (stage) => {
    stage.head();
    for (const byte of Buffer.from(stage.frames().join(""))) await stage.send(Uint8Array.of(byte));
    stage.end();
  }),
  fault("all in one chunk", {}, async (stage) => {
    stage.head();
    await stage.send(stage.frames().join(""));
    stage.end();
  }),
  fault("carriage returns and comments", {}, async (stage) => {
    stage.head();
    for (const frame of stage.frames()) await stage.send(`: a comment\r\n\r\n${frame.replaceAll("\n", "\r\n")}`);
    stage.end();
  }),
  fault("every frame but the text twice", {}, async (stage) => {
    stage.head();
    for (const frame of stage.writing.begin()) await stage.send(frame + frame);
    for (const piece of stage.pieces([...stage.score.text])) await stage.sendText(piece);
    if (stage.score.call) for (const frame of stage.writing.call(stage.score.call, 3)) await stage.send(frame);
    for (const frame of stage.writing.end(stage.score.counts)) {
      await stage.send(frame);
      await stage.send(frame);
    }
    stage.end();
  }),
  fault("a wrong content type", {}, async (stage) => {
    stage.head(200, { "content-type": stage.chance.pick(["text/plain", "application/json", "application/octet-stream"]) });
    await stage.playTo(1);
    await stage.playEnd();
  }),
  fault("proper gzip", {}, async (stage) => {
    const packed = gzipSync(stage.frames().join(""));
    stage.head(200, { "content-encoding": "gzip" });
    for (let at = 0; at < packed.length; at += 50) await stage.send(packed.subarray(at, at + 50));
    stage.end();
  }),
  fault("a late head", {}, async (stage) => {
    await stage.sleep(300);
    stage.head();
    await stage.playTo(1);
    await stage.playEnd();
  }),
  fault("pings between tokens", {}, async (stage) => {
    stage.head();
    for (const frame of stage.writing.begin()) await stage.send(frame);
    for (const piece of stage.pieces([...stage.score.text])) {
      await stage.sendText(piece);
      await stage.send(stage.writing.ping());
    }
    await stage.playEnd();
  }),
  fault("one document instead of a stream", {}, async (stage) => {
    const whole = stage.score.call ? null : stage.wire.whole(stage.score.text, stage.score.counts);
    stage.head(200, whole === null ? {} : { "content-type": "application/json" });
    stage.sent = stage.score.text;
    await stage.send(whole ?? stage.frames().join(""));
    stage.end();
  }),
];

/** Some of the answer, never none and never all. */
function share(stage: Stage): number {
  return 0.2 + stage.chance.next() * 0.6;
}

/** Slow enough to be stopped in the middle. */
export const SLOW: Fault = fault("a slow answer", {}, async (stage) => {
  stage.head();
  await stage.playTo(0);
  for (const piece of stage.pieces([...stage.score.text])) {
    await stage.sendText(piece);
    await stage.sleep(10);
  }
  await stage.playEnd();
});

/** As fast as a model speaks. */
export const STEADY: Fault = fault("a steady answer", {}, async (stage) => {
  stage.head();
  await stage.playTo(0);
  for (const piece of stage.pieces([...stage.score.text])) {
    await stage.sendText(piece);
    await stage.sleep(15 + stage.chance.below(20));
  }
  await stage.playEnd();
});

/** Text without end; the client must cut it where its reservation ends. */
export const ENDLESS: Fault = fault("an endless answer", {}, async (stage) => {
  stage.head();
  await stage.playTo(1);
  for (;;) await stage.sendText(" and on");
});

export const FAULTS: readonly Fault[] = [...REFUSALS, ...BEFORE, ...MIDWAY, ...HARMLESS];
export const HEALTHY: Fault = FAULTS.find(({ name }) => name === "none") as Fault;
