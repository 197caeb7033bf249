// A process of its own with a wallet: does the words it is given and prints what came of each as a line of JSON.
// node ledger-worker.ts FOLDER WORD…   words: reserve, hold, settle, free, status, wait
import { isFailure } from "../../shared/failure.ts";
import type { Reservation } from "../../server/money/budget.ts";
import { closeTill, intent, never, openTill, outcome, USD } from "./ledger.ts";

const [folder = "", ...words] = process.argv.slice(2);
const till = await openTill({ budgets: [{ scope: "all", limitUsd: 100 }] }, { folder });
const held: Reservation[] = [];
const say = (what: unknown): void => void process.stdout.write(`${JSON.stringify(what)}\n`);
say({ notices: till.ledger.notices });

for (const word of words) {
  try {
    if (word === "reserve" || word === "free") {
      const reservation = await till.budget.reserve(
        intent(word === "free" ? 0 : 0.01 * USD, word === "free" ? { model: "ollama/x" } : {}),
        never,
      );
      held.push(reservation);
      say({ word, reserved: reservation.reservedNanoUsd });
    } else if (word === "settle") {
      await held.shift()?.settle(outcome(0.005 * USD, { rawUsage: { filler: "x".repeat(20_000) } }));
      say({ word, said: till.said });
    } else if (word === "status") say({ word, ...(await till.budget.status()) });
    else if (word === "wait") await new Promise((resolve) => setTimeout(resolve, 600_000));
  } catch (error) {
    say({ word, error: isFailure(error) ? error.kind : "bug", message: error instanceof Error ? error.message : String(error) });
  }
}
await closeTill(till, true);
