// How a picture of the workbench is compared with the one a person looked at, in which themes, and what axe-core says of a webview.
import assert from "node:assert/strict";
import { copyFileSync, existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { AxeBuilder } from "@axe-core/playwright";
import { ROOT, type Session } from "./session.ts";
import { quickInput, webview } from "./workbench.ts";

const BASELINE = join(ROOT, "test/walk/baseline");
export const THEMES = {
  dark: { theme: "Dark Modern", mark: "body.vscode-dark" },
  light: { theme: "Light Modern", mark: "body.vscode-light" },
  "high-contrast": { theme: "Dark High Contrast", mark: "body.vscode-high-contrast" },
} as const;
/** Mean difference a cell may show, of 255: fonts and caret may differ, colours and layout may not. */
const DIFFERENCE_MAX = 14;

export async function chooseTheme(session: Session, theme: string): Promise<void> {
  const { page } = session;
  await session.run("Preferences: Color Theme");
  await quickInput(page).fill(theme);
  await page.locator(".quick-input-list .monaco-list-row.focused", { hasText: theme }).waitFor();
  await page.keyboard.press("Enter");
  await quickInput(page).waitFor({ state: "hidden" });
}

/**
 * Only what is ours: the frames of webviews, not the workbench around them. A webview is see-through, which axe takes
 * for white: it is told the colour that is behind.
 */
export async function seriousProblems({ page }: Session, { nth = 0, on = "sideBar" } = {}): Promise<string[]> {
  await webview(page, nth)
    .locator("body")
    .evaluate((body, name) => {
      body.style.backgroundColor = `var(--vscode-${name}-background)`;
    }, on);
  const { violations } = await new AxeBuilder({ page }).include(["iframe.webview.ready", "iframe#active-frame", "body"]).analyze();
  const serious = violations.filter(({ impact }) => impact === "serious" || impact === "critical");
  return serious.flatMap(({ id, nodes }) => nodes.map(({ html, failureSummary }) => `${id}: ${html.slice(0, 200)} ${failureSummary}`));
}

/** Compares 80 × 50 cells of both pictures, so that another machine's fonts are no failure but another colour is. */
export async function compare(session: Session, name: string): Promise<void> {
  const taken = await session.shoot(name);
  const baseline = join(BASELINE, `${name}.png`);
  if (process.env.LATCHKEY_UPDATE_BASELINES) {
    mkdirSync(BASELINE, { recursive: true });
    copyFileSync(taken, baseline);
  }
  assert.ok(existsSync(baseline), `no baseline ${name}: run with LATCHKEY_UPDATE_BASELINES=1 and look at it`);
  const pictures = [taken, baseline].map((path) => readFileSync(path, "base64"));
  const worst = await session.page.evaluate(async ([one = "", other = ""]) => {
    const cells = async (base64: string) => {
      const bytes = Uint8Array.from(atob(base64), (sign) => sign.charCodeAt(0));
      const canvas = new OffscreenCanvas(80, 50);
      const context = canvas.getContext("2d");
      context?.drawImage(await createImageBitmap(new Blob([bytes], { type: "image/png" })), 0, 0, 80, 50);
      return context?.getImageData(0, 0, 80, 50).data ?? new Uint8ClampedArray();
    };
    const [left, right] = [await cells(one), await cells(other)];
    return left.reduce((sum, value, index) => sum + Math.abs(value - (right[index] ?? 0)), 0) / left.length;
  }, pictures);
  assert.ok(worst < DIFFERENCE_MAX, `${name} differs by ${worst.toFixed(1)} of 255 on average; see ${taken}`);
}
