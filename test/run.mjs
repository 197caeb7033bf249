// Runs suites one after the other with mocha and adds up their figures: `node test/run.mjs unit tidy contract`, or `--all`.
// "walk-through" is the part of contract that every commit runs: seconds, not minutes.
// The closing line is `N passed, N failed, N skipped`; any failure makes the exit code 1.
import { spawn } from "node:child_process";
import { existsSync, globSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const words = process.argv.slice(2);
const QUICK = ["unit", "tidy", "contract", "security"];
/** Suites with a runner of their own; it writes the same figures into the file that it is given. */
const RUNNERS = { host: "test/host/run.mjs" };
const WALK_THROUGH = ["stdio", "spine", "example", "local"].map((name) => `test/contract/${name}.test.ts`);
/** What SECURITY.md promises, beyond what lies in test/security. */
const WALLS = ["keys", "network", "origin", "redaction"].map((name) => `test/contract/${name}.test.ts`);
const SLOW = ["host", "walk", "editors", "team"];
const suites = words.includes("--all")
  ? [...QUICK, ...SLOW]
  : words.includes("--slow")
    ? SLOW
    : words.filter((word) => !word.startsWith("--"));

/** `--long`: what fuzzing and the kills of test/security do by command rather than at every commit. */
const long = words.includes("--long") ? { FUZZ_RUNS: "20000", KILL_ROUNDS: "500" } : {};

const folder = mkdtempSync(join(tmpdir(), "latchkey-test-"));
const total = { passes: 0, failures: 0, pending: 0 };
let broken = false;
for (const suite of suites) {
  const runner = RUNNERS[suite];
  const files = suite === "walk-through" ? WALK_THROUGH : suite === "walls" ? WALLS : globSync(`test/${suite}/**/*.test.ts`);
  if (runner ? !existsSync(runner) : files.length === 0) continue;
  const report = join(folder, `${suite}.json`);
  const started = Date.now();
  const reporter = join(import.meta.dirname, "support/reporter.cjs");
  const command = runner
    ? [runner, report]
    : ["node_modules/mocha/bin/mocha.js", "--reporter", reporter, "--reporter-option", `file=${report}`, ...files];
  const code = await run(command);
  const stats = existsSync(report) ? JSON.parse(readFileSync(report, "utf8")) : { passes: 0, failures: 1, pending: 0 };
  for (const key of Object.keys(total)) total[key] += stats[key];
  if (code !== 0 || stats.failures > 0) broken = true;
  if (code !== 0 && stats.failures === 0) total.failures += 1;
  console.log(
    `${suite}: ${stats.passes} passed, ${stats.failures} failed, ${stats.pending} skipped (${((Date.now() - started) / 1000).toFixed(1)} s)`,
  );
}
rmSync(folder, { recursive: true, force: true });
console.log(`${total.passes} passed, ${total.failures} failed, ${total.pending} skipped`);
process.exit(broken ? 1 : 0);

function run(command) {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, command, { stdio: "inherit", env: { ...process.env, NODE_NO_WARNINGS: "1", ...long } });
    child.on("exit", (code, signal) => resolve(signal ? 1 : (code ?? 1)));
  });
}
