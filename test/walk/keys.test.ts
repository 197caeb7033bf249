// A key from a person's hands to its provider: typed once, kept by VS Code, handed over at every start, written nowhere else.
import assert from "node:assert/strict";
import { globSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { leaksIn } from "../support/canary.ts";
import { asProvider, says, startVendor, type Vendor } from "../support/vendor.ts";
import { type Session, startSession } from "../support/vscode-host/session.ts";
import { quickInput } from "../support/vscode-host/workbench.ts";

const SECRET = "sk-walk-0123456789-abcdef-9876";

/** In each frame of the page: what is said to it. A panel's own words are what it was told, and what was typed into it. */
function keepMessages(): void {
  const kept: string[] = [];
  Object.assign(globalThis, { latchkeyMessages: kept });
  const keep = ({ data }: MessageEvent) => {
    try {
      kept.push(JSON.stringify(data));
    } catch {
      // What cannot be written as JSON is no message of ours.
    }
  };
  // Before the frame's own listeners, which may keep it to themselves.
  globalThis.addEventListener("message", keep, { capture: true });
}

function keptMessages(): string[] {
  return (globalThis as { latchkeyMessages?: string[] }).latchkeyMessages ?? [];
}

describe("a key", function () {
  this.timeout(180_000);
  let vendor: Vendor;
  let session: Session;

  const ask = async (text: string) => {
    const prompt = session.panel.getByRole("textbox", { name: "Question", exact: true });
    await prompt.fill(text);
    await prompt.press("Enter");
    await session.panel.locator("article.question", { hasText: text }).waitFor();
    await session.panel.locator("article.answer:not(.running)").last().waitFor();
  };

  before(async () => {
    vendor = await startVendor();
    const settings = {
      "latchkey.providers": { custom: [asProvider(vendor, { name: "Acme", needsKey: true })] },
      "latchkey.local.discover": false,
    };
    session = await startSession({ settings });
    await session.run("Latchkey: Open Chat");
    await session.panel.getByRole("textbox", { name: "Question", exact: true }).waitFor();
    await session.page.waitForTimeout(500);
  });
  after(async () => {
    await session?.stop();
    await vendor?.close();
  });
  afterEach(async function () {
    if (this.currentTest?.state === "failed") await session.shoot(`failed-${this.currentTest.title.replace(/\W+/g, "-")}`);
  });

  it("is asked for by name, with the address it will go to", async () => {
    const { page } = session;
    await session.run("Latchkey: Set Key…");
    await page.locator(".quick-input-list .monaco-list-row", { hasText: "OpenAI" }).waitFor();
    await quickInput(page).fill("Acme");
    await page.locator(".quick-input-list .monaco-list-row", { hasText: "Acme" }).waitFor();
    await page.keyboard.press("Enter");
    await page.locator(".quick-input-message", { hasText: `sent to ${new URL(vendor.baseUrl).origin} alone` }).waitFor();
    assert.equal(await quickInput(page).getAttribute("type"), "password");
    await quickInput(page).fill(SECRET);
    await page.keyboard.press("Enter");
    await quickInput(page).waitFor({ state: "hidden" });
  });

  it("reaches its provider with the next question", async () => {
    await ask("hello");
    assert.equal(vendor.requests.at(-1)?.headers.authorization, `Bearer ${SECRET}`);
  });

  it("is handed over again after a restart of the sidecar", async () => {
    await session.run("Latchkey: Restart Sidecar");
    await ask("hello again");
    for (let waited = 0; vendor.requests.length < 2 && waited < 20_000; waited += 100) await session.page.waitForTimeout(100);
    assert.equal(vendor.requests.length, 2);
    assert.equal(vendor.requests.at(-1)?.headers.authorization, `Bearer ${SECRET}`);
  });

  it("is listed by its last four characters", async () => {
    const { page } = session;
    await session.run("Latchkey: Manage Keys…");
    const row = page.locator(".quick-input-list .monaco-list-row", { hasText: "acme" });
    await row.waitFor();
    assert.match((await row.textContent()) ?? "", /…9876/);
    await session.shoot("keys");
    await page.keyboard.press("Escape");
  });

  it("is told to no panel, not even when the vendor repeats it", async () => {
    for (const frame of session.page.frames()) await frame.evaluate(keepMessages);
    vendor.script = (answer) => answer.fail(401, { message: `Incorrect API key provided: ${SECRET}.`, type: "invalid_request_error" });
    await ask("say it again");
    const heard = async () =>
      (await Promise.all(session.page.frames().map((frame) => frame.evaluate(keptMessages).catch((): string[] => [])))).flat();
    // The search means something only once what the vendor repeated is among what was said.
    let messages = await heard();
    for (let waited = 0; !messages.join().includes("Incorrect API key provided") && waited < 20_000; waited += 200) {
      await session.page.waitForTimeout(200);
      messages = await heard();
    }
    vendor.script = says("Hello from the vendor.");
    assert.ok(messages.join().includes("Incorrect API key provided"), messages.map((message) => message.slice(0, 400)).join(" | "));
    console.log(`      ${messages.length} messages searched`);
    assert.deepEqual(
      leaksIn({ messages: messages.join("\n"), page: await session.page.content() }, [{ source: "typed", key: SECRET }]),
      [],
    );
  });

  it("is in no file of the editor or the sidecar, logs included", () => {
    const files = globSync("**/*", { cwd: session.server.home, exclude: (name) => name === "node_modules" })
      .map((name) => join(session.server.home, name))
      .filter((path) => statSync(path, { throwIfNoEntry: false })?.isFile());
    assert.ok(
      files.some((path) => path.endsWith("Latchkey.log")),
      "the log was searched",
    );
    const holding = files.filter((path) => readFileSync(path).includes(SECRET));
    assert.deepEqual(holding, []);
  });
});
