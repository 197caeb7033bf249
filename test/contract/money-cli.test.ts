// The verbs about money, as a person types them: the built command line over a ledger that real chats have filled.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { parseCsv } from "../../server/money/csv.ts";
import { latchkey } from "../support/cli.ts";
import { ask, SidecarProcess } from "../support/sidecar.ts";
import { asProvider, says, startVendor, type Vendor } from "../support/vendor.ts";

describe("money on the command line", function () {
  this.timeout(30_000);
  let home: string;
  let vendor: Vendor;
  before(async () => {
    home = mkdtempSync(join(tmpdir(), "latchkey-money-cli-"));
    vendor = await startVendor(says("Certainly.", { input: 1000, output: 100, cached: 400 }));
    const sidecar = new SidecarProcess({ home });
    await sidecar.initialize({ providers: { custom: [asProvider(vendor, { needsKey: false })] } }, "vscode");
    for (const chat of ["a", "b"]) await sidecar.request("chat/send", ask(chat, "hello", { model: "acme/m1", workspace: "/w" }));
    const summary = await sidecar.request("usage/summary", { by: ["editor", "workspace"] });
    assert.deepEqual(
      summary.rows.map((row) => [row.editor, row.workspace, row.requests, row.costNanoUsd]),
      [["vscode", "/w", 2, 2 * COST]],
    );
    const rows = await sidecar.request("usage/export", { format: "json" });
    assert.equal(rows.rows, 2);
    assert.ok(!rows.content.includes("hello"), "no prompt text is kept");
    await sidecar.stop();
  });
  after(async () => {
    await vendor.close();
    rmSync(home, { recursive: true, force: true });
  });
  const COST = 600 * 1000 + 400 * 100 + 100 * 2000;
  const run = (...words: string[]) => latchkey(words, { home });

  it("usage prints a table with a total", async () => {
    const { code, stdout } = await run("usage", "--by", "provider");
    assert.equal(code, 0);
    assert.match(stdout, /^provider +requests +tokens in +cached +tokens out +cost +saved\nacme +2 +2000 +40 % +200 +\$0\.0017/);
    assert.match(stdout, /\ntotal +2 /);
  });

  it("usage writes sums and rows as CSV and JSON", async () => {
    const sums = parseCsv((await run("usage", "--by", "model,editor", "--csv")).stdout);
    assert.deepEqual([sums[0]?.model, sums[0]?.editor, sums[0]?.cost_nano_usd], ["acme/m1", "vscode", String(2 * COST)]);
    const rows = parseCsv((await run("usage", "--rows", "--csv")).stdout);
    assert.deepEqual(
      rows.map((row) => [row.model, row.cost_usd]),
      [1, 2].map(() => ["acme/m1", "0.000840000"]),
    );
    assert.equal((JSON.parse((await run("usage", "--rows", "--json")).stdout) as unknown[]).length, 2);
    assert.equal((await run("usage", "--by", "galaxy")).code, 2);
    assert.match((await run("usage", "--from", "2031-01-01")).stdout, /Nothing was spent/);
  });

  it("budget sets, shows and removes a limit that the next process keeps", async () => {
    assert.match((await run("budget")).stdout, /No limit is set/);
    const set = await run("budget", "set", "all", "5", "--per", "day");
    assert.match(set.stdout, /all +day +hard +\$5\.00 +\$0\.0017/);
    await run("budget", "set", "all", "0.001", "--per", "day");
    const { budgets } = JSON.parse((await run("budget", "--json")).stdout) as { budgets: { limitNanoUsd: number }[] };
    assert.deepEqual(
      budgets.map((budget) => budget.limitNanoUsd),
      [1_000_000],
    );
    assert.match((await run("budget", "remove", "all", "--per", "day")).stdout, /No limit is set/);
    assert.equal((await run("budget", "set", "galaxy", "5")).code, 2);
    assert.equal((await run("budget", "set", "all")).code, 2);
  });

  it("reprice says what it looked at and writes nothing unasked", async () => {
    const { code, stdout } = await run("reprice", "--from", "2026-01-01");
    assert.equal(code, 0);
    assert.match(stdout, /2 attempts were looked at; 2 keep their figure/);
    assert.equal((await run("reprice")).code, 2);
  });

  it("reprice shows what a corrected price changes, writes it when told to, and keeps the old figure", async () => {
    const doubled = { usdPerMillion: { input: 2, output: 4, cacheRead: 0.2 } };
    writeFileSync(
      join(home, "settings.json"),
      JSON.stringify({ "local.discover": false, providers: { custom: [asProvider(vendor, { needsKey: false }, doubled)] } }),
    );
    const shown = await run("reprice", "--from", "2026-01-01");
    assert.match(shown.stdout, /\nacme\/m1 +2 +\$0\.0017 +\$0\.0034 +\+\$0\.0017/);
    assert.match(shown.stdout, /2 figures would change\. Nothing was written: add --write\./);
    const written = await run("reprice", "--from", "2026-01-01", "--write", "--json");
    assert.deepEqual([JSON.parse(written.stdout).changed, JSON.parse(written.stdout).written], [2, 2]);
    assert.match((await run("reprice", "--from", "2026-01-01")).stdout, /Every other figure is what today's prices give/);
    const [row] = JSON.parse((await run("usage", "--by", "model", "--json")).stdout);
    assert.equal(row.costNanoUsd, 4 * COST);
    const ledger = new DatabaseSync(join(home, "ledger.sqlite"), { readOnly: true });
    assert.deepEqual(
      { ...ledger.prepare("SELECT sum(old_nano) AS old, sum(new_nano) AS new FROM repricing").get() },
      { old: 2 * COST, new: 4 * COST },
    );
    ledger.close();
  });

  it("ask --estimate says what each model would cost, as text and as JSON, and sends nothing", async () => {
    const before = vendor.requests.length;
    const text = await run("ask", "hello there", "--estimate");
    assert.match(text.stdout, /^acme\/m1 +about \$0\.\d+, at most \$0\.\d+ \(\d+ tokens in; prices of 20\d\d-\d\d-\d\d\)/);
    const quote = JSON.parse((await run("ask", "hello there", "--estimate", "--json")).stdout);
    assert.equal(quote.candidates[0].model, "acme/m1");
    const none = await run("ask", "hello there", "--estimate", "--model", "nobody/m1");
    assert.deepEqual([none.code, /No model can take this prompt/.test(none.stdout)], [3, true]);
    assert.equal(vendor.requests.length, before);
  });

  it("reconcile compares a vendor's file and says by its exit code whether all agrees", async () => {
    const file = join(home, "usage.csv");
    writeFileSync(
      file,
      "usage_date_utc,model_version,usage_input_tokens_no_cache,usage_output_tokens\n2026-08-05,claude-opus-5,46981,16932\n",
    );
    const { code, stdout } = await run("reconcile", file);
    assert.equal(code, 1);
    assert.match(stdout, /Anthropic usage: 1 lines by day and model, 0 agree\.\n/);
    assert.match(stdout, /2026-08-05 +anthropic\/claude-opus-5 +only at the vendor +- +46981/);
    writeFileSync(file, "who,knows\n1,2\n");
    assert.equal((await run("reconcile", file)).code, 2);
    assert.equal((await run("reconcile", join(home, "absent.csv"))).code, 2);
  });
});
