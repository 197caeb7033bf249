// The HTTP door of the built sidecar as a process: settings in a home of its own, a token, and what it wrote.
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { BUILT, cleanEnvironment } from "./sidecar.ts";

export interface HttpDoor {
  readonly origin: string;
  readonly home: string;
  readonly token: string;
  readonly stderr: () => string;
  stop(signal?: NodeJS.Signals): Promise<number | null>;
}

export interface HttpDoorOptions {
  readonly home?: string;
  readonly settings?: Record<string, unknown>;
  readonly arguments?: readonly string[];
  readonly environment?: Record<string, string>;
}

export function newHome(settings: Record<string, unknown> = {}): string {
  const home = mkdtempSync(join(tmpdir(), "latchkey-http-"));
  mkdirSync(home, { recursive: true, mode: 0o700 });
  writeFileSync(join(home, "settings.json"), JSON.stringify({ "local.discover": false, ...settings }));
  return home;
}

/** Runs one verb of the built command line to its end, if need be with more environment. */
export function latchkey(home: string, ...given: [Record<string, string> | string, ...string[]]) {
  const [first, ...rest] = given;
  const words = typeof first === "string" ? [first, ...rest] : rest;
  const { status, stdout, stderr } = spawnSync(process.execPath, [BUILT, ...words], {
    env: cleanEnvironment(home, typeof first === "string" ? {} : first),
    encoding: "utf8",
    timeout: 20_000,
  });
  return { status, stdout: stdout.trim(), stderr };
}

export async function startHttpDoor(options: HttpDoorOptions = {}): Promise<HttpDoor> {
  const home = options.home ?? newHome(options.settings);
  const made = latchkey(home, "tokens", "create", `test-${Date.now()}`);
  const child = spawn(process.execPath, [BUILT, "serve", "--http", "127.0.0.1:0", ...(options.arguments ?? [])], {
    env: cleanEnvironment(home, options.environment),
    stdio: ["ignore", "pipe", "pipe"],
  });
  let written = "";
  child.stderr?.setEncoding("utf8").on("data", (text: string) => {
    written += text;
  });
  const exited = new Promise<number | null>((done) => child.once("exit", (code) => done(code)));
  const origin = await listeningAt(child, exited, () => written);
  return {
    ...{ origin, home, token: made.stdout, stderr: () => written },
    async stop(signal = "SIGTERM") {
      child.kill(signal);
      const timer = setTimeout(() => child.kill("SIGKILL"), 3000);
      const code = await exited;
      clearTimeout(timer);
      if (options.home === undefined) rmSync(home, { recursive: true, force: true });
      return code;
    },
  };
}

function listeningAt(child: ChildProcess, exited: Promise<unknown>, written: () => string): Promise<string> {
  return new Promise((done, fail) => {
    const look = () => {
      const origin = /Listening on (\S+)/.exec(written())?.[1];
      if (origin) done(origin);
    };
    child.stderr?.on("data", look);
    void exited.then(() => fail(new Error(`the door closed: ${written()}`)));
  });
}
