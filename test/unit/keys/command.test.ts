// A command that hangs is ended, with whatever it started.
import assert from "node:assert/strict";
import { keyFromCommand } from "../../../server/keys/sources/command.ts";

describe("keyFromCommand", () => {
  it("takes the first line that says something", async () => {
    const secret = await keyFromCommand({ words: ["printf", "\\n  first-line-key \\nsecond\\n"], environment: { PATH: "/usr/bin:/bin" } });
    assert.equal(secret.reveal(), "first-line-key");
  });

  it("gives up on a command that hangs, also when a grandchild holds its output", async () => {
    const words = ["sh", "-c", "sleep 20 & sleep 20"];
    const started = Date.now();
    await assert.rejects(
      keyFromCommand({ words, environment: { PATH: "/usr/bin:/bin" }, patienceMs: 200 }),
      /did not answer within 0.2 seconds/,
    );
    assert.ok(Date.now() - started < 10_000);
  });

  it("gives it no input to wait for", async () => {
    const secret = await keyFromCommand({ words: ["sh", "-c", "read x; echo got-eof-$?-and-on"], environment: { PATH: "/usr/bin:/bin" } });
    assert.equal(secret.reveal(), "got-eof-1-and-on");
  });
});
