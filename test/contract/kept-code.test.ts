// What V8 made of the code is kept by one process for the next, and run only where nobody else could have put it.
import assert from "node:assert/strict";
import { chmodSync, globSync, readFileSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { basename, dirname } from "node:path";
import { Script } from "node:vm";
import { ask, SidecarProcess } from "../support/sidecar.ts";
import { temporaryFolder } from "../support/temporary.ts";
import { asProvider, startVendor, type Vendor } from "../support/vendor.ts";

const MARK = "whole.";
const HEAD = "(function (exports, require, module, __filename, __dirname) { ";

describe("compiled code", function () {
  this.timeout(20_000);
  const folder = temporaryFolder();
  let vendor: Vendor;

  beforeEach(async () => {
    vendor = await startVendor();
  });
  afterEach(async () => {
    await vendor.close();
  });

  const kept = () => globSync(folder.file("cache/*/latchkey-*/*")).sort();
  const answered = async (): Promise<string> => {
    const sidecar = new SidecarProcess({ home: folder.file("home"), environment: { NODE_COMPILE_CACHE: folder.file("cache") } });
    await sidecar.initialize({ providers: { custom: [asProvider(vendor)] } });
    assert.equal((await sidecar.request("chat/send", ask("a", "hello", { model: "acme/m1" }))).model, "acme/m1");
    await sidecar.stop();
    return sidecar.stderr;
  };

  it("is kept by the first process that answers, and only read by the next", async () => {
    await answered();
    const names = kept().map((file) => basename(file));
    for (const name of ["openai.cjs", "server.cjs", "undici.cjs"]) assert.ok(names.includes(name), names.join());
    const before = kept().map((file) => statSync(file).ino);
    await answered();
    assert.deepEqual(
      kept().map((file) => statSync(file).ino),
      before,
    );
  });

  it("that was cut short is made anew", async () => {
    await answered();
    for (const file of kept()) truncateSync(file, statSync(file).size >> 1);
    await answered();
    for (const file of kept()) assert.ok(readFileSync(file, "latin1").endsWith(MARK), file);
  });

  it("is not run from a folder that others may write to", async () => {
    if (process.platform === "win32") return;
    await answered();
    const server = kept().find((file) => file.endsWith("/server.cjs")) ?? "";
    writeFileSync(server, planted());
    chmodSync(dirname(server), 0o777);
    assert.ok(!(await answered()).includes("planted"));
  });
});

/** Another program under the same name: V8 itself looks at no more of the source than its length. */
function planted(): Buffer {
  const { length } = `${HEAD}${readFileSync("dist/server.cjs", "utf8")}\n})`;
  const program = `${HEAD}process.stderr.write("planted");`;
  const script = new Script(`${program}${" ".repeat(length - program.length - 3)}\n})`);
  script.runInThisContext();
  return Buffer.concat([script.createCachedData(), Buffer.from(MARK)]);
}
