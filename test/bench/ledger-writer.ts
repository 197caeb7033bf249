// One of several writers of the ledger's bench: reserves and settles in a loop, then prints its times in milliseconds.
// node ledger-writer.ts FOLDER ROUNDS PAUSE_MS
import { setTimeout as sleep } from "node:timers/promises";
import { closeTill, intent, never, openTill, outcome, USD } from "../support/ledger.ts";

const [folder = "", rounds = "500", pauseMs = "0"] = process.argv.slice(2);
const till = await openTill(
  {
    budgets: [
      { scope: "all", period: "month", limitUsd: 1000 },
      { scope: "provider", period: "day", limitUsd: 1000 },
    ],
  },
  { folder },
);
const times: { reserve: number; settle: number }[] = [];
for (let round = 0; round < Number(rounds); round++) {
  const began = performance.now();
  const reservation = await till.budget.reserve(intent(0.001 * USD), never);
  const held = performance.now();
  await reservation.settle(outcome(0.0004 * USD));
  times.push({ reserve: held - began, settle: performance.now() - held });
  if (Number(pauseMs) > 0) await sleep(Number(pauseMs) * (0.5 + Math.random()));
}
const cpuUs = process.cpuUsage();
await closeTill(till, true);
process.stdout.write(`${JSON.stringify({ times, cpuMs: (cpuUs.user + cpuUs.system) / 1000 })}\n`);
