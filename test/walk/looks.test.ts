// How panel and dashboard look in light, dark and high contrast, at 200 % and in a narrow bar; axe-core finds nothing serious.
// `LATCHKEY_UPDATE_BASELINES=1` rewrites test/walk/baseline: look at every picture before you commit it.
import assert from "node:assert/strict";
import { chooseTheme, compare, seriousProblems, THEMES } from "../support/vscode-host/looks.ts";
import { type Session, startSession } from "../support/vscode-host/session.ts";
import { webview } from "../support/vscode-host/workbench.ts";
import { asProvider, says, startVendor, type Vendor } from "../support/vendor.ts";

const ANSWER = `\`total\` adds up the prices it is given. Two things to know:

1. An **empty** basket costs \`0\`, so \`average\` of it is \`NaN\`.
2. The loop can be one expression:

\`\`\`typescript
export function total(prices: number[]): number {
  return prices.reduce((sum, price) => sum + price, 0); // cents
}
\`\`\`

| basket | total | average |
| ------ | ----: | ------: |
| \`[]\` | 0 | NaN |
| \`[250, 350]\` | 600 | 300 |

See [reduce](https://developer.mozilla.org/docs/Web/JavaScript/Reference/Global_Objects/Array/reduce).`;

describe("looks", function () {
  this.timeout(300_000);
  let vendor: Vendor;
  let session: Session;

  const setTheme = (theme: string) => chooseTheme(session, theme);

  before(async () => {
    vendor = await startVendor(says(ANSWER, { input: 1800, output: 240, cached: 600 }));
    const provider = asProvider(vendor, { needsKey: false, name: "Acme" }, { name: "Acme One" });
    const settings = {
      "latchkey.providers": { custom: [provider] },
      "latchkey.local.discover": false,
      "latchkey.budgets": [{ scope: "all", period: "day", limitUsd: 2, kind: "hard" }],
      "workbench.colorTheme": "Default Dark Modern",
    };
    session = await startSession({ settings });
    const { page } = session;
    await page.getByRole("treeitem", { name: "basket.ts" }).dblclick();
    await page.locator(".tab", { hasText: "basket.ts" }).waitFor();
    await session.run("Latchkey: Open Chat");
    await session.panel.getByRole("textbox", { name: "Question", exact: true }).waitFor();
    await widenSideBar(page);
    await session.panel
      .getByRole("textbox", { name: "Question", exact: true })
      .fill("What does total do, and what is surprising about it?");
    await session.panel.getByRole("textbox", { name: "Question", exact: true }).press("Enter");
    await session.panel.locator("article.answer.done").waitFor();
  });
  after(async () => {
    await session?.stop();
    await vendor?.close();
  });
  afterEach(async function () {
    if (this.currentTest?.state === "failed") await session.shoot(`failed-${this.currentTest.title.replace(/\W+/g, "-")}`);
  });

  for (const [name, { theme, mark }] of Object.entries(THEMES)) {
    it(`the panel in ${name} is as it was when a person last looked`, async () => {
      await setTheme(theme);
      await session.panel.locator(mark).waitFor();
      await session.panel.getByRole("textbox", { name: "Question", exact: true }).fill("And in Rust?");
      await session.panel.locator(".quote", { hasText: "at most" }).waitFor();
      await session.page.mouse.move(800, 600);
      await session.page.waitForTimeout(500);
      await compare(session, `panel-${name}`);
    });
  }

  it("the panel has no serious accessibility problem", async () => {
    await session.panel.getByRole("button", { name: "Why This Model?" }).click();
    assert.deepEqual(await seriousProblems(session), []);
    await session.panel.getByRole("button", { name: "Why This Model?" }).click();
  });

  it("the panel fits at 200 %: nothing is wider than the page", async () => {
    assert.deepEqual(await tooWide(session.panel, "panel-200"), []);
  });

  for (const [name, { theme, mark }] of Object.entries(THEMES)) {
    it(`the dashboard in ${name} is as it was when a person last looked`, async () => {
      await setTheme(theme);
      if (name === "dark") await session.run("Latchkey: Open Dashboard");
      const dashboard = webview(session.page, 1);
      await dashboard.locator(mark).waitFor();
      await dashboard.locator(".chart canvas").waitFor();
      await session.page.waitForTimeout(500);
      await compare(session, `dashboard-${name}`);
    });
  }

  it("the dashboard has no serious accessibility problem", async () => {
    assert.deepEqual(await seriousProblems(session, { nth: 1, on: "editor" }), []);
  });

  it("the dashboard fits at 200 %: nothing is wider than the page", async () => {
    assert.deepEqual(await tooWide(webview(session.page, 1), "dashboard-200"), []);
  });

  it("the dashboard can be used by keyboard alone: span, export, limits, tables, and a request down to its attempts", async () => {
    const { page } = session;
    const dashboard = webview(page, 1);
    await dashboard.locator("h1").click();
    await page.keyboard.press("Tab");
    await dashboard.locator("select:focus").waitFor();
    for (const name of ["Export…", "Set Budget…"]) {
      await page.keyboard.press("Tab");
      await dashboard.locator("button:focus", { hasText: name }).waitFor();
    }
    for (let presses = 0; presses < 30 && (await dashboard.locator("details.request > summary:focus").count()) === 0; presses += 1)
      await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    await dashboard.locator("details[open] th", { hasText: "acme/m1" }).waitFor();
    await session.shoot("dashboard-keyboard");
  });

  /** What sticks out when all letters are twice as large; wide tables and code may be scrolled for themselves. */
  async function tooWide(frame: Session["panel"], picture: string): Promise<string[]> {
    const wide = await frame.locator("body").evaluate(async (body) => {
      body.style.fontSize = "200%";
      // A chart is drawn anew once its box has its new size.
      for (let frames = 0; frames < 3; frames += 1) await new Promise((done) => requestAnimationFrame(done));
      const found = [...body.querySelectorAll<HTMLElement>("*")].filter(
        (element) => element.getBoundingClientRect().right > window.innerWidth + 1 && !element.closest(".table-box, pre, .unseen"),
      );
      return found.map((element) => `${element.tagName}.${element.className}`);
    });
    await session.shoot(picture);
    await frame.locator("body").evaluate((body) => {
      body.style.fontSize = "";
    });
    return wide;
  }
});

async function widenSideBar(page: Session["page"]): Promise<void> {
  const sash = page.locator(".monaco-sash.vertical").first();
  const box = await page.locator(".part.sidebar").boundingBox();
  assert.ok(box && sash);
  await page.mouse.move(box.x + box.width, box.y + 300);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width + 160, box.y + 300, { steps: 5 });
  await page.mouse.up();
}
