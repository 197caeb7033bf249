// The log: JSON lines at the level that holds now; what names a credential is taken out, and nothing that is odd loses a line.
import assert from "node:assert/strict";
import { createLog, type LogLevel } from "../../server/log.ts";
import { Failure } from "../../shared/failure.ts";

describe("the log", () => {
  let lines: string[];
  let level: LogLevel;
  const log = () =>
    createLog(
      (line) => void lines.push(line),
      () => level,
      () => new Date("2026-11-28T01:02:03Z"),
      (line) => line.replaceAll("sk-canary", "[redacted]"),
    );
  const last = (): Record<string, unknown> => JSON.parse(lines.at(-1) ?? "{}");

  beforeEach(() => {
    lines = [];
    level = "debug";
  });

  it("writes one line of JSON an event, with its time and level", () => {
    log().info("started", { port: 7 });
    assert.deepEqual(lines, ['{"time":"2026-11-28T01:02:03.000Z","level":"info","message":"started","port":7}\n']);
  });

  it("follows the level as it changes", () => {
    const one = log();
    const all = () => {
      for (const name of ["error", "warn", "info", "debug"] as const) one[name](name);
    };
    level = "warn";
    all();
    level = "error";
    all();
    assert.deepEqual(
      lines.map((line) => JSON.parse(line).level),
      ["error", "warn", "error"],
    );
  });

  for (const name of ["authorization", "Cookie", "x-api-key", "apiKey", "accessToken", "clientSecret", "PGPASSWORD", "passphrase"]) {
    it(`never writes what stands under "${name}", however deep`, () => {
      log().warn("odd", { request: { headers: [{ [name]: "hidden-canary" }] } });
      assert.ok(!lines.join("").includes("hidden-canary"));
      assert.match(lines.join(""), /\[redacted\]/);
    });
  }

  it("hands the whole line to who knows the keys: also what a library wrote into a message", () => {
    log().error("refused", { error: new Error("Incorrect key sk-canary provided") });
    assert.ok(!lines.join("").includes("sk-canary"));
  });

  it("writes an error as its name, message, stack, code, kind and cause", () => {
    const cause = Object.assign(new Error("reset"), { code: "ECONNRESET" });
    log().error("failed", { error: new Failure("rateLimited", "Wait.", {}, { cause }) });
    const { error } = last() as { error: Record<string, unknown> & { cause: Record<string, unknown> } };
    assert.deepEqual([error.kind, error.message, error.cause.code, error.cause.message], ["rateLimited", "Wait.", "ECONNRESET", "reset"]);
    assert.match(String(error.stack), /log\.test/);
  });

  it("writes a bigint as its digits", () => {
    log().info("large", { bytes: 2n ** 70n });
    assert.equal(last().bytes, String(2n ** 70n));
  });

  it("loses the details that cannot be written, never the line", () => {
    const circle: Record<string, unknown> = {};
    circle.self = circle;
    log().error("round", { circle });
    assert.deepEqual(last(), { time: "2026-11-28T01:02:03.000Z", level: "error", message: "round", details: "cannot be written" });
  });
});
