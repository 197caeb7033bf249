// What becomes of an answer that should be code, and of a selection that should be lines.
import assert from "node:assert/strict";
import { codeIn, lastLine, pathOf } from "../../../../server/doors/lsp/actions.ts";

describe("the code of an answer", () => {
  const cases: readonly { name: string; answer: string; replaced?: string; code: string | null }[] = [
    { name: "is what its fence holds", answer: "Here:\n```python\na = 1\n```\nDone.", code: "a = 1" },
    { name: "ends as what it replaces ends", answer: "```\na\n```", replaced: "b\n", code: "a\n" },
    { name: "keeps its indentation and empty lines", answer: "```js\n  a\n\n  b\n```", code: "  a\n\n  b" },
    { name: "may hold fences of its own in a longer one", answer: "````md\n```\nx\n```\n````", code: "```\nx\n```" },
    { name: "is the first block's", answer: "```\none\n```\n```\ntwo\n```", code: "one" },
    { name: "may stand in tildes", answer: "~~~\na\n~~~", code: "a" },
    { name: "is nothing without a fence", answer: "Nothing is wrong.", code: null },
    { name: "is nothing when the fence was never closed", answer: "```js\na = 1", code: null },
  ];
  for (const { name, answer, replaced = "x", code } of cases) it(name, () => assert.equal(codeIn(answer, replaced), code));
});

describe("a selection", () => {
  it("does not hold the line at whose beginning it ends", () => {
    const at = (line: number, character: number) => ({ line, character });
    assert.equal(lastLine({ start: at(0, 0), end: at(2, 0) }), 1);
    assert.equal(lastLine({ start: at(0, 0), end: at(2, 1) }), 2);
    assert.equal(lastLine({ start: at(2, 0), end: at(2, 0) }), 2);
  });

  it("is named by its path, or by whatever the editor calls its buffer", () => {
    assert.equal(pathOf("file:///work/a%20b.py"), "/work/a b.py");
    assert.equal(pathOf("untitled:Untitled-1"), "untitled:Untitled-1");
  });
});
