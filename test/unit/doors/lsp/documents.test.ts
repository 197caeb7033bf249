// Open texts as a client changes them, against a plain model of lines; positions and offsets are each other's inverse.
import assert from "node:assert/strict";
import fc from "fast-check";
import { Documents, offsetAt, positionAt, textIn } from "../../../../server/doors/lsp/documents.ts";

const uri = "file:///a";
const text = fc.string({ unit: fc.constantFrom("a", "ä", "😀", " ", "\n", "\r\n", "\t"), maxLength: 40 });

describe("positions", () => {
  it("lead to an offset and back", () => {
    fc.assert(
      fc.property(text, fc.nat(60), (given, at) => {
        const offset = Math.min(at, given.length);
        // Between \r and \n there is no position.
        if (given[offset - 1] === "\r" && given[offset] === "\n") return;
        assert.equal(offsetAt(given, positionAt(given, offset)), offset);
      }),
    );
  });

  it("behind the end of a line or of the text mean that end", () => {
    assert.equal(offsetAt("ab\ncd", { line: 0, character: 99 }), 2);
    assert.equal(offsetAt("ab\ncd", { line: 9, character: 9 }), 5);
    assert.equal(textIn("ab\r\ncd", { start: { line: 0, character: 1 }, end: { line: 1, character: 1 } }), "b\r\nc");
  });
});

describe("open documents", () => {
  it("follow any edits as if each were made on the whole text", () => {
    fc.assert(
      fc.property(text, fc.array(fc.tuple(fc.nat(60), fc.nat(60), text), { maxLength: 5 }), (given, edits) => {
        const documents = new Documents();
        documents.opened({ textDocument: { uri, languageId: "x", version: 1, text: given } });
        let expected = given;
        edits.forEach(([one, two, by], index) => {
          const ends = [one, two].map((at) => whole(expected, Math.min(at, expected.length))).sort((a, b) => a - b);
          const [from = 0, to = 0] = ends;
          const range = { start: positionAt(expected, from), end: positionAt(expected, to) };
          documents.changed({ textDocument: { uri, version: index + 2 }, contentChanges: [{ range, text: by }] });
          expected = expected.slice(0, from) + by + expected.slice(to);
        });
        assert.equal(documents.find(uri)?.text, expected);
        assert.equal(documents.find(uri)?.version, edits.length + 1);
      }),
    );
  });

  it("take a whole new text, and are gone when they are closed", () => {
    const documents = new Documents();
    documents.opened({ textDocument: { uri, languageId: "x", version: 1, text: "a" } });
    documents.changed({ textDocument: { uri, version: 2 }, contentChanges: [{ text: "b" }] });
    assert.equal(documents.find(uri)?.text, "b");
    documents.closed({ textDocument: { uri } });
    documents.changed({ textDocument: { uri, version: 3 }, contentChanges: [{ text: "c" }] });
    assert.equal(documents.find(uri), undefined);
  });
});

function whole(given: string, offset: number): number {
  return given[offset - 1] === "\r" && given[offset] === "\n" ? offset - 1 : offset;
}
