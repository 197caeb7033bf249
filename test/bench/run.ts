// `npm run bench [-- name] [--full]`: without a name the side-by-side run; routing, quote, ledger and the like are files beside this one.
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { measureLatency } from "./latency.ts";

const words = process.argv.slice(2);
const name = words.find((word) => !word.startsWith("--"));

if (name !== undefined && name !== "latency") {
  const file = `test/bench/${name}.ts`;
  if (!existsSync(file)) {
    console.error(`There is no benchmark "${name}".`);
    process.exit(2);
  }
  const child = spawn(process.execPath, [file, ...words.filter((word) => word !== name)], { stdio: "inherit" });
  child.once("exit", (code) => process.exit(code ?? 1));
} else {
  console.log(
    `Node ${process.version}, ${words.includes("--full") ? "full" : "quick"} mode; ratios count, absolute times are this machine's.`,
  );
  const results = await measureLatency(words.includes("--full"));
  mkdirSync("test/output", { recursive: true });
  writeFileSync("test/output/bench.json", `${JSON.stringify(results, null, 1)}\n`);
  console.log("\nwritten to test/output/bench.json");
  process.exit(0);
}
