// A person's first minute: palette, question, streamed answer in the panel, cost in the status bar; leaves screenshots.
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import type { Browser, Page } from "playwright-core";
import { launchBrowser } from "../support/vscode-host/browser.ts";
import { type CodeServer, startCodeServer } from "../support/vscode-host/code-server.ts";
import { openWorkbench, quickInput, runCommand, statusItem, webview } from "../support/vscode-host/workbench.ts";
import { makeWorkspace } from "../support/vscode-host/workspace.ts";

const ROOT = resolve(import.meta.dirname, "../..");
const SHOTS = join(ROOT, "test/output");

describe("the first answer", function () {
  this.timeout(180_000);
  let scratch: string;
  let server: CodeServer;
  let browser: Browser;
  let page: Page;

  before(async () => {
    mkdirSync(SHOTS, { recursive: true });
    scratch = mkdtempSync(join(tmpdir(), "latchkey-walk-"));
    server = await startCodeServer({ say: console.error, driver: true, settings: { "workbench.colorTheme": "Default Dark Modern" } });
    browser = await launchBrowser(console.error);
    page = await openWorkbench({ server, browser, folder: makeWorkspace(scratch), extension: ROOT });
    await statusItem(page).waitFor({ timeout: 90_000 });
  });

  after(async () => {
    if (page) await page.screenshot({ path: join(SHOTS, "last.png") });
    await browser?.close();
    await server?.stop();
    rmSync(scratch, { recursive: true, force: true });
  });

  it("shows one status bar item that has asked nothing yet", async () => {
    assert.match((await statusItem(page).textContent()) ?? "", /Latchkey/);
  });

  it("streams the answer to a question from the palette into the panel", async () => {
    await page.getByRole("treeitem", { name: "basket.ts" }).dblclick();
    await page.locator(".tab", { hasText: "basket.ts" }).waitFor();
    await runCommand(page, "Latchkey: Ask…");
    await quickInput(page).fill("What does a hard budget do?");
    await page.keyboard.press("Enter");
    const answer = webview(page).locator("article.answer.done");
    await answer.waitFor({ timeout: 60_000 });
    assert.match((await answer.textContent()) ?? "", /demo/);
    assert.match((await answer.locator("footer .bill").textContent()) ?? "", /demo\/.*\$0\.00/);
  });

  it("then shows the cost so far in the status bar", async () => {
    await statusItem(page).filter({ hasText: "$0.00" }).waitFor();
    await page.screenshot({ path: join(SHOTS, "first-answer.png") });
  });
});
