// The long form of the wallet's tests: `npm run test:wallet [rounds]`, 200 rounds of kill -9 unless told otherwise.
import { spawnSync } from "node:child_process";

const rounds = process.argv[2] ?? "200";
const environment = { ...process.env, LATCHKEY_KILL_ROUNDS: rounds, NODE_NO_WARNINGS: "1" };
const { status } = spawnSync(process.execPath, ["node_modules/mocha/bin/mocha.js", "test/contract/wallet.test.ts"], {
  stdio: "inherit",
  env: environment,
});
process.exit(status ?? 1);
