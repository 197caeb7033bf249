// Ten thousand lines and two hundred messages in the real panel: each block is drawn once, what is out of sight is not laid out; figures are printed.
import assert from "node:assert/strict";
import { type Session, startSession } from "../support/vscode-host/session.ts";
import { asProvider, says, type Script, startVendor, type Vendor } from "../support/vendor.ts";

const LINES = 10_000;
const QUESTIONS = 100;

/** Every kind of block that answers have, over and over; short, since an answer is cut well past what was reserved for it. */
const SECTION = `## Step

It *is* so.

- a
- b
- c

\`\`\`ts
let a;
a = 1;
f(a);
g(a);
\`\`\`

| a | b |
| - | - |
| 1 | 2 |

`;

interface Watched {
  longTasks: number[];
  added: number;
  frames: number[];
}

describe("a long talk in the panel", function () {
  this.timeout(300_000);
  let vendor: Vendor;
  let session: Session;
  const figures: string[] = [];
  const body = () => session.panel.locator("body");
  const prompt = () => session.panel.getByRole("textbox", { name: "Question", exact: true });

  const inLines =
    (text: string, each: number): Script =>
    async (answer) => {
      const lines = text.match(/[^\n]*\n/g) ?? [];
      for (let at = 0; at < lines.length; at += each) await answer.text(lines.slice(at, at + each).join(""));
      await answer.finish({ input: 10, output: 5 });
    };

  /** Counts in the page itself: tasks over 50 ms, elements that were added, and the time between frames. */
  const watch = () =>
    body().evaluate((root) => {
      const seen = { longTasks: [] as number[], added: 0, frames: [] as number[] };
      (window as unknown as { seen: unknown }).seen = seen;
      new PerformanceObserver((list) => seen.longTasks.push(...list.getEntries().map(({ duration }) => duration))).observe({
        type: "longtask",
      });
      new MutationObserver((records) => {
        for (const { addedNodes } of records) {
          for (const node of addedNodes) if (node instanceof Element) seen.added += 1 + node.querySelectorAll("*").length;
        }
      }).observe(root, { childList: true, subtree: true });
      let before = performance.now();
      const tick = (now: number) => {
        seen.frames.push(now - before);
        before = now;
        requestAnimationFrame(tick);
      };
      requestAnimationFrame(tick);
    });
  const watched = () => body().evaluate(() => (window as unknown as { seen: Watched }).seen);
  const note = (what: string, { longTasks, frames }: Watched) => {
    const sorted = [...frames].sort((a, b) => a - b);
    const at = (share: number) => (sorted[Math.floor(sorted.length * share)] ?? 0).toFixed(0);
    const longest = Math.max(0, ...longTasks).toFixed(0);
    figures.push(
      `${what}: ${longTasks.length} tasks over 50 ms, longest ${longest} ms; frames ${at(0.5)} ms (median), ${at(0.95)} ms (95 %)`,
    );
  };

  before(async () => {
    vendor = await startVendor();
    const provider = asProvider(vendor, { needsKey: false }, { contextWindowTokens: 1_000_000, maxOutputTokens: 64_000 });
    const settings = { "latchkey.providers": { custom: [provider] }, "latchkey.model": "acme/m1", "latchkey.local.discover": false };
    session = await startSession({ settings });
    await session.run("Latchkey: Open Chat");
    await prompt().waitFor();
  });
  after(async () => {
    await session?.stop();
    await vendor?.close();
    console.log(figures.map((line) => `      ${line}`).join("\n"));
  });
  afterEach(async function () {
    if (this.currentTest?.state === "failed") await session.shoot(`failed-${this.currentTest.title.replace(/\W+/g, "-")}`);
  });

  it(`draws an answer of ${LINES} lines once, not anew with every piece`, async () => {
    const text = SECTION.repeat(Math.ceil(LINES / (SECTION.split("\n").length - 1)));
    vendor.script = inLines(text, 4);
    await watch();
    const began = Date.now();
    await prompt().fill("Write it all down");
    await prompt().press("Enter");
    const answer = session.panel.locator("article.answer.done");
    await answer.waitFor({ timeout: 180_000 });
    await answer
      .locator("figure.code")
      .nth(text.split("```ts").length - 2)
      .waitFor({ state: "attached", timeout: 60_000 });
    const seen = await watched();
    const standing = await answer.locator("*").count();
    figures.push(
      `${text.split("\n").length} lines in ${((Date.now() - began) / 1000).toFixed(1)} s: ${standing} elements stand, ${seen.added} were added`,
    );
    note("while they streamed", seen);
    // The block that still grows is drawn again with a frame; drawing all again with each piece would be thousands of times as much.
    assert.ok(seen.added < standing * 10, `${seen.added} elements were added for ${standing} that stand`);
  });

  it("lays out only what is near the eye", async () => {
    const skipped = await session.panel.locator("article.answer.done .words > *").evaluateAll((blocks) => ({
      all: blocks.length,
      skipped: blocks.filter(
        (block) => block.firstElementChild && !block.firstElementChild.checkVisibility({ contentVisibilityAuto: true }),
      ).length,
    }));
    figures.push(`${skipped.skipped} of ${skipped.all} blocks are not laid out`);
    assert.ok(skipped.skipped > skipped.all * 0.9, JSON.stringify(skipped));
  });

  it("takes what is typed while a long answer stands", async () => {
    await watch();
    await prompt().pressSequentially("and what does it cost to type this line here?");
    note("while typing below it", await watched());
    assert.equal(await prompt().inputValue(), "and what does it cost to type this line here?");
  });

  it(`opens a talk of ${QUESTIONS * 2} messages again, its end first`, async () => {
    const { page, panel } = session;
    await session.run("Latchkey: New Chat");
    vendor.script = says(SECTION);
    for (let index = 0; index < QUESTIONS; index += 1) {
      await prompt().fill(`Question ${index}`);
      await prompt().press("Enter");
      await panel.locator("article.answer.done").nth(index).waitFor();
    }
    await session.run("Latchkey: New Chat");
    await panel.locator("article").first().waitFor({ state: "detached" });
    await session.run("Latchkey: Open Earlier Chat…");
    const row = page.locator(".quick-input-list .monaco-list-row", { hasText: "Question 0" }).first();
    await row.waitFor();
    await watch();
    await row.click();
    await panel
      .locator("article.answer.done")
      .nth(QUESTIONS - 1)
      .locator("figure.code")
      .waitFor();
    await panel.locator("article.answer.done").first().locator("figure.code").waitFor({ state: "attached" });
    const seen = await watched();
    const standing = await panel.locator("article *").count();
    note(`while ${QUESTIONS * 2} messages opened`, seen);
    assert.equal(await panel.locator("article").count(), QUESTIONS * 2);
    assert.ok(seen.added < standing * 3, `${seen.added} elements were added for ${standing} that stand`);
    await panel.locator("article").last().scrollIntoViewIfNeeded();
    await watch();
    await page.mouse.move(150, 300);
    for (let turn = 0; turn < 60; turn += 1) await page.mouse.wheel(0, -800);
    note("while scrolling back", await watched());
  });
});
