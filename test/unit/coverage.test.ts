// The instrument behind npm run coverage: ranges within ranges, several processes, and maps that lead back.
import assert from "node:assert/strict";
import { transformSync } from "esbuild";
import { Hits } from "../coverage/hits.ts";
import { placesIn } from "../coverage/source-map.ts";

const range = (startOffset: number, endOffset: number, count: number) => ({ startOffset, endOffset, count });

describe("coverage", () => {
  it("believes the innermost range, and a function rather than the block around it", () => {
    const hits = new Hits();
    hits.add({
      url: "a",
      functions: [
        { ranges: [range(10, 30, 2), range(12, 20, 0)] },
        { ranges: [range(0, 100, 1), range(5, 40, 0)] },
        { ranges: [range(50, 60, 0)] },
      ],
    });
    const seen = (...offsets: number[]) => offsets.map((offset) => hits.has("a", offset));
    assert.deepEqual(seen(0, 6, 11, 15, 25, 35, 55, 99, 100), [true, false, true, false, true, false, false, true, false]);
  });

  it("counts what any process has run", () => {
    const hits = new Hits();
    for (const [first, second] of [
      [1, 0],
      [0, 1],
    ] as const)
      hits.add({ url: "a", functions: [{ ranges: [range(0, 10, 1), range(2, 4, first), range(6, 8, second)] }] });
    assert.deepEqual([hits.has("a", 3), hits.has("a", 7), hits.has("b", 3)], [true, true, false]);
  });

  it("leads every name of a script back to where it stands in its source", () => {
    const source =
      "interface Far { away: string }\nexport const first = 1;\n\nexport function second(third: number): number {\n  return third + first;\n}\n";
    const { code, map } = transformSync(source, { loader: "ts", sourcemap: "external" });
    const lines = source.split("\n");
    const places = placesIn(code, JSON.parse(map).mappings);
    assert.ok(places.length > 5);
    for (const name of ["first", "second", "third"]) {
      const place = places.find(({ offset }) => code.startsWith(name, offset));
      assert.ok(place && lines[place.line]?.startsWith(name, place.column), name);
    }
  });
});
