// A person's first minute: palette, question, streamed answer in the panel, cost in the status bar.
import assert from "node:assert/strict";
import { type Session, startSession } from "../support/vscode-host/session.ts";
import { quickInput, statusItem } from "../support/vscode-host/workbench.ts";

describe("the first answer", function () {
  this.timeout(180_000);
  let session: Session;

  before(async () => {
    session = await startSession();
  });
  after(() => session.stop());
  afterEach(async function () {
    if (this.currentTest?.state === "failed") await session.shoot(`failed-${this.currentTest.title.replace(/\W+/g, "-")}`);
  });

  it("shows one status bar item that has asked nothing yet", async () => {
    assert.match((await statusItem(session.page).textContent()) ?? "", /Latchkey/);
  });

  it("streams the answer to a question from the palette into the panel", async () => {
    const { page, panel } = session;
    await page.getByRole("treeitem", { name: "basket.ts" }).dblclick();
    await page.locator(".tab", { hasText: "basket.ts" }).waitFor();
    await session.run("Latchkey: Ask…");
    await quickInput(page).fill("What does a hard budget do?");
    await page.keyboard.press("Enter");
    const answer = panel.locator("article.answer.done");
    await answer.waitFor({ timeout: 60_000 });
    assert.match((await answer.textContent()) ?? "", /no model was called/);
    assert.match((await answer.locator("footer .bill").textContent()) ?? "", /demo\/.*\$0\.00/);
  });

  it("then shows the cost so far in the status bar", async () => {
    await statusItem(session.page).filter({ hasText: "$0.00" }).waitFor();
    await session.shoot("first-answer");
  });
});
