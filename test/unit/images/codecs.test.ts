// Every kind of image as pixels: the first picture of what moves, the right way up, and written again as what suits it.
import assert from "node:assert/strict";
import fc from "fast-check";
import { decoded } from "../../../server/images/codecs.ts";
import { imageFacts } from "../../../server/images/facts.ts";
import type { Pixels } from "../../../server/images/pixels.ts";
import { type Rework, rework, reworked } from "../../../server/images/rework.ts";
import { gifHead, jpegOf, pngOf, QUARTERS } from "../../support/pictures.ts";
import { holds } from "../../support/property.ts";
import { CLEAR_WEBP, gifOf, LOSSLESS_WEBP, LOSSY_WEBP, movingWebp, turnedWebp } from "../../support/web-pictures.ts";

function pixelsOf(bytes: Uint8Array): Pixels {
  const facts = imageFacts(bytes);
  assert.ok(facts);
  return decoded(bytes, facts);
}

/** The colour in the middle of each quarter, from the upper left on, by its first letter; "-" where it is clear. */
function quartersOf({ width, height, data }: Pixels): string {
  const places = [0.25, 0.75].flatMap((down) => [0.25, 0.75].map((across) => [Math.floor(across * width), Math.floor(down * height)]));
  return places.map(([x = 0, y = 0]) => nameAt(data, (y * width + x) * 4)).join("");
}

function nameAt(data: Uint8Array, at: number): string {
  const [red = 0, green = 0, blue = 0, alpha = 0] = data.subarray(at, at + 4);
  if (alpha < 20) return "-";
  const bits = [red, green, blue].map((value) => (value > 200 ? "1" : value < 60 ? "0" : "?")).join("");
  return { "100": "r", "010": "g", "001": "b", "111": "w" }[bits] ?? "?";
}

const WHOLE: Omit<Rework, "bytes"> = { factor: 1, mostEdge: null, mostBytes: 1e9 };

describe("decoded", () => {
  const cases: readonly [string, Buffer, string, number, number][] = [
    ["a PNG", pngOf(QUARTERS(64, 32)), "rgbw", 64, 32],
    ["a JPEG", jpegOf(QUARTERS(64, 32)), "rgbw", 64, 32],
    ["a GIF's first picture", gifOf(QUARTERS(64, 32)), "rgbw", 64, 32],
    ["a lossy WebP", LOSSY_WEBP, "rgbw", 64, 32],
    ["a lossless WebP", LOSSLESS_WEBP, "rgbw", 6400, 64],
    ["a WebP with a clear part", CLEAR_WEBP, "rgb-", 64, 32],
    ["a moving WebP's first picture on its canvas", movingWebp(LOSSY_WEBP, { width: 160, height: 80 }), "r---", 160, 80],
    ["a moving WebP's first picture with a clear part", movingWebp(CLEAR_WEBP, { width: 96, height: 48 }), "rgb-", 96, 48],
  ];
  for (const [name, bytes, quarters, width, height] of cases) {
    it(`gives the pixels of ${name}`, () => {
      const pixels = pixelsOf(bytes);
      assert.deepEqual([quartersOf(pixels), pixels.width, pixels.height], [quarters, width, height]);
    });
  }

  it("puts a moving WebP's first picture where it belongs", () => {
    const { data, width } = pixelsOf(movingWebp(LOSSY_WEBP, { width: 160, height: 80 }));
    // It begins at 16, 8; its quarters are 32 x 16.
    const seen = [nameAt(data, 0), ...[18, 78].flatMap((x) => [10, 38].map((y) => nameAt(data, (y * width + x) * 4)))];
    assert.deepEqual(seen, ["-", "r", "b", "g", "w"]);
  });

  it("says what is wrong with files that are broken", () => {
    for (const bytes of [gifHead(10, 10), LOSSY_WEBP.subarray(0, 40), movingWebp(LOSSY_WEBP.subarray(0, 60), { width: 80, height: 40 })])
      assert.throws(() => pixelsOf(bytes), Error);
  });

  const samples = [gifOf(QUARTERS(16, 8)), LOSSY_WEBP, CLEAR_WEBP, movingWebp(LOSSY_WEBP, { width: 80, height: 40 }), turnedWebp(6)];
  holds(
    "is pixels of the size the file tells or an error, whatever is done to the file",
    fc.property(
      fc.constantFrom(...samples),
      fc.array(fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 })), { minLength: 1, maxLength: 6 }),
      (sample, changes) => {
        const bytes = Buffer.from(sample);
        for (const [at, value] of changes) bytes[12 + (at % (bytes.length - 12))] = value;
        const facts = imageFacts(bytes);
        if (facts === null || facts.width * facts.height > 1_000_000) return;
        let pixels: Pixels;
        try {
          pixels = decoded(bytes, facts);
        } catch (error) {
          assert.ok(error instanceof Error);
          return;
        }
        assert.equal(pixels.data.length, pixels.width * pixels.height * 4);
      },
    ),
  );
});

describe("rework of WebP and GIF", () => {
  it("writes what was lossy as JPEG, what has sharp edges or is clear as PNG", () => {
    const types = [LOSSY_WEBP, LOSSLESS_WEBP, CLEAR_WEBP, gifOf(QUARTERS(16, 8))].map((bytes) => reworked({ ...WHOLE, bytes }).mediaType);
    assert.deepEqual(types, ["image/jpeg", "image/png", "image/png", "image/png"]);
  });

  it("honours the way up that a WebP tells, in a thread of its own", async () => {
    const { bytes } = await rework({ ...WHOLE, bytes: turnedWebp(6), factor: 0.5 }, new AbortController().signal);
    assert.deepEqual([imageFacts(bytes)?.width, imageFacts(bytes)?.height, imageFacts(bytes)?.orientation], [16, 32, 1]);
    assert.equal(quartersOf(pixelsOf(bytes)), "brwg");
  });

  it("scales and cuts them", () => {
    const small = reworked({ ...WHOLE, bytes: LOSSLESS_WEBP, factor: 0.9, mostEdge: 320 });
    assert.deepEqual([imageFacts(small.bytes)?.width, quartersOf(pixelsOf(small.bytes))], [320, "rgbw"]);
    const part = reworked({ ...WHOLE, bytes: gifOf(QUARTERS(16, 8)), part: { x: 0.5, y: 0, width: 0.5, height: 0.5 } });
    assert.deepEqual([imageFacts(part.bytes)?.width, quartersOf(pixelsOf(part.bytes))], [8, "gggg"]);
  });
});
