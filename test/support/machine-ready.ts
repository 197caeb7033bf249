// Everything that the browser and editor suites need of the machine, installed at one go before they start: two of them side by side
// would otherwise wait for the same lock. What cannot be installed is said here and fails in the suite that needs it.
import { findChromium } from "./vscode-host/browser.ts";
import { hostFolder } from "./vscode-host/host-folder.ts";
import { installPackages, isThere, mayInstall, NEEDED } from "./machine.ts";

const missing = Object.values(NEEDED).filter((needed) => !isThere(needed));
const packages: string[] = missing.flatMap((needed) => needed.packages);
if (findChromium() === undefined) packages.push("chromium");
await Promise.all([hostFolder(console.log), debian()].map((part) => part.catch((error: unknown) => console.log(String(error)))));

async function debian(): Promise<void> {
  if (packages.length === 0) return;
  if (mayInstall()) installPackages(packages, console.log);
  else console.log(`not installed, since these tests do not run as root: ${packages.join(" ")}`);
}
