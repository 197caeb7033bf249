// The chat panel as a person uses it, against a scripted vendor: price, picker, stop, code blocks, images, edit, fork, why.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { eventually } from "../support/eventually.ts";
import { asProvider, says, startVendor, type Vendor } from "../support/vendor.ts";
import { type Session, startSession } from "../support/vscode-host/session.ts";
import { statusItem } from "../support/vscode-host/workbench.ts";
import { TINY_PNG } from "../support/vscode-host/workspace.ts";

const FIXED = `function total(prices: number[]): number {
  return prices.reduce((sum, price) => sum + price, 0);
}`;

describe("the chat panel", function () {
  this.timeout(240_000);
  let vendor: Vendor;
  let session: Session;
  const sent = () => JSON.stringify(vendor.requests.at(-1)?.body.messages ?? []);
  const prompt = () => session.panel.getByRole("textbox", { name: "Question", exact: true });
  const settled = (nth: number) => session.panel.locator("article.answer.done").nth(nth);

  before(async () => {
    vendor = await startVendor();
    const provider = asProvider(vendor, { needsKey: false, name: "Acme" }, { name: "Acme One" });
    const settings = { "latchkey.providers": { custom: [provider] }, "latchkey.local.discover": false };
    session = await startSession({ settings });
    await session.page.getByRole("treeitem", { name: "basket.ts" }).dblclick();
    await session.page.locator(".tab", { hasText: "basket.ts" }).waitFor();
    await session.run("Latchkey: Open Chat");
  });
  after(async () => {
    await session?.stop();
    await vendor?.close();
  });
  afterEach(async function () {
    if (this.currentTest?.state === "failed") await session.shoot(`failed-${this.currentTest.title.replace(/\W+/g, "-")}`);
  });

  it("shows what a question would cost while it is typed", async () => {
    await prompt().fill("What does total do, and could it be shorter?");
    const quote = session.panel.locator(".quote", { hasText: "at most $" });
    await quote.waitFor();
    assert.match((await quote.textContent()) ?? "", /about \$0\.0\d+ · at most \$0\.00\d+ · .*tokens to acme\/m1/);
  });

  it("streams, and shows model and cost under the answer and in the status bar", async () => {
    vendor.script = says(`It adds up the prices. Shorter:\n\n\`\`\`typescript\n${FIXED}\n\`\`\`\n\nBoth give the same.`, {
      input: 2000,
      output: 300,
      cached: 500,
    });
    await prompt().press("Enter");
    await settled(0).waitFor();
    assert.match((await settled(0).locator("footer .bill").textContent()) ?? "", /acme\/m1 · \$0\.0022 · 2000 in \(25 % cached\), 300 out/);
    await statusItem(session.page).filter({ hasText: "$0.0022" }).waitFor();
    assert.equal(await settled(0).locator("figure.code code span.hljs-keyword").first().textContent(), "function");
  });

  it("applies a code block to the selection as a change that is accepted", async () => {
    const { page, folder } = session;
    await page.locator(".monaco-editor .view-line").nth(1).click();
    await page.keyboard.press("Control+Home");
    await page.keyboard.press("ArrowDown");
    for (let line = 0; line < 6; line += 1) await page.keyboard.press("Shift+ArrowDown");
    await page.keyboard.press("Shift+End");
    await settled(0).getByRole("button", { name: "Apply to Selection as a Diff" }).click();
    await page.locator(".tab", { hasText: "proposed change" }).waitFor();
    await page.getByRole("button", { name: "Accept Change" }).waitFor();
    await page.locator(".diffOverview, .diff-hidden-lines, .line-insert").first().waitFor();
    await session.shoot("diff");
    await page.getByRole("button", { name: "Accept Change" }).click();
    await page.locator(".tab", { hasText: "proposed change" }).waitFor({ state: "detached" });
    await page.keyboard.press("Control+S");
    const text = await eventually(() => readFileSync(join(folder, "basket.ts"), "utf8"), /prices\.reduce/);
    assert.match(text, /Adds up what a basket costs/);
    assert.match(text, /export function average/);
  });

  it("says why this model", async () => {
    await settled(0).getByRole("button", { name: "Why This Model?" }).click();
    const table = settled(0).getByRole("region", { name: "Why This Model?" });
    await table.getByRole("rowheader", { name: "acme/m1" }).waitFor();
    await session.shoot("why");
    await settled(0).getByRole("button", { name: "Why This Model?" }).click();
  });

  it("stops when asked, and keeps what was said", async () => {
    vendor.script = async (answer) => {
      await answer.text("A beginning");
      await new Promise((done) => setTimeout(done, 60_000).unref());
    };
    await prompt().fill("Tell me a long story");
    await prompt().press("Enter");
    await session.panel.locator("article.answer.running .words", { hasText: "A beginning" }).waitFor();
    await session.panel.getByRole("button", { name: "Stop" }).click();
    await settled(1).waitFor();
    assert.match((await settled(1).textContent()) ?? "", /A beginning/);
    await session.panel.getByRole("button", { name: "Send", exact: true }).waitFor();
  });

  it("edits a question and sends it again", async () => {
    vendor.script = says("Short.");
    const question = session.panel.locator("article.question").last();
    await question.getByRole("button", { name: "Edit and Send Again" }).click();
    await question.getByRole("textbox", { name: "Edited question" }).fill("Tell me a short story");
    await question.getByRole("button", { name: "Send", exact: true }).click();
    await settled(1).filter({ hasText: "Short." }).waitFor();
    assert.match(sent(), /short story/);
    assert.doesNotMatch(sent(), /long story/);
  });

  it("takes a pasted image, shows it, and sends it", async () => {
    vendor.script = says("A red square.");
    await prompt().focus();
    await prompt().evaluate((box, base64) => {
      const bytes = Uint8Array.from(atob(base64), (sign) => sign.charCodeAt(0));
      const data = new DataTransfer();
      data.items.add(new File([bytes], "red.png", { type: "image/png" }));
      box.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
    }, TINY_PNG.toString("base64"));
    await session.panel.locator(".composer .chip img").waitFor();
    await prompt().fill("What is this?");
    await session.panel.getByRole("button", { name: "Send", exact: true }).click();
    await settled(2).filter({ hasText: "A red square." }).waitFor();
    assert.match(sent(), /data:image\/png;base64,/);
  });

  it("takes a file that is dropped", async () => {
    await prompt().evaluate(
      (box, uri) => {
        const data = new DataTransfer();
        data.setData("text/uri-list", uri);
        box.dispatchEvent(new DragEvent("drop", { dataTransfer: data, bubbles: true, cancelable: true }));
      },
      `file://${join(session.folder, "notes.txt")}`,
    );
    await session.panel.locator(".composer .chip", { hasText: "notes.txt" }).waitFor();
    await session.panel.getByRole("button", { name: /Remove .*notes\.txt/ }).click();
    await session.panel.locator(".composer .chip").waitFor({ state: "detached" });
  });

  it("offers every model with its price and window", async () => {
    const { page, panel } = session;
    await panel.getByRole("button", { name: /^Model:/ }).click();
    const row = page.locator(".quick-input-list .monaco-list-row", { hasText: "Acme One" });
    await row.waitFor();
    assert.match((await row.textContent()) ?? "", /\$1\.00 in · \$2\.00 out per million/);
    assert.match((await row.textContent()) ?? "", /32k tokens/);
    await session.shoot("picker");
    await row.click();
    await panel.getByRole("button", { name: "Model: Acme One" }).waitFor();
  });

  it("forks into a chat of its own and finds the old one again", async () => {
    const { page, panel } = session;
    await panel.locator("article.question").first().getByRole("button", { name: "Fork Chat Here" }).click();
    await panel.locator("article").nth(1).waitFor({ state: "detached" });
    assert.equal(await panel.locator("article").count(), 1);
    await session.run("Latchkey: Open Earlier Chat…");
    await page.locator(".quick-input-list .monaco-list-row", { hasText: "What does total do" }).first().waitFor();
    await page.keyboard.press("Enter");
    await settled(2).waitFor();
    await session.shoot("panel");
  });

  it("can be used by keyboard alone: ask, model, policy, stop, copy code, edit and send again, history", async () => {
    const { page } = session;
    await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
    await session.run("Latchkey: New Chat");
    await session.run("Latchkey: Focus Prompt");
    await session.panel.locator("textarea:focus").waitFor();
    vendor.script = async (answer) => {
      await answer.text("```typescript\nlet early;\n```\n");
      await new Promise((done) => setTimeout(done, 60_000).unref());
    };
    await page.keyboard.type("Without a mouse");
    await page.keyboard.press("Enter");
    await session.panel.locator("article.answer.running figure.code").waitFor();
    await tabTo("Stop");
    await page.keyboard.press("Enter");
    await settled(0).waitFor();
    await session.run("Latchkey: Focus Last Answer");
    await session.panel.locator("article.answer:focus").waitFor();
    await tabTo("Copy");
    await page.keyboard.press("Enter");
    for (let waited = 0; waited < 5000 && !(await clipboard()).includes("let early;"); waited += 100) await page.waitForTimeout(100);
    assert.match(await clipboard(), /^let early;\s*$/);
    await tabTo("Edit and Send Again", "Shift+Tab");
    vendor.script = says("By keys.");
    await page.keyboard.press("Enter");
    await session.panel.locator('textarea[aria-label="Edited question"]:focus').waitFor();
    await page.keyboard.press("End");
    await page.keyboard.type(", again");
    await page.keyboard.press("Enter");
    await settled(0).filter({ hasText: "By keys." }).waitFor();
    assert.match(sent(), /Without a mouse, again/);
    await session.run("Latchkey: Focus Prompt");
    await tabTo("Policy");
    await page.keyboard.press("ArrowDown");
    assert.equal(await session.panel.getByRole("combobox", { name: "Policy" }).inputValue(), "best");
    await tabTo(/^Model:/, "Shift+Tab");
    await page.keyboard.press("Enter");
    await page.locator(".quick-input-list .monaco-list-row", { hasText: "Acme One" }).waitFor();
    await page.keyboard.press("Escape");
  });

  const clipboard = () => session.page.evaluate(() => navigator.clipboard.readText());

  /** Until the control of this name has the focus; a control that no number of presses reaches fails. */
  async function tabTo(name: string | RegExp, key = "Tab"): Promise<void> {
    const seen: string[] = [];
    for (let presses = 0; presses < 40; presses += 1) {
      await session.page.keyboard.press(key);
      const label = await session.panel.locator("body").evaluate(() => document.activeElement?.getAttribute("aria-label") ?? "");
      if (typeof name === "string" ? label === name : name.test(label)) return;
      seen.push(label);
    }
    assert.fail(`${name} was not reached: ${seen.join(" | ")}`);
  }
});
