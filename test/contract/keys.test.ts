// Keys as a user meets them: over the wire and on the command line, kept, shared, shadowed, imported, and prompts that hold secrets.
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { latchkey } from "../support/cli.ts";
import { ask, type RpcError, SidecarProcess } from "../support/sidecar.ts";
import { temporaryFolder } from "../support/temporary.ts";
import { asProvider, startVendor, type Vendor } from "../support/vendor.ts";

const KEY = "sk-proj-abcdefghijklmnopqrstuvwxyz";
const SECRET = `ghp_${"aB3dE6gH9jK2mN5pQ8rS1tU4vW7xY0zAbCdEf"}`;

describe("keys", function () {
  this.timeout(20_000);
  const folder = temporaryFolder();
  const open: { stop(): Promise<unknown> }[] = [];
  let vendor: Vendor;

  beforeEach(async () => {
    vendor = await startVendor();
  });
  afterEach(async () => {
    for (const each of open.splice(0)) await each.stop();
    await vendor.close();
  });

  async function sidecar(settings: Record<string, unknown> = {}, environment: Record<string, string> = {}) {
    const process = new SidecarProcess({ home: folder.file("home"), environment });
    open.push(process);
    await process.initialize({ providers: { custom: [asProvider(vendor, { needsKey: true })] }, ...settings });
    return process;
  }

  const cli = (words: string[], stdin = "", environment: Record<string, string> = {}) =>
    latchkey(words, { home: folder.file("home"), folder: folder.path, stdin, environment });

  async function failureOf(promise: Promise<unknown>): Promise<RpcError> {
    return promise.then(
      () => assert.fail("it succeeded"),
      (error: RpcError) => error,
    );
  }

  it("kept in the vault by one process serve another, which sees a change at once", async () => {
    const [one, two] = [await sidecar(), await sidecar()];
    await one.request("key/set", { provider: "acme", secret: KEY, persist: "vault" });
    assert.equal((await two.request("chat/send", ask("a", "hello", { model: "acme/m1" }))).model, "acme/m1");
    assert.equal(vendor.requests[0]?.headers.authorization, `Bearer ${KEY}`);
    await one.request("key/delete", { provider: "acme" });
    const failure = await failureOf(two.request("chat/send", ask("b", "hello", { model: "acme/m1" })));
    assert.ok(["keyMissing", "noCandidate"].includes(failure.kind ?? "") && /key/.test(failure.message), failure.message);
  });

  it("locked by a passphrase are of no use without it, and say so", async () => {
    const open = await sidecar({}, { LATCHKEY_PASSPHRASE: "correct horse" });
    await open.request("key/set", { provider: "acme", secret: KEY, persist: "vault" });
    const locked = await sidecar();
    const { keys } = await locked.request("key/list", {});
    assert.match(keys[0]?.warning ?? "", /locked by a passphrase: set LATCHKEY_PASSPHRASE/);
    assert.equal((await failureOf(locked.request("key/set", { provider: "openai", secret: KEY, persist: "vault" }))).kind, "invalidParams");
    assert.equal((await failureOf(locked.request("key/set", { provider: "openai", secret: " \n" }))).kind, "invalidParams");
  });

  it("are examined by the doctor, which says what won and why and whether there is a keychain", async () => {
    await cli(["keys", "set", "openai"], `${KEY}\n`);
    const { stdout, code } = await cli(["keys", "doctor"], "", { OPENAI_API_KEY: "sk-proj-from-the-environment-000" });
    assert.equal(code, 0);
    assert.match(stdout, /\* environment \(OPENAI_API_KEY\) …-000 for https:\/\/api\.openai\.com: the first usable source/);
    assert.match(stdout, /vault \(default\) …wxyz .*: comes after the environment/);
    assert.match(stdout, /keychain {2}\S/);
    assert.ok(!stdout.includes("sk-proj-"));
  });

  it("are imported from an env file and from YAML, and never shown", async () => {
    writeFileSync(folder.file(".env"), `OPENAI_API_KEY="${KEY}"\nACME_SECRET_API_KEY=xyz\n`);
    writeFileSync(folder.file("config.yaml"), `models:\n  - provider: groq\n    apiKey: gsk_${"a1".repeat(26)}\n`);
    const [env, yaml] = [await cli(["keys", "import", ".env"]), await cli(["keys", "import", "config.yaml"])];
    assert.deepEqual([env.code, yaml.code], [0, 0]);
    assert.match(env.stdout, /OPENAI_API_KEY \(…wxyz\) for openai in the vault/);
    assert.match(env.stderr, /ACME_SECRET_API_KEY/);
    const { keys } = await (await sidecar()).request("key/list", {});
    assert.deepEqual(keys.map(({ provider }) => provider).sort(), ["groq", "openai"]);
    assert.ok(!`${env.stdout}${env.stderr}${yaml.stdout}${yaml.stderr}`.includes(KEY));
  });

  for (const [name, words] of [
    ["a folder", ["keys", "import", "."]],
    ["no file", ["keys", "import", "nowhere"]],
    ["no word", ["keys", "import"]],
  ] as const) {
    it(`refuse to be imported from ${name}`, async () => assert.equal((await cli([...words])).code, 2));
  }

  describe("in prompts", () => {
    const prompt = `please fix\nTOKEN=${SECRET}`;

    async function asked(policy: string, environment: Record<string, string> = {}) {
      const process = await sidecar({ secrets: { inPrompts: policy } }, environment);
      await process.request("key/set", { provider: "acme", secret: KEY });
      return process;
    }

    it("are warned of by default, on the answer's last event and its result", async () => {
      const process = await asked("warn");
      const result = await process.request("chat/send", ask("a", prompt, { model: "acme/m1" }));
      assert.equal(result.notice, "The prompt seems to contain GitHub token (message 1, line 2).");
      const end = process.eventsOf("a").at(-1);
      assert.equal(end?.type === "end" ? end.notice : "", result.notice);
    });

    it("are refused before anything is sent when the setting says block", async () => {
      const process = await asked("block");
      const failure = await failureOf(process.request("chat/send", ask("a", prompt, { model: "acme/m1" })));
      assert.equal(failure.kind, "planForbidden");
      assert.match(failure.message, /GitHub token \(message 1, line 2\).*nothing was sent/);
      assert.ok(!JSON.stringify(process.frames).includes(SECRET));
      assert.equal(vendor.requests.length, 0);
    });

    it("are recognised as ours whatever they look like", async () => {
      const process = await asked("block");
      const failure = await failureOf(process.request("chat/send", ask("a", `why does ${KEY} not work`, { model: "acme/m1" })));
      assert.match(failure.message, /one of your own keys \(message 1, line 1\)/);
    });

    it("are left alone when the setting is off, and where nothing leaves this machine", async () => {
      const process = await asked("off");
      assert.equal((await process.request("chat/send", ask("a", prompt, { model: "acme/m1" }))).notice, undefined);
      const demo = await (await sidecar({ secrets: { inPrompts: "warn" }, providers: {} })).request("chat/send", ask("b", prompt));
      assert.equal(demo.notice, "demo: no model was called");
    });
  });
});
