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
    // After its first answer the participant stands in the box already: what is typed replaces it.
    await page.keyboard.press("Control+A");
    await page.keyboard.type(text, { delay: 15 });
    await page.keyboard.press("Escape");
    await page.keyboard.press("Enter");
  };
  /** The list draws only what is in sight, so that answers are known by their words and not by their place. */
  const answered = async (text: string) => {
    const answer = answers().filter({ hasText: text }).last();
    await answer.waitFor({ timeout: 30_000 });
    return (await answer.textContent()) ?? "";
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
    // What it cost is drawn a moment after the answer.
    await answers()
      .last()
      .filter({ hasText: /acme\/m1 · \$0\.00046/ })
      .waitFor();
    await session.shoot("native-chat");
  });

  it("/why says which model was chosen in this chat and why, and asks nobody", async () => {
    const asked = vendor.requests.length;
    await ask("@latchkey /why");
    const said = await answered("Score");
    assert.match(said, /acme\/m1 answers for about \$0\.\d+; no quality score is published/);
    assert.equal(vendor.requests.length, asked);
    await session.shoot("native-why");
  });

  it("/estimate says what a question would cost, and sends nothing", async () => {
    const asked = vendor.requests.length;
    await ask("@latchkey /estimate How long may a basket be?");
    assert.match(await answered("tokens would be sent; nothing was."), /At most[\s\S]*acme\/m1\s+\$0\.\d+\s+\$0\.\d+/);
    assert.equal(vendor.requests.length, asked);
    await session.shoot("native-estimate");
  });

  it("/explain takes the file in front", async () => {
    await session.page.locator(".monaco-editor .view-line", { hasText: "average" }).first().click();
    vendor.script = says("It adds up a basket.");
    await ask("@latchkey /explain");
    await answered("It adds up a basket.");
    const sent = JSON.stringify(vendor.requests.at(-1)?.body.messages.at(-1));
    assert.match(sent, /basket\.ts/);
    assert.match(sent, /total\(prices\) \/ prices\.length/);
  });
});
