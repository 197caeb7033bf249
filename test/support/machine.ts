// Programs that tests need from the machine: found, else installed from Debian when the tests run as root, else named.
import { execFileSync, spawnSync } from "node:child_process";

export interface Needed {
  /** A command that succeeds when the program is there. */
  readonly probe: readonly [string, ...string[]];
  readonly packages: readonly string[];
}

export function ensure({ probe, packages }: Needed): void {
  if (isThere(probe)) return;
  const wanted = packages.join(" ");
  if (process.platform !== "linux" || process.getuid?.() !== 0) {
    throw new Error(`${probe[0]} is needed (Debian: apt-get install ${wanted})`);
  }
  console.log(`installing Debian's ${wanted}`);
  const options = { stdio: "inherit" as const, env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" } };
  execFileSync("apt-get", ["update", "-qq"], options);
  execFileSync("apt-get", ["install", "-y", "-qq", "--no-install-recommends", ...packages], options);
  if (!isThere(probe)) throw new Error(`${probe.join(" ")} does not work after installing ${wanted}`);
}

function isThere([program, ...words]: readonly [string, ...string[]]): boolean {
  return spawnSync(program, words, { stdio: "ignore" }).status === 0;
}
