// `npm run coverage [suites]`: every suite on a build that can be led back to its sources, V8's coverage of all its processes merged.
// Prints lines and branches of server/ and shared/ by room; red below four fifths, or where a file below three fifths has no reason.
import { spawn } from "node:child_process";
import { globSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Hits, type ScriptCoverage } from "./hits.ts";
import { fileOf, type Measured, measure, spotsRun } from "./measure.ts";
import type { Parse } from "./outline.ts";
import { REASONS } from "./reasons.ts";

const LEAST_PERCENT = 80;
const LEAST_OF_A_FILE_PERCENT = 60;
const FOLD_EVERY_MS = 1000;

const suites = process.argv.slice(2);
const folder = mkdtempSync(join(tmpdir(), "latchkey-coverage-"));
const hits = new Hits();
let processes = 0;

/** Node's own copy of acorn (npm run coverage exposes it): no parser is a dependency for the sake of one report. */
const { parse } = createRequire(import.meta.url)("internal/deps/acorn/acorn/dist/acorn") as { parse: Parse };

await run("node", ["build.mjs", "--quiet", "--traceable"]);
// Hundreds of processes leave a file each; they are folded while the suites go on.
const folding = setInterval(() => fold(false), FOLD_EVERY_MS);
const code = await run("node", ["test/run.mjs", ...(suites.length === 0 ? ["--all"] : suites)], {
  NODE_V8_COVERAGE: folder,
});
clearInterval(folding);
fold(true);
rmSync(folder, { recursive: true, force: true });

const bundles = ["dist/server.cjs", "dist/lazy/scorer.cjs", "dist/client.mjs", "dist/extension.cjs"].map((path) => ({
  path,
  map: `${path}.map`,
}));
const bundled = spotsRun(bundles, hits);
const files = globSync("{server,shared}/**/*.ts").sort();
const measured = files.map((file) => measure(file, hits, bundled.get(file), parse)).filter(({ lines }) => lines.all > 0);
process.exitCode = report(measured) && code === 0 ? 0 : 1;

/** A file that is still being written is read the next time. */
function fold(isLast: boolean): void {
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    try {
      const { result } = JSON.parse(readFileSync(path, "utf8")) as { result: ScriptCoverage[] };
      for (const script of result) if (/^(server|shared|dist)\//.test(fileOf(script.url) ?? "")) hits.add(script);
      processes += 1;
    } catch {
      if (!isLast) continue;
    }
    rmSync(path, { force: true });
  }
}

function report(all: readonly Measured[]): boolean {
  console.log(`\n${processes} processes, ${all.length} files with code in server/ and shared/`);
  const rooms = new Map<string, Measured[]>();
  for (const one of all) rooms.set(roomOf(one.file), [...(rooms.get(roomOf(one.file)) ?? []), one]);
  for (const [room, files] of rooms) console.log(line(room, files));
  const total = line("all", all);
  console.log(total);
  const low = all.filter((one) => Math.min(percent(one.lines), percent(one.branches)) < LEAST_OF_A_FILE_PERCENT);
  for (const one of low)
    console.log(
      `below ${LEAST_OF_A_FILE_PERCENT} %: ${line(one.file, [one])}: ${reasonFor(one.file) ?? `NO REASON (missed: ${one.missedLines.slice(0, 12).join(", ")})`}`,
    );
  const unexplained = low.filter(({ file }) => reasonFor(file) === undefined);
  const needless = Object.keys(REASONS).filter((name) => !low.some(({ file }) => file.startsWith(name)));
  for (const name of needless) console.log(`a reason that this run did not need: ${name}`);
  const enough = [sum(all, "lines"), sum(all, "branches")].every((one) => percent(one) >= LEAST_PERCENT);
  return enough && unexplained.length === 0;
}

function reasonFor(file: string): string | undefined {
  return Object.entries(REASONS).find(([name]) => file.startsWith(name))?.[1];
}

/** "server/chat", "shared"; a single file beside the rooms counts to the house. */
function roomOf(file: string): string {
  const [top = "", room = ""] = file.split("/");
  return top === "server" && !room.endsWith(".ts") ? `${top}/${room}` : top;
}

function line(name: string, files: readonly Measured[]): string {
  const [lines, branches] = [sum(files, "lines"), sum(files, "branches")];
  const show = (one: { run: number; all: number }) => `${percent(one).toFixed(1).padStart(5)} % (${one.run}/${one.all})`;
  return `${name.padEnd(34)} lines ${show(lines).padEnd(22)} branches ${show(branches)}`;
}

function sum(files: readonly Measured[], what: "lines" | "branches"): { run: number; all: number } {
  return files.reduce((all, one) => ({ run: all.run + one[what].run, all: all.all + one[what].all }), { run: 0, all: 0 });
}

function percent({ run: ran, all }: { run: number; all: number }): number {
  return all === 0 ? 100 : (100 * ran) / all;
}

function run(command: string, words: readonly string[], environment: Record<string, string> = {}): Promise<number> {
  return new Promise((resolve) => {
    const child = spawn(command, words, { stdio: "inherit", env: { ...process.env, ...environment } });
    child.on("exit", (exit, signal) => resolve(signal ? 1 : (exit ?? 1)));
  });
}
