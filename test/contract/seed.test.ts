// What the original's test classes ask and no other suite shows: registration, isolation and status of providers in the built sidecar.
import assert from "node:assert/strict";
import { cpSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { ask, RpcError, SidecarProcess } from "../support/sidecar.ts";
import { temporaryFolder } from "../support/temporary.ts";
import { asProvider, says, startVendor, type Vendor } from "../support/vendor.ts";

const KEY = "sk-proj-seed0123456789abcdefghijklmnop";

async function failureOf(promise: Promise<unknown>): Promise<RpcError> {
  const error = await promise.then(
    () => assert.fail("it was accepted"),
    (thrown: unknown) => thrown,
  );
  assert.ok(error instanceof RpcError);
  return error;
}

describe("providers in the built sidecar", function () {
  this.timeout(20_000);
  const folder = temporaryFolder();
  let vendor: Vendor;
  const running: SidecarProcess[] = [];
  beforeEach(async () => {
    vendor = await startVendor();
  });
  afterEach(async () => {
    for (const sidecar of running.splice(0)) await sidecar.stop();
    await vendor.close();
  });

  async function open(settings: Record<string, unknown>, environment: Record<string, string> = {}) {
    const sidecar = new SidecarProcess({ home: folder.file("home"), environment });
    running.push(sidecar);
    await sidecar.initialize(settings);
    return sidecar;
  }

  it("are those with a key in model/list, and all with their state in provider/list", async () => {
    const sidecar = await open({}, { OPENAI_API_KEY: KEY, MISTRAL_API_KEY: KEY, GROQ_API_KEY: KEY });
    const { models } = await sidecar.request("model/list", {});
    assert.deepEqual([...new Set(models.map(({ provider }) => provider))].filter((id) => id !== "demo").sort(), [
      "groq",
      "mistral",
      "openai",
    ]);
    const { providers } = await sidecar.request("provider/list", {});
    assert.deepEqual(
      providers
        .filter(({ hasKey }) => hasKey)
        .map(({ id }) => id)
        .sort(),
      ["groq", "mistral", "openai"],
    );
    assert.equal(new Set(providers.map(({ id }) => id)).size, providers.length);
    const none = await open({});
    assert.deepEqual(
      (await none.request("model/list", {})).models.map(({ id }) => id),
      ["demo/echo"],
    );
  });

  it("answer with one key and no plan, at whatever address the settings name", async () => {
    const sidecar = await open({ providers: { openai: { baseUrl: vendor.baseUrl } } });
    await sidecar.request("key/set", { provider: "openai", secret: KEY });
    const result = await sidecar.request("chat/send", ask("a", "hello"));
    assert.equal(result.text.trim(), "Hello from the vendor.");
    assert.ok(result.model.startsWith("openai/"));
  });

  it("that cannot be reached at all stop nobody else, and say why without the key", async () => {
    const sidecar = await open(
      { providers: { anthropic: { baseUrl: "not an address" }, custom: [asProvider(vendor)] } },
      { ANTHROPIC_API_KEY: KEY },
    );
    const { providers } = await sidecar.request("provider/list", {});
    const broken = providers.find(({ id }) => id === "anthropic");
    assert.match(broken?.reason ?? "", /not an address|base URL/);
    assert.equal((await sidecar.request("chat/send", ask("a", "hello"))).model, "acme/m1");
    assert.ok(!sidecar.stderr.includes(KEY) && !JSON.stringify(providers).includes(KEY));
  });

  it("without a key are named in the refusal, with what to do", async () => {
    const sidecar = await open({ providers: { custom: [asProvider(vendor, { needsKey: true })] } });
    const error = await failureOf(sidecar.request("chat/send", ask("a", "hello", { model: "acme/m1" })));
    assert.match(error.message, /no key is set for acme/i);
    assert.equal(vendor.requests.length, 0);
  });

  it("may be set as the preferred one, and are then used", async () => {
    const other = await startVendor(says("other"));
    const cheap = { usdPerMillion: { input: 0.01, output: 0.01 } };
    const custom = [asProvider(vendor), asProvider(other, { id: "bravo" }, cheap)];
    const sidecar = await open({ model: "acme/m1", providers: { custom } });
    assert.equal((await sidecar.request("chat/send", ask("a", "hello"))).model, "acme/m1");
    assert.equal((await sidecar.request("chat/send", ask("b", "hello", { model: "auto" }))).model, "bravo/m1");
    await other.close();
  });

  it("keep a key from the environment off the disk and say where it is from", async () => {
    const sidecar = await open({}, { OPENAI_API_KEY: KEY });
    const { keys } = await sidecar.request("key/list", {});
    assert.deepEqual(
      keys.map(({ provider, source }) => [provider, source]),
      [["openai", "environment"]],
    );
    await sidecar.stop();
    const files = readdirSync(folder.file("home"), { recursive: true }).map((name) => join(folder.file("home"), String(name)));
    for (const file of files) if (statSync(file).isFile()) assert.ok(!readFileSync(file).includes(KEY), file);
  });

  it("whose library is missing fail alone, typed, and the others answer", async () => {
    cpSync("dist", folder.file("dist"), { recursive: true });
    rmSync(folder.file("dist/lazy/anthropic.cjs"));
    const claude = {
      id: "claudish",
      baseUrl: vendor.baseUrl,
      dialect: "anthropic",
      models: [{ id: "c1", usdPerMillion: { input: 1, output: 1 } }],
    };
    const sidecar = new SidecarProcess({ home: folder.file("home"), built: folder.file("dist/latchkey.cjs") });
    running.push(sidecar);
    await sidecar.initialize({ providers: { custom: [asProvider(vendor), claude] } });
    const error = await failureOf(sidecar.request("chat/send", ask("a", "hello", { model: "claudish/c1" })));
    assert.ok(error.kind !== undefined, error.message);
    assert.equal((await sidecar.request("chat/send", ask("b", "hello", { model: "acme/m1" }))).model, "acme/m1");
  });
});
