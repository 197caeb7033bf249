// VS Code's own chat view in a fresh profile, with no account: the first message is answered, by @latchkey and by Latchkey's model.
import assert from "node:assert/strict";
import { type Session, startSession } from "../support/vscode-host/session.ts";
import { asProvider, says, startVendor, type Vendor } from "../support/vendor.ts";

describe("VS Code's own chat view", function () {
  this.timeout(240_000);
  let vendor: Vendor;
  let session: Session;
  const chat = () => session.page.locator(".interactive-session").first();
  const answers = () => chat().locator(".interactive-item-container.interactive-response");
  const ask = async (text: string) => {
    const { page } = session;
    await chat().locator(".interactive-input-part .monaco-editor").first().click();
    await page.keyboard.type(text, { delay: 15 });
    await page.keyboard.press("Escape");
    await page.keyboard.press("Enter");
  };

  before(async () => {
    vendor = await startVendor(says("An answer from the vendor.", { input: 400, output: 30 }));
    const settings = {
      "latchkey.providers": { custom: [asProvider(vendor, { needsKey: false }, { name: "Acme One" })] },
      "latchkey.local.discover": false,
    };
    session = await startSession({ settings, width: 1400 });
    await session.page.getByRole("treeitem", { name: "basket.ts" }).dblclick();
    await session.page.locator(".tab", { hasText: "basket.ts" }).waitFor();
    await session.run("Chat: Open Chat");
    await chat().waitFor();
  });
  after(async () => {
    await session?.stop();
    await vendor?.close();
  });
  afterEach(async function () {
    if (this.currentTest?.state === "failed") await session.shoot(`failed-${this.currentTest.title.replace(/\W+/g, "-")}`);
  });

  it("answers the very first message of a fresh profile", async () => {
    await ask("@latchkey What does total do?");
    await answers().filter({ hasText: "An answer from the vendor." }).waitFor({ timeout: 60_000 });
    assert.match((await answers().last().textContent()) ?? "", /acme\/m1 · \$0\.00046/);
    await session.shoot("native-chat");
  });
});
