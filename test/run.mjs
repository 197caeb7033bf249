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

/**
 * Suites that drive browsers, editors, servers and whole processes get a second try in CI, file by file and in a fresh
 * process, since a machine that is busy elsewhere can outlast any patience. What needed it is named; what fails twice fails.
 */
const SECOND_TRY = process.env.CI ? new Set(["contract", "host", "walk", "editors", "team", "security", "walk-through"]) : new Set();

const folder = mkdtempSync(join(tmpdir(), "latchkey-test-"));
const total = { passes: 0, failures: 0, pending: 0 };
for (const suite of suites) {
  const files = suite === "walk-through" ? WALK_THROUGH : suite === "walls" ? WALLS : globSync(`test/${suite}/**/*.test.ts`);
  const runner = RUNNERS[suite];
  if (runner ? !existsSync(runner) : files.length === 0) continue;
  const started = Date.now();
  let stats = await runSuite(suite, files);
  if (stats.failures > 0 && SECOND_TRY.has(suite)) stats = await secondTry(suite, files, stats);
  for (const key of Object.keys(total)) total[key] += stats[key];
  const seconds = ((Date.now() - started) / 1000).toFixed(1);
  console.log(`${suite}: ${stats.passes} passed, ${stats.failures} failed, ${stats.pending} skipped (${seconds} s)`);
}
rmSync(folder, { recursive: true, force: true });
console.log(`${total.passes} passed, ${total.failures} failed, ${total.pending} skipped`);
process.exit(total.failures > 0 ? 1 : 0);

/** A run that ends badly without a failing test counts as one failure of no file. */
async function runSuite(suite, files) {
  const report = join(folder, `${suite}.json`);
  rmSync(report, { force: true });
  const reporter = join(import.meta.dirname, "support/reporter.cjs");
  const mocha = ["node_modules/mocha/bin/mocha.js", "--reporter", reporter, "--reporter-option", `file=${report}`, ...files];
  const code = await run(RUNNERS[suite] ? [RUNNERS[suite], report] : mocha);
  const stats = existsSync(report) ? JSON.parse(readFileSync(report, "utf8")) : { passes: 0, failures: 0, pending: 0 };
  return code !== 0 && stats.failures === 0 ? { ...stats, failures: 1, files: undefined } : stats;
}

async function secondTry(suite, files, first) {
  const failed = RUNNERS[suite] || !first.files ? files : Object.keys(first.files).filter((file) => first.files[file].failures > 0);
  console.log(`${suite}: a second try of ${failed.join(", ")}`);
  const second = await runSuite(suite, failed);
  if (failed.length === files.length || !first.files) return second;
  const kept = Object.entries(first.files).filter(([file]) => !failed.includes(file));
  const sum = (key) => second[key] + kept.reduce((all, [, one]) => all + one[key], 0);
  return { passes: sum("passes"), failures: sum("failures"), pending: sum("pending") };
}

function run(command) {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, command, { stdio: "inherit", env: { ...process.env, NODE_NO_WARNINGS: "1", ...long } });
    child.on("exit", (code, signal) => resolve(signal ? 1 : (code ?? 1)));
  });
}
