// The recipe of docs/team.md: two hosts on one PostgreSQL ledger, the HTTP door behind nginx with TLS, official clients in front.
import assert from "node:assert/strict";
import { readFileSync, rmSync } from "node:fs";
import OpenAI from "openai";
import { Agent, fetch as undiciFetch } from "undici";
import { type HttpDoor, latchkey, newHome, startHttpDoor } from "../support/http-door.ts";
import { type Cluster, startCluster } from "../support/postgres-cluster.ts";
import { startTeamProxy, type TeamProxy } from "../support/proxy.ts";
import { asProvider, says, startVendor, type Vendor } from "../support/vendor.ts";

const message = { role: "user" as const, content: "hi" };

describe("a team", function () {
  this.timeout(120_000);
  let vendor: Vendor;
  let cluster: Cluster;
  let ledger: string;
  let homes: string[];
  let hosts: HttpDoor[];
  let proxy: TeamProxy;
  let client: OpenAI;

  before(async function () {
    this.timeout(600_000);
    vendor = await startVendor();
    cluster = await startCluster();
    ledger = await cluster.database("team");
    const settings = { providers: { custom: [asProvider(vendor, { needsKey: false })] } };
    homes = [newHome(settings), newHome(settings)];
    hosts = [];
    for (const home of homes) hosts.push(await startHttpDoor({ home, environment: { LATCHKEY_LEDGER: ledger } }));
    proxy = await startTeamProxy(Number(new URL(hosts[0]?.origin ?? "").port));
    const ca = readFileSync(proxy.authority.caFile, "utf8");
    const dispatcher = new Agent({ connect: { ca } });
    const fetch = ((input: string, init: object) => undiciFetch(input, { ...init, dispatcher })) as unknown as typeof globalThis.fetch;
    client = new OpenAI({ baseURL: `${proxy.origin}/v1`, apiKey: hosts[0]?.token ?? "", fetch });
  });

  beforeEach(() => {
    vendor.requests.length = 0;
    vendor.script = says("Hello from the vendor.", { input: 5, output: 900 });
  });

  after(async () => {
    for (const host of hosts) await host.stop();
    await proxy.stop();
    await vendor.close();
    await cluster.remove();
    for (const home of homes) rmSync(home, { recursive: true, force: true });
  });

  it("streams through the proxy word by word, while the vendor is still speaking", async () => {
    let heard = () => {};
    const afterFirst = new Promise<void>((done) => {
      heard = done;
    });
    vendor.script = async (answer) => {
      await answer.text("first ");
      await afterFirst;
      await answer.text("second");
      await answer.finish();
    };
    const stream = await client.chat.completions.create({ model: "auto", messages: [message], stream: true });
    let text = "";
    for await (const chunk of stream) {
      text += chunk.choices[0]?.delta.content ?? "";
      if (text === "first ") heard();
    }
    assert.equal(text, "first second");
  });

  it("closes the vendor's socket when a client hangs up behind the proxy", async () => {
    vendor.script = async (answer) => {
      await answer.text("and so ");
    };
    const stream = await client.chat.completions.create({ model: "auto", messages: [message], stream: true });
    for await (const chunk of stream) if (chunk.choices[0]?.delta.content) break;
    stream.controller.abort();
    await vendor.requests[0]?.hungUp;
  });

  it("knows a client by its token, and only by that", async () => {
    await client.models.list();
    const stranger = client.withOptions({ apiKey: "lk-unknown" });
    await assert.rejects(stranger.models.list(), { status: 401 });
  });

  it("holds a limit that one host set on every host, however they race, and tells who spent it", async () => {
    const [one, two] = hosts;
    assert.ok(one && two);
    const run = (home: string, ...words: string[]) => latchkey(home, { LATCHKEY_LEDGER: ledger }, ...words);
    const spentBefore = spent(run(homes[0] ?? "", "usage", "--by", "editor", "--json").stdout);
    const limit = spentBefore + 0.02;
    const set = run(homes[0] ?? "", "budget", "set", "all", String(limit), "--per", "month");
    assert.equal(set.status, 0, set.stderr);
    const second = new OpenAI({ baseURL: `${two.origin}/v1`, apiKey: two.token });
    const ask = (from: OpenAI) => from.chat.completions.create({ model: "acme/m1", messages: [message], max_completion_tokens: 1000 });
    const settled = await Promise.allSettled(Array.from({ length: 20 }, () => [ask(client), ask(second)]).flat());
    const served = settled.filter((each) => each.status === "fulfilled").length;
    for (const each of settled) if (each.status === "rejected") assert.equal(each.reason.status, 429, String(each.reason));
    assert.equal(served, vendor.requests.length);
    assert.ok(served >= 8 && served * 0.001805 <= 0.02, `${served} were served`);
    const after = run(homes[1] ?? "", "usage", "--by", "editor", "--json").stdout;
    assert.ok(spent(after) <= limit, `${spent(after)} of ${limit}`);
    assert.match(after, /http:test-/);
  });
});

function spent(json: string): number {
  const parsed = JSON.parse(json) as { rows: { costNanoUsd: number }[] } | { costNanoUsd: number }[];
  const rows = Array.isArray(parsed) ? parsed : parsed.rows;
  return rows.reduce((sum, row) => sum + row.costNanoUsd, 0) / 1e9;
}
