// Growing Markdown in blocks: the same blocks however the text arrives, and linear work.
import assert from "node:assert/strict";
import fc from "fast-check";
import { Lexer } from "marked";
import { type Block, BlockStream } from "../../../../extension/webview/blocks.ts";

function blocksOf(pieces: readonly string[]): Block[] {
  const stream = new BlockStream();
  const settled = pieces.flatMap((piece) => [...stream.push(piece).settled]);
  return [...settled, ...stream.end()];
}

const SAMPLE = `# Title

Some *words* here
on two lines.

\`\`\`ts
const a = "\`\`";

const b = 2;
\`\`\`
- one
- two

  still two
- three

| a | b |
| - | - |
| 1 | 2 |

> quoted
> text

~~~~
tildes \`\`\`
~~~~

1. first

   \`\`\`sh
   echo nested
   \`\`\`

2. second

    indented code

Last line`;

const cases: readonly { name: string; text: string; kinds: string }[] = [
  { name: "a paragraph", text: "one\ntwo", kinds: "m" },
  { name: "two paragraphs", text: "one\n\ntwo\n", kinds: "mm" },
  { name: "a fence", text: "```js\nx\n```", kinds: "c" },
  { name: "a fence that never ends", text: "```js\nx\n\ny\n", kinds: "c" },
  { name: "a fence right after a paragraph", text: "see\n```js\nx\n```\nand more", kinds: "mcm" },
  { name: "a fence longer than the one inside", text: "````md\n```js\nx\n```\n````\n", kinds: "c" },
  { name: "a fence inside a list", text: "- a\n\n  ```js\n  x\n  ```\n\nafter\n", kinds: "mm" },
  { name: "an empty fence", text: "```\n```\n", kinds: "c" },
  { name: "Windows line ends", text: "one\r\n\r\n```js\r\nx\r\n```\r\ntwo", kinds: "mcm" },
];

describe("blocks", () => {
  for (const { name, text, kinds } of cases) {
    it(`finds ${name}, letter by letter`, () => {
      assert.equal(
        blocksOf([...text])
          .map(({ kind }) => kind[0])
          .join(""),
        kinds,
      );
    });
  }

  it("gives the code inside a fence and its language", () => {
    const [block] = blocksOf(["```ts title=x\nlet a;\n\nlet b;\n```\n"]);
    assert.deepEqual(block, { kind: "code", text: "let a;\n\nlet b;", language: "ts" });
  });

  it("are the same however the text is cut", () => {
    const whole = blocksOf([SAMPLE]);
    fc.assert(
      fc.property(fc.array(fc.nat(SAMPLE.length), { maxLength: 40 }), (cuts) => {
        const at = [0, ...cuts.sort((a, b) => a - b), SAMPLE.length];
        assert.deepEqual(blocksOf(at.slice(1).map((end, index) => SAMPLE.slice(at[index], end))), whole);
      }),
      { numRuns: 300 },
    );
  });

  it("lose no word and add none, whatever the text", () => {
    const line = fc.constantFrom(
      "word",
      "```",
      "```js",
      "~~~",
      "- item",
      "1. item",
      "> quote",
      "",
      "  indented",
      "# h",
      "| a | b |",
      "| - | - |",
      "    code",
      "---",
    );
    fc.assert(
      fc.property(fc.array(line, { maxLength: 30 }), (lines) => {
        const text = lines.join("\n");
        const words = (found: string) => (found.match(/word|item|quote|indented|code/g) ?? []).length;
        assert.equal(
          words(
            blocksOf([...text])
              .map((block) => block.text)
              .join("\n"),
          ),
          words(text),
        );
      }),
      { numRuns: 500 },
    );
  });

  it("says what is still open while a fence grows", () => {
    const stream = new BlockStream();
    assert.deepEqual(stream.push("```py\nprint(1)\npri").open, { kind: "code", text: "print(1)\npri", language: "py" });
    assert.deepEqual(stream.push("nt(2)\n```").open, { kind: "code", text: "print(1)\nprint(2)", language: "py" });
  });

  it("remembers link definitions for the blocks that named them before", () => {
    const stream = new BlockStream();
    stream.push("see [docs][1]\n\n[1]: https://example.org\n\nend\n");
    assert.equal(stream.definitions, "[1]: https://example.org\n");
  });

  it("show a block that is longer than the window in parts, at the same places however it is cut", () => {
    const list = Array.from({ length: 2000 }, (_, index) => `- item ${index}\n  and its second line\n`).join("");
    const whole = blocksOf([list]);
    assert.ok(whole.length > 5 && whole.every(({ text }) => text.length <= 8000 && text.startsWith("- item")));
    assert.equal(whole.map(({ text }) => text).join(""), list);
    assert.deepEqual(blocksOf(list.match(/[\s\S]{1,333}/g) ?? []), whole);
  });

  it("repeat a table's heads over each part of a long one", () => {
    const rows = Array.from({ length: 1000 }, (_, index) => `| ${index} | ${index * 2} |\n`);
    const parts = blocksOf([`| a | b |\n| - | - |\n${rows.join("")}`]);
    assert.ok(parts.length > 1);
    for (const { text } of parts) assert.match(text, /^\| a \| b \|\n\| - \| - \|\n\| \d/);
    assert.equal(parts.flatMap(({ text }) => text.match(/^\| \d+ /gm) ?? []).length, rows.length);
  });

  it("cut a line without end between words, and a word without end anywhere but in a sign", () => {
    for (const text of ["some words ".repeat(5000), "\u{1f511}".repeat(20_000)]) {
      const parts = blocksOf([text]);
      assert.equal(parts.map((part) => part.text).join(""), text);
      for (const part of parts) assert.ok(part.text.length <= 8000 && !/[\ud800-\udbff]$/.test(part.text));
    }
  });

  it("lexes a long answer's lines a bounded number of times", () => {
    const lexed = { characters: 0 };
    const original = Lexer.prototype.blockTokens;
    // Counts what is handed to the real lexer; nothing is replaced but the counting.
    Lexer.prototype.blockTokens = function counted(this: Lexer, source: string, ...more: never[]) {
      lexed.characters += source.length;
      return Reflect.apply(original, this, [source, ...more]);
    } as typeof original;
    try {
      const costOf = (lines: number, lineOf: (line: number) => string) => {
        lexed.characters = 0;
        const stream = new BlockStream();
        for (let line = 0; line < lines; line += 1) stream.push(lineOf(line));
        return lexed.characters;
      };
      for (const lineOf of [(line: number) => `Paragraph number ${line}.\n\n`, (line: number) => `- item ${line}\n`.repeat(60)]) {
        const once = costOf(40, lineOf);
        const twice = costOf(80, lineOf);
        assert.ok(twice / once < 2.5, `${once} then ${twice}`);
      }
    } finally {
      Lexer.prototype.blockTokens = original;
    }
  });
});
