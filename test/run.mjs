// Runs suites with mocha and adds up their figures: `node test/run.mjs unit tidy contract`, or `--all`.
// unit and tidy run in one process each; of every other suite each file has a process of its own, a few of them at once.
// "walk-through" is the part of contract that every commit runs: seconds, not minutes.
// The closing line is `N passed, N failed, N skipped`; any failure makes the exit code 1.
import { existsSync, globSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { basename, join } from "node:path";
import { inLanes, runQuietly, runShown } from "./support/lanes.mjs";

const words = process.argv.slice(2);
const QUICK = ["unit", "tidy", "contract", "security"];
const SLOW = ["walk", "host", "editors", "team"];
/** Suites with a runner of their own; it writes the same figures into the file that it is given. */
const RUNNERS = { host: "test/host/run.mjs" };
const WHOLE = new Set(["unit", "tidy", "live"]);
const WALK_THROUGH = ["stdio", "spine", "example", "local"].map((name) => `test/contract/${name}.test.ts`);
/** What SECURITY.md promises, beyond what lies in test/security. */
const WALLS = ["keys", "network", "origin", "redaction"].map((name) => `test/contract/${name}.test.ts`);
const suites = words.includes("--all")
  ? [...QUICK, ...SLOW]
  : words.includes("--slow")
    ? SLOW
    : words.filter((word) => !word.startsWith("--"));

/** Editors and browsers want a processor each; more than four at once would wait for the disk. */
const LANES = Number(process.env.LATCHKEY_TEST_LANES ?? Math.min(4, Math.max(2, availableParallelism())));

/** `--long`: what fuzzing and the kills of test/security do by command rather than at every commit. */
const long = words.includes("--long") ? { FUZZ_RUNS: "20000", KILL_ROUNDS: "500" } : {};
const environment = { ...process.env, NODE_NO_WARNINGS: "1", ...long };

/**
 * What drives browsers, editors, servers and whole processes gets a second try in CI, alone on the machine and in a fresh process, since
 * a machine that is busy elsewhere can outlast any patience. What needed it is named; what fails twice fails.
 */
const SECOND_TRY = process.env.CI !== undefined;

const folder = mkdtempSync(join(tmpdir(), "latchkey-test-"));
const figures = new Map(suites.map((suite) => [suite, { passes: 0, failures: 0, pending: 0, seconds: 0 }]));
const jobs = suites.flatMap(jobsOf);

// Programs that the machine lacks are installed while the quick suites run.
const needsMachine = suites.some((suite) => SLOW.includes(suite) || suite === "contract");
const machine = needsMachine ? runQuietly(["test/support/machine-ready.ts"], environment) : undefined;
for (const job of jobs.filter(({ whole }) => whole)) count(job, await run(job, runShown));
const ready = await machine;
if (ready?.output) console.log(ready.output.trimEnd());

const failed = [];
await inLanes(
  jobs.filter(({ whole }) => !whole),
  LANES,
  async (job) => {
    const result = await run(job, runQuietly, job.suite === "walk" && SECOND_TRY ? ["--bail"] : []);
    console.log(`\n${job.name} (${result.seconds.toFixed(1)} s)\n${result.output.trim().replace(/\n{2,}/g, "\n\n")}`);
    if (result.failures > 0 && SECOND_TRY) failed.push(job);
    else count(job, result);
  },
);
for (const job of failed) {
  console.log(`\na second try of ${job.name}`);
  count(job, await run(job, runShown));
}

const total = { passes: 0, failures: 0, pending: 0 };
for (const [suite, { passes, failures, pending, seconds }] of figures) {
  console.log(`${suite}: ${passes} passed, ${failures} failed, ${pending} skipped (${seconds.toFixed(1)} s)`);
  for (const key of Object.keys(total)) total[key] += { passes, failures, pending }[key];
}
rmSync(folder, { recursive: true, force: true });
console.log(`${total.passes} passed, ${total.failures} failed, ${total.pending} skipped`);
process.exit(total.failures > 0 ? 1 : 0);

function jobsOf(suite) {
  const runner = RUNNERS[suite];
  if (runner) return existsSync(runner) ? [{ suite, name: `test/${suite}`, runner, files: [] }] : [];
  const files = suite === "walk-through" ? WALK_THROUGH : suite === "walls" ? WALLS : globSync(`test/${suite}/**/*.test.ts`).sort();
  if (files.length === 0) throw new Error(`there is no suite "${suite}"`);
  if (WHOLE.has(suite)) return [{ suite, name: `test/${suite}`, files, whole: true }];
  return files.map((file) => ({ suite, name: file, files: [file] }));
}

/** A run that ends badly without a failing test counts as one failure. */
async function run({ suite, name, runner, files }, how, extra = []) {
  const report = join(folder, `${suite}-${basename(name)}.json`);
  rmSync(report, { force: true });
  const reporter = join(import.meta.dirname, "support/reporter.cjs");
  const mocha = ["node_modules/mocha/bin/mocha.js", "--reporter", reporter, "--reporter-option", `file=${report}`, ...extra, ...files];
  const started = Date.now();
  const { code, output } = await how(runner ? [runner, report] : mocha, environment);
  const stats = existsSync(report) ? JSON.parse(readFileSync(report, "utf8")) : { passes: 0, failures: 0, pending: 0 };
  const failures = code !== 0 && stats.failures === 0 ? 1 : stats.failures;
  return { ...stats, failures, output, seconds: (Date.now() - started) / 1000 };
}

function count({ suite }, result) {
  const sum = figures.get(suite);
  for (const key of Object.keys(sum)) sum[key] += result[key];
}
