// Commands that a person types into or looks at: limits, status, keyboard focus, policy, export, discarding a change, where they are offered.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { eventually } from "../support/eventually.ts";
import { type Session, startSession } from "../support/vscode-host/session.ts";
import { quickInput, statusItem } from "../support/vscode-host/workbench.ts";
import { asProvider, says, startVendor, type Vendor } from "../support/vendor.ts";

const CODE = "```typescript\nexport const total = 1;\n```";

describe("commands in the workbench", function () {
  this.timeout(240_000);
  let vendor: Vendor;
  let session: Session;
  const prompt = () => session.panel.getByRole("textbox", { name: "Question", exact: true });
  const rows = (text: string) => session.page.locator(".quick-input-list .monaco-list-row", { hasText: text });
  const ask = async (text: string) => {
    const before = await session.panel.locator("article.answer").count();
    await prompt().fill(text);
    await prompt().press("Enter");
    await session.panel.locator("article.answer:not(.running)").nth(before).waitFor();
  };
  const limitDaily = async (dollars: string, beyond?: string) => {
    await session.run("Latchkey: Set Budget…");
    await rows("Each day, everything together").click();
    await session.page.locator(".quick-input-message", { hasText: "At most how many US dollars?" }).waitFor();
    await quickInput(session.page).fill(dollars);
    await session.page.keyboard.press("Enter");
    if (beyond) await rows(beyond).click();
  };
  const removeDailyLimit = () => limitDaily("");
  /** What VS Code paints behind the item: a warning or an error, or nothing. */
  const background = async () => {
    const classes = (await statusItem(session.page).getAttribute("class")) ?? "";
    return /error-kind/.test(classes) ? "error" : /warning-kind/.test(classes) ? "warning" : "none";
  };

  before(async () => {
    vendor = await startVendor(says(CODE, { input: 1000, output: 500 }));
    const settings = {
      "latchkey.providers": { custom: [asProvider(vendor, { needsKey: false }, { name: "Acme One" })] },
      "latchkey.local.discover": false,
    };
    session = await startSession({ settings });
    const { page } = session;
    await page.getByRole("treeitem", { name: "basket.ts" }).dblclick();
    await page.locator(".tab", { hasText: "basket.ts" }).waitFor();
    await session.run("Latchkey: Open Chat");
    await ask("What does total do?");
  });
  after(async () => {
    await session?.stop();
    await vendor?.close();
  });
  afterEach(async function () {
    if (this.currentTest?.state === "failed") await session.shoot(`failed-${this.currentTest.title.replace(/\W+/g, "-")}`);
  });

  it("Focus Last Answer and Focus Prompt move the keyboard between them", async () => {
    const active = () => session.panel.locator("body").evaluate(() => document.activeElement?.tagName);
    await session.run("Latchkey: Focus Last Answer");
    await session.panel.locator("article.answer:focus").waitFor();
    await session.run("Latchkey: Focus Prompt");
    await session.panel.locator("textarea:focus").waitFor();
    assert.equal(await active(), "TEXTAREA");
  });

  it("each message is an article, and only beginning and end of an answer are said aloud", async () => {
    assert.equal(await session.panel.getByRole("article").count(), await session.panel.locator("article").count());
    const said = session.panel.locator("[aria-live=polite]");
    assert.match((await said.textContent()) ?? "", /^Answer finished: \d+ words from acme\/m1, \$0\.00/);
    assert.equal(await session.panel.getByRole("log").getAttribute("aria-live"), "off");
  });

  it("Set Budget takes an amount; the status bar then says what is left, with no colour of its own", async () => {
    const { page } = session;
    await limitDaily("0.01", "Refuse what would pass it");
    await statusItem(page).filter({ hasText: "left" }).waitFor();
    assert.match((await statusItem(page).textContent()) ?? "", /\$0\.0020 · \$0\.008\d* left/);
    assert.equal(await background(), "none");
  });

  it("the status bar's tooltip is a small table of limits", async () => {
    const { page } = session;
    await statusItem(page).hover();
    const table = page.locator(".monaco-hover table");
    await table.waitFor();
    assert.deepEqual(await table.locator("th").allTextContents(), ["Limit", "Spent", "Reserved", "Left"]);
    await session.shoot("status-tooltip");
    await page.mouse.move(700, 400);
  });

  it("a limit that is used up refuses the next question and turns the item red", async () => {
    const { page } = session;
    await limitDaily("0.001", "Refuse what would pass it");
    await statusItem(page).filter({ hasText: "$0.00 left" }).waitFor();
    assert.equal(await background(), "error");
    const asked = vendor.requests.length;
    await ask("Once more?");
    const failure = session.panel.locator("article.answer").last().locator(".failure");
    await failure.getByRole("button", { name: "Change Budget" }).waitFor();
    assert.equal(vendor.requests.length, asked);
    await session.shoot("limit-reached");
  });

  it("an empty amount takes the limit away again", async () => {
    await removeDailyLimit();
    await statusItem(session.page).filter({ hasNotText: "left" }).waitFor();
    assert.equal(await background(), "none");
  });

  it("a soft limit asks in a dialog: no sends nothing, yes is asked for once", async () => {
    const { page, panel } = session;
    await limitDaily("0.001", "Ask me before it is passed");
    await statusItem(page).and(page.locator(".warning-kind")).waitFor();
    const asked = vendor.requests.length;
    const dialog = page.locator(".monaco-dialog-box");
    const refused = ask("May this pass the limit?");
    await dialog.filter({ hasText: "This prompt may pass a soft limit" }).waitFor();
    assert.match((await dialog.textContent()) ?? "", /of \$0\.0010? are spent, and this prompt could cost up to \$0\.\d+/);
    await session.shoot("soft-limit");
    await dialog.getByRole("button", { name: "Cancel" }).click();
    await refused;
    await panel.locator("article.answer").last().locator(".failure", { hasText: "would be passed" }).waitFor();
    assert.equal(vendor.requests.length, asked);
    const allowed = ask("And this?");
    await dialog.getByRole("button", { name: "Send Anyway" }).click();
    await allowed;
    await ask("And this, unasked?");
    assert.equal(vendor.requests.length, asked + 2);
    assert.equal(await dialog.count(), 0);
    await removeDailyLimit();
  });

  it("Show Status and Actions is what a click on the item opens, and leads on", async () => {
    const { page } = session;
    await statusItem(page).click();
    for (const label of ["Open Chat", "Open Dashboard", "Choose Model…", "Choose Policy…", "Set Budget…", "Manage Keys…", "Show Log"]) {
      await rows(label).first().waitFor();
    }
    await rows("Open Dashboard").click();
    await page.locator(".tab", { hasText: "Latchkey Dashboard" }).waitFor();
    await page.keyboard.press("Control+F4");
  });

  it("Export Usage writes a row for each attempt where it is told to", async () => {
    const { page, folder } = session;
    await session.run("Latchkey: Export Usage…");
    await quickInput(page).waitFor();
    // The dialog first fills in the folder it begins with.
    await page.waitForTimeout(1000);
    await quickInput(page).fill(join(folder, "usage.csv"));
    await page.keyboard.press("Enter");
    const text = await eventually(() => readIfThere(join(folder, "usage.csv")), /acme/);
    assert.ok(text.trim().split("\n").length >= 2);
    assert.doesNotMatch(text, /What does total do/);
  });

  it("Discard Change leaves the file as it was", async () => {
    const { page, folder, panel } = session;
    const before = readFileSync(join(folder, "basket.ts"), "utf8");
    await page.locator(".tab", { hasText: "basket.ts" }).first().click();
    await panel.locator("article.answer").first().getByRole("button", { name: "Apply to Selection as a Diff" }).click();
    await page.locator(".tab", { hasText: "proposed change" }).waitFor();
    await page.getByRole("button", { name: "Discard Change" }).click();
    await page.locator(".tab", { hasText: "proposed change" }).waitFor({ state: "detached" });
    assert.equal(readFileSync(join(folder, "basket.ts"), "utf8"), before);
  });

  it("are offered where a person looks: editor menu, explorer menu, light bulb, source control", async () => {
    const { page } = session;
    await page.locator(".tab", { hasText: "basket.ts" }).first().click();
    await page.locator(".monaco-editor .view-line").nth(2).click({ button: "right" });
    await page.getByRole("menuitem", { name: "Latchkey", exact: true }).hover();
    for (const title of [
      "Explain Selection",
      "Fix Selection",
      "Write Tests",
      "Suggest Names",
      "Use Prompt Template…",
      "Estimate Cost of Selection",
    ])
      await page.getByRole("menuitem", { name: title }).waitFor();
    await session.shoot("editor-menu");
    await page.keyboard.press("Escape");
    await page.keyboard.press("Escape");
  });

  it("that cannot do anything now are not offered by the palette", async () => {
    const { page } = session;
    await page.keyboard.press("F1");
    await quickInput(page).fill(">Latchkey: ");
    await rows("Latchkey: Ask…").first().waitFor();
    for (const title of ["Latchkey: Stop Answer", "Latchkey: Accept Change", "Latchkey: Write Commit Message"]) {
      await quickInput(page).fill(`>${title}`);
      await page.waitForTimeout(400);
      assert.equal(await page.locator(".quick-input-list").getByRole("option", { name: title, exact: true }).count(), 0, title);
    }
    await page.keyboard.press("Escape");
  });
});

function readIfThere(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    // Not written yet.
    return "";
  }
}
