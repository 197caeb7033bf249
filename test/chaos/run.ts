// `npm run chaos -- --rounds 2000 --seed 1 [--lanes 6] [--dialects anthropic,google] [--only 17] [--silence-ms 6000]`: prints figures; exit code 1 when
// anything is wrong. On a machine that is busy elsewhere the provider itself may be silent longer than the sidecar waits: give it more.
import { Dialect } from "../../shared/custom.ts";
import { median, runSuite } from "./suite.ts";

const words = process.argv.slice(2);
const option = (name: string): string | undefined => (words.includes(`--${name}`) ? words[words.indexOf(`--${name}`) + 1] : undefined);
const dialects = (option("dialects")?.split(",") ?? Dialect.options).map((name) => Dialect.parse(name));
const order = {
  rounds: Number(option("rounds") ?? 200),
  seed: Number(option("seed") ?? 1),
  lanes: Number(option("lanes") ?? 6),
  dialects,
  ...(option("silence-ms") && { silenceMs: Number(option("silence-ms")) }),
  ...(option("only") && { only: Number(option("only")), lanes: 1 }),
  verbose: words.includes("--verbose"),
  say: console.log,
};

const report = await runSuite(order);
const line = (counts: Readonly<Record<string, number>>) =>
  Object.entries(counts)
    .sort((left, right) => right[1] - left[1])
    .map(([name, count]) => `${name} ${count}`)
    .join(", ");
console.log(
  `seed ${order.seed}: ${report.rounds} rounds in ${report.seconds.toFixed(1)} s over ${order.lanes} sidecars, dialects ${dialects.join(", ")}`,
);
console.log(`ends: ${line(report.ends)}`);
console.log(`requests the provider saw: ${report.requests}; attempts claimed: ${report.attempts}; ledger rows: ${report.rows}`);
console.log(`faults played: ${line(report.faults)}`);
if (report.stopToCloseMs.length > 0) {
  const worst = Math.max(...report.stopToCloseMs);
  console.log(
    `stop to upstream closed: median ${median(report.stopToCloseMs).toFixed(1)} ms, worst ${worst.toFixed(1)} ms, n ${report.stopToCloseMs.length}`,
  );
}
for (const wrong of report.wrong) console.log(`WRONG ${wrong}`);
console.log(`${report.wrong.length} things are wrong`);
process.exit(report.wrong.length === 0 ? 0 : 1);
