// Programs that tests need from the machine: found, else installed from Debian when the tests run as root, else named.
import { execFileSync, spawnSync } from "node:child_process";

export interface Needed {
  /** A command that succeeds when the program is there. */
  readonly probe: readonly [string, ...string[]];
  readonly packages: readonly string[];
}

export const NEEDED = {
  neovim: { probe: ["nvim", "--version"], packages: ["neovim"] },
  emacs: {
    probe: ["emacs", "--batch", "-q", "--eval", "(progn (package-initialize) (require 'eglot))"],
    packages: ["emacs-nox", "elpa-eglot"],
  },
  nginx: { probe: ["nginx", "-v"], packages: ["nginx-light"] },
} satisfies Record<string, Needed>;

export function ensure({ probe, packages }: Needed): void {
  if (isThere({ probe })) return;
  if (!mayInstall()) throw new Error(`${probe[0]} is needed (Debian: apt-get install ${packages.join(" ")})`);
  installPackages(packages, console.log);
  if (!isThere({ probe })) throw new Error(`${probe.join(" ")} does not work after installing ${packages.join(" ")}`);
}

export function mayInstall(): boolean {
  return process.platform === "linux" && process.getuid?.() === 0;
}

export function installPackages(packages: readonly string[], say: (line: string) => void): void {
  say(`installing Debian's ${packages.join(" ")}`);
  const options = { stdio: "inherit" as const, env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" } };
  execFileSync("apt-get", ["update", "-qq"], options);
  execFileSync("apt-get", ["install", "-y", "-qq", "--no-install-recommends", ...packages], options);
}

export function isThere({ probe: [program, ...words] }: Pick<Needed, "probe">): boolean {
  return spawnSync(program, words, { stdio: "ignore" }).status === 0;
}
