// The image panel as a person uses it: context menu, paste, drop, purposes, correction, copy, insert, history, keyboard, three themes.
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "playwright-core";
import type { ImageDescription } from "../../shared/image.ts";
import { drawLogin, drawReceipt } from "../support/vscode-host/drawings.ts";
import { chooseTheme, compare, seriousProblems, THEMES } from "../support/vscode-host/looks.ts";
import { eventually } from "../support/eventually.ts";
import { type Session, startSession } from "../support/vscode-host/session.ts";
import { asProvider, says, startVendor, type Vendor } from "../support/vendor.ts";

const SEEN: ImageDescription = {
  summary: "A login form in the middle of a grey page. The password field is outlined in red.",
  altText: "Login form that says the password is wrong",
  texts: [
    { text: "Welcome back", box: { x: 300, y: 120, width: 400, height: 90 } },
    { text: "Wrong password", box: { x: 300, y: 560, width: 300, height: 60 } },
  ],
  regions: [{ name: "form", box: { x: 250, y: 80, width: 500, height: 840 } }],
  objects: [],
  elements: [{ role: "button", label: "Sign in", state: "", box: { x: 300, y: 700, width: 400, height: 120 } }],
};

describe("the image panel", function () {
  this.timeout(300_000);
  let vendor: Vendor;
  let session: Session;
  const sent = () => JSON.stringify(vendor.requests.at(-1)?.body.messages ?? []);
  const field = (name: string) => session.panel.getByRole("textbox", { name, exact: true });
  const button = (name: string) => session.panel.getByRole("button", { name, exact: true });
  const bill = () => session.panel.locator(".bill");
  const announced = () => session.panel.getByRole("status");

  before(async () => {
    vendor = await startVendor(says(JSON.stringify(SEEN), { input: 1300, output: 260 }));
    const provider = asProvider(vendor, { needsKey: false, name: "Acme" }, { name: "Acme Eyes", maxOutputTokens: 9000 });
    const settings = {
      "latchkey.providers": { custom: [provider] },
      "latchkey.local.discover": false,
      "workbench.colorTheme": "Default Dark Modern",
    };
    session = await startSession({ settings });
    const { page, folder } = session;
    await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
    writeFileSync(join(folder, "login.png"), await drawLogin(session.page));
    await page.getByRole("treeitem", { name: "notes.txt" }).dblclick();
    await page.locator(".tab", { hasText: "notes.txt" }).waitFor();
  });
  after(async () => {
    await session?.stop();
    await vendor?.close();
  });
  afterEach(async function () {
    if (this.currentTest?.state === "failed") await session.shoot(`failed-${this.currentTest.title.replace(/\W+/g, "-")}`);
  });

  it("opens from the explorer's context menu and describes the image, with model and cost", async () => {
    const { page } = session;
    await describeFromMenu(page, "login.png");
    await field("Description").waitFor();
    assert.equal(await field("Description").inputValue(), SEEN.summary);
    assert.equal(await field("Alternative text").inputValue(), SEEN.altText);
    assert.equal(await field("Text in the image").inputValue(), "Welcome back\nWrong password");
    assert.match((await bill().textContent()) ?? "", /^acme\/m1 · \$0\.0018 · 1300 in, 260 out$/);
    assert.match(sent(), /data:image\/png;base64,/);
    await announced()
      .filter({ hasText: `Described: ${SEEN.altText}` })
      .waitFor();
  });

  it("keeps a person's correction: the image is known from then on, in their words, for nothing", async () => {
    await field("Description").fill("The sign-in page after a wrong password.");
    await field("Description").press("Control+Enter");
    await bill().filter({ hasText: "corrected by you" }).waitFor();
    const asked = vendor.requests.length;
    await button("Describe").click();
    await bill().filter({ hasText: "known already: nothing was sent" }).waitFor();
    assert.equal(await field("Description").inputValue(), "The sign-in page after a wrong password.");
    assert.equal(vendor.requests.length, asked);
  });

  it("copies each of the three texts", async () => {
    const { page } = session;
    for (const [name, words] of [
      ["Copy Alternative text", SEEN.altText],
      ["Copy Text in the image", "Welcome back\nWrong password"],
      ["Copy Description", "The sign-in page after a wrong password."],
    ] as const) {
      await button(name).click();
      for (let waited = 0; waited < 10_000; waited += 100) {
        if ((await page.evaluate(() => navigator.clipboard.readText())).includes(words)) break;
        await page.waitForTimeout(100);
      }
      assert.ok((await page.evaluate(() => navigator.clipboard.readText())).includes(words), name);
    }
  });

  it("puts the image with its alternative text, and the description, into the text beside it", async () => {
    await button("Insert Image with This Alternative Text").click();
    await button("Insert as Markdown").click();
    await session.page.waitForTimeout(500);
    await session.run("File: Save All Files");
    const text = await eventually(() => readFileSync(join(session.folder, "notes.txt"), "utf8"), /sign-in page/);
    assert.match(text, /!\[Login form that says the password is wrong\]\(login\.png\)/);
    assert.match(text, /\[300, 560, 300, 60\] Wrong password/);
  });

  it("takes a pasted image, another purpose and a question; Enter begins", async () => {
    vendor.script = says(JSON.stringify({ ...SEEN, summary: "The total is 600 cents.", altText: "A receipt" }), { input: 900, output: 40 });
    await give("paste", await drawReceipt(session.page));
    await session.panel.locator(".subject .name", { hasText: "receipt.png" }).waitFor();
    await session.panel.locator(".quote", { hasText: "about $" }).waitFor();
    await session.panel.getByRole("combobox", { name: "Look for" }).selectOption({ label: "The text in it" });
    await field("Question (optional)").fill("What is the total?");
    await field("Question (optional)").press("Enter");
    await session.panel.locator(".field textarea").first().waitFor();
    assert.equal(await field("Description").inputValue(), "The total is 600 cents.");
    assert.match(sent(), /What is the total\?/);
    assert.equal(await button("Insert Image with This Alternative Text").count(), 0);
  });

  it("takes a file that is dropped", async () => {
    await session.panel.locator("main").evaluate(
      (main, uri) => {
        const data = new DataTransfer();
        data.setData("text/uri-list", uri);
        main.dispatchEvent(new DragEvent("drop", { dataTransfer: data, bubbles: true, cancelable: true }));
      },
      `file://${join(session.folder, "red.png")}`,
    );
    await session.panel.locator(".subject .name", { hasText: "red.png" }).waitFor();
    assert.equal(await session.panel.locator(".field").count(), 0);
  });

  it("says what is wrong, with an action", async () => {
    vendor.script = (answer) => answer.fail(401, { message: "Incorrect API key", type: "invalid_request_error", code: "invalid_api_key" });
    await button("Describe").click();
    const failure = session.panel.getByRole("alert");
    await failure.waitFor();
    assert.ok((await failure.getByRole("button").count()) > 0);
    await announced().filter({ hasText: "could not be described" }).waitFor();
    vendor.script = says(JSON.stringify(SEEN));
  });

  it("lists earlier descriptions with their pictures; opening one asks nobody, forgetting one takes it away", async () => {
    const rows = session.panel.getByRole("region", { name: "Earlier descriptions" }).getByRole("listitem");
    await rows.nth(1).waitFor();
    assert.equal(await rows.locator("img").count(), 2);
    const asked = vendor.requests.length;
    await rows.filter({ hasText: "login.png" }).getByRole("button").first().click();
    await field("Description").waitFor();
    assert.equal(await field("Description").inputValue(), "The sign-in page after a wrong password.");
    assert.equal(vendor.requests.length, asked);
    await rows.filter({ hasText: "receipt.png" }).getByRole("button", { name: "Forget receipt.png" }).click();
    await rows.nth(1).waitFor({ state: "detached" });
  });

  it("can be used by keyboard alone", async () => {
    await session.panel.locator("h1").click();
    const reached = new Set<string>();
    for (let presses = 0; presses < 30; presses += 1) {
      await session.page.keyboard.press("Tab");
      reached.add(
        await session.panel.locator("body").evaluate(() => {
          const { activeElement: element } = document;
          return (
            element?.getAttribute("aria-label") ??
            element?.closest("label")?.textContent?.trim().split("\n")[0] ??
            element?.textContent?.trim() ??
            ""
          );
        }),
      );
    }
    for (const name of ["Choose Image…", "Describe", "Copy Description", "Insert as Markdown", "Describe Again", "Forget login.png"]) {
      assert.ok(reached.has(name), `${name} is not among ${[...reached].join(" | ")}`);
    }
  });

  it("has no serious accessibility problem", async () => {
    assert.deepEqual(await seriousProblems(session, { on: "editor" }), []);
  });

  it("fits at 200 %: nothing is wider than the page", async () => {
    const wide = await session.panel.locator("body").evaluate((body) => {
      body.style.fontSize = "200%";
      const found = [...body.querySelectorAll<HTMLElement>("*")].filter(
        (element) => element.getBoundingClientRect().right > window.innerWidth + 1 && !element.closest(".unseen, .summary"),
      );
      return found.map((element) => `${element.tagName}.${element.className}`);
    });
    await session.shoot("image-200");
    await session.panel.locator("body").evaluate((body) => {
      body.style.fontSize = "";
    });
    assert.deepEqual(wide, []);
  });

  for (const [name, { theme, mark }] of Object.entries(THEMES)) {
    it(`in ${name} is as it was when a person last looked`, async () => {
      await chooseTheme(session, theme);
      await session.panel.locator(mark).waitFor();
      await session.panel.locator("body").evaluate(() => window.scrollTo(0, 0));
      await session.page.mouse.move(300, 600);
      await session.page.waitForTimeout(500);
      await compare(session, `image-${name}`);
    });
  }

  async function give(type: "paste", png: Buffer): Promise<void> {
    await session.panel.locator("main").evaluate(
      (main, [kind, base64]) => {
        const bytes = Uint8Array.from(atob(base64), (sign) => sign.charCodeAt(0));
        const data = new DataTransfer();
        data.items.add(new File([bytes], "receipt.png", { type: "image/png" }));
        main.dispatchEvent(new ClipboardEvent(kind, { clipboardData: data, bubbles: true, cancelable: true }));
      },
      [type, png.toString("base64")] as const,
    );
  }
});

/** A menu that opens while the explorer draws itself anew closes without doing anything: then a person opens it again. */
async function describeFromMenu(page: Page, file: string): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    try {
      await page.getByRole("treeitem", { name: file }).click({ button: "right", timeout: 10_000 });
      const item = page.getByRole("menuitem", { name: "Describe Image…" });
      await item.click({ timeout: 5000 });
      // On a slow machine a menu that has just opened takes the click as the end of the one that opened it: it stands, with the item chosen.
      await item.waitFor({ state: "hidden", timeout: 2000 }).catch(() => page.keyboard.press("Enter"));
      await page.locator(".tab", { hasText: "Describe Image" }).waitFor({ timeout: 10_000 });
      return;
    } catch (error) {
      if (tries === 3) throw error;
      await page.keyboard.press("Escape");
    }
  }
}
