// How hard a prompt is: the original's golden vectors, and where ours differs, why.
import assert from "node:assert/strict";
import fc from "fast-check";
import { complexity } from "../../../server/routing/complexity.ts";
import { COMPLEXITY_ORDER, TaskType } from "../../../shared/route.ts";

const FENCED = "```python\ndef hello():\n    print('hello')\n```";

/** Prompt, then the level without a hint and with code, chat and agentic, then the cognitive tier. */
const kept: readonly (readonly [prompt: string, none: string, code: string, chat: string, agentic: string, tier: string])[] = [
  ["hello", "simple", "simple", "simple", "simple", "micro"],
  ["Hello, how are you today?", "simple", "simple", "simple", "simple", "micro"],
  ["What is the weather?", "simple", "simple", "simple", "simple", "micro"],
  ["Summarize this article", "simple", "simple", "simple", "simple", "micro"],
  ["Translate this to French", "simple", "simple", "simple", "simple", "micro"],
  ["Analyze the data trends", "moderate", "complex", "simple", "moderate", "standard"],
  ["Explain quantum computing", "moderate", "complex", "simple", "moderate", "standard"],
  ["Compare the pros and cons of REST and GraphQL", "moderate", "complex", "simple", "moderate", "standard"],
  ["Write a poem about the sea", "simple", "complex", "simple", "simple", "micro"],
  ["Write a function to sort an array", "complex", "advanced", "complex", "complex", "versatile"],
  ["Debug this async function and refactor database schema", "complex", "advanced", "complex", "complex", "versatile"],
  [FENCED, "complex", "advanced", "complex", "complex", "versatile"],
  ["Calculate integral of this function and solve for x", "advanced", "advanced", "advanced", "advanced", "heavy"],
  ["Design architecture for scaling this enterprise system", "advanced", "advanced", "complex", "advanced", "versatile"],
];

const better: readonly (readonly [prompt: string, level: string, original: string, reason: string])[] = [
  ["analyze this ".repeat(200), "moderate", "complex", "saying the same thing 200 times does not make it harder"],
  ["word ".repeat(3000), "simple", "complex", "repetition is not difficulty, at any length"],
  ["x".repeat(400), "simple", "moderate", "one long word is one word"],
  ["x".repeat(8000), "simple", "complex", "one long word is one word"],
  ["My class starts at nine", "simple", "complex", "one everyday word that is also a keyword says nothing"],
  ["print the final const", "moderate", "complex", "three such words may be code and may be not: one point"],
  ["Let me know the global list of constants", "simple", "advanced", "everyday English"],
  ["What is the prime minister's log?", "simple", "moderate", "neither primes nor logarithms"],
  ["Do not write any code, just say hi", "simple", "moderate", "what is negated is not asked for"],
  ["Prove that there are infinitely many primes", "complex", "simple", "a proof is hard without any keyword of code"],
  ["解释这段代码的作用", "complex", "simple", "a language other than English is not simple"],
  ["Explica la función y depura el código", "complex", "simple", "a language other than English is not simple"],
  ["Erkläre, warum dieser Algorithmus langsam ist", "complex", "simple", "a language other than English is not simple"],
  ["コードのバグを直して", "complex", "simple", "a language other than English is not simple"],
  ["Напиши функцию сортировки массива", "complex", "simple", "a language other than English is not simple"],
  ["이 코드를 설명해줘", "complex", "simple", "a language other than English is not simple"],
];

describe("complexity", () => {
  for (const [prompt, none, code, chat, agentic, tier] of kept) {
    it(`judges ${JSON.stringify(prompt)} as the original does`, () => {
      const levels = [undefined, "code", "chat", "agentic"].map((task) => complexity(prompt, { taskType: task as TaskType }).level);
      assert.deepEqual([...levels, complexity(prompt).cognitiveTier], [none, code, chat, agentic, tier]);
    });
  }

  for (const [prompt, level, original, reason] of better) {
    it(`judges ${JSON.stringify(prompt.slice(0, 44))} ${level} where the original says ${original}: ${reason}`, () => {
      assert.equal(complexity(prompt).level, level);
    });
  }

  it("takes an attached note for what it is: neither code nor the request", () => {
    const note = "Our plan: prove the theorem, debug the function, design the architecture.\n".repeat(3);
    const asked = (tag: string, text: string) => complexity(`Summarize this\n\n\`\`\`${tag}\n${text}\`\`\``);
    for (const tag of ["plaintext", "markdown", "txt"]) {
      const { level, skill, signals } = asked(tag, note);
      assert.deepEqual([level, skill, signals.map(({ name }) => name)], ["simple", "general", ["light request"]], tag);
    }
    const source = "fn main() {\n  let a = [1, 2];\n  print(a);\n}\n";
    // A source whose ending nobody knows is attached as plain text.
    for (const tag of ["rust", "plaintext", ""]) assert.equal(asked(tag, source).skill, "code", tag);
  });

  it("counts length by what is not repeated: 100, 500 and 2,000 tokens", () => {
    const text = (tokens: number) =>
      Array.from({ length: Math.ceil((tokens * 4) / 7) }, (_, index) => `w${(index * 7919) % 90_000}x`).join(" ");
    const points = [60, 160, 700, 2600].map(
      (tokens) => complexity(text(tokens)).signals.find(({ name }) => name === "length")?.points ?? 0,
    );
    assert.deepEqual(points, [0, 1, 2, 3]);
  });

  it("does not read what stands in a fence as English", () => {
    const { signals, level } = complexity("```\nhello, please summarize the architecture and prove the theorem\n```");
    assert.ok(["moderate", "complex"].includes(level), level);
    assert.deepEqual(
      signals.map(({ name }) => name),
      ["code block"],
    );
  });

  it("takes a known editor command for its task", () => {
    assert.equal(complexity("this", { editor: { command: "latchkey.fixSelection" } }).level, "complex");
    assert.equal(complexity("this", { editor: { command: "latchkey.openChat" } }).level, "simple");
  });

  it("adds the size of a selection and its diagnostics", () => {
    const plain = complexity("Explain this", { editor: { selectionLines: 10 } }).score;
    assert.equal(complexity("Explain this", { editor: { selectionLines: 250, diagnostics: 3 } }).score, plain + 3);
  });

  it("takes three numbers and a question for a worded problem of maths", () => {
    const { level, skill } = complexity("Tom has 12 apples, eats 5 and buys 3 bags of 4. How many has he?");
    assert.deepEqual([level, skill], ["moderate", "maths"]);
    assert.equal(complexity("Call me at 555-12-34 or 777-1-2, will you?").skill, "general");
  });

  it("sees a stack trace, a diff, several files and several parts", () => {
    const trace = 'Traceback (most recent call last):\n  File "app.py", line 3, in <module>\n    main()\nValueError: 7';
    const names = (text: string) => complexity(text).signals.map(({ name }) => name);
    assert.ok(names(trace).includes("stack trace"));
    assert.ok(names("diff --git a/x b/x\n@@ -1 +1 @@\n-a\n+b").includes("diff"));
    assert.ok(names("change src/app/main.ts and src/app/edge.ts").includes("several files"));
    assert.ok(names("- one\n- two\n- three").includes("several parts"));
  });

  it("explains its score: the signals add up to it", () => {
    fc.assert(
      fc.property(fc.string(), fc.option(fc.constantFrom(...TaskType.options), { nil: undefined }), (text, taskType) => {
        const { score, signals } = complexity(text, { taskType });
        assert.equal(
          score,
          signals.reduce((sum, { points }) => sum + points, 0),
        );
      }),
    );
  });

  it("never judges a prompt easier as code than as chat", () => {
    const rank = (text: string, taskType: TaskType) => COMPLEXITY_ORDER.indexOf(complexity(text, { taskType }).level);
    fc.assert(fc.property(fc.string(), (text) => rank(text, "code") >= rank(text, "chat")));
  });

  const hostile = ["a", " ", "; ", "a/", "`", "-", "if ", "汉", "a'", "\n at (", "```\n", "?", "1. ", "a-", "<a>"];
  for (const piece of hostile) {
    it(`does not grow with the square of the length on ${JSON.stringify(piece)}`, () => {
      const cpuUs = (size: number) => {
        const text = piece.repeat(Math.ceil(size / piece.length));
        const rounds = Array.from({ length: 3 }, () => {
          const before = process.cpuUsage();
          complexity(text);
          return process.cpuUsage(before).user;
        });
        return Math.min(...rounds) + 2000;
      };
      cpuUs(30_000);
      assert.ok(cpuUs(600_000) < 100 * cpuUs(30_000), "twenty times the text would cost four hundred times the work");
    });
  }
});
