// Coordinated vision's pure parts: places on the grid, which images stand where, what a question is for, questions back, and who is worth more.
import assert from "node:assert/strict";
import fc from "fast-check";
import { isAsking, looksIn, mayLookBack } from "../../../server/chat/vision/look-back.ts";
import { picturesIn, purposeOf, withoutPictures } from "../../../server/chat/vision/pictures.ts";
import { descriptionId } from "../../../server/chat/vision/store.ts";
import { boxOfWhole, ofWhole } from "../../../server/chat/vision/words.ts";
import { chooseSight, type Sighted } from "../../../server/routing/sight.ts";
import type { Message } from "../../../shared/chat.ts";
import { boxOnGrid, GRID } from "../../../shared/image.ts";
import type { Candidate } from "../../../shared/route.ts";
import { holds } from "../../support/property.ts";

const image = (data: string) => ({ type: "image" as const, mediaType: "image/png", data });
const text = (words: string) => ({ type: "text" as const, text: words });

describe("places on the grid", () => {
  const number = fc.oneof(fc.double(), fc.double({ min: -2000, max: 3000 }));
  const anyBox = fc.record({ x: number, y: number, width: number, height: number });
  const box = fc
    .record({ x: fc.nat(999), y: fc.nat(999), width: fc.integer({ min: 1, max: 1000 }), height: fc.integer({ min: 1, max: 1000 }) })
    .map(boxOnGrid);
  const isInside = ({ x, y, width, height }: ReturnType<typeof boxOnGrid>) =>
    [x, y, width, height].every(Number.isInteger) &&
    x >= 0 &&
    y >= 0 &&
    width >= 1 &&
    height >= 1 &&
    x + width <= GRID &&
    y + height <= GRID;

  holds(
    "every box comes onto the grid in whole steps, and one that is there stays as it is",
    fc.property(anyBox, (given) => {
      const there = boxOnGrid(given);
      assert.ok(isInside(there), JSON.stringify(there));
      assert.deepEqual(boxOnGrid(there), there);
    }),
  );
  holds(
    "what lies in a part lies in that part of the whole",
    fc.property(box, box, (inner, part) => {
      const placed = boxOfWhole(inner, part);
      assert.ok(placed.x >= part.x - 1e-6 && placed.y >= part.y - 1e-6);
      assert.ok(placed.x + placed.width <= part.x + part.width + 1e-6 && placed.y + placed.height <= part.y + part.height + 1e-6);
      const { regions } = ofWhole(
        { summary: "", altText: "", texts: [], regions: [{ name: "a", box: inner }], objects: [], elements: [] },
        part,
      );
      assert.ok(regions[0] && isInside(regions[0].box));
    }),
  );
  it("keeps a part's places as they are when the part is everything", () => {
    const whole = { x: 0, y: 0, width: GRID, height: GRID };
    assert.deepEqual(boxOfWhole({ x: 3, y: 4, width: 5, height: 6 }, whole), { x: 3, y: 4, width: 5, height: 6 });
  });
});

describe("the images of a conversation", () => {
  const talk: Message[] = [
    { role: "user", parts: [text("What does this chart show?"), image("AAAA"), image("BBBB")] },
    { role: "assistant", parts: [{ type: "toolCall", id: "t", name: "shot", arguments: {} }] },
    { role: "tool", parts: [{ type: "toolResult", id: "t", parts: [text("done"), image("AAAA")] }] },
    { role: "user", parts: [text("And now?"), { ...image("CCCC"), mediaType: "application/pdf" }] },
  ];

  it("have numbers in their order, and what was asked about each; documents are not among them", () => {
    const pictures = picturesIn(talk);
    assert.deepEqual(
      pictures.map(({ number, question, purpose }) => [number, question, purpose]),
      [1, 2, 3].map((number) => [number, "What does this chart show?", "chart"]),
    );
    assert.equal(pictures[0]?.id, pictures[2]?.id);
    assert.notEqual(pictures[0]?.id, pictures[1]?.id);
    assert.equal(picturesIn(talk, "pdf_ocr")[0]?.purpose, "text");
  });

  it("give way to words, each to its own, and everything else stays", () => {
    const words = withoutPictures(talk, (number) => `<${number}>`);
    assert.deepEqual(words[0]?.parts, [text("What does this chart show?"), text("<1>"), text("<2>")]);
    assert.deepEqual(words[2]?.parts, [{ type: "toolResult", id: "t", parts: [text("done"), text("<3>")] }]);
    assert.deepEqual([words[1], words[3]], [talk[1], talk[3]]);
  });

  const purposes: readonly [string, string][] = [
    ["Why is this button grey?", "ui"],
    ["Was zeigt diese Oberfläche?", "ui"],
    ["Read the values off the y axis", "chart"],
    ["Transcribe this receipt", "text"],
    ["Write an alt text for it", "altText"],
    ["What animal is that?", "describe"],
    ["", "describe"],
  ];
  for (const [question, purpose] of purposes)
    it(`are described as ${purpose} for "${question}"`, () => assert.equal(purposeOf(question), purpose));

  it("are named by what they show and what is wanted, not by how it is written", () => {
    const of = { hash: "h", purpose: "ui" as const, question: "Why  is it\n grey? " };
    assert.equal(descriptionId(of), descriptionId({ ...of, question: "Why is it grey?" }));
    for (const other of [{ hash: "i" }, { purpose: "text" as const }, { question: "When?" }, { language: "de" }]) {
      assert.notEqual(descriptionId(of), descriptionId({ ...of, ...other }));
    }
  });
});

describe("a question back", () => {
  const tool = (name: string, given: Record<string, unknown>) => ({ type: "toolCall" as const, id: "1", name, arguments: given });
  const asked = { image: 2, question: "What?", region: [1, 2, 3, 4] };

  it("is a call of the tool, with its region", () => {
    const [look] = looksIn({ parts: [tool("look_at_image", asked)], text: "" }, "tool");
    assert.deepEqual([look?.image, look?.question, look?.region], [2, "What?", { x: 1, y: 2, width: 3, height: 4 }]);
  });
  it("is none beside a call of the caller's", () => {
    assert.deepEqual(looksIn({ parts: [tool("look_at_image", asked), tool("open", {})], text: "" }, "tool"), []);
  });
  it("is a line of its own in words, and nothing else is", () => {
    assert.equal(looksIn({ parts: [], text: ` LOOK ${JSON.stringify(asked)}\n` }, "text").length, 1);
    for (const no of ["LOOK {", "LOOK here", `I LOOK ${JSON.stringify(asked)}`, `LOOK ${JSON.stringify(asked)} and more`, ""]) {
      assert.deepEqual(looksIn({ parts: [], text: no }, "text"), [], no);
    }
  });
  it("is held back only while it may still be one", () => {
    for (const yes of ["", "L", " LOOK", "LOOK {", 'LOOK {"image"']) assert.equal(isAsking(yes), true, yes);
    for (const no of ["Look", "LOOKS", "LOOK at", "The LOOK {"]) assert.equal(isAsking(no), false, no);
  });
  const ways: readonly [string, Parameters<typeof mayLookBack>[0]["capabilities"], Parameters<typeof mayLookBack>[1], string][] = [
    ["a model with tools", ["tools"], {}, "tool"],
    ["a caller's other tools", ["tools"], { tools: [{ name: "open", parameters: {} }] }, "tool"],
    ["a caller's tool of the same name", ["tools"], { tools: [{ name: "look_at_image", parameters: {} }] }, "no"],
    ["a forced tool", ["tools"], { tools: [{ name: "open", parameters: {} }], toolChoice: "required" }, "no"],
    ["a model without tools", [], {}, "text"],
    ["an answer in a schema", ["tools"], { output: { schema: {} } }, "no"],
  ];
  for (const [name, capabilities, draft, way] of ways)
    it(`is asked by "${way}" with ${name}`, () => assert.equal(mayLookBack({ capabilities }, draft), way));
});

describe("who answers a prompt with images", () => {
  const candidate = (model: string, quality: number | undefined, p50NanoUsd: number | null): Candidate => ({
    model,
    score: 0,
    parts: quality === undefined ? {} : { quality },
    estimate: { p50NanoUsd, worstNanoUsd: p50NanoUsd },
  });
  const given = (
    mind: [number | undefined, number | null],
    eye: [number | undefined, number | null] | null,
    more: Partial<Sighted> = {},
  ): Sighted => ({
    thinker: candidate("a/mind", ...mind),
    seeing: eye ? candidate("b/eye", ...eye) : undefined,
    seeingByWords: eye ? candidate("b/eye", ...eye) : undefined,
    ...{ describing: 1_000_000, describer: "c/describer", policy: "balanced", level: "complex", ...more },
  });
  const cases: readonly [string, Sighted, string, RegExp][] = [
    ["the only one there is", given([90, 1e6], null), "coordinated", /no model that sees can take/],
    ["the one that is good enough", given([95, 5e6], [80, 1e6]), "coordinated", /quality 95 against 80/],
    ["the one that sees when the other is hardly better", given([95, 5e6], [94, 1e6]), "single", /better trade/],
    ["the cheaper one where nothing is known of quality", given([undefined, 1e6], [undefined, 5e6]), "coordinated", /costs less/],
    ["the one that sees where that is not dearer", given([undefined, 5e6], [undefined, 5e6]), "single", /not be cheaper/],
    ["the one that sees where the other has no price", given([95, null], [60, 5e6]), "single", /unknown/],
    ["the better one under the policy best", given([95, 9e6], [94, 1e6], { policy: "best" }), "coordinated", /95 against 94/],
    ["the cheaper one under the policy cheap", given([95, 9e6], [94, 1e6], { policy: "cheap" }), "single", /better trade/],
  ];
  for (const [name, sighted, way, because] of cases) {
    it(`is ${name}`, () => {
      const sight = chooseSight(sighted);
      assert.equal(sight.way, way);
      assert.match(sight.because, because);
    });
  }
  const cost = fc.integer({ min: 0, max: 1e10 });
  const quality = fc.integer({ min: 1, max: 100 });
  holds(
    "a dearer description never wins what a cheaper one has lost",
    fc.property(
      quality,
      cost,
      quality,
      cost,
      cost,
      cost,
      fc.constantFrom("cheap" as const, "balanced" as const, "best" as const),
      (mind, a, eye, b, less, more, policy) => {
        const wayAt = (describing: number) => chooseSight(given([mind, a], [eye, b], { describing, policy })).way;
        if (wayAt(Math.min(less, more)) === "single") assert.equal(wayAt(Math.max(less, more)), "single");
      },
    ),
  );
});
