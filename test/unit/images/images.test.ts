// Images by their bytes: kind, size, the way up; what each vendor takes; pixels turned, cut and averaged.
import assert from "node:assert/strict";
import fc from "fast-check";
import jpeg from "jpeg-js";
import { imageFacts } from "../../../server/images/facts.ts";
import {
  countOf,
  factorFor,
  type ImageAtHand,
  LIMIT_ROWS,
  limitsOf,
  mustChange,
  obstacle,
  scaledSize,
} from "../../../server/images/limits.ts";
import { cut, smaller, upright } from "../../../server/images/pixels.ts";
import { rework, reworked } from "../../../server/images/rework.ts";
import { gifHead, jpegOf, NOISE, pngOf, QUARTERS, webpHead } from "../../support/pictures.ts";
import { gifOf, LOSSLESS_WEBP, LOSSY_WEBP, movingWebp, stillGif, turnedWebp } from "../../support/web-pictures.ts";
import { holds } from "../../support/property.ts";

const size = (bytes: Uint8Array) => {
  const facts = imageFacts(bytes);
  return facts && [facts.mediaType, facts.width, facts.height, facts.orientation];
};

describe("imageFacts", () => {
  const cases: readonly [string, Buffer, readonly unknown[] | null][] = [
    ["a PNG", pngOf(QUARTERS(20, 10)), ["image/png", 20, 10, 1]],
    ["a JPEG", jpegOf(QUARTERS(20, 10)), ["image/jpeg", 20, 10, 1]],
    ["a JPEG turned by its camera", jpegOf(QUARTERS(20, 10), 6), ["image/jpeg", 10, 20, 6]],
    ["a JPEG upside down", jpegOf(QUARTERS(20, 10), 3), ["image/jpeg", 20, 10, 3]],
    ["a GIF", gifHead(300, 200), ["image/gif", 300, 200, 1]],
    ["a WebP", webpHead(3000, 2000), ["image/webp", 3000, 2000, 1]],
    ["a lossy WebP", LOSSY_WEBP, ["image/webp", 64, 32, 1]],
    ["a lossless WebP", LOSSLESS_WEBP, ["image/webp", 6400, 64, 1]],
    ["a WebP turned by its camera", turnedWebp(6), ["image/webp", 32, 64, 6]],
    ["a WebP turned by its camera, with JPEG's letters", turnedWebp(8, "Exif\0\0"), ["image/webp", 32, 64, 8]],
    ["a WebP whose EXIF was cut off", turnedWebp(6).subarray(0, -20), ["image/webp", 64, 32, 1]],
    ["a WebP that moves", movingWebp(LOSSY_WEBP, { width: 100, height: 90 }), ["image/webp", 100, 90, 1]],
    ["what is no image", Buffer.from("hello, this is text and not an image at all"), null],
    ["half a head", pngOf(QUARTERS(20, 10)).subarray(0, 20), null],
  ];
  for (const [name, bytes, expected] of cases) it(`reads ${name}`, () => assert.deepEqual(size(bytes), expected));
  holds(
    "imageFacts never throws, whatever the bytes",
    fc.property(
      fc.uint8Array({ maxLength: 200 }),
      fc.constantFrom("\xff\xd8\xff\xe1", "\x89PNG", "GIF8", "RIFF____WEBPVP8X", ""),
      (bytes, head) => {
        imageFacts(Buffer.concat([Buffer.from(head, "latin1"), bytes]));
      },
    ),
  );
});

describe("limits of images", () => {
  it("are rows with a source each, one a provider", () => {
    for (const row of LIMIT_ROWS) assert.match(row.source, /\S+\.\S+\/.*20\d\d-\d\d/, row.provider);
    assert.equal(new Set(LIMIT_ROWS.map(({ provider }) => provider)).size, LIMIT_ROWS.length);
  });
  const small: ImageAtHand = { mediaType: "image/png", width: 100, height: 50, orientation: 1, bytes: 1000 };
  const cases: readonly [string, string, Partial<ImageAtHand>, RegExp | null][] = [
    ["anthropic", "a small one", {}, null],
    ["anthropic", "a PNG of 9 MB, which is scaled", { bytes: 9e6 }, null],
    ["anthropic", "a GIF of 9 MB, which is scaled", { mediaType: "image/gif", bytes: 9e6 }, null],
    ["xai", "a WebP, which is written as another kind", { mediaType: "image/webp" }, null],
    [
      "anthropic",
      "a WebP of too many pixels to be scaled",
      { mediaType: "image/webp", width: 16_000, height: 9_000 },
      /takes images of at most 8000 pixels an edge, and one of 16000 x 9000 pixels is too large to be worked on here/,
    ],
    [
      "google",
      "a GIF of too many pixels to be written as another kind",
      { mediaType: "image/gif", width: 20_000, height: 20_000 },
      /takes no GIF images, and one of 20000 x 20000/,
    ],
    ["openai", "a GIF that moves, which goes as its first picture", { mediaType: "image/gif", moves: true }, null],
    ["openai", "as many pixels as they are", { width: 20_000, height: 20_000 }, null],
  ];
  for (const [provider, what, more, expected] of cases) {
    it(`of ${provider} ${expected ? "do not let" : "let"} ${what} pass`, () => {
      const why = obstacle({ ...small, ...more }, limitsOf(provider));
      if (expected) assert.match(why ?? "", expected);
      else assert.equal(why, null);
    });
  }
  it("are tighter in a crowd where the vendor says so", () => {
    assert.equal(limitsOf("anthropic", 20).edge, 8000);
    assert.equal(limitsOf("anthropic", 21).edge, 2000);
  });
  it("have a GIF that moves written anew where the vendor takes only still ones", () => {
    const moving = { ...small, mediaType: "image/gif" as const, moves: true };
    const changed = ["openai", "mistral", "anthropic"].map((provider) => mustChange(moving, limitsOf(provider)));
    assert.deepEqual(changed, [true, true, false]);
    assert.equal(mustChange({ ...moving, moves: false }, limitsOf("openai")), false);
    assert.equal(imageFacts(gifOf(QUARTERS(20, 10)))?.moves, true);
    assert.equal(imageFacts(stillGif(gifOf(QUARTERS(20, 10))))?.moves, undefined);
  });
  it("are wider where the model's window is and the vendor says so", () => {
    assert.deepEqual(
      [200_000, 1_000_000].map((tokens) => countOf(limitsOf("anthropic"), tokens)),
      [100, 600],
    );
    assert.equal(countOf(limitsOf("groq"), 1_000_000), 5);
  });
  const side = fc.integer({ min: 1, max: 40_000 });
  holds(
    "an image within the limits is not touched, a larger one comes inside, in its proportions",
    fc.property(side, side, fc.integer({ min: 1, max: 60_000_000 }), fc.constantFrom(...LIMIT_ROWS), (width, height, bytes, limits) => {
      const factor = factorFor({ width, height, bytes }, limits);
      const isInside = bytes <= limits.bytes && (limits.edge === null || Math.max(width, height) <= limits.edge);
      assert.equal(factor === 1, isInside);
      const scaled = scaledSize({ width, height }, factor);
      assert.ok(scaled.width >= 1 && scaled.height >= 1 && scaled.width <= width && scaled.height <= height);
      if (limits.edge !== null) assert.ok(Math.max(scaled.width, scaled.height) <= limits.edge);
      assert.ok(Math.abs(scaled.width - width * factor) <= 1 && Math.abs(scaled.height - height * factor) <= 1);
    }),
  );
});

describe("pixels", () => {
  const anyPixels = fc
    .tuple(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 12 }))
    .chain(([width, height]) =>
      fc.uint8Array({ minLength: width * height * 4, maxLength: width * height * 4 }).map((data) => ({ width, height, data })),
    );
  const BACK = [1, 1, 2, 3, 4, 5, 8, 7, 6];
  holds(
    "turning an image and turning it back changes nothing",
    fc.property(anyPixels, fc.integer({ min: 1, max: 8 }), (pixels, orientation) => {
      const back = upright(upright(pixels, orientation), BACK[orientation] ?? 1);
      assert.deepEqual([back.width, back.height, [...back.data]], [pixels.width, pixels.height, [...pixels.data]]);
    }),
  );
  holds(
    "a smaller image has no colour brighter or darker than the larger one, and one colour stays that colour",
    fc.property(anyPixels, fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 12 }), (pixels, width, height) => {
      const to = { width: Math.min(width, pixels.width), height: Math.min(height, pixels.height) };
      const opaque = { ...pixels, data: pixels.data.map((value, at) => (at % 4 === 3 ? 255 : value)) };
      const reds = (data: Uint8Array) => [...data].filter((_, at) => at % 4 === 0);
      const [before, after] = [reds(opaque.data), reds(smaller(opaque, to).data)];
      assert.ok(Math.min(...after) >= Math.min(...before) - 1 && Math.max(...after) <= Math.max(...before) + 1);
      const flat = { ...pixels, data: pixels.data.map((_, at) => (at % 4 === 3 ? 255 : 77)) };
      assert.ok(reds(smaller(flat, to).data).every((value) => value === 77));
    }),
  );
  it("are cut inside the image, whatever is asked", () => {
    const pixels = { width: 2, height: 2, data: Uint8Array.from({ length: 16 }, (_, at) => at) };
    assert.deepEqual([...cut(pixels, { x: 1, y: 1, width: 9, height: 9 }).data], [12, 13, 14, 15]);
    assert.deepEqual([...cut(pixels, { x: 5, y: 0, width: 1, height: 1 }).data], [4, 5, 6, 7]);
  });
});

describe("rework", () => {
  const whole = { factor: 1, mostEdge: null, mostBytes: 1e9 };

  it("honours the camera's orientation and writes none, in a thread of its own", async () => {
    const bytes = jpegOf(QUARTERS(64, 32), 6);
    const { bytes: out, mediaType } = await rework({ ...whole, bytes, factor: 0.5 }, new AbortController().signal);
    assert.equal(mediaType, "image/jpeg");
    assert.deepEqual(size(out), ["image/jpeg", 16, 32, 1]);
    // Turned by a quarter to the right: what was lower left is upper left.
    const corner = reworked({ ...whole, bytes: out, part: { x: 0, y: 0, width: 0.25, height: 0.2 } });
    assert.ok(isBlue(corner.bytes));
  });

  it("makes a PNG that no vendor takes small enough, as a JPEG where it is a photograph", () => {
    const bytes = pngOf(NOISE(400, 300));
    const { bytes: out, mediaType } = reworked({ ...whole, bytes, mostBytes: bytes.length / 2 });
    assert.ok(out.length <= bytes.length / 2);
    assert.equal(mediaType, "image/jpeg");
  });

  it("refuses what it cannot work on, and ends when it is told to", async () => {
    assert.throws(
      () => reworked({ ...whole, bytes: Buffer.from("%PDF-1.7 and more of it, which is no picture") }),
      /no PNG, JPEG, WebP or GIF/,
    );
    const bomb = pngOf(QUARTERS(2, 2));
    bomb.writeUInt32BE(30_000, 16);
    bomb.writeUInt32BE(30_000, 20);
    assert.throws(() => reworked({ ...whole, bytes: bomb }), /30000 x 30000 pixels/);
    await assert.rejects(rework({ ...whole, bytes: Buffer.from("x") }, new AbortController().signal), /no PNG, JPEG, WebP or GIF/);
    await assert.rejects(rework({ ...whole, bytes: bomb }, AbortSignal.abort(new Error("stopped"))), /stopped/);
  });
});

function isBlue(bytes: Uint8Array): boolean {
  const { data, width, height } = jpeg.decode(bytes, { useTArray: true });
  const middle = (Math.floor(height / 2) * width + Math.floor(width / 2)) * 4;
  return (data[middle + 2] ?? 0) > 200 && (data[middle] ?? 255) < 60;
}
