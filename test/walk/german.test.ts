// The whole house in German inside a real VS Code whose display language is German: palette, panel, reasons, a refusal, dashboard, settings.
// Pictures go to test/output; look at them when words change: a test sees what is English, not what is clumsy or too wide.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { asProvider, says, startVendor, type Vendor } from "../support/vendor.ts";
import { type Session, startSession } from "../support/vscode-host/session.ts";
import { quickInput, statusItem, webview } from "../support/vscode-host/workbench.ts";

const bundle: Record<string, string> = JSON.parse(readFileSync("extension/l10n/bundle.l10n.de.json", "utf8"));
/** Two words or more without a value between them: none of them may be read anywhere. */
const ENGLISH = Object.entries(bundle).flatMap(([english, german]) =>
  english === german ? [] : english.split(/\{\d\}/).filter((part) => /[a-z]{2,} [a-z]{2,}/i.test(part) && !german.includes(part)),
);

describe("in German", function () {
  this.timeout(300_000);
  let vendor: Vendor;
  let session: Session;
  const box = () => session.panel.getByRole("textbox", { name: "Frage", exact: true });
  const ask = async (text: string) => {
    await box().fill(text);
    await session.panel.locator(".quote", { hasText: "höchstens" }).waitFor();
    await box().press("Enter");
    await session.panel.locator("article.question", { hasText: text }).waitFor();
    await session.panel.locator("article.answer:not(.running)").last().waitFor();
  };

  before(async () => {
    vendor = await startVendor(says("`total` zählt die Preise zusammen.", { input: 1800, output: 240, cached: 600 }));
    const settings = {
      "latchkey.providers": {
        custom: [asProvider(vendor, { needsKey: false, name: "Acme" }, { name: "Acme One" })],
        "azure-openai": { baseUrl: "resource.openai.azure.com" },
      },
      "latchkey.local.discover": false,
      "latchkey.budgets": [{ scope: "all", period: "day", limitUsd: 0.0035, kind: "hard" }],
    };
    session = await startSession({ settings, language: "de", width: 1500, height: 950 });
    await session.run("Latchkey: Chat öffnen");
    await box().waitFor();
  });
  after(async () => {
    await session?.stop();
    await vendor?.close();
  });
  afterEach(async function () {
    if (this.currentTest?.state === "failed") await session?.shoot(`failed-${this.currentTest.title.replace(/\W+/g, "-")}`);
  });

  it("commands have German titles in the palette", async () => {
    const { page } = session;
    await page.keyboard.press("F1");
    await quickInput(page).fill(">Latchkey");
    await page
      .locator(".quick-input-list")
      .getByRole("option", { name: /^Latchkey: Einstellungen anderer Werkzeuge übernehmen…/ })
      .waitFor();
    await session.shoot("german-palette");
    await page.keyboard.press("Escape");
  });

  it("an answer has its cost under it, in German form", async () => {
    await session.shoot("german-empty");
    await ask("Was macht total?");
    const answer = session.panel.locator("article.answer.done");
    assert.match(
      (await answer.locator("footer .bill").textContent()) ?? "",
      /acme\/m1 · 0,0017\s\$ · 1800 Eingabe \(33 % aus dem Cache\), 240 Ausgabe/,
    );
    await statusItem(session.page)
      .filter({ hasText: /0,0017\s\$ · 0,0018\s\$ übrig/ })
      .waitFor();
  });

  it("the reasons for the model are German, those of the excluded ones too", async () => {
    await session.panel.getByRole("button", { name: "Warum dieses Modell?" }).click();
    const why = session.panel.locator("section.why");
    await why.locator("details > summary").click();
    const text = await why.innerText();
    assert.match(text, /Schwierigkeit: einfach\. Richtlinie: Ausgewogen\./);
    assert.match(text, /azure-openai\/\S+\s+Die Basis-URL von azure-openai hat kein Schema; schreiben Sie sie mit https:\/\//);
    assertGerman(text);
    await session.shoot("german-why");
    await session.panel.getByRole("button", { name: "Warum dieses Modell?" }).click();
    await why.waitFor({ state: "detached" });
  });

  it("a refusal says in German what it would have cost and what to do", async () => {
    await ask("Und noch einmal, ausführlich?");
    const failure = session.panel.locator("article.answer .failure");
    await failure.waitFor();
    assert.match(
      await failure.innerText(),
      /Das Tageslimit von 0,0035\s\$ für alle Ausgaben würde überschritten: 0,0017\s\$ ausgegeben, 0,00\s\$ reserviert.*Neubeginn: \d+\.\d+\.\d{4}, 00:00.*Budget ändern/s,
    );
    assertGerman(await session.panel.locator("body").innerText());
    await session.shoot("german-refusal");
  });

  it("a key, a model and the state are chosen in German", async () => {
    const { page } = session;
    for (const [command, words] of Object.entries({
      "Schlüssel setzen…": "Wessen Schlüssel?",
      "Modell wählen…": "Modell für diesen Arbeitsbereich",
      "Budget festlegen…": "Was begrenzen?",
      "Stand und Aktionen zeigen…": "0,0018",
    })) {
      await session.run(`Latchkey: ${command}`);
      await page.locator(".quick-input-widget", { hasText: words }).waitFor();
      await page.waitForTimeout(300);
      assertGerman(await page.locator(".quick-input-widget").innerText());
      await session.shoot(`german-${command.replace(/\W+/g, "-").toLowerCase()}`);
      await page.keyboard.press("Escape");
    }
  });

  it("the demo speaks German too", async () => {
    const { page } = session;
    await session.run("Latchkey: Modell wählen…");
    await quickInput(page).fill("Demo");
    await page.locator(".quick-input-list .monaco-list-row", { hasText: "Demo (kein Modell)" }).first().click();
    await session.run("Latchkey: Neuer Chat");
    await session.panel.getByRole("heading", { name: "Fragen Sie ein Modell mit eigenen Schlüsseln" }).waitFor();
    await box().fill("Wer antwortet hier?");
    await box().press("Enter");
    const answer = session.panel.locator("article.answer.done");
    await answer.waitFor({ timeout: 60_000 });
    const text = await answer.innerText();
    assert.match(text, /Demo: Kein Modell wurde gefragt\..*Ihr Prompt \(3 Wörter\): Wer antwortet hier\?/s);
    assertGerman(text);
    await session.shoot("german-demo");
  });

  it("a command's question is German, and so is what the demo counts in the code", async () => {
    const { page } = session;
    await page.keyboard.press("Control+Shift+E");
    await page.getByRole("treeitem", { name: "basket.ts" }).dblclick();
    await page.locator(".tab.active", { hasText: "basket.ts" }).waitFor();
    await page.keyboard.press("Control+A");
    await session.run("Latchkey: Auswahl erklären");
    await session.panel.locator("article.question", { hasText: "Erkläre diesen Code" }).waitFor();
    const answer = session.panel.locator("article.answer.done", { hasText: "basket.ts" });
    await answer.waitFor({ timeout: 60_000 });
    const text = await answer.innerText();
    assert.match(text, /Umfang: 1\d Zeilen \(1 leer\)/);
    assertGerman(text);
    await session.shoot("german-explain");
  });

  it("the dashboard is German, down to a request's attempts", async () => {
    await session.run("Latchkey: Übersicht öffnen");
    const dashboard = webview(session.page, 1);
    await dashboard.locator(".chart canvas").waitFor();
    await dashboard.locator("details.request > summary").first().click();
    const text = await dashboard.locator("body").innerText();
    assert.match(text, /Ausgegeben\s+0,0017\s\$/);
    assertGerman(text);
    await session.page.waitForTimeout(300);
    await session.shoot("german-dashboard");
  });

  it("the doctor's findings are German", async () => {
    const { page } = session;
    await session.run("Latchkey: Diagnose ausführen");
    await page.locator(".tab.active", { hasText: "Untitled" }).waitFor({ timeout: 60_000 });
    await page.locator(".view-lines", { hasText: "Befund" }).waitFor();
    assertGerman((await page.locator(".view-lines").last().innerText()).replaceAll("\u00a0", " "));
    await session.shoot("german-doctor");
  });

  it("the settings are described in German", async () => {
    const { page } = session;
    await session.run("Preferences: Open Settings (UI)");
    const search = page.locator(".settings-editor .suggest-input-container .monaco-editor").first();
    await search.click();
    await page.keyboard.type("latchkey.policy");
    await page.locator(".setting-item-description", { hasText: "Wie Preis gegen Qualität abgewogen wird" }).first().waitFor();
    await page.waitForTimeout(500);
    await session.shoot("german-settings");
  });

  it("the first steps are German", async () => {
    const { page } = session;
    await session.run("Welcome: Open Walkthrough...");
    await quickInput(page).fill("Erste Schritte mit Latchkey");
    await page.keyboard.press("Enter");
    await page.locator(".getting-started-step", { hasText: "Etwas fragen" }).waitFor();
    await page.waitForTimeout(500);
    await session.shoot("german-walkthrough");
  });
});

function assertGerman(text: string): void {
  assert.deepEqual(
    ENGLISH.filter((part) => text.includes(part.trim())),
    [],
    text,
  );
}
