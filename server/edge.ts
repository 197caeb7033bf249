// The process as the house sees it: handed in by main.ts, so that no other room names it.
import type { Readable, Writable } from "node:stream";

export interface Edge {
  readonly arguments: readonly string[];
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly workingFolder: string;
  readonly pid: number;
  readonly stdin: Readable & { readonly isTTY?: boolean; readonly fd?: number };
  readonly stdout: Writable & { readonly isTTY?: boolean; readonly columns?: number };
  readonly stderr: Writable & { readonly isTTY?: boolean };
  /** Ctrl-C and its like; returns how to stop listening. */
  onInterrupt(listener: (signal: string) => void): () => void;
  parentPid(): number;
  isAlive(pid: number): boolean;
  exit(code: number): never;
}
