// Chromium for the workbench: found, or installed by apt where that is allowed; started with what a container needs.
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { type Browser, chromium } from "playwright-core";

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
  const given = process.env.LATCHKEY_CHROMIUM;
  const found = given ?? PLACES.find((path) => existsSync(path));
  if (found) return found;
  if (process.platform !== "linux" || process.getuid?.() !== 0) throw new Error("Chromium is needed: set LATCHKEY_CHROMIUM to its path.");
  say("installing Debian's chromium");
  const options = { stdio: "inherit" as const, env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" } };
  execFileSync("apt-get", ["update", "-qq"], options);
  execFileSync("apt-get", ["install", "-y", "-qq", "--no-install-recommends", "chromium"], options);
  return "/usr/bin/chromium";
}
