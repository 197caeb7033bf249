// What a continuation repeats is left out, and nothing else: by example, and for whatever text and whatever chunks.
import assert from "node:assert/strict";
import fc from "fast-check";
import { createSeam } from "../../../server/chat/seam.ts";

function join(shown: string, chunks: readonly string[], trimmed = false): string {
  const seam = createSeam(shown, { trimmed });
  return chunks.map((chunk) => seam.push(chunk)).join("") + seam.finish();
}

const CASES: readonly { name: string; shown: string; given: string; fresh: string; trimmed?: boolean }[] = [
  { name: "an exact continuation", shown: "The quick", given: " brown fox", fresh: " brown fox" },
  { name: "an exact continuation inside a word", shown: "The qui", given: "ck brown", fresh: "ck brown" },
  { name: "a restarted word", shown: "The answ", given: "answer is", fresh: "er is" },
  { name: "a repeated word", shown: "I like the", given: "the cat", fresh: " cat" },
  { name: "a repeated sentence", shown: "One. Two is more. Then it", given: "Two is more. Then it went.", fresh: " went." },
  { name: "a repetition after a line break", shown: "So the quick", given: "\n\nthe quick brown", fresh: " brown" },
  { name: "a repetition up to a space", shown: "The quick brown ", given: "brown fox", fresh: "fox" },
  { name: "the whole answer begun again", shown: "# Title\nFirst, a line.\nSec", given: "# Title\nFirst, a line.\nSecond", fresh: "ond" },
  { name: "a repetition and nothing more", shown: "and that is all", given: "that is all", fresh: "" },
  { name: "a repetition without spaces between words", shown: "今天天气很好我们", given: "很好我们去公园", fresh: "去公园" },
  { name: "a short word begun like the text's last letters", shown: "The a", given: "answer", fresh: "answer" },
  { name: "letters that repeat inside a word", shown: "haha", given: "ha!", fresh: "ha!" },
  { name: "a word that is said twice on purpose", shown: "It was very", given: " very good", fresh: " very good" },
  { name: "a manner of repeating", shown: "tick tock tick tock ", given: "tick tock boom", fresh: "tick tock boom" },
  { name: "digits", shown: "3.14159", given: "14159", fresh: "14159" },
  { name: "closing brackets of code", shown: "  }\n}\n", given: "}\n", fresh: "}\n" },
  { name: "repeated short lines of code", shown: "  do\n    end\n", given: "  end\nend\n", fresh: "  end\nend\n" },
  { name: "a repeated long line", shown: "const answer = compute();\n", given: "const answer = compute();\nprint", fresh: "print" },
  { name: "a space on both sides", shown: "The quick ", given: " brown", fresh: "brown" },
  { name: "a line break on both sides, which makes a paragraph", shown: "One.\n", given: "\nTwo.", fresh: "\nTwo." },
  { name: "line breaks that the vendor was not sent", shown: "One.\n\n", given: "\n\nTwo.", fresh: "Two.", trimmed: true },
  { name: "fewer line breaks than were shown", shown: "One.\n\n", given: "\nTwo.", fresh: "Two.", trimmed: true },
  { name: "indentation of the next line", shown: "if (x) {\n", given: "    return;", fresh: "    return;" },
  { name: "nothing shown", shown: "", given: "Hello", fresh: "Hello" },
  { name: "nothing coming", shown: "Hello", given: "", fresh: "" },
];

/** Words that are each their own: "a" to "z" by number, so that only a repetition repeats. */
function words(count: number): string[] {
  return Array.from({ length: count }, (_, at) => `${String.fromCharCode(97 + (at % 26))}word${at}`);
}

const separator = fc.constantFrom(" ", ", ", ". ", ": ");
const text = fc
  .tuple(fc.integer({ min: 6, max: 40 }), fc.array(separator, { minLength: 40, maxLength: 40 }))
  .map(([count, separators]) => words(count).map((word, at) => word + (separators[at] ?? " ")));

/** Any cut of a text into chunks, single signs included. */
function chunked(whole: string, cuts: readonly number[]): string[] {
  const at = [...new Set([0, ...cuts.map((cut) => cut % (whole.length + 1)), whole.length])].sort((left, right) => left - right);
  return at.slice(1).map((end, index) => whole.slice(at[index], end));
}

const cuts = fc.array(fc.nat(2_000), { maxLength: 30 });

describe("the seam of a continued answer", () => {
  for (const { name, shown, given, fresh, trimmed } of CASES) {
    it(`with ${name} shows ${JSON.stringify(fresh)}`, () => {
      assert.equal(join(shown, [given], trimmed), fresh);
      assert.equal(join(shown, [...given], trimmed), fresh, "sign by sign");
    });
  }

  it("drops nothing of an exact continuation, wherever the text was cut and however it comes", () => {
    fc.assert(
      fc.property(text, fc.nat(), cuts, (parts, at, cuts) => {
        const whole = parts.join("");
        const cut = at % whole.length;
        assert.equal(whole.slice(0, cut) + join(whole.slice(0, cut), chunked(whole.slice(cut), cuts)), whole);
      }),
    );
  });

  it("repeats nothing of a continuation that begins some words early, even after white space", () => {
    fc.assert(
      fc.property(text, fc.nat(), fc.integer({ min: 1, max: 5 }), fc.constantFrom("", " ", "\n\n"), cuts, (parts, at, back, gap, cuts) => {
        const whole = parts.join("");
        const known = 5 + (at % (parts.length - 5));
        const shown = parts.slice(0, known).join("");
        const given = gap + parts.slice(known - back).join("");
        assert.equal(shown + join(shown, chunked(given, cuts)), whole);
      }),
    );
  });

  it("repeats nothing of a word that is begun again after three signs or more", () => {
    fc.assert(
      fc.property(text, fc.nat(), fc.integer({ min: 3, max: 5 }), cuts, (parts, at, signs, cuts) => {
        const known = 1 + (at % (parts.length - 1));
        const shown = parts.slice(0, known).join("") + (parts[known] ?? "").slice(0, signs);
        assert.equal(shown + join(shown, chunked(parts.slice(known).join(""), cuts)), parts.join(""));
      }),
    );
  });

  it("invents nothing and loses no end, whatever both texts are, and chunks make no difference", () => {
    const any = fc.oneof(fc.string({ unit: "grapheme", maxLength: 60 }), fc.stringMatching(/^[ab \n]{0,40}$/));
    fc.assert(
      fc.property(any, any, fc.boolean(), cuts, (shown, given, trimmed, cuts) => {
        const fresh = join(shown, [given], trimmed);
        assert.ok(given.endsWith(fresh));
        const dropped = given.slice(0, given.length - fresh.length);
        assert.ok(shown.endsWith(dropped.trimStart()) || dropped.trim() === "", "what is dropped was shown");
        assert.equal(join(shown, chunked(given, cuts), trimmed), fresh);
      }),
      { numRuns: 2_000 },
    );
  });

  it("holds nothing back longer than it could still be a repetition", () => {
    const seam = createSeam("The quick brown fox. ");
    assert.equal(seam.push("It"), "It");
    assert.equal(seam.push(" The quick"), " The quick");
  });

  it("copes with a long text that repeats itself and is begun again", () => {
    const shown = "ab ".repeat(40_000);
    assert.equal(join(shown, chunked(shown, [1_000, 5_000, 20_000])), "");
  });
});
