// The ring: one documented order of sources, keys bound to their origins, and a reason for every key that is not used.
import assert from "node:assert/strict";
import { createKeyRing } from "../../../server/keys/key-ring.ts";
import { openVault } from "../../../server/keys/vault.ts";
import { isFailure } from "../../../shared/failure.ts";
import { readSettings } from "../../../shared/settings.ts";
import { memoryKeychain } from "../../support/keychain.ts";
import { temporaryFolder } from "../../support/temporary.ts";

const ROWS = [
  { id: "openai", environment: ["OPENAI_API_KEY"], origins: ["https://api.openai.com"] },
  { id: "google", environment: ["GEMINI_API_KEY", "GOOGLE_API_KEY"], origins: ["https://generativelanguage.googleapis.com"] },
  { id: "azure-openai", environment: ["AZURE_OPENAI_API_KEY"], origins: [] },
];
const printing = (text: string) => [process.execPath, "-e", `console.log(${JSON.stringify(text)})`];

describe("the key ring", () => {
  const folder = temporaryFolder();
  const keychain = memoryKeychain("present");
  let warnings: unknown[] = [];

  function open(environment: Record<string, string> = {}, given: Record<string, unknown> = {}) {
    let { settings } = readSettings(given);
    warnings = [];
    const vault = openVault({ folder: folder.path, passphrase: () => undefined, keychain, scryptLogN: 8, now: () => new Date(0) });
    const ring = createKeyRing({
      providers: ROWS,
      environment,
      vault,
      settings: () => settings,
      log: { warn: (...words) => void warnings.push(words) },
    });
    return {
      ring,
      configure: (next: Record<string, unknown>) => {
        settings = readSettings(next).settings;
      },
    };
  }

  it("takes a lease, then the environment, then a command, then the keychain, then the vault", async () => {
    const { ring, configure } = open({ OPENAI_API_KEY: "from-environment" }, { keys: { command: { openai: printing("from-command") } } });
    await ring.set("openai", "from-vault", { persist: "vault", name: "v" });
    await ring.set("openai", "from-keychain", { persist: "keychain", name: "k" });
    await ring.set("openai", "from-lease", {});
    const order = async () => (await ring.keysFor("openai")).map((key) => `${key.source}: ${key.secret.reveal()}`);
    assert.deepEqual(await order(), ["lease: from-lease"]);
    await ring.delete("openai", "default");
    assert.deepEqual(await order(), ["environment: from-environment"]);
    configure({ keys: { command: { openai: printing("from-command") }, fromEnvironment: false } });
    assert.deepEqual(await order(), ["command: from-command"]);
    configure({ keys: { fromEnvironment: false } });
    assert.deepEqual(await order(), ["keychain: from-keychain"]);
    await ring.delete("openai", "k");
    assert.deepEqual(await order(), ["vault: from-vault"]);
    await ring.delete("openai");
    await assert.rejects(
      ring.keysFor("openai"),
      (error) => isFailure(error) && error.kind === "keyMissing" && /keys.fromEnvironment is off/.test(error.message),
    );
  });

  it("lists every key with the one in use marked, and never a value", async () => {
    const { ring } = open({ OPENAI_API_KEY: "sk-proj-environment-0123456789" });
    await ring.set("openai", "sk-proj-vault-0123456789abcdefgh", { persist: "vault" });
    const list = ring.list();
    assert.deepEqual(
      list.map(({ source, name, active, last4 }) => ({ source, name, active, last4 })),
      [
        { source: "environment", name: "OPENAI_API_KEY", active: true, last4: "6789" },
        { source: "vault", name: "default", active: false, last4: "efgh" },
      ],
    );
    assert.ok(!/sk-proj/.test(JSON.stringify(list)));
  });

  it("hands out several named keys of one source, the default first", async () => {
    const { ring } = open();
    for (const name of ["work", "default", "home"]) await ring.set("openai", `key-of-${name}`, { persist: "vault", name });
    assert.deepEqual(
      ring.keysOf("openai").map(({ name }) => name),
      ["default", "home", "work"],
    );
  });

  it("takes the first of a provider's environment variables that holds a key", () => {
    const { ring } = open({ GEMINI_API_KEY: "  ", GOOGLE_API_KEY: "google-key-value" });
    assert.equal(ring.keysOf("google")[0]?.name, "GOOGLE_API_KEY");
  });

  it("reads a custom provider's key from a variable of its name", () => {
    const { ring } = open(
      { MY_HOST_API_KEY: "custom-key-value" },
      { providers: { custom: [{ id: "my-host", baseUrl: "https://llm.example/v1" }] } },
    );
    assert.deepEqual(ring.keysOf("my-host")[0]?.origins, ["https://llm.example"]);
  });

  describe("binds a key to its origin:", () => {
    it("the vendor's own by default", async () => {
      const { ring } = open();
      assert.equal((await ring.set("openai", "some-long-key-1", {})).origin, "https://api.openai.com");
    });

    it("the base URL's that is in force when it is set", async () => {
      const { ring } = open({}, { providers: { openai: { baseUrl: "http://127.0.0.1:9/v1" } } });
      assert.equal((await ring.set("openai", "some-long-key-1", {})).origin, "http://127.0.0.1:9");
    });

    it("the one it was kept for, when whoever kept it says so", async () => {
      const { ring } = open({}, { providers: { openai: { baseUrl: "https://elsewhere.example/v1" } } });
      assert.equal((await ring.set("openai", "some-long-key-1", { origin: "https://api.openai.com" })).origin, "https://api.openai.com");
      assert.equal(ring.has("openai"), false);
      assert.match(ring.list()[0]?.warning ?? "", /bound to https:\/\/api\.openai\.com/);
      await assert.rejects(
        ring.set("openai", "some-long-key-1", { origin: "nonsense" }),
        (error) => isFailure(error) && error.kind === "invalidParams",
      );
    });

    for (const persist of [false, "vault", "keychain"] as const) {
      it(`a key ${persist === false ? "leased" : `in the ${persist}`} for one host is not used at another, and says so`, async () => {
        const { ring, configure } = open();
        await ring.set("openai", "some-long-key-1", { persist });
        configure({ providers: { openai: { baseUrl: "https://evil.example/v1" } } });
        assert.equal(ring.has("openai"), false);
        assert.deepEqual(ring.keysOf("openai"), []);
        await assert.rejects(
          ring.keysFor("openai"),
          (error) =>
            isFailure(error) && error.kind === "keyMissing" && /bound to https:\/\/api\.openai\.com.*evil\.example/.test(error.message),
        );
        assert.match(ring.list()[0]?.warning ?? "", /bound to https:\/\/api\.openai\.com/);
        configure({});
        assert.equal(ring.has("openai"), true);
      });
    }

    it("keys from the environment and from commands go where the settings pointed at the start", async () => {
      const { ring, configure } = open(
        { OPENAI_API_KEY: "from-environment" },
        { providers: { openai: { baseUrl: "http://127.0.0.1:9/v1" } } },
      );
      assert.deepEqual(ring.keysOf("openai")[0]?.origins, ["http://127.0.0.1:9"]);
      configure({ providers: { openai: { baseUrl: "https://evil.example" } } });
      assert.equal(ring.has("openai"), false);
    });

    it("refuses to keep one for a provider that has no address yet", async () => {
      const { ring } = open();
      await assert.rejects(
        ring.set("azure-openai", "some-long-key-1", {}),
        (error) => isFailure(error) && error.kind === "invalidParams" && /baseUrl/.test(error.message),
      );
    });
  });

  it("warns about a key that looks wrong and keeps it", async () => {
    const { ring } = open();
    const result = await ring.set("openai", `sk-ant-api03-${"a".repeat(40)}`, {});
    assert.match(result.warning ?? "", /Anthropic/);
    assert.equal(ring.has("openai"), true);
  });

  it("says when a key it was given is shadowed by another source", async () => {
    const { ring } = open({ OPENAI_API_KEY: "from-environment" });
    assert.match(
      (await ring.set("openai", "from-vault-key", { persist: "vault" })).warning ?? "",
      /environment \(OPENAI_API_KEY\) is used before it/,
    );
  });

  it("refuses an unknown provider without repeating what was given", async () => {
    const { ring } = open();
    await assert.rejects(
      ring.set("sk-pasted-in-the-wrong-field", "x".repeat(20), {}),
      (error) => isFailure(error) && error.kind === "invalidParams" && !error.message.includes("pasted"),
    );
  });

  it("says which keys remain after a delete", async () => {
    const { ring } = open({ OPENAI_API_KEY: "from-environment" });
    await ring.set("openai", "one-long-key-1", {});
    await ring.set("openai", "two-long-key-2", { persist: "vault", name: "kept" });
    const { deleted, remaining } = await ring.delete("openai");
    assert.equal(deleted, 2);
    assert.deepEqual(
      remaining.map(({ source }) => source),
      ["environment"],
    );
  });

  it("takes over what another process put into the vault", async () => {
    const { ring: mine } = open();
    const { ring: other } = open();
    await mine.ready();
    await other.set("openai", "some-long-key-1", { persist: "vault" });
    const before = mine.revision;
    await mine.ready();
    assert.equal(mine.keysOf("openai")[0]?.secret.reveal(), "some-long-key-1");
    assert.ok(mine.revision > before);
  });

  it("takes credentials out of texts that stand in a provider's own headers", () => {
    const { ring } = open(
      {},
      { providers: { openai: { headers: { "X-Gateway-Token": "gateway-token-value", "X-Title": "Latchkey test" } } } },
    );
    ring.list();
    assert.equal(ring.scrubber.scrub("bad gateway-token-value for Latchkey test"), "bad [redacted] for Latchkey test");
  });

  describe("runs a key command", () => {
    const command = (words: string[]) => ({ keys: { command: { openai: words } } });

    it("only when its key is needed, and once for many requests", async () => {
      const { ring } = open({}, command([process.execPath, "-e", "console.log('key-' + process.pid)"]));
      assert.equal(ring.has("openai"), true);
      assert.deepEqual(ring.keysOf("openai"), []);
      const keys = await Promise.all(Array.from({ length: 5 }, () => ring.keysFor("openai")));
      assert.equal(new Set(keys.map(([key]) => key?.secret.reveal())).size, 1);
    });

    it("again after the vendor refused its key", async () => {
      const { ring } = open({}, command([process.execPath, "-e", "console.log('key-' + process.pid)"]));
      const first = (await ring.keysFor("openai"))[0]?.secret.reveal();
      ring.refused("openai");
      assert.notEqual((await ring.keysFor("openai"))[0]?.secret.reveal(), first);
    });

    it("without a shell: nothing in its words is interpreted", async () => {
      const { ring } = open({}, command([process.execPath, "-e", "console.log(process.argv[1])", "$(echo pwned); `id` && x"]));
      assert.equal((await ring.keysFor("openai"))[0]?.secret.reveal(), "$(echo pwned); `id` && x");
    });

    it("without our keys in its environment, but with the rest", async () => {
      const environment = { OPENAI_API_KEY: "k1-environment", OTHER_API_KEY: "k2", LATCHKEY_PASSPHRASE: "p", HOME: "/home/x" };
      const { ring } = open(environment, {
        keys: { ...command([process.execPath, "-e", "console.log(Object.keys(process.env).join(','))"]).keys, fromEnvironment: false },
      });
      const seen = (await ring.keysFor("openai"))[0]?.secret.reveal().split(",");
      assert.ok(seen?.includes("HOME"));
      assert.deepEqual(
        seen?.filter((name) => /KEY|PASS/.test(name)),
        [],
      );
    });

    const troubles: readonly [string, string[], RegExp][] = [
      ["is not found", ["/nowhere/op", "read"], /was not found/],
      ["fails", [process.execPath, "-e", "console.error('sk-canary-on-stderr'); process.exit(3)"], /exit code 3/],
      ["prints nothing", [process.execPath, "-e", ""], /printed nothing/],
      ["prints far too much", [process.execPath, "-e", "console.log('x'.repeat(1e6))"], /far more than a key/],
    ];
    for (const [name, words, says] of troubles) {
      it(`that ${name}: says so without its output, and goes on to the next source`, async () => {
        const { ring } = open({}, command(words));
        await assert.rejects(
          ring.keysFor("openai"),
          (error) => isFailure(error) && error.kind === "keyMissing" && says.test(error.message) && !error.message.includes("canary"),
        );
        await ring.set("openai", "some-long-key-1", { persist: "vault" });
        assert.equal((await ring.keysFor("openai"))[0]?.source, "vault");
      });
    }

    it("and stops waiting when the request is cancelled", async () => {
      const { ring } = open({}, command([process.execPath, "-e", "setTimeout(() => console.log('late'), 500)"]));
      await assert.rejects(ring.keysFor("openai", AbortSignal.timeout(50)), (error) => isFailure(error) && error.kind === "cancelled");
    });
  });
});
