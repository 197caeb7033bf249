// A new user with nothing but the .vsix: installs it, opens the chat, asks, learns about keys; every step leaves a picture.
import assert from "node:assert/strict";
import { statSync } from "node:fs";
import { join } from "node:path";
import { OUTPUT, type Session, startSession } from "../support/vscode-host/session.ts";
import { packVsix } from "../support/vscode-host/vsix.ts";
import { quickInput, statusItem } from "../support/vscode-host/workbench.ts";

const VSIX = join(OUTPUT, "latchkey.vsix");

describe("a first run from the .vsix", function () {
  this.timeout(300_000);
  let session: Session;
  let started: number;
  const log: string[] = [];
  const note = (what: string) => log.push(`${((Date.now() - started) / 1000).toFixed(1)} s  ${what}`);

  before(async () => {
    started = Date.now();
    note(`.vsix packed, ${statSync(packVsix(VSIX)).size} bytes`);
    session = await startSession({
      vsix: VSIX,
      settings: { "workbench.colorTheme": "Default Dark Modern", "latchkey.local.discover": false },
    });
    note("installed, VS Code is open, the status bar shows Latchkey");
  });
  after(async () => {
    await session?.stop();
    console.log(log.map((line) => `      ${line}`).join("\n"));
  });
  afterEach(async function () {
    if (this.currentTest?.state === "failed") await session.shoot(`failed-${this.currentTest.title.replace(/\W+/g, "-")}`);
  });

  it("says nothing by itself", async () => {
    await session.page.waitForTimeout(1500);
    assert.equal(await session.page.locator(".notification-toast").count(), 0);
    await session.shoot("first-run-1");
  });

  it("shows an empty chat that says what to do", async () => {
    await session.page.getByRole("tab", { name: "Latchkey" }).first().click();
    await session.panel.getByRole("heading", { name: "Ask a model on your own keys" }).waitFor();
    await session.panel.getByRole("button", { name: "Set Key…" }).waitFor();
    note("chat opened, it says what to do");
    await session.shoot("first-run-2");
  });

  it("answers the first question without any key", async () => {
    const prompt = session.panel.getByRole("textbox", { name: "Question", exact: true });
    await prompt.fill("What can you do?");
    await prompt.press("Enter");
    await session.panel.locator("article.answer.done").waitFor();
    note("first answer (by the demo, and it says so)");
    await statusItem(session.page).filter({ hasText: "$0.00" }).waitFor();
  });

  it("then offers a key, once", async () => {
    const { page } = session;
    await page.locator(".notification-toast", { hasText: "Set a key to ask a real one" }).waitFor();
    await page.waitForTimeout(600);
    await session.shoot("first-run-3");
    await page.locator(".notification-toast").getByRole("button", { name: "Set Key" }).click();
    await page.locator(".quick-input-list .monaco-list-row", { hasText: "OpenAI" }).first().waitFor();
    await page.waitForTimeout(400);
    note("Set Key lists the providers");
    await session.shoot("first-run-4");
    await quickInput(page).fill("Anthropic");
    await page.keyboard.press("Enter");
    await page.locator(".quick-input-message", { hasText: "sent to https://api.anthropic.com alone" }).waitFor();
    await session.shoot("first-run-5");
    await page.keyboard.press("Escape");
  });

  it("has a walkthrough for whoever wants one", async () => {
    const { page } = session;
    await session.run("Welcome: Open Walkthrough...");
    await quickInput(page).fill("Get started with Latchkey");
    await page.keyboard.press("Enter");
    await page.getByRole("button", { name: /Ask something/ }).waitFor();
    await session.shoot("first-run-6");
  });
});
