// `node build.mjs server --sourcemap && node test/bench/run.ts request`: what of one request, one at a time, is spent where, in microseconds.
import { mkdtempSync, readdirSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startProvider } from "./contestant.ts";
import { format, median, printTable } from "./figures.ts";
import { timeByOwner } from "./profile.ts";
import { benchSettings, spawnSidecar } from "./sidecar.ts";

const WARM = 2500;
const MEASURED = 2500;

/** The first that fits; paths as the profile names their owners. */
const PARTS: readonly (readonly [string, RegExp])[] = [
  ["waiting for the client and the vendor", /^\(idle\)$/],
  ["the client's pipe: frames, JSON-RPC, checking, events", /^(server\/rpc|vscode-jsonrpc|zod|shared\/)/],
  ["ledger: reserve and settle", /^server\/money\/(ledger|wallet|watch|limits|budget)/],
  ["routing, quote, catalogue, health, keys", /^server\/(routing|money|catalog|policy|plan|resilience|keys|access|compose|learned)/],
  ["spine: attempt, events, answer", /^server\/(chat|front-desk|conversations|images|house)/],
  ["official SDK", /^openai$/],
  ["dialect around the SDK", /^server\/providers/],
  ["undici and our fetch", /^(undici$|server\/network)/],
  ["garbage collection", /^\(garbage/],
  ["Node itself", /./],
];

const folder = mkdtempSync(join(tmpdir(), "latchkey-profile-"));
const provider = await startProvider();
const sidecar = spawnSidecar(["--cpu-prof", `--cpu-prof-dir=${folder}`, "--cpu-prof-interval=100"]);
await sidecar.request("initialize", {
  initializationOptions: { protocolVersion: 1, client: { name: "bench", version: "1" }, settings: benchSettings(provider.port) },
});
for (let chat = 0; chat < WARM; chat += 1) await sidecar.stream("short");
const fromUs = monotonicUs();
const times: number[] = [];
for (let chat = 0; chat < MEASURED; chat += 1) times.push((await sidecar.stream("short")).ms);
const toUs = monotonicUs();
await sidecar.close();
provider.child.kill();

const [file] = readdirSync(folder).filter((name) => name.endsWith(".cpuprofile"));
const owners = timeByOwner(JSON.parse(readFileSync(join(folder, file ?? ""), "utf8")), fromUs, toUs);
const spent = new Map<string, number>(PARTS.map(([part]) => [part, 0]));
for (const [owner, us] of owners) {
  const part = PARTS.find(([, fits]) => fits.test(owner))?.[0] ?? "";
  spent.set(part, (spent.get(part) ?? 0) + us);
}
const all = [...spent.values()].reduce((sum, us) => sum + us, 0);
console.log(`${MEASURED} requests, p50 ${format(median(times))} ms under the profiler, which slows all of it.`);
printTable(
  "A request, one at a time",
  ["part", "us", "%"],
  [...spent].map(([part, us]) => [part, (us / MEASURED).toFixed(0), ((100 * us) / all).toFixed(1)]),
);

function monotonicUs(): number {
  return Number(process.hrtime.bigint() / 1000n);
}
