// What the ledger costs: opening, reserve and settle alone and with four writers, and a month's summary over a million rows.
// node test/bench/ledger.ts [rows]
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { createCalendar } from "../../server/money/calendar.ts";
import { LEDGER_FILE, openLedger } from "../../server/money/ledger/open.ts";
import { summarise } from "../../server/money/report.ts";
import { closeTill, facts, intent, never, openTill } from "../support/ledger.ts";

const folders: string[] = [];
const newFolder = (): string => {
  const folder = mkdtempSync(join(tmpdir(), "latchkey-bench-"));
  folders.push(folder);
  return folder;
};
const quantile = (values: readonly number[], share: number): number =>
  [...values].sort((a, b) => a - b)[Math.floor(share * (values.length - 1))] ?? 0;
const line = (what: string, values: readonly number[]): void =>
  console.log(
    `${what.padEnd(44)} p50 ${quantile(values, 0.5).toFixed(3)} ms   p90 ${quantile(values, 0.9).toFixed(3)}   p99 ${quantile(values, 0.99).toFixed(3)}   max ${quantile(values, 1).toFixed(1)}`,
  );

async function opening(): Promise<void> {
  const fresh: number[] = [];
  const again: number[] = [];
  for (let round = 0; round < 20; round++) {
    const folder = newFolder();
    for (const times of [fresh, again]) {
      const began = performance.now();
      const ledger = await openLedger({ folder, env: {}, facts, now: Date.now });
      times.push(performance.now() - began);
      await ledger.close();
    }
  }
  line("open, a new file", fresh);
  line("open, a file that is there", again);
}

interface Written {
  readonly times: readonly { reserve: number; settle: number }[];
  readonly cpuMs: number;
}

async function writing(writers: number, rounds: number, pauseMs: number): Promise<void> {
  const folder = newFolder();
  await closeTill(await openTill({}, { folder }), true);
  const writer = join(import.meta.dirname, "ledger-writer.ts");
  const began = performance.now();
  const results = await Promise.all(
    Array.from({ length: writers }, async (): Promise<Written> => {
      const child = spawn(process.execPath, [writer, folder, String(rounds), String(pauseMs)], { stdio: ["ignore", "pipe", "inherit"] });
      let text = "";
      for await (const chunk of child.stdout) text += chunk;
      return JSON.parse(text) as Written;
    }),
  );
  const times = results.flatMap((result) => result.times);
  const how = pauseMs === 0 ? "flat out" : `one request every ${pauseMs} ms each`;
  const rate = Math.round((1000 * times.length) / (performance.now() - began));
  console.log(`${writers} writer${writers > 1 ? "s" : ""}, ${how}: ${times.length} attempts, about ${rate} a second with start-up`);
  line(
    "  reserve",
    times.map((time) => time.reserve),
  );
  line(
    "  settle",
    times.map((time) => time.settle),
  );
  line(
    "  reserve + settle",
    times.map((time) => time.reserve + time.settle),
  );
}

async function summing(rows: number): Promise<void> {
  const folder = newFolder();
  const till = await openTill({}, { folder });
  await till.budget.reserve(intent(1), never);
  await closeTill(till, true);
  fill(join(folder, LEDGER_FILE), rows);
  const ledger = await openLedger({ folder, env: {}, facts, now: Date.now });
  const calendar = createCalendar("UTC");
  const size = statSync(join(folder, LEDGER_FILE)).size;
  console.log(`${rows} attempts in one month, 12 models, 40 workspaces, 3 editors (${Math.round(size / 1e6)} MB)`);
  for (const by of [
    ["day"],
    ["month", "model"],
    ["day", "model"],
    ["workspace"],
    ["day", "model", "provider", "workspace", "editor"],
  ] as const) {
    const times: number[] = [];
    let count = 0;
    for (let round = 0; round < 7; round++) {
      const began = performance.now();
      count = (await summarise(ledger, calendar, { by: [...by], from: "2026-11-01", to: "2026-11-30" })).rows.length;
      times.push(performance.now() - began);
    }
    line(`  summary by ${by.join(", ")} (${count} rows)`, times);
  }
  const [all] = (await summarise(ledger, calendar, { by: [] })).rows;
  console.log(`  attempts counted: ${all?.attempts}`);
  const began = performance.now();
  await ledger.balances([{ scope: "all", id: "", fromMs: Date.parse("2026-11-01"), toMs: Date.parse("2026-12-01") }]);
  console.log(`  a new limit's first look at the month: ${(performance.now() - began).toFixed(1)} ms, once`);
  await ledger.close();
}

/** Rows as settling writes them, then the days that settling keeps, by the migration's own statement. */
function fill(path: string, rows: number): void {
  const db = new DatabaseSync(path);
  db.exec("PRAGMA synchronous = OFF; BEGIN");
  db.exec(`INSERT INTO attempt (attempt_id, chat_id, workspace, editor, provider, model, purpose, state, outcome, first_in_chat, held_nano, cost_nano,
      cost_provenance, input_tokens, output_tokens, usage_provenance, raw_usage, reserved_at, settled_at, day, holder)
    WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < ${rows - 1})
    SELECT 'a' || i, 'c' || (i / 2), '/work/' || (i % 40), CASE i % 3 WHEN 0 THEN 'vscode' WHEN 1 THEN 'neovim' ELSE 'cli' END, 'p' || (i % 4),
      'p' || (i % 4) || '/m' || (i % 12), 'chat', 'settled', 'ok', i % 2 = 0, 0, 1000 + i % 5000, 'computed', 1000, 200, 'reported',
      '{"prompt_tokens":1000,"completion_tokens":200}', ${Date.parse("2026-11-01")} + CAST(i AS INTEGER) * ${Math.floor((30 * 86_400_000) / rows)}, 0, '', 'h' FROM n`);
  db.exec("UPDATE attempt SET day = date(reserved_at / 1000, 'unixepoch') WHERE day = ''");
  db.exec("DELETE FROM rollup");
  db.exec(`INSERT INTO rollup SELECT day, provider, model, coalesce(workspace, ''), editor, sum(first_in_chat), count(*), sum(input_tokens), 0, 0, 0,
    sum(output_tokens), 0, sum(usage_provenance = 'estimated'), coalesce(sum(cost_nano), 0), sum(cost_nano IS NULL), 0
    FROM attempt WHERE state = 'settled' GROUP BY 1, 2, 3, 4, 5`);
  db.exec("COMMIT");
  db.close();
}

await opening();
await writing(1, 1000, 0);
await writing(4, 1000, 0);
await writing(4, 150, 20);
await summing(Number(process.argv[2] ?? 1_000_000));
for (const folder of folders) rmSync(folder, { recursive: true, force: true });
