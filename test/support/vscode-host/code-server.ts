// Starts code-server on a free loopback port with a home, data and extensions folder of its own; nothing of the user's is touched.
import { type ChildProcess, spawn } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { cleanEnvironment } from "../sidecar.ts";
import { hostFolder } from "./host-folder.ts";
import { indexLanguage, packLanguage } from "./language-pack.ts";

const START_TIMEOUT_MS = 90_000;

export interface CodeServerOptions {
  readonly say: (line: string) => void;
  readonly settings?: Record<string, unknown>;
  readonly environment?: Record<string, string>;
  /** Development extensions and tests are only heeded with the smoke test driver on; toasts then stay silent. */
  readonly driver?: boolean;
  readonly trustEverything?: boolean;
  /** The folder of another extension that is installed beside ours. */
  readonly beside?: string;
  /** A .vsix to install before the start. */
  readonly vsix?: string;
  /** The display language, such as "de": a pack for it is made and installed before the start. */
  readonly language?: string;
}

export interface CodeServer {
  readonly url: string;
  readonly home: string;
  log(): string;
  stop(): Promise<void>;
}

const QUIET_SETTINGS = {
  "telemetry.telemetryLevel": "off",
  "update.mode": "none",
  "extensions.autoUpdate": false,
  "extensions.autoCheckUpdates": false,
  "workbench.startupEditor": "none",
  "workbench.enableExperiments": false,
  "workbench.secondarySideBar.defaultVisibility": "hidden",
  "workbench.tips.enabled": false,
  "editor.minimap.enabled": false,
};

export async function startCodeServer(options: CodeServerOptions): Promise<CodeServer> {
  const { node, entry } = await hostFolder(options.say);
  const home = mkdtempSync(join(tmpdir(), "latchkey-host-"));
  const trust = options.trustEverything === false ? {} : { "security.workspace.trust.enabled": false };
  // Machine-scoped settings are only read from the machine's own file, as with any remote host.
  for (const folder of ["User", "Machine"]) {
    mkdirSync(join(home, "data", folder), { recursive: true });
    writeFileSync(join(home, "data", folder, "settings.json"), JSON.stringify({ ...QUIET_SETTINGS, ...trust, ...options.settings }));
  }
  if (options.beside) cpSync(options.beside, join(home, "extensions", basename(options.beside)), { recursive: true });
  const environment = {
    ...cleanEnvironment(join(home, "latchkey"), options.environment),
    HOME: home,
    XDG_CONFIG_HOME: join(home, "config"),
    XDG_DATA_HOME: join(home, "share"),
    XDG_RUNTIME_DIR: home,
  };
  for (const name of ["PORT", "PASSWORD", "NODE_OPTIONS", "VSCODE_IPC_HOOK_CLI", "CODE_SERVER_CONFIG"])
    delete (environment as Record<string, string>)[name];
  const folders = ["--user-data-dir", join(home, "data"), "--extensions-dir", join(home, "extensions")];
  const pack = options.language ? [packLanguage(options.language, join(home, "language-pack"))] : [];
  for (const vsix of [...pack, ...(options.vsix ? [options.vsix] : [])])
    await finished(spawn(node, [entry, ...folders, "--install-extension", vsix], { env: environment, stdio: "inherit" }));
  if (options.language) indexLanguage(options.language, { extensions: join(home, "extensions"), data: join(home, "data") });
  const child = spawn(node, [entry, ...folders, ...serverArguments(options)], {
    env: environment,
    stdio: ["ignore", "pipe", "pipe"],
    detached: true,
  });
  let log = "";
  const keep = (piece: Buffer) => {
    log += piece.toString("utf8");
    if (process.env.LATCHKEY_HOST_VERBOSE) process.stderr.write(piece);
  };
  child.stdout.on("data", keep);
  child.stderr.on("data", keep);
  const stop = async () => {
    await endGroup(child);
    rmSync(home, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  };
  try {
    return { url: await address(child, () => log), home, log: () => log, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

function serverArguments({ driver, trustEverything, language }: CodeServerOptions): string[] {
  return [
    "--bind-addr",
    "127.0.0.1:0",
    "--auth",
    "none",
    "--disable-telemetry",
    "--disable-update-check",
    "--disable-getting-started-override",
    "--ignore-last-opened",
    ...(trustEverything === false ? [] : ["--disable-workspace-trust"]),
    ...(language ? ["--locale", language] : []),
    ...(driver ? ["--vscode-option", "enable-smoke-test-driver"] : []),
  ];
}

function address(child: ChildProcess, log: () => string): Promise<string> {
  return new Promise((found, fail) => {
    const late = setTimeout(() => fail(new Error(`code-server did not start:\n${log()}`)), START_TIMEOUT_MS);
    const look = () => {
      const listening = /HTTP server listening on (http:\/\/127\.0\.0\.1:\d+)/.exec(log());
      if (!listening?.[1]) return;
      clearTimeout(late);
      found(listening[1]);
    };
    child.stdout?.on("data", look);
    child.once("exit", (code) => fail(new Error(`code-server ended with ${code}:\n${log()}`)));
  });
}

async function finished(child: ChildProcess): Promise<void> {
  const code = await new Promise((done) => child.once("exit", done));
  if (code !== 0) throw new Error(`exit code ${String(code)}`);
}

/** The server forks; its whole process group goes. */
async function endGroup(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.pid === undefined) return;
  const gone = new Promise((done) => child.once("exit", done));
  signal(child.pid, "SIGTERM");
  await Promise.race([gone, new Promise((done) => setTimeout(done, 5000))]);
  signal(child.pid, "SIGKILL");
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(-pid, name);
  } catch {
    // The group is gone already.
  }
}
