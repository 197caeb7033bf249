// A key that a command prints (`op read …`, `pass show …`): a list of words run without a shell, with a time limit and without our keys.
import { execFile } from "node:child_process";
import { cleanKey } from "../key-text.ts";
import { Secret } from "../secret.ts";

/** Password managers may ask for a finger or a passphrase meanwhile. */
const PATIENCE_MS = 60_000;
const LONGEST_OUTPUT_BYTES = 64 * 1024;

export interface CommandParts {
  /** The words: the program, then its arguments. */
  readonly words: readonly string[];
  /** What the command may see; see withoutKeys. */
  readonly environment: Readonly<Record<string, string>>;
  readonly patienceMs?: number;
}

/** The first line that the command prints; throws an Error that says what went wrong and nothing of the output. */
export function keyFromCommand({ words, environment, patienceMs = PATIENCE_MS }: CommandParts, signal?: AbortSignal): Promise<Secret> {
  const [program, ...parameters] = words;
  if (program === undefined) return Promise.reject(new Error("the key command is empty"));
  return new Promise((resolve, reject) => {
    const options = {
      env: { ...environment },
      shell: false,
      timeout: patienceMs,
      killSignal: "SIGKILL" as const,
      maxBuffer: LONGEST_OUTPUT_BYTES,
      windowsHide: true,
      ...(signal ? { signal } : {}),
    };
    const child = execFile(program, parameters, options, (error, stdout) => {
      if (error) return reject(new Error(`the key command "${program}" ${reasonOf(error, patienceMs)}`));
      const line = stdout.split("\n").find((text) => text.trim() !== "");
      if (line === undefined) return reject(new Error(`the key command "${program}" printed nothing`));
      try {
        resolve(new Secret(cleanKey(line)));
      } catch {
        reject(new Error(`the key command "${program}" printed something that cannot be a key`));
      }
    });
    // A command that asks on stdin gets an end of file instead of our protocol stream.
    child.stdin?.end();
  });
}

/** Never the message: Node puts the command's standard error into it. */
function reasonOf(error: Error & { code?: unknown; killed?: boolean; signal?: unknown }, patienceMs: number): string {
  if (error.name === "AbortError") return "was cancelled";
  if (error.code === "ENOENT") return "was not found";
  if (error.code === "EACCES") return "may not be executed";
  if (error.code === "ERR_CHILD_PROCESS_STDIO_MAXBUFFER") return "printed far more than a key";
  if (error.killed) return `did not answer within ${patienceMs / 1000} seconds`;
  return typeof error.code === "number" ? `ended with exit code ${error.code}` : "could not be run";
}
