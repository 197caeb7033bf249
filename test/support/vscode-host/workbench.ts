// A browser page with the workbench open on a folder: what a person does there, as small verbs.
import type { Browser, FrameLocator, Locator, Page } from "playwright-core";
import type { CodeServer } from "./code-server.ts";

export interface WorkbenchOptions {
  readonly server: CodeServer;
  readonly browser: Browser;
  readonly folder: string;
  /** The extension under development; absent when a .vsix is installed. */
  readonly extension?: string;
  readonly tests?: string;
  readonly environment?: Record<string, string>;
  readonly width?: number;
  readonly height?: number;
  prepare?(page: Page): Promise<void>;
}

export async function openWorkbench(options: WorkbenchOptions): Promise<Page> {
  const { server, browser, folder, extension, tests } = options;
  const context = await browser.newContext({ viewport: { width: options.width ?? 1280, height: options.height ?? 800 } });
  const page = await context.newPage();
  await options.prepare?.(page);
  const url = new URL(server.url);
  const remote = (path: string) => `vscode-remote://${url.host}${path}`;
  const payload: [string, string][] = [
    ["skipWelcome", "true"],
    ["skipReleaseNotes", "true"],
  ];
  if (extension) payload.push(["extensionDevelopmentPath", remote(extension)]);
  if (tests) payload.push(["extensionTestsPath", remote(tests)]);
  if (options.environment) payload.push(["extensionEnvironment", JSON.stringify(options.environment)]);
  url.search = new URLSearchParams({ folder, payload: JSON.stringify(payload) }).toString();
  await page.goto(url.href);
  return page;
}

/** Types into the palette and takes the row with this very title, with or without a key binding behind it. */
export async function runCommand(page: Page, title: string): Promise<void> {
  const exact = new RegExp(`^${title.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")}(,|$)`);
  // A palette that opens while the workbench is busy may lose what was typed into it: then a person types it again.
  for (let tries = 1; ; tries += 1) {
    try {
      await page.keyboard.press("F1");
      const box = quickInput(page);
      await box.waitFor({ timeout: 5000 });
      await box.fill(`>${title}`, { timeout: 5000 });
      await page.locator(".quick-input-list").getByRole("option", { name: exact }).first().click({ timeout: 5000 });
      return;
    } catch (error) {
      if (tries === 5) throw error;
      await page.keyboard.press("Escape");
    }
  }
}

export function quickInput(page: Page): Locator {
  return page.locator(".quick-input-widget input.input");
}

/** VS Code puts a webview's page into a frame of a frame. */
export function webview(page: Page, nth = 0): FrameLocator {
  return page.locator("iframe.webview.ready").nth(nth).contentFrame().locator("iframe#active-frame").contentFrame();
}

export function statusItem(page: Page): Locator {
  return page.locator('[id="latchkey.latchkey.latchkey.status"]');
}
