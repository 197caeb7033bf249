// The built command line as a shell runs it: arguments and stdin in, text and exit code out.
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { BUILT, cleanEnvironment } from "./sidecar.ts";

export interface Ran {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly home?: string;
  readonly environment?: Record<string, string>;
  readonly stdin?: string;
  readonly folder?: string;
  /** Sends this signal as soon as stdout has this text. */
  readonly interrupt?: { readonly when: string; readonly signal: NodeJS.Signals };
}

export async function latchkey(words: readonly string[], options: RunOptions = {}): Promise<Ran> {
  const home = options.home ?? mkdtempSync(join(tmpdir(), "latchkey-cli-"));
  const environment = cleanEnvironment(home, options.environment);
  const child = spawn(process.execPath, [BUILT, ...words], { env: environment, cwd: options.folder, stdio: "pipe" });
  let stdout = "";
  let stderr = "";
  let interrupted = false;
  child.stdout.on("data", (chunk: Buffer) => {
    stdout += chunk.toString("utf8");
    if (!options.interrupt || interrupted || !stdout.includes(options.interrupt.when)) return;
    interrupted = true;
    child.kill(options.interrupt.signal);
  });
  child.stderr.on("data", (chunk: Buffer) => {
    stderr += chunk.toString("utf8");
  });
  child.stdin.end(options.stdin ?? "");
  const code = await new Promise<number | null>((done) => child.on("close", (exit) => done(exit)));
  if (options.home === undefined) rmSync(home, { recursive: true, force: true });
  return { code, stdout, stderr };
}
