// The extension packed as `npm run package` packs it, from what is built already: other tests are starting it meanwhile.
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";

const ROOT = join(import.meta.dirname, "../../..");

/** Writes the .vsix and returns its path. */
export function packVsix(out: string): string {
  mkdirSync(dirname(out), { recursive: true });
  const { scripts } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")) as { scripts: { package: string } };
  const script = scripts.package;
  const words = script.slice(script.indexOf("vsce ") + "vsce ".length).split(" ");
  words[words.indexOf("--out") + 1] = out;
  execFileSync(join(ROOT, "node_modules/.bin/vsce"), words, { cwd: ROOT, stdio: "pipe" });
  return out;
}
