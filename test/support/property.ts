// Property tests with their seeds kept: what once failed runs first, then a fresh seed; FUZZ_RUNS makes the run longer.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";

/** Inputs a property in the short run; `npm run test:security:long` asks for far more. */
export const RUNS = Number(process.env.FUZZ_RUNS ?? 200);
const SEEDS_FILE = join(import.meta.dirname, "../fixtures/seeds.json");

interface Kept {
  readonly seed: number;
  /** What it found, for the reader. */
  readonly found: string;
}

const kept: Readonly<Record<string, readonly Kept[]>> = JSON.parse(readFileSync(SEEDS_FILE, "utf8"));

const figures = { properties: 0, inputs: 0 };

// At the end of a run that had properties in it.
after(() => {
  console.log(`  fuzz: ${figures.properties} properties held over ${figures.inputs} inputs`);
});

/** A mocha test of one property; a failure names its seed, which then belongs into test/fixtures/seeds.json. */
export function holds<Values extends unknown[]>(
  name: string,
  property: fc.IAsyncProperty<Values> | fc.IProperty<Values>,
  runs = RUNS,
): void {
  figures.properties += 1;
  it(`${name} (${runs} inputs)`, async function () {
    this.timeout(Math.max(60_000, runs * 200));
    for (const { seed } of kept[name] ?? []) await fc.assert(property, { seed, numRuns: Math.min(runs, 200) });
    await fc.assert(property, { seed: freshSeed(), numRuns: runs });
    figures.inputs += runs;
  });
}

function freshSeed(): number {
  return Math.floor(Math.random() * 0x7fffffff);
}

/** Bytes near valid ones: flipped, cut, doubled, with rubbish put in. */
export function damaged(valid: fc.Arbitrary<Buffer>): fc.Arbitrary<Buffer> {
  const wound = fc.record({
    kind: fc.constantFrom("flip", "cut", "double", "insert", "erase"),
    at: fc.double({ min: 0, max: 1, noNaN: true }),
    bytes: fc.uint8Array({ maxLength: 24 }),
  });
  return fc.tuple(valid, fc.array(wound, { minLength: 1, maxLength: 4 })).map(([bytes, wounds]) => wounds.reduce(woundedBy, bytes));
}

function woundedBy(bytes: Buffer, { kind, at, bytes: rubbish }: { kind: string; at: number; bytes: Uint8Array }): Buffer {
  const index = Math.floor(at * bytes.length);
  const [before, after] = [bytes.subarray(0, index), bytes.subarray(index)];
  switch (kind) {
    case "flip":
      return Buffer.concat([before, Buffer.from([(after[0] ?? 0) ^ (1 << (rubbish.length % 8))]), after.subarray(1)]);
    case "cut":
      return before;
    case "double":
      return Buffer.concat([before, after, after]);
    case "erase":
      return Buffer.concat([before, after.subarray(rubbish.length)]);
    default:
      return Buffer.concat([before, rubbish, after]);
  }
}

/** The bytes in pieces of any size, so that a cut falls inside characters, events and headers. */
export function inPieces(bytes: Buffer, cuts: readonly number[]): Buffer[] {
  const at = [...new Set(cuts.map((cut) => Math.floor(cut * bytes.length)))].sort((a, b) => a - b);
  return [...at, bytes.length].map((end, index) => bytes.subarray(at[index - 1] ?? 0, end)).filter((piece) => piece.length > 0);
}
