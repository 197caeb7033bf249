// One workbench for one walk: server, browser, page and workspace, and how they end; screenshots go to test/output.
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import type { Browser, FrameLocator, Page } from "playwright-core";
import { launchBrowser } from "./browser.ts";
import { type CodeServer, type CodeServerOptions, startCodeServer } from "./code-server.ts";
import { openWorkbench, runCommand, statusItem, type WorkbenchOptions, webview } from "./workbench.ts";
import { makeWorkspace } from "./workspace.ts";

export const ROOT = resolve(import.meta.dirname, "../../..");
export const OUTPUT = join(ROOT, "test/output");

export interface SessionOptions extends Partial<CodeServerOptions>, Partial<Pick<WorkbenchOptions, "width" | "height">> {
  /** Adds to the workspace before it is opened. */
  prepareFolder?(folder: string): void;
}

export interface Session {
  readonly page: Page;
  readonly folder: string;
  readonly server: CodeServer;
  readonly panel: FrameLocator;
  run(title: string): Promise<void>;
  shoot(name: string): Promise<string>;
  stop(): Promise<void>;
}

export async function startSession(options: SessionOptions = {}): Promise<Session> {
  mkdirSync(OUTPUT, { recursive: true });
  const scratch = mkdtempSync(join(tmpdir(), "latchkey-walk-"));
  const folder = makeWorkspace(scratch);
  options.prepareFolder?.(folder);
  const development = options.vsix === undefined;
  const server = await startCodeServer({ say: console.error, driver: development, ...options });
  let browser: Browser | undefined;
  const stop = async () => {
    await browser?.close();
    await server.stop();
    rmSync(scratch, { recursive: true, force: true });
  };
  try {
    browser = await launchBrowser(console.error);
    const { width, height } = options;
    const size = { ...(width ? { width } : {}), ...(height ? { height } : {}) };
    const page = await openWorkbench({ server, browser, folder, ...(development ? { extension: ROOT } : {}), ...size });
    const shoot = async (name: string) => {
      const path = join(OUTPUT, `${name}.png`);
      await page.screenshot({ path });
      if (name.startsWith("failed-")) console.error(`what stood there (${path}):\n${await whatStands(page)}`);
      return path;
    };
    await statusItem(page)
      .waitFor({ timeout: 90_000 })
      .catch(async (error) => {
        await shoot("not-started");
        throw error;
      });
    return { page, folder, server, panel: webview(page), run: (title) => runCommand(page, title), shoot, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** A picture stays on the machine where a test failed; these words are in its log. */
async function whatStands(page: Page): Promise<string> {
  const parts = { dialog: ".monaco-dialog-box", toast: ".notification-toast", tab: ".tab", "quick input": ".quick-input-widget:visible" };
  const lines: string[] = [];
  for (const [name, selector] of Object.entries(parts))
    for (const text of await page.locator(selector).allInnerTexts()) lines.push(`  ${name}: ${text.replace(/\s+/g, " ").slice(0, 300)}`);
  const frames = await page.locator("iframe.webview").evaluateAll((all) => all.map((frame) => frame.className));
  lines.push(`  webviews: ${frames.join(", ") || "none"}`);
  return lines.join("\n");
}
