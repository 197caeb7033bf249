// A model that cannot see, asked about an image in the panel: what it was told is folded away under the question, and can be corrected.
import assert from "node:assert/strict";
import type { ImageDescription } from "../../shared/image.ts";
import { seriousProblems } from "../support/vscode-host/looks.ts";
import { type Session, startSession } from "../support/vscode-host/session.ts";
import { TINY_PNG } from "../support/vscode-host/workspace.ts";
import { asProvider, says, startVendor, type Vendor } from "../support/vendor.ts";

const SEEN: ImageDescription = {
  summary: "A login form with an error.",
  altText: "Login form",
  texts: [{ text: "Wrong pasword", box: { x: 10, y: 20, width: 300, height: 40 } }],
  regions: [],
  objects: [],
  elements: [],
};

describe("coordinated vision in the panel", function () {
  this.timeout(180_000);
  let eye: Vendor;
  let mind: Vendor;
  let session: Session;
  const prompt = () => session.panel.getByRole("textbox", { name: "Question", exact: true });
  const told = () => session.panel.locator("article.answer.done details.seen-image");
  const sent = () => JSON.stringify(mind.requests.at(-1)?.body.messages);

  before(async () => {
    eye = await startVendor(says(JSON.stringify(SEEN), { input: 100, output: 50 }));
    mind = await startVendor(says("The password is wrong.", { input: 200, output: 20 }));
    const sees = { maxOutputTokens: 8000, capabilities: ["vision", "structured"], quality: 60, usdPerMillion: { input: 0.1, output: 0.2 } };
    const thinks = { maxOutputTokens: 4000, capabilities: ["tools"], quality: 96 };
    const custom = [asProvider(eye, { id: "eye", needsKey: false }, sees), asProvider(mind, { id: "mind", needsKey: false }, thinks)];
    session = await startSession({
      settings: { "latchkey.providers": { custom }, "latchkey.local.discover": false, "latchkey.policy": "best" },
    });
    await session.run("Latchkey: Open Chat");
    await prompt().waitFor();
  });
  after(async () => {
    await session?.stop();
    await Promise.all([eye?.close(), mind?.close()]);
  });
  afterEach(async function () {
    if (this.currentTest?.state === "failed") await session.shoot(`failed-${this.currentTest.title.replace(/\W+/g, "-")}`);
  });

  it("shows what the model was told, folded away, with who saw it and what that cost", async () => {
    await prompt().focus();
    await prompt().evaluate((box, base64) => {
      const bytes = Uint8Array.from(atob(base64), (sign) => sign.charCodeAt(0));
      const data = new DataTransfer();
      data.items.add(new File([bytes], "login.png", { type: "image/png" }));
      box.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
    }, TINY_PNG.toString("base64"));
    await session.panel.locator(".composer .chip img").waitFor();
    await prompt().fill("Why can nobody sign in on this screenshot?");
    await prompt().press("Enter");
    await told().waitFor();
    assert.equal(await told().locator("textarea").first().isVisible(), false);
    await told().locator("summary").click();
    assert.match((await told().locator(".bill").textContent()) ?? "", /^eye\/m1 · \$0\.000020$/);
    assert.equal(await told().getByRole("textbox", { name: "Text in the image" }).inputValue(), "Wrong pasword");
    await session.shoot("sight");
    assert.match(sent(), /Wrong pasword/);
  });

  it("has no serious accessibility problem", async () => {
    assert.deepEqual(await seriousProblems(session), []);
  });

  it("asks again with what a person corrected, and asks the seeing model no more", async () => {
    await told().getByRole("textbox", { name: "Text in the image" }).fill("Wrong password, third try");
    const asked = [eye.requests.length, mind.requests.length] as const;
    await told().getByRole("button", { name: "Keep Changes and Ask Again" }).click();
    await told().filter({ hasText: "corrected by you" }).waitFor({ state: "attached" });
    assert.match(sent(), /Wrong password, third try/);
    assert.doesNotMatch(sent(), /pasword/);
    assert.equal(eye.requests.length, asked[0]);
    assert.equal(mind.requests.length, asked[1] + 1);
  });
});
