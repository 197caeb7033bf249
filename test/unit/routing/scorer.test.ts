// The learned scorer as the router sees it: the same number every time, within bounds, at bounded cost, unmoved by manners.
import assert from "node:assert/strict";
import { Readable } from "node:stream";
import { dissect } from "../../../server/routing/scorer/anatomy.ts";
import { scoreLines } from "../../../server/routing/scorer/lines.ts";
import { decode } from "../../../server/routing/scorer/model.ts";
import { SAMPLE_CHARACTERS, sample } from "../../../server/routing/scorer/sample.ts";
import { score, scorePrompt } from "../../../server/routing/scorer/score.ts";
import { shape } from "../../../server/routing/scorer/shape.ts";
import { WEIGHTS } from "../../../server/routing/scorer/weights.ts";
import { MOST_WORDS, readWords } from "../../../server/routing/scorer/words.ts";

const HUNDRED_THOUSAND = 100_000;

const PROMPTS = {
  sum: "A baker fills 3 trays with 12 rolls each and sells 20 rolls before noon. How many rolls are left?",
  chain:
    "A baker fills 3 trays with 12 rolls each. Before noon she sells half of them at 2 dollars each, and after noon twice as many people come as before, but each buys only a third of what is left. If every roll costs her 0.40 dollars, how much profit has she made when the last third is given away?",
  choice: "Which gas do plants take in to make sugar?\nA. Oxygen\nB. Carbon dioxide\nC. Nitrogen\nD. Helium",
  program:
    "What does this print?\n```python\ndef f(s):\n    out = ''\n    for c in s:\n        out = c + out\n    return out\nprint(f('ladder'))\n```",
  programming: "Write a function that returns the two largest numbers of a list.",
  poem: "Write a short poem about rain on a tin roof.",
};

const hostile: Readonly<Record<string, string>> = {
  "nothing at all": "",
  "only spaces": " ".repeat(HUNDRED_THOUSAND),
  "only line breaks": "\n".repeat(HUNDRED_THOUSAND),
  "one letter repeated": "a".repeat(HUNDRED_THOUSAND),
  "one digit repeated": "9".repeat(HUNDRED_THOUSAND),
  "lone surrogates": "\ud800".repeat(HUNDRED_THOUSAND),
  "a pair cut in two": "😀".repeat(HUNDRED_THOUSAND).slice(1),
  emoji: "👩‍👩‍👧‍👦".repeat(5_000),
  "open brackets": "[({".repeat(30_000),
  "option markers without end": "(A) ".repeat(25_000),
  "open quotation marks": "'".repeat(HUNDRED_THOUSAND),
  "null characters": "\0".repeat(HUNDRED_THOUSAND),
};

async function linesOf(input: readonly string[]): Promise<string[]> {
  const output: string[] = [];
  for await (const line of scoreLines(Readable.from(input))) output.push(line);
  return output;
}

describe("score", () => {
  it("says the same for the same prompt", () => {
    for (const prompt of Object.values(PROMPTS)) assert.equal(score(prompt), score(prompt));
  });

  const golden = { sum: 0.101038, choice: 0.106583, programming: 0.134901, poem: 0.021726 };
  for (const [name, gain] of Object.entries(golden)) {
    it(`gives the ${name} prompt what these weights gave it when they were made`, () => {
      assert.ok(Math.abs(score(PROMPTS[name as keyof typeof golden]) - gain) < 1e-5); // the keys are the table's own
    });
  }

  it("agrees with its own explanation", () => {
    for (const prompt of Object.values(PROMPTS)) assert.equal(scorePrompt(prompt).gain, score(prompt));
  });

  for (const [name, prompt] of Object.entries(hostile)) {
    it(`stays within 0 and 1 for ${name}`, () => {
      const gain = score(prompt);
      assert.ok(gain > 0 && gain < 1, String(gain));
    });
  }

  it("reads no more than its sample of a long prompt", () => {
    const long = "word ".repeat(HUNDRED_THOUSAND);
    assert.ok(sample(long).length <= SAMPLE_CHARACTERS);
    assert.equal(score(long), score(sample(long)));
    const middle = `${"a b ".repeat(5_000)}${"x".repeat(500)}${"c d ".repeat(5_000)}`;
    assert.equal(score(middle), score(middle.replace("x".repeat(500), "y".repeat(500))));
  });

  it("looks at a bounded number of words, whatever the text", () => {
    const { words, numbers } = readWords("a 1 ".repeat(HUNDRED_THOUSAND));
    assert.equal(words.length + numbers.length, MOST_WORDS);
  });

  it("finds more to gain in a longer chain of steps", () => {
    assert.ok(score(PROMPTS.chain) > score(PROMPTS.sum));
  });

  it("finds less to gain in open writing than in a task with one right answer", () => {
    for (const name of ["chain", "choice", "program", "programming"] as const) assert.ok(score(PROMPTS.poem) < score(PROMPTS[name]), name);
  });
});

describe("the same question in other words", () => {
  const same: Readonly<Record<string, (prompt: string) => string>> = {
    "a label": (prompt) => `Question: ${prompt}`,
    "a greeting": (prompt) => `Hello! Could you please help me with this question?\n\n${prompt}`,
    "thanks at the end": (prompt) => `${prompt}\n\nThank you very much!`,
    "wider spaces": (prompt) => prompt.replaceAll(" ", "   "),
    "lower case": (prompt) => prompt.toLowerCase(),
  };
  for (const [name, reword] of Object.entries(same)) {
    it(`keeps its score with ${name}`, () => {
      for (const prompt of [PROMPTS.sum, PROMPTS.chain, PROMPTS.choice])
        assert.ok(Math.abs(score(reword(prompt)) - score(prompt)) < 0.01, prompt);
    });
  }

  it("reads options in any common style", () => {
    const styles = ["A. ", "A) ", "(A) ", "a) "].map((style) =>
      PROMPTS.choice.replace(/^([A-D])\. /gm, (_, letter: string) =>
        style.replace(/[Aa]/, style.includes("a") ? letter.toLowerCase() : letter),
      ),
    );
    assert.equal(new Set(styles.map((prompt) => score(prompt))).size, 1);
    assert.equal(dissect(styles[2] ?? "").options.length, 4);
  });
});

describe("scorePrompt", () => {
  const kinds = {
    sum: "problem",
    chain: "problem",
    choice: "choice",
    program: "program",
    programming: "programming",
    poem: "open",
  } as const;
  for (const [name, kind] of Object.entries(kinds)) {
    it(`takes the ${name} prompt for ${kind}`, () => assert.equal(scorePrompt(PROMPTS[name as keyof typeof kinds]).kind, kind)); // the keys are the table's own
  }

  it("names the features that moved it, strongest first", () => {
    const { reasons } = scorePrompt(PROMPTS.chain);
    assert.ok(reasons.length > 0);
    for (const { feature } of reasons) assert.ok(WEIGHTS.features.includes(feature));
    const strengths = reasons.map(({ effect }) => Math.abs(effect));
    assert.deepEqual(
      strengths,
      strengths.toSorted((left, right) => right - left),
    );
  });

  it("believes itself on the kinds it learned", () => {
    for (const name of ["sum", "chain", "choice", "programming"] as const) assert.deepEqual(scorePrompt(PROMPTS[name]).doubts, [], name);
  });

  const doubtful: Readonly<Record<string, [string, string]>> = {
    "a greeting": ["Hi there", "open request"],
    "open writing": [PROMPTS.poem, "open request"],
    "an empty prompt": ["   ", "empty"],
    "another language": ["Wie viele Brötchen bleiben übrig, wenn 12 von 36 verkauft sind?", "not English"],
    "a script without spaces": ["如果三个盘子各有十二个面包，卖掉二十个后还剩多少？", "not English"],
    "a very long text": ["It was said that the river had 3 bends and how many more nobody knew. ".repeat(100), "too long"],
  };
  for (const [name, [prompt, doubt]] of Object.entries(doubtful)) {
    it(`abstains on ${name}`, () => {
      const { abstains, doubts, confidence } = scorePrompt(prompt);
      assert.equal(abstains, true);
      assert.ok(
        doubts.some((each) => each === doubt),
        doubts.join(),
      );
      assert.ok(confidence <= 0.1);
    });
  }
});

describe("the weights", () => {
  it("decode to the features the shape gives, in its order", () => {
    const model = decode(WEIGHTS);
    assert.deepEqual(model.features, Object.keys(shape(dissect(""))));
    for (const line of [model.centre, model.scale, ...Object.values(model.lines)]) assert.equal(line.length, model.features.length);
    assert.equal(model.edges.length, model.features.length * model.edgeCount);
  });

  it("hold only finite numbers and trees that end", () => {
    const { centre, scale, lines, forest } = decode(WEIGHTS);
    for (const line of [centre, scale, ...Object.values(lines)]) assert.ok(line.every(Number.isFinite));
    const { starts, feature, link } = forest;
    assert.ok(starts.length > 0);
    feature.forEach((asked, node) => {
      if (asked === 255) return;
      assert.ok(asked < WEIGHTS.features.length);
      assert.ok((link[node] ?? 0) > 1 && node + (link[node] ?? 0) < feature.length, `node ${node}`);
    });
  });

  it("are at most 2 MB", () => assert.ok(JSON.stringify(WEIGHTS).length <= 2_000_000));
});

describe("scoreLines", () => {
  it("answers one number a prompt, in order", async () => {
    const prompts = Object.values(PROMPTS);
    const answers = await linesOf(prompts.map((prompt, index) => JSON.stringify({ id: String(index), prompt })));
    assert.deepEqual(
      answers.map(Number),
      prompts.map((prompt) => score(prompt)),
    );
  });

  it("passes over blank lines", async () => assert.equal((await linesOf(["", JSON.stringify({ prompt: "Hi" }), " "])).length, 1));

  it("stops at a line that is no prompt", async () => {
    await assert.rejects(linesOf(['{"id":"1"}']), /"prompt"/);
    await assert.rejects(linesOf(["not json"]), SyntaxError);
  });
});
