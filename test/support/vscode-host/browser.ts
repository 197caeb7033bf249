// Chromium for the workbench: found, or installed by apt where that is allowed; started with what a container needs.
import { existsSync } from "node:fs";
import { type Browser, chromium } from "playwright-core";
import { installPackages, mayInstall } from "../machine.ts";

const PLACES = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

const FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--disable-dev-shm-usage",
  // Screenshots must not differ by the machine's own fonts' hinting or colours.
  "--font-render-hinting=none",
  "--force-color-profile=srgb",
];

export async function launchBrowser(say: (line: string) => void): Promise<Browser> {
  return chromium.launch({ executablePath: chromiumPath(say), headless: true, args: FLAGS });
}

function chromiumPath(say: (line: string) => void): string {
  const found = findChromium();
  if (found) return found;
  if (!mayInstall()) throw new Error("Chromium is needed: set LATCHKEY_CHROMIUM to its path.");
  installPackages(["chromium"], say);
  return "/usr/bin/chromium";
}

export function findChromium(): string | undefined {
  return process.env.LATCHKEY_CHROMIUM ?? PLACES.find((path) => existsSync(path));
}
