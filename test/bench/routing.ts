// `npm run bench -- routing [--quick]`: decisions a second over 2,000 models, the scorer's cost, its scoreboard on dev, and the table of families left out.
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { openSnapshot } from "../../server/catalog/snapshot.ts";
import { createEstimator } from "../../server/money/estimate.ts";
import { complexity } from "../../server/routing/complexity.ts";
import { createRoute } from "../../server/routing/route.ts";
import { scorePrompt } from "../../server/routing/scorer/score.ts";
import { NOW, routeInput } from "../support/catalogue.ts";
import { median, printTable, printTargets, quantile, type Target } from "./figures.ts";
import { MODELS, manyModels, PROMPT, times } from "./work.ts";

const ROUNDS = 400;
const SIX = ["openai", "anthropic", "google", "deepseek", "groq", "mistral"];
const DEV = "../shared/routing/dev";
const SUITE = "../shared/routing/scoreboard/suite.mjs";

async function decisions(): Promise<Target[]> {
  const models = manyModels();
  const estimator = createEstimator({ now: () => NOW });
  await estimator.ready?.();
  const rows: string[][] = [];
  let slowest = 0;
  for (const [name, keys] of [
    ["one key", ["openai"]],
    ["six keys", SIX],
    ["every key", undefined],
  ] as const) {
    const route = createRoute({ learned: scorePrompt });
    const input = routeInput(PROMPT, models, keys ? { keys } : {});
    let candidates = 0;
    const each = times(() => {
      const estimate = estimator.quote({ messages: [...input.messages] }, undefined);
      candidates = route({ ...input, estimate }).candidates.length;
    }, ROUNDS);
    slowest = Math.max(slowest, median(each));
    rows.push([name, String(candidates), median(each).toFixed(3), quantile(each, 0.99).toFixed(3), (1000 / median(each)).toFixed(0)]);
  }
  const title = `A full decision (level, learned score, quote of every candidate, ranking, reasons) over ${MODELS} models`;
  printTable(title, ["providers", "candidates", "p50 ms", "p99 ms", "a second"], rows);
  return [{ metric: "a decision, every key, p50", seen: slowest, unit: "ms", limit: 1, least: "atMost" }];
}

function pieces(): Target[] {
  const long = Array.from({ length: 14_000 }, (_, index) => `w${(index * 7919) % 5000}`)
    .join(" ")
    .slice(0, 100_000);
  const scored = median(times(() => void scorePrompt(PROMPT), ROUNDS));
  const level = median(times(() => void complexity(long), 40));
  const read = median(times(() => void openSnapshot().models("openrouter"), 20));
  const rows = [
    ["learned score of one prompt", scored.toFixed(3)],
    ["level of a short prompt", median(times(() => void complexity(PROMPT), ROUNDS)).toFixed(3)],
    ["level of 100 kB", level.toFixed(3)],
    ["the largest provider's models read from the snapshot", read.toFixed(3)],
  ];
  printTable("Pieces", ["piece", "p50 ms"], rows);
  return [
    { metric: "learned score", seen: scored, unit: "ms", limit: 1, least: "atMost" },
    { metric: "level of 100 kB", seen: level, unit: "ms", limit: 5, least: "atMost" },
  ];
}

function scoreboard(): void {
  if (!existsSync(SUITE)) {
    console.log(`\n${SUITE} is not there: no scoreboard.`);
    return;
  }
  console.log("\nThe scoreboard on dev, through the built `latchkey score`. These rows were trained on: the table after it is the result.");
  spawnSync(
    process.execPath,
    [SUITE, "--name", "latchkey score", "--router", `${process.execPath} ${resolve("dist/latchkey.cjs")} score`],
    { stdio: "inherit" },
  );
}

function families(): void {
  if (process.argv.includes("--quick") || !existsSync(DEV)) {
    const why = existsSync(DEV) ? "--quick" : `${DEV} is not there`;
    console.log(`\nFamilies left out: not run (${why}); last run in docs/decisions/2026-11-23-learned-scorer.md:`);
    const page = readFileSync("docs/decisions/2026-11-23-learned-scorer.md", "utf8");
    for (const line of page.split("\n")) if (line.startsWith("| left out") || line.startsWith("| family ")) console.log(line);
    return;
  }
  console.log("\nRows, families and subjects left out of training (about five minutes; --quick leaves this out)");
  spawnSync(process.execPath, ["server/routing/scorer/train/train.ts", "--validate"], { stdio: "inherit" });
}

const targets = await decisions();
printTargets([...targets, ...pieces()]);
scoreboard();
families();
