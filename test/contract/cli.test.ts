// The command line as a user meets it: an answer without a key, files and pipes, and a clear word for every mistake.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { chmodSync, copyFileSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { latchkey } from "../support/cli.ts";
import { newHome } from "../support/http-door.ts";
import { BUILT, cleanEnvironment } from "../support/sidecar.ts";
import { temporaryFolder } from "../support/temporary.ts";
import { asProvider, startVendor } from "../support/vendor.ts";

describe("latchkey ask", () => {
  const folder = temporaryFolder();

  it("answers without a key and says that no model was called", async () => {
    const { code, stdout } = await latchkey(["ask", "Explain this file", "--file", "server/chat/send.ts"]);
    assert.equal(code, 0);
    assert.match(stdout, /demo: no model was called/);
    assert.match(stdout, /server\/chat\/send\.ts/);
    assert.match(stdout, /language: typescript/);
    assert.match(stdout, /`createSend`/);
  });

  it("sends only the lines that are named", async () => {
    writeFileSync(folder.file("a.py"), "def one():\n    pass\ndef two():\n    pass\n");
    const { stdout } = await latchkey(["ask", "hm", "--file", "a.py:3-4"], { folder: folder.path });
    assert.match(stdout, /lines 3 to 4/);
    assert.match(stdout, /symbols: `two`/);
  });

  it("takes stdin as context too", async () => {
    const { stdout } = await latchkey(["ask", "What is this?"], { stdin: "three piped words" });
    assert.match(stdout, /6 words/);
  });

  it("gives the whole result with --json", async () => {
    const { code, stdout } = await latchkey(["ask", "hi", "--json"]);
    const result = JSON.parse(stdout) as { model: string; cost: { nanoUsd: number }; route: { tier: string } };
    assert.equal(code, 0);
    assert.equal(result.model, "demo/echo");
    assert.equal(result.cost.nanoUsd, 0);
    assert.equal(result.route.tier, "simple");
  });

  it("stops on Ctrl-C with code 130 and says what it cost so far", async () => {
    const { code, stderr } = await latchkey(["ask", "hi"], { interrupt: { when: "demo", signal: "SIGINT" } });
    assert.equal(code, 130);
    assert.match(stderr, /demo\/echo.*\$0\.00.*cancelled/);
  });

  const mistakes: readonly { name: string; words: readonly string[]; code: number; says: RegExp; make?: () => void }[] = [
    { name: "a missing file", words: ["hm", "--file", "nowhere.ts"], code: 2, says: /no file nowhere\.ts/ },
    {
      name: "a folder as file",
      words: ["hm", "--file", "sub"],
      code: 2,
      says: /sub is a folder/,
      make: () => mkdirSync(folder.file("sub")),
    },
    {
      name: "a binary as file",
      words: ["hm", "--file", "b.bin"],
      code: 2,
      says: /b\.bin is a binary file/,
      make: () => writeFileSync(folder.file("b.bin"), Buffer.from([1, 0, 2])),
    },
    {
      name: "lines that are not there",
      words: ["hm", "--file", "c.txt:9-12"],
      code: 2,
      says: /c\.txt has 2 lines/,
      make: () => writeFileSync(folder.file("c.txt"), "x\n"),
    },
    {
      name: "an image that is none",
      words: ["hm", "--image", "d.png"],
      code: 2,
      says: /d\.png is not a PNG/,
      make: () => writeFileSync(folder.file("d.png"), "not a picture"),
    },
    { name: "nothing to ask", words: [], code: 2, says: /what should be asked/ },
    { name: "an unknown option", words: ["hm", "--loud"], code: 2, says: /--loud/ },
    { name: "an unknown policy", words: ["hm", "--policy", "free"], code: 2, says: /cheap, balanced, best/ },
    { name: "an unknown model", words: ["hm", "--model", "nobody/nothing"], code: 3, says: /nobody\/nothing/ },
    { name: "a model without a key", words: ["hm", "--model", "openai/gpt-4o"], code: 3, says: /key/ },
  ];
  for (const { name, words, code, says, make } of mistakes) {
    it(`answers ${name} with code ${code} and a sentence`, async () => {
      make?.();
      const ran = await latchkey(["ask", ...words], { folder: folder.path });
      assert.equal(ran.code, code, ran.stderr);
      assert.match(ran.stderr, says);
      assert.ok(!ran.stderr.includes("    at "), "no stack for a user's mistake");
    });
  }

  it("says that a file may not be read", async () => {
    writeFileSync(folder.file("secret.txt"), "x");
    chmodSync(folder.file("secret.txt"), 0);
    const { code, stderr } = await latchkey(["ask", "hm", "--file", "secret.txt"], { folder: folder.path });
    // The superuser may read everything: then there is nothing to refuse.
    if (process.getuid?.() === 0) assert.equal(code, 0);
    else assert.match(stderr, /secret\.txt cannot be read \(EACCES\)/);
  });
});

describe("latchkey", () => {
  const folder = temporaryFolder();

  for (const verb of ["ask", "serve", "models", "route", "keys", "schema"]) {
    it(`${verb} --help says how it is used`, async () => {
      const { code, stdout } = await latchkey([verb, "--help"]);
      assert.equal(code, 0);
      assert.match(stdout, new RegExp(`Usage: latchkey ${verb}`));
    });
  }

  it("says what to do where its own folder cannot be", async () => {
    writeFileSync(folder.file("a-file"), "");
    const places = [folder.file("a-file"), folder.file("a-file/below"), ...(process.platform === "linux" ? ["/proc/latchkey"] : [])];
    for (const place of places) {
      const { code, stderr } = await latchkey(["ask", "hi"], { environment: { LATCHKEY_HOME: place } });
      assert.equal(code, 1);
      assert.match(stderr, /^latchkey ask: \S+ cannot be Latchkey's folder \(E\w+\)\. Set LATCHKEY_HOME to a folder that you can write to/);
      assert.equal(stderr.split("\n").length, 2, stderr);
    }
  });

  it("answers an unknown verb with code 2", async () => {
    const { code, stderr } = await latchkey(["sing"]);
    assert.equal(code, 2);
    assert.match(stderr, /no "sing"/);
  });

  it("ends quietly when whoever reads has read enough", async () => {
    const child = spawn(process.execPath, [BUILT, "models", "--all", "--json"], { env: cleanEnvironment(folder.path), stdio: "pipe" });
    let complained = "";
    child.stderr.on("data", (chunk: Buffer) => {
      complained += chunk.toString("utf8");
    });
    child.stdout.once("data", () => child.stdout.destroy());
    assert.equal(await new Promise((done) => child.on("close", done)), 0);
    assert.equal(complained, "");
  });

  it("prints the schema that is committed", async () => {
    const { stdout } = await latchkey(["schema"]);
    assert.deepEqual(
      JSON.parse(stdout),
      JSON.parse(await (await import("node:fs/promises")).readFile("docs/protocol.schema.json", "utf8")),
    );
  });

  it("keeps a piped key in the vault, lists it without showing it, and deletes it", async () => {
    const key = "sk-proj-0123456789abcdefghijklmnopqrstuv-wxyz";
    const set = await latchkey(["keys", "set", "openai"], { home: folder.path, stdin: `${key}\n` });
    assert.equal(set.code, 0, set.stderr);
    const listed = await latchkey(["keys", "list"], { home: folder.path });
    assert.match(listed.stdout, /openai\s+vault\s+…wxyz\s+https:\/\/api\.openai\.com/);
    const deleted = await latchkey(["keys", "delete", "openai"], { home: folder.path });
    assert.match(deleted.stdout, /Deleted 1/);
    const texts = [set, listed, deleted].flatMap((ran) => [ran.stdout, ran.stderr]).join("\n");
    assert.ok(!texts.includes(key));
  });

  it("refuses a key for a provider that there is not", async () => {
    const { code, stderr } = await latchkey(["keys", "set", "acmecorp"], { home: folder.path, stdin: "sk-0123456789abcdef" });
    assert.equal(code, 2);
    assert.match(stderr, /no provider "acmecorp"/);
  });
});

describe("latchkey on a Node that is too old", () => {
  const folder = temporaryFolder();
  /** Runs the launcher as an older Node would: it is told another version and another place of itself. */
  const run = async (words: readonly string[], launcher = BUILT) => {
    const preload = folder.file("older.cjs");
    writeFileSync(
      preload,
      'Object.defineProperty(process, "versions", { value: { ...process.versions, node: "20.20.2" } });\nprocess.execPath = "/older/node";\n',
    );
    const child = spawn(process.execPath, ["--require", preload, launcher, ...words], {
      env: cleanEnvironment(folder.path),
      stdio: "pipe",
    });
    const said = { stdout: "", stderr: "" };
    child.stdout.on("data", (chunk: Buffer) => {
      said.stdout += chunk.toString("utf8");
    });
    child.stderr.on("data", (chunk: Buffer) => {
      said.stderr += chunk.toString("utf8");
    });
    child.stdin.end();
    const code = await new Promise<number | null>((done) => child.on("close", (exit) => done(exit)));
    return { code, ...said };
  };

  it("hands over to the newer one that lies beside it", async () => {
    const { code, stdout } = await run(["ask", "hi"]);
    assert.equal(code, 0);
    assert.match(stdout, /demo: no model was called/);
  });

  it("passes exit codes on", async () => {
    assert.equal((await run(["nonsense"])).code, 2);
  });

  it("says what is needed where there is none", async () => {
    const alone = folder.file("latchkey.cjs");
    copyFileSync(BUILT, alone);
    const { code, stderr } = await run(["ask", "hi"], alone);
    assert.equal(code, 2);
    assert.match(stderr, /needs Node 22\.15 or newer; this is 20\.20\.2/);
  });
});

describe("latchkey ask with a vendor", function () {
  this.timeout(60_000);

  it("says what the vendor's prompt cache spared", async () => {
    const vendor = await startVendor(async (answer) => {
      await answer.text("Half an ans");
      await answer.finish({ input: 1000, output: 4, cached: 750 }, "length");
    });
    const home = newHome({ providers: { custom: [asProvider(vendor, { needsKey: false })] } });
    try {
      const { stdout, stderr, code } = await latchkey(["ask", "hello", "--model", "acme/m1", "--no-keep"], { home });
      assert.deepEqual([stdout.trim(), code], ["Half an ans", 0]);
      // 250 at the whole price, 750 at a tenth, 4 of output.
      assert.match(stderr, /acme\/m1 · 1000 in \(75 % from the cache\), 4 out · \$0\.00033 \(computed\) · length/);
    } finally {
      rmSync(home, { recursive: true, force: true });
      await vendor.close();
    }
  });
});
