// What is typed at a terminal and must not be seen: asked for on stderr, never written back; piped text is taken as it is.
import assert from "node:assert/strict";
import { closeSync, openSync, writeFileSync } from "node:fs";
import { PassThrough, type Readable } from "node:stream";
import { createReadStream } from "node:fs";
import { typed } from "../../../../server/doors/cli/typed.ts";
import { UsageError } from "../../../../server/doors/cli/verb.ts";
import type { Edge } from "../../../../server/edge.ts";
import { temporaryFolder } from "../../../support/temporary.ts";

const KEY = "sk-typed-canary-0123456789";

describe("a key that is typed", () => {
  const folder = temporaryFolder();
  let written: string;

  function edgeWith(stdin: Edge["stdin"]): Edge {
    written = "";
    const sink = () => {
      const stream = new PassThrough();
      stream.on("data", (chunk: Buffer) => {
        written += chunk.toString("utf8");
      });
      return stream;
    };
    return {
      ...{ arguments: [], environment: {}, workingFolder: folder.path, pid: 1, stdin, stdout: sink(), stderr: sink() },
      ...{ onInterrupt: () => () => undefined, parentPid: () => 1, isAlive: () => true, exit: () => assert.fail("it ended") },
    };
  }

  const terminal = (): PassThrough & { isTTY: boolean } => Object.assign(new PassThrough(), { isTTY: true });

  it("is asked for at a terminal, letter by letter, and shown nowhere", async () => {
    const stdin = terminal();
    const answer = typed(edgeWith(stdin), "Key for openai");
    for (const letter of `${KEY}\r`) {
      stdin.write(letter);
      await new Promise(setImmediate);
    }
    assert.equal(await answer, KEY);
    assert.equal(written, "Key for openai (not shown): \n");
  });

  it("may be corrected before Enter", async () => {
    const stdin = terminal();
    const answer = typed(edgeWith(stdin), "Key");
    stdin.write("wronk\u007fg\r");
    assert.equal(await answer, "wrong");
  });

  it("comes from a pipe or a file without being asked for", async () => {
    writeFileSync(folder.file("key"), `${KEY}\n`);
    const fd = openSync(folder.file("key"), "r");
    const stdin: Readable & { fd?: number } = Object.assign(createReadStream("", { fd, autoClose: false }), { fd });
    assert.equal(await typed(edgeWith(stdin), "Key"), KEY);
    assert.equal(written, "");
    closeSync(fd);
  });

  it("is missed, with the way to give it, where there is neither", async () => {
    const fd = openSync("/dev/null", "r");
    const nobody = () => Object.assign(createReadStream("", { fd, autoClose: false }), { fd });
    const wanting = async (example?: string) => typed(edgeWith(nobody()), "Key for openai", example);
    await assert.rejects(wanting("pass show key | latchkey keys set openai"), (error) => {
      assert.ok(error instanceof UsageError);
      assert.match(error.message, /pipe the key in, for example: pass show key/);
      return true;
    });
    await assert.rejects(wanting(), /Key for openai: there is no terminal to ask/);
    closeSync(fd);
  });
});
