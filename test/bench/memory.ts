// `npm run bench -- memory`: what an open stream holds, at several counts and by kind; the side-by-side run has only the sum at 200.
import { startProvider } from "./contestant.ts";
import { format, median, printTable } from "./figures.ts";
import { type Growth, type Held, measureBareGrowth, measureGrowth, measureHeld, total } from "./held.ts";

const STREAMS = [50, 100, 128, 200];
const MOST_ROWS = 15;
const RUNNING = 128;
const ROUNDS = 3;

const provider = await startProvider();
const [none = new Map() as Held, ...some] = await measureHeld(provider.port, STREAMS);
const sidecars: Growth[] = [];
const sdks: Growth[] = [];
const wires: Growth[] = [];
for (let round = 0; round < ROUNDS; round += 1) {
  sidecars.push(await measureGrowth(provider.port, RUNNING));
  sdks.push(await measureBareGrowth(provider.port, RUNNING, "sdk"));
  wires.push(await measureBareGrowth(provider.port, RUNNING, "undici"));
}
provider.child.kill();
const growthRow = (name: string, all: readonly Growth[]) => [
  name,
  format(median(all.map(({ idleMb }) => idleMb))),
  format(median(all.map(({ grownMb }) => grownMb))),
  format((median(all.map(({ grownMb }) => grownMb)) * 1024) / RUNNING),
];
printTable(
  `The whole process, ${RUNNING} streams that run, median of ${ROUNDS} processes`,
  ["", "after 5 chats, MB", "grown by, MB", "kB a stream"],
  [growthRow("Latchkey", sidecars), growthRow("openai SDK alone", sdks), growthRow("undici alone", wires)],
);
const rows = some.map((each, at) => [String(STREAMS[at]), format((total(each) - total(none)) / (STREAMS[at] ?? 1) / 1024)]);
printTable("Held a stream, kB (the first 128 run, the others wait)", ["streams", "kB"], rows);
const most = STREAMS.at(-1) ?? 1;
const delta = [...(some.at(-1) ?? none)].map(([name, bytes]): [string, number] => [name, (bytes - (none.get(name) ?? 0)) / most]);
printTable(
  `What ${most} hold, bytes a stream`,
  ["type and name", "bytes"],
  delta
    .sort((left, right) => right[1] - left[1])
    .slice(0, MOST_ROWS)
    .map(([name, bytes]) => [name, format(bytes)]),
);
