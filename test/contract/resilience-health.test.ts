// Who rests is known to routing, to people and to every sidecar of the machine; keys take turns; waits are seen.
import assert from "node:assert/strict";
import type { ChatResult } from "../../shared/chat.ts";
import type { ParamsOf } from "../../shared/protocol.ts";
import { type Fault, HEALTHY } from "../chaos/faults.ts";
import { closedPort, Lane } from "../chaos/lane.ts";
import { type ChaosProvider, startProvider } from "../chaos/provider.ts";
import type { RoundProvider } from "../chaos/round.ts";
import { ask, RpcError } from "../support/sidecar.ts";

const PROVIDERS: readonly RoundProvider[] = [
  { id: "one", dialect: "openai-chat", reach: "answers" },
  { id: "two", dialect: "openai-chat", reach: "answers" },
];

function refuses(status: number, headers: Record<string, string> = {}, body?: string): Fault {
  return {
    ...HEALTHY,
    name: String(status),
    async act(stage) {
      stage.head(status, { "content-type": "application/json", ...headers });
      await stage.send(body ?? stage.wire.refusal(status));
      stage.end();
    },
  };
}

const NO_TEMPERATURE = JSON.stringify({
  error: {
    message: "Unsupported value: 'temperature' does not support 0.5 with this model.",
    param: "temperature",
    code: "unsupported_value",
  },
});

describe("health", () => {
  let provider: ChaosProvider;
  let lane: Lane;

  beforeEach(async () => {
    provider = await startProvider();
    lane = new Lane(provider, await closedPort());
    await lane.configure(PROVIDERS);
  });

  afterEach(async () => {
    await lane.close();
    await provider.close();
  });

  const plan = (name: string, ...faults: Fault[]) =>
    provider.plans.set(name, {
      text: `Said to ${name}.`,
      call: null,
      counts: { input: 1, output: 1 },
      faults,
      continues: "exactly",
      seed: 1,
    });
  const send = (name: string, more: Partial<ParamsOf<"chat/send">> = {}, from = lane): Promise<ChatResult> =>
    from.sidecar.request("chat/send", ask(name, `[[${name}]]`, more));
  const failing = async (name: string, more: Partial<ParamsOf<"chat/send">> = {}): Promise<RpcError> => {
    const error = await send(name, more).catch((thrown: unknown) => thrown);
    assert.ok(error instanceof RpcError);
    return error;
  };
  const askedOf = (name: string) => (provider.seen.get(name) ?? []).map((seen) => seen.provider);

  it("of a rate-limited provider is seen by every sidecar of the machine, until when, and routing goes around it", async () => {
    const other = new Lane(provider, await closedPort(), undefined, lane.home);
    await other.configure(PROVIDERS);
    plan("limited", refuses(429, { "retry-after": "3600" }));
    const error = await failing("limited", { model: "one/m" });
    assert.equal(error.kind, "rateLimited");
    assert.equal(error.data?.retryAfterMs, 3_600_000);
    const changed = await lane.sidecar.waitFor((frame) => frame.method === "health/changed");
    assert.equal((changed.params as { provider: string; health: string }).health, "resting");
    for (const each of [lane, other]) {
      const { providers } = await each.sidecar.request("provider/list", {});
      const status = providers.find(({ id }) => id === "one");
      assert.equal(status?.health, "resting");
      const leftMs = Date.parse(status?.restingUntil ?? "") - Date.now();
      assert.ok(leftMs > 3_500_000 && leftMs <= 3_600_000);
      plan(`around-${each === lane}`);
      await send(`around-${each === lane}`, {}, each);
      assert.deepEqual(askedOf(`around-${each === lane}`), ["two"]);
    }
    const refused = await failing("pinned", { model: "one/m" });
    assert.match(refused.message, /until \d\d:\d\d:\d\d/);
    assert.ok(Number(refused.data?.retryAfterMs) > 3_500_000);
    assert.deepEqual(askedOf("pinned"), [], "a vendor's own time is never cut short");
    await other.close();
  });

  it("waits for a vendor's time within patience when nobody else could answer, and says so", async () => {
    plan("first", refuses(429, { "retry-after": "2" }));
    plan("second");
    const first = send("first", { model: "one/m" });
    await lane.sidecar.waitFor((frame) => frame.method === "health/changed");
    const second = await send("second", { model: "one/m" });
    assert.equal(second.text, "Said to second.");
    assert.equal((await first).text, "Said to first.");
    for (const name of ["first", "second"]) {
      const waiting = lane.sidecar.eventsOf(name).find((event) => event.type === "waiting");
      assert.ok(waiting?.type === "waiting" && waiting.for === "retry" && (waiting.retryAtMs ?? 0) > Date.now() - 5_000);
    }
  });

  it("never refuses a prompt because of a rest of our own choosing when nobody else could answer", async () => {
    for (const name of ["a", "b"]) {
      plan(name, refuses(500), refuses(500), refuses(500), refuses(500));
      await failing(name, { model: "one/m" });
    }
    const { providers } = await lane.sidecar.request("provider/list", {});
    assert.equal(providers.find(({ id }) => id === "one")?.health, "resting");
    plan("c");
    assert.equal((await send("c", { model: "one/m" })).text, "Said to c.");
    const after = await lane.sidecar.request("provider/list", {});
    assert.equal(after.providers.find(({ id }) => id === "one")?.health, "ok");
  });

  it("of one key is its own: a rate limit turns to the next key at once, a refusal does not", async () => {
    await lane.sidecar.request("key/set", { provider: "one", secret: "sk-second-0123456789", name: "second" });
    const keysOf = (name: string) => (provider.seen.get(name) ?? []).map(({ stage }) => stage.request.headers.authorization);
    plan("turns", refuses(429, { "retry-after": "3600" }));
    const result = await send("turns", { model: "one/m" });
    assert.equal(result.text, "Said to turns.");
    assert.equal(new Set(keysOf("turns")).size, 2);
    plan("refused", refuses(403));
    const error = await failing("refused", { model: "one/m" });
    assert.equal(error.kind, "keyRejected");
    assert.equal(keysOf("refused").length, 1);
  });

  it("asks once more without the parameter that the vendor named", async () => {
    plan("hot", refuses(400, {}, NO_TEMPERATURE));
    const result = await send("hot", { model: "one/m", temperature: 0.5 });
    assert.equal(result.text, "Said to hot.");
    assert.equal(askedOf("hot").length, 2);
  });

  it("shows a silence while it lasts", async function () {
    this.timeout(30_000);
    await lane.configure(PROVIDERS, { silenceMs: 3_000 });
    plan("slow", {
      ...HEALTHY,
      async act(stage) {
        stage.head();
        await stage.sleep(2_400);
        await HEALTHY.act(Object.assign(stage, { head: () => undefined }));
      },
    });
    const result = await send("slow", { model: "one/m" });
    assert.equal(result.text, "Said to slow.");
    const waiting = lane.sidecar.eventsOf("slow").find((event) => event.type === "waiting");
    assert.ok(waiting?.type === "waiting" && waiting.for === "firstToken" && waiting.waitedMs >= 1_999);
    assert.match(waiting.message, /2 s/);
  });
});
