// `npm run bench -- stop [--stops 50]`: from the client's stop to the vendor's socket closed, through the built sidecar, in every dialect.
import { closedPort, Lane } from "../chaos/lane.ts";
import { startProvider, WIRES } from "../chaos/provider.ts";
import { slowRound } from "../chaos/round.ts";
import { median, printTable, printTargets, quantile } from "./figures.ts";

const words = process.argv.slice(2);
const stops = words.includes("--stops") ? Number(words[words.indexOf("--stops") + 1]) : 50;

const provider = await startProvider();
const lane = new Lane(provider, await closedPort());
const all: number[] = [];
const rows: string[][] = [];
for (const [at, { dialect }] of WIRES.entries()) {
  const latencies: number[] = [];
  // The first one loads the vendor's library.
  for (let stop = 0; stop <= stops; stop += 1) await lane.run([slowRound(`b${at}x${stop}`, dialect)], latencies);
  latencies.shift();
  all.push(...latencies);
  const figures = [median(latencies), quantile(latencies, 0.99), Math.max(...latencies)].map((ms) => ms.toFixed(2));
  rows.push([dialect, String(latencies.length), ...figures]);
}
printTable("Stop to upstream socket closed, in ms", ["dialect", "stops", "p50", "p99", "worst"], rows);
printTargets([{ metric: "stop to upstream closed, median", seen: median(all), unit: "ms", limit: 50, least: "atMost" }]);
await lane.close();
await provider.close();
process.exit(median(all) <= 50 ? 0 : 1);
