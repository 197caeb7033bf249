// `npm run bench -- memory`: what an open stream holds, at several counts and by kind; the side-by-side run has only the sum at 200.
import { startProvider } from "./contestant.ts";
import { format, printTable } from "./figures.ts";
import { type Held, measureHeld, total } from "./held.ts";

const STREAMS = [50, 100, 128, 200];
const MOST_ROWS = 15;

const provider = await startProvider();
const [none = new Map() as Held, ...some] = await measureHeld(provider.port, STREAMS);
provider.child.kill();
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
