// A person's correction of a description keeps every place it can, and what is put into a document stays one image.
import assert from "node:assert/strict";
import fc from "fast-check";
import { Marked } from "marked";
import { corrected, imageMarkdown, textsFrom } from "../../../extension/image-text.ts";

const box = (x: number) => ({ x, y: 0, width: 10, height: 10 });
const BEFORE = [
  { text: "Name", box: box(1) },
  { text: "Wrong\npassword", box: box(2) },
  { text: "Sign in", box: box(3) },
];

describe("a correction of an image's text", () => {
  it("that changes nothing changes nothing", () => {
    assert.deepEqual(textsFrom("Name\nWrong\npassword\nSign in", BEFORE), BEFORE);
  });

  it("of a line keeps its place", () => {
    assert.deepEqual(
      textsFrom("Name\nBad\npassword\nSign in", BEFORE).map(({ text, box: { x } }) => [text, x]),
      [
        ["Name", 1],
        ["Bad", 2],
        ["password", 2],
        ["Sign in", 3],
      ],
    );
  });

  it("that leaves lines out keeps the places of the rest, and what is new lies anywhere", () => {
    assert.deepEqual(
      textsFrom("Sign in\nForgotten?", BEFORE).map(({ text, box: { x, width } }) => [text, x, width]),
      [
        ["Sign in", 3, 10],
        ["Forgotten?", 0, 1000],
      ],
    );
  });

  it("leaves regions, objects and controls alone", () => {
    const description = { summary: "s", altText: "a", texts: BEFORE, regions: [{ name: "form", box: box(0) }], objects: [], elements: [] };
    const after = corrected(description, { id: "", summary: " S ", altText: "A", text: "" });
    assert.deepEqual(after, { ...description, summary: "S", altText: "A", texts: [] });
  });
});

describe("an image in Markdown", () => {
  it("is one image whatever its alternative text and path hold", () => {
    const marked = new Marked();
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom("a", " ", "[", "]", "(", ")", "\\", "!", "\n", "é") }), (altText) => {
        const tokens = marked.lexer(imageMarkdown(altText, "my pictures/a (1).png"));
        const [paragraph] = tokens;
        assert.equal(tokens.length, 1);
        assert.ok(paragraph?.type === "paragraph" && "tokens" in paragraph);
        assert.deepEqual(
          paragraph.tokens?.map(({ type }) => type),
          ["image"],
        );
      }),
    );
  });
});
