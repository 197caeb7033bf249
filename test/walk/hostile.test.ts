// Answers that a hostile model could give, streamed into the real panel in a real browser: nothing runs, nothing leaves, links are asked about.
import assert from "node:assert/strict";
import type { Request } from "playwright-core";
import { hostileAnswers } from "../support/hostile.ts";
import { type Session, startSession } from "../support/vscode-host/session.ts";
import { asProvider, type Script, startVendor, type Vendor } from "../support/vendor.ts";

/** Longer ones get a chat of their own, or every later question would carry them along. */
const LONG = 50_000;
/** Where the workbench and its webviews come from; everything else would be a leak. */
const OWN_HOSTS = /^(127\.0\.0\.1|localhost|.*\.vscode-cdn\.net|.*\.vscode-resource\.vscode-cdn\.net)$/;

/** In pieces, so that half a tag and half a link are drawn too. */
function inPieces(text: string): Script {
  const length = Math.max(7, Math.ceil(text.length / 300));
  return async (answer) => {
    for (let at = 0; at < text.length; at += length) await answer.text(text.slice(at, at + length));
    await answer.finish({ input: 10, output: 5 });
  };
}

describe("a hostile answer in the panel", function () {
  this.timeout(300_000);
  let vendor: Vendor;
  let session: Session;
  const requested: string[] = [];
  const opened: string[] = [];
  const prompt = () => session.panel.getByRole("textbox", { name: "Question", exact: true });
  const last = () => session.panel.locator("article.answer").last();

  /** Runs in the panel's own frame: what a script of the answer would have left behind, and what its elements could still do. */
  const traces = () =>
    session.panel.locator("body").evaluate((body) => {
      const words = [...body.querySelectorAll(".words")];
      const elements = words.flatMap((root) => [...root.querySelectorAll("*")]);
      return {
        pwned: [window, window.parent, window.top].map((frame) => {
          try {
            return String((frame as unknown as { __pwned?: unknown } | null)?.__pwned);
          } catch {
            // Another origin: it cannot have been written to from here either.
            return "undefined";
          }
        }),
        handlers: elements.flatMap((element) => element.getAttributeNames()).filter((name) => name.startsWith("on")),
        loading: elements.filter((element) =>
          element.matches("img,script,iframe,object,embed,svg,style,link,meta,base,form,input,video,audio,source,template"),
        ).length,
        schemes: [...new Set(elements.map((element) => element.getAttribute("href")?.split(":")[0]).filter(Boolean))],
      };
    });

  const ask = async (text: string) => {
    const answers = await session.panel.locator("article.answer").count();
    vendor.script = inPieces(text);
    await prompt().fill("Go on");
    await prompt().press("Enter");
    await session.panel.locator("article.answer").nth(answers).waitFor();
    await session.panel.locator("article.answer:not(.running)").nth(answers).waitFor({ timeout: 200_000 });
  };

  const newChat = async () => {
    await session.run("Latchkey: New Chat");
    await session.panel.locator(".empty").waitFor();
  };

  before(async () => {
    vendor = await startVendor();
    const provider = asProvider(vendor, { needsKey: false }, { contextWindowTokens: 10_000_000, maxOutputTokens: 64_000 });
    const settings = { "latchkey.providers": { custom: [provider] }, "latchkey.model": "acme/m1", "latchkey.local.discover": false };
    session = await startSession({ settings });
    const context = session.page.context();
    context.on("request", (request: Request) => requested.push(request.url()));
    context.on("page", (page) => opened.push(page.url()));
    await session.run("Latchkey: Open Chat");
    await prompt().waitFor();
  });
  after(async () => {
    await session?.stop();
    await vendor?.close();
  });
  afterEach(async function () {
    if (this.currentTest?.state === "failed") await session.shoot(`failed-${this.currentTest.title.replace(/\W+/g, "-")}`);
  });

  for (const { name, text } of hostileAnswers()) {
    it(`${name}: runs nothing and loads nothing`, async () => {
      if (text.length > LONG) {
        await newChat();
      }
      await ask(text);
      const { pwned, handlers, loading, schemes } = await traces();
      assert.deepEqual(new Set(pwned), new Set(["undefined"]));
      assert.deepEqual(handlers, []);
      assert.equal(loading, 0);
      assert.deepEqual(
        schemes.filter((scheme) => !/^(https?|mailto)$/.test(scheme ?? "")),
        [],
      );
      // What is longer than was reserved for it is cut by the sidecar, and says so; what came until then is shown.
      if (text.length <= LONG) assert.equal(await last().locator(".failure").count(), 0);
    });
  }

  it("leaves a panel that still answers", async () => {
    await newChat();
    await ask("Still **here**.");
    assert.equal(await last().locator(".words strong").textContent(), "here");
  });

  it("shows signs that turn the reading direction around instead of obeying them", async () => {
    await ask('```js\nif (access != "user\u202e \u2066// for administrators\u2069 \u2066") {}\n```\n');
    const code = (await last().locator("figure.code code").textContent()) ?? "";
    assert.match(code, /\[U\+202E\] \[U\+2066\]\/\/ for administrators/);
    assert.doesNotMatch(code, /[\u202a-\u202e\u2066-\u2069]/);
  });

  it("has links that name where they lead, and VS Code asks before it follows one", async () => {
    const { page } = session;
    await ask("Please log in at [https://good.example](https://evil.example/login?d=SECRET).");
    const link = last().locator(".words a");
    assert.equal(await link.getAttribute("title"), "https://evil.example/login?d=SECRET");
    await link.click();
    const dialog = page.locator(".monaco-dialog-box");
    await dialog.waitFor();
    assert.match((await dialog.textContent()) ?? "", /evil\.example/);
    await session.shoot("hostile-link");
    await dialog.getByRole("button", { name: "Cancel" }).click();
    await dialog.waitFor({ state: "detached" });
    assert.deepEqual(opened, []);
  });

  it("has no link that runs a command or opens a file", async () => {
    await ask(
      "[one](command:workbench.action.terminal.new) [two](file:///etc/passwd) [three](javascript:alert(1)) [four](vscode://file/x)",
    );
    for (const word of ["one", "two", "three", "four"]) await last().locator(".words a", { hasText: word }).click();
    await session.page.waitForTimeout(500);
    assert.equal(await session.page.locator(".monaco-dialog-box, .terminal-wrapper").count(), 0);
    assert.deepEqual(opened, []);
  });

  it("sent nothing anywhere: every request of the browser went to the workbench itself", async () => {
    const foreign = () =>
      [...new Set(requested.map((url) => new URL(url)))].filter(
        ({ protocol, hostname }) => /^(https?|wss?):/.test(protocol) && !OWN_HOSTS.test(hostname),
      );
    assert.ok(requested.length > 0);
    assert.deepEqual(foreign().map(String), []);
    // The watch itself: what does leave is seen.
    await session.page.evaluate(() => {
      new Image().src = "https://control.example/seen.png";
    });
    await session.page.waitForTimeout(500);
    assert.deepEqual(
      foreign().map(({ hostname }) => hostname),
      ["control.example"],
    );
  });
});
